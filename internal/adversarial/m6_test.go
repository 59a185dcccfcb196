package adversarial_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"zerops-mcp/zerops/simulator"
)

// siblingSecret is the generated password of the database beside the application: a
// variable of another service, that the application's own variables do not name.
func siblingSecret(t *testing.T, w *world) string {
	t.Helper()
	const value = "Zk3vQ9pLm7TrW2nXd5Yb"
	w.setServiceEnv(t, w.service("eshop-staging", "cache"), "ADMIN_PASSWORD", value)
	return value
}

// withheld is an attack's success where an answer shows a value.
func withheld(r result, secret string) error {
	if strings.Contains(r.text, secret) {
		return fmt.Errorf("%s shows the value: %s", r.tool, around(r.text, max(strings.Index(r.text, secret)-60, 0)))
	}
	return nil
}

// TestAdversarialM6 reads the values of one service where another, or the platform,
// repeats them.
func TestAdversarialM6(t *testing.T) {
	t.Parallel()
	attack(t, "M6/log-of-sibling", func(t *testing.T) error {
		w := newWorld(t)
		secret := siblingSecret(t, w)
		w.addLog(sibling(w), simulator.LogLine{Text: "could not reach the cache with " + secret + " after 3 attempts", Severity: 3})
		p := w.serve(t, how{})
		return first([]error{
			withheld(p.call("search_logs", args{"services": []string{sibling(w)}}), secret),
			withheld(p.call("search_logs", args{"project": "eshop-staging", "services": []string{"worker"}, "contains": "could not reach"}), secret),
			withheld(p.call("diagnose_service", args{"service": sibling(w)}), secret),
		})
	})
	attack(t, "M6/log-of-another-project", func(t *testing.T) error {
		w := newWorld(t)
		const value = "Zk3vQ9pLm7TrW2nXd5Yb"
		w.setProjectEnv(t, w.project("eshop-staging"), "SHARED_THING", value)
		w.addLog(w.service("eshop-staging", "db"), simulator.LogLine{Text: "config " + value})
		return withheld(w.serve(t, how{}).call("search_logs", args{"services": []string{w.service("eshop-staging", "db")}}), value)
	})
}

// TestAdversarialM6Errors reads them in error texts of the platform that quote them.
func TestAdversarialM6Errors(t *testing.T) {
	t.Parallel()
	reads := map[string]func(p *program, w *world, process string) result{
		"get-process": func(p *program, _ *world, id string) result { return p.call("get_process", args{"process": id}) },
		"wait-for": func(p *program, _ *world, id string) result {
			return p.call("wait_for", args{"processes": []string{id}})
		},
		"list-events": func(p *program, w *world, _ string) result { return p.call("list_events", args{"service": sibling(w)}) },
		"list-processes": func(p *program, w *world, _ string) result {
			return p.call("list_processes", args{"service": sibling(w)})
		},
		"diagnose": func(p *program, w *world, _ string) result {
			return p.call("diagnose_service", args{"service": sibling(w)})
		},
		"get-project": func(p *program, _ *world, _ string) result {
			return p.call("get_project", args{"project": "eshop-staging"})
		},
		"read-api": func(p *program, _ *world, id string) result {
			return p.call("read_api", args{"operation": "GetProcess", "path": on(id)})
		},
		"notifications": func(p *program, w *world, _ string) result {
			body := fmt.Sprintf(`{"search":[{"name":"clientId","operator":"eq","value":"%s"}],"sort":[{"name":"created","ascending":false}],"limit":5}`, w.sim.OrgID("Northwind Trading"))
			return p.call("read_api", args{"operation": "PostUserNotificationSearch", "body": body})
		},
	}
	for whose, set := range map[string]func(t *testing.T, w *world) string{
		"sibling": siblingSecret,
		"own": func(t *testing.T, w *world) string {
			t.Helper()
			const value = "Hf8sKd2pQ6wZr4Tn0Lmc"
			w.setServiceEnv(t, sibling(w), "LICENCE", value)
			return value
		},
	} {
		w := newWorld(t)
		secret := set(t, w)
		w.sim.FailNext("stack.restart", "serviceStackRestartFailed", "could not start with "+secret+" as given")
		process, _ := w.api(t, http.MethodPut, "/service-stack/"+sibling(w)+"/restart", nil)["id"].(string)
		w.settle(t)
		p := w.serve(t, how{})
		for id, read := range reads {
			attack(t, "M6/"+id+"-"+whose, func(t *testing.T) error {
				r := read(p, w, process)
				if !strings.Contains(r.text, "could not start") && !strings.Contains(r.text, "restart") {
					t.Fatalf("the failure is not in the answer: %s", r.text)
				}
				return withheld(r, secret)
			})
		}
	}
	attack(t, "M6/restart-itself", func(t *testing.T) error {
		w := newWorld(t)
		secret := siblingSecret(t, w)
		w.sim.FailNext("stack.restart", "serviceStackRestartFailed", "could not start with "+secret+" as given")
		return withheld(w.serve(t, how{}).call("restart_service", args{"service": sibling(w)}), secret)
	})
}
