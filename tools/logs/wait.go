package logs

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sort"
	"sync"
	"time"

	"zerops-mcp/tools/facts/logs"
	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

const (
	// maxFollowed bounds the log streams that one call holds open. Logs beyond are read
	// every few seconds.
	maxFollowed = 8
	// linger is how long a call waits on after a line that was wanted: what belongs to
	// it, such as a stack trace, comes right behind.
	linger = time.Second
	// waitReport is the time between two reports to the client.
	waitReport = 5 * time.Second
)

// arrivals are the lines that come while a call waits for them.
type arrivals struct {
	limit  int
	waited time.Duration
	follow int // logs that were waited for
	enough context.CancelFunc

	mu        sync.Mutex
	lines     int // wanted ones
	read      int
	byReading bool // a log had no stream
	failed    int  // logs that could no longer be read
	lingering *time.Timer
}

// awaitLines waits for new lines that the filter wants, in all logs that could be read,
// and adds them to the scans. It ends soon after the first one, after limit of them,
// or when the time is over.
func awaitLines(ctx context.Context, c *tool.Call, grants map[string]*zerops.LogGrant, scans []*logScan, filter *logFilter, limit int, wait time.Duration) *arrivals {
	began := time.Now()
	filter.until = filter.until.Add(wait)
	ctx, cancel := tool.Patience(ctx, wait)
	defer cancel()
	a := &arrivals{limit: limit, enough: cancel}
	came := make([]tally, len(scans))
	var reading sync.WaitGroup
	for i, s := range scans {
		if s.whyNot != "" {
			continue
		}
		came[i] = newTally()
		see := a.watch(s, &came[i])
		a.follow++
		streams := a.follow <= maxFollowed
		reading.Go(func() { a.listen(ctx, c, grants[s.service.ProjectID], s, streams, see) })
	}
	ended := make(chan struct{})
	go func() {
		reading.Wait()
		close(ended)
	}()
	report, tick := c.Progress(ctx), time.NewTicker(waitReport)
	defer tick.Stop()
	for waiting := true; waiting; {
		report(a.describe())
		select {
		case <-ended:
			waiting = false
		case <-tick.C:
		}
	}
	if a.lingering != nil {
		a.lingering.Stop()
	}
	for i, s := range scans {
		s.add(came[i])
	}
	a.waited = time.Since(began)
	filter.asOf = filter.asOf.Add(a.waited)
	return a
}

// listen reads one log until the waiting is over.
func (a *arrivals) listen(ctx context.Context, c *tool.Call, grant *zerops.LogGrant, s *logScan, streams bool, see func(zerops.LogLine) bool) {
	var err error
	byReading := false
	if streams {
		byReading, err = logs.Follow(ctx, c, grant, s.query, &s.at, see)
	} else {
		err = logs.LookAgain(ctx, c, grant, s.query, &s.at, see)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.byReading = a.byReading || byReading
	if err != nil && ctx.Err() == nil {
		a.failed++
	}
}

// watch returns what looks at each new line of a log, and says whether more are
// wanted.
func (a *arrivals) watch(s *logScan, t *tally) func(zerops.LogLine) bool {
	return func(line zerops.LogLine) bool {
		a.mu.Lock()
		defer a.mu.Unlock()
		matched := t.matched
		t.note(line)
		s.look(t, line)
		a.read++
		if t.matched == matched {
			return true
		}
		a.lines++
		if a.lingering == nil {
			a.lingering = time.AfterFunc(linger, a.enough)
		}
		if a.lines >= a.limit || t.dropped || t.bytes >= keptBytes {
			a.enough()
			return false
		}
		return true
	}
}

// add puts lines that came after a scan, the oldest first, in front of those that it
// has kept.
func (s *logScan) add(t tally) {
	if t.scanned == 0 {
		return
	}
	s.scanned += t.scanned
	s.matched += t.matched
	s.dropped = s.dropped || t.dropped
	for id := range t.containers {
		remember(s.containers, id)
	}
	slices.Reverse(t.kept)
	s.kept = append(t.kept, s.kept...)
	sort.SliceStable(s.kept, func(i, j int) bool { return s.kept[i].at.After(s.kept[j].at) })
	if len(s.kept) > s.keep {
		s.kept, s.dropped = s.kept[:s.keep], true
	}
	for i := range s.kept {
		s.kept[i].order = i
	}
}

// describe tells the client how the waiting stands.
func (a *arrivals) describe() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return fmt.Sprintf("waiting for new lines: %d read, %d wanted", a.read, a.lines)
}

// words say in the answer what the waiting brought.
func (a *arrivals) words() string {
	seconds := cmp.Or(int(a.waited.Round(time.Second)/time.Second), 1)
	var words string
	switch {
	case a.follow == 0:
		return "there was no log to wait for"
	case a.lines == 0:
		words = fmt.Sprintf("waited %d s: none of the %d new lines matches", seconds, a.read)
		if a.read == 0 {
			words = fmt.Sprintf("waited %d s: no new line came in what was watched", seconds)
		}
	default:
		words = fmt.Sprintf("waited %d s: %d of the matching lines are new", seconds, a.lines)
	}
	if a.failed > 0 {
		words += fmt.Sprintf(", and %d of %d logs could no longer be read", a.failed, a.follow)
	}
	if a.byReading {
		words += " (read every few seconds, since the log service gave no stream)"
	}
	return words
}
