package zerops

import (
	"fmt"
	"iter"
	"reflect"
)

const (
	// pageSize is what the vendor's own web client asks for (platform §1.6).
	pageSize = 500
	// maxPages bounds a list: 100,000 rows are more than any account shows, and an
	// endpoint that ignores offset would otherwise never end.
	maxPages = 200
	// maxAhead bounds the pages that are fetched at once, each of which may be some
	// megabytes.
	maxAhead = 4
)

// ErrTooManyPages ends a list that does not end by itself.
var ErrTooManyPages = fmt.Errorf("the list has more than %d pages", maxPages)

// fetchPage asks for one page of a list.
type fetchPage[T any] func(limit, offset int) (page[T], error)

// paginate walks a list page by page, up to most items or to its end when most is 0.
func paginate[T any](most int, fetch fetchPage[T]) iter.Seq2[T, error] {
	w := walk[T]{most: most, fetch: fetch}
	return w.items
}

// walk is a walk over a list. It is a type, and its steps are functions of pages of
// any kind, because the compiler repeats what has a type parameter for every type.
type walk[T any] struct {
	most  int
	fetch fetchPage[T]
}

func (w walk[T]) items(yield func(T, error) bool) {
	left := w.most
	err := walkPages(func(limit, offset int) (anyPage, error) {
		p, err := w.fetch(limit, offset)
		return &p, err
	}, func(p anyPage) bool {
		own, _ := p.(*page[T]) // what fetch made
		for _, item := range own.Items {
			if !yield(item, nil) {
				return false
			}
			if left--; left == 0 {
				return false
			}
		}
		return true
	})
	if err != nil {
		var zero T
		yield(zero, err)
	}
}

// anyPage is a page of items of some type.
type anyPage interface {
	// size returns how many items the page has, and the list as it says, or -1.
	size() (items, total int)
	// repeats reports whether the page has the items of another one.
	repeats(previous anyPage) bool
}

func (p *page[T]) size() (items, total int) { return len(p.Items), p.Total }

func (p *page[T]) repeats(previous anyPage) bool {
	other, ok := previous.(*page[T])
	return ok && len(p.Items) > 0 && reflect.DeepEqual(p.Items, other.Items)
}

// walkPages hands over page by page until the list ends or visit has enough. The
// count is optional and may change between pages, so without one the walk goes on
// until an empty page. With one, whoever wants more than the first page gets the
// next ones at once.
func walkPages(fetch func(limit, offset int) (anyPage, error), visit func(anyPage) bool) error {
	offset, ahead := 0, 1
	var previous anyPage
	for read := 0; read < maxPages; {
		pages := make([]anyPage, ahead)
		read += ahead
		errs := FanOut(ahead, func(i int) (err error) {
			pages[i], err = fetch(pageSize, offset+i*pageSize)
			return err
		})
		ahead = 1
		for i, p := range pages {
			if errs[i] != nil {
				return errs[i]
			}
			if p.repeats(previous) {
				return nil // the same page again: the endpoint ignores offset
			}
			previous = p
			if !visit(p) {
				return nil
			}
			items, total := p.size()
			offset += items
			if items == 0 || total >= 0 && offset >= total && items <= pageSize {
				return nil
			}
			if items != pageSize {
				ahead = 1
				break // the offsets of those fetched with it are wrong
			}
			ahead = min(max((total-offset+pageSize-1)/pageSize, 1), maxAhead)
		}
	}
	return ErrTooManyPages
}

// Collect gathers up to limit items, or all when limit is 0. More reports that
// the sequence had not ended.
func Collect[T any](seq iter.Seq2[T, error], limit int) (items []T, more bool, err error) {
	for item, err := range seq {
		if err != nil {
			return items, false, err
		}
		if limit > 0 && len(items) == limit {
			return items, true, nil
		}
		items = append(items, item)
	}
	return items, false, nil
}
