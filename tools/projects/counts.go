package projects

import (
	"context"
	"errors"

	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

// countServices counts the services of the shown projects: one list for each of
// a few projects, one search for each organisation of many. An
// error leaves all counts out; the list is worth having without them.
func countServices(ctx context.Context, c *tool.Call, v tool.Reachable, shown []zerops.Project) (map[string]*serviceCounts, error) {
	if v.Guide || len(shown) == 0 {
		return nil, nil
	}
	counts := make(map[string]*serviceCounts, len(shown))
	var lists []func(context.Context) ([]zerops.Service, error)
	if len(shown) <= len(v.Organizations) || !c.Runner.Scope.All() {
		for _, p := range shown {
			lists = append(lists, func(ctx context.Context) ([]zerops.Service, error) {
				services, _, err := zerops.Collect(c.API.ProjectServices(ctx, p.ID, zerops.ListOptions{}), 0)
				return services, err
			})
		}
	} else {
		for _, o := range v.Organizations {
			if o.Err != nil {
				continue // none of its projects is shown
			}
			lists = append(lists, func(ctx context.Context) ([]zerops.Service, error) {
				services, _, err := zerops.Collect(c.API.OrganizationServices(ctx, o.ID), 0)
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
