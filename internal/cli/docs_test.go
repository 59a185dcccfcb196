package cli_test

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"

	"zerops-mcp/internal/install"
	"zerops-mcp/internal/settings"
)

// page is one document of the repository.
type page struct{ path, text string }

func pages(t *testing.T) []page {
	t.Helper()
	var found []page
	root := filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := entry.Name()
		if entry.IsDir() && path != root && (strings.HasPrefix(name, ".") || name == "testdata" || name == "node_modules" || name == "dist") {
			return filepath.SkipDir
		}
		if strings.HasSuffix(name, ".md") {
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			relative, err := filepath.Rel(root, path)
			found = append(found, page{filepath.ToSlash(relative), string(text)})
			return err
		}
		return nil
	})
	if err != nil || len(found) < 15 {
		t.Fatalf("%d documents, %v", len(found), err)
	}
	return found
}

// block is a fenced block of a document.
type block struct{ language, text string }

func (p page) blocks() []block {
	var found []block
	var current *block
	indent := ""
	for line := range strings.Lines(p.text) {
		trimmed := strings.TrimSpace(line)
		switch {
		case current == nil && strings.HasPrefix(trimmed, "```"):
			current = &block{language: strings.TrimPrefix(trimmed, "```")}
			indent = line[:strings.Index(line, "`")]
		case current != nil && trimmed == "```":
			found = append(found, *current)
			current = nil
		case current != nil:
			current.text += strings.TrimPrefix(line, indent)
		}
	}
	return found
}

func TestDocumentsHoldWhatTheySay(t *testing.T) {
	t.Parallel()
	_, env := account(t)
	counted, servers := map[string]int{}, 0
	for _, p := range pages(t) {
		for _, b := range p.blocks() {
			counted[b.language]++
			var err error
			switch b.language {
			case "json":
				var v any
				err = json.Unmarshal([]byte(b.text), &v)
				servers += checkServers(t, v)
			case "yaml":
				var v any
				err = yaml.Unmarshal([]byte(b.text), &v)
			case "toml":
				servers += checkCodex(t, b.text)
			case "sh":
				for _, c := range commands(b.text) {
					t.Run(p.path+": "+strings.Join(c.words, " "), func(t *testing.T) {
						t.Parallel()
						c.check(t, env)
					})
				}
			}
			if err != nil {
				t.Errorf("%s: a block of %s is broken: %v\n%s", p.path, b.language, err, b.text)
			}
		}
	}
	if counted["sh"] < 15 || counted["json"] < 5 || counted["toml"] < 1 || servers < 5 {
		t.Errorf("blocks checked: %v, servers in them: %d", counted, servers)
	}
}

// checkServers loads every server that a configuration would start, and returns
// how many there were.
func checkServers(t *testing.T, v any) int {
	t.Helper()
	object, ok := v.(map[string]any)
	if !ok {
		return 0
	}
	program, _ := object["command"].(string)
	if program == "" {
		found := 0
		for _, inner := range object {
			found += checkServers(t, inner)
		}
		return found
	}
	if program == "docker" {
		words := []string{program}
		args, _ := object["args"].([]any)
		for _, a := range args {
			words = append(words, fmt.Sprint(a))
		}
		command{words: words}.checkDocker(t)
		return 1
	}
	raw, err := json.Marshal(object)
	if err != nil {
		t.Fatal(err)
	}
	checkEntry(t, raw)
	return 1
}

// checkCodex loads the server that a configuration of Codex would start.
func checkCodex(t *testing.T, text string) int {
	t.Helper()
	home := t.TempDir()
	path := filepath.Join(home, ".codex", "config.toml")
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	found := install.Find(install.System{OS: "linux", Home: home})
	if len(found) != 1 || found[0].Problem != "" {
		t.Fatalf("found %+v in\n%s", found, text)
	}
	env := map[string]any{}
	for _, pair := range found[0].Env {
		name, value, _ := strings.Cut(pair, "=")
		env[name] = value
	}
	return checkServers(t, map[string]any{"command": found[0].Command, "args": found[0].Args, "env": env})
}

// command is one line of a shell block.
type command struct {
	env   []string
	words []string
}

// commands reads the lines of a shell block, with its quotes, assignments and
// comments; of a line with pipes or groups only the first command counts.
// split cuts a line into words as a shell does, and puts in what $(cat FILE)
// and $HOME stand for.
// check runs a command where that is possible here, and otherwise checks what
// of it is ours.
// runOurs runs the program; a server that would listen is only configured.
// checkClient checks the server that a client's own command would configure.
// load checks a command line and an environment; nothing may be unknown.
func load(t *testing.T, args, env []string) *settings.Settings {
	t.Helper()
	s, _, err := settings.Load(settings.Source{Args: args, Environ: env, Dir: "/srv/app", Home: "/home/you"})
	if err != nil {
		t.Errorf("%q %q: %v", args, env, err)
	}
	for _, pair := range env {
		if name, _, _ := strings.Cut(pair, "="); !slices.Contains(variables(), name) {
			t.Errorf("%s is not a variable of the program", name)
		}
	}
	return s
}

// checkEntry checks a server of a client's configuration: it starts, and holds
// no secret.
func checkEntry(t *testing.T, raw []byte) {
	t.Helper()
	var e struct {
		Command string            `json:"command"`
		Args    []string          `json:"args"`
		Env     map[string]string `json:"env"`
	}
	if err := json.Unmarshal(raw, &e); err != nil {
		t.Fatal(err)
	}
	var env []string
	for name, v := range e.Env {
		env = append(env, name+"="+v)
	}
	if s := load(t, e.Args, env); !strings.HasSuffix(e.Command, "zerops-mcp") || s == nil || filepath.ToSlash(s.TokenFile) != "/home/you/.config/zerops-mcp/token" {
		t.Errorf("entry %s", raw)
	}
}

func variables() []string {
	names := settings.TokenVariables()
	for _, s := range settings.Table() {
		names = append(names, s.Env...)
	}
	return names
}

func text(t *testing.T, elements ...string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(append([]string{"..", ".."}, elements...)...))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// TestLinks checks that links within the repository lead somewhere.
// TestOneClickLinks checks what the links of docs/clients.md would configure.
// TestNamesInDocuments checks that documents only name what exists: variables,
// flags, tools, arguments and error codes.
// TestTheTranscriptIsTrue checks the conversation at the top of the README
// against the demo account.
