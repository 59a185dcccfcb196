package same

import (
	"regexp"
	"strings"
)

// replacement is something that differs from run to run and tells nothing of the
// program.
type replacement struct {
	why   string // it differs
	found *regexp.Regexp
	by    string
}

// replacements are all changes that are made to what a program says before it is
// compared. dir is the directory that this run works in.
func replacements(dir string) []replacement {
	return []replacement{
		{
			"the program and its home are in a temporary directory, the base in another one than the present",
			regexp.MustCompile(regexp.QuoteMeta(dir) + `(/was|/now)?`), "DIR",
		},
		{"every simulated account has a port of its own", regexp.MustCompile(`127\.0\.0\.1:\d+`), "127.0.0.1:PORT"},
		{
			"a confirmation is an expiry time, which begins with zeros, a random number, a signature with a random key and salted marks of what is planned",
			regexp.MustCompile(`\bAAAAA[\w-]{38,}`), "CONFIRMATION",
		},
		{"doctor tells how long the API took", regexp.MustCompile(`answers in [0-9.]+ m?s`), "answers in TIME"},
	}
}

// normalized applies the replacements.
func normalized(text string, list []replacement) string {
	for _, r := range list {
		text = r.found.ReplaceAllLiteralString(text, r.by)
	}
	return strings.ToValidUTF8(text, "\uFFFD")
}
