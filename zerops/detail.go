package zerops

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"sync"
)

// detailFile is catalogue_detail.json, packed. The test of this package proves
// that they are the same and packs it anew with -update.
//
//go:embed catalogue_detail.json.gz
var detailFile []byte

// maxDetailFile bounds what is unpacked.
const maxDetailFile = 1 << 20

// Details knows the parameters, bodies and answers of all operations. The zero
// value is ready; it reads its embedded file on first use and is safe for
// concurrent use.
type Details struct {
	once sync.Once
	file details
	err  error
}

// Detail is what a caller has to know to use an operation.
type Detail struct {
	// Access says who may call it.
	Access string
	// Query holds the query parameters. A list is sent as one parameter with
	// commas in it.
	Query []Field
	// Body is the shape of the JSON body, nil when the operation takes none.
	Body *Shape
	// Result outlines the answer's fields, such as "list[{id, name}], totalCount".
	Result string
	// Words are what people call this, for a search.
	Words string
	// Pitfalls are what goes wrong easily, one sentence or two each.
	Pitfalls []string
}

// Vocabulary is what a search over the operations knows of words, each field a
// list with spaces between.
type Vocabulary struct {
	// Skip says nothing about an operation.
	Skip string `json:"skip"`
	// Reads, Creates, Updates and Destroys say what somebody wants done.
	Reads    string `json:"reads"`
	Creates  string `json:"creates"`
	Updates  string `json:"updates"`
	Destroys string `json:"destroys"`
	// Same holds the other forms of a word.
	Same map[string]string `json:"same"`
	// Related holds, for the plain form of a word, those of words that mean about
	// the same.
	Related map[string]string `json:"related"`
}

// details mirrors the file.
type details struct {
	Vocabulary Vocabulary                 `json:"vocabulary"`
	Access     map[string]string          `json:"access"`
	Fields     map[string]string          `json:"fields"`
	Types      map[string]json.RawMessage `json:"types"`
	Results    map[string]string          `json:"results"`
	Operations map[string]detailEntry     `json:"operations"`
}

// detailEntry is one operation of the file. A field's name ends in ? when it may
// be left out, in = when it is then sent as an empty list; its value is a type,
// alternatives with | between them, a list holding one element, or an object.
// Types that start with @ are written once, under types.
type detailEntry struct {
	Access   string          `json:"access"`
	Query    json.RawMessage `json:"query"`
	Body     json.RawMessage `json:"body"`
	Result   string          `json:"result"`
	Words    string          `json:"words"`
	Pitfalls []string        `json:"pitfalls"`
}

// Of returns the detail of an operation.
func (d *Details) Of(op Operation) (Detail, error) {
	d.once.Do(func() { d.file, d.err = readDetails() })
	if d.err != nil {
		return Detail{}, d.err
	}
	entry, ok := d.file.Operations[op.String()]
	if !ok {
		return Detail{}, fmt.Errorf("no detail of %s", op)
	}
	detail := Detail{
		Access: d.file.Access[entry.Access], Result: d.file.outline(entry.Result), Words: entry.Words, Pitfalls: entry.Pitfalls,
	}
	if len(entry.Query) > 0 {
		query, err := d.file.shape("", entry.Query)
		if err != nil {
			return Detail{}, fmt.Errorf("query of %s: %w", op, err)
		}
		detail.Query = query.Fields
	}
	if len(entry.Body) > 0 {
		body, err := d.file.shape("", entry.Body)
		if err != nil {
			return Detail{}, fmt.Errorf("body of %s: %w", op, err)
		}
		detail.Body = body
	}
	return detail, nil
}

// Describe returns the words for a field or path parameter, "" when its name
// says enough.
func (d *Details) Describe(field string) string {
	d.once.Do(func() { d.file, d.err = readDetails() })
	return d.file.Fields[field]
}

// Vocabulary returns the words of a search.
func (d *Details) Vocabulary() (Vocabulary, error) {
	d.once.Do(func() { d.file, d.err = readDetails() })
	return d.file.Vocabulary, d.err
}

func readDetails() (details, error) {
	packed, err := gzip.NewReader(bytes.NewReader(detailFile))
	if err != nil {
		return details{}, fmt.Errorf("unpacking the catalogue's details: %w", err)
	}
	raw, err := io.ReadAll(io.LimitReader(packed, maxDetailFile))
	if err != nil {
		return details{}, fmt.Errorf("unpacking the catalogue's details: %w", err)
	}
	var file details
	if err := json.Unmarshal(raw, &file); err != nil {
		return details{}, fmt.Errorf("reading the catalogue's details: %w", err)
	}
	return file, nil
}

// outline expands the types of an answer: what an envelope lists is written out,
// and so is a part of it when it is small.
func (f *details) outline(name string) string {
	text := f.Results[name]
	return f.expand(text, true, isEnvelope(text))
}

// isEnvelope reports whether the answer is mainly a list of something else.
func isEnvelope(text string) bool {
	return strings.Count(text, ",") <= 8 && strings.Contains(text, "[@")
}

// maxInline bounds a nested part that is written out.
const maxInline = 180

func (f *details) expand(text string, top, envelope bool) string {
	var b strings.Builder
	for {
		before, after, found := strings.Cut(text, "@")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		end := strings.IndexAny(after, "]}")
		name := after[:max(end, 0)]
		text = after[max(end, 0):]
		inner := f.Results[name]
		list := strings.HasSuffix(before, "[")
		switch {
		case top && envelope && list:
			inner = f.expand(inner, true, false)
		case top && len(inner) <= maxInline:
			inner = f.expand(inner, false, false)
		default:
			inner = "…"
		}
		if list {
			inner = "{" + inner + "}"
		}
		b.WriteString(inner)
	}
}
