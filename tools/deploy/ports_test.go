package deploy_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"zerops-mcp/tools/tool"
	"zerops-mcp/tools/tooltest"
	"zerops-mcp/zerops/simulator"
)

// TestPublicServiceGetsAnotherPort deploys to a service that is public. The platform
// opens the declared port some seconds after the deployment.
func TestPublicServiceGetsAnotherPort(t *testing.T) {
	t.Parallel()
	dir := tooltest.Sources(t, map[string]string{"zerops.yaml": tooltest.GoodYAML, "main.js": "start()"})
	synctest.Test(t, func(t *testing.T) {
		h, service := tooltest.Deployable(t, dir, tooltest.InProcess, func(s *tooltest.Setup) {
			s.Sim = append(s.Sim, simulator.WithPace(1))
			s.Configure = func(c *tool.Config) { c.DeployRoots, c.MaxWait = []string{dir}, 10*time.Minute }
		})
		<-time.After(time.Minute) // the service comes with a deployment without code
		deploy := tooltest.Args{"service": service, "directory": dir, "wait_seconds": 600}
		h.Call("deploy_service", deploy).Status("done")
		h.Call("set_subdomain_access", tooltest.Args{"service": service, "enabled": true, "wait_seconds": 60}).Status("done")
		<-time.After(time.Minute)

		deploy["zerops_yaml"] = strings.ReplaceAll(tooltest.GoodYAML, "3000", "4100")
		r := h.Call("deploy_service", deploy).Status("done")
		if !strings.Contains(r.Str("url"), "-4100.") || r.Get("message") != nil {
			t.Errorf("got %s", r.Raw)
		}
		if shown := h.Call("get_service", tooltest.Args{"service": service}).Ok(); shown.Get("ports.0.port") != 4100.0 {
			t.Errorf("the service: %s", shown.Raw)
		}
	})
}
