package measure

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
)

// Command says how a server is started.
type Command struct {
	Path   string
	Args   []string
	Env    []string
	Dir    string // that of the binary where empty
	Stderr io.Writer
}

func (c Command) prepare(ctx context.Context) *exec.Cmd {
	cmd := exec.CommandContext(ctx, c.Path, c.Args...) //nolint:gosec // our own binaries
	cmd.Dir = c.Dir
	if cmd.Dir == "" {
		cmd.Dir = filepath.Dir(c.Path)
	}
	cmd.Env, cmd.Stderr = append([]string{"PATH=/usr/bin:/bin", "HOME=" + cmd.Dir}, c.Env...), c.Stderr
	return cmd
}

// Stdio is a running MCP server over stdio that has answered initialize.
type Stdio struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

const initialize = `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25",` +
	`"capabilities":{},"clientInfo":{"name":"measure","version":"1"}}}`

// StartStdio returns once the server has answered initialize.
func StartStdio(ctx context.Context, command Command) (*Stdio, error) {
	cmd := command.prepare(ctx)
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	s := &Stdio{cmd: cmd, in: in, out: bufio.NewReaderSize(out, 1<<20)}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", filepath.Base(command.Path), err)
	}
	if _, err := s.Ask(initialize); err != nil {
		return nil, errors.Join(err, s.Stop())
	}
	return s, nil
}

// PID is the id of the process.
func (s *Stdio) PID() int { return s.cmd.Process.Pid }

// Send sends one message.
func (s *Stdio) Send(message string) error {
	if _, err := io.WriteString(s.in, message+"\n"); err != nil {
		return fmt.Errorf("ask: %w", err)
	}
	return nil
}

// Receive returns the next message, which is valid until the one after it.
func (s *Stdio) Receive() ([]byte, error) {
	line, err := s.out.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		err = errors.New("longer than a megabyte")
	}
	if err != nil {
		return nil, fmt.Errorf("read the answer: %w", err)
	}
	return line, nil
}

// Ask sends a request and returns its answer, which must be a result.
func (s *Stdio) Ask(message string) ([]byte, error) {
	if err := s.Send(message); err != nil {
		return nil, err
	}
	answer, err := s.Receive()
	if err == nil && (!bytes.Contains(answer, []byte(`"result"`)) || bytes.Contains(answer, []byte(`"isError":true`))) {
		err = fmt.Errorf("the server refused: %.300s", answer)
	}
	return answer, err
}

// Stop ends the server as a client does, by closing its input.
func (s *Stdio) Stop() error {
	if err := s.in.Close(); err != nil {
		return err
	}
	// What it still has to say is of no interest, but must not keep it.
	_, _ = io.Copy(io.Discard, s.out)
	return s.cmd.Wait()
}
