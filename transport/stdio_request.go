package transport

import (
	"context"
	"encoding/json"
	"sync"
	"sync/atomic"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

// The states of a request. Only the side that moved it out of a state may answer
// or suppress it.
const (
	requestOpen      int32 = iota
	requestCollected       // its answer waits for the others of an array
	requestAnswered
	requestCancelled
)

// clientState is what a client said about itself.
type clientState struct {
	mu           sync.Mutex
	info         mcp.Implementation
	capabilities mcp.ClientCapabilities
	version      string
	initialized  bool
}

// request is one request of a client. To the library it is also the session
// that the request came in on: so every notification belongs to a request, and
// what a request of the 2026-07-28 kind says about its client never changes what
// a client of the older kind agreed on at the start of the same connection.
type request struct {
	conn   *stdioConn
	id     []byte // JSON text
	key    string // the id as a map key
	method string
	size   int // bytes of the message

	ctx    context.Context //nolint:containedctx // the life of the request, not of a call
	cancel context.CancelFunc
	state  atomic.Int32
	batch  *batch
	notes  notifier

	own     clientState // set by requests that carry their client with them
	message json.RawMessage
}

var (
	_ server.SessionWithClientInfo      = (*request)(nil)
	_ server.SessionWithElicitation     = (*request)(nil)
	_ server.SessionWithProtocolVersion = (*request)(nil)
)

// client returns whose client state this request reads and writes.
func (r *request) client() *clientState {
	if r.method == string(mcp.MethodInitialize) {
		return &r.conn.client
	}
	r.own.mu.Lock()
	defer r.own.mu.Unlock()
	if r.own.initialized {
		return &r.own
	}
	return &r.conn.client
}

// SessionID names the connection.
func (r *request) SessionID() string { return r.conn.sessionID }

// NotificationChannel takes the notifications of this request. They are written
// before its answer, or never.
func (r *request) NotificationChannel() chan<- mcp.JSONRPCNotification { return r.notes.channel() }

// Initialized reports whether the client may be sent notifications.
func (r *request) Initialized() bool {
	state := r.client()
	state.mu.Lock()
	defer state.mu.Unlock()
	return state.initialized
}

// Initialize marks the connection as initialized or, in a request that stands
// alone, the request.
func (r *request) Initialize() {
	state := r.target()
	state.mu.Lock()
	defer state.mu.Unlock()
	state.initialized = true
}

// target returns the state that this request may change.
func (r *request) target() *clientState {
	if r.method == string(mcp.MethodInitialize) {
		return &r.conn.client
	}
	return &r.own
}

// GetClientInfo returns the name and version of the client.
func (r *request) GetClientInfo() mcp.Implementation {
	state := r.client()
	state.mu.Lock()
	defer state.mu.Unlock()
	return state.info
}

// SetClientInfo keeps the name and version of the client.
func (r *request) SetClientInfo(info mcp.Implementation) {
	state := r.target()
	state.mu.Lock()
	defer state.mu.Unlock()
	state.info, state.initialized = info, true
}

// GetClientCapabilities returns what the client can do.
func (r *request) GetClientCapabilities() mcp.ClientCapabilities {
	state := r.client()
	state.mu.Lock()
	defer state.mu.Unlock()
	return state.capabilities
}

// SetClientCapabilities keeps what the client can do.
func (r *request) SetClientCapabilities(capabilities mcp.ClientCapabilities) {
	state := r.target()
	state.mu.Lock()
	defer state.mu.Unlock()
	state.capabilities, state.initialized = capabilities, true
}

// ProtocolVersion returns the revision that the connection agreed on, empty
// before that.
func (r *request) ProtocolVersion() string {
	state := r.client()
	state.mu.Lock()
	defer state.mu.Unlock()
	return state.version
}

// SetProtocolVersion keeps the revision that the connection agreed on.
func (r *request) SetProtocolVersion(version string) {
	state := r.target()
	state.mu.Lock()
	defer state.mu.Unlock()
	state.version = version
}

// RequestElicitation asks the person at the client and waits for the answer, as
// long as ctx lasts and the client can still answer.
func (r *request) RequestElicitation(ctx context.Context, ask mcp.ElicitationRequest) (*mcp.ElicitationResult, error) {
	declared := r.GetClientCapabilities().Elicitation
	if declared == nil {
		return nil, server.ErrElicitationNotSupported
	}
	// An empty declaration means forms, as it did before there were others.
	if ask.Params.Mode != mcp.ElicitationModeURL && declared.Form == nil && declared.URL != nil {
		return nil, server.ErrElicitationNotSupported
	}
	if ask.Params.Mode == mcp.ElicitationModeURL && declared.URL == nil {
		return nil, server.ErrElicitationNotSupported
	}
	return r.conn.elicit(ctx, r, ask.Params)
}

// connSession is the connection as the library lists it; what is sent to every
// session arrives here.
type connSession struct{ conn *stdioConn }

var _ server.ClientSession = connSession{}

func (s connSession) SessionID() string { return s.conn.sessionID }

func (s connSession) NotificationChannel() chan<- mcp.JSONRPCNotification {
	return s.conn.broadcast.channel()
}

func (s connSession) Initialize() {}

func (s connSession) Initialized() bool {
	s.conn.client.mu.Lock()
	defer s.conn.client.mu.Unlock()
	return s.conn.client.initialized
}
