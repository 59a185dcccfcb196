package cli_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"zerops-mcp/zerops/simulator"
)

const hello = `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"test","version":"1"}}}
{"jsonrpc":"2.0","method":"notifications/initialized"}
`

// answers serves what a client sends and returns the answers by id.
func answers(t *testing.T, r run) map[string]map[string]any {
	t.Helper()
	r.stdin = hello + r.stdin
	got := r.do(t)
	if got.code != 0 {
		t.Fatalf("exit code %d, stderr %s", got.code, got.stderr)
	}
	found := make(map[string]map[string]any)
	for line := range strings.Lines(got.stdout) {
		var m struct {
			JSONRPC string         `json:"jsonrpc"`
			ID      json.Number    `json:"id"`
			Result  map[string]any `json:"result"`
		}
		if err := json.Unmarshal([]byte(line), &m); err != nil || m.JSONRPC != "2.0" {
			t.Fatalf("stdout holds what is no message: %s", line)
		}
		found[m.ID.String()] = m.Result
	}
	if strings.Contains(got.stdout+got.stderr, simulator.OwnerToken) {
		t.Error("the token is in the output")
	}
	return found
}

func callLine(tool, args string) string {
	return `{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"` + tool + `","arguments":` + args + `}}`
}

func TestServeOverStdio(t *testing.T) {
	t.Parallel()
	_, env := account(t, simulator.WithProjects(600))
	got := answers(t, run{env: append(env, "ZMCP_LOG_LEVEL=debug"), stdin: `{"jsonrpc":"2.0","id":3,"method":"tools/list"}` + "\n" + callLine("list_projects", `{"limit":1}`)})
	info, _ := got["1"]["serverInfo"].(map[string]any)
	if info["name"] != "zerops-mcp" || info["version"] == "" {
		t.Errorf("server info: %v", info)
	}
	if list, _ := got["3"]["tools"].([]any); len(list) < 10 {
		t.Errorf("%d tools", len(list))
	}
	if got["2"]["isError"] == true || got["2"]["structuredContent"] == nil {
		t.Errorf("list_projects: %v", got["2"])
	}
}

func TestServeStartsWhateverTheTokenIs(t *testing.T) {
	t.Parallel()
	_, env := account(t)
	api := env[0]
	file := filepath.Join(t.TempDir(), "token")
	for name, tt := range map[string]struct {
		env  []string
		want []string
	}{
		"none":       {nil, []string{"unauthorized", "ZEROPS_TOKEN"}},
		"empty":      {[]string{"ZEROPS_TOKEN="}, []string{"unauthorized", "empty"}},
		"unexpanded": {[]string{"ZEROPS_TOKEN=${ZEROPS_TOKEN}"}, []string{"unauthorized", "expand"}},
		"revoked":    {[]string{"ZEROPS_TOKEN=" + simulator.RevokedToken}, []string{"unauthorized", "401", "ZEROPS_TOKEN"}},
		"no file":    {[]string{"ZEROPS_TOKEN_FILE=" + file}, []string{"unauthorized", "does not exist"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := answers(t, run{env: append(tt.env, api), stdin: callLine("list_projects", "{}")})
			text, err := json.Marshal(got["2"])
			if err != nil {
				t.Fatal(err)
			}
			if got["2"]["isError"] != true {
				t.Errorf("no error: %s", text)
			}
			for _, w := range tt.want {
				if !strings.Contains(string(text), w) {
					t.Errorf("%s lacks %q", text, w)
				}
			}
		})
	}
}

func TestServeWithATokenFile(t *testing.T) {
	t.Parallel()
	_, env := account(t)
	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte("Bearer "+simulator.OwnerToken+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	got := answers(t, run{args: "serve --token-file " + file, env: env[:1], stdin: callLine("whoami", "{}")})
	if got["2"]["isError"] == true {
		t.Errorf("whoami: %v", got["2"])
	}
}

// TestServeBeforeTheTokenIsThere is the state after install without a token.
func TestServeBeforeTheTokenIsThere(t *testing.T) {
	t.Parallel()
	_, env := account(t)
	file := filepath.Join(t.TempDir(), "token")
	for want, variable := range map[string]string{
		file + " does not exist": "ZEROPS_TOKEN_FILE=" + file,
		"ZEROPS_TOKEN holds ${":  "ZEROPS_TOKEN=${user_config.token}",
	} {
		got := answers(t, run{args: "serve", env: []string{env[0], variable}, stdin: callLine("whoami", "{}")})
		text := fmt.Sprint(got["2"])
		if !strings.Contains(text, want) || strings.Contains(variable, "FILE") != strings.Contains(text, "into that file; no restart is needed") {
			t.Errorf("%s: %s", variable, text)
		}
	}
}

func TestServeWarnsOfToolsThatItsModeHides(t *testing.T) {
	t.Parallel()
	got := run{args: "serve --demo --read-only --tools delete_project,get_costs"}.do(t)
	if got.code != 0 || !strings.Contains(got.stderr, "delete_project is not offered") || strings.Contains(got.stderr, "get_costs") {
		t.Errorf("exit code %d, %s", got.code, got.stderr)
	}
}

func TestServeTellsAPersonWhereToGo(t *testing.T) {
	t.Parallel()
	got := run{args: "--demo", terminal: true}.do(t)
	if got.code != 0 || got.stdout != "" || strings.Count(got.stderr, "\n") != 2 || !strings.Contains(got.stderr, "zerops-mcp help") {
		t.Errorf("exit code %d, stdout %q, stderr %q", got.code, got.stdout, got.stderr)
	}
	if got := (run{args: "--demo"}).do(t); got.stderr != "" {
		t.Errorf("without a terminal: stderr %q", got.stderr)
	}
}
