package cli_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"zerops-mcp/internal/cli"
	"zerops-mcp/zerops/simulator"
)

// revisionMembers is what the published schema of each protocol revision has:
// revision, type, members.
func revisionMembers(t *testing.T) map[string]map[string][]string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", "revisions.json"))
	if err != nil {
		t.Fatal(err)
	}
	var members map[string]map[string][]string
	if err := json.Unmarshal(raw, &members); err != nil {
		t.Fatal(err)
	}
	return members
}

// typesWithin says which members of a type are of a type of their own.
func typesWithin() map[string]map[string]string {
	return map[string]map[string]string{
		"InitializeResult":            {"capabilities": "ServerCapabilities", "serverInfo": "Implementation"},
		"Implementation":              {"icons": "Icon"},
		"ListToolsResult":             {"tools": "Tool"},
		"Tool":                        {"annotations": "ToolAnnotations", "icons": "Icon"},
		"CallToolResult":              {"content": "content"},
		"ListResourcesResult":         {"resources": "Resource"},
		"ListResourceTemplatesResult": {"resourceTemplates": "ResourceTemplate"},
		"ReadResourceResult":          {"contents": "TextResourceContents"},
		"ListPromptsResult":           {"prompts": "Prompt"},
		"Prompt":                      {"arguments": "PromptArgument"},
		"GetPromptResult":             {"messages": "PromptMessage"},
		"PromptMessage":               {"content": "content"},
	}
}

// unknown lists what a value holds that a type of a revision does not have.
func unknown(members map[string][]string, name string, value any, path string) []string {
	if list, ok := value.([]any); ok {
		var found []string
		for _, element := range list {
			found = append(found, unknown(members, name, element, path+"[]")...)
		}
		return found
	}
	object, ok := value.(map[string]any)
	if !ok {
		return []string{path + " is no object"}
	}
	if name == "content" {
		kinds := map[string]string{"text": "TextContent", "image": "ImageContent", "audio": "AudioContent", "resource": "EmbeddedResource", "resource_link": "ResourceLink"}
		name = kinds[fmt.Sprint(object["type"])]
	}
	known, ok := members[name]
	if !ok {
		return []string{path + " is a " + name}
	}
	var found []string
	for _, key := range slices.Sorted(maps.Keys(object)) {
		if !slices.Contains(known, key) {
			found = append(found, path+"."+key)
		} else if inner := typesWithin()[name][key]; inner != "" {
			found = append(found, unknown(members, inner, object[key], path+"."+key)...)
		}
	}
	return found
}

// question is a request, and the type of its answer.
type question struct{ method, params, answer string }

// call is the parameters of a call that asks for progress.
func call(tool, arguments string) string {
	return `{"name":"` + tool + `","arguments":` + arguments + `,"_meta":{"progressToken":"of ` + tool + `"}}`
}

// everyQuestion is one request of every kind that this server answers.
func everyQuestion(revision string) []question {
	return []question{
		{"initialize", `{"protocolVersion":"` + revision + `","capabilities":{},"clientInfo":{"name":"test","version":"1"}}`, "InitializeResult"},
		{"tools/list", `{}`, "ListToolsResult"},
		{"tools/call", call("list_projects", "{}"), "CallToolResult"},
		{"tools/call", call("get_project", `{"project":"no such project"}`), "CallToolResult"},
		{"tools/call", call("render_chart", `{"kind":"costs","org":"Petra's Lab"}`), "CallToolResult"},
		{"tools/call", call("stop_service", `{"project":"eshop-staging","service":"api"}`), "CallToolResult"},
		{"tools/call", call("no_such_tool", "{}"), ""},
		{"resources/list", `{}`, "ListResourcesResult"},
		{"resources/templates/list", `{}`, "ListResourceTemplatesResult"},
		{"resources/read", `{"uri":"zerops://projects"}`, "ReadResourceResult"},
		{"resources/read", `{"uri":"zerops://guide/deploy"}`, "ReadResourceResult"},
		{"prompts/list", `{}`, "ListPromptsResult"},
		{"prompts/get", `{"name":"cost_review"}`, "GetPromptResult"},
		{"completion/complete", `{"ref":{"type":"ref/prompt","name":"deploy"},"argument":{"name":"project","value":"a"}}`, "CompleteResult"},
	}
}

// spoken is what a server sent: answers by the index of the question, and the
// parameters of notifications.
type spoken struct {
	answers map[int]map[string]any
	notes   []map[string]any
}

func (s *spoken) take(t *testing.T, line string) {
	t.Helper()
	var m struct {
		ID     *int           `json:"id"`
		Result map[string]any `json:"result"`
		Params map[string]any `json:"params"`
	}
	if err := json.Unmarshal([]byte(line), &m); err != nil {
		t.Fatalf("no message: %s", line)
	}
	if m.ID == nil {
		s.notes = append(s.notes, m.Params)
		return
	}
	s.answers[*m.ID] = m.Result
}

func (q question) message(id int) string {
	return fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":%q,"params":%s}`, id, q.method, q.params)
}

// overStdio asks everything over standard input.
func overStdio(t *testing.T, env []string, questions []question) spoken {
	t.Helper()
	in, ask := io.Pipe()
	answer, out := io.Pipe()
	ended := make(chan int, 1)
	go func() {
		dir := t.TempDir()
		code := cli.Run(t.Context(), cli.Env{Args: []string{"serve"}, Environ: env, Dir: dir, Home: dir, ConfigDir: dir, Stdin: in, Stdout: out, Stderr: io.Discard})
		_ = out.Close()
		ended <- code
	}()
	go func() {
		for i, q := range questions {
			_, _ = io.WriteString(ask, q.message(i)+"\n")
		}
	}()
	s := spoken{answers: map[int]map[string]any{}}
	lines := bufio.NewScanner(answer)
	lines.Buffer(nil, 1<<20)
	for len(s.answers) < len(questions) && lines.Scan() {
		s.take(t, lines.Text())
	}
	_ = ask.Close()
	if code := <-ended; code != 0 {
		t.Errorf("exit code %d", code)
	}
	return s
}

// overHTTP asks everything by POST, with the headers that a client of the
// revision sends.
func overHTTP(t *testing.T, r remote, revision string, questions []question) spoken {
	t.Helper()
	s := spoken{answers: map[int]map[string]any{}}
	session := ""
	for i, q := range questions {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://localhost/mcp", strings.NewReader(q.message(i)))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Content-Type", "application/json")
		request.Header.Set("Accept", "application/json, text/event-stream")
		request.Header.Set("Authorization", "Bearer "+simulator.OwnerToken)
		if session != "" {
			request.Header.Set("Mcp-Session-Id", session)
		}
		if i > 0 && revision >= "2025-06-18" {
			request.Header.Set("Mcp-Protocol-Version", revision)
		}
		response, err := r.client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(response.Body)
		_ = response.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		session += response.Header.Get("Mcp-Session-Id")
		if strings.HasPrefix(response.Header.Get("Content-Type"), "application/json") {
			s.take(t, string(body))
			continue
		}
		for line := range strings.Lines(string(body)) {
			if data, ok := strings.CutPrefix(line, "data: "); ok {
				s.take(t, data)
			}
		}
	}
	return s
}

// overSSE asks everything over the older transport.
func overSSE(t *testing.T, r remote, key string, questions []question) spoken {
	t.Helper()
	send := func(method, path, body string) *http.Response {
		request, err := http.NewRequestWithContext(t.Context(), method, "http://localhost"+path, bytes.NewBufferString(body))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Content-Type", "application/json")
		request.Header.Set("X-API-Key", key)
		response, err := r.client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		return response
	}
	stream := send(http.MethodGet, "/sse", "")
	defer func() { _ = stream.Body.Close() }()
	s := spoken{answers: map[int]map[string]any{}}
	lines, event := bufio.NewScanner(stream.Body), ""
	lines.Buffer(nil, 1<<20)
	for len(s.answers) < len(questions) && lines.Scan() {
		line := lines.Text()
		if name, ok := strings.CutPrefix(line, "event: "); ok {
			event = name
		}
		data, ok := strings.CutPrefix(line, "data: ")
		switch {
		case !ok:
		case event == "endpoint":
			for i, q := range questions {
				_ = send(http.MethodPost, data, q.message(i)).Body.Close()
			}
		default:
			s.take(t, data)
		}
	}
	return s
}

// TestAnswersHoldWhatTheRevisionHas compares everything that is sent with what the
// agreed revision knows: clients may refuse the rest.
func TestAnswersHoldWhatTheRevisionHas(t *testing.T) {
	t.Parallel()
	published := revisionMembers(t)
	account, env := account(t)
	account.Hold("stack.restart")
	held := run{args: "call restart_service --arg project=eshop-staging --arg service=api --arg wait_seconds=0", env: env}.do(t)
	processes, _ := held.object(t)["processes"].([]any)
	process, _ := processes[0].(map[string]any)
	wait := question{"tools/call", call("wait_for", fmt.Sprintf(`{"processes":[%q],"wait_seconds":2}`, process["id"])), "CallToolResult"}
	api := env[:1]
	plain, stateless, sse := listen(t, "--transport http", api...), listen(t, "--transport http --stateless", api...), listen(t, "--transport sse", api...)
	for revision, members := range published {
		questions := everyQuestion(revision)
		// Waiting takes seconds, so that a busy machine tells of it too; not every way does it.
		patient := append(slices.Clone(questions), wait)
		check := func(way string, questions []question, members map[string][]string, ask func(*testing.T) spoken) {
			t.Run(revision+" over "+way, func(t *testing.T) {
				t.Parallel()
				checkSpoken(t, members, questions, ask(t), revision)
			})
		}
		check("stdio", patient, members, func(t *testing.T) spoken { t.Helper(); return overStdio(t, env, patient) })
		check("HTTP", patient, members, func(t *testing.T) spoken { t.Helper(); return overHTTP(t, plain, revision, patient) })
		check("HTTP beside SSE", questions, members, func(t *testing.T) spoken { t.Helper(); return overHTTP(t, sse, revision, questions) })
		check("SSE", questions, members, func(t *testing.T) spoken { t.Helper(); return overSSE(t, sse, simulator.OwnerToken, questions) })
		if revision == "2024-11-05" {
			// A request that stands alone says only that it is older than 2025-06-18.
			members = published["2025-03-26"]
		}
		check("HTTP without sessions", questions, members, func(t *testing.T) spoken { t.Helper(); return overHTTP(t, stateless, revision, questions) })
	}
}

// checkSpoken checks that nothing was sent that a revision does not have, and that
// what it does have was sent.
func checkSpoken(t *testing.T, members map[string][]string, questions []question, got spoken, revision string) {
	t.Helper()
	for i, q := range questions {
		answer := got.answers[i]
		switch {
		case q.answer == "":
		case answer == nil:
			t.Errorf("%s: no result", q.method)
		default:
			if extra := unknown(members, q.answer, answer, q.answer); len(extra) > 0 {
				slices.Sort(extra)
				t.Errorf("%s %.60s: sent beyond the revision: %v", q.method, q.params, slices.Compact(extra))
			}
		}
		if strings.Contains(q.params, "wait_for") && len(got.notes) == 0 {
			t.Errorf("no progress: %v", answer)
		}
	}
	for _, note := range got.notes {
		if extra := unknown(members, "ProgressNotificationParams", note, "progress"); len(extra) > 0 {
			t.Errorf("sent beyond the revision: %v", extra)
		}
	}
	info, _ := got.answers[0]["serverInfo"].(map[string]any)
	tool := firstOf(got.answers[1]["tools"])
	for _, member := range []struct {
		name, since string
		value       any
	}{
		{"serverInfo.title", "2025-06-18", info["title"]},
		{"serverInfo.icons", "2025-11-25", info["icons"]},
		{"annotations", "2025-03-26", tool["annotations"]},
		{"title of a tool", "2025-06-18", tool["title"]},
		{"outputSchema", "2025-06-18", tool["outputSchema"]},
		{"structuredContent", "2025-06-18", got.answers[2]["structuredContent"]},
		{"inputSchema", "", tool["inputSchema"]},
		{"description", "", tool["description"]},
	} {
		if member.since <= revision && member.value == nil {
			t.Errorf("%s is not sent", member.name)
		}
	}
	if text := fmt.Sprint(firstOf(got.answers[2]["content"])["text"]); !strings.Contains(text, `"items":[`) {
		t.Errorf("the text does not say what list_projects found: %.200s", text)
	}
}

// firstOf returns the first object of a list.
func firstOf(list any) map[string]any {
	elements, _ := list.([]any)
	if len(elements) == 0 {
		return nil
	}
	object, _ := elements[0].(map[string]any)
	return object
}
