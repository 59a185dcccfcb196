package adversarial_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strings"
	"testing"
)

// sharedKey is a key that replicas have in common.
const sharedKey = "ZMCP_SIGNING_KEY=kR7xW2mQ9vT4nB6yH1sD8fG3jL5pZ0cA"

// back is work that is confirmed once, and what brings the account back to the state
// in which it was asked for.
type back struct {
	id, tool  string
	args      func(w *world) args
	operation string
	restore   func(t *testing.T, w *world)
}

func backCases() []back {
	return []back{
		{"stop", "stop_service", func(w *world) args { return args{"service": sibling(w)} }, "PutServiceStackStop", func(t *testing.T, w *world) {
			t.Helper()
			w.api(t, http.MethodPut, "/service-stack/"+sibling(w)+"/start", nil)
		}},
		{"stop-project", "stop_project", func(*world) args { return args{"project": "eshop-staging"} }, "PutProjectStop", func(t *testing.T, w *world) {
			t.Helper()
			w.api(t, http.MethodPut, "/project/"+ownProject(w)+"/start", nil)
		}},
		{
			"unmount", "unmount_storage", func(w *world) args {
				return args{"service": w.service("eshop-production", "app"), "storage": "uploads", "project": "eshop-production"}
			},
			"PutServiceStackDisconnectSharedStorage", func(t *testing.T, w *world) {
				t.Helper()
				w.api(t, http.MethodPut, "/service-stack/"+w.service("eshop-production", "app")+"/connect-shared-storage", map[string]any{"sharedStorageId": w.service("eshop-production", "uploads")})
			},
		},
		{"write-api-stop", "write_api", withBody("PutServiceStackStop", "", sibling), "PutServiceStackStop", func(t *testing.T, w *world) {
			t.Helper()
			w.api(t, http.MethodPut, "/service-stack/"+sibling(w)+"/start", nil)
		}},
	}
}

// caller runs tools somewhere.
type caller func(tool string, a args) result

// TestAdversarialM3 uses one yes again where the process cannot remember it.
func TestAdversarialM3(t *testing.T) {
	t.Parallel()
	stateless := func(t *testing.T, w *world) caller {
		t.Helper()
		r := w.listen(t, how{args: []string{"--http-auth", "server", "--allow-full-access", "--stateless"}, env: []string{"ZMCP_ACCESS_KEYS=ci:" + accessKeyA, sharedKey}})
		return r.connect(t, accessKeyA, how{version: newest}).call
	}
	overStdio := func(t *testing.T, w *world) caller {
		t.Helper()
		return w.serve(t, how{args: []string{"--confirm", "two-step"}, env: []string{sharedKey}}).call
	}
	byCommand := func(t *testing.T, w *world) caller {
		t.Helper()
		return func(tool string, a args) result { t.Helper(); return w.command(t, how{}, tool, a) }
	}
	for where, start := range map[string]func(t *testing.T, w *world) (first, second caller){
		"stateless": func(t *testing.T, w *world) (caller, caller) { t.Helper(); c := stateless(t, w); return c, c },
		"replica":   func(t *testing.T, w *world) (caller, caller) { t.Helper(); return overStdio(t, w), overStdio(t, w) },
		"call":      func(t *testing.T, w *world) (caller, caller) { t.Helper(); return byCommand(t, w), byCommand(t, w) },
	} {
		for _, c := range backCases() {
			attack(t, "M3/"+where+"-"+c.id, func(t *testing.T) error {
				w := newWorld(t)
				w.setTags(t, w.project("eshop-production"), "eshop")
				first, second := start(t, w)
				arguments := c.args(w)
				question := first(c.tool, arguments)
				if question.status() != "confirmation_required" {
					if question.isError {
						return nil // refused with the way out
					}
					t.Fatalf("%s: %s", c.tool, question.text)
				}
				confirmed := arguments.with("confirm", question.confirmation())
				if r := first(c.tool, confirmed); r.status() != "done" {
					t.Fatalf("%s confirmed: %s", c.tool, r.text)
				}
				w.settle(t)
				c.restore(t, w)
				w.settle(t)
				again := second(c.tool, confirmed)
				if n := w.sentOf(c.operation); n != 1 {
					return fmt.Errorf("one yes sent %s %d times, the second time as %s", c.operation, n, again.outcome())
				}
				return nil
			})
		}
	}
	attack(t, "M3/restart", func(t *testing.T) error {
		w := newWorld(t)
		c := backCases()[0]
		var token string
		t.Run("before", func(t *testing.T) {
			p := overStdio(t, w)
			token = p(c.tool, c.args(w)).confirmation()
			p(c.tool, c.args(w).with("confirm", token))
		})
		c.restore(t, w)
		w.settle(t)
		r := overStdio(t, w)(c.tool, c.args(w).with("confirm", token))
		if n := w.sentOf(c.operation); n != 1 {
			return fmt.Errorf("one yes sent %s %d times, the second time as %s", c.operation, n, r.outcome())
		}
		return nil
	})
}

// TestAdversarialM3State takes the state of a question that nobody answered for a
// confirmation.
func TestAdversarialM3State(t *testing.T) {
	t.Parallel()
	for id, c := range map[string]struct {
		tool string
		args func(w *world) args
	}{
		"tool":      {"stop_service", func(w *world) args { return args{"service": sibling(w)} }},
		"deletion":  {"delete_project", func(*world) args { return args{"project": "eshop-staging"} }},
		"write-api": {"write_api", withBody("PutServiceStackStop", "", sibling)},
	} {
		attack(t, "M3/state-as-confirm-"+id, func(t *testing.T) error {
			w := newWorld(t)
			r := w.listen(t, how{args: []string{"--http-auth", "server", "--allow-full-access"}, env: []string{"ZMCP_ACCESS_KEYS=ci:" + accessKeyA}})
			asked := r.raw(t, accessKeyA, c.tool, c.args(w), `{"elicitation":{"form":{}}}`, nil)
			state, _ := asked["requestState"].(string)
			if state == "" {
				t.Fatalf("no question: %v", asked)
			}
			confirmed := r.raw(t, accessKeyA, c.tool, c.args(w).with("confirm", state), `{}`, nil)
			if sent := w.sent(); len(sent) > 0 {
				return fmt.Errorf("the state of a question was taken as a yes: %v, sent %v", confirmed, sent)
			}
			return nil
		})
	}
}

// raw calls a tool over HTTP as a client of 2026-07-28 does, with the capabilities
// that it says it has, and returns the result as it came.
func (r *remote) raw(t *testing.T, key, tool string, a args, capabilities string, more map[string]any) map[string]any {
	t.Helper()
	params := map[string]any{"name": tool, "arguments": a, "_meta": map[string]any{
		"io.modelcontextprotocol/protocolVersion": newest, "io.modelcontextprotocol/clientCapabilities": json.RawMessage(capabilities),
	}}
	maps.Copy(params, more)
	message, err := json.Marshal(map[string]any{"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params})
	if err != nil {
		t.Fatal(err)
	}
	_, answer := r.post(t, key, tool, message)
	result, _ := answer["result"].(map[string]any)
	return result
}

// post sends a message as it is and returns the status and the answer.
func (r *remote) post(t *testing.T, key, tool string, message []byte) (int, map[string]any) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, r.url+"/mcp", bytes.NewReader(message))
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{
		"Authorization": "Bearer " + key, "Content-Type": "application/json", "Accept": "application/json, text/event-stream",
		"Mcp-Protocol-Version": newest, "Mcp-Method": "tools/call", "Mcp-Name": tool,
	} {
		request.Header.Set(name, value)
	}
	response, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	var answer map[string]any
	if json.Unmarshal(body, &answer) == nil {
		return response.StatusCode, answer
	}
	for line := range strings.Lines(string(body)) {
		if event, ok := strings.CutPrefix(line, "data: "); ok {
			_ = json.Unmarshal([]byte(event), &answer) // the last event is the answer
		}
	}
	if answer == nil && response.StatusCode == http.StatusOK {
		t.Fatalf("%d %s", response.StatusCode, body)
	}
	return response.StatusCode, answer
}
