package simulator

import (
	"fmt"
	"iter"
	"slices"
	"time"
)

// Facilities of the log backend.
const (
	facilityDaemon = 3
	facilityApp    = 16
	facilityWeb    = 17
)

// logInterval is the time between two lines of a running service.
const logInterval = 20 * time.Second

// LogLine is one line of a log.
type LogLine struct {
	At time.Time
	// Severity is 0 (emergency) to 7 (debug), 6 for what an application prints.
	Severity int
	// Facility is 16 for an application, 17 for a web server, 3 for the system.
	Facility int
	// Tag names the program.
	Tag  string
	Text string

	id, host, container string
}

// AddLog plants lines in the log of a service, or of its build stack. A line
// without a time is from now, one without a facility from the application, one
// without a severity is information.
func (s *Simulator) AddLog(serviceID string, lines ...LogLine) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.world.advance(s.cfg.clock())
	for _, line := range lines {
		if line.At.IsZero() {
			line.At = s.world.now
		}
		if line.Facility == 0 {
			line.Facility = facilityApp
		}
		if line.Severity == 0 {
			line.Severity = 6
		}
		s.world.planted[serviceID] = append(s.world.planted[serviceID], line)
	}
}

// backwards yields the lines of one service, newest first, until told to stop. Most
// are computed from their number, so that any amount of log costs nothing to keep.
func (w *world) backwards(s *service, yield func(LogLine) bool) {
	told := w.toldLines(s)
	boxes := w.containersOf(s)
	next, stop := iter.Pull(w.computedLines(s, boxes))
	defer stop()
	computed, more := next()
	for len(told) > 0 || more {
		var line LogLine
		if len(told) > 0 && (!more || told[0].At.After(computed.At)) {
			line, told = told[0], told[1:]
		} else {
			line = computed
			computed, more = next()
		}
		if line.host == "" && len(boxes) > 0 {
			line.host, line.container = boxes[0].hostname, boxes[0].id
		}
		if line.Tag == "" {
			line.Tag = s.name
		}
		if !yield(line) {
			return
		}
	}
}

// toldLines are the lines of a service that belong to a story: what its versions
// said when they failed, the builds of a build stack, what a test has planted.
func (w *world) toldLines(s *service) []LogLine {
	var told []LogLine
	for _, v := range w.versions.all() {
		switch {
		case v.serviceID == s.id:
			begin := v.lastUpdate.Add(-w.scaled(time.Duration(len(v.runtimeLog)) * time.Second))
			told = append(told, w.tell(v, v.runtimeLog, begin, "", "r")...)
		case v.build != nil && v.build.stackID == s.id && v.build.start != nil:
			told = append(told, w.tell(v, v.log, *v.build.start, "zbuilder@"+v.id, "b")...)
		case v.prepare != nil && v.prepare.stackID == s.id && v.prepare.start != nil:
			told = append(told, w.tell(v, v.prepareLog, *v.prepare.start, "zbuilder@"+v.id, "p")...)
		}
	}
	for i, line := range w.planted[s.id] {
		line.id = fmt.Sprintf("planted-%s-%06d", s.id[:6], i)
		told = append(told, line)
	}
	sortBy(told, func(a, b LogLine) int { return a.At.Compare(b.At) })
	slices.Reverse(told)
	return told
}

// tell turns a story of a version into lines that begin at a time. While the version
// is in work, its log grows as the time passes.
func (w *world) tell(v *version, story []scriptLine, begin time.Time, tag, part string) []LogLine {
	working := v.status == versionBuilding || v.status == versionPreparing
	var told []LogLine
	at := begin
	for i, line := range story {
		at = at.Add(w.scaled(line.after) + time.Microsecond)
		if working && at.After(w.now) {
			break
		}
		told = append(told, LogLine{
			At: at, Severity: line.severity, Facility: facilityApp, Tag: tag, Text: line.text, id: fmt.Sprintf("%s-%s%04d", v.id, part, i),
		})
	}
	return told
}

// computedLines yields what a service says by itself, newest first.
func (w *world) computedLines(s *service, boxes []*container) iter.Seq[LogLine] {
	return func(yield func(LogLine) bool) {
		voice := voiceOf(s)
		if len(boxes) == 0 || voice == nil {
			return
		}
		newest := w.logLines
		if s.status == "ACTIVE" {
			newest += int(w.now.Sub(w.bornFirst) / logInterval)
		}
		first := w.bornFirst.Add(-time.Duration(w.logLines) * logInterval)
		for k := newest - 1; k >= 0; k-- {
			line := voice(s, k)
			begun, part := traceOf(s, k)
			line.At = first.Add(time.Duration(begun)*logInterval + jitter(s, begun) + time.Duration(part)*time.Millisecond)
			if line.At.After(w.now) {
				continue
			}
			if line.At.Before(s.created) {
				return
			}
			box := boxes[begun%len(boxes)]
			line.host, line.container = box.hostname, box.id
			line.id = fmt.Sprintf("%010d-%s", k, s.id[:8])
			if !yield(line) {
				return
			}
		}
	}
}

// jitter spreads the lines within their interval. The fraction of the second has
// sometimes three, six or no digits, as in the real log.
func jitter(s *service, k int) time.Duration {
	n := (k*7919 + int(s.id[0])*104729) % 9_999_991
	switch k % 3 {
	case 0:
		return time.Duration(n%15_000) * time.Millisecond
	case 1:
		return time.Duration(n) * time.Microsecond
	default:
		return time.Duration(n%15) * time.Second
	}
}
