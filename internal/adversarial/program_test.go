package adversarial_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math"
	"net/http"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mark3labs/mcp-go/client"
	mcptransport "github.com/mark3labs/mcp-go/client/transport"
	"github.com/mark3labs/mcp-go/mcp"

	"zerops-mcp/internal/cli"
	"zerops-mcp/zerops/simulator"
)

// The revisions of the protocol that clients speak.
const (
	today    = mcp.ProtocolVersion20251125
	newest   = mcp.ProtocolVersion20260728
	patience = 20 * time.Second
)

// person answers a question of the program.
type person func(ctx context.Context, message string) (mcp.ElicitationResponseAction, map[string]any)

// Elicit answers a question of the program.
func (p person) Elicit(ctx context.Context, r mcp.ElicitationRequest) (*mcp.ElicitationResult, error) {
	action, content := p(ctx, r.Params.Message)
	return &mcp.ElicitationResult{ElicitationResponse: mcp.ElicitationResponse{Action: action, Content: content}}, nil
}

// saysYes is a person who agrees, and types the name where one is asked for, after
// doing something else.
func saysYes(name string, meanwhile func(message string)) person {
	return func(_ context.Context, message string) (mcp.ElicitationResponseAction, map[string]any) {
		if meanwhile != nil {
			meanwhile(message)
		}
		return mcp.ElicitationResponseActionAccept, map[string]any{"confirm": true, "name": name}
	}
}

// how is the way the program is started.
type how struct {
	// args follow the command and the address of the account.
	args []string
	// env is added to the token.
	env []string
	// version of the protocol; today's where empty.
	version string
	// person answers questions; without one the client cannot ask.
	person person
	// dir is the working directory; a fresh one where empty.
	dir string
	// token replaces the owner's.
	token string
}

func (h how) environ() []string {
	token := h.token
	if token == "" {
		token = simulator.OwnerToken
	}
	return append([]string{"ZEROPS_TOKEN=" + token}, h.env...)
}

func (h how) directory(t *testing.T) string {
	t.Helper()
	if h.dir != "" {
		return h.dir
	}
	return t.TempDir()
}

// program is a running program with a client connected to it.
type program struct {
	t      *testing.T
	client *client.Client
	stderr *lockedBuffer
}

// serve runs the program over stdio with all toolsets.
func (w *world) serve(t *testing.T, h how) *program {
	t.Helper()
	toProgram, fromClient := io.Pipe()
	toClient, fromProgram := io.Pipe()
	p := &program{t: t, stderr: &lockedBuffer{}}
	home := t.TempDir()
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan int, 1)
	env := cli.Env{
		Args: append([]string{"serve", "--api-url", w.url, "--toolsets", "all"}, h.args...), Environ: h.environ(),
		Dir: h.directory(t), Home: home, ConfigDir: filepath.Join(home, ".config"), Stdin: toProgram, Stdout: fromProgram, Stderr: p.stderr,
	}
	go func() {
		code := cli.Run(ctx, env)
		_ = fromProgram.Close()
		_ = toProgram.Close()
		ended <- code
	}()
	link := mcptransport.NewIO(toClient, fromClient, io.NopCloser(strings.NewReader("")))
	t.Cleanup(func() {
		_ = fromClient.Close()
		finish(t, "the program over stdio", ended, stop, p.stderr)
	})
	p.connect(link, h)
	return p
}

// finish waits until a program has ended well.
func finish(t *testing.T, what string, ended <-chan int, stop context.CancelFunc, stderr *lockedBuffer) {
	t.Helper()
	defer stop()
	select {
	case code := <-ended:
		if code != 0 {
			t.Errorf("%s ended with %d\n%s", what, code, stderr)
		}
	case <-time.After(patience):
		t.Errorf("%s does not end", what)
	}
}

func (p *program) connect(link mcptransport.Interface, h how) {
	p.t.Helper()
	version := h.version
	if version == "" {
		version = today
	}
	var options []client.ClientOption
	hello := mcp.InitializeRequest{}
	hello.Params.ProtocolVersion = version
	hello.Params.ClientInfo = mcp.Implementation{Name: "attacker", Version: "1"}
	if h.person != nil {
		options = append(options, client.WithElicitationHandler(h.person))
		hello.Params.Capabilities.Elicitation = &mcp.ElicitationCapability{Form: &struct{}{}}
	}
	p.client = client.NewClient(link, options...)
	p.t.Cleanup(func() { _ = p.client.Close() })
	ctx, cancel := context.WithTimeout(p.t.Context(), patience)
	defer cancel()
	if err := p.client.Start(p.t.Context()); err != nil {
		p.t.Fatal(err)
	}
	if _, err := p.client.Initialize(ctx, hello); err != nil {
		p.t.Fatalf("%v\n%s", err, p.stderr)
	}
}

// remote is the program listening on a port of this machine.
type remote struct {
	t      *testing.T
	url    string // without a path
	stderr *lockedBuffer
}

// listen runs the program over HTTP with all toolsets.
func (w *world) listen(t *testing.T, h how) *remote {
	t.Helper()
	r := &remote{t: t, stderr: &lockedBuffer{}}
	home := t.TempDir()
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan int, 1)
	env := cli.Env{
		Args: append([]string{
			"serve", "--api-url", w.url, "--toolsets", "all", "--transport", "http", "--listen", "127.0.0.1:0", "--log-format", "json",
		}, h.args...), Environ: h.environ(),
		Dir: home, Home: home, ConfigDir: filepath.Join(home, ".config"), Stdin: strings.NewReader(""), Stdout: io.Discard, Stderr: r.stderr,
	}
	go func() { ended <- cli.Run(ctx, env) }()
	t.Cleanup(func() {
		stop()
		finish(t, "the program over HTTP", ended, stop, r.stderr)
	})
	listening := regexp.MustCompile(`"msg":"listening","address":"([^"]+)"`)
	deadline := time.After(patience)
	for {
		if m := listening.FindStringSubmatch(r.stderr.String()); m != nil {
			r.url = "http://" + m[1]
			// A server limits the memory of its process, which here holds many accounts.
			debug.SetMemoryLimit(math.MaxInt64)
			return r
		}
		select {
		case code := <-ended:
			ended <- code
			t.Fatalf("the program does not listen, it ended with %d\n%s", code, r.stderr)
		case <-deadline:
			t.Fatalf("the program does not listen\n%s", r.stderr)
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// connect is a client that presents a token or an access key.
func (r *remote) connect(t *testing.T, key string, h how) *program {
	t.Helper()
	link, err := mcptransport.NewStreamableHTTP(r.url+"/mcp", mcptransport.WithHTTPHeaders(map[string]string{"Authorization": "Bearer " + key}),
		mcptransport.WithHTTPBasicClient(&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}))
	if err != nil {
		t.Fatal(err)
	}
	p := &program{t: t, stderr: r.stderr}
	p.connect(link, h)
	return p
}

// ran is what a run of a command left behind.
type ran struct {
	code           int
	stdout, stderr string
}

// run runs a command of the program to its end, as a shell would, with all toolsets.
func (w *world) run(t *testing.T, h how, command ...string) ran {
	t.Helper()
	return w.start(t, h, append(h.environ(), "ZEROPS_API_URL="+w.url, "ZMCP_TOOLSETS=all"), command...)
}

// start runs a command with an environment to its end.
func (w *world) start(t *testing.T, h how, environ []string, command ...string) ran {
	t.Helper()
	home := t.TempDir()
	var stdout, stderr bytes.Buffer
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	code := cli.Run(ctx, cli.Env{
		Args: append(command, h.args...), Environ: environ, Dir: h.directory(t), Home: home,
		ConfigDir: filepath.Join(home, ".config"), Stdin: strings.NewReader(""), Stdout: &stdout, Stderr: &stderr, Width: 120,
	})
	return ran{code, stdout.String(), stderr.String()}
}

// command runs one tool from the command line.
func (w *world) command(t *testing.T, h how, tool string, a args) result {
	t.Helper()
	raw, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	got := w.run(t, h, "call", tool, "--args", string(raw))
	r := result{tool: tool, text: got.stdout, isError: got.code == 1}
	if json.Unmarshal([]byte(got.stdout), &r.object) != nil {
		t.Fatalf("call %s: exit code %d, stdout %q, stderr %q", tool, got.code, got.stdout, got.stderr)
	}
	return r
}

// args are the arguments of a tool.
type args map[string]any

// with is a copy with one more argument.
func (a args) with(name string, value any) args {
	more := maps.Clone(a)
	more[name] = value
	return more
}

// result is what a tool answered.
type result struct {
	tool    string
	isError bool
	text    string
	object  map[string]any
}

// call runs a tool. A protocol error is a fault of the test.
func (p *program) call(tool string, a args) result {
	p.t.Helper()
	r, err := p.try(tool, a)
	if err != nil {
		p.t.Fatalf("%s: %v\n%s", tool, err, p.stderr)
	}
	return r
}

// try is call for arguments that the protocol itself may refuse.
func (p *program) try(tool string, a args) (result, error) {
	request := mcp.CallToolRequest{}
	request.Params.Name = tool
	request.Params.Arguments = map[string]any(a)
	ctx, cancel := context.WithTimeout(p.t.Context(), patience)
	defer cancel()
	got, err := p.client.CallTool(ctx, request)
	if err != nil {
		return result{}, err
	}
	r := result{tool: tool, isError: got.IsError}
	for _, part := range got.Content {
		if text, ok := part.(mcp.TextContent); ok {
			r.text += text.Text
		}
	}
	_ = json.Unmarshal([]byte(r.text), &r.object) // a picture has no text
	return r, nil
}

// code is the code of an error, empty where the call succeeded.
func (r result) code() string {
	if !r.isError {
		return ""
	}
	failure, _ := r.object["error"].(map[string]any)
	code, _ := failure["code"].(string)
	return code
}

// status is how a change stands, empty for errors.
func (r result) status() string {
	if r.isError {
		return ""
	}
	s, _ := r.object["status"].(string)
	return s
}

// confirmation is the token of a call that wants a second one.
func (r result) confirmation() string {
	token, _ := r.object["confirm"].(string)
	return token
}

// outcome is the error code or the status.
func (r result) outcome() string {
	if r.isError {
		return r.code()
	}
	return r.status()
}

// mustBe is an attack's success where the call ended otherwise.
func (r result) mustBe(allowed ...string) error {
	for _, a := range allowed {
		if r.outcome() == a {
			return nil
		}
	}
	return fmt.Errorf("%s ended as %q, want %s: %s", r.tool, r.outcome(), strings.Join(allowed, " or "), short(r.text))
}

// short is the beginning of a text, for messages.
func short(text string) string {
	if len(text) > 600 {
		return text[:600] + "…"
	}
	return text
}

// lockedBuffer keeps what is written while others read it.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

// Write appends.
func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

// String is all that was written.
func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// Keys of callers over HTTP.
const (
	accessKeyA = "Zk4pW8sT1vB6nR3mX9qL2cH7dJ5gF0yA"
	accessKeyB = "Qw3eR7tY1uI5oP9aS2dF6gH0jK4lZ8xC"
)
