package archive_test

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"zerops-mcp/tools/deploy/archive"
)

const pem = "-----BEGIN RSA PRIVATE KEY-----\nobviously fake\n-----END RSA PRIVATE KEY-----\n"

// packedNames are what an archive of a directory holds.
func packedNames(t *testing.T, dir string) (packed []string, contents archive.Contents) {
	t.Helper()
	members, contents := pack(t, dir)
	for _, m := range members {
		packed = append(packed, m.name)
	}
	return packed, contents
}

// left are the paths that were left out.
func left(contents archive.Contents) []string {
	var paths []string
	for _, s := range contents.Skipped {
		paths = append(paths, s.Path)
	}
	slices.Sort(paths)
	return paths
}

func TestKeysAndCredentialsStayHere(t *testing.T) {
	t.Parallel()
	dir := tree(t, map[string]string{
		"main.js": "start()", "id_ed25519": pem, "notes.txt": "\n\n" + pem, "bundle.pem": "-----BEGIN CERTIFICATE-----\nAA\n-----END CERTIFICATE-----\n" + pem,
		"old.ppk": "PuTTY-User-Key-File-3: ssh-ed25519\n", "exported.pem": "Bag Attributes\n  friendlyName: x\n" + pem, "sub/.netrc": "machine x", ".git-credentials": "https://u:p@h", "_netrc": "machine y",
		"cert.pem": "-----BEGIN CERTIFICATE-----\nAA\n-----END CERTIFICATE-----\n", "id.pub": "ssh-ed25519 AAAA x\n",
		"test.go": "package x\n\nconst key = `" + pem + "`\n", "README.md": "# Keys\n\n```\n" + pem + "```\n",
		".deployignore": "!.netrc\n!id_ed25519\n",
		"behind-words":  "# the key of the bastion\n" + pem, "indented.yaml": "keys:\n  a: |\n    -----BEGIN PRIVATE KEY-----\n    AA\n", "account.json": `{"type":"service_account","private_key":"-----BEGIN PRIVATE KEY-----\\nAA"}`,
		"pgp.asc": "-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nAA\n", "age.txt": "# created\nAGE-SECRET-KEY-1AAAA\n", "wide.pem": strings.Join(strings.Split(pem, ""), "\x00") + "\x00", "far.txt": strings.Repeat("# words\n", 2000) + pem,
	})
	packed, contents := packedNames(t, dir)
	if want := []string{".deployignore", "README.md", "cert.pem", "id.pub", "main.js", "sub/", "test.go"}; !slices.Equal(packed, want) {
		t.Errorf("packed %v, want %v", packed, want)
	}
	out := []string{
		".git-credentials", "_netrc", "account.json", "age.txt", "behind-words", "bundle.pem", "exported.pem", "far.txt", "id_ed25519", "indented.yaml",
		"notes.txt", "old.ppk", "pgp.asc", "sub/.netrc", "wide.pem",
	}
	if got := left(contents); !slices.Equal(got, out) {
		t.Errorf("left out %v, want %v", got, out)
	}
	scanned, err := open(t, dir).Scan(t.Context(), ample)
	if err != nil || scanned.Files != contents.Files || scanned.Bytes != contents.Bytes || !slices.Equal(left(scanned), out) {
		t.Errorf("a scan tells of %d files, %d bytes, %v left out, %v; packing of %d, %d", scanned.Files, scanned.Bytes, left(scanned), err, contents.Files, contents.Bytes)
	}
}

// TestFilesOfThisServerStayHere whatever they are called in the directory.
func TestFilesOfThisServerStayHere(t *testing.T) {
	t.Parallel()
	const token, key = "obviously-fake-token-of-ours", "obviously-fake-key-of-ours"
	dir := tree(t, map[string]string{
		"main.js": "start()", "token": token + "\n", "deep/key": key, "a copy": token, "settings.json": `{"env":{"ZEROPS_TOKEN":"` + token + `"}}`,
	})
	linked := filepath.Join(dir, "another-name")
	if err := os.Link(filepath.Join(dir, "token"), linked); err != nil {
		t.Skip("no hard links here:", err)
	}
	opened := open(t, dir, filepath.Join(dir, "token"), filepath.Join(dir, "deep", "key"), filepath.Join(dir, "never-there"))
	contents, err := opened.Pack(t.Context(), ample, io.Discard, nil)
	if want := []string{"a copy", "another-name", "deep/key", "settings.json", "token"}; err != nil || contents.Files != 1 || !slices.Equal(left(contents), want) {
		t.Errorf("%d files, %v left out, %v", contents.Files, left(contents), err)
	}
}

func TestLocalSettingsStayHere(t *testing.T) {
	t.Parallel()
	files := map[string]string{
		"main.js": "start()", ".env": "A=1", ".env.local": "A=1", ".env.production": "A=1", ".env.test.local": "A=1", ".env.example": "A=",
		".npmrc": "//registry.example/:_authToken=obviously-fake\n", "app/.npmrc": "//registry.example/:_authToken=${TOKEN}\n", "app/.env": "B=1",
	}
	t.Run("without git", func(t *testing.T) {
		t.Parallel()
		packed, contents := packedNames(t, tree(t, files))
		if want := []string{".env.example", ".env.production", "app/", "app/.npmrc", "main.js"}; !slices.Equal(packed, want) {
			t.Errorf("packed %v, want %v", packed, want)
		}
		if want := []string{".env", ".env.local", ".env.test.local", ".npmrc", "app/.env"}; !slices.Equal(left(contents), want) {
			t.Errorf("left out %v, want %v", left(contents), want)
		}
		for _, s := range contents.Skipped {
			if !strings.Contains(s.Why, "include") {
				t.Errorf("%s: %s does not tell the way out", s.Path, s.Why)
			}
		}
	})
	t.Run("brought back", func(t *testing.T) {
		t.Parallel()
		dir := tree(t, files)
		if err := os.WriteFile(filepath.Join(dir, ".deployignore"), []byte("!/.env\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		opened := open(t, dir)
		opened.Include("./.npmrc", "!.env.local")
		contents, err := opened.Pack(t.Context(), ample, io.Discard, nil)
		if want := []string{".env.test.local", "app/.env"}; err != nil || !slices.Equal(left(contents), want) {
			t.Errorf("left out %v, want %v; %v", left(contents), want, err)
		}
	})
	for _, version := range []string{"2", "3", "4"} {
		t.Run("tracked by git, index version "+version, func(t *testing.T) {
			t.Parallel()
			dir := tree(t, files)
			git(t, dir, "init", "-q", ".")
			git(t, dir, "update-index", "--index-version", version)
			git(t, dir, "add", "-f", "main.js", ".env", ".env.test.local", "app/.env", "app/.npmrc")
			if version == "3" {
				git(t, dir, "add", "--intent-to-add", ".env.example")
			}
			_, contents := packedNames(t, dir)
			want := []string{".env.example", ".env.local", ".env.production", ".npmrc"}
			if version == "3" {
				want = want[1:]
			}
			if got := left(contents); !slices.Equal(got, want) {
				t.Errorf("left out %v, want %v", got, want)
			}
			// A directory of the repository knows what is tracked in it.
			opened, err := archive.Open(resolved(t, dir), "app")
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = opened.Close() }()
			if below, err := opened.Scan(t.Context(), ample); err != nil || len(below.Skipped) != 0 {
				t.Errorf("below: left out %v, %v", left(below), err)
			}
		})
	}
}

func git(t *testing.T, dir string, args ...string) {
	t.Helper()
	command := exec.CommandContext(t.Context(), "git", args...)
	command.Dir = dir
	command.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_SYSTEM="+os.DevNull, "GIT_DIR=", "GIT_WORK_TREE=")
	command.Env = slices.DeleteFunc(command.Env, func(v string) bool { return strings.HasPrefix(v, "GIT_DIR=") || strings.HasPrefix(v, "GIT_WORK_TREE=") })
	if out, err := command.CombinedOutput(); err != nil {
		t.Skipf("git %v: %v\n%s", args, err, out)
	}
}

func resolved(t *testing.T, dir string) string {
	t.Helper()
	path, err := filepath.EvalSymlinks(dir)
	if err != nil {
		t.Fatal(err)
	}
	return path
}
