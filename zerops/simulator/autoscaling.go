package simulator

import (
	"fmt"
	"time"
)

// autoscalingBody are the overrides of a service; everything may be null.
type autoscalingBody struct {
	Vertical *struct {
		MinResource     *resourceBody `json:"minResource"`
		MaxResource     *resourceBody `json:"maxResource"`
		MinFreeResource *struct {
			CPUCoreCount   *float64 `json:"cpuCoreCount"`
			CPUCorePercent *float64 `json:"cpuCorePercent"`
			MemoryGBytes   *float64 `json:"memoryGBytes"`
			MemoryPercent  *float64 `json:"memoryPercent"`
		} `json:"minFreeResource"`
		CPUMode           *string  `json:"cpuMode"`
		StartCPUCoreCount *float64 `json:"startCpuCoreCount"`
		SwapEnabled       *bool    `json:"swapEnabled"`
	} `json:"verticalAutoscaling"`
	Horizontal *struct {
		MinContainerCount *int `json:"minContainerCount"`
		MaxContainerCount *int `json:"maxContainerCount"`
	} `json:"horizontalAutoscaling"`
}

type resourceBody struct {
	CPUCoreCount *float64 `json:"cpuCoreCount"`
	MemoryGBytes *float64 `json:"memoryGBytes"`
	DiskGBytes   *float64 `json:"diskGBytes"`
}

// overrides turns the body into settings. What is null is not overridden, so a
// caller who sends one field loses the others.
func (b *autoscalingBody) overrides() scaling {
	var v scaling
	set := func(into *float64, from *float64) {
		if from != nil {
			*into = *from
		}
	}
	if b.Vertical != nil {
		if low := b.Vertical.MinResource; low != nil {
			set(&v.minCPU, low.CPUCoreCount)
			set(&v.minRAM, low.MemoryGBytes)
			set(&v.minDisk, low.DiskGBytes)
		}
		if high := b.Vertical.MaxResource; high != nil {
			set(&v.maxCPU, high.CPUCoreCount)
			set(&v.maxRAM, high.MemoryGBytes)
			set(&v.maxDisk, high.DiskGBytes)
		}
		if free := b.Vertical.MinFreeResource; free != nil {
			set(&v.minFreeCPU, free.CPUCoreCount)
			set(&v.minFreeCPUPercent, free.CPUCorePercent)
			set(&v.minFreeRAM, free.MemoryGBytes)
			set(&v.minFreeRAMPercent, free.MemoryPercent)
		}
		if b.Vertical.CPUMode != nil {
			v.cpuMode = *b.Vertical.CPUMode
		}
		set(&v.startCPU, b.Vertical.StartCPUCoreCount)
		v.swap = b.Vertical.SwapEnabled
	}
	if b.Horizontal != nil {
		if b.Horizontal.MinContainerCount != nil {
			v.minContainers = *b.Horizontal.MinContainerCount
		}
		if b.Horizontal.MaxContainerCount != nil {
			v.maxContainers = *b.Horizontal.MaxContainerCount
		}
	}
	return v
}

// putAutoscaling answers with a process where containers have to change and with
// null where the settings hold at once (platform §4.7).
func putAutoscaling(c *call) (any, error) {
	s, err := c.service(toWrite)
	if err != nil {
		return nil, err
	}
	if err := c.workable(s); err != nil {
		return nil, err
	}
	var body struct {
		CustomAutoscaling           *autoscalingBody `json:"customAutoscaling"`
		AutoscalingProfileID        *string          `json:"autoscalingProfileId"`
		AutoscalingProfileOverrides object           `json:"autoscalingProfileOverrides"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	if body.AutoscalingProfileID != nil && s.kind().profile(*body.AutoscalingProfileID) == nil {
		return nil, refuse("autoscalingProfileNotFound", "Autoscaling profile [%s] not found", *body.AutoscalingProfileID)
	}
	wanted := s.custom
	if body.CustomAutoscaling != nil {
		wanted = body.CustomAutoscaling.overrides()
		if err := c.checkScaling(s, wanted); err != nil {
			return nil, err
		}
	}
	w := c.world
	modeBefore := s.effectiveScaling().cpuMode
	s.custom = wanted
	if body.AutoscalingProfileID != nil {
		s.profile, s.profileOverrides = *body.AutoscalingProfileID, body.AutoscalingProfileOverrides
	}
	if s.effectiveScaling().cpuMode != modeBefore {
		s.cpuModeChanged = w.now
	}
	s.lastUpdate = w.now
	w.services.put(s.id, s)
	if !w.needsRescale(s) {
		return object{"process": nil}, nil
	}
	p := w.start(job{
		action: "stack.updateAutoscaling", project: w.projectOf(s), services: []*service{s}, by: c.actor(), takes: scaleTime,
		finish: func() { w.rescale(s) },
	})
	return object{"process": w.processView(p)}, nil
}

// checkScaling refuses settings outside the limits of the type.
func (c *call) checkScaling(s *service, wanted scaling) error {
	kind := s.kind()
	if kind.fixedSize {
		return refuse("verticalAutoscalingNotSupported", "Vertical autoscaling is not supported for this service stack type")
	}
	if !kind.runtime() && (wanted.minContainers != 0 || wanted.maxContainers != 0) {
		return refuse("customHorizontalAutoscalingForbiddenForThisStackCategory", "Custom horizontal autoscaling is forbidden for this service stack category")
	}
	limits := kind.limits()
	for _, bound := range []struct {
		field     string
		value     float64
		low, high float64
	}{
		{field: "minResource.cpuCoreCount", value: wanted.minCPU, low: limits.minCPU, high: limits.maxCPU},
		{field: "maxResource.cpuCoreCount", value: wanted.maxCPU, low: limits.minCPU, high: limits.maxCPU},
		{field: "minResource.memoryGBytes", value: wanted.minRAM, low: limits.minRAM, high: limits.maxRAM},
		{field: "maxResource.memoryGBytes", value: wanted.maxRAM, low: limits.minRAM, high: limits.maxRAM},
		{field: "minResource.diskGBytes", value: wanted.minDisk, low: limits.minDisk, high: limits.maxDisk},
		{field: "maxResource.diskGBytes", value: wanted.maxDisk, low: limits.minDisk, high: limits.maxDisk},
		{field: "minContainerCount", value: float64(wanted.minContainers), low: 1, high: 10},
		{field: "maxContainerCount", value: float64(wanted.maxContainers), low: 1, high: 10},
	} {
		switch {
		case bound.value == 0:
		case bound.value < bound.low:
			return withFields("valueMustNotBeLessThan", "Value must not be less than limit", map[string][]string{bound.field: {fmt.Sprintf("must not be less than %g", bound.low)}})
		case bound.value > bound.high:
			return withFields("valueMustNotBeMoreThan", "Value must not be more than limit", map[string][]string{bound.field: {fmt.Sprintf("must not be more than %g", bound.high)}})
		}
	}
	next := *s
	next.custom = wanted
	now, then := s.effectiveScaling(), next.effectiveScaling()
	if then.minCPU > then.maxCPU || then.minRAM > then.maxRAM || then.minDisk > then.maxDisk || then.minContainers > then.maxContainers {
		return refuse("invalidCustomAutoscalingValue", "Minimum must not be higher than maximum")
	}
	if then.cpuMode != now.cpuMode && c.world.now.Sub(s.cpuModeChanged) < time.Hour {
		return refuse("lastCpuModeChangeTooRecent", "CPU mode can be changed once per hour")
	}
	return nil
}

// needsRescale reports whether the containers do not fit the settings any more.
func (w *world) needsRescale(s *service) bool {
	boxes := w.containersOf(s)
	if s.status != "ACTIVE" || len(boxes) == 0 {
		return false
	}
	effective := s.effectiveScaling()
	if len(boxes) < effective.minContainers || len(boxes) > effective.maxContainers {
		return true
	}
	for _, box := range boxes {
		cpu, memory, disk := s.hardware()
		if box.cpu != cpu || box.memoryMB != memory || box.diskGB < disk {
			return true
		}
	}
	return false
}

// rescale makes the containers fit the settings. A disk never shrinks.
func (w *world) rescale(s *service) {
	effective := s.effectiveScaling()
	w.addContainers(s, effective.minContainers)
	w.trimContainers(s, max(effective.maxContainers, 1))
	for _, box := range w.containersOf(s) {
		cpu, memory, disk := s.hardware()
		box.cpu, box.memoryMB, box.diskGB, box.lastUpdate = cpu, memory, max(box.diskGB, disk), w.now
		w.containers.put(box.id, box)
	}
	w.services.put(s.id, s)
}
