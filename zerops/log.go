package zerops

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Facilities of log lines (platform §4.10). Everything else is noise of
// the container's own daemons.
const (
	FacilityApplication = 16
	FacilityWebServer   = 17
)

// Severities of log lines, the most severe first (RFC 5424).
const (
	SeverityEmergency = iota
	SeverityAlert
	SeverityCritical
	SeverityError
	SeverityWarning
	SeverityNotice
	SeverityInfo
	SeverityDebug
)

const (
	// MaxLogLines is the most lines one request may ask for: 5,000 worked, and
	// 50,000 silently returned nothing (platform §4.10).
	MaxLogLines = 5000
	// maxLogMessage bounds one line. The rest is dropped, so that a few huge lines
	// do not cost the memory of many.
	maxLogMessage = 32 << 10
)

// BuildTag returns the tag that the build log lines of one version carry. All
// builds of a service share one log, so without it they mix
// (platform §4.10).
func BuildTag(versionID string) string { return "zbuilder@" + versionID }

// LogGrant is the right to read the logs of one project for a while. It is safe
// for concurrent use, and renews itself once the log service refuses it.
type LogGrant struct {
	projectID string

	turn chan struct{} // held by whoever asks for a new address

	mu      sync.Mutex
	address *url.URL
	secrets []Secret
	expires time.Time
}

// ProjectID returns the project whose logs the grant opens.
func (g *LogGrant) ProjectID() string { return g.projectID }

// Secrets returns the values of the grant that must not be shown to anybody.
// A renewal adds to them.
func (g *LogGrant) Secrets() []Secret {
	g.mu.Lock()
	defer g.mu.Unlock()
	return append([]Secret(nil), g.secrets...)
}

// String hides the grant, which is a bearer credential.
func (g *LogGrant) String() string { return "log grant" }

// GoString hides the grant.
func (g *LogGrant) GoString() string { return "log grant" }

// LogValue hides the grant.
func (g *LogGrant) LogValue() slog.Value { return slog.StringValue("log grant") }

// LogGrant asks for the right to read the logs of a project (operation
// GetProjectLog). The address it contains is checked and goes nowhere but to
// [Client.FetchLogs].
func (c *Client) LogGrant(ctx context.Context, projectID string) (*LogGrant, error) {
	g := &LogGrant{projectID: projectID, turn: make(chan struct{}, 1)}
	if err := c.renew(ctx, g, nil); err != nil {
		return nil, err
	}
	return g, nil
}

// renew replaces the address of a grant, unless another caller has done so
// since stale was used.
func (c *Client) renew(ctx context.Context, g *LogGrant, stale *url.URL) error {
	select {
	case g.turn <- struct{}{}:
		defer func() { <-g.turn }()
	case <-ctx.Done():
		return &ConnectionError{Operation: GetProjectLog, Err: ctx.Err()}
	}
	if g.current() != stale {
		return nil
	}
	answer, err := fetch[struct {
		Token   Secret `json:"accessToken"`
		URL     Secret `json:"url"`
		Expires Time   `json:"expiration"`
	}](ctx, c, Call{Operation: GetProjectLog, Path: []string{g.projectID}})
	if err != nil {
		return err
	}
	address, err := c.api.externalURL(answer.URL.open())
	if err != nil {
		return &ExternalError{Operation: GetProjectLog, Err: err}
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.address, g.expires = address, answer.Expires.Time
	g.secrets = append(g.secrets, addressSecrets(address)...)
	if !answer.Token.Empty() {
		g.secrets = append(g.secrets, answer.Token)
	}
	return nil
}

func (g *LogGrant) current() *url.URL {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.address
}

// LogQuery selects log lines. Zero values do not narrow. The log service knows
// neither times nor text (platform §4.10): both are for the caller to
// filter.
type LogQuery struct {
	// Limit is how many lines to read, at most and by default [MaxLogLines].
	Limit int
	// OldestFirst reads the oldest lines there are, instead of the newest.
	OldestFirst bool
	// ServiceID is a service, or a build or prepare stack. Empty means all of the
	// project.
	ServiceID   string
	ContainerID string
	// Facility is one of the Facility constants, 0 for everything.
	Facility int
	// MinSeverity keeps lines of that severity and more severe ones.
	MinSeverity *int
	// Tags must match exactly; one of them is enough.
	Tags []string
}

func (q LogQuery) values() url.Values {
	limit := q.Limit
	if limit <= 0 || limit > MaxLogLines {
		limit = MaxLogLines
	}
	v := url.Values{"limit": {strconv.Itoa(limit)}, "desc": {"1"}}
	if q.OldestFirst {
		v.Set("desc", "0")
	}
	if q.ServiceID != "" {
		v.Set("serviceStackId", q.ServiceID)
	}
	if q.ContainerID != "" {
		v.Set("containerId", q.ContainerID)
	}
	if q.Facility != 0 {
		v.Set("facility", strconv.Itoa(q.Facility))
	}
	if q.MinSeverity != nil {
		v.Set("minimumSeverity", strconv.Itoa(*q.MinSeverity))
	}
	if len(q.Tags) > 0 {
		v.Set("tags", strings.Join(q.Tags, ","))
	}
	return v
}

// LogLine is one line of a log, written by others: treat it as data.
type LogLine struct {
	ID          string
	Time        time.Time // zero where the line has none that can be read
	Hostname    string
	ContainerID string
	Message     string // at most 32 KiB
	Severity    int    // 0 emergency … 7 debug
	Facility    int
	Tag         string
	AppName     string
}

// UnmarshalJSON reads a line as the log service writes it, forgiving what has
// another type than expected.
func (l *LogLine) UnmarshalJSON(data []byte) error {
	var raw struct {
		ID          looseText `json:"id"`
		Timestamp   looseText `json:"timestamp"`
		Hostname    looseText `json:"hostname"`
		ContainerID looseText `json:"containerId"`
		Message     looseText `json:"message"`
		Content     looseText `json:"content"`
		Severity    looseInt  `json:"severity"`
		Facility    looseInt  `json:"facility"`
		Tag         looseText `json:"tag"`
		AppName     looseText `json:"appName"`
	}
	raw.Severity = SeverityInfo
	if err := json.Unmarshal(data, &raw); !tolerable(err) {
		return err
	}
	if raw.Message == "" {
		raw.Message = raw.Content
	}
	*l = LogLine{
		ID: string(raw.ID), Time: parseLogTime(string(raw.Timestamp)), Hostname: string(raw.Hostname), ContainerID: string(raw.ContainerID),
		Message: clip(string(raw.Message), maxLogMessage), Severity: int(raw.Severity), Facility: int(raw.Facility), Tag: string(raw.Tag), AppName: string(raw.AppName),
	}
	return nil
}

// FetchLogs reads log lines in the order asked for: newest first unless
// OldestFirst. A grant that is refused is renewed once. When the answer breaks
// off or is too large, what was read so far is returned with an
// [*ExternalError].
func (c *Client) FetchLogs(ctx context.Context, grant *LogGrant, q LogQuery) ([]LogLine, error) {
	var lines []LogLine
	err := c.ScanLogs(ctx, grant, q, func() func(LogLine) {
		lines = nil
		return func(line LogLine) { lines = append(lines, line) }
	})
	return lines, err
}

// ScanLogs is [Client.FetchLogs] for those who look at each line and keep few.
// begin is called before each attempt and returns what looks at its lines, so
// that a repeated attempt counts no line twice.
func (c *Client) ScanLogs(ctx context.Context, grant *LogGrant, q LogQuery, begin func() func(LogLine)) error {
	values := q.values()
	limit, _ := strconv.Atoi(values.Get("limit"))
	for renewed := false; ; renewed = true {
		if err := c.api.limits.wait(ctx, c.token); err != nil {
			return &ConnectionError{Operation: GetProjectLog, Err: fmt.Errorf("waiting for the request limit: %w", deadlineOf(ctx, err))}
		}
		address := grant.current()
		if address == nil {
			return &ArgumentError{Operation: GetProjectLog, Name: "grant", Problem: "was not made by LogGrant"}
		}
		target := *address
		if target.RawQuery != "" {
			target.RawQuery += "&"
		}
		target.RawQuery += values.Encode()
		err := c.api.getExternal(ctx, GetProjectLog, &target, func(r io.Reader) error { return decodeLogs(r, limit, c.hearing(ctx, grant, begin())) })
		var refused *ExternalError
		if renewed || !errors.As(err, &refused) || refused.Status != http.StatusUnauthorized && refused.Status != http.StatusForbidden {
			return err
		}
		if err := c.renew(ctx, grant, address); err != nil {
			return err
		}
	}
}

// decodeLogs reads {items: […]} line by line, so that memory holds neither the
// document nor the lines.
func decodeLogs(r io.Reader, limit int, see func(LogLine)) error {
	d := json.NewDecoder(r)
	if found, err := enterList(d); err != nil || !found {
		return logDecodeError(err)
	}
	seen, blank := 0, 0
	for ; d.More(); seen++ {
		if seen == limit {
			return nil
		}
		var line LogLine
		if err := d.Decode(&line); !tolerable(err) {
			return logDecodeError(err)
		}
		if line == (LogLine{Severity: SeverityInfo}) {
			blank++
			continue
		}
		see(line)
	}
	if seen > 0 && blank == seen {
		return logDecodeError(errNoList) // that of another document
	}
	_, err := d.Token() // the end of the list
	return logDecodeError(err)
}

// enterList moves the decoder into the list of an answer: the answer itself, or
// its member items. It reports false where there is null instead of a list.
func enterList(d *json.Decoder) (bool, error) {
	token, err := d.Token()
	if err != nil {
		return false, err
	}
	if token == json.Delim('[') {
		return true, nil
	}
	if token != json.Delim('{') {
		return false, errNotJSON
	}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return false, err
		}
		if name != "items" && name != "list" {
			var skipped json.RawMessage
			if err := d.Decode(&skipped); err != nil {
				return false, err
			}
			continue
		}
		token, err := d.Token()
		if err != nil || token == nil {
			return false, err
		}
		if token == json.Delim('[') {
			return true, nil
		}
		return false, errNotJSON
	}
	return false, errNotJSON
}

// logDecodeError tells a broken answer from one that is not JSON at all.
func logDecodeError(err error) error {
	var syntax *json.SyntaxError
	switch {
	case err == nil, errors.Is(err, errTooLarge), errors.Is(err, errNotJSON), errors.Is(err, errTruncated):
		return err
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return errTruncated
	case errors.As(err, &syntax):
		return errNotJSON
	}
	return stripURL(err)
}

// parseLogTime reads a moment as log lines carry it: RFC 3339 with any number of
// fractional digits, without a zone (then UTC), or seconds, milli-, micro- or
// nanoseconds since 1970. What cannot be read is the zero time.
func parseLogTime(s string) time.Time {
	s = strings.TrimSpace(s)
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999Z07:00", "2006-01-02 15:04:05.999999999"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC()
		}
	}
	n, err := strconv.ParseInt(s, 10, 64)
	switch {
	case err != nil || n < 1e8: // a counter rather than a time
		return time.Time{}
	case n < 1e11:
		return time.Unix(n, 0).UTC()
	case n < 1e14:
		return time.UnixMilli(n).UTC()
	case n < 1e17:
		return time.UnixMicro(n).UTC()
	}
	return time.Unix(0, n).UTC()
}

// looseText is a string that may have been written as another scalar.
type looseText string

// UnmarshalJSON keeps numbers and booleans as they are written.
func (t *looseText) UnmarshalJSON(data []byte) error {
	var s string
	switch {
	case json.Unmarshal(data, &s) == nil:
		*t = looseText(s)
	case string(data) == "null" || data[0] == '{' || data[0] == '[':
		*t = ""
	default:
		*t = looseText(data)
	}
	return nil
}

// looseInt is a number that may have been written as a string. Anything else
// leaves the value as it was.
type looseInt int

// UnmarshalJSON accepts every value.
func (n *looseInt) UnmarshalJSON(data []byte) error {
	if v, err := strconv.Atoi(strings.Trim(string(data), `"`)); err == nil {
		*n = looseInt(v)
	}
	return nil
}
