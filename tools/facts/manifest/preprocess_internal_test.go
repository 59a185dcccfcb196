package manifest

import (
	"fmt"
	"strings"
	"testing"
)

// TestPreprocess holds the rules of the preprocessor against what the vendor's own
// one makes of the same texts (platform §10.2). A ? is a generated value.
func TestPreprocess(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		`a: b > c`:                                   `a: b > c`,
		`This is < my string | upper>.`:              `This is  MY STRING .`,
		`This is <my string| upper>.`:                `This is MY STRING.`,
		`<My normal <And My NeStED| upper> strings>`: `My normal AND MY NESTED strings`,
		`<a|b>`:                             `? line 1: the expression ends in "b"`,
		`<a|>`:                              `a`,
		`<a plain text|title>`:              `A Plain Text`,
		`\<@generateRandomString(\<10\>)\>`: `<@generateRandomString(<10>)>`,
		`\< \<\\\\ \\\\\\\\ \\\\\< <\\\\> \\\\\> \>`:   `< <\\ \\\\ \\< \\ \\> >`,
		`"\\\\<sTriNG \\\\ witH, mOdiFiers| title>\\"`: `"\\STriNG \\ WitH, MOdiFiers\"`,
		`x: "a\nb"`:                            `x: "anb"`,
		`<>`:                                   `>`,
		`a<<>>b`:                               `a>b`,
		`<<a>b>`:                               `ab`,
		"<a\nb>\nc":                            "a\nb\nc",
		"a: 1 # < 3\nb: 2":                     "a: 1 # ",
		"# replicas < 3\np: 1\n# is > 1\no: 2": "# replicas  3\np: 1\n# is  1\no: 2",
		`<<: *x`:                               ``,
		`<@generateRandomString(<@generateRandomInt(<10>, <50>)>)>`:       `?`,
		`<@setVar(<a>, <b c>)> <@getVar(a)|upper> <@getVar( a )|sha256>`:  `b c B C ?`,
		`<@generateRandomStringVar(<s>, <20>)>-<@getVar(s)>`:              `?-?`,
		`<@generateRSA2048Key(<k>)><@getVar(kPrivate)><@getVar(kPublic)>`: `???`,
		`<@generateED25519Key(<k>)> <@getVar(kPrivateSsh)>`:               `? ?`,
		`<@pickRandom(<one>, <one>)>`:                                     `one`,
		`<@pickRandom(<one>, <two>)>`:                                     `?`,
		`<@setVar(<n>, <normal <LOWER| lower> text>)>`:                    `normal lower text`,
		`<@getVar(none)>`:                            `? line 1: no value is stored as "none"`,
		`<@getVar(<text>)>`:                          `text`,
		`<@generateRandomString(32)>`:                `? line 1: no value is stored as "32"`,
		`<@generateRandomString(<x>)>`:               `? line 1: generateRandomString does not take "x"`,
		`<@generateRandomString(<2048>)>`:            `? line 1: generateRandomString does not take "2048"`,
		`<@generateRandomInt(<9>, <1>)>`:             `? line 1: generateRandomInt needs`,
		`<@generateRandomInt(<9>)>`:                  `? line 1: generateRandomInt takes 2 arguments`,
		"x\n<@readFile(<x>)>":                        "x\n? line 2: the expression calls \"readFile\"",
		`<@name>`:                                    `? line 1: the expression is no call`,
		`<@f>(<a>)`:                                  `?(a) line 1: the expression is no call`,
		"<@getDatetime(<YYYY>)\n>":                   "? line 1: behind the )",
		`<@generateRandomBytes(<16>) | toHex>`:       `?`,
		`<@generateRandomBytes(<16>)>`:               `?? line 1: generateRandomBytes gives bytes`,
		`<@generateRandomString(<32>>`:               `?`,
		`< @generateRandomString(<10>) | upper>`:     ` @GENERATERANDOMSTRING(10) `,
		`<@generateJWT(<s>, <{"role":"anon"}>)>`:     `?`,
		`<a|argon2id>`:                               `?,?`,
		`<@pickRandom(<a>,)>`:                        `a`,
		`<@pickRandom(<a>,<>)>`:                      `a)>`,
		`<@pickRandom(<a>, <>)>`:                     `?)> line 1: no value is stored as ""`,
		`<a<@generateRandomInt(<1>, <9>)>b c|title>`: `A?? C`,
	} {
		made := preprocess(in)
		got := strings.ReplaceAll(made.text, standIn, "?") + written(made.refusals, " line %d: %s")
		text, refusal, refused := strings.Cut(want, " line ")
		if !strings.HasPrefix(got, want) || !refused && got != want || refused && len(made.refusals) != 1 {
			t.Errorf("%q became %q, want %q (%q)", in, got, text, refusal)
		}
	}
}

// TestPreprocessNotes looks at what is read as the platform reads it, and told.
func TestPreprocessNotes(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"a\nx: C:\\path": "2 the preprocessor takes this backslash",
		"a\nb < c\nd":    "2 a < is not closed",
		"a\n<b\nc>":      "2 the preprocessor takes the text from this < to the > in line 3",
		"x: 1 # a <@generateRandomInt(<1>, <2>)>": "1 the preprocessor evaluates this expression",
		"# see <https://example.com> -> b":        "",
		"x: '# <@generateRandomInt(<1>, <2>)>'":   "",
		`x: a \< b`:                               "",
	} {
		made := preprocess(in)
		got := written(made.notes, "%d %s")
		if !strings.HasPrefix(got, want) || (got == "") != (want == "") || len(made.refusals) > 0 {
			t.Errorf("%q: %q %v, want %q", in, got, made.refusals, want)
		}
	}
	if long := strings.Repeat("<@setVar(<a>, <<@getVar(a)><@getVar(a)>>)>", 60); len(preprocess("<@setVar(<a>, <abc>)>"+long).refusals) == 0 {
		t.Error("stored values grow without a bound")
	}
}

// written puts issues one behind the other.
func written(issues []Issue, format string) string {
	var b strings.Builder
	for _, issue := range issues {
		fmt.Fprintf(&b, format, issue.Line, issue.Message)
	}
	return b.String()
}
