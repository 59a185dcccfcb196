package tools

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

// TestConsequencesAreDocumented holds docs/safety.md to the table in the code, and the
// internal page to what each tool and operation can do at most.
func TestConsequencesAreDocumented(t *testing.T) {
	t.Parallel()
	safety := filepath.Join("..", "docs", "safety.md")
	text, err := os.ReadFile(safety)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := strings.Cut(string(text), "<!-- consequences: written from the one table in the code -->\n")
	_, after, ends := strings.Cut(rest, "<!-- /consequences -->")
	if !found || !ends {
		t.Fatal("docs/safety.md has no place for the table")
	}
	want := before + "<!-- consequences: written from the one table in the code -->\n" + tool.ConsequenceTable() + "<!-- /consequences -->" + after
	golden(t, safety, want)
	golden(t, filepath.Join("..", "docs", "internals", "consequences.md"), consequencePage(t))
}

func golden(t *testing.T, path, want string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("%s is out of date; run the tests with -update", path)
	}
}

// consequencePage lists what can do what at most. Each tool and operation stands
// under its own set, so that a change of one is a change of a line.
func consequencePage(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	b.WriteString("# What each tool and operation can do at most\n\nWritten by the tests (`go test ./tools -update`); do not edit. What a call does is computed from this, what it sends and what is there;\n")
	b.WriteString("[the table](../safety.md) says what is asked. Operations with a star are for people only.\n\n## Tools\n\n")
	bySet := map[zerops.Consequence][]string{}
	for _, tl := range offline(t).runner.Tools() {
		bySet[tl.Can] = append(bySet[tl.Can], "`"+tl.Name+"`")
		if tl.Can == 0 != (tl.Effect == zerops.Reads) || tl.Can&^zerops.Anything != 0 {
			t.Errorf("%s %s, and can: %v", tl.Name, tl.Effect, tl.Can)
		}
		most := zerops.Consequence(0)
		for _, op := range tl.Operations {
			most |= op.Can()
		}
		if len(tl.Operations) > 0 && tl.Can&^most != 0 {
			t.Errorf("%s can %v, which its operations cannot", tl.Name, tl.Can&^most)
		}
	}
	sets(&b, bySet)
	b.WriteString("\n## Operations\n\n")
	clear(bySet)
	for op := range zerops.Operations() {
		name := op.String()
		if op.Class().Has(zerops.PersonOnly) {
			name += "*"
		}
		bySet[op.Can()] = append(bySet[op.Can()], name)
	}
	sets(&b, bySet)
	return b.String()
}

func sets(b *strings.Builder, bySet map[zerops.Consequence][]string) {
	all := slices.Sorted(maps.Keys(bySet))
	slices.Reverse(all)
	b.WriteString("| can | which |\n|---|---|\n")
	for _, can := range all {
		fmt.Fprintf(b, "| %v | %s |\n", can, strings.Join(bySet[can], ", "))
	}
}
