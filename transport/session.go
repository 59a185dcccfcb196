package transport

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"maps"
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
	level        mcp.LoggingLevel
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
	id     string // of the connection or session
	rpcID  []byte // JSON text of the request's id
	method string
	server *server.MCPServer
	shared *clientState // what the connection agreed on
	own    clientState  // what the request says itself
	notes  notifier
	// ask sends a request to the client and returns its result; nil where the
	// client cannot answer.
	ask func(ctx context.Context, method mcp.MCPMethod, params any) (json.RawMessage, error)

	subscription subscription
}

var (
	_ server.SessionWithClientInfo         = (*requestSession)(nil)
	_ server.SessionWithElicitation        = (*requestSession)(nil)
	_ server.SessionWithSampling           = (*requestSession)(nil)
	_ server.SessionWithLogging            = (*requestSession)(nil)
	_ server.SessionWithProtocolVersion    = (*requestSession)(nil)
	_ server.SessionWithSubscriptionFilter = (*requestSession)(nil)
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
		capabilities.Elicitation, capabilities.Sampling, capabilities.Roots = nil, nil, nil
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
	result := &mcp.ElicitationResult{}
	return result, r.request(ctx, mcp.MethodElicitationCreate, ask.Params, result)
}

// RequestSampling asks the client's model and waits for its answer.
func (r *requestSession) RequestSampling(ctx context.Context, ask mcp.CreateMessageRequest) (*mcp.CreateMessageResult, error) {
	if r.ask == nil || r.GetClientCapabilities().Sampling == nil {
		return nil, errNoSampling
	}
	result := &mcp.CreateMessageResult{}
	if err := r.request(ctx, mcp.MethodSamplingCreateMessage, ask.CreateMessageParams, result); err != nil {
		return nil, err
	}
	content, err := mcp.ParseSamplingContent(result.Content)
	if err != nil {
		return nil, fmt.Errorf("decode the client's answer: %w", err)
	}
	result.Content = content
	return result, nil
}

// request sends a request to the client and decodes its result.
func (r *requestSession) request(ctx context.Context, method mcp.MCPMethod, params, result any) error {
	raw, err := r.ask(ctx, method, params)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(raw, result); err != nil {
		return fmt.Errorf("decode the client's answer: %w", err)
	}
	return nil
}

// SetLogLevel keeps which log messages the client wants.
func (r *requestSession) SetLogLevel(level mcp.LoggingLevel) {
	state := r.source()
	state.mu.Lock()
	defer state.mu.Unlock()
	state.level = level
}

// GetLogLevel returns which log messages the client wants: errors, unless it
// said otherwise.
func (r *requestSession) GetLogLevel() mcp.LoggingLevel {
	state := r.source()
	state.mu.Lock()
	defer state.mu.Unlock()
	if state.level == "" {
		return mcp.LoggingLevelError
	}
	return state.level
}

// subscription is what a client that listens wants to be told of.
type subscription struct {
	mu     sync.Mutex
	id     string // what the library lists the request under
	filter mcp.SubscriptionFilter
	active bool
}

// subscriber is a request that listens, as the library lists it while it does.
type subscriber struct{ *requestSession }

// SessionID is the request's own: a connection may listen more than once, and
// again with an id whose canceled request has not quite ended.
func (s subscriber) SessionID() string { return s.subscription.id }

// SetSubscriptionFilter makes the library send this request what is sent to every
// session and passes the filter; the empty filter ends it.
func (r *requestSession) SetSubscriptionFilter(filter mcp.SubscriptionFilter) {
	r.subscription.mu.Lock()
	was := r.subscription.active
	r.subscription.filter, r.subscription.active = filter, !filter.IsEmpty()
	is := r.subscription.active
	if is && !was {
		r.subscription.id = r.id + " " + rand.Text()
	}
	r.subscription.mu.Unlock()
	// The session was checked when the request came in; it is listed only for
	// as long as this call's caller runs.
	switch {
	case is && !was:
		// It fails for an id that is listed already, which a random one is not.
		_ = r.server.RegisterSession(context.Background(), subscriber{r})
	case was && !is:
		r.server.UnregisterSession(context.Background(), subscriber{r}.SessionID())
	}
}

// SubscriptionFilter returns what the request listens to.
func (r *requestSession) SubscriptionFilter() (mcp.SubscriptionFilter, bool) {
	r.subscription.mu.Lock()
	defer r.subscription.mu.Unlock()
	return r.subscription.filter, r.subscription.active
}

// tagged returns a notification as it is sent for this request: with the id of
// the subscription, where it comes from one.
func (r *requestSession) tagged(n mcp.JSONRPCNotification) mcp.JSONRPCNotification {
	if _, active := r.SubscriptionFilter(); !active {
		return n
	}
	// The library shares the map between all that are told.
	meta := make(map[string]any, len(n.Params.Meta)+1)
	maps.Copy(meta, n.Params.Meta)
	meta[mcp.MetaKeySubscriptionID] = json.RawMessage(r.rpcID)
	n.Params.Meta = meta
	return n
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
