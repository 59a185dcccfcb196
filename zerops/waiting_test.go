package zerops_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"zerops-mcp/zerops"
	"zerops-mcp/zerops/simulator"
)

func TestWaitingBacksOffAndSurvivesFaults(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		client, script := newClient(t, func(n int, _ *http.Request) (*http.Response, error) {
			status := "RUNNING"
			switch {
			case n == 2:
				return nil, errors.New("connection reset")
			case time.Since(began) > 2*time.Minute:
				status = "FINISHED"
			case n == 3:
				status = "SOMETHING_NEW"
			}
			return respond(200, nil, fmt.Sprintf(`{"id":%q,"status":%q}`, id, status)), nil
		})
		rounds := 0
		states, err := client.WaitForProcesses(t.Context(), []string{id}, func([]zerops.Process) { rounds++ })
		if err != nil || states[0].State() != zerops.ProcessFinished {
			t.Errorf("%v %v", states, err)
		}
		if n := script.n.Load(); n > 35 || rounds < 20 {
			t.Errorf("%d requests in %d rounds over two minutes", n, rounds)
		}
	})
}

func TestWaitingEndsWithItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client, _ := newClient(t, func(int, *http.Request) (*http.Response, error) {
			return respond(200, nil, `{"id":"another","status":"RUNNING"}`), nil
		})
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		began := time.Now()
		states, err := client.WaitForProcesses(ctx, []string{id}, nil)
		if !errors.Is(err, context.DeadlineExceeded) || states[0].Status != "RUNNING" || time.Since(began) != 10*time.Second {
			t.Errorf("%v %v after %v", states, err, time.Since(began))
		}
	})
}

func TestRequestLimitWaitsWithinTheDeadline(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		script := &scripted{answer: func(int, *http.Request) (*http.Response, error) { return respond(200, nil, `{"id":"`+id+`"}`), nil }}
		api, err := zerops.NewAPI(zerops.APIOptions{Transport: script, RequestsPerSecond: 10, Burst: 5})
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		for range 25 {
			if _, err := api.Client("one").Project(t.Context(), id); err != nil {
				t.Fatal(err)
			}
		}
		if took := time.Since(began); took < 1900*time.Millisecond || took > 2100*time.Millisecond {
			t.Errorf("25 requests took %v, want 2 s", took)
		}
		if _, err := api.Client("another").Project(t.Context(), id); err != nil || time.Since(began) > 2100*time.Millisecond {
			t.Error("another token had to wait")
		}
	})
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	t.Parallel()
	var leaked atomic.Bool
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { leaked.Store(true) }))
	defer other.Close()
	api := httptest.NewServer(http.RedirectHandler(other.URL, http.StatusTemporaryRedirect))
	defer api.Close()
	a, err := zerops.NewAPI(zerops.APIOptions{Address: api.URL})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	if _, err := a.Client("obviously-fake").Project(ctx, id); !errors.Is(err, zerops.ErrUnavailable) {
		t.Errorf("got %v", err)
	}
	if leaked.Load() {
		t.Error("the request went to another host")
	}
}

func TestConnectionsAreReused(t *testing.T) {
	t.Parallel()
	var opened atomic.Int64
	server := httptest.NewUnstartedServer(simulator.New(simulator.WithPace(0)))
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			opened.Add(1)
		}
	}
	server.Start()
	defer server.Close()
	api, err := zerops.NewAPI(zerops.APIOptions{Address: server.URL})
	if err != nil {
		t.Fatal(err)
	}
	for range 20 {
		if _, err := api.Client(simulator.OwnerToken).User(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if n := opened.Load(); n != 1 {
		t.Errorf("20 requests opened %d connections", n)
	}
}

func TestAddresses(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"": zerops.DefaultAddress, "api.example.com": "https://api.example.com", "https://api.example.com/": "https://api.example.com",
		"https://api.example.com/api/rest/public": "https://api.example.com", "http://127.0.0.1:80": "http://127.0.0.1:80", "http://[::1]:8": "http://[::1]:8", "http://localhost:1": "http://localhost:1",
		"http://api.example.com": "", "https://user:pw@api.example.com": "", "https://api.example.com/other": "", "https://api.example.com?x=1": "", "ftp://x": "", "https://": "", "::": "",
	} {
		api, err := zerops.NewAPI(zerops.APIOptions{Address: address})
		switch {
		case (err == nil) != (want != ""):
			t.Errorf("%q: %v", address, err)
		case err == nil && api.Address() != want:
			t.Errorf("%q became %s", address, api.Address())
		case err != nil && strings.Contains(err.Error(), "pw"):
			t.Errorf("the error shows the password: %v", err)
		}
	}
}
