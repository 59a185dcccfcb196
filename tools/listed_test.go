package tools_test

import (
	"context"
	"reflect"
	"slices"
	"testing"

	"zerops-mcp/tools"
	"zerops-mcp/tools/request"
	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

// listed are the tools of a server that hides none.
func listed(t *testing.T, projects ...string) []tools.ToolInfo {
	t.Helper()
	api, err := zerops.NewAPI(zerops.APIOptions{})
	if err != nil {
		t.Fatal(err)
	}
	s, err := tools.New(tool.Config{
		API: api, Toolsets: []string{"all"}, AllowSecrets: true, Projects: projects,
		Credential: func(context.Context) request.Credential { return request.Credential{} },
	})
	if err != nil {
		t.Fatal(err)
	}
	return s.Listed()
}

func TestCatalogueIsWhatAServerLists(t *testing.T) {
	t.Parallel()
	if got, want := tools.Catalogue(), listed(t); len(got) < 50 || !reflect.DeepEqual(got, want) {
		t.Errorf("%d tools, a server lists %d", len(got), len(want))
	}
}

// With one project in scope the argument is not required, and nothing
// else of the schema differs.
func TestTheListWithOneProjectInScope(t *testing.T) {
	t.Parallel()
	changed := 0
	single := listed(t, "eshop")
	for i, usual := range listed(t) {
		want, err := tool.ParseSchema(usual.Input)
		if err != nil {
			t.Fatal(err)
		}
		got, err := tool.ParseSchema(single[i].Input)
		if err != nil {
			t.Fatal(err)
		}
		if at := slices.Index(want.Required, "project"); at >= 0 {
			changed++
			if want.Required = slices.Delete(want.Required, at, at+1); len(want.Required) == 0 {
				want.Required = nil
			}
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %s", usual.Name, single[i].Input)
		}
	}
	if changed < 10 {
		t.Errorf("only %d tools require a project", changed)
	}
}
