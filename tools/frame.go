package tools

import (
	"time"

	"zerops-mcp/zerops"
)

// Statuses of a change.
const (
	statusDone                 = "done"
	statusInProgress           = "in_progress"
	statusFailed               = "failed"
	statusUnchanged            = "unchanged"
	statusConfirmationRequired = "confirmation_required"
)

// frame is what all changing tools answer. Only the status is always there.
type frame struct {
	Status    string        `json:"status" jsonschema:"enum=done,enum=in_progress,enum=failed,enum=unchanged,enum=confirmation_required"`
	Message   string        `json:"message,omitempty"`
	Processes []processView `json:"processes,omitempty"`
	Plan      *plan         `json:"plan,omitempty"`
	Confirm   string        `json:"confirm,omitempty"`
	ExpiresAt *time.Time    `json:"expires_at,omitempty"`
	Next      *next         `json:"next,omitempty"`
}

// next is the exact call to make next, built from ids only.
type next struct {
	Tool      string   `json:"tool"`
	Arguments nextArgs `json:"arguments"`
}

// nextArgs are the arguments a next call may have.
type nextArgs struct {
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

// processView is a process as all tools show it.
type processView struct {
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

func viewProcess(p zerops.Process) processView {
	v := processView{
		ID: p.ID, Action: clean(p.Action, 80), Status: clean(p.Status, 40),
		Created: timeOrNil(p.Created), Started: timeOrNil(p.Started), Finished: timeOrNil(p.Finished), By: actor(p.CreatedBy, p.BySystem),
	}
	if len(p.Services) > 0 {
		v.Service = clean(p.Services[0].Name, 40)
	}
	if v.Status == "" {
		v.Status = "UNKNOWN"
	}
	if s := p.State(); s == zerops.ProcessFailed || s == zerops.ProcessCanceled || s == zerops.ProcessUnknown {
		v.Error = clean(p.FailureText(), 500)
		if v.Error == "" && s == zerops.ProcessFailed {
			v.Error = "the platform gives no reason"
		}
	}
	return v
}

func actor(a zerops.Actor, bySystem bool) string {
	switch {
	case a.FullName != "":
		return clean(a.FullName, 80)
	case a.Email != "":
		return clean(a.Email, 80)
	case a.Type != "":
		return clean(a.Type, 40)
	case bySystem:
		return "SYSTEM"
	}
	return ""
}

func timeOrNil(t zerops.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return new(t.UTC().Truncate(time.Second))
}
