package transport_test

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"testing"
	"time"

	"zerops-mcp/transport"
)

func cancelLine(id string) string {
	return `{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":` + id + `,"reason":"test"}}`
}

// pong sends a ping and returns every message up to its answer.
func (c *stdioClient) pong() []message {
	c.tb.Helper()
	c.send(`{"jsonrpc":"2.0","id":"pong","method":"ping"}`)
	var before []message
	for {
		m := c.next()
		if string(m.ID) == `"pong"` {
			return before
		}
		before = append(before, m)
	}
}

func TestStdioCancel(t *testing.T) {
	t.Parallel()
	t.Run("a running call ends without an answer", func(t *testing.T) {
		t.Parallel()
		p := newProbe()
		c := serveStdio(t, newServer(t, p), nil)
		c.call("1", "sleep", `{"ms":60000}`)
		<-p.started
		c.send(cancelLine("1"))
		if err := <-p.ended; err == nil {
			t.Error("the call's context ended without a cause")
		}
		if got := c.pong(); len(got) > 0 {
			t.Errorf("a cancelled call was answered %s", got[0].raw)
		}
		_ = c.in.Close()
		if got := c.rest(); len(got) > 0 {
			t.Errorf("a cancelled call was answered %s", got[0].raw)
		}
	})
	t.Run("a waiting call never starts", func(t *testing.T) {
		t.Parallel()
		p := newProbe()
		c := serveStdio(t, newServer(t, p), func(cfg *transport.StdioConfig) { cfg.Concurrency = 1 })
		c.call("1", "sleep", `{"ms":200}`)
		c.call("2", "sleep", `{"ms":0}`)
		c.call("3", "echo", `{"text":"third"}`)
		c.send(cancelLine("2"))
		if got := c.next(); string(got.ID) != "1" {
			t.Errorf("first answer %s", got.raw)
		}
		if got := c.next(); string(got.ID) != "3" || got.text() != "third" {
			t.Errorf("second answer %s", got.raw)
		}
		if got := c.pong(); len(got) > 0 || len(p.started) != 1 {
			t.Errorf("%d calls started, then came %v", len(p.started), got)
		}
	})
	t.Run("no progress of a call that goes on", func(t *testing.T) {
		t.Parallel()
		p := newProbe()
		c := serveStdio(t, newServer(t, p), nil)
		c.initialize("2025-11-25", "{}")
		c.call("1", "chatty", "{}")
		for range 3 {
			if got := c.next(); got.Method != "notifications/progress" {
				t.Fatalf("got %s", got.raw)
			}
		}
		c.send(cancelLine("1"))
		c.pong()
		time.Sleep(20 * time.Millisecond)
		if got := c.pong(); len(got) > 0 {
			t.Errorf("after the cancellation came %s", got[0].raw)
		}
		close(p.release)
		_ = c.in.Close()
		if got := c.rest(); len(got) > 0 {
			t.Errorf("after the end came %s", got[0].raw)
		}
	})
	t.Run("one is not the string one", func(t *testing.T) {
		t.Parallel()
		p := newProbe()
		c := serveStdio(t, newServer(t, p), nil)
		c.call("1", "sleep", `{"ms":100}`)
		c.call(`"1"`, "sleep", `{"ms":60000}`)
		c.send(cancelLine(`"1"`))
		if got := c.next(); string(got.ID) != "1" || got.text() != "slept" {
			t.Errorf("answered %s", got.raw)
		}
		if got := c.pong(); len(got) > 0 {
			t.Errorf("then came %s", got[0].raw)
		}
	})
	t.Run("the id is free again", func(t *testing.T) {
		t.Parallel()
		p := newProbe()
		c := serveStdio(t, newServer(t, p), nil)
		c.call("1", "stubborn", "{}")
		<-p.started
		c.send(cancelLine("1"))
		c.call("1", "echo", `{"text":"second"}`)
		if got := c.next(); got.text() != "second" {
			t.Errorf("answered %s", got.raw)
		}
		close(p.release)
		if got := c.pong(); len(got) > 0 {
			t.Errorf("then came %s", got[0].raw)
		}
	})
}

func TestStdioRefusesAnIDInUse(t *testing.T) {
	t.Parallel()
	p := newProbe()
	c := serveStdio(t, newServer(t, p), nil)
	c.call("1", "stubborn", "{}")
	<-p.started
	c.call("1", "echo", "{}")
	if got := c.next(); got.code() != -32600 {
		t.Errorf("answered %s", got.raw)
	}
	close(p.release)
	if got := c.next(); got.text() != "released" {
		t.Errorf("the first call was answered %s", got.raw)
	}
	c.call("1", "echo", `{"text":"again"}`)
	if got := c.next(); got.text() != "again" {
		t.Errorf("answered %s", got.raw)
	}
}

// Progress that a call sent before its result arrives before it, all of it, and
// none of what it sends later does.
func TestStdioProgressOrder(t *testing.T) {
	t.Parallel()
	p := newProbe()
	c := serveStdio(t, newServer(t, p), nil)
	c.initialize("2025-11-25", "{}")
	for i := range 200 {
		c.call(strconv.Itoa(i), "progress", `{"n":5}`)
		for n := range 5 {
			got := c.next()
			if got.Method != "notifications/progress" || got.Params["progress"] != float64(n) || got.Params["progressToken"] != float64(i) {
				t.Fatalf("call %d, step %d: got %s", i, n, got.raw)
			}
		}
		if got := c.next(); got.text() != "done" {
			t.Fatalf("call %d was answered %s", i, got.raw)
		}
	}
	for i := range 50 {
		c.call(strconv.Itoa(i), "late", "{}")
		for c.next().Method != "" {
			continue
		}
		<-p.ended
		if got := c.pong(); len(got) > 0 {
			t.Fatalf("after the result came %s", got[0].raw)
		}
	}
}

// recordingWriter keeps every write apart.
type recordingWriter struct {
	io.Writer
	writes chan string
}

func (w recordingWriter) Write(p []byte) (int, error) {
	w.writes <- string(p)
	return len(p), nil
}

func TestStdioWritesOneLineAtOnce(t *testing.T) {
	t.Parallel()
	writes := make(chan string, 1000)
	c := serveStdio(t, newServer(t, newProbe()), func(cfg *transport.StdioConfig) {
		cfg.Out = recordingWriter{writes: writes}
	})
	c.send(initializeLine("2025-11-25", "{}"))
	for i := range 20 {
		c.call(strconv.Itoa(i), "progress", `{"n":3}`)
	}
	_ = c.in.Close()
	_ = c.wait()
	close(writes)
	count := 0
	for write := range writes {
		count++
		if strings.Count(write, "\n") != 1 || !strings.HasSuffix(write, "\n") {
			t.Errorf("one write was %q", write)
		}
	}
	if count != 1+20*4 {
		t.Errorf("%d writes, want %d", count, 1+20*4)
	}
}

func TestStdioElicitation(t *testing.T) {
	t.Parallel()
	t.Run("answers reach the call that asked", func(t *testing.T) {
		t.Parallel()
		c := serveStdio(t, newServer(t, newProbe()), nil)
		c.initialize("2025-06-18", `{"elicitation":{}}`)
		for id, action := range map[string]string{"1": "accept", "2": "decline", "3": "cancel"} {
			c.call(id, "ask", "{}")
			question := c.next()
			if question.Method != "elicitation/create" || question.Params["message"] != "Sure?" {
				t.Fatalf("got %s", question.raw)
			}
			c.send(fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"result":{"action":%q}}`, question.ID, action))
			if got := c.next(); string(got.ID) != id || got.text() != action {
				t.Errorf("answered %s, want %s", got.raw, action)
			}
			// A second answer finds nobody.
			c.send(fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"result":{"action":"accept"}}`, question.ID))
		}
		if got := c.pong(); len(got) > 0 {
			t.Errorf("then came %s", got[0].raw)
		}
	})
	t.Run("answers that are none", func(t *testing.T) {
		t.Parallel()
		p := newProbe()
		c := serveStdio(t, newServer(t, p), nil)
		c.initialize("2025-06-18", `{"elicitation":{}}`)
		for _, member := range []string{`"error":{"code":-32000,"message":"canary"}`, `"result":null`, `"result":5`, `"error":7`} {
			c.call("1", "ask", "{}")
			question := c.next()
			c.send(fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,%s}`, question.ID, member))
			if got := c.next(); !got.Result.IsError || strings.Contains(got.raw, "canary") {
				t.Errorf("after %s answered %s", member, got.raw)
			}
			<-p.ended
		}
	})
	for _, capabilities := range []string{`{}`, `{"elicitation":{"url":{}}}`} {
		t.Run("not declared "+capabilities, func(t *testing.T) {
			t.Parallel()
			c := serveStdio(t, newServer(t, newProbe()), nil)
			c.initialize("2025-11-25", capabilities)
			c.call("1", "ask", "{}")
			if got := c.next(); got.text() != "cannot ask" {
				t.Errorf("answered %s", got.raw)
			}
		})
	}
	t.Run("a cancelled call withdraws its question", func(t *testing.T) {
		t.Parallel()
		p := newProbe()
		c := serveStdio(t, newServer(t, p), nil)
		c.initialize("2025-11-25", `{"elicitation":{"form":{}}}`)
		c.call("1", "ask", "{}")
		question := c.next()
		c.send(cancelLine("1"))
		got := c.next()
		if got.Method != "notifications/cancelled" || fmt.Sprint(got.Params["requestId"]) != string(question.ID) {
			t.Errorf("got %s", got.raw)
		}
		<-p.ended
		if got := c.pong(); len(got) > 0 {
			t.Errorf("then came %s", got[0].raw)
		}
	})
	t.Run("two hundred at once", func(t *testing.T) {
		t.Parallel()
		c := serveStdio(t, newServer(t, newProbe()), nil)
		c.initialize("2025-11-25", `{"elicitation":{}}`)
		for i := range 200 {
			c.call(strconv.Itoa(i), "ask", "{}")
		}
		for asked, answered := 0, 0; answered < 200; {
			m := c.next()
			if m.Method == "elicitation/create" {
				asked++
				c.send(fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"result":{"action":"accept"}}`, m.ID))
				continue
			}
			answered++
			if m.text() != "accept" {
				t.Fatalf("answered %s", m.raw)
			}
		}
	})
}

// Two servers in one process keep their clients apart.
func TestStdioConnectionsAreSeparate(t *testing.T) {
	t.Parallel()
	s := newServer(t, newProbe())
	clients := []*stdioClient{serveStdio(t, s, nil), serveStdio(t, s, nil)}
	for i, c := range clients {
		c.initialize([]string{"2025-06-18", "2025-11-25"}[i], "{}")
	}
	for round := range 50 {
		for i, c := range clients {
			c.call(strconv.Itoa(round*2+i), "progress", `{"n":3}`)
		}
		for i, c := range clients {
			for range 3 {
				if got := c.next(); got.Params["progressToken"] != float64(round*2+i) {
					t.Fatalf("client %d got %s", i, got.raw)
				}
			}
			if got := c.next(); string(got.ID) != strconv.Itoa(round*2+i) {
				t.Fatalf("client %d got %s", i, got.raw)
			}
		}
	}
}
