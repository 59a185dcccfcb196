package logs_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"zerops-mcp/tools/tool"
	"zerops-mcp/tools/tooltest"
	"zerops-mcp/zerops"
	"zerops-mcp/zerops/simulator"
)

// quiet is an account whose services say nothing but what a test plants.
func quiet(s *tooltest.Setup) { s.Sim = append(s.Sim, simulator.WithLogLines(0)) }

func talkative(lines int) func(*tooltest.Setup) {
	return func(s *tooltest.Setup) { s.Sim = append(s.Sim, simulator.WithLogLines(lines)) }
}

// plant adds lines to staging's api, one a second, the last one a minute ago.
func plant(h *tooltest.Harness, texts ...string) {
	at := time.Now().Add(-time.Minute - time.Duration(len(texts))*time.Second)
	for _, text := range texts {
		at = at.Add(time.Second)
		h.Sim.AddLog(tooltest.StagingAPI(h), simulator.LogLine{At: at, Text: text})
	}
}

func messages(r tooltest.Result) []string {
	r.T.Helper()
	var all []string
	for _, item := range r.Items() {
		all = append(all, fmt.Sprint(item["message"]))
	}
	return all
}

func TestNewestLinesAreKeptOldestFirst(t *testing.T) {
	t.Parallel()
	for _, era := range tooltest.Eras() {
		h := tooltest.Start(t, quiet, func(s *tooltest.Setup) { s.Version = era })
		var texts []string
		for i := range 400 {
			texts = append(texts, fmt.Sprintf("line %03d", i))
		}
		plant(h, texts...)
		r := h.Call("search_logs", tooltest.Args{"services": []string{tooltest.StagingAPI(h)}, "limit": 3}).Ok()
		if got := strings.Join(messages(r), ","); got != "line 397,line 398,line 399" {
			t.Errorf("%s: got %s", era, got)
		}
		if r.Get("complete") != false || r.Get("next_cursor") == nil || r.Get("scanned") == 0.0 {
			t.Errorf("%s: a part of the range is told as %s", era, r.Raw)
		}
	}
}

// TestPagingBackMissesNothing pages through lines of which many have the same
// time, in two services.
func TestPagingBackMissesNothing(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t, quiet)
	services := []string{tooltest.StagingAPI(h), h.Sim.ServiceID("eshop-staging", "app")}
	at := time.Now().Add(-time.Hour).Truncate(time.Second)
	want := map[string]bool{}
	for i := range 120 {
		text := fmt.Sprintf("line %d", i)
		want[text] = true
		h.Sim.AddLog(services[i%2], simulator.LogLine{At: at.Add(time.Duration(i/20) * time.Second), Text: text})
	}
	cursor, last, pages := "", time.Now(), 0
	for {
		a := tooltest.Args{"services": services, "limit": 7}
		if cursor != "" {
			a["cursor"] = cursor
		}
		r := h.Call("search_logs", a).Ok()
		for i := len(r.Items()) - 1; i >= 0; i-- {
			item := r.Items()[i]
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
		next, more := r.Get("next_cursor").(string)
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
	h.Call("search_logs", tooltest.Args{"services": services, "limit": 7, "contains": "line", "cursor": cursor}).Fails("invalid_arguments")
}

func TestSearchReadsBackAndSaysHowFar(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t, talkative(8000))
	api := tooltest.StagingAPI(h)
	h.Sim.AddLog(api,
		simulator.LogLine{At: time.Now().Add(-15 * time.Hour), Text: "the needle of today"},
		simulator.LogLine{At: time.Now().Add(-43 * time.Hour), Severity: 3, Text: "the severe needle of the day before"},
		simulator.LogLine{At: time.Now().Add(-43 * time.Hour), Text: "the mild needle of the day before"},
	)
	r := h.Call("search_logs", tooltest.Args{"services": api, "contains": "NEEDLE"}).Ok()
	if got := messages(r); len(got) != 1 || got[0] != "the needle of today" || r.Get("complete") != true {
		t.Errorf("within the newest lines: %s", r.Raw)
	}
	r = h.Call("search_logs", tooltest.Args{"services": api, "contains": "needle", "since": "7d"}).Ok()
	if got := strings.Join(messages(r), ","); !strings.Contains(got, "the severe needle of the day before,the needle of today") {
		t.Errorf("by severity it reaches further: %s", r.Raw)
	}
	if scanned, _ := r.Get("scanned").(float64); scanned < 5000 || r.Get("complete") != false || r.Get("older") == nil {
		t.Errorf("what was not read is not told: %s", r.Raw)
	}
	r = h.Call("search_logs", tooltest.Args{"services": api, "contains": "no such line", "since": "30d"}).Ok()
	if message := r.Str("message"); len(r.Items()) != 0 || r.Get("complete") != false || !strings.Contains(message, "among the") || !strings.Contains(message, "older ones that were not") {
		t.Errorf("none is claimed for what was not read: %s", r.Raw)
	}
	if r.Get("services.0.back_to") == nil || r.Get("services.0.scanned") == 0.0 {
		t.Errorf("the service's own figures are missing: %s", r.Raw)
	}
	r = h.Call("search_logs", tooltest.Args{"services": api, "contains": "no such line", "since": "2h"}).Ok()
	if r.Get("complete") != true || !strings.Contains(r.Str("message"), "all there are") {
		t.Errorf("a range that was read whole: %s", r.Raw)
	}
}

// TestPartsOfALogReachFurther buries lines under more than the log service gives
// at once: one that a container, and one that a program's tag leads to.
func TestPartsOfALogReachFurther(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t, talkative(8000))
	busy := h.Sim.ServiceID("eshop-production", "api")
	h.Sim.AddLog(busy, simulator.LogLine{At: time.Now().Add(-43 * time.Hour), Text: "buried in one of two containers"})
	r := h.Call("search_logs", tooltest.Args{"services": busy, "contains": "buried", "since": "7d"}).Ok()
	if got := messages(r); len(got) != 1 || r.Get("complete") != false || !strings.Contains(r.Str("services.0.note"), "container") {
		t.Errorf("by container: %s", r.Raw)
	}

	h = tooltest.Start(t, quiet)
	chatty := make([]simulator.LogLine, 5300)
	for i := range chatty {
		chatty[i] = simulator.LogLine{At: time.Now().Add(-time.Hour - time.Duration(i)*time.Second), Tag: "chatty", Text: "and again"}
	}
	h.Sim.AddLog(tooltest.StagingAPI(h), chatty...)
	h.Sim.AddLog(tooltest.StagingAPI(h), simulator.LogLine{At: time.Now().Add(-time.Minute), Tag: "cron", Text: "nightly job buried"},
		simulator.LogLine{At: time.Now().Add(-20 * time.Hour), Tag: "cron", Text: "nightly job buried"})
	r = h.Call("search_logs", tooltest.Args{"services": tooltest.StagingAPI(h), "contains": "buried"}).Ok()
	if got := r.Items(); len(got) != 1 || got[0]["repeated"] != 2.0 || r.Get("matched") != 2.0 || r.Get("complete") != false {
		t.Errorf("by tag: %s", r.Raw)
	}
	if scanned, _ := r.Get("scanned").(float64); scanned < 5001 || scanned > 5302 {
		t.Errorf("%v of 5302 lines scanned", scanned)
	}
}

func TestLogFilters(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t, quiet)
	plant(h,
		`{"level":"error","msg":"order failed","orderId":7,"time":"2020-01-01T00:00:00Z"}`,
		"\x1b[31mred alert\x1b[0m on deck",
		"[warn] disk at 91 %",
		"plain words",
	)
	h.Sim.AddLog(tooltest.StagingAPI(h), simulator.LogLine{At: time.Now().Add(-30 * time.Hour), Text: "old words"})
	h.Sim.AddLog(tooltest.StagingAPI(h), simulator.LogLine{At: time.Now().Add(-time.Minute), Facility: 17, Tag: "nginx", Text: "GET / 500"})
	for name, c := range map[string]struct {
		a    tooltest.Args
		want string
	}{
		"json":     {tooltest.Args{"min_severity": "error"}, "order failed"},
		"severity": {tooltest.Args{"min_severity": "warning"}, "order failed|[warn] disk at 91 %"},
		"contains": {tooltest.Args{"contains": "RED ALERT ON"}, "red alert on deck"},
		"regex":    {tooltest.Args{"regex": `disk at \d+ %|orderId":7`}, "order failed|[warn] disk at 91 %"},
		"since":    {tooltest.Args{"since": "48h", "contains": "words"}, "old words|plain words"},
		"until":    {tooltest.Args{"since": "48h", "until": "24h"}, "old words"},
		"web":      {tooltest.Args{"source": "web"}, "GET / 500"},
	} {
		c.a["services"] = tooltest.StagingAPI(h)
		r := h.Call("search_logs", c.a).Ok()
		if got := strings.Join(messages(r), "|"); got != c.want {
			t.Errorf("%s: got %s, want %s", name, got, c.want)
		}
	}
	item := h.Call("search_logs", tooltest.Args{"services": tooltest.StagingAPI(h), "contains": "order failed"}).Items()[0]
	if item["severity"] != "error" || item["fields"] != "orderId=7" || item["own_time"] != "2020-01-01T00:00:00Z" {
		t.Errorf("a JSON line becomes %v", item)
	}
	r := h.Call("search_logs", tooltest.Args{"services": tooltest.StagingAPI(h), "source": "all"})
	if got := strings.Join(messages(r), "|"); !strings.Contains(got, "GET / 500") || !strings.Contains(got, "plain words") {
		t.Errorf("all sources: %s", got)
	}
}

func TestBuildLogsAreOfOneDeployment(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t)
	failed, err := h.Sim.SeedScenario("npm-install")
	if err != nil {
		t.Fatal(err)
	}
	r := h.Call("search_logs", tooltest.Args{"services": failed.ServiceID, "source": "build"}).Ok()
	if got := strings.Join(messages(r), "|"); !strings.Contains(got, "ERESOLVE") || r.Str("services.0.deployment") != failed.DeploymentID {
		t.Errorf("the newest build: %s", r.Raw)
	}
	older := ""
	for _, v := range versions(h, failed.ServiceID) {
		if v.Build != nil && v.ID != failed.DeploymentID {
			older = v.ID
		}
	}
	if older != "" {
		r = h.Call("search_logs", tooltest.Args{"deployment": older, "source": "build"}).Ok()
		if got := strings.Join(messages(r), "|"); strings.Contains(got, "ERESOLVE") {
			t.Errorf("an older build is mixed with the newest: %s", got)
		}
	}
	r = h.Call("search_logs", tooltest.Args{"project": "eshop-production", "services": "db", "source": "build"}).Ok()
	if !strings.Contains(fmt.Sprint(r.Get("services.0.note")), "not built") {
		t.Errorf("a database has no build: %s", r.Raw)
	}
	h.Call("search_logs", tooltest.Args{"services": tooltest.StagingAPI(h), "deployment": failed.DeploymentID}).Fails("invalid_arguments")
	h.Call("search_logs", tooltest.Args{"deployment": "nope"}).Fails("invalid_arguments")
}

// owner is a client of the simulator beside the server under test.
func owner(h *tooltest.Harness) *zerops.Client {
	h.T.Helper()
	api, err := zerops.NewAPI(zerops.APIOptions{Address: h.URL})
	if err != nil {
		h.T.Fatal(err)
	}
	h.T.Cleanup(api.CloseIdle)
	return api.Client(simulator.OwnerToken)
}

func versions(h *tooltest.Harness, serviceID string) []zerops.AppVersion {
	h.T.Helper()
	versions, _, err := zerops.Collect(owner(h).AppVersions(h.T.Context(), serviceID, zerops.ListOptions{}), 0)
	if err != nil {
		h.T.Fatal(err)
	}
	return versions
}

// TestLogsKeepSecrets prints a variable, a token and a password, which the
// harness looks for in every result, and tries to find them out by searching.
func TestLogsKeepSecrets(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t, quiet)
	variables, err := owner(h).ServiceVariables(t.Context(), tooltest.StagingAPI(h))
	if err != nil {
		t.Fatal(err)
	}
	secret := ""
	for _, v := range variables {
		if v.Sensitive && strings.HasPrefix(v.Content.OpenForRedactor(), simulator.SecretMark) {
			secret = v.Content.OpenForRedactor()
		}
	}
	if secret == "" {
		t.Fatal("the service has no sensitive variable")
	}
	plant(h, "configured with <"+secret+">", "dsn postgres://u:"+simulator.SecretMark+"-pw@db:5432/x", "Authorization: Bearer "+secret)
	if n := len(h.Call("search_logs", tooltest.Args{"services": tooltest.StagingAPI(h)}).Items()); n != 3 {
		t.Errorf("%d lines", n)
	}
	for _, a := range []tooltest.Args{{"contains": simulator.SecretMark + "-pw"}, {"regex": "u:" + simulator.SecretMark[:4] + ".*@"}, {"contains": "<" + secret[:20]}} {
		a["services"] = tooltest.StagingAPI(h)
		r := h.Call("search_logs", a).Ok()
		if len(r.Items()) != 0 || r.Get("matched") != 0.0 {
			t.Errorf("%v finds out a secret: %s", a, r.Raw)
		}
	}
	if strings.Contains(h.Logs.String(), "accessToken") {
		t.Error("the log grant is in our own log")
	}
}

func TestSearchLogsRefuses(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t, quiet, func(s *tooltest.Setup) {
		s.Configure = func(c *tool.Config) { c.Projects = []string{"eshop-staging"} }
	})
	for name, a := range map[string]tooltest.Args{
		"bad expression":   {"regex": "("},
		"large expression": {"regex": "(abcdefghij){1000}"},
		"long expression":  {"regex": strings.Repeat("a", 300)},
		"foreign cursor":   {"cursor": "AAAA"},
		"bad time":         {"since": "tomorrow"},
		"reversed range":   {"since": "1h", "until": "2h"},
	} {
		if e := h.Call("search_logs", a).Fails("invalid_arguments"); e["message"] == "" {
			t.Errorf("%s: no message", name)
		}
	}
	h.Call("search_logs", tooltest.Args{"services": "nosuchservice"}).Fails("not_found")
	h.Call("search_logs", tooltest.Args{"services": h.Sim.ServiceID("eshop-production", "api")}).Fails("out_of_scope")
	if n := h.Sim.Calls("GetProjectLog"); n != 0 {
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

func withBroken(fails func(*http.Request) bool) func(*tooltest.Setup) {
	return func(s *tooltest.Setup) {
		s.API = func(o *zerops.APIOptions) {
			o.Transport = breaking{RoundTripper: &http.Transport{}, fails: fails}
		}
	}
}

// TestQuietRefusalOfLargeRequests is about a log service that gives up on large
// requests without a word, as the real one does from 50,000 lines.
func TestRepeatedLinesAreCounted(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t, quiet)
	plant(h, "up", "again", "again", "again", "down")
	items := h.Call("search_logs", tooltest.Args{"services": tooltest.StagingAPI(h)}).Items()
	if len(items) != 3 || items[1]["repeated"] != 3.0 {
		t.Errorf("got %v", items)
	}
}
