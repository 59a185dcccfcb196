package observe

import (
	"context"
	"fmt"
	"strings"

	"zerops-mcp/tools/request"
	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

type cancelProcessIn struct {
	Process string `json:"process" jsonschema:"minLength=1"`
	Confirm string `json:"confirm,omitempty"`
	tool.Waiting
}

func cancelProcess(ctx context.Context, c *tool.Call, in *cancelProcessIn) (*tool.ChangeResult, error) {
	p, err := tool.Confirm(ctx, c, func(ctx context.Context) (zerops.Process, *tool.Plan, error) {
		p, err := process(ctx, c, in.Process)
		if err != nil {
			return p, nil, err
		}
		if p.Ended() {
			return p, nil, tool.Idle(alreadyOver(p))
		}
		return p, cancelPlan(p), nil
	})
	if err != nil {
		return nil, err
	}
	_, err = tool.Change(ctx, c, func(ctx context.Context) (zerops.Process, error) { return c.API.CancelProcess(ctx, p.ID) })
	switch {
	case zerops.HasCode(err, zerops.CodeProcessAlreadyOver, zerops.CodeProcessAlreadyFinished):
		now, err := c.API.Process(ctx, p.ID)
		if err != nil {
			return nil, err
		}
		out := alreadyOver(now)
		return &out, nil
	case zerops.HasCode(err, "processIsAlreadyRunning", "processCanNoLongerBeCanceled"):
		return nil, tooLate(p)
	case err != nil:
		return nil, err
	}
	return canceled(ctx, c, in.Waiting, p)
}

func cancelPlan(p zerops.Process) *tool.Plan {
	about := fmt.Sprintf("process %q (%s, %s)", tool.Clean(p.Action, 80), p.ID, tool.Clean(p.Status, 20))
	if len(p.Services) > 0 {
		about += fmt.Sprintf(" of the service %q (%s)", tool.Clean(p.Services[0].Name, 40), p.Services[0].ID)
	}
	return &tool.Plan{
		Summary: "Cancel the " + about + ".",
		Targets: []tool.PlanTarget{{Kind: "process", ID: p.ID, Name: tool.Clean(p.Action, 80), Status: tool.Clean(p.Status, 40)}},
		Loses:   []string{"what the process was about to do; it has to be asked for again"},
		State:   []tool.Fact{tool.Is("the process", about)},
		In:      []string{p.ProjectID},
	}
}

// canceled waits until the process has ended and tells how: it may have finished
// before it could be cancelled.
func canceled(ctx context.Context, c *tool.Call, w tool.Waiting, p zerops.Process) (*tool.ChangeResult, error) {
	limit, _ := c.Budget(w)
	states, err := c.Await(ctx, limit, []string{p.ID}, []zerops.Process{p})
	if err != nil {
		return nil, err
	}
	f := tool.ChangeResult{Processes: []tool.ProcessView{tool.ViewProcess(states[0])}}
	switch states[0].State() {
	case zerops.ProcessCanceled:
		f.Status = tool.StatusDone
		f.Processes[0].Error = ""
	case zerops.ProcessRunning:
		f.Status, f.Next = tool.StatusInProgress, &tool.Next{Tool: "wait_for", Arguments: tool.NextArgs{Processes: []string{p.ID}}}
	case zerops.ProcessFinished, zerops.ProcessFailed, zerops.ProcessUnknown:
		f.Status, f.Message = tool.StatusFailed, "the process ended before it could be cancelled; see its status"
	}
	return &f, nil
}

// alreadyOver is the answer where there is nothing to cancel.
func alreadyOver(p zerops.Process) tool.ChangeResult {
	return tool.ChangeResult{
		Status: tool.StatusUnchanged, Message: "the process has ended: " + tool.Clean(p.Status, 40),
		Processes: []tool.ProcessView{tool.ViewProcess(p)},
	}
}

// tooLate says what can be done instead: builds have a cancellation of their own.
func tooLate(p zerops.Process) *tool.Failure {
	f := &tool.Failure{
		Code: request.CodeConflict, APICode: "processCanNoLongerBeCanceled", Operation: zerops.PutProcessCancel.String(),
		Message: fmt.Sprintf("the process %q (%s) already runs, and the platform cancels only what has not begun; nothing was changed", tool.Clean(p.Action, 80), p.ID),
		Hint:    "Follow it with wait_for.",
		Next:    &tool.FailureNext{Tool: "wait_for", Arguments: map[string]any{"processes": []string{p.ID}}},
	}
	if p.Version != nil && strings.Contains(p.Action, "build") {
		f.Hint = "A running build can be stopped with cancel_deployment."
		f.Next = &tool.FailureNext{Tool: "cancel_deployment", Arguments: map[string]any{"deployment": p.Version.ID}}
	}
	return f
}
