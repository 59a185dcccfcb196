package zerops_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"

	"zerops-mcp/zerops"
	"zerops-mcp/zerops/simulator"
)

// followed is a client that follows one log of a simulated account in virtual time.
type followed struct {
	t       *testing.T
	sim     *simulator.Simulator
	client  *zerops.Client
	grant   *zerops.LogGrant
	service string
	ahead   atomic.Int64 // how far the platform's clock is ahead of ours
}

func follow(t *testing.T, through func(http.RoundTripper) http.RoundTripper) *followed {
	t.Helper()
	f := &followed{t: t}
	sim := simulator.New(simulator.WithLogLines(0), simulator.WithClock(func() time.Time { return time.Now().Add(time.Duration(f.ahead.Load())) }))
	api, err := zerops.NewAPI(zerops.APIOptions{Address: "http://127.0.0.1:1", Transport: through(sim.RoundTripper())})
	if err != nil {
		t.Fatal(err)
	}
	f.sim, f.client, f.service = sim, api.Client(simulator.OwnerToken), sim.ServiceID("eshop-staging", "api")
	if f.grant, err = f.client.LogGrant(t.Context(), sim.ProjectID("eshop-staging")); err != nil {
		t.Fatal(err)
	}
	return f
}

func plainly(next http.RoundTripper) http.RoundTripper { return next }

func (f *followed) say(texts ...string) {
	for _, text := range texts {
		f.sim.AddLog(f.service, simulator.LogLine{Text: text})
	}
}

// lines follows until n lines came or ctx ended.
func (f *followed) lines(ctx context.Context, at *zerops.LogPosition, n int) (texts []string, err error) {
	f.t.Helper()
	err = f.client.FollowLogs(ctx, f.grant, zerops.LogQuery{ServiceID: f.service, Facility: zerops.FacilityApplication}, at, func(line zerops.LogLine) bool {
		if strings.HasPrefix(line.Message, "line") {
			texts = append(texts, line.Message)
		}
		return len(texts) < n
	})
	return texts, err
}

// within runs step after a while of virtual time.
func within(wait time.Duration, step func()) { time.AfterFunc(wait, step) }

func TestFollowedLinesComeOnceAndInOrder(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := follow(t, plainly)
		f.say("line 0", "line 1")
		var at zerops.LogPosition
		known, err := f.client.FetchLogs(t.Context(), f.grant, zerops.LogQuery{ServiceID: f.service})
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range known {
			at.Passed(line)
		}
		f.say("line 2") // between reading and following
		within(3*time.Second, func() { f.say("line 3", "line 4") })
		got, err := f.lines(t.Context(), &at, 3)
		if err != nil || strings.Join(got, ",") != "line 2,line 3,line 4" {
			t.Errorf("got %v, %v", got, err)
		}
		synctest.Wait()
		if n := f.sim.LogStreams(); n != 0 {
			t.Errorf("%d streams are still open", n)
		}
	})
}

// TestFollowingGoesOnAfterDrops cuts the connection twice while lines are written,
// also between two connections.
func TestFollowingGoesOnAfterDrops(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := follow(t, plainly)
		within(2*time.Second, func() { f.say("line 0", "line 1") })
		within(4*time.Second, func() {
			if f.sim.CutLogStreams() != 1 {
				t.Error("there was no stream to cut")
			}
			f.say("line 2")
		})
		within(9*time.Second, func() { f.say("line 3"); f.sim.CutLogStreams(); f.say("line 4") })
		within(12*time.Second, func() { f.say("line 5") })
		got, err := f.lines(t.Context(), &zerops.LogPosition{}, 6)
		if err != nil || strings.Join(got, ",") != "line 0,line 1,line 2,line 3,line 4,line 5" {
			t.Errorf("got %v, %v", got, err)
		}
		if n := f.sim.Calls("GET /api/rest/log/project/*/stream"); n != 3 {
			t.Errorf("%d connections, want 3", n)
		}
	})
}

// TestFollowingOutlivesItsGrant lets the grant run out, after which the log service
// closes the stream and refuses to open another one with it.
func TestFollowingOutlivesItsGrant(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := follow(t, plainly)
		within(2*time.Second, func() { f.say("line 0") })
		within(4*time.Second, func() { f.ahead.Store(int64(2 * time.Hour)) })
		within(9*time.Second, func() { f.say("line 1") })
		got, err := f.lines(t.Context(), &zerops.LogPosition{}, 2)
		if err != nil || strings.Join(got, ",") != "line 0,line 1" {
			t.Errorf("got %v, %v", got, err)
		}
		if n := f.sim.Calls("GetProjectLog"); n != 2 {
			t.Errorf("%d grants, want 2", n)
		}
	})
}

func TestFollowingEndsWithItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := follow(t, plainly)
		f.say("line 0")
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		began := time.Now()
		got, err := f.lines(ctx, &zerops.LogPosition{}, 9)
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != 10*time.Second || len(got) != 1 {
			t.Errorf("%v, %v after %v", got, err, time.Since(began))
		}
		synctest.Wait()
		if n := f.sim.LogStreams(); n != 0 {
			t.Errorf("%d streams are still open", n)
		}
	})
}

// answering answers the requests for a stream by itself.
type answering struct {
	next   http.RoundTripper
	answer func(*http.Request) (*http.Response, error)
	asked  atomic.Int32
}

// RoundTrip answers what asks for a stream.
func (a *answering) RoundTrip(r *http.Request) (*http.Response, error) {
	if strings.HasSuffix(r.URL.Path, "/stream") {
		a.asked.Add(1)
		return a.answer(r)
	}
	return a.next.RoundTrip(r)
}

func TestALogServiceWithoutStreamIsToldApart(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name   string
		status int
		asked  int32
	}{
		{"unknown route", 404, 1}, {"another protocol", 200, 1}, {"redirect", 302, 1}, {"refused for good", 401, 2}, {"broken", 503, 4}, {"unreachable", 0, 4},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var between *answering
				f := follow(t, func(next http.RoundTripper) http.RoundTripper {
					between = &answering{next: next, answer: func(r *http.Request) (*http.Response, error) {
						if tc.status == 0 {
							return nil, fmt.Errorf("no way to %s", r.URL)
						}
						return reply(tc.status, r.URL.String()), nil
					}}
					return between
				})
				_, err := f.lines(t.Context(), &zerops.LogPosition{}, 1)
				var external *zerops.ExternalError
				if !errors.Is(err, zerops.ErrNoStream) || !errors.As(err, &external) || external.Status != tc.status || between.asked.Load() != tc.asked {
					t.Errorf("%v after %d requests", err, between.asked.Load())
				}
				for _, secret := range f.grant.Secrets() {
					if strings.Contains(err.Error(), secret.OpenForRedactor()) {
						t.Errorf("the error shows the grant: %v", err)
					}
				}
			})
		})
	}
}

// oddStream is a log service of its own whose streams do as play says.
func oddStream(t *testing.T, play func(n int, conn *websocket.Conn, r *http.Request)) (*zerops.Client, *zerops.LogGrant) {
	t.Helper()
	var n atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/api/") {
			fmt.Fprintf(w, `{"url":"http://%s/log?accessToken=%s"}`, r.Host, logSecret)
			return
		}
		if r.URL.Path != "/log/stream" || r.URL.Query().Get("accessToken") != logSecret || r.Header.Get("Authorization") != "" {
			w.WriteHeader(http.StatusTeapot)
			return
		}
		conn, err := websocket.Accept(w, r, nil)
		if err != nil {
			return
		}
		play(int(n.Add(1)), conn, r)
		_ = conn.CloseNow()
	}))
	t.Cleanup(server.Close)
	api, err := zerops.NewAPI(zerops.APIOptions{Address: server.URL})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(api.CloseIdle)
	client := api.Client("fake-token-word")
	grant, err := client.LogGrant(t.Context(), logProject)
	if err != nil {
		t.Fatal(err)
	}
	return client, grant
}

// TestOddStreams is about log services that send other things than expected.
func TestOddStreams(t *testing.T) {
	t.Parallel()
	line := func(n int) string {
		return fmt.Sprintf(`{"id":"%d","timestamp":"2026-03-01T10:00:0%[1]dZ","message":"line %[1]d"}`, n)
	}
	send := func(conn *websocket.Conn, text string) {
		_ = conn.Write(context.WithoutCancel(t.Context()), websocket.MessageText, []byte(text))
	}
	froms := make(chan string, 10)
	for _, tc := range []struct {
		name string
		play func(n int, conn *websocket.Conn, r *http.Request)
		want string
		err  bool
	}{
		{"greetings and single lines", func(_ int, conn *websocket.Conn, _ *http.Request) {
			send(conn, `hello`)
			send(conn, `{"items":[]}`)
			send(conn, ``)
			send(conn, line(1))
			send(conn, `[`+line(2)+`]`)
			send(conn, `{"items":[`+line(3)+`]}`)
		}, "line 1,line 2,line 3", false},
		{"everything again after a drop", func(n int, conn *websocket.Conn, r *http.Request) {
			froms <- r.URL.Query().Get("from")
			send(conn, `{"items":[`+line(1)+`]}`)
			if n > 1 {
				send(conn, `{"items":[`+line(2)+`]}`)
				send(conn, `{"items":[`+line(3)+`]}`)
			}
		}, "line 1,line 2,line 3", false},
		{"a message without end", func(_ int, conn *websocket.Conn, _ *http.Request) {
			send(conn, `{"items":[{"id":"1","message":"`+strings.Repeat("x", 5<<20)+`"}]}`)
		}, "", true},
		{"nothing at all", func(int, *websocket.Conn, *http.Request) {}, "", true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			client, grant := oddStream(t, tc.play)
			var got []string
			err := client.FollowLogs(t.Context(), grant, zerops.LogQuery{}, &zerops.LogPosition{}, func(l zerops.LogLine) bool {
				got = append(got, l.Message)
				return len(got) < 3
			})
			if strings.Join(got, ",") != tc.want || (err != nil) != tc.err || errors.Is(err, zerops.ErrNoStream) {
				t.Errorf("got %v, %v", got, err)
			}
			if err != nil && strings.Contains(err.Error(), logSecret) {
				t.Errorf("the error shows the grant: %v", err)
			}
		})
	}
	t.Cleanup(func() {
		if first, second := <-froms, <-froms; first != "" || second != "1" {
			t.Errorf("followed from %q, then from %q", first, second)
		}
	})
}

// TestStreamsOfHostsThatSpeakHTTP2 opens a stream, which takes a connection of its own
// with the older protocol.
func TestStreamsOfHostsThatSpeakHTTP2(t *testing.T) {
	t.Parallel()
	var protocols [2]string
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/api/") {
			protocols[0] = r.Proto
			fmt.Fprintf(w, `{"url":"https://%s/log?accessToken=%s"}`, r.Host, logSecret)
			return
		}
		protocols[1] = r.Proto
		conn, err := websocket.Accept(w, r, nil)
		if err != nil {
			return
		}
		_ = conn.Write(r.Context(), websocket.MessageText, []byte(`{"items":[{"id":"1","message":"here"}]}`))
		_, _, _ = conn.Read(r.Context())
	}))
	server.EnableHTTP2 = true
	server.StartTLS()
	t.Cleanup(server.Close)
	api, err := zerops.NewAPI(zerops.APIOptions{Address: server.URL, Transport: server.Client().Transport})
	if err != nil {
		t.Fatal(err)
	}
	client := api.Client("fake-token-word")
	grant, err := client.LogGrant(t.Context(), logProject)
	if err != nil {
		t.Fatal(err)
	}
	err = client.FollowLogs(t.Context(), grant, zerops.LogQuery{}, &zerops.LogPosition{}, func(l zerops.LogLine) bool { return l.Message != "here" })
	if err != nil || protocols != [2]string{"HTTP/2.0", "HTTP/1.1"} {
		t.Errorf("%v, by %v", err, protocols)
	}
}

// TestManyLinesAreRememberedWithinBounds tells more lines than are kept by name and
// then the last ones again.
func TestManyLinesAreRememberedWithinBounds(t *testing.T) {
	t.Parallel()
	var at zerops.LogPosition
	began := time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)
	line := func(i int) zerops.LogLine {
		return zerops.LogLine{ID: fmt.Sprint("id", i), Time: began.Add(time.Duration(i) * time.Second), Message: "again"}
	}
	for i := range 10_000 {
		if !at.Advance(line(i)) {
			t.Fatalf("line %d counts as known", i)
		}
	}
	for i := range 10_000 {
		if at.Advance(line(i)) {
			t.Fatalf("line %d counts as new the second time", i)
		}
	}
	if !at.Advance(line(10_000)) || !at.Advance(zerops.LogLine{ID: "without time"}) {
		t.Error("new lines count as known")
	}
}
