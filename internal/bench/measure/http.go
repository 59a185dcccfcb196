package measure

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// Remote is a running MCP server that callers reach over HTTP.
type Remote struct {
	Command *exec.Cmd
	// Address is where it listens, such as 127.0.0.1:8080; Log is its log file.
	Address, Log string
}

// OnFreePort are the arguments of a zerops-mcp that listens where StartRemote
// finds it.
func OnFreePort(transport string) []string {
	return []string{"--transport", transport, "--listen", "127.0.0.1:0", "--log-format", "json"}
}

// StartRemote starts a server and returns once it says in its log, as JSON, which
// address it listens on. The log goes to a file in dir.
func StartRemote(ctx context.Context, command Command, dir string) (*Remote, error) {
	log, err := os.CreateTemp(dir, "log")
	if err != nil {
		return nil, err
	}
	defer func() { _ = log.Close() }()
	command.Stderr = log
	cmd := command.prepare(ctx)
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", filepath.Base(command.Path), err)
	}
	r := &Remote{Command: cmd, Log: log.Name()}
	for range 250 {
		text, err := os.ReadFile(log.Name())
		if err != nil {
			return nil, errors.Join(err, r.Stop())
		}
		if _, rest, ok := strings.Cut(string(text), `"address":"`); ok {
			r.Address, _, _ = strings.Cut(rest, `"`)
			return r, nil
		}
		if err := Pause(ctx, 20*time.Millisecond); err != nil {
			return nil, errors.Join(err, r.Stop())
		}
	}
	text, _ := os.ReadFile(log.Name())
	return nil, errors.Join(fmt.Errorf("the server does not say where it listens: %.300s", text), r.Stop())
}

// PID is the id of the process.
func (r *Remote) PID() int { return r.Command.Process.Pid }

// Stop asks the process to end and waits for it.
func (r *Remote) Stop() error {
	_ = r.Command.Process.Signal(syscall.SIGTERM)
	return r.Command.Wait()
}

// Pause waits, or until ctx ends.
func Pause(ctx context.Context, length time.Duration) error {
	timer := time.NewTimer(length)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
