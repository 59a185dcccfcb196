package transport_test

import (
	"fmt"
	"io"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
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

func TestStdioBatches(t *testing.T) {
	t.Parallel()
	batchClient := func(t *testing.T, p *probe, change func(*transport.StdioConfig)) *stdioClient {
		t.Helper()
		c := serveStdio(t, newServer(t, p), change)
		c.initialize("2025-03-26", `{"elicitation":{}}`)
		return c
	}
	ping := `{"jsonrpc":"2.0","id":1,"method":"ping"}`
	t.Run("answers come together", func(t *testing.T) {
		t.Parallel()
		c := batchClient(t, newProbe(), nil)
		c.send("[" + ping + "," + toolCall("2", "sleep", `{"ms":50}`) + `,{"jsonrpc":"2.0","method":"notifications/none"},` +
			toolCall("3", "echo", `{"text":"three"}`) + ", 5, []," + initializeLine("2025-11-25", "{}") + "," + toolCall("4", "panic", "{}") + "]")
		answers := decodeBatch(t, c.next())
		byID := map[string]message{}
		null := 0
		for _, m := range answers {
			byID[string(m.ID)] = m
			if string(m.ID) == "null" && m.code() == -32600 {
				null++
			}
		}
		if len(answers) != 7 || null != 2 {
			t.Errorf("%d answers, %d without an id: %v", len(answers), null, answers)
		}
		if byID["1"].code() != 0 || byID["2"].text() != "slept" || byID["3"].text() != "three" ||
			byID[`"init"`].code() != -32600 || byID["4"].code() != -32603 {
			t.Errorf("answered %v", byID)
		}
		if got := c.pong(); len(got) > 0 {
			t.Errorf("then came %s", got[0].raw)
		}
	})
	t.Run("only notifications", func(t *testing.T) {
		t.Parallel()
		c := batchClient(t, newProbe(), nil)
		c.send(`[{"jsonrpc":"2.0","method":"notifications/none"},{"jsonrpc":"2.0","id":77,"result":{}}]`)
		if got := c.pong(); len(got) > 0 {
			t.Errorf("answered %s", got[0].raw)
		}
	})
	t.Run("empty", func(t *testing.T) {
		t.Parallel()
		c := batchClient(t, newProbe(), nil)
		c.send(`[]`)
		if got := c.next(); got.code() != -32600 || string(got.ID) != "null" {
			t.Errorf("answered %s", got.raw)
		}
	})
	t.Run("too many", func(t *testing.T) {
		t.Parallel()
		c := batchClient(t, newProbe(), nil)
		c.send("[" + strings.Repeat("1,", 500_000) + "1]")
		if got := c.next(); got.code() != -32600 || string(got.ID) != "null" {
			t.Errorf("answered %.200s", got.raw)
		}
	})
	t.Run("cancelled members are left out", func(t *testing.T) {
		t.Parallel()
		p := newProbe()
		c := batchClient(t, p, nil)
		c.send("[" + toolCall("2", "sleep", `{"ms":60000}`) + "," + toolCall("3", "echo", `{"text":"three"}`) + "," +
			toolCall("4", "stubborn", "{}") + "]")
		<-p.started
		<-p.started
		c.pong()
		time.Sleep(20 * time.Millisecond)
		c.send(cancelLine("2"), cancelLine("3"))
		if got := c.pong(); len(got) > 0 {
			t.Errorf("too early came %s", got[0].raw)
		}
		close(p.release)
		answers := decodeBatch(t, c.next())
		if len(answers) != 1 || string(answers[0].ID) != "4" {
			t.Errorf("answered %v", answers)
		}
		c.send("[" + toolCall("5", "sleep", `{"ms":60000}`) + "]")
		<-p.started
		c.send(cancelLine("5"))
		if got := c.pong(); len(got) > 0 {
			t.Errorf("an array of cancelled requests was answered %s", got[0].raw)
		}
	})
	t.Run("questions are answered in arrays too", func(t *testing.T) {
		t.Parallel()
		c := batchClient(t, newProbe(), nil)
		c.send("[" + toolCall("2", "ask", "{}") + "]")
		question := c.next()
		c.send(fmt.Sprintf(`[{"jsonrpc":"2.0","id":%s,"result":{"action":"accept"}}]`, question.ID))
		if answers := decodeBatch(t, c.next()); len(answers) != 1 || answers[0].text() != "accept" {
			t.Errorf("answered %v", answers)
		}
	})
	t.Run("the end answers arrays", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			p := newProbe()
			c := batchClient(t, p, func(cfg *transport.StdioConfig) { cfg.Concurrency = 2 })
			defer func() { close(p.release); synctest.Wait() }()
			c.send("[" + toolCall("2", "stubborn", "{}") + "," + toolCall("3", "stubborn", "{}") + "," + toolCall("4", "echo", "{}") + "]")
			<-p.started
			<-p.started
			c.stop()
			answers := decodeBatch(t, c.next())
			if len(answers) != 3 {
				t.Errorf("answered %v", answers)
			}
			for _, m := range answers {
				if want := map[string]string{"2": "uncertain", "3": "uncertain", "4": "unavailable"}[string(m.ID)]; !strings.Contains(m.text(), want) {
					t.Errorf("answered %s, want %s", m.raw, want)
				}
			}
		})
	})
}

// Pings and cancellations do not wait behind calls.
func TestStdioStaysResponsive(t *testing.T) {
	t.Parallel()
	p := newProbe()
	c := serveStdio(t, newServer(t, p), nil)
	for i := range 64 + 500 {
		c.call(strconv.Itoa(i), "sleep", `{"ms":60000}`)
	}
	for range 64 {
		<-p.started
	}
	for range 20 {
		start := time.Now()
		if got := c.pong(); len(got) > 0 {
			t.Fatalf("got %s", got[0].raw)
		}
		if took := time.Since(start); took > 50*time.Millisecond {
			t.Errorf("a ping took %v", took)
		}
	}
	start := time.Now()
	c.send(cancelLine("0"))
	<-p.ended
	if took := time.Since(start); took > 50*time.Millisecond {
		t.Errorf("a cancellation took %v", took)
	}
	<-p.started // its place goes to one that waited
	c.send(`{"jsonrpc":"2.0","id":"list","method":"tools/list"}`)
	if got := c.next(); len(got.Result.Tools) == 0 {
		t.Errorf("the list was answered %s", got.raw)
	}
	select {
	case <-p.started:
		t.Error("more than 64 calls run at once")
	case <-time.After(20 * time.Millisecond):
	}
}

// What does not fit is refused at once, in words for the model, and the rest is
// not harmed.
func TestStdioRefusesWhatDoesNotFit(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name   string
		change func(*transport.StdioConfig)
	}{
		{"too many", func(cfg *transport.StdioConfig) { cfg.Concurrency, cfg.Queue = 1, 1 }},
		{"too large", func(cfg *transport.StdioConfig) { cfg.MaxPending = 2*len(toolCall("1", "stubborn", "{}")) + 10 }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			p := newProbe()
			c := serveStdio(t, newServer(t, p), tc.change)
			c.call("1", "stubborn", "{}")
			<-p.started
			c.call("2", "stubborn", "{}")
			c.call("3", "stubborn", "{}")
			got := c.next()
			if string(got.ID) != "3" || !got.Result.IsError || !strings.Contains(got.text(), `"code":"rate_limited"`) ||
				!strings.Contains(got.text(), `"retry_after_seconds":1`) || got.Result.ResultType != "" {
				t.Errorf("answered %s", got.raw)
			}
			c.send(modern("4", "tools/call", `"name":"stubborn","arguments":{"x":"`+strings.Repeat("x", 100)+`"},`))
			if got := c.next(); got.Result.ResultType != "complete" {
				t.Errorf("answered %s", got.raw)
			}
			close(p.release)
			for range 2 {
				if got := c.next(); got.text() != "released" {
					t.Errorf("answered %s", got.raw)
				}
			}
			c.call("3", "echo", `{"text":"now"}`)
			if got := c.next(); got.text() != "now" {
				t.Errorf("answered %s", got.raw)
			}
		})
	}
}

// Lines over the limit are refused with their id, in memory that does not grow
// with them.
func TestStdioLongLines(t *testing.T) {
	limit := 4 << 20
	filler := func(n int) string { return strings.Repeat("x", n) }
	call := func(before, after string, n int) string {
		return `{"jsonrpc":"2.0",` + before + `"method":"tools/call","params":{"name":"echo","arguments":{"text":"` + filler(n) + `"}}` + after + `}`
	}
	fitting := func(n int) string {
		start, end := `{"jsonrpc":"2.0","id":1,"method":"ping","p":"`, `"}`
		return start + filler(n-len(start)-len(end)) + end
	}
	c := serveStdio(t, newServer(t, newProbe()), nil)
	for _, tc := range []struct {
		name, line, id string
		code           int
	}{
		{"id before", call(`"id":1,`, "", 5<<20), "1", -32600},
		{"id after", call("", `,"id":"two"`, 5<<20), `"two"`, -32600},
		{"id in the parameters", `{"jsonrpc":"2.0","method":"x","params":{"id":1,"t":"` + filler(5<<20) + `\"","id":2}}`, "null", -32600},
		{"id of a response", `{"jsonrpc":"2.0","id":1,"result":{"x":"` + filler(5<<20) + `"}}`, "null", -32600},
		{"array", `[{"jsonrpc":"2.0","id":1,"method":"` + filler(5<<20) + `"}]`, "null", -32600},
		{"no JSON", filler(5 << 20), "null", -32600},
		{"backslashes", `{"jsonrpc":"2.0","params":"` + strings.Repeat(`\`, 6<<20) + `","id":1}`, "1", -32600},
		{"deep", `{"jsonrpc":"2.0","id":1,"params":` + strings.Repeat(`[`, 6<<20), "1", -32600},
		{"one over", fitting(limit + 1), "1", -32600},
		{"two over", fitting(limit + 2), "1", -32600},
		{"just fits", fitting(limit), "1", 0},
		{"just fits with a return", fitting(limit) + "\r", "1", 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c.send(tc.line)
			if got := c.next(); string(got.ID) != tc.id || got.code() != tc.code {
				t.Errorf("answered %.200s, want id %s and code %d", got.raw, tc.id, tc.code)
			}
			c.send(`{"jsonrpc":"2.0","id":"alive","method":"ping"}`)
			if got := c.next(); string(got.ID) != `"alive"` {
				t.Errorf("then answered %.200s", got.raw)
			}
		})
	}

	t.Run("memory", func(t *testing.T) {
		piece := []byte(filler(1 << 20))
		runtime.GC()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, _ = io.WriteString(c.in, `{"jsonrpc":"2.0","method":"x","p":"`)
		for range 256 {
			_, _ = c.in.Write(piece)
		}
		c.send(`","id":1}`)
		if got := c.next(); string(got.ID) != "1" || got.code() != -32600 {
			t.Errorf("answered %.200s", got.raw)
		}
		runtime.ReadMemStats(&after)
		if grown := after.TotalAlloc - before.TotalAlloc; grown > 24<<20 {
			t.Errorf("a line of 256 MiB took %d MiB", grown>>20)
		}
	})

	t.Run("cut by the end", func(t *testing.T) {
		c := serveStdio(t, newServer(t, newProbe()), nil)
		_, _ = io.WriteString(c.in, `{"jsonrpc":"2.0","id":1,"p":"`+filler(5<<20))
		_ = c.in.Close()
		if got := c.next(); got.code() != -32600 || string(got.ID) != "1" {
			t.Errorf("answered %.200s", got.raw)
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
