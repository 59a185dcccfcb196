package manifest

import (
	"strings"

	"zerops-mcp/zerops"
)

// ReadForSecrets finds the values that must not leave again in a zerops.yaml,
// whatever state it is in, and the names of its setups: one that cannot be read, or
// is beyond the bounds of documents, is searched line by line.
func ReadForSecrets(text string) (values, names []string) {
	doc, err := ParseZerops(text)
	if err == nil {
		return doc.Secrets(), doc.Names()
	}
	return lineValues(text), nil
}

// maxLines bounds the lines of a text that are searched.
const maxLines = 50_000

// lineValues are what stands behind the keys of a text that is no YAML, or too much
// of it: values of variables among them, which cannot be told apart any more. Lines
// of a block count as a whole.
func lineValues(text string) []string {
	var values []string
	n := 0
	for line := range strings.Lines(text) {
		if n++; n > maxLines {
			break
		}
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "#") {
			continue
		}
		value := strings.TrimLeft(line, "- ")
		if i := strings.IndexAny(value, ":="); i >= 0 && zerops.ValidKey(strings.Trim(value[:i], `"' `)) {
			value = value[i+1:]
		}
		value = strings.TrimSpace(value)
		if comment := strings.Index(value, " #"); comment >= 0 {
			values = append(values, strings.Trim(strings.TrimSpace(value[:comment]), `"',{}`))
		}
		values = append(values, strings.Trim(value, `"',{}`))
	}
	return values
}
