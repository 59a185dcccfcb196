package cli_test

import (
	"encoding/json"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

// generatedKey has the form of one that was made at random.
const generatedKey = "b2J2aW91c2x5LWZha2Uga2V5IG9mIGEgdGVzdCBvbmx5"

func parseYAML(t *testing.T, content string) map[string]any {
	t.Helper()
	var v map[string]any
	if err := yaml.Unmarshal([]byte(content), &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// at walks down a parsed document: names for objects, numbers for lists.
func at(t *testing.T, v any, path ...any) any {
	t.Helper()
	for _, step := range path {
		switch s := step.(type) {
		case string:
			object, _ := v.(map[string]any)
			v = object[s]
		case int:
			list, _ := v.([]any)
			if s >= len(list) {
				t.Fatalf("no element %d of %v", s, path)
			}
			v = list[s]
		}
	}
	return v
}

func TestHostingOnZerops(t *testing.T) {
	t.Parallel()
	config := text(t, "packaging", "zerops", "zerops.yml")
	imported := text(t, "packaging", "zerops", "import.yml")
	inline := at(t, parseYAML(t, imported), "services", 0, "zeropsYaml")
	if !reflect.DeepEqual(inline, any(parseYAML(t, config))) {
		t.Error("the zerops.yaml inside import.yml differs from zerops.yml")
	}
	var env []string
	variables, _ := at(t, parseYAML(t, config), "zerops", 0, "run", "envVariables").(map[string]any)
	for name, v := range variables {
		text, ok := v.(string)
		if !ok {
			t.Errorf("%s is not a text: quote it", name)
		}
		env = append(env, name+"="+text)
	}
	for name := range at(t, parseYAML(t, imported), "services", 0, "vault").(map[string]any) {
		env = append(env, name+"="+generatedKey)
	}
	if s := load(t, []string{"serve"}, env); s == nil || !s.Remote() || !s.Stateless || s.SigningKey == nil || s.Listen != "0.0.0.0:8080" {
		t.Errorf("settings of the service: %+v", s)
	}

	// Both pass our own checks, with the platform's schemas.
	arguments, err := json.Marshal(map[string]any{"project": "analytics", "service": "collector", "setup": "mcp", "yaml": config})
	if err != nil {
		t.Fatal(err)
	}
	got := run{args: "call validate_zerops_yaml --demo --args -", stdin: string(arguments)}.do(t)
	if got.code != 0 || got.object(t)["valid"] != true {
		t.Errorf("zerops.yml: exit code %d, %s", got.code, got.stdout)
	}
	arguments, err = json.Marshal(map[string]any{"project": "blog", "dry_run": true, "yaml": imported})
	if err != nil {
		t.Fatal(err)
	}
	got = run{args: "call import_yaml --demo --args -", stdin: string(arguments)}.do(t)
	if got.code != 0 || got.object(t)["dry_run"] != true || got.object(t)["warnings"] != nil {
		t.Errorf("import.yml: exit code %d, %s", got.code, got.stdout)
	}
}

func TestHostingInKubernetes(t *testing.T) {
	t.Parallel()
	var container map[string]any
	decoder := yaml.NewDecoder(strings.NewReader(text(t, "packaging", "kubernetes", "zerops-mcp.yaml")))
	kinds := map[string]bool{}
	for {
		var object map[string]any
		if decoder.Decode(&object) != nil {
			break
		}
		kind, _ := object["kind"].(string)
		kinds[kind] = true
		if kind == "Deployment" {
			container, _ = at(t, object, "spec", "template", "spec", "containers", 0).(map[string]any)
		}
	}
	if !kinds["Secret"] || !kinds["Service"] || !kinds["Ingress"] || container == nil {
		t.Fatalf("objects %v", kinds)
	}
	var env []string
	entries, _ := container["env"].([]any)
	for i := range entries {
		name, _ := at(t, entries, i, "name").(string)
		v, _ := at(t, entries, i, "value").(string)
		if name == "ZMCP_SIGNING_KEY_FILE" {
			if !strings.HasPrefix(v, at(t, container, "volumeMounts", 0, "mountPath").(string)) {
				t.Errorf("the key is not where the secret is mounted: %s", v)
			}
			name, v = "ZMCP_SIGNING_KEY", generatedKey
		}
		env = append(env, name+"="+v)
	}
	if s := load(t, []string{"serve"}, env); s == nil || !s.Stateless || s.MetricsListen == "" {
		t.Errorf("settings of the container: %+v", s)
	}
	if at(t, container, "readinessProbe", "httpGet", "path") != "/readyz" || at(t, container, "livenessProbe", "httpGet", "path") != "/healthz" {
		t.Error("the probes ask the wrong addresses")
	}
}

func TestHostingUnderSystemd(t *testing.T) {
	t.Parallel()
	unit := text(t, "packaging", "systemd", "zerops-mcp.service")
	var env []string
	for line := range strings.Lines(unit) {
		if pair, ok := strings.CutPrefix(strings.TrimSpace(line), "Environment="); ok {
			env = append(env, pair)
		}
	}
	if s := load(t, []string{"serve"}, env); s == nil || s.Listen != "127.0.0.1:8080" || !s.Remote() {
		t.Errorf("settings of the unit: %+v", s)
	}
	// What the comment offers works too.
	shared := append([]string{"ZMCP_HTTP_AUTH=server", "ZMCP_READ_ONLY=true", "ZMCP_ACCESS_KEYS=a:0123456789abcdef", "ZMCP_TOKEN_FILE=" + filepath.Join(t.TempDir(), "token")}, env...)
	load(t, []string{"serve"}, shared)
	for _, name := range []string{"ZMCP_HTTP_AUTH=server", "ZMCP_READ_ONLY=true", "ZMCP_TOKEN_FILE=%d/token", "ZMCP_ACCESS_KEYS_FILE=%d/access-keys"} {
		if !strings.Contains(unit, name) {
			t.Errorf("the comment lacks %s", name)
		}
	}
}
