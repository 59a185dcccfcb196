package zerops_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"zerops-mcp/zerops"
)

func TestVisitGoesToSubdomainsOnly(t *testing.T) {
	t.Parallel()
	visits := 0
	api := newVisitingAPI(t, func(*http.Request) (*http.Response, error) {
		visits++
		return &http.Response{StatusCode: http.StatusTeapot, Body: io.NopCloser(strings.NewReader("tea")), Header: http.Header{}}, nil
	})
	for _, address := range []string{
		"http://app-1df2.prg1.zerops.app", "https://zerops.app.example.com", "https://example.com", "https://app.zerops.app:8443/",
		"https://user:obviously-fake@app.zerops.app/", "https://evilzerops.app/", "https://169.254.169.254/", "file:///etc/passwd", "", "https://app.zerops.app\x00/",
	} {
		if status, err := api.Visit(t.Context(), address); err == nil {
			t.Errorf("%q was visited: %d", address, status)
		}
	}
	if visits != 0 {
		t.Fatalf("%d visits", visits)
	}
	if status, err := api.Visit(t.Context(), "https://app-1df2-3000.prg1.zerops.app"); err != nil || status != http.StatusTeapot {
		t.Errorf("got %d, %v", status, err)
	}
}

func newVisitingAPI(t *testing.T, answer roundTrip) *zerops.API {
	t.Helper()
	api, err := zerops.NewAPI(zerops.APIOptions{UserAgent: "test", Visitor: answer})
	if err != nil {
		t.Fatal(err)
	}
	return api
}

func TestVisitReadsLittleAndKeepsRedirects(t *testing.T) {
	t.Parallel()
	read := 0
	api := newVisitingAPI(t, func(r *http.Request) (*http.Response, error) {
		if r.Header.Get("Authorization") != "" || r.Header.Get("User-Agent") != "test" {
			t.Errorf("headers: %v", r.Header)
		}
		body := readerFunc(func(p []byte) (int, error) {
			read += len(p)
			return len(p), nil // a body without end
		})
		return &http.Response{StatusCode: http.StatusFound, Header: http.Header{"Location": {"http://127.0.0.1/"}}, Body: io.NopCloser(body), Request: r}, nil
	})
	status, err := api.Visit(t.Context(), "https://app.prg1.zerops.app/")
	if err != nil || status != http.StatusFound {
		t.Errorf("got %d, %v", status, err)
	}
	if read > 64<<10 {
		t.Errorf("read %d bytes of the body", read)
	}
}

type readerFunc func([]byte) (int, error)

// Read reads.
func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

func TestVisitTellsNoAddressInItsError(t *testing.T) {
	t.Parallel()
	api := newVisitingAPI(t, func(*http.Request) (*http.Response, error) { return nil, errors.New("connection refused") })
	_, err := api.Visit(t.Context(), "https://app.prg1.zerops.app/?token=obviously-fake")
	if err == nil || strings.Contains(err.Error(), "obviously-fake") {
		t.Errorf("got %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	slow := newVisitingAPI(t, func(r *http.Request) (*http.Response, error) {
		<-r.Context().Done()
		return nil, r.Context().Err()
	})
	if _, err := slow.Visit(ctx, "https://app.prg1.zerops.app/"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}

func TestPublicAddresses(t *testing.T) {
	t.Parallel()
	for address, public := range map[string]bool{
		"185.99.2.10:443": true, "[2a01:7a7:2::1]:443": true, "185.99.2.10:80": false, "127.0.0.1:443": false, "10.1.2.3:443": false,
		"172.16.0.1:443": false, "192.168.1.1:443": false, "169.254.169.254:443": false, "100.64.0.1:443": false, "0.0.0.0:443": false,
		"224.0.0.1:443": false, "255.255.255.255:443": false, "[::1]:443": false, "[::]:443": false, "[fe80::1]:443": false, "[fe80::1%eth0]:443": false,
		"[fd00::1]:443": false, "[::ffff:10.0.0.1]:443": false, "[::ffff:185.99.2.10]:443": true, "[64:ff9b::a00:1]:443": false,
		"[2002:7f00:1::]:443": false, "[2001:db8::1]:443": false, "198.18.0.1:443": false, "nonsense": false, "": false,
	} {
		if err := zerops.PublicOnly(address); (err == nil) != public {
			t.Errorf("%s: %v, want public %t", address, err, public)
		}
	}
}

// FuzzVisit proves that no address makes the visitor go anywhere but to https on
// a name below zerops.app.
func FuzzVisit(f *testing.F) {
	for _, seed := range []string{"https://a.zerops.app", "https://a.zerops.app@b/", "https:\\\\a.zerops.app", "https://b#.zerops.app", "//a.zerops.app", "https://[::1].zerops.app/"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, address string) {
		api, err := zerops.NewAPI(zerops.APIOptions{Visitor: roundTrip(func(r *http.Request) (*http.Response, error) {
			if r.URL.Scheme != "https" || !strings.HasSuffix(r.URL.Hostname(), ".zerops.app") || r.URL.User != nil || r.URL.Port() != "" {
				t.Errorf("%q led to %s", address, r.URL)
			}
			return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: http.NoBody}, nil
		})})
		if err != nil {
			t.Fatal(err)
		}
		_, _ = api.Visit(t.Context(), address)
	})
}
