package logs

import (
	"cmp"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"slices"
	"sort"
	"strings"
	"time"

	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

type searchLogsOut struct {
	Items      []logLineView `json:"items"`
	NextCursor string        `json:"next_cursor,omitempty"`
	Scanned    int           `json:"scanned"`
	Matched    int           `json:"matched"`
	Arrived    *int          `json:"arrived,omitempty"` // of the matched ones, while waiting
	Complete   bool          `json:"complete"`
	Since      *time.Time    `json:"since,omitempty"`
	Until      time.Time     `json:"until"`
	Services   []logScanView `json:"services"`
	Message    string        `json:"message,omitempty"`
	Older      string        `json:"older,omitempty"`
	Truncated  string        `json:"truncated,omitempty"`

	ends   []logCursor // where each item begins, for the cursor
	digest string
}

type logLineView struct {
	Time      time.Time  `json:"time"`
	Service   string     `json:"service"`
	Source    string     `json:"source"`
	Severity  string     `json:"severity"`
	Message   string     `json:"message"`
	Fields    string     `json:"fields,omitempty"`
	OwnTime   *time.Time `json:"own_time,omitempty"`
	Container string     `json:"container,omitempty"`
	Repeated  int        `json:"repeated,omitempty"`
}

// logScanView tells what was really read of one log.
type logScanView struct {
	Service    string     `json:"service"`
	ServiceID  string     `json:"service_id"`
	Source     string     `json:"source"`
	Deployment string     `json:"deployment,omitempty"`
	Scanned    int        `json:"scanned"`
	Matched    int        `json:"matched"`
	Complete   bool       `json:"complete"`
	BackTo     *time.Time `json:"back_to,omitempty"`
	Note       string     `json:"note,omitempty"`
	Error      string     `json:"error,omitempty"`
}

// Len is how many items there are.
func (o searchLogsOut) Len() int { return len(o.Items) }

// Cut keeps the newest n items, and leads on to the older ones.
func (o searchLogsOut) Cut(n int) any {
	o.Truncated = fmt.Sprintf("only the newest %d of %d items fit; pass next_cursor for older ones, or narrow the search", n, len(o.Items))
	first := len(o.Items) - n
	o.Items = o.Items[first:]
	if n > 0 {
		o.NextCursor = encodeLogCursor(o.ends[first], o.digest)
	}
	return o
}

// gatherLogs puts the lines of all scans together: the newest limit lines,
// oldest first, and what was read for them.
func gatherLogs(scans []*logScan, filter *logFilter, limit int, digest string) searchLogsOut {
	out := searchLogsOut{Items: []logLineView{}, Complete: true, Until: filter.asOf.Truncate(time.Second), Services: []logScanView{}, digest: digest}
	if !filter.since.IsZero() {
		out.Since = new(filter.since.Truncate(time.Second))
	}
	var lines []logItem
	more := false
	for _, s := range scans {
		view := s.view()
		out.Scanned += s.scanned
		out.Matched += s.matched
		out.Complete = out.Complete && view.Complete
		out.Services = append(out.Services, view)
		lines = append(lines, s.kept...)
		more = more || s.dropped || s.early
	}
	sort.SliceStable(lines, func(i, j int) bool {
		a, b := lines[i], lines[j]
		return cmp.Or(b.at.Compare(a.at), cmp.Compare(a.stream, b.stream), cmp.Compare(a.order, b.order)) < 0
	})
	lines = filter.before.skip(lines)
	// A scan that kept all it may knows nothing of what is older than its last
	// line: what other scans have from before that must wait for the next page.
	lines, held := settled(lines, scans)
	if len(lines) > limit {
		lines, held = lines[:limit], true
	}
	addLines(&out, lines, scans, filter.before)
	if (more || held) && len(lines) > 0 {
		out.NextCursor = encodeLogCursor(out.ends[0], digest)
	}
	explainLogs(&out, scans, filter)
	return out
}

// skip leaves out the lines that the page before has shown of its last moment.
func (b logCursor) skip(lines []logItem) []logItem {
	shown := 0
	return slices.DeleteFunc(lines, func(l logItem) bool {
		if b.at.IsZero() || !l.at.Equal(b.at) || shown >= b.shown {
			return false
		}
		shown++
		return true
	})
}

// settled cuts off the lines before the last one kept of any scan that had more.
func settled(lines []logItem, scans []*logScan) ([]logItem, bool) {
	var horizon time.Time
	for _, s := range scans {
		if (s.dropped || s.early) && len(s.kept) > 0 {
			if last := s.kept[len(s.kept)-1].at; last.After(horizon) {
				horizon = last
			}
		}
	}
	for i, l := range lines {
		if l.at.Before(horizon) && i > 0 {
			return lines[:i], true
		}
	}
	return lines, false
}

// addLines turns lines, the newest first, into items, the oldest first. A line that
// repeats the one before it is counted instead of shown.
func addLines(o *searchLogsOut, lines []logItem, scans []*logScan, before logCursor) {
	for i, l := range slices.Backward(lines) {
		s := scans[l.stream]
		view := logLineView{
			Time: l.at.UTC().Truncate(time.Millisecond), Service: tool.Clean(s.service.Name, 40), Source: l.source, Severity: severityName(l.severity),
			Message: l.message, Fields: l.fields,
		}
		if len(s.containers) > 1 {
			view.Container = l.container
		}
		if d := l.ownTime.Sub(l.at).Abs(); !l.ownTime.IsZero() && d > time.Second {
			view.OwnTime = new(l.ownTime.Truncate(time.Millisecond))
		}
		if n := len(o.Items); n > 0 && o.Items[n-1].repeats(view) {
			o.Items[n-1].Repeated = max(o.Items[n-1].Repeated, 1) + 1
			continue
		}
		o.Items = append(o.Items, view)
		o.ends = append(o.ends, cursorAt(lines[:i+1], before))
	}
}

// repeats reports that another line says the same at another time.
func (v *logLineView) repeats(next logLineView) bool {
	return v.Service == next.Service && v.Source == next.Source && v.Severity == next.Severity && v.Message == next.Message &&
		v.Fields == next.Fields && v.Container == next.Container
}

// cursorAt is the cursor behind the last of the lines, the newest first.
func cursorAt(lines []logItem, before logCursor) logCursor {
	at := lines[len(lines)-1].at
	end := logCursor{at: at}
	for _, l := range slices.Backward(lines) {
		if !l.at.Equal(at) {
			break
		}
		end.shown++
	}
	if before.at.Equal(at) {
		end.shown += before.shown
	}
	return end
}

func (s *logScan) view() logScanView {
	v := logScanView{
		Service: tool.Clean(s.service.Name, 40), ServiceID: s.service.ID, Source: s.source, Deployment: s.deployment,
		Scanned: s.scanned, Matched: s.matched, Complete: s.whole || s.whyNot != "" && s.err == nil,
	}
	if !s.oldest.IsZero() {
		v.BackTo = new(s.oldest.UTC().Truncate(time.Second))
	}
	var notes []string
	switch {
	case s.err != nil:
		v.Error = s.whyNot
		return v
	case s.whyNot != "":
		notes = append(notes, s.whyNot)
	case s.early:
		notes = append(notes, "reading stopped once enough lines were found")
	case s.cut:
		notes = append(notes, "an answer of the log service broke off or time ran out")
	case !s.whole:
		notes = append(notes, fmt.Sprintf("the log service gives the newest %d lines at most", zerops.MaxLogLines))
	}
	if len(s.split) > 0 {
		notes = append(notes, fmt.Sprintf("from before back_to only parts were read, back to %s: %s", s.furthest.UTC().Format(time.RFC3339), strings.Join(s.split, ", ")))
	}
	v.Note = tool.Clean(strings.Join(notes, "; "), 400)
	return v
}

// explainLogs says what an empty or incomplete answer does not mean, and how to get
// further back.
func explainLogs(o *searchLogsOut, scans []*logScan, filter *logFilter) {
	if len(o.Items) == 0 {
		o.Message = "no line"
		if words := filter.describe(); words != "" {
			o.Message += " " + words
		}
		switch {
		case o.Scanned == 0:
			o.Message = "there are no log lines to read"
		case o.Complete:
			o.Message += fmt.Sprintf(" in this range; %d lines were scanned, all there are of it", o.Scanned)
		default:
			o.Message += fmt.Sprintf(" among the %d lines that were scanned; there may be some among older ones that were not", o.Scanned)
		}
	}
	if o.NextCursor != "" {
		o.Older = "pass next_cursor with the same arguments"
		return
	}
	if o.Complete {
		return
	}
	advice := []string{}
	if len(scans) > 1 {
		advice = append(advice, "one service at a time")
	}
	if filter.minSeverity > zerops.SeverityError {
		advice = append(advice, "min_severity error, which reaches further back than all lines do")
	}
	if slices.ContainsFunc(scans, func(s *logScan) bool { return s.source == sourceAll }) {
		advice = append(advice, "a single source")
	}
	o.Older = "the log service has no way to ask for older lines"
	if len(advice) > 0 {
		o.Older += "; try " + strings.Join(advice, ", or ")
	}
	o.Older += ". Log forwarding, set up in the Zerops GUI, keeps lines longer."
}

func encodeLogCursor(c logCursor, digest string) string {
	raw := binary.AppendVarint([]byte(digest), c.at.UnixNano())
	raw = binary.AppendUvarint(raw, uint64(c.shown)) //nolint:gosec // a count is never negative
	return base64.RawURLEncoding.EncodeToString(raw)
}

// maxShown bounds how many lines of one moment a cursor can skip.
const maxShown = 5000

func decodeLogCursor(cursor, digest string) (logCursor, error) {
	if cursor == "" {
		return logCursor{}, nil
	}
	wrong := tool.Invalid("cursor", "does not belong to this search; leave it out to start again, and keep the other arguments the same while paging")
	raw, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil || len(raw) > len(digest)+20 || !strings.HasPrefix(string(raw), digest) {
		return logCursor{}, wrong
	}
	nanos, n := binary.Varint(raw[len(digest):])
	if n <= 0 || nanos <= 0 {
		return logCursor{}, wrong
	}
	shown, m := binary.Uvarint(raw[len(digest)+n:])
	if m <= 0 || shown == 0 || shown > maxShown || len(raw) != len(digest)+n+m {
		return logCursor{}, wrong
	}
	return logCursor{at: time.Unix(0, nanos).UTC(), shown: int(shown)}, nil
}
