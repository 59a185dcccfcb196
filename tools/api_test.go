package tools_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"zerops-mcp/zerops"
	"zerops-mcp/zerops/simulator"
)

func TestAPIToolsAreSmall(t *testing.T) {
	t.Parallel()
	h := start(t)
	total := 0
	for _, info := range h.server.Listed() {
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
	h := start(t, func(s *setup) { s.token = "" }) // it needs no token
	for _, item := range h.call("search_api", args{"query": "", "area": "vpn"}).items() {
		if item["area"] != "vpn" {
			t.Errorf("in area vpn: %v", item)
		}
	}
	if got := names(h.call("search_api", args{"query": "PutProjectEnvFile"}).items()); got[0] != "PutProjectEnvFile" {
		t.Errorf("by its name: %v", got)
	}
	if got := names(h.call("search_api", args{"query": "certifikate of a domian"}).items()); got[0] != "GetProjectPublicHttpRouting" && got[0] != "GetPublicHttpRouting" {
		t.Errorf("with slips of the pen: %v", got)
	}
	if n := len(h.call("search_api", args{"query": "xqzzyv"}).items()); n > 0 {
		t.Errorf("%d answers to nonsense", n)
	}
	h.call("search_api", args{"query": " "}).fails("invalid_arguments")
	h.call("search_api", args{"query": "x", "area": "vpnn"}).fails("invalid_arguments")
	first, second := h.call("search_api", args{"query": "delete"}), h.call("search_api", args{"query": "delete"})
	if string(first.raw) != string(second.raw) {
		t.Error("the same search gives different answers")
	}
	for op := range zerops.Operations() {
		items := h.call("search_api", args{"query": op.String(), "limit": 1}).items()
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
	h := start(t, func(s *setup) { s.token = "" })
	for op := range zerops.Operations() {
		r := h.call("describe_api", args{"operation": op.String()}).ok()
		want := map[bool]string{true: "read_api", false: "write_api"}[op.Safe()]
		if op.Class().Has(zerops.PersonOnly) {
			want = "none"
		}
		if r.str("call") != want || (want == "none") != (r.get("place") != nil) {
			t.Errorf("%s: call %v, place %v", op, r.get("call"), r.get("place"))
		}
		if example, ok := r.get("example").(string); ok && !json.Valid([]byte(example)) {
			t.Errorf("%s: the example is not JSON: %s", op, example)
		}
		if len(r.raw) > 12_000 {
			t.Errorf("%s: a description of %d bytes", op, len(r.raw))
		}
	}
	r := h.call("describe_api", args{"operation": "PutProject"}).ok()
	text := string(r.raw)
	for _, part := range []string{
		`"route":"PUT /project/{id}"`, `"effect":"updates"`, `"replaces the whole record"`, `"tool":"update_project"`,
		`{"name":"publicIpV4Shared","type":"boolean","required":true}`, `"name":"userRoles.userRoles[].roleCode"`, `"values":["OWNER","ADMIN"`,
		`drops the shared IPv4`, `full access to the project`,
	} {
		if !strings.Contains(text, part) {
			t.Errorf("the description lacks %s:\n%s", part, text)
		}
	}
	e := h.call("describe_api", args{"operation": "PutProjekt"}).fails("invalid_arguments")
	if message, _ := e["message"].(string); !strings.Contains(message, "PutProject") {
		t.Errorf("no near name in %v", e)
	}
	if got := h.call("describe_api", args{"operation": "getprojectexport"}).ok().get("operation"); got != "GetProjectExport" {
		t.Errorf("in another case: %v", got)
	}
}

func TestAPIRefusesBadArguments(t *testing.T) {
	h := start(t)
	project := h.sim.ProjectID("eshop-staging")
	for _, test := range []struct {
		name, tool string
		args       args
		want       []string
	}{
		{"no such operation", "read_api", args{"operation": "GetProjects"}, []string{"GetProject", "did you mean"}},
		{"missing id", "read_api", args{"operation": "GetProject"}, []string{"path.id is required"}},
		{"a name for an id", "read_api", args{"operation": "GetProject", "path": args{"id": "eshop-staging"}}, []string{"not an id"}},
		{"another path", "read_api", args{"operation": "GetProject", "path": args{"id": "../client/x"}}, []string{"not an id"}},
		{"unknown path parameter", "read_api", args{"operation": "GetProject", "path": args{"idd": project}}, []string{`did you mean "id"`, "path.id is required"}},
		{"unknown query parameter", "read_api", args{"operation": "GetProjectProcess", "path": args{"id": project}, "query": args{"status": "FAILED"}}, []string{`did you mean "statuses"`}},
		{"text for a number", "read_api", args{"operation": "GetProjectProcess", "path": args{"id": project}, "query": args{"limit": "ten"}}, []string{"query.limit", "number"}},
		{"outside an enum", "read_api", args{"operation": "GetProjectEnvFile", "path": args{"id": project}, "query": args{"name": "", "overrideEnvIsolation": "yes", "userOnly": "true"}}, nil},
		{"write through read_api", "read_api", args{"operation": "PutProjectStart", "path": args{"id": project}}, []string{"write_api"}},
		{"read through write_api", "write_api", args{"operation": "GetProject", "path": args{"id": project}}, []string{"read_api"}},
		{"body not JSON", "write_api", args{"operation": "PostProjectEnv", "path": args{"id": project}, "body": "{key: A}"}, []string{"body is not JSON"}},
		{"body not an object", "write_api", args{"operation": "PostProjectEnv", "path": args{"id": project}, "body": "[1]"}, []string{"must be a JSON object"}},
		{"body lacks a field", "write_api", args{"operation": "PostProjectEnv", "path": args{"id": project}, "body": args{"key": "A", "content": "b"}}, []string{"body.sensitive is required"}},
		{"body has another field", "write_api", args{"operation": "PostProjectEnv", "path": args{"id": project}, "body": args{"key": "A", "value": "b", "sensitive": true}}, []string{"body.value is not an argument", "valid: content, key, sensitive", "body.content is required"}},
		{"nested enum", "write_api", args{"operation": "PutServiceStackAutoscaling", "path": args{"id": project}, "body": args{"customAutoscaling": args{"verticalAutoscaling": args{"cpuMode": "FAST"}}}}, []string{"body.customAutoscaling.verticalAutoscaling.cpuMode", "SHARED"}},
		{"nested id", "write_api", args{"operation": "PutServiceStackConnectSharedStorage", "path": args{"id": project}, "body": args{"sharedStorageId": "uploads"}}, []string{"body.sharedStorageId", "not an id"}},
		{"no body wanted", "write_api", args{"operation": "PutProjectStart", "path": args{"id": project}, "body": args{"force": true}}, []string{"takes no body"}},
		{"bad time", "read_api", args{"operation": "PostTransactionDebitGroupBySearch", "body": args{"search": []any{}, "from": "yesterday", "till": "2026-01-31T00:00:00Z", "timeZone": "UTC", "groupBy": "projectId", "timeGroupBy": "1d"}}, []string{"body.from", "not a time"}},
		{"bad jq", "read_api", args{"operation": "GetProject", "path": args{"id": project}, "jq": ".["}, []string{"jq cannot be parsed"}},
		{"bytes that are none", "write_api", args{"operation": "PutAppVersionUpload", "path": args{"id": project}, "body": args{"base64": "!"}}, []string{"not base64"}},
		{"a huge operation", "read_api", args{"operation": strings.Repeat("x", 1<<20)}, []string{"at most"}},
		{"unknown argument", "read_api", args{"operation": "GetProject", "pathh": args{"id": project}}, []string{`did you mean "path"`}},
	} {
		t.Run(test.name, func(t *testing.T) {
			h := h.in(t)
			before := len(h.sim.Requests())
			r := h.call(test.tool, test.args)
			if test.want == nil {
				if !r.isError {
					t.Fatalf("it worked: %s", r.raw)
				}
				return
			}
			e := r.fails("invalid_arguments")
			text := fmt.Sprint(e["message"], e["hint"], e["fields"])
			for _, part := range test.want {
				if !strings.Contains(text, part) {
					t.Errorf("%q is missing in %s", part, text)
				}
			}
			if n := len(h.sim.Requests()) - before; n > 0 {
				t.Errorf("%d requests were sent", n)
			}
		})
	}
}

// TestAPIForgivesWhatIsClear sends the same call in forms that models use.
func TestAPIForgivesWhatIsClear(t *testing.T) {
	t.Parallel()
	h := start(t)
	project := h.sim.ProjectID("eshop-staging")
	for name, path := range map[string]any{
		"pairs":           []any{args{"name": "id", "value": project}},
		"one pair":        args{"name": "id", "value": project},
		"a map":           args{"id": project},
		"JSON text":       fmt.Sprintf(`{"id":%q}`, project),
		"its own name":    args{"projectId": project},
		"the tools' name": args{"project": project},
	} {
		if got := h.call("read_api", args{"operation": "GetProject", "path": path}).str("result.name"); got != "eshop-staging" {
			t.Errorf("%s: %s", name, got)
		}
	}
	for name, body := range map[string]any{
		"text": `{"key":"A_TEXT","content":"obviously-fake-1","sensitive":"true"}`,
		"JSON": args{"key": "A_JSON", "content": "obviously-fake-1", "sensitive": true},
		"null": args{"key": "A_NULL", "content": "obviously-fake-1", "sensitive": true, "confirm": nil},
	} {
		r := h.call("write_api", args{"operation": "PostProjectEnv", "path": args{"id": project}, "body": body})
		if name == "null" {
			r.fails("invalid_arguments")
			continue
		}
		r.status("done")
	}
	// A parameter that is called name, in a map of names to values.
	h.call("read_api", args{"operation": "GetServiceStackByName", "path": args{"projectId": project, "name": "db"}}).ok()
}

func TestReadAPIPages(t *testing.T) {
	t.Parallel()
	h := start(t)
	org := h.sim.OrgID("Northwind Trading")
	total := 0
	seen := map[string]bool{}
	for offset := 0; ; {
		r := h.call("read_api", args{"operation": "GetClientProject", "path": args{"id": org}, "query": args{"limit": 7, "offset": offset}}).ok()
		rows, _ := r.get("result.list").([]any)
		for _, row := range rows {
			object, _ := row.(map[string]any)
			seen[fmt.Sprint(object["id"])] = true
		}
		n, _ := r.get("total").(float64)
		total = int(n)
		next, more := r.get("next_offset").(float64)
		if !more {
			break
		}
		offset = int(next)
	}
	if total < 15 || len(seen) != total {
		t.Errorf("%d projects were seen of %d", len(seen), total)
	}
	// A list too long for one answer is cut at a row, and says how to go on.
	services := h.call("read_api", args{"operation": "PostServiceStackSearch", "body": args{"search": []any{args{"name": "clientId", "operator": "eq", "value": org}}}}).ok()
	rows, _ := services.get("result.items").([]any)
	next, _ := services.get("next_offset").(float64)
	if len(rows) == 0 || int(next) != len(rows) || !strings.Contains(services.str("truncated"), "jq") {
		t.Errorf("%d rows, next_offset %v, truncated %v", len(rows), next, services.get("truncated"))
	}
	// jq selects what fits.
	selected := h.call("read_api", args{"operation": "PostServiceStackSearch", "jq": ".items[] | .name", "body": args{"search": []any{args{"name": "clientId", "operator": "eq", "value": org}}}}).ok()
	if rows, _ := selected.get("result").([]any); len(rows) != 50 || selected.get("truncated") != nil {
		t.Errorf("jq gave %d rows, truncated %v", len(rows), selected.get("truncated"))
	}
}

// TestReadAPIKnowsTheOrganisation leaves out the term that every search needs.
func TestReadAPIKnowsTheOrganisation(t *testing.T) {
	t.Parallel()
	single := start(t, func(s *setup) { s.token = simulator.AdminToken })
	single.call("read_api", args{"operation": "PostProjectSearch"}).ok()
	several := start(t)
	e := several.call("read_api", args{"operation": "PostProjectSearch"}).fails("ambiguous")
	if candidates, _ := e["candidates"].([]any); len(candidates) != 2 {
		t.Errorf("candidates: %v", e)
	}
}

func TestReadAPIMasksSecrets(t *testing.T) {
	t.Parallel()
	h := start(t)
	service := h.sim.ServiceID("eshop-staging", "api")
	r := h.call("read_api", args{"operation": "GetServiceStackEnv", "path": args{"id": service}}).ok()
	items, _ := r.get("result.items").([]any)
	for _, item := range items {
		variable, _ := item.(map[string]any)
		if content := variable["content"]; content != "[redacted]" && content != "" {
			t.Errorf("%v = %v", variable["key"], content)
		}
	}
	if masked, _ := r.get("masked").(float64); int(masked) == 0 || len(items) == 0 {
		t.Errorf("%d variables, %v masked", len(items), masked)
	}
	// jq sees what is masked, not what is behind it.
	r = h.call("read_api", args{"operation": "GetServiceStackEnv", "path": args{"id": service}, "jq": `[.items[].content] | map(ascii_downcase) | unique`}).ok()
	if text := string(r.raw); !strings.Contains(text, "[redacted]") {
		t.Errorf("through jq: %s", text)
	}
	for _, operation := range []string{"GetProjectLog", "GetProjectExport", "PostProjectVpn", "GetProjectEnvFile"} {
		h.call(map[bool]string{true: "write_api", false: "read_api"}[operation == "PostProjectVpn"], args{"operation": operation}).fails("secret_withheld")
	}
	version := h.call("write_api", args{"operation": "PostServiceStackAppVersion", "path": args{"id": service}}).status("done")
	if got := version.get("result.uploadUrl"); got != "[redacted]" {
		t.Errorf("uploadUrl %v", got)
	}
}

func TestReadAPIBoundsJQ(t *testing.T) {
	h := start(t)
	project := h.sim.ProjectID("eshop-staging")
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
			h := h.in(t)
			e := h.call("read_api", args{"operation": "GetProject", "path": args{"id": project}, "jq": test.jq}).fails("invalid_arguments")
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
		raw, err := json.Marshal(h.call("read_api", args{"operation": "GetProject", "path": args{"id": project}, "jq": jq}).ok().get("result"))
		if err != nil {
			t.Fatal(err)
		}
		if string(raw) != want {
			t.Errorf("%s = %s, want %s", jq, raw, want)
		}
	}
}
