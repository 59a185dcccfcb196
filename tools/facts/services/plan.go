package services

import (
	"fmt"
	"strings"

	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

// Target is a service as a plan names it.
func Target(s zerops.Service) tool.PlanTarget {
	return tool.PlanTarget{Kind: "service", ID: s.ID, Name: tool.Clean(s.Name, 40), Status: tool.Clean(s.Status, 40)}
}

// Changing is the plan of a change that takes nothing away from a service: what is
// done to it, and what is set.
func Changing(s zerops.Service, what string, changes ...string) *tool.Plan {
	return &tool.Plan{
		Summary: fmt.Sprintf("%s the service %q (%s) in the project %q (%s).", what, tool.Clean(s.Name, 40), s.ID, tool.Clean(s.Project.Name, 80), s.ProjectID),
		Targets: []tool.PlanTarget{Target(s)}, Changes: changes, Does: zerops.Changes, In: []string{s.ProjectID},
		State: []tool.Fact{tool.Is("the service", s.Name+" ("+s.ID+")"), tool.Is("its project", s.Project.Name+" ("+s.ProjectID+")"), tool.Is("its status", s.Status)},
	}
}

// ActingOn is the plan of one action on those services of a call that it concerns, nil
// where all of them are as is wanted already.
func ActingOn(what string, jobs []Job) *tool.Plan {
	p := &tool.Plan{Does: zerops.Changes}
	var names []string
	for _, j := range jobs {
		if s := j.Service; !j.Idle && j.Refused == nil {
			names = append(names, fmt.Sprintf("%q (%s)", tool.Clean(s.Name, 40), s.ID))
			p.Targets, p.State = append(p.Targets, Target(s)), append(p.State, tool.ServiceFacts(s)...)
		}
	}
	kind := "service"
	switch len(names) {
	case 0:
		return nil
	case 1:
	default:
		kind = fmt.Sprintf("%d services", len(names))
	}
	in := jobs[0].Service
	p.In = []string{in.ProjectID}
	p.Summary = fmt.Sprintf("%s the %s %s in the project %q (%s).", what, kind, strings.Join(names, ", "), tool.Clean(in.Project.Name, 80), in.ProjectID)
	return p
}
