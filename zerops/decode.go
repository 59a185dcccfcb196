package zerops

import (
	"bytes"
	"encoding/json"
	"errors"
	"hash/fnv"
	"time"
)

// Time is a moment as the API writes it: RFC 3339, null, or absent. Anything
// else becomes the zero time instead of failing the answer it stands in.
type Time struct{ time.Time }

// UnmarshalJSON accepts every value.
func (t *Time) UnmarshalJSON(data []byte) error {
	t.Time = time.Time{}
	s := string(bytes.Trim(data, `"`))
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02 15:04:05", "2006-01-02T15:04:05"} {
		if parsed, err := time.Parse(layout, s); err == nil {
			t.Time = parsed.UTC()
			return nil
		}
	}
	return nil
}

// tolerable reports whether decoding went on despite err: one field of an
// unexpected type leaves its zero value and must not cost the rest of a list.
func tolerable(err error) bool {
	var typeError *json.UnmarshalTypeError
	return err == nil || errors.As(err, &typeError) && typeError.Field != ""
}

// decode reads one valid JSON value into v, ignoring unknown fields and forgiving
// fields of an unexpected type. What reads itself gets the value at once:
// encoding/json would look through all of it twice before.
func decode(data []byte, v any) error {
	read := json.Unmarshal
	if own, ok := v.(json.Unmarshaler); ok {
		read = func(data []byte, _ any) error { return own.UnmarshalJSON(data) }
	}
	if err := read(data, v); !tolerable(err) {
		return errors.Join(errNotJSON, err)
	}
	return nil
}

// page is one answer of a list. The members go by different names: list with
// totalCount or total for direct lists, items with totalHits for searches, files
// for backups, projects for projects-by-name (platform facts §1.6).
type page[T any] struct {
	Items []T
	Total int    // -1 when the answer does not tell
	print uint64 // of the list's bytes, to notice an endpoint that ignores offset
}

// UnmarshalJSON accepts an array, or an object with one of the known members.
func (p *page[T]) UnmarshalJSON(data []byte) error {
	p.Items, p.Total = nil, -1
	if trimmed := bytes.TrimLeft(data, " \t\r\n"); len(trimmed) > 0 && trimmed[0] == '[' {
		err := p.forgive(json.Unmarshal(data, &p.Items))
		p.Total = len(p.Items) // an array is not paged
		return err
	}
	var object struct {
		List       json.RawMessage `json:"list"`
		Items      json.RawMessage `json:"items"`
		Projects   json.RawMessage `json:"projects"`
		Files      json.RawMessage `json:"files"`
		Total      *int            `json:"total"`
		TotalCount *int            `json:"totalCount"`
		TotalHits  *int            `json:"totalHits"`
	}
	if err := json.Unmarshal(data, &object); !tolerable(err) {
		return err
	}
	for _, total := range []*int{object.TotalCount, object.Total, object.TotalHits} {
		if total != nil {
			p.Total = *total
			break
		}
	}
	for _, list := range []json.RawMessage{object.List, object.Items, object.Projects, object.Files} {
		if len(list) > 0 && !bytes.Equal(list, []byte("null")) {
			hash := fnv.New64a()
			_, _ = hash.Write(list)
			p.print = hash.Sum64()
			return p.forgive(json.Unmarshal(list, &p.Items))
		}
	}
	if object.List == nil && object.Items == nil && object.Projects == nil && object.Files == nil {
		return errors.New("the answer holds no list")
	}
	return nil
}

// forgive accepts a list in which some element has an unexpected type.
func (p *page[T]) forgive(err error) error {
	var typeError *json.UnmarshalTypeError
	if errors.As(err, &typeError) && len(p.Items) > 0 {
		return nil
	}
	return err
}
