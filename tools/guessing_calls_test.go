package tools_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/mark3labs/mcp-go/mcp"

	"zerops-mcp/tools/tooltest"
	"zerops-mcp/zerops"
	"zerops-mcp/zerops/simulator"
)

// ask makes a call and keeps its answer, without what is drawn by lot.
func (w *guessing) ask(tool string, a tooltest.Args) {
	w.T.Helper()
	arguments, err := json.Marshal(a)
	if err != nil {
		w.T.Fatal(err)
	}
	name := tool + " " + string(arguments)
	if _, asked := w.answers[name]; asked {
		return
	}
	request := mcp.CallToolRequest{}
	request.Params.Name, request.Params.Arguments = tool, map[string]any(a)
	w.questions.Reset()
	sent := w.wire.sent.Load()
	got, err := w.Client.CallTool(w.T.Context(), request)
	if err != nil {
		w.answers[name] = err.Error()
		return
	}
	var said strings.Builder
	for _, part := range got.Content {
		if text, ok := part.(mcp.TextContent); ok {
			said.WriteString(text.Text)
		} else {
			fmt.Fprintf(&said, "%+v", part)
		}
	}
	w.answers[name] = drawn.ReplaceAllString(said.String()+w.questions.String(), "confirm") + fmt.Sprintf(" after %d requests", w.wire.sent.Load()-sent)
}

// read looks at everything that there is.
func (w *guessing) read() {
	reads := map[string][]tooltest.Args{
		"list_projects": {{}}, "list_services": {{"project": tooltest.Staging}}, "get_project": {{"project": tooltest.Staging}}, "get_service": {{"service": w.api}},
		"list_env":         {{"service": w.api}, {"project": tooltest.Staging}, {"service": w.images}},
		"export_yaml":      {{"project": tooltest.Staging}, {"service": w.api}, {"service": w.images}},
		"compare_config":   {{"left": tooltest.Args{"project": tooltest.Staging}, "right": tooltest.Args{"project": "mobile-api"}}, {"left": tooltest.Args{"service": w.api}, "right": tooltest.Args{"service": w.Sim.ServiceID(tooltest.Staging, "app")}}, {"left": tooltest.Args{"service": w.api}, "right": tooltest.Args{"service": w.images}}},
		"list_deployments": {{"service": w.api}, {"service": w.images}, {"project": tooltest.Staging, "service": "worker"}},
		"get_deployment":   {{"deployment": w.version, "log_lines": 100}, {"deployment": w.uploaded, "log_lines": 100}},
		"diagnose_service": {{"service": w.api}, {"service": w.images}, {"project": tooltest.Staging, "service": "worker"}},
		"list_events":      {{"project": tooltest.Staging}}, "list_processes": {{"project": tooltest.Staging}}, "get_process": {{"process": w.process}},
		"wait_for":         {{"processes": []string{w.process}, "deployments": []string{w.uploaded}}},
		"rollback_service": {{"service": w.api}}, "search_logs": {{"project": tooltest.Staging, "services": []string{"api"}}, {"project": tooltest.Staging, "services": []string{"api"}, "min_severity": "error"}},
	}
	for _, tool := range slices.Sorted(maps.Keys(reads)) {
		for _, a := range reads[tool] {
			w.ask(tool, a)
		}
	}
	for _, uri := range []string{"zerops://projects", "zerops://project/" + w.staging, "zerops://project/" + w.staging + "/service/api"} {
		w.resource(uri)
	}
	for op := range zerops.Operations() {
		if params := op.PathParams(); op.Safe() && op.Method() == http.MethodGet && len(params) <= 1 && !skipped(op.String(), 3) {
			w.ask("read_api", tooltest.Args{"operation": op.String(), "path": w.path(op)})
		}
	}
}

// path are ids that fit an operation, of what holds the secrets.
func (w *guessing) path(op zerops.Operation) tooltest.Args {
	params := op.PathParams()
	if len(params) == 0 {
		return tooltest.Args{}
	}
	id := w.Sim.OrgID("Northwind Trading")
	for prefix, known := range map[string]string{"/project/": w.staging, "/service-stack/": w.api, "/process/": w.process, "/app-version/": w.uploaded} {
		if strings.HasPrefix(op.Path(), prefix) {
			id = known
		}
	}
	return tooltest.Args{params[0].Name: id}
}

func (w *guessing) resource(uri string) {
	request := mcp.ReadResourceRequest{}
	request.Params.URI = uri
	got, err := w.Client.ReadResource(w.T.Context(), request)
	w.answers[uri] = fmt.Sprintf("%+v %v", got, err)
}

// others are the ways to ask that are no tools.
func (w *guessing) others() {
	for _, argument := range []string{"project", "service", "org", "left", "right", "topic"} {
		for _, guess := range tried(argument) {
			for _, of := range []map[string]any{{"type": "ref/prompt", "name": "deploy"}, {"type": "ref/prompt", "name": "compare_environments"}, {"type": "ref/resource", "uri": "zerops://project/{project}/service/{service}"}} {
				params := map[string]any{"ref": of, "argument": map[string]any{"name": argument, "value": guess}, "context": map[string]any{"arguments": map[string]any{"project": tooltest.Staging}}}
				result, failed := ask(w.Harness, mcp.ProtocolVersion20251125, "completion/complete", params)
				w.answers[fmt.Sprint("completion ", params)] = fmt.Sprint(result, failed)
			}
		}
	}
	for _, guess := range tried("others") {
		w.resource("zerops://project/" + guess)
		w.resource("zerops://project/" + w.staging + "/service/" + guess)
		params := map[string]any{"name": "deploy", "arguments": map[string]any{"project": guess, "service": guess}}
		result, failed := ask(w.Harness, mcp.ProtocolVersion20251125, "prompts/get", params)
		w.answers[fmt.Sprint("prompt ", params)] = fmt.Sprint(result, failed)
	}
}

// everyArgument puts guesses into each argument of each tool that takes a text, in calls
// that otherwise work, of what has the secrets and of what has not.
func (w *guessing) everyArgument(examples []example) {
	listed, done := map[string]json.RawMessage{}, map[string]bool{}
	for _, info := range w.Server.Listed() {
		listed[info.Name] = info.Input
	}
	for _, e := range examples {
		input, offered := listed[e.tool]
		if !offered {
			continue
		}
		done[e.tool] = true
		var schema inputSchema
		if err := json.Unmarshal(input, &schema); err != nil {
			w.T.Fatal(err)
		}
		here := maps.Clone(e.args)
		if here == nil {
			here = tooltest.Args{}
		}
		if _, takes := schema.Properties["service"]; takes {
			here["service"] = w.api
			delete(here, "project")
		} else if _, takes := schema.Properties["project"]; takes {
			here["project"] = tooltest.Staging
		}
		for i, base := range []tooltest.Args{e.args, here} {
			if !skipped(e.name(), 2) {
				w.ask(e.tool, base)
			}
			for _, put := range schema.places(map[string]any(base), e.name(), nil) {
				if !*guessingWhole && turn(put.name, 2) != i {
					continue
				}
				for _, guess := range tried(put.name) {
					a, _ := put.with(guess).(map[string]any)
					w.ask(e.tool, a)
				}
			}
		}
	}
	for name := range listed {
		if !done[name] {
			w.T.Errorf("%s was not asked", name)
		}
	}
}

// inputSchema is what this test reads of a schema.
type inputSchema struct {
	Type                 any                    `json:"type"`
	Properties           map[string]inputSchema `json:"properties"`
	Items                *inputSchema           `json:"items"`
	AdditionalProperties json.RawMessage        `json:"additionalProperties"`
}

// place is where a text may stand in arguments.
type place struct {
	name string
	with func(guess string) any
}

// places are all places for texts in a value of the schema, in whose place the guess is
// put: keys and values of maps and members of lists, too.
func (s inputSchema) places(base any, name string, found []place) []place {
	in := func(inner []place, wrap func(any) any) []place {
		for _, p := range inner {
			found = append(found, place{p.name, func(guess string) any { return wrap(p.with(guess)) }})
		}
		return found
	}
	object, _ := base.(map[string]any)
	if a, ok := base.(tooltest.Args); ok {
		object = a
	}
	put := func(key string) func(any) any {
		return func(v any) any {
			changed := map[string]any{}
			maps.Copy(changed, object)
			changed[key] = v
			return changed
		}
	}
	switch types := fmt.Sprint(s.Type); {
	case strings.Contains(types, "array") && s.Items != nil:
		var one any
		if list, ok := base.([]any); ok && len(list) > 0 {
			one = list[0]
		}
		return in(s.Items.places(one, name+"[]", nil), func(v any) any { return []any{v} })
	case strings.Contains(types, "object"):
		for _, key := range slices.Sorted(maps.Keys(s.Properties)) {
			found = in(s.Properties[key].places(object[key], name+"."+key, nil), put(key))
		}
		var values inputSchema
		if err := json.Unmarshal(s.AdditionalProperties, &values); err == nil && values.Type != nil {
			found = in(values.places(nil, name+"{}", nil), put("LOGIN_PASSWORD"))
			found = append(found, place{name + "{key}", func(guess string) any { return put(guess)(guess) }})
		}
		return found
	case strings.Contains(types, "string"):
		return append(found, place{name, func(guess string) any { return guess }})
	}
	return found
}

// guess tries other ways to have something compared with a secret.
func (w *guessing) guess() {
	terms := []any{tooltest.Args{"name": "clientId", "operator": "eq", "value": w.Sim.OrgID("Northwind Trading")}, tooltest.Args{"name": "projectId", "operator": "eq", "value": w.staging}}
	logs := tooltest.Args{"project": tooltest.Staging, "services": []string{"api"}, "limit": 5}
	for _, guess := range tried("everywhere") {
		w.ask("search_logs", with(logs, "contains", guess))
		w.ask("search_logs", with(logs, "regex", `\[redacted\]|`+regexp.QuoteMeta(guess)))
		w.ask("search_logs", with(logs, "regex", `DOOR_PIN=(`+regexp.QuoteMeta(guess)+`)`))
		w.ask("read_api", tooltest.Args{"operation": "PostUserDataSearch", "body": tooltest.Args{"search": append(terms[:2:2], tooltest.Args{"name": "content", "operator": "eq", "value": guess})}})
		w.ask("read_api", tooltest.Args{"operation": "PostUserDataSearch", "body": tooltest.Args{"search": terms, "text": guess}})
		w.ask("validate_zerops_yaml", tooltest.Args{"yaml": strings.Replace(exampleYAML, "      start:", "      envVariables:\n        A: \""+guess+"\"\n      start:", 1), "setup": guess})
		for _, service := range []string{w.api, w.images} {
			w.ask("validate_zerops_yaml", tooltest.Args{"service": service, "yaml": strings.Replace(exampleYAML, "      start:", "      envVariables:\n        DOOR_PIN: \""+guess+"\"\n        DATABASE_URL: \""+guess+"\"\n      start:", 1)})
		}
		w.ask("import_yaml", tooltest.Args{"project": tooltest.Staging, "dry_run": true, "yaml": strings.ReplaceAll(exampleImport, "EXAMPLE_KEY: "+simulator.AdminToken, "EXAMPLE_KEY: \""+guess+"\"")})
		for _, key := range []string{"NODE_ENV", "1" + guess, "DOOR_PIN", "FAVORITE", "ADMIN_PASSWORD", "RECORDS_URL", "MASK"} {
			w.ask("set_env", tooltest.Args{"service": w.api, "variables": tooltest.Args{key: guess}})
			w.ask("set_env", tooltest.Args{"service": w.api, "variables": tooltest.Args{key: guess}, "sensitive": false})
		}
		w.ask("set_env", tooltest.Args{"project": tooltest.Staging, "variables": tooltest.Args{"SHARED_PIN": guess, "NICKNAME": guess, "SHARED_URL": guess}})
	}
	w.ask("read_api", tooltest.Args{"operation": "PostUserDataSearch", "body": tooltest.Args{"search": terms, "sort": []any{tooltest.Args{"name": "content", "ascending": true}}}})
	w.ask("delete_env", tooltest.Args{"service": w.api, "keys": moreGuesses()[:40]})
}

// plan asks for what would be changed, and changes nothing.
func (w *guessing) plan() {
	for _, guess := range append(tried("plan"), "${db_host}") {
		for _, key := range []string{"DOOR_PIN", "FAVORITE", "ADMIN_PASSWORD", "RECORDS_URL", "MASK"} {
			text := key + "=" + guess
			w.ask("write_api", tooltest.Args{"operation": "PutServiceStackUserDataEnvFile", "path": tooltest.Args{"id": w.api}, "body": tooltest.Args{"userDataEnvFile": text, "envFile": text}})
		}
		w.ask("write_api", tooltest.Args{"operation": "PutProjectEnvFile", "path": tooltest.Args{"id": w.staging}, "body": tooltest.Args{"envFile": "SHARED_PIN=" + guess}})
		w.ask("write_api", tooltest.Args{"operation": "PutProject", "path": tooltest.Args{"id": w.staging}, "body": tooltest.Args{
			"name": tooltest.Staging, "description": "For guests: DOOR_PIN=" + guess + ` {"ADMIN_PASSWORD":"` + guess + `"}`, "tagList": []string{"staging", "pin:" + guess},
		}})
		w.ask("write_api", tooltest.Args{"operation": "PutServiceStackTriggerPipeline", "path": tooltest.Args{"id": w.Sim.ServiceID(tooltest.Staging, "worker")}, "body": tooltest.Args{"buildFromGit": "https://robot:" + guess + "@github.com/northwind/app", "userData": []any{tooltest.Args{"key": "DOOR_PIN", "content": guess}}}})
		for _, jq := range []string{`.error.message`, `tojson | contains("` + strings.NewReplacer(`"`, ``, `\`, ``).Replace(guess) + `")`} {
			w.ask("write_api", tooltest.Args{"operation": "PutServiceStackRestart", "path": tooltest.Args{"id": w.api}, "jq": jq})
		}
	}
	w.ask("delete_env", tooltest.Args{"service": w.api, "keys": []string{"DOOR_PIN", "FAVORITE", "RECORDS_URL", "MASK"}})
	w.ask("delete_service", tooltest.Args{"service": w.api})
	w.ask("delete_project", tooltest.Args{"project": tooltest.Staging})
}
