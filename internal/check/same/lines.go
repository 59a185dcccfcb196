package same

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// readable writes a text so that its lines can be compared: each line that is JSON
// becomes a line for each of its values, with the path to the value before it.
// Every byte but the white space between the values is kept.
func readable(text string) []string {
	var lines []string
	for line := range strings.SplitSeq(strings.TrimSuffix(text, "\n"), "\n") {
		if raw := strings.TrimSpace(line); isComposite(raw) {
			lines = append(lines, flattened("", []byte(raw))...)
			continue
		}
		lines = append(lines, line)
	}
	return lines
}

// isComposite reports whether a text is a JSON object or array.
func isComposite(text string) bool {
	return text != "" && (text[0] == '{' || text[0] == '[') && json.Valid([]byte(text))
}

// flattened lists the values of a JSON text in their order. A string that holds
// JSON is taken apart as well.
func flattened(path string, raw []byte) []string {
	raw = bytes.TrimSpace(raw)
	switch {
	case len(raw) > 2 && raw[0] == '{':
		return members(path, raw)
	case len(raw) > 2 && raw[0] == '[':
		return elements(path, raw)
	case len(raw) > 2 && raw[0] == '"':
		var text string
		if json.Unmarshal(raw, &text) == nil && isComposite(text) {
			return flattened(path+" as JSON", []byte(text))
		}
	}
	return []string{path + " = " + string(raw)}
}

func members(path string, raw []byte) []string {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	_, _ = decoder.Token() // the brace; the text is valid
	var lines []string
	for decoder.More() {
		name, err := decoder.Token()
		var value json.RawMessage
		if err != nil || decoder.Decode(&value) != nil {
			return []string{path + " = " + string(raw)}
		}
		lines = append(lines, flattened(strings.TrimPrefix(fmt.Sprintf("%s.%v", path, name), "."), value)...)
	}
	return lines
}

// elements name those that have a name by it, so that one more of them does not
// change the paths of the others.
func elements(path string, raw []byte) []string {
	var values []json.RawMessage
	if json.Unmarshal(raw, &values) != nil {
		return []string{path + " = " + string(raw)}
	}
	var lines []string
	for i, value := range values {
		var named struct {
			Name any `json:"name"`
		}
		_ = json.Unmarshal(value, &named) // values of other kinds have no name
		index := strconv.Itoa(i)
		if name, ok := named.Name.(string); ok && name != "" {
			index = name
		}
		lines = append(lines, flattened(path+"["+index+"]", value)...)
	}
	return lines
}
