package simulator

import (
	"cmp"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Limits of the log backend as they were observed (platform §4.10): up to
// maxLogLimit lines come, from logLimitNothing on an empty answer, without an error.
const (
	logPath         = "/api/rest/log/project/{id}"
	maxLogLimit     = 5000
	logLimitNothing = 50_000
	defaultLogLimit = 100
	logGrantTime    = time.Hour
)

// grant lets whoever knows its token read all logs of a project.
type grant struct {
	projectID string
	expires   time.Time
}

func logRoutes() []route {
	return []route{{op: "GetProjectLog", handle: grantLog}}
}

// grantLog hands out an address of the log backend, whole and with the credential in
// its query (platform §10.3).
func grantLog(c *call) (any, error) {
	p, err := c.project(toRead)
	if err != nil {
		return nil, err
	}
	if p.status == "NEW" || p.status == "CREATING" {
		return nil, refuse("projectNotLoggerReady", "Project logger is not ready")
	}
	w := c.world
	if len(w.servicesOf(p)) == 0 {
		return nil, refuse("projectNoServiceStackToLog", "Project has no service stack to log")
	}
	maps.DeleteFunc(w.grants, func(_ string, g *grant) bool { return w.now.After(g.expires) })
	token := w.secret("log")
	expires := w.now.Add(logGrantTime)
	w.grants[token] = &grant{projectID: p.id, expires: expires}
	address := w.origin + strings.Replace(logPath, "{id}", p.id, 1) + "?accessToken=" + token
	return object{
		"accessToken": token, "expiration": stamp(expires), "url": address,
		"urlPlain": address + "&format=plain", "urlInfo": address + "&info=1", "urlUi": address + "&ui=1",
	}, nil
}

// mountLogs puts the log backend on the mux.
func (s *Simulator) mountLogs() {
	s.mux.HandleFunc("GET "+logPath, s.serveLog)
	s.mux.HandleFunc("GET "+logPath+"/stream", s.serveStream)
}

// logQuery is what the backend understands of a query. Times and search words are
// not among it: it ignores them.
type logQuery struct {
	limit       int
	newestFirst bool
	serviceID   string
	containerID string
	facility    int
	severity    int
	tags        []string
	from        string
}

func parseLogQuery(r *http.Request) logQuery {
	query := r.URL.Query()
	number := func(name string, otherwise int) int {
		n, err := strconv.Atoi(query.Get(name))
		if err != nil || n < 0 {
			return otherwise
		}
		return n
	}
	q := logQuery{
		limit: number("limit", defaultLogLimit), newestFirst: query.Get("desc") == "1", serviceID: query.Get("serviceStackId"),
		containerID: query.Get("containerId"), facility: number("facility", -1), severity: number("minimumSeverity", 7), from: query.Get("from"),
	}
	if q.severity > 7 {
		q.severity = 7
	}
	if text := query.Get("tags"); text != "" {
		q.tags = strings.Split(text, ",")
	}
	return q
}

func (q *logQuery) wants(line *LogLine) bool {
	return (q.facility < 0 || line.Facility == q.facility) && line.Severity <= q.severity &&
		(len(q.tags) == 0 || slices.Contains(q.tags, line.Tag)) &&
		(q.containerID == "" || line.container == q.containerID)
}

// serveLog is the log backend. It asks for no Authorization header.
func (s *Simulator) serveLog(w http.ResponseWriter, r *http.Request) {
	items, ok := s.permittedLog(r)
	if !ok {
		writeError(w, &apiError{status: http.StatusUnauthorized, code: "notAuthorized", message: "Access token is not valid"})
		return
	}
	writeJSON(w, http.StatusOK, object{"items": items})
}

// permittedLog reads the log if the token in the query is good for it.
func (s *Simulator) permittedLog(r *http.Request) ([]object, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	projectID, ok := s.permitted(r)
	if !ok {
		return nil, false
	}
	lines := s.world.readLog(projectID, parseLogQuery(r))
	items := make([]object, len(lines))
	for i := range lines {
		items[i] = lines[i].view()
	}
	return items, true
}

// permitted returns the project whose log a request may read now. The caller holds
// the lock.
func (s *Simulator) permitted(r *http.Request) (projectID string, ok bool) {
	s.world.advance(s.cfg.clock())
	permit, ok := s.world.grants[r.URL.Query().Get("accessToken")]
	if !ok || permit.projectID != r.PathValue("id") || s.world.now.After(permit.expires) {
		return "", false
	}
	return permit.projectID, true
}

// readLog collects the lines that a query wants. The newest ones count, unless the
// query follows a line that it knows already.
func (w *world) readLog(projectID string, q logQuery) []LogLine {
	if q.limit >= logLimitNothing {
		return nil
	}
	q.limit = min(q.limit, maxLogLimit)
	var found []LogLine
	for _, s := range w.services.all() {
		if s.projectID != projectID || q.serviceID != "" && s.id != q.serviceID {
			continue
		}
		count := 0
		w.backwards(s, func(line LogLine) bool {
			if line.id == q.from {
				return false
			}
			if q.wants(&line) {
				found = append(found, line)
				count++
			}
			return count < q.limit || q.from != ""
		})
	}
	sortBy(found, func(a, b LogLine) int {
		return cmp.Or(b.At.Compare(a.At), strings.Compare(b.id, a.id))
	})
	if q.from != "" {
		slices.Reverse(found)
		return found[:min(q.limit, len(found))]
	}
	found = found[:min(q.limit, len(found))]
	if !q.newestFirst {
		slices.Reverse(found)
	}
	return found
}

// view is a line as the backend shows it.
func (l *LogLine) view() object {
	severities := [...]string{"Emergency", "Alert", "Critical", "Error", "Warning", "Notice", "Informational", "Debug"}
	label := "daemon"
	switch l.Facility {
	case facilityApp:
		label = "local0"
	case facilityWeb:
		label = "local1"
	}
	return object{
		"id": l.id, "timestamp": l.At.UTC().Format(time.RFC3339Nano), "hostname": l.host, "containerId": l.container,
		"message": l.Text, "content": l.Text, "severity": l.Severity, "severityLabel": severities[min(max(l.Severity, 0), 7)],
		"facility": l.Facility, "facilityLabel": label, "priority": l.Facility*8 + l.Severity, "tag": l.Tag, "appName": l.Tag,
		"procId": "4711", "msgId": "", "client": "10.0.0.8", "structuredData": "-", "tlsPeer": "", "version": 1,
	}
}
