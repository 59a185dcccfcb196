package transport

import (
	"context"
	"encoding/json"
	"sync/atomic"
)

// The states of a request. Only the side that moved it out of a state may answer
// or suppress it.
const (
	requestOpen      int32 = iota
	requestCollected       // its answer waits for the others of an array
	requestAnswered
	requestCancelled
)

// inboundRequest is one request of a client on a conn.
type inboundRequest struct {
	requestSession
	key     string // the id as a map key
	size    int    // bytes of the message
	taken   bool   // counted by conn.take
	message json.RawMessage

	ctx    context.Context //nolint:containedctx // the life of the request, not of a call
	cancel context.CancelFunc
	state  atomic.Int32
	batch  *batch
}
