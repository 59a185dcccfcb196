package adversarial_test

import (
	"fmt"
	"net/http"
	"testing"

	"zerops-mcp/zerops/simulator"
)

// usedAgain is work that one yes was given for, whose answer is lost after it was done.
type usedAgain struct {
	id, tool  string
	args      func(w *world) args
	operation string
}

func usedAgainCases() []usedAgain {
	org := func(w *world) string { return w.sim.OrgID("Northwind Trading") }
	serious := "project:\n  name: dear\n  corePackage: SERIOUS\nservices:\n  - hostname: newone\n    type: nodejs@22\n"
	return []usedAgain{
		{"create-project", "create_project", func(w *world) args { return args{"name": "dear", "mode": "SERIOUS", "org": org(w)} }, "PostClientProject"},
		{"import-project", "import_yaml", func(w *world) args { return args{"org": org(w), "yaml": serious} }, "PostClientProjectImport"},
		{"write-api-create-project", "write_api", withBody("PostClientProject", `{"name":"dear","mode":"SERIOUS","tagList":[],"envVariables":[]}`, org), "PostClientProject"},
		{"write-api-address", "write_api", withBody("PutProjectRequestIpv4", "", ownProject), "PutProjectRequestIpv4"},
		{"write-api-member", "write_api", withBody("PostClientUser", `{"email":"evil@example.com","firstName":"E","lastName":"V","languageId":"en","roleCode":"ADMIN","canViewFinances":true,"canEditFinances":false,"canCreateProjects":true}`, org), "PostClientUser"},
		{"empty-version", "replace_services_from_yaml", func(*world) args {
			return args{"project": "eshop-staging", "yaml": "services:\n  - hostname: worker\n    type: nodejs@22\n    override: true\n"}
		}, "PostProjectServiceStackImport"},
	}
}

// TestAdversarialM2 uses one yes again after the platform said that it failed, when
// it had done the work.
func TestAdversarialM2(t *testing.T) {
	t.Parallel()
	for _, c := range usedAgainCases() {
		for name, status := range map[string]int{"500": http.StatusInternalServerError, "503": http.StatusServiceUnavailable, "429": http.StatusTooManyRequests} {
			attack(t, "M2/"+c.id+"-"+name, func(t *testing.T) error {
				w := newWorld(t)
				p := w.serve(t, how{args: []string{"--confirm", "two-step"}})
				return onlyOnce(t, w, c, func() { w.lose(c.operation, status, 3) }, p.call)
			})
		}
		attack(t, "M2/"+c.id+"-cut", func(t *testing.T) error {
			w := newWorld(t)
			p := w.serve(t, how{args: []string{"--confirm", "two-step"}})
			return onlyOnce(t, w, c, func() { w.sim.Fail(simulator.Fault{Operation: c.operation, Times: 3, Drop: simulator.DropAfter}) }, p.call)
		})
	}
	c := usedAgainCases()[0]
	attack(t, "M2/http", func(t *testing.T) error {
		w := newWorld(t)
		r := w.listen(t, how{args: []string{"--http-auth", "server", "--allow-full-access"}, env: []string{"ZMCP_ACCESS_KEYS=ci:" + accessKeyA}})
		return onlyOnce(t, w, c, func() { w.lose(c.operation, http.StatusBadGateway, 3) }, r.connect(t, accessKeyA, how{version: newest}).call)
	})
	attack(t, "M2/refused-is-free", func(t *testing.T) error {
		// A definite refusal did nothing: the yes is still good.
		w := newWorld(t)
		p := w.serve(t, how{args: []string{"--confirm", "two-step"}})
		call := c.args(w)
		token := p.call(c.tool, call).confirmation()
		w.sim.Fail(simulator.Fault{Operation: c.operation, Times: 1, Status: http.StatusBadRequest, Code: "projectInvalidInput", Message: "no"})
		p.call(c.tool, call.with("confirm", token))
		if err := p.call(c.tool, call.with("confirm", token)).mustBe("done", "in_progress"); err != nil {
			t.Fatal(err)
		}
		return nil
	})
}

// onlyOnce confirms four times with one yes, and is an attack's success where the
// work was sent more than once.
func onlyOnce(t *testing.T, w *world, c usedAgain, lose func(), call func(string, args) result) error {
	t.Helper()
	arguments := c.args(w)
	first := call(c.tool, arguments)
	if first.status() != "confirmation_required" {
		t.Fatalf("%s: %s", c.tool, first.text)
	}
	lose()
	var last result
	for range 4 {
		last = call(c.tool, arguments.with("confirm", first.confirmation()))
	}
	if n := w.sentOf(c.operation); n != 1 {
		if n == 0 {
			t.Fatalf("the work was never sent: %s", last.text)
		}
		return fmt.Errorf("one yes sent %s %d times", c.operation, n)
	}
	return nil
}
