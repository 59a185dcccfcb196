package simulator_test

import (
	"bytes"
	"net/http"
	"strings"
	"testing"
	"time"

	"zerops-mcp/zerops/simulator"
)

// keys are those of the variables that a version tells.
func (a api) keys(version string) string {
	a.t.Helper()
	var keys []string
	for _, row := range rows(a.t, a.get("/app-version/" + version)["userDataList"]) {
		keys = append(keys, row["key"].(string))
	}
	return strings.Join(keys, ",")
}

func TestCodeOfVersions(t *testing.T) {
	t.Parallel()
	at := newClock()
	a := start(t, simulator.WithPace(0), simulator.WithClock(at.Now))
	service := a.sim.ServiceID("eshop-preview-142", "app")
	version := a.ok(http.MethodPost, "/service-stack/"+service+"/app-version", map[string]any{})
	id, packed := version["id"].(string), archive(t, map[string]string{"zerops.yaml": goodYaml}).Bytes()
	a.refused(http.MethodGet, "/app-version/"+id+"/app-code", nil, 400, "appVersionDataNotAvailable")
	if got := a.as("").send(http.MethodPut, version["uploadUrl"].(string), bytes.NewBuffer(bytes.Clone(packed))); got.status != 200 {
		t.Fatalf("upload: %d %s", got.status, got.body)
	}
	a.finished(a.ok(http.MethodPut, "/app-version/"+id+"/build-and-deploy", map[string]any{"zeropsYaml": goodYaml}))
	if keys := a.keys(id); keys != "GREETING" {
		t.Errorf("a version tells %s", keys)
	}
	address := a.get("/app-version/" + id + "/app-code")["url"].(string)
	if got := a.as("").send(http.MethodGet, address, nil); got.status != 200 || !bytes.Equal(got.body, packed) {
		t.Errorf("the code is %d, %d bytes of %d", got.status, len(got.body), len(packed))
	}
	a.as("").refused(http.MethodGet, address+"x", nil, 403, "downloadTokenInvalidOrExpired")
	at.forward(time.Hour)
	a.as("").refused(http.MethodGet, address, nil, 403, "downloadTokenInvalidOrExpired")

	older := start(t, simulator.WithYamlInVersions())
	running := older.get("/service-stack/" + older.sim.ServiceID("eshop-staging", "api"))["activeAppVersion"].(map[string]any)["id"].(string)
	if keys := older.keys(running); !strings.HasPrefix(keys, "ZEROPS_YAML") {
		t.Errorf("on an older platform a version tells %s", keys)
	}
}
