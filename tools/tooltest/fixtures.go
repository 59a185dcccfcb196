package tooltest

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"

	"zerops-mcp/tools/request"
	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops/simulator"
)

// Imports are the operations that carry an import YAML into a project, with the
// name of its field.
func Imports() map[string]string {
	return map[string]string{"PostProjectServiceStackImport": "yaml", "PutProjectFirstClassRecipeDevelopmentContainer": "serviceImportYaml"}
}

// Quoted writes a text as a JSON string.
func Quoted(t *testing.T, text string) string {
	t.Helper()
	raw, err := json.Marshal(text)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func ownerCredential(context.Context) request.Credential {
	return request.Credential{Token: simulator.OwnerToken, Source: "ZEROPS_TOKEN"}
}

// ErrorCode returns the code of an error result, "" for success.
func ErrorCode(t *testing.T, r *mcp.CallToolResult) string {
	t.Helper()
	if !r.IsError {
		return ""
	}
	text, ok := r.Content[0].(mcp.TextContent)
	if !ok {
		t.Fatalf("an error without text: %+v", r.Content)
	}
	var envelope struct {
		Error struct {
			Code string `json:"code"`
		} `json:"error"`
	}
	if err := json.Unmarshal([]byte(text.Text), &envelope); err != nil {
		t.Fatal(err)
	}
	return envelope.Error.Code
}

// Unconfirmed lets everything through that a person or a second call would have
// to confirm.
func Unconfirmed(s *Setup) {
	s.Configure = func(c *tool.Config) { c.Confirm = tool.ConfirmNever }
}

// StagingAPI is the id of the service "api" of [Staging].
func StagingAPI(h *Harness) string { return h.Sim.ServiceID("eshop-staging", "api") }

// GoodYAML is a zerops.yaml without a fault, with one value that no answer may hold.
const GoodYAML = `zerops:
  - setup: app
    build:
      base: nodejs@22
      buildCommands:
        - npm run build
      deployFiles: ./
    run:
      base: nodejs@22
      ports:
        - port: 3000
          httpSupport: true
      envVariables:
        API_KEY: canary-yaml-word
      start: npm start
`

// Sources makes a directory of files that may be deployed.
func Sources(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		full := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(full), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(full, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// Deployable starts a harness whose server may read the directory, and makes a
// fresh runtime named app.
func Deployable(t *testing.T, dir string, change ...func(*Setup)) (h *Harness, service string) {
	t.Helper()
	h = Start(t, append([]func(*Setup){func(s *Setup) {
		s.Configure = func(c *tool.Config) { c.DeployRoots = []string{dir} }
	}}, change...)...)
	r := h.Call("create_service", Args{"project": h.Sim.ProjectID("playground"), "hostname": "app", "type": "nodejs@22"})
	if r.IsError {
		t.Fatalf("creating a service: %s", r.Raw)
	}
	return h, r.Str("service.id")
}

// TwoStep makes the harness confirm by a second call.
func TwoStep(s *Setup) {
	s.Configure = func(c *tool.Config) { c.Confirm = tool.ConfirmTwoStep }
}

// Variables maps the keys of list_env to their rows.
func Variables(r Result) map[string]map[string]any {
	rows := map[string]map[string]any{}
	for _, row := range r.Items() {
		key, _ := row["key"].(string)
		if rows[key] == nil || row["source"] != "project" {
			rows[key] = row
		}
	}
	return rows
}

// Outcomes maps the keys of a change to what became of them.
func Outcomes(r Result) map[string]map[string]any {
	r.T.Helper()
	list, _ := r.Ok().Get("variables").([]any)
	rows := map[string]map[string]any{}
	for _, item := range list {
		row, _ := item.(map[string]any)
		key, _ := row["key"].(string)
		rows[key] = row
	}
	return rows
}

// WantOutcomes checks what became of some keys of a change, and returns [Outcomes].
func WantOutcomes(t *testing.T, r Result, want map[string]string) map[string]map[string]any {
	t.Helper()
	got := Outcomes(r)
	for key, outcome := range want {
		if got[key]["outcome"] != outcome {
			t.Errorf("%s is %v, want %s: %s", key, got[key]["outcome"], outcome, r.Raw)
		}
	}
	return got
}

// TwoServices is an import of a runtime with generated secrets and of a database.
const TwoServices = `#yamlPreprocessor=on
services:
  - hostname: report
    type: nodejs@22
    startWithoutCode: true
    envSecrets:
      SIGNING_KEY: <@generateRandomString(<32>)>
      SESSION_SECRET: "fake-session-secret"
  - hostname: reportdb
    type: postgresql@17
    mode: NON_HA
    priority: 10
`

// Staging is the project that most tests change.
const Staging = "eshop-staging"

// ImportText is a zerops.yaml of two setups.
const ImportText = `zerops:
  - setup: api
    build:
      base: nodejs@22
      buildCommands: [npm ci]
      deployFiles: ./
    deploy:
      readinessCheck:
        httpGet: {port: 3000, path: /}
        failureTimeout: 30s
    run:
      base: nodejs@22
      ports:
        - port: 3000
          httpSupport: true
      envVariables: {TOKEN: fake-token-value}
      start: node index.js
  - setup: site
    build: {deployFiles: [dist], cache: true}
    run: {base: static@1}
`
