package adversarial_test

import (
	"errors"
	"testing"
)

// seriousCores are spellings of a project with a core that is paid.
func seriousCores() map[string]string {
	const services = "services:\n  - hostname: newone\n    type: nodejs@22\n"
	return map[string]string{
		"block":          "project:\n  name: dear\n  corePackage: SERIOUS\n" + services,
		"flow":           "project: {name: dear, corePackage: SERIOUS}\n" + services,
		"json":           `{"project":{"name":"dear","corePackage":"SERIOUS"},"services":[{"hostname":"newone","type":"nodejs@22"}]}`,
		"quoted":         "project:\n  name: dear\n  \"corePackage\": 'SERIOUS'\n" + services,
		"escaped-key":    "project:\n  name: dear\n  \"core\\x50ackage\": SERIOUS\n" + services,
		"escaped-value":  "project:\n  name: dear\n  corePackage: \"SERI\\u004fUS\"\n" + services,
		"lower-case":     "project:\n  name: dear\n  corePackage: serious\n" + services,
		"next-line":      "project:\n  name: dear\n  corePackage:\n    SERIOUS\n" + services,
		"block-scalar":   "project:\n  name: dear\n  corePackage: >-\n    SERIOUS\n" + services,
		"merged":         "x: &core {corePackage: SERIOUS}\nproject:\n  name: dear\n  <<: *core\n" + services,
		"anchored":       "x: &core SERIOUS\nproject:\n  name: dear\n  corePackage: *core\n" + services,
		"light-first":    "project: {name: dear, description: 'corePackage: LIGHT', corePackage: SERIOUS}\n" + services,
		"light-comment":  "project:\n  name: dear # corePackage: LIGHT\n  corePackage: SERIOUS # LIGHT\n" + services,
		"explicit-key":   "project:\n  name: dear\n  ? corePackage\n  : SERIOUS\n" + services,
		"expression":     "#yamlPreprocessor=on\nproject:\n  name: dear\n  corePackage: <SERIOUS>\n" + services,
		"expression-key": "#yamlPreprocessor=on\nproject:\n  name: dear\n  core<Package>: SERIOUS\n" + services,
		"generated":      "#yamlPreprocessor=on\nproject:\n  name: dear\n  corePackage: <@pickRandom(<SERIOUS>, <SERIOUS>)>\n" + services,
		"duplicate":      "project:\n  name: dear\n  corePackage: LIGHT\n  corePackage: SERIOUS\n" + services,
		"unknown-word":   "project:\n  name: dear\n  corePackage: ENTERPRISE\n" + services,
	}
}

// TestAdversarialH5 orders a paid core unasked.
func TestAdversarialH5(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	human, steps := w.serve(t, how{args: []string{"--confirm", "human"}}), w.serve(t, how{args: []string{"--confirm", "two-step"}})
	for id, text := range seriousCores() {
		attack(t, "H5/"+id, func(*testing.T) error {
			call := args{"operation": "PostClientProjectImport", "path": on(w.sim.OrgID("Northwind Trading")), "body": yamlBody("yaml", text)}
			return errors.Join(
				human.call("write_api", call).mustBe("blocked", "invalid_arguments"),
				steps.call("write_api", call).mustBe("confirmation_required", "invalid_arguments"),
				w.carried(text),
			)
		})
		attack(t, "H5/tool-"+id, func(*testing.T) error {
			text := text + "# by the tool\n"
			call := args{"org": "Northwind Trading", "yaml": text}
			return errors.Join(
				human.call("import_yaml", call).mustBe("blocked", "invalid_arguments"),
				steps.call("import_yaml", call).mustBe("confirmation_required", "invalid_arguments"),
				w.carried(text),
			)
		})
	}
	attack(t, "H5/other-purchases", func(t *testing.T) error {
		w := newWorld(t)
		p := w.serve(t, how{args: []string{"--confirm", "human"}})
		org, project := w.sim.OrgID("Northwind Trading"), w.project("eshop-staging")
		return errors.Join(
			p.call("write_api", args{"operation": "PutProjectRequestIpv4", "path": on(project)}).mustBe("blocked"),
			p.call("write_api", args{"operation": "PutProjectModeUpgrade", "path": on(project), "body": `{"mode":"SERIOUS"}`}).mustBe("blocked"),
			p.call("write_api", args{"operation": "PostClientProject", "path": on(org), "body": `{"name":"dear","mode":"SERIOUS","tagList":[],"envVariables":[]}`}).mustBe("blocked"),
			p.call("create_project", args{"name": "dear", "mode": "SERIOUS", "org": org}).mustBe("blocked"),
			w.untouched("a purchase that nobody agreed to"),
		)
	})
	attack(t, "H5/light-is-not-asked", func(t *testing.T) error {
		w := newWorld(t)
		text := "project:\n  name: cheap\n  corePackage: LIGHT\nservices:\n  - hostname: newone\n    type: nodejs@22\n"
		p := w.serve(t, how{args: []string{"--confirm", "human"}})
		r := p.call("write_api", args{"operation": "PostClientProjectImport", "path": on(w.sim.OrgID("Northwind Trading")), "body": yamlBody("yaml", text)})
		if err := r.mustBe("done", "in_progress"); err != nil {
			t.Fatal(err)
		}
		return nil
	})
}
