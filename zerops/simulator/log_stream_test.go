package simulator_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"zerops-mcp/zerops/simulator"
)

// streamed connects to the live log as the vendor's client does.
func (a api) streamed(project, query string) *websocket.Conn {
	a.t.Helper()
	address, _ := a.get("/project/" + project + "/log")["url"].(string)
	path, token, _ := strings.Cut(address, "?")
	conn, response, err := websocket.Dial(a.t.Context(), "ws"+strings.TrimPrefix(path, "http")+"/stream?"+token+query, nil)
	if response != nil && response.Body != nil {
		_ = response.Body.Close()
	}
	if err != nil {
		a.t.Fatal(err)
	}
	a.t.Cleanup(func() { _ = conn.CloseNow() })
	return conn
}

// next reads messages until there is one with lines.
func next(t *testing.T, conn *websocket.Conn) (texts []string, last string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	_, message, err := conn.Read(ctx)
	if err != nil {
		t.Fatal(err)
	}
	var answer struct {
		Items []struct {
			ID      string `json:"id"`
			Message string `json:"message"`
		} `json:"items"`
	}
	if err := json.Unmarshal(message, &answer); err != nil || len(answer.Items) == 0 {
		t.Fatalf("%s: %v", message, err)
	}
	for _, item := range answer.Items {
		texts, last = append(texts, item.Message), item.ID
	}
	return texts, last
}

func TestLogStream(t *testing.T) {
	t.Parallel()
	at := newClock()
	a := start(t, simulator.WithLogLines(0), simulator.WithClock(at.Now))
	project, service := a.sim.ProjectID("eshop-staging"), a.sim.ServiceID("eshop-staging", "api")
	say := func(texts ...string) {
		for _, text := range texts {
			at.forward(time.Second)
			a.sim.AddLog(service, simulator.LogLine{Text: text})
		}
	}
	say("one", "two", "three")
	query := "&limit=2&desc=0&facility=16&serviceStackId=" + service
	conn := a.streamed(project, query)
	texts, last := next(t, conn)
	if strings.Join(texts, ",") != "two,three" {
		t.Errorf("a stream begins with %v", texts)
	}
	say("four")
	if texts, _ = next(t, conn); strings.Join(texts, ",") != "four" {
		t.Errorf("it goes on with %v", texts)
	}
	if n := a.sim.CutLogStreams(); n != 1 {
		t.Errorf("%d streams were open", n)
	}
	if _, _, err := conn.Read(t.Context()); err == nil || websocket.CloseStatus(err) != -1 {
		t.Errorf("a cut stream ends with %v", err)
	}
	if texts, _ = next(t, a.streamed(project, query+"&from="+last)); strings.Join(texts, ",") != "four" {
		t.Errorf("behind the last line comes %v", texts)
	}

	conn = a.streamed(project, query)
	at.forward(2 * time.Hour)
	for {
		if _, _, err := conn.Read(t.Context()); err != nil {
			if websocket.CloseStatus(err) != websocket.StatusGoingAway {
				t.Errorf("when the grant has run out: %v", err)
			}
			break
		}
	}
	address, _ := a.get("/project/" + project + "/log")["url"].(string)
	a.as("").refused(http.MethodGet, strings.Replace(address, "?", "/stream?x", 1), nil, 401, "notAuthorized")
}
