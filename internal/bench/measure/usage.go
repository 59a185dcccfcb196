package measure

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
)

// Usage is what a process takes of the machine.
type Usage struct {
	Resident float64 // MB now
	Peak     float64 // MB at most so far
	Threads  int
	Files    int // open descriptors
}

// UsageOf reads the usage of a process from /proc.
func UsageOf(pid int) (Usage, error) {
	var u Usage
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return u, err
	}
	for line := range strings.Lines(string(status)) {
		name, rest, _ := strings.Cut(line, ":")
		fields := strings.Fields(rest)
		if len(fields) == 0 {
			continue
		}
		value, err := strconv.ParseFloat(fields[0], 64)
		if err != nil {
			continue // not one of those read here
		}
		switch name {
		case "VmRSS":
			u.Resident = value * 1024 / 1e6
		case "VmHWM":
			u.Peak = value * 1024 / 1e6
		case "Threads":
			u.Threads = int(value)
		}
	}
	if u.Resident == 0 {
		return u, errors.New("no VmRSS in /proc")
	}
	files, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", pid))
	u.Files = len(files)
	return u, err
}
