package tools_test

import (
	"encoding/json"
	"strings"
	"testing"

	"zerops-mcp/tools"
)

// TestCanary calls every tool on a service, a project and an organisation that
// are full of secrets, with and without --read-only, and looks for them in
// results, logs and audit lines.
func TestCanary(t *testing.T) {
	t.Parallel()
	for _, readOnly := range []bool{false, true} {
		h := start(t, func(s *setup) {
			s.configure = func(c *tools.Config) { c.Confirm, c.ReadOnly = tools.ConfirmNever, readOnly }
		})
		names := []string{}
		for _, info := range h.server.Listed() {
			names = append(names, info.Name)
		}
		for _, name := range names {
			if strings.HasPrefix(name, "delete_") || strings.HasPrefix(name, "stop_") {
				continue // last, so that the others still find something
			}
			h.canary(name)
		}
		for _, name := range names {
			h.canary(name)
		}
		secrets := h.sim.Secrets()
		if len(secrets) < 10 {
			t.Fatalf("the account has only %d secrets", len(secrets))
		}
		h.audits.mu.Lock()
		audits, err := json.Marshal(h.audits.records)
		h.audits.mu.Unlock()
		if err != nil {
			t.Fatal(err)
		}
		for _, secret := range secrets {
			if strings.Contains(h.logs.String(), secret) {
				t.Errorf("a secret is in the log: %s", secret)
			}
			if strings.Contains(string(audits), secret) {
				t.Errorf("a secret is in the audit: %s", secret)
			}
		}
	}
}

// canary calls a tool with whatever of the common arguments it takes; the
// harness looks for secrets in the result.
func (h *harness) canary(name string) {
	h.t.Helper()
	var schema struct {
		Properties map[string]json.RawMessage `json:"properties"`
	}
	for _, info := range h.server.Listed() {
		if info.Name == name {
			if err := json.Unmarshal(info.Input, &schema); err != nil {
				h.t.Fatal(err)
			}
		}
	}
	values := args{
		"project": h.sim.ProjectID("eshop-staging"), "service": stagingAPI(h), "services": []string{stagingAPI(h)},
		"hostname": "canary", "type": "nodejs@22", "name": "canary", "max_ram_gb": 4, "wait_seconds": 1,
		"process": lastProcess(h), "processes": []string{lastProcess(h)},
		"keys": []string{"JWT_PRIVATE_KEY"}, "variables": map[string]any{"CANARY": h.sim.Secrets()[0] + "-variable"},
		"left": args{"service": stagingAPI(h)}, "right": args{"service": h.sim.ServiceID("eshop-production", "api")},
		"yaml": "services:\n  - hostname: canary\n    type: nodejs@22\n    envSecrets:\n      CANARY: " + h.sim.Secrets()[0] + "-yaml\n",
	}
	a := args{}
	for property := range schema.Properties {
		if v, ok := values[property]; ok {
			a[property] = v
		}
	}
	h.call(name, a)
}

func lastProcess(h *harness) string {
	for _, r := range h.sim.Requests() {
		if after, ok := strings.CutPrefix(r.Path, "/process/"); ok {
			return after
		}
	}
	return strings.Repeat("A", 22)
}
