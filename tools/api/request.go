package api

import (
	"encoding/base64"
	"fmt"
	"net/mail"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"zerops-mcp/tools/facts/manifest"
	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

// maxBody bounds the body of a call and each string in it.
const maxBody = 1 << 20

// pair is a named value, given as {name, value} or as a member of a map.
type pair struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// apiRequest is a call of an operation whose arguments are checked.
type apiRequest struct {
	op     zerops.Operation
	detail zerops.Detail
	path   []string
	query  url.Values
	body   map[string]any // nil when the operation takes none
	bytes  []byte         // instead of body, for an operation that takes bytes

	manifest *manifest.ImportPlan // what the import YAML of the body asks for, nil without one
}

// checkRequest checks path, query and body against the catalogue. All problems
// are named at once.
func (a apiTools) checkRequest(_ *tool.Call, op zerops.Operation, path, query []pair, body string) (*apiRequest, error) {
	detail, err := a.index.details.Of(op)
	if err != nil {
		return nil, err
	}
	r := &apiRequest{op: op, detail: detail, query: url.Values{}}
	var check tool.Checker
	r.checkPath(&check, path)
	r.checkQuery(&check, query)
	r.checkBody(&check, body)
	if len(check.Problems) > 0 {
		f := tool.InvalidArguments(check.Problems)
		f.Operation = op.String()
		f.Next = &tool.FailureNext{Tool: "describe_api", Arguments: map[string]any{"operation": op.String()}}
		return nil, f
	}
	return r, nil
}

func (r *apiRequest) checkPath(check *tool.Checker, given []pair) {
	params := r.op.PathParams()
	values := map[string]string{}
	names := make([]string, len(params))
	for i, param := range params {
		names[i] = param.Name
	}
	for _, p := range given {
		name := p.Name
		if !slices.Contains(names, name) && len(names) > 0 && slices.Contains(aliases(r.op.Subject()), name) {
			name = names[0] // the id by the name other operations give it
		}
		if !slices.Contains(names, name) {
			unknownParameter(check, "path", p.Name, names)
			continue
		}
		if _, again := values[name]; again {
			check.Problem("path."+name, "is given twice; which of the two counts is not certain")
		}
		values[name] = p.Value
	}
	for _, param := range params {
		value := values[param.Name]
		switch {
		case value == "":
			check.Problem("path."+param.Name, "is required")
		case param.ID && !zerops.ValidID(value):
			check.Problem("path."+param.Name, "%q is not an id: 22 letters, digits, - or _; names are not accepted here", tool.Clean(value, 60))
		}
		r.path = append(r.path, value)
	}
}

// aliases are what callers call the id of a subject.
func aliases(s zerops.Subject) []string {
	switch s {
	case zerops.SubjectProject:
		return []string{"project", "projectId", "project_id"}
	case zerops.SubjectService:
		return []string{"service", "serviceId", "service_id", "serviceStackId"}
	case zerops.SubjectOrganisation:
		return []string{"org", "organisation", "clientId", "client_id", "org_id"}
	case zerops.SubjectProcess:
		return []string{"process", "processId", "process_id"}
	case zerops.SubjectAppVersion:
		return []string{"deployment", "appVersionId", "app_version_id"}
	case zerops.SubjectMember:
		return []string{"clientUserId", "member"}
	case zerops.SubjectNone, zerops.SubjectUser, zerops.SubjectHTTPRouting, zerops.SubjectPortRouting, zerops.SubjectServiceVariable,
		zerops.SubjectProjectVariable, zerops.SubjectNotification, zerops.SubjectUserToken, zerops.SubjectPayment, zerops.SubjectCredential,
		zerops.SubjectRecipe, zerops.SubjectOneTimeToken:
	}
	return nil
}

func unknownParameter(check *tool.Checker, where, name string, names []string) {
	words := fmt.Sprintf("unknown parameter %q; ", tool.Clean(name, 60))
	if near := tool.Closest(name, names, 1); len(near) > 0 {
		words += fmt.Sprintf("did you mean %q? ", near[0])
	}
	if len(names) == 0 {
		words += "there are none"
	} else {
		words += "valid: " + strings.Join(names, ", ")
	}
	check.Problem(where+"."+tool.Clean(name, 60), "%s", words)
}

func (r *apiRequest) checkQuery(check *tool.Checker, given []pair) {
	fields := zerops.Shape{Fields: r.detail.Query}
	for _, p := range given {
		field, ok := fields.Field(p.Name)
		if !ok {
			unknownParameter(check, "query", p.Name, fields.FieldNames())
			continue
		}
		value := p.Value
		shape := field.Shape
		if shape.Items != nil {
			shape = shape.Items
		}
		for _, part := range splitList(field.Shape, value) {
			checked, ok := check.Value(shapeSchema(shape), part, "query."+p.Name)
			if ok && shape.Type != "string" {
				value = fmt.Sprint(checked)
			}
			checkFormats(check, shape, checked, "query."+p.Name)
		}
		if r.query.Has(p.Name) {
			check.Problem("query."+p.Name, "is given twice; which of the two counts is not certain")
		}
		r.query.Set(p.Name, value)
	}
	for _, field := range r.detail.Query {
		if field.Required && !r.query.Has(field.Name) {
			check.Problem("query."+field.Name, "is required")
		}
	}
}

// splitList takes a list apart, which is one parameter with commas in it.
func splitList(s *zerops.Shape, value string) []string {
	if s.Items == nil {
		return []string{value}
	}
	return strings.Split(value, ",")
}

func (r *apiRequest) checkBody(check *tool.Checker, text string) {
	text = strings.TrimSpace(text)
	if r.detail.Body == nil {
		if text != "" && text != "{}" && text != "null" {
			check.Problem("body", "%s takes no body", r.op)
		}
		return
	}
	given := any(map[string]any{})
	if text != "" && text != "null" {
		var err error
		if given, err = tool.DecodeJSON([]byte(text)); err != nil {
			check.Problem("body", "is not JSON: %s", tool.Clean(err.Error(), 120))
			return
		}
		tool.CheckRepeated(check, "body", []byte(text))
	}
	object, ok := given.(map[string]any)
	if !ok {
		check.Problem("body", "must be a JSON object, got %s", tool.JSONKind(given))
		return
	}
	before := len(check.Problems)
	r.body = check.Object(shapeSchema(r.detail.Body), object, "body")
	checkFormats(check, r.detail.Body, r.body, "body")
	if len(check.Problems) > before {
		return
	}
	if r.detail.Body.Bytes {
		encoded, _ := r.body["base64"].(string)
		raw, err := base64.StdEncoding.DecodeString(encoded)
		if err != nil {
			check.Problem("body.base64", "is not base64")
		}
		r.bytes, r.body = raw, nil
		return
	}
	for _, field := range r.detail.Body.Fields {
		if field.EmptyList && r.body[field.Name] == nil {
			r.body[field.Name] = []any{}
		}
	}
	markSensitive(r.detail.Body, r.body)
}

// keptSecret reports the mark of a variable that may be left out. The platform would
// then store the value in clear, so it is sent as true (platform §10.1).
func keptSecret(field zerops.Field) bool { return field.Name == "sensitive" && !field.Required }

// markSensitive adds the mark to the variables of a body that come without it.
func markSensitive(s *zerops.Shape, v any) {
	switch value := v.(type) {
	case map[string]any:
		for _, field := range s.Fields {
			if value[field.Name] == nil && keptSecret(field) {
				value[field.Name] = true
				continue
			}
			markSensitive(field.Shape, value[field.Name])
		}
	case []any:
		if s.Items == nil {
			return
		}
		for _, item := range value {
			markSensitive(s.Items, item)
		}
	}
}

// shapeSchema turns a shape of the catalogue into the schema that arguments are
// checked with, so that their problems read the same.
func shapeSchema(s *zerops.Shape) *tool.Schema {
	out := &tool.Schema{Type: s.Type}
	switch {
	case s.Type == "any", s.Type == "object" && s.Fields == nil:
		out.Type = "" // anything
	case s.Items != nil:
		out.Items = shapeSchema(s.Items)
	case s.Type == "object":
		out.Properties = map[string]*tool.Schema{}
		for _, field := range s.Fields {
			out.Properties[field.Name] = shapeSchema(field.Shape)
			if field.Required {
				out.Required = append(out.Required, field.Name)
			}
		}
	case s.Type == "string":
		out.MaxLength = new(maxBody)
		for _, value := range s.Enum {
			out.Enum = append(out.Enum, value)
		}
	}
	return out
}

// checkFormats checks what a schema does not: ids, times and addresses.
func checkFormats(check *tool.Checker, s *zerops.Shape, v any, path string) {
	switch value := v.(type) {
	case map[string]any:
		if s.Type == "object" && s.Fields == nil {
			for name, member := range value {
				if _, ok := member.(string); !ok {
					check.Problem(path+"."+tool.Clean(name, 60), "must be a string, got %s", tool.JSONKind(member))
				}
			}
		}
		for _, field := range s.Fields {
			if member, ok := value[field.Name]; ok {
				checkFormats(check, field.Shape, member, path+"."+field.Name)
			}
		}
	case []any:
		for i, item := range value {
			if s.Items != nil {
				checkFormats(check, s.Items, item, path+"["+strconv.Itoa(i)+"]")
			}
		}
	case string:
		switch s.Format {
		case "id":
			if !zerops.ValidID(value) {
				check.Problem(path, "%q is not an id: 22 letters, digits, - or _", tool.Clean(value, 60))
			}
		case "date-time":
			if _, err := time.Parse(time.RFC3339, value); err != nil {
				check.Problem(path, "%q is not a time such as 2026-01-31T00:00:00Z", tool.Clean(value, 60))
			}
		case "email":
			if _, err := mail.ParseAddress(value); err != nil {
				check.Problem(path, "is not an e-mail address")
			}
		}
	}
}

// call is the request as the client sends it. Whatever is not a GET carries a
// body, as the vendor's SDK does (platform §7.1).
func (r *apiRequest) call() zerops.Call {
	call := zerops.Call{Operation: r.op, Path: r.path, Query: r.query}
	switch {
	case r.bytes != nil:
		call.Body = r.bytes
	case r.body != nil:
		call.Body = r.body
	case r.op.Method() != "GET":
		call.Body = struct{}{}
	}
	return call
}
