package diagnose

import (
	"fmt"
	"strings"

	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

// resourceRules recognise that an application has too little of something.
func resourceRules() []rule {
	return []rule{
		{
			cause: "out_of_memory", phase: "resources", next: nextRAM,
			explanation: "The application was killed because it needs more memory than it may have. Raise its maximum, or find what it holds on to.",
			find: func(e *evidence) finding {
				lines := e.running("out of memory", "oom-kill", "oom killer", "heap limit allocation failed", "status=9/kill", "signal=kill", "java.lang.outofmemoryerror", "memoryerror", "cannot allocate memory",
					"allowed memory size of", "exit code 137", "code=137")
				lines = append(lines, e.codeWhere(func(code string) bool {
					return strings.Contains(strings.ToLower(code), "outofmemory") || strings.HasPrefix(strings.ToLower(code), "oom")
				})...)
				if len(lines) == 0 {
					return finding{}
				}
				if peak := e.resources(); peak != nil && peak.RAMPercent >= 85 {
					lines = append(lines, fmt.Sprintf("memory was at %d %% of what there was", peak.RAMPercent))
				}
				return because(high, lines...)
			},
		},
		{
			cause: "disk_full", phase: "resources", next: nextDisk,
			explanation: "The container has no disk space left. Delete what it collects, or raise its maximum; a disk never shrinks again.",
			find: func(e *evidence) finding {
				if e.failed && e.stage == "build" {
					return finding{}
				}
				return because(high, e.running("no space left on device", "enospc", "disk quota exceeded", "disk is full", "could not extend file")...)
			},
		},
		{
			cause: "memory_near_limit", phase: "resources", next: nextRAM,
			explanation: "Memory came close to what there is; the next peak may kill the application.",
			find: func(e *evidence) finding {
				if peak := e.resources(); peak != nil && peak.RAMPercent >= 95 && e.atMaximum() {
					return because(medium, fmt.Sprintf("memory was at %d %% within the last %s, at the maximum of scaling", peak.RAMPercent, usageHours))
				}
				return finding{}
			},
		},
		{
			cause: "disk_near_limit", phase: "resources", next: nextDisk,
			explanation: "The disk is almost full.",
			find: func(e *evidence) finding {
				if peak := e.resources(); peak != nil && peak.DiskPercent >= 95 && e.diskAtMaximum() {
					return because(medium, fmt.Sprintf("the disk was at %d %% within the last %s, at the maximum of scaling", peak.DiskPercent, usageHours))
				}
				return finding{}
			},
		},
		{
			cause: "cpu_saturated", phase: "resources",
			explanation: "The processor was busy all the time, which makes answers slow and checks fail.",
			find: func(e *evidence) finding {
				busy, buckets := 0, 0
				for _, u := range e.usage {
					if u.CPULimit() > 0 {
						buckets++
						if u.CPUUsed()/u.CPULimit() >= 0.95 {
							busy++
						}
					}
				}
				if buckets < 30 || busy*2 < buckets {
					return finding{}
				}
				return because(low, fmt.Sprintf("in %d of the last %d minutes the processor was at 95 %% or more", busy, buckets))
			},
			next: nextMetrics,
		},
		{
			cause: "too_many_files_open", phase: "resources", next: nextLogs,
			explanation: "The application has more files or connections open than it may; it probably does not close them.",
			find:        inRun(high, "emfile", "too many open files", "enfile"),
		},
	}
}

// usageHours is usageTime in words.
const usageHours = "6 hours"

// atMaximum reports that scaling cannot give more memory; without its limits
// nothing is claimed.
func (e *evidence) atMaximum() bool {
	return e.allAt(e.maxRAM(), func(box zerops.Container) float64 { return float64(box.Hardware.RAMMB) / 1024 })
}

// diskAtMaximum is the same for the disk.
func (e *evidence) diskAtMaximum() bool {
	return e.allAt(e.maxDisk(), func(box zerops.Container) float64 { return float64(box.Hardware.DiskGB) })
}

func (e *evidence) allAt(limit float64, has func(zerops.Container) float64) bool {
	if limit == 0 || len(e.containers) == 0 {
		return false
	}
	for _, box := range e.containers {
		if has(box) < limit*0.95 {
			return false
		}
	}
	return true
}

// maxRAM is the most memory a container may get, in GB, 0 where it is not known.
func (e *evidence) maxRAM() float64 {
	if a := e.service.CurrentAutoscaling; a != nil && a.Vertical != nil && a.Vertical.Max != nil && a.Vertical.Max.RAMGB != nil {
		return *a.Vertical.Max.RAMGB
	}
	return 0
}

// maxDisk is the most disk space a container may get, in GB, 0 where it is not
// known.
func (e *evidence) maxDisk() float64 {
	if a := e.service.CurrentAutoscaling; a != nil && a.Vertical != nil && a.Vertical.Max != nil && a.Vertical.Max.DiskGB != nil {
		return *a.Vertical.Max.DiskGB
	}
	return 0
}

// nextRAM doubles the most memory.
func nextRAM(e *evidence) *tool.Next {
	if now := e.maxRAM(); now > 0 {
		return &tool.Next{Tool: "scale_service", Arguments: tool.NextArgs{Service: e.service.ID, MaxRAM: now * 2}}
	}
	return nextMetrics(e)
}

// nextDisk doubles the most disk space.
func nextDisk(e *evidence) *tool.Next {
	if now := e.maxDisk(); now > 0 {
		return &tool.Next{Tool: "scale_service", Arguments: tool.NextArgs{Service: e.service.ID, MaxDisk: now * 2}}
	}
	return nextMetrics(e)
}

func nextMetrics(e *evidence) *tool.Next {
	return &tool.Next{Tool: "get_metrics", Arguments: tool.NextArgs{Service: e.service.ID}}
}
