package cli_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pelletier/go-toml/v2"
	"go.yaml.in/yaml/v4"

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
				var v any
				err = toml.Unmarshal([]byte(b.text), &v)
				servers += checkServers(t, v)
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

// command is one line of a shell block.
type command struct {
	env   []string
	words []string
}

// commands reads the lines of a shell block, with its quotes, assignments and
// comments; of a line with pipes or groups only the first command counts.
func commands(text string) []command {
	var found []command
	for line := range strings.Lines(strings.ReplaceAll(text, "\\\n", " ")) {
		c := command{}
		for _, w := range split(line) {
			if w == "|" || w == ">" || w == "#" {
				break
			}
			if name, _, ok := strings.Cut(w, "="); ok && len(c.words) == 0 && strings.Trim(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_") == "" {
				c.env = append(c.env, w)
				continue
			}
			c.words = append(c.words, w)
		}
		if len(c.words) > 0 {
			found = append(found, c)
		}
	}
	return found
}

// split cuts a line into words as a shell does, and puts in what $(cat FILE)
// and $HOME stand for.
func split(line string) []string {
	var words []string
	var word strings.Builder
	quote, open := rune(0), false
	flush := func() {
		if open {
			words = append(words, fill(word.String()))
		}
		word.Reset()
		open = false
	}
	depth := 0
	for _, r := range strings.TrimSpace(line) {
		switch {
		case quote != 0 && r == quote && depth == 0:
			quote = 0
		case quote == 0 && (r == '\'' || r == '"'):
			quote, open = r, true
		case quote == 0 && depth == 0 && (r == ' ' || r == '\t'):
			flush()
		default:
			switch r {
			case '(':
				depth++
			case ')':
				depth--
			}
			word.WriteRune(r)
			open = true
		}
	}
	flush()
	return words
}

func fill(word string) string {
	word = strings.ReplaceAll(word, "$HOME", "/home/you")
	if before, _, ok := strings.Cut(word, "$(openssl rand "); ok {
		return before + "MTp0aGUgb3V0cHV0IG9mIGEgdGVzdCBvbmx5"
	}
	if before, rest, ok := strings.Cut(word, "$(cat "); ok {
		name, after, _ := strings.Cut(rest, ")")
		content, err := os.ReadFile(filepath.Join("..", "..", name))
		if err == nil {
			return before + string(content) + after
		}
	}
	return word
}

// check runs a command where that is possible here, and otherwise checks what
// of it is ours.
func (c command) check(t *testing.T, env []string) {
	t.Helper()
	switch c.words[0] {
	case "zerops-mcp":
		c.runOurs(t, c.words[1:], env)
	case "go":
		c.checkGo(t, env)
	case "claude", "codex", "gemini", "code":
		c.checkClient(t)
	case "docker":
		c.checkDocker(t)
	case ".ci/run":
		for _, step := range c.words[1:] {
			if !strings.Contains(text(t, ".ci", "run"), "\nstep_"+step+"()") {
				t.Errorf(".ci/run has no step %q", step)
			}
		}
	case ".ci/fuzz":
		if len(c.words) > 2 {
			if _, err := regexp.Compile(c.words[2]); err != nil {
				t.Error(err)
			}
		}
		if _, err := time.ParseDuration(c.words[1]); err != nil && strings.Trim(c.words[1], "0123456789") != "x" {
			t.Errorf("neither a time nor a number of executions: %q", c.words[1])
		}
	case "mkdir", "cosign", "gh": // what is not ours
	default:
		if !strings.HasPrefix(c.words[0], "(umask") {
			t.Errorf("nothing checks this command: %q", c.words)
		}
	}
}

// runOurs runs the program; a server that would listen is only configured.
func (c command) runOurs(t *testing.T, args, env []string) {
	t.Helper()
	if slices.Contains(args, "http") {
		load(t, args, c.env)
		return
	}
	if !slices.Contains(args, "--demo") {
		args = slices.Clone(args)
		c.env = append(slices.Clone(env), c.env...)
	}
	home, executable := fresh(t)
	got := run{words: args, env: c.env, home: home, executable: executable, dir: filepath.Join("..", "..")}.do(t)
	if got.code != 0 {
		t.Errorf("exit code %d\n%s%s", got.code, got.stdout, got.stderr)
	}
}

func (c command) checkGo(t *testing.T, env []string) {
	t.Helper()
	switch {
	case len(c.words) > 3 && c.words[1] == "run" && c.words[2] == ".":
		c.runOurs(t, c.words[3:], env)
	case len(c.words) > 2 && c.words[1] == "run":
		if _, err := os.Stat(filepath.Join("..", "..", c.words[2], "main.go")); err != nil {
			t.Error(err)
		}
	case !slices.Contains([]string{"test", "install", "build"}, c.words[1]):
		t.Errorf("nothing checks this command: %q", c.words)
	}
}

// checkClient checks the server that a client's own command would configure.
func (c command) checkClient(t *testing.T) {
	t.Helper()
	if isAdd(c.words) {
		added, err := readAdd(c.words)
		if err != nil {
			t.Fatalf("%v\n%q", err, c.words)
		}
		if added.name != "zerops" || added.command != "zerops-mcp" {
			t.Errorf("%q adds %q, which runs %q", c.words, added.name, added.command)
		}
		load(t, added.args, added.env)
		return
	}
	for _, w := range c.words {
		switch {
		case strings.HasPrefix(w, "ZEROPS_") || strings.HasPrefix(w, "ZMCP_"):
			load(t, nil, []string{w})
		case strings.HasPrefix(w, "{"):
			checkEntry(t, []byte(w))
		case strings.HasPrefix(w, "./"):
			if _, err := os.Stat(filepath.Join("..", "..", w)); err != nil {
				t.Error(err)
			}
		}
	}
}

func (c command) checkDocker(t *testing.T) {
	t.Helper()
	var variables, args []string
	image := false
	for i := 2; i < len(c.words); i++ {
		switch w := c.words[i]; {
		case image:
			args = append(args, w)
		case w == "-i" || w == "--rm" || w == "--read-only":
		case w == "-e":
			i++
			if name, _, ok := strings.Cut(c.words[i], "="); !ok {
				variables = append(variables, name+"=obviously-fake")
			} else {
				variables = append(variables, c.words[i])
			}
		case w == "-p" || w == "--cap-drop" || w == "-t":
			i++
		case c.words[1] == "build" && w == ".":
		case w == "zerops-mcp" || strings.HasSuffix(strings.TrimSuffix(w, ":1.0.0"), "/zerops-mcp"):
			image = true
		default:
			t.Errorf("nothing checks %q of %q", w, c.words)
		}
	}
	if !image && c.words[1] != "build" {
		t.Errorf("no image in %q", c.words)
	}
	load(t, args, variables)
}

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
func TestLinks(t *testing.T) {
	t.Parallel()
	link := regexp.MustCompile(`\]\(([^)\s]+)\)`)
	for _, p := range pages(t) {
		for _, m := range link.FindAllStringSubmatch(p.text, -1) {
			target, _, _ := strings.Cut(m[1], "#")
			if target == "" || strings.Contains(target, ":") {
				continue
			}
			if _, err := os.Stat(filepath.Join("..", "..", filepath.Dir(p.path), target)); err != nil {
				t.Errorf("%s links to %s, which is not there", p.path, m[1])
			}
		}
	}
}

// TestOneClickLinks checks what the links of docs/clients.md would configure.
func TestOneClickLinks(t *testing.T) {
	t.Parallel()
	found := 0
	for _, m := range regexp.MustCompile(`\[Add to [^\]]*\]\((https[^)]+)\)`).FindAllStringSubmatch(text(t, "docs", "clients.md"), -1) {
		found++
		u, err := url.Parse(m[1])
		if err != nil {
			t.Fatal(err)
		}
		config := u.Query().Get("config")
		switch {
		case strings.HasPrefix(config, "{"):
			checkEntry(t, []byte(config))
		case config != "":
			raw, err := base64.StdEncoding.DecodeString(config)
			if err != nil {
				t.Fatal(err)
			}
			checkEntry(t, raw)
		default:
			inner, err := url.Parse(u.Query().Get("url"))
			if err != nil {
				t.Fatal(err)
			}
			raw, err := url.QueryUnescape(inner.RawQuery)
			if err != nil {
				t.Fatal(err)
			}
			checkEntry(t, []byte(raw))
		}
	}
	if found != 3 {
		t.Errorf("%d links", found)
	}
}

// TestNamesInDocuments checks that documents only name what exists: variables,
// flags, tools, arguments and error codes.
func TestNamesInDocuments(t *testing.T) {
	t.Parallel()
	known := map[string]bool{}
	for _, m := range regexp.MustCompile(`Code[A-Z]\w* += "([a-z_]+)"`).FindAllStringSubmatch(text(t, "tools", "request", "codes.go"), -1) {
		known[m[1]] = true
		if !strings.Contains(text(t, "docs", "troubleshooting.md"), "| `"+m[1]+"` |") {
			t.Errorf("docs/troubleshooting.md does not explain %s", m[1])
		}
	}
	got := run{args: "tools --toolsets all --allow-secrets --output json"}.do(t)
	word := regexp.MustCompile(`"([a-z]+(?:_[a-z]+)+)"`)
	for _, m := range word.FindAllStringSubmatch(got.stdout, -1) {
		known[m[1]] = true
	}
	for _, w := range []string{"mcp_servers", "context_servers", "tool_timeout_sec", "retry_after_seconds"} {
		known[w] = true
	}
	flags := map[string]bool{"--cap-drop": true}
	for _, s := range settings.Table() {
		flags["--"+s.Flag] = true
	}
	variable := regexp.MustCompile(`\b(?:ZMCP|ZEROPS)_[A-Z]+(?:_[A-Z]+)*\b`)
	span := regexp.MustCompile("`([^`\n]+)`")
	for _, pattern := range []string{"Dockerfile", "packaging/*/*", "packaging/*/.*", "packaging/*.json", ".github/workflows/*", ".goreleaser.y*ml"} {
		files, err := filepath.Glob(filepath.Join("..", "..", filepath.FromSlash(pattern)))
		if err != nil || len(files) == 0 {
			t.Errorf("%s: %d files, %v", pattern, len(files), err)
		}
		for _, path := range files {
			content, err := os.ReadFile(path)
			if err != nil {
				continue // a directory
			}
			for _, name := range variable.FindAllString(string(content), -1) {
				if !slices.Contains(variables(), name) {
					t.Errorf("%s names the variable %s, which is not read", path, name)
				}
			}
		}
	}
	for _, p := range pages(t) {
		for _, name := range variable.FindAllString(p.text, -1) {
			if !slices.Contains(variables(), name) && name != "ZMCP_READONLY" && name != "ZEROPS_YAML" {
				t.Errorf("%s names the variable %s, which is not read", p.path, name)
			}
		}
		if strings.HasPrefix(p.path, "docs/adr") || strings.HasPrefix(p.path, "tools/") || p.path == "docs/architecture.md" || p.path == "docs/tools.md" || p.path == "CONTRIBUTING.md" {
			continue // these also name what is inside the code
		}
		for _, m := range span.FindAllStringSubmatch(p.text, -1) {
			first := strings.Fields(m[1])
			if len(first) == 0 {
				continue
			}
			flag, _, _ := strings.Cut(first[0], "=")
			if strings.HasPrefix(flag, "--") && len(flag) > 2 && !flags[flag] {
				t.Errorf("%s names the flag %s, which does not exist", p.path, flag)
			}
			if regexp.MustCompile(`^[a-z]+(_[a-z]+)+$`).MatchString(m[1]) && !known[m[1]] {
				t.Errorf("%s names %s, which is no tool, argument, field or code", p.path, m[1])
			}
		}
	}
}

// TestTheTranscriptIsTrue checks the conversation at the top of the README
// against the demo account.
func TestTheTranscriptIsTrue(t *testing.T) {
	t.Parallel()
	got := run{args: "call diagnose_service --demo --arg project=ml-experiments --arg service=labeling"}.do(t)
	for _, want := range []string{`"cause":"dependency_conflict"`, `"confidence":"high"`, "react-dom@19.0.0", "react@18.3.1", "npm ci", `"status":"ACTIVE","containers":"1 ACTIVE"`} {
		if !strings.Contains(got.stdout, want) {
			t.Errorf("diagnose_service does not say %s", want)
		}
	}
	got = run{args: "call stop_service --demo --arg project=eshop-staging --arg service=api"}.do(t)
	if got.code != 3 || !strings.Contains(got.stdout, "unreachable until it is started again; data stays") {
		t.Errorf("stop_service: %d %s", got.code, got.stdout)
	}
	if !strings.Contains(text(t, "README.md"), "react-dom@19.0.0") || !strings.Contains(fmt.Sprint(pages(t)[0]), "#") {
		t.Error("the README has another transcript")
	}
}
