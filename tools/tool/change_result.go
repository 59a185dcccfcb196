package tool

import (
	"time"

	"zerops-mcp/zerops"
)

// Statuses of a change.
const (
	StatusDone                 = "done"
	StatusInProgress           = "in_progress"
	StatusFailed               = "failed"
	StatusUnchanged            = "unchanged"
	statusConfirmationRequired = "confirmation_required"
)

// ChangeResult is what all changing tools answer. Only the status is always there.
type ChangeResult struct {
	Status    string        `json:"status" jsonschema:"enum=done,enum=in_progress,enum=failed,enum=unchanged,enum=confirmation_required"`
	Message   string        `json:"message,omitempty"`
	Processes []ProcessView `json:"processes,omitempty"`
	Plan      *Plan         `json:"plan,omitempty"`
	Confirm   string        `json:"confirm,omitempty"`
	ExpiresAt *time.Time    `json:"expires_at,omitempty"`
	Next      *Next         `json:"next,omitempty"`
}

// Next is the exact call to make next, built from ids only.
type Next struct {
	Tool      string   `json:"tool"`
	Arguments NextArgs `json:"arguments"`
}

// NextArgs are the arguments a next call may have.
type NextArgs struct {
	Project     string   `json:"project,omitempty"`
	Service     string   `json:"service,omitempty"`
	Services    []string `json:"services,omitempty"`
	Deployment  string   `json:"deployment,omitempty"`
	Deployments []string `json:"deployments,omitempty"`
	Process     string   `json:"process,omitempty"`
	Processes   []string `json:"processes,omitempty"`
	Source      string   `json:"source,omitempty"`
	Since       string   `json:"since,omitempty"`
	Kind        string   `json:"kind,omitempty"`
	Path        string   `json:"path,omitempty"`
	Operation   string   `json:"operation,omitempty"`
	WaitSeconds int      `json:"wait_seconds,omitempty"`
	Enabled     *bool    `json:"enabled,omitempty"`
	MaxRAM      float64  `json:"max_ram_gb,omitempty"`
	MaxDisk     float64  `json:"max_disk_gb,omitempty"`
	LogLines    int      `json:"log_lines,omitempty"`
}

// ProcessView is a process as all tools show it.
type ProcessView struct {
	ID       string     `json:"id"`
	Action   string     `json:"action,omitempty"`
	Status   string     `json:"status"`
	Service  string     `json:"service,omitempty"`
	Created  *time.Time `json:"created,omitempty"`
	Started  *time.Time `json:"started,omitempty"`
	Finished *time.Time `json:"finished,omitempty"`
	By       string     `json:"by,omitempty"`
	Error    string     `json:"error,omitempty"`
}

// ViewProcess is a process as all tools show it.
func ViewProcess(p zerops.Process) ProcessView {
	v := ProcessView{
		ID: p.ID, Action: Clean(p.Action, 80), Status: Clean(p.Status, 40),
		Created: TimeOrNil(p.Created), Started: TimeOrNil(p.Started), Finished: TimeOrNil(p.Finished), By: Actor(p.CreatedBy, p.BySystem),
	}
	if len(p.Services) > 0 {
		v.Service = Clean(p.Services[0].Name, 40)
	}
	if v.Status == "" {
		v.Status = "UNKNOWN"
	}
	if s := p.State(); s == zerops.ProcessFailed || s == zerops.ProcessCanceled || s == zerops.ProcessUnknown {
		v.Error = Clean(p.FailureText(), 500)
		if v.Error == "" && s == zerops.ProcessFailed {
			v.Error = "the platform gives no reason"
		}
	}
	return v
}

// Actor names who started something, as the platform knows them.
func Actor(a zerops.Actor, bySystem bool) string {
	switch {
	case a.FullName != "":
		return Clean(a.FullName, 80)
	case a.Email != "":
		return Clean(a.Email, 80)
	case a.Type != "":
		return Clean(a.Type, 40)
	case bySystem:
		return "SYSTEM"
	}
	return ""
}

// TimeOrNil is a time in whole seconds of UTC, nil where the platform gave none.
func TimeOrNil(t zerops.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return new(t.UTC().Truncate(time.Second))
}
