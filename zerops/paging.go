package zerops

import (
	"context"
	"fmt"
	"iter"
)

const (
	// pageSize is what the vendor's own web client asks for (platform facts §1.6).
	pageSize = 500
	// maxPages bounds a list: 100,000 rows are more than any account shows, and an
	// endpoint that ignores offset would otherwise never end.
	maxPages = 200
)

// ErrTooManyPages ends a list that does not end by itself.
var ErrTooManyPages = fmt.Errorf("the list has more than %d pages", maxPages)

// paginate walks a list page by page. The count is optional and may change
// between pages, so without one the walk goes on until an empty page.
func paginate[T any](ctx context.Context, fetchPage func(ctx context.Context, limit, offset int) (page[T], error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		offset := 0
		var previous uint64
		for range maxPages {
			p, err := fetchPage(ctx, pageSize, offset)
			if err != nil {
				var zero T
				yield(zero, err)
				return
			}
			if offset > 0 && len(p.Items) > 0 && p.print == previous {
				return // the same page again: the endpoint ignores offset
			}
			previous = p.print
			for _, item := range p.Items {
				if !yield(item, nil) {
					return
				}
			}
			offset += len(p.Items)
			if len(p.Items) == 0 || p.Total >= 0 && offset >= p.Total && len(p.Items) <= pageSize {
				return
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
