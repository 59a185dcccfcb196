package tools

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"zerops-mcp/tools/request"
	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

// Promises to whoever pays for the context of every conversation.
const (
	maxDefaultBytes      = 19_000
	maxAllBytes          = 34_000
	maxDescriptionBytes  = 400
	maxNameLength        = 40
	maxInstructionsBytes = 1_500
)

// offline makes a server that cannot reach anything.
func offline(t *testing.T, change ...func(*tool.Config)) *Server {
	t.Helper()
	api, err := zerops.NewAPI(zerops.APIOptions{Address: "http://127.0.0.1:1"})
	if err != nil {
		t.Fatal(err)
	}
	cfg := tool.Config{
		API: api, Toolsets: []string{"all"}, AllowSecrets: true, Version: "test",
		Credential: func(context.Context) request.Credential { return request.Credential{Source: "ZEROPS_TOKEN"} },
	}
	for _, c := range change {
		c(&cfg)
	}
	s, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestBudgets(t *testing.T) {
	t.Parallel()
	all, standard := 0, 0
	for _, info := range offline(t).Listed() {
		size := len(info.Name) + len(info.Description) + len(info.Input)
		all += size
		if info.Standard {
			standard += size
		}
		if len(info.Description) > maxDescriptionBytes || info.Description == "" || info.Title == "" {
			t.Errorf("%s: description of %d bytes, title %q", info.Name, len(info.Description), info.Title)
		}
		if len(info.Name) > maxNameLength || !regexp.MustCompile(`^[a-z][a-z0-9_]*$`).MatchString(info.Name) {
			t.Errorf("%s: not a name that every client takes", info.Name)
		}
	}
	t.Logf("default toolset %d bytes, all toolsets %d bytes", standard, all)
	if standard > maxDefaultBytes || all > maxAllBytes {
		t.Errorf("default toolset %d of %d bytes, all toolsets %d of %d", standard, maxDefaultBytes, all, maxAllBytes)
	}
	for name, change := range map[string]func(*tool.Config){
		"all":  func(*tool.Config) {},
		"most": func(c *tool.Config) { c.ReadOnly, c.Projects, c.Remote = true, []string{"a", "b"}, true },
	} {
		text := offline(t, change).instructions()
		t.Logf("%s: instructions of %d bytes", name, len(text))
		if len(text) > maxInstructionsBytes {
			t.Errorf("%s: instructions of %d bytes", name, len(text))
		}
	}
}

// TestInstructionsNameVisibleTools: what is hidden is not advertised.
func TestInstructionsNameVisibleTools(t *testing.T) {
	t.Parallel()
	for _, change := range []func(*tool.Config){
		func(*tool.Config) {},
		func(c *tool.Config) { c.ReadOnly = true },
		func(c *tool.Config) { c.Toolsets = []string{"team"} },
		func(c *tool.Config) { c.ExcludeTools = []string{"search_api", "get_project"} },
	} {
		s := offline(t, change)
		for _, name := range s.runner.Names() {
			if strings.Contains(s.instructions(), name+":") && !s.runner.Offers(name) {
				t.Errorf("the instructions name %s, which is hidden", name)
			}
		}
	}
	if text := offline(t, func(c *tool.Config) { c.AllowSecrets = false }).instructions(); !strings.Contains(text, "never shown") || !strings.Contains(text, "written by others") {
		t.Errorf("instructions:\n%s", text)
	}
}

// TestToolsetsAreComplete: the default list is what default shows, and every tool
// is reachable by its toolset.
func TestToolsetsAreComplete(t *testing.T) {
	t.Parallel()
	var sets []string
	for _, set := range toolsets() {
		sets = append(sets, set.name)
	}
	bySet, all := offline(t, func(c *tool.Config) { c.Toolsets = sets }), offline(t)
	if len(bySet.Listed()) != len(all.Listed()) {
		t.Errorf("%d tools by toolset, %d in all", len(bySet.Listed()), len(all.Listed()))
	}
	for _, info := range offline(t, func(c *tool.Config) { c.Toolsets = nil }).Listed() {
		if !info.Standard {
			t.Errorf("%s is listed by default and not marked as such", info.Name)
		}
	}
}

func TestAnnotationsAreExplicit(t *testing.T) {
	t.Parallel()
	s := offline(t)
	for _, tool := range s.runner.Tools() {
		def := s.definition(tool)
		hints := []*bool{def.Annotations.ReadOnlyHint, def.Annotations.DestructiveHint, def.Annotations.IdempotentHint, def.Annotations.OpenWorldHint}
		if slices.Contains(hints, nil) || def.Annotations.Title == "" {
			t.Errorf("%s: %+v", tool.Name, def.Annotations)
		}
		if (tool.Effect == zerops.Reads) != *def.Annotations.ReadOnlyHint || (tool.Can.Destructive() || tool.LosesValue) != *def.Annotations.DestructiveHint {
			t.Errorf("%s: the hints contradict that it %s and can: %v", tool.Name, tool.Effect, tool.Can)
		}
		if _, err := json.Marshal(def); err != nil {
			t.Errorf("%s cannot be listed: %v", tool.Name, err)
		}
	}
}

// TestSchemasWorkEverywhere holds the schemas to what all clients and model
// providers accept.
func TestSchemasWorkEverywhere(t *testing.T) {
	t.Parallel()
	known := map[string]bool{}
	for _, field := range reflect.VisibleFields(reflect.TypeFor[tool.Schema]()) {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		known[name] = true
	}
	s := offline(t)
	for _, tool := range s.runner.Tools() {
		in := schemaRules{t: t, where: tool.Name + ".in", known: known}
		in.root(tool.InputSchema())
		if !tool.Image {
			out := schemaRules{t: t, where: tool.Name + ".out", untyped: strings.HasSuffix(tool.Name, "_api")}
			out.root(tool.OutputSchema())
		}
	}
}

type schemaRules struct {
	t       *testing.T
	where   string
	known   map[string]bool // keywords that the checker of arguments knows; nil where nothing is checked
	untyped bool            // result may be anything
}

func (r schemaRules) root(raw json.RawMessage) {
	r.t.Helper()
	var node map[string]any
	if err := json.Unmarshal(raw, &node); err != nil {
		r.t.Errorf("%s: %v", r.where, err)
		return
	}
	if node["type"] != "object" {
		r.t.Errorf("%s: the root is %v", r.where, node["type"])
	}
	r.node(node, "")
}

func (r schemaRules) node(node map[string]any, path string) {
	r.t.Helper()
	for keyword := range node {
		switch keyword {
		case "anyOf", "oneOf", "allOf", "not", "if", "then", "else", "$ref", "$defs", "patternProperties", "const":
			r.t.Errorf("%s%s: %s", r.where, path, keyword)
		}
		if r.known != nil && !r.known[keyword] {
			r.t.Errorf("%s%s: arguments are not checked against %s", r.where, path, keyword)
		}
	}
	kind, ok := node["type"].(string)
	if !ok {
		r.t.Errorf("%s%s: type is %v", r.where, path, node["type"])
	}
	switch kind {
	case "object":
		properties, ok := node["properties"].(map[string]any)
		if !ok || node["additionalProperties"] != false {
			r.t.Errorf("%s%s: an object needs properties and additionalProperties false", r.where, path)
		}
		for name, value := range properties {
			r.child(value, path+"."+name)
		}
		for _, name := range asStrings(node["required"]) {
			if properties[name] == nil {
				r.t.Errorf("%s%s: %s is required and not declared", r.where, path, name)
			}
		}
	case "array":
		if node["items"] == nil {
			r.t.Errorf("%s%s: a list without items", r.where, path)
			return
		}
		r.child(node["items"], path+"[]")
	}
}

func (r schemaRules) child(value any, path string) {
	r.t.Helper()
	node, ok := value.(map[string]any)
	switch {
	case !ok: // the TypeScript SDK refuses the whole list for one boolean schema
		r.t.Errorf("%s%s: a boolean schema", r.where, path)
	case !r.untyped || path != ".result" || node["type"] != nil:
		r.node(node, path)
	}
}

func asStrings(v any) []string {
	list, _ := v.([]any)
	var texts []string
	for _, item := range list {
		text, _ := item.(string)
		texts = append(texts, text)
	}
	return texts
}

// TestListIsTheSameEverywhere: sorted, and byte for byte equal in another
// process's place.
func TestListIsTheSameEverywhere(t *testing.T) {
	t.Parallel()
	list := func() []byte {
		message := []byte(`{"jsonrpc":"2.0","id":1,"method":"tools/list"}`)
		raw, err := json.Marshal(HandleMessage(t.Context(), offline(t).MCP(), message))
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	first := list()
	for range 3 {
		if !bytes.Equal(first, list()) {
			t.Fatal("two servers list their tools differently")
		}
	}
	var answer struct {
		Result struct {
			Tools []struct {
				Name string `json:"name"`
			} `json:"tools"`
		} `json:"result"`
	}
	if err := json.Unmarshal(first, &answer); err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, tool := range answer.Result.Tools {
		names = append(names, tool.Name)
	}
	if len(names) == 0 || !slices.IsSorted(names) {
		t.Errorf("not sorted: %v", names)
	}
}

// TestDocumentation proves that docs/tools.md tells of every tool as it is.
func TestDocumentation(t *testing.T) {
	t.Parallel()
	path := filepath.Join("..", "docs", "tools.md")
	want := offline(t).Markdown()
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Error("docs/tools.md is out of date; run the tests with -update")
	}
}
