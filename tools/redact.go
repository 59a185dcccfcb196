package tools

import (
	"encoding/base64"
	"math/bits"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
)

const (
	redacted = "[redacted]"
	// shortestSecret keeps trivial values such as "1" or "true" from being
	// blanked wherever they occur.
	shortestSecret = 6
)

// redactor removes secrets from text by known value and by pattern. A call has
// one; it is safe for concurrent use.
type redactor struct {
	patterns func() *patternSet

	mu    sync.RWMutex
	known []string // longest first
}

type pattern struct {
	needle  string // quick test before the expression runs
	find    *regexp.Regexp
	replace string
}

// know registers values that must not leave.
func (r *redactor) know(values ...string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, v := range values {
		if len(v) < shortestSecret {
			continue
		}
		for _, spelling := range []string{v, url.QueryEscape(v), url.PathEscape(v), jsonEscaped(v)} {
			if !slices.Contains(r.known, spelling) {
				r.known = append(r.known, spelling)
			}
		}
	}
	sortBy(r.known, func(a, b string) int { return len(b) - len(a) })
}

// knowEncoded registers values that must not leave in base64 either, as far as it
// does not depend on what stands behind them.
func (r *redactor) knowEncoded(values ...string) {
	for _, v := range values {
		r.know(v, base64.StdEncoding.EncodeToString([]byte(v[:len(v)/3*3])))
	}
}

// jsonEscaped writes a value as it stands between the quotes of JSON.
func jsonEscaped(v string) string {
	quoted := string(quote(v))
	return quoted[1 : len(quoted)-1]
}

// text returns s without secrets.
func (r *redactor) text(s string) string {
	if len(s) < shortestSecret {
		return s
	}
	r.mu.RLock()
	for _, v := range r.known {
		if strings.Contains(s, v) {
			s = strings.ReplaceAll(s, v, redacted)
		}
	}
	s = r.withoutStumps(s)
	r.mu.RUnlock()
	patterns := r.patterns()
	for found := patterns.in(s); found != 0; found &= found - 1 {
		p := &patterns.list[bits.TrailingZeros32(found)]
		s = p.find.ReplaceAllString(s, p.replace)
	}
	return s
}

// ellipsis ends what was shortened.
const ellipsis = "…"

// withoutStumps removes the beginnings of known values that were cut off when a
// text was shortened; r.mu is held.
func (r *redactor) withoutStumps(s string) string {
	for at := 0; ; {
		next := strings.Index(s[at:], ellipsis)
		if next < 0 {
			return s
		}
		at += next
		for _, v := range r.known {
			if n := stump(s[:at], v); n > 0 {
				s = s[:at-n] + redacted + s[at:]
				at += len(redacted) - n
				break
			}
		}
		at += len(ellipsis)
	}
}

// stump returns how many bytes of the beginning of a value a text ends with.
func stump(text, value string) int {
	for n := min(len(value)-1, len(text)); n >= shortestSecret; n-- {
		if strings.HasSuffix(text, value[:n]) {
			return n
		}
	}
	return 0
}

// patternSet finds out in one pass which of its patterns can match a text at all.
type patternSet struct {
	list   []pattern   // at most 32
	starts [256]uint32 // by the first byte of a needle, in either case: which patterns
}

// in returns the patterns whose needle is in s, as bits.
func (p *patternSet) in(s string) uint32 {
	var found uint32
	for i := range len(s) {
		for open := p.starts[s[i]] &^ found; open != 0; open &= open - 1 {
			n := bits.TrailingZeros32(open)
			needle := p.list[n].needle
			if len(s)-i >= len(needle) && strings.EqualFold(s[i:i+len(needle)], needle) {
				found |= 1 << n
			}
		}
	}
	return found
}

// secretPatterns compiles the shapes of credentials that must not appear
// wherever they stand. It is called once, on the first result.
func secretPatterns() *patternSet {
	compile := func(needle, expr, replace string) pattern {
		return pattern{needle: needle, find: regexp.MustCompile(expr), replace: replace}
	}
	p := &patternSet{list: []pattern{
		compile("://", `([a-zA-Z][a-zA-Z0-9+.-]*://[^\s/:@"']*):[^\s/@"']+@`, "${1}:"+redacted+"@"),
		compile(`:\/\/`, `([a-zA-Z][a-zA-Z0-9+.-]*:\\/\\/[^\s/:@"']*):[^\s/@"']+@`, "${1}:"+redacted+"@"), // as some write JSON
		compile("://", `(https?://)[^\s/:@"'?#\[\]]{12,}@`, "${1}"+redacted+"@"),
		compile("authorization", `(?i)(authorization[\\"']*\s*[:=]\s*[\\"']*)(?:(?:bearer|basic|token)\s+)?[^\s"',;]+`, "${1}"+redacted),
		compile("bearer ", `(?i)(bearer\s+)[A-Za-z0-9._~+/=-]{12,}`, "${1}"+redacted),
		compile("eyj", `eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]*`, redacted),
		compile("-----begin", `(?s)-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)`, redacted),
		compile("gh", `\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,})`, redacted),
		compile("glpat-", `\bglpat-[A-Za-z0-9_-]{16,}`, redacted),
		compile("akia", `\bAKIA[A-Z0-9]{16}\b`, redacted),
		compile("asia", `\bASIA[A-Z0-9]{16}\b`, redacted),
		compile("sk", `\bsk[-_](?:live_|test_|ant-|proj-)?[A-Za-z0-9_-]{20,}`, redacted),
		compile("xox", `\bxox[abposr]-[A-Za-z0-9-]{10,}`, redacted),
		compile("npm_", `\bnpm_[A-Za-z0-9]{30,}`, redacted),
		compile("aiza", `\bAIza[A-Za-z0-9_-]{30,}`, redacted),
		compile("=", `(?i)([?&](?:access_?token|token|signature|x-amz-signature|x-amz-credential|x-amz-security-token|sig|key|password|secret)=)[^&\s"'<>]+`, "${1}"+redacted),
		// Blanks only: a heading such as "envSecrets:" must not hide the line below it.
		compile("passw", `(?i)((?:[a-z0-9_.-]*passw(?:or)?d)[\\"']*[ \t]*[:=][ \t]*[\\"']*)[^\s"',;&]+`, "${1}"+redacted),
		compile("secret", `(?i)\b([a-z0-9_.-]*secret[a-z0-9_.-]*[\\"']*[ \t]*[:=][ \t]*[\\"']*)[^\s"',;&]{4,}`, "${1}"+redacted),
		compile("token", `(?i)\b([a-z0-9_.-]*token[\\"']*[ \t]*[:=][ \t]*[\\"']*)[^\s"',;&]{8,}`, "${1}"+redacted),
		compile("api", `(?i)\b([a-z0-9_.-]*api_?key[\\"']*[ \t]*[:=][ \t]*[\\"']*)[^\s"',;&]{6,}`, "${1}"+redacted),
	}}
	for i, one := range p.list {
		first := one.needle[0]
		p.starts[first] |= 1 << i
		if first >= 'a' && first <= 'z' {
			p.starts[first-'a'+'A'] |= 1 << i
		}
	}
	return p
}
