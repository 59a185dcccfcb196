package deploy_test

import (
	"strings"
	"testing"

	"zerops-mcp/tools/tooltest"
)

// TestDeployWithAnotherFile takes the zerops.yaml from another file of this machine,
// and tells an import YAML from one.
func TestDeployWithAnotherFile(t *testing.T) {
	t.Parallel()
	dir := tooltest.Sources(t, map[string]string{
		"app/main.js": "", "ops/staging.yaml": tooltest.GoodYAML, "ops/import.yaml": tooltest.TwoServices, "ops/secret.env": "A=1",
	})
	h, service := tooltest.Deployable(t, dir)
	r := h.Call("deploy_service", tooltest.Args{"service": service, "directory": "app", "zerops_yaml": "ops/staging.yaml"}).Status("done")
	if r.Str("setup") != "app" {
		t.Errorf("deployed %s", r.Raw)
	}
	writes := h.Writes()
	e := h.Call("deploy_service", tooltest.Args{"service": service, "directory": "app", "zerops_yaml": "ops/import.yaml"}).Fails("invalid_arguments")
	if tooltest.Lookup(e, "next.tool") != "import_yaml" {
		t.Errorf("an import YAML: %v", e)
	}
	e = h.Call("deploy_service", tooltest.Args{"service": service, "directory": "app", "zerops_yaml": "ops/none.yaml"}).Fails("invalid_arguments")
	if !strings.Contains(e["message"].(string), "does not exist") {
		t.Errorf("a file that is not there: %v", e)
	}
	h.Call("deploy_service", tooltest.Args{"service": service, "directory": "app", "zerops_yaml": "../etc/zerops.yaml"}).Fails("out_of_scope")
	if h.Writes() != writes {
		t.Error("something was sent")
	}
}
