package tools_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"

	"zerops-mcp/tools"
)

// TestCanary lets every tool do its work on an account that is full of secrets,
// with and without --read-only, and looks for them in results, logs and audit
// lines; then does the same with the resources.
func TestCanary(t *testing.T) {
	t.Parallel()
	for _, readOnly := range []bool{false, true} {
		root := deployRoot(t)
		h := start(t, func(s *setup) { s.configure = generousIn(root) })
		calls := examples(h)
		h = h.beside(func(c *tools.Config) {
			generousIn(root)(c)
			c.AllowSecrets, c.ReadOnly = false, readOnly
		})
		listed := map[string]bool{}
		for _, info := range h.server.Listed() {
			listed[info.Name] = true
		}
		worked := 0
		for _, e := range calls {
			r := h.call(e.tool, e.args) // which looks for secrets in the result
			switch {
			case secretsAllowed(e.tool):
				r.fails("secret_withheld")
			case readOnly && !listed[e.tool]:
				r.fails("read_only")
			default:
				r.ok()
				worked++
			}
		}
		if least := 30; worked < least {
			t.Errorf("only %d calls did their work, want %d", worked, least)
		}
		h.readResources()
		h.checkSilence()
	}
}

// readResources reads what there is of resources and looks for secrets in it.
func (h *harness) readResources() {
	h.t.Helper()
	project := "zerops://project/" + h.sim.ProjectID("eshop-production")
	for _, uri := range []string{"zerops://projects", project, project + "/service/app", "zerops://project/" + h.sim.ProjectID("eshop-staging")} {
		request := mcp.ReadResourceRequest{}
		request.Params.URI = uri
		got, err := h.client.ReadResource(h.t.Context(), request)
		if err != nil {
			h.t.Fatalf("%s: %v", uri, err)
		}
		text, err := json.Marshal(got.Contents)
		if err != nil {
			h.t.Fatal(err)
		}
		h.checkSecrets(uri, text)
	}
}

// checkSilence looks for secrets in the log and the audit.
func (h *harness) checkSilence() {
	h.t.Helper()
	if n := len(h.sim.Secrets()); n < 10 {
		h.t.Fatalf("the account has only %d secrets", n)
	}
	h.audits.mu.Lock()
	audits, err := json.Marshal(h.audits.records)
	h.audits.mu.Unlock()
	if err != nil {
		h.t.Fatal(err)
	}
	h.checkSecrets("the log", []byte(h.logs.String()))
	h.checkSecrets("the audit", audits)
}

// checkSecrets fails the test for each secret of the account in a text.
func (h *harness) checkSecrets(where string, text []byte) {
	h.t.Helper()
	for _, secret := range h.sim.Secrets() {
		if len(secret) >= 6 && strings.Contains(string(text), secret) {
			h.t.Errorf("a secret is in %s: %s", where, secret)
		}
	}
}
