package manifest

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"zerops-mcp/tools/facts/env"
	"zerops-mcp/tools/facts/services"
	"zerops-mcp/tools/request"
	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

// GuardReplaced refuses what no confirmation can allow.
func GuardReplaced(c *tool.Call, replaced []zerops.Service) error {
	for _, s := range replaced {
		if err := c.Spare(s.ID); err != nil {
			return err
		}
		switch {
		case s.Hidden():
			return &tool.Failure{Code: request.CodeUnsupported, Message: fmt.Sprintf("%q is a service of the platform itself; nothing was changed", tool.Clean(s.Name, 40))}
		case s.Status == "DELETING":
			return &tool.Failure{Code: request.CodeConflict, Message: fmt.Sprintf("the service %q is being deleted; nothing was changed", tool.Clean(s.Name, 40)), Hint: "Wait until it is gone, then use import_yaml.", Retryable: true}
		}
	}
	return nil
}

// Replacement is the plan of what may be lost. Whether an override makes a new
// version depends on the YAML; without one nothing would show that it was done.
func Replacement(ctx context.Context, c *tool.Call, p ImportPlan, project zerops.Project, replaced []zerops.Service) *tool.Plan {
	var names []string
	out := &tool.Plan{State: []tool.Fact{tool.Is("the project", project.Name+" ("+project.ID+")")}}
	for _, s := range replaced {
		names = append(names, fmt.Sprintf("%q (%s, %s)", tool.Clean(s.Name, 40), tool.Clean(s.Type.Version, 40), s.ID))
		out.Targets = append(out.Targets, services.Target(s))
		out.State = append(out.State, tool.ServiceFacts(s)...)
		i := slices.IndexFunc(p.Services, func(e importEntry) bool { return e.Hostname == s.Name })
		entry := p.Services[i]
		name := tool.Clean(s.Name, 40)
		switch {
		case !s.Runtime():
			out.Loses = append(out.Loses, name+": all data stored in it may be lost, and its generated passwords may change")
		case entry.startWithoutCode && s.ActiveVersion != nil:
			out.Loses = append(out.Loses, name+": startWithoutCode puts an EMPTY version over the running deployment "+s.ActiveVersion.ID+" (rollback_service can bring it back)")
		case s.ActiveVersion != nil:
			out.Loses = append(out.Loses, name+": the running deployment "+s.ActiveVersion.ID+" and the files in its containers")
		}
		variables, err := env.Read(ctx, c, env.Store{Project: project, Service: &s})
		var set []string
		for _, v := range variables {
			if v.Owner == zerops.OwnerUser {
				set = append(set, tool.Clean(v.Key, 60))
			}
		}
		switch {
		case err != nil:
			out.Loses = append(out.Loses, name+": variables set by hand may be lost; which ones could not be read ("+c.Reason(ctx, err)+")")
		case len(set) > 0:
			out.Loses = append(out.Loses, fmt.Sprintf("%s: %d variables set by hand may be lost: %s", name, len(set), strings.Join(set[:min(len(set), 20)], ", ")))
		}
		if !entry.fromGit && !entry.startWithoutCode {
			out.Repeats = true
		}
	}
	out.Summary = fmt.Sprintf("Replace %d service(s) of the project %q (%s): %s.", len(replaced), tool.Clean(project.Name, 80), project.ID, strings.Join(names, ", "))
	out.Changes = p.Words(replaced)
	return out
}
