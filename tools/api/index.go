package api

import (
	"math"
	"slices"
	"sort"
	"strings"
	"sync"
	"unicode"

	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

// apiIndex finds operations of the catalogue by plain words. It is built on first
// use from what the catalogue says, so it is the same in every run and asks
// nobody.
type apiIndex struct {
	details *zerops.Details

	once  sync.Once
	docs  []indexed
	df    map[string]int // in how many documents a word occurs
	mean  float64        // mean length of a document
	words []string       // all words, for queries with a slip of the pen
	err   error
}

// indexed is one operation as the index sees it: how much each word weighs.
type indexed struct {
	op     zerops.Operation
	weight map[string]float64
	length float64
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

// BM25 parameters.
const (
	saturation = 1.4 // how soon repetitions stop to count
	lengthNorm = 0.35
)

// search returns the operations that fit the query, best first. Operations of
// other areas than area are left out, where one is given.
func (x *apiIndex) search(query, area string, limit int) ([]found, error) {
	x.once.Do(x.build)
	if x.err != nil {
		return nil, x.err
	}
	terms := x.terms(query)
	intent, plural := intentOf(query), asksForMany(query)
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

func (x *apiIndex) score(doc indexed, terms []string) float64 {
	var sum, matched float64
	for _, term := range terms {
		weight, df := doc.weight[term], float64(x.df[term])
		for _, other := range related(term) {
			if w := relatedWorth * doc.weight[other]; w > weight {
				weight, df = w, float64(max(x.df[other], x.df[term]))
			}
		}
		if weight == 0 {
			continue
		}
		idf := math.Log(1 + (float64(len(x.docs))-df+0.5)/(df+0.5))
		sum += idf * weight * (saturation + 1) / (weight + saturation*(1-lengthNorm+lengthNorm*doc.length/x.mean))
		matched++
	}
	if matched == 0 {
		return 0
	}
	// Who answers more of the question wins over who repeats one word of it.
	return sum * (0.5 + 0.5*matched/float64(len(terms)))
}

func (x *apiIndex) build() {
	x.df = map[string]int{}
	var total float64
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
				for _, word := range splitWords(text) {
					if !seen[word] {
						seen[word] = true
						doc.weight[word] += weight
						doc.length += weight
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
		total += doc.length
		x.docs = append(x.docs, doc)
	}
	x.mean = total / float64(len(x.docs))
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
	for _, word := range splitWords(query) {
		if x.df[word] == 0 && len(word) > 4 {
			if near := tool.Closest(word, x.words, 1); len(near) > 0 && tool.EditDistance(word, near[0]) <= len(word)/4 {
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

// intentOf recognises what the words of a query want done.
func intentOf(query string) zerops.Effect {
	for _, word := range rawWords(query) {
		switch word {
		case "show", "list", "what", "which", "who", "how", "see", "read", "get", "find", "search", "view", "is", "are", "when", "where", "why", "download", "check", "history", "status", "look":
			return zerops.Reads
		case "create", "add", "new", "invite", "order", "buy", "register", "open", "attach", "trigger", "install", "connect", "expose", "import":
			return zerops.Creates
		case "change", "set", "update", "edit", "rename", "enable", "restart", "start", "wake", "resume", "resize", "scale", "replace", "purge", "clear", "mount", "apply", "turn",
			"flush", "invalidate", "run", "increase", "forward", "send":
			return zerops.Updates
		case "delete", "remove", "revoke", "drop", "destroy", "cancel", "stop", "discard", "kick", "abort", "unmount", "rollback", "undo", "detach", "close":
			return zerops.Destroys
		}
	}
	return 0
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

// related are words that mean about the same here, in their plain form.
func related(term string) []string {
	switch term {
	case "attach":
		return []string{"add", "connect", "mount"}
	case "detach":
		return []string{"remov", "delet", "disconnect", "unmount"}
	case "remov":
		return []string{"delet"}
	case "delet", "destroy", "drop":
		return []string{"remov", "delet"}
	case "wak", "resum", "boot":
		return []string{"start"}
	case "trigger":
		return []string{"run", "start"}
	case "expos":
		return []string{"public", "open"}
	case "postgr", "postgresql", "mysql", "mariadb", "mongodb":
		return []string{"database"}
	case "minimum":
		return []string{"min"}
	case "maximum":
		return []string{"max"}
	case "passkey":
		return []string{"webauthn"}
	case "usag", "consum":
		return []string{"use"}
	case "chang", "edit", "modify", "alter":
		return []string{"updat", "replac", "chang"}
	case "creat":
		return []string{"new", "add"}
	case "add":
		return []string{"creat", "new"}
	case "fil":
		return []string{"document"}
	case "bill", "pric":
		return []string{"cost", "invoic"}
	case "expensiv":
		return []string{"cost"}
	case "user", "person", "colleagu":
		return []string{"member"}
	case "key":
		return []string{"token"}
	case "host", "hostnam":
		return []string{"domain"}
	case "instanc", "replica":
		return []string{"container"}
	case "cach":
		return []string{"cdn"}
	case "job", "task":
		return []string{"process"}
	case "alert", "warn":
		return []string{"notification"}
	case "ssl", "tl":
		return []string{"certificate"}
	case "volum", "disk":
		return []string{"storag"}
	case "valid", "lint":
		return []string{"validat", "check"}
	}
	return nil
}

// splitWords turns text, a path or a camelCase name into words in their plain form.
func splitWords(text string) []string {
	var words []string
	for _, word := range rawWords(text) {
		if !stopword(word) {
			words = append(words, stem(word))
		}
	}
	return words
}

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

// stopword knows words that say nothing about an operation.
func stopword(word string) bool {
	switch word {
	case "a", "an", "the", "of", "to", "in", "on", "for", "and", "or", "with", "by", "at", "from", "as", "it", "its", "is", "are", "be", "was", "do", "does", "did",
		"i", "my", "me", "we", "our", "us", "you", "your", "this", "that", "these", "those", "there", "what", "which", "how", "can", "could", "should", "would", "want",
		"please", "s", "t", "via", "into", "be4", "has", "have", "id", "get", "put", "post", "show", "give", "tell", "zerops", "some", "one", "any", "rest", "need", "let", "lets", "if", "so", "up", "set", "make", "list", "view", "see", "over", "same", "more", "com", "existing", "example":
		return true
	}
	return false
}

// stem brings a word to a plain form: plurals, verb endings, and spellings of
// both sides of the Atlantic.
func stem(word string) string {
	switch word {
	case "organization", "organisation", "organizations", "organisations", "client", "clients", "company":
		return "org"
	case "environment", "environments", "envs":
		return "env"
	case "variables", "variable", "var", "vars":
		return "variable"
	case "repo", "repos", "repositories", "repository":
		return "repository"
	case "deploys", "deployed", "deploying", "deployment", "deployments":
		return "deploy"
	case "builds", "built", "building":
		return "build"
	case "processes", "process":
		return "process"
	case "addresses", "address":
		return "address"
	case "access":
		return "access"
	case "status", "statuses":
		return "status"
	case "dns", "https", "previous":
		return word
	case "databases", "db", "dbs":
		return "database"
	case "certificates", "cert", "certs":
		return "certificate"
	case "people", "persons":
		return "person"
	case "members", "teammates", "colleagues":
		return "member"
	case "spent", "spend", "spending":
		return "spend"
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
