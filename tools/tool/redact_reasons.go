package tool

import (
	"encoding/json"
	"maps"

	"zerops-mcp/zerops"
)

// HideInReasons takes secrets out of why processes failed, before the words are
// shortened: the platform quotes variables that it could not apply.
func (r *Redactor) HideInReasons(processes []zerops.Process) {
	for i := range processes {
		processes[i] = r.hideInProcess(processes[i])
	}
}

func (r *Redactor) hideInProcess(p zerops.Process) zerops.Process {
	p.Failure = r.HideInReason(p.Failure)
	var reason string
	if raw, ok := p.PublicMeta["failReason"]; ok && json.Unmarshal(raw, &reason) == nil {
		p.PublicMeta = maps.Clone(p.PublicMeta)
		p.PublicMeta["failReason"] = quote(r.Hidden(CleanText(reason)))
	}
	if p.Version != nil {
		p.Version = new(r.hideInVersion(*p.Version))
	}
	return p
}

func (r *Redactor) hideInVersion(v zerops.AppVersion) zerops.AppVersion {
	if v.Prepare != nil {
		prepare := *v.Prepare
		prepare.Reason = r.Hidden(CleanText(prepare.Reason))
		v.Prepare = &prepare
	}
	return v
}

// HideInReason hides secrets in the reason that the platform gives.
func (r *Redactor) HideInReason(given *zerops.Reason) *zerops.Reason {
	if given == nil {
		return nil
	}
	return &zerops.Reason{Code: given.Code, Message: r.Hidden(CleanText(given.Message))}
}

// HideInDeployment hides secrets in why a deployment failed.
func (r *Redactor) HideInDeployment(d zerops.Deployment) zerops.Deployment {
	d.Version = r.hideInVersion(d.Version)
	if d.Process != nil {
		d.Process = new(r.hideInProcess(*d.Process))
	}
	return d
}
