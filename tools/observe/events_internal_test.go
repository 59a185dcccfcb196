package observe

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestTimelineMerges tells a failed build, a notification of its own, and what
// nobody should see.
func TestTimelineMerges(t *testing.T) {
	t.Parallel()
	line := timeline{since: time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC), services: map[string]string{"s1": "api"}}
	for text, into := range map[string]any{
		`[{"id":"p1","actionName":"stack.build","status":"FAILED","created":"2026-11-23T10:00:00.120Z","appVersion":{"id":"v1"}},
		  {"id":"p2","actionName":"zL7Master.sync","status":"FINISHED","created":"2026-11-23T10:01:00Z"},
		  {"id":"p3","actionName":"stack.restart","status":"FINISHED","created":"2026-11-22T23:30:00Z","finished":"2026-11-23T00:10:00Z"},
		  {"id":"p4","actionName":"stack.restart","status":"FINISHED","created":"2026-11-22T22:30:00Z","finished":"2026-11-22T22:31:00Z"}]`: &line.processes,
		`[{"id":"v1","status":"WAITING_TO_BUILD","source":"CLI","serviceStackId":"s1","created":"2026-11-23T09:59:00Z"},
		  {"id":"v2","status":"ACTIVE","source":"NONE","serviceStackId":"s1","created":"2026-11-23T11:00:00Z"}]`: &line.versions,
		`[{"id":"n1","type":"ERROR","actionName":"stack.build","actionCreated":"2026-11-23T10:00:00.120Z","created":"2026-11-23T10:00:05Z","error":{"code":"c","message":"no setup"}},
		  {"id":"n2","type":"WARNING","actionName":"container.oom","actionCreated":"2026-11-23T12:00:00Z","created":"2026-11-23T12:00:01Z","serviceStackId":"s1"},
		  {"id":"n3","type":"ERROR","actionName":"zL7Master.sync","actionCreated":"2026-11-23T10:01:00Z","created":"2026-11-23T10:01:01Z"}]`: &line.notifications,
	} {
		if err := json.Unmarshal([]byte(text), into); err != nil {
			t.Fatal(err)
		}
	}
	events := line.events()
	var ids []string
	for _, e := range events {
		ids = append(ids, e.ID)
	}
	if got := strings.Join(ids, " "); got != "n2 p1 v1 p3" {
		t.Fatalf("events %s", got)
	}
	if events[0].Kind != "notification" || events[0].Service != "api" || events[0].failed {
		t.Errorf("the warning: %+v", events[0])
	}
	for _, id := range []string{"p1", "v1"} { // the process has no reason, its notification has
		e := events[slices.Index(ids, id)]
		if e.Error != "no setup" || !e.failed {
			t.Errorf("%s: %+v", id, e)
		}
	}
}
