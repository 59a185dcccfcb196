package services

import (
	"strconv"

	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

// Scaling shows limits as ranges, such as 1-5, in the units of the names.
type Scaling struct {
	CPU        string `json:"cpu_cores,omitempty"`
	CPUMode    string `json:"cpu_mode,omitempty"`
	RAM        string `json:"ram_gb,omitempty"`
	Disk       string `json:"disk_gb,omitempty"`
	Containers string `json:"containers,omitempty"`
	Profile    string `json:"profile,omitempty"`
}

// NewScaling shows the autoscaling of a service; nil where it has none.
func NewScaling(a *zerops.Autoscaling) *Scaling {
	if a == nil {
		return nil
	}
	v := &Scaling{}
	if a.Vertical != nil {
		low, high := OrEmpty(a.Vertical.Min), OrEmpty(a.Vertical.Max)
		v.CPU = bounds(intText(low.CPU), intText(high.CPU))
		v.RAM = bounds(floatText(low.RAMGB), floatText(high.RAMGB))
		v.Disk = bounds(floatText(low.DiskGB), floatText(high.DiskGB))
		if a.Vertical.CPUMode != nil {
			v.CPUMode = tool.Clean(*a.Vertical.CPUMode, 20)
		}
	}
	if a.Horizontal != nil {
		v.Containers = bounds(intText(a.Horizontal.Min), intText(a.Horizontal.Max))
	}
	return v
}

// OrEmpty is what a pointer names, and no resources for nil.
func OrEmpty(r *zerops.Resources) zerops.Resources {
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

// ScalingOf shows how a service scales; nil where the platform does not tell.
func ScalingOf(s zerops.Service) *Scaling {
	a := s.CurrentAutoscaling
	if a == nil {
		a = s.CustomAutoscaling
	}
	v := NewScaling(a)
	if v != nil {
		v.Profile = tool.Clean(s.ProfileID, 60)
	}
	return v
}
