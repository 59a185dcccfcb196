package api

import (
	"fmt"
	"regexp/syntax"
	"strings"

	"github.com/itchyny/gojq"

	"zerops-mcp/tools/tool"
)

// A jq program is written by a model and may be long-running or explosive, by
// mistake or because somebody put words into the model's mouth. gojq can be
// stopped between two instructions, but one instruction can compare, join or
// print a value that is small in memory and huge when written out. So a program
// is only run when the size of everything it can produce has a bound that follows
// from its text: loops, definitions, variables and assignments are refused, and
// so are combinations of several results with several others.

// jqCost is what a part of a program can do: how much larger than its input all
// its results together can be, and whether there can be several.
type jqCost struct {
	growth float64
	many   bool
}

const (
	// jqDepth is how deep the API's answers are at most, for what visits all levels.
	jqDepth = 32
	// jqCopies bounds the growth of a program whatever its input.
	jqCopies = 2_000
	// jqLiteral is how long a text of the program may be to count as one value.
	// The watch over memory bounds how many values there are, not what they become
	// when they are written out.
	jqLiteral = 16
)

// jqGrowth returns the growth of a program and how many steps its regular
// expressions take for each byte of input, or why it is refused.
func jqGrowth(q *gojq.Query) (growth, steps float64, err error) {
	b := jqBounds{scale: 1}
	cost := b.query(q)
	if b.problem == "" && cost.growth > jqCopies {
		b.problem = "copies its input too often"
	}
	if b.problem != "" {
		return 0, 0, tool.Invalid("jq", "%s; select, map, sort_by, group_by, length, test, join and building objects are available", b.problem)
	}
	return cost.growth, b.steps, nil
}

// jqBounds walks a program and keeps the first problem.
type jqBounds struct {
	problem string
	scale   float64 // how much larger than the input what arrives here can be
	steps   float64
}

// written is the growth of a text of the program that is put beside each value.
func written(text string) float64 { return float64(max(len(text)-jqLiteral, 0)) / 2 }

// compared is the growth of what is only compared: a text of the program does not
// get into the result.
func (b *jqBounds) compared(q *gojq.Query, cost jqCost) float64 {
	if literal(q) {
		return 1
	}
	return cost.growth
}

// expression adds the steps of a regular expression. gojq runs it in one go, so
// nothing stops it.
func (b *jqBounds) expression(arg *gojq.Query) {
	if arg.Term == nil || arg.Term.Str == nil {
		return
	}
	parsed, err := syntax.Parse(arg.Term.Str.Str, syntax.Perl)
	if err != nil {
		return // gojq says so
	}
	program, err := syntax.Compile(parsed.Simplify())
	if err != nil || len(program.Inst) > tool.MaxProgram {
		b.refuse("gives test an expression that is too large once its repetitions are written out")
		return
	}
	b.steps += b.scale * float64(len(program.Inst))
}

func (b *jqBounds) refuse(format string, args ...any) jqCost {
	if b.problem == "" {
		b.problem = fmt.Sprintf(format, args...)
	}
	return jqCost{growth: 1}
}

func (b *jqBounds) query(q *gojq.Query) jqCost {
	switch {
	case q == nil:
		return jqCost{growth: 1}
	case q.Meta != nil || len(q.Imports) > 0:
		return b.refuse("uses modules, which are not available")
	case len(q.FuncDefs) > 0:
		return b.refuse("uses def, which is not available")
	case len(q.Patterns) > 0:
		return b.refuse("uses a variable, which is not available")
	case q.Term != nil:
		return b.term(q.Term)
	}
	left, scale := b.query(q.Left), b.scale
	if q.Op == gojq.OpPipe {
		b.scale *= left.growth
	}
	right := b.query(q.Right)
	b.scale = scale
	switch q.Op {
	case gojq.OpPipe:
		return jqCost{left.growth * right.growth, left.many || right.many}
	case gojq.OpComma:
		return jqCost{left.growth + right.growth, true}
	case gojq.OpAlt:
		return jqCost{left.growth + right.growth, left.many || right.many}
	case gojq.OpAdd, gojq.OpSub, gojq.OpMod:
		b.single(left, right)
		return jqCost{growth: left.growth + right.growth}
	case gojq.OpEq, gojq.OpNe, gojq.OpGt, gojq.OpLt, gojq.OpGe, gojq.OpLe, gojq.OpAnd, gojq.OpOr:
		b.single(left, right)
		return jqCost{growth: b.compared(q.Left, left) + b.compared(q.Right, right)}
	case gojq.OpDiv:
		b.single(left, right)
		return jqCost{growth: 8 * (left.growth + right.growth)} // takes text apart too
	case gojq.OpMul:
		return b.refuse("uses *, which repeats text and is not available")
	default:
		return b.refuse("uses an assignment, which is not available")
	}
}

// single refuses parts with several results where each would be combined with
// each of others.
func (b *jqBounds) single(costs ...jqCost) {
	for _, cost := range costs {
		if cost.many {
			b.refuse("combines several results with others; collect them in [ ] or pipe them on")
		}
	}
}

func (b *jqBounds) term(t *gojq.Term) jqCost {
	var cost jqCost
	switch {
	case t.Reduce != nil:
		return b.refuse("uses reduce, which is not available")
	case t.Foreach != nil:
		return b.refuse("uses foreach, which is not available")
	case t.Label != nil || t.Break != "":
		return b.refuse("uses label, which is not available")
	case t.Func != nil:
		cost = b.function(t.Func)
	case t.Object != nil:
		cost = b.object(t.Object)
	case t.Array != nil:
		cost = jqCost{growth: 1 + b.query(t.Array.Query).growth}
	case t.Unary != nil:
		cost = b.term(t.Unary.Term)
	case t.If != nil:
		cost = b.condition(t.If)
	case t.Try != nil:
		body, catch := b.query(t.Try.Body), b.query(t.Try.Catch)
		cost = jqCost{body.growth + catch.growth, body.many || catch.many}
	case t.Query != nil:
		cost = b.query(t.Query)
	case t.Format != "":
		cost = jqCost{growth: 6 * b.text(t.Str).growth}
	case t.Str != nil:
		cost = b.text(t.Str)
	case t.Type == gojq.TermTypeRecurse:
		cost = jqCost{jqDepth, true}
	default:
		cost = jqCost{growth: 1 + written(t.Number)}
	}
	b.index(t.Index)
	for _, suffix := range t.SuffixList {
		b.index(suffix.Index)
		cost.many = cost.many || suffix.Iter
	}
	return cost
}

// index checks what stands in brackets, which has to be one value.
func (b *jqBounds) index(i *gojq.Index) {
	if i == nil {
		return
	}
	if i.Str != nil {
		b.single(b.text(i.Str))
	}
	b.single(b.query(i.Start), b.query(i.End))
}

func (b *jqBounds) text(s *gojq.String) jqCost {
	cost := jqCost{growth: 1}
	if s == nil {
		return cost
	}
	cost.growth += written(s.Str)
	for _, part := range s.Queries {
		inner := b.query(part)
		b.single(inner)
		if literal(part) {
			cost.growth += inner.growth
			continue
		}
		cost.growth += 6 * inner.growth // written as JSON, with escapes
	}
	return cost
}

func (b *jqBounds) object(o *gojq.Object) jqCost {
	cost := jqCost{growth: 1}
	for _, member := range o.KeyVals {
		key, value := b.query(member.KeyQuery), b.query(member.Val)
		b.single(key, value)
		if strings.HasPrefix(member.Key, "$") {
			b.refuse("uses a variable, which is not available")
		}
		cost.growth += b.text(member.KeyString).growth + written(member.Key)
		if member.Val != nil {
			cost.growth += value.growth
		}
	}
	return cost
}

func (b *jqBounds) condition(i *gojq.If) jqCost {
	b.query(i.Cond)
	cost := b.query(i.Then)
	branches := []*gojq.Query{i.Else}
	for _, branch := range i.Elif {
		b.query(branch.Cond)
		branches = append(branches, branch.Then)
	}
	for _, branch := range branches {
		other := b.query(branch)
		cost = jqCost{cost.growth + other.growth, cost.many || other.many}
	}
	return cost
}

// function knows the functions that may be called: those whose results have a
// bound. An argument that is a search term must be written out.
func (b *jqBounds) function(f *gojq.Func) jqCost {
	if strings.HasPrefix(f.Name, "$") {
		return b.refuse("uses %s, which is not available", f.Name)
	}
	one := jqCost{growth: 1}
	for _, arg := range f.Args {
		cost := b.query(arg)
		one.growth = max(one.growth, cost.growth)
		one.many = one.many || cost.many
	}
	switch f.Name {
	case "true", "false", "null", "empty", "not", "length", "utf8bytelength", "type", "infinite", "nan", "isinfinite", "isnan", "floor", "ceil", "round", "sqrt", "abs", "now",
		"tonumber", "toboolean", "first", "last", "keys", "keys_unsorted", "sort", "unique", "reverse", "min", "max", "add", "flatten", "from_entries", "any", "all", "isempty",
		"ascii_downcase", "ascii_upcase", "ltrim", "rtrim", "trim", "todate", "fromdate", "date", "fromdateiso8601", "todateiso8601", "mktime", "gmtime", "error",
		"objects", "arrays", "strings", "numbers", "booleans", "nulls", "iterables", "scalars", "values",
		"map", "map_values", "sort_by", "group_by", "unique_by", "min_by", "max_by", "del", "select":
		one.many = f.Name == "error" && one.many
		return one
	case "limit", "skip", "nth", "has", "in", "strftime", "strptime":
		one.many = one.many && (f.Name == "limit" || f.Name == "skip")
		return one
	case "to_entries", "with_entries":
		return jqCost{growth: 4 * one.growth}
	case "tojson", "tostring", "@text", "@json", "@csv", "@tsv", "@html", "@uri", "@sh", "@base64", "@base64d", "fromjson":
		return jqCost{growth: 6}
	case "test", "contains", "startswith", "endswith", "ltrimstr", "rtrimstr", "trimstr", "join", "index", "rindex":
		for _, arg := range f.Args {
			if !literal(arg) {
				b.refuse("gives %s something else than a plain value", f.Name)
			}
		}
		switch {
		case f.Name == "test" && len(f.Args) > 0:
			b.expression(f.Args[0])
		case f.Name == "join":
			return jqCost{growth: 1 + one.growth}
		}
		return jqCost{growth: 2}
	case "split":
		if len(f.Args) != 1 || !literal(f.Args[0]) {
			b.refuse("gives split something else than a plain text")
		}
		return jqCost{growth: 8}
	case "paths":
		return jqCost{jqDepth * one.growth, true}
	case "recurse":
		if len(f.Args) > 0 {
			break
		}
		return jqCost{jqDepth, true}
	}
	return b.refuse("uses %s, which is not available", f.Name)
}

// literal reports whether a query is a short text or a number.
func literal(q *gojq.Query) bool {
	if q == nil || q.Term == nil || len(q.Term.SuffixList) > 0 {
		return false
	}
	return q.Term.Number != "" || q.Term.Str != nil && len(q.Term.Str.Queries) == 0
}
