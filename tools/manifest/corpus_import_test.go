package manifest_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"zerops-mcp/zerops/simulator"
)

// What the tools call right, the platform takes, and what it refuses it refuses with
// its code: dry runs and imports have one opinion.
func TestCorpusIsImported(t *testing.T) {
	t.Parallel()
	sim := simulator.New(simulator.WithPace(0))
	org := sim.OrgID("Northwind Trading")
	refused := 0
	for _, folder := range []string{"import", "faults"} {
		for _, s := range corpus(t, folder) {
			if !s.isImport || folder == "faults" && s.code == "" {
				continue
			}
			path := "/client/" + org + "/project/import"
			if !s.makesProject() {
				made := posted(t, sim, "/client/"+org+"/project", map[string]any{"name": s.name, "tagList": []string{}, "envSecrets": []any{}})
				project, _ := made["projectId"].(string)
				if project == "" {
					project, _ = made["id"].(string)
				}
				path = "/project/" + project + "/service-stack/import"
			}
			answer := posted(t, sim, path, map[string]any{"yaml": s.text})
			wrong, _ := answer["error"].(map[string]any)
			code, _ := wrong["code"].(string)
			if code != s.code {
				t.Errorf("%s: the import is refused with %q, want %q: %v", s.name, code, s.code, wrong)
			}
			if code != "" {
				refused++
			}
		}
	}
	if refused < 10 {
		t.Errorf("%d imports are refused", refused)
	}
}

// posted sends a body to the simulator as its administrator.
func posted(t *testing.T, sim *simulator.Simulator, path string, body map[string]any) map[string]any {
	t.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/api/rest/public"+path, bytes.NewReader(raw))
	request.Header.Set("Authorization", "Bearer "+simulator.AdminToken)
	request.Header.Set("Content-Type", "application/json")
	recorder := httptest.NewRecorder()
	sim.ServeHTTP(recorder, request)
	var answer map[string]any
	if err := json.NewDecoder(strings.NewReader(recorder.Body.String())).Decode(&answer); err != nil {
		t.Fatalf("%s: %v: %s", path, err, recorder.Body)
	}
	return answer
}
