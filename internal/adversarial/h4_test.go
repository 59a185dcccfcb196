package adversarial_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// twofold are manifests that mean one thing as YAML and another once the platform
// has applied its preprocessor to the text.
func twofold() map[string]string {
	const on, other = "#yamlPreprocessor=on\n", "#zeropsPreprocessor=on\n"
	return map[string]string{
		"quotes-from-escapes": on + "services: [{hostname: newone, type: nodejs@22, description: \"\\\", override: true, x: \\\"\"}]\n",
		"other-switch":        other + "services: [{hostname: newone, type: nodejs@22, description: \"\\\", override: true, x: \\\"\"}]\n",
		"other-service": on + "services: [{a: \"\\\\\", hostname: worker, type: nodejs@22, b: \", hostname: api, type: nodejs@22, startWithoutCode: true, override: true, c: \"," +
			" d: '\", e: 1'}]\n",
		"key-in-brackets":        on + "services:\n  - hostname: newone\n    type: nodejs@22\n    <override>: true\n",
		"key-with-escape":        on + "services:\n  - hostname: newone\n    type: nodejs@22\n    over\\ride: true\n",
		"git-with-credentials":   on + "services:\n  - hostname: newone\n    type: nodejs@22\n    <buildFromGit>: https://me:secretpassword@github.com/a/b\n",
		"git-key-with-escape":    on + "services:\n  - hostname: newone\n    type: nodejs@22\n    build\\FromGit: https://me:secretpassword@github.com/a/b\n",
		"hostname-from-brackets": on + "services:\n  - hostname: newone\n    <hostname>: api\n    type: nodejs@22\n",
		"unclosed-bracket":       on + "# fewer than < 3 replicas\nservices:\n  - hostname: newone\n    type: nodejs@22\n",
		"comment-that-ends":      on + "services:\n  - hostname: newone\n    type: nodejs@22\n    # <@generateRandomString(<8>)\n    override: true>\n",
		"service-in-a-string":    on + "services:\n  - hostname: newone\n    type: nodejs@22\n    description: \"x\\\"\n  - hostname: api\n    type: nodejs@22\n    override: true\n    description: \\\"x\"\n",
	}
}

// TestAdversarialH4 smuggles through the preprocessor what the manifest does not
// show, by both tools that import.
func TestAdversarialH4(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	never := w.serve(t, how{args: []string{"--confirm", "never"}})
	human := w.serve(t, how{args: []string{"--confirm", "human"}})
	for id, text := range twofold() {
		attack(t, "H4/import-"+id, func(*testing.T) error {
			text := strings.ReplaceAll(text, "newone", "t"+hostnameOf(id)) + "# by the tool\n"
			return errors.Join(refusedWithLine(never.call("import_yaml", args{"project": "eshop-staging", "yaml": text})), w.carried(text))
		})
		attack(t, "H4/replace-"+id, func(*testing.T) error {
			// The service that the plan would name is worker.
			mark := "# over another: " + id
			text := strings.ReplaceAll(text, "newone", "worker") + mark + "\n"
			return errors.Join(refusedWithLine(never.call("replace_services_from_yaml", args{"project": "eshop-staging", "yaml": text})), w.carried(mark))
		})
		attack(t, "H4/write-api-"+id, func(*testing.T) error {
			text := strings.ReplaceAll(text, "newone", "w"+hostnameOf(id)) + "# by the API\n"
			call := args{"operation": "PostProjectServiceStackImport", "path": on(w.project("eshop-staging")), "body": yamlBody("yaml", text)}
			return errors.Join(refusedWithLine(never.call("write_api", call)), w.carried(text))
		})
	}
	const services = "services:\n  - hostname: newone\n    type: nodejs@22\n"
	for id, head := range map[string]string{
		"core-in-brackets":  "project:\n  name: dear\n  <corePackage>: SERIOUS\n",
		"core-with-escape":  "project:\n  name: dear\n  core\\Package: SERIOUS\n",
		"core-in-a-string":  "project: {name: dear, description: \"\\\", corePackage: SERIOUS, x: \\\"\"}\n",
		"core-value-hidden": "project:\n  name: dear\n  corePackage: \"LIGHT\\\"\n  description: \\\"\"\n  \"core\\Package\": SERIOUS\n",
	} {
		text := "#yamlPreprocessor=on\n" + head + services
		attack(t, "H4/"+id, func(*testing.T) error {
			text := text + "# by the tool\n"
			return errors.Join(refusedWithLine(human.call("import_yaml", args{"org": "Northwind Trading", "yaml": text})), w.carried(text))
		})
		attack(t, "H4/write-api-"+id, func(*testing.T) error {
			text := text + "# by the API\n"
			r := human.call("write_api", args{"operation": "PostClientProjectImport", "path": on(w.sim.OrgID("Northwind Trading")), "body": yamlBody("yaml", text)})
			return errors.Join(refusedWithLine(r), w.carried(text))
		})
	}
}

// refusedWithLine is an attack's success where a manifest was not refused, or the
// refusal does not say where to look. import_yaml may also refuse what its own
// reading would replace.
func refusedWithLine(r result) error {
	if r.tool == "import_yaml" && r.code() == "conflict" {
		return nil
	}
	if err := r.mustBe("invalid_arguments"); err != nil {
		return err
	}
	if !strings.Contains(r.text, "line ") {
		return fmt.Errorf("%s is refused without naming the line: %s", r.tool, short(r.text))
	}
	return nil
}

// TestAdversarialH4Ordinary is what the attacks are not: expressions in values that
// change nothing else are imported.
func TestAdversarialH4Ordinary(t *testing.T) {
	t.Parallel()
	attack(t, "H4/ordinary-expressions", func(t *testing.T) error {
		w := newWorld(t)
		text := "#yamlPreprocessor=on\nservices:\n  - hostname: newone\n    type: nodejs@22\n    startWithoutCode: true\n    envSecrets:\n      KEY: <@generateRandomString(<32>)>\n"
		r := w.serve(t, how{}).call("import_yaml", args{"project": "eshop-staging", "yaml": text})
		if err := r.mustBe("done", "in_progress"); err != nil {
			t.Fatal(err)
		}
		return nil
	})
}
