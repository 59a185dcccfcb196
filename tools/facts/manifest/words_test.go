package manifest_test

import (
	"fmt"
	"strings"
	"testing"

	"zerops-mcp/tools/facts/manifest"
	"zerops-mcp/zerops"
)

// A plan names every setting that is sent, and no value of a variable.
func TestPlansOfImportsNameEverySetting(t *testing.T) {
	t.Parallel()
	const text = `project:
  name: dear
  corePackage: SERIOUS
  tags: [a, b]
  envVariables:
    TOP: hunter2hunter2
services:
  - hostname: app
    type: nodejs@22
    buildFromGit: https://github.com/example/app
    enableSubdomainAccess: true
    minContainers: 2
    verticalAutoscaling: {maxRam: 8, cpuMode: DEDICATED}
    ports:
      - {port: 3000, httpSupport: true}
    envSecrets:
      API_KEY: correct-horse-battery
      OTHER: x
    dotEnvSecrets: |
      IN_FILE=staple-staple-staple
    accessToken: never-shown-either
    zeropsYaml: |
      zerops:
        - setup: app
          run:
            start: node intruder.js
            envVariables: {INNER: swordfish-swordfish}
    later: &x [1, 2]
  - hostname: db
    type: postgresql@17
    mode: HA
    priority: 10
`
	p, err := manifest.ReadImport(text)
	if err != nil {
		t.Fatal(err)
	}
	words := strings.Join(p.Words([]zerops.Service{{Name: "db"}}), "\n")
	for _, part := range []string{
		`creates the project "dear" with corePackage: SERIOUS; envVariables: the variables TOP; tags: a, b`,
		`creates "app" with buildFromGit: https://github.com/example/app; type: nodejs@22; enableSubdomainAccess: true`,
		"dotEnvSecrets: the variables IN_FILE", "envSecrets: the variables API_KEY, OTHER", "minContainers: 2", "ports[0].port: 3000", "ports[0].httpSupport: true",
		"verticalAutoscaling.cpuMode: DEDICATED", "verticalAutoscaling.maxRam: 8", "run.start: node intruder.js", "run.envVariables: the variables INNER",
		"accessToken: (not shown)", "later: 1, 2",
		`replaces "db" with type: postgresql@17; mode: HA; priority: 10`,
	} {
		if !strings.Contains(words, part) {
			t.Errorf("the plan does not say %q:\n%s", part, words)
		}
	}
	for _, value := range []string{"hunter2", "correct-horse", "staple", "swordfish", "never-shown"} {
		if strings.Contains(words, value) {
			t.Errorf("the plan shows %s", value)
		}
	}
}

// What is too long is cut with a count, and never what decides.
func TestPlansOfLongImportsKeepWhatDecides(t *testing.T) {
	t.Parallel()
	var text strings.Builder
	text.WriteString("services:\n")
	for i := range 60 {
		fmt.Fprintf(&text, "  - hostname: app%d\n    type: nodejs@22\n    buildFromGit: https://github.com/example/app%d\n    description: %s\n", i, i, strings.Repeat("word ", 60))
		for j := range 40 {
			fmt.Fprintf(&text, "    setting%d: %d\n", j, j)
		}
	}
	p, err := manifest.ReadImport(text.String())
	if err != nil {
		t.Fatal(err)
	}
	words := p.Words(nil)
	if size := len(strings.Join(words, "\n")); size > 22_000 || len(words) != 60 {
		t.Errorf("%d lines of %d bytes", len(words), size)
	}
	if !strings.Contains(words[0], "and 13 more settings") || !strings.Contains(words[0], "(299 bytes)") {
		t.Errorf("not cut with a count: %s", words[0])
	}
	for i, line := range words {
		if !strings.Contains(line, fmt.Sprintf("buildFromGit: https://github.com/example/app%d;", i)) || !strings.Contains(line, "more settings") && !strings.Contains(line, "left out here") {
			t.Errorf("%s", line)
		}
	}
}

func TestPlansOfDeploymentsNameWhatIsOtherwise(t *testing.T) {
	t.Parallel()
	const before = "zerops:\n  - setup: api\n    run: {base: nodejs@22, start: node main.js, initCommands: [a]}\n  - setup: web\n    run: {start: web}\n"
	const now = "zerops:\n  - setup: api\n    run: {base: nodejs@22, start: node intruder.js, envVariables: {KEY: hunter2hunter2}}\n  - setup: web\n    run: {start: web}\n"
	words := strings.Join(manifest.SetupWords(now, before, "api"), "\n")
	for _, part := range []string{"with the digest", "setup: api", "run.base: nodejs@22;", "run.start: node intruder.js (was: node main.js)", "run.envVariables: the variables KEY (was not set)", "no longer set: run.initCommands"} {
		if !strings.Contains(words, part) {
			t.Errorf("not said: %q in\n%s", part, words)
		}
	}
	if strings.Contains(words, "hunter2") || strings.Contains(words, "setup: web") {
		t.Errorf("said too much:\n%s", words)
	}
	if alone := strings.Join(manifest.SetupWords(now, "", ""), "\n"); !strings.Contains(alone, "intruder.js") || strings.Contains(alone, "was") {
		t.Errorf("without what ran before:\n%s", alone)
	}
	if words := manifest.SetupWords("a: [", before, "api"); len(words) != 1 {
		t.Errorf("unreadable: %v", words)
	}
}
