package tools

import (
	"context"
	"errors"

	"zerops-mcp/zerops"
)

// countServices counts the services of the shown projects: one list for each of
// a few projects, one search for each organisation of many. An
// error leaves all counts out; the list is worth having without them.
func (c *call) countServices(ctx context.Context, v visible, shown []zerops.Project) (map[string]*serviceCounts, error) {
	if v.guide || len(shown) == 0 {
		return nil, nil
	}
	counts := make(map[string]*serviceCounts, len(shown))
	var lists []func(context.Context) ([]zerops.Service, error)
	if len(shown) <= len(v.organizations) || !c.server.scope.all() {
		for _, p := range shown {
			lists = append(lists, func(ctx context.Context) ([]zerops.Service, error) {
				services, _, err := zerops.Collect(c.api.ProjectServices(ctx, p.ID, zerops.ListOptions{}), 0)
				return services, err
			})
		}
	} else {
		for _, o := range v.organizations {
			if o.Err != nil {
				continue // none of its projects is shown
			}
			lists = append(lists, func(ctx context.Context) ([]zerops.Service, error) {
				services, _, err := zerops.Collect(c.api.OrganizationServices(ctx, o.ID), 0)
				return services, err
			})
		}
	}
	results := make([][]zerops.Service, len(lists))
	errs := zerops.FanOut(len(lists), func(i int) (err error) {
		results[i], err = lists[i](ctx)
		return err
	})
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	for _, p := range shown {
		counts[p.ID] = &serviceCounts{}
	}
	for _, services := range results {
		for _, s := range services {
			count, wanted := counts[s.ProjectID]
			if !wanted || s.Hidden() {
				continue
			}
			count.Total++
			switch {
			case s.Failed():
				count.Failed++
			case s.Status == "ACTIVE":
				count.Running++
			}
		}
	}
	return counts, nil
}
