package tools_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

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

// An organisation that cannot be read costs the others nothing, not even the
// counts of their services.
func TestBrokenOrganisationCostsTheOthersNothing(t *testing.T) {
	h := start(t)
	lab := h.sim.OrgID("Petra's Lab")
	h.sim.Fail(simulator.Fault{Operation: "GetClientProject", Path: "/client/" + lab + "/project", Status: 500, Code: "internalServerError"})
	h.call("list_projects", nil).ok()
	searched := h.sim.Calls("PostServiceStackSearch")
	r := h.call("list_projects", nil)
	if r.get("failures.0.org") != "Petra's Lab" || r.get("incomplete") != nil || r.get("items.0.services.total") == nil {
		t.Errorf("%s", r.raw)
	}
	if n := h.sim.Calls("PostServiceStackSearch") - searched; n != 1 {
		t.Errorf("%d searches for services, want that of the one organisation that is shown", n)
	}
}

func TestOverviewSaysThatItDidNotSeeAllOfTheDay(t *testing.T) {
	h := start(t)
	rows := func(age time.Duration) string {
		var all []string
		for i := range 100 {
			all = append(all, fmt.Sprintf(`{"id":"%021dA","status":"FINISHED","actionName":"zL7Master.sync","created":%q}`, i, time.Now().Add(-age).UTC().Format(time.RFC3339)))
		}
		return `{"list":[` + strings.Join(all, ",") + `]}`
	}
	for age, told := range map[time.Duration]bool{time.Hour: true, 25 * time.Hour: false} {
		off := h.sim.Fail(simulator.Fault{Operation: "GetProjectProcess", Status: 200, Body: rows(age)})
		words := fmt.Sprint(h.call("get_project", args{"project": "docs-site"}).ok().get("incomplete"))
		off()
		if strings.Contains(words, "only the newest 100") != told {
			t.Errorf("with 100 processes of the last %s: incomplete %s", age, words)
		}
	}
}

func TestProjectThatFailedIsNotOnItsWay(t *testing.T) {
	h := start(t)
	h.sim.Fail(simulator.Fault{Operation: "GetProjectProcess", Status: 200, Body: `{"list":[]}`})
	h.sim.Fail(simulator.Fault{Operation: "GetProject", Status: 200, Body: `{"id":"AAAAAAAAAAAAAAAAAAAAAA","name":"broken","status":"FAILED"}`})
	r := h.call("create_project", args{"name": "broken", "org": "Northwind Trading"}).status("failed")
	if r.get("message") != "the project is FAILED" {
		t.Errorf("%s", r.raw)
	}
}
