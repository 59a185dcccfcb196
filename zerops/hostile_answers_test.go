package zerops_test

import (
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"zerops-mcp/zerops"
)

// zeros writes n bytes, compressed.
func zeros(w io.Writer, n int) {
	zipped := gzip.NewWriter(w)
	block := make([]byte, 1<<20)
	for range n / len(block) {
		if _, err := zipped.Write(block); err != nil {
			return
		}
	}
	_ = zipped.Close()
}

// Whatever answers for the API decides about the bytes. None of it may cost more
// than a bounded amount of memory and time, or send the token elsewhere.
func TestHostileAnswers(t *testing.T) {
	var elsewhere atomic.Int64
	other := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		elsewhere.Add(1)
		_, _ = io.Copy(io.Discard, r.Body)
	}))
	defer other.Close()
	for name, answer := range map[string]http.HandlerFunc{
		"a compressed bomb": func(w http.ResponseWriter, r *http.Request) {
			if !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
				t.Error("gzip is not asked for, so this tests nothing")
			}
			w.Header().Set("Content-Encoding", "gzip")
			zeros(w, 1<<30)
		},
		"an endless body": func(w http.ResponseWriter, r *http.Request) {
			block := []byte(strings.Repeat(" ", 1<<20))
			for r.Context().Err() == nil {
				if _, err := w.Write(block); err != nil {
					return
				}
			}
		},
		"a body that claims to be huge": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "99999999999")
			_, _ = w.Write([]byte("{"))
		},
		"endless nesting": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, strings.Repeat(`{"a":[`, 1_000_000))
		},
		"huge headers": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X-Large", strings.Repeat("x", 1<<20))
			_, _ = io.WriteString(w, `{}`)
		},
		"a redirect": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, other.URL, http.StatusTemporaryRedirect)
		},
		"a permanent redirect": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, other.URL, http.StatusPermanentRedirect)
		},
		"a bomb as an error": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			w.WriteHeader(http.StatusBadRequest)
			zeros(w, 1<<30)
		},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(answer)
			defer server.Close()
			api, err := zerops.NewAPI(zerops.APIOptions{Address: server.URL, ReadTimeout: 5 * time.Second})
			if err != nil {
				t.Fatal(err)
			}
			defer api.CloseIdle()
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			started := time.Now()
			_, err = api.Client("obviously-fake-token").Do(t.Context(), zerops.Call{Operation: zerops.GetUserInfo})
			took := time.Since(started)
			runtime.ReadMemStats(&after)
			if err == nil {
				t.Error("taken for an answer")
			}
			if strings.Contains(err.Error(), "obviously-fake-token") {
				t.Errorf("the error holds the token: %v", err)
			}
			// Three tries at most, each of which may hold the limit of 16 MiB while it grows.
			if grown := after.TotalAlloc - before.TotalAlloc; grown > 600<<20 {
				t.Errorf("%d MB were allocated", grown>>20)
			}
			if held := int64(after.HeapInuse) - int64(before.HeapInuse); held > 200<<20 {
				t.Errorf("%d MB are held", held>>20)
			}
			if took > 30*time.Second {
				t.Errorf("took %s", took)
			}
		})
	}
	if n := elsewhere.Load(); n != 0 {
		t.Errorf("%d requests went to where a redirect pointed", n)
	}
}

// Of two members of one name the last counts everywhere, so that a check and a use
// cannot see different ones.
func TestDuplicateMembersHaveOneMeaning(t *testing.T) {
	t.Parallel()
	api, err := zerops.NewAPI(zerops.APIOptions{Transport: roundTrip(func(*http.Request) (*http.Response, error) {
		return reply(200, `{"id":"aaaaaaaaaaaaaaaaaaaaaa","name":"first","tagList":["x"],"name":"last","tagList":["protected"]}`), nil
	})})
	if err != nil {
		t.Fatal(err)
	}
	p, err := api.Client("obviously-fake-token").Project(t.Context(), "aaaaaaaaaaaaaaaaaaaaaa")
	if err != nil || p.Name != "last" || len(p.Tags) != 1 || p.Tags[0] != "protected" {
		t.Errorf("read %+v, %v", p, err)
	}
}

// An upload carries the files of somebody: it goes to the checked address and is
// not sent on to where that points.
func TestUploadsAreNotRedirected(t *testing.T) {
	t.Parallel()
	var elsewhere atomic.Int64
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere.Add(1) }))
	defer other.Close()
	var server *httptest.Server
	server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/upload") {
			if r.Header.Get("Authorization") != "" {
				t.Error("the upload carries the token")
			}
			http.Redirect(w, r, other.URL, http.StatusTemporaryRedirect)
			return
		}
		_, _ = io.WriteString(w, `{"id":"bbbbbbbbbbbbbbbbbbbbbb","status":"UPLOADING","uploadUrl":"`+server.URL+`/upload?token=obviously-fake-grant"}`)
	}))
	defer server.Close()
	api, err := zerops.NewAPI(zerops.APIOptions{Address: server.URL})
	if err != nil {
		t.Fatal(err)
	}
	defer api.CloseIdle()
	client := api.Client("obviously-fake-token")
	_, grant, err := client.CreateAppVersion(t.Context(), "cccccccccccccccccccccc", "")
	if err != nil {
		t.Fatal(err)
	}
	err = client.Upload(t.Context(), grant, strings.NewReader("obviously-fake-archive"))
	var external *zerops.ExternalError
	if !errors.As(err, &external) || external.Status != http.StatusTemporaryRedirect || strings.Contains(err.Error(), "obviously-fake") {
		t.Errorf("got %v", err)
	}
	if elsewhere.Load() != 0 {
		t.Error("the redirect was followed")
	}
}
