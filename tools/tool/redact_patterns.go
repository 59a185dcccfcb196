package tool

import (
	"regexp"
	"slices"
	"strings"
)

type pattern struct {
	needle  needle
	find    *regexp.Regexp
	replace string
}

// needle is a quick test before an expression runs: a text in either case, which may
// have to be part of a name that a value is assigned to.
type needle struct {
	text  string
	named bool
}

// begins reports whether a text begins with the needle.
func (n needle) begins(s string) bool {
	if len(s) < len(n.text) || !strings.EqualFold(s[:len(n.text)], n.text) {
		return false
	}
	if !n.named {
		return true
	}
	i := len(n.text)
	for i < len(s) && isKeyByte(s[i]) {
		if i++; i > longestKey {
			return true // for the expression to find out, in one pass
		}
	}
	for i < len(s) && strings.IndexByte("\"'\\ \t", s[i]) >= 0 {
		i++
	}
	return i < len(s) && (s[i] == '=' || s[i] == ':')
}

// PatternSet finds out in one pass which of its patterns can match a text at all.
type PatternSet struct {
	list    []pattern
	needles []needle
	starts  [256][]int // by the first byte of a needle, in either case: which needles
	of      []int      // the needle of each pattern
}

func newPatternSet(list []pattern) *PatternSet {
	p := &PatternSet{list: list}
	for _, one := range list {
		n := slices.Index(p.needles, one.needle)
		if n < 0 {
			n = len(p.needles)
			p.needles = append(p.needles, one.needle)
			first := one.needle.text[0]
			p.starts[first] = append(p.starts[first], n)
			if first >= 'a' && first <= 'z' {
				p.starts[first-'a'+'A'] = append(p.starts[first-'a'+'A'], n)
			}
		}
		p.of = append(p.of, n)
	}
	return p
}

// apply replaces what the patterns find.
func (p *PatternSet) apply(s string) string {
	found := p.in(s)
	if found == nil {
		return s
	}
	for i, one := range p.list {
		if found[p.of[i]] {
			s = one.find.ReplaceAllString(s, one.replace)
		}
	}
	return s
}

// in reports for each needle whether it is in s; nil when none is.
func (p *PatternSet) in(s string) (found []bool) {
	for i := range len(s) {
		for _, n := range p.starts[s[i]] {
			if found != nil && found[n] || !p.needles[n].begins(s[i:]) {
				continue
			}
			if found == nil {
				found = make([]bool, len(p.needles))
			}
			found[n] = true
		}
	}
	return found
}

// named are the patterns for what stands behind a name: behind =, behind a colon as
// in JSON, and behind a bare colon, where a value needs some length because words of a
// sentence stand there too. Only blanks stand between: a heading such as "envSecrets:"
// must not hide the line below it. A closing quote stays.
func named(text, name, least string) []pattern {
	const quoted = `(\\+["'])[^"'\\\n]MIN|(")(?:[^"\\\n]|\\.)MIN|(')[^'\n]MIN|`
	forms := [][3]string{
		{`[\\"']*[ \t]*=[ \t]*`, `[^\s"',;&]MIN`, "1"},
		{`[\\"']+[ \t]*:[ \t]*`, `[a-z0-9_.+-]MIN`, "1"},
		{`[ \t]*:[ \t]*`, `[^\s"',;&]MIN`, least},
	}
	list := make([]pattern, 0, len(forms))
	for _, form := range forms {
		value := strings.ReplaceAll(quoted+form[1], "MIN", "{"+form[2]+",}")
		list = append(list, pattern{needle: needle{text, true}, find: regexp.MustCompile(`(?i)(` + name + form[0] + `)(?:` + value + `)`), replace: "${1}${2}${3}${4}" + Redacted})
	}
	return list
}

// SecretPatterns compiles the shapes of credentials that must not appear
// wherever they stand. It is called once, on the first result.
func SecretPatterns() *PatternSet {
	compile := func(text, expr, replace string) pattern {
		return pattern{needle: needle{text: text}, find: regexp.MustCompile(expr), replace: replace}
	}
	const word = `\b(?:[a-z0-9]+[_.-])*` // the words before the last one of a name
	list := []pattern{
		compile("://", `([a-zA-Z][a-zA-Z0-9+.-]*://[^\s/:@"']*):[^\s/@"']+@`, "${1}:"+Redacted+"@"),
		compile(`:\/\/`, `([a-zA-Z][a-zA-Z0-9+.-]*:\\/\\/[^\s/:@"']*):[^\s/@"']+@`, "${1}:"+Redacted+"@"), // as some write JSON
		compile("://", `(https?://)[^\s/:@"'?#\[\]]{12,}@`, "${1}"+Redacted+"@"),
		compile("authorization", `(?i)(authorization[\\"']*\s*[:=]\s*[\\"']*)(?:(?:bearer|basic|token)\s+)?[^\s"',;]+`, "${1}"+Redacted),
		compile("bearer ", `(?i)(bearer\s+)[A-Za-z0-9._~+/=-]{12,}`, "${1}"+Redacted),
		compile("eyj", `eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]*`, Redacted),
		compile("-----begin", `(?s)-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)`, Redacted),
		compile("gh", `\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,})`, Redacted),
		compile("glpat-", `\bglpat-[A-Za-z0-9_-]{16,}`, Redacted),
		compile("akia", `\bAKIA[A-Z0-9]{16}\b`, Redacted),
		compile("asia", `\bASIA[A-Z0-9]{16}\b`, Redacted),
		compile("sk", `\bsk[-_](?:live_|test_|ant-|proj-)?[A-Za-z0-9_-]{20,}`, Redacted),
		compile("xox", `\bxox[abposr]-[A-Za-z0-9-]{10,}`, Redacted),
		compile("npm_", `\bnpm_[A-Za-z0-9]{30,}`, Redacted),
		compile("aiza", `\bAIza[A-Za-z0-9_-]{30,}`, Redacted),
		compile("=", `(?i)([?&](?:access_?token|token|signature|x-amz-signature|x-amz-credential|x-amz-security-token|sig|key|password|secret)=)[^&\s"'<>]+`, "${1}"+Redacted),
	}
	for _, one := range [][]pattern{
		named("passw", `[a-z0-9_.-]*passw(?:or)?d`, "1"),
		named("secret", `\b[a-z0-9_.-]*secret[a-z0-9_.-]*`, "4"),
		named("token", `\b[a-z0-9_.-]*token`, "8"),
		named("api", `\b[a-z0-9_.-]*api_?key`, "6"),
		named("pass", word+`pass(?:code|phrase)`, "1"),
		named("pin", word+`pin(?:code)?`, "1"),
		named("pwd", word+`pwd`, "1"),
		named("otp", word+`otp`, "1"),
	} {
		list = append(list, one...)
	}
	return newPatternSet(list)
}
