package zerops

import (
	"context"
	"encoding/json"
	"iter"
	"strings"
)

// Process is a job of the platform; every change is carried out by one.
type Process struct {
	ID             string  `json:"id"`
	OrganizationID string  `json:"clientId"`
	ProjectID      string  `json:"projectId"`
	ServiceID      string  `json:"serviceStackId"`
	Status         string  `json:"status"`
	Sequence       int     `json:"sequence"`
	Action         string  `json:"actionName"`
	Created        Time    `json:"created"`
	Started        Time    `json:"started"`
	Finished       Time    `json:"finished"`
	CreatedBy      Actor   `json:"createdByUser"`
	BySystem       bool    `json:"createdBySystem"`
	ExecutorTag    string  `json:"executorTag"` // live rows only (platform §1.9)
	Failure        *Reason `json:"error"`       // live rows only
	Services       []struct {
		ID   string `json:"id"`
		Name string `json:"name"`
	} `json:"serviceStacks"`
	Project *struct {
		ID   string `json:"id"`
		Name string `json:"name"`
	} `json:"project"`
	Version    *AppVersion                `json:"appVersion"`
	PublicMeta map[string]json.RawMessage `json:"publicMeta"`
}

// failReason is a member of publicMeta.
const failReason = "failReason"

// Actor is who caused something.
type Actor struct {
	Type     string `json:"type"` // USER, SYSTEM, GITHUB, GITLAB or INTEGRATION_TOKEN
	ID       string `json:"id"`
	Email    string `json:"email"`
	FullName string `json:"fullName"`
}

// Reason is why something failed, in the platform's words.
type Reason struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

// ProcessState is the coarse state of a process.
type ProcessState int

// States of a process. A status this client does not know counts as running
// until the process has a finish time, and then as unknown.
const (
	ProcessRunning ProcessState = iota
	ProcessFinished
	ProcessFailed
	ProcessCanceled
	ProcessUnknown
)

// State maps the status. DONE and CANCELLED were seen beside the documented
// spellings (platform §3.9).
func (p Process) State() ProcessState {
	switch p.Status {
	case "FINISHED", "DONE":
		return ProcessFinished
	case "FAILED":
		return ProcessFailed
	case "CANCELED", "CANCELLED":
		return ProcessCanceled
	case "PENDING", "RUNNING", "CANCELING", "ROLLBACKING":
		return ProcessRunning
	}
	if p.Finished.IsZero() {
		return ProcessRunning
	}
	return ProcessUnknown
}

// Ended reports whether the process will not change any more.
func (p Process) Ended() bool { return p.State() != ProcessRunning }

// Internal reports a row of the platform's own housekeeping, which people are
// not shown (platform §3.9).
func (p Process) Internal() bool {
	return strings.HasPrefix(p.Action, "zL7Master.") || p.ExecutorTag == "L7_MASTER"
}

// Deploys reports that the process builds or deploys its version. Others, such as
// a restart, may name the version that runs.
func (p Process) Deploys() bool {
	action := strings.ToLower(p.Action)
	return p.Version != nil && (strings.Contains(action, "build") || strings.Contains(action, "deploy"))
}

// FailureText returns the platform's words for a failure: the row's error, or
// publicMeta.failReason, or nothing, since some rows have no reason at all.
func (p Process) FailureText() string {
	if p.Failure != nil && (p.Failure.Message != "" || p.Failure.Code != "") {
		if p.Failure.Message == "" {
			return p.Failure.Code
		}
		return p.Failure.Message
	}
	var reason string
	if raw, ok := p.PublicMeta[failReason]; ok && json.Unmarshal(raw, &reason) == nil {
		return reason
	}
	return ""
}

// Process returns one process (operation GetProcess).
func (c *Client) Process(ctx context.Context, id string) (Process, error) {
	return fetch[Process](ctx, c, Call{Operation: GetProcess, Path: []string{id}})
}

// ProjectProcesses lists the processes of a project, newest first (operation
// GetProjectProcess).
func (c *Client) ProjectProcesses(ctx context.Context, projectID string, o ListOptions) iter.Seq2[Process, error] {
	return list[Process](ctx, c, GetProjectProcess, projectID, o)
}

// ServiceProcesses lists the processes of a service, newest first (operation
// GetServiceStackProcess).
func (c *Client) ServiceProcesses(ctx context.Context, serviceID string, o ListOptions) iter.Seq2[Process, error] {
	return list[Process](ctx, c, GetServiceStackProcess, serviceID, o)
}

// CancelProcess asks to cancel a process; in effect only a PENDING one can be
// (operation PutProcessCancel; platform §5).
func (c *Client) CancelProcess(ctx context.Context, id string) (Process, error) {
	return fetch[Process](ctx, c, Call{Operation: PutProcessCancel, Path: []string{id}, Body: empty{}})
}

// optionalProcess sends a call whose answer is {process} with null for a change
// that was applied at once.
func (c *Client) optionalProcess(ctx context.Context, call Call) (*Process, error) {
	answer, err := fetch[optional](ctx, c, call)
	return answer.Process, err
}

// optional is an answer with a process or null. An object without any member is
// neither.
type optional struct {
	Process *Process
	blank   bool
}

func (o optional) empty() bool { return o.blank }

// UnmarshalJSON notes whether there was anything.
func (o *optional) UnmarshalJSON(data []byte) error {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(data, &members); err != nil {
		return err
	}
	o.blank = len(members) == 0
	// Something else in place of the process counts as none.
	_ = json.Unmarshal(members["process"], &o.Process)
	if o.Process != nil && o.Process.ID == "" {
		o.Process = nil
	}
	return nil
}
