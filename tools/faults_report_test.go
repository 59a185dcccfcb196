package tools_test

import (
	"cmp"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// outcomeLetters are how the report writes outcomes.
func outcomeLetters() [][3]string {
	return [][3]string{
		{"unavailable", "U", "error: no usable answer; nothing was changed"},
		{"timeout", "T", "error: no answer in time; nothing was changed"},
		{"uncertain", "?", "error: a change was sent and its answer lost; `next` names the read that finds out"},
		{"unauthorized", "A", "error: the token is not accepted"},
		{"forbidden", "F", "error: the token may not do this"},
		{"invalid_arguments", "I", "error: refused, with the fields"},
		{"not_found", "N", "error: what was named is not there"},
		{"conflict", "C", "error: something else is at work"},
		{"rate_limited", "R", "error: too many requests"},
		{"unsupported", "X", "error: not for what the platform says this is"},
		{"partial", "p", "a result that says what of it could not be read"},
		{"ok", "k", "a whole result"},
		{"done", "d", "the change is done, and was read back"},
		{"unchanged", "n", "nothing to do, or a dry run"},
		{"in_progress", "w", "accepted and still at work; `next` follows it"},
		{"failed", "f", "accepted, and then failed; the result says where"},
	}
}

// checkReport compares docs/internals/faults.md with what the matrix saw, or writes it.
func (m *matrix) checkReport(t *testing.T, kinds []fault, order []string) {
	t.Helper()
	path := filepath.Join("..", "docs", "internals", "faults.md")
	want := m.report(t, kinds, order)
	if flag.Lookup("update").Value.String() == "true" {
		if err := os.WriteFile(path, []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Error("docs/internals/faults.md is out of date; run TestFaults with -update")
	}
}

// report writes the matrix as a page.
func (m *matrix) report(t *testing.T, kinds []fault, order []string) string {
	t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, `# Faults

What each tool answers when something goes wrong between the server and the platform: %d faults, each striking each of %d calls
(every tool of every toolset, with `+"`--allow-secrets`"+`) at its first request and, where it could matter, at a later one, at the change
itself and after it: %d calls in virtual time, with the deadlines of production. The test that makes them, and this page, also checks of
every call that

- it ends within its deadline and in one of the outcomes below, never in `+"`internal`"+`, a panic or a protocol error;
- no change is sent twice, and "nothing was changed" is only said where nothing was;
- a result never passes off what could not be read as empty, complete or done ("null" for a list and unknown words
  are what the platform says: a list may be empty then, a name not found);
- no token and no value of a variable comes out, though errors and pages quote them; nothing goes to another host;
- field problems, the time to wait and the next step reach the caller; an answer of 64 MB is read up to the bound.

%sgo test ./tools -run '^TestFaults$'                # compares; -update writes this page
go test ./tools -run '^TestFaultsEverywhere$' -faults.all    # from and at every single request; 2026-11-28: 16,324 calls, all held
go test ./tools -run '^TestLostChanges'            # what an uncertain outcome names does find out
%s
## Outcomes

| | outcome | means |
|---|---|---|
`, len(kinds), len(order), len(m.cells), "```sh\n", "```\n")
	letters := map[string]string{}
	for _, o := range outcomeLetters() {
		letters[o[0]] = o[1]
		fmt.Fprintf(&b, "| %s | `%s` | %s |\n", o[1], o[0], o[2])
	}
	b.WriteString("| · | | the fault found nothing to strike: the call needs no such request |\n")
	b.WriteString("\n## Faults\n\nThe error where a read was struck, and where a change was. A read whose main part arrived answers `partial` instead.\n\n| fault | what happens | read | change |\n|---|---|---|---|\n")
	for _, f := range kinds {
		codes := func(list []string) string {
			if len(list) == 0 {
				return "no error"
			}
			return "`" + strings.Join(list, "`, `") + "`"
		}
		change := codes(f.writes)
		if f.ends != "" {
			change = "status `" + f.ends + "`"
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", f.name, f.what, codes(f.reads), change)
	}
	b.WriteString("\n## Calls\n\nA letter for each place where the fault struck: first request, a later one or the change, the last one or after the change.\n")
	for _, group := range groupsOf(kinds) {
		var names []string
		for _, f := range kinds {
			if f.group == group {
				names = append(names, f.name)
			}
		}
		fmt.Fprintf(&b, "\n### %s\n\n| call | %s |\n|---|%s\n", strings.ToUpper(group[:1])+group[1:], strings.Join(names, " | "), strings.Repeat("---|", len(names)))
		for _, example := range order {
			fmt.Fprintf(&b, "| %s |", strings.NewReplacer("_", `\_`).Replace(example))
			for _, name := range names {
				fmt.Fprintf(&b, " %s |", m.cell(t, letters, name, example))
			}
			b.WriteString("\n")
		}
	}
	return b.String()
}

// groupsOf are the groups of faults, in their order.
func groupsOf(kinds []fault) []string {
	var groups []string
	for _, f := range kinds {
		if !slices.Contains(groups, f.group) {
			groups = append(groups, f.group)
		}
	}
	return groups
}

// cell is what one fault did to one call, by place.
func (m *matrix) cell(t *testing.T, letters map[string]string, f, example string) string {
	t.Helper()
	places := []string{everywhere().name, later().name, onWrites().name, last().name, afterWrite().name}
	at := map[string]string{}
	for key, outcome := range m.cells {
		if key[0] == f && key[1] == example {
			at[key[2]] = outcome
		}
	}
	var cell strings.Builder
	for _, place := range slices.SortedFunc(maps.Keys(at), func(a, b string) int { return cmp.Compare(slices.Index(places, a), slices.Index(places, b)) }) {
		letter, known := letters[at[place]]
		if !known && at[place] != "" {
			t.Errorf("%s of %s: the outcome %q is not explained", f, example, at[place])
		}
		cell.WriteString(letter)
	}
	return cmp.Or(cell.String(), "·")
}
