package zerops_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"zerops-mcp/zerops"
)

// answers is a transport that needs no network, so that time can be false.
type answers func(n int, r *http.Request) (*http.Response, error)

type scripted struct {
	answer answers
	n      atomic.Int64
}

// RoundTrip answers the next request from the script.
func (s *scripted) RoundTrip(r *http.Request) (*http.Response, error) {
	return s.answer(int(s.n.Add(1)), r)
}

func respond(status int, header http.Header, body string) *http.Response {
	if header == nil {
		header = http.Header{}
	}
	return &http.Response{StatusCode: status, Header: header, Body: io.NopCloser(strings.NewReader(body))}
}

func newClient(t *testing.T, answer answers) (*zerops.Client, *scripted) {
	t.Helper()
	s := &scripted{answer: answer}
	api, err := zerops.NewAPI(zerops.APIOptions{Transport: s})
	if err != nil {
		t.Fatal(err)
	}
	return api.Client("obviously-fake"), s
}

const id = "AAAAAAAAAAAAAAAAAAAAAA"

// canned is an answer that was not made yet.
type canned struct {
	status int
	header http.Header
	body   string
}

func TestRetries(t *testing.T) {
	t.Parallel()
	after := func(s string) http.Header { return http.Header{"Retry-After": {s}} }
	for _, c := range []struct {
		name    string
		first   canned
		err     error
		write   bool
		timeout time.Duration
		sent    int64
		waited  time.Duration // at least
	}{
		{name: "503 once", first: canned{503, nil, ""}, sent: 2},
		{name: "429 obeys Retry-After", first: canned{429, after("7"), ""}, sent: 2, waited: 7 * time.Second},
		{name: "Retry-After past the deadline", first: canned{429, after("7"), ""}, timeout: 5 * time.Second, sent: 1},
		{name: "404 is final", first: canned{404, nil, ""}, sent: 1},
		{name: "400 is final", first: canned{400, nil, `{"error":{"code":"projectNotFound","message":"x"}}`}, sent: 1},
		{name: "connection reset", err: errors.New("connection reset"), sent: 2},
		{name: "HTML is final", first: canned{200, nil, "<html>"}, sent: 1},
		{name: "a write is sent once", first: canned{503, nil, ""}, write: true, sent: 1},
		{name: "a lost write is sent once", err: errors.New("connection reset"), write: true, sent: 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				client, script := newClient(t, func(n int, _ *http.Request) (*http.Response, error) {
					if n == 1 {
						if c.err != nil {
							return nil, c.err
						}
						return respond(c.first.status, c.first.header, c.first.body), nil
					}
					return respond(200, nil, `{}`), nil
				})
				ctx := t.Context()
				if c.timeout > 0 {
					var cancel context.CancelFunc
					ctx, cancel = context.WithTimeout(ctx, c.timeout)
					defer cancel()
				}
				began := time.Now()
				op := zerops.GetProject
				if c.write {
					op = zerops.PutProjectStart
				}
				_, err := client.Do(ctx, zerops.Call{Operation: op, Path: []string{id}})
				if sent := script.n.Load(); sent != c.sent {
					t.Errorf("sent %d times, want %d (%v)", sent, c.sent, err)
				}
				if waited := time.Since(began); waited < c.waited || waited > c.waited+5*time.Second {
					t.Errorf("waited %v, want %v", waited, c.waited)
				}
				if (err == nil) != (c.sent == 2) {
					t.Errorf("error %v", err)
				}
			})
		})
	}
}

func TestThreeTriesAtMost(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client, script := newClient(t, func(int, *http.Request) (*http.Response, error) { return respond(500, nil, ""), nil })
		_, err := client.Project(t.Context(), id)
		var e *zerops.Error
		if !errors.As(err, &e) || e.Attempts != 3 || script.n.Load() != 3 {
			t.Errorf("%d tries, error %v", script.n.Load(), err)
		}
	})
}

func TestAttemptsAreBoundedInTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client, _ := newClient(t, func(_ int, r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		})
		for _, c := range []struct {
			op   zerops.Operation
			most time.Duration
		}{{zerops.GetProject, 95 * time.Second}, {zerops.PutProjectStart, 61 * time.Second}} {
			began := time.Now()
			_, err := client.Do(t.Context(), zerops.Call{Operation: c.op, Path: []string{id}})
			if took := time.Since(began); err == nil || took > c.most {
				t.Errorf("%s took %v, error %v", c.op, took, err)
			}
		}
	})
}

func TestWrongIdsNeverReachTheAddress(t *testing.T) {
	t.Parallel()
	client, script := newClient(t, func(int, *http.Request) (*http.Response, error) { return respond(200, nil, `{}`), nil })
	for _, value := range []string{"", ".", "..", "../client/x", "x?y=1", "AAAAAAAAAAAAAAAAAAAAA/", strings.Repeat("A", 21), strings.Repeat("A", 23), "AAAAAAAAAAAAAAAAAAAAA\n", "AAAAAAAAAAAAAAAAAAAAA%"} {
		_, err := client.Project(t.Context(), value)
		if _, ok := errors.AsType[*zerops.ArgumentError](err); !ok {
			t.Errorf("id %q: %v", value, err)
		}
	}
	for _, name := range []string{"", ".", "..", "a\x00", strings.Repeat("a", 600)} {
		if _, err := client.ServiceByName(t.Context(), id, name); err == nil {
			t.Errorf("name %q was accepted", name)
		}
	}
	if n := script.n.Load(); n != 0 {
		t.Errorf("%d requests were sent", n)
	}
}

// TestAnswersThatSayNothing: a success without the object that it should bring
// proves nothing, least of all that a change was made.
func TestAnswersThatSayNothing(t *testing.T) {
	t.Parallel()
	for _, body := range []string{`{}`, `[]`, `null`, `true`, `7`, `"under maintenance"`, `{"id":7}`, `{"id":""}`} {
		client, script := newClient(t, func(int, *http.Request) (*http.Response, error) { return respond(200, nil, body), nil })
		if _, err := client.Project(t.Context(), id); !errors.Is(err, zerops.ErrUnavailable) {
			t.Errorf("a read answered with %s: %v", body, err)
		}
		var uncertain *zerops.UncertainError
		if _, err := client.ActOnService(t.Context(), id, zerops.RestartService); !errors.As(err, &uncertain) {
			t.Errorf("a write answered with %s: %v", body, err)
		}
		if _, err := client.ScaleService(t.Context(), id, zerops.ScalingChange{}); body != `{"id":7}` && body != `{"id":""}` && !errors.As(err, &uncertain) {
			t.Errorf("a write with an optional process answered with %s: %v", body, err)
		}
		if n := script.n.Load(); n != 3 {
			t.Errorf("%s: %d requests, want 3", body, n)
		}
	}
}

func TestNamesAreEscaped(t *testing.T) {
	t.Parallel()
	var path string
	client, _ := newClient(t, func(_ int, r *http.Request) (*http.Response, error) {
		path = r.URL.EscapedPath()
		return respond(200, nil, `{"id":"`+id+`"}`), nil
	})
	if _, err := client.ServiceByName(t.Context(), id, "a/b?c#d e"); err != nil {
		t.Fatal(err)
	}
	if want := "/api/rest/public/service-stack-by-name/" + id + "/a%2Fb%3Fc%23d%20e"; path != want {
		t.Errorf("sent to %s, want %s", path, want)
	}
}

func TestErrorsKeepWhatTheAPISaid(t *testing.T) {
	t.Parallel()
	client, _ := newClient(t, func(int, *http.Request) (*http.Response, error) {
		return respond(400, nil, `{"error":{"code":"invalidUserInput","message":"bad","meta":[{"code":"x","metadata":{"db.mode":["is wrong","really"],"name":"one"}},"odd",{"name":"setup","error":"missing"},5]}}`), nil
	})
	_, err := client.Project(t.Context(), id)
	var e *zerops.Error
	if !errors.As(err, &e) {
		t.Fatalf("got %v", err)
	}
	got := fmt.Sprint(e.Fields)
	if want := "[{db.mode [is wrong really]} {name [one]} {setup [missing]}]"; got != want || e.Code != "invalidUserInput" || e.Message != "bad" || len(e.Meta) == 0 {
		t.Errorf("fields %s, error %+v", got, e)
	}
}

func TestClassesOfErrors(t *testing.T) {
	t.Parallel()
	classes := []error{zerops.ErrNotFound, zerops.ErrUnauthorized, zerops.ErrForbidden, zerops.ErrRateLimited, zerops.ErrUnavailable, zerops.ErrConflict}
	for _, c := range []struct {
		status int
		code   string
		is     error
	}{
		{400, "projectNotFound", zerops.ErrNotFound},
		{404, "notFound", zerops.ErrNotFound},
		{404, "", nil}, // a page of somebody else
		{401, "notAuthorized", zerops.ErrUnauthorized},
		{401, "insufficientPrivileges", zerops.ErrForbidden},
		{403, "insufficientPermissions", zerops.ErrForbidden},
		{429, "", zerops.ErrRateLimited},
		{502, "", zerops.ErrUnavailable},
		{400, "userDataSyncRunning", zerops.ErrConflict},
		{400, "invalidUserInput", nil},
	} {
		err := error(&zerops.Error{Status: c.status, Code: c.code})
		for _, class := range classes {
			if errors.Is(err, class) != errors.Is(class, c.is) {
				t.Errorf("%d %s: Is(%v) = %v", c.status, c.code, class, errors.Is(err, class))
			}
		}
	}
}

func TestTolerantDecoding(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"list with totalCount": `{"list":[{"id":"a"},{"id":"b"}],"totalCount":2}`,
		"list with total":      `{"list":[{"id":"a"},{"id":"b"}],"total":2,"new":{}}`,
		"items with totalHits": `{"items":[{"id":"a"},{"id":"b"}],"totalHits":2}`,
		"a bare array":         `[{"id":"a"},{"id":"b"}]`,
		"a field of odd type":  `{"list":[{"id":"a","name":5,"tagList":"x"},{"id":"b","created":17,"status":"BRAND_NEW"}],"total":2}`,
	} {
		client, _ := newClient(t, func(int, *http.Request) (*http.Response, error) { return respond(200, nil, body), nil })
		projects, more, err := zerops.Collect(client.OrganizationProjects(t.Context(), id, zerops.ListOptions{}), 0)
		if err != nil || more || len(projects) != 2 || projects[1].ID != "b" {
			t.Errorf("%s: %d projects, %v", name, len(projects), err)
		}
	}
	client, _ := newClient(t, func(int, *http.Request) (*http.Response, error) {
		return respond(200, nil, `{"list":null,"totalCount":0}`), nil
	})
	if projects, _, err := zerops.Collect(client.OrganizationProjects(t.Context(), id, zerops.ListOptions{}), 0); err != nil || len(projects) != 0 {
		t.Errorf("a null list: %v %v", projects, err)
	}
}

// TestPagesAreFetchedAtOnce reads 2,700 rows: one page to learn how many there are,
// then four at once, and the rest. Who stops early costs no more than that one page.
func FuzzErrorBody(f *testing.F) {
	f.Add([]byte(`{"error":{"code":"x","message":"y","meta":[{"metadata":{"a":["b"]}}]}}`))
	f.Add([]byte(`<html>`))
	f.Add([]byte(`{"error":{"meta":{"metadata":null}}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		client, _ := newClient(t, func(int, *http.Request) (*http.Response, error) { return respond(400, nil, string(body)), nil })
		_, err := client.Project(t.Context(), id)
		var e *zerops.Error
		if !errors.As(err, &e) {
			t.Fatalf("%q: %v", body, err)
		}
		if len(e.Message) > 5<<10 || len(e.Fields) > 1000 {
			t.Fatalf("unbounded: %d bytes, %d fields", len(e.Message), len(e.Fields))
		}
	})
}

// FuzzAnswer: a list in whatever form is read to its end or refused with an error
// of a kind, in a bounded number of requests, and what is read can be passed on.
func FuzzAnswer(f *testing.F) {
	f.Add([]byte(`{"list":[{"id":"x","created":"2026-01-01T00:00:00Z"}],"total":1}`))
	f.Add([]byte(`{"items":[{"id":"x","tagList":null,"maxCreditLimit":1e400}],"totalHits":9000000000}`))
	f.Add([]byte(`{"success":true,"list":[{"status":7}],"limit":-1,"offset":3}`))
	f.Add([]byte(`[[]]`))
	f.Add([]byte(`[{"id":"x","id":"y"},null,5]`))
	f.Fuzz(func(t *testing.T, body []byte) {
		client, sent := newClient(t, func(n int, _ *http.Request) (*http.Response, error) {
			if n > 1 {
				return respond(200, nil, `[]`), nil
			}
			return respond(200, nil, string(body)), nil
		})
		for project, err := range client.OrganizationProjects(t.Context(), id, zerops.ListOptions{}) {
			var lost *zerops.ConnectionError
			if err != nil && !errors.As(err, &lost) {
				t.Errorf("%q: an error of no kind: %v", body, err)
			}
			if err != nil {
				continue
			}
			if _, err := json.Marshal(project); err != nil {
				t.Errorf("%q: %+v cannot be passed on: %v", body, project, err)
			}
		}
		if n := sent.n.Load(); n > 3 {
			t.Errorf("%q: %d requests", body, n)
		}
	})
}
