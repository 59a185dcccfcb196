package diagnose

import (
	"fmt"
	"strings"

	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

// outOfMemory joins what the kernel, the platform and the figures say.
func outOfMemory(e *Evidence, said finding) finding {
	lines := e.code("*outofmemory*", "oom*")
	for _, n := range e.notifications {
		if n.Failure == nil && strings.Contains(strings.ToLower(n.Action), "oom") && e.now.Sub(n.Created.Time) < recentTime {
			lines = append(lines, "notification "+tool.Clean(n.Action, 60)+" at "+n.Created.UTC().Format("2006-01-02 15:04"))
		}
	}
	if len(lines) > 0 {
		said.confidence, said.score = high, scoreCode
	}
	said.evidence = append(lines, said.evidence...)
	if len(said.evidence) == 0 {
		return finding{}
	}
	if peak := e.resources(); peak != nil && peak.RAMPercent >= 85 {
		said.evidence = append(said.evidence, fmt.Sprintf("memory was at %d %% of what there was", peak.RAMPercent))
		said.confidence = max(said.confidence, medium)
	}
	return said
}

func memoryNearLimit(e *Evidence) finding {
	if peak := e.resources(); peak != nil && peak.RAMPercent >= 95 && e.atMaximum() {
		return because(medium, fmt.Sprintf("memory was at %d %% within the last %s, at the maximum of scaling", peak.RAMPercent, usageHours))
	}
	return finding{}
}

func diskNearLimit(e *Evidence) finding {
	if peak := e.resources(); peak != nil && peak.DiskPercent >= 95 && e.diskAtMaximum() {
		return because(medium, fmt.Sprintf("the disk was at %d %% within the last %s, at the maximum of scaling", peak.DiskPercent, usageHours))
	}
	return finding{}
}

func cpuSaturated(e *Evidence) finding {
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
}

// usageHours is usageTime in words.
const usageHours = "6 hours"

// atMaximum reports that scaling cannot give more memory; without its limits
// nothing is claimed.
func (e *Evidence) atMaximum() bool {
	return e.allAt(e.maxRAM(), func(box zerops.Container) float64 { return float64(box.Hardware.RAMMB) / 1024 })
}

// diskAtMaximum is the same for the disk.
func (e *Evidence) diskAtMaximum() bool {
	return e.allAt(e.maxDisk(), func(box zerops.Container) float64 { return float64(box.Hardware.DiskGB) })
}

func (e *Evidence) allAt(limit float64, has func(zerops.Container) float64) bool {
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
func (e *Evidence) maxRAM() float64 {
	if a := e.service.CurrentAutoscaling; a != nil && a.Vertical != nil && a.Vertical.Max != nil && a.Vertical.Max.RAMGB != nil {
		return *a.Vertical.Max.RAMGB
	}
	return 0
}

// maxDisk is the most disk space a container may get, in GB, 0 where it is not
// known.
func (e *Evidence) maxDisk() float64 {
	if a := e.service.CurrentAutoscaling; a != nil && a.Vertical != nil && a.Vertical.Max != nil && a.Vertical.Max.DiskGB != nil {
		return *a.Vertical.Max.DiskGB
	}
	return 0
}
