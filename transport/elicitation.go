package transport

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"github.com/mark3labs/mcp-go/mcp"
)

// errClientGone says why a question to the person has no answer.
var errClientGone = errors.New("the client cannot answer any more")

// elicitationAnswer is what came back for a question.
type elicitationAnswer struct {
	result *mcp.ElicitationResult
	err    error
}

// rpcMessage is a message that this side starts.
type rpcMessage struct {
	JSONRPC string `json:"jsonrpc"`
	ID      *int64 `json:"id,omitempty"`
	Method  string `json:"method"`
	Params  any    `json:"params,omitempty"`
}

// elicit sends a question for request r and waits for its answer.
func (c *stdioConn) elicit(ctx context.Context, r *request, params mcp.ElicitationParams) (*mcp.ElicitationResult, error) {
	answer := make(chan elicitationAnswer, 1)
	c.mu.Lock()
	if c.questions == nil {
		c.mu.Unlock()
		return nil, errClientGone
	}
	c.lastQuestion++
	id := c.lastQuestion
	c.questions[id] = answer
	c.mu.Unlock()

	defer func() {
		c.mu.Lock()
		delete(c.questions, id)
		c.mu.Unlock()
	}()

	line, err := json.Marshal(rpcMessage{JSONRPC: "2.0", ID: &id, Method: string(mcp.MethodElicitationCreate), Params: params})
	if err != nil {
		return nil, fmt.Errorf("encode the question to the person: %w", err)
	}
	if !c.send(append(line, '\n'), r) {
		return nil, errClientGone
	}

	select {
	case got := <-answer:
		return got.result, got.err
	case <-ctx.Done():
		// The client is told, so that it does not leave a dialog open that
		// nobody waits for.
		c.withdraw(id)
		return nil, ctx.Err()
	}
}

// withdraw tells the client that an answer is not needed any more.
func (c *stdioConn) withdraw(id int64) {
	line, err := json.Marshal(rpcMessage{
		JSONRPC: "2.0",
		Method:  "notifications/cancelled",
		Params:  map[string]any{"requestId": id, "reason": "the call that asked has ended"},
	})
	if err == nil {
		c.send(append(line, '\n'), nil)
	}
}

// closeQuestions ends every wait for an answer and refuses new questions.
func (c *stdioConn) closeQuestions() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, answer := range c.questions {
		select {
		case answer <- elicitationAnswer{err: errClientGone}:
		default:
		}
	}
	c.questions = nil
}

// takeResponse hands a client's response to the call that asked. Responses that
// nobody waits for are dropped.
func (c *stdioConn) takeResponse(message []byte, id []byte) {
	number, err := strconv.ParseInt(string(id), 10, 64)
	if err != nil {
		return
	}
	c.mu.Lock()
	answer := c.questions[number]
	delete(c.questions, number)
	c.mu.Unlock()
	if answer == nil {
		return
	}

	var response struct {
		Result *mcp.ElicitationResult `json:"result"`
		Error  *struct {
			Code int `json:"code"`
		} `json:"error"`
	}
	got := elicitationAnswer{}
	switch err := json.Unmarshal(message, &response); {
	case err != nil:
		got.err = fmt.Errorf("decode the client's answer: %w", err)
	case response.Error != nil:
		// The client's own words stay out: they may quote the question.
		got.err = fmt.Errorf("the client refused the question with error %d", response.Error.Code)
	case response.Result == nil:
		got.err = errors.New("the client answered without a result")
	default:
		got.result = response.Result
	}
	answer <- got
}
