package manifest

import (
	"fmt"
	"slices"
	"strings"

	"zerops-mcp/tools/tool"
)

// standIn takes the place of a value that the preprocessor generates, a sign that
// no text has otherwise. What is generated has letters, digits and a few signs that
// mean nothing in YAML; only argon2id brings commas, which do in a flow.
const (
	standIn      = "\ue000"
	standInComma = "\ue000,\ue000"
)

// Expression reports a text with a value that the preprocessor generates.
func Expression(text string) bool {
	return strings.Contains(text, "<@") || strings.Contains(text, standIn)
}

// preprocess returns a text as the preprocessor leaves it, with a stand-in for
// every generated value (platform §10.2): a backslash is taken away and
// keeps the sign after it, <text> loses its brackets, and <@function(…)> becomes
// its value, in comments as well. It fails where that is not certain. Lines stay
// where they are.
func preprocess(text string) (string, error) {
	var out strings.Builder
	number := 0
	for line := range strings.Lines(text) {
		number++
		if strings.Contains(line, standIn) {
			return "", &SyntaxError{Line: number, Problem: "the sign U+E000 is of private use; remove it"}
		}
		r := textRules{rest: strings.TrimSuffix(line, "\n")}
		if problem := r.run(&out); problem != "" {
			return "", &SyntaxError{Line: number, Problem: problem}
		}
		if strings.HasSuffix(line, "\n") {
			out.WriteByte('\n')
		}
	}
	return out.String(), nil
}

// generates reports a function of the preprocessor. What it gives is text without
// a meaning in YAML, keys in several lines included.
func generates(name string) bool {
	switch name {
	case "generateRandomInt", "generateRandomBytes", "generateRandomString", "generateRandomStringVar", "pickRandom", "mercuryInRetrograde",
		"getDatetime", "setVar", "getVar", "generateED25519Key", "generateRSA2048Key", "generateRSA4096Key", "generateJWT":
		return true
	}
	return false
}

// encodes reports a modifier that makes text of any bytes, respells one that only
// changes letters.
func encodes(name string) bool {
	switch name {
	case "sha256", "sha512", "bcrypt", "argon2id", "toHex", "toString":
		return true
	}
	return false
}

func respells(name string) bool {
	return name == "upper" || name == "lower" || name == "title" || name == "noop"
}

// textRules works on one line: what opens in a line has to end in it.
type textRules struct{ rest string }

const (
	problemUnclosed  = "a < is not closed in its line, and the preprocessor would take what follows for its text; write \\< for one that stays"
	problemBackslash = "the preprocessor takes this backslash away; write \\\\ for one that stays"
)

// escapable are the signs that a backslash protects from the preprocessor.
const escapable = `\<>@|,()`

func (r *textRules) run(out *strings.Builder) string {
	for r.rest != "" {
		i := strings.IndexAny(r.rest, `\<`)
		if i < 0 {
			i = len(r.rest)
		}
		out.WriteString(r.rest[:i])
		r.rest = r.rest[i:]
		switch {
		case r.rest == "":
		case r.rest[0] == '\\':
			if len(r.rest) < 2 || strings.IndexByte(escapable, r.rest[1]) < 0 {
				return problemBackslash
			}
			out.WriteByte(r.rest[1])
			r.rest = r.rest[2:]
		default:
			text, problem := r.item(0, false)
			if problem != "" {
				return problem
			}
			out.WriteString(text)
		}
	}
	return ""
}

// maxItems bounds how deep <…> may stand in each other.
const maxItems = 20

// item reads <…> and returns what it becomes. inCall says that it is part of what
// a function may give back, so that its text has to be one that cannot change the
// meaning of YAML wherever it lands.
func (r *textRules) item(depth int, inCall bool) (text, problem string) {
	r.rest = r.rest[1:]
	switch {
	case depth > maxItems:
		return "", "expressions stand in each other too deeply"
	case r.rest == "":
		return "", problemUnclosed
	case strings.IndexByte(`<>|\`, r.rest[0]) >= 0:
		return "", "what the preprocessor makes of <" + r.rest[:1] + " is not certain; write it without, or \\< for a bracket that stays"
	case r.rest[0] == '@':
		return r.call(depth)
	}
	text, problem = r.words(depth, inCall)
	if problem != "" {
		return "", problem
	}
	modifiers, problem := r.modifiers()
	switch {
	case problem != "":
		return "", problem
	case (inCall || len(modifiers) > 0) && !harmlessText(text):
		return "", "this text inside an expression could mean something else in YAML; keep to letters, digits, blanks and _ - . / = + @ $"
	case len(modifiers) > 0:
		return modified(standIn, modifiers), ""
	}
	return text, ""
}

// words reads the text of an item up to its modifiers or its end.
func (r *textRules) words(depth int, inCall bool) (text, problem string) {
	var out strings.Builder
	for r.rest != "" {
		switch c := r.rest[0]; {
		case c == '|' || c == '>':
			return out.String(), ""
		case c == '\\':
			return "", "a backslash inside <…> is not certain to stay; write the text without"
		case c < ' ':
			return "", problemUnclosed
		case c == '<':
			inner, problem := r.item(depth+1, inCall)
			if problem != "" {
				return "", problem
			}
			out.WriteString(inner)
		default:
			out.WriteByte(c)
			r.rest = r.rest[1:]
		}
	}
	return "", problemUnclosed
}

// call reads @name(…) with its modifiers and returns a stand-in.
func (r *textRules) call(depth int) (text, problem string) {
	name, rest, found := strings.Cut(r.rest[1:], "(")
	if !found || strings.ContainsAny(name, `<>|\`) {
		return "", "the expression is no call <@function(<text>)>; write the value out"
	}
	if !generates(name) {
		return "", fmt.Sprintf("the expression calls %q, which is no function that this server knows; write the value out", tool.Clean(name, 40))
	}
	r.rest = rest
	for !strings.HasPrefix(r.rest, ")") {
		switch {
		case r.rest == "":
			return "", problemUnclosed
		case r.rest[0] == '<':
			if _, problem := r.item(depth+1, name != "generateJWT"); problem != "" { // a signed token shows none of its text
				return "", problem
			}
		case tool.IsLetter(r.rest[0]), r.rest[0] >= '0' && r.rest[0] <= '9', strings.IndexByte(" ,_-.", r.rest[0]) >= 0:
			r.rest = r.rest[1:] // the name of a stored value
		default:
			return "", "the arguments of an expression are <text> or names of stored values, with commas between them"
		}
	}
	r.rest = strings.TrimLeft(r.rest[1:], " ")
	modifiers, problem := r.modifiers()
	if problem == "" && name == "generateRandomBytes" && (len(modifiers) == 0 || !encodes(modifiers[0])) {
		problem = "generateRandomBytes gives bytes that are no text; add |toHex or |toString"
	}
	return modified(standIn, modifiers), problem
}

// modifiers reads |name|name> and drops those that change nothing.
func (r *textRules) modifiers() (names []string, problem string) {
	inside, rest, found := strings.Cut(r.rest, ">")
	if !found {
		return nil, problemUnclosed
	}
	r.rest = rest
	if inside == "" {
		return nil, ""
	}
	for i, name := range strings.Split(inside, "|") {
		name = strings.TrimSpace(name)
		switch {
		case i == 0 && name == "":
		case i == 0 || !encodes(name) && !respells(name):
			return nil, fmt.Sprintf("the expression ends in %q, which is no modifier that this server knows", tool.Clean(name, 40))
		case name != "noop":
			names = append(names, name)
		}
	}
	return names, ""
}

func modified(text string, modifiers []string) string {
	if slices.Contains(modifiers, "argon2id") {
		return standInComma
	}
	return text
}

// harmlessText reports a text that is nothing but text wherever it stands in a
// YAML document.
func harmlessText(text string) bool {
	for i := range len(text) {
		c := text[i]
		next := byte(' ')
		if i+1 < len(text) {
			next = text[i+1]
		}
		switch {
		case tool.IsLetter(c), c >= '0' && c <= '9', c >= 0x80, strings.IndexByte(" _./+=@", c) >= 0:
		case c == '$', c == '-', c == ':': // - and : mean something before a blank
			if next == ' ' {
				return false
			}
		case c == '{': // of a reference ${name}
			if i == 0 || text[i-1] != '$' {
				return false
			}
		case c == '}':
			if !strings.Contains(text[:i], "${") {
				return false
			}
		default:
			return false
		}
	}
	return true
}
