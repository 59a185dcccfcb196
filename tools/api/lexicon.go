package api

import (
	"strings"
	"unicode"

	"zerops-mcp/zerops"
)

// lexicon brings words to a plain form and knows what they mean here.
type lexicon struct {
	skip    map[string]bool          // words that say nothing about an operation
	effects map[string]zerops.Effect // words that say what is wanted done
	same    map[string]string        // words whose plain form no rule finds
	related map[string][]string      // plain forms that mean about the same
}

func newLexicon(v zerops.Vocabulary) lexicon {
	l := lexicon{skip: map[string]bool{}, effects: map[string]zerops.Effect{}, same: map[string]string{}, related: map[string][]string{}}
	for word := range strings.FieldsSeq(v.Skip) {
		l.skip[word] = true
	}
	for _, verbs := range []struct {
		words  string
		effect zerops.Effect
	}{{v.Reads, zerops.Reads}, {v.Creates, zerops.Creates}, {v.Updates, zerops.Updates}, {v.Destroys, zerops.Destroys}} {
		for word := range strings.FieldsSeq(verbs.words) {
			l.effects[word] = verbs.effect
		}
	}
	for plain, words := range v.Same {
		for word := range strings.FieldsSeq(words) {
			l.same[word] = plain
		}
	}
	for plain, words := range v.Related {
		l.related[plain] = strings.Fields(words)
	}
	return l
}

// intent is what the first verb of a query wants done.
func (l *lexicon) intent(query string) zerops.Effect {
	for _, word := range rawWords(query) {
		if effect, ok := l.effects[word]; ok {
			return effect
		}
	}
	return 0
}

// plainWords turns text, a path or a camelCase name into words in their plain form.
func (l *lexicon) plainWords(text string) []string {
	var words []string
	for _, word := range rawWords(text) {
		if !l.skip[word] {
			words = append(words, l.plain(word))
		}
	}
	return words
}

// plain is the plain form of a word, without the endings of plurals and verbs.
func (l *lexicon) plain(word string) string {
	if same, ok := l.same[word]; ok {
		return same
	}
	for _, rule := range [...]struct{ suffix, with string }{
		{"ally", "al"}, {"ly", ""}, {"ies", "y"}, {"sses", "ss"}, {"ches", "ch"}, {"shes", "sh"}, {"xes", "x"}, {"ing", ""}, {"edly", ""}, {"ed", ""}, {"s", ""},
	} {
		base, ok := strings.CutSuffix(word, rule.suffix)
		if ok && len(base) >= 3 && !strings.HasSuffix(word, "ss") {
			base += rule.with
			if rule.suffix == "ing" || rule.suffix == "ed" {
				if n := len(base); n > 3 && base[n-1] == base[n-2] && base[n-1] != 'l' && base[n-1] != 's' {
					base = base[:n-1]
				}
			}
			return strings.TrimSuffix(base, "e")
		}
	}
	if len(word) > 4 {
		return strings.TrimSuffix(word, "e")
	}
	return word
}

// rawWords splits text at what is neither letter nor digit, and between the words
// of a camelCase name.
func rawWords(text string) []string {
	var words []string
	var current []rune
	flush := func() {
		if len(current) > 0 {
			words = append(words, strings.ToLower(string(current)))
			current = current[:0]
		}
	}
	runes := []rune(text[:min(len(text), 2_000)])
	for i, r := range runes {
		switch {
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			if r != '\'' && r != '’' {
				flush()
			}
			continue
		case unicode.IsUpper(r) && i > 0 && (unicode.IsLower(runes[i-1]) || i+1 < len(runes) && unicode.IsUpper(runes[i-1]) && unicode.IsLower(runes[i+1])):
			flush()
		}
		current = append(current, r)
	}
	flush()
	return words
}
