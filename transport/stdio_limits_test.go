package transport_test

import (
	"io"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"zerops-mcp/transport"
)

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
