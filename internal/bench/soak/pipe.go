package soak

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"

	"zerops-mcp/internal/bench/measure"
	"zerops-mcp/internal/bench/tenants"
)

// client is a way to call tools.
type client interface {
	Call(ctx context.Context, tool, arguments, extra string) (*tenants.Result, error)
}

// pipe is a client of a server over stdio. Any number of calls may be under way.
type pipe struct {
	server *measure.Stdio

	mu       sync.Mutex
	next     int
	waiting  map[int]chan []byte
	orphans  int   // answers that nobody waits for
	nameless int   // answers to what had no id that could be read
	cause    error // why nothing more is read
	ended    chan struct{}
}

func newPipe(server *measure.Stdio) *pipe {
	p := &pipe{server: server, next: 10, waiting: make(map[int]chan []byte), ended: make(chan struct{})}
	go p.read()
	return p
}

// read hands answers to those that wait for them.
func (p *pipe) read() {
	defer close(p.ended)
	for {
		line, err := p.server.Receive()
		if err != nil {
			p.mu.Lock()
			p.cause = err
			p.mu.Unlock()
			return
		}
		var message struct {
			ID     *int   `json:"id"`
			Method string `json:"method"`
		}
		if err := json.Unmarshal(line, &message); err != nil {
			p.mu.Lock()
			p.cause = fmt.Errorf("standard output holds what is no message: %w: %.200s", err, line)
			p.mu.Unlock()
			return
		}
		p.mu.Lock()
		switch {
		case message.Method != "": // progress
		case message.ID == nil:
			p.nameless++
		case p.waiting[*message.ID] == nil:
			p.orphans++
		default:
			p.waiting[*message.ID] <- bytes.Clone(line)
			delete(p.waiting, *message.ID)
		}
		p.mu.Unlock()
	}
}

// ask sends a request and waits for its answer. A context that ends cancels the
// request, and makes sure that nothing comes for it any more.
func (p *pipe) ask(ctx context.Context, method, params string) ([]byte, error) {
	p.mu.Lock()
	p.next++
	id, answer := p.next, make(chan []byte, 1)
	p.waiting[id] = answer
	err := p.server.Send(fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":%q,"params":%s}`, id, method, params))
	p.mu.Unlock()
	if err != nil {
		return nil, err
	}
	select {
	case line := <-answer:
		return line, nil
	case <-p.ended:
		return nil, p.cause
	case <-ctx.Done():
	}
	p.mu.Lock()
	err = p.server.Send(fmt.Sprintf(`{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":%d}}`, id))
	p.mu.Unlock()
	if err != nil {
		return nil, err
	}
	// What is read after the answer to this was decided after the cancellation.
	if _, err := p.ask(context.WithoutCancel(ctx), "ping", "{}"); err != nil {
		return nil, err
	}
	p.mu.Lock()
	delete(p.waiting, id)
	p.mu.Unlock()
	return nil, ctx.Err()
}

// Call calls a tool.
func (p *pipe) Call(ctx context.Context, tool, arguments, extra string) (*tenants.Result, error) {
	line, err := p.ask(ctx, "tools/call", fmt.Sprintf(`{%s"name":%q,"arguments":%s}`, extra, tool, arguments))
	if err != nil {
		return nil, err
	}
	var message struct {
		Result *tenants.Result        `json:"result"`
		Error  *tenants.ProtocolError `json:"error"`
	}
	if err := json.Unmarshal(line, &message); err != nil {
		return nil, err
	}
	switch {
	case message.Error != nil:
		return nil, fmt.Errorf("%s: %w", tool, message.Error)
	case message.Result == nil:
		return nil, errors.New(tool + ": neither result nor error")
	}
	message.Result.Raw = string(line)
	return message.Result, nil
}

// send sends what may not even be a message.
func (p *pipe) send(line string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.server.Send(line)
}
