package preprocessor

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// writer writes texts by chance.
type writer struct{ *rand.Rand }

func (w writer) of(list ...string) string { return list[w.IntN(len(list))] }

// seldom is mostly the first, so that most texts are taken.
func (w writer) seldom(usual string, others ...string) string {
	if w.IntN(12) > 0 {
		return usual
	}
	return w.of(others...)
}

// grammar is the text of a seed: a manifest with expressions, and what looks like them,
// in values, keys, comments and flows.
func grammar(seed uint64) string {
	w := writer{rand.New(rand.NewPCG(seed, 14))}
	var b strings.Builder
	b.WriteString(w.of("#yamlPreprocessor=on\n", "#yamlPreprocessor=on\n", "#zeropsPreprocessor=on\n"))
	if w.IntN(3) == 0 {
		b.WriteString("project:\n  name: shop\n  " + w.seldom("corePackage", "core<Package>", `core\Package`) + ": " + w.seldom(w.of("LIGHT", "SERIOUS"), "<SERIOUS>", "<serious|upper>") + "\n")
	}
	b.WriteString("services:\n")
	for i := range 1 + w.IntN(2) {
		fmt.Fprintf(&b, "  - hostname: %s\n    type: nodejs@22\n", w.seldom(fmt.Sprintf("app%d", i), fmt.Sprintf("<app%d>", i), fmt.Sprintf("app%d # %s", i, w.piece(1))))
		for range w.IntN(3) {
			b.WriteString("    " + w.line() + "\n")
		}
		if w.IntN(2) == 0 {
			b.WriteString("    envSecrets:\n")
			for j := range 1 + w.IntN(3) {
				fmt.Fprintf(&b, "      KEY_%d: %s\n", j, w.value())
			}
		}
	}
	return b.String()
}

func (w writer) line() string {
	switch w.IntN(8) {
	case 0:
		return "# " + w.piece(2)
	case 1:
		return w.seldom("override: true", "override: <true>", "over<ride>: true", `over\ride: true`, "<override: true>", "override: false # "+w.piece(1), "override: <@pickRandom(<true>, <false>)>")
	case 2:
		return "buildFromGit: " + w.seldom("https://github.com/a/b", "<https://github.com/a/b>", "https://github.com/<a|lower>/b")
	case 3:
		return "x: {a: " + w.value() + "}"
	}
	return "description: " + w.value()
}

func (w writer) value() string {
	switch w.IntN(5) {
	case 0:
		return `"` + w.piece(2) + `"`
	case 1:
		return "'" + w.piece(2) + "'"
	case 2:
		return w.expression(2)
	}
	return w.of("a", "b ", "c") + w.piece(2)
}

// piece is a text with signs of the preprocessor in it, some of them by mistake.
func (w writer) piece(depth int) string {
	var b strings.Builder
	for range 1 + w.IntN(4) {
		switch w.IntN(12) {
		case 0:
			b.WriteString(w.of(`\<`, `\>`, `\\`, `\|`, `\@`, `\n`, `\"`, `\(`))
		case 1:
			b.WriteString(w.seldom("", "<", ">", "|", "@", "<>", "><", "<<", ">>", ",", "(", ")", "<@", `<\`))
		case 2, 3, 4:
			b.WriteString(w.expression(depth))
		default:
			b.WriteString(w.of("word", "two words", "-", ".", "é", "x=1", " "))
		}
	}
	return b.String()
}

// expression is one that the preprocessor knows, or nearly.
func (w writer) expression(depth int) string {
	if depth == 0 {
		return "<" + w.seldom(w.of("text", "a b", "10", "7"), "") + ">"
	}
	modifiers := w.seldom(w.of("", "", "|upper", " | lower", "|title"), "|upper|sha256", "|noop", "|nothing", "|toHex", "|sha512 | title")
	comma := w.seldom(", ", " , ", ",")
	inner := func() string { return w.expression(depth - 1) }
	switch w.IntN(24) {
	case 0, 1, 2, 11, 12, 13, 14, 15, 16:
		return "<" + w.seldom(w.of("text", "some text", "a"+inner()+"b", w.of("x", "")+inner()), "a\nb") + modifiers + ">"
	case 3:
		return "<@generateRandomString(<" + w.seldom("8", "16", "x", "2000") + ">)" + modifiers + ">"
	case 4:
		return "<@generateRandomInt(<1>" + comma + "<" + w.seldom("9", "0", "b") + ">)" + modifiers + ">"
	case 5:
		return "<@setVar(<name>" + comma + inner() + ")" + modifiers + ">"
	case 6:
		return "<@getVar(" + w.seldom("<name>", "name", " name ", "none") + ")" + modifiers + ">"
	case 7:
		return "<@pickRandom(" + inner() + comma + inner() + ")" + modifiers + ">"
	case 8:
		return "<@generateRandomStringVar(<name>" + comma + "<8>)" + modifiers + ">"
	case 9:
		return "<@generateRandomBytes(<8>)" + w.seldom("|toHex", "|toString", modifiers) + ">"
	case 10:
		return "<@" + w.of("unknown(<a>)", "getVar", "setVar(<a>)", "generateRandomString(8)", "generateRandomString(<8>", "getVar(name))", "getDatetime(<YYYY>)", "mercuryInRetrograde(<a>"+comma+"<a>)") + modifiers + ">"
	}
	return inner()
}
