package api

import (
	"context"
	"fmt"
	"strings"

	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

// Tools is the toolset that reaches every operation of the API.
func Tools() []*tool.Tool {
	a := apiTools{&apiIndex{details: &zerops.Details{}}}
	return tool.WithSchemas(schemaFiles,
		tool.Define(tool.Spec{
			Name: "search_api", Title: "Search the API", Standard: true, Effect: zerops.Reads, Offline: true,
			Description: "Find operations of the whole Zerops API by plain words, for what no other tool does: members, tokens, billing, VPN, CDN, routing. Next: describe_api.",
		}, a.searchAPI),
		tool.Define(tool.Spec{
			Name: "describe_api", Title: "Describe an operation", Standard: true, Effect: zerops.Reads, Offline: true,
			Description: "Parameters, body, answer, effect, access and pitfalls of an operation.",
		}, a.describeAPI),
		tool.Define(tool.Spec{
			Name: "read_api", Title: "Read through the API", Standard: true, Effect: zerops.Reads,
			Description: "Call an operation that only reads. Secret values are masked. jq selects from the answer.",
		}, a.readAPI),
		tool.Define(tool.Spec{
			Name: "write_api", Title: "Write through the API", Standard: true, Effect: zerops.Destroys, Can: zerops.Anything,
			Description: "Call an operation that changes something; what destroys, replaces or costs asks for confirmation. Prefer a tool made for the job.",
			LookAgain:   tool.LookAgain{OfService: "list_events", OfProject: "get_project"},
		}, a.writeAPI),
	)
}

// apiTools are the tools of the whole API; the index finds and describes its
// operations and is built on first use.
type apiTools struct{ index *apiIndex }

type searchAPIIn struct {
	Query string `json:"query" jsonschema:"maxLength=300" jsonschema_description:"plain words, such as: custom domain certificate"`
	Area  string `json:"area,omitempty" jsonschema:"enum=account,enum=auth,enum=backup,enum=billing,enum=catalogue,enum=cdn,enum=deploy,enum=env,enum=git,enum=log,enum=member,enum=metric,enum=notification,enum=org,enum=process,enum=project,enum=recipe,enum=routing,enum=service,enum=storage,enum=token,enum=vpn"`
	Limit int    `json:"limit,omitempty" jsonschema:"minimum=1,maximum=50"`
}

// apiOperation is an operation as a search shows it.
type apiOperation struct {
	Operation string   `json:"operation"`
	Effect    string   `json:"effect" jsonschema:"enum=reads,enum=creates,enum=updates,enum=destroys"`
	Area      string   `json:"area"`
	Summary   string   `json:"summary"`
	Notes     []string `json:"notes,omitempty"`
}

const defaultFound = 8

func (a apiTools) searchAPI(_ context.Context, _ *tool.Call, in *searchAPIIn) (*tool.Page[apiOperation], error) {
	if strings.TrimSpace(in.Query) == "" && in.Area == "" {
		return nil, tool.Invalid("query", "is empty; say what you are looking for, or give an area")
	}
	hits, err := a.index.search(in.Query, in.Area, 1_000)
	if err != nil {
		return nil, err
	}
	limit := in.Limit
	if limit == 0 {
		limit = defaultFound
		if strings.TrimSpace(in.Query) == "" {
			limit = 50 // a whole area
		}
	}
	out := tool.Page[apiOperation]{Items: []apiOperation{}, Total: new(len(hits))}
	for _, hit := range hits[:min(len(hits), limit)] {
		out.Items = append(out.Items, apiOperation{
			Operation: hit.op.String(), Effect: hit.op.Class().Effect.String(), Area: hit.op.Area(), Summary: hit.op.Summary(), Notes: apiNotes(hit.op),
		})
	}
	return &out, nil
}

// apiNotes says in a word each what a caller has to mind about an operation.
func apiNotes(op zerops.Operation) []string {
	var notes []string
	for _, note := range []struct {
		set   bool
		words string
	}{
		{op.Class().Has(zerops.PersonOnly), "only a person may do it"},
		{op.Can().Has(zerops.Costs), "costs money"},
		{op.Class().Has(zerops.RevealsSecret), "reveals a secret"},
		{op.Can().Has(zerops.Grants), "grants access"},
		{op.Class().Has(zerops.FullReplacement), "replaces the whole record"},
		{op.Class().Has(zerops.Asynchronous), "asynchronous"},
	} {
		if note.set {
			notes = append(notes, note.words)
		}
	}
	return notes
}

// operation finds the operation of a call by its name.
func operation(_ *tool.Call, name string) (zerops.Operation, error) {
	name = strings.TrimSpace(name)
	if op, ok := zerops.LookupOperation(name); ok {
		return op, nil
	}
	var names []string
	for op := range zerops.Operations() {
		if strings.EqualFold(op.String(), name) {
			return op, nil
		}
		names = append(names, op.String())
	}
	f := tool.Invalid("operation", "%q is not known", tool.Clean(name, 80))
	if near := tool.Closest(name, names, 3); len(near) > 0 {
		f = tool.Invalid("operation", "%q is not known; did you mean %s?", tool.Clean(name, 80), strings.Join(near, ", "))
	}
	f.Hint = "search_api finds operations by plain words."
	f.Next = &tool.FailureNext{Tool: "search_api", Arguments: map[string]any{"query": tool.Clean(name, 80)}}
	return 0, f
}

type describeAPIIn struct {
	Operation string `json:"operation" jsonschema:"minLength=1,maxLength=120"`
}

// apiDescription is all there is to know about an operation.
type apiDescription struct {
	Operation string     `json:"operation"`
	Summary   string     `json:"summary"`
	Route     string     `json:"route"`
	Area      string     `json:"area"`
	Effect    string     `json:"effect" jsonschema:"enum=reads,enum=creates,enum=updates,enum=destroys"`
	Notes     []string   `json:"notes"`
	Call      string     `json:"call" jsonschema:"enum=read_api,enum=write_api,enum=none"`
	Access    string     `json:"access"`
	Path      []apiField `json:"path"`
	Query     []apiField `json:"query"`
	Body      []apiField `json:"body"`
	Example   string     `json:"example,omitempty"`
	Result    string     `json:"result"`
	Pitfalls  []string   `json:"pitfalls"`
	Place     string     `json:"place,omitempty"`
	Tool      string     `json:"tool,omitempty"`
}

// apiField is a parameter or a field of a body at any depth: a.b is b in a, and
// a[].b is b in each element of a.
type apiField struct {
	Name        string   `json:"name"`
	Type        string   `json:"type"`
	Required    bool     `json:"required"`
	Values      []string `json:"values,omitempty"`
	Description string   `json:"description,omitempty"`
}

func (a apiTools) describeAPI(_ context.Context, c *tool.Call, in *describeAPIIn) (*apiDescription, error) {
	op, err := operation(c, in.Operation)
	if err != nil {
		return nil, err
	}
	detail, err := a.index.details.Of(op)
	if err != nil {
		return nil, err
	}
	out := apiDescription{
		Operation: op.String(), Summary: op.Summary(), Route: op.Method() + " " + op.Path(), Area: op.Area(), Effect: op.Class().Effect.String(),
		Notes: append([]string{}, apiNotes(op)...), Call: "write_api", Access: detail.Access,
		Path: []apiField{}, Query: []apiField{}, Body: []apiField{}, Result: detail.Result, Place: op.Place(), Tool: c.Runner.CuratedTool(op),
		Pitfalls: append(append([]string{}, detail.Pitfalls...), classPitfalls(op)...),
	}
	switch {
	case op.Class().Has(zerops.PersonOnly):
		out.Call = "none"
	case op.Safe():
		out.Call = "read_api"
	}
	for _, param := range op.PathParams() {
		kind := "string"
		if param.ID {
			kind = "id"
		}
		out.Path = append(out.Path, apiField{Name: param.Name, Type: kind, Required: true, Description: a.describeParam(op, param)})
	}
	for _, field := range detail.Query {
		out.Query = append(out.Query, viewField("", field))
	}
	if detail.Body != nil {
		out.Body = flatten("", detail.Body, out.Body)
		example, err := tool.Marshal(exampleOf(detail.Body))
		if err != nil {
			return nil, err
		}
		out.Example = string(example)
	}
	return &out, nil
}

// describeParam says what a path parameter names.
func (a apiTools) describeParam(op zerops.Operation, param zerops.PathParam) string {
	if param.Name == op.PathParams()[0].Name {
		if kind := tool.SubjectKind(op.Subject()); kind != "" {
			return kind
		}
	}
	return a.index.details.Describe(param.Name)
}

func viewField(prefix string, field zerops.Field) apiField {
	v := apiField{Name: prefix + field.Name, Type: typeWords(field.Shape), Required: field.Required, Values: field.Enum, Description: field.Description}
	if keptSecret(field) {
		v.Description = tool.JoinWords(v.Description, "sent as true when left out")
	}
	if field.EmptyList {
		v.Description = tool.JoinWords(v.Description, "sent as [] when left out")
	}
	if field.Items != nil && len(field.Items.Enum) > 0 {
		v.Values = field.Items.Enum
	}
	return v
}

func typeWords(s *zerops.Shape) string {
	switch {
	case s.Items != nil:
		return "list of " + typeWords(s.Items)
	case s.Format != "":
		return s.Format
	case s.Type == "object" && s.Fields == nil:
		return "object of strings"
	}
	return s.Type
}

// flatten lists the fields of a body at every depth.
func flatten(prefix string, s *zerops.Shape, fields []apiField) []apiField {
	for _, field := range s.Fields {
		fields = append(fields, viewField(prefix, field))
		switch {
		case field.Items != nil:
			fields = flatten(prefix+field.Name+"[].", field.Items, fields)
		case field.Fields != nil:
			fields = flatten(prefix+field.Name+".", field.Shape, fields)
		}
	}
	return fields
}

// exampleOf is the smallest body that fits: its required fields.
func exampleOf(s *zerops.Shape) any {
	switch {
	case s.Items != nil:
		return []any{exampleOf(s.Items)}
	case s.Type == "object":
		object := map[string]any{}
		for _, field := range s.Fields {
			if field.Required {
				object[field.Name] = exampleOf(field.Shape)
			}
		}
		return object
	case len(s.Enum) > 0:
		return s.Enum[0]
	case s.Format == "id":
		return "<id>"
	case s.Format == "date-time":
		return "2026-01-31T00:00:00Z"
	case s.Type == "integer", s.Type == "number":
		return 0
	case s.Type == "boolean":
		return false
	}
	return "…"
}

// classPitfalls are the pitfalls that follow from the class of an operation.
func classPitfalls(op zerops.Operation) []string {
	var words []string
	class := op.Class()
	if class.Has(zerops.FullReplacement) {
		words = append(words, "Replaces the whole record: what is left out is lost. Read it first, change it, send all of it.")
	}
	if class.Has(zerops.Asynchronous) {
		words = append(words, "The answer comes before the work is done; write_api follows its process for wait_seconds, wait_for later.")
	}
	if class.Has(zerops.IndexBacked) && op.Reach() != zerops.ReachPublic {
		words = append(words, "The index trails writes by about a second: never check a write with it.")
	}
	if class.Has(zerops.CarriesSecrets) {
		words = append(words, "Secret values in the answer are masked.")
	}
	if class.Has(zerops.RevealsSecret) && !class.Has(zerops.PersonOnly) {
		words = append(words, "Answers a secret, so it is refused without --allow-secrets.")
	}
	if class.Has(zerops.Undocumented) {
		words = append(words, "The live API was seen to know it; the vendor's SDK does not.")
	}
	if class.Has(zerops.PersonOnly) {
		words = append(words, fmt.Sprintf("Only a person may do it: %s.", op.Place()))
	}
	return words
}
