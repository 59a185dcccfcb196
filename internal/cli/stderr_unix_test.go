//go:build unix

package cli_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"zerops-mcp/zerops/simulator"
)

// built is the program itself, as it is released.
func built(t *testing.T) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "zerops-mcp")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", binary, ".")
	build.Dir = filepath.Join("..", "..")
	if output, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	return binary
}

// child is a running server whose standard error the test decides about.
type child struct {
	t       *testing.T
	command *exec.Cmd
	stdin   io.WriteCloser
	out     io.ReadCloser // standard output
	stdout  *bufio.Scanner
	stderr  *os.File // the reading end
	audit   string
	calls   int
}

// reading says what becomes of the reading end.
type reading int

const (
	never      reading = iota // open, and never read
	closed                    // closed before the start
	closedSoon                // closed while calls run
	noStderr                  // there is no descriptor 2
)

// noise is how many calls are made. With three lines of the log for each they are
// far more than a pipe and the program keep.
const noise = 900

// calls is how many show what the reading does: the first line that cannot be
// written would be enough for most.
func (how reading) calls() int {
	if how == never {
		return noise
	}
	return 60
}

func startChild(t *testing.T, binary, args string, env []string, how reading) *child {
	t.Helper()
	c := &child{t: t, audit: filepath.Join(t.TempDir(), "audit")}
	words := append(strings.Fields(args), "--log-level", "debug", "--log-format", "json", "--api-rate-limit", "0", "--audit-log", c.audit)
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(stop)
	if how == noStderr {
		c.command = exec.CommandContext(ctx, "sh", append([]string{"-c", `exec "$0" "$@" 2>&-`, binary}, words...)...)
	} else {
		c.command = exec.CommandContext(ctx, binary, words...)
	}
	c.command.Env = append(env, "HOME="+t.TempDir())
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	c.stderr, c.command.Stderr = read, write
	t.Cleanup(func() { _ = read.Close() })
	if how == closed {
		_ = read.Close()
	}
	if c.stdin, err = c.command.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if c.out, err = c.command.StdoutPipe(); err != nil {
		t.Fatal(err)
	}
	c.stdout = bufio.NewScanner(c.out)
	c.stdout.Buffer(nil, 1<<20)
	if err := c.command.Start(); err != nil {
		t.Fatal(err)
	}
	_ = write.Close()
	return c
}

// overStdin makes calls, a few at once, and reads their answers.
func (c *child) overStdin(calls int) {
	c.t.Helper()
	go func() {
		for id := range calls {
			line := callLine("get_project", `{"project":"no such project"}`)
			_, _ = fmt.Fprintln(c.stdin, strings.Replace(line, `"id":2`, fmt.Sprintf(`"id":"%d of %d"`, id, calls), 1))
		}
	}()
	for range calls {
		if !c.stdout.Scan() {
			c.t.Fatalf("the server ended: %v", c.stdout.Err())
		}
		if !strings.Contains(c.stdout.Text(), "not_found") {
			c.t.Fatalf("answered %s", c.stdout.Text())
		}
	}
	c.calls += calls
}

// ends checks that the server ends in time and well, and that no line of the audit
// is missing.
func (c *child) ends() {
	c.t.Helper()
	begun := time.Now()
	if err := c.command.Wait(); err != nil {
		c.t.Errorf("ended badly: %v", err)
	}
	if took := time.Since(begun); took > 4*time.Second {
		c.t.Errorf("took %v to end", took)
	}
	audit, err := os.ReadFile(c.audit)
	if err != nil {
		c.t.Fatal(err)
	}
	if lines := bytes.Count(audit, []byte("\n")); lines != c.calls {
		c.t.Errorf("%d lines of audit for %d calls", lines, c.calls)
	}
}

func TestStandardError(t *testing.T) {
	t.Parallel()
	binary := built(t)
	_, env := account(t)
	t.Run("lost lines are counted", func(t *testing.T) {
		t.Parallel()
		checkLostLines(t, binary, env)
	})
	t.Run("standard output closed", func(t *testing.T) {
		t.Parallel()
		checkClosedOutput(t, binary, env)
	})
	for name, how := range map[string]reading{"never read": never, "closed": closed, "closed soon": closedSoon, "not there": noStderr} {
		t.Run(name+", over stdio", func(t *testing.T) {
			t.Parallel()
			c := startChild(t, binary, "serve", env, how)
			_, _ = io.WriteString(c.stdin, hello)
			c.stdout.Scan()
			c.overStdin(10)
			if how == closedSoon {
				_ = c.stderr.Close()
			}
			c.overStdin(how.calls())
			if how == never {
				_ = c.command.Process.Signal(syscall.SIGTERM)
			} else {
				_ = c.stdin.Close()
			}
			c.ends()
		})
		t.Run(name+", over HTTP", func(t *testing.T) {
			t.Parallel()
			socket := filepath.Join(t.TempDir(), "s")
			c := startChild(t, binary, "serve --transport http --stateless --rate-limit 0 --listen unix:"+socket, env, how)
			r := remote{client: over(t, socket)}
			for deadline := time.Now().Add(10 * time.Second); ; {
				response, err := r.client.Get("http://localhost/healthz")
				if err == nil {
					_ = response.Body.Close()
					break
				}
				if time.Now().After(deadline) {
					t.Fatal(err)
				}
				<-time.After(10 * time.Millisecond)
			}
			for i := range how.calls() {
				if i == 10 && how == closedSoon {
					_ = c.stderr.Close()
				}
				if status, body := r.whoami(t, "X-API-Key", simulator.OwnerToken); status != http.StatusOK || !strings.Contains(body, "OWNER") {
					t.Fatalf("%d %s", status, body)
				}
			}
			c.calls = how.calls()
			_ = c.command.Process.Signal(syscall.SIGTERM)
			c.ends()
		})
	}
}

// checkLostLines reads standard error late: what was kept comes whole, and a line
// says how many others there were.
func checkLostLines(t *testing.T, binary string, env []string) {
	t.Helper()
	c := startChild(t, binary, "serve", env, never)
	_, _ = io.WriteString(c.stdin, hello)
	c.stdout.Scan()
	c.overStdin(noise)
	_ = c.stdin.Close()
	log, err := io.ReadAll(c.stderr)
	if err != nil {
		t.Fatal(err)
	}
	c.ends()
	kept, lost := 0, 0
	for line := range bytes.Lines(log) {
		var entry struct {
			Message string `json:"msg"`
			Lost    int    `json:"lost"`
		}
		if err := json.Unmarshal(line, &entry); err != nil {
			t.Fatalf("not a whole line: %.200s", line)
		}
		lost += entry.Lost
		if entry.Message == "API request" {
			kept++
		}
	}
	if lost == 0 || kept < 100 || kept+lost < noise {
		t.Errorf("%d lines of requests were kept and %d lost, of %d calls", kept, lost, noise)
	}
}

// checkClosedOutput closes standard output, which still ends the
// server in an orderly way.
func checkClosedOutput(t *testing.T, binary string, env []string) {
	t.Helper()
	for _, how := range []reading{never, closed} {
		c := startChild(t, binary, "serve", env, how)
		_, _ = io.WriteString(c.stdin, hello)
		c.stdout.Scan()
		c.overStdin(50)
		_ = c.out.Close()
		_, _ = fmt.Fprintln(c.stdin, callLine("get_project", `{"project":"no such project"}`))
		c.calls++
		c.ends()
	}
}
