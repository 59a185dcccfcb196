package tools

import (
	"context"
	"strconv"

	"zerops-mcp/zerops"
)

// scalingView shows limits as ranges, such as 1-5, in the units of the names.
type scalingView struct {
	CPU        string `json:"cpu_cores,omitempty"`
	CPUMode    string `json:"cpu_mode,omitempty"`
	RAM        string `json:"ram_gb,omitempty"`
	Disk       string `json:"disk_gb,omitempty"`
	Containers string `json:"containers,omitempty"`
	Profile    string `json:"profile,omitempty"`
}

func viewScaling(a *zerops.Autoscaling) *scalingView {
	if a == nil {
		return nil
	}
	v := &scalingView{}
	if a.Vertical != nil {
		low, high := orEmpty(a.Vertical.Min), orEmpty(a.Vertical.Max)
		v.CPU = bounds(intText(low.CPU), intText(high.CPU))
		v.RAM = bounds(floatText(low.RAMGB), floatText(high.RAMGB))
		v.Disk = bounds(floatText(low.DiskGB), floatText(high.DiskGB))
		if a.Vertical.CPUMode != nil {
			v.CPUMode = clean(*a.Vertical.CPUMode, 20)
		}
	}
	if a.Horizontal != nil {
		v.Containers = bounds(intText(a.Horizontal.Min), intText(a.Horizontal.Max))
	}
	return v
}

func orEmpty(r *zerops.Resources) zerops.Resources {
	if r == nil {
		return zerops.Resources{}
	}
	return *r
}

func intText(n *int) string {
	if n == nil {
		return ""
	}
	return strconv.Itoa(*n)
}

func floatText(f *float64) string {
	if f == nil {
		return ""
	}
	return strconv.FormatFloat(*f, 'g', -1, 64)
}

// bounds writes a range; an end that is not set is left open.
func bounds(low, high string) string {
	switch {
	case low == "" && high == "":
		return ""
	case low == high:
		return low
	}
	return low + "-" + high
}

type scalingIn struct {
	MinCPU        *int     `json:"min_cpu,omitempty" jsonschema:"minimum=1,maximum=40"`
	MaxCPU        *int     `json:"max_cpu,omitempty" jsonschema:"minimum=1,maximum=40"`
	CPUMode       string   `json:"cpu_mode,omitempty" jsonschema:"enum=SHARED,enum=DEDICATED"`
	MinRAM        *float64 `json:"min_ram_gb,omitempty" jsonschema:"minimum=0.125"`
	MaxRAM        *float64 `json:"max_ram_gb,omitempty" jsonschema:"minimum=0.125"`
	MinDisk       *float64 `json:"min_disk_gb,omitempty" jsonschema:"minimum=0.5"`
	MaxDisk       *float64 `json:"max_disk_gb,omitempty" jsonschema:"minimum=0.5"`
	MinContainers *int     `json:"min_containers,omitempty" jsonschema:"minimum=1,maximum=10"`
	MaxContainers *int     `json:"max_containers,omitempty" jsonschema:"minimum=1,maximum=10"`
	Profile       string   `json:"profile,omitempty" jsonschema_description:"of managed types"`
}

// empty reports that nothing is to be set beside a profile.
func (in scalingIn) empty() bool {
	in.Profile = ""
	return in == scalingIn{}
}

// apply sets what is given on the overrides there are. What is left out must be
// sent along: whether a null keeps or resets is not known (platform facts §4.7).
func (in scalingIn) apply(current *zerops.Autoscaling) *zerops.Autoscaling {
	next := zerops.Autoscaling{}
	if current != nil {
		next = *current
	}
	if in.MinCPU != nil || in.MaxCPU != nil || in.MinRAM != nil || in.MaxRAM != nil || in.MinDisk != nil || in.MaxDisk != nil || in.CPUMode != "" {
		vertical := zerops.VerticalAutoscaling{}
		if next.Vertical != nil {
			vertical = *next.Vertical
		}
		low, high := orEmpty(vertical.Min), orEmpty(vertical.Max)
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

// check refuses ranges that are upside down, before the API does.
func (in scalingIn) check() error {
	if in.MinCPU != nil && in.MaxCPU != nil && *in.MinCPU > *in.MaxCPU {
		return invalid("min_cpu", "is above max_cpu")
	}
	if in.MinRAM != nil && in.MaxRAM != nil && *in.MinRAM > *in.MaxRAM {
		return invalid("min_ram_gb", "is above max_ram_gb")
	}
	if in.MinDisk != nil && in.MaxDisk != nil && *in.MinDisk > *in.MaxDisk {
		return invalid("min_disk_gb", "is above max_disk_gb")
	}
	if in.MinContainers != nil && in.MaxContainers != nil && *in.MinContainers > *in.MaxContainers {
		return invalid("min_containers", "is above max_containers")
	}
	return nil
}

type scaleServiceIn struct {
	onService
	scalingIn
	waiting
}

type scaleServiceOut struct {
	frame
	Before *scalingView `json:"before,omitempty"`
	After  *scalingView `json:"after,omitempty"`
}

func scaleService(ctx context.Context, c *call, in scaleServiceIn) (scaleServiceOut, error) {
	if in.empty() && in.Profile == "" {
		return scaleServiceOut{}, invalid("arguments", "name at least one limit to set, such as max_ram_gb")
	}
	if err := in.check(); err != nil {
		return scaleServiceOut{}, err
	}
	s, err := c.service(ctx, in.onService)
	if err != nil {
		return scaleServiceOut{}, err
	}
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
	out := scaleServiceOut{Before: scalingOf(s)}
	if sameScaling(scaling, s) {
		out.Status, out.After = statusUnchanged, out.Before
		return out, nil
	}
	process, err := change(ctx, c, func(ctx context.Context) (*zerops.Process, error) { return c.api.ScaleService(ctx, s.ID, scaling) })
	if err != nil {
		return scaleServiceOut{}, err
	}
	var processes []zerops.Process
	if process != nil {
		processes = append(processes, *process)
	}
	if out.frame, err = c.follow(ctx, in.waiting, processes...); err != nil {
		return scaleServiceOut{}, err
	}
	now, err := c.api.Service(ctx, s.ID)
	if err != nil {
		return scaleServiceOut{}, err
	}
	out.After = scalingOf(now)
	return out, nil
}

func scalingOf(s zerops.Service) *scalingView {
	a := s.CurrentAutoscaling
	if a == nil {
		a = s.CustomAutoscaling
	}
	v := viewScaling(a)
	if v != nil {
		v.Profile = clean(s.ProfileID, 60)
	}
	return v
}

// sameScaling reports that a change would set what is set already.
func sameScaling(change zerops.ScalingChange, s zerops.Service) bool {
	now := zerops.ScalingChange{Custom: s.CustomAutoscaling, ProfileOverrides: s.ProfileOverrides}
	if s.ProfileID != "" {
		now.ProfileID = &s.ProfileID
	}
	a, errA := marshal(change)
	b, errB := marshal(now)
	return errA == nil && errB == nil && string(a) == string(b)
}
