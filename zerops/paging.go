package zerops

import (
	"context"
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

// paginate walks a list page by page. The count is optional and may change
// between pages, so without one the walk goes on until an empty page. With one,
// whoever wants more than the first page gets the next ones at once.
func paginate[T any](ctx context.Context, fetchPage func(ctx context.Context, limit, offset int) (page[T], error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		offset, ahead := 0, 1
		var previous []T
		for read := 0; read < maxPages; {
			pages := make([]page[T], ahead)
			read += ahead
			errs := FanOut(ahead, func(i int) (err error) {
				pages[i], err = fetchPage(ctx, pageSize, offset+i*pageSize)
				return err
			})
			ahead = 1
			for i, p := range pages {
				if errs[i] != nil {
					var zero T
					yield(zero, errs[i])
					return
				}
				if len(p.Items) > 0 && reflect.DeepEqual(p.Items, previous) {
					return // the same page again: the endpoint ignores offset
				}
				previous = p.Items
				for _, item := range p.Items {
					if !yield(item, nil) {
						return
					}
				}
				offset += len(p.Items)
				if len(p.Items) == 0 || p.Total >= 0 && offset >= p.Total && len(p.Items) <= pageSize {
					return
				}
				if len(p.Items) != pageSize {
					ahead = 1
					break // the offsets of those fetched with it are wrong
				}
				ahead = min(max((p.Total-offset+pageSize-1)/pageSize, 1), maxAhead)
			}
		}
		var zero T
		yield(zero, ErrTooManyPages)
	}
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
