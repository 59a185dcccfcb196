package tools

import (
	"encoding/json"
	"maps"

	"zerops-mcp/zerops"
)

// hideInReasons takes secrets out of why processes failed, before the words are
// shortened: the platform quotes variables that it could not apply.
func (c *call) hideInReasons(processes []zerops.Process) {
	for i := range processes {
		processes[i] = c.hideInProcess(processes[i])
	}
}

func (c *call) hideInProcess(p zerops.Process) zerops.Process {
	p.Failure = c.hideInReason(p.Failure)
	var reason string
	if raw, ok := p.PublicMeta["failReason"]; ok && json.Unmarshal(raw, &reason) == nil {
		p.PublicMeta = maps.Clone(p.PublicMeta)
		p.PublicMeta["failReason"] = quote(c.redactor.hidden(cleanText(reason)))
	}
	if p.Version != nil {
		p.Version = new(c.hideInVersion(*p.Version))
	}
	return p
}

func (c *call) hideInVersion(v zerops.AppVersion) zerops.AppVersion {
	if v.Prepare != nil {
		prepare := *v.Prepare
		prepare.Reason = c.redactor.hidden(cleanText(prepare.Reason))
		v.Prepare = &prepare
	}
	return v
}

func (c *call) hideInReason(r *zerops.Reason) *zerops.Reason {
	if r == nil {
		return nil
	}
	return &zerops.Reason{Code: r.Code, Message: c.redactor.hidden(cleanText(r.Message))}
}

// hideInDeployment is hideInProcess for a deployment.
func (c *call) hideInDeployment(d zerops.Deployment) zerops.Deployment {
	d.Version = c.hideInVersion(d.Version)
	if d.Process != nil {
		d.Process = new(c.hideInProcess(*d.Process))
	}
	return d
}

// hideIn takes secrets out of what the platform says, once they are known.
func (c *call) hideIn(e *evidence) {
	c.hideInReasons(e.processes)
	for i, n := range e.notifications {
		e.notifications[i].Failure = c.hideInReason(n.Failure)
	}
	if e.deployment != nil {
		e.deployment = new(c.hideInDeployment(*e.deployment))
	}
}
