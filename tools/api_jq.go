package tools

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"runtime/metrics"
	"strings"
	"time"

	"github.com/itchyny/gojq"
)

// Bounds of a jq program. It is written by a model, and its input by others.
const (
	jqTime    = time.Second
	jqHeap    = 96 << 20 // how much memory a run may take before it is stopped
	jqWatch   = 5 * time.Millisecond
	jqResults = 1_000
)

// jqProgram is a checked and compiled jq expression.
type jqProgram struct{ code *gojq.Code }

// parseJQ compiles an expression. It returns nil for an empty one.
func parseJQ(text string) (*jqProgram, error) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	query, err := gojq.Parse(text)
	if err != nil {
		return nil, invalid("jq", "cannot be parsed: %s", clean(err.Error(), 160))
	}
	if word := forbidden(query); word != "" {
		return nil, invalid("jq", "uses %s, which is not available here; select, map, sort_by, group_by, length, test and building objects are", word)
	}
	code, err := gojq.Compile(query)
	if err != nil {
		return nil, invalid("jq", "cannot be compiled: %s", clean(err.Error(), 160))
	}
	return &jqProgram{code}, nil
}

var (
	errJQTime   = errors.New("took longer than " + jqTime.String())
	errJQMemory = errors.New("took too much memory")
)

// run applies the program within its bounds. One result is returned as it is,
// several as a list.
func (p *jqProgram) run(ctx context.Context, input any) (any, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	timer := time.AfterFunc(jqTime, func() { cancel(errJQTime) })
	defer timer.Stop()
	go watchHeap(ctx, cancel)
	results := []any{}
	iterator := p.code.RunWithContext(ctx, jqValue(input))
	for {
		v, more := iterator.Next()
		if !more {
			break
		}
		if err, failed := v.(error); failed {
			if cause := context.Cause(ctx); cause != nil {
				err = cause
			}
			return nil, invalid("jq", "failed: %s", clean(err.Error(), 200))
		}
		if len(results) == jqResults {
			return nil, invalid("jq", "gives more than %d results; select fewer", jqResults)
		}
		results = append(results, v)
	}
	var result any = results
	if len(results) == 1 {
		result = results[0]
	}
	raw, err := gojq.Marshal(result)
	if err != nil {
		return nil, invalid("jq", "gives something that is not JSON: %s", clean(err.Error(), 160))
	}
	if len(raw) > maxAnswer {
		return nil, invalid("jq", "gives %d MB; select less", len(raw)>>20)
	}
	plain, err := decodeJSON(raw)
	if err != nil {
		return nil, fmt.Errorf("reading the result of jq: %w", err)
	}
	return plain, nil
}

// watchHeap stops a program that takes too much memory. It measures the whole
// process, so the bound leaves room for what other calls do meanwhile.
func watchHeap(ctx context.Context, stop context.CancelCauseFunc) {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	heap := func() uint64 {
		metrics.Read(sample)
		if sample[0].Value.Kind() != metrics.KindUint64 {
			return 0
		}
		return sample[0].Value.Uint64()
	}
	start := heap()
	ticker := time.NewTicker(jqWatch)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			if heap() > start+jqHeap {
				stop(errJQMemory)
				return
			}
		}
	}
}

// jqValue turns decoded JSON into the types that gojq works on.
func jqValue(v any) any {
	switch value := v.(type) {
	case map[string]any:
		object := make(map[string]any, len(value))
		for name, member := range value {
			object[name] = jqValue(member)
		}
		return object
	case []any:
		list := make([]any, len(value))
		for i, item := range value {
			list[i] = jqValue(item)
		}
		return list
	case json.Number:
		if i, err := value.Int64(); err == nil && int64(int(i)) == i {
			return int(i)
		}
		if i, ok := new(big.Int).SetString(value.String(), 10); ok {
			return i
		}
		f, err := value.Float64()
		if err != nil {
			return value.String()
		}
		return f
	}
	return v
}

// forbidden names the first thing in a query that could run away with time or
// memory, or that has no place in a selection: loops, definitions, assignments,
// and what reads from outside. Everything left is bounded by its input and the
// length of the query.
func forbidden(q *gojq.Query) string {
	if q == nil {
		return ""
	}
	switch {
	case len(q.Imports) > 0 || q.Meta != nil:
		return "modules"
	case len(q.FuncDefs) > 0:
		return "def"
	}
	switch q.Op {
	case gojq.OpAssign, gojq.OpModify, gojq.OpUpdateAdd, gojq.OpUpdateSub, gojq.OpUpdateMul, gojq.OpUpdateDiv, gojq.OpUpdateMod, gojq.OpUpdateAlt:
		return "an assignment"
	default:
	}
	for _, part := range []*gojq.Query{q.Left, q.Right} {
		if word := forbidden(part); word != "" {
			return word
		}
	}
	return forbiddenTerm(q.Term)
}

func forbiddenTerm(t *gojq.Term) string {
	if t == nil {
		return ""
	}
	var inner []*gojq.Query
	switch {
	case t.Reduce != nil:
		return "reduce"
	case t.Foreach != nil:
		return "foreach"
	case t.Label != nil || t.Break != "":
		return "label"
	case t.Func != nil:
		if !jqFunction(t.Func) {
			return t.Func.Name
		}
		inner = t.Func.Args
	case t.Object != nil:
		for _, member := range t.Object.KeyVals {
			inner = append(inner, member.KeyQuery, member.Val)
			inner = append(inner, stringParts(member.KeyString)...)
		}
	case t.Array != nil:
		inner = []*gojq.Query{t.Array.Query}
	case t.Unary != nil:
		if word := forbiddenTerm(t.Unary.Term); word != "" {
			return word
		}
	case t.If != nil:
		inner = []*gojq.Query{t.If.Cond, t.If.Then, t.If.Else}
		for _, branch := range t.If.Elif {
			inner = append(inner, branch.Cond, branch.Then)
		}
	case t.Try != nil:
		inner = []*gojq.Query{t.Try.Body, t.Try.Catch}
	case t.Query != nil:
		inner = []*gojq.Query{t.Query}
	}
	inner = append(inner, stringParts(t.Str)...)
	inner = append(inner, indexParts(t.Index)...)
	for _, suffix := range t.SuffixList {
		inner = append(inner, indexParts(suffix.Index)...)
	}
	for _, query := range inner {
		if word := forbidden(query); word != "" {
			return word
		}
	}
	return ""
}

func stringParts(s *gojq.String) []*gojq.Query {
	if s == nil {
		return nil
	}
	return s.Queries
}

func indexParts(i *gojq.Index) []*gojq.Query {
	if i == nil {
		return nil
	}
	return append(stringParts(i.Str), i.Start, i.End)
}

// jqFunction reports whether a function may be called. Variables may.
func jqFunction(f *gojq.Func) bool {
	if strings.HasPrefix(f.Name, "$") {
		return f.Name != "$ENV" && f.Name != "$__prog_args"
	}
	switch f.Name {
	case "recurse":
		return len(f.Args) == 0
	case "length", "utf8bytelength", "not", "keys", "keys_unsorted", "values", "has", "in", "map", "map_values", "del", "to_entries", "from_entries", "with_entries",
		"select", "empty", "error", "add", "any", "all", "flatten", "floor", "ceil", "round", "sqrt", "abs", "tostring", "tonumber", "toboolean", "type", "infinite", "nan", "isinfinite", "isnan",
		"sort", "sort_by", "group_by", "min", "max", "min_by", "max_by", "unique", "unique_by", "reverse", "contains", "inside", "startswith", "endswith",
		"ltrimstr", "rtrimstr", "trimstr", "ltrim", "rtrim", "trim", "explode", "split", "join", "ascii_downcase", "ascii_upcase", "first", "last", "nth", "limit", "skip",
		"test", "match", "capture", "scan", "splits", "sub", "gsub", "ascii", "tojson", "fromjson", "todate", "fromdate", "date", "fromdateiso8601", "todateiso8601", "now", "strftime", "strptime", "mktime", "gmtime",
		"paths", "getpath", "leaf_paths", "path", "pick", "index", "rindex", "indices", "isvalid", "true", "false", "null", "objects", "arrays", "strings", "numbers", "booleans", "nulls", "iterables", "scalars",
		"@text", "@json", "@csv", "@tsv", "@html", "@uri", "@sh", "@base64", "@base64d", "isempty", "transpose":
		return true
	}
	return false
}
