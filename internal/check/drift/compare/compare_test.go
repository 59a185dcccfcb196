package compare_test

import (
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"zerops-mcp/internal/check/drift/compare"
	"zerops-mcp/zerops"
)

// writeSDK writes a directory in the layout of the SDK with one operation.
func writeSDK(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for _, folder := range []string{"sdk", "dto/input/body", "dto/input/query"} {
		if err := os.MkdirAll(filepath.Join(dir, folder), 0o750); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

const handler = `package sdk

func (h Handler) PutClientThing(ctx context.Context, inputDtoPath path.Thing, inputDtoQuery query.Thing, inputDtoBody body.Thing) (r Response, err error) {
	u := "/api/rest/public/client/" + inputDtoPath.Id.Native() + "/thing/" + inputDtoPath.ThingId.TypedString().Native()
	sdkResponse := sdkBase.Put(ctx, h.environment, u, inputDtoBody)
	return r, sdkResponse.Err
}

func (h Handler) helper() {}
`

func TestReadSDK(t *testing.T) {
	t.Parallel()
	dir := writeSDK(t, map[string]string{
		"sdk/PutClientThing.go":   handler,
		"dto/input/body/thing.go": "package body\ntype Thing struct {\n\tName types.String `json:\"name\"`\n\tSize types.Int `json:\"sizeGB,omitempty\"`\n}\n",
		"dto/input/query/t.go":    "package query\ntype Thing struct {\n\tLimit types.IntNull\n}\n",
	})
	routes, err := compare.ReadSDK(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(routes) != 1 {
		t.Fatalf("%d routes, want 1: %+v", len(routes), routes)
	}
	got := routes[0]
	if got.Operation != "PutClientThing" || got.Method != http.MethodPut || got.Path != "/client/{id}/thing/{thingId}" {
		t.Errorf("route %+v", got)
	}
	if !slices.Equal(got.Body, []string{"name", "sizeGB"}) || !slices.Equal(got.Query, []string{"limit"}) {
		t.Errorf("fields %v and %v", got.Body, got.Query)
	}
}

func TestReadSDKRefusesWhatItDoesNotUnderstand(t *testing.T) {
	t.Parallel()
	if _, err := compare.ReadSDK(t.TempDir()); err == nil {
		t.Error("no error for an empty directory")
	}
	if _, err := compare.ReadSDK(writeSDK(t, nil)); err == nil {
		t.Error("no error for an SDK without operations")
	}
	odd := strings.Replace(handler, `"/thing/" + inputDtoPath.ThingId.TypedString().Native()`, `suffix`, 1)
	if _, err := compare.ReadSDK(writeSDK(t, map[string]string{"sdk/x.go": odd})); err == nil {
		t.Error("no error for a path built in an unknown way")
	}
}

// catalogueRoutes returns what an SDK would hold that agrees with the catalogue.
func catalogueRoutes(t *testing.T) []compare.Route {
	t.Helper()
	var details zerops.Details
	var routes []compare.Route
	for op := range zerops.Operations() {
		if op.Class().Has(zerops.Undocumented) {
			continue
		}
		detail, err := details.Of(op)
		if err != nil {
			t.Fatal(err)
		}
		route := compare.Route{Operation: op.String(), Method: op.Method(), Path: op.Path()}
		for _, field := range detail.Query {
			route.Query = append(route.Query, field.Name)
		}
		if detail.Body != nil {
			route.Body = detail.Body.FieldNames()
		}
		routes = append(routes, route)
	}
	return routes
}

func TestCatalogueReportsEachKindOfDrift(t *testing.T) {
	t.Parallel()
	index := func(routes []compare.Route, name string) int {
		return slices.IndexFunc(routes, func(r compare.Route) bool { return r.Operation == name })
	}
	for _, test := range []struct {
		name   string
		change func([]compare.Route) []compare.Route
		want   string
	}{
		{"same", func(r []compare.Route) []compare.Route { return r }, ""},
		{"gone", func(r []compare.Route) []compare.Route {
			i := index(r, "GetProject")
			return slices.Delete(r, i, i+1)
		}, "GetProject: not in the SDK"},
		{"new", func(r []compare.Route) []compare.Route {
			return append(r, compare.Route{Operation: "GetMoon", Method: "GET", Path: "/moon"})
		}, "GetMoon: missing, in the SDK GET /moon"},
		{"moved", func(r []compare.Route) []compare.Route {
			r[index(r, "GetProject")].Path = "/projects/{id}"
			return r
		}, "GetProject: GET /project/{id}, in the SDK GET /projects/{id}"},
		{"method", func(r []compare.Route) []compare.Route {
			r[index(r, "PutProjectStart")].Method = "POST"
			return r
		}, "PutProjectStart: PUT /project/{id}/start, in the SDK POST /project/{id}/start"},
		{"body field", func(r []compare.Route) []compare.Route {
			i := index(r, "PutProject")
			r[i].Body = append(slices.Clone(r[i].Body), "colour")
			return r
		}, "PutProject: body lacks colour"},
		{"query parameter", func(r []compare.Route) []compare.Route {
			r[index(r, "DeleteClientUser")].Query = nil
			return r
		}, "DeleteClientUser: query has force, which the SDK does not know"},
		{"documented now", func(r []compare.Route) []compare.Route {
			return append(r, compare.Route{Operation: "GetUserDataReveal", Method: "GET", Path: "/user-data/{id}/reveal"})
		}, "GetUserDataReveal: now in the SDK, so no longer undocumented"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			lines, err := compare.Catalogue(test.change(catalogueRoutes(t)))
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(lines, "\n"); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestDocument(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "openapi.yml")
	text := `openapi: 3.0.0
info: {title: t, version: "1"}
paths:
  /api/rest/public/project/{projectId}:
    get:
      parameters: [{name: projectId, in: path, required: true, schema: {type: string}}]
      responses: {"200": {description: ok}}
    put:
      parameters: [{name: projectId, in: path, required: true, schema: {type: string}}]
      requestBody:
        content:
          application/json:
            schema: {type: object, properties: {name: {type: string}, colour: {type: string}, receiverId: {type: string}}}
      responses: {"200": {description: ok}}
  /api/rest/public/moon:
    post:
      responses: {"200": {description: ok}}
`
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	routes, err := compare.ReadOpenAPI(file)
	if err != nil {
		t.Fatal(err)
	}
	lines, err := compare.Document(routes)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"1 in the document, not in the catalogue", "  POST /moon", "1 body fields of the document that the catalogue lacks",
		"  PutProject: body field colour", "2 operations in both",
	} {
		if !slices.Contains(lines, want) {
			t.Errorf("the report lacks %q:\n%s", want, strings.Join(lines[:min(len(lines), 20)], "\n"))
		}
	}
	if _, err := compare.ReadOpenAPI(file + ".missing"); err == nil {
		t.Error("no error for a missing document")
	}
}
