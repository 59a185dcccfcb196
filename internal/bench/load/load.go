// Package load measures the server under load, in processes of its own on this
// machine: many sessions at a steady rate, idle sessions, sessions that come and
// go, and how many calls a second it takes in comparison with a bare mcp-go
// server that only echoes. It fails where a promise does not hold.
package load

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"zerops-mcp/internal/bench/measure"
	"zerops-mcp/internal/bench/tenants"
)

// plan is what is measured.
type plan struct {
	binary   string
	sessions int
	tokens   int
	rate     int
	length   time.Duration
	churn    time.Duration
	idle     int
	ratio    time.Duration

	siegeSize int

	stdout, stderr io.Writer
	dir            string
	api            *tenants.API
	failures       []string
}

// Run measures what the arguments say.
func Run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	p := &plan{stdout: stdout, stderr: stderr}
	flags := flag.NewFlagSet("load", flag.ContinueOnError)
	flags.SetOutput(stderr)
	bare := flags.String("bare", "", "be the bare server, over http or stdio")
	flags.StringVar(&p.binary, "binary", "", "the zerops-mcp to measure; built where empty")
	flags.IntVar(&p.sessions, "sessions", 1000, "connected sessions")
	flags.IntVar(&p.tokens, "tokens", 50, "callers that they belong to")
	flags.IntVar(&p.rate, "rate", 200, "calls a second")
	flags.DurationVar(&p.length, "for", 20*time.Second, "how long the calls last; 0: not")
	flags.DurationVar(&p.churn, "churn", 20*time.Second, "how long sessions come and go; 0: not")
	flags.IntVar(&p.idle, "idle", 5000, "idle sessions; 0: none")
	flags.DurationVar(&p.ratio, "ratio", 5*time.Second, "how long each throughput is measured; 0: not")
	flags.IntVar(&p.siegeSize, "siege", 10_000, "connections of an attacker; 0: no attack")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *bare != "" {
		return serveBare(ctx, *bare, stdout)
	}
	dir, err := os.MkdirTemp("", "load")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	p.dir = dir
	if p.binary == "" {
		p.binary = filepath.Join(dir, "zerops-mcp")
		if err := measure.Build(ctx, p.binary, "."); err != nil {
			return err
		}
	}
	p.api = tenants.New(p.tokens)
	upstream := httptest.NewServer(p.api)
	defer upstream.Close()

	steps := []struct {
		on  bool
		run func(context.Context, *process) error
	}{
		{p.length > 0, p.steady}, {p.idle > 0, p.rest}, {p.churn > 0, p.comeAndGo}, {p.siegeSize > 0, p.siege}, {p.ratio > 0, p.compare},
	}
	for _, step := range steps {
		if !step.on {
			continue
		}
		server, err := p.start(ctx, upstream.URL)
		if err != nil {
			return err
		}
		err = step.run(ctx, server)
		server.stop()
		if err != nil {
			return err
		}
	}
	if strays := p.api.Strays(); len(strays) > 0 {
		p.fail("%d requests with another caller's token, such as %s", len(strays), strays[0])
	}
	if len(p.failures) > 0 {
		return errors.New(strings.Join(p.failures, "; "))
	}
	return nil
}

// fail notes a promise that does not hold.
func (p *plan) fail(format string, args ...any) {
	p.failures = append(p.failures, fmt.Sprintf(format, args...))
}

// say prints a line of figures.
func (p *plan) say(format string, args ...any) { fmt.Fprintf(p.stdout, format+"\n", args...) }

// process is a server in a process of its own.
type process struct {
	command *exec.Cmd
	url     string
}

// start starts the server that is measured.
func (p *plan) start(ctx context.Context, api string) (*process, error) {
	remote, err := measure.StartRemote(ctx, measure.Command{
		Path: p.binary, Dir: p.dir, Env: []string{"ZMCP_API_URL=" + api},
		Args: append(measure.OnFreePort("http"), "--toolsets", "all", "--rate-limit", "0", "--api-rate-limit", "0"),
	}, p.dir)
	if err != nil {
		return nil, err
	}
	return &process{command: remote.Command, url: "http://" + remote.Address + "/mcp"}, nil
}

// stop ends the process.
func (s *process) stop() {
	_ = s.command.Process.Signal(syscall.SIGTERM)
	_ = s.command.Wait()
}

// memory returns the resident memory in megabytes, now and at most so far.
func (s *process) memory() (now, most float64) {
	usage, err := measure.UsageOf(s.command.Process.Pid)
	if err != nil {
		return 0, 0
	}
	return usage.Resident, usage.Peak
}

// client returns a client of a tenant that shares the given connections.
func (p *plan) client(server *process, transport http.RoundTripper, i int) *tenants.Client {
	return &tenants.Client{HTTP: &http.Client{Transport: transport}, URL: server.url, Number: i % p.tokens}
}
