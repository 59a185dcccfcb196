package zerops

import (
	"context"
	"iter"
)

// Filter is one condition of a search. Operators seen in use are eq, ne and in,
// whose value is a list (platform §1.6).
type Filter struct {
	Name     string `json:"name"`
	Operator string `json:"operator"`
	Value    any    `json:"value"`
}

// Equal returns the condition that a column has a value.
func Equal(name string, value any) Filter { return Filter{Name: name, Operator: "eq", Value: value} }

// Sort orders a search by a column.
type Sort struct {
	Name      string `json:"name"`
	Ascending bool   `json:"ascending"`
}

type searchBody struct {
	Search []Filter `json:"search"`
	Sort   []Sort   `json:"sort"`
	Limit  int      `json:"limit"`
	Offset int      `json:"offset"`
}

// search walks the answers of a search operation. The index behind it trails
// writes by about a second: never prove a change with it (platform §1.6).
func search[T any](ctx context.Context, c *Client, op Operation, filters []Filter, sorts ...Sort) iter.Seq2[T, error] {
	return paginate(0, func(limit, offset int) (page[T], error) {
		return searchPage[T](ctx, c, op, filters, limit, offset, sorts...)
	})
}

func searchPage[T any](ctx context.Context, c *Client, op Operation, filters []Filter, limit, offset int, sorts ...Sort) (page[T], error) {
	body := searchBody{Search: filters, Sort: sorts, Limit: limit, Offset: offset}
	if body.Search == nil {
		body.Search = []Filter{}
	}
	if body.Sort == nil {
		body.Sort = []Sort{}
	}
	return fetch[page[T]](ctx, c, Call{Operation: op, Body: body})
}
