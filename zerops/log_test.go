package zerops_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"zerops-mcp/zerops"
)

const (
	logProject = "pppppppppppppppppppppp"
	logSecret  = "canary-grant-word"
)

// roundTrip answers requests without a network.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func reply(status int, body string) *http.Response {
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body))}
}

// logClient is a client whose API hands out address as log grant and whose log
// service is logs.
func logClient(tb testing.TB, api, address string, logs func(*http.Request) *http.Response) *zerops.Client {
	tb.Helper()
	a, err := zerops.NewAPI(zerops.APIOptions{Address: api, Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		if strings.HasPrefix(r.URL.Path, "/api/rest/public/project/") {
			grant, err := json.Marshal(map[string]string{"accessToken": logSecret, "url": address, "expiration": "2026-01-02T03:04:05Z"})
			return reply(200, string(grant)), err
		}
		return logs(r), nil
	})})
	if err != nil {
		tb.Fatal(err)
	}
	return a.Client("fake-token-word")
}

func TestFetchLogsSendsTheQueryButNoToken(t *testing.T) {
	t.Parallel()
	var seen *http.Request
	c := logClient(t, "", "GET proxy.app-prg1.zerops.io/api/log?accessToken="+logSecret, func(r *http.Request) *http.Response {
		seen = r
		return reply(200, `{"items":[
			{"id":"2","timestamp":"2026-03-01T10:00:00.5Z","message":"newer","severity":3,"facility":16,"tag":"zbuilder@x","containerId":"c1"},
			{"id":1,"timestamp":"2026-03-01T10:00:00.123456789Z","content":"older","severity":"6"},
			{"id":"0","timestamp":"not a time","message":{"odd":true}}]}`)
	})
	grant, err := c.LogGrant(t.Context(), logProject)
	if err != nil {
		t.Fatal(err)
	}
	severity := zerops.SeverityWarning
	lines, err := c.FetchLogs(t.Context(), grant, zerops.LogQuery{
		Limit: 50, ServiceID: "s", Facility: zerops.FacilityApplication, MinSeverity: &severity, Tags: []string{"a", "b"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := seen.Header.Get("Authorization"); got != "" {
		t.Errorf("the log service was sent %q", got)
	}
	if got, want := seen.URL.String(), "https://proxy.app-prg1.zerops.io/api/log?accessToken="+logSecret+"&desc=1&facility=16&limit=50&minimumSeverity=4&serviceStackId=s&tags=a%2Cb"; got != want {
		t.Errorf("asked %s\nwant  %s", got, want)
	}
	if len(lines) != 3 || lines[0].Message != "newer" || lines[1].Message != "older" || lines[1].Severity != 6 || !lines[2].Time.IsZero() {
		t.Errorf("lines = %+v", lines)
	}
	if !lines[1].Time.Before(lines[0].Time) {
		t.Error("times with different digits compare wrongly")
	}
	if text := fmt.Sprintf("%v %+v %#v", grant, grant, grant); strings.Contains(text, logSecret) {
		t.Errorf("the grant prints itself: %s", text)
	}
}

func TestLogAddressIsChecked(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, api, address string
		ok                 bool
	}{
		{"same host", "", "https://api.app-prg1.zerops.io/log?a=b", true},
		{"sibling", "", "proxy.app-prg1.zerops.io/log?a=b", true},
		{"other port", "", "https://proxy.zerops.io:8443/log?a=b", true},
		{"plain http", "", "http://proxy.app-prg1.zerops.io/log?a=b", false},
		{"lookalike", "", "https://evilzerops.io/log?a=b", false},
		{"suffix", "", "https://zerops.io.evil.example/log?a=b", false},
		{"credentials", "", "https://zerops.io@evil.example/log", false},
		{"loopback", "", "https://127.0.0.1/log", false},
		{"metadata service", "", "http://169.254.169.254/latest", false},
		{"public suffix", "https://api.example.co.uk", "https://other.co.uk/log", false},
		{"own under public suffix", "https://api.example.co.uk", "https://logs.example.co.uk/log", true},
		{"local API", "http://127.0.0.1:1", "http://localhost:4711/log?a=b", true},
		{"local API, foreign log", "http://127.0.0.1:1", "https://proxy.app-prg1.zerops.io/log", false},
		{"file", "http://127.0.0.1:1", "file://localhost/etc/passwd", false},
		{"nothing", "", "", false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			asked := false
			c := logClient(t, tc.api, tc.address, func(*http.Request) *http.Response {
				asked = true
				return reply(200, `{"items":[]}`)
			})
			grant, err := c.LogGrant(t.Context(), logProject)
			if err == nil {
				_, err = c.FetchLogs(t.Context(), grant, zerops.LogQuery{})
			}
			if (err == nil) != tc.ok || asked != tc.ok {
				t.Errorf("error %v, asked %v; want ok %v", err, asked, tc.ok)
			}
			if err != nil && tc.address != "" && strings.Contains(err.Error(), tc.address) {
				t.Errorf("the error shows the address: %v", err)
			}
		})
	}
}

func TestFetchLogsRenewsARefusedGrantOnce(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name             string
		refusals, status int
		requests         int
		ok               bool
	}{
		{"expired", 1, 401, 2, true},
		{"forbidden", 1, 403, 2, true},
		{"for good", 9, 401, 2, false},
		{"another refusal", 9, 400, 1, false},
		{"passing fault", 1, 503, 2, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			requests := 0
			c := logClient(t, "", "https://log.zerops.io/?accessToken="+logSecret, func(*http.Request) *http.Response {
				if requests++; requests <= tc.refusals {
					return reply(tc.status, logSecret)
				}
				return reply(200, `{"items":[{"id":"1","message":"here"}]}`)
			})
			grant, err := c.LogGrant(t.Context(), logProject)
			if err != nil {
				t.Fatal(err)
			}
			lines, err := c.FetchLogs(t.Context(), grant, zerops.LogQuery{})
			if (err == nil) != tc.ok || tc.ok && len(lines) != 1 || requests != tc.requests {
				t.Errorf("%d lines, error %v after %d requests", len(lines), err, requests)
			}
			if errors.Is(err, zerops.ErrUnauthorized) || errors.Is(err, zerops.ErrForbidden) {
				t.Errorf("%v blames the caller's token", err)
			}
			if err != nil && strings.Contains(err.Error(), logSecret) {
				t.Errorf("the error shows the grant: %v", err)
			}
		})
	}
}

func TestFetchLogsDoesNotFollowRedirects(t *testing.T) {
	t.Parallel()
	followed := false
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { followed = true }))
	defer elsewhere.Close()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/api/") {
			fmt.Fprintf(w, `{"url":"http://%s/log?accessToken=%s"}`, r.Host, logSecret)
			return
		}
		http.Redirect(w, r, elsewhere.URL, http.StatusFound)
	}))
	defer server.Close()
	api, err := zerops.NewAPI(zerops.APIOptions{Address: server.URL})
	if err != nil {
		t.Fatal(err)
	}
	defer api.CloseIdle()
	c := api.Client("fake-token-word")
	grant, err := c.LogGrant(t.Context(), logProject)
	if err != nil {
		t.Fatal(err)
	}
	if _, err = c.FetchLogs(t.Context(), grant, zerops.LogQuery{}); err == nil || followed {
		t.Errorf("error %v, followed %v", err, followed)
	}
}

func TestFetchLogsBoundsTheAnswer(t *testing.T) {
	t.Parallel()
	line := `{"id":"1","message":"` + strings.Repeat("x", 1000) + `"}`
	body := `{"items":[` + line + strings.Repeat(","+line, 999) + `]}`
	api, err := zerops.NewAPI(zerops.APIOptions{MaxResponse: 100_000, Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		if strings.HasPrefix(r.URL.Path, "/api/rest/public/project/") {
			return reply(200, `{"url":"https://log.zerops.io/?a=b"}`), nil
		}
		return reply(200, body), nil
	})})
	if err != nil {
		t.Fatal(err)
	}
	c := api.Client("fake-token-word")
	grant, err := c.LogGrant(t.Context(), logProject)
	if err != nil {
		t.Fatal(err)
	}
	lines, err := c.FetchLogs(t.Context(), grant, zerops.LogQuery{})
	if err == nil || len(lines) == 0 || len(lines) >= 100 {
		t.Errorf("%d lines, error %v; want some lines and an error", len(lines), err)
	}
	lines, err = c.FetchLogs(t.Context(), grant, zerops.LogQuery{Limit: 10})
	if err != nil || len(lines) != 10 {
		t.Errorf("%d lines, error %v; want the 10 asked for", len(lines), err)
	}
}

func FuzzFetchLogs(f *testing.F) {
	for _, seed := range []string{
		`{"items":[{"id":"1","timestamp":"2026-03-01T10:00:00Z","message":"m","severity":6}]}`,
		`{"items":null}`, `{"other":{"a":[1]},"items":[]}`, `[]`, `[{"severity":"x","timestamp":1767323045123}]`,
		`{"items":[1,"two",null,[3]]}`, `{"items":{}}`, `<html>`, `{"items":[{"message":"cut`, "", "null",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		c := logClient(t, "", "https://log.zerops.io/?a=b", func(*http.Request) *http.Response { return reply(200, string(body)) })
		grant, err := c.LogGrant(t.Context(), logProject)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond) // shorter than a retry
		defer cancel()
		lines, err := c.FetchLogs(ctx, grant, zerops.LogQuery{Limit: 100})
		if len(lines) > 100 {
			t.Errorf("%d lines", len(lines))
		}
		var external *zerops.ExternalError
		if err != nil && !errors.As(err, &external) {
			t.Errorf("untyped error %v", err)
		}
		for _, line := range lines {
			if len(line.Message) > 33<<10 {
				t.Errorf("a message of %d bytes", len(line.Message))
			}
		}
	})
}

// TestRenewalOfAGrantLastsNobodyLonger: while one caller waits for a new grant,
// another one that needs it keeps its own deadline.
func TestRenewalOfAGrantLastsNobodyLonger(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		api, err := zerops.NewAPI(zerops.APIOptions{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			if !strings.HasPrefix(r.URL.Path, "/api/rest/public/project/") {
				return reply(http.StatusUnauthorized, ""), nil
			}
			if asked++; asked > 1 {
				<-r.Context().Done()
				return nil, r.Context().Err()
			}
			return reply(200, `{"url":"https://proxy.app-prg1.zerops.io/api/log?accessToken=`+logSecret+`"}`), nil
		})})
		if err != nil {
			t.Fatal(err)
		}
		c := api.Client("fake-token-word")
		grant, err := c.LogGrant(t.Context(), logProject)
		if err != nil {
			t.Fatal(err)
		}
		patient, stop := context.WithCancel(t.Context())
		defer stop()
		go func() { _, _ = c.FetchLogs(patient, grant, zerops.LogQuery{}) }()
		synctest.Wait()
		hurried, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		began := time.Now()
		if _, err := c.FetchLogs(hurried, grant, zerops.LogQuery{}); !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != time.Second {
			t.Errorf("%v after %v, want its deadline after 1s", err, time.Since(began))
		}
	})
}
