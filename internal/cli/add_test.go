package cli_test

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// addGrammar is how a client's own command for adding servers reads its words.
type addGrammar struct {
	// one takes the next word, all takes every word up to the next option, none
	// takes no word.
	one, all, none []string
	// dashed commands start the server with what stands after --.
	dashed bool
}

// addGrammars are those of Claude Code 2.1, Codex 0.171 and Gemini CLI 0.61. An
// option that lists several values is read as one that takes all, whatever a
// version makes of it.
func addGrammars() map[string]addGrammar {
	return map[string]addGrammar{
		"claude": {
			one: []string{"-s", "--scope", "-t", "--transport", "--client-id", "--callback-port"}, all: []string{"-e", "--env", "-H", "--header"},
			none: []string{"--client-secret"}, dashed: true,
		},
		"codex": {one: []string{"--env", "-c", "--config"}, dashed: true},
		"gemini": {
			one: []string{"-s", "--scope", "-t", "--transport", "--timeout", "--description"},
			all: []string{"-e", "--env", "-H", "--header", "--include-tools", "--exclude-tools"}, none: []string{"--trust"},
		},
	}
}

// added is the server that such a command would add.
type added struct {
	name, command string
	args, env     []string
}

// isAdd reports whether a command adds a server by the words of an entry.
func isAdd(words []string) bool {
	_, known := addGrammars()[words[0]]
	return known && len(words) > 2 && words[1] == "mcp" && words[2] == "add"
}

// readAdd reads such a command as the client does.
func readAdd(words []string) (added, error) {
	grammar := addGrammars()[words[0]]
	var found added
	var positional, after []string
	words = words[3:]
	for i := 0; i < len(words); i++ {
		word := words[i]
		option, value, joined := strings.Cut(word, "=")
		var values []string
		switch {
		case word == "--":
			after, words = words[i+1:], nil
			continue
		case !strings.HasPrefix(word, "-"):
			positional = append(positional, word)
			continue
		case joined && strings.HasPrefix(word, "--"):
			values = []string{value}
		case slices.Contains(grammar.none, option):
		case slices.Contains(grammar.one, option) && i+1 < len(words):
			i++
			values = []string{words[i]}
		case slices.Contains(grammar.all, option):
			for i+1 < len(words) && !strings.HasPrefix(words[i+1], "-") {
				i++
				values = append(values, words[i])
			}
		default:
			return found, fmt.Errorf("%q is not an option, or has no value", word)
		}
		if option == "-e" || option == "--env" {
			for _, pair := range values {
				if !strings.Contains(pair, "=") {
					return found, fmt.Errorf("%q is taken for a variable", pair)
				}
			}
			found.env = append(found.env, values...)
		}
	}
	if grammar.dashed == (after == nil) {
		return found, fmt.Errorf("-- is missing, or means nothing to this client")
	}
	started := append(positional, after...)
	if len(started) < 2 || grammar.dashed && len(positional) != 1 {
		return found, fmt.Errorf("the words of the server are %q", started)
	}
	found.name, found.command, found.args = started[0], started[1], started[2:]
	return found, nil
}

// TestTheGrammarOfClientsRefusesWhatTheyDo keeps the check of the documents
// honest.
func TestTheGrammarOfClientsRefusesWhatTheyDo(t *testing.T) {
	t.Parallel()
	for _, line := range []string{
		"claude mcp add --scope user --env A=b zerops -- zerops-mcp serve",
		"claude mcp add -e A=b zerops -- zerops-mcp serve",
		"claude mcp add zerops --env A=b zerops-mcp serve",
		"claude mcp add --header A:b zerops -- zerops-mcp serve",
		"claude mcp add zerops --environment A=b -- zerops-mcp serve",
		"gemini mcp add -s user -e A=b zerops zerops-mcp serve",
		"gemini mcp add zerops --include-tools a zerops-mcp serve -e",
		"codex mcp add --env A=b -- zerops zerops-mcp serve",
		"codex mcp add zerops zerops-mcp serve",
	} {
		if got, err := readAdd(strings.Fields(line)); err == nil && got.name == "zerops" && got.command == "zerops-mcp" && slices.Equal(got.args, []string{"serve"}) {
			t.Errorf("taken for right: %s", line)
		}
	}
	for _, line := range []string{
		"claude mcp add --scope user zerops --env A=b -- zerops-mcp serve",
		"claude mcp add --env A=b --scope user zerops -- zerops-mcp serve",
		"codex mcp add --env A=b zerops -- zerops-mcp serve",
		"gemini mcp add zerops zerops-mcp serve -s user -e A=b",
	} {
		got, err := readAdd(strings.Fields(line))
		if err != nil || got.name != "zerops" || got.command != "zerops-mcp" || !slices.Equal(got.env, []string{"A=b"}) {
			t.Errorf("%s: %+v, %v", line, got, err)
		}
	}
}

// TestDocumentedCommandsOfClients finds these commands wherever a file tells
// people to run one, in blocks or within a sentence.
func TestDocumentedCommandsOfClients(t *testing.T) {
	t.Parallel()
	found := 0
	check := func(path, line string) {
		for client := range addGrammars() {
			_, words, ok := strings.Cut(line, client+" mcp add ")
			if !ok {
				continue
			}
			words, _, _ = strings.Cut(words, "`")
			found++
			c := command{words: split(client + " mcp add " + words)}
			t.Run(path+": "+client, func(t *testing.T) {
				t.Parallel()
				c.checkClient(t)
			})
		}
	}
	for _, p := range pages(t) {
		for line := range strings.Lines(strings.ReplaceAll(p.text, "\\\n", " ")) {
			check(p.path, line)
		}
	}
	files, err := filepath.Glob(filepath.Join("..", "..", "packaging", "*", "*"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, path := range files {
		content, err := os.ReadFile(path)
		if err != nil || strings.HasSuffix(path, ".md") {
			continue // a directory, or a page of above
		}
		for line := range strings.Lines(string(content)) {
			check(path, line)
		}
	}
	if found < 4 {
		t.Errorf("%d commands", found)
	}
}

// TestInstallRunsCommandsThatClientsTake checks the commands that install runs
// itself.
func TestInstallRunsCommandsThatClientsTake(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("the stand-in is a script")
	}
	home, executable := fresh(t)
	bin := t.TempDir()
	for client := range addGrammars() {
		record := "#!/bin/sh\nprintf '%s\\n' \"$0\" \"$@\" >>" + filepath.Join(bin, client+".ran") + "\n"
		if err := os.WriteFile(filepath.Join(bin, client), []byte(record), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for client, args := range map[string]string{"codex": "install codex", "claude": "install claude-code"} {
		got := run{args: args, home: home, executable: executable, env: []string{"PATH=" + bin}}.do(t)
		ran, err := os.ReadFile(filepath.Join(bin, client+".ran"))
		if err != nil {
			t.Fatalf("%v\n%s%s", err, got.stdout, got.stderr)
		}
		seen := false
		for _, one := range strings.Split(string(ran), filepath.Join(bin, client)+"\n")[1:] {
			words := append([]string{client}, strings.Split(strings.TrimSuffix(one, "\n"), "\n")...)
			switch {
			case isAdd(words):
				server, err := readAdd(words)
				seen = err == nil && server.name == "zerops" && strings.HasSuffix(server.command, "zerops-mcp") && len(server.env) == 1
			case slices.Equal(words[1:6], []string{"mcp", "add-json", "--scope", "user", "zerops"}):
				seen = strings.HasPrefix(words[6], "{")
			}
		}
		if !seen {
			t.Errorf("%s: ran %q", args, ran)
		}
	}
}
