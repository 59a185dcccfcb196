package services

import (
	"context"
	"strings"
	"time"

	"zerops-mcp/tools/facts/services"
	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

type scalingIn struct {
	MinCPU        *int     `json:"min_cpu,omitempty" jsonschema:"minimum=1,maximum=40"`
	MaxCPU        *int     `json:"max_cpu,omitempty" jsonschema:"minimum=1,maximum=40"`
	CPUMode       string   `json:"cpu_mode,omitempty" jsonschema_description:"SHARED or DEDICATED"`
	MinRAM        *float64 `json:"min_ram_gb,omitempty" jsonschema:"minimum=0.125"`
	MaxRAM        *float64 `json:"max_ram_gb,omitempty" jsonschema:"minimum=0.125"`
	MinDisk       *float64 `json:"min_disk_gb,omitempty" jsonschema:"minimum=0.5"`
	MaxDisk       *float64 `json:"max_disk_gb,omitempty" jsonschema:"minimum=0.5"`
	MinContainers *int     `json:"min_containers,omitempty" jsonschema:"minimum=1,maximum=10"`
	MaxContainers *int     `json:"max_containers,omitempty" jsonschema:"minimum=1,maximum=10"`
	Profile       string   `json:"profile,omitempty" jsonschema_description:"of managed types"`
}

// empty reports that nothing is to be set beside a profile.
func (in *scalingIn) empty() bool {
	rest := *in
	rest.Profile = ""
	return rest == scalingIn{}
}

// apply sets what is given on the overrides there are. What is left out must be
// sent along: whether a null keeps or resets is not known (platform §4.7).
func (in *scalingIn) apply(current *zerops.Autoscaling) *zerops.Autoscaling {
	next := zerops.Autoscaling{}
	if current != nil {
		next = *current
	}
	if in.MinCPU != nil || in.MaxCPU != nil || in.MinRAM != nil || in.MaxRAM != nil || in.MinDisk != nil || in.MaxDisk != nil || in.CPUMode != "" {
		vertical := zerops.VerticalAutoscaling{}
		if next.Vertical != nil {
			vertical = *next.Vertical
		}
		low, high := services.OrEmpty(vertical.Min), services.OrEmpty(vertical.Max)
		set(&low.CPU, in.MinCPU)
		set(&high.CPU, in.MaxCPU)
		set(&low.RAMGB, in.MinRAM)
		set(&high.RAMGB, in.MaxRAM)
		set(&low.DiskGB, in.MinDisk)
		set(&high.DiskGB, in.MaxDisk)
		vertical.Min, vertical.Max = &low, &high
		if in.CPUMode != "" {
			vertical.CPUMode = &in.CPUMode
		}
		next.Vertical = &vertical
	}
	if in.MinContainers != nil || in.MaxContainers != nil {
		horizontal := zerops.HorizontalAutoscaling{}
		if next.Horizontal != nil {
			horizontal = *next.Horizontal
		}
		set(&horizontal.Min, in.MinContainers)
		set(&horizontal.Max, in.MaxContainers)
		next.Horizontal = &horizontal
	}
	return &next
}

func set[T any](to **T, from *T) {
	if from != nil {
		*to = from
	}
}

// note remarks on words that the platform may know and this server does not.
func (in *scalingIn) note() string {
	return services.UnknownWord("cpu_mode", in.CPUMode, "SHARED", "DEDICATED")
}

// check refuses ranges that are upside down, before the API does, and writes words as
// the platform does.
func (in *scalingIn) check() error {
	in.CPUMode = services.Word(in.CPUMode)
	if in.MinCPU != nil && in.MaxCPU != nil && *in.MinCPU > *in.MaxCPU {
		return tool.Invalid("min_cpu", "is above max_cpu")
	}
	if in.MinRAM != nil && in.MaxRAM != nil && *in.MinRAM > *in.MaxRAM {
		return tool.Invalid("min_ram_gb", "is above max_ram_gb")
	}
	if in.MinDisk != nil && in.MaxDisk != nil && *in.MinDisk > *in.MaxDisk {
		return tool.Invalid("min_disk_gb", "is above max_disk_gb")
	}
	if in.MinContainers != nil && in.MaxContainers != nil && *in.MinContainers > *in.MaxContainers {
		return tool.Invalid("min_containers", "is above max_containers")
	}
	return nil
}

type scaleServiceIn struct {
	tool.OnService
	scalingIn
	Restart bool   `json:"restart,omitempty"`
	Confirm string `json:"confirm,omitempty"`
	tool.Waiting
}

type scaleServiceOut struct {
	tool.ChangeResult
	Before *services.Scaling `json:"before,omitempty"`
	After  *services.Scaling `json:"after,omitempty"`
	// Restarted is what became of the restart that was asked for.
	Restarted []services.Outcome `json:"restarted,omitempty"`
}

func scaleService(ctx context.Context, c *tool.Call, in *scaleServiceIn) (*scaleServiceOut, error) {
	if in.empty() && in.Profile == "" {
		return nil, tool.Invalid("arguments", "name at least one limit to set, such as max_ram_gb")
	}
	if err := in.check(); err != nil {
		return nil, err
	}
	began := time.Now()
	type rescaling struct {
		service zerops.Service
		change  zerops.ScalingChange
		restart bool
		before  *services.Scaling
	}
	r, err := tool.Confirm(ctx, c, func(ctx context.Context) (rescaling, *tool.Plan, error) {
		s, err := c.Service(ctx, in.OnService)
		if err != nil {
			return rescaling{}, nil, err
		}
		r := rescaling{service: s, change: in.change(s), restart: in.Restart && s.Status != "STOPPED", before: services.ScalingOf(s)}
		if r.restart {
			if err := services.CanRestart(c, s); err != nil {
				return r, nil, err
			}
		}
		if sameScaling(r.change, s) {
			out := scaleServiceOut{Before: r.before, After: r.before, ChangeResult: tool.ChangeResult{Status: tool.StatusUnchanged}}
			if r.restart {
				out.Message = "nothing had to be changed, so nothing was restarted"
				out.Next = &tool.Next{Tool: "restart_service", Arguments: tool.NextArgs{Service: s.ID}}
			}
			return r, nil, tool.Idle(out)
		}
		return r, in.plan(s, r.restart), nil
	})
	if err != nil {
		return nil, err
	}
	s, scaling, out := r.service, r.change, scaleServiceOut{Before: r.before}
	process, err := tool.Change(ctx, c, func(ctx context.Context) (*zerops.Process, error) { return c.API.ScaleService(ctx, s.ID, scaling) })
	if err != nil {
		return nil, err
	}
	var processes []zerops.Process
	if process != nil {
		processes = append(processes, *process)
	}
	if out.ChangeResult, err = c.Follow(ctx, in.Waiting, processes...); err != nil {
		return nil, err
	}
	if r.restart {
		out.Restarted = services.Restart(ctx, c, in.Waiting, began, &out.ChangeResult, s)
	}
	now, err := c.API.Service(ctx, s.ID)
	if err != nil {
		return nil, err
	}
	out.After = services.ScalingOf(now)
	out.Message = tool.JoinWords(out.Message, in.note())
	return &out, nil
}

// change is what is sent to reach the limits.
func (in *scaleServiceIn) change(s zerops.Service) zerops.ScalingChange {
	scaling := zerops.ScalingChange{Custom: s.CustomAutoscaling, ProfileOverrides: s.ProfileOverrides}
	if !in.empty() {
		scaling.Custom = in.apply(s.CustomAutoscaling)
	}
	if s.ProfileID != "" {
		scaling.ProfileID = &s.ProfileID
	}
	if in.Profile != "" {
		scaling.ProfileID = &in.Profile
	}
	return scaling
}

// plan says which limits are set, and what they were.
func (in *scaleServiceIn) plan(s zerops.Service, restart bool) *tool.Plan {
	p := services.Changing(s, "Scale", "limits now: "+words(services.ScalingOf(s)), "limits that are set: "+words(in.scalingIn))
	p.State = append(p.State, tool.Is("its present limits", words(services.ScalingOf(s))))
	if restart {
		p.Changes = append(p.Changes, "restarts it afterwards")
	}
	return p
}

// words shows limits by the names of their arguments.
func words(limits any) string {
	raw, err := tool.Marshal(limits)
	if err != nil {
		return "unknown"
	}
	return strings.NewReplacer("{", "", "}", "", `"`, "", ",", ", ", ":", " ").Replace(string(raw))
}

// sameScaling reports that a change would set what is set already.
func sameScaling(change zerops.ScalingChange, s zerops.Service) bool {
	now := zerops.ScalingChange{Custom: s.CustomAutoscaling, ProfileOverrides: s.ProfileOverrides}
	if s.ProfileID != "" {
		now.ProfileID = &s.ProfileID
	}
	a, errA := tool.Marshal(change)
	b, errB := tool.Marshal(now)
	return errA == nil && errB == nil && string(a) == string(b)
}
