package same

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// Bounds of a report: what is longer is told by its length.
const (
	shownLines  = 12
	shownLength = 300
	shownHunks  = 200
	// writtenLines and writtenBytes are how much of a hunk an entry may spell out.
	writtenLines = 12
	writtenBytes = 4_000
)

// reportDifferences writes what differs, and the entries that would allow it.
func reportDifferences(out io.Writer, rest []difference) error {
	shown := 0
	for _, d := range rest {
		fmt.Fprintf(out, "\n%s differs:\n", d.key)
		for _, h := range d.hunks {
			if shown++; shown > shownHunks {
				fmt.Fprintln(out, "  … and more: the rest is not shown")
				return writeEntries(out, rest)
			}
			showLines(out, "  - ", h.was, h.is)
			showLines(out, "  + ", h.is, h.was)
			fmt.Fprintln(out)
		}
	}
	return writeEntries(out, rest)
}

// showLines writes the lines of one side, long ones from a little before the place
// where they leave those of the other side.
func showLines(out io.Writer, mark string, lines, others []string) {
	for i, line := range lines {
		if i == shownLines {
			fmt.Fprintf(out, "%s… %d more lines\n", mark, len(lines)-i)
			return
		}
		if i < len(others) && len(line) > shownLength {
			line = fromDifference(line, others[i])
		}
		if len(line) > shownLength {
			line = fmt.Sprintf("%s… (%d bytes)", strings.ToValidUTF8(line[:shownLength], ""), len(line))
		}
		fmt.Fprintln(out, mark+line)
	}
}

// fromDifference cuts out what a line has in common with another one, up to a
// little before the first difference. The path of a value stays.
func fromDifference(line, other string) string {
	const before = 60
	at := 0
	for at < len(line) && at < len(other) && line[at] == other[at] {
		at++
	}
	head := strings.Index(line, " = ") + 3
	if at-before <= head || head < 3 {
		return line
	}
	return line[:head] + "…" + strings.ToValidUTF8(line[at-before:], "")
}

// writeEntries writes an entry for every hunk, with all keys under which it is.
func writeEntries(out io.Writer, rest []difference) error {
	var entries []*allowance
	byDigest := map[string]*allowance{}
	for _, d := range rest {
		for _, h := range d.hunks {
			digest := h.digest()
			e := byDigest[digest]
			if e == nil {
				e = entryFor(h)
				byDigest[digest], entries = e, append(entries, e)
			}
			if n := len(e.Keys); n == 0 || e.Keys[n-1] != d.key {
				e.Keys = append(e.Keys, d.key)
			}
		}
	}
	fmt.Fprintf(out, "\nWhat is meant to differ belongs into %s, each with its reason; these would be the entries:\n\n", allowedFile)
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	for _, e := range entries {
		if err := encoder.Encode(e); err != nil {
			return err
		}
	}
	return nil
}

func entryFor(h hunk) *allowance {
	if len(h.was)+len(h.is) > writtenLines || len(strings.Join(h.was, ""))+len(strings.Join(h.is, "")) > writtenBytes {
		return &allowance{Digest: h.digest()}
	}
	return &allowance{Was: h.was, Is: h.is}
}
