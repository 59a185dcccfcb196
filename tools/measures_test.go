package tools_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image/png"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/mark3labs/mcp-go/mcp"

	"zerops-mcp/tools"
	"zerops-mcp/zerops/simulator"
)

func withToken(token string) func(*setup) { return func(s *setup) { s.token = token } }

func limitedTo(projects ...string) func(*setup) {
	return func(s *setup) { s.configure = func(c *tools.Config) { c.Projects = projects } }
}

func number(t *testing.T, v any) float64 {
	t.Helper()
	n, ok := v.(float64)
	if !ok {
		t.Fatalf("%v is no number", v)
	}
	return n
}

func TestMetricsOfAService(t *testing.T) {
	t.Parallel()
	h := start(t)
	r := h.call("get_metrics", args{"project": "eshop-production", "service": "api"}).ok()
	items := r.items()
	if n := len(items); n < 24 || n > 26 || r.get("interval") != "hour" || r.get("time_zone") != "UTC" {
		t.Errorf("a day has %d intervals of an %v in %v", n, r.get("interval"), r.get("time_zone"))
	}
	peak := 0.0
	for _, item := range items {
		used, limit := number(t, item["ram_gb"]), number(t, item["ram_limit_gb"])
		if used <= 0 || used > limit || !strings.HasSuffix(fmt.Sprint(item["from"]), ":00:00Z") {
			t.Errorf("interval %v", item)
		}
		peak = max(peak, used)
	}
	if got := number(t, r.get("services.0.ram_gb.peak")); got != peak {
		t.Errorf("the peak is %v, the highest interval %v", got, peak)
	}
	limit, headroom := number(t, r.get("services.0.ram_gb.limit")), number(t, r.get("services.0.ram_gb.headroom"))
	if math.Abs(limit-peak-headroom) > 1e-3 {
		t.Errorf("limit %v, peak %v, headroom %v", limit, peak, headroom)
	}
	for _, request := range h.sim.Requests() {
		if request.Operation == "PostStatsHistoryGroupBySearch" && bytes.Contains(request.Body, []byte(`"limit"`)) {
			t.Errorf("a range and a limit are asked for at once: %s", request.Body)
		}
	}
	whole := h.call("get_metrics", args{"project": "eshop-production"}).ok()
	if services, _ := whole.get("services").([]any); len(services) < 5 || len(whole.items()) != 0 {
		t.Errorf("a project's peaks: %s", whole.raw)
	}
	if h.call("get_metrics", args{"service": stagingAPI(h), "since": "30d"}).ok().get("interval") != "day" {
		t.Error("a month is not told by day")
	}
	long := h.call("get_metrics", args{"service": stagingAPI(h), "since": "20h", "interval": "minute"}).ok()
	last := long.items()[len(long.items())-1]
	if long.get("truncated") == nil || number(t, long.get("total")) < 1200 || time.Since(parseTime(t, last["from"])) > 3*time.Minute {
		t.Errorf("of many intervals the newest are kept: %v, %v", long.get("truncated"), last)
	}
}

func parseTime(t *testing.T, v any) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, fmt.Sprint(v))
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func TestMetricsRefuse(t *testing.T) {
	t.Parallel()
	h := start(t, limitedTo("eshop-staging"))
	h.call("get_metrics", args{"service": h.sim.ServiceID("eshop-production", "api")}).fails("out_of_scope")
	h.call("get_metrics", args{"project": h.sim.ProjectID("eshop-production")}).fails("out_of_scope")
	h.call("get_metrics", args{"interval": "minute", "since": "7d"}).fails("invalid_arguments")
	h.call("get_metrics", args{"interval": "1h"}).fails("invalid_arguments")
	h.call("get_metrics", args{"service": "nosuch"}).fails("not_found")
	h.sim.Fail(simulator.Fault{Operation: "PostStatsHistoryGroupBySearch", Status: 502, Body: "<html>"})
	h.call("get_metrics", args{"service": "api"}).fails("unavailable")
}

func TestCostsByEveryGroup(t *testing.T) {
	t.Parallel()
	h := start(t)
	whole := h.call("get_costs", args{"org": "Northwind Trading", "group_by": "project"}).ok()
	sum := number(t, whole.get("sum.cost_usd"))
	for _, group := range []string{"project", "service", "day"} {
		r := h.call("get_costs", args{"org": "Northwind Trading", "group_by": group}).ok()
		total := 0.0
		for _, item := range r.items() {
			total += number(t, item["cost_usd"])
			if group != "day" && (item["name"] == nil || item["name"] == item["id"]) {
				t.Errorf("%s without a name: %v", group, item)
			}
		}
		if r.get("truncated") == nil && math.Abs(total-sum) > sum/100 {
			t.Errorf("by %s the costs are %v, in all %v", group, total, sum)
		}
	}
	if days := len(h.call("get_costs", args{"org": "Northwind Trading", "group_by": "day"}).items()); days != 30 {
		t.Errorf("%d days where nothing was said", days)
	}
	perDay, left := number(t, whole.get("credit.average_per_day_usd")), number(t, whole.get("credit.days_left"))
	if credit := number(t, whole.get("credit.credit_usd")) + number(t, whole.get("credit.promo_credit_usd")); math.Abs(left-credit/perDay) > 1 {
		t.Errorf("%v at %v a day last %v days", credit, perDay, left)
	}
	all := h.call("get_costs", args{"group_by": "organization"}).ok()
	if len(all.items()) != 2 || all.items()[1]["currency"] != "EUR" || all.items()[1]["cost"] == nil {
		t.Errorf("organisations: %s", all.raw)
	}
	one := h.call("get_costs", args{"project": "blog"}).ok()
	if got := number(t, one.get("sum.cost_usd")); got <= 0 || got >= sum || len(one.items()) != 1 {
		t.Errorf("one project: %s", one.raw)
	}
	h.call("get_costs", nil).fails("ambiguous")
	h.call("get_costs", args{"org": "Petra's Lab", "project": "blog"}).fails("invalid_arguments")
}

func TestCostsNeedTheRightToSeeFinances(t *testing.T) {
	t.Parallel()
	h := start(t, withToken(simulator.NoFinanceToken))
	for _, a := range []args{{}, {"project": "blog"}, {"group_by": "organization"}} {
		e := h.call("get_costs", a).fails("forbidden")
		if !strings.Contains(fmt.Sprint(e["message"]), "canViewFinances") || !strings.Contains(fmt.Sprint(e["hint"]), "owner or admin") {
			t.Errorf("%v: %v", a, e)
		}
	}
	h.call("render_chart", args{"kind": "costs"}).fails("forbidden")
}

// TestCostsWithinProjects is about a server that is limited to some projects: it
// must neither show nor ask for more.
func TestCostsWithinProjects(t *testing.T) {
	t.Parallel()
	h := start(t, limitedTo("eshop-staging", "blog"))
	r := h.call("get_costs", args{"group_by": "project"}).ok()
	for _, item := range r.items() {
		if item["name"] != "eshop-staging" && item["name"] != "blog" {
			t.Errorf("%v is out of scope", item["name"])
		}
	}
	if len(r.items()) != 2 || r.get("credit") != nil || r.get("periods") != nil || r.get("withheld") == nil {
		t.Errorf("got %s", r.raw)
	}
	h.call("get_costs", args{"group_by": "organization"}).fails("out_of_scope")
	h.call("get_costs", args{"project": h.sim.ProjectID("eshop-production")}).fails("out_of_scope")
	if n := h.sim.Calls("PostTransactionDebitCostSearch"); n != 0 {
		t.Error("the organisation's totals were read")
	}
	for _, request := range h.sim.Requests() {
		if request.Operation == "PostTransactionDebitGroupBySearch" && !bytes.Contains(request.Body, []byte("projectId\",\"operator")) {
			t.Errorf("costs of all projects were asked for: %s", request.Body)
		}
	}
	h.sim.Fail(simulator.Fault{Operation: "PostTransactionDebitGroupBySearch", Status: 400, Code: "transactionDebitSearchRangeTooLong", Message: "no"})
	h.call("get_costs", args{"project": "blog"}).fails("invalid_arguments")
}

func TestChartsAreReadablePictures(t *testing.T) {
	t.Parallel()
	for _, era := range eras() {
		h := start(t, func(s *setup) { s.version = era })
		for name, a := range map[string]args{
			"service": {"kind": "metrics", "service": stagingAPI(h)},
			"minutes": {"kind": "metrics", "service": stagingAPI(h), "since": "20h", "interval": "minute"},
			"project": {"kind": "metrics", "project": "eshop-production"},
			"costs":   {"kind": "costs", "org": "Northwind Trading"},
			"year":    {"kind": "costs", "org": "Northwind Trading", "since": "365d", "group_by": "service"},
			"quarter": {"kind": "costs", "org": "Northwind Trading", "since": "90d", "group_by": "day"},
			"hostile": {"kind": "costs", "org": "Northwind Trading", "group_by": "project", "since": "3d"},
		} {
			r := h.call("render_chart", a)
			if r.isError || len(r.full.Content) != 2 || r.full.StructuredContent != nil {
				t.Errorf("%s: %d parts, structured %v: %s", name, len(r.full.Content), r.full.StructuredContent, r.raw)
				continue
			}
			picture, ok := r.full.Content[1].(mcp.ImageContent)
			if !ok || picture.MIMEType != "image/png" {
				t.Fatalf("%s: the second part is %T", name, r.full.Content[1])
			}
			raw, err := base64.StdEncoding.DecodeString(picture.Data)
			if err != nil {
				t.Fatal(err)
			}
			decoded, err := png.Decode(bytes.NewReader(raw))
			if err != nil {
				t.Fatal(err)
			}
			if size := decoded.Bounds().Size(); size.X != 900 || size.Y != 420 || len(raw) > 60_000 {
				t.Errorf("%s: %v, %d bytes", name, size, len(raw))
			}
			if red, green, blue, _ := decoded.At(1, 1).RGBA(); red < 0xf000 || green < 0xf000 || blue < 0xf000 {
				t.Errorf("%s: the background is not light", name)
			}
			colours := map[string]bool{}
			for x := 0; x < 900; x += 2 {
				for y := 0; y < 420; y += 2 {
					colours[fmt.Sprint(decoded.At(x, y))] = true
				}
			}
			if len(colours) < 10 {
				t.Errorf("%s: only %d colours, so nothing is drawn", name, len(colours))
			}
			caption, ok := r.full.Content[0].(mcp.TextContent)
			if !ok || strings.Contains(caption.Text, "\n") || len(caption.Text) < 20 || strings.Contains(caption.Text, "](") {
				t.Errorf("%s: caption %q", name, r.full.Content[0])
			}
		}
	}
}

func TestChartsRefuse(t *testing.T) {
	t.Parallel()
	h := start(t)
	h.call("render_chart", args{"kind": "pie"}).fails("invalid_arguments")
	h.call("render_chart", args{"kind": "costs", "service": "api"}).fails("invalid_arguments")
	h.call("render_chart", args{"kind": "metrics", "group_by": "day"}).fails("invalid_arguments")
	h.call("render_chart", args{"kind": "metrics", "project": "eshop-production", "service": "files"}).fails("not_found")
	h.sim.Fail(simulator.Fault{Operation: "PostTransactionDebitGroupBySearch", Status: 500})
	h.call("render_chart", args{"kind": "costs", "org": "Northwind Trading"}).fails("unavailable")
}
