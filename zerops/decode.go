package zerops

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"time"
)

// Time is a moment as the API writes it: RFC 3339, null, or absent. Numbers are
// read as those of log lines, so that nothing seems to lie outside a range;
// anything else becomes the zero time instead of failing the answer it stands in.
type Time struct{ time.Time }

// UnmarshalJSON accepts every value.
func (t *Time) UnmarshalJSON(data []byte) error {
	t.Time = parseLogTime(string(bytes.Trim(data, `"`)))
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

// whole is a list inside an answer whose place nothing else may take: forgiven, it
// would seem that there is nothing.
type whole[T any] []T

// UnmarshalJSON refuses what is no list.
func (l *whole[T]) UnmarshalJSON(data []byte) error {
	if err := json.Unmarshal(data, (*[]T)(l)); !tolerable(err) {
		return errors.Join(errNoList, err)
	}
	return nil
}

// page is one answer of a list. The members go by different names: list with
// totalCount or total for direct lists, items with totalHits for searches, files
// for backups, projects for projects-by-name (platform §1.6).
type page[T any] struct {
	Items []T
	Total int // -1 when the answer does not tell
}

// UnmarshalJSON accepts an array, or an object with one of the known members.
func (p *page[T]) UnmarshalJSON(data []byte) error {
	p.Items, p.Total = nil, -1
	if trimmed := bytes.TrimLeft(data, " \t\r\n"); len(trimmed) > 0 && trimmed[0] == '[' {
		err := p.keep(&p.Items, json.Unmarshal(data, &p.Items))
		p.Total = len(p.Items) // an array is not paged
		return err
	}
	var object struct {
		List       *[]T `json:"list"`
		Items      *[]T `json:"items"`
		Projects   *[]T `json:"projects"`
		Files      *[]T `json:"files"`
		Total      *int `json:"total"`
		TotalCount *int `json:"totalCount"`
		TotalHits  *int `json:"totalHits"`
	}
	err := json.Unmarshal(data, &object)
	if !tolerable(err) {
		return err
	}
	for _, total := range []*int{object.TotalCount, object.Total, object.TotalHits} {
		if total != nil {
			p.Total = *total
			break
		}
	}
	for _, list := range []*[]T{object.List, object.Items, object.Projects, object.Files} {
		if list != nil {
			return p.keep(list, err)
		}
	}
	var given map[string]json.RawMessage // null is an empty list, none is none
	if json.Unmarshal(data, &given) != nil || given["list"] == nil && given["items"] == nil && given["projects"] == nil && given["files"] == nil {
		return errNoList
	}
	return nil
}

// row is an element that says nothing without what it is about.
type row interface{ blank() bool }

func (u Usage) blank() bool { return u.ServiceID == "" && u.ProjectID == "" }
func (c Cost) blank() bool  { return c.ServiceID == "" && c.ProjectID == "" }

// keep takes a list, in which some element may have an unexpected type, after it
// was decoded with err. What is no list at all leaves nil, and a list whose elements
// all say nothing is that of another document: neither must pass for an empty one.
func (p *page[T]) keep(list *[]T, err error) error {
	says := func(item T) bool {
		if r, ok := any(item).(row); ok {
			return !r.blank()
		}
		return !reflect.ValueOf(&item).Elem().IsZero()
	}
	switch p.Items = *list; {
	case !typed(err):
		return err
	case p.Items == nil, len(p.Items) > 0 && !slices.ContainsFunc(p.Items, says):
		return errNoList
	}
	return nil
}

// typed reports whether err is at most about the type of a value, so that the rest
// was decoded.
func typed(err error) bool {
	var typeError *json.UnmarshalTypeError
	return err == nil || errors.As(err, &typeError)
}
