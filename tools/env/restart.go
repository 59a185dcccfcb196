package env

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"zerops-mcp/tools/facts/effects"
	"zerops-mcp/tools/facts/env"
	"zerops-mcp/tools/facts/services"
	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

// settingOf is the plan of variables that are set: their keys, where the values come
// from, and what is restarted. Whether a value is the present one is not said, or plans
// would tell it to who guesses.
func settingOf(c *tool.Call, s env.Store, present []string, wanted []wantedVariable, restart bool) *tool.Plan {
	p := &tool.Plan{
		Summary: fmt.Sprintf("Set %d variable(s) of %s in the project %q (%s).", len(wanted), s.Label(), tool.Clean(s.Project.Name, 80), s.Project.ID),
		Targets: []tool.PlanTarget{{Kind: "project", ID: s.Project.ID, Name: tool.Clean(s.Project.Name, 80), Status: tool.Clean(s.Project.Status, 40)}},
		State:   []tool.Fact{tool.Is("the project", s.Project.Name+" ("+s.Project.ID+")")}, Does: zerops.Changes, In: []string{s.Project.ID},
	}
	if s.Service == nil {
		p.Summary = fmt.Sprintf("Set %d variable(s) of %s.", len(wanted), s.Label())
	} else {
		p.Targets = []tool.PlanTarget{services.Target(*s.Service)}
		p.State = append(p.State, tool.Is("the service", s.Service.Name+" ("+s.Service.ID+")"))
	}
	for _, w := range wanted {
		verb := "adds"
		if slices.Contains(present, w.key) {
			verb = "replaces"
		}
		p.Changes = append(p.Changes, fmt.Sprintf("%s %s, from %s", verb, tool.Clean(w.key, 80), w.source))
		p.Does |= effects.Variable(w.key, w.value)
	}
	if running := restartable(c, s); restart && len(running) > 0 {
		var names []string
		for _, r := range running {
			names = append(names, tool.Clean(r.Name, 40))
		}
		p.Changes = append(p.Changes, "restarts afterwards: "+strings.Join(names, ", "))
	}
	return p
}

// restartable are the services that a restart after a change of variables is for; this
// server's own is never among them.
func restartable(c *tool.Call, s env.Store) []zerops.Service {
	return slices.DeleteFunc(s.Running(), func(s zerops.Service) bool { return s.ID == c.Runner.OwnService() })
}

// addRestarts names the services that run with the old values until they are
// restarted (platform §4.9). A project's variables reach all of them.
func (out *envChangeOut) addRestarts(s env.Store) {
	for _, service := range s.Running() {
		out.Restart = append(out.Restart, restartView{ID: service.ID, Hostname: tool.Clean(service.Name, 40)})
	}
	if out.Status == tool.StatusDone && out.Next == nil {
		out.restartNext()
	}
}

// restartNext points to the restart that is left to do.
func (out *envChangeOut) restartNext() {
	switch len(out.Restart) {
	case 0:
	case 1:
		out.Next = &tool.Next{Tool: "restart_service", Arguments: tool.NextArgs{Service: out.Restart[0].ID}}
	default:
		out.Next = &tool.Next{Tool: "restart_service"}
		for _, s := range out.Restart[:min(len(out.Restart), services.MaxSeveral)] {
			out.Next.Arguments.Services = append(out.Next.Arguments.Services, s.ID)
		}
	}
}

// restart restarts the services that run with the old values. Those that were
// restarted are no longer named as what is left to do.
func (out *setEnvOut) restart(ctx context.Context, c *tool.Call, s env.Store, w tool.Waiting, began time.Time) {
	running := restartable(c, s)
	switch {
	case len(running) == 0:
		out.Message = tool.JoinWords(out.Message, "no service runs with these variables, so nothing was restarted")
		return
	case out.Status == tool.StatusUnchanged:
		out.Message = tool.JoinWords(out.Message, "nothing had to be changed, so nothing was restarted")
		out.addRestarts(s)
		out.restartNext()
		return
	}
	out.Restarted = services.Restart(ctx, c, w, began, &out.ChangeResult, running...)
	for _, done := range out.Restarted {
		if done.Outcome == tool.StatusDone || done.Outcome == tool.StatusInProgress {
			out.Restart = slices.DeleteFunc(out.Restart, func(v restartView) bool { return v.ID == done.ID })
		}
	}
}
