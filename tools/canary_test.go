package tools_test

import (
	"encoding/json"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"

	"zerops-mcp/tools/tool"
	"zerops-mcp/tools/tooltest"
)

// TestCanary lets every tool do its work on an account that is full of secrets,
// with and without --read-only, and looks for them in results, logs and audit
// lines; then does the same with the resources.
func TestCanary(t *testing.T) {
	t.Parallel()
	for _, readOnly := range []bool{false, true} {
		root := deployRoot(t)
		h := tooltest.Start(t, func(s *tooltest.Setup) { s.Configure = generousIn(root) })
		calls := examples(h)
		h = h.Beside(func(c *tool.Config) {
			generousIn(root)(c)
			c.AllowSecrets, c.ReadOnly = false, readOnly
		})
		listed := map[string]bool{}
		for _, info := range h.Server.Listed() {
			listed[info.Name] = true
		}
		worked := 0
		for _, e := range calls {
			r := h.Call(e.tool, e.args) // which looks for secrets in the result
			switch {
			case tooltest.SecretsAllowed(e.tool):
				r.Fails("secret_withheld")
			case readOnly && !listed[e.tool]:
				r.Fails("read_only")
			default:
				r.Ok()
				worked++
			}
		}
		if least := 30; worked < least {
			t.Errorf("only %d calls did their work, want %d", worked, least)
		}
		readResources(h)
		checkSilence(h)
	}
}

// readResources reads what there is of resources and looks for secrets in it.
func readResources(h *tooltest.Harness) {
	h.T.Helper()
	project := "zerops://project/" + h.Sim.ProjectID("eshop-production")
	for _, uri := range []string{"zerops://projects", project, project + "/service/app", "zerops://project/" + h.Sim.ProjectID("eshop-staging")} {
		request := mcp.ReadResourceRequest{}
		request.Params.URI = uri
		got, err := h.Client.ReadResource(h.T.Context(), request)
		if err != nil {
			h.T.Fatalf("%s: %v", uri, err)
		}
		text, err := json.Marshal(got.Contents)
		if err != nil {
			h.T.Fatal(err)
		}
		h.CheckSecrets(uri, text)
	}
}

// checkSilence looks for secrets in the log and the audit.
func checkSilence(h *tooltest.Harness) {
	h.T.Helper()
	if n := len(h.Sim.Secrets()); n < 10 {
		h.T.Fatalf("the account has only %d secrets", n)
	}
	h.Audits.Mu.Lock()
	audits, err := json.Marshal(h.Audits.Records)
	h.Audits.Mu.Unlock()
	if err != nil {
		h.T.Fatal(err)
	}
	h.CheckSecrets("the log", []byte(h.Logs.String()))
	h.CheckSecrets("the audit", audits)
}
