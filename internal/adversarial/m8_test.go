package adversarial_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"
)

// inProtected is a call in a project that the tag protects; asked says that it may go
// on once a person agrees, else it is blocked whoever agrees.
type inProtected struct {
	id, tool string
	args     func(w *world) args
	asked    bool
}

const guarded = "eshop-production"

func protectedCases() []inProtected {
	project := func(w *world) string { return w.project(guarded) }
	service := func(hostname string) func(w *world) string {
		return func(w *world) string { return w.service(guarded, hostname) }
	}
	routing := func(w *world) string {
		return w.find("/project/"+w.project(guarded)+"/public-http-routing", "sslEnabled", true)
	}
	route := func(w *world, domains string) string {
		return fmt.Sprintf(`{"sslEnabled":true,"cdnEnabled":false,"domains":[%s],"locations":[{"path":"/","port":3000,"serviceStackId":"%s"}]}`, domains, w.service(guarded, "app"))
	}
	const open = `{"publicIpType":"IP_V6","publicPort":15432,"internalPort":5432,"internalProtocol":"tcp","firewallPolicy":"BLACKLIST","firewallIpRanges":[],"firewallAllowMyIp":false}`
	return []inProtected{
		{"domains-dropped", "write_api", func(w *world) args {
			w.api(w.t, http.MethodPut, "/public-http-routing/"+routing(w), json.RawMessage(route(w, `"shop.example.com","second.example.com"`)))
			return args{"operation": "PutPublicHttpRouting", "path": on(routing(w)), "body": route(w, `"shop.example.com"`)}
		}, false},
		{"domain-replaced", "write_api", func(w *world) args {
			return args{"operation": "PutPublicHttpRouting", "path": on(routing(w)), "body": route(w, `"evil.example.com"`)}
		}, false},
		{"locations-dropped", "write_api", func(w *world) args {
			return args{"operation": "PutPublicHttpRoutingLocation", "path": on(routing(w)), "body": fmt.Sprintf(`{"locations":[{"path":"/other","port":3000,"serviceStackId":"%s"}]}`, w.service(guarded, "app"))}
		}, false},
		{"routing-deleted", "write_api", func(w *world) args { return args{"operation": "DeletePublicHttpRouting", "path": on(routing(w))} }, false},
		{"variables-dropped", "write_api", withBody("PutServiceStackUserDataEnvFile", `{"envFile":"A=1\n"}`, service("app")), false},
		{"project-variables-dropped", "write_api", withBody("PutProjectEnvFile", `{"envFile":"A=1\n"}`, project), false},
		{"fewer-backups", "write_api", withBody("PutServiceStackBackupConfig",
			`{"backupPeriod":"0 3 1 * *","retentionPolicy":{"maxTotalFiles":1,"maxTotalGiB":1,"protectedTags":[],"minDaily":0,"maxDaily":1,"minWeekly":0,"maxWeekly":0,"minMonthly":0,"maxMonthly":0}}`, service("db")), false},
		{"empty-version", "write_api", withBody("PutServiceStackTriggerPipeline", `{"startWithoutCode":true,"userData":[]}`, service("app")), false},
		{"subdomain-off", "set_subdomain_access", func(w *world) args { return args{"service": w.service(guarded, "api"), "enabled": false} }, true},
		{"write-api-subdomain-off", "write_api", withBody("PutServiceStackDisableSubdomainAccess", "", service("api")), true},
		{"shared-address-off", "write_api", withBody("PutProjectPublicIpv4Shared", `{"enabled":false}`, project), true},
		{"port-to-everybody", "add_port", func(w *world) args {
			return args{"service": w.service(guarded, "db"), "port": 15432, "internal_port": 5432}
		}, true},
		{"port-to-every-range", "add_port", func(w *world) args {
			return args{"service": w.service(guarded, "db"), "port": 15432, "internal_port": 5432, "allow_from": []string{"::/0"}}
		}, true},
		{"port-to-two-halves", "add_port", func(w *world) args {
			return args{"service": w.service(guarded, "db"), "port": 15432, "internal_port": 5432, "allow_from": []string{"::/1", "8000::/1"}}
		}, true},
		{"write-api-port-to-everybody", "write_api", withBody("PostServiceStackPublicPortRouting", open, service("db")), true},
		{"port-to-all-that-is-given-out", "add_port", func(w *world) args {
			return args{"service": w.service(guarded, "db"), "port": 15432, "internal_port": 5432, "ip": "ipv6", "allow_from": []string{"2001::/16", "2003::/16", "2400::/6", "2800::/5"}}
		}, true},
		{"backup-unprotected", "write_api", func(w *world) args {
			list := w.api(w.t, http.MethodGet, "/service-stack/"+w.service(guarded, "db")+"/backup", nil)
			files, _ := list["files"].([]any)
			file, _ := files[len(files)-1].(map[string]any)
			return args{"operation": "PutServiceStackBackup", "path": args{"id": w.service(guarded, "db"), "date": file["name"]}, "body": `{"tags":[]}`}
		}, false},
		{"isolation-off", "set_env", func(w *world) args {
			return args{"project": w.project(guarded), "variables": variable("envIsolation", "none")}
		}, true},
		{"isolation-off-by-import", "import_yaml", func(w *world) args {
			return args{"project": w.project(guarded), "yaml": "services:\n  - hostname: newone\n    type: nodejs@22\n    envIsolation: none\n"}
		}, true},
		{"public-bucket", "import_yaml", func(w *world) args {
			return args{"project": w.project(guarded), "yaml": "services:\n  - hostname: pictures\n    type: object-storage\n    objectStorageSize: 2\n    objectStoragePolicy: Public-Read\n"}
		}, true},
		{"path-beside-a-guarded-one", "write_api", func(w *world) args {
			guard := func(more string) string {
				return fmt.Sprintf(`{"sslEnabled":true,"cdnEnabled":false,"domains":["shop.example.com","second.example.com"],"locations":[{"path":"/","port":3000,"serviceStackId":"%s",`+
					`"config":{"accessPolicy":{"enabled":true,"defaultPolicy":"deny","cidr":["10.0.0.0/8"]}}}%s]}`, w.service(guarded, "app"), more)
			}
			w.api(w.t, http.MethodPut, "/public-http-routing/"+routing(w), json.RawMessage(guard("")))
			return args{"operation": "PutPublicHttpRouting", "path": on(routing(w)), "body": guard(fmt.Sprintf(`,{"path":"/api","port":3000,"serviceStackId":"%s"}`, w.service(guarded, "app")))}
		}, true},
		{"metrics-target", "write_api", withBody("PatchPrometheusConfig", `{"configs":[{"targets":["evil.example:9090"],"labels":{}}]}`, project), true},
		{"log-target", "write_api", withBody("PutProjectRemoteLogging", `{"syslogConfig":"network(\"evil.example\")","certificate":""}`, project), true},
	}
}

// TestAdversarialM8 does in a protected project what a confirmation does not allow,
// or what has to be asked.
func TestAdversarialM8(t *testing.T) {
	t.Parallel()
	// Its public address is shared, so that there is something to switch off. The
	// second account is the same without the tag.
	tagged, untagged := newWorld(t), newWorld(t)
	for _, w := range []*world{tagged, untagged} {
		w.api(t, http.MethodPut, "/project/"+w.project(guarded)+"/public-ipv4-shared", map[string]any{"enabled": true})
		w.settle(t)
	}
	untagged.setTags(t, untagged.project(guarded), "eshop")
	never, steps := tagged.serve(t, how{args: []string{"--confirm", "never"}}), tagged.serve(t, how{args: []string{"--confirm", "two-step"}})
	elsewhere := untagged.serve(t, how{args: []string{"--confirm", "human"}})
	for _, c := range protectedCases() {
		arguments := c.args(tagged)
		if !c.asked {
			attack(t, "M8/"+c.id, func(*testing.T) error { return never.call(c.tool, arguments).mustBe("blocked") })
			continue
		}
		attack(t, "M8/"+c.id, func(*testing.T) error { return steps.call(c.tool, arguments).mustBe("confirmation_required") })
		other := c.args(untagged)
		attack(t, "M8/elsewhere-"+c.id, func(*testing.T) error { return elsewhere.call(c.tool, other).mustBe("blocked") })
	}
	tagged.untouchedByAll(t, "M8/")
	untagged.untouchedByAll(t, "M8/")
}

// TestAdversarialM8Masks writes the word that stands for a withheld value, or a
// credential in an address.
func TestAdversarialM8Masks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	never := w.serve(t, how{args: []string{"--confirm", "never"}})
	for id, c := range map[string]struct {
		tool string
		args func(w *world) args
	}{
		"user-data": {"write_api", func(w *world) args {
			return args{"operation": "PutUserData", "path": on(w.ownVariable()), "body": `{"key":"JWT_PRIVATE_KEY","content":"REDACTED","sensitive":true}`}
		}},
		"user-data-mask": {"write_api", func(w *world) args {
			return args{"operation": "PutUserData", "path": on(w.ownVariable()), "body": `{"key":"JWT_PRIVATE_KEY","content":"[redacted]","sensitive":true}`}
		}},
		"project-env": {"write_api", func(w *world) args {
			return args{"operation": "PutProjectEnv", "path": on(w.projectVariable("SENTRY_DSN")), "body": `{"key":"SENTRY_DSN","content":"REDACTED","sensitive":true}`}
		}},
		"new-variable":    {"write_api", withBody("PostServiceStackUserData", `{"key":"NEW","content":"REDACTED","sensitive":true}`, ownService)},
		"env-file":        {"write_api", withBody("PutServiceStackUserDataEnvFile", `{"envFile":"JWT_PRIVATE_KEY=REDACTED\n"}`, ownService)},
		"env-file-quoted": {"write_api", withBody("PutServiceStackUserDataEnvFile", `{"envFile":"JWT_PRIVATE_KEY=\"REDACTED\"\n"}`, ownService)},
		"set-env": {"set_env", func(w *world) args {
			return args{"service": ownService(w), "variables": variable("JWT_PRIVATE_KEY", "REDACTED")}
		}},
		"set-env-mask": {"set_env", func(w *world) args {
			return args{"service": ownService(w), "variables": variable("JWT_PRIVATE_KEY", "[redacted]")}
		}},
		"pipeline":    {"write_api", withBody("PutServiceStackTriggerPipeline", `{"buildFromGit":"https://github.com/a/b","userData":[{"key":"A","content":"REDACTED"}]}`, sibling)},
		"import":      {"write_api", withBody("PostProjectServiceStackImport", yamlBody("yaml", "services:\n  - hostname: newone\n    type: nodejs@22\n    envSecrets:\n      A: REDACTED\n"), ownProject)},
		"git-address": {"write_api", withBody("PutServiceStackTriggerPipeline", `{"buildFromGit":"https://me:correcthorse@github.com/a/b","userData":[]}`, sibling)},
		"git-user":    {"write_api", withBody("PutServiceStackTriggerPipeline", `{"buildFromGit":"https://ghp_0123456789abcdefghijABCDEFGHIJ012345@github.com/a/b","userData":[]}`, sibling)},
		"deploy-git": {"deploy_service", func(w *world) args {
			return args{"service": sibling(w), "git_url": "https://me:correcthorse@github.com/a/b"}
		}},
		"import-git": {"write_api", withBody("PostProjectServiceStackImport", yamlBody("yaml", "services:\n  - hostname: newone\n    type: nodejs@22\n    buildFromGit: https://me:correcthorse@github.com/a/b\n"), ownProject)},
	} {
		arguments := c.args(w)
		attack(t, "M8/mask-"+id, func(*testing.T) error { return never.call(c.tool, arguments).mustBe("invalid_arguments") })
	}
	w.untouchedByAll(t, "M8/mask-")
}

// projectVariable is the id of a variable of the project eshop-staging.
func (w *world) projectVariable(key string) string {
	w.t.Helper()
	found := w.api(w.t, http.MethodPost, "/project/search", map[string]any{"search": []map[string]any{
		{"name": "clientId", "operator": "eq", "value": w.sim.OrgID("Northwind Trading")}, {"name": "id", "operator": "eq", "value": ownProject(w)},
	}})
	projects, _ := found["items"].([]any)
	for _, p := range projects {
		project, _ := p.(map[string]any)
		variables, _ := project["envList"].([]any)
		for _, v := range variables {
			row, _ := v.(map[string]any)
			if id, _ := row["id"].(string); row["key"] == key {
				return id
			}
		}
	}
	w.t.Fatalf("the project has no variable %s: %v", key, found)
	return ""
}
