package transport

import (
	"context"
	"sync"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

// maxClientName bounds in bytes what is kept of the names that a client gives
// itself.
const maxClientName = 200

// clientState is what a client said about itself.
type clientState struct {
	mu           sync.Mutex
	info         mcp.Implementation
	capabilities mcp.ClientCapabilities
	version      string
	initialized  bool
}

// ready reports whether the client may be sent notifications.
func (s *clientState) ready() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.initialized
}

// agreed returns the revision that was agreed on, empty before that.
func (s *clientState) agreed() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.version
}

// requestSession is what the library sees as the session of one request. Every
// notification so belongs to a request, and what a request of the 2026-07-28
// kind says about its client never changes what a client of the older kind
// agreed on at the start of the same connection.
type requestSession struct {
	id     string
	method string
	shared *clientState // what the connection agreed on
	own    clientState  // what the request says itself
	notes  notifier
	// ask puts a question to the person; nil where nobody can be asked.
	ask func(context.Context, mcp.ElicitationParams) (*mcp.ElicitationResult, error)
}

var (
	_ server.SessionWithClientInfo      = (*requestSession)(nil)
	_ server.SessionWithElicitation     = (*requestSession)(nil)
	_ server.SessionWithProtocolVersion = (*requestSession)(nil)
)

// source returns the state that this request reads.
func (r *requestSession) source() *clientState {
	if r.shared == nil || (r.method != string(mcp.MethodInitialize) && r.own.ready()) {
		return &r.own
	}
	return r.shared
}

// target returns the state that this request may change.
func (r *requestSession) target() *clientState {
	if r.shared != nil && r.method == string(mcp.MethodInitialize) {
		return r.shared
	}
	return &r.own
}

// SessionID names the connection or session that the request came in on.
func (r *requestSession) SessionID() string { return r.id }

// NotificationChannel takes the notifications of this request. They are written
// before its answer, or never.
func (r *requestSession) NotificationChannel() chan<- mcp.JSONRPCNotification {
	return r.notes.channel()
}

// Initialized reports whether the client may be sent notifications.
func (r *requestSession) Initialized() bool { return r.source().ready() }

// Initialize marks the connection as initialized or, in a request that stands
// alone, the request.
func (r *requestSession) Initialize() {
	state := r.target()
	state.mu.Lock()
	defer state.mu.Unlock()
	state.initialized = true
}

// GetClientInfo returns the name and version of the client.
func (r *requestSession) GetClientInfo() mcp.Implementation {
	state := r.source()
	state.mu.Lock()
	defer state.mu.Unlock()
	return state.info
}

// SetClientInfo keeps the name and version of the client.
func (r *requestSession) SetClientInfo(info mcp.Implementation) {
	kept := mcp.Implementation{
		Name: truncate(info.Name, maxClientName), Version: truncate(info.Version, maxClientName), Title: truncate(info.Title, maxClientName),
	}
	state := r.target()
	state.mu.Lock()
	defer state.mu.Unlock()
	state.info, state.initialized = kept, true
}

// GetClientCapabilities returns what the client can do.
func (r *requestSession) GetClientCapabilities() mcp.ClientCapabilities {
	state := r.source()
	state.mu.Lock()
	defer state.mu.Unlock()
	return state.capabilities
}

// SetClientCapabilities keeps what the client can do, as far as a server can make
// use of it. Free-form members, which may be of any size, are not kept, and
// nothing is kept that cannot be used on this connection.
func (r *requestSession) SetClientCapabilities(capabilities mcp.ClientCapabilities) {
	capabilities.Experimental, capabilities.Extensions = nil, nil
	if r.ask == nil && r.target() == r.shared {
		capabilities.Elicitation = nil
	}
	state := r.target()
	state.mu.Lock()
	defer state.mu.Unlock()
	state.capabilities, state.initialized = capabilities, true
}

// ProtocolVersion returns the revision that the connection agreed on, empty
// before that.
func (r *requestSession) ProtocolVersion() string { return r.source().agreed() }

// SetProtocolVersion keeps the revision that the connection agreed on.
func (r *requestSession) SetProtocolVersion(version string) {
	state := r.target()
	state.mu.Lock()
	defer state.mu.Unlock()
	state.version = version
}

// RequestElicitation asks the person at the client and waits for the answer, as
// long as ctx lasts and the client can still answer.
func (r *requestSession) RequestElicitation(ctx context.Context, ask mcp.ElicitationRequest) (*mcp.ElicitationResult, error) {
	declared := r.GetClientCapabilities().Elicitation
	if declared == nil || r.ask == nil {
		return nil, server.ErrElicitationNotSupported
	}
	// An empty declaration means forms, as it did before there were others.
	if ask.Params.Mode != mcp.ElicitationModeURL && declared.Form == nil && declared.URL != nil {
		return nil, server.ErrElicitationNotSupported
	}
	if ask.Params.Mode == mcp.ElicitationModeURL && declared.URL == nil {
		return nil, server.ErrElicitationNotSupported
	}
	return r.ask(ctx, ask.Params)
}

// listedSession is a connection as the library lists it; what is sent to every
// session arrives here.
type listedSession struct {
	id        string
	client    *clientState
	broadcast *notifier
}

var _ server.ClientSession = listedSession{}

func (s listedSession) SessionID() string { return s.id }

func (s listedSession) NotificationChannel() chan<- mcp.JSONRPCNotification {
	return s.broadcast.channel()
}

func (s listedSession) Initialize() {}

func (s listedSession) Initialized() bool { return s.client.ready() }

// truncate cuts text to at most limit bytes.
func truncate(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	// A copy, so that the rest is not kept alive.
	return string([]byte(text[:limit]))
}
