package adversarial_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"zerops-mcp/zerops/simulator"
)

// vaults are spellings of a vault with one value in it.
func vaults(value string) map[string]string {
	return map[string]string{
		"plain":          "vault:\n  LICENCE: " + value + "\n",
		"object":         "vault:\n  LICENCE:\n    value: " + value + "\n    sensitive: true\n",
		"not-sensitive":  "vault:\n  LICENCE: {value: " + value + ", sensitive: false}\n",
		"quoted":         "vault: {\"LICENCE\": \"" + value + "\"}\n",
		"quoted-key":     "\"vault\":\n  \"LICENCE\": '" + value + "'\n",
		"block-scalar":   "vault:\n  LICENCE: |-\n    " + value + "\n",
		"env-secrets":    "envSecrets:\n  LICENCE: " + value + "\n",
		"dotenv":         "dotEnvSecrets: |\n  LICENCE=" + value + "\n",
		"flow":           "{vault: {LICENCE: " + value + "}}\n",
		"number-in-text": "vault:\n  LICENCE: " + value + " # of the vendor\n",
	}
}

// inService puts a section into a service of an import, inProjectSection into its project.
func inService(section string) string {
	if after, ok := strings.CutPrefix(section, "{"); ok {
		return "services:\n  - {hostname: newone, type: nodejs@22, " + strings.TrimSuffix(after, "}\n") + "}\n"
	}
	return "services:\n  - hostname: newone\n    type: nodejs@22\n" + indent(section, "    ")
}

func inProjectSection(section string) string {
	if after, ok := strings.CutPrefix(section, "{"); ok {
		section = strings.TrimSuffix(after, "}\n") + "\n"
	}
	return "project:\n  name: shown\n" + indent(section, "  ") + "services:\n  - hostname: newone\n    type: nodejs@22\n"
}

func indent(text, by string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		b.WriteString(by + line)
	}
	return b.String()
}

// TestAdversarialM12 has values of a vault shown by exports and by the errors of
// imports.
func TestAdversarialM12(t *testing.T) {
	t.Parallel()
	const value = "Zk3vQ9pLm7TrW2nXd5Yb"
	hidden := func(r result) error {
		if strings.Contains(r.text, value) {
			return fmt.Errorf("%s shows the value: %s", r.tool, around(r.text, max(strings.Index(r.text, value)-60, 0)))
		}
		return nil
	}
	// An account that refuses every import and quotes what it was sent.
	refusing := newWorld(t)
	for _, operation := range []string{"PostProjectServiceStackImport", "PostClientProjectImport"} {
		refusing.sim.Fail(simulator.Fault{
			Operation: operation, Status: http.StatusBadRequest, Code: "projectImportInvalidParameter", Message: "Invalid parameter LICENCE with value [" + value + "]",
		})
	}
	p := refusing.serve(t, how{})
	for id, section := range vaults(value) {
		attack(t, "M12/export-"+id, func(t *testing.T) error {
			w := newWorld(t)
			answer := func(operation, yaml string) {
				body, _ := json.Marshal(map[string]string{"yaml": yaml})
				w.sim.Fail(simulator.Fault{Operation: operation, Status: http.StatusOK, Body: string(body)})
			}
			answer("GetServiceStackExport", inService(section))
			answer("GetProjectExport", inProjectSection(section))
			p := w.serve(t, how{})
			service := p.call("export_yaml", args{"service": ownService(w)})
			if service.isError {
				t.Fatal(service.text)
			}
			return first([]error{
				hidden(service), hidden(p.call("export_yaml", args{"project": "eshop-staging"})),
				hidden(p.call("read_api", args{"operation": "GetServiceStackExport", "path": on(ownService(w))})),
				hidden(p.call("read_api", args{"operation": "GetProjectExport", "path": on(ownProject(w)), "jq": ".yaml"})),
			})
		})
		attack(t, "M12/error-"+id, func(*testing.T) error {
			return first([]error{
				hidden(p.call("import_yaml", args{"project": "eshop-staging", "yaml": inService(section)})),
				hidden(p.call("import_yaml", args{"org": "Northwind Trading", "yaml": inProjectSection(section)})),
				hidden(p.call("write_api", args{"operation": "PostProjectServiceStackImport", "path": on(ownProject(refusing)), "body": yamlBody("yaml", inService(section))})),
			})
		})
		attack(t, "M12/dry-run-"+id, func(*testing.T) error {
			return hidden(p.call("import_yaml", args{"project": "eshop-staging", "dry_run": true, "yaml": inService(section)}))
		})
	}
	attack(t, "M12/plan", func(t *testing.T) error {
		w := newWorld(t)
		yaml := "services:\n  - hostname: worker\n    type: nodejs@22\n    startWithoutCode: true\n    override: true\n" + indent(vaults(value)["object"], "    ")
		r := w.serve(t, how{args: []string{"--confirm", "two-step"}}).call("replace_services_from_yaml", args{"project": "eshop-staging", "yaml": yaml})
		if r.status() != "confirmation_required" {
			t.Fatal(r.text)
		}
		return hidden(r)
	})
}
