package settings_test

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"zerops-mcp/internal/settings"
)

const goodKey = "obviously fake, and of many characters 0123"

func TestSigningKeysThatCanBeGuessed(t *testing.T) {
	t.Parallel()
	published := "0123456789abcdef" + "0123456789abcdef"
	for name, tt := range map[string]struct{ key, want string }{
		"short":              {goodKey[:31], "too short"},
		"one character":      {strings.Repeat("x", 64), "guessed"},
		"eleven characters":  {strings.Repeat("abcdefghijk", 4), "guessed"},
		"of the hosting doc": {published, "example"},
		"twice":              {published + published, "example"},
		"in capitals":        {strings.ToUpper(published), "example"},
		"of the manifest":    {"replace-this-with-64-random" + "-characters", "example"},
		"of the trial":       {"a key that both replicas share, " + "as in production", "example"},
		"not ASCII, short":   {strings.Repeat("äöüßéèêàçñõ", 1) + "123456789012", "too short"},
	} {
		file := filepath.Join(t.TempDir(), "key")
		if err := os.WriteFile(file, []byte(tt.key+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, command := range []string{"serve", "call whoami", "tools", "doctor"} {
			_, _, err := load(t, command, "ZMCP_SIGNING_KEY="+tt.key)
			_, _, errFile := load(t, command+" --signing-key-file "+file)
			for _, err := range []error{err, errFile} {
				if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), "openssl rand") || strings.Contains(err.Error(), tt.key) {
					t.Errorf("%s, %s: %v", name, command, err)
				}
			}
		}
	}
	if _, _, err := load(t, "--transport http --http-auth server --read-only", "ZMCP_ACCESS_KEYS=ci:"+published); err == nil || !strings.Contains(err.Error(), "example") {
		t.Errorf("an access key that everybody knows: %v", err)
	}
	if s, _ := mustLoad(t, "", "ZMCP_SIGNING_KEY="+goodKey); string(s.SigningKey) != goodKey {
		t.Error("the key is not what was given")
	}
}

// TestNoFileShowsAKey: examples say how to make a key and hold none.
func TestNoFileShowsAKey(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"README.md", "docs/hosting.md", "packaging/kubernetes/zerops-mcp.yaml", "packaging/systemd/zerops-mcp.service", "Dockerfile"} {
		text, err := os.ReadFile(filepath.Join("..", "..", path))
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			_, after, found := strings.Cut(line, "ZMCP_SIGNING_KEY=")
			if !found {
				_, after, found = strings.Cut(line, "signing-key: ")
			}
			if found && !strings.HasPrefix(after, `"$(openssl`) && !strings.HasPrefix(after, `""`) {
				t.Errorf("%s shows a key: %s", path, line)
			}
		}
	}
}

// secretLayouts are ways in which a secret lies in a file: what is refused, and
// what has to work.
func TestSecretFilesThatOthersCanWrite(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("modes of files say nothing on Windows")
	}
	const token, keys = "obviously-fake-token", "ci:obviously-fake-access-key"
	write := func(t *testing.T, path string, mode os.FileMode) {
		t.Helper()
		content := map[string]string{"token": token, "key": goodKey, "keys": keys}[filepath.Base(path)]
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
	}
	folder := func(t *testing.T, path string, mode os.FileMode) string {
		t.Helper()
		if err := os.MkdirAll(path, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for name, tt := range map[string]struct {
		// lay puts the file name where it belongs and returns how it is named.
		lay      func(t *testing.T, root, name string) string
		ok, warn bool
	}{
		"its owner's":        {func(t *testing.T, root, name string) string { write(t, root+"/"+name, 0o600); return root + "/" + name }, true, false},
		"of a group to read": {func(t *testing.T, root, name string) string { write(t, root+"/"+name, 0o640); return root + "/" + name }, true, false},
		"of everybody to read": {func(t *testing.T, root, name string) string {
			write(t, root+"/"+name, 0o444)
			return root + "/" + name
		}, true, true},
		"of everybody": {func(t *testing.T, root, name string) string { write(t, root+"/"+name, 0o666); return root + "/" + name }, false, false},
		"of a group":   {func(t *testing.T, root, name string) string { write(t, root+"/"+name, 0o660); return root + "/" + name }, false, false},
		"write only":   {func(t *testing.T, root, name string) string { write(t, root+"/"+name, 0o602); return root + "/" + name }, false, false},
		"in an open folder": {func(t *testing.T, root, name string) string {
			dir := folder(t, root+"/open", 0o777)
			write(t, dir+"/"+name, 0o600)
			return dir + "/" + name
		}, false, false},
		"in a folder like /tmp": {func(t *testing.T, root, name string) string {
			dir := folder(t, root+"/sticky", 0o777|os.ModeSticky)
			write(t, dir+"/"+name, 0o600)
			return dir + "/" + name
		}, true, false},
		"a link to one of everybody": {func(t *testing.T, root, name string) string {
			write(t, folder(t, root+"/there", 0o700)+"/"+name, 0o646)
			if err := os.Symlink("there/"+name, root+"/"+name); err != nil {
				t.Fatal(err)
			}
			return root + "/" + name
		}, false, false},
		"a link into an open folder": {func(t *testing.T, root, name string) string {
			write(t, folder(t, root+"/open", 0o777)+"/"+name, 0o600)
			if err := os.Symlink("open/"+name, root+"/"+name); err != nil {
				t.Fatal(err)
			}
			return root + "/" + name
		}, false, false},
		"a link in an open folder": {func(t *testing.T, root, name string) string {
			write(t, folder(t, root+"/there", 0o700)+"/"+name, 0o600)
			if err := os.Symlink("../there/"+name, folder(t, root+"/open", 0o777)+"/"+name); err != nil {
				t.Fatal(err)
			}
			return root + "/open/" + name
		}, false, false},
		"as Kubernetes mounts it": {func(t *testing.T, root, name string) string {
			mount := folder(t, root+"/mount", 0o777|os.ModeSticky)
			write(t, folder(t, mount+"/..2026_01_31", 0o755)+"/"+name, 0o444)
			for link, to := range map[string]string{"..data": "..2026_01_31", name: "..data/" + name} {
				if err := os.Symlink(to, mount+"/"+link); err != nil {
					t.Fatal(err)
				}
			}
			return mount + "/" + name
		}, true, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			at := func(name string) string { return tt.lay(t, folder(t, t.TempDir()+"/"+name, 0o755), name) }
			s, warnings := mustLoad(t, "--token-file "+at("token"))
			c := s.Token.Current()
			if tt.ok != (c.Token == token) || !tt.ok && !strings.Contains(c.Problem, "chmod go-w") {
				t.Errorf("token %t, problem %q", c.Token != "", c.Problem)
			}
			_, keyWarnings, err := load(t, "--signing-key-file "+at("key"))
			_, accessWarnings, accessErr := load(t, "--transport http --http-auth server --read-only", "ZMCP_ACCESS_KEYS_FILE="+at("keys"))
			for _, err := range []error{err, accessErr} {
				if tt.ok != (err == nil) || err != nil && !strings.Contains(err.Error(), "chmod go-w") {
					t.Errorf("key: %v", err)
				}
			}
			if tt.ok {
				for _, w := range [][]settings.Warning{warnings, keyWarnings, accessWarnings} {
					if tt.warn != (len(w) == 1 && strings.Contains(w[0].Text, "chmod 600")) {
						t.Errorf("warnings %v", w)
					}
				}
			}
		})
	}
}
