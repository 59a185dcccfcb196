package zerops

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
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
func (p *page[T]) UnmarshalJSON(data []byte) (err error) {
	p.Items = nil
	p.Total, err = decodePage(data, &p.Items)
	return err
}

// decodePage decodes the items of a page, given as a pointer to their slice, and
// returns how many the whole list has, or -1. Whatever the member is called, the
// decoder finds the same slice behind it, so one pass over the text is enough.
func decodePage(data []byte, items any) (total int, err error) {
	list := reflect.ValueOf(items).Elem()
	if trimmed := bytes.TrimLeft(data, " \t\r\n"); len(trimmed) > 0 && trimmed[0] == '[' {
		err := checkItems(list, json.Unmarshal(data, items))
		return list.Len(), err // an array is not paged
	}
	object := struct {
		List       any  `json:"list"`
		Items      any  `json:"items"`
		Projects   any  `json:"projects"`
		Files      any  `json:"files"`
		Total      *int `json:"total"`
		TotalCount *int `json:"totalCount"`
		TotalHits  *int `json:"totalHits"`
	}{List: items, Items: items, Projects: items, Files: items}
	err = json.Unmarshal(data, &object)
	if !tolerable(err) {
		return -1, err
	}
	total = -1
	for _, given := range []*int{object.TotalCount, object.Total, object.TotalHits} {
		if given != nil {
			total = *given
			break
		}
	}
	if list.IsNil() && (object.List == nil || object.Items == nil || object.Projects == nil || object.Files == nil) {
		return total, nil // null is an empty list, none is none
	}
	return total, checkItems(list, err)
}

// row is an element that says nothing without what it is about.
type row interface{ blank() bool }

func (u Usage) blank() bool { return u.ServiceID == "" && u.ProjectID == "" }
func (c Cost) blank() bool  { return c.ServiceID == "" && c.ProjectID == "" }

// checkItems looks at a list, in which some element may have an unexpected type,
// after it was decoded with err. What is no list at all leaves nil, and a list whose
// elements all say nothing is that of another document: neither must pass for an
// empty one.
func checkItems(list reflect.Value, err error) error {
	if !typed(err) {
		return err
	}
	for i := range list.Len() {
		item := list.Index(i)
		if r, ok := reflect.TypeAssert[row](item); ok && !r.blank() || !ok && !item.IsZero() {
			return nil
		}
	}
	if list.IsNil() || list.Len() > 0 {
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
