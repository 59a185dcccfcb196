package tools_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mark3labs/mcp-go/mcp"

	"zerops-mcp/tools/tool"
	"zerops-mcp/tools/tooltest"
	"zerops-mcp/zerops/simulator"
)

// guessableSecrets are secrets that somebody could find by trying.
type guessableSecrets struct{ pin, word, password string }

// likely is what is guessed in every world.
func likely() guessableSecrets { return guessableSecrets{"482913", "tangerine", "hunter2!"} }

// worlds differ in guessable secrets only: of the same length, of others.
func worlds() map[string]guessableSecrets {
	return map[string]guessableSecrets{
		"the guesses are wrong":    {"771204", "raspberry", "s3cret#9"},
		"the beginnings are right": {"482777", "tangelo", "hunter3"},
		"the lengths are others":   {"9", "fig", "two words"},
	}
}

// TestGuessingTellsNothing makes the same calls, none of which writes, in worlds that
// differ in guessable secrets. All answers are the same to the byte.
func TestGuessingTellsNothing(t *testing.T) {
	t.Parallel()
	want := answersIn(t, likely(), false)
	if len(want) < 150 {
		t.Fatalf("only %d calls were made", len(want))
	}
	for name, secrets := range worlds() {
		for call, difference := range differences(want, answersIn(t, secrets, false)) {
			t.Errorf("%s: %s\n%s", name, call, difference)
		}
	}
}

// TestGuessingWouldBeSeen is the control of the test above: where an operator lets
// values out, the same comparison finds many calls that tell them.
func TestGuessingWouldBeSeen(t *testing.T) {
	t.Parallel()
	found := differences(answersIn(t, likely(), true), answersIn(t, worlds()["the guesses are wrong"], true))
	if len(found) < 40 {
		t.Errorf("only %d calls tell the secrets of a server that masks none", len(found))
	}
}

func differences(a, b map[string]string) map[string]string {
	found := map[string]string{}
	for call, answer := range a {
		if answer != b[call] {
			at := 0
			for at < min(len(answer), len(b[call])) && answer[at] == b[call][at] {
				at++
			}
			part := func(s string) string { return s[max(at-80, 0):min(at+80, len(s))] }
			found[call] = part(answer) + "\n" + part(b[call])
		}
	}
	return found
}

// answersIn seeds a world and returns its answers by call.
func answersIn(t *testing.T, secrets guessableSecrets, raw bool) map[string]string {
	t.Helper()
	answers := map[string]string{}
	root := t.TempDir()
	yaml := strings.Replace(exampleYAML, "      start:", "      envVariables:\n        DOOR_PIN: "+secrets.pin+"\n        FAVORITE_PASSWORD: "+secrets.word+"\n      start:", 1)
	for name, text := range map[string]string{"zerops.yaml": yaml, "main.js": "console.log('hello')\n"} {
		if err := os.WriteFile(filepath.Join(root, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	synctest.Test(t, func(t *testing.T) {
		h := tooltest.Start(t, func(s *tooltest.Setup) {
			s.Network = func(sim *simulator.Simulator) http.RoundTripper { return sim.RoundTripper() }
			s.Configure = func(c *tool.Config) {
				c.SigningKey, c.DeployRoots, c.AllowSecrets = []byte("a key for tests: 0123456789abcdef"), []string{root}, raw
				c.Confirm = tool.ConfirmTwoStep
			}
		})
		w := &guessing{Harness: h, answers: answers}
		w.seed(secrets)
		writes := h.Writes()
		w.read()
		w.guess(likely())
		if !raw {
			w.guessEverywhere(likely())
			w.plan(likely())
		}
		if n := h.Writes(); n != writes {
			t.Errorf("%d requests wrote something", n-writes)
		}
	})
	return answers
}

// guessing makes calls and keeps their answers.
type guessing struct {
	*tooltest.Harness
	answers           map[string]string
	staging, api      string
	version, process  string
	uploaded, project string
}

// seed puts the secrets into the account, and into what applications and people write.
func (w *guessing) seed(s guessableSecrets) {
	w.T.Helper()
	w.staging, w.api, w.project = w.Sim.ProjectID(tooltest.Staging), w.Sim.ServiceID(tooltest.Staging, "api"), w.Sim.ProjectID("mobile-api")
	images := w.Sim.ServiceID("mobile-api", "images")
	told := "DOOR_PIN=" + s.pin + ` {"ADMIN_PASSWORD":"` + s.password + `"}`
	variables := tooltest.Args{"DOOR_PIN": s.pin, "FAVORITE": s.word, "ADMIN_PASSWORD": s.password}
	w.Call("set_env", tooltest.Args{"service": w.api, "variables": variables}).Status("done")
	w.Call("set_env", tooltest.Args{"project": tooltest.Staging, "variables": tooltest.Args{"SHARED_PIN": s.pin, "NICKNAME": s.word}}).Status("done")
	w.Call("set_env", tooltest.Args{"project": "mobile-api", "variables": tooltest.Args{"SHARED_PIN": likely().pin, "NICKNAME": likely().word}}).Status("done")
	w.Call("set_env", tooltest.Args{"service": w.api, "variables": tooltest.Args{"LOGIN_PASSWORD": s.word}, "sensitive": false}).Status("done")
	w.Call("update_project", tooltest.Args{"project": tooltest.Staging, "description": "For guests: " + told, "tags": []string{"staging", "pin:" + s.pin}}).Ok()
	w.Sim.FailNext("stack.restart", "restartFailed", "cannot apply "+told)
	failed := w.Call("restart_service", tooltest.Args{"service": w.api}).Status("failed")
	w.process = failed.Str("processes.0.id")
	w.uploaded = w.Call("deploy_service", tooltest.Args{"service": images, "directory": "."}).Status("done").Str("deployment.id")
	w.version = fmt.Sprint(w.Call("list_deployments", tooltest.Args{"service": w.api, "status": []string{"ACTIVE"}}).Items()[0]["id"])
	var lines []simulator.LogLine
	for i, text := range []string{
		"boot with DOOR_PIN=" + s.pin + " FAVORITE=" + s.word + " done=yes", "FAVORITE: " + s.word, `{"level":"error","msg":"bad login","ADMIN_PASSWORD":"` + s.password + `","FAVORITE":"` + s.word + `"}`,
		`{"msg":"nested {\"DOOR_PIN\":\"` + s.pin + `\"}"}`, `{"msg":"x","DOOR\u005fPIN":"` + s.pin + `"}`, `{"msg":"y","DOOR_PIN":` + s.pin + `,"z":1}`, "doorPin='" + s.pin + "'", "SHARED_PIN = " + s.pin, "NICKNAME=" + s.word,
		`{"msg":"see FAVORITE\u003d` + s.word + `"}`, "export ADMIN_PASSWORD=\"" + s.password + `"`,
	} {
		lines = append(lines, simulator.LogLine{At: time.Now().Add(-time.Duration(i+1) * time.Second), Severity: 3, Text: text})
	}
	// What a visitor can cause: guesses, right in one world.
	for _, guess := range guesses(likely()) {
		lines = append(lines, simulator.LogLine{At: time.Now().Add(-time.Minute), Severity: 4, Text: "GET /?q=" + guess + " 404"}, simulator.LogLine{At: time.Now().Add(-time.Minute), Severity: 4, Text: "no user " + guess})
	}
	w.Sim.AddLog(w.api, lines...)
}

// guesses are texts that equal, begin, hold and spell secrets.
func guesses(s guessableSecrets) []string {
	var all []string
	for _, secret := range []string{s.pin, s.word, s.password} {
		all = append(all, secret, secret[:3], secret[:len(secret)-1], secret[2:], "x"+secret+"y", strings.ToUpper(secret), secret+"…", secret[:5]+"…", base64.StdEncoding.EncodeToString([]byte(secret)))
	}
	return all
}

// few are the guesses that are tried in every way.
func few(s guessableSecrets) []string {
	return []string{s.pin, s.word, s.password, s.pin[:3], s.word[:4], s.password[:3], "x" + s.pin, s.word + "…", s.pin[:5] + "…"}
}

var oneTime = regexp.MustCompile(`"confirm":"[^"]*"`)

// ask makes a call and keeps its answer, without what is drawn by lot.
func (w *guessing) ask(tool string, a tooltest.Args) {
	w.T.Helper()
	arguments, err := json.Marshal(a)
	if err != nil {
		w.T.Fatal(err)
	}
	request := mcp.CallToolRequest{}
	request.Params.Name, request.Params.Arguments = tool, map[string]any(a)
	got, err := w.Client.CallTool(w.T.Context(), request)
	if err != nil {
		w.T.Fatal(err)
	}
	text, ok := got.Content[0].(mcp.TextContent)
	if !ok {
		w.T.Fatalf("%s answers %T", tool, got.Content[0])
	}
	w.answers[tool+" "+string(arguments)] = oneTime.ReplaceAllString(text.Text, `"confirm":""`)
}

// read looks at everything that there is.
func (w *guessing) read() {
	images := w.Sim.ServiceID("mobile-api", "images")
	for tool, list := range map[string][]tooltest.Args{
		"list_projects": {{}}, "list_services": {{"project": tooltest.Staging}}, "get_project": {{"project": tooltest.Staging}}, "get_service": {{"service": w.api}},
		"list_env":         {{"service": w.api}, {"project": tooltest.Staging}, {"service": images}},
		"export_yaml":      {{"project": tooltest.Staging}, {"service": w.api}, {"service": images}},
		"compare_config":   {{"left": tooltest.Args{"project": tooltest.Staging}, "right": tooltest.Args{"project": "mobile-api"}}, {"left": tooltest.Args{"service": w.api}, "right": tooltest.Args{"service": w.Sim.ServiceID(tooltest.Staging, "app")}}},
		"list_deployments": {{"service": w.api}, {"service": images}},
		"get_deployment":   {{"deployment": w.version, "log_lines": 100}, {"deployment": w.uploaded, "log_lines": 100}},
		"diagnose_service": {{"service": w.api}, {"service": images}},
		"list_events":      {{"project": tooltest.Staging}}, "list_processes": {{"project": tooltest.Staging}}, "get_process": {{"process": w.process}},
		"wait_for":         {{"processes": []string{w.process}, "deployments": []string{w.uploaded}}},
		"rollback_service": {{"service": w.api}}, "search_logs": {{"project": tooltest.Staging, "services": []string{"api"}}, {"project": tooltest.Staging, "services": []string{"api"}, "min_severity": "error"}},
	} {
		for _, a := range list {
			w.ask(tool, a)
		}
	}
	for _, uri := range []string{"zerops://projects", "zerops://project/" + w.staging, "zerops://project/" + w.staging + "/service/api"} {
		request := mcp.ReadResourceRequest{}
		request.Params.URI = uri
		got, err := w.Client.ReadResource(w.T.Context(), request)
		if err != nil {
			w.T.Fatal(err)
		}
		text, err := json.Marshal(got.Contents)
		if err != nil {
			w.T.Fatal(err)
		}
		w.answers[uri] = string(text)
	}
}

// guess tries every way to have something compared with a secret.
func (w *guessing) guess(s guessableSecrets) {
	variables := tooltest.Args{"operation": "GetServiceStackEnv", "path": tooltest.Args{"id": w.api}}
	for _, program := range programs(s) {
		w.ask("read_api", with(variables, "jq", program))
	}
	org := w.Sim.OrgID("Northwind Trading")
	terms := []any{tooltest.Args{"name": "clientId", "operator": "eq", "value": org}, tooltest.Args{"name": "projectId", "operator": "eq", "value": w.staging}}
	for _, one := range []tooltest.Args{
		{"operation": "GetProject", "path": tooltest.Args{"id": w.staging}},
		{"operation": "GetProcess", "path": tooltest.Args{"id": w.process}},
		{"operation": "GetAppVersion", "path": tooltest.Args{"id": w.uploaded}},
		{"operation": "GetServiceStackUserData", "path": tooltest.Args{"id": w.api}},
		{"operation": "GetProjectProcess", "path": tooltest.Args{"id": w.staging}},
		{"operation": "GetServiceStackEnv", "path": tooltest.Args{"id": w.api}},
		{"operation": "PostProjectSearch", "body": tooltest.Args{"search": terms[:1]}},
		{"operation": "PostUserDataSearch", "body": tooltest.Args{"search": terms}},
		{"operation": "GetServiceStackAppVersion", "path": tooltest.Args{"id": w.api}},
	} {
		w.ask("read_api", one)
		for _, program := range []string{`tojson | length`, `tojson | contains("` + s.pin + `")`, `[.. | strings | select(test("^` + s.word[:4] + `"))]`, `[.. | strings | split("")]`, `[paths] | length`, `[.. | strings] | sort`} {
			w.ask("read_api", with(one, "jq", program))
		}
	}
	w.ask("read_api", tooltest.Args{"operation": "PostUserDataSearch", "body": tooltest.Args{"search": terms, "sort": []any{tooltest.Args{"name": "content", "ascending": true}}}})
}

// guessEverywhere tries guesses as arguments of every kind.
func (w *guessing) guessEverywhere(s guessableSecrets) {
	terms := []any{tooltest.Args{"name": "clientId", "operator": "eq", "value": w.Sim.OrgID("Northwind Trading")}, tooltest.Args{"name": "projectId", "operator": "eq", "value": w.staging}}
	for _, guess := range few(s) {
		w.ask("search_logs", tooltest.Args{"project": tooltest.Staging, "services": []string{"api"}, "contains": guess, "limit": 5})
		w.ask("search_logs", tooltest.Args{"project": tooltest.Staging, "services": []string{"api"}, "regex": `\[redacted\]|` + regexp.QuoteMeta(guess), "limit": 5})
		w.ask("search_logs", tooltest.Args{"project": tooltest.Staging, "services": []string{"api"}, "regex": `DOOR_PIN=(` + regexp.QuoteMeta(guess) + `)`})
		w.ask("get_service", tooltest.Args{"project": tooltest.Staging, "service": guess})
		w.ask("list_env", tooltest.Args{"project": guess})
		w.ask("read_api", tooltest.Args{"operation": "PostUserDataSearch", "body": tooltest.Args{"search": append(terms, tooltest.Args{"name": "content", "operator": "eq", "value": guess})}})
		w.ask("read_api", tooltest.Args{"operation": "PostUserDataSearch", "body": tooltest.Args{"search": terms, "text": guess}})
		w.ask("read_api", tooltest.Args{"operation": guess})
		w.ask("search_api", tooltest.Args{"query": guess})
		w.ask("validate_zerops_yaml", tooltest.Args{"yaml": strings.Replace(exampleYAML, "      start:", "      envVariables:\n        A: \""+guess+"\"\n      start:", 1), "setup": guess})
		w.ask("import_yaml", tooltest.Args{"project": tooltest.Staging, "dry_run": true, "yaml": strings.ReplaceAll(exampleImport, "EXAMPLE_KEY: "+simulator.AdminToken, "EXAMPLE_KEY: \""+guess+"\"")})
		w.ask("set_env", tooltest.Args{"service": w.api, "variables": tooltest.Args{"NODE_ENV": guess}})
		w.ask("set_env", tooltest.Args{"service": w.api, "variables": tooltest.Args{"1" + guess: guess}})
	}
	w.ask("delete_env", tooltest.Args{"service": w.api, "keys": guesses(s)})
}

// plan asks for what would be changed, and changes nothing.
func (w *guessing) plan(s guessableSecrets) {
	for _, guess := range append(few(s), "${db_host}") {
		for _, key := range []string{"DOOR_PIN", "FAVORITE", "ADMIN_PASSWORD"} {
			w.ask("write_api", tooltest.Args{"operation": "PutServiceStackUserDataEnvFile", "path": tooltest.Args{"id": w.api}, "body": tooltest.Args{"userDataEnvFile": key + "=" + guess, "envFile": key + "=" + guess}})
		}
		w.ask("write_api", tooltest.Args{"operation": "PutProjectEnvFile", "path": tooltest.Args{"id": w.staging}, "body": tooltest.Args{"envFile": "SHARED_PIN=" + guess}})
		w.ask("write_api", tooltest.Args{"operation": "PutProject", "path": tooltest.Args{"id": w.staging}, "body": tooltest.Args{
			"name": tooltest.Staging, "description": "For guests: DOOR_PIN=" + guess + ` {"ADMIN_PASSWORD":"` + s.password + `"}`, "tagList": []string{"staging", "pin:" + guess},
		}})
	}
	w.ask("delete_env", tooltest.Args{"service": w.api, "keys": []string{"DOOR_PIN", "FAVORITE"}})
}

func with(a tooltest.Args, name string, value any) tooltest.Args {
	b := tooltest.Args{name: value}
	maps.Copy(b, a)
	return b
}

// programs are jq programs that would tell a value if they ever got to see one.
func programs(s guessableSecrets) []string {
	const pin = `.items[] | select(.key == "DOOR_PIN").content`
	list := []string{
		pin, pin + ` | length`, pin + ` | utf8bytelength`, pin + ` | split("")`, pin + ` | .[0:1]`, pin + ` | .[1:]`, pin + ` | .[-1:]`, pin + ` | tojson`, pin + ` | @base64`, pin + ` | @uri`,
		pin + ` | ascii_upcase`, pin + ` | ascii_downcase`, pin + ` | tonumber`, pin + ` | tonumber? // "none"`, pin + ` | fromjson? // "none"`, pin + ` | type`, pin + ` | error`, `[` + pin + `] | reverse`,
		pin + ` | explode`, pin + ` | test("^[0-9]+$")`, pin + ` | test("^4")`, `[.items[].content] | sort`, `[.items[].content] | unique`, `.items | group_by(.content) | map(length)`,
		`.items | sort_by(.content) | map(.key)`, `.items | unique_by(.content) | length`, `.items | min_by(.content) | .key`, `.items | max_by(.content) | .key`, `[.items[] | .content | length] | add`,
		`tojson | length`, `[.. | strings | length] | add`, `.items | map({(.content): .key}) | add`, `[.items[] | .content < "5"]`, `.items | map(select(.content > "m")) | length`, `[.items[].content] | join("|")`,
		`[.items[].content] | index("[redacted]")`, `.items[0] | keys`, `[.items[] | .content | ltrimstr("4")]`, `[.items[] | .content | rtrimstr("3")]`, `.items | map(.content) | min`,
	}
	for _, guess := range guesses(s)[:9] {
		quoted, err := json.Marshal(guess)
		if err != nil {
			continue
		}
		g := string(quoted)
		list = append(list, g, `"a " + `+g+` + " b"`, pin+` == `+g, `[.items[] | select(.content == `+g+`) | .key]`, `[.items[].content | contains(`+g+`)]`, `[.items[].content | startswith(`+g+`)]`,
			`[.items[] | .content | split(`+g+`) | length]`, `{(`+g+`): 1}`, `[`+g+`, (.items[].content)] | unique | length`, `if `+pin+` == `+g+` then 1 else 0 end`)
	}
	return list
}
