package transport_test

import (
	"errors"
	"io"
	"os"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"zerops-mcp/transport"
)

// Everything that was piped in is answered, whatever the blank lines, and
// although the last line has no end.
func TestStdioEndOfInputAnswersEverything(t *testing.T) {
	t.Parallel()
	for _, calls := range []int{1, 5, 100, 1000} {
		t.Run(strconv.Itoa(calls), func(t *testing.T) {
			t.Parallel()
			var input strings.Builder
			for i := range calls {
				if i > 0 {
					input.WriteString("\n\n \r\n")
				}
				input.WriteString(toolCall(strconv.Itoa(i), "sleep", `{"ms":5}`))
			}
			c := serveStdio(t, newServer(t, newProbe()), func(cfg *transport.StdioConfig) {
				cfg.In = strings.NewReader(input.String())
			})
			answered := map[string]bool{}
			for _, m := range c.rest() {
				if m.text() != "slept" {
					t.Fatalf("answered %s", m.raw)
				}
				answered[string(m.ID)] = true
			}
			if len(answered) != calls {
				t.Errorf("%d of %d calls answered", len(answered), calls)
			}
			if err := c.wait(); err != nil {
				t.Errorf("serving returned %v", err)
			}
		})
	}
}

// At the end of the input calls that wait answer with their state at once, and
// the others have ten seconds.
func TestStdioEndOfInputTimes(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		tool, arguments string
		want            string
		within          time.Duration
	}{
		{"wait", "{}", "still running", time.Millisecond},
		{"sleep", `{"ms":7000}`, "slept", 7*time.Second + time.Millisecond},
		{"sleep", `{"ms":60000}`, "stopped", 9 * time.Second},
		{"stubborn", "{}", `"code":"uncertain"`, 10 * time.Second},
		{"ask", "{}", "cannot answer", time.Millisecond},
	} {
		t.Run(tc.tool+tc.arguments, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				p := newProbe()
				c := serveStdio(t, newServer(t, p), nil)
				defer func() { close(p.release); synctest.Wait() }()
				c.initialize("2025-11-25", `{"elicitation":{}}`)
				c.call("1", tc.tool, tc.arguments)
				<-p.started
				if tc.tool == "ask" {
					c.next()
				}
				start := time.Now()
				_ = c.in.Close()
				if got := c.next(); !strings.Contains(got.text(), tc.want) {
					t.Errorf("answered %s, want %q", got.raw, tc.want)
				}
				if took := time.Since(start); took > tc.within {
					t.Errorf("answered after %v, want within %v", took, tc.within)
				}
				if err := c.wait(); err != nil {
					t.Errorf("serving returned %v", err)
				}
				if took := time.Since(start); took > tc.within {
					t.Errorf("ended after %v, want within %v", took, tc.within)
				}
			})
		})
	}
}

// When told to stop, every call is answered and serving ends within 1.5 s,
// whether calls notice or not; calls that had not started say so.
func TestStdioStopTimes(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		tool, arguments string
		want            string
		within          time.Duration
	}{
		{"wait", "{}", "still running", time.Millisecond},
		{"sleep", `{"ms":400}`, "slept", 401 * time.Millisecond},
		{"sleep", `{"ms":60000}`, "stopped", 600 * time.Millisecond},
		{"stubborn", "{}", `"code":"uncertain"`, 1500 * time.Millisecond},
		{"ask", "{}", "cannot answer", time.Millisecond},
	} {
		t.Run(tc.tool+tc.arguments, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				p := newProbe()
				c := serveStdio(t, newServer(t, p), func(cfg *transport.StdioConfig) { cfg.Concurrency = 1 })
				defer func() { close(p.release); synctest.Wait() }()
				c.initialize("2025-11-25", `{"elicitation":{}}`)
				c.call("1", tc.tool, tc.arguments)
				<-p.started
				if tc.tool == "ask" {
					c.next()
				}
				c.call("2", "echo", "{}") // waits behind the first
				synctest.Wait()

				start := time.Now()
				c.stop()
				answers := map[string]message{}
				for range 2 {
					m := c.next()
					answers[string(m.ID)] = m
				}
				if got := answers["1"]; !strings.Contains(got.text(), tc.want) {
					t.Errorf("answered %s, want %q", got.raw, tc.want)
				}
				if got := answers["2"]; !strings.Contains(got.text(), `"code":"unavailable"`) || !got.Result.IsError {
					t.Errorf("the call that had not started was answered %s", got.raw)
				}
				if err := c.wait(); err != nil {
					t.Errorf("serving returned %v", err)
				}
				if took := time.Since(start); took > tc.within {
					t.Errorf("ended after %v, want within %v", took, tc.within)
				}
			})
		})
	}
}

// While serving ends, pings are answered and new calls are refused.
func TestStdioRefusesCallsWhileStopping(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newProbe()
		c := serveStdio(t, newServer(t, p), nil)
		c.call("1", "sleep", `{"ms":400}`)
		<-p.started
		c.stop()
		synctest.Wait()
		c.call("2", "echo", "{}")
		if got := c.next(); string(got.ID) != "2" || !strings.Contains(got.text(), `"unavailable"`) {
			t.Errorf("the late call was answered %s", got.raw)
		}
		c.send(`{"jsonrpc":"2.0","id":3,"method":"tools/list"}`)
		if got := c.next(); got.code() != -32603 || !strings.Contains(string(got.Error.Data), `"unavailable"`) {
			t.Errorf("the late list was answered %s", got.raw)
		}
		c.send(`{"jsonrpc":"2.0","id":4,"method":"ping"}`)
		if got := c.next(); string(got.ID) != "4" || got.code() != 0 {
			t.Errorf("the ping was answered %s", got.raw)
		}
		if got := c.next(); got.text() != "slept" {
			t.Errorf("the call that ran was answered %s", got.raw)
		}
	})
}

// A stop that comes while the end of the input is being handled shortens it.
func TestStdioStopDuringDrain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newProbe()
		c := serveStdio(t, newServer(t, p), nil)
		defer func() { close(p.release); synctest.Wait() }()
		c.call("1", "stubborn", "{}")
		<-p.started
		_ = c.in.Close()
		time.Sleep(time.Second)
		start := time.Now()
		c.stop()
		if got := c.next(); !strings.Contains(got.text(), `"uncertain"`) {
			t.Errorf("answered %s", got.raw)
		}
		if err := c.wait(); err != nil {
			t.Errorf("serving returned %v", err)
		}
		if took := time.Since(start); took > 1500*time.Millisecond {
			t.Errorf("ended after %v", took)
		}
	})
}

// A client that went away ends serving, and the calls it had asked for learn of
// it.
func TestStdioClientGone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newProbe()
		c := serveStdio(t, newServer(t, p), nil)
		c.call("1", "sleep", `{"ms":60000}`)
		<-p.started
		_ = c.out.Close()
		c.send(`{"jsonrpc":"2.0","id":2,"method":"ping"}`)
		if err := <-p.ended; err == nil {
			t.Error("the call ended without a cause")
		}
		if err := c.wait(); err != nil {
			t.Errorf("serving returned %v", err)
		}
	})
}

// failingWriter fails as a file on a full disk does.
type failingWriter struct{}

func (failingWriter) Write([]byte) (int, error) { return 0, syscall.ENOSPC }

func TestStdioFailingStreams(t *testing.T) {
	t.Parallel()
	t.Run("output", func(t *testing.T) {
		t.Parallel()
		c := serveStdio(t, newServer(t, newProbe()), func(cfg *transport.StdioConfig) { cfg.Out = failingWriter{} })
		c.send(`{"jsonrpc":"2.0","id":2,"method":"ping"}`)
		if err := c.wait(); !errors.Is(err, syscall.ENOSPC) {
			t.Errorf("serving returned %v", err)
		}
	})
	t.Run("input", func(t *testing.T) {
		t.Parallel()
		c := serveStdio(t, newServer(t, newProbe()), nil)
		_ = c.in.CloseWithError(syscall.EIO)
		if err := c.wait(); !errors.Is(err, syscall.EIO) {
			t.Errorf("serving returned %v", err)
		}
	})
}

// A client that does not read its answers cannot keep the server from ending.
func TestStdioClientThatDoesNotRead(t *testing.T) {
	t.Parallel()
	in, inWriter := io.Pipe()
	out, outWriter := io.Pipe()
	defer func() { _ = inWriter.Close(); _ = out.Close() }()
	c := serveStdio(t, newServer(t, newProbe()), func(cfg *transport.StdioConfig) {
		cfg.In, cfg.Out = in, outWriter
	})
	_, _ = io.WriteString(inWriter, toolCall("1", "echo", "{}")+"\n")
	time.Sleep(20 * time.Millisecond)
	start := time.Now()
	c.stop()
	if err := c.wait(); err != nil {
		t.Errorf("serving returned %v", err)
	}
	if took := time.Since(start); took > 1700*time.Millisecond {
		t.Errorf("ended after %v", took)
	}
}

// Serving leaves nothing behind, the reader of an open input included.
func TestStdioLeavesNothing(t *testing.T) {
	before := runtime.NumGoroutine()
	p := newProbe()
	s := newServer(t, p)
	for i := range 50 {
		in, inWriter, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		c := serveStdio(t, s, func(cfg *transport.StdioConfig) { cfg.In = in })
		_, _ = io.WriteString(inWriter, initializeLine("2025-11-25", "{}")+"\n"+toolCall("1", "progress", `{"n":2}`)+"\n"+toolCall("2", "wait", "{}")+"\n")
		<-p.started
		if i%2 == 0 {
			c.stop()
		} else {
			_ = inWriter.Close()
		}
		if got := len(c.rest()); got != 5 {
			t.Errorf("%d messages, want 5", got)
		}
		if err := c.wait(); err != nil {
			t.Error(err)
		}
		defer func() { _ = in.Close(); _ = inWriter.Close() }()
	}
	for range 200 {
		if runtime.NumGoroutine() <= before+2 {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	stacks := make([]byte, 1<<16)
	t.Errorf("%d goroutines, %d before:\n%s", runtime.NumGoroutine(), before, stacks[:runtime.Stack(stacks, true)])
}
