package manifest

import (
	"errors"
	"slices"
	"strconv"

	"go.yaml.in/yaml/v4"

	"zerops-mcp/tools/tool"
)

// reading is a text as it stands and as the platform will read it.
type reading struct {
	doc   *Document // what is judged
	other *Document // the text after the preprocessor, where doc is the text before; nil without one
	// doubts say why the text is not taken: it means two things, or the preprocessor
	// refuses it. notes are oddities that change nothing that matters.
	doubts, notes []Issue
}

// readText parses a text and, where the platform may run its preprocessor over it,
// what that makes of it. Its errors are *SyntaxError.
func readText(text string) (reading, error) {
	if err := readableText(text); err != nil {
		return reading{}, err
	}
	doc, err := Parse(text)
	if !preprocessed(text) {
		return reading{doc: doc}, err
	}
	made := preprocess(text)
	if !surely(text) && !made.cut { // it may run or not, so only what makes a difference counts
		made.refusals, made.notes = nil, nil
	}
	r := reading{doc: doc, doubts: made.refusals, notes: made.notes}
	other, otherErr := Parse(made.text)
	if otherErr == nil {
		other.comesFrom(made.lines)
		other.Preprocessed, other.processed = true, true
	}
	switch {
	case err != nil && !surely(text):
		return r, err
	case err != nil && otherErr != nil:
		return r, made.explained(otherErr)
	case err != nil: // YAML only once the preprocessor has worked on it: there is one reading
		r.doc = other
		if made.free > 0 {
			r.doubts = append(r.doubts, Issue{Line: made.free, Message: "what this expression gives could mean something else in YAML; write it out, or put quotes around the value and none into it"})
		}
		return r, nil
	case otherErr != nil && len(made.refusals) == 0:
		wrong, _ := errors.AsType[*SyntaxError](made.explained(otherErr))
		r.doubts = append(r.doubts, Issue{Line: wrong.Line, Message: wrong.Problem})
	case otherErr == nil:
		r.other = other
		if differ := doc.otherThan(other, made); len(differ) > 0 { // the oddities are why
			r.doubts, r.notes = slices.Concat(r.doubts, made.notes, differ), nil
		}
	}
	return r, nil
}

// explained says of an error in what the preprocessor leaves where it comes from.
func (m processedText) explained(err error) error {
	wrong, ok := errors.AsType[*SyntaxError](err)
	if !ok {
		return err
	}
	out := SyntaxError{Line: m.line(wrong.Line), Problem: "as the preprocessor leaves the text: " + wrong.Problem}
	switch {
	case m.unclosed > 0:
		out.Line, out.Problem = m.unclosed, problemUnclosed
	case len(m.refusals) > 0:
		out.Line, out.Problem = m.refusals[0].Line, m.refusals[0].Message
	case len(m.notes) > 0 && (out.Line == 0 || m.notes[0].Line <= out.Line+1):
		out.Line, out.Problem = m.notes[0].Line, m.notes[0].Message+"; what is left is no YAML ("+wrong.Problem+")"
	}
	return &out
}

// line is where a line of the result comes from, 0 where that is not known.
func (m processedText) line(n int) int {
	if n < 1 || n > len(m.lines) {
		return n
	}
	return m.lines[n-1]
}

// comesFrom gives the nodes of a document the lines of the text that it was made
// of.
func (d *Document) comesFrom(lines []int) {
	move := func(line int) int { return processedText{lines: lines}.line(line) }
	seen := map[*yaml.Node]bool{}
	var walk func(n *yaml.Node)
	walk = func(n *yaml.Node) {
		if n == nil || seen[n] {
			return
		}
		seen[n] = true
		n.Line = move(n.Line)
		for _, child := range n.Content {
			walk(child)
		}
	}
	walk(d.Root)
	for i := range d.Issues {
		d.Issues[i].Line = move(d.Issues[i].Line)
	}
}

// otherThan finds where a document says something else once the preprocessor has
// worked on its text: other keys, or other settings that decide. Values that differ
// are what the preprocessor is for.
func (d *Document) otherThan(other *Document, made processedText) []Issue {
	if problems := other.Ambiguities(); len(problems) > 0 && len(d.Ambiguities()) == 0 {
		for i := range problems {
			problems[i].Message = "as the preprocessor leaves it, " + problems[i].Message
		}
		return problems
	}
	var issues []Issue
	for _, path := range differences(d.Value, other.Value, nil, nil) {
		issue := Issue{
			Line: d.Line(path), Path: ShowPath(path),
			Message: "means something else once the preprocessor has worked on the text; write keys, hostnames, override, corePackage and buildFromGit out, without expressions, <…> and backslashes",
		}
		if made.unclosed > 0 && made.unclosed <= issue.Line {
			issue.Message = "is dropped by the preprocessor: a < in line " + strconv.Itoa(made.unclosed) + " is not closed; write \\< for one that stays"
		}
		issues = append(issues, issue)
	}
	return issues
}

// differences are the first places where two readings differ in what matters.
func differences(a, b any, path []string, found [][]string) [][]string {
	if len(found) == tool.MaxProblems {
		return found
	}
	switch left := a.(type) {
	case map[string]any:
		right, ok := b.(map[string]any)
		if !ok {
			return append(found, path)
		}
		for _, key := range tool.SortedKeys(left) {
			at := append(slices.Clone(path), key)
			if value, there := right[key]; there {
				found = differences(left[key], value, at, found)
			} else {
				found = append(found, at)
			}
		}
		if len(right) > len(left) { // a key that is only made
			found = append(found, path)
		}
	case []any:
		right, ok := b.([]any)
		if !ok || len(left) != len(right) {
			return append(found, path)
		}
		for i := range left {
			found = differences(left[i], right[i], append(slices.Clone(path), strconv.Itoa(i)), found)
		}
	default:
		switch b.(type) {
		case map[string]any, []any:
			return append(found, path)
		}
		if decisive(path) && a != b {
			return append(found, path)
		}
	}
	return found
}
