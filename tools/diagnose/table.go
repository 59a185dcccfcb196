package diagnose

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"io"
	"strings"
	"sync"

	"zerops-mcp/tools/tool"
)

// The table of causes is causes.txt. An entry begins with "= name phase where flags":
//
//	phase  what the answer calls it (see CauseView); a cause found in the log of a build or
//	       of a preparation is of that phase whatever stands here
//	where  the logs that are read: b build, p prepare, s start of a deployment, r running; -
//	       for none
//	flags  symptom: gives way to any other cause of its phase
//	       passes: is over where the application says later that it goes on
//	       starts: only of interest before the application listens
//
// The lines after it are:
//
//	:  what it means and what to change
//	>  the call that helps, see nextOf
//	@  codes of the platform that name it, see matchesCode; @? of those that hint at it
//	!  a pattern that names the cause exactly, + a typical one, ? a hint. Marks after the
//	   sign: ~ it may stand anywhere in a line, w warnings count, i every line counts,
//	   k the words of the kernel or an exit code, which stand above those of programs
//
// Patterns are those of pattern, with {a,b} for either. Among equals the earlier cause is
// named first.

// causesFile is causes.txt, packed; a test proves that they are the same and packs it anew
// with -update.
//
//go:embed causes.txt.gz
var causesFile []byte

// maxCausesFile bounds what is unpacked.
const maxCausesFile = 1 << 20

// cause is one entry of the table.
type cause struct {
	name, phase, where, explanation string
	symptom, passes, root, vague    bool
	next                            func(*Evidence) *tool.Next
	codes                           []string
}

// table is all causes with the patterns that recognize them.
type table struct {
	causes []cause
	index  *index
}

// causes reads the table once, when it is first needed.
var causes = sync.OnceValue(func() *table {
	var text strings.Builder
	if packed, err := gzip.NewReader(bytes.NewReader(causesFile)); err == nil {
		// It is part of the program, and the tests read it whole.
		_, _ = io.Copy(&text, io.LimitReader(packed, maxCausesFile))
	}
	return readTable(text.String())
})

func readTable(text string) *table {
	t := &table{}
	var patterns []pattern
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		if line == "" || line[0] == '#' {
			continue
		}
		marks, rest, _ := strings.Cut(line, " ")
		if marks == "=" {
			t.causes = append(t.causes, newCause(strings.Fields(rest)))
			continue
		}
		c := &t.causes[len(t.causes)-1]
		switch marks[0] {
		case ':':
			c.explanation = rest
		case '>':
			c.next = nextOf(rest)
		case '@':
			c.codes, c.vague = strings.Fields(rest), marks == "@?"
		default:
			for one := range eachChoice(rest) {
				patterns = append(patterns, newPattern(marks, one, len(t.causes)-1))
			}
		}
	}
	t.index = newIndex(patterns)
	return t
}

func newCause(fields []string) cause {
	c := cause{name: fields[0], phase: fields[1], where: fields[2]}
	for _, flag := range fields[3:] {
		switch flag {
		case "symptom":
			c.symptom = true
		case "passes":
			c.passes = true
		case "root":
			c.root = true
		}
	}
	return c
}

func newPattern(marks, text string, cause int) pattern {
	text, free := strings.CutPrefix(text, "*")
	p := pattern{text: text, cause: cause, lowest: failing, weight: low, free: free}
	switch marks[0] {
	case '!':
		p.weight = high
	case '+':
		p.weight = medium
	}
	p.anywhere, p.kernel = strings.Contains(marks, "~"), strings.Contains(marks, "k")
	switch {
	case strings.Contains(marks, "i"):
		p.lowest = unsaid
	case strings.Contains(marks, "w"):
		p.lowest = warning
	}
	return p
}

// eachChoice spells out the {a,b} of a pattern.
func eachChoice(text string) func(func(string) bool) {
	return func(yield func(string) bool) {
		before, rest, found := strings.Cut(text, "{")
		inner, after, closed := strings.Cut(rest, "}")
		if !found || !closed {
			yield(text)
			return
		}
		for choice := range strings.SplitSeq(inner, ",") {
			for one := range eachChoice(before + choice + after) {
				if !yield(one) {
					return
				}
			}
		}
	}
}

// nextOf is the call that an entry names: "yaml PATH", "guide TOPIC", "on TOOL" with the
// service, "project TOOL" with the project, "call TOOL", or one of the words below.
func nextOf(text string) func(*Evidence) *tool.Next {
	word, rest, _ := strings.Cut(text, " ")
	switch word {
	case "yaml":
		return nextYAML(rest)
	case "guide":
		return nextGuide(rest)
	case "on":
		return nextOn(rest)
	case "project":
		return nextProject(rest)
	case "call":
		return nextCall(rest)
	case "log":
		return nextLog
	case "env":
		return nextEnv
	case "setenv":
		return nextSetEnv
	case "ram":
		return nextRAM
	case "disk":
		return nextDisk
	case "metrics":
		return nextMetrics
	}
	return nil
}
