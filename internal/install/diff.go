package install

import (
	"fmt"
	"strings"
)

// Diff shows a change of a file as a unified diff. Configurations change in one
// place, so the part between the common head and the common tail is all of it.
func (c Change) Diff() string {
	before, after := lines(string(c.Before)), lines(string(c.After))
	head := 0
	for head < len(before) && head < len(after) && before[head] == after[head] {
		head++
	}
	tail := 0
	for tail < len(before)-head && tail < len(after)-head && before[len(before)-1-tail] == after[len(after)-1-tail] {
		tail++
	}
	const context = 3
	from := max(0, head-context)
	endBefore, endAfter := min(len(before), len(before)-tail+context), min(len(after), len(after)-tail+context)
	old := c.Path
	if c.Before == nil {
		old = "/dev/null"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "--- %s\n+++ %s\n@@ -%s +%s @@\n", old, c.Path, hunk(from, endBefore), hunk(from, endAfter))
	write := func(mark string, part []string) {
		for _, l := range part {
			b.WriteString(mark + strings.TrimRight(l, "\r") + "\n")
		}
	}
	write(" ", before[from:head])
	write("-", before[head:len(before)-tail])
	write("+", after[head:len(after)-tail])
	write(" ", after[len(after)-tail:endAfter])
	return b.String()
}

func hunk(from, to int) string {
	if to == from {
		return fmt.Sprintf("%d,0", from)
	}
	return fmt.Sprintf("%d,%d", from+1, to-from)
}

func lines(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(text, "\n"), "\n")
}
