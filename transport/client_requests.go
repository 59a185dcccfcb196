package transport

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"sync"

	"github.com/mark3labs/mcp-go/mcp"
)

// Why a request to the client has no answer.
var (
	errClientGone = errors.New("the client cannot answer any more")
	errNoSampling = errors.New("the client cannot be asked for the words of a model")
)

// clientAnswer is what came back for a question.
type clientAnswer struct {
	result json.RawMessage
	err    error
}

// rpcMessage is a message that this side starts.
type rpcMessage struct {
	JSONRPC string `json:"jsonrpc"`
	ID      *int64 `json:"id,omitempty"`
	Method  string `json:"method"`
	Params  any    `json:"params,omitempty"`
}

// clientRequests are the requests to one client, such as questions to its person, that
// wait for their answer. The zero value is ready to use.
type clientRequests struct {
	mu     sync.Mutex
	open   map[int64]chan clientAnswer
	last   int64
	closed bool
}

// ask sends a question and waits for its answer. send writes a message as part
// of the request that asks and reports whether it was written; withdraw does the
// same for a message that outlives it.
func (q *clientRequests) ask(
	ctx context.Context, method mcp.MCPMethod, params any, send, withdraw func(message []byte) bool,
) (json.RawMessage, error) {
	id, answer, ok := q.add()
	if !ok {
		return nil, errClientGone
	}
	defer q.take(id)

	question, err := json.Marshal(rpcMessage{JSONRPC: "2.0", ID: &id, Method: string(method), Params: params})
	if err != nil {
		return nil, fmt.Errorf("encode the question to the client: %w", err)
	}
	if !send(question) {
		return nil, errClientGone
	}

	select {
	case got := <-answer:
		return got.result, got.err
	case <-ctx.Done():
	}
	// The client is told, so that it does not leave a dialog open that nobody
	// waits for.
	notice, err := json.Marshal(rpcMessage{
		JSONRPC: "2.0",
		Method:  methodCanceled,
		Params:  map[string]any{"requestId": id, "reason": "the call that asked has ended"},
	})
	if err == nil {
		withdraw(notice)
	}
	return nil, ctx.Err()
}

// add opens a question.
func (q *clientRequests) add() (int64, <-chan clientAnswer, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return 0, nil, false
	}
	if q.open == nil {
		q.open = make(map[int64]chan clientAnswer)
	}
	q.last++
	answer := make(chan clientAnswer, 1)
	q.open[q.last] = answer
	return q.last, answer, true
}

// take closes a question and returns where its answer goes, nil when it is not
// open.
func (q *clientRequests) take(id int64) chan<- clientAnswer {
	q.mu.Lock()
	defer q.mu.Unlock()
	answer := q.open[id]
	delete(q.open, id)
	return answer
}

// close ends every wait for an answer and refuses new questions.
func (q *clientRequests) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, answer := range q.open {
		answer <- clientAnswer{err: errClientGone}
	}
	q.open, q.closed = nil, true
}

// answer hands a client's response to the call that asked. Responses that nobody
// waits for are dropped.
func (q *clientRequests) answer(message, id []byte) {
	number, err := strconv.ParseInt(string(id), 10, 64)
	if err != nil {
		return
	}
	answer := q.take(number)
	if answer == nil {
		return
	}

	var response struct {
		Result json.RawMessage `json:"result"`
		Error  *struct {
			Code int `json:"code"`
		} `json:"error"`
	}
	got := clientAnswer{}
	switch err := json.Unmarshal(message, &response); {
	case err != nil:
		got.err = fmt.Errorf("decode the client's answer: %w", err)
	case response.Error != nil:
		// The client's own words stay out: they may quote the question.
		got.err = fmt.Errorf("the client refused the question with error %d", response.Error.Code)
	case len(response.Result) == 0 || string(response.Result) == "null":
		got.err = errors.New("the client answered without a result")
	default:
		got.result = response.Result
	}
	answer <- got
}
