package simulator

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
	"time"
)

// basePath is the prefix of every operation of the public API.
const basePath = "/api/rest/public"

// Simulator is one Zerops account. It is safe for concurrent use and is an
// http.Handler; Start puts it on a port.
type Simulator struct {
	mux   *http.ServeMux
	names map[string]string // Mux patterns to operations.
	cfg   config

	mu    sync.Mutex // Guards everything below.
	world *world

	faults   faultList
	requests requestLog
	streams  streamList
}

// New returns an account that a person would believe: two organisations, twenty
// projects and their services, with some of everything that can be wrong.
func New(opts ...Option) *Simulator {
	cfg := defaultConfig()
	for _, opt := range opts {
		opt(&cfg)
	}
	s := &Simulator{cfg: cfg, mux: http.NewServeMux(), names: make(map[string]string)}
	s.requests.limit = cfg.requestsMax
	s.world = newWorld(cfg)
	s.register()
	return s
}

// ServeHTTP answers one request: faults first, then the route, the token, the
// arguments and the work itself, which is the order in which the platform finds
// fault with a request.
func (s *Simulator) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	recorded := &responseRecorder{ResponseWriter: w}
	entry := s.requests.begin(r, s.cfg.clock())
	r = r.WithContext(withEntry(r.Context(), entry))
	defer func() { s.requests.end(entry, recorded.status) }()

	_, pattern := s.mux.Handler(r)
	op := s.operationOf(pattern)
	s.requests.name(entry, op)
	if s.faults.strike(recorded, r, op, s.route) {
		return
	}
	s.route(recorded, r)
}

// route hands a request to its operation, or says in the API's own shape that
// there is none.
func (s *Simulator) route(w http.ResponseWriter, r *http.Request) {
	handler, pattern := s.mux.Handler(r)
	hidden := s.cfg.guide != guideOff && hiddenByGuide(relativePath(r))
	if pattern != "" && !hidden && !isRedirect(r, handler) {
		s.mux.ServeHTTP(w, r)
		return
	}
	// The mux knows whether another method would have been right.
	probe := &statusProbe{header: make(http.Header)}
	if pattern == "" && !hidden {
		handler.ServeHTTP(probe, r)
	}
	if probe.status == http.StatusMethodNotAllowed {
		w.Header().Set("Allow", probe.header.Get("Allow"))
		writeError(w, &apiError{status: http.StatusMethodNotAllowed, code: "methodNotAllowed", message: "Method not allowed"})
		return
	}
	writeError(w, &apiError{status: http.StatusNotFound, code: "notFound", message: "Route not found"})
}

// Running is a Simulator on a port of this machine.
type Running struct {
	// URL is the address to give to a client, without the /api/rest/public path.
	URL string

	server  *http.Server
	streams context.CancelFunc // ends those that the server no longer knows of
	done    chan error
}

// Start serves the account on a free port of 127.0.0.1 until Close is called or
// ctx ends.
func (s *Simulator) Start(ctx context.Context) (*Running, error) {
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	base, endStreams := context.WithCancel(context.WithoutCancel(ctx))
	running := &Running{
		URL:     "http://" + listener.Addr().String(),
		server:  &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second, BaseContext: func(net.Listener) context.Context { return base }},
		streams: endStreams,
		done:    make(chan error, 1),
	}
	stop := context.AfterFunc(ctx, func() {
		endStreams()
		_ = running.server.Close()
	})
	go func() {
		defer stop()
		running.done <- running.server.Serve(listener)
	}()
	return running, nil
}

// Close stops the server, cuts its connections and waits until it has stopped. It
// may be called more than once.
func (r *Running) Close() error {
	r.streams()
	closing := r.server.Close()
	err := <-r.done
	r.done <- err // A second Close finds the same answer.
	if errors.Is(err, http.ErrServerClosed) {
		err = nil
	}
	return errors.Join(closing, err)
}
