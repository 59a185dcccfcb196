package settings_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"zerops-mcp/internal/settings"
)

func TestTokenVariables(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		env     []string
		token   string
		source  string
		problem string
		warn    string
	}{
		{"plain", []string{"ZEROPS_TOKEN=demo-a"}, "demo-a", "ZEROPS_TOKEN", "", ""},
		{"line end", []string{"ZEROPS_TOKEN=demo-a\n"}, "demo-a", "ZEROPS_TOKEN", "", "line ends"},
		{"quotes", []string{`ZEROPS_TOKEN="demo-a"`}, "demo-a", "ZEROPS_TOKEN", "", "quotes"},
		{"the word bearer", []string{"ZEROPS_TOKEN=Bearer demo-a"}, "demo-a", "ZEROPS_TOKEN", "", "Bearer"},
		{"all of them", []string{"ZEROPS_TOKEN= 'Authorization: bearer  demo-a' \r\n"}, "demo-a", "ZEROPS_TOKEN", "", "Authorization"},
		{"the order", []string{"ZMCP_TOKEN=demo-b", "ZCP_API_KEY=demo-c", "ZEROPS_API_TOKEN=demo-a"}, "demo-a", "ZEROPS_API_TOKEN", "", "ZEROPS_API_TOKEN, which wins"},
		{"the same twice", []string{"ZMCP_TOKEN=demo-a", "ZEROPS_TOKEN=demo-a"}, "demo-a", "ZEROPS_TOKEN", "", ""},
		{"empty falls through", []string{"ZEROPS_TOKEN=", "ZMCP_TOKEN=demo-b"}, "demo-b", "ZMCP_TOKEN", "", "empty"},
		{"empty", []string{"ZEROPS_TOKEN="}, "", "ZEROPS_TOKEN", "empty", "empty"},
		{"unexpanded", []string{"ZEROPS_TOKEN=${ZEROPS_TOKEN}"}, "", "ZEROPS_TOKEN", "did not expand", "did not expand"},
		{"unexpanded without braces", []string{"ZEROPS_TOKEN=$ZEROPS_TOKEN"}, "", "ZEROPS_TOKEN", "did not expand", "did not expand"},
		{"two words", []string{"ZEROPS_TOKEN=paste your token here"}, "", "ZEROPS_TOKEN", "no token has", "no token has"},
		{"only the word", []string{"ZEROPS_TOKEN=Bearer "}, "", "ZEROPS_TOKEN", "empty", "empty"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, warnings := mustLoad(t, "", tt.env...)
			c := s.Token.Current()
			if c.Token != tt.token || c.Source != tt.source || !strings.Contains(c.Problem, tt.problem) || tt.problem == "" && c.Problem != "" {
				t.Errorf("token %q from %q, problem %q", c.Token, c.Source, c.Problem)
			}
			text := fmt.Sprint(warnings)
			if !strings.Contains(text, tt.warn) || tt.warn == "" && len(warnings) > 0 {
				t.Errorf("warnings = %s, want %q", text, tt.warn)
			}
			if strings.Contains(text, "demo-") || strings.Contains(fmt.Sprintf("%v %+v %#v", c, c, c), "demo-") {
				t.Errorf("a token is shown: %s %v", text, c)
			}
		})
	}
}

func TestTokenFileIsReadAgainWhenItChanges(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "token")
	s, warnings := mustLoad(t, "--token-file "+path, "ZEROPS_TOKEN=demo-old")
	if len(warnings) != 1 || !strings.Contains(warnings[0].String(), "--token-file wins") {
		t.Errorf("warnings = %v", warnings)
	}
	if c := s.Token.Current(); c.Token != "" || !strings.Contains(c.Problem, "does not exist") || !strings.Contains(c.Source, "--token-file") {
		t.Errorf("before the file exists: %q %q %q", c.Token, c.Source, c.Problem)
	}
	old := time.Now().Add(-time.Hour)
	for i, content := range []string{"demo-a\n", "demo-b\n", "\ufeff\"demo-c\"\r\n", "Bearer demo-d"} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		// The same age each time but for one second: the content has the same
		// length, so only the time tells.
		if err := os.Chtimes(path, old, old.Add(time.Duration(i)*time.Second)); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if c := s.Token.Current(); c.Token != "demo-"+string(rune('a'+i)) || c.Problem != "" {
				t.Errorf("token %q, problem %q after writing %q", c.Token, c.Problem, content)
			}
		}
	}
	// Written twice within one tick of the file system's clock.
	for _, token := range []string{"demo-x", "demo-y"} {
		if err := os.WriteFile(path, []byte(token), 0o600); err != nil {
			t.Fatal(err)
		}
		if c := s.Token.Current(); c.Token != token {
			t.Errorf("token %q, want %q", c.Token, token)
		}
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if c := s.Token.Current(); c.Token != "" || c.Problem == "" {
		t.Errorf("after the file went: %q %q", c.Token, c.Problem)
	}
}

func TestTokenFileProblems(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, tt := range map[string]struct{ content, want string }{
		"empty":  {"\n", "empty"},
		"large":  {strings.Repeat("x", 70<<10), "larger than"},
		"lines":  {"demo-a\ndemo-b\n", "no token has"},
		"binary": {"\x00\x01\x02", "no token has"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(dir, name)
			if err := os.WriteFile(path, []byte(tt.content), 0o600); err != nil {
				t.Fatal(err)
			}
			s, _ := mustLoad(t, "", "ZMCP_TOKEN_FILE="+path)
			c := s.Token.Current()
			if c.Token != "" || !strings.Contains(c.Problem, tt.want) || !strings.Contains(c.Source, "ZMCP_TOKEN_FILE") || strings.Contains(c.Problem, "demo-") {
				t.Errorf("%q from %q: %q", c.Token, c.Source, c.Problem)
			}
		})
	}
	s, _ := mustLoad(t, "", "ZMCP_TOKEN_FILE="+dir)
	if c := s.Token.Current(); c.Token != "" || !strings.Contains(c.Problem, "directory") {
		t.Errorf("a directory as token file: %q", c.Problem)
	}
}

func TestVariableWinsOverItsFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(path, []byte("demo-file"), 0o600); err != nil {
		t.Fatal(err)
	}
	s, warnings := mustLoad(t, "", "ZEROPS_TOKEN=demo-a", "ZEROPS_TOKEN_FILE="+path)
	if c := s.Token.Current(); c.Token != "demo-a" {
		t.Errorf("token %q", c.Token)
	}
	if len(warnings) != 1 || !strings.Contains(warnings[0].Text, "ZEROPS_TOKEN wins") {
		t.Errorf("warnings = %v", warnings)
	}
	s, _ = mustLoad(t, "", "ZEROPS_TOKEN=${ZEROPS_TOKEN}", "ZEROPS_TOKEN_FILE="+path)
	if c := s.Token.Current(); c.Token != "demo-file" {
		t.Errorf("token %q, want the file's where the variable was not expanded", c.Token)
	}
}

func TestZCLILogin(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, content, token, problem string
	}{
		{"as zcli writes it", `{"Token":"demo-zcli","RegionData":{"name":"prg1"},"ScopeProjectId":null}`, "demo-zcli", ""},
		{"with more fields", `{"Other":1,"token":"demo-zcli"}`, "demo-zcli", ""},
		{"logged out", `{"Token":""}`, "", "zcli login"},
		{"damaged", `{"Tok`, "", "not the data file"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			config := t.TempDir()
			if err := os.Mkdir(filepath.Join(config, "zerops"), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(config, "zerops", "cli.data"), []byte(tt.content), 0o600); err != nil {
				t.Fatal(err)
			}
			source := settings.Source{Args: []string{"--use-zcli-login"}, ConfigDir: config, Dir: config}
			s, _, err := settings.Load(source)
			if err != nil {
				t.Fatal(err)
			}
			if c := s.Token.Current(); c.Token != tt.token || !strings.Contains(c.Problem, tt.problem) {
				t.Errorf("%q: %q", c.Token, c.Problem)
			}
			source.Args = nil
			if s, _, err = settings.Load(source); err != nil {
				t.Fatal(err)
			}
			if c := s.Token.Current(); c.Token != "" {
				t.Error("zcli's token is used although nobody asked for it")
			}
		})
	}
}

func TestDefaultDeployRoot(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	project := filepath.Join(home, "work", "app")
	if err := os.MkdirAll(project, 0o700); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(t.TempDir(), "link-to-home")
	if err := os.Symlink(home, link); err != nil {
		t.Fatal(err)
	}
	for dir, want := range map[string]string{
		project: project, "/": "", "": "", home: "", home + "/": "", filepath.Dir(home): "", link: "", "relative": "",
		`C:\`: "", `\\host\share`: "",
	} {
		s, _, err := settings.Load(settings.Source{Dir: dir, Home: home})
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(s.DeployRoots, ","); got != want {
			t.Errorf("started in %q: deploy roots %q, want %q", dir, got, want)
		}
	}
	// Without a home directory only whole disks are kept out.
	if s, _, _ := settings.Load(settings.Source{Dir: project}); len(s.DeployRoots) != 1 {
		t.Error("no default root without a home directory")
	}
}

func TestAPIURL(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"https://api.example":                  "https://api.example",
		"https://api.example/api/rest/public":  "https://api.example",
		"https://api.example/api/rest/public/": "https://api.example",
		"api.app-prg1.zerops.io":               "https://api.app-prg1.zerops.io",
		"http://127.0.0.1:8080":                "http://127.0.0.1:8080",
		"http://[::1]:8080/api/rest/public":    "http://[::1]:8080",
	} {
		s, _, err := settings.Load(settings.Source{Args: []string{"--api-url", in}})
		if err != nil || s.APIURL != want {
			t.Errorf("%s becomes %v, %v; want %s", in, s, err, want)
		}
	}
}

func TestAccessKeysFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "keys")
	if err := os.WriteFile(path, []byte("# callers\nci:0123456789abcdef\r\n\nalice: fedcba9876543210\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s, _ := mustLoad(t, "--transport http --http-auth server --read-only", "ZMCP_ACCESS_KEYS_FILE="+path)
	if len(s.AccessKeys) != 2 || s.AccessKeys[1].Label != "alice" || s.AccessKeys[1].Key != "fedcba9876543210" {
		t.Errorf("%d keys", len(s.AccessKeys))
	}
	if text := fmt.Sprintf("%v %+v %#v", s.AccessKeys, s.AccessKeys, s.AccessKeys); strings.Contains(text, "fedcba") {
		t.Errorf("keys are shown: %s", text)
	}
}

// TestTheStoredTokenIsForPeople checks that those who let install keep a token
// need not set anything to use it themselves, and that a server never takes it
// without being told.
func TestTheStoredTokenIsForPeople(t *testing.T) {
	t.Parallel()
	config := t.TempDir()
	path := settings.StoredToken(config)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("demo-stored\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		args string
		env  []string
		want string
	}{
		{"call whoami", nil, "demo-stored"},
		{"doctor", nil, "demo-stored"},
		{"doctor", []string{"ZEROPS_TOKEN=demo-a"}, "demo-a"},
		{"doctor", []string{"ZEROPS_TOKEN=${ZEROPS_TOKEN}"}, "demo-stored"},
		{"serve", nil, ""},
		{"serve --transport http", nil, ""},
	} {
		s, _, err := settings.Load(settings.Source{Args: strings.Fields(tt.args), Environ: tt.env, ConfigDir: config})
		if err != nil {
			t.Fatal(err)
		}
		if c := s.Token.Current(); c.Token != tt.want || tt.want == "demo-stored" && !strings.Contains(c.Source, path) {
			t.Errorf("%s %q: token %q from %q, want %q", tt.args, tt.env, c.Token, c.Source, tt.want)
		}
	}
	home := t.TempDir()
	byHand := filepath.Join(home, ".config", "zerops-mcp", "token")
	if err := os.MkdirAll(filepath.Dir(byHand), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(path, byHand); err != nil {
		t.Fatal(err)
	}
	s, _, err := settings.Load(settings.Source{Args: []string{"doctor"}, ConfigDir: config, Home: home})
	if err != nil || s.Token.Current().Token != "demo-stored" {
		t.Errorf("below ~/.config, where the documentation puts it: %v, %v", s.Token.Current(), err)
	}
	s, _, err = settings.Load(settings.Source{Args: []string{"doctor"}, ConfigDir: config})
	if err != nil {
		t.Fatal(err)
	}
	if c := s.Token.Current(); c.Problem != "" || c.Source != "" {
		t.Errorf("where nothing is stored: %q, %q", c.Source, c.Problem)
	}
}
