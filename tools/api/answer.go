package api

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"strconv"

	"zerops-mcp/tools/facts/env"
	"zerops-mcp/tools/request"
	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

// rowsAsked is how many rows a list is asked for when the caller says nothing:
// what usually fits into a result.
const rowsAsked = 50

// maxAnswer bounds an answer that is worked on.
const maxAnswer = 8 << 20

// apiAnswer is the answer of an operation as it leaves: masked, and selected
// from by jq.
type apiAnswer struct {
	value  any
	list   []any                // the rows, where the answer is a list
	place  func(rows []any) any // puts rows back to where they were
	total  *int
	offset int
	paged  bool // whether an offset reaches the rest
	masked int
	note   string
}

// limitRows asks for a page where the caller did not, so that a list does not
// come whole only to be cut.
func (r *apiRequest) limitRows() {
	query := zerops.Shape{Fields: r.detail.Query}
	_, limits := query.Field("limit")
	_, offsets := query.Field("offset")
	if limits && offsets && !r.query.Has("limit") {
		r.query.Set("limit", strconv.Itoa(rowsAsked))
	}
	if r.body == nil || r.op.Reach() == zerops.ReachPublic {
		return
	}
	_, limits = r.detail.Body.Field("limit")
	_, offsets = r.detail.Body.Field("offset")
	if limits && offsets && r.body["limit"] == nil {
		r.body["limit"] = rowsAsked
	}
}

// answer reads the API's answer, masks its secrets and applies jq: a program, and
// whatever selects or sorts, works on what is masked already.
func answer(ctx context.Context, c *tool.Call, r *apiRequest, raw json.RawMessage, program *jqProgram) (*apiAnswer, error) {
	if len(raw) > maxAnswer {
		return nil, &tool.Failure{
			Code: request.CodeUnsupported, Operation: r.op.String(), Message: fmt.Sprintf("the answer has %d MB, more than this server works on", len(raw)>>20),
			Hint: "Ask for less with limit and offset.",
		}
	}
	value, err := tool.DecodeJSON(raw)
	if err != nil {
		return nil, fmt.Errorf("reading the answer of %s: %w", r.op, err)
	}
	a := &apiAnswer{}
	if !c.Runner.AllowSecrets() {
		m := masker{op: r.op, redactor: c.Redactor, project: c.ProjectID, learn: func(projectID string) { c.Learn(ctx, projectID) }}
		value = m.answer(value)
		if a.masked = m.count; m.count > 0 {
			a.note = "secret values are masked"
		}
	} else if r.op.Class().Has(zerops.RevealsSecret) || r.op.Class().Has(zerops.CarriesSecrets) {
		allowAll(c, value)
	}
	a.value = value
	if program != nil {
		size, err := sizeOf(value)
		if err != nil {
			return nil, err
		}
		selected, err := program.run(ctx, value, size)
		if err != nil {
			return nil, err
		}
		a.value, a.list, a.place = selected, nil, nil
		if rows, ok := selected.([]any); ok {
			a.list, a.place = rows, func(rows []any) any { return rows }
		}
		a.paged = false
		return a, nil
	}
	a.findRows(r, value)
	return a, nil
}

// sizeOf is how long a value is when written out. The bounds of a program go by
// what it works on, since the length of the API's own answer tells that of secrets.
func sizeOf(value any) (int, error) {
	raw, err := tool.Marshal(value)
	return len(raw), err
}

// findRows finds the list that an answer is mainly made of, its total and where
// the page began.
func (a *apiAnswer) findRows(r *apiRequest, value any) {
	if rows, ok := value.([]any); ok {
		a.list, a.place = rows, func(rows []any) any { return rows }
		return
	}
	object, ok := value.(map[string]any)
	if !ok {
		return
	}
	for _, name := range []string{"list", "items", "projects", "clientUserList", "files", "domains", "peers", "repositories", "branches"} {
		rows, ok := object[name].([]any)
		if !ok || name == "domains" && len(object) > 3 {
			continue
		}
		a.list = rows
		a.place = func(rows []any) any {
			shorter := maps.Clone(object)
			shorter[name] = rows
			return shorter
		}
		break
	}
	for _, name := range []string{"totalCount", "total", "totalHits"} {
		if total, ok := number(object[name]); ok {
			a.total = &total
		}
	}
	if text := r.query.Get("offset"); text != "" {
		a.offset, _ = strconv.Atoi(text)
	} else if r.body != nil {
		a.offset, _ = number(r.body["offset"])
	}
	query := zerops.Shape{Fields: r.detail.Query}
	_, a.paged = query.Field("offset")
	if r.detail.Body != nil && !a.paged {
		_, a.paged = r.detail.Body.Field("offset")
	}
}

func number(v any) (int, bool) {
	switch n := v.(type) {
	case json.Number:
		i, err := n.Int64()
		return int(i), err == nil
	case int64:
		return int(n), true
	case int:
		return n, true
	}
	return 0, false
}

func (a *apiAnswer) rows() int {
	if a == nil {
		return 0
	}
	return len(a.list)
}

func (a *apiAnswer) cut(n int) any { return a.place(a.list[:n]) }

// offsetAfter is where the rows after the first n begin, nil when there are none
// or nothing reaches them.
func (a *apiAnswer) offsetAfter(n int) *int {
	if !a.paged || a.list == nil {
		return nil
	}
	next := a.offset + n
	if n < len(a.list) || a.total != nil && next < *a.total && n > 0 || a.total == nil && n >= rowsAsked {
		return &next
	}
	return nil
}

func (a *apiAnswer) cutWords(n int) string {
	words := fmt.Sprintf("only %d of %d rows fit; ", n, len(a.list))
	if a.paged {
		words += "pass next_offset as offset for the rest, or "
	}
	return words + "select what you need with jq, such as .items[] | {id, name}"
}

// allowAll lets the values of an answer pass the redactor, for an operator who asked
// for secrets.
func allowAll(c *tool.Call, v any) {
	switch value := v.(type) {
	case map[string]any:
		for _, member := range value {
			allowAll(c, member)
		}
	case []any:
		for _, item := range value {
			allowAll(c, item)
		}
	case string:
		c.Allow(value)
	}
}

// sendSecrets tells the redactor the secrets of a body, so that no error repeats
// them.
func sendSecrets(c *tool.Call, r *apiRequest) {
	if r.manifest != nil {
		c.Redactor.Send(r.manifest.Secrets()...)
	}
	tool.WalkNamed(r.body, func(name string, v any) {
		text, ok := v.(string)
		if !ok {
			return
		}
		switch {
		case name == "envFile", name == "userDataEnvFile":
			for _, pair := range env.ScanDotenv(text) {
				c.Redactor.Send(append(tool.LongLines(pair.Value), pair.Value)...)
			}
		case name == "content", credential(name):
			c.Redactor.Send(text)
		}
	})
}
