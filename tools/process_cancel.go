package tools

import (
	"context"
	"fmt"
	"strings"

	"zerops-mcp/zerops"
)

type cancelProcessIn struct {
	Process string `json:"process" jsonschema:"minLength=1"`
	Confirm string `json:"confirm,omitempty"`
	waiting
}

func cancelProcess(ctx context.Context, c *call, in cancelProcessIn) (frame, error) {
	p, err := confirm(ctx, c, func(ctx context.Context) (zerops.Process, *plan, error) {
		p, err := c.process(ctx, in.Process)
		if err != nil {
			return p, nil, err
		}
		if p.Ended() {
			return p, nil, idle(alreadyOver(p))
		}
		return p, cancelPlan(p), c.guard(ctx, p.ProjectID, p.ServiceID)
	})
	if err != nil {
		return frame{}, err
	}
	_, err = change(ctx, c, func(ctx context.Context) (zerops.Process, error) { return c.api.CancelProcess(ctx, p.ID) })
	switch {
	case zerops.HasCode(err, zerops.CodeProcessAlreadyOver, zerops.CodeProcessAlreadyFinished):
		now, err := c.api.Process(ctx, p.ID)
		if err != nil {
			return frame{}, err
		}
		return alreadyOver(now), nil
	case zerops.HasCode(err, "processIsAlreadyRunning", "processCanNoLongerBeCanceled"):
		return frame{}, tooLate(p)
	case err != nil:
		return frame{}, err
	}
	return c.canceled(ctx, in.waiting, p)
}

func cancelPlan(p zerops.Process) *plan {
	about := fmt.Sprintf("process %q (%s, %s)", clean(p.Action, 80), p.ID, clean(p.Status, 20))
	if len(p.Services) > 0 {
		about += fmt.Sprintf(" of the service %q (%s)", clean(p.Services[0].Name, 40), p.Services[0].ID)
	}
	return &plan{
		Summary: "Cancel the " + about + ".",
		Targets: []planTarget{{Kind: "process", ID: p.ID, Name: clean(p.Action, 80), Status: clean(p.Status, 40)}},
		Loses:   []string{"what the process was about to do; it has to be asked for again"},
		state:   []fact{is("the process", about)},
	}
}

// canceled waits until the process has ended and tells how: it may have finished
// before it could be cancelled.
func (c *call) canceled(ctx context.Context, w waiting, p zerops.Process) (frame, error) {
	limit, _ := c.budget(w)
	states, err := c.await(ctx, limit, []string{p.ID}, []zerops.Process{p})
	if err != nil {
		return frame{}, err
	}
	f := frame{Processes: []processView{viewProcess(states[0])}}
	switch states[0].State() {
	case zerops.ProcessCanceled:
		f.Status = statusDone
		f.Processes[0].Error = ""
	case zerops.ProcessRunning:
		f.Status, f.Next = statusInProgress, &next{Tool: "wait_for", Arguments: nextArgs{Processes: []string{p.ID}}}
	case zerops.ProcessFinished, zerops.ProcessFailed, zerops.ProcessUnknown:
		f.Status, f.Message = statusFailed, "the process ended before it could be cancelled; see its status"
	}
	return f, nil
}

// alreadyOver is the answer where there is nothing to cancel.
func alreadyOver(p zerops.Process) frame {
	return frame{
		Status: statusUnchanged, Message: "the process has ended: " + clean(p.Status, 40),
		Processes: []processView{viewProcess(p)},
	}
}

// tooLate says what can be done instead: builds have a cancellation of their own.
func tooLate(p zerops.Process) *failure {
	f := &failure{
		Code: codeConflict, APICode: "processCanNoLongerBeCanceled", Operation: zerops.PutProcessCancel.String(),
		Message: fmt.Sprintf("the process %q (%s) already runs, and the platform cancels only what has not begun; nothing was changed", clean(p.Action, 80), p.ID),
		Hint:    "Follow it with wait_for.",
		Next:    &failureNext{Tool: "wait_for", Arguments: map[string]any{"processes": []string{p.ID}}},
	}
	if p.Version != nil && strings.Contains(p.Action, "build") {
		f.Hint = "A running build can be stopped with cancel_deployment."
		f.Next = &failureNext{Tool: "cancel_deployment", Arguments: map[string]any{"deployment": p.Version.ID}}
	}
	return f
}
