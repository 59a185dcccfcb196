package simulator

// scaling are the settings of a service's autoscaling. As an override a zero means
// "not set".
type scaling struct {
	minCPU, maxCPU, startCPU         float64
	minRAM, maxRAM, minDisk, maxDisk float64
	minFreeCPU, minFreeCPUPercent    float64
	minFreeRAM, minFreeRAMPercent    float64
	cpuMode                          string
	swap                             *bool
	minContainers, maxContainers     int
}

// effectiveScaling is what holds for a service: its type's defaults, those of the
// profile, and the overrides of the service itself.
func (s *service) effectiveScaling() scaling {
	kind := s.kind()
	base := kind.defaults
	if profile := kind.profile(s.profile); profile != nil {
		base = base.with(profile.custom)
	}
	if kind.highlyAvailable(s.versionID, s.mode) {
		base.minContainers, base.maxContainers = 3, 3
	}
	return base.with(s.custom)
}

// with lays overrides over settings.
func (v scaling) with(over scaling) scaling {
	for _, pair := range []struct{ into, from *float64 }{
		{&v.minCPU, &over.minCPU},
		{&v.maxCPU, &over.maxCPU},
		{&v.startCPU, &over.startCPU},
		{&v.minRAM, &over.minRAM},
		{&v.maxRAM, &over.maxRAM},
		{&v.minDisk, &over.minDisk},
		{&v.maxDisk, &over.maxDisk},
		{&v.minFreeCPU, &over.minFreeCPU},
		{&v.minFreeCPUPercent, &over.minFreeCPUPercent},
		{&v.minFreeRAM, &over.minFreeRAM},
		{&v.minFreeRAMPercent, &over.minFreeRAMPercent},
	} {
		if *pair.from != 0 {
			*pair.into = *pair.from
		}
	}
	if over.cpuMode != "" {
		v.cpuMode = over.cpuMode
	}
	if over.swap != nil {
		v.swap = over.swap
	}
	if over.minContainers != 0 {
		v.minContainers = over.minContainers
	}
	if over.maxContainers != 0 {
		v.maxContainers = over.maxContainers
	}
	return v
}

func (s *service) currentScaling() any {
	if s.system || s.kind().category == "OBJECT_STORAGE" {
		return nil
	}
	return s.effectiveScaling().view()
}

// view writes settings as the API does; what is not set is null.
func (v scaling) view() any {
	if v == (scaling{}) {
		return nil
	}
	return object{"verticalAutoscaling": v.verticalView(), "horizontalAutoscaling": v.horizontalView()}
}

func (v scaling) verticalView() any {
	if v.maxCPU == 0 && v.minCPU == 0 && v.minRAM == 0 && v.maxRAM == 0 && v.minDisk == 0 && v.maxDisk == 0 &&
		v.cpuMode == "" && v.startCPU == 0 && v.minFreeCPU == 0 && v.minFreeRAM == 0 && v.swap == nil &&
		v.minFreeCPUPercent == 0 && v.minFreeRAMPercent == 0 {
		return nil
	}
	view := object{
		"minResource": object{"cpuCoreCount": wholeOrNull(v.minCPU), "memoryGBytes": numberOrNull(v.minRAM), "diskGBytes": numberOrNull(v.minDisk)},
		"maxResource": object{"cpuCoreCount": wholeOrNull(v.maxCPU), "memoryGBytes": numberOrNull(v.maxRAM), "diskGBytes": numberOrNull(v.maxDisk)},
		"minFreeResource": object{
			"cpuCoreCount": numberOrNull(v.minFreeCPU), "cpuCorePercent": numberOrNull(v.minFreeCPUPercent),
			"memoryGBytes": numberOrNull(v.minFreeRAM), "memoryPercent": numberOrNull(v.minFreeRAMPercent),
		},
		"cpuMode": textOrNull(v.cpuMode), "startCpuCoreCount": wholeOrNull(v.startCPU), "swapEnabled": nil,
	}
	if v.swap != nil {
		view["swapEnabled"] = *v.swap
	}
	return view
}

// verticalLimits are limits as the catalogue shows them, where nothing is null.
func (v scaling) verticalLimits() any {
	return object{
		"minResource":     object{"cpuCoreCount": int(v.minCPU), "memoryGBytes": v.minRAM, "diskGBytes": v.minDisk},
		"maxResource":     object{"cpuCoreCount": int(v.maxCPU), "memoryGBytes": v.maxRAM, "diskGBytes": v.maxDisk},
		"minFreeResource": object{"cpuCoreCount": v.minFreeCPU, "cpuCorePercent": v.minFreeCPUPercent, "memoryGBytes": v.minFreeRAM, "memoryPercent": v.minFreeRAMPercent},
		"cpuMode":         v.cpuMode, "startCpuCoreCount": int(v.startCPU), "swapEnabled": v.swap != nil && *v.swap,
	}
}

func (v scaling) horizontalView() any {
	if v.minContainers == 0 && v.maxContainers == 0 {
		return nil
	}
	return object{"minContainerCount": wholeOrNull(float64(v.minContainers)), "maxContainerCount": wholeOrNull(float64(v.maxContainers))}
}

func numberOrNull(value float64) any {
	if value == 0 {
		return nil
	}
	return value
}

func wholeOrNull(value float64) any {
	if value == 0 {
		return nil
	}
	return int(value)
}
