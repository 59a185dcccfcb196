package own

import (
	"context"
	"encoding/base64"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v4"

	"zerops-mcp/tools/facts/manifest"
	"zerops-mcp/tools/tool"
)

// maxReadings bounds how deep texts inside texts are read: YAML in YAML in JSON.
const maxReadings = 3

// mayRefer reports a text that could hold a reference, in whatever spelling.
func mayRefer(text string) bool {
	return strings.ContainsAny(text, `$\`) || strings.Contains(text, "binary") || strings.Contains(text, "{")
}

// refersTo reports a text that refers to a variable of the service with the
// hostname, in any of the ways in which the text may be read: as it stands, as
// JSON, as YAML and after its preprocessor, as dotenv.
func refersTo(text, hostname string) bool {
	return slices.ContainsFunc(readings(text, 0), func(reading string) bool { return holdsReference(reading, hostname) })
}

// readings are the texts that readers may make of one.
func readings(text string, depth int) []string {
	forms := []string{text}
	add := func(form string) {
		if !slices.Contains(forms, form) {
			forms = append(forms, form)
		}
	}
	unescaped := decodeEscapes(text)
	add(unescaped)
	add(condensed(text))
	add(condensed(unescaped))
	if depth == maxReadings || !strings.ContainsAny(text, ":\n\"'") {
		return forms
	}
	for _, source := range sources(text) {
		doc, err := manifest.Parse(source)
		if err != nil {
			continue
		}
		for _, scalar := range scalarsOf(doc) {
			if mayRefer(scalar) && scalar != text && scalar != source {
				forms = append(forms, readings(scalar, depth+1)...)
			}
		}
	}
	return forms
}

// scalarsOf are the values and keys of a document, with binary ones decoded.
func scalarsOf(doc *manifest.Document) []string {
	var scalars []string
	note := func(n *yaml.Node) {
		if n == nil || n.Kind != yaml.ScalarNode {
			return
		}
		scalars = append(scalars, n.Value)
		if strings.HasSuffix(n.Tag, "binary") {
			if raw, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(n.Value), "")); err == nil {
				scalars = append(scalars, string(raw))
			}
		}
	}
	note(doc.Root)
	doc.Walk(func(_ []string, key, value *yaml.Node) {
		note(key)
		note(value)
	})
	return scalars
}

// decodeEscapes reads \xNN, \uNNNN and \UNNNNNNNN, as JSON and YAML write them.
func decodeEscapes(text string) string {
	if !strings.Contains(text, `\`) {
		return text
	}
	escape := regexp.MustCompile(`\\(x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8})`)
	return escape.ReplaceAllStringFunc(text, func(found string) string {
		code, err := strconv.ParseUint(found[2:], 16, 32)
		if err != nil || code > unicode.MaxRune {
			return found
		}
		return string(rune(code))
	})
}

// condensed drops what a reader may drop: escapes, brackets of the preprocessor,
// quotes, and space between lines that are joined.
func condensed(text string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune("\\<>\"'`", r) || unicode.IsSpace(r) || !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, text)
}

// sources are a text before and after the preprocessor: by its rules, with stored
// values put where they are taken out, and without any of its signs.
func sources(text string) []string {
	all := []string{text, preprocessorText(text)}
	if made := manifest.Preprocessed(text); made != text {
		all = append(all, made)
	}
	return all
}

// preprocessorText is what the platform's preprocessor leaves of a text, expressions
// aside: a backslash escapes and goes, brackets go (platform §10.2).
func preprocessorText(text string) string {
	var b strings.Builder
	escaped := false
	for _, r := range text {
		switch {
		case escaped:
			escaped = false
			b.WriteRune(r)
		case r == '\\':
			escaped = true
		case r == '<' || r == '>':
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// holdsReference looks for ${hostname_…}. A reference can be put together by
// another one that is resolved first, so its open beginning and its end behind
// another reference count as well.
func holdsReference(text, hostname string) bool {
	if strings.Contains(text, "}{"+hostname+"_") || strings.Contains(text, "}"+hostname+"_") {
		return true
	}
	for {
		_, after, found := strings.Cut(text, "${")
		if !found {
			return false
		}
		name, _, closed := strings.Cut(after, "}")
		if closed && manifest.Expression(name) { // whose name it is, only the platform will know
			return true
		}
		name = strings.TrimLeftFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '_' })
		if ofService(name, hostname) || !closed && strings.HasPrefix(hostname+"_", name) {
			return true
		}
		text = after
	}
}

// ofService reports the name of a variable of the service. References are written
// with the hostname as it is, in lower case; NAME_KEY is usually another variable,
// so in upper case only the server's own keys count.
func ofService(name, hostname string) bool {
	for _, scope := range []string{"", "RUNTIME_", "BUILD_", "PROJECT_"} {
		rest, ok := strings.CutPrefix(name, scope)
		if !ok {
			continue
		}
		if strings.HasPrefix(rest, hostname+"_") {
			return true
		}
		host, key, _ := strings.Cut(rest, "_")
		if strings.EqualFold(host, hostname) && readByServer(key) {
			return true
		}
	}
	return false
}

// SpareFromImport refuses YAML for the server's own project that would replace its
// service, or open the variables of all services to one of them.
func SpareFromImport(ctx context.Context, c *tool.Call, project, text string) error {
	own, err := c.Itself(ctx)
	if err != nil || own == nil || own.Project != project {
		return err
	}
	for _, source := range sources(text) {
		doc, err := manifest.Parse(source)
		if err != nil {
			if strings.Contains(strings.ToLower(condensed(text)), own.Hostname) {
				return tool.OwnRefusal("the YAML cannot be read for sure and names the service %q, which is the one this server runs in", own.Hostname)
			}
			continue
		}
		var refused *tool.Failure
		doc.Walk(func(path []string, _, value *yaml.Node) {
			if value.Kind != yaml.ScalarNode || refused != nil {
				return
			}
			switch strings.ToLower(condensed(manifest.LastOf(path))) {
			case "hostname":
				if makesName(value.Value, own.Hostname) {
					refused = tool.OwnRefusal("the YAML names the service %q, which is the one this server runs in", own.Hostname)
				}
			case "envisolation":
				if !isolating(value.Value) {
					refused = openIsolation()
				}
			}
		})
		if refused != nil {
			return refused
		}
	}
	return nil
}

// makesName reports a text that is the name, or an expression that may make it.
func makesName(text, name string) bool {
	if strings.EqualFold(strings.TrimSpace(text), name) {
		return true
	}
	words := strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	return strings.ContainsAny(text, "@|<") && slices.ContainsFunc(words, func(word string) bool { return strings.EqualFold(word, name) })
}
