// Package compare reads the vendor's descriptions of the API and compares them
// with the operation catalogue.
package compare

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"zerops-mcp/zerops"
)

// prefix is what the vendor writes before every path of the public API.
const prefix = "/api/rest/public"

// Route is one operation as the vendor describes it.
type Route struct {
	// Operation is its name, empty where the description has none of ours.
	Operation string
	Method    string
	// Path is below the API's base, such as /project/{id}.
	Path string
	// Body and Query name the fields of the body's top level and the query.
	Body, Query []string
}

// Key identifies a route whatever its parameters are called.
func (r Route) Key() string {
	return r.Method + " " + parameter.ReplaceAllString(strings.TrimSuffix(r.Path, "/"), "{}")
}

// parameter matches {name} and {name:.*}.
var parameter = regexp.MustCompile(`\{[^}]*\}`)

// Known differences between the SDK's fields and ours, with the reason.
var (
	// The push channel needs a web socket, which this product does not open.
	leftOut = []string{"receiverId", "subscriptionName"}
	// What the live API wants or takes and the SDK does not have (platform §1.9, §4.9,
	// §10.3), and how bytes are given.
	added = map[string][]string{
		"PostServiceStackUserData": {"sensitive"}, "PutUserData": {"sensitive"}, "PutAppVersionUpload": {"base64"},
		"PutServiceStackUserDataEnvFile": {"sensitive"}, "PutProjectEnvFile": {"sensitive"}, "PostClientProject": {"envSecrets"},
		"GetProjectExport": {"reveal"}, "GetServiceStackExport": {"reveal"},
	}
)

// ours returns the catalogue as routes.
func ours() ([]Route, error) {
	var details zerops.Details
	var routes []Route
	for op := range zerops.Operations() {
		detail, err := details.Of(op)
		if err != nil {
			return nil, fmt.Errorf("reading the catalogue: %w", err)
		}
		route := Route{Operation: op.String(), Method: op.Method(), Path: op.Path()}
		for _, field := range detail.Query {
			route.Query = append(route.Query, field.Name)
		}
		if detail.Body != nil {
			route.Body = detail.Body.FieldNames()
		}
		routes = append(routes, route)
	}
	return routes, nil
}

// Catalogue lists how the catalogue differs from the SDK's operations: methods,
// paths, and the names of query parameters and body fields. It returns nothing
// when they agree.
func Catalogue(sdk []Route) ([]string, error) {
	catalogue, err := ours()
	if err != nil {
		return nil, err
	}
	byName := map[string]Route{}
	for _, route := range sdk {
		byName[route.Operation] = route
	}
	var lines []string
	for _, got := range catalogue {
		op, _ := zerops.LookupOperation(got.Operation)
		want, known := byName[got.Operation]
		delete(byName, got.Operation)
		switch undocumented := op.Class().Has(zerops.Undocumented); {
		case !known && !undocumented:
			lines = append(lines, got.Operation+": not in the SDK")
		case known && undocumented:
			lines = append(lines, got.Operation+": now in the SDK, so no longer undocumented")
		}
		if !known {
			continue
		}
		if got.Method != want.Method || got.Path != want.Path {
			lines = append(lines, fmt.Sprintf("%s: %s %s, in the SDK %s %s", got.Operation, got.Method, got.Path, want.Method, want.Path))
		}
		lines = append(lines, fieldLines(got.Operation+": query", unsorted(got.Query, want.Query), want.Query)...)
		lines = append(lines, fieldLines(got.Operation+": body", got.Body, want.Body)...)
	}
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		lines = append(lines, fmt.Sprintf("%s: missing, in the SDK %s %s", name, byName[name].Method, byName[name].Path))
	}
	return lines, nil
}

// unsorted leaves the order out of the query of a direct list, where it is newer than
// the SDK (platform §10.3).
func unsorted(got, want []string) []string {
	if !slices.Contains(want, "offset") {
		return got
	}
	return slices.DeleteFunc(slices.Clone(got), func(name string) bool { return name == "sort" && !slices.Contains(want, name) })
}

func fieldLines(where string, got, want []string) []string {
	operation, _, _ := strings.Cut(where, ":")
	var lines []string
	for _, name := range want {
		if !slices.Contains(got, name) && !slices.Contains(leftOut, name) {
			lines = append(lines, fmt.Sprintf("%s lacks %s", where, name))
		}
	}
	for _, name := range got {
		if !slices.Contains(want, name) && !slices.Contains(added[operation], name) {
			lines = append(lines, fmt.Sprintf("%s has %s, which the SDK does not know", where, name))
		}
	}
	return lines
}

// Document lists what an OpenAPI document has that the catalogue has not, and
// the other way round. Routes are matched by method and path alone, because the
// documents name neither operations nor parameters as the SDK does.
func Document(document []Route) ([]string, error) {
	catalogue, err := ours()
	if err != nil {
		return nil, err
	}
	byKey := map[string]Route{}
	for _, route := range catalogue {
		byKey[route.Key()] = route
	}
	var fresh, gone, fields []string
	shared := 0
	for _, route := range document {
		known, ok := byKey[route.Key()]
		delete(byKey, route.Key())
		if !ok {
			fresh = append(fresh, "  "+route.Method+" "+route.Path)
			continue
		}
		shared++
		if len(route.Body) == 0 {
			continue
		}
		for _, name := range route.Body {
			if !slices.Contains(known.Body, name) && !slices.Contains(leftOut, name) {
				fields = append(fields, fmt.Sprintf("  %s: body field %s", known.Operation, name))
			}
		}
	}
	for _, route := range byKey {
		gone = append(gone, fmt.Sprintf("  %s %s (%s)", route.Method, route.Path, route.Operation))
	}
	var lines []string
	for _, part := range []struct {
		title string
		lines []string
	}{
		{"in the document, not in the catalogue", fresh},
		{"body fields of the document that the catalogue lacks", fields},
		{"in the catalogue, not in the document", gone},
	} {
		slices.Sort(part.lines)
		lines = append(lines, fmt.Sprintf("%d %s", len(part.lines), part.title))
		lines = append(lines, part.lines...)
	}
	return append(lines, fmt.Sprintf("%d operations in both", shared)), nil
}
