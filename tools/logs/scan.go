package logs

import (
	"cmp"
	"context"
	"hash/fnv"
	"slices"
	"sort"
	"strings"
	"time"

	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

const (
	// firstRead is the first request of a search that leaves lines out, and
	// smallestRead that of any.
	firstRead    = 1000
	smallestRead = 200
	readGrowth   = 5
	keptBytes    = 48 << 10 // of text per stream: twice what a whole result may hold
	maxNames     = 8        // containers or tags of a stream that are read one by one
	maxParts     = 40       // requests of a search beyond the newest lines, over all streams
)

// logStream is one log that is read: of a service or of its build.
type logStream struct {
	service    zerops.Service
	source     string // runtime, web, build, prepare or all
	deployment string
	query      zerops.LogQuery
	// belongs leaves out lines of other deployments, nil takes all.
	belongs func(zerops.LogLine) bool
	// notBefore is where the deployment begins that is asked for, zero for none.
	notBefore time.Time
	// whyNot says why there is nothing to read, empty where there is.
	whyNot string
}

// logItem is a line that is wanted.
type logItem struct {
	at        time.Time
	stream    int // its place among the streams
	order     int // its place in its stream, the newest first
	source    string
	severity  int
	message   string
	fields    string
	ownTime   time.Time
	container string
}

// logScan reads one stream back from its newest line and keeps the newest lines
// that are wanted.
type logScan struct {
	logStream
	index  int
	filter *logFilter
	keep   int  // how many lines are wanted
	most   int  // how many parts may be read beyond the newest lines
	waits  bool // new lines are waited for afterwards, behind at
	at     zerops.LogPosition

	tally
	whole    bool      // the log was read to its first line, or to the start of the range
	early    bool      // reading stopped because enough was found
	cut      bool      // an answer broke off, or time ran out
	furthest time.Time // the oldest line of the parts that were read beyond the newest
	split    []string  // what those parts are
	err      error
}

// tally is what became of the lines of some requests.
type tally struct {
	scanned, matched int
	oldest           time.Time // every newer line was read
	edge             map[uint64]bool
	kept             []logItem // the newest first
	bytes            int
	dropped          bool // more were wanted than are kept
	containers, tags map[string]bool
}

func newTally() tally {
	return tally{edge: map[uint64]bool{}, containers: map[string]bool{}, tags: map[string]bool{}}
}

// logReader reads lines; [zerops.Client.ScanLogs] with a grant.
type logReader func(ctx context.Context, q zerops.LogQuery, begin func() func(zerops.LogLine)) error

// run reads back by growing requests, and then by parts of the log.
func (s *logScan) run(ctx context.Context, read logReader, containers func(context.Context) []string) {
	s.tally = newTally()
	limit := firstRead
	if !s.filter.narrow() {
		limit = min(max(s.keep+1, smallestRead), zerops.MaxLogLines)
	}
	for previous := 0; ; {
		got, err := s.readNewest(ctx, read, limit)
		switch {
		case err != nil, got < previous, got == previous && previous > 0:
			// An answer broke off, or the log service quietly gives no more than before.
			s.cut = true
			if s.scanned == 0 {
				s.err = err
				return
			}
		case got < limit, s.reaches(s.filter.since), s.reaches(s.notBefore):
			s.whole = true
		case !s.filter.narrow() && len(s.kept) >= s.keep:
			s.early = true
		case limit < zerops.MaxLogLines:
			previous, limit = got, min(limit*readGrowth, zerops.MaxLogLines)
			continue
		}
		break
	}
	if !s.whole && !s.early && len(s.kept) < s.keep {
		s.readParts(ctx, read, containers)
	}
}

// reaches reports that everything since then was read.
func (s *logScan) reaches(since time.Time) bool { return !since.IsZero() && s.oldest.Before(since) }

// readNewest reads the newest lines and returns how many came. It starts afresh,
// because it reads those it read before as well; a request that brings less than
// the one before changes nothing.
func (s *logScan) readNewest(ctx context.Context, read logReader, limit int) (int, error) {
	q := s.query
	q.Limit = limit
	var t tally
	var at zerops.LogPosition
	err := read(ctx, q, func() func(zerops.LogLine) {
		t, at = newTally(), zerops.LogPosition{}
		return func(line zerops.LogLine) {
			if s.waits {
				at.Passed(line)
			}
			t.note(line)
			s.look(&t, line)
		}
	})
	if t.scanned > s.scanned {
		s.tally, s.at = t, at
	}
	return t.scanned, err
}

// note remembers how far back the lines go and which parts they have.
func (t *tally) note(line zerops.LogLine) {
	remember(t.containers, line.ContainerID)
	remember(t.tags, line.Tag)
	if line.Time.IsZero() || !t.oldest.IsZero() && line.Time.After(t.oldest) {
		return
	}
	if line.Time.Before(t.oldest) || t.oldest.IsZero() {
		t.oldest = line.Time
		clear(t.edge)
	}
	t.edge[lineKey(line)] = true
}

// remember collects names, up to more than can be of use.
func remember(names map[string]bool, name string) {
	if name != "" && len(names) <= maxNames {
		names[name] = true
	}
}

// look counts a line and keeps it if it is wanted.
func (s *logScan) look(t *tally, line zerops.LogLine) {
	t.scanned++
	if !s.filter.inRange(line.Time) || line.Time.Before(s.notBefore) || s.belongs != nil && !s.belongs(line) {
		return
	}
	text, wanted := s.filter.matches(line)
	if !wanted {
		return
	}
	t.matched++
	if len(t.kept) >= s.keep || t.bytes >= keptBytes {
		t.dropped = true
		return
	}
	if text.line == "" { // it was not looked at, or is empty
		text = s.filter.read(line)
	}
	item := logItem{
		at: line.Time, stream: s.index, order: len(t.kept), source: lineSource(s.source, line.Facility), severity: text.severity,
		message: clipLog(text.message, maxLogMessage), fields: clipLog(text.fields, maxLogFields), ownTime: text.at,
		container: tool.Clean(line.Hostname, 60),
	}
	t.bytes += len(item.message) + len(item.fields)
	t.kept = append(t.kept, item)
}

// lineSource tells where a line comes from where a stream has several sources.
func lineSource(stream string, facility int) string {
	if stream != sourceAll {
		return stream
	}
	switch facility {
	case zerops.FacilityApplication:
		return sourceRuntime
	case zerops.FacilityWebServer:
		return sourceWeb
	}
	return sourceSystem
}

// part is a part of a log that reaches further back than the whole.
type part struct {
	name  string
	query zerops.LogQuery
}

// readParts goes on where the newest lines end: the log service also gives the
// newest lines of a severity, a container or a tag, and those begin the earlier
// the fewer they are. That these parts are all there is cannot be proven.
func (s *logScan) readParts(ctx context.Context, read logReader, containers func(context.Context) []string) {
	seen := map[uint64]bool{}
	all := s.parts(ctx, containers)
	for _, p := range all[:min(len(all), s.most)] {
		if ctx.Err() != nil {
			s.cut = true
			return
		}
		var t tally
		var added []uint64
		err := read(ctx, p.query, func() func(zerops.LogLine) {
			t = newTally()
			for _, key := range added {
				delete(seen, key)
			}
			added = added[:0]
			return func(line zerops.LogLine) {
				t.note(line)
				key := lineKey(line)
				if line.Time.After(s.oldest) || s.edge[key] || seen[key] {
					return
				}
				seen[key] = true
				added = append(added, key)
				s.look(&t, line)
			}
		})
		s.cut = s.cut || err != nil
		if t.scanned > 0 {
			s.absorb(p.name, t)
		}
	}
}

// absorb adds what a part has brought, and keeps the newest of all.
func (s *logScan) absorb(name string, t tally) {
	s.scanned += t.scanned
	s.matched += t.matched
	s.dropped = s.dropped || t.dropped
	s.split = append(s.split, name)
	if s.furthest.IsZero() || t.oldest.Before(s.furthest) {
		s.furthest = t.oldest
	}
	s.kept = append(s.kept, t.kept...)
	sort.SliceStable(s.kept, func(i, j int) bool { return s.kept[i].at.After(s.kept[j].at) })
	s.bytes = 0
	for i := range s.kept {
		s.kept[i].order = i
		s.bytes += len(s.kept[i].message) + len(s.kept[i].fields)
		if i >= s.keep || s.bytes > 2*keptBytes {
			s.kept, s.dropped = s.kept[:i], true
			break
		}
	}
}

// parts lists the requests that may reach further back, the cheapest first: the
// severity asked for, what is severe at all, then single containers and
// programs.
func (s *logScan) parts(ctx context.Context, containers func(context.Context) []string) []part {
	var all []part
	add := func(name string, narrow func(*zerops.LogQuery)) {
		q := s.query
		q.Limit = zerops.MaxLogLines
		narrow(&q)
		all = append(all, part{name, q})
	}
	levels := []int{zerops.SeverityWarning, zerops.SeverityError}
	asked := s.filter.minSeverity
	if asked < zerops.SeverityWarning { // plain output counts as information, and may yet say that it is worse
		levels = []int{asked}
	}
	for _, level := range levels {
		add(severityName(level)+" or worse", func(q *zerops.LogQuery) { q.MinSeverity = &level })
	}
	ids := tool.SortedKeys(s.containers)
	for _, id := range containers(ctx) {
		if !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	if len(ids) > 1 {
		for _, id := range ids[:min(len(ids), maxNames)] {
			add("container "+id, func(q *zerops.LogQuery) { q.ContainerID = id })
		}
	}
	if tags := tool.SortedKeys(s.tags); len(tags) > 1 && len(s.query.Tags) == 0 {
		for _, tag := range tags[:min(len(tags), maxNames)] {
			if !strings.Contains(tag, ",") { // which would be two tags
				add("tag "+tool.Clean(tag, 40), func(q *zerops.LogQuery) { q.Tags = []string{tag} })
			}
		}
	}
	return all
}

// lineKey tells lines apart that are given twice.
func lineKey(line zerops.LogLine) uint64 {
	h := fnv.New64a()
	for _, text := range []string{cmp.Or(line.ID, line.Message), "\x00", line.Time.Format(time.RFC3339Nano), line.ContainerID} {
		_, _ = h.Write([]byte(text))
	}
	return h.Sum64()
}
