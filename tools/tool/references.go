package tool

import (
	"slices"
	"strings"
)

// References returns the names inside ${…} of a value, in their order, each once.
func References(value string) []string {
	var names []string
	for {
		_, after, found := strings.Cut(value, "${")
		if !found {
			return names
		}
		name, rest, closed := strings.Cut(after, "}")
		if !closed {
			return names
		}
		value = rest
		if ValidKey(name) && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
}

// OnlyReferences reports a value that holds nothing but references and what
// stands between them in addresses, so that nothing in it is secret.
func OnlyReferences(value string) bool {
	if !strings.Contains(value, "${") {
		return false
	}
	rest := value
	for _, name := range References(value) {
		rest = strings.ReplaceAll(rest, "${"+name+"}", "")
	}
	return strings.Trim(rest, ":/@.-_?=&, ") == ""
}

// ValidKey follows the platform: letters, digits and underscores, no digit
// first (platform §4.9).
func ValidKey(key string) bool {
	if key == "" || len(key) > 255 || key[0] >= '0' && key[0] <= '9' {
		return false
	}
	for _, c := range []byte(key) {
		if c != '_' && (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') {
			return false
		}
	}
	return true
}
