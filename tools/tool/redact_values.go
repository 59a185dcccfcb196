package tool

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"strings"
	"unicode/utf8"

	"zerops-mcp/zerops"
)

// words are the words of a name in lower case.
func words(name string) []string { return strings.FieldsFunc(strings.ToLower(name), zerops.NotInWord) }

// spellings are the ways in which programs write a value, without the blanks around
// it: a block of YAML ends in a line break that nobody repeats.
func spellings(v string) []string {
	v = strings.TrimSpace(v)
	query, path := url.QueryEscape(v), url.PathEscape(v)
	twice := url.QueryEscape(query)
	all := []string{v, CleanText(v), query, path, lowerEscapes(query), lowerEscapes(path), twice, lowerEscapes(twice), jsonEscaped(v), htmlSafeJSON(v), html.EscapeString(v)}
	for _, quoted := range all[len(all)-3 : len(all)-1] { // PHP writes \/ in JSON
		all = append(all, strings.ReplaceAll(quoted, "/", `\/`))
	}
	all = append(all, numericEntities(v, "&#%d;"), numericEntities(v, "&#x%x;"), numericEntities(v, "&#x%X;"))
	all = append(all, encodings(v)...)
	kept := all[:0]
	for _, spelling := range all {
		if len(spelling) >= shortestSecret {
			kept = append(kept, spelling)
		}
	}
	return kept
}

// jsonEscaped writes a value as it stands between the quotes of JSON.
func jsonEscaped(v string) string {
	quoted := string(quote(v))
	return quoted[1 : len(quoted)-1]
}

// htmlSafeJSON is jsonEscaped with <, > and & escaped as well, as many libraries do.
func htmlSafeJSON(v string) string {
	quoted, err := json.Marshal(v)
	if err != nil || len(quoted) < 2 {
		return v
	}
	return string(quoted[1 : len(quoted)-1])
}

// numericEntities writes the characters that mean something in HTML as numbers.
func numericEntities(v, format string) string {
	if !strings.ContainsAny(v, htmlCharacters) {
		return v
	}
	var b strings.Builder
	for _, c := range v {
		if strings.ContainsRune(htmlCharacters, c) {
			fmt.Fprintf(&b, format, c)
		} else {
			b.WriteRune(c)
		}
	}
	return b.String()
}

const htmlCharacters = "&<>\"'"

// lowerEscapes writes %2F as %2f.
func lowerEscapes(s string) string {
	if !strings.Contains(s, "%") {
		return s
	}
	b := []byte(s)
	for i := 0; i+2 < len(b); i++ {
		if b[i] == '%' {
			copy(b[i+1:i+3], strings.ToLower(s[i+1:i+3]))
		}
	}
	return string(b)
}

// encodings are the parts of base64 texts that depend on the value alone, for each
// way it can stand in what is encoded.
func encodings(v string) []string {
	if len(v) < zerops.LeastLength || !utf8.ValidString(v) {
		return nil
	}
	var all []string
	for before, depends := range []int{0, 2, 3} { // characters that depend on what stands before
		raw := append(make([]byte, before), v...)
		raw = raw[:len(raw)/3*3]
		for _, encoding := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding} {
			all = append(all, encoding.EncodeToString(raw)[depends:])
		}
	}
	return all
}
