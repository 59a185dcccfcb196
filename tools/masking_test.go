package tools_test

import (
	"slices"
	"strings"
	"testing"

	"zerops-mcp/zerops/simulator"
)

// A value that names objects of the account is no secret, whoever keeps it where: no
// other answer loses the name for it.
func TestNamesStayReadableWhateverVariablesHold(t *testing.T) {
	t.Parallel()
	h := start(t)
	app := h.sim.ServiceID("eshop-staging", "app")
	h.call("set_env", args{"service": app, "variables": args{"APP_NAME": "eshop-production", "STAGE": "production", "PEER": "eshop-staging-app", "APP_TOKEN": "Northwind Trading"}}).status("done")
	h.sim.AddLog(app, simulator.LogLine{Severity: 3, Text: "talking to eshop-production, for Northwind Trading, as eshop-staging-app"})
	older := ""
	for _, d := range h.call("list_deployments", args{"service": app}).items() {
		if d["can_rollback"] == true {
			older, _ = d["id"].(string)
		}
	}
	for name, c := range map[string]struct {
		tool string
		args args
		want []string
	}{
		"compare_config":      {"compare_config", args{"left": args{"project": "eshop-staging"}, "right": args{"project": "eshop-production"}}, []string{`the project \"eshop-production\"`, `the project \"eshop-staging\"`}},
		"the plan of one":     {"rollback_service", args{"service": app, "deployment": older}, []string{`the service \"app\"`}},
		"the plan of another": {"delete_env", args{"service": app, "keys": []string{"APP_NAME"}}, []string{"eshop-staging"}},
		"logs":                {"search_logs", args{"project": "eshop-staging", "services": []string{"app"}, "contains": "eshop-production"}, []string{"talking to eshop-production"}},
		"an export":           {"export_yaml", args{"project": "eshop-production"}, []string{"name: eshop-production"}},
		"the API":             {"read_api", args{"operation": "PostProjectSearch", "body": args{"search": []any{args{"name": "clientId", "operator": "eq", "value": h.sim.OrgID("Northwind Trading")}}}, "jq": "[.items[].name]"}, []string{`"eshop-production"`}},
	} {
		text := string(h.call(c.tool, c.args).ok().raw)
		for _, want := range c.want {
			if !strings.Contains(text, want) {
				t.Errorf("%s does not say %q: %s", name, want, text)
			}
		}
	}
}

// What a caller writes comes back as it is, even where it equals a long secret.
func TestTextOfTheCallIsNotComparedWithSecrets(t *testing.T) {
	t.Parallel()
	const value = "user=admin;door=482913;host=db.internal"
	h := start(t)
	api := stagingAPI(h)
	h.call("set_env", args{"service": api, "variables": args{"SETTINGS": value}}).status("done")
	variables := args{"operation": "GetServiceStackEnv", "path": args{"id": api}}
	for _, guess := range []string{value, strings.Replace(value, "482913", "482914", 1), value[:20], value[:20] + "…"} {
		if got := h.call("read_api", with(variables, "jq", `"`+guess+`"`)).ok().get("result"); got != guess {
			t.Errorf("jq made %q of the literal %q", got, guess)
		}
		if got := string(h.call("search_logs", args{"project": "eshop-staging", "services": []string{"api"}, "contains": guess}).ok().raw); !strings.Contains(got, guess) {
			t.Errorf("a search for %q is told as %s", guess, got)
		}
		if got := outcomes(h.call("delete_env", args{"service": api, "keys": []string{guess}})); got[guess]["outcome"] != "absent" {
			t.Errorf("deleting %q is told as %v", guess, got)
		}
	}
}

// Patterns come before jq as well as values do, so that nothing can be taken apart.
func TestProgramsSeeMaskedTextOnly(t *testing.T) {
	t.Parallel()
	h := start(t)
	for _, secret := range []string{"postgres://shop:mackerel@db:5432/shop", "password=mackerel", "Authorization: Bearer mackerel-mackerel", "ghp_mackerelmackerelmackerel"} {
		h.call("update_project", args{"project": "eshop-staging", "description": "see " + secret}).ok()
		read := args{"operation": "GetProject", "path": args{"id": h.sim.ProjectID("eshop-staging")}}
		for _, program := range []string{`.description | split("") | join(" ")`, `.description | .[0:14], .[14:]`, `[.description[4:8], .description[8:]] | join("|")`, `.description | ascii_upcase`, `.description | @base64`, `.description | split("m")`} {
			text := string(h.call("read_api", with(read, "jq", program)).ok().raw)
			for _, gone := range []string{"k e r", "kerel", "KEREL", "acker"} {
				if strings.Contains(text, gone) {
					t.Errorf("%s of %q: %s", program, secret, text)
				}
			}
		}
	}
}

// A search by what is masked is refused with the reason, before anything is sent.
func TestSearchesByHiddenValuesAreRefused(t *testing.T) {
	t.Parallel()
	h := start(t)
	own := args{"name": "clientId", "operator": "eq", "value": h.sim.OrgID("Northwind Trading")}
	by := func(name string) []any { return []any{own, args{"name": name, "operator": "eq", "value": "guess"}} }
	for name, c := range map[string]args{
		"a term":             {"operation": "PostUserDataSearch", "body": args{"search": by("content")}},
		"a term of any case": {"operation": "PostUserDataSearch", "body": args{"search": by("Content.keyword")}},
		"an unknown column":  {"operation": "PostUserDataSearch", "body": args{"search": by("_source")}},
		"the order":          {"operation": "PostUserDataSearch", "body": args{"search": []any{own}, "sort": []any{args{"name": "content", "ascending": true}}}},
		"free text":          {"operation": "PostUserDataSearch", "body": args{"search": []any{own}, "text": "guess"}},
		"of a project":       {"operation": "PostProjectSearch", "body": args{"search": by("envList.content")}},
		"of a deployment":    {"operation": "PostAppVersionSearch", "body": args{"search": by("userDataList.content")}},
		"yaml":               {"operation": "PostAppVersionSearch", "body": args{"search": []any{own}, "sort": []any{args{"name": "configContent", "ascending": false}}}},
		"a credential":       {"operation": "PostServiceStackSearch", "body": args{"search": by("connection.password")}},
	} {
		before := h.sim.Calls(c["operation"].(string))
		e := h.call("read_api", c).fails("invalid_arguments")
		if message, _ := e["message"].(string); !strings.Contains(message, "masked") {
			t.Errorf("%s: %s", name, message)
		}
		if h.sim.Calls(c["operation"].(string)) != before {
			t.Errorf("%s was sent", name)
		}
	}
	h.call("read_api", args{"operation": "PostUserDataSearch", "body": args{"search": append(by("key")[:1], args{"name": "key", "operator": "eq", "value": "JWT_PRIVATE_KEY"}), "sort": []any{args{"name": "created", "ascending": false}}}}).ok()
}

// Of a short secret not even equality is told: neither by its fingerprint or length, nor
// by a comparison, nor by a write that is left out.
func TestShortSecretsAreNotCompared(t *testing.T) {
	t.Parallel()
	h := start(t)
	api, worker := stagingAPI(h), h.sim.ServiceID("eshop-staging", "worker")
	set := args{"DOOR": "482913", "LONG_DOOR": "a long enough value", "LOG_FORMAT": "json"}
	for _, service := range []string{api, worker} {
		h.call("set_env", args{"service": service, "variables": set}).status("done")
	}
	h.call("set_env", args{"service": worker, "variables": args{"CLEAR_PASSWORD": "hunter2"}, "sensitive": false}).status("done")
	rows := variables(h.call("list_env", args{"service": worker}))
	for _, key := range []string{"DOOR", "LOG_FORMAT", "CLEAR_PASSWORD"} {
		if rows[key]["fingerprint"] != nil || rows[key]["length"] != nil {
			t.Errorf("%s shows as %v", key, rows[key])
		}
	}
	if rows["LONG_DOOR"]["fingerprint"] == nil || rows["LONG_DOOR"]["fingerprint"] == variables(h.call("list_env", args{"service": api}))["JWT_PRIVATE_KEY"]["fingerprint"] {
		t.Errorf("a long secret shows as %v", rows["LONG_DOOR"])
	}
	different := h.call("compare_config", args{"left": args{"service": api}, "right": args{"service": worker}, "what": "env"}).items()
	kind := func(key string) any {
		if i := slices.IndexFunc(different, func(d map[string]any) bool { return d["name"] == key }); i >= 0 {
			return different[i]["kind"]
		}
		return "same"
	}
	if kind("DOOR") != "unknown" || kind("LONG_DOOR") != "same" {
		t.Errorf("DOOR is %v, LONG_DOOR %v", kind("DOOR"), kind("LONG_DOOR"))
	}
	again := wantOutcomes(t, h.call("set_env", args{"service": api, "variables": set}).status("done"), map[string]string{"DOOR": "updated", "LONG_DOOR": "unchanged"})
	if warning, _ := again["DOOR"]["warning"].(string); !strings.Contains(warning, "without comparing") {
		t.Errorf("the warning is %q", warning)
	}
	// Where the write is refused, nothing tells a right guess from a wrong one.
	h.sim.Fail(simulator.Fault{Operation: "PutUserData", Status: 403, Code: "insufficientPermissions"})
	for _, guess := range []string{"482913", "482914"} {
		h.call("set_env", args{"service": api, "variables": args{"DOOR": guess}}).fails("forbidden")
	}
}
