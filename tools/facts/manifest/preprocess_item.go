package manifest

import (
	"strings"
	"unicode/utf8"
)

// textItem is <text|modifier> or <@function(argument, …)|modifier>.
type textItem struct {
	line      int
	function  bool
	name      []byte // of the function, or the text
	section   int
	arguments []textArgument
	modifiers [][]byte
	blank     bool // behind the last comma
	broken    bool // not what the preprocessor can read; said once
}

// textArgument is one argument of a function: a text in brackets, or the name of a
// stored value.
type textArgument struct {
	value   []byte
	literal bool
}

// Sections of an item.
const (
	sectionName = iota
	sectionArguments
	sectionClosed // behind the arguments
	sectionModifiers
)

const (
	problemNoCall     = "the expression is no call <@function(<text>)>, and the preprocessor refuses the whole text for it"
	problemArguments  = "the arguments of an expression are <text> or names of stored values, with commas between them"
	problemBehindCall = "behind the ) of an expression only |modifier and > may follow, in the same line"
)

// add reads a sign that means nothing outside of items. It returns what is wrong.
func (i *textItem) add(c byte) string {
	switch {
	case i.broken:
		return ""
	case i.section == sectionModifiers && c == '|':
		i.modifiers = append(i.modifiers, nil)
	case i.section == sectionModifiers && i.function && strings.IndexByte("(),", c) >= 0:
		return i.fail(problemBehindCall)
	case i.section == sectionModifiers:
		last := len(i.modifiers) - 1
		i.modifiers[last] = append(i.modifiers[last], c)
	case !i.function && c == '|':
		i.section, i.modifiers = sectionModifiers, [][]byte{nil}
	case !i.function:
		i.name = append(i.name, c)
	case i.section == sectionName && c == '(':
		i.section, i.arguments = sectionArguments, []textArgument{{}}
	case i.section == sectionName && strings.IndexByte("),|", c) >= 0:
		return i.fail(problemNoCall)
	case i.section == sectionName:
		i.name = append(i.name, c)
	case i.section == sectionArguments:
		return i.argument(c)
	case c == '|':
		i.section, i.modifiers = sectionModifiers, [][]byte{nil}
	case c != ' ':
		return i.fail(problemBehindCall)
	}
	return ""
}

func (i *textItem) argument(c byte) string {
	last := &i.arguments[len(i.arguments)-1]
	switch {
	case c == '(':
		return i.fail(problemArguments)
	case c == ')':
		i.section = sectionClosed
	case c == ',':
		i.arguments, i.blank = append(i.arguments, textArgument{}), false
	case c == ' ' && len(last.value) == 0:
		i.blank = true
	default:
		last.literal = last.literal && c == ' '
		last.value = append(last.value, c)
	}
	return ""
}

// touches reports an argument that begins right behind its comma.
func (i *textItem) touches() bool {
	n := len(i.arguments)
	return i.section == sectionArguments && n > 1 && !i.arguments[n-1].literal && len(i.arguments[n-1].value) == 0 && !i.blank
}

// text adds what an escape or an inner item gives.
func (i *textItem) text(text string, inner bool) string {
	switch {
	case i.broken:
	case i.section == sectionModifiers || i.section == sectionClosed || i.function && i.section == sectionName:
		return i.fail("what the preprocessor makes of a bracket or a backslash in this place of an expression is not certain; write the value out")
	case !i.function:
		i.name = append(i.name, text...)
	case !inner:
		return i.fail("what the preprocessor makes of a backslash between the arguments of an expression is not certain; leave it out")
	default:
		last := &i.arguments[len(i.arguments)-1]
		last.value = append(last.value, text...)
		last.literal = true
	}
	return ""
}

func (i *textItem) fail(problem string) string {
	i.broken = true
	return problem
}

// harmlessText reports a text that is nothing but text wherever it stands in a
// YAML document.
func harmlessText(text string) bool {
	for i, c := range text {
		next := byte(' ')
		if i+1 < len(text) {
			next = text[i+1]
		}
		switch {
		case c >= utf8.RuneSelf || isWordSign(text[i]):
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

func isWordSign(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte(" _./+=@", c) >= 0
}
