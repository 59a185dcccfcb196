package simulator

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// preprocess works on an import YAML before it is read, where the first line asks
// for it (platform §10.2): a backslash is taken away and protects the sign
// after it, <text> loses its brackets, <@function(…)> becomes its value wherever it
// stands, and what is never closed takes the rest with it.
func (w *world) preprocess(text string) (string, error) {
	first, _, _ := strings.Cut(text, "\n")
	first = strings.ReplaceAll(first, " ", "")
	if !strings.Contains(first, "yamlPreprocessor=on") && !strings.Contains(first, "zeropsPreprocessor=on") {
		return text, nil
	}
	p := preprocessor{world: w, rest: text, stored: map[string]string{}}
	return p.text("", 0)
}

// preprocessor reads a text from its beginning to its end.
type preprocessor struct {
	world  *world
	rest   string
	line   int
	calls  int
	stored map[string]string // by setVar and its like
}

// Bounds of one text.
const (
	maxPreprocessed = 20 // items in each other
	maxCalls        = 200
)

func (p *preprocessor) refused() error {
	return refuse("yamlPreprocessingError", "Preprocessing of expression failed near line %d", p.line+1)
}

// text reads up to one of the signs in end, which it leaves, with all items in it
// replaced.
func (p *preprocessor) text(end string, depth int) (string, error) {
	if depth > maxPreprocessed {
		return "", p.refused()
	}
	var out strings.Builder
	for p.rest != "" && strings.IndexByte(end, p.rest[0]) < 0 {
		c := p.rest[0]
		p.rest = p.rest[1:]
		switch {
		case c == '\\' && p.rest != "":
			out.WriteByte(p.rest[0])
			p.rest = p.rest[1:]
		case c == '\\', c == '<' && strings.HasPrefix(p.rest, ">"):
		case c == '<':
			value, err := p.item(depth + 1)
			if err != nil {
				return "", err
			}
			out.WriteString(value)
		default:
			if c == '\n' {
				p.line++
			}
			out.WriteByte(c)
		}
	}
	return out.String(), nil
}

// item reads what follows a < and gives its value; one that is not closed has none.
func (p *preprocessor) item(depth int) (string, error) {
	read := p.text
	call, isCall := strings.CutPrefix(p.rest, "@")
	if isCall {
		p.rest = call
		read = p.call
	}
	value, err := read("|>", depth)
	if err != nil {
		return "", err
	}
	inside, rest, closed := strings.Cut(p.rest, ">")
	if p.rest = rest; !closed {
		return "", nil
	}
	for i, name := range strings.Split(inside, "|") {
		switch name = strings.TrimSpace(name); {
		case i == 0 && name == "", name == "noop":
		case i == 0:
			return "", p.refused()
		case name == "upper":
			value = strings.ToUpper(value)
		case name == "lower":
			value = strings.ToLower(value)
		case name == "title" && value != "":
			value = strings.ToUpper(value[:1]) + value[1:]
		case slices.Contains([]string{"sha256", "sha512", "bcrypt", "argon2id", "toHex", "toString"}, name):
			value = p.world.secret("generated")
		default:
			return "", p.refused()
		}
	}
	return value, nil
}

// call reads name(argument, …) and gives the value of the function. An argument is
// <text> or the name of a stored value.
func (p *preprocessor) call(_ string, depth int) (string, error) {
	name, rest, found := strings.Cut(p.rest, "(")
	if p.calls++; !found || p.calls > maxCalls {
		return "", p.refused()
	}
	p.rest = rest
	var arguments []string
	for {
		start := strings.TrimLeft(p.rest, " ")
		literal := strings.HasPrefix(start, "<")
		p.rest = start
		value, err := p.text(",)", depth+1)
		switch {
		case err != nil:
			return "", err
		case p.rest == "":
			return "", p.refused()
		case literal:
			value = strings.TrimRight(value, " ")
		default:
			stored, known := p.stored[strings.TrimSpace(value)]
			if !known {
				return "", p.refused()
			}
			value = stored
		}
		arguments = append(arguments, value)
		last := p.rest[0] == ')'
		p.rest = p.rest[1:]
		if last {
			break
		}
	}
	p.rest = strings.TrimLeft(p.rest, " ")
	return p.evaluate(name, arguments)
}

// evaluate gives the value of a function. What is random only has to look random.
func (p *preprocessor) evaluate(name string, arguments []string) (string, error) {
	switch count := len(arguments); {
	case name == "setVar" && count == 2:
		p.stored[arguments[0]] = arguments[1]
		return arguments[1], nil
	case name == "generateRandomStringVar" && count == 2 && isLength(arguments[1]):
		p.stored[arguments[0]] = p.world.secret("generated")
		return p.stored[arguments[0]], nil
	case name == "generateRandomString" && count == 1 && isLength(arguments[0]), name == "generateRandomBytes" && count == 1 && isLength(arguments[0]):
		return p.world.secret("generated"), nil
	case name == "generateJWT" && count == 2 && json.Valid([]byte(arguments[1])):
		return p.world.secret("generated"), nil
	case name == "getVar" && count == 1, name == "pickRandom" && count > 0, name == "mercuryInRetrograde" && count == 2:
		return arguments[0], nil
	case name == "generateRandomInt" && count == 2:
		low, err := strconv.ParseInt(arguments[0], 10, 64)
		high, errHigh := strconv.ParseInt(arguments[1], 10, 64)
		if err == nil && errHigh == nil && low < high {
			return arguments[0], nil
		}
	case name == "getDatetime" && (count == 1 || count == 2):
		return stamp(p.world.now), nil
	case slices.Contains([]string{"generateED25519Key", "generateRSA2048Key", "generateRSA4096Key"}, name) && count == 1:
		for _, part := range []string{"Public", "PublicSsh", "Private"} {
			p.stored[arguments[0]+part] = p.world.secret("generated")
		}
		if name == "generateED25519Key" {
			p.stored[arguments[0]+"PrivateSsh"] = p.world.secret("generated")
		}
		return p.stored[arguments[0]+"Public"], nil
	}
	return "", p.refused()
}

// isLength reports a number of characters that can be asked for.
func isLength(text string) bool {
	n, err := strconv.Atoi(text)
	return err == nil && n >= 0 && n <= 1024
}
