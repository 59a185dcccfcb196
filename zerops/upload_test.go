package zerops_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"zerops-mcp/zerops"
)

const uploadSecret = "canary-upload-word"

// uploadServer answers uploads with a status after it has read limit bytes, or
// everything where limit is negative.
func uploadServer(t *testing.T, status int, limit int64) (*zerops.Client, zerops.UploadGrant, *bytes.Buffer) {
	t.Helper()
	var arrived bytes.Buffer
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			fmt.Fprintf(w, `{"id":%q,"status":"UPLOADING","uploadUrl":"http://%s/upload?signature=%s"}`, versionID, r.Host, uploadSecret)
			return
		}
		if r.ContentLength >= 0 || r.Header.Get("Authorization") != "" || r.Header.Get("Content-Type") != "" {
			t.Errorf("length %d, headers %v", r.ContentLength, r.Header)
		}
		if limit < 0 {
			_, _ = io.Copy(&arrived, r.Body)
		} else {
			_, _ = io.CopyN(&arrived, r.Body, limit)
		}
		w.WriteHeader(status)
	}))
	t.Cleanup(server.Close)
	api, err := zerops.NewAPI(zerops.APIOptions{Address: server.URL})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(api.CloseIdle)
	client := api.Client("fake-token-word")
	_, grant, err := client.CreateAppVersion(t.Context(), serviceID, "")
	if err != nil {
		t.Fatal(err)
	}
	return client, grant, &arrived
}

var errReading = errors.New("a file changed")

// failing ends with an error where its source ends.
type failing struct{ source io.Reader }

// Read reads from the source.
func (f failing) Read(p []byte) (int, error) {
	n, err := f.source.Read(p)
	if errors.Is(err, io.EOF) {
		err = errReading
	}
	return n, err
}

// endless never ends.
type endless struct{}

// Read fills p.
func (endless) Read(p []byte) (int, error) { return len(p), nil }

func TestUpload(t *testing.T) {
	t.Parallel()
	text := strings.Repeat("archive", 100_000)
	for _, tc := range []struct {
		name   string
		status int
		limit  int64
		body   io.Reader
		ok     bool
		is     error
	}{
		{"complete", http.StatusOK, -1, strings.NewReader(text), true, nil},
		{"no content", http.StatusNoContent, -1, strings.NewReader(text), true, nil},
		{"refused at once", http.StatusForbidden, 0, endless{}, false, zerops.ErrUnavailable},
		{"refused at the end", http.StatusInternalServerError, -1, strings.NewReader(text), false, zerops.ErrUnavailable},
		{"redirected", http.StatusFound, -1, strings.NewReader(text), false, zerops.ErrUnavailable},
		{"accepted before it was complete", http.StatusOK, 10, endless{}, false, zerops.ErrUnavailable},
		{"the source fails", http.StatusOK, -1, failing{strings.NewReader(text)}, false, errReading},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			client, grant, arrived := uploadServer(t, tc.status, tc.limit)
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			err := client.Upload(ctx, grant, tc.body)
			if (err == nil) != tc.ok || tc.is != nil && !errors.Is(err, tc.is) || ctx.Err() != nil {
				t.Errorf("error %v", err)
			}
			if tc.ok && arrived.String() != text {
				t.Errorf("%d bytes arrived", arrived.Len())
			}
			if err != nil && strings.Contains(err.Error(), uploadSecret) {
				t.Errorf("the error shows the grant: %v", err)
			}
			if text := fmt.Sprintf("%v %+v %#v", grant, grant, grant); strings.Contains(text, uploadSecret) {
				t.Errorf("the grant prints itself: %s", text)
			}
		})
	}
}

func TestUploadAddressIsChecked(t *testing.T) {
	t.Parallel()
	for address, ok := range map[string]bool{
		"https://proxy.app-prg1.zerops.io/upload?x=y": true,
		"http://proxy.app-prg1.zerops.io/upload":      false,
		"https://storage.example.com/upload":          false,
		"https://127.0.0.1/upload":                    false,
		"https://user:word@zerops.io/upload":          false,
		"":                                            false,
	} {
		api, err := zerops.NewAPI(zerops.APIOptions{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			if r.Method != http.MethodPost {
				t.Errorf("went to %s", r.URL.Host)
			}
			raw, err := json.Marshal(map[string]string{"id": versionID, "uploadUrl": address})
			return reply(http.StatusOK, string(raw)), err
		})})
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := api.Client("fake-token-word").CreateAppVersion(t.Context(), serviceID, ""); (err == nil) != ok {
			t.Errorf("%s: error %v", address, err)
		}
	}
	api, err := zerops.NewAPI(zerops.APIOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var argument *zerops.ArgumentError
	if err := api.Client("fake-token-word").Upload(t.Context(), zerops.UploadGrant{}, strings.NewReader("x")); !errors.As(err, &argument) {
		t.Errorf("an upload without a grant: %v", err)
	}
}
