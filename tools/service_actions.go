package tools

import (
	"context"
	"errors"
	"fmt"

	"zerops-mcp/zerops"
)

type serviceActionIn struct {
	onService
	waiting
}

type restartServiceIn struct {
	onService
	Mode string `json:"mode,omitempty" jsonschema:"enum=restart,enum=reload"`
	waiting
}

type serviceDestroyIn struct {
	onService
	Confirm string `json:"confirm,omitempty"`
	waiting
}

type serviceChangeOut struct {
	frame
	Service *serviceView `json:"service,omitempty"`
}

func startService(ctx context.Context, c *call, in serviceActionIn) (serviceChangeOut, error) {
	s, err := c.service(ctx, in.onService)
	if err != nil {
		return serviceChangeOut{}, err
	}
	if s.Status == "ACTIVE" || s.Status == "STARTING" {
		return unchangedService(s, "the service is "+s.Status), nil
	}
	return c.actOnService(ctx, s, in.waiting, zerops.StartService)
}

func restartService(ctx context.Context, c *call, in restartServiceIn) (serviceChangeOut, error) {
	s, err := c.service(ctx, in.onService)
	if err != nil {
		return serviceChangeOut{}, err
	}
	action := zerops.RestartService
	if in.Mode == "reload" {
		if !s.ReloadAvailable {
			return serviceChangeOut{}, &failure{Code: codeUnsupported, Message: fmt.Sprintf("the service %q cannot reload; nothing was changed", clean(s.Name, 40)), Hint: hintFor("serviceStackReloadNotAvailable")}
		}
		action = zerops.ReloadService
	}
	// A failed service refuses to restart (platform facts §3.3); say so before asking.
	if s.Status == "FAILED" {
		return serviceChangeOut{}, &failure{
			Code: codeConflict, Message: fmt.Sprintf("the service %q is FAILED and cannot be restarted; nothing was changed", clean(s.Name, 40)), Hint: hintFor("serviceStackIsFailed"),
			Next: &failureNext{Tool: "stop_service", Arguments: map[string]any{"service": s.ID}},
		}
	}
	return c.actOnService(ctx, s, in.waiting, action)
}

func stopService(ctx context.Context, c *call, in serviceDestroyIn) (serviceChangeOut, error) {
	s, err := confirm(ctx, c, func(ctx context.Context) (zerops.Service, *plan, error) {
		s, err := c.service(ctx, in.onService)
		if err != nil {
			return s, nil, err
		}
		if s.Status == "STOPPED" || s.Status == "STOPPING" {
			return s, nil, idle(unchangedService(s, "the service is "+s.Status))
		}
		return s, &plan{
			Summary: fmt.Sprintf("Stop the service %q (%s) in the project %q (%s).", clean(s.Name, 40), s.ID, clean(s.Project.Name, 80), s.ProjectID),
			Targets: []planTarget{serviceTarget(s)},
			Loses:   []string{"it is unreachable until it is started again; data stays"},
			state:   serviceFacts(s),
		}, c.guard(ctx, s.ProjectID, s.ID)
	})
	if err != nil {
		return serviceChangeOut{}, err
	}
	return c.actOnService(ctx, s, in.waiting, zerops.StopService)
}

func deleteService(ctx context.Context, c *call, in serviceDestroyIn) (serviceChangeOut, error) {
	s, err := confirm(ctx, c, func(ctx context.Context) (zerops.Service, *plan, error) {
		s, err := c.service(ctx, in.onService)
		if err != nil {
			return s, nil, err
		}
		if s.Status == "DELETING" || s.Status == "DELETED" {
			return s, nil, idle(unchangedService(s, "the service is "+s.Status))
		}
		if s.Hidden() {
			return s, nil, &failure{Code: codeUnsupported, Message: fmt.Sprintf("%q is a service of the platform itself; nothing was changed", clean(s.Name, 40))}
		}
		return s, serviceDeletion(s), c.guard(ctx, s.ProjectID, s.ID)
	})
	if err != nil {
		return serviceChangeOut{}, err
	}
	return c.actOnService(ctx, s, in.waiting, zerops.DeleteService)
}

// serviceDeletion names what goes with a service.
func serviceDeletion(s zerops.Service) *plan {
	deletion := &plan{
		Summary: fmt.Sprintf("Delete the service %q (%s, %s) in the project %q (%s) for good.", clean(s.Name, 40), clean(s.Type.Version, 40), s.ID, clean(s.Project.Name, 80), s.ProjectID),
		Targets: []planTarget{serviceTarget(s)}, Loses: []string{"its variables, its logs and its deployments"},
		state: serviceFacts(s), typed: s.Name,
	}
	if !s.Runtime() {
		deletion.Loses = append([]string{"all data stored in it"}, deletion.Loses...)
	}
	if len(s.Connected) > 0 {
		deletion.Loses = append(deletion.Loses, fmt.Sprintf("its connections to %d other services", len(s.Connected)))
	}
	return deletion
}

func serviceTarget(s zerops.Service) planTarget {
	return planTarget{Kind: "service", ID: s.ID, Name: clean(s.Name, 40), Status: clean(s.Status, 40)}
}

func unchangedService(s zerops.Service, why string) serviceChangeOut {
	view := viewService(s, zerops.Project{})
	return serviceChangeOut{frame: frame{Status: statusUnchanged, Message: why}, Service: &view}
}

// actOnService carries out an action, follows it, and reads the service back.
func (c *call) actOnService(ctx context.Context, s zerops.Service, w waiting, action zerops.ServiceAction) (serviceChangeOut, error) {
	process, err := change(ctx, c, func(ctx context.Context) (zerops.Process, error) {
		return c.api.ActOnService(ctx, s.ID, action)
	})
	if err != nil {
		return serviceChangeOut{}, err
	}
	f, err := c.follow(ctx, w, process)
	if err != nil {
		return serviceChangeOut{}, err
	}
	out := serviceChangeOut{frame: f}
	now, err := c.api.Service(ctx, s.ID)
	switch {
	case err == nil:
		view := viewService(now, zerops.Project{})
		out.Service = &view
	case action == zerops.DeleteService && f.Status == statusDone && errors.Is(err, zerops.ErrNotFound):
		out.Message = "the service is gone" // not found is what was asked for
	default:
		return serviceChangeOut{}, err
	}
	return out, nil
}
