package manifest_test

import (
	"fmt"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"

	"zerops-mcp/tools/tooltest"
	"zerops-mcp/zerops/simulator"
)

// doubtful are documents that two readers can take for different requests, with
// the line and words of the refusal.
func doubtful() map[string][2]string {
	const head = "services:\n  - hostname: api\n    type: nodejs@22\n"
	on := "#yamlPreprocessor=on\n" + head
	return map[string][2]string{
		"a key twice":                     {head + "    override: false\n    override: true\n", "line 5: is given twice"},
		"a key twice in a flow":           {"services: [{hostname: api, type: nodejs@22, override: false, \"overr\\u0069de\": true}]", "line 1: is given twice"},
		"a variable twice":                {head + "    envSecrets:\n      A: 1\n      A: 2\n", "line 6: is given twice"},
		"the list twice":                  {head + "services: [{hostname: fresh, type: nodejs@22}]\n", "line 4: is given twice"},
		"two merges":                      {"a: &a {override: true}\nb: &b {override: false}\nservices:\n  - <<: *b\n    <<: *a\n    hostname: api\n    type: nodejs@22\n", "line 5"},
		"two documents":                   {head + "---\nservices: []\n", "line 4: a second document"},
		"an empty second document":        {head + "---\n", "second document"},
		"another case":                    {head + "    Override: true\n", "line 4: is override for readers"},
		"capitals":                        {head + "    OVERRIDE: true\n", "line 4: is override"},
		"a long s":                        {"ſervices: [{hostname: api, type: nodejs@22, override: true}]\n" + strings.ReplaceAll(head, "api", "fresh"), "line 1: is services"},
		"blanks in the key":               {head + "    \" override \": true\n", "line 4: is override"},
		"another case of the core":        {"project: {name: x, CorePackage: SERIOUS}\n" + head, "line 1: is corePackage"},
		"another case of the list":        {"Services: [{hostname: api, type: nodejs@22, override: true}]\n", "line 1: is services"},
		"a key in base64":                 {head + "    !!binary b3ZlcnJpZGU=: true\n", "line 4: a type tag"},
		"a key with a tag":                {head + "    !!str override: true\n", "line 4: a type tag"},
		"a value with a tag":              {head + "    override: !!str false\n", "line 4: a type tag"},
		"a name in base64":                {"services: [{hostname: !!binary YXBp, type: nodejs@22}]", "line 1"},
		"a core in base64":                {"project: {name: x, corePackage: !!binary U0VSSU9VUw==}\n" + head, "line 1: a type tag"},
		"a merge in quotes":               {"a: &a {override: true}\nservices:\n  - \"<<\": *a\n    hostname: api\n    type: nodejs@22\n", "line 3: a << in quotes"},
		"a merge over a key":              {"a: &a {override: true}\nservices:\n  - override: false\n    <<: *a\n    hostname: api\n    type: nodejs@22\n", "line 4: << brings"},
		"a merge over a name":             {"a: &a {hostname: api}\nservices:\n  - hostname: fresh\n    <<: *a\n    override: true\n    type: nodejs@22\n", "line 4: << brings"},
		"a merge over the list":           {"a: &a {services: [{hostname: api, type: nodejs@22, override: true}]}\nservices: [{hostname: fresh, type: nodejs@22}]\n<<: *a\n", "line 3: << brings"},
		"a merge inside a merge":          {"a: &a {override: true}\nb: &b\n  override: false\n  <<: *a\nservices:\n  - <<: *b\n    hostname: api\n    type: nodejs@22\n", "line 4: << brings"},
		"a list as a key":                 {head + "    ? [override]\n    : true\n", "line 4"},
		"an alias as a key":               {"x: &x override\n" + head + "    *x : true\n", "line 5"},
		"a byte order mark inside":        {head + "\ufeff    override: true\n", "line 4: a byte order mark"},
		"U+0085":                          {head + "    priority: 1\u0085    override: true\n", "line 4: a line separator"},
		"U+2028":                          {head + "    priority: 1\u2028    override: true\n", "line 4: a line separator"},
		"U+2029":                          {head + "    description: x\u2029    override: true\n", "line 4: a line separator"},
		"an indent of tabs":               {"services:\n\t- hostname: api\n", "line 2"},
		"a word for a name":               {"services: [{hostname: on, type: nodejs@22}]", "line 1: this word is a text"},
		"a truth for a name":              {"services: [{hostname: true, type: nodejs@22}]", "line 1: this word is a text"},
		"a list for a service":            {"services: [[{hostname: api, override: true}]]", "line 1"},
		"a quote by a backslash":          {on + "    x: \\\"\n    override: true\n    y: \\\"\n", "line 5: the preprocessor takes this backslash"},
		"a value with its end hidden":     {on + "    envSecrets: {A: \"\\\", B: \"}, \\\"override\\\": true}\n", "line 5: the preprocessor takes this backslash"},
		"a key in brackets":               {on + "    <override>: true\n", "line 5"},
		"the core in brackets":            {"#zeropsPreprocessor=on\nproject: {name: x, <corePackage>: SERIOUS}\n" + head, "line 2"},
		"the core with a backslash":       {"#zeropsPreprocessor=on\nproject:\n  name: x\n  core\\Package: SERIOUS\n" + head, "line 4: the preprocessor takes this backslash"},
		"the core with an escaped sign":   {"#zeropsPreprocessor=on\nproject:\n  name: x\n  \\\\corePackage: SERIOUS\n" + head, "line 4"},
		"a core by an expression":         {"#zeropsPreprocessor=on\nproject: {name: x, corePackage: \"<@pickRandom(<SERIOUS>)>\"}\n" + head, "line 2"},
		"a core in capitals":              {"#zeropsPreprocessor=on\nproject: {name: x, corePackage: <serious|upper>}\n" + head, "line 2"},
		"an override by an expression":    {on + "    override: <@pickRandom(<true>, <false>)>\n", "line 5"},
		"an override in brackets":         {on + "    override: <false>\n", "line 5"},
		"a name by an expression":         {"#yamlPreprocessor=on\nservices:\n  - hostname: <@generateRandomString(<5>)>\n    type: nodejs@22\n", "line 3"},
		"a name in brackets":              {"#yamlPreprocessor=on\nservices:\n  - hostname: <api>\n    type: nodejs@22\n", "line 3"},
		"a repository by an expression":   {on + "    buildFromGit: https://github.com/a/<@getVar(name)>\n", "line 5"},
		"credentials in brackets":         {on + "    <buildFromGit>: https://me:fake@github.com/a/b\n", "line 5"},
		"a line that a < swallows":        {on + "    # replicas < 3\n    priority: 1\n    override: true\n", "line 6: is dropped by the preprocessor: a < in line 5"},
		"a text that brings a key":        {on + "    envSecrets:\n      A: <@setVar(<a>, <1\n    override: true>)>\n", "line 7"},
		"a key that a stored text hides":  {on + "    # <@setVar(<a>,<\n    override: true\n    # >)|sha256>\n", "line 6"},
		"a colon by a text":               {on + "    envSecrets:\n      A: <@setVar(<a>, <override: true>)>\n", "line 6"},
		"a key by a stored text":          {on + "    envSecrets: {A: \"<@setVar(<a>, <x\", override: true, \"y>)>\"}\n", "line 5"},
		"quotes by a text":                {on + "    envSecrets: {A: \"<@setVar(<a>, <\">)>, override: true, \"<@getVar(a)>: 1}\n", "line 5"},
		"a function that is not known":    {on + "    envSecrets: {A: \"<@readFile(<x>)>\"}\n", "line 5: the expression calls"},
		"a modifier that is not known":    {on + "    envSecrets: {A: \"<@getVar(a)|reverse>\"}\n", "line 5: the expression ends in"},
		"bytes":                           {on + "    envSecrets: {A: \"<@generateRandomBytes(<8>)>\"}\n", "line 5: generateRandomBytes"},
		"commas of a hash":                {on + "    envSecrets: {A: <@generateRandomString(<8>)|argon2id>}\n", "line 5"},
		"a merge":                         {"#yamlPreprocessor=on\na: &a {override: true}\nservices:\n  - <<: *a\n    hostname: api\n    type: nodejs@22\n", "line 4"},
		"a word that may turn it on":      {"# Zerops-Preprocessor = ON\n" + head + "    <override>: true\n", "line 5"},
		"a word that comes second":        {"# shop\n#yamlPreprocessor=on\n" + head + "    over\\ride: true\n", "line 6"},
		"a word behind a byte order mark": {"\ufeff#yamlPreprocessor=on\n" + head + "    over\\ride: true\n", "line 5"},
		"a word behind the first key":     {"{\"x\": 1, # yamlPreprocessor=on\n\"services\": [{\"hostname\": \"api\", \"type\": \"nodejs@22\", \"<override>\": true}]}", "line 2"},
	}
}

func TestDoubtfulImportsAreRefused(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t, tooltest.Unconfirmed)
	staging, org := h.Sim.ProjectID("eshop-staging"), h.Sim.OrgID("Northwind Trading")
	for name, c := range doubtful() {
		text := c[0]
		calls := map[string]tooltest.Args{
			"import_yaml":                {"project": "eshop-staging", "yaml": text},
			"replace_services_from_yaml": {"project": "eshop-staging", "yaml": text},
		}
		if strings.Contains(text, "project:") {
			calls["import_yaml"] = tooltest.Args{"org": org, "yaml": text}
		}
		check := func(tool string, a tooltest.Args) {
			e := fmt.Sprint(h.Call(tool, a).Fails("invalid_arguments"))
			if !strings.Contains(e, c[1]) || strings.Contains(e, "fake") {
				t.Errorf("%s by %s: %q is not in %s", name, tool, c[1], e)
			}
		}
		for tool, a := range calls {
			if tool == "replace_services_from_yaml" && strings.Contains(text, "project:") {
				continue
			}
			check(tool, a)
		}
		for operation, field := range tooltest.Imports() {
			check("write_api", tooltest.Args{"operation": operation, "path": tooltest.Args{"id": staging}, "body": tooltest.Args{field: text}})
		}
		check("write_api", tooltest.Args{"operation": "PostClientProjectImport", "path": tooltest.Args{"id": org}, "body": tooltest.Args{"yaml": text}})
	}
	if n := h.Writes(); n > 0 {
		t.Errorf("%d writes", n)
	}
}

// TestExpressionsInValuesStillWork imports what the preprocessor is for, in both
// spellings of the words that turn it on.
func TestExpressionsInValuesStillWork(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t)
	for i, word := range []string{"#yamlPreprocessor=on", "#zeropsPreprocessor=on", "# yamlPreprocessor = on\r"} {
		text := word + "\n" + strings.ReplaceAll(`# makes <@generateRandomString(<8>)> for everybody -> see below
services:
  - hostname: HOST
    type: nodejs@22
    envSecrets: {FLOW: "<@generateRandomStringVar(<mine>, <32>)>", SAME: <@getVar(mine)|toHex>}
    vault:
      KEY: <@generateRandomString(<@generateRandomInt(<16>, <32>)>)>
      HASH: <@getVar(mine) | argon2id>
      BYTES: {value: "<@generateRandomBytes(<16>) | toHex>", sensitive: true}
      PICKED: <@pickRandom(<one-two>, <three four>)>
      STORED: "<@setVar(<url>, <https://api.example.com/${hostname}>)>"
      DAY: <@getDatetime(<YYYY-MM-DD HH:mm:ss>)>
      TOKEN: '<@generateJWT(<@getVar(mine)>, <{"role":"test","exp":1798761600}>)>'
      TITLE: <a plain text|title>
      LESS: "a \< b > c, and \\\\ stays"
      PEM: |
        <@generateED25519Key(<key>)>
`, "HOST", fmt.Sprintf("fresh%d", i))
		r := h.Call("import_yaml", tooltest.Args{"project": "blog", "yaml": text}).Status("done")
		if r.Str("services.0.hostname") != fmt.Sprintf("fresh%d", i) {
			t.Errorf("%s: %s", word, r.Raw)
		}
		id := r.Str("services.0.id")
		for _, key := range []string{"KEY", "BYTES", "LESS"} {
			if !strings.Contains(string(h.Call("list_env", tooltest.Args{"service": id}).Ok().Raw), `"`+key+`"`) {
				t.Errorf("%s: %s was not set", word, key)
			}
		}
	}
	r := h.Call("import_yaml", tooltest.Args{"project": "blog", "yaml": "# without a preprocessor\nservices:\n  - hostname: plain\n    type: nodejs@22\n    envSecrets: {LESS: \"1 < 2\", PATH_OF: 'C:\\x', HTML: <b>}\n"}).Status("done")
	if r.Str("services.0.hostname") != "plain" {
		t.Errorf("a document without expressions: %s", r.Raw)
	}
}

// TestReplaceServicesBesideExpressions replaces what was confirmed and nothing else.
func TestReplaceServicesBesideExpressions(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t)
	text := "#zeropsPreprocessor=on\nservices:\n  - hostname: api\n    type: nodejs@22\n    startWithoutCode: true\n    vault: {A: \"<@generateRandomString(<8>)>\"}\n"
	h.Confirmed("replace_services_from_yaml", tooltest.Args{"project": "eshop-staging", "yaml": text}).Status("done")
	sent := ""
	for _, request := range h.Sim.Requests() {
		if request.Operation == "PostProjectServiceStackImport" {
			sent = string(request.Body)
		}
	}
	if !strings.Contains(sent, `- hostname: api\n    override: true\n`) {
		t.Errorf("the platform was sent %s", sent)
	}
}

func TestExportYamlMasksTheVault(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t)
	document := `project:
  name: eshop
  vault: {SHARED: fake-shared, OTHER: {value: fake-other, sensitive: true}}
x-entry: &entry {value: fake-anchored, sensitive: false}
x-all: &all
  MERGED: fake-merged
  sensitive: fake-called-so
x-flag: &flag
  sensitive: true
services:
  - hostname: api
    type: nodejs@22
    vault:
      PLAIN: fake-plain
      NUMBER: 123456789
      BLOCK: |
        fake-first
        fake-second
      OBJECT:
        value: "fake-object"
        sensitive: true
      ALIAS: *entry
      ENTRY: {<<: *flag, value: fake-entry}
      sensitive: fake-by-name
      REFERENCE: ${db_password}
      <<: *all
    zeropsYaml: |
      zerops:
        - setup: api
          run:
            envVariables: {INNER: fake-inner}
  - hostname: other
    type: nodejs@22
    Vault: {KEY: fake-case}
    zeropsYaml: "fake: [broken"
`
	h.Sim.Fail(simulator.Fault{Operation: "GetProjectExport", Times: 1, Status: 200, Body: fmt.Sprintf(`{"yaml":%s}`, tooltest.Quoted(t, document))})
	r := h.Call("export_yaml", tooltest.Args{"project": "eshop-staging"}).Ok()
	text := r.Str("yaml")
	if strings.Contains(text, "fake") || strings.Contains(text, "123456789") {
		t.Errorf("a value is in the export:\n%s", text)
	}
	var out struct {
		Services []struct {
			Vault map[string]any
			Yaml  string `yaml:"zeropsYaml"`
		}
	}
	if err := yaml.Unmarshal([]byte(text), &out); err != nil {
		t.Fatalf("the export is no YAML: %v\n%s", err, text)
	}
	vault := out.Services[0].Vault
	if vault["REFERENCE"] != "${db_password}" || tooltest.Lookup(vault, "OBJECT.sensitive") != true || tooltest.Lookup(vault, "ENTRY.sensitive") != true || tooltest.Lookup(vault, "OBJECT.value") != "[redacted]" {
		t.Errorf("what is no secret: %v", vault)
	}
	if inner := out.Services[0].Yaml; !strings.Contains(inner, "INNER") || !strings.Contains(inner, "setup: api") {
		t.Errorf("the zerops.yaml inside: %s", inner)
	}
	h.Call("import_yaml", tooltest.Args{"project": "blog", "yaml": text}).Fails("invalid_arguments")
}
