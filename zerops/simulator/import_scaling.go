package simulator

import "fmt"

// importScaling is verticalAutoscaling of an import.
type importScaling struct {
	CPU               float64 `yaml:"cpu"`
	RAM               float64 `yaml:"ram"`
	Disk              float64 `yaml:"disk"`
	MinCPU            float64 `yaml:"minCpu"`
	MaxCPU            float64 `yaml:"maxCpu"`
	CPUMode           string  `yaml:"cpuMode"`
	MinRAM            float64 `yaml:"minRam"`
	MaxRAM            float64 `yaml:"maxRam"`
	MinDisk           float64 `yaml:"minDisk"`
	MaxDisk           float64 `yaml:"maxDisk"`
	StartCPUCoreCount float64 `yaml:"startCpuCoreCount"`
	MinFreeCPUCores   float64 `yaml:"minFreeCpuCores"`
	MinFreeCPUPercent float64 `yaml:"minFreeCpuPercent"`
	MinFreeRAMGB      float64 `yaml:"minFreeRamGB"`
	MinFreeRAMPercent float64 `yaml:"minFreeRamPercent"`
	SwapEnabled       bool    `yaml:"swapEnabled"`
}

// maxImportedCPU is the most cores that imports take (platform §10.2).
const maxImportedCPU = 8

// scaling is what an import asks for in place of the settings of the type. A
// minimum above the maximum of the same document refuses it; one above the maximum
// that the type has of itself lifts that, for all that is known.
func (s *importService) scaling(kind *serviceType) (scaling, error) {
	v := s.VerticalAutoscaling
	for _, pair := range []struct {
		field     string
		low, high float64
	}{
		{"verticalAutoscaling.minCpu", v.MinCPU, v.MaxCPU},
		{"verticalAutoscaling.minRam", v.MinRAM, v.MaxRAM},
		{"verticalAutoscaling.minDisk", v.MinDisk, v.MaxDisk},
		{"minContainers", float64(s.MinContainers), float64(s.MaxContainers)},
	} {
		if pair.high > 0 && pair.low > pair.high {
			return scaling{}, s.above(pair.field, pair.high)
		}
	}
	for field, cores := range map[string]float64{"cpu": v.CPU, "minCpu": v.MinCPU, "maxCpu": v.MaxCPU} {
		if cores > maxImportedCPU {
			return scaling{}, s.above("verticalAutoscaling."+field, maxImportedCPU)
		}
	}
	if kind.id == "docker" { // its machines have a fixed size, and ranges do nothing
		return scaling{minCPU: v.CPU, maxCPU: v.CPU, minRAM: v.RAM, maxRAM: v.RAM, minDisk: v.Disk, maxDisk: v.Disk, minContainers: s.MinContainers, maxContainers: s.MaxContainers}, nil
	}
	custom := scaling{
		minCPU: v.MinCPU, maxCPU: v.MaxCPU, cpuMode: v.CPUMode, minRAM: v.MinRAM, maxRAM: v.MaxRAM, minDisk: v.MinDisk, maxDisk: v.MaxDisk,
		startCPU: v.StartCPUCoreCount, minFreeCPU: v.MinFreeCPUCores, minFreeCPUPercent: v.MinFreeCPUPercent, minFreeRAM: v.MinFreeRAMGB,
		minFreeRAMPercent: v.MinFreeRAMPercent, minContainers: s.MinContainers, maxContainers: s.MaxContainers,
	}
	lift := func(low float64, high *float64, usual float64) {
		if *high == 0 && low > usual {
			*high = low
		}
	}
	lift(custom.minCPU, &custom.maxCPU, kind.defaults.maxCPU)
	lift(custom.minRAM, &custom.maxRAM, kind.defaults.maxRAM)
	lift(custom.minDisk, &custom.maxDisk, kind.defaults.maxDisk)
	if custom.maxContainers == 0 && custom.minContainers > kind.defaults.maxContainers && kind.runtime() {
		custom.maxContainers = custom.minContainers
	}
	return custom, nil
}

func (s *importService) above(field string, most float64) error {
	return withFields("valueMustNotBeMoreThan", "Value must not be more than limit", map[string][]string{s.Hostname + "." + field: {fmt.Sprintf("must not be more than %g", most)}})
}
