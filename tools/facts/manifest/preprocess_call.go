package manifest

import (
	"strconv"
	"strings"
	"unicode"

	"zerops-mcp/tools/tool"
)

// knownFunctions and knownModifiers are for messages, in the order of the vendor's
// documentation.
const (
	knownFunctions = "generateRandomInt, generateRandomBytes, generateRandomString, generateRandomStringVar, pickRandom, mercuryInRetrograde, " +
		"getDatetime, setVar, getVar, generateED25519Key, generateRSA2048Key, generateRSA4096Key, generateJWT"
	knownModifiers = "sha256, sha512, bcrypt, argon2id, toHex, toString, upper, lower, title, noop"
)

// functionArguments are the least and the most arguments of a function; ok is false
// for one that is not known.
func functionArguments(name string) (least, most int, ok bool) {
	switch name {
	case "generateRandomBytes", "generateRandomString", "getVar", "generateED25519Key", "generateRSA2048Key", "generateRSA4096Key":
		return 1, 1, true
	case "generateRandomInt", "generateRandomStringVar", "mercuryInRetrograde", "setVar":
		return 2, 2, true
	case "getDatetime":
		return 1, 2, true
	case "pickRandom":
		return 1, maxYaml, true
	case "generateJWT":
		return 2, maxYaml, true
	}
	return 0, 0, false
}

// rawBytes is what generateRandomBytes gives until a modifier makes text of it.
const rawBytes = standIn + standIn

// call gives the value of a function: the text that is certain, or a stand-in.
func (p *preprocessor) call(item *textItem) string {
	switch {
	case item.broken:
		return standIn
	case item.section == sectionName:
		p.refuse(problemNoCall)
		return standIn
	}
	name := string(item.name)
	least, most, known := functionArguments(name)
	if !known {
		p.refuse("the expression calls %q, which is no function that this server knows, and the preprocessor refuses the whole text for one that it does not know; there are %s",
			tool.Clean(name, 40), knownFunctions)
		return standIn
	}
	values, ok := p.values(item)
	switch {
	case !ok:
		return standIn
	case len(values) < least || len(values) > most:
		p.refuse("%s takes %s, and the preprocessor refuses the whole text for %d", name, counted(least, most), len(values))
		return standIn
	}
	return p.evaluate(name, values)
}

func counted(least, most int) string {
	switch {
	case least == most && least == 1:
		return "1 argument"
	case least == most:
		return strconv.Itoa(least) + " arguments"
	case most == 2:
		return "1 or 2 arguments"
	}
	return "at least " + strconv.Itoa(least)
}

// values looks the arguments up: texts are what they are, names stand for what was
// stored before.
func (p *preprocessor) values(item *textItem) ([]string, bool) {
	var values []string
	for i, a := range item.arguments {
		if a.literal {
			values = append(values, string(a.value))
			continue
		}
		name := strings.TrimSpace(string(a.value))
		if name == "" && i > 0 && i == len(item.arguments)-1 && !item.blank { // a comma at the end
			continue
		}
		value, stored := p.stored[name]
		if !stored {
			p.refuse("no value is stored as %q before this expression, and the preprocessor refuses the whole text; put a text in brackets: <%s>", tool.Clean(name, 40), tool.Clean(name, 40))
			return nil, false
		}
		values = append(values, value)
	}
	return values, true
}

func (p *preprocessor) evaluate(name string, values []string) string {
	switch name {
	case "setVar":
		p.stored[values[0]] = values[1]
		return p.freeText(values[1])
	case "getVar":
		return p.freeText(values[0])
	case "generateRandomStringVar":
		p.wholeNumber(name, values[1], 1024)
		p.stored[values[0]] = standIn
	case "generateRandomString":
		p.wholeNumber(name, values[0], 1024)
	case "generateRandomBytes":
		p.wholeNumber(name, values[0], 1024)
		return rawBytes
	case "generateRandomInt":
		low, sure := p.wholeNumber(name, values[0], 1<<62)
		high, also := p.wholeNumber(name, values[1], 1<<62)
		if sure && also && high <= low {
			p.refuse("generateRandomInt needs a second number that is larger than the first, and the preprocessor refuses the whole text")
		}
	case "generateED25519Key", "generateRSA2048Key", "generateRSA4096Key":
		for _, suffix := range []string{"Public", "Private", "PublicSsh", "PrivateSsh"} {
			if suffix != "PrivateSsh" || name == "generateED25519Key" {
				p.stored[values[0]+suffix] = standIn
			}
		}
	case "pickRandom", "mercuryInRetrograde":
		return p.oneOf(values)
	case "getDatetime":
		if !harmlessText(values[0]) {
			p.refuse("this format could make something else of the text than a date; keep to letters, digits, blanks and _ - . / : + @")
		}
	}
	return standIn
}

// wholeNumber checks an argument that has to be a number of at most so much.
func (p *preprocessor) wholeNumber(name, value string, most int64) (int64, bool) {
	if strings.Contains(value, standIn) {
		return 0, false
	}
	n, err := strconv.ParseInt(value, 10, 64)
	if err != nil || n > most {
		p.refuse("%s does not take %q here: a whole number of at most %d is expected, and the preprocessor refuses the whole text", name, tool.Clean(value, 20), most)
		return 0, false
	}
	return n, true
}

// oneOf stands for one of several texts, none of which may mean more than text.
func (p *preprocessor) oneOf(values []string) string {
	same := true
	for _, v := range values {
		same = same && v == values[0]
	}
	if same {
		return p.freeText(values[0])
	}
	for _, v := range values {
		if !harmlessText(v) {
			p.refuse("one of these texts could mean something else in YAML, and which one is taken is left to chance; keep to letters, digits, blanks and _ - . / = + @ $")
			break
		}
	}
	return standIn
}

// freeText notes a text that an expression gives and that may mean something in
// YAML.
func (p *preprocessor) freeText(text string) string {
	if p.result.free == 0 && !harmlessText(text) {
		p.result.free = p.line
	}
	return text
}

// modified applies modifiers to the value of an item.
func (p *preprocessor) modified(value string, modifiers [][]byte) string {
	for i, modifier := range modifiers {
		switch name := strings.TrimSpace(string(modifier)); name {
		case "noop":
		case "upper":
			value = strings.ToUpper(value)
		case "lower":
			value = strings.ToLower(value)
		case "title":
			value = titled(value)
		case "sha256", "sha512", "bcrypt", "toHex", "toString":
			value = standIn
		case "argon2id":
			value = standInComma
		case "":
			if i == len(modifiers)-1 && i == 0 {
				break // nothing stands behind the |
			}
			fallthrough
		default:
			p.refuse("the expression ends in %q, which is no modifier that this server knows, and the preprocessor refuses the whole text for one that it does not know; there are %s",
				tool.Clean(name, 40), knownModifiers)
			value = standIn
		}
	}
	if value == rawBytes {
		p.refuse("generateRandomBytes gives bytes that are no text; add |toHex or |toString")
	}
	return value
}

func inWord(c rune) bool { return unicode.IsLetter(c) || unicode.IsDigit(c) }

// titled writes the first letter of each word as a capital. A . : or ' between letters
// or digits does not part words. Whether a word begins behind a value
// that is generated cannot be known, so letters there are taken for a part of it.
func titled(text string) string {
	signs := []rune(text)
	at := func(i int) rune {
		if i < 0 || i >= len(signs) {
			return ' '
		}
		return signs[i]
	}
	begun, generated := false, false
	out := make([]rune, len(signs))
	for i, c := range signs {
		out[i] = c
		generated = c == standInRune || generated && inWord(c)
		switch before, after := at(i-1), at(i+1); {
		case generated:
			out[i], begun = standInRune, true
		case unicode.IsLetter(c) && !begun:
			out[i], begun = unicode.ToTitle(c), true
		case inWord(c), c == '_', unicode.IsMark(c):
		case strings.ContainsRune(".:'", c) && inWord(before) && inWord(after):
		default:
			begun = false
		}
	}
	return string(out)
}
