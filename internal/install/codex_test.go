package install_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"zerops-mcp/internal/install"
)

// codexFile is where Codex keeps its configuration.
func codexFile(s install.System) string { return filepath.Join(s.Home, ".codex", "config.toml") }

// wanted is a configuration that needs no change.
const wanted = "[mcp_servers.zerops]\ncommand = \"/opt/zerops/bin/zerops-mcp\"\nargs = [\"serve\", \"--read-only\"]\n" +
	"env = { ZEROPS_TOKEN_FILE = \"/home/you/.config/zerops-mcp/token\" }\n"

func TestCodexIsChangedByItsOwnCommandOnly(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		content string // "" for no file
		remove  bool
		calls   []string // what the command was called with last; nil for not at all
		note    string
	}{
		"no file":             {calls: []string{"mcp", "add", "zerops"}},
		"remove from no file": {remove: true},
		"as wanted":           {content: wanted},
		"another layout":      {content: "[mcp_servers]\nzerops = { command = '/opt/zerops/bin/zerops-mcp', args = [\"serve\", # x\n '--read-only'], env.ZEROPS_TOKEN_FILE = '/home/you/.config/zerops-mcp/token', }\n"},
		"outdated":            {content: strings.ReplaceAll(wanted, "/opt", "/old"), calls: []string{"mcp", "add", "zerops"}},
		"more in it":          {content: strings.ReplaceAll(wanted, "/opt", "/old") + "startup_timeout_sec = 20\n", calls: []string{"mcp", "add", "zerops"}, note: "what else stood in it is in the backup"},
		"somebody else's":     {content: "[mcp_servers.zerops]\ncommand = \"zcp\"\n", calls: []string{"mcp", "add", "zerops"}, note: `starts "zcp" was there before`},
		"not read":            {content: "a = [1, 2\n", calls: []string{"mcp", "add", "zerops"}, note: "not TOML as this program reads it (line 2: "},
		"remove":              {content: wanted, remove: true, calls: []string{"mcp", "remove", "zerops"}},
		"remove nothing":      {content: "[mcp_servers.other]\ncommand = \"zerops-mcp\"\n", remove: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := machine(t, "linux")
			log := program(t, s, "codex", "exit 0")
			if tt.content != "" {
				write(t, codexFile(s), tt.content)
			}
			o := options("codex", s)
			o.Remove = tt.remove
			changes := apply(t, o)
			called, err := os.ReadFile(log)
			if lines := strings.Split(string(called), "\n"); (err == nil) != (tt.calls != nil) || err == nil && !slices.Equal(lines[:3], tt.calls) {
				t.Errorf("called with %q, want %q", called, tt.calls)
			}
			if tt.note == "" && len(changes.Notes) > 0 || tt.note != "" && (len(changes.Notes) != 1 || !strings.Contains(changes.Notes[0], tt.note)) {
				t.Errorf("notes %q, want %q", changes.Notes, tt.note)
			}
			if content, err := os.ReadFile(codexFile(s)); (err == nil) != (tt.content != "") || string(content) != tt.content {
				t.Errorf("the file became %q, %v", content, err)
			}
		})
	}
}

func TestCodexWithoutItsCommandIsLeftToThePerson(t *testing.T) {
	t.Parallel()
	const stranger = "[mcp_servers.zerops]\ncommand = \"zcp\"\n"
	for name, tt := range map[string]struct {
		content, script string
		remove          bool
		want            []string
		because         string
	}{
		"add":              {want: []string{"codex mcp add zerops --env ZEROPS_TOKEN_FILE=/home/you/.config/zerops-mcp/token -- /opt/zerops/bin/zerops-mcp serve --read-only\n", "add these lines to ", wanted}, because: "not on the PATH"},
		"replace":          {content: stranger, want: []string{"in place of its section [mcp_servers.zerops]", wanted}, because: "not on the PATH"},
		"remove":           {content: stranger, remove: true, want: []string{"codex mcp remove zerops\n", "take the section [mcp_servers.zerops]"}, because: "not on the PATH"},
		"a failed command": {script: "echo no such luck >&2; exit 1", want: []string{wanted}, because: "no such luck"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := machine(t, "linux")
			if tt.script != "" {
				program(t, s, "codex", tt.script)
			}
			if tt.content != "" {
				write(t, codexFile(s), tt.content)
			}
			o := options("codex", s)
			o.Remove = tt.remove
			changes, err := install.Plan(o)
			if err != nil || len(changes.Steps) != 1 {
				t.Fatalf("%+v, %v", changes, err)
			}
			_, err = changes.Steps[0].Apply(t.Context(), s)
			byHand, ok := errors.AsType[*install.ByHandError](err)
			if !ok || !strings.Contains(err.Error(), tt.because) {
				t.Fatalf("error %v", err)
			}
			for _, want := range append(tt.want, codexFile(s)) {
				if !strings.Contains(byHand.Do, want) {
					t.Errorf("no %q in\n%s", want, byHand.Do)
				}
			}
			if content, err := os.ReadFile(codexFile(s)); (err == nil) != (tt.content != "") || string(content) != tt.content {
				t.Errorf("the file became %q, %v", content, err)
			}
		})
	}
}

func TestCodexKeepsItsFileWhereItIsTold(t *testing.T) {
	t.Parallel()
	s := machine(t, "linux", "CODEX_HOME="+filepath.Join(t.TempDir(), "elsewhere"))
	changes, err := install.Plan(options("codex", s))
	if err != nil || len(changes.Steps) != 1 || !strings.HasSuffix(filepath.ToSlash(changes.Steps[0].Path), "/elsewhere/config.toml") {
		t.Errorf("%+v, %v", changes, err)
	}
}

// Files as people have them are read for what our entry in them says.
func TestCodexFilesAsPeopleHaveThem(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"as-it-writes.toml": "/opt/zerops/bin/zerops-mcp [serve --read-only] [ZEROPS_TOKEN_FILE=/home/you/.config/zerops-mcp/token]",
		"config.toml":       "",
		"foreign.toml":      "zcp [] [ZCP_API_KEY=secret-word-fixture]",
		"inline-env.toml":   `C:\old\zerops-mcp.exe [] [ZEROPS_TOKEN_FILE=C:\old\token A-B=c]`,
		"no-line-end.toml":  "",
		"outdated.toml":     "/old/zerops-mcp [serve] [ZEROPS_TOKEN_FILE=/old/token HTTPS_PROXY=http://proxy.example:3128]",
	} {
		command, args, env, err := install.ReadTOML([]byte(read(t, filepath.Join("testdata", "codex", name))))
		got := ""
		if command != "" {
			got = command + " [" + strings.Join(args, " ") + "] [" + strings.Join(env, " ") + "]"
		}
		if err != nil || got != want {
			t.Errorf("%s: %s, %v, want %s", name, got, err, want)
		}
	}
}

// What cannot be read is a problem of the entry, not the entry of nobody.
func TestACodexFileThatCannotBeRead(t *testing.T) {
	t.Parallel()
	for content, want := range map[string]string{
		"[mcp_servers.zerops\n":                 "line 1: a heading without an end",
		"[mcp_servers.zerops]\ncommand = \"x\n": "line 2: a string without an end",
		"zerops\n":                              "line 1: a key without a value",
		"zerops =\n":                            "line 1: a value is missing",
		"zerops = \"\\q\"":                      "line 1: an escape that does not exist",
		"zerops = \"a\" b\n":                    "line 1: something behind a value",
		"zerops = " + strings.Repeat("[", 1000): "line 1: too many lists inside each other",
		"zerops = { a = 1":                      "line 1: a list or table without an end",
		"\ufeff# mine\r\nzerops = \"\"\"\r\na\r\n\"\"\"]\r\n": "line 4: something behind a value",
	} {
		s := machine(t, "linux")
		write(t, codexFile(s), content)
		found := install.Find(s)
		if len(found) != 1 || !strings.Contains(found[0].Problem, want) {
			t.Errorf("%q: %+v, want %q", content, found, want)
		}
	}
}
