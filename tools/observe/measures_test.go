package observe_test

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

	"zerops-mcp/tools/tool"
	"zerops-mcp/tools/tooltest"
	"zerops-mcp/zerops/simulator"
)

func withToken(token string) func(*tooltest.Setup) {
	return func(s *tooltest.Setup) { s.Token = token }
}

func limitedTo(projects ...string) func(*tooltest.Setup) {
	return func(s *tooltest.Setup) { s.Configure = func(c *tool.Config) { c.Projects = projects } }
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
	h := tooltest.Start(t)
	r := h.Call("get_metrics", tooltest.Args{"project": "eshop-production", "service": "api"}).Ok()
	items := r.Items()
	if n := len(items); n < 24 || n > 26 || r.Get("interval") != "hour" || r.Get("time_zone") != "UTC" {
		t.Errorf("a day has %d intervals of an %v in %v", n, r.Get("interval"), r.Get("time_zone"))
	}
	peak := 0.0
	for _, item := range items {
		used, limit := number(t, item["ram_gb"]), number(t, item["ram_limit_gb"])
		if used <= 0 || used > limit || !strings.HasSuffix(fmt.Sprint(item["from"]), ":00:00Z") {
			t.Errorf("interval %v", item)
		}
		peak = max(peak, used)
	}
	if got := number(t, r.Get("services.0.ram_gb.peak")); got != peak {
		t.Errorf("the peak is %v, the highest interval %v", got, peak)
	}
	limit, headroom := number(t, r.Get("services.0.ram_gb.limit")), number(t, r.Get("services.0.ram_gb.headroom"))
	if math.Abs(limit-peak-headroom) > 1e-3 {
		t.Errorf("limit %v, peak %v, headroom %v", limit, peak, headroom)
	}
	for _, request := range h.Sim.Requests() {
		if request.Operation == "PostStatsHistoryGroupBySearch" && bytes.Contains(request.Body, []byte(`"limit"`)) {
			t.Errorf("a range and a limit are asked for at once: %s", request.Body)
		}
	}
	whole := h.Call("get_metrics", tooltest.Args{"project": "eshop-production"}).Ok()
	if services, _ := whole.Get("services").([]any); len(services) < 5 || len(whole.Items()) != 0 {
		t.Errorf("a project's peaks: %s", whole.Raw)
	}
	if h.Call("get_metrics", tooltest.Args{"service": tooltest.StagingAPI(h), "since": "30d"}).Ok().Get("interval") != "day" {
		t.Error("a month is not told by day")
	}
	long := h.Call("get_metrics", tooltest.Args{"service": tooltest.StagingAPI(h), "since": "20h", "interval": "minute"}).Ok()
	last := long.Items()[len(long.Items())-1]
	if long.Get("truncated") == nil || number(t, long.Get("total")) < 1200 || time.Since(parseTime(t, last["from"])) > 3*time.Minute {
		t.Errorf("of many intervals the newest are kept: %v, %v", long.Get("truncated"), last)
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
	h := tooltest.Start(t, limitedTo("eshop-staging"))
	h.Call("get_metrics", tooltest.Args{"service": h.Sim.ServiceID("eshop-production", "api")}).Fails("out_of_scope")
	h.Call("get_metrics", tooltest.Args{"project": h.Sim.ProjectID("eshop-production")}).Fails("out_of_scope")
	h.Call("get_metrics", tooltest.Args{"interval": "minute", "since": "7d"}).Fails("invalid_arguments")
	h.Call("get_metrics", tooltest.Args{"interval": "1h"}).Fails("invalid_arguments")
	h.Call("get_metrics", tooltest.Args{"service": "nosuch"}).Fails("not_found")
	h.Sim.Fail(simulator.Fault{Operation: "PostStatsHistoryGroupBySearch", Status: 502, Body: "<html>"})
	h.Call("get_metrics", tooltest.Args{"service": "api"}).Fails("unavailable")
}

func TestCostsByEveryGroup(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t)
	whole := h.Call("get_costs", tooltest.Args{"org": "Northwind Trading", "group_by": "project"}).Ok()
	sum := number(t, whole.Get("sum.cost_usd"))
	for _, group := range []string{"project", "service", "day"} {
		r := h.Call("get_costs", tooltest.Args{"org": "Northwind Trading", "group_by": group}).Ok()
		total := 0.0
		for _, item := range r.Items() {
			total += number(t, item["cost_usd"])
			if group != "day" && (item["name"] == nil || item["name"] == item["id"]) {
				t.Errorf("%s without a name: %v", group, item)
			}
		}
		if r.Get("truncated") == nil && math.Abs(total-sum) > sum/100 {
			t.Errorf("by %s the costs are %v, in all %v", group, total, sum)
		}
	}
	if days := len(h.Call("get_costs", tooltest.Args{"org": "Northwind Trading", "group_by": "day"}).Items()); days != 30 {
		t.Errorf("%d days where nothing was said", days)
	}
	perDay, left := number(t, whole.Get("credit.average_per_day_usd")), number(t, whole.Get("credit.days_left"))
	if credit := number(t, whole.Get("credit.credit_usd")) + number(t, whole.Get("credit.promo_credit_usd")); math.Abs(left-credit/perDay) > 1 {
		t.Errorf("%v at %v a day last %v days", credit, perDay, left)
	}
	all := h.Call("get_costs", tooltest.Args{"group_by": "organization"}).Ok()
	if len(all.Items()) != 2 || all.Items()[1]["currency"] != "EUR" || all.Items()[1]["cost"] == nil {
		t.Errorf("organisations: %s", all.Raw)
	}
	one := h.Call("get_costs", tooltest.Args{"project": "blog"}).Ok()
	if got := number(t, one.Get("sum.cost_usd")); got <= 0 || got >= sum || len(one.Items()) != 1 {
		t.Errorf("one project: %s", one.Raw)
	}
	h.Call("get_costs", nil).Fails("ambiguous")
	h.Call("get_costs", tooltest.Args{"org": "Petra's Lab", "project": "blog"}).Fails("invalid_arguments")
}

func TestCostsNeedTheRightToSeeFinances(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t, withToken(simulator.NoFinanceToken))
	for _, a := range []tooltest.Args{{}, {"project": "blog"}, {"group_by": "organization"}} {
		e := h.Call("get_costs", a).Fails("forbidden")
		if !strings.Contains(fmt.Sprint(e["message"]), "canViewFinances") || !strings.Contains(fmt.Sprint(e["hint"]), "owner or admin") {
			t.Errorf("%v: %v", a, e)
		}
	}
	h.Call("render_chart", tooltest.Args{"kind": "costs"}).Fails("forbidden")
}

// TestCostsWithinProjects is about a server that is limited to some projects: it
// must neither show nor ask for more.
func TestCostsWithinProjects(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t, limitedTo("eshop-staging", "blog"))
	r := h.Call("get_costs", tooltest.Args{"group_by": "project"}).Ok()
	for _, item := range r.Items() {
		if item["name"] != "eshop-staging" && item["name"] != "blog" {
			t.Errorf("%v is out of scope", item["name"])
		}
	}
	if len(r.Items()) != 2 || r.Get("credit") != nil || r.Get("periods") != nil || r.Get("withheld") == nil {
		t.Errorf("got %s", r.Raw)
	}
	h.Call("get_costs", tooltest.Args{"group_by": "organization"}).Fails("out_of_scope")
	h.Call("get_costs", tooltest.Args{"project": h.Sim.ProjectID("eshop-production")}).Fails("out_of_scope")
	if n := h.Sim.Calls("PostTransactionDebitCostSearch"); n != 0 {
		t.Error("the organisation's totals were read")
	}
	for _, request := range h.Sim.Requests() {
		if request.Operation == "PostTransactionDebitGroupBySearch" && !bytes.Contains(request.Body, []byte("projectId\",\"operator")) {
			t.Errorf("costs of all projects were asked for: %s", request.Body)
		}
	}
	h.Sim.Fail(simulator.Fault{Operation: "PostTransactionDebitGroupBySearch", Status: 400, Code: "transactionDebitSearchRangeTooLong", Message: "no"})
	h.Call("get_costs", tooltest.Args{"project": "blog"}).Fails("invalid_arguments")
}

func TestChartsAreReadablePictures(t *testing.T) {
	t.Parallel()
	for _, era := range tooltest.Eras() {
		h := tooltest.Start(t, func(s *tooltest.Setup) { s.Version = era })
		for name, a := range map[string]tooltest.Args{
			"service": {"kind": "metrics", "service": tooltest.StagingAPI(h)},
			"minutes": {"kind": "metrics", "service": tooltest.StagingAPI(h), "since": "20h", "interval": "minute"},
			"project": {"kind": "metrics", "project": "eshop-production"},
			"costs":   {"kind": "costs", "org": "Northwind Trading"},
			"year":    {"kind": "costs", "org": "Northwind Trading", "since": "365d", "group_by": "service"},
			"quarter": {"kind": "costs", "org": "Northwind Trading", "since": "90d", "group_by": "day"},
			"hostile": {"kind": "costs", "org": "Northwind Trading", "group_by": "project", "since": "3d"},
		} {
			r := h.Call("render_chart", a)
			if r.IsError || len(r.Full.Content) != 2 || r.Full.StructuredContent != nil {
				t.Errorf("%s: %d parts, structured %v: %s", name, len(r.Full.Content), r.Full.StructuredContent, r.Raw)
				continue
			}
			picture, ok := r.Full.Content[1].(mcp.ImageContent)
			if !ok || picture.MIMEType != "image/png" {
				t.Fatalf("%s: the second part is %T", name, r.Full.Content[1])
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
			caption, ok := r.Full.Content[0].(mcp.TextContent)
			if !ok || strings.Contains(caption.Text, "\n") || len(caption.Text) < 20 || strings.Contains(caption.Text, "](") {
				t.Errorf("%s: caption %q", name, r.Full.Content[0])
			}
		}
	}
}

func TestChartsRefuse(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t)
	h.Call("render_chart", tooltest.Args{"kind": "pie"}).Fails("invalid_arguments")
	h.Call("render_chart", tooltest.Args{"kind": "costs", "service": "api"}).Fails("invalid_arguments")
	h.Call("render_chart", tooltest.Args{"kind": "metrics", "group_by": "day"}).Fails("invalid_arguments")
	h.Call("render_chart", tooltest.Args{"kind": "metrics", "project": "eshop-production", "service": "files"}).Fails("not_found")
	h.Sim.Fail(simulator.Fault{Operation: "PostTransactionDebitGroupBySearch", Status: 500})
	h.Call("render_chart", tooltest.Args{"kind": "costs", "org": "Northwind Trading"}).Fails("unavailable")
}
