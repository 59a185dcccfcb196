package measure

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
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

// Spent returns the processor time of a process so far.
func Spent(pid int) (time.Duration, error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	// The name of the program may hold anything but ends with the last bracket.
	fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
	if len(fields) < 13 {
		return 0, errors.New("no times in /proc")
	}
	const tick = time.Second / 100
	var sum time.Duration
	for _, field := range fields[11:13] { // in user and in system mode
		ticks, err := strconv.ParseInt(field, 10, 64)
		if err != nil {
			return 0, err
		}
		sum += time.Duration(ticks) * tick
	}
	return sum, nil
}
