package adversarial_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"unicode/utf16"
)

// form is one way to write something.
type form struct{ name, body string }

// node is a value in the order in which it is written: of JSON and of YAML.
type node struct {
	keys  []string // of a mapping
	items []node   // its values, or members of a sequence
	list  bool
	value string // of a scalar
	plain bool   // a scalar that is no text: true, 3, null
}

func mapping(pairs ...any) node {
	n := node{keys: []string{}}
	for i := 0; i+1 < len(pairs); i += 2 {
		key, _ := pairs[i].(string)
		value, _ := pairs[i+1].(node)
		n.keys, n.items = append(n.keys, key), append(n.items, value)
	}
	return n
}

func sequence(items ...node) node { return node{items: items, list: true} }
func text(value string) node      { return node{value: value} }
func word(value string) node      { return node{value: value, plain: true} }
func (n node) scalar() bool       { return n.keys == nil && !n.list }

// fill puts ids into a body.
func (w *world) fill(body string) string {
	if strings.Contains(body, "%app") {
		body = strings.ReplaceAll(body, "%app", w.service(twinProject, "app"))
	}
	return body
}

// parsed reads JSON and keeps the order of its names.
func parsed(raw string) node {
	d := json.NewDecoder(strings.NewReader(raw))
	d.UseNumber()
	return parsedNext(d)
}

func parsedNext(d *json.Decoder) node {
	token, err := d.Token()
	if err != nil {
		panic("a body of this test is no JSON: " + err.Error())
	}
	switch v := token.(type) {
	case json.Delim:
		n := node{list: v == '['}
		if !n.list {
			n.keys = []string{}
		}
		for d.More() {
			if !n.list {
				key, _ := d.Token()
				n.keys = append(n.keys, fmt.Sprint(key))
			}
			n.items = append(n.items, parsedNext(d))
		}
		_, _ = d.Token()
		return n
	case string:
		return text(v)
	case nil:
		return word("null")
	}
	return word(fmt.Sprint(token))
}

// spelling is how JSON is written.
type spelling struct {
	key, text   func(string) string
	space, join string
	order       func(n int) []int
	plain       func(string) string
}

func quoted(s string) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(s)
	return strings.TrimSuffix(b.String(), "\n")
}

// escaped writes every character as an escape.
func escaped(format string) func(string) string {
	return func(s string) string {
		var b strings.Builder
		for _, unit := range utf16.Encode([]rune(s)) {
			fmt.Fprintf(&b, format, unit)
		}
		return `"` + b.String() + `"`
	}
}

func (s spelling) write(n node) string {
	switch {
	case n.list:
		var parts []string
		for _, item := range n.items {
			parts = append(parts, s.write(item))
		}
		return "[" + s.space + strings.Join(parts, ","+s.space) + s.space + "]"
	case n.keys != nil:
		var parts []string
		order := make([]int, len(n.keys))
		for i := range order {
			order[i] = i
		}
		if s.order != nil {
			order = s.order(len(order))
		}
		for _, i := range order {
			parts = append(parts, s.key(n.keys[i])+s.space+":"+s.space+s.write(n.items[i]))
		}
		return "{" + s.space + strings.Join(parts, ","+s.join+s.space) + s.space + "}"
	case n.plain && s.plain != nil:
		return s.plain(n.value)
	case n.plain:
		return n.value
	}
	return s.text(n.value)
}

func reversed(n int) []int {
	order := make([]int, n)
	for i := range order {
		order[i] = n - 1 - i
	}
	return order
}

// jsonForms are the ways to write a body.
func jsonForms(body, harmless string, chance *rand.Rand) []form {
	n, calm := parsed(body), parsed(harmless)
	usual := spelling{key: quoted, text: quoted}
	as := func(change func(s *spelling)) string {
		s := usual
		change(&s)
		return s.write(n)
	}
	inner := func(n node) string { s := usual.write(n); return s[1 : len(s)-1] }
	bad, good := inner(n), inner(calm)
	recased := func(change func(string) string) string {
		return as(func(s *spelling) { s.key = func(k string) string { return quoted(change(k)) } })
	}
	title := func(k string) string { return strings.ToUpper(k[:1]) + k[1:] }
	all := []form{
		{"as-it-is", body},
		{"reversed", as(func(s *spelling) { s.order = reversed })},
		{"shuffled", as(func(s *spelling) { s.order = chance.Perm })},
		{"spread", as(func(s *spelling) { s.space = "\r\n\t " })},
		{"keys-escaped", as(func(s *spelling) { s.key = escaped(`\u%04x`) })},
		{"keys-escaped-upper", as(func(s *spelling) { s.key = escaped(`\u%04X`) })},
		{"texts-escaped", as(func(s *spelling) { s.text = escaped(`\u%04x`) })},
		{"all-escaped", as(func(s *spelling) { s.key, s.text = escaped(`\u%04x`), escaped(`\u%04X`) })},
		{"keys-lower", recased(strings.ToLower)},
		{"keys-upper", recased(strings.ToUpper)},
		{"keys-title", recased(title)},
		{"keys-long-s", recased(func(k string) string { return strings.NewReplacer("s", "ſ", "k", "K").Replace(k) })},
		{"keys-with-blank", recased(func(k string) string { return k + " " })},
		{"keys-with-null", recased(func(k string) string { return k + "\x00" })},
		{"twice-harmless-first", "{" + good + "," + bad + "}"},
		{"twice-harmless-last", "{" + bad + "," + good + "}"},
		{"twice-other-case", "{" + good + "," + strings.TrimSuffix(strings.TrimPrefix(recased(title), "{"), "}") + "}"},
		{"twice-other-case-last", strings.TrimSuffix(recased(title), "}") + "," + good + "}"},
		{"twice-escaped", "{" + good + "," + strings.TrimPrefix(as(func(s *spelling) { s.key = escaped(`\u%04x`) }), "{")},
		{"nested-twice", usual.write(doubled(n, calm))},
		{"nulls-first", "{" + strings.Join(nulls(n), ",") + "," + bad + "}"},
		{"unknown-first", `{"__proto__":{},"constructor":[],` + bad + "}"},
		{"unknown-last", "{" + bad + `,"x":` + strings.Repeat("[", 60) + strings.Repeat("]", 60) + "}"},
		{"words-as-texts", as(func(s *spelling) { s.plain = quoted })},
		{"words-as-numbers", as(func(s *spelling) {
			s.plain = func(v string) string { return strings.NewReplacer("true", "1", "false", "0").Replace(v) }
		})},
		{"numbers-as-floats", as(func(s *spelling) { s.plain = func(v string) string { return floated(v) } })},
		{"texts-lower", as(func(s *spelling) { s.text = func(v string) string { return quoted(strings.ToLower(v)) } })},
		{"texts-with-blanks", as(func(s *spelling) { s.text = func(v string) string { return quoted(" " + v + "\n") } })},
		{"texts-with-invisible", as(func(s *spelling) { s.text = func(v string) string { return quoted("\u200b" + v) } })},
		{"texts-with-surrogate", as(func(s *spelling) { s.text = func(v string) string { q := quoted(v); return q[:len(q)-1] + `\ud800"` } })},
		{"mark", "\ufeff" + body},
		{"after-blanks", " \n\t" + body + "\n\n"},
		{"after-nothing", body + "\x00"},
		{"twice-over", body + body},
		{"harmless-before", harmless + "\n" + body},
		{"harmless-after", body + "\n" + harmless},
		{"in-a-list", "[" + body + "]"},
		{"in-a-text", quoted(body)},
		{"comment", "/*" + harmless + "*/" + body},
		{"comma", strings.TrimSuffix(body, "}") + ",}"},
		{"single-quotes", strings.ReplaceAll(body, `"`, "'")},
	}
	return all
}

// floated writes 3 as 3.0e0, which is the same number.
func floated(v string) string {
	if v == "" || v[0] < '0' || v[0] > '9' {
		return v
	}
	return v + ".0e0"
}

// nulls are the names of a mapping without values.
func nulls(n node) []string {
	var all []string
	for _, key := range n.keys {
		all = append(all, quoted(key)+":null")
	}
	return all
}

// doubled writes each name of the inner mappings twice, first with a harmless value.
func doubled(n, calm node) node {
	out := node{keys: n.keys, list: n.list, value: n.value, plain: n.plain}
	if n.keys != nil {
		out.keys = []string{}
	}
	for i, item := range n.items {
		with := node{plain: true, value: "null"}
		if i < len(calm.items) {
			with = calm.items[i]
		}
		if n.keys != nil {
			out.keys = append(out.keys, n.keys[i], n.keys[i])
			out.items = append(out.items, with, doubled(item, with))
			continue
		}
		out.items = append(out.items, doubled(item, with))
	}
	return out
}
