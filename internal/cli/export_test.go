package cli

import (
	"io"
	"runtime/debug"
)

// ToolArguments opens toolArguments to the tests.
func ToolArguments(schema []byte, pairs []string, whole string, stdin io.Reader) ([]byte, error) {
	return toolArguments(schema, pairs, whole, stdin)
}

// Show prints JSON for people, as a table of at most width columns.
func Show(out io.Writer, raw []byte, width int) error {
	v, err := parseValue(raw)
	if err == nil {
		printer{out: out, width: width}.show(v)
	}
	return err
}

// BuildVersion opens buildVersion to the tests.
func BuildVersion(info *debug.BuildInfo) string { return buildVersion(info) }
