package same

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"sync"
	"time"

	"github.com/mark3labs/mcp-go/client"
	"github.com/mark3labs/mcp-go/client/transport"
	"github.com/mark3labs/mcp-go/mcp"

	"zerops-mcp/zerops/simulator"
)

// patience bounds one process, so that one that hangs fails with its name.
const patience = 60 * time.Second

// signingKey makes the fingerprints of variables the same in every process.
const signingKey = "obviously-fake-signing-key-of-the-check"

// account is a simulated account on a port of this machine.
type account struct {
	*simulator.Simulator
	running *simulator.Running
}

// openAccount starts a fresh account whose clock stands. What a call sets going is
// done by the next request.
func openAccount(ctx context.Context) (*account, error) {
	a := &account{Simulator: simulator.New(simulator.WithClock(clock), simulator.WithPace(0), simulator.WithIndexLag(0))}
	var err error
	if a.running, err = a.Start(ctx); err != nil {
		return nil, fmt.Errorf("start the simulated account: %w", err)
	}
	return a, nil
}

func (a *account) close() { _ = a.running.Close() }

// machine is where a program runs: its home and a directory to deploy from.
type machine struct{ home, files string }

// command prepares a process of the program. It sees nothing of the environment
// of this check.
func (m machine) command(ctx context.Context, program string, args []string, token string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, program, args...) //nolint:gosec // the programs that were just built
	cmd.Dir = m.files
	cmd.Env = []string{"PATH=/usr/bin:/bin", "HOME=" + m.home, "TZ=UTC"}
	if token != "" {
		cmd.Env = append(cmd.Env, "ZEROPS_TOKEN="+token)
	}
	return cmd
}

// print runs a command to its end and returns all that a person or a script gets.
func (m machine) print(ctx context.Context, program string, args []string, token string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var stdout, stderr bytes.Buffer
	cmd := m.command(ctx, program, args, token)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return "", fmt.Errorf("%q: %w", strings.Join(args, " "), ctx.Err())
	case err != nil && !errors.As(err, &exit):
		return "", fmt.Errorf("%q: %w", strings.Join(args, " "), err)
	}
	text := stdout.String()
	if stderr.Len() > 0 {
		text += "\n-- standard error\n" + stderr.String()
	}
	return text + fmt.Sprintf("\n-- exit code %d\n", cmd.ProcessState.ExitCode()), nil
}

// session is a server over stdio with a client that keeps what it is sent.
type session struct {
	*client.Client
	process *exec.Cmd
	cancel  context.CancelFunc
	stdout  io.Reader
	sent    transcript
	logged  bytes.Buffer
}

// transcript keeps the bytes that a server sent.
type transcript struct {
	mu    sync.Mutex
	bytes bytes.Buffer
}

// Write adds to the transcript.
func (t *transcript) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.bytes.Write(p)
}

// take returns what came since the last time.
func (t *transcript) take() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	text := t.bytes.String()
	t.bytes.Reset()
	return text
}

// serving says how a server is started and by whom it is called.
type serving struct {
	args    []string
	token   string
	version string
	// asked is the person whom the client asks; nil where it cannot ask.
	asked client.ElicitationHandler
}

// open starts a server and initializes the session.
func (m machine) open(ctx context.Context, program string, how serving) (*session, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	s := &session{process: m.command(ctx, program, append([]string{"serve"}, how.args...), how.token), cancel: cancel}
	in, err := s.process.StdinPipe()
	if err != nil {
		cancel()
		return nil, err
	}
	s.stdout, err = s.process.StdoutPipe()
	if err != nil {
		cancel()
		return nil, err
	}
	s.process.Stderr = &s.logged
	s.process.Env = append(s.process.Env, "ZMCP_SIGNING_KEY="+signingKey)
	if err := s.process.Start(); err != nil {
		cancel()
		return nil, fmt.Errorf("start %s: %w", program, err)
	}
	options := []client.ClientOption{client.WithDiscoverTimeout(patience)}
	if how.asked != nil {
		options = append(options, client.WithElicitationHandler(how.asked))
	}
	s.Client = client.NewClient(transport.NewIO(io.TeeReader(s.stdout, &s.sent), in, io.NopCloser(strings.NewReader(""))), options...)
	if err := s.initialize(ctx, how); err != nil {
		return nil, errors.Join(fmt.Errorf("serve %s: %w", strings.Join(how.args, " "), err), s.close(), errors.New(s.logged.String()))
	}
	return s, nil
}

func (s *session) initialize(ctx context.Context, how serving) error {
	if err := s.Start(ctx); err != nil {
		return err
	}
	request := mcp.InitializeRequest{}
	request.Params.ProtocolVersion = how.version
	request.Params.ClientInfo = mcp.Implementation{Name: "same", Version: "1"}
	if how.asked != nil {
		request.Params.Capabilities.Elicitation = &mcp.ElicitationCapability{Form: &struct{}{}}
	}
	_, err := s.Initialize(ctx, request)
	return err
}

// close ends the server as a client does, by closing its input.
func (s *session) close() error {
	defer s.cancel()
	err := s.Close()
	_, _ = io.Copy(io.Discard, s.stdout) // what it still says must not keep it
	return errors.Join(err, s.process.Wait())
}
