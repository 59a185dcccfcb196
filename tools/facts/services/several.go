package services

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"zerops-mcp/tools/request"
	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

// MaxSeveral is how many services one call may name.
const MaxSeveral = 20

// Several is the argument of tools that work on one service, or on several of one
// project at once.
type Several struct {
	Project  string   `json:"project,omitempty"`
	Service  string   `json:"service,omitempty" jsonschema_description:"hostname with project, or id"`
	Services []string `json:"services,omitempty" jsonschema:"maxItems=20" jsonschema_description:"several of one project"`
}

// Find finds the services that are meant, each once.
func (in Several) Find(ctx context.Context, c *tool.Call) ([]zerops.Service, error) {
	names := in.Services
	if strings.TrimSpace(in.Service) != "" {
		names = append([]string{in.Service}, names...)
	}
	if len(names) == 0 {
		return nil, tool.Invalid("service", "is missing: name one service, or several of one project as services")
	}
	var found []zerops.Service
	for _, name := range names {
		s, err := c.Service(ctx, tool.OnService{Project: in.Project, Service: name})
		switch {
		case err != nil:
			return nil, err
		case len(found) > 0 && s.ProjectID != found[0].ProjectID:
			return nil, tool.Invalid("services", "are of two projects (%s and %s); one call works in one project", found[0].ProjectID, s.ProjectID)
		case !slices.ContainsFunc(found, func(known zerops.Service) bool { return known.ID == s.ID }):
			found = append(found, s)
		}
	}
	if len(found) > 1 {
		c.ServiceID = "" // what is told of the call concerns the project
	}
	return found, nil
}

// What becomes of one service of several.
const (
	unknown      = "unknown" // sent, the answer was lost
	notAttempted = "not_attempted"
)

// Outcome is what became of one service of several.
type Outcome struct {
	ID       string `json:"id"`
	Hostname string `json:"hostname"`
	Outcome  string `json:"outcome" jsonschema:"enum=done,enum=in_progress,enum=failed,enum=unchanged,enum=unknown,enum=not_attempted"`
	Status   string `json:"status,omitempty"`
	Error    string `json:"error,omitempty"`
	Hint     string `json:"hint,omitempty"`

	// Now is the service as it was read back, unless it could not be.
	Now    zerops.Service `json:"-"`
	Unread error          `json:"-"`

	process string
	err     error
}

// Job is a service to act on. One that is Idle is left alone, because it is already as
// is wanted; one that is Refused, because the platform would not do it.
type Job struct {
	Service zerops.Service
	Idle    bool
	Refused error
}

// Unchanged is the outcome of a service that is as is wanted already.
func Unchanged(s zerops.Service) Outcome {
	return Outcome{ID: s.ID, Hostname: tool.Clean(s.Name, 40), Outcome: tool.StatusUnchanged, Status: tool.Clean(s.Status, 40)}
}

// Jobs are the services to act on, none of them idle or refused.
func Jobs(all ...zerops.Service) []Job {
	var jobs []Job
	for _, s := range all {
		jobs = append(jobs, Job{Service: s})
	}
	return jobs
}

// Act carries one action out on each of the services, follows all of it, and reads
// them back. What becomes of one service does not keep the others from theirs, but for
// an error that all would meet. It is an error where nothing was done and one reason
// says why.
func Act(ctx context.Context, c *tool.Call, w tool.Waiting, jobs []Job, action zerops.ServiceAction) (tool.ChangeResult, []Outcome, error) {
	type made struct {
		outcomes  []Outcome
		processes []zerops.Process
	}
	did, err := tool.Change(ctx, c, func(ctx context.Context) (made, error) {
		var m made
		var stopped error
		for _, j := range jobs {
			o := Outcome{ID: j.Service.ID, Hostname: tool.Clean(j.Service.Name, 40), Outcome: tool.StatusUnchanged, err: j.Refused}
			switch {
			case j.Idle:
			case o.err != nil:
				o.Outcome = tool.StatusFailed
			case stopped != nil:
				o.Outcome = notAttempted
			default:
				var process zerops.Process
				process, o.err = c.API.ActOnService(ctx, o.ID, action)
				if o.Outcome, o.process = sentAs(o.err), process.ID; o.err == nil {
					m.processes = append(m.processes, process)
				} else if general(o.err) {
					stopped = o.err
				}
			}
			m.outcomes = append(m.outcomes, o)
		}
		return m, nil
	})
	if err != nil {
		return tool.ChangeResult{}, nil, err
	}
	if len(did.processes) == 0 {
		if err := oneReason(did.outcomes); err != nil {
			return tool.ChangeResult{}, nil, err
		}
	}
	f := tool.ChangeResult{Status: tool.StatusUnchanged}
	if len(did.processes) > 0 {
		if f, err = c.Follow(ctx, w, did.processes...); err != nil {
			return tool.ChangeResult{}, nil, err
		}
	}
	zerops.FanOut(len(did.outcomes), func(i int) error {
		did.outcomes[i].read(ctx, c, f.Processes)
		return nil
	})
	if len(jobs) > 1 {
		sum(&f, c.Tool.Name, jobs[0].Service.ProjectID, did.outcomes)
	}
	return f, did.outcomes, nil
}

// oneReason is the error of a call that changed nothing, where it is the only one or
// concerns all that was tried.
func oneReason(outcomes []Outcome) error {
	for _, o := range outcomes {
		if o.err != nil && (len(outcomes) == 1 || general(o.err)) {
			return o.err
		}
	}
	return nil
}

// CanRestart refuses to restart a service along with another change of it, before
// anything is done, where the operator has excluded that or the platform would refuse
// all of it.
func CanRestart(c *tool.Call, all ...zerops.Service) error {
	if slices.Contains(c.Runner.Config().ExcludeTools, restartTool) {
		return &tool.Failure{
			Code: request.CodeOutOfScope, Message: "restart does what " + restartTool + " does, which the operator has excluded from this server; nothing was changed",
			Hint: "Call again without restart. The operator can change --exclude-tools.",
		}
	}
	var first error
	for _, s := range all {
		err := Unrestartable(s)
		if err == nil {
			return nil
		}
		first = cmp.Or(first, err)
	}
	return first
}

// Unrestartable says why a service cannot be restarted; nil where it can.
func Unrestartable(s zerops.Service) error {
	if s.Status != "FAILED" { // which refuses it (platform §3.3)
		return nil
	}
	return &tool.Failure{
		Code: request.CodeConflict, Message: fmt.Sprintf("the service %q is FAILED and cannot be restarted; nothing was changed", tool.Clean(s.Name, 40)), Hint: tool.HintFor("serviceStackIsFailed"),
		Next: &tool.FailureNext{Tool: "stop_service", Arguments: map[string]any{"service": s.ID}},
	}
}

const restartTool = "restart_service"

// Restart restarts services after the change that needs it, which stands whatever
// becomes of this, and adds to its result what became of each.
func Restart(ctx context.Context, c *tool.Call, w tool.Waiting, began time.Time, f *tool.ChangeResult, all ...zerops.Service) []Outcome {
	var ids []string
	for _, s := range all {
		ids = append(ids, s.ID)
	}
	again := &tool.Next{Tool: restartTool, Arguments: tool.NextArgs{Services: ids}}
	if f.Status != tool.StatusDone {
		f.Message = tool.JoinWords(f.Message, "nothing was restarted, because the change is not done")
		return nil
	}
	limit, _ := c.Budget(w)
	left := int(max(limit-time.Since(began), 0).Seconds())
	jobs := Jobs(all...)
	for i, s := range all {
		jobs[i].Refused = Unrestartable(s)
	}
	did, outcomes, err := Act(ctx, c, tool.Waiting{WaitSeconds: &left}, jobs, zerops.RestartService)
	if err != nil {
		f.Status, f.Next = tool.StatusFailed, again
		f.Message = tool.JoinWords(f.Message, "the change is done, and the restart failed: "+c.Reason(ctx, err))
		if _, uncertain := errors.AsType[*zerops.UncertainError](err); uncertain {
			f.Next = &tool.Next{Tool: "list_events", Arguments: tool.NextArgs{Project: all[0].ProjectID}}
		}
		return nil
	}
	if did.Status == tool.StatusFailed && did.Next == nil { // one service, whose process failed
		did.Next = &tool.Next{Tool: "diagnose_service", Arguments: tool.NextArgs{Service: ids[0]}}
	}
	f.Status, f.Next, f.Processes = did.Status, did.Next, append(f.Processes, did.Processes...)
	f.Message = tool.JoinWords(f.Message, did.Message)
	return outcomes
}

func sentAs(err error) string {
	switch _, uncertain := errors.AsType[*zerops.UncertainError](err); {
	case uncertain:
		return unknown
	case err != nil:
		return tool.StatusFailed
	}
	return tool.StatusDone
}

// general reports an error that has nothing to do with the service it met.
func general(err error) bool {
	_, uncertain := errors.AsType[*zerops.UncertainError](err)
	return uncertain || errors.Is(err, zerops.ErrUnauthorized) || errors.Is(err, zerops.ErrForbidden) || errors.Is(err, zerops.ErrRateLimited) ||
		errors.Is(err, zerops.ErrUnavailable) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)
}

// read completes an outcome by what its process and its service say.
func (o *Outcome) read(ctx context.Context, c *tool.Call, processes []tool.ProcessView) {
	if o.err != nil {
		why := c.Explain(ctx, o.err)
		o.Error, o.Hint = tool.JoinWords(why.Message, why.APIMessage), why.Hint
	}
	for _, p := range processes {
		if p.ID != o.process || o.process == "" {
			continue
		}
		switch (zerops.Process{Status: p.Status}).State() {
		case zerops.ProcessFinished:
		case zerops.ProcessRunning:
			o.Outcome = tool.StatusInProgress
		case zerops.ProcessFailed, zerops.ProcessCanceled, zerops.ProcessUnknown:
			o.Outcome, o.Error = tool.StatusFailed, tool.JoinWords("the process ended as "+p.Status, p.Error)
		}
	}
	if o.Now, o.Unread = c.API.Service(ctx, o.ID); o.Unread == nil {
		o.Status = tool.Clean(o.Now.Status, 40)
	}
}

// sum makes one result of several outcomes, with what to do next.
func sum(f *tool.ChangeResult, name, projectID string, outcomes []Outcome) {
	var failed, unsure, rest []string
	for _, o := range outcomes {
		switch o.Outcome {
		case tool.StatusFailed:
			failed = append(failed, o.ID)
		case unknown:
			unsure = append(unsure, o.ID)
		case notAttempted:
			rest = append(rest, o.ID)
		}
	}
	bad := len(failed) + len(unsure) + len(rest)
	if bad == 0 {
		return
	}
	waiting := f.Status == tool.StatusInProgress
	f.Message = tool.JoinWords(fmt.Sprintf("%d of %d services failed; each outcome says how it stands", bad, len(outcomes)), f.Message)
	f.Status = tool.StatusFailed
	switch {
	case waiting: // the next look is at those that go on
	case len(unsure) > 0:
		f.Next = &tool.Next{Tool: "get_service", Arguments: tool.NextArgs{Service: unsure[0]}}
	case len(failed) > 0:
		f.Next = &tool.Next{Tool: "diagnose_service", Arguments: tool.NextArgs{Service: failed[0]}}
	case len(rest) > 0:
		f.Next = &tool.Next{Tool: name, Arguments: tool.NextArgs{Project: projectID, Services: rest}}
	}
}
