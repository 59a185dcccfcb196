package adversarial_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
)

// replacing are spellings of an import that puts an empty version over the service
// api, which exists.
func replacing() map[string]string {
	const rest = "    type: nodejs@22\n    startWithoutCode: true\n"
	return map[string]string{
		"block":                  "services:\n  - hostname: api\n" + rest + "    override: true\n",
		"flow":                   "services: [{hostname: api, type: nodejs@22, startWithoutCode: true, override: true}]\n",
		"flow-over-lines":        "services: [{hostname: api, type: nodejs@22, startWithoutCode: true, override\n  :\n  true}]\n",
		"json":                   `{"services":[{"hostname":"api","type":"nodejs@22","startWithoutCode":true,"override":true}]}`,
		"earlier-false":          "services: [{hostname: newone, type: nodejs@22, override: false}, {hostname: api, type: nodejs@22, startWithoutCode: true, override: true}]\n",
		"false-in-a-comment":     "services:\n  - hostname: api\n" + rest + "    override: # override: false\n      true\n",
		"false-in-a-value":       "services: [{hostname: api, description: 'override: false', type: nodejs@22, startWithoutCode: true, override: true}]\n",
		"escaped-key":            "services:\n  - hostname: api\n" + rest + "    \"over\\x72ide\": true\n",
		"escaped-key-u":          "services:\n  - hostname: api\n" + rest + "    \"\\u006fverride\": true\n",
		"explicit-key":           "services:\n  - hostname: api\n" + rest + "    ? override\n    : true\n",
		"folded-key":             "services:\n  - hostname: api\n" + rest + "    ? >-\n      override\n    : true\n",
		"tagged-value":           "services:\n  - hostname: api\n" + rest + "    override: !!bool \"true\"\n",
		"tagged-key":             "services:\n  - hostname: api\n" + rest + "    !!str override: true\n",
		"value-on-the-next-line": "services:\n  - hostname: api\n" + rest + "    override:\n      true\n",
		"anchored-value":         "services:\n  - hostname: newone\n    type: nodejs@22\n    startWithoutCode: &yes true\n  - hostname: api\n" + rest + "    override: *yes\n",
		"anchored-key":           "services:\n  - hostname: &o override\n    type: nodejs@22\n  - hostname: api\n" + rest + "    *o : true\n",
		"merged":                 "x: &more {override: true, startWithoutCode: true}\nservices:\n  - hostname: api\n    type: nodejs@22\n    <<: *more\n",
		"aliased-service":        "x: &it {hostname: api, type: nodejs@22, override: true, startWithoutCode: true}\nservices: [*it]\n",
		"duplicate-keys":         "services:\n  - hostname: api\n" + rest + "    override: false\n    override: true\n",
		"duplicate-services":     "services: []\nservices:\n  - hostname: api\n" + rest + "    override: true\n",
		"carriage-returns":       strings.ReplaceAll("services:\n  - hostname: api\n"+rest+"    override: true\n", "\n", "\r"),
		"second-document":        "services:\n  - hostname: newone\n    type: nodejs@22\n---\nservices:\n  - hostname: api\n" + rest + "    override: true\n",
		"capital-true":           "services:\n  - hostname: api\n" + rest + "    override: TRUE\n",
		"yaml-1.1-yes":           "services:\n  - hostname: api\n" + rest + "    override: yes\n",
		"byte-order-mark":        "\ufeffservices:\n  - hostname: api\n" + rest + "    override: true\n",
		"tabs-and-blanks":        "services:\n  - hostname: api\n" + rest + "    override :\t true\n",
		"expression":             "#yamlPreprocessor=on\nservices:\n  - hostname: api\n" + rest + "    over\\ride: true\n",
		"expression-brackets":    "#zeropsPreprocessor=on\nservices:\n  - hostname: api\n" + rest + "    over<ride>: true\n",
		"expression-value":       "#yamlPreprocessor=on\nservices:\n  - hostname: api\n" + rest + "    override: <true>\n",
		"expression-quote":       "#yamlPreprocessor=on\nservices: [{hostname: api, type: nodejs@22, startWithoutCode: true, description: \"\\\", override: true, x: \\\"\"}]\n",
	}
}

// hostnameOf makes a hostname of an id, so that attacks which share an account do
// not take each other's names.
func hostnameOf(id string) string {
	return strings.Map(func(r rune) rune {
		if r < 'a' || r > 'z' {
			return -1
		}
		return r
	}, id)
}

// yamlBody is the body of an operation that takes a manifest in one field.
func yamlBody(field, text string) string {
	raw, _ := json.Marshal(map[string]string{field: text})
	return string(raw)
}

// on is the path of an operation.
func on(id string) []map[string]any { return []map[string]any{{"name": "id", "value": id}} }

// sentOf counts the requests of the program for an operation.
func (w *world) sentOf(operation string) int {
	n := 0
	for _, name := range w.sent() {
		if name == operation {
			n++
		}
	}
	return n
}

// TestAdversarialH3 replaces services through the whole API, where nobody was asked,
// the project is protected, or the service is the program's own.
func TestAdversarialH3(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	staging, production := on(w.project("eshop-staging")), on(w.project("eshop-production"))
	human := w.serve(t, how{args: []string{"--confirm", "human"}})
	never := w.serve(t, how{args: []string{"--confirm", "never"}, env: []string{"serviceId=" + w.service("eshop-staging", "api")}})
	for id, text := range replacing() {
		attack(t, "H3/"+id, func(*testing.T) error {
			// A manifest that cannot be read for sure may be refused for that alone.
			text := strings.ReplaceAll(text, "newone", hostnameOf(id))
			call := args{"operation": "PostProjectServiceStackImport", "body": yamlBody("yaml", text)}
			return errors.Join(
				human.call("write_api", call.with("path", staging)).mustBe("blocked", "invalid_arguments"),
				never.call("write_api", call.with("path", staging)).mustBe("blocked", "invalid_arguments"),
				never.call("write_api", call.with("path", production)).mustBe("blocked", "invalid_arguments"),
				w.carried(text),
			)
		})
	}
}

// TestAdversarialH3OtherOperations replaces by other operations that carry a
// manifest, and by other ways to the same.
func TestAdversarialH3OtherOperations(t *testing.T) {
	t.Parallel()
	const recipe = "PutProjectFirstClassRecipeDevelopmentContainer"
	w := newWorld(t)
	staging, production := on(w.project("eshop-staging")), on(w.project("eshop-production"))
	human := w.serve(t, how{args: []string{"--confirm", "human"}})
	never := w.serve(t, how{args: []string{"--confirm", "never"}, env: []string{"serviceId=" + w.service("eshop-staging", "api")}})
	remote := w.listen(t, how{args: []string{"--http-auth", "server", "--allow-full-access"}, env: []string{"ZMCP_ACCESS_KEYS=ci:" + accessKeyA}}).
		connect(t, accessKeyA, how{version: newest})
	for _, id := range []string{"block", "flow", "escaped-key"} {
		// A comment tells the requests of the attacks apart.
		text := func(of string) string { return replacing()[id] + "# " + of + "\n" }
		attack(t, "H3/recipe-"+id, func(*testing.T) error {
			call := args{"operation": recipe, "body": yamlBody("serviceImportYaml", text("recipe"))}
			return errors.Join(
				human.call("write_api", call.with("path", staging)).mustBe("blocked", "invalid_arguments"),
				never.call("write_api", call.with("path", production)).mustBe("blocked", "invalid_arguments"),
				never.call("write_api", call.with("path", staging)).mustBe("blocked", "invalid_arguments"),
				w.carried(text("recipe")),
			)
		})
		attack(t, "H3/command-line-"+id, func(t *testing.T) error {
			call := args{"operation": "PostProjectServiceStackImport", "path": staging, "body": yamlBody("yaml", text("call"))}
			return errors.Join(w.command(t, how{}, "write_api", call).mustBe("confirmation_required", "invalid_arguments"), w.carried(text("call")))
		})
		attack(t, "H3/http-"+id, func(*testing.T) error {
			call := args{"operation": "PostProjectServiceStackImport", "path": production, "body": yamlBody("yaml", text("http"))}
			return errors.Join(remote.call("write_api", call).mustBe("blocked", "invalid_arguments"), w.carried(text("http")))
		})
		attack(t, "H3/import-tool-"+id, func(*testing.T) error {
			return errors.Join(
				never.call("import_yaml", args{"project": "eshop-staging", "yaml": text("tool")}).mustBe("blocked", "conflict", "invalid_arguments"),
				never.call("replace_services_from_yaml", args{"project": "eshop-staging", "yaml": text("tool")}).mustBe("blocked", "invalid_arguments"),
				never.call("replace_services_from_yaml", args{"project": "eshop-production", "yaml": text("tool")}).mustBe("blocked", "invalid_arguments"),
				w.carried(text("tool")),
			)
		})
	}
	attack(t, "H3/empty-version-by-pipeline", func(t *testing.T) error {
		w := newWorld(t)
		call := args{"operation": "PutServiceStackTriggerPipeline", "path": on(w.service("eshop-production", "api")), "body": `{"startWithoutCode":true,"userData":[]}`}
		return errors.Join(
			w.serve(t, how{args: []string{"--confirm", "never"}}).call("write_api", call).mustBe("blocked"),
			w.serve(t, how{args: []string{"--confirm", "human"}}).call("write_api", call.with("path", on(w.service("eshop-staging", "api")))).mustBe("blocked"),
			w.untouched("an empty version"),
		)
	})
}

// TestAdversarialH3Agreed is what the attacks are not: a replacement that a person
// agreed to is sent as it was shown.
func TestAdversarialH3Agreed(t *testing.T) {
	t.Parallel()
	attack(t, "H3/agreed", func(t *testing.T) error {
		w := newWorld(t)
		asked := ""
		p := w.serve(t, how{args: []string{"--confirm", "human"}, person: saysYes("", func(message string) { asked = message })})
		r := p.call("write_api", args{
			"operation": "PostProjectServiceStackImport", "path": on(w.project("eshop-staging")), "body": yamlBody("yaml", replacing()["block"]),
		})
		if err := r.mustBe("done", "in_progress"); err != nil {
			return err
		}
		if asked == "" || w.sentOf("PostProjectServiceStackImport") != 1 {
			t.Fatalf("asked %q, sent %v", asked, w.sent())
		}
		return nil
	})
}
