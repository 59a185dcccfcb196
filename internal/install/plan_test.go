package install_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tailscale/hujson"

	"zerops-mcp/internal/install"
)

var update = flag.Bool("update", false, "rewrite the expected files")

// machine is a home directory of its own.
func machine(t *testing.T, system string, environ ...string) install.System {
	t.Helper()
	home := t.TempDir()
	return install.System{OS: system, Home: home, Environ: append(environ, "PATH="+filepath.Join(home, "bin"))}
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func options(client string, s install.System) install.Options {
	return install.Options{
		Client: client, System: s, Command: "/opt/zerops/bin/zerops-mcp",
		Args: []string{"serve", "--read-only"}, TokenFile: "/home/you/.config/zerops-mcp/token",
	}
}

// apply plans and does it, and returns what the plan was.
func apply(t *testing.T, o install.Options) *install.Changes {
	t.Helper()
	changes, err := install.Plan(o)
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range changes.Steps {
		if _, err := step.Apply(t.Context(), o.System); err != nil {
			t.Fatal(err)
		}
	}
	return changes
}

// places is where each client keeps its configuration, by system.
func places() map[string]map[string]string {
	return map[string]map[string]string{
		"claude-desktop": {
			"linux": ".config/Claude/claude_desktop_config.json", "darwin": "Library/Application Support/Claude/claude_desktop_config.json",
			"windows": "AppData/Roaming/Claude/claude_desktop_config.json",
		},
		"claude-code": {"linux": ".claude.json", "darwin": ".claude.json", "windows": ".claude.json"},
		"cursor":      {"linux": ".cursor/mcp.json", "darwin": ".cursor/mcp.json", "windows": ".cursor/mcp.json"},
		"vscode": {
			"linux": ".config/Code/User/mcp.json", "darwin": "Library/Application Support/Code/User/mcp.json",
			"windows": "AppData/Roaming/Code/User/mcp.json",
		},
		"devin": {"linux": ".config/devin/mcp_config.json", "darwin": ".config/devin/mcp_config.json", "windows": "AppData/Roaming/devin/mcp_config.json"},
		"zed":   {"linux": ".config/zed/settings.json", "darwin": ".config/zed/settings.json", "windows": "AppData/Roaming/Zed/settings.json"},
		"gemini": {
			"linux": ".gemini/settings.json", "darwin": ".gemini/settings.json", "windows": ".gemini/settings.json",
		},
		"antigravity": {
			"linux": ".gemini/config/mcp_config.json", "darwin": ".gemini/config/mcp_config.json", "windows": ".gemini/config/mcp_config.json",
		},
	}
}

func TestEveryClientOnEverySystemFromNothingAndBack(t *testing.T) {
	t.Parallel()
	if len(install.Clients()) != len(places())+1 { // Codex changes its file itself
		t.Errorf("clients %v, places of %d", install.Clients(), len(places()))
	}
	for client, bySystem := range places() {
		for system, relative := range bySystem {
			t.Run(client+" on "+system, func(t *testing.T) {
				t.Parallel()
				s := machine(t, system)
				path := filepath.Join(s.Home, filepath.FromSlash(relative))
				o := options(client, s)
				changes := apply(t, o)
				if len(changes.Steps) != 1 || changes.Steps[0].Path != path || changes.Seen == "" {
					t.Fatalf("steps %+v, want one for %s", changes.Steps, path)
				}
				content := read(t, path)
				for _, want := range []string{"/opt/zerops/bin/zerops-mcp", "serve", "--read-only", "ZEROPS_TOKEN_FILE", "/home/you/.config/zerops-mcp/token"} {
					if !strings.Contains(content, want) {
						t.Errorf("%s lacks %q:\n%s", path, want, content)
					}
				}
				if !json.Valid([]byte(content)) {
					t.Errorf("not strict JSON:\n%s", content)
				}
				if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
					t.Errorf("a new file has mode %v", info.Mode())
				}
				found := install.Find(s)
				if len(found) != 1 || found[0].Client != client || found[0].Command != o.Command || len(found[0].Args) != 2 || found[0].TokenFile() != o.TokenFile {
					t.Errorf("found %+v", found)
				}
				if again := apply(t, o); len(again.Steps) != 0 {
					t.Errorf("a second run changes something:\n%s", again.Steps[0].Diff())
				}
				o.Remove = true
				apply(t, o)
				if left := read(t, path); strings.Contains(left, "zerops") {
					t.Errorf("removing leaves:\n%s", left)
				}
				if again := apply(t, o); len(again.Steps) != 0 {
					t.Error("a second removal changes something")
				}
			})
		}
	}
}

// TestRealLookingFiles changes copies of files as people have them, and compares
// with what is expected byte for byte.
func TestRealLookingFiles(t *testing.T) {
	t.Parallel()
	inputs, err := filepath.Glob(filepath.Join("testdata", "*", "*.in"))
	if err != nil || len(inputs) < 12 {
		t.Fatalf("%d inputs, %v", len(inputs), err)
	}
	for _, input := range inputs {
		client := filepath.Base(filepath.Dir(input))
		name := strings.TrimSuffix(input, ".in")
		t.Run(client+"/"+filepath.Base(name), func(t *testing.T) {
			t.Parallel()
			s := machine(t, "linux")
			path := filepath.Join(s.Home, filepath.FromSlash(places()[client]["linux"]))
			before := read(t, input)
			write(t, path, before)
			if err := os.Chmod(path, 0o640); err != nil {
				t.Fatal(err)
			}
			o := options(client, s)
			changes := apply(t, o)
			after := read(t, path)
			expected := name + ".out"
			if *update {
				if err := os.WriteFile(expected, []byte(after), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if want := read(t, expected); after != want {
				t.Errorf("got:\n%s\nwant:\n%s", after, want)
			}
			if len(changes.Steps) == 0 {
				return
			}
			if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o640 {
				t.Errorf("the mode became %v", info.Mode())
			}
			backups, err := filepath.Glob(path + ".backup-*")
			if err != nil || len(backups) != 1 || read(t, backups[0]) != before {
				t.Errorf("backups %v, %v", backups, err)
			}
			if again := apply(t, o); len(again.Steps) != 0 {
				t.Errorf("a second run changes something:\n%s", again.Steps[0].Diff())
			}
			if !strings.Contains(before, "zerops") {
				o.Remove = true
				apply(t, o)
				if left := normal(t, path); left != normalText(t, before) {
					t.Errorf("install and remove leave a difference:\n%s", read(t, path))
				}
			}
		})
	}
}

// normal is a configuration without the section that install may have made.
func normal(t *testing.T, path string) string {
	t.Helper()
	return normalText(t, read(t, path))
}

func normalText(t *testing.T, text string) string {
	t.Helper()
	text = strings.TrimPrefix(text, "\ufeff")
	if strings.TrimSpace(text) == "" {
		text = "{}"
	}
	standard, err := hujson.Standardize([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	var object map[string]any
	if err := json.Unmarshal(standard, &object); err != nil {
		t.Fatal(err)
	}
	for _, section := range []string{"mcpServers", "servers", "context_servers"} {
		if servers, ok := object[section].(map[string]any); ok && len(servers) == 0 {
			delete(object, section)
		}
	}
	out, err := json.Marshal(object)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func TestFilesThatAreRefused(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ client, content, want string }{
		{"cursor", `{"mcpServers": {`, "not valid JSON"},
		{"cursor", `[1, 2]`, "JSON object"},
		{"cursor", `"text"`, "JSON object"},
		{"cursor", `{"mcpServers": []}`, "not an object"},
		{"cursor", `{"mcpServers": null}`, "not an object"},
		{"cursor", "\x00\x01", "not valid JSON"},
		{"zed", `{"a": 1} {"b": 2}`, "not valid JSON"},
	} {
		t.Run(tt.client+" "+tt.content, func(t *testing.T) {
			t.Parallel()
			s := machine(t, "linux")
			path := filepath.Join(s.Home, filepath.FromSlash(places()[tt.client]["linux"]))
			write(t, path, tt.content)
			for _, remove := range []bool{false, true} {
				o := options(tt.client, s)
				o.Remove = remove
				_, err := install.Plan(o)
				if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), path) || strings.ContainsAny(err.Error(), "\n") {
					t.Errorf("remove %t: error %v, want one line with %q and the path", remove, err, tt.want)
				}
			}
			if read(t, path) != tt.content {
				t.Error("the file was changed")
			}
		})
	}
}

func TestPlacesThatDependOnTheMachine(t *testing.T) {
	t.Parallel()
	first := func(s install.System, client string) string {
		t.Helper()
		changes, err := install.Plan(options(client, s))
		if err != nil || len(changes.Steps) == 0 {
			t.Fatalf("%s: %v", client, err)
		}
		rel, err := filepath.Rel(s.Home, changes.Steps[0].Path)
		if err != nil {
			t.Fatal(err)
		}
		return filepath.ToSlash(rel)
	}
	old := machine(t, "linux")
	write(t, filepath.Join(old.Home, ".codeium/windsurf/mcp_config.json"), "{}")
	if got := first(old, "windsurf"); got != ".codeium/windsurf/mcp_config.json" {
		t.Errorf("with only the old file: %s", got)
	}
	write(t, filepath.Join(old.Home, ".config/devin/mcp_config.json"), "{}")
	if got := first(old, "devin"); got != ".config/devin/mcp_config.json" {
		t.Errorf("with both files: %s", got)
	}
	store := machine(t, "windows")
	packaged := "AppData/Local/Packages/Claude_pzs8sxrjxfjjc/LocalCache/Roaming/Claude"
	if err := os.MkdirAll(filepath.Join(store.Home, filepath.FromSlash(packaged)), 0o755); err != nil {
		t.Fatal(err)
	}
	if got := first(store, "claude-desktop"); got != packaged+"/claude_desktop_config.json" {
		t.Errorf("with the Windows store's Claude: %s", got)
	}
	both := machine(t, "linux")
	write(t, filepath.Join(both.Home, ".gemini/config/mcp_config.json"), "{}")
	write(t, filepath.Join(both.Home, ".gemini/antigravity/mcp_config.json"), "{}")
	if changes, err := install.Plan(options("antigravity", both)); err != nil || len(changes.Steps) != 2 {
		t.Errorf("with command line and editor: %d steps, %v", len(changes.Steps), err)
	}
	moved := machine(t, "linux")
	moved.Environ = append(moved.Environ, "CODEX_HOME="+filepath.Join(moved.Home, "elsewhere"), "XDG_CONFIG_HOME="+filepath.Join(moved.Home, "conf"))
	if got := first(moved, "codex"); got != "elsewhere/config.toml" {
		t.Errorf("with CODEX_HOME: %s", got)
	}
	if got := first(moved, "zed"); got != "conf/zed/settings.json" {
		t.Errorf("with XDG_CONFIG_HOME: %s", got)
	}
	if _, err := install.Plan(options("cursor", install.System{OS: "linux"})); err == nil || !strings.Contains(err.Error(), "HOME") {
		t.Errorf("without a home directory: %v", err)
	}
	if _, err := install.Plan(options("emacs", moved)); err == nil || !strings.Contains(err.Error(), "claude-desktop") {
		t.Errorf("an unknown client: %v", err)
	}
}

func TestDiff(t *testing.T) {
	t.Parallel()
	s := machine(t, "linux")
	path := filepath.Join(s.Home, ".cursor", "mcp.json")
	write(t, path, "{\n  \"mcpServers\": {\n    \"other\": {\n      \"command\": \"other\"\n    }\n  }\n}\n")
	changes, err := install.Plan(options("cursor", s))
	if err != nil {
		t.Fatal(err)
	}
	want := "--- " + path + "\n+++ " + path + `
@@ -2,6 +2,14 @@
   "mcpServers": {
     "other": {
       "command": "other"
+    },
+    "zerops": {
+      "type": "stdio",
+      "command": "/opt/zerops/bin/zerops-mcp",
+      "args": ["serve", "--read-only"],
+      "env": {
+        "ZEROPS_TOKEN_FILE": "/home/you/.config/zerops-mcp/token"
+      }
     }
   }
 }
`
	if got := changes.Steps[0].Diff(); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
	if read(t, path) == "" || strings.Contains(read(t, path), "zerops") {
		t.Error("planning changed the file")
	}
}

// Windows spells the variable Path; a client's own program is found all the same,
// and so is a configured name without a path.
func TestProgramsAreFoundOnWindows(t *testing.T) {
	t.Parallel()
	s := machine(t, "windows")
	s.Environ = []string{"Path=" + filepath.Join(s.Home, "bin")}
	claude := filepath.Join(s.Home, "bin", "claude.exe")
	write(t, claude, "")
	changes, err := install.Plan(options("claude-code", s))
	if err != nil || len(changes.Steps) != 1 || len(changes.Steps[0].Command) == 0 || changes.Steps[0].Command[0] != claude {
		t.Errorf("%+v, %v", changes, err)
	}
	write(t, filepath.Join(s.Home, "bin", "zerops-mcp.exe"), "")
	if found := (&install.Installed{Command: "zerops-mcp"}); !found.Executable(s) {
		t.Error("zerops-mcp counts as one that cannot be started")
	}
}
