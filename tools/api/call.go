package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"zerops-mcp/tools/facts/own"
	"zerops-mcp/tools/request"
	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

// apiArguments are what read_api and write_api have in common.
type apiArguments struct {
	Operation string `json:"operation" jsonschema:"minLength=1,maxLength=120"`
	Path      []pair `json:"path,omitempty"`
	Query     []pair `json:"query,omitempty"`
	Body      string `json:"body,omitempty" jsonschema:"maxLength=1048576" jsonschema_extras:"contentMediaType=application/json"`
	JQ        string `json:"jq,omitempty" jsonschema:"maxLength=1000"`
}

type readAPIIn struct {
	apiArguments
}

type readAPIOut struct {
	Operation  string `json:"operation"`
	Result     any    `json:"result" jsonschema_description:"any JSON"`
	Total      *int   `json:"total,omitempty"`
	NextOffset *int   `json:"next_offset,omitempty"`
	Masked     int    `json:"masked,omitempty"`
	Note       string `json:"note,omitempty"`
	Truncated  string `json:"truncated,omitempty"`

	answer *apiAnswer
}

// Len is how many rows the answer has.
func (o readAPIOut) Len() int { return o.answer.rows() }

// Cut returns the answer with its first n rows.
func (o readAPIOut) Cut(n int) any {
	o.Result = o.answer.cut(n)
	o.NextOffset = o.answer.offsetAfter(n)
	o.Truncated = o.answer.cutWords(n)
	return o
}

func (a apiTools) readAPI(ctx context.Context, c *tool.Call, in *readAPIIn) (*readAPIOut, error) {
	r, err := a.prepareAPI(c, in.apiArguments, true)
	if err != nil {
		return nil, err
	}
	program, err := parseJQ(in.JQ)
	if err != nil {
		return nil, err
	}
	if _, err := subjectOf(ctx, c, r, false); err != nil {
		return nil, err
	}
	if err := confine(ctx, c, r); err != nil {
		return nil, err
	}
	r.limitRows()
	raw, err := c.API.Do(ctx, r.call())
	if err != nil {
		return nil, err
	}
	answer, err := answer(ctx, c, r, raw, program)
	if err != nil {
		return nil, err
	}
	return &readAPIOut{
		Operation: r.op.String(), Result: answer.value, Total: answer.total, NextOffset: answer.offsetAfter(answer.rows()),
		Masked: answer.masked, Note: answer.note, answer: answer,
	}, nil
}

type writeAPIIn struct {
	apiArguments
	Confirm string `json:"confirm,omitempty"`
	tool.Waiting
}

type writeAPIOut struct {
	tool.ChangeResult
	Operation string `json:"operation,omitempty"`
	Result    any    `json:"result,omitempty" jsonschema_description:"any JSON"`
	Masked    int    `json:"masked,omitempty"`
	Truncated string `json:"truncated,omitempty"`

	answer *apiAnswer
}

// Len is how many rows the answer has.
func (o writeAPIOut) Len() int { return o.answer.rows() }

// Cut returns the answer with its first n rows.
func (o writeAPIOut) Cut(n int) any {
	o.Result = o.answer.cut(n)
	o.Truncated = o.answer.cutWords(n)
	return o
}

func (a apiTools) writeAPI(ctx context.Context, c *tool.Call, in *writeAPIIn) (*writeAPIOut, error) {
	r, err := a.prepareAPI(c, in.apiArguments, false)
	if err != nil {
		return nil, err
	}
	program, err := parseJQ(in.JQ)
	if err != nil {
		return nil, err
	}
	if r.op.Safe() {
		return nil, &tool.Failure{
			Code: request.CodeInvalidArguments, Operation: r.op.String(), Message: fmt.Sprintf("%s only reads; write_api is for what changes something", r.op),
			Hint: "Use read_api with the same arguments.",
		}
	}
	if err := onlyPersons(r); err != nil {
		return nil, err
	}
	if err := readBody(c, r); err != nil {
		return nil, err
	}
	if err := excludedParts(c, r); err != nil {
		return nil, err
	}
	_, err = tool.Confirm(ctx, c, func(ctx context.Context) (subject, *tool.Plan, error) {
		target, err := subjectOf(ctx, c, r, judged(r.op))
		if err != nil {
			return target, nil, err
		}
		if err := confine(ctx, c, r); err != nil {
			return target, nil, err
		}
		if err := own.Vet(ctx, c, r.call()); err != nil {
			return target, nil, err
		}
		p, err := planOf(ctx, c, r, target)
		return target, p, err
	})
	if err != nil {
		return nil, err
	}
	sendSecrets(c, r)
	raw, err := tool.Change(ctx, c, func(ctx context.Context) (json.RawMessage, error) { return c.API.Do(ctx, r.call()) })
	if err != nil {
		return nil, lost(c, err, r)
	}
	return outcomeOf(ctx, c, r, raw, program, in.Waiting)
}

// prepareAPI finds the operation and checks permission, then arguments.
func (a apiTools) prepareAPI(c *tool.Call, in apiArguments, reading bool) (*apiRequest, error) {
	op, err := operation(c, in.Operation)
	if err != nil {
		return nil, err
	}
	if err := permitted(c, op, reading); err != nil {
		return nil, err
	}
	r, err := a.checkRequest(c, op, in.Path, in.Query, in.Body)
	if err != nil {
		return nil, err
	}
	if err := unrevealed(c, r); err != nil {
		return nil, err
	}
	c.Needs = r.detail.Access
	return r, hiddenColumns(c, r)
}

// lost tells how to find out what became of a write whose answer was lost, or
// over which the API failed.
func lost(c *tool.Call, err error, r *apiRequest) error {
	if c.ProjectID != "" || c.ServiceID != "" {
		return err
	}
	var f *tool.Failure
	refusal, refused := errors.AsType[*zerops.Error](err)
	uncertain, lost := errors.AsType[*zerops.UncertainError](err)
	switch {
	case lost:
		f = tool.ExplainUncertain(c, uncertain)
	case refused && refusal.Status >= 500:
		f = tool.ExplainRefusal(c, refusal)
		f.Cause = err
	default:
		return err
	}
	f.Operation = r.op.String()
	reader, ok := r.op.Current()
	if !ok {
		reader = tool.ReaderOf(r.op.Subject())
	}
	if reader != 0 {
		arguments := map[string]any{"operation": reader.String()}
		if params := reader.PathParams(); len(params) > 0 {
			path := map[string]any{}
			for i, param := range params {
				path[param.Name] = r.path[i]
			}
			arguments["path"] = path
		}
		f.Next = &tool.FailureNext{Tool: "read_api", Arguments: arguments}
	}
	return f
}

// outcomeOf tells what came of a write: it follows the processes that the answer
// names, and shows the rest of the answer.
func outcomeOf(ctx context.Context, c *tool.Call, r *apiRequest, raw json.RawMessage, program *jqProgram, w tool.Waiting) (*writeAPIOut, error) {
	out := writeAPIOut{Operation: r.op.String(), ChangeResult: tool.ChangeResult{Status: tool.StatusDone}, answer: &apiAnswer{}}
	processes, whole := processesIn(raw)
	c.API.Hear(ctx, processes)
	if len(processes) > 0 {
		f, err := c.Follow(ctx, w, processes...)
		if err != nil {
			// The change was accepted, whatever keeps its process from being read.
			f = tool.Framed(processes)
			f.Status = tool.StatusInProgress
			f.Message = "the work was accepted, but its process cannot be read: " + c.Reason(ctx, err)
		}
		out.ChangeResult = f
	} else if unfinished, words := goesOn(r.op, raw); unfinished {
		out.Status, out.Message = tool.StatusInProgress, words
	}
	if whole && program == nil {
		return &out, nil // the answer is the process, which the frame shows
	}
	answer, err := answer(ctx, c, r, raw, program)
	if err != nil {
		out.Message = tool.JoinWords(out.Message, "the change was accepted, but its answer cannot be shown: "+c.Reason(ctx, err))
		return &out, nil
	}
	out.answer, out.Result, out.Masked = answer, answer.value, answer.masked
	if out.Message == "" {
		out.Message = answer.note
	}
	return &out, nil
}

// processesIn finds the processes of an answer: the answer itself, its member
// process, or the lists named processes of it and of its services
// (platform §5). whole says that there is nothing else in the answer.
func processesIn(raw json.RawMessage) (processes []zerops.Process, whole bool) {
	var answer struct {
		zerops.Process
		One      *zerops.Process  `json:"process"`
		Many     []zerops.Process `json:"processes"`
		Services []struct {
			Processes []zerops.Process `json:"processes"`
		} `json:"serviceStacks"`
		Fields map[string]json.RawMessage `json:"-"`
	}
	// A field of another shape costs that field only.
	_ = json.Unmarshal(raw, &answer)
	_ = json.Unmarshal(raw, &answer.Fields)
	if answer.Action != "" && zerops.ValidID(answer.ID) {
		return []zerops.Process{answer.Process}, true
	}
	if answer.One != nil {
		processes = append(processes, *answer.One)
	}
	processes = append(processes, answer.Many...)
	for _, service := range answer.Services {
		processes = append(processes, service.Processes...)
	}
	_, only := answer.Fields["process"]
	return processes, only && len(answer.Fields) == 1
}

// goesOn reports work that goes on although the answer names no process.
func goesOn(op zerops.Operation, raw json.RawMessage) (bool, string) {
	var answer struct {
		Status string `json:"status"`
		Async  bool   `json:"async"`
	}
	_ = json.Unmarshal(raw, &answer)
	switch {
	case op.Class().Has(zerops.Asynchronous) && (string(raw) == "{}" || string(raw) == "null"):
		return true, "the platform accepted the work but named no process to follow"
	case op == zerops.PostClientProject && answer.Status != "ACTIVE":
		return true, "the project is being created; get_project shows when it is ACTIVE"
	case op == zerops.PostServiceStackBackup && answer.Async:
		return true, "the backup goes on; GetServiceStackBackup lists it when it is done"
	}
	return false, ""
}
