package zerops

import (
	"context"
	"iter"
	"net/url"
	"strconv"
	"strings"
)

// ListOptions narrows a direct list. Zero values do not narrow.
type ListOptions struct {
	NameContains string
	Statuses     []string
	// ActionContains narrows processes by their action.
	ActionContains string
	// ProjectID, ServiceID and Types narrow notifications.
	ProjectID, ServiceID string
	Types                []string
	// Limit ends the list after so many rows and sizes the first request.
	Limit int
}

func (o ListOptions) query() url.Values {
	q := url.Values{}
	set := func(name, value string) {
		if value != "" {
			q.Set(name, value)
		}
	}
	set("nameContains", o.NameContains)
	set("actionNameContains", o.ActionContains)
	set("statuses", strings.Join(o.Statuses, ","))
	set("projectId", o.ProjectID)
	set("serviceStackId", o.ServiceID)
	set("types", strings.Join(o.Types, ","))
	return q
}

// list walks a direct list, which unlike a search shows writes at once.
func list[T any](ctx context.Context, c *Client, op Operation, id string, o ListOptions) iter.Seq2[T, error] {
	return paginate(o.Limit, func(limit, offset int) (page[T], error) {
		return fetch[page[T]](ctx, c, o.page(op, id, limit, offset))
	})
}

// page is the request for one page.
func (o ListOptions) page(op Operation, id string, limit, offset int) Call {
	if o.Limit > 0 {
		limit = min(limit, o.Limit)
	}
	q := o.query()
	q.Set("limit", strconv.Itoa(limit))
	q.Set("offset", strconv.Itoa(offset))
	return Call{Operation: op, Path: []string{id}, Query: q}
}
