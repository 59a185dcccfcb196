package tools_test

import (
	"slices"
	"strings"
	"testing"

	"zerops-mcp/tools/tooltest"
	"zerops-mcp/zerops/simulator"
)

// A value that names objects of the account is no secret, whoever keeps it where: no
// other answer loses the name for it.
func TestNamesStayReadableWhateverVariablesHold(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t)
	app := h.Sim.ServiceID("eshop-staging", "app")
	h.Call("set_env", tooltest.Args{"service": app, "variables": tooltest.Args{"APP_NAME": "eshop-production", "STAGE": "production", "PEER": "eshop-staging-app", "APP_TOKEN": "Northwind Trading"}}).Status("done")
	h.Sim.AddLog(app, simulator.LogLine{Severity: 3, Text: "talking to eshop-production, for Northwind Trading, as eshop-staging-app"})
	older := ""
	for _, d := range h.Call("list_deployments", tooltest.Args{"service": app}).Items() {
		if d["can_rollback"] == true {
			older, _ = d["id"].(string)
		}
	}
	for name, c := range map[string]struct {
		tool string
		args tooltest.Args
		want []string
	}{
		"compare_config":      {"compare_config", tooltest.Args{"left": tooltest.Args{"project": "eshop-staging"}, "right": tooltest.Args{"project": "eshop-production"}}, []string{`the project \"eshop-production\"`, `the project \"eshop-staging\"`}},
		"the plan of one":     {"rollback_service", tooltest.Args{"service": app, "deployment": older}, []string{`the service \"app\"`}},
		"the plan of another": {"delete_env", tooltest.Args{"service": app, "keys": []string{"APP_NAME"}}, []string{"eshop-staging"}},
		"logs":                {"search_logs", tooltest.Args{"project": "eshop-staging", "services": []string{"app"}, "contains": "eshop-production"}, []string{"talking to eshop-production"}},
		"an export":           {"export_yaml", tooltest.Args{"project": "eshop-production"}, []string{"name: eshop-production"}},
		"the API":             {"read_api", tooltest.Args{"operation": "PostProjectSearch", "body": tooltest.Args{"search": []any{tooltest.Args{"name": "clientId", "operator": "eq", "value": h.Sim.OrgID("Northwind Trading")}}}, "jq": "[.items[].name]"}, []string{`"eshop-production"`}},
	} {
		text := string(h.Call(c.tool, c.args).Ok().Raw)
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
	h := tooltest.Start(t)
	api := tooltest.StagingAPI(h)
	h.Call("set_env", tooltest.Args{"service": api, "variables": tooltest.Args{"SETTINGS": value}}).Status("done")
	variables := tooltest.Args{"operation": "GetServiceStackEnv", "path": tooltest.Args{"id": api}}
	for _, guess := range []string{value, strings.Replace(value, "482913", "482914", 1), value[:20], value[:20] + "…"} {
		if got := h.Call("read_api", with(variables, "jq", `"`+guess+`"`)).Ok().Get("result"); got != guess {
			t.Errorf("jq made %q of the literal %q", got, guess)
		}
		if got := string(h.Call("search_logs", tooltest.Args{"project": "eshop-staging", "services": []string{"api"}, "contains": guess}).Ok().Raw); !strings.Contains(got, guess) {
			t.Errorf("a search for %q is told as %s", guess, got)
		}
		if got := tooltest.Outcomes(h.Call("delete_env", tooltest.Args{"service": api, "keys": []string{guess}})); got[guess]["outcome"] != "absent" {
			t.Errorf("deleting %q is told as %v", guess, got)
		}
	}
}

// Patterns come before jq as well as values do, so that nothing can be taken apart.
func TestProgramsSeeMaskedTextOnly(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t)
	for _, secret := range []string{"postgres://shop:mackerel@db:5432/shop", "password=mackerel", "Authorization: Bearer mackerel-mackerel", "ghp_mackerelmackerelmackerel"} {
		h.Call("update_project", tooltest.Args{"project": "eshop-staging", "description": "see " + secret}).Ok()
		read := tooltest.Args{"operation": "GetProject", "path": tooltest.Args{"id": h.Sim.ProjectID("eshop-staging")}}
		for _, program := range []string{`.description | split("") | join(" ")`, `.description | .[0:14], .[14:]`, `[.description[4:8], .description[8:]] | join("|")`, `.description | ascii_upcase`, `.description | @base64`, `.description | split("m")`} {
			text := string(h.Call("read_api", with(read, "jq", program)).Ok().Raw)
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
	h := tooltest.Start(t)
	own := tooltest.Args{"name": "clientId", "operator": "eq", "value": h.Sim.OrgID("Northwind Trading")}
	by := func(name string) []any {
		return []any{own, tooltest.Args{"name": name, "operator": "eq", "value": "guess"}}
	}
	for name, c := range map[string]tooltest.Args{
		"a term":             {"operation": "PostUserDataSearch", "body": tooltest.Args{"search": by("content")}},
		"a term of any case": {"operation": "PostUserDataSearch", "body": tooltest.Args{"search": by("Content.keyword")}},
		"an unknown column":  {"operation": "PostUserDataSearch", "body": tooltest.Args{"search": by("_source")}},
		"the order":          {"operation": "PostUserDataSearch", "body": tooltest.Args{"search": []any{own}, "sort": []any{tooltest.Args{"name": "content", "ascending": true}}}},
		"free text":          {"operation": "PostUserDataSearch", "body": tooltest.Args{"search": []any{own}, "text": "guess"}},
		"of a project":       {"operation": "PostProjectSearch", "body": tooltest.Args{"search": by("envList.content")}},
		"of a deployment":    {"operation": "PostAppVersionSearch", "body": tooltest.Args{"search": by("userDataList.content")}},
		"yaml":               {"operation": "PostAppVersionSearch", "body": tooltest.Args{"search": []any{own}, "sort": []any{tooltest.Args{"name": "configContent", "ascending": false}}}},
		"a credential":       {"operation": "PostServiceStackSearch", "body": tooltest.Args{"search": by("connection.password")}},
	} {
		before := h.Sim.Calls(c["operation"].(string))
		e := h.Call("read_api", c).Fails("invalid_arguments")
		if message, _ := e["message"].(string); !strings.Contains(message, "masked") {
			t.Errorf("%s: %s", name, message)
		}
		if h.Sim.Calls(c["operation"].(string)) != before {
			t.Errorf("%s was sent", name)
		}
	}
	h.Call("read_api", tooltest.Args{"operation": "PostUserDataSearch", "body": tooltest.Args{"search": append(by("key")[:1], tooltest.Args{"name": "key", "operator": "eq", "value": "JWT_PRIVATE_KEY"}), "sort": []any{tooltest.Args{"name": "created", "ascending": false}}}}).Ok()
}

// Of a short secret not even equality is told: neither by its fingerprint or length, nor
// by a comparison, nor by a write that is left out.
func TestShortSecretsAreNotCompared(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t)
	api, worker := tooltest.StagingAPI(h), h.Sim.ServiceID("eshop-staging", "worker")
	set := tooltest.Args{"DOOR": "482913", "LONG_DOOR": "a long enough value", "LOG_FORMAT": "json"}
	for _, service := range []string{api, worker} {
		h.Call("set_env", tooltest.Args{"service": service, "variables": set}).Status("done")
	}
	h.Call("set_env", tooltest.Args{"service": worker, "variables": tooltest.Args{"CLEAR_PASSWORD": "hunter2"}, "sensitive": false}).Status("done")
	rows := tooltest.Variables(h.Call("list_env", tooltest.Args{"service": worker}))
	for _, key := range []string{"DOOR", "LOG_FORMAT", "CLEAR_PASSWORD"} {
		if rows[key]["fingerprint"] != nil || rows[key]["length"] != nil {
			t.Errorf("%s shows as %v", key, rows[key])
		}
	}
	if rows["LONG_DOOR"]["fingerprint"] == nil || rows["LONG_DOOR"]["fingerprint"] == tooltest.Variables(h.Call("list_env", tooltest.Args{"service": api}))["JWT_PRIVATE_KEY"]["fingerprint"] {
		t.Errorf("a long secret shows as %v", rows["LONG_DOOR"])
	}
	different := h.Call("compare_config", tooltest.Args{"left": tooltest.Args{"service": api}, "right": tooltest.Args{"service": worker}, "what": "env"}).Items()
	kind := func(key string) any {
		if i := slices.IndexFunc(different, func(d map[string]any) bool { return d["name"] == key }); i >= 0 {
			return different[i]["kind"]
		}
		return "same"
	}
	if kind("DOOR") != "unknown" || kind("LONG_DOOR") != "same" {
		t.Errorf("DOOR is %v, LONG_DOOR %v", kind("DOOR"), kind("LONG_DOOR"))
	}
	again := tooltest.WantOutcomes(t, h.Call("set_env", tooltest.Args{"service": api, "variables": set}).Status("done"), map[string]string{"DOOR": "updated", "LONG_DOOR": "unchanged"})
	if warning, _ := again["DOOR"]["warning"].(string); !strings.Contains(warning, "without comparing") {
		t.Errorf("the warning is %q", warning)
	}
	// Where the write is refused, nothing tells a right guess from a wrong one.
	h.Sim.Fail(simulator.Fault{Operation: "PutUserData", Status: 403, Code: "insufficientPermissions"})
	for _, guess := range []string{"482913", "482914"} {
		h.Call("set_env", tooltest.Args{"service": api, "variables": tooltest.Args{"DOOR": guess}}).Fails("forbidden")
	}
}
