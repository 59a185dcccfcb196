package tool

import (
	"encoding/json"
	"maps"

	"zerops-mcp/zerops"
)

// HideInReasons takes secrets out of why processes failed, before the words are
// shortened: the platform quotes variables that it could not apply.
func (c *Call) HideInReasons(processes []zerops.Process) {
	for i := range processes {
		processes[i] = c.hideInProcess(processes[i])
	}
}

func (c *Call) hideInProcess(p zerops.Process) zerops.Process {
	p.Failure = c.HideInReason(p.Failure)
	var reason string
	if raw, ok := p.PublicMeta["failReason"]; ok && json.Unmarshal(raw, &reason) == nil {
		p.PublicMeta = maps.Clone(p.PublicMeta)
		p.PublicMeta["failReason"] = quote(c.Redactor.Hidden(CleanText(reason)))
	}
	if p.Version != nil {
		p.Version = new(c.hideInVersion(*p.Version))
	}
	return p
}

func (c *Call) hideInVersion(v zerops.AppVersion) zerops.AppVersion {
	if v.Prepare != nil {
		prepare := *v.Prepare
		prepare.Reason = c.Redactor.Hidden(CleanText(prepare.Reason))
		v.Prepare = &prepare
	}
	return v
}

// HideInReason hides secrets in the reason that the platform gives.
func (c *Call) HideInReason(r *zerops.Reason) *zerops.Reason {
	if r == nil {
		return nil
	}
	return &zerops.Reason{Code: r.Code, Message: c.Redactor.Hidden(CleanText(r.Message))}
}

// HideInDeployment is hideInProcess for a deployment.
func (c *Call) HideInDeployment(d zerops.Deployment) zerops.Deployment {
	d.Version = c.hideInVersion(d.Version)
	if d.Process != nil {
		d.Process = new(c.hideInProcess(*d.Process))
	}
	return d
}
