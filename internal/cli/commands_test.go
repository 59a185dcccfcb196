package cli_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"zerops-mcp/internal/settings"
	"zerops-mcp/zerops/simulator"
)

func TestToolsShowsWhatAClientSees(t *testing.T) {
	t.Parallel()
	got := run{args: "tools"}.do(t)
	o := got.object(t)
	items, _ := o["items"].([]any)
	total, _ := o["total"].(float64)
	size, _ := o["bytes"].(float64)
	if got.code != 0 || len(items) < 10 || int(total) != len(items) || size < 1000 {
		t.Errorf("exit code %d, %d tools, total %v, bytes %v", got.code, len(items), o["total"], o["bytes"])
	}
	table := run{args: "tools --output table"}.do(t)
	if !strings.Contains(table.stdout, "list_projects") || !strings.Contains(table.stdout, "tokens of a model's context") {
		t.Errorf("table:\n%s", table.stdout)
	}
	reading := run{args: "tools --output markdown --read-only --toolsets all"}.do(t)
	if strings.Contains(reading.stdout, "delete_service") || !strings.Contains(reading.stdout, "| `list_projects` | reads | yes |") {
		t.Errorf("markdown:\n%s", reading.stdout)
	}
	if again := (run{args: "tools"}).do(t); again.stdout != got.stdout {
		t.Error("the list differs from run to run")
	}
}

func TestDoctor(t *testing.T) {
	t.Parallel()
	_, env := account(t)
	got := run{args: "doctor", env: env}.do(t)
	if got.code != 0 || got.object(t)["ok"] != true {
		t.Errorf("a healthy set-up: exit code %d\n%s", got.code, got.stdout)
	}
	for _, want := range []string{"from ZEROPS_TOKEN, ending in …", "OWNER", "projects", "answers in", "agrees", "WAITING_AUTHORIZATION"} {
		if !strings.Contains(got.stdout, want) {
			t.Errorf("doctor does not tell %q:\n%s", want, got.stdout)
		}
	}
	page := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte("<html>a captive portal</html>"))
	}))
	t.Cleanup(page.Close)
	for name, tt := range map[string]struct {
		args string
		env  []string
		want []string
	}{
		"no token":     {"", env[:1], []string{"no Zerops token", "ZEROPS_TOKEN_FILE"}},
		"revoked":      {"", []string{env[0], "ZEROPS_TOKEN=" + simulator.RevokedToken}, []string{"does not accept the token", "Access Token Management"}},
		"unexpanded":   {"", []string{env[0], "ZEROPS_TOKEN=$ZEROPS_TOKEN"}, []string{"did not expand"}},
		"unreachable":  {"--api-url http://127.0.0.1:9", env[1:], []string{"cannot be reached", "HTTPS_PROXY"}},
		"not the API":  {"--api-url " + page.URL, env[1:], []string{"not as the Zerops API", "ZEROPS_API_URL"}},
		"certificates": {"", append([]string{"SSL_CERT_FILE=/nonexistent/ca.pem"}, env...), []string{"SSL_CERT_FILE", "unset it"}},
		"token file":   {"--token-file /nonexistent/token", env[:1], []string{"/nonexistent/token does not exist", "put it in that file"}},
		"proxy":        {"", []string{env[0], "HTTPS_PROXY=http://me:secret-word-zebra@proxy.example:3128"}, []string{"http://proxy.example:3128", "with credentials"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := run{args: "doctor " + tt.args, env: tt.env}.do(t)
			if got.code != 1 || got.object(t)["ok"] != false {
				t.Errorf("exit code %d", got.code)
			}
			for _, w := range tt.want {
				if !strings.Contains(got.stdout, w) {
					t.Errorf("no %q in:\n%s", w, got.stdout)
				}
			}
			if strings.Contains(got.stdout+got.stderr, "zebra") {
				t.Error("a secret is shown")
			}
		})
	}
	table := run{args: "doctor --output table --read-only", env: env}.do(t)
	if table.code != 0 || !strings.Contains(table.stdout, "read-only") {
		t.Errorf("table: %d\n%s%s", table.code, table.stdout, table.stderr)
	}
}

func TestDoctorFindsAClockThatIsWrong(t *testing.T) {
	t.Parallel()
	account, env := account(t)
	account.Fail(simulator.Fault{Header: http.Header{"Date": {"Mon, 02 Jan 2006 15:04:05 GMT"}}})
	got := run{args: "doctor --output table", env: env}.do(t)
	if !strings.Contains(got.stdout, "ahead of the API's") || !strings.Contains(got.stdout, "set this machine's clock") {
		t.Errorf("doctor:\n%s", got.stdout)
	}
}

func TestHelp(t *testing.T) {
	t.Parallel()
	for _, args := range []string{"help", "--help", "-h"} {
		got := run{args: args, env: []string{"ZMCP_NONSENSE=1"}}.do(t)
		if got.code != 0 || got.stderr != "" || !strings.Contains(got.stdout, "call list_projects --demo") {
			t.Errorf("%s: exit code %d\n%s%s", args, got.code, got.stdout, got.stderr)
		}
	}
	for _, c := range settings.Commands() {
		got := run{args: "help " + c.Name}.do(t)
		if got.code != 0 || !strings.Contains(got.stdout, c.Name) {
			t.Errorf("help %s: exit code %d\n%s", c.Name, got.code, got.stdout)
		}
		if asked := (run{args: c.Name + " --help"}).do(t); asked.stdout != got.stdout {
			t.Errorf("%s --help differs from help %s", c.Name, c.Name)
		}
		for width, text := range map[int]string{100: got.stdout, 80: run{args: "help " + c.Name, width: 80}.do(t).stdout} {
			for line := range strings.Lines(text) {
				if n := len([]rune(strings.TrimSuffix(line, "\n"))); n > width {
					t.Errorf("help %s: a line of %d columns where there are %d: %s", c.Name, n, width, line)
				}
			}
		}
	}
	serve := run{args: "help serve"}.do(t).stdout
	for _, s := range settings.Table() {
		if s.Takes(settings.Serve) && !strings.Contains(serve, "--"+s.Flag) || s.Flag == "" && !strings.Contains(serve, s.Env[0]) {
			t.Errorf("help serve does not tell of %s", s.Name())
		}
	}
}

func TestVersion(t *testing.T) {
	t.Parallel()
	got := run{args: "version", env: []string{"ZMCP_NONSENSE=1"}}.do(t)
	if got.code != 0 || !strings.HasPrefix(got.stdout, "zerops-mcp ") || !strings.Contains(got.stdout, "go1.") {
		t.Errorf("exit code %d, %q", got.code, got.stdout)
	}
}

func TestCompletion(t *testing.T) {
	t.Parallel()
	for _, shell := range []string{"bash", "zsh", "fish"} {
		got := run{args: "completion " + shell}.do(t)
		if got.code != 0 || !strings.Contains(got.stdout, "__complete") {
			t.Errorf("%s: exit code %d", shell, got.code)
		}
	}
	for _, tt := range []struct {
		words []string
		want  string
		not   string
	}{
		{[]string{""}, "doctor", "list_projects"},
		{[]string{"ca"}, "call", "serve"},
		{[]string{"call", "list_p"}, "list_projects", "get_project"},
		{[]string{"call", "--demo", "list_s"}, "list_services", "list_projects"},
		{[]string{"call", "list_projects", "--arg", ""}, "name_contains=", "list_projects"},
		{[]string{"call", "list_projects", "--arg", "org=x", "--arg", "na"}, "name_contains=", "org="},
		{[]string{"call", "list_projects", "--o"}, "--output", "--listen"},
		{[]string{"--re"}, "--read-only", "--output"},
		{[]string{"serve", "--confirm", ""}, "two-step", "serve"},
		{[]string{"completion", ""}, "fish", "serve"},
		{[]string{"install", "c"}, "cursor", "zed"},
		{[]string{"help", "d"}, "doctor", "serve"},
		{[]string{"serve", "--transport=h"}, "--transport=http", "--transport=stdio"},
		{[]string{"serve", "--toolsets", "o"}, "observe", "env"},
		{[]string{"serve", "--toolsets", "env,o"}, "env,observe", "observe"},
		{[]string{"serve", "--exclude-tools", "get_costs,render"}, "get_costs,render_chart", "render_chart"},
		{[]string{"call", "render_chart", "--arg", "kind="}, "kind=costs", "kind="},
		{[]string{"call", "render_chart", "--arg", "kind=m"}, "kind=metrics", "kind=costs"},
		{[]string{"call", "set_subdomain_access", "--arg", "enabled="}, "enabled=true", "true"},
		{nil, "serve", "list_projects"},
	} {
		got := run{words: append([]string{"__complete"}, tt.words...)}.do(t)
		lines := strings.Split(strings.TrimSpace(got.stdout), "\n")
		if got.code != 0 || !slices.Contains(lines, tt.want) || slices.Contains(lines, tt.not) {
			t.Errorf("%q completes to %q, want %q and not %q", tt.words, lines, tt.want, tt.not)
		}
	}
}
