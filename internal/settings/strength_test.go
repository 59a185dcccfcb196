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

const fakeToken, fakeKeys = "obviously-fake-token", "ci:obviously-fake-access-key"

// lay writes the secret of the file's name with a mode.
func lay(t *testing.T, path string, mode os.FileMode) string {
	t.Helper()
	content := map[string]string{"token": fakeToken, "key": goodKey, "keys": fakeKeys}[filepath.Base(path)]
	err := os.WriteFile(path, []byte(content), 0o600)
	if err == nil {
		err = os.Chmod(path, mode)
	}
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// folder makes a directory with a mode.
func folder(t *testing.T, path string, mode os.FileMode) string {
	t.Helper()
	err := os.MkdirAll(path, 0o700)
	if err == nil {
		err = os.Chmod(path, mode)
	}
	if err != nil {
		t.Fatal(err)
	}
	return path + "/"
}

// link makes a symbolic link to a file.
func link(t *testing.T, to, path string) string {
	t.Helper()
	if err := os.Symlink(to, path); err != nil {
		t.Fatal(err)
	}
	return path
}

// layout is a way in which a secret lies in a file: what is refused, and what has
// to work.
type layout struct {
	// put writes the file of a name below root and returns how it is called.
	put      func(t *testing.T, root, name string) string
	ok, warn bool
}

func withMode(mode os.FileMode) func(*testing.T, string, string) string {
	return func(t *testing.T, root, name string) string { t.Helper(); return lay(t, root+name, mode) }
}

func layouts() map[string]layout {
	const sticky = 0o777 | os.ModeSticky
	return map[string]layout{
		"its owner's":           {withMode(0o600), true, false},
		"of a group to read":    {withMode(0o640), true, false},
		"of everybody to read":  {withMode(0o444), true, true},
		"of everybody to write": {withMode(0o666), false, false},
		"of a group to write":   {withMode(0o660), false, false},
		"of others to write":    {withMode(0o602), false, false},
		"in an open folder": {func(t *testing.T, root, name string) string {
			t.Helper()
			return lay(t, folder(t, root+"open", 0o777)+name, 0o600)
		}, false, false},
		"in a folder like /tmp": {func(t *testing.T, root, name string) string {
			t.Helper()
			return lay(t, folder(t, root+"tmp", sticky)+name, 0o600)
		}, true, false},
		"a link to one of everybody": {func(t *testing.T, root, name string) string {
			t.Helper()
			return link(t, lay(t, folder(t, root+"there", 0o700)+name, 0o646), root+name)
		}, false, false},
		"a link into an open folder": {func(t *testing.T, root, name string) string {
			t.Helper()
			return link(t, lay(t, folder(t, root+"open", 0o777)+name, 0o600), root+name)
		}, false, false},
		"a link in an open folder": {func(t *testing.T, root, name string) string {
			t.Helper()
			return link(t, lay(t, folder(t, root+"there", 0o700)+name, 0o600), folder(t, root+"open", 0o777)+name)
		}, false, false},
		"as Kubernetes mounts it": {func(t *testing.T, root, name string) string {
			t.Helper()
			mount := folder(t, root+"mount", sticky)
			lay(t, folder(t, mount+"..2026_01_31", 0o755)+name, 0o444)
			link(t, "..2026_01_31", mount+"..data")
			return link(t, "..data/"+name, mount+name)
		}, true, true},
	}
}

func TestSecretFilesThatOthersCanWrite(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("modes of files say nothing on Windows")
	}
	for name, tt := range layouts() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			at := func(name string) string { return tt.put(t, folder(t, t.TempDir()+"/"+name, 0o755), name) }
			s, warnings := mustLoad(t, "--token-file "+at("token"))
			c := s.Token.Current()
			if tt.ok != (c.Token == fakeToken) || !tt.ok && !strings.Contains(c.Problem, "chmod go-w") {
				t.Errorf("token %t, problem %q", c.Token != "", c.Problem)
			}
			_, keyWarnings, err := load(t, "--signing-key-file "+at("key"))
			_, accessWarnings, accessErr := load(t, "--transport http --http-auth server --read-only", "ZMCP_ACCESS_KEYS_FILE="+at("keys"))
			for _, err := range []error{err, accessErr} {
				if tt.ok != (err == nil) || err != nil && !strings.Contains(err.Error(), "chmod go-w") {
					t.Errorf("key: %v", err)
				}
			}
			for _, w := range [][]settings.Warning{warnings, keyWarnings, accessWarnings} {
				if tt.ok && tt.warn != (len(w) == 1 && strings.Contains(w[0].Text, "chmod 600")) {
					t.Errorf("warnings %v", w)
				}
			}
		})
	}
}

// TestTokenFileThatIsOpenedLater: the rights are looked at with every use.
func TestTokenFileThatIsOpenedLater(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("modes of files say nothing on Windows")
	}
	path := lay(t, t.TempDir()+"/token", 0o600)
	s, _ := mustLoad(t, "--token-file "+path)
	for _, step := range []struct {
		mode os.FileMode
		want string
	}{{0o600, fakeToken}, {0o622, ""}, {0o600, fakeToken}} {
		if err := os.Chmod(path, step.mode); err != nil {
			t.Fatal(err)
		}
		if c := s.Token.Current(); c.Token != step.want || step.want == "" && !strings.Contains(c.Problem, "chmod go-w") {
			t.Errorf("%o: %q, %q", step.mode, c.Token, c.Problem)
		}
	}
}
