package api_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"zerops-mcp/tools/tooltest"
	"zerops-mcp/zerops"
	"zerops-mcp/zerops/simulator"
)

func TestAPIToolsAreSmall(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t)
	total := 0
	for _, info := range h.Server.Listed() {
		if info.Toolset == "api" {
			total += len(info.Name) + len(info.Description) + len(info.Input)
		}
	}
	if total == 0 || total >= 2_500 {
		t.Errorf("the four tools take %d bytes of the list", total)
	}
}

func TestSearchAPIByAreaAndName(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t, func(s *tooltest.Setup) { s.Token = "" }) // it needs no token
	for _, item := range h.Call("search_api", tooltest.Args{"query": "", "area": "vpn"}).Items() {
		if item["area"] != "vpn" {
			t.Errorf("in area vpn: %v", item)
		}
	}
	if got := names(h.Call("search_api", tooltest.Args{"query": "PutProjectEnvFile"}).Items()); got[0] != "PutProjectEnvFile" {
		t.Errorf("by its name: %v", got)
	}
	if got := names(h.Call("search_api", tooltest.Args{"query": "certifikate of a domian"}).Items()); got[0] != "GetProjectPublicHttpRouting" && got[0] != "GetPublicHttpRouting" {
		t.Errorf("with slips of the pen: %v", got)
	}
	if n := len(h.Call("search_api", tooltest.Args{"query": "xqzzyv"}).Items()); n > 0 {
		t.Errorf("%d answers to nonsense", n)
	}
	h.Call("search_api", tooltest.Args{"query": " "}).Fails("invalid_arguments")
	h.Call("search_api", tooltest.Args{"query": "x", "area": "vpnn"}).Fails("invalid_arguments")
	first, second := h.Call("search_api", tooltest.Args{"query": "delete"}), h.Call("search_api", tooltest.Args{"query": "delete"})
	if string(first.Raw) != string(second.Raw) {
		t.Error("the same search gives different answers")
	}
	for op := range zerops.Operations() {
		items := h.Call("search_api", tooltest.Args{"query": op.String(), "limit": 1}).Items()
		if op == zerops.GetProjectList {
			continue // not part of the API
		}
		if len(items) == 0 || items[0]["operation"] != op.String() {
			t.Errorf("%s is not found by its own name: %v", op, names(items))
		}
	}
}

func TestDescribeAPI(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t, func(s *tooltest.Setup) { s.Token = "" })
	for op := range zerops.Operations() {
		r := h.Call("describe_api", tooltest.Args{"operation": op.String()}).Ok()
		want := map[bool]string{true: "read_api", false: "write_api"}[op.Safe()]
		if op.Class().Has(zerops.PersonOnly) {
			want = "none"
		}
		if r.Str("call") != want || (want == "none") != (r.Get("place") != nil) {
			t.Errorf("%s: call %v, place %v", op, r.Get("call"), r.Get("place"))
		}
		if example, ok := r.Get("example").(string); ok && !json.Valid([]byte(example)) {
			t.Errorf("%s: the example is not JSON: %s", op, example)
		}
		if len(r.Raw) > 12_000 {
			t.Errorf("%s: a description of %d bytes", op, len(r.Raw))
		}
	}
	r := h.Call("describe_api", tooltest.Args{"operation": "PutProject"}).Ok()
	text := string(r.Raw)
	for _, part := range []string{
		`"route":"PUT /project/{id}"`, `"effect":"updates"`, `"replaces the whole record"`, `"tool":"update_project"`,
		`{"name":"publicIpV4Shared","type":"boolean","required":true}`, `"name":"userRoles.userRoles[].roleCode"`, `"values":["OWNER","ADMIN"`,
		`drops the shared IPv4`, `full access to the project`,
	} {
		if !strings.Contains(text, part) {
			t.Errorf("the description lacks %s:\n%s", part, text)
		}
	}
	e := h.Call("describe_api", tooltest.Args{"operation": "PutProjekt"}).Fails("invalid_arguments")
	if message, _ := e["message"].(string); !strings.Contains(message, "PutProject") {
		t.Errorf("no near name in %v", e)
	}
	if got := h.Call("describe_api", tooltest.Args{"operation": "getprojectexport"}).Ok().Get("operation"); got != "GetProjectExport" {
		t.Errorf("in another case: %v", got)
	}
}

func TestAPIRefusesBadArguments(t *testing.T) {
	h := tooltest.Start(t)
	project := h.Sim.ProjectID("eshop-staging")
	for _, test := range []struct {
		name, tool string
		args       tooltest.Args
		want       []string
	}{
		{"no such operation", "read_api", tooltest.Args{"operation": "GetProjects"}, []string{"GetProject", "did you mean"}},
		{"missing id", "read_api", tooltest.Args{"operation": "GetProject"}, []string{"path.id is required"}},
		{"a name for an id", "read_api", tooltest.Args{"operation": "GetProject", "path": tooltest.Args{"id": "eshop-staging"}}, []string{"not an id"}},
		{"another path", "read_api", tooltest.Args{"operation": "GetProject", "path": tooltest.Args{"id": "../client/x"}}, []string{"not an id"}},
		{"unknown path parameter", "read_api", tooltest.Args{"operation": "GetProject", "path": tooltest.Args{"idd": project}}, []string{`did you mean "id"`, "path.id is required"}},
		{"unknown query parameter", "read_api", tooltest.Args{"operation": "GetProjectProcess", "path": tooltest.Args{"id": project}, "query": tooltest.Args{"status": "FAILED"}}, []string{`did you mean "statuses"`}},
		{"text for a number", "read_api", tooltest.Args{"operation": "GetProjectProcess", "path": tooltest.Args{"id": project}, "query": tooltest.Args{"limit": "ten"}}, []string{"query.limit", "number"}},
		{"outside an enum", "read_api", tooltest.Args{"operation": "GetProjectEnvFile", "path": tooltest.Args{"id": project}, "query": tooltest.Args{"name": "", "overrideEnvIsolation": "yes", "userOnly": "true"}}, nil},
		{"write through read_api", "read_api", tooltest.Args{"operation": "PutProjectStart", "path": tooltest.Args{"id": project}}, []string{"write_api"}},
		{"read through write_api", "write_api", tooltest.Args{"operation": "GetProject", "path": tooltest.Args{"id": project}}, []string{"read_api"}},
		{"body not JSON", "write_api", tooltest.Args{"operation": "PostProjectEnv", "path": tooltest.Args{"id": project}, "body": "{key: A}"}, []string{"body is not JSON"}},
		{"body not an object", "write_api", tooltest.Args{"operation": "PostProjectEnv", "path": tooltest.Args{"id": project}, "body": "[1]"}, []string{"must be a JSON object"}},
		{"body lacks a field", "write_api", tooltest.Args{"operation": "PostProjectEnv", "path": tooltest.Args{"id": project}, "body": tooltest.Args{"key": "A", "content": "b"}}, []string{"body.sensitive is required"}},
		{"body has another field", "write_api", tooltest.Args{"operation": "PostProjectEnv", "path": tooltest.Args{"id": project}, "body": tooltest.Args{"key": "A", "value": "b", "sensitive": true}}, []string{"body.value is not an argument", "valid: content, key, sensitive", "body.content is required"}},
		{"nested enum", "write_api", tooltest.Args{"operation": "PutServiceStackAutoscaling", "path": tooltest.Args{"id": project}, "body": tooltest.Args{"customAutoscaling": tooltest.Args{"verticalAutoscaling": tooltest.Args{"cpuMode": "FAST"}}}}, []string{"body.customAutoscaling.verticalAutoscaling.cpuMode", "SHARED"}},
		{"nested id", "write_api", tooltest.Args{"operation": "PutServiceStackConnectSharedStorage", "path": tooltest.Args{"id": project}, "body": tooltest.Args{"sharedStorageId": "uploads"}}, []string{"body.sharedStorageId", "not an id"}},
		{"no body wanted", "write_api", tooltest.Args{"operation": "PutProjectStart", "path": tooltest.Args{"id": project}, "body": tooltest.Args{"force": true}}, []string{"takes no body"}},
		{"bad time", "read_api", tooltest.Args{"operation": "PostTransactionDebitGroupBySearch", "body": tooltest.Args{"search": []any{}, "from": "yesterday", "till": "2026-01-31T00:00:00Z", "timeZone": "UTC", "groupBy": "projectId", "timeGroupBy": "1d"}}, []string{"body.from", "not a time"}},
		{"bad jq", "read_api", tooltest.Args{"operation": "GetProject", "path": tooltest.Args{"id": project}, "jq": ".["}, []string{"jq cannot be parsed"}},
		{"bytes that are none", "write_api", tooltest.Args{"operation": "PutAppVersionUpload", "path": tooltest.Args{"id": project}, "body": tooltest.Args{"base64": "!"}}, []string{"not base64"}},
		{"a huge operation", "read_api", tooltest.Args{"operation": strings.Repeat("x", 1<<20)}, []string{"at most"}},
		{"unknown argument", "read_api", tooltest.Args{"operation": "GetProject", "pathh": tooltest.Args{"id": project}}, []string{`did you mean "path"`}},
	} {
		t.Run(test.name, func(t *testing.T) {
			h := h.In(t)
			before := len(h.Sim.Requests())
			r := h.Call(test.tool, test.args)
			if test.want == nil {
				if !r.IsError {
					t.Fatalf("it worked: %s", r.Raw)
				}
				return
			}
			e := r.Fails("invalid_arguments")
			text := fmt.Sprint(e["message"], e["hint"], e["fields"])
			for _, part := range test.want {
				if !strings.Contains(text, part) {
					t.Errorf("%q is missing in %s", part, text)
				}
			}
			if n := len(h.Sim.Requests()) - before; n > 0 {
				t.Errorf("%d requests were sent", n)
			}
		})
	}
}

// TestAPIForgivesWhatIsClear sends the same call in forms that models use.
func TestAPIForgivesWhatIsClear(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t)
	project := h.Sim.ProjectID("eshop-staging")
	for name, path := range map[string]any{
		"pairs":           []any{tooltest.Args{"name": "id", "value": project}},
		"one pair":        tooltest.Args{"name": "id", "value": project},
		"a map":           tooltest.Args{"id": project},
		"JSON text":       fmt.Sprintf(`{"id":%q}`, project),
		"its own name":    tooltest.Args{"projectId": project},
		"the tools' name": tooltest.Args{"project": project},
	} {
		if got := h.Call("read_api", tooltest.Args{"operation": "GetProject", "path": path}).Str("result.name"); got != "eshop-staging" {
			t.Errorf("%s: %s", name, got)
		}
	}
	for name, body := range map[string]any{
		"text": `{"key":"A_TEXT","content":"obviously-fake-1","sensitive":"true"}`,
		"JSON": tooltest.Args{"key": "A_JSON", "content": "obviously-fake-1", "sensitive": true},
		"null": tooltest.Args{"key": "A_NULL", "content": "obviously-fake-1", "sensitive": true, "confirm": nil},
	} {
		r := h.Call("write_api", tooltest.Args{"operation": "PostProjectEnv", "path": tooltest.Args{"id": project}, "body": body})
		if name == "null" {
			r.Fails("invalid_arguments")
			continue
		}
		r.Status("done")
	}
	// Two values for one parameter are no clear wish.
	twice := []any{tooltest.Args{"name": "id", "value": project}, tooltest.Args{"name": "projectId", "value": h.Sim.ProjectID("payments")}}
	h.Call("read_api", tooltest.Args{"operation": "GetProject", "path": twice}).Fails("invalid_arguments")
	limits := []any{tooltest.Args{"name": "limit", "value": 1}, tooltest.Args{"name": "limit", "value": 2}}
	h.Call("read_api", tooltest.Args{"operation": "GetClientProject", "path": tooltest.Args{"id": h.Sim.OrgID("Northwind Trading")}, "query": limits}).Fails("invalid_arguments")
	// A parameter that is called name, in a map of names to values.
	h.Call("read_api", tooltest.Args{"operation": "GetServiceStackByName", "path": tooltest.Args{"projectId": project, "name": "db"}}).Ok()
}

func TestReadAPIPages(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t)
	org := h.Sim.OrgID("Northwind Trading")
	total := 0
	seen := map[string]bool{}
	for offset := 0; ; {
		r := h.Call("read_api", tooltest.Args{"operation": "GetClientProject", "path": tooltest.Args{"id": org}, "query": tooltest.Args{"limit": 7, "offset": offset}}).Ok()
		rows, _ := r.Get("result.list").([]any)
		for _, row := range rows {
			object, _ := row.(map[string]any)
			seen[fmt.Sprint(object["id"])] = true
		}
		n, _ := r.Get("total").(float64)
		total = int(n)
		next, more := r.Get("next_offset").(float64)
		if !more {
			break
		}
		offset = int(next)
	}
	if total < 15 || len(seen) != total {
		t.Errorf("%d projects were seen of %d", len(seen), total)
	}
	// A list too long for one answer is cut at a row, and says how to go on.
	services := h.Call("read_api", tooltest.Args{"operation": "PostServiceStackSearch", "body": tooltest.Args{"search": []any{tooltest.Args{"name": "clientId", "operator": "eq", "value": org}}}}).Ok()
	rows, _ := services.Get("result.items").([]any)
	next, _ := services.Get("next_offset").(float64)
	if len(rows) == 0 || int(next) != len(rows) || !strings.Contains(services.Str("truncated"), "jq") {
		t.Errorf("%d rows, next_offset %v, truncated %v", len(rows), next, services.Get("truncated"))
	}
	// jq selects what fits.
	selected := h.Call("read_api", tooltest.Args{"operation": "PostServiceStackSearch", "jq": ".items[] | .name", "body": tooltest.Args{"search": []any{tooltest.Args{"name": "clientId", "operator": "eq", "value": org}}}}).Ok()
	if rows, _ := selected.Get("result").([]any); len(rows) != 50 || selected.Get("truncated") != nil {
		t.Errorf("jq gave %d rows, truncated %v", len(rows), selected.Get("truncated"))
	}
}

// TestReadAPIKnowsTheOrganisation leaves out the term that every search needs.
func TestReadAPIKnowsTheOrganisation(t *testing.T) {
	t.Parallel()
	single := tooltest.Start(t, func(s *tooltest.Setup) { s.Token = simulator.AdminToken })
	single.Call("read_api", tooltest.Args{"operation": "PostProjectSearch"}).Ok()
	several := tooltest.Start(t)
	e := several.Call("read_api", tooltest.Args{"operation": "PostProjectSearch"}).Fails("ambiguous")
	if candidates, _ := e["candidates"].([]any); len(candidates) != 2 {
		t.Errorf("candidates: %v", e)
	}
}

func TestReadAPIMasksSecrets(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t)
	service := h.Sim.ServiceID("eshop-staging", "api")
	r := h.Call("read_api", tooltest.Args{"operation": "GetServiceStackEnv", "path": tooltest.Args{"id": service}}).Ok()
	items, _ := r.Get("result.items").([]any)
	for _, item := range items {
		variable, _ := item.(map[string]any)
		if content := variable["content"]; content != "[redacted]" && content != "" {
			t.Errorf("%v = %v", variable["key"], content)
		}
	}
	if masked, _ := r.Get("masked").(float64); int(masked) == 0 || len(items) == 0 {
		t.Errorf("%d variables, %v masked", len(items), masked)
	}
	// jq sees what is masked, not what is behind it.
	r = h.Call("read_api", tooltest.Args{"operation": "GetServiceStackEnv", "path": tooltest.Args{"id": service}, "jq": `[.items[].content] | map(ascii_downcase) | unique`}).Ok()
	if text := string(r.Raw); !strings.Contains(text, "[redacted]") {
		t.Errorf("through jq: %s", text)
	}
	for _, operation := range []string{"GetProjectLog", "GetProjectExport", "PostProjectVpn", "GetProjectEnvFile"} {
		h.Call(map[bool]string{true: "write_api", false: "read_api"}[operation == "PostProjectVpn"], tooltest.Args{"operation": operation}).Fails("secret_withheld")
	}
	version := h.Call("write_api", tooltest.Args{"operation": "PostServiceStackAppVersion", "path": tooltest.Args{"id": service}}).Status("done")
	if got := version.Get("result.uploadUrl"); got != "[redacted]" {
		t.Errorf("uploadUrl %v", got)
	}
}

func TestReadAPIBoundsJQ(t *testing.T) {
	h := tooltest.Start(t)
	project := h.Sim.ProjectID("eshop-staging")
	for name, test := range map[string]struct{ jq, want string }{
		"a loop":                 {"[range(1000000000)]", "range"},
		"an endless loop":        {"def f: f; f", "def"},
		"repeat":                 {"repeat(.)", "repeat"},
		"until":                  {"until(false; .)", "until"},
		"reduce":                 {"reduce .[] as $x (\"a\"; . + .)", "reduce"},
		"foreach":                {"foreach .[] as $x (0; 1)", "foreach"},
		"the environment":        {"env", "env"},
		"its variable":           {"$ENV.ZEROPS_TOKEN", "$ENV"},
		"input":                  {"input", "input"},
		"an assignment":          {".name = \"x\"", "an assignment"},
		"an update":              {"(.a, .b) |= 1", "an assignment"},
		"a huge index":           {"setpath([536000000]; 1)", "setpath"},
		"inside a condition":     {"if .name then [limit(5; repeat(1))] else . end", "repeat"},
		"inside a string":        {`"\(range(9))"`, "range"},
		"inside an object":       {"{a: [recurse(.)]}", "recurse"},
		"inside brackets":        {".[range(3)]", "range"},
		"inside an argument":     {"map(select(input))", "input"},
		"in a format":            {`@json "\(input)"`, "input"},
		"a wrong type":           {".name.x", "failed"},
		"growing text":           {".name|" + strings.Repeat(".+.|", 200) + ".", "copies"},
		"growing lists":          {strings.Repeat("[.,.]|", 30) + "tojson", "copies"},
		"growing objects":        {strings.Repeat("{a:.,b:.}|", 30) + ". == .", "copies"},
		"everything with itself": {".. + ..", "combines"},
		"an object of lists":     {"{a: .tagList[], b: .tagList[]}", "combines"},
		"variables":              {"[.. as $a | .. as $b | [$a, $b]]", "variable"},
		"repeated text":          {"(.name * 1000000) * 1000", "*"},
		"a long separator":       {"[..] | map(tojson) | join(. | tojson)", "join"},
		"all matches":            {"[match(\"\"; \"g\")]", "match"},
		"too long a program":     {strings.Repeat("(", 2000), "at most"},
	} {
		t.Run(name, func(t *testing.T) {
			h := h.In(t)
			e := h.Call("read_api", tooltest.Args{"operation": "GetProject", "path": tooltest.Args{"id": project}, "jq": test.jq}).Fails("invalid_arguments")
			if message, _ := e["message"].(string); !strings.Contains(message, test.want) {
				t.Errorf("message %q, want %q", message, test.want)
			}
		})
	}
	for jq, want := range map[string]string{
		".name":                               `"eshop-staging"`,
		"{n: .name, t: (.tagList|length)}":    `{"n":"eshop-staging","t":2}`,
		".missing":                            `null`,
		"empty":                               `[]`,
		".tagList[]":                          `["staging","eshop"]`,
		`select(.status == "ACTIVE") | .mode`: `"LIGHT"`,
		"[paths] | length > 5":                `true`,
	} {
		raw, err := json.Marshal(h.Call("read_api", tooltest.Args{"operation": "GetProject", "path": tooltest.Args{"id": project}, "jq": jq}).Ok().Get("result"))
		if err != nil {
			t.Fatal(err)
		}
		if string(raw) != want {
			t.Errorf("%s = %s, want %s", jq, raw, want)
		}
	}
}
