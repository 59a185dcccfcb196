package cli

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"

	"zerops-mcp/internal/install"
)

// startTime bounds the start of a configured server; clients allow more.
const startTime = 8 * time.Second

// clientFindings starts what is configured in assistants the way they would.
func (s *session) clientFindings(ctx context.Context) []finding {
	system := install.System{OS: runtime.GOOS, Home: s.Home, Environ: s.Environ}
	var findings []finding
	for _, i := range install.Find(system) {
		f := finding{Check: "client", Status: "ok", Found: i.Title + " (" + i.Path + ")"}
		again := "run \"zerops-mcp install " + i.Client + "\" again"
		switch {
		case i.Problem != "":
			f.Status, f.Fix = "error", "repair the file, or restore the backup beside it"
			f.Found += ": " + i.Problem
		case !i.Executable(system):
			f.Status, f.Fix = "error", again
			f.Found += ": " + i.Command + " cannot be started"
		default:
			version, err := startOnce(ctx, i, s.Environ)
			if err != nil {
				f.Status, f.Fix = "error", again
				f.Found += ": does not start: " + err.Error()
				break
			}
			f.Found += ": starts, version " + version
			if path := i.TokenFile(); path != "" {
				if state := tokenState(path); state != "which holds one" {
					f.Status = "error"
					f.Found += "; its token file is " + path + ", " + state
					f.Fix = "put a Zerops token into that file; no restart is needed"
				}
			}
		}
		findings = append(findings, f)
	}
	return findings
}

// startOnce starts a configured server with the little environment that clients
// pass on, and returns the version that it answers.
func startOnce(ctx context.Context, i install.Installed, environ []string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, startTime)
	defer cancel()
	//nolint:gosec // the command of the user's own configuration, which is named zerops-mcp
	cmd := exec.CommandContext(ctx, i.Command, i.Args...)
	cmd.Env = append(inherited(environ), i.Env...)
	cmd.WaitDelay = time.Second
	var stderr strings.Builder
	cmd.Stderr = &limited{to: &stderr, left: 4 << 10}
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return "", fmt.Errorf("open its input: %w", err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return "", fmt.Errorf("open its output: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return "", errors.New(startProblem(err))
	}
	_, err = io.WriteString(stdin, `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25",`+
		`"capabilities":{},"clientInfo":{"name":"zerops-mcp doctor","version":"1"}}}`+"\n")
	line := ""
	if err == nil {
		line, err = bufio.NewReader(io.LimitReader(stdout, 1<<20)).ReadString('\n')
	}
	_ = stdin.Close()
	waitErr := cmd.Wait()
	if err != nil {
		words := strings.TrimSpace(stderr.String())
		if j := strings.LastIndexByte(words, '\n'); j >= 0 {
			words = words[j+1:]
		}
		switch {
		case ctx.Err() != nil:
			return "", errors.New("no answer in time")
		case words != "":
			return "", errors.New(strings.TrimPrefix(words, "zerops-mcp: "))
		default:
			return "", errors.Join(errors.New("it ends without an answer"), waitErr)
		}
	}
	var answer struct {
		Result struct {
			ServerInfo struct {
				Version string `json:"version"`
			} `json:"serverInfo"`
		} `json:"result"`
	}
	if json.Unmarshal([]byte(line), &answer) != nil || answer.Result.ServerInfo.Version == "" {
		return "", errors.New("what it answers is not MCP")
	}
	return answer.Result.ServerInfo.Version, nil
}

// startProblem words why a program could not be started.
func startProblem(err error) string {
	switch {
	case errors.Is(err, os.ErrPermission):
		return "it may not be executed"
	case errors.Is(err, os.ErrNotExist):
		return "it does not exist"
	}
	return err.Error()
}

// inherited are the variables that clients pass on to servers.
func inherited(environ []string) []string {
	var kept []string
	for _, pair := range environ {
		name, _, _ := strings.Cut(pair, "=")
		switch strings.ToUpper(name) {
		case "HOME", "LOGNAME", "PATH", "SHELL", "TERM", "USER", "APPDATA", "LOCALAPPDATA", "USERPROFILE", "SYSTEMROOT", "TEMP":
			kept = append(kept, pair)
		}
	}
	return kept
}

// limited keeps the first bytes of what is written and drops the rest.
type limited struct {
	to   io.Writer
	left int
}

// Write never fails: the program that writes should not notice.
func (l *limited) Write(p []byte) (int, error) {
	keep := min(len(p), l.left)
	l.left -= keep
	_, _ = l.to.Write(p[:keep])
	return len(p), nil
}
