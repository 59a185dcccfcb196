package services_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"zerops-mcp/tools/tool"
	"zerops-mcp/tools/tooltest"
	"zerops-mcp/zerops"
)

// TestLocalStorageIsAServiceLikeOthers lists, creates and shows one, and says what
// became of the kind before it.
func TestLocalStorageIsAServiceLikeOthers(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t)
	types := map[string]map[string]any{}
	for _, row := range h.Call("list_service_types", tooltest.Args{"name_contains": "storage"}).Items() {
		types[fmt.Sprint(row["id"])] = row
	}
	if types["local-storage"] == nil || types["local-storage"]["note"] != nil || !strings.Contains(fmt.Sprint(types["shared-storage"]["note"]), "deprecated") {
		t.Errorf("types: %v", types)
	}
	made := h.Call("create_service", tooltest.Args{"project": tooltest.Staging, "hostname": "disk", "type": "local-storage"}).Status("done")
	if !strings.HasPrefix(made.Str("service.type"), "local") || made.Get("service.note") != nil {
		t.Errorf("created: %s", made.Raw)
	}
	old := h.Call("create_service", tooltest.Args{"project": tooltest.Staging, "hostname": "share", "type": "shared-storage"}).Status("done")
	if !strings.Contains(old.Str("service.note"), "run.volume") {
		t.Errorf("created: %s", old.Raw)
	}
	for _, spelling := range []string{"LOCAL_STORAGE", "local-storage", "local storage"} {
		listed := h.Call("list_services", tooltest.Args{"project": tooltest.Staging, "category": spelling}).Ok()
		if items := listed.Items(); len(items) != 1 || items[0]["hostname"] != "disk" || listed.Get("message") != nil {
			t.Errorf("%s: %s", spelling, listed.Raw)
		}
	}
	nothing := h.Call("list_services", tooltest.Args{"project": tooltest.Staging, "category": "quantum"}).Ok()
	if len(nothing.Items()) != 0 || !strings.Contains(nothing.Str("message"), "nothing has the category QUANTUM; there is LOCAL_STORAGE, ") {
		t.Errorf("of an unknown category: %s", nothing.Raw)
	}
}

// renamed is a platform that has other words than today's.
type renamed struct {
	next  http.RoundTripper
	words *strings.Replacer
}

// RoundTrip replaces words in the answers.
func (r renamed) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := r.next.RoundTrip(request)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(response.Body)
	_ = response.Body.Close()
	text := r.words.Replace(string(body))
	response.Body, response.ContentLength = io.NopCloser(bytes.NewReader([]byte(text))), int64(len(text))
	response.Header.Del("Content-Length")
	return response, err
}

// TestWordsOfALaterPlatformPass shows and finds services of a category, a status and a
// type that nobody knows today.
func TestWordsOfALaterPlatformPass(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t, func(s *tooltest.Setup) {
		s.API = func(o *zerops.APIOptions) {
			o.Transport = renamed{&http.Transport{}, strings.NewReplacer(`"STANDARD"`, `"QUANTUM_STORE"`, `"ACTIVE"`, `"HOVERING"`, "postgresql", "qubitdb")}
		}
	})
	items := h.Call("list_services", tooltest.Args{"project": h.Sim.ProjectID(tooltest.Staging), "category": "quantum_store", "status": "hovering"}).Items()
	if len(items) == 0 || items[0]["category"] != "QUANTUM_STORE" || items[0]["status"] != "HOVERING" {
		t.Errorf("services: %v", items)
	}
	rows := h.Call("list_service_types", tooltest.Args{"category": "quantum-store"}).Items()
	if len(rows) == 0 || rows[0]["category"] != "QUANTUM_STORE" {
		t.Errorf("types: %v", rows)
	}
	h.Call("get_service", tooltest.Args{"service": h.Sim.ServiceID(tooltest.Staging, "db")}).Ok()
}

// TestUnknownModesPassAndAreRemarkedOn: the platform decides what a mode is; one that
// may cost money is asked about.
func TestUnknownModesPassAndAreRemarkedOn(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t, tooltest.TwoStep)
	e := h.Call("scale_service", tooltest.Args{"project": tooltest.Staging, "service": "api", "cpu_mode": "burst"})
	sent := ""
	for _, r := range h.Sim.Requests() {
		if r.Operation == "PutServiceStackAutoscaling" {
			sent = string(r.Body)
		}
	}
	if !strings.Contains(sent, `"cpuMode":"BURST"`) || !strings.Contains(e.Status("done").Str("message"), "BURST is not known") {
		t.Errorf("sent %s, answered %s", sent, e.Raw)
	}
	known := h.Call("create_service", tooltest.Args{"project": tooltest.Staging, "hostname": "steady", "type": "nodejs@22", "cpu_mode": "dedicated"}).Status("done")
	if known.Get("message") != nil || known.Get("service.scaling.cpu_mode") != "DEDICATED" {
		t.Errorf("got %s", known.Raw)
	}
	first := h.Call("create_project", tooltest.Args{"name": "later", "org": "Northwind Trading", "mode": "grand"}).Status("confirmation_required")
	if cost := first.Str("plan.cost"); !strings.Contains(cost, "GRAND is not known") {
		t.Errorf("the plan: %s", first.Raw)
	}
	h.Call("create_service", tooltest.Args{"project": tooltest.Staging, "hostname": "modern", "type": "postgresql@17", "mode": "quorum"}).Fails("invalid_arguments")
}

// TestAddressesNameTheirRegion: services of other regions have addresses there, and
// none is guessed.
func TestAddressesNameTheirRegion(t *testing.T) {
	t.Parallel()
	for zone, want := range map[string]string{"ny1-zerops.zone": ".ny1.zerops.app", "elsewhere": ""} {
		h := tooltest.Start(t, func(s *tooltest.Setup) {
			s.API = func(o *zerops.APIOptions) {
				o.Transport = renamed{&http.Transport{}, strings.NewReplacer("prg1-zerops.zone", zone)}
			}
			s.Configure = func(c *tool.Config) { c.AllowSecrets = true }
		})
		r := h.Call("get_service", tooltest.Args{"project": tooltest.Staging, "service": "app"}).Ok()
		got, _ := r.Get("urls.0.url").(string)
		if want == "" && got != "" || !strings.HasSuffix(got, want) {
			t.Errorf("in the zone %s: %q", zone, got)
		}
	}
}
