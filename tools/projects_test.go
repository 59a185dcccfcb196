package tools_test

import (
	"testing"

	"zerops-mcp/tools"
	"zerops-mcp/zerops/simulator"
)

func TestListProjectsShowsEveryOrganisation(t *testing.T) {
	t.Parallel()
	for _, era := range eras() {
		t.Run(era, func(t *testing.T) {
			t.Parallel()
			h := start(t, func(s *setup) {
				s.version = era
				s.sim = append(s.sim, simulator.WithProjects(30), simulator.WithPageLimit(10))
			})
			orgs := map[any]int{}
			cursor, total := "", 0
			for {
				a := args{"limit": 20}
				if cursor != "" {
					a["cursor"] = cursor
				}
				r := h.call("list_projects", a).ok()
				for _, p := range r.items() {
					orgs[p["org"]]++
					if p["services"] == nil {
						t.Errorf("project %v has no service counts", p["name"])
					}
				}
				total += len(r.items())
				next, more := r.get("next_cursor").(string)
				if !more {
					if want, _ := r.get("total").(float64); int(want) != total {
						t.Errorf("saw %d projects, total says %v", total, r.get("total"))
					}
					break
				}
				cursor = next
			}
			if len(orgs) != 2 || total < 50 {
				t.Errorf("saw %d projects of organisations %v, want over 50 of 2", total, orgs)
			}
		})
	}
}

func TestDeleteProjectNeedsConfirmation(t *testing.T) {
	t.Parallel()
	h := start(t, func(s *setup) { s.configure = func(c *tools.Config) { c.Confirm = tools.ConfirmTwoStep } })
	project := h.call("list_projects", args{"name_contains": "staging"}).items()[0]["id"]
	h.call("delete_project", args{"project": project}).status("confirmation_required")
	if n := h.writes(); n != 0 {
		t.Fatalf("%d writes before the confirmation", n)
	}
	h.confirmed("delete_project", args{"project": project}).status("done")
	h.call("get_project", args{"project": project}).fails("not_found")
}
