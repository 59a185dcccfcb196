package adversarial_test

import (
	"errors"
	"net/http"
	"testing"
)

// whileAsked is a call that a person agrees to, and what happens to the account
// between the question and the answer.
type whileAsked struct {
	id        string
	tool      string
	args      func(w *world) args
	typed     string
	meanwhile func(t *testing.T, w *world)
	allowed   []string
}

func whileAskedCases() []whileAsked {
	stale := []string{"confirmation_invalid"}
	// A tag that protects ends the call one way or the other.
	tagged := []string{"confirmation_invalid", "blocked"}
	deleteProject := func(*world) args { return args{"project": "eshop-staging"} }
	protect := func(t *testing.T, w *world) {
		t.Helper()
		w.setTags(t, w.project("eshop-staging"), "staging", "protected")
	}
	newcomer := func(t *testing.T, w *world) {
		t.Helper()
		w.api(t, http.MethodPost, "/project/"+w.project("eshop-staging")+"/service-stack/import", map[string]any{
			"yaml": "services:\n  - hostname: newcomer\n    type: nodejs@22\n    startWithoutCode: true\n",
		})
		w.settle(t)
	}
	onWorker := func(w *world) args { return args{"service": sibling(w)} }
	return []whileAsked{
		{"service-created", "delete_project", deleteProject, "eshop-staging", newcomer, stale},
		{"tag-set", "delete_project", deleteProject, "eshop-staging", protect, tagged},
		{"both", "delete_project", deleteProject, "eshop-staging", func(t *testing.T, w *world) { t.Helper(); newcomer(t, w); protect(t, w) }, tagged},
		{"tag-set-before-stop", "stop_service", onWorker, "", protect, tagged},
		{"tag-set-before-delete", "delete_service", onWorker, "worker", protect, tagged},
		{"tag-set-before-stop-of-project", "stop_project", deleteProject, "", protect, tagged},
		{"tag-set-before-delete-of-variable", "delete_env", func(w *world) args { return args{"service": ownService(w), "keys": []string{"JWT_PRIVATE_KEY"}} }, "", protect, tagged},
		{"deployed-meanwhile", "delete_service", onWorker, "worker", func(t *testing.T, w *world) {
			t.Helper()
			w.api(t, http.MethodPut, "/service-stack/"+sibling(w)+"/trigger-pipeline", map[string]any{"buildFromGit": "https://github.com/zeropsio/recipe-nodejs", "userData": []any{}})
			w.settle(t)
		}, stale},
		{"renamed-project", "delete_project", func(w *world) args { return args{"project": ownProject(w)} }, "eshop-staging", func(t *testing.T, w *world) {
			t.Helper()
			now := w.api(t, http.MethodGet, "/project/"+ownProject(w), nil)
			w.api(t, http.MethodPut, "/project/"+ownProject(w), map[string]any{
				"name": "eshop-live", "description": now["description"], "tagList": now["tagList"], "publicIpV4Shared": now["publicIpV4Shared"], "maxCreditLimit": nil,
			})
		}, stale},
		{"variable-replaced", "delete_env", func(w *world) args { return args{"service": ownService(w), "keys": []string{"JWT_PRIVATE_KEY"}} }, "", func(t *testing.T, w *world) {
			t.Helper()
			w.api(t, http.MethodDelete, "/user-data/"+w.ownVariable(), nil)
			w.settle(t)
			w.setServiceEnv(t, ownService(w), "JWT_PRIVATE_KEY", "another value than the one that was asked about")
		}, stale},
		{"write-api-tag-set", "write_api", withBody("DeleteProject", "", ownProject), "eshop-staging", protect, tagged},
		{"write-api-service-created", "write_api", withBody("DeleteProject", "", ownProject), "eshop-staging", newcomer, stale},
		{"write-api-tag-set-before-stop", "write_api", withBody("PutServiceStackStop", "", sibling), "", protect, tagged},
		{"replaced-service-deployed", "replace_services_from_yaml", func(*world) args {
			return args{"project": "eshop-staging", "yaml": "services:\n  - hostname: worker\n    type: nodejs@22\n    startWithoutCode: true\n    override: true\n"}
		}, "", func(t *testing.T, w *world) {
			t.Helper()
			w.api(t, http.MethodPut, "/service-stack/"+sibling(w)+"/trigger-pipeline", map[string]any{"buildFromGit": "https://github.com/zeropsio/recipe-nodejs", "userData": []any{}})
			w.settle(t)
		}, stale},
		{"became-own-variables", "write_api", func(w *world) args {
			return args{"operation": "PutServiceStackUserDataEnvFile", "path": on(ownService(w)), "body": `{"envFile":"JWT_PRIVATE_KEY=x\n"}`}
		}, "", func(t *testing.T, w *world) {
			t.Helper()
			w.setServiceEnv(t, ownService(w), "ADDED_MEANWHILE", "which nobody was told would be lost")
		}, stale},
	}
}

// TestAdversarialM1 changes the account while a person is asked.
func TestAdversarialM1(t *testing.T) {
	t.Parallel()
	for _, version := range []string{today, newest} {
		for _, c := range whileAskedCases() {
			id := "M1/" + c.id
			if version == newest {
				id += "-" + version
			}
			attack(t, id, func(t *testing.T) error {
				w := newWorld(t)
				asked := 0
				p := w.serve(t, how{version: version, person: saysYes(c.typed, func(string) {
					asked++
					c.meanwhile(t, w)
				})})
				r := p.call(c.tool, c.args(w))
				if asked == 0 {
					t.Fatalf("nobody was asked: %s", r.text)
				}
				return errors.Join(r.mustBe(c.allowed...), w.untouched("an answer to a question that had become another"))
			})
		}
	}
	attack(t, "M1/http", func(t *testing.T) error {
		w := newWorld(t)
		r := w.listen(t, how{args: []string{"--http-auth", "server", "--allow-full-access"}, env: []string{"ZMCP_ACCESS_KEYS=ci:" + accessKeyA}})
		p := r.connect(t, accessKeyA, how{person: saysYes("eshop-staging", func(string) { w.setTags(t, w.project("eshop-staging"), "protected") })})
		return errors.Join(p.call("delete_project", args{"project": "eshop-staging"}).mustBe("confirmation_invalid", "blocked"), w.untouched("the answer"))
	})
}
