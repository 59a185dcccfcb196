package tool

import (
	"strings"

	"zerops-mcp/zerops"
)

// OnlyReferences reports a value that holds nothing but references and what
// stands between them in addresses, so that nothing in it is secret.
func OnlyReferences(value string) bool {
	if !strings.Contains(value, "${") {
		return false
	}
	rest := value
	for _, name := range zerops.References(value) {
		rest = strings.ReplaceAll(rest, "${"+name+"}", "")
	}
	return strings.Trim(rest, ":/@.-_?=&, ") == ""
}
