package transport

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mark3labs/mcp-go/server"

	"zerops-mcp/tools/request"
)

// Paths of the endpoints.
const (
	pathMCP     = "/mcp"
	pathSSE     = "/sse"
	pathMessage = "/message"
)

// Handler serves MCP over HTTP: streamable HTTP at /mcp and, if configured, the
// older transport at /sse and /message. It decides by itself who may call, how
// much, and what belongs to whom; the library only sees messages that passed.
type Handler struct {
	cfg      HTTPConfig
	server   *server.MCPServer
	logger   *slog.Logger
	metrics  *Metrics
	guard    *guard
	auth     *authenticator
	callers  *callers
	guesses  guesses
	sessions *sessionTable
	sse      sseTable

	// background is for what belongs to sessions and so to no request.
	background context.Context //nolint:containedctx // never ends

	bodies    bodyBudget
	skipping  atomic.Int32 // messages over the limit that are read to their end
	collected atomic.Int64 // bytes of the answers to arrays that are not sent yet
	drain     chan struct{}
	once      sync.Once
}

// NewHandler checks the configuration and returns a handler. It listens to
// nothing; ServeHTTP does.
func NewHandler(cfg HTTPConfig) (*Handler, error) {
	cfg = cfg.withDefaults()
	if err := cfg.check(); err != nil {
		return nil, err
	}
	guard, err := newGuard(&cfg)
	if err != nil {
		return nil, err
	}
	secret := make([]byte, sha256.Size)
	if cfg.SigningKey == nil {
		if _, err := rand.Read(secret); err != nil {
			return nil, fmt.Errorf("make a signing key: %w", err)
		}
	} else {
		mac := hmac.New(sha256.New, cfg.SigningKey)
		mac.Write([]byte("sessions"))
		secret = mac.Sum(nil)
	}
	h := &Handler{
		cfg: cfg, server: cfg.Server, logger: cfg.Logger, metrics: cfg.Metrics, guard: guard,
		auth: newAuthenticator(&cfg, secret), callers: newCallers(&cfg), drain: make(chan struct{}),
	}
	h.bodies.maxHeld, h.bodies.maxCount = h.cfg.MaxHeld, h.cfg.MaxIncoming
	h.background = context.Background()
	h.sessions = newSessionTable(&h.cfg, secret, func(s *httpSession) { h.server.UnregisterSession(h.background, s.id) })
	h.sse.byID = make(map[string]*sseClient)
	return h, nil
}

// Drain tells calls to come to an end, ends open streams and questions to people
// and makes /readyz say no. New calls are still taken until the listener is closed.
func (h *Handler) Drain() {
	h.once.Do(func() {
		close(h.drain)
		h.sessions.closeClientRequests()
	})
}

// Close ends every session and stream.
func (h *Handler) Close() {
	h.Drain()
	h.sessions.close()
}

// ServeHTTP answers one request.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	recorder := &statusWriter{ResponseWriter: w}
	started := time.Now()
	// A deadline for writing may be left from the request before.
	setWriteDeadline(http.NewResponseController(w), time.Time{})
	defer func() {
		if recorder.status == 0 {
			recorder.status = http.StatusOK
		}
		h.metrics.response(r.Method, recorder.status)
		h.logger.LogAttrs(r.Context(), slog.LevelDebug, "HTTP request",
			slog.String("method", truncate(r.Method, 20)), slog.String("path", truncate(r.URL.Path, maxLogged)),
			slog.Int("status", recorder.status), slog.Duration("took", time.Since(started)),
			slog.String("client", h.guard.client(r)), slog.String("request_id", recorder.Header().Get(headerRequestID)))
	}()
	h.route(recorder, r)
}

// route applies what holds for every request and hands it on.
func (h *Handler) route(w *statusWriter, r *http.Request) {
	header := w.Header()
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Cache-Control", "no-store")

	switch r.URL.Path {
	case "/healthz":
		writeText(w, http.StatusOK, "ok")
		return
	case "/readyz":
		if h.draining() {
			writeText(w, http.StatusServiceUnavailable, "stopping")
			return
		}
		writeText(w, http.StatusOK, "ok")
		return
	}
	if !h.guard.hostAllowed(r) {
		h.metrics.refused("host")
		writeProblem(w, http.StatusForbidden, failure{
			Code: request.CodeForbidden, Message: "This server does not answer to the name that the request is addressed to.",
			Hint: "The operator can add the name with --allowed-hosts.",
		})
		return
	}
	if !h.guard.originAllowed(r) {
		h.metrics.refused("origin")
		writeProblem(w, http.StatusForbidden, failure{
			Code: request.CodeForbidden, Message: "Web pages of this origin may not call this server.",
			Hint: "The operator can add the origin with --allowed-origins.",
		})
		return
	}
	if h.guard.cors(w, r) {
		return
	}
	if wellKnown(r.URL.Path) {
		writeProblem(w, http.StatusNotFound, failure{
			Code: request.CodeNotFound, Message: "This server has no authorization server.",
			Hint: "Send the credential as Authorization: Bearer with each request.",
		})
		return
	}
	who, err := h.auth.identify(r)
	if err != nil {
		h.metrics.refused("credential")
		h.auth.refuseCaller(w, err)
		return
	}
	id := requestID(r.Header)
	header.Set(headerRequestID, id)
	caller := request.Caller{Token: who.token, Label: who.label, RequestID: id}
	if h.cfg.Auth == AuthCaller {
		if refusal := h.admit(&caller, who.key, h.guard.client(r)); refusal != nil {
			h.refuse(w, refusal)
			return
		}
	}
	h.serve(w, r.WithContext(request.WithCaller(request.WithDrain(r.Context(), h.drain), caller)), who)
}

// serve answers a request of a known caller.
func (h *Handler) serve(w http.ResponseWriter, r *http.Request, who identity) {
	path := r.URL.Path
	if path != "/" {
		path = strings.TrimSuffix(path, "/")
	}
	switch {
	case path == pathMCP && r.Method == http.MethodPost:
		h.post(w, r, who)
	case path == pathMCP && r.Method == http.MethodGet:
		h.get(w, r, who)
	case path == pathMCP && r.Method == http.MethodDelete:
		h.delete(w, r, who)
	case path == pathMCP:
		methodNotAllowed(w, "GET, POST, DELETE")
	case path == pathSSE && h.cfg.SSE && r.Method == http.MethodGet:
		h.openSSE(w, r, who)
	case path == pathSSE && h.cfg.SSE:
		// Clients that try the newer transport first take this for an answer.
		methodNotAllowed(w, "GET")
	case path == pathMessage && h.cfg.SSE && r.Method == http.MethodPost:
		h.postSSE(w, r, who)
	case path == pathMessage && h.cfg.SSE:
		methodNotAllowed(w, "POST")
	default:
		writeProblem(w, http.StatusNotFound, failure{Code: request.CodeNotFound, Message: "There is nothing at this address.", Hint: "MCP is served at " + pathMCP + "."})
	}
}

func (h *Handler) draining() bool {
	select {
	case <-h.drain:
		return true
	default:
		return false
	}
}

// wellKnown reports whether clients look at a path for an authorization server.
func wellKnown(path string) bool {
	path = strings.TrimPrefix(path, pathMCP)
	return strings.HasPrefix(path, "/.well-known/oauth-") || strings.HasPrefix(path, "/.well-known/openid-configuration") || path == "/register"
}

const headerRequestID = "X-Request-Id"

// requestID returns the id that a proxy or client gave a request, or a new one.
func requestID(header http.Header) string {
	id := header.Get(headerRequestID)
	if id == "" || len(id) > 64 {
		return rand.Text()
	}
	for _, c := range []byte(id) {
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && !strings.ContainsRune("-_.:", rune(c)) {
			return rand.Text()
		}
	}
	return id
}

// statusWriter remembers the status of a response.
type statusWriter struct {
	http.ResponseWriter
	status int
}

// WriteHeader notes the status.
func (w *statusWriter) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController reach the connection. There is no Flush here,
// because it could not say that the client is gone.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// writeProblem answers with a failure outside of JSON-RPC.
func writeProblem(w http.ResponseWriter, status int, f failure) {
	body, err := json.Marshal(failureData{f})
	if err != nil {
		body = []byte(`{"error":{"code":"` + request.CodeInternal + `"}}`)
	}
	writeBody(w, status, "application/json", append(body, '\n'))
}

// writeRPC answers with a JSON-RPC message.
func writeRPC(w http.ResponseWriter, status int, message []byte) {
	writeBody(w, status, "application/json", message)
}

func writeText(w http.ResponseWriter, status int, text string) {
	writeBody(w, status, "text/plain; charset=utf-8", []byte(text+"\n"))
}

// writeBody writes a whole answer. That fails when the client is gone, and then
// nobody is left to tell.
func writeBody(w http.ResponseWriter, status int, kind string, body []byte) {
	w.Header().Set("Content-Type", kind)
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

func methodNotAllowed(w http.ResponseWriter, allowed string) {
	w.Header().Set("Allow", allowed)
	writeProblem(w, http.StatusMethodNotAllowed, failure{Code: request.CodeUnsupported, Message: "This address does not take requests of this method; it takes " + allowed + "."})
}
