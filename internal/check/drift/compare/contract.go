package compare

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"slices"
	"sort"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
)

// Request is one request as the product sends it.
type Request struct {
	Method, Path, Query, Type string
	Body                      []byte
}

// Contract is an OpenAPI document that requests are held to.
type Contract struct {
	document *openapi3.T
	paths    []*contractPath
}

type contractPath struct {
	template string
	segments []string
	item     *openapi3.PathItem
}

// ReadContract reads a document. Nothing outside the file is read.
func ReadContract(file string) (*Contract, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("reading the OpenAPI document: %w", err)
	}
	// Ids may hold - and _, which the document of 2025 does not know
	// (platform §1.2).
	text = bytes.ReplaceAll(text, []byte("[a-zA-Z0-9]{22}"), []byte("[a-zA-Z0-9_-]{22}"))
	document, err := openapi3.NewLoader().LoadFromData(text)
	if err != nil {
		return nil, fmt.Errorf("reading the OpenAPI document: %w", err)
	}
	c := &Contract{document: document}
	for template, item := range document.Paths.Map() {
		c.paths = append(c.paths, &contractPath{template, strings.Split(template, "/"), item})
	}
	// A written segment comes before a parameter in the same place.
	sort.Slice(c.paths, func(i, j int) bool {
		return strings.ReplaceAll(c.paths[i].template, "{", "\x7f") < strings.ReplaceAll(c.paths[j].template, "{", "\x7f")
	})
	return c, nil
}

// Check validates a request. It returns the problems it finds and the route by
// the document's names, which is empty when the document does not know it.
func (c *Contract) Check(r Request) (problems []string, known string) {
	route, params := c.find(r)
	if route == nil {
		return nil, ""
	}
	known = r.Method + " " + strings.TrimPrefix(route.Path, prefix)
	request, err := http.NewRequestWithContext(context.Background(), r.Method, r.Path+"?"+r.Query, bytes.NewReader(r.Body))
	if err != nil {
		return []string{"no request: " + err.Error()}, known
	}
	request.Header.Set("Content-Type", r.Type)
	// What identifies the caller is not recorded; the document describes an id.
	request.Header.Set("Authorization", strings.Repeat("A", 22))
	input := &openapi3filter.RequestValidationInput{
		Request: request, PathParams: params, Route: route,
		Options: &openapi3filter.Options{MultiError: true, AuthenticationFunc: openapi3filter.NoopAuthenticationFunc},
	}
	if route.Operation.RequestBody == nil {
		input.Options.ExcludeRequestBody = true
	}
	problems = problemsOf("", openapi3filter.ValidateRequest(context.Background(), input))
	for name := range request.URL.Query() {
		if route.Operation.Parameters.GetByInAndName(openapi3.ParameterInQuery, name) == nil {
			problems = append(problems, "query "+name+": not in the document")
		}
	}
	problems = append(problems, unknownFields(route.Operation, r)...)
	sort.Strings(problems)
	return slices.Compact(problems), known
}

// unknownFields names what a body has and the document does not describe, which
// a schema alone lets pass.
func unknownFields(operation *openapi3.Operation, r Request) []string {
	if operation.RequestBody == nil || operation.RequestBody.Value == nil || r.Type != "application/json" {
		return nil
	}
	media := operation.RequestBody.Value.Content.Get(r.Type)
	var body any
	if media == nil || media.Schema == nil || json.Unmarshal(r.Body, &body) != nil {
		return nil
	}
	var unknown []string
	var walk func(at string, schema *openapi3.Schema, v any)
	walk = func(at string, schema *openapi3.Schema, v any) {
		switch value := v.(type) {
		case map[string]any:
			for name, member := range value {
				property := schema.Properties[name]
				switch {
				case property != nil && property.Value != nil:
					walk(at+"."+name, property.Value, member)
				case len(schema.Properties) > 0:
					unknown = append(unknown, "body"+at+"."+name+": not in the document")
				}
			}
		case []any:
			if schema.Items != nil && schema.Items.Value != nil {
				for _, item := range value {
					walk(at+"[]", schema.Items.Value, item)
				}
			}
		}
	}
	if media.Schema.Value != nil {
		walk("", media.Schema.Value, body)
	}
	return unknown
}

func (c *Contract) find(r Request) (*routers.Route, map[string]string) {
	segments := strings.Split(r.Path, "/")
	for _, path := range c.paths {
		operation := path.item.GetOperation(r.Method)
		if operation == nil || len(path.segments) != len(segments) {
			continue
		}
		params := map[string]string{}
		matched := true
		for i, want := range path.segments {
			if name, isParam := strings.CutPrefix(want, "{"); isParam {
				value, err := url.PathUnescape(segments[i])
				matched = matched && err == nil && value != ""
				params[strings.TrimSuffix(name, "}")] = value
			} else if want != segments[i] {
				matched = false
			}
		}
		if matched {
			return &routers.Route{Spec: c.document, Path: path.template, PathItem: path.item, Method: r.Method, Operation: operation}, params
		}
	}
	return nil, nil
}

// problemsOf takes the library's errors apart and names each with its place,
// without the values that were sent.
func problemsOf(where string, err error) []string {
	if err == nil {
		return nil
	}
	if several, ok := errors.AsType[openapi3.MultiError](err); ok {
		var problems []string
		for _, one := range several {
			problems = append(problems, problemsOf(where, one)...)
		}
		return problems
	}
	if request, ok := errors.AsType[*openapi3filter.RequestError](err); ok {
		if request.Parameter != nil {
			where = request.Parameter.In + " " + request.Parameter.Name + ": "
		}
		if inner, ok := errors.AsType[openapi3.MultiError](request.Err); ok {
			return problemsOf(where, inner)
		}
	}
	if schema, ok := errors.AsType[*openapi3.SchemaError](err); ok {
		if pointer := schema.JSONPointer(); where == "" && len(pointer) > 0 {
			where = "body " + strings.Join(pointer, ".") + ": "
		}
		return []string{where + schema.Reason}
	}
	return []string{where + err.Error()}
}
