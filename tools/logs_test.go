package tools_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"zerops-mcp/tools"
	"zerops-mcp/zerops"
	"zerops-mcp/zerops/simulator"
)

// quiet is an account whose services say nothing but what a test plants.
func quiet(s *setup) { s.sim = append(s.sim, simulator.WithLogLines(0)) }

func talkative(lines int) func(*setup) {
	return func(s *setup) { s.sim = append(s.sim, simulator.WithLogLines(lines)) }
}

// plant adds lines to staging's api, one a second, the last one a minute ago.
func (h *harness) plant(texts ...string) {
	at := time.Now().Add(-time.Minute - time.Duration(len(texts))*time.Second)
	for _, text := range texts {
		at = at.Add(time.Second)
		h.sim.AddLog(stagingAPI(h), simulator.LogLine{At: at, Text: text})
	}
}

func messages(r result) []string {
	r.t.Helper()
	var all []string
	for _, item := range r.items() {
		all = append(all, fmt.Sprint(item["message"]))
	}
	return all
}

func TestNewestLinesAreKeptOldestFirst(t *testing.T) {
	t.Parallel()
	for _, era := range eras() {
		h := start(t, quiet, func(s *setup) { s.version = era })
		var texts []string
		for i := range 400 {
			texts = append(texts, fmt.Sprintf("line %03d", i))
		}
		h.plant(texts...)
		r := h.call("search_logs", args{"services": []string{stagingAPI(h)}, "limit": 3}).ok()
		if got := strings.Join(messages(r), ","); got != "line 397,line 398,line 399" {
			t.Errorf("%s: got %s", era, got)
		}
		if r.get("complete") != false || r.get("next_cursor") == nil || r.get("scanned") == 0.0 {
			t.Errorf("%s: a part of the range is told as %s", era, r.raw)
		}
	}
}

// TestPagingBackMissesNothing pages through lines of which many have the same
// time, in two services.
func TestPagingBackMissesNothing(t *testing.T) {
	t.Parallel()
	h := start(t, quiet)
	services := []string{stagingAPI(h), h.sim.ServiceID("eshop-staging", "app")}
	at := time.Now().Add(-time.Hour).Truncate(time.Second)
	want := map[string]bool{}
	for i := range 120 {
		text := fmt.Sprintf("line %d", i)
		want[text] = true
		h.sim.AddLog(services[i%2], simulator.LogLine{At: at.Add(time.Duration(i/20) * time.Second), Text: text})
	}
	cursor, last, pages := "", time.Now(), 0
	for {
		a := args{"services": services, "limit": 7}
		if cursor != "" {
			a["cursor"] = cursor
		}
		r := h.call("search_logs", a).ok()
		for i := len(r.items()) - 1; i >= 0; i-- {
			item := r.items()[i]
			text := fmt.Sprint(item["message"])
			if !want[text] {
				t.Fatalf("page %d: %q is unknown or came twice", pages, text)
			}
			delete(want, text)
			shown, err := time.Parse(time.RFC3339Nano, fmt.Sprint(item["time"]))
			if err != nil || shown.After(last) {
				t.Fatalf("page %d: %s comes after %s (%v)", pages, shown, last, err)
			}
			last = shown
		}
		next, more := r.get("next_cursor").(string)
		if !more {
			break
		}
		if cursor, pages = next, pages+1; pages > 40 {
			t.Fatal("the pages do not end")
		}
	}
	if len(want) > 0 {
		t.Errorf("%d lines were never shown: %v", len(want), want)
	}
	h.call("search_logs", args{"services": services, "limit": 7, "contains": "line", "cursor": cursor}).fails("invalid_arguments")
}

func TestSearchReadsBackAndSaysHowFar(t *testing.T) {
	t.Parallel()
	h := start(t, talkative(8000))
	api := stagingAPI(h)
	h.sim.AddLog(api,
		simulator.LogLine{At: time.Now().Add(-15 * time.Hour), Text: "the needle of today"},
		simulator.LogLine{At: time.Now().Add(-43 * time.Hour), Severity: 3, Text: "the severe needle of the day before"},
		simulator.LogLine{At: time.Now().Add(-43 * time.Hour), Text: "the mild needle of the day before"},
	)
	r := h.call("search_logs", args{"services": api, "contains": "NEEDLE"}).ok()
	if got := messages(r); len(got) != 1 || got[0] != "the needle of today" || r.get("complete") != true {
		t.Errorf("within the newest lines: %s", r.raw)
	}
	r = h.call("search_logs", args{"services": api, "contains": "needle", "since": "7d"}).ok()
	if got := strings.Join(messages(r), ","); !strings.Contains(got, "the severe needle of the day before,the needle of today") {
		t.Errorf("by severity it reaches further: %s", r.raw)
	}
	if scanned, _ := r.get("scanned").(float64); scanned < 5000 || r.get("complete") != false || r.get("older") == nil {
		t.Errorf("what was not read is not told: %s", r.raw)
	}
	r = h.call("search_logs", args{"services": api, "contains": "no such line", "since": "30d"}).ok()
	if message := r.str("message"); len(r.items()) != 0 || r.get("complete") != false || !strings.Contains(message, "among the") || !strings.Contains(message, "older ones that were not") {
		t.Errorf("none is claimed for what was not read: %s", r.raw)
	}
	if r.get("services.0.back_to") == nil || r.get("services.0.scanned") == 0.0 {
		t.Errorf("the service's own figures are missing: %s", r.raw)
	}
	r = h.call("search_logs", args{"services": api, "contains": "no such line", "since": "2h"}).ok()
	if r.get("complete") != true || !strings.Contains(r.str("message"), "all there are") {
		t.Errorf("a range that was read whole: %s", r.raw)
	}
}

// TestPartsOfALogReachFurther buries lines under more than the log service gives
// at once: one that a container, and one that a program's tag leads to.
func TestPartsOfALogReachFurther(t *testing.T) {
	t.Parallel()
	h := start(t, talkative(8000))
	busy := h.sim.ServiceID("eshop-production", "api")
	h.sim.AddLog(busy, simulator.LogLine{At: time.Now().Add(-43 * time.Hour), Text: "buried in one of two containers"})
	r := h.call("search_logs", args{"services": busy, "contains": "buried", "since": "7d"}).ok()
	if got := messages(r); len(got) != 1 || r.get("complete") != false || !strings.Contains(r.str("services.0.note"), "container") {
		t.Errorf("by container: %s", r.raw)
	}

	h = start(t, quiet)
	chatty := make([]simulator.LogLine, 5300)
	for i := range chatty {
		chatty[i] = simulator.LogLine{At: time.Now().Add(-time.Hour - time.Duration(i)*time.Second), Tag: "chatty", Text: "and again"}
	}
	h.sim.AddLog(stagingAPI(h), chatty...)
	h.sim.AddLog(stagingAPI(h), simulator.LogLine{At: time.Now().Add(-time.Minute), Tag: "cron", Text: "nightly job buried"},
		simulator.LogLine{At: time.Now().Add(-20 * time.Hour), Tag: "cron", Text: "nightly job buried"})
	r = h.call("search_logs", args{"services": stagingAPI(h), "contains": "buried"}).ok()
	if got := r.items(); len(got) != 1 || got[0]["repeated"] != 2.0 || r.get("matched") != 2.0 || r.get("complete") != false {
		t.Errorf("by tag: %s", r.raw)
	}
	if scanned, _ := r.get("scanned").(float64); scanned < 5001 || scanned > 5302 {
		t.Errorf("%v of 5302 lines scanned", scanned)
	}
}

func TestLogFilters(t *testing.T) {
	t.Parallel()
	h := start(t, quiet)
	h.plant(
		`{"level":"error","msg":"order failed","orderId":7,"time":"2020-01-01T00:00:00Z"}`,
		"\x1b[31mred alert\x1b[0m on deck",
		"[warn] disk at 91 %",
		"plain words",
	)
	h.sim.AddLog(stagingAPI(h), simulator.LogLine{At: time.Now().Add(-30 * time.Hour), Text: "old words"})
	h.sim.AddLog(stagingAPI(h), simulator.LogLine{At: time.Now().Add(-time.Minute), Facility: 17, Tag: "nginx", Text: "GET / 500"})
	for name, c := range map[string]struct {
		a    args
		want string
	}{
		"json":     {args{"min_severity": "error"}, "order failed"},
		"severity": {args{"min_severity": "warning"}, "order failed|[warn] disk at 91 %"},
		"contains": {args{"contains": "RED ALERT ON"}, "red alert on deck"},
		"regex":    {args{"regex": `disk at \d+ %|orderId":7`}, "order failed|[warn] disk at 91 %"},
		"since":    {args{"since": "48h", "contains": "words"}, "old words|plain words"},
		"until":    {args{"since": "48h", "until": "24h"}, "old words"},
		"web":      {args{"source": "web"}, "GET / 500"},
	} {
		c.a["services"] = stagingAPI(h)
		r := h.call("search_logs", c.a).ok()
		if got := strings.Join(messages(r), "|"); got != c.want {
			t.Errorf("%s: got %s, want %s", name, got, c.want)
		}
	}
	item := h.call("search_logs", args{"services": stagingAPI(h), "contains": "order failed"}).items()[0]
	if item["severity"] != "error" || item["fields"] != "orderId=7" || item["own_time"] != "2020-01-01T00:00:00Z" {
		t.Errorf("a JSON line becomes %v", item)
	}
	r := h.call("search_logs", args{"services": stagingAPI(h), "source": "all"})
	if got := strings.Join(messages(r), "|"); !strings.Contains(got, "GET / 500") || !strings.Contains(got, "plain words") {
		t.Errorf("all sources: %s", got)
	}
}

func TestBuildLogsAreOfOneDeployment(t *testing.T) {
	t.Parallel()
	h := start(t)
	failed, err := h.sim.SeedScenario("npm-install")
	if err != nil {
		t.Fatal(err)
	}
	r := h.call("search_logs", args{"services": failed.ServiceID, "source": "build"}).ok()
	if got := strings.Join(messages(r), "|"); !strings.Contains(got, "ERESOLVE") || r.str("services.0.deployment") != failed.DeploymentID {
		t.Errorf("the newest build: %s", r.raw)
	}
	older := ""
	for _, v := range h.versions(failed.ServiceID) {
		if v.Build != nil && v.ID != failed.DeploymentID {
			older = v.ID
		}
	}
	if older != "" {
		r = h.call("search_logs", args{"deployment": older, "source": "build"}).ok()
		if got := strings.Join(messages(r), "|"); strings.Contains(got, "ERESOLVE") {
			t.Errorf("an older build is mixed with the newest: %s", got)
		}
	}
	r = h.call("search_logs", args{"project": "eshop-production", "services": "db", "source": "build"}).ok()
	if !strings.Contains(fmt.Sprint(r.get("services.0.note")), "not built") {
		t.Errorf("a database has no build: %s", r.raw)
	}
	h.call("search_logs", args{"services": stagingAPI(h), "deployment": failed.DeploymentID}).fails("invalid_arguments")
	h.call("search_logs", args{"deployment": "nope"}).fails("invalid_arguments")
}

// owner is a client of the simulator beside the server under test.
func (h *harness) owner() *zerops.Client {
	h.t.Helper()
	api, err := zerops.NewAPI(zerops.APIOptions{Address: h.url})
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(api.CloseIdle)
	return api.Client(simulator.OwnerToken)
}

func (h *harness) versions(serviceID string) []zerops.AppVersion {
	h.t.Helper()
	versions, _, err := zerops.Collect(h.owner().AppVersions(h.t.Context(), serviceID, zerops.ListOptions{}), 0)
	if err != nil {
		h.t.Fatal(err)
	}
	return versions
}

// TestLogsKeepSecrets prints a variable, a token and a password, which the
// harness looks for in every result, and tries to find them out by searching.
func TestLogsKeepSecrets(t *testing.T) {
	t.Parallel()
	h := start(t, quiet)
	variables, err := h.owner().ServiceVariables(t.Context(), stagingAPI(h))
	if err != nil {
		t.Fatal(err)
	}
	secret := ""
	for _, v := range variables {
		if v.Sensitive && strings.HasPrefix(v.Content, simulator.SecretMark) {
			secret = v.Content
		}
	}
	if secret == "" {
		t.Fatal("the service has no sensitive variable")
	}
	h.plant("configured with <"+secret+">", "dsn postgres://u:"+simulator.SecretMark+"-pw@db:5432/x", "Authorization: Bearer "+secret)
	if n := len(h.call("search_logs", args{"services": stagingAPI(h)}).items()); n != 3 {
		t.Errorf("%d lines", n)
	}
	for _, a := range []args{{"contains": simulator.SecretMark + "-pw"}, {"regex": "u:" + simulator.SecretMark[:4] + ".*@"}, {"contains": "<" + secret[:20]}} {
		a["services"] = stagingAPI(h)
		r := h.call("search_logs", a).ok()
		if len(r.items()) != 0 || r.get("matched") != 0.0 {
			t.Errorf("%v finds out a secret: %s", a, r.raw)
		}
	}
	if strings.Contains(h.logs.String(), "accessToken") {
		t.Error("the log grant is in our own log")
	}
}

func TestSearchLogsRefuses(t *testing.T) {
	t.Parallel()
	h := start(t, quiet, func(s *setup) {
		s.configure = func(c *tools.Config) { c.Projects = []string{"eshop-staging"} }
	})
	for name, a := range map[string]args{
		"bad expression":   {"regex": "("},
		"large expression": {"regex": "(abcdefghij){1000}"},
		"long expression":  {"regex": strings.Repeat("a", 300)},
		"foreign cursor":   {"cursor": "AAAA"},
		"bad time":         {"since": "tomorrow"},
		"reversed range":   {"since": "1h", "until": "2h"},
	} {
		if e := h.call("search_logs", a).fails("invalid_arguments"); e["message"] == "" {
			t.Errorf("%s: no message", name)
		}
	}
	h.call("search_logs", args{"services": "nosuchservice"}).fails("not_found")
	h.call("search_logs", args{"services": h.sim.ServiceID("eshop-production", "api")}).fails("out_of_scope")
	if n := h.sim.Calls("GetProjectLog"); n != 0 {
		t.Errorf("%d log grants for refused searches", n)
	}
}

// breaking lets a test break the log service.
type breaking struct {
	http.RoundTripper
	fails func(*http.Request) bool
}

// RoundTrip answers 500 where the test says so.
func (b breaking) RoundTrip(r *http.Request) (*http.Response, error) {
	if strings.Contains(r.URL.Path, "/log/project/") && b.fails(r) {
		return &http.Response{StatusCode: http.StatusInternalServerError, Body: http.NoBody, Request: r, Header: http.Header{}}, nil
	}
	return b.RoundTripper.RoundTrip(r)
}

func withBroken(fails func(*http.Request) bool) func(*setup) {
	return func(s *setup) {
		s.api = func(o *zerops.APIOptions) {
			o.Transport = breaking{RoundTripper: &http.Transport{}, fails: fails}
		}
	}
}

func TestOneBrokenLogDoesNotCostTheOthers(t *testing.T) {
	t.Parallel()
	broken := make(chan string, 1)
	h := start(t, withBroken(func(r *http.Request) bool {
		id := <-broken
		broken <- id
		return r.URL.Query().Get("serviceStackId") == id
	}))
	broken <- h.sim.ServiceID("eshop-staging", "app")
	r := h.call("search_logs", args{"project": "eshop-staging", "services": []string{"api", "app"}, "limit": 5}).ok()
	if len(r.items()) != 5 || r.get("complete") != false || r.get("services.1.error") == nil || r.get("services.0.error") != nil {
		t.Errorf("got %s", r.raw)
	}
	h.call("search_logs", args{"project": "eshop-staging", "services": "app"}).fails("unavailable")
	<-broken
	broken <- ""
	h.sim.Fail(simulator.Fault{Operation: "GetProjectLog", Status: 400, Code: "projectNotLoggerReady", Message: "Project logger is not ready"})
	h.call("search_logs", args{"project": "eshop-staging"}).fails("invalid_arguments")
}

// TestQuietRefusalOfLargeRequests is about a log service that gives up on large
// requests without a word, as the real one does from 50,000 lines.
func TestQuietRefusalOfLargeRequests(t *testing.T) {
	t.Parallel()
	large := func(r *http.Request) bool {
		return len(r.URL.Query().Get("limit")) > 3 && r.URL.Query().Get("limit") != "1000"
	}
	h := start(t, talkative(4000), withBroken(large))
	r := h.call("search_logs", args{"services": stagingAPI(h), "min_severity": "error", "limit": 50}).ok()
	if scanned, _ := r.get("scanned").(float64); len(r.items()) == 0 || scanned != 1000 || r.get("complete") != false {
		t.Errorf("what was read before is lost: %s", r.raw)
	}
}

func TestLargeAnswersKeepTheNewest(t *testing.T) {
	t.Parallel()
	h := start(t, quiet)
	var texts []string
	for i := range 300 {
		texts = append(texts, fmt.Sprintf("%03d %s", i, strings.Repeat("long words ", 60)))
	}
	h.plant(texts...)
	r := h.call("search_logs", args{"services": stagingAPI(h), "limit": 300}).ok()
	got := messages(r)
	if len(got) == 0 || len(got) == 300 || !strings.HasPrefix(got[len(got)-1], "299 ") || r.get("truncated") == nil {
		t.Fatalf("%d lines, the last %q", len(got), got[len(got)-1])
	}
	seen := len(got)
	for cursor := r.str("next_cursor"); cursor != ""; {
		r = h.call("search_logs", args{"services": stagingAPI(h), "limit": 300, "cursor": cursor}).ok()
		got = messages(r)
		if !strings.HasPrefix(got[len(got)-1], fmt.Sprintf("%03d ", 299-seen)) {
			t.Fatalf("after %d lines comes %.10q", seen, got[len(got)-1])
		}
		seen += len(got)
		cursor, _ = r.get("next_cursor").(string)
	}
	if seen != 300 {
		t.Errorf("paging showed %d of 300 lines", seen)
	}
}

func TestRepeatedLinesAreCounted(t *testing.T) {
	t.Parallel()
	h := start(t, quiet)
	h.plant("up", "again", "again", "again", "down")
	items := h.call("search_logs", args{"services": stagingAPI(h)}).items()
	if len(items) != 3 || items[1]["repeated"] != 3.0 {
		t.Errorf("got %v", items)
	}
}
