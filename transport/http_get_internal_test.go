package transport

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mark3labs/mcp-go/server"

	"zerops-mcp/tools"
)

// A stream that is opened while its session ends leaves nothing behind: the
// session is no longer one that the library tells of changes.
func TestStreamOfASessionThatEnds(t *testing.T) {
	t.Parallel()
	h, err := NewHandler(HTTPConfig{Server: server.NewMCPServer("test", "1"), HandleMessage: tools.HandleMessage})
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	s := h.sessions.make("alice")
	s.client.agree(0)
	h.sessions.add(s)
	h.sessions.remove(s)
	s.closeStream(h.openStream(s))
	if err := h.server.RegisterSession(t.Context(), listedSession{id: s.id, client: &s.client, broadcast: &s.broadcast}); err != nil {
		t.Errorf("the ended session is still listed: %v", err)
	}
}

// deaf is a client that is gone, which only flushing notices.
type deaf struct{ *httptest.ResponseRecorder }

func (deaf) FlushError() error { return errors.New("the client is gone") }

// The stream of a client that is gone ends with the first event that cannot be
// sent off.
func TestStreamOfAClientThatIsGone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h, err := NewHandler(HTTPConfig{Server: server.NewMCPServer("test", "1"), HandleMessage: tools.HandleMessage, SSE: true})
		if err != nil {
			t.Fatal(err)
		}
		defer h.Close()
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		r := httptest.NewRequestWithContext(ctx, http.MethodGet, "http://localhost/sse", strings.NewReader(""))
		r.Header.Set("Authorization", "Bearer fake-token")
		begun := time.Now()
		h.ServeHTTP(deaf{httptest.NewRecorder()}, r)
		if took := time.Since(begun); took > 0 {
			t.Errorf("it was kept for %s", took)
		}
	})
}
