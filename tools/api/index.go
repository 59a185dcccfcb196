package api

import (
	"math"
	"slices"
	"sort"
	"strings"
	"sync"

	"zerops-mcp/internal/phrase"
	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

// apiIndex finds operations of the catalogue by plain words. It is built on first
// use from what the catalogue says, so it is the same in every run and asks
// nobody.
type apiIndex struct {
	details *zerops.Details
	lexicon

	once  sync.Once
	docs  []indexed
	df    map[string]int // in how many documents a word occurs
	words []string       // all words, for queries with a slip of the pen
	err   error
}

// indexed is one operation as the index sees it: how much each word weighs.
type indexed struct {
	op     zerops.Operation
	weight map[string]float64
	many   bool // the answer is a list
}

// found is one hit.
type found struct {
	op    zerops.Operation
	score float64
}

// Weights of the places a word can stand in. What people call a thing and what
// the operation says of itself matter most; a field name is a faint trace.
const (
	weighName    = 2.5
	weighWords   = 2.2
	weighSummary = 2.0
	weighPath    = 1.2
	weighArea    = 1.5
	weighBody    = 0.5
	weighResult  = 0.15
)

// saturation is how soon more places for one word stop to count.
const saturation = 5.0

// search returns the operations that fit the query, best first. Operations of
// other areas than area are left out, where one is given.
func (x *apiIndex) search(query, area string, limit int) ([]found, error) {
	x.once.Do(x.build)
	if x.err != nil {
		return nil, x.err
	}
	terms := x.terms(query)
	intent, plural := x.intent(query), asksForMany(query)
	var hits []found
	for _, doc := range x.docs {
		if area != "" && doc.op.Area() != area {
			continue
		}
		score := x.score(doc, terms)
		if len(terms) == 0 && area != "" {
			score = 1 // the whole area
		}
		if score == 0 {
			continue
		}
		score *= preference(doc, intent, plural)
		if strings.EqualFold(strings.TrimSpace(query), doc.op.String()) {
			score += 1000
		}
		hits = append(hits, found{doc.op, score})
	}
	sort.SliceStable(hits, func(i, j int) bool { return hits[i].score > hits[j].score })
	return hits[:min(len(hits), limit)], nil
}

// score weighs each word of the query that an operation has by how rare it is, and
// prefers who answers more of the query over who repeats one word of it.
func (x *apiIndex) score(doc indexed, terms []string) float64 {
	var sum, matched float64
	for _, term := range terms {
		weight, df := doc.weight[term], x.df[term]
		for _, other := range x.related[term] {
			if w := relatedWorth * doc.weight[other]; w > weight {
				weight, df = w, max(x.df[other], df)
			}
		}
		if weight > 0 {
			sum += math.Log(float64(1+len(x.docs))/float64(1+df)) * weight / (weight + saturation)
			matched++
		}
	}
	return sum * (0.5 + 0.5*matched/float64(max(len(terms), 1)))
}

func (x *apiIndex) build() {
	x.df = map[string]int{}
	vocabulary, err := x.details.Vocabulary()
	if err != nil {
		x.err = err
		return
	}
	x.lexicon = newLexicon(vocabulary)
	for op := range zerops.Operations() {
		if op == zerops.GetProjectList {
			continue // not part of the API
		}
		detail, err := x.details.Of(op)
		if err != nil {
			x.err = err
			return
		}
		doc := indexed{op: op, weight: map[string]float64{}, many: strings.Contains(detail.Result, "[{")}
		add := func(weight float64, texts ...string) {
			seen := map[string]bool{}
			for _, text := range texts {
				for _, word := range x.plainWords(text) {
					if !seen[word] {
						seen[word] = true
						doc.weight[word] += weight
					}
				}
			}
		}
		add(weighName, op.String())
		add(weighWords, detail.Words)
		add(weighSummary, op.Summary())
		add(weighPath, op.Path())
		add(weighArea, op.Area())
		for _, field := range detail.Query {
			add(weighBody, field.Name)
		}
		if detail.Body != nil {
			add(weighBody, shapeNames(detail.Body, nil)...)
		}
		add(weighResult, detail.Result)
		for word := range doc.weight {
			x.df[word]++
		}
		x.docs = append(x.docs, doc)
	}
	x.words = tool.SortedKeys(x.df)
}

// shapeNames collects the field names of a body at any depth.
func shapeNames(s *zerops.Shape, names []string) []string {
	for _, field := range s.Fields {
		names = shapeNames(field.Shape, append(names, field.Name))
	}
	if s.Items != nil {
		names = shapeNames(s.Items, names)
	}
	return names
}

// terms are the words of a query that the index knows, or the closest ones.
func (x *apiIndex) terms(query string) []string {
	var terms []string
	for _, word := range x.plainWords(query) {
		if x.df[word] == 0 && len(word) > 4 {
			if near := tool.Closest(word, x.words, 1); len(near) > 0 && phrase.Distance(word, near[0]) <= len(word)/4 {
				word = near[0]
			}
		}
		if !slices.Contains(terms, word) {
			terms = append(terms, word)
		}
	}
	return terms
}

// preference is how much better an operation fits what is wanted, beside its
// words.
func preference(doc indexed, intent zerops.Effect, plural bool) float64 {
	factor := 1.0
	effect := doc.op.Class().Effect
	switch {
	case intent == effect:
		factor = 1.35
	case intent == 0 && effect == zerops.Reads:
		factor = 1.1
	}
	if plural && doc.many {
		factor *= 1.15
	}
	switch doc.op {
	case zerops.PostProjectServiceStackOld, zerops.GetServiceStackUserData,
		zerops.GetSettingsImportProjectYmlJsonSchemaJson, zerops.GetSettingsZeropsYmlJsonSchemaJson:
		factor *= 0.8 // another operation does it better
	}
	return factor
}

// asksForMany reports whether a query names things in the plural.
func asksForMany(query string) bool {
	for _, word := range rawWords(query) {
		if len(word) > 3 && strings.HasSuffix(word, "s") && !strings.HasSuffix(word, "ss") && !strings.HasSuffix(word, "us") && word != "zerops" {
			return true
		}
	}
	return false
}

// relatedWorth is how much a related word counts beside the one that was asked.
const relatedWorth = 0.7
