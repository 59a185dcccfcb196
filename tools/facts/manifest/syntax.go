package manifest

import (
	"errors"
	"io"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

// parserError says why a text is no YAML, and in which line.
func parserError(err error, text string) error {
	if parser, ok := errors.AsType[*yaml.ParserError](err); ok {
		return &SyntaxError{Line: brokenLine(text, parser.Line), Problem: tool.Clean(unquoted(parser.Message), 200)}
	}
	return &SyntaxError{Line: brokenLine(text, 0), Problem: tool.Clean(unquoted(strings.TrimPrefix(err.Error(), "yaml: ")), 200)}
}

// unquoted takes out of the parser's words what it quotes of the text, which may be
// a value: an alias that nothing defines, a scalar that its tag does not fit. The
// signs of YAML stay.
func unquoted(words string) string {
	var b strings.Builder
	for {
		start := strings.IndexAny(words, "'`\"")
		if start < 0 {
			return b.String() + words
		}
		quote := words[start : start+1]
		inner, rest, closed := strings.Cut(words[start+1:], quote)
		if !closed {
			return b.String() + words[:start] + "…"
		}
		if strings.ContainsFunc(inner, func(r rune) bool { return !zerops.NotInWord(r) }) || len(inner) > 2 {
			inner = "…"
		}
		b.WriteString(words[:start] + quote + inner + quote)
		words = rest
	}
}

// maxTried bounds the lines after which a broken text is tried, and the bytes that
// this takes.
const (
	maxTried      = 250
	maxTriedBytes = 16 << 10
)

// brokenLine is the line that breaks a text: the one behind the longest beginning
// that can be read. The parser's own is where the construct begins that it was in,
// which may be the first line of the file, and is kept for texts too long to try.
func brokenLine(text string, reported int) int {
	lines := strings.SplitAfter(text, "\n")
	if len(lines) > maxTried || len(text) > maxTriedBytes {
		return reported
	}
	end := len(text)
	for n, line := range slices.Backward(lines) {
		end -= len(line)
		if readable(text[:end]) {
			return n + 1
		}
	}
	return reported
}

// readable reports whether all documents of a text are YAML.
func readable(text string) bool {
	decoder := yaml.NewDecoder(strings.NewReader(text))
	for {
		var node yaml.Node
		if err := decoder.Decode(&node); err != nil {
			return errors.Is(err, io.EOF)
		}
	}
}
