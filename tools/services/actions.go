package services

import (
	"context"
	"errors"
	"fmt"

	"zerops-mcp/tools/facts/services"
	"zerops-mcp/tools/request"
	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

type serviceActionIn struct {
	services.Several
	Confirm string `json:"confirm,omitempty"`
	tool.Waiting
}

type restartServiceIn struct {
	services.Several
	Mode    string `json:"mode,omitempty" jsonschema:"enum=restart,enum=reload"`
	Confirm string `json:"confirm,omitempty"`
	tool.Waiting
}

type serviceDestroyIn struct {
	tool.OnService
	Confirm string `json:"confirm,omitempty"`
	tool.Waiting
}

type serviceChangeOut struct {
	tool.ChangeResult
	Service *services.View `json:"service,omitempty"`
}

// servicesChangeOut shows the one service of a call, or what became of each of several.
type servicesChangeOut struct {
	serviceChangeOut
	Services []services.Outcome `json:"services,omitempty"`
}

func startService(ctx context.Context, c *tool.Call, in *serviceActionIn) (*servicesChangeOut, error) {
	return confirmServices(ctx, c, in.Several, in.Waiting, zerops.StartService, func(j *services.Job) {
		j.Idle = j.Service.Status == "ACTIVE" || j.Service.Status == "STARTING"
	}, func(jobs []services.Job) *tool.Plan { return services.ActingOn("Start", jobs) })
}

func restartService(ctx context.Context, c *tool.Call, in *restartServiceIn) (*servicesChangeOut, error) {
	action, what := zerops.RestartService, "Restart"
	if in.Mode == "reload" {
		action, what = zerops.ReloadService, "Reload"
	}
	return confirmServices(ctx, c, in.Several, in.Waiting, action, func(j *services.Job) {
		if j.Refused = services.Unrestartable(j.Service); in.Mode == "reload" && !j.Service.ReloadAvailable {
			j.Refused = &tool.Failure{Code: request.CodeUnsupported, Message: fmt.Sprintf("the service %q cannot reload; nothing was changed", tool.Clean(j.Service.Name, 40)), Hint: tool.HintFor("serviceStackReloadNotAvailable")}
		}
	}, func(jobs []services.Job) *tool.Plan { return services.ActingOn(what, jobs) })
}

func stopService(ctx context.Context, c *tool.Call, in *serviceActionIn) (*servicesChangeOut, error) {
	return confirmServices(ctx, c, in.Several, in.Waiting, zerops.StopService, func(j *services.Job) {
		j.Idle = j.Service.Status == "STOPPED" || j.Service.Status == "STOPPING"
	}, func(jobs []services.Job) *tool.Plan {
		p := services.ActingOn("Stop", jobs)
		if p != nil {
			p.Does, p.Loses = zerops.Stops, []string{"it is unreachable until it is started again; data stays"}
			if len(p.Targets) > 1 {
				p.Loses = []string{"they are unreachable until they are started again; data stays"}
			}
		}
		return p
	})
}

// confirmServices finds the services of a call and what is to be done with each, and
// acts on them once that is agreed to.
func confirmServices(ctx context.Context, c *tool.Call, on services.Several, w tool.Waiting, action zerops.ServiceAction, judge func(*services.Job), plan func([]services.Job) *tool.Plan) (*servicesChangeOut, error) {
	jobs, err := tool.Confirm(ctx, c, func(ctx context.Context) ([]services.Job, *tool.Plan, error) {
		all, err := on.Find(ctx, c)
		if err != nil {
			return nil, nil, err
		}
		jobs := services.Jobs(all...)
		idle := 0
		for i := range jobs {
			if judge(&jobs[i]); jobs[i].Idle {
				idle++
			}
		}
		if idle == len(jobs) {
			return nil, nil, tool.Idle(unchangedServices(all))
		}
		return jobs, plan(jobs), nil
	})
	if err != nil {
		return nil, err
	}
	return actOnServices(ctx, c, jobs, w, action)
}

// unchangedServices are all in the wanted state already.
func unchangedServices(all []zerops.Service) servicesChangeOut {
	if len(all) == 1 {
		return servicesChangeOut{serviceChangeOut: unchangedService(all[0], "the service is "+all[0].Status)}
	}
	out := servicesChangeOut{}
	out.Status = tool.StatusUnchanged
	for _, s := range all {
		out.Services = append(out.Services, services.Unchanged(s))
	}
	return out
}

// actOnServices carries out an action on services, follows it, and reads them back.
func actOnServices(ctx context.Context, c *tool.Call, jobs []services.Job, w tool.Waiting, action zerops.ServiceAction) (*servicesChangeOut, error) {
	f, outcomes, err := services.Act(ctx, c, w, jobs, action)
	if err != nil {
		return nil, err
	}
	out := servicesChangeOut{serviceChangeOut: serviceChangeOut{ChangeResult: f}}
	switch one := outcomes[0]; {
	case len(jobs) > 1:
		out.Services = outcomes
	case one.Unread == nil:
		view := services.NewView(one.Now, zerops.Project{})
		out.Service = &view
	case action == zerops.DeleteService && f.Status == tool.StatusDone && errors.Is(one.Unread, zerops.ErrNotFound):
		out.Message = "the service is gone" // not found is what was asked for
	default:
		return nil, one.Unread
	}
	return &out, nil
}

func deleteService(ctx context.Context, c *tool.Call, in *serviceDestroyIn) (*serviceChangeOut, error) {
	s, err := tool.Confirm(ctx, c, func(ctx context.Context) (zerops.Service, *tool.Plan, error) {
		s, err := c.Service(ctx, in.OnService)
		if err != nil {
			return s, nil, err
		}
		if s.Status == "DELETING" || s.Status == "DELETED" {
			return s, nil, tool.Idle(unchangedService(s, "the service is "+s.Status))
		}
		if s.Hidden() {
			return s, nil, &tool.Failure{Code: request.CodeUnsupported, Message: fmt.Sprintf("%q is a service of the platform itself; nothing was changed", tool.Clean(s.Name, 40))}
		}
		return s, serviceDeletion(s), nil
	})
	if err != nil {
		return nil, err
	}
	out, err := actOnServices(ctx, c, services.Jobs(s), in.Waiting, zerops.DeleteService)
	if err != nil {
		return nil, err
	}
	return &out.serviceChangeOut, nil
}

// serviceDeletion names what goes with a service.
func serviceDeletion(s zerops.Service) *tool.Plan {
	deletion := &tool.Plan{
		Summary: fmt.Sprintf("Delete the service %q (%s, %s) in the project %q (%s) for good.", tool.Clean(s.Name, 40), tool.Clean(s.Type.Version, 40), s.ID, tool.Clean(s.Project.Name, 80), s.ProjectID),
		Targets: []tool.PlanTarget{services.Target(s)}, Loses: []string{"its variables, its logs and its deployments"},
		State: tool.ServiceFacts(s), Typed: s.Name,
	}
	if !s.Runtime() {
		deletion.Loses = append([]string{"all data stored in it"}, deletion.Loses...)
	}
	if len(s.Connected) > 0 {
		deletion.Loses = append(deletion.Loses, fmt.Sprintf("its connections to %d other services", len(s.Connected)))
	}
	return deletion
}

func unchangedService(s zerops.Service, why string) serviceChangeOut {
	view := services.NewView(s, zerops.Project{})
	return serviceChangeOut{ChangeResult: tool.ChangeResult{Status: tool.StatusUnchanged, Message: why}, Service: &view}
}
