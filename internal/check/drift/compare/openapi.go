package compare

import (
	"fmt"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// ReadOpenAPI reads the operations of an OpenAPI 3 document. Nothing outside the
// file is read.
func ReadOpenAPI(file string) ([]Route, error) {
	document, err := openapi3.NewLoader().LoadFromFile(file)
	if err != nil {
		return nil, fmt.Errorf("reading the OpenAPI document: %w", err)
	}
	var routes []Route
	for path, item := range document.Paths.Map() {
		for method, operation := range item.Operations() {
			route := Route{Method: method, Path: strings.TrimPrefix(path, prefix)}
			for _, parameter := range operation.Parameters {
				if parameter.Value != nil && parameter.Value.In == openapi3.ParameterInQuery {
					route.Query = append(route.Query, parameter.Value.Name)
				}
			}
			route.Body = bodyFields(operation)
			routes = append(routes, route)
		}
	}
	slices.SortFunc(routes, func(a, b Route) int { return strings.Compare(a.Key(), b.Key()) })
	return routes, nil
}

func bodyFields(operation *openapi3.Operation) []string {
	if operation.RequestBody == nil || operation.RequestBody.Value == nil {
		return nil
	}
	media := operation.RequestBody.Value.Content.Get("application/json")
	if media == nil || media.Schema == nil || media.Schema.Value == nil {
		return nil
	}
	var names []string
	for name := range media.Schema.Value.Properties {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
