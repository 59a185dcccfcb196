package tools_test

import (
	"cmp"
	"flag"
	"fmt"
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

// checkExceptions fails for those that excuse nobody.
func (m *matrix) checkExceptions(t *testing.T, single bool) {
	t.Helper()
	for _, e := range exceptions() {
		if m.excused[e.why] == 0 && e.single == single {
			t.Errorf("an exception excuses nobody: %s", e.why)
		}
	}
}

// checkReport compares docs/internals/faults.md with what the whole matrix saw, or writes it.
func (m *matrix) checkReport(t *testing.T, kinds []fault, examples int) {
	t.Helper()
	path := filepath.Join("..", "docs", "internals", "faults.md")
	want := m.report(t, kinds, examples)
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
		t.Error("docs/internals/faults.md is out of date; run TestFaults with -faults.whole -update")
	}
}

// report sums the matrix up on a page.
func (m *matrix) report(t *testing.T, kinds []fault, examples int) string {
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

%sgo test ./tools -run '^TestFaults$'                  # each fault on one call of each kind: room and effect
go test ./tools -run '^TestFaults$' -faults.whole    # each fault on each call, and this page; -update writes it
go test ./tools -run '^TestFaultsEverywhere$' -faults.all    # from and at every single request; 2026-11-28: 16,324 calls, all held
go test ./tools -run '^TestLostChanges'              # what an uncertain outcome names does find out
%s
## Outcomes

| | outcome | means |
|---|---|---|
`, len(kinds), examples, m.calls, "```sh\n", "```\n")
	for _, o := range outcomeLetters() {
		fmt.Fprintf(&b, "| %s | `%s` | %s |\n", o[1], o[0], o[2])
	}
	m.reportFaults(t, &b, kinds)
	m.reportExceptions(&b)
	return b.String()
}

// reportFaults writes how many calls ended in which way under each fault.
func (m *matrix) reportFaults(t *testing.T, b *strings.Builder, kinds []fault) {
	t.Helper()
	letters := map[string]string{}
	for _, o := range outcomeLetters() {
		letters[o[0]] = o[1]
	}
	for key := range m.outcomes {
		if letters[key.outcome] == "" && key.outcome != "" { // a tool that answers a picture only
			t.Errorf("%s: the outcome %q is not explained", key.fault, key.outcome)
		}
	}
	b.WriteString("\n## Faults\n\nHow many calls ended in which way: reads, changes struck from their first request or a later one on, changes struck when the change\n" +
		"itself was sent, and changes struck after it was made. A dot where the fault found nothing to strike.\n")
	for _, group := range groupsOf(kinds) {
		fmt.Fprintf(b, "\n### %s\n\n| fault | what happens | reads | before the change | at the change | after it |\n|---|---|---|---|---|---|\n", strings.ToUpper(group[:1])+group[1:])
		for _, f := range kinds {
			if f.group != group {
				continue
			}
			fmt.Fprintf(b, "| %s | %s |", f.name, f.what)
			for _, class := range []string{"read", "change", onWrites().name, afterWrite().name} {
				var ends []string
				for _, o := range outcomeLetters() {
					if count := m.outcomes[struck{f.name, class, o[0]}]; count > 0 {
						ends = append(ends, fmt.Sprintf("%s %d", o[1], count))
					}
				}
				fmt.Fprintf(b, " %s |", cmp.Or(strings.Join(ends, ", "), "·"))
			}
			b.WriteString("\n")
		}
	}
}

// reportExceptions writes why some calls may claim all.
func (m *matrix) reportExceptions(b *strings.Builder) {
	b.WriteString("\n## Exceptions\n\nA call that was struck may only answer whole, done or unchanged for one of these reasons.\n\n| reason | calls |\n|---|---|\n")
	var single []string
	for _, e := range exceptions() {
		why := strings.ReplaceAll(e.why, "_", `\_`)
		if e.single {
			single = append(single, "- "+why+"\n")
		} else {
			fmt.Fprintf(b, "| %s | %d |\n", why, m.excused[e.why])
		}
	}
	b.WriteString("\nWhere single requests are struck (`TestFaultsEverywhere`), for one of these as well.\n\n" + strings.Join(single, ""))
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
