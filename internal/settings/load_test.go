package settings_test

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"zerops-mcp/internal/settings"
)

var update = flag.Bool("update", false, "rewrite the generated documentation")

// load reads a command line and an environment as in an ordinary project.
func load(t *testing.T, args string, env ...string) (*settings.Settings, []settings.Warning, error) {
	t.Helper()
	home := t.TempDir()
	dir := filepath.Join(home, "project")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	return settings.Load(settings.Source{
		Args: strings.Fields(args), Environ: env, Dir: dir, Home: home, ConfigDir: filepath.Join(home, ".config"),
	})
}

func mustLoad(t *testing.T, args string, env ...string) (*settings.Settings, []settings.Warning) {
	t.Helper()
	s, warnings, err := load(t, args, env...)
	if err != nil {
		t.Fatalf("Load(%q, %q): %v", args, env, err)
	}
	return s, warnings
}

func TestDefaults(t *testing.T) {
	t.Parallel()
	s, warnings := mustLoad(t, "")
	if len(warnings) != 0 {
		t.Errorf("warnings on an empty start: %v", warnings)
	}
	if s.Command != settings.Serve || s.Transport != "stdio" || s.ReadOnly || s.Demo || s.AllowSecrets {
		t.Errorf("defaults: %+v", s)
	}
	if s.APIURL != "https://api.app-prg1.zerops.io" || s.MaxWait != 50*time.Second || s.Confirm != "auto" ||
		s.ProtectTag != "protected" || s.RateLimit != 200 || s.APIRateLimit != 50 || !slices.Equal(s.Toolsets, []string{"default"}) {
		t.Errorf("defaults: %+v", s)
	}
	if len(s.DeployRoots) != 1 || filepath.Base(s.DeployRoots[0]) != "project" {
		t.Errorf("deploy roots = %q, want the working directory", s.DeployRoots)
	}
	if c := s.Token.Current(); c.Token != "" || c.Source != "" || c.Problem != "" {
		t.Errorf("token of nothing = %#v", c)
	}
}

func TestArguments(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		args string
		env  []string
		ok   func(*settings.Settings) bool
		// warn is a word of a warning that must come; "" for none at all.
		warn string
	}{
		{
			"a flag wins over its variable", "--read-only=false --project a --project b,c",
			[]string{"ZMCP_READ_ONLY=yes", "ZMCP_PROJECT=z"},
			func(s *settings.Settings) bool {
				return !s.ReadOnly && slices.Equal(s.Projects, []string{"a", "b", "c"})
			}, "",
		},
		{
			"the first variable wins", "",
			[]string{"ZMCP_API_URL=https://b.example", "ZEROPS_API_URL=https://a.example"},
			func(s *settings.Settings) bool { return s.APIURL == "https://a.example" }, "ZEROPS_API_URL",
		},
		{
			"flags after directories", "serve dir --read-only", nil,
			func(s *settings.Settings) bool { return s.ReadOnly && filepath.Base(s.DeployRoots[0]) == "dir" }, "not a directory",
		},
		{"flags before the command", "--read-only serve", nil, func(s *settings.Settings) bool { return s.ReadOnly }, ""},
		{"the usual abbreviation", "-t stdio", nil, func(s *settings.Settings) bool { return s.Transport == "stdio" }, ""},
		{"one dash", "-read-only", nil, func(s *settings.Settings) bool { return s.ReadOnly }, ""},
		{"a bare deploy root at the end", "serve --deploy-root", nil, func(s *settings.Settings) bool { return filepath.Base(s.DeployRoots[0]) == "project" }, "no value"},
		{"a bare deploy root before a flag", "serve --deploy-root --read-only", nil, func(s *settings.Settings) bool { return s.ReadOnly }, "no value"},
		{
			"two directories after one flag", "serve --deploy-root / /tmp", nil,
			func(s *settings.Settings) bool { return slices.Equal(s.DeployRoots, []string{"/", "/tmp"}) }, "whole disk",
		},
		{
			"an unexpanded directory", "serve ${user_config.deploy_roots}", nil,
			func(s *settings.Settings) bool {
				return len(s.DeployRoots) == 1 && filepath.Base(s.DeployRoots[0]) == "project"
			}, "did not expand",
		},
		{
			"directories in a variable", "",
			[]string{"ZMCP_DEPLOY_ROOT=/tmp" + string(os.PathListSeparator) + "/,~"},
			func(s *settings.Settings) bool { return len(s.DeployRoots) == 3 && filepath.IsAbs(s.DeployRoots[2]) }, "whole disk",
		},
		{"empty variables", "", []string{"ZMCP_DEMO=", "ZMCP_MAX_WAIT= "}, func(s *settings.Settings) bool { return !s.Demo && s.MaxWait == 50*time.Second }, "unset"},
		{"an unexpanded variable", "", []string{"ZMCP_MAX_WAIT=$WAIT"}, func(s *settings.Settings) bool { return s.MaxWait == 50*time.Second }, "did not expand"},
		{"a variable of Windows", "", []string{"ZMCP_AUDIT_LOG=%AUDIT_LOG%"}, func(s *settings.Settings) bool { return s.AuditLog == "" }, "did not expand"},
		{"an empty flag", "--max-wait=", nil, func(s *settings.Settings) bool { return s.MaxWait == 50*time.Second }, "unset"},
		{"booleans of a bundle", "", []string{"ZMCP_READ_ONLY=true", "ZMCP_DEMO=0"}, func(s *settings.Settings) bool { return s.ReadOnly && !s.Demo }, ""},
		{"words for booleans", "", []string{"ZMCP_READ_ONLY=On"}, func(s *settings.Settings) bool { return s.ReadOnly }, ""},
		{"seconds without a unit", "--max-wait 120", nil, func(s *settings.Settings) bool { return s.MaxWait == 2*time.Minute }, ""},
		{"call keeps what follows", "call x --arg a=1 --arg b=x,y", nil, func(s *settings.Settings) bool {
			return slices.Equal(s.Operands, []string{"x"}) && slices.Equal(s.Arguments, []string{"a=1", "b=x,y"})
		}, ""},
		{"arguments from stdin", "call x --args -", nil, func(s *settings.Settings) bool { return s.ArgumentsJSON == "-" }, ""},
		{"the environment of a server does not stop call", "call whoami", []string{"ZMCP_TRANSPORT=http", "ZMCP_HTTP_AUTH=server"}, func(s *settings.Settings) bool { return !s.Remote() }, ""},
		{"no default root on a remote transport", "--transport http", nil, func(s *settings.Settings) bool { return s.DeployRoots == nil }, ""},
		{"remote variables on stdio", "", []string{"ZMCP_LISTEN=0.0.0.0:80"}, func(s *settings.Settings) bool { return !s.Remote() }, "no effect"},
		{"a near miss outside our prefix", "", []string{"ZEROPS_TOKEN_FLIE=x"}, func(*settings.Settings) bool { return true }, "ZEROPS_TOKEN_FILE"},
		{"demo on the command line beats a configured address", "--demo", []string{"ZEROPS_API_URL=https://a.example"}, func(s *settings.Settings) bool { return s.Demo }, "ignored"},
		{"help never looks at the environment", "help", []string{"ZMCP_NONSENSE=1"}, func(s *settings.Settings) bool { return s.Command == settings.Help }, ""},
		{"the version as a flag", "--version", []string{"ZMCP_NONSENSE=1"}, func(s *settings.Settings) bool { return s.Command == settings.Version }, ""},
		{"help of a command", "call --help", nil, func(s *settings.Settings) bool { return s.Help && s.Command == settings.CallTool }, ""},
		{
			"what an installed server is started with",
			"install cursor --read-only --project a,b --deploy-root sub --token-file t --dry-run --store-token=false",
			[]string{"ZMCP_CONFIRM=human"},
			func(s *settings.Settings) bool {
				return s.DryRun && len(s.ServeFlags) == 5 && filepath.IsAbs(s.TokenFile) && slices.Contains(s.ServeFlags, "--token-file="+s.TokenFile) &&
					slices.Contains(s.ServeFlags, "--read-only") && slices.Contains(s.ServeFlags, "--project=b") && slices.Contains(s.ServeFlags, "--deploy-root="+s.DeployRoots[0])
			}, "not a directory",
		},
		{"own service", "", []string{"serviceId=AAAAAAAAAAAAAAAAAAAAAA"}, func(s *settings.Settings) bool { return s.Own == "AAAAAAAAAAAAAAAAAAAAAA" }, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, warnings := mustLoad(t, tt.args, tt.env...)
			if !tt.ok(s) {
				t.Errorf("settings: %+v", s)
			}
			lines := make([]string, len(warnings))
			for i, w := range warnings {
				lines[i] = w.String()
			}
			text := strings.Join(lines, "\n")
			if tt.warn == "" && text != "" || !strings.Contains(text, tt.warn) {
				t.Errorf("warnings = %q, want one with %q", text, tt.warn)
			}
		})
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		args string
		env  []string
		// want are words of the one line that tells what to do.
		want []string
	}{
		{"--red-only", nil, []string{"--red-only", "--read-only"}},
		{"--read_only", nil, []string{"--read-only"}},
		{"--qqqqq", nil, []string{"--qqqqq", "help"}},
		{"--token secret-word-zebra", nil, []string{"ZEROPS_TOKEN", "--token-file"}},
		{"--tokn=secret-word-zebra", nil, []string{"--tokn"}},
		{"--read-only false", nil, []string{"--read-only=false"}},
		{"--project --read-only", nil, []string{"--project", "value"}},
		{"--project", nil, []string{"--project", "value"}},
		{"--read-only=tru", nil, []string{"tru", "true"}},
		{"", []string{"ZMCP_READONLY=1"}, []string{"ZMCP_READONLY", "ZMCP_READ_ONLY"}},
		{"", []string{"zmcp_read_only=1"}, []string{"ZMCP_READ_ONLY"}},
		{"", []string{"ZMCP_FROBNICATE=1"}, []string{"ZMCP_FROBNICATE"}},
		{"", []string{"ZMCP_READ_ONLY=maybe"}, []string{"ZMCP_READ_ONLY", "maybe", "true"}},
		{"--confirm maybe", nil, []string{"auto", "human", "two-step", "never"}},
		{"--transport htp", nil, []string{"stdio", "http", "sse"}},
		{"--max-wait 601", nil, []string{"--max-wait", "600"}},
		{"--max-wait soon", nil, []string{"--max-wait", "50s"}},
		{"--api-rate-limit=-1", nil, []string{"--api-rate-limit", "-1"}},
		{"sreve", nil, []string{"sreve", "serve"}},
		{"/srv/app", nil, []string{"/srv/app", "serve"}},
		{"call a b", nil, []string{"b", "call TOOL"}},
		{"call whoami --listen 127.0.0.1:1", nil, []string{"--listen", "call", "serve"}},
		{"call x --arg a=1 --args {}", nil, []string{"--arg", "--args"}},
		{"call x --output markdown", nil, []string{"markdown", "tools"}},
		{"--listen 127.0.0.1:1", nil, []string{"--listen", "--transport"}},
		{"--transport http --listen 8080", nil, []string{"--listen", "HOST:PORT"}},
		{"--transport http --listen :99999", nil, []string{"port"}},
		{"--transport http --metrics-listen 9090", nil, []string{"--metrics-listen", "HOST:PORT"}},
		{"--transport http --listen 127.0.0.1:80 --metrics-listen 127.0.0.1:80", nil, []string{"--metrics-listen", "127.0.0.1:80", "own"}},
		{"--tools get_costs,add_port --exclude-tools add_port", nil, []string{"--tools", "--exclude-tools", "add_port", "drop one"}},
		{"--tools add_port", []string{"ZMCP_EXCLUDE_TOOLS=add_port"}, []string{"--tools", "ZMCP_EXCLUDE_TOOLS"}},
		{"--env-allow APP_[", nil, []string{"--env-allow", "APP_[", "pattern"}},
		{"--project a,*", nil, []string{"--project", "alone"}},
		{"--exclude-tools none,whoami", nil, []string{"--exclude-tools", "alone"}},
		{"install cursor --read-only=${X}", nil, []string{"--read-only", "false"}},
		{"install cursor --project=", nil, []string{"--project", "*"}},
		{"--metrics-listen :9090", nil, []string{"--metrics-listen", "--transport"}},
		{"--transport http --deploy-root /tmp", nil, []string{"--deploy-root", "stdio"}},
		{"serve /tmp --transport http", nil, []string{"stdio"}},
		{"--transport http --env-allow A", nil, []string{"--env-allow", "stdio"}},
		{"--transport http --tls-cert a", nil, []string{"--tls-key"}},
		{"--transport http --http-auth none --listen 0.0.0.0:80", nil, []string{"--http-auth none", "127.0.0.1", "caller"}},
		{"--transport http --http-auth none --listen :80", nil, []string{"--http-auth none"}},
		{"--transport http --http-auth server", nil, []string{"ZMCP_ACCESS_KEYS"}},
		{"--transport http --http-auth server", []string{"ZMCP_ACCESS_KEYS=a:0123456789abcdef"}, []string{"--read-only", "--project", "--allow-full-access"}},
		{"--transport http --http-auth server --read-only --allow-secrets", []string{"ZMCP_ACCESS_KEYS=a:0123456789abcdef"}, []string{"--allow-secrets"}},
		{"--transport http", []string{"ZMCP_ACCESS_KEYS=a:zebra"}, []string{"ZMCP_ACCESS_KEYS", `"a"`, "short"}},
		{"--transport http", []string{"ZMCP_ACCESS_KEYS=secret-word-zebra"}, []string{"LABEL:KEY"}},
		{"--transport http", []string{"ZMCP_ACCESS_KEYS=a:secret-word-zebra,a:secret-word-zebra2"}, []string{"twice"}},
		{"--transport http", []string{"ZMCP_ACCESS_KEYS=a:secret-word-zebra,b:secret-word-zebra"}, []string{"same key"}},
		{"--transport http", []string{"ZMCP_ACCESS_KEYS=a:${ACCESS_KEY_OF_A_CALLER}"}, []string{"filled in"}},
		{"", []string{"ZMCP_SIGNING_KEY=secret-word-zebra"}, []string{"ZMCP_SIGNING_KEY", "32"}},
		{"--signing-key-file /nonexistent/key", nil, []string{"--signing-key-file", "does not exist"}},
		{"install cursor --remove --store-token", nil, []string{"--remove", "--store-token"}},
		{"install cursor zed", nil, []string{"zed", "install CLIENT"}},
		{"install cursor --listen :80", nil, []string{"--listen", "install"}},
		{"--demo --api-url https://a.example", nil, []string{"--demo", "--api-url"}},
		{"--api-url https://a.example", []string{"ZMCP_DEMO=1"}, []string{"ZMCP_DEMO", "--api-url"}},
		{"--api-url http://api.example", nil, []string{"--api-url", "https"}},
		{"--api-url https://secret-word-zebra:b@api.example", nil, []string{"--api-url", "credentials"}},
		{"--api-url https://api.example/?a=secret-word-zebra", nil, []string{"query"}},
		{"--api-url ftp://api.example", nil, []string{"https"}},
		{"--api-url https://", nil, []string{"--api-url"}},
	} {
		t.Run(tt.args+strings.Join(tt.env, " "), func(t *testing.T) {
			t.Parallel()
			_, _, err := load(t, tt.args, tt.env...)
			if err == nil {
				t.Fatal("accepted")
			}
			text := err.Error()
			for _, w := range tt.want {
				if !strings.Contains(text, w) {
					t.Errorf("error %q lacks %q", text, w)
				}
			}
			if strings.Contains(text, "zebra") || strings.ContainsAny(text, "\n\r") {
				t.Errorf("error %q repeats a secret or has several lines", text)
			}
		})
	}
}

func TestDocumentationIsCurrent(t *testing.T) {
	t.Parallel()
	path := filepath.Join("..", "..", "docs", "settings.md")
	want := settings.Markdown()
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(have) != want {
		t.Error("docs/settings.md differs from the table: run go test ./internal/settings -update")
	}
}

func TestTableIsSound(t *testing.T) {
	t.Parallel()
	flags, variables := map[string]bool{}, map[string]bool{}
	commands := map[string]bool{}
	for _, c := range settings.Commands() {
		commands[c.Name] = true
	}
	for _, s := range settings.Table() {
		if s.Meaning == "" || !strings.HasSuffix(s.Meaning, ".") {
			t.Errorf("%s: the meaning is no sentence", s.Name())
		}
		if s.Switch() != (s.Value == "") {
			t.Errorf("%s: a value needs a name in help, a switch has none", s.Name())
		}
		if s.Flag == "" && len(s.Env) == 0 || s.Flag != "" && flags[s.Flag] {
			t.Errorf("%s: the flag is missing or doubled", s.Name())
		}
		if s.Flag != "" && len(s.Commands) == 0 {
			t.Errorf("%s: no command takes it", s.Name())
		}
		flags[s.Flag] = true
		for _, c := range s.Commands {
			if !commands[c] {
				t.Errorf("%s: unknown command %q", s.Name(), c)
			}
		}
		for _, v := range s.Env {
			// The tools keep variables of these prefixes, in the project that a server
			// runs in, from being changed through it.
			if !strings.HasPrefix(v, "ZMCP_") && !strings.HasPrefix(v, "ZEROPS_") {
				t.Errorf("%s has none of the prefixes that tools protect", v)
			}
			if variables[v] {
				t.Errorf("%s is defined twice", v)
			}
			variables[v] = true
		}
	}
}

func FuzzLoad(f *testing.F) {
	f.Add("serve --deploy-root /a /b", "ZMCP_PROJECT=a,b")
	f.Add("call x --arg a=1", "ZEROPS_TOKEN=Bearer \"x\"")
	f.Add("--transport http --http-auth server --read-only", "ZMCP_ACCESS_KEYS=a:0123456789abcdef")
	f.Add("--api-url https://[::1%25x]:9/api/rest/public", "ZMCP_MAX_WAIT=1h")
	f.Fuzz(func(t *testing.T, args, env string) {
		s, _, err := settings.Load(settings.Source{Args: strings.Split(args, " "), Environ: strings.Split(env, "\n"), Dir: "/srv/app", Home: "/home/someone"})
		switch {
		case err != nil && strings.ContainsAny(err.Error(), "\n\r\x1b"):
			t.Errorf("error of several lines or with control characters: %q", err)
		case err == nil && s.Command == "":
			t.Error("no command and no error")
		}
	})
}
