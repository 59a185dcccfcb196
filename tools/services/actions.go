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
	tool.OnService
	tool.Waiting
}

type restartServiceIn struct {
	tool.OnService
	Mode string `json:"mode,omitempty" jsonschema:"enum=restart,enum=reload"`
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

func startService(ctx context.Context, c *tool.Call, in *serviceActionIn) (*serviceChangeOut, error) {
	s, err := c.Service(ctx, in.OnService)
	if err != nil {
		return nil, err
	}
	if s.Status == "ACTIVE" || s.Status == "STARTING" {
		out := unchangedService(s, "the service is "+s.Status)
		return &out, nil
	}
	return actOnService(ctx, c, s, in.Waiting, zerops.StartService)
}

func restartService(ctx context.Context, c *tool.Call, in *restartServiceIn) (*serviceChangeOut, error) {
	s, err := c.Service(ctx, in.OnService)
	if err != nil {
		return nil, err
	}
	action := zerops.RestartService
	if in.Mode == "reload" {
		if !s.ReloadAvailable {
			return nil, &tool.Failure{Code: request.CodeUnsupported, Message: fmt.Sprintf("the service %q cannot reload; nothing was changed", tool.Clean(s.Name, 40)), Hint: tool.HintFor("serviceStackReloadNotAvailable")}
		}
		action = zerops.ReloadService
	}
	// A failed service refuses to restart (platform §3.3); say so before asking.
	if s.Status == "FAILED" {
		return nil, &tool.Failure{
			Code: request.CodeConflict, Message: fmt.Sprintf("the service %q is FAILED and cannot be restarted; nothing was changed", tool.Clean(s.Name, 40)), Hint: tool.HintFor("serviceStackIsFailed"),
			Next: &tool.FailureNext{Tool: "stop_service", Arguments: map[string]any{"service": s.ID}},
		}
	}
	return actOnService(ctx, c, s, in.Waiting, action)
}

func stopService(ctx context.Context, c *tool.Call, in *serviceDestroyIn) (*serviceChangeOut, error) {
	s, err := tool.Confirm(ctx, c, func(ctx context.Context) (zerops.Service, *tool.Plan, error) {
		s, err := c.Service(ctx, in.OnService)
		if err != nil {
			return s, nil, err
		}
		if s.Status == "STOPPED" || s.Status == "STOPPING" {
			return s, nil, tool.Idle(unchangedService(s, "the service is "+s.Status))
		}
		return s, &tool.Plan{
			Summary: fmt.Sprintf("Stop the service %q (%s) in the project %q (%s).", tool.Clean(s.Name, 40), s.ID, tool.Clean(s.Project.Name, 80), s.ProjectID),
			Targets: []tool.PlanTarget{services.Target(s)},
			Loses:   []string{"it is unreachable until it is started again; data stays"},
			State:   tool.ServiceFacts(s),
		}, c.Guard(ctx, s.ProjectID, s.ID)
	})
	if err != nil {
		return nil, err
	}
	return actOnService(ctx, c, s, in.Waiting, zerops.StopService)
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
		return s, serviceDeletion(s), c.Guard(ctx, s.ProjectID, s.ID)
	})
	if err != nil {
		return nil, err
	}
	return actOnService(ctx, c, s, in.Waiting, zerops.DeleteService)
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

// actOnService carries out an action, follows it, and reads the service back.
func actOnService(ctx context.Context, c *tool.Call, s zerops.Service, w tool.Waiting, action zerops.ServiceAction) (*serviceChangeOut, error) {
	process, err := tool.Change(ctx, c, func(ctx context.Context) (zerops.Process, error) {
		return c.API.ActOnService(ctx, s.ID, action)
	})
	if err != nil {
		return nil, err
	}
	f, err := c.Follow(ctx, w, process)
	if err != nil {
		return nil, err
	}
	out := serviceChangeOut{ChangeResult: f}
	now, err := c.API.Service(ctx, s.ID)
	switch {
	case err == nil:
		view := services.NewView(now, zerops.Project{})
		out.Service = &view
	case action == zerops.DeleteService && f.Status == tool.StatusDone && errors.Is(err, zerops.ErrNotFound):
		out.Message = "the service is gone" // not found is what was asked for
	default:
		return nil, err
	}
	return &out, nil
}
