package transport_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/mark3labs/mcp-go/server"

	"zerops-mcp/tools"
	"zerops-mcp/transport"
)

// message is any message of a server, decoded as far as tests look.
type message struct {
	JSONRPC string          `json:"jsonrpc"`
	ID      json.RawMessage `json:"id"`
	Method  string          `json:"method"`
	Params  map[string]any  `json:"params"`
	Result  struct {
		ResultType      string `json:"resultType"`
		ProtocolVersion string `json:"protocolVersion"`
		IsError         bool   `json:"isError"`
		Tools           []any  `json:"tools"`
		Content         []struct {
			Text string `json:"text"`
		} `json:"content"`
		SupportedVersions []string `json:"supportedVersions"`
		Structured        struct {
			Project struct {
				ID string `json:"id"`
			} `json:"project"`
		} `json:"structuredContent"`
	} `json:"result"`
	Error *struct {
		Code    int             `json:"code"`
		Message string          `json:"message"`
		Data    json.RawMessage `json:"data"`
	} `json:"error"`
	raw string
}

// text returns the text of a tool result.
func (m message) text() string {
	if len(m.Result.Content) == 0 {
		return ""
	}
	return m.Result.Content[0].Text
}

// code returns the error code, 0 without an error.
func (m message) code() int {
	if m.Error == nil {
		return 0
	}
	return m.Error.Code
}

// stdioClient is the far end of a pair of streams.
type stdioClient struct {
	tb    testing.TB
	in    *io.PipeWriter
	out   *io.PipeReader
	lines chan string
	stop  context.CancelFunc
	done  chan error
}

// serveStdio serves s to a client; everything ends with the test.
func serveStdio(tb testing.TB, s *server.MCPServer, change func(*transport.StdioConfig)) *stdioClient {
	tb.Helper()
	inReader, inWriter := io.Pipe()
	outReader, outWriter := io.Pipe()
	ctx, stop := context.WithCancel(tb.Context())
	c := &stdioClient{tb: tb, in: inWriter, out: outReader, lines: make(chan string, 4096), stop: stop, done: make(chan error, 1)}
	cfg := transport.StdioConfig{In: inReader, Out: outWriter, HandleMessage: tools.HandleMessage}
	if change != nil {
		change(&cfg)
	}
	go func() {
		c.done <- transport.ServeStdio(ctx, s, cfg)
		close(c.done)
		_ = outWriter.Close()
	}()
	go func() {
		defer close(c.lines)
		reader := bufio.NewReaderSize(outReader, 1<<20)
		for {
			line, err := reader.ReadString('\n')
			if err != nil {
				return
			}
			c.lines <- strings.TrimSuffix(line, "\n")
		}
	}()
	tb.Cleanup(func() {
		stop()
		_ = inWriter.Close()
		_ = outReader.Close()
		<-c.done
	})
	return c
}

// send writes lines as they are.
func (c *stdioClient) send(lines ...string) {
	c.tb.Helper()
	for _, line := range lines {
		if _, err := io.WriteString(c.in, line+"\n"); err != nil {
			c.tb.Fatalf("write: %v", err)
		}
	}
}

// call sends a tool call.
func (c *stdioClient) call(id, tool, arguments string) {
	c.tb.Helper()
	c.send(toolCall(id, tool, arguments))
}

func toolCall(id, tool, arguments string) string {
	return fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"method":"tools/call","params":{"name":%q,"arguments":%s,"_meta":{"progressToken":%s}}}`,
		id, tool, arguments, id)
}

// next returns the next message, which must be valid JSON on one line.
func (c *stdioClient) next() message {
	c.tb.Helper()
	select {
	case line, ok := <-c.lines:
		if !ok {
			c.tb.Fatal("the stream ended")
		}
		return decode(c.tb, line)
	case <-time.After(20 * time.Second):
		c.tb.Fatal("no message within 20 s")
	}
	return message{}
}

// rest returns every message up to the end of the stream.
func (c *stdioClient) rest() []message {
	c.tb.Helper()
	var all []message
	for line := range c.lines {
		all = append(all, decode(c.tb, line))
	}
	return all
}

func decode(tb testing.TB, line string) message {
	tb.Helper()
	var m message
	if strings.HasPrefix(line, "[") {
		m.raw = line
		return m
	}
	if err := json.Unmarshal([]byte(line), &m); err != nil {
		tb.Fatalf("not a message: %v: %.200s", err, line)
	}
	m.raw = line
	return m
}

// initialize shakes hands with the given revision and capabilities.
func (c *stdioClient) initialize(version, capabilities string) message {
	c.tb.Helper()
	c.send(initializeLine(version, capabilities))
	answer := c.next()
	c.send(`{"jsonrpc":"2.0","method":"notifications/initialized"}`)
	return answer
}

func initializeLine(version, capabilities string) string {
	return fmt.Sprintf(`{"jsonrpc":"2.0","id":"init","method":"initialize","params":{"protocolVersion":%q,"capabilities":%s,"clientInfo":{"name":"tester","version":"1"}}}`,
		version, capabilities)
}

// wait returns what serving returned.
func (c *stdioClient) wait() error {
	c.tb.Helper()
	select {
	case err := <-c.done:
		return err
	case <-time.After(20 * time.Second):
		c.tb.Fatal("serving did not end within 20 s")
		return nil
	}
}

func TestStdioSpeaksEveryRevision(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"} {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			c := serveStdio(t, newServer(t, newProbe()), nil)
			if got := c.initialize(version, `{"elicitation":{}}`).Result.ProtocolVersion; got != version {
				t.Errorf("agreed on %q", got)
			}
			c.call("1", "client", "{}")
			if got, want := c.next().text(), version+" tester elicitation=true modern=false"; got != want {
				t.Errorf("the tool saw %q, want %q", got, want)
			}
			c.send(`{"jsonrpc":"2.0","id":2,"method":"tools/list"}`)
			if got := len(c.next().Result.Tools); got < 30 {
				t.Errorf("%d tools listed", got)
			}
		})
	}
	t.Run("2026-07-28", func(t *testing.T) {
		t.Parallel()
		c := serveStdio(t, newServer(t, newProbe()), nil)
		c.send(modern("1", "server/discover", ""))
		if got := c.next().Result.SupportedVersions; len(got) != 5 {
			t.Errorf("discover lists %v", got)
		}
		c.send(modern("2", "tools/call", `"name":"client","arguments":{},`))
		got := c.next()
		if want := "2026-07-28 newcomer elicitation=false modern=true"; got.text() != want || got.Result.ResultType != "complete" {
			t.Errorf("got %s, want %q", got.raw, want)
		}
	})
}

// modern returns a request as revision 2026-07-28 sends it.
func modern(id, method, params string) string {
	return fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"method":%q,"params":{%s"_meta":{"progressToken":%s,"io.modelcontextprotocol/protocolVersion":"2026-07-28",`+
		`"io.modelcontextprotocol/clientCapabilities":{},"io.modelcontextprotocol/clientInfo":{"name":"newcomer","version":"2"}}}}`, id, method, params, id)
}

// What a self-contained request says about its client must not change what the
// connection agreed on.
func TestStdioErasDoNotMix(t *testing.T) {
	t.Parallel()
	c := serveStdio(t, newServer(t, newProbe()), nil)
	c.initialize("2025-06-18", `{"elicitation":{}}`)
	c.send(modern("1", "tools/call", `"name":"client","arguments":{},`))
	c.next()
	c.call("2", "client", "{}")
	if got, want := c.next().text(), "2025-06-18 tester elicitation=true modern=false"; got != want {
		t.Errorf("the tool saw %q, want %q", got, want)
	}
	c.send(modern("3", "tools/call", `"name":"progress","arguments":{"n":2},`))
	for _, want := range []string{"notifications/progress", "notifications/progress", ""} {
		if got := c.next(); got.Method != want {
			t.Errorf("got %s, want method %q", got.raw, want)
		}
	}
}

func TestStdioMessages(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat("[", 300) + strings.Repeat("]", 300)
	for _, tc := range []struct {
		name, line string
		id         string // of the answer; empty: no answer
		code       int
	}{
		{"garbage", `hello`, "null", -32700},
		{"cut", `{"jsonrpc":"2.0","id":1,"method":"ping"`, "null", -32700},
		{"two values", `{"jsonrpc":"2.0","id":1,"method":"ping"} {}`, "null", -32700},
		{"number", `5`, "null", -32600},
		{"string", `"ping"`, "null", -32600},
		{"empty object", `{}`, "null", -32600},
		{"empty array", `[]`, "null", -32600},
		{"array without 2025-03-26", `[{"jsonrpc":"2.0","id":1,"method":"ping"}]`, "null", -32600},
		{"no version", `{"id":1,"method":"ping"}`, "1", -32600},
		{"version 1", `{"jsonrpc":"1.0","id":1,"method":"ping"}`, "1", -32600},
		{"no method", `{"jsonrpc":"2.0","id":7}`, "7", -32600},
		{"method is a number", `{"jsonrpc":"2.0","id":7,"method":5}`, "7", -32600},
		{"unknown method", `{"jsonrpc":"2.0","id":7,"method":"tools/none"}`, "7", -32601},
		{"null id", `{"jsonrpc":"2.0","id":null,"method":"ping"}`, "null", -32600},
		{"id is an object", `{"jsonrpc":"2.0","id":{},"method":"ping"}`, "null", -32600},
		{"id is true", `{"jsonrpc":"2.0","id":true,"method":"ping"}`, "null", -32600},
		{"id is too long", `{"jsonrpc":"2.0","id":"` + strings.Repeat("x", 5000) + `","method":"ping"}`, "null", -32600},
		{"id twice", `{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}`, "1", -32600},
		{"method in capitals", `{"jsonrpc":"2.0","id":1,"METHOD":"ping"}`, "1", -32600},
		{"hidden call", `{"jsonrpc":"2.0","method":"notifications/x","Method":"tools/call","ID":9}`, "null", -32600},
		{"request and response", `{"jsonrpc":"2.0","id":1,"method":"ping","result":{}}`, "1", -32600},
		{"deep", `{"jsonrpc":"2.0","id":1,"method":"ping","params":{"x":` + deep + `}}`, "1", -32600},
		{"bad UTF-8", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"params\":{\"x\":\"\xff\"}}", "1", -32700},
		{"bad UTF-8 id", "{\"jsonrpc\":\"2.0\",\"id\":\"\xff\",\"method\":\"ping\"}", "null", -32700},
		{"panic", toolCall("8", "panic", "{}"), "8", -32603},
		{"unencodable result", toolCall("8", "unencodable", "{}"), "8", -32603},
		{"unknown tool", toolCall("8", "none", "{}"), "8", -32602},
		{"ping", `{"jsonrpc":"2.0","id":1,"method":"ping"}`, "1", 0},
		{"carriage return", `{"jsonrpc":"2.0","id":1,"method":"ping"}` + "\r", "1", 0},
		{"blanks around", "  \t" + `{"jsonrpc":"2.0","id":1,"method":"ping"}` + " ", "1", 0},
		{"id last", `{"method":"ping","params":{"a":{"id":3}},"jsonrpc":"2.0","id":"x"}`, `"x"`, 0},
		{"escaped names", `{"\u006asonrpc":"2.0","\u0069d":4,"\u006dethod":"p\u0069ng"}`, "4", 0},
		{"big id", `{"jsonrpc":"2.0","id":12345678901234567890,"method":"ping"}`, "12345678901234567890", 0},
		{"string id", `{"jsonrpc":"2.0","id":"1","method":"ping"}`, `"1"`, 0},
		{"null id of a notification", `{"jsonrpc":"2.0","id":null,"method":"notifications/initialized"}`, "", 0},
		{"unknown notification", `{"jsonrpc":"2.0","method":"notifications/none"}`, "", 0},
		{"call as a notification", `{"jsonrpc":"2.0","method":"tools/call","params":{"name":"echo"}}`, "", 0},
		{"response to nothing", `{"jsonrpc":"2.0","id":99,"result":{}}`, "", 0},
		{"error without an id", `{"jsonrpc":"2.0","id":null,"error":{"code":-1,"message":"x"}}`, "", 0},
		{"cancellation of nothing", `{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":99}}`, "", 0},
		{"cancellation without an id", `{"jsonrpc":"2.0","method":"notifications/cancelled"}`, "", 0},
		{"cancellation of an object", `{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":{}}}`, "", 0},
		{"blank line", "   ", "", 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			c := serveStdio(t, newServer(t, newProbe()), nil)
			c.initialize("2025-11-25", "{}")
			c.send(tc.line)
			if tc.id != "" {
				got := c.next()
				if string(got.ID) != tc.id || got.code() != tc.code {
					t.Errorf("answered %s, want id %s and code %d", got.raw, tc.id, tc.code)
				}
				if strings.Contains(got.raw, "canary") {
					t.Errorf("the answer shows the panic: %s", got.raw)
				}
			}
			c.send(`{"jsonrpc":"2.0","id":"alive","method":"ping"}`)
			if got := c.next(); string(got.ID) != `"alive"` || got.code() != 0 {
				t.Errorf("then answered %s", got.raw)
			}
		})
	}
}

func TestStdioByteOrderMark(t *testing.T) {
	t.Parallel()
	c := serveStdio(t, newServer(t, newProbe()), nil)
	c.send("\xef\xbb\xbf" + `{"jsonrpc":"2.0","id":1,"method":"ping"}`)
	if got := c.next(); string(got.ID) != "1" || got.code() != 0 {
		t.Errorf("answered %s", got.raw)
	}
}

func TestStdioNeedsStreamsAndHandler(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		cfg  transport.StdioConfig
		want string
	}{
		"no streams": {transport.StdioConfig{HandleMessage: tools.HandleMessage}, "In and Out"},
		"no handler": {transport.StdioConfig{In: strings.NewReader(""), Out: io.Discard}, "HandleMessage"},
	} {
		err := transport.ServeStdio(t.Context(), newServer(t, newProbe()), tc.cfg)
		if err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// decodeBatch returns the answers in an array.
func decodeBatch(tb testing.TB, m message) []message {
	tb.Helper()
	var raws []json.RawMessage
	if err := json.Unmarshal([]byte(m.raw), &raws); err != nil {
		tb.Fatalf("not an array: %v: %.200s", err, m.raw)
	}
	all := make([]message, len(raws))
	for i, raw := range raws {
		all[i] = decode(tb, string(raw))
	}
	return all
}
