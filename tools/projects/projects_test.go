package projects_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"zerops-mcp/tools/tool"
	"zerops-mcp/tools/tooltest"
	"zerops-mcp/zerops/simulator"
)

func TestListProjectsShowsEveryOrganisation(t *testing.T) {
	t.Parallel()
	for _, era := range tooltest.Eras() {
		t.Run(era, func(t *testing.T) {
			t.Parallel()
			h := tooltest.Start(t, func(s *tooltest.Setup) {
				s.Version = era
				s.Sim = append(s.Sim, simulator.WithProjects(30), simulator.WithPageLimit(10))
			})
			orgs := map[any]int{}
			cursor, total := "", 0
			for {
				a := tooltest.Args{"limit": 20}
				if cursor != "" {
					a["cursor"] = cursor
				}
				r := h.Call("list_projects", a).Ok()
				for _, p := range r.Items() {
					orgs[p["org"]]++
					if p["services"] == nil {
						t.Errorf("project %v has no service counts", p["name"])
					}
				}
				total += len(r.Items())
				next, more := r.Get("next_cursor").(string)
				if !more {
					if want, _ := r.Get("total").(float64); int(want) != total {
						t.Errorf("saw %d projects, total says %v", total, r.Get("total"))
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
	h := tooltest.Start(t, func(s *tooltest.Setup) { s.Configure = func(c *tool.Config) { c.Confirm = tool.ConfirmTwoStep } })
	project := h.Call("list_projects", tooltest.Args{"name_contains": "staging"}).Items()[0]["id"]
	h.Call("delete_project", tooltest.Args{"project": project}).Status("confirmation_required")
	if n := h.Writes(); n != 0 {
		t.Fatalf("%d writes before the confirmation", n)
	}
	h.Confirmed("delete_project", tooltest.Args{"project": project}).Status("done")
	h.Call("get_project", tooltest.Args{"project": project}).Fails("not_found")
}

// An organisation that cannot be read costs the others nothing, not even the
// counts of their services.
func TestBrokenOrganisationCostsTheOthersNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := tooltest.Start(t, tooltest.InProcess)
		lab := h.Sim.OrgID("Petra's Lab")
		h.Sim.Fail(simulator.Fault{Operation: "GetClientProject", Path: "/client/" + lab + "/project", Status: 500, Code: "internalServerError"})
		h.Call("list_projects", nil).Ok()
		searched := h.Sim.Calls("PostServiceStackSearch")
		r := h.Call("list_projects", nil)
		if r.Get("failures.0.org") != "Petra's Lab" || r.Get("incomplete") != nil || r.Get("items.0.services.total") == nil {
			t.Errorf("%s", r.Raw)
		}
		if n := h.Sim.Calls("PostServiceStackSearch") - searched; n != 1 {
			t.Errorf("%d searches for services, want that of the one organisation that is shown", n)
		}
	})
}

func TestOverviewSaysThatItDidNotSeeAllOfTheDay(t *testing.T) {
	h := tooltest.Start(t)
	rows := func(age time.Duration) string {
		var all []string
		for i := range 100 {
			all = append(all, fmt.Sprintf(`{"id":"%021dA","status":"FINISHED","actionName":"zL7Master.sync","created":%q}`, i, time.Now().Add(-age).UTC().Format(time.RFC3339)))
		}
		return `{"list":[` + strings.Join(all, ",") + `]}`
	}
	for age, told := range map[time.Duration]bool{time.Hour: true, 25 * time.Hour: false} {
		off := h.Sim.Fail(simulator.Fault{Operation: "GetProjectProcess", Status: 200, Body: rows(age)})
		words := fmt.Sprint(h.Call("get_project", tooltest.Args{"project": "docs-site"}).Ok().Get("incomplete"))
		off()
		if strings.Contains(words, "only the newest 100") != told {
			t.Errorf("with 100 processes of the last %s: incomplete %s", age, words)
		}
	}
}

func TestProjectThatFailedIsNotOnItsWay(t *testing.T) {
	h := tooltest.Start(t)
	h.Sim.Fail(simulator.Fault{Operation: "GetProjectProcess", Status: 200, Body: `{"list":[]}`})
	h.Sim.Fail(simulator.Fault{Operation: "GetProject", Status: 200, Body: `{"id":"AAAAAAAAAAAAAAAAAAAAAA","name":"broken","status":"FAILED"}`})
	r := h.Call("create_project", tooltest.Args{"name": "broken", "org": "Northwind Trading"}).Status("failed")
	if r.Get("message") != "the project is FAILED" {
		t.Errorf("%s", r.Raw)
	}
}

// The platform's newer clients always send a list of secrets (platform §10.3).
func TestCreateProjectSendsNoNilLists(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t)
	h.Call("create_project", tooltest.Args{"name": "listed", "org": "Northwind Trading"}).Status("done")
	for _, request := range h.Sim.Requests() {
		if request.Operation == "PostClientProject" && !strings.Contains(string(request.Body), `"envSecrets":[]`) {
			t.Errorf("the body is %s", request.Body)
		}
	}
}
