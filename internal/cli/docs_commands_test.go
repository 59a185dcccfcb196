package cli_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

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
