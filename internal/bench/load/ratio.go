package load

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"zerops-mcp/internal/bench/measure"
	"zerops-mcp/internal/bench/tenants"
)

// minRatio is the promise: calls a second in comparison with the bare server.
const minRatio = 0.5

// serveBare is the server to compare with: mcp-go as it comes, with one tool.
func serveBare(ctx context.Context, transport string, stdout io.Writer) error {
	s := server.NewMCPServer("bare", "0", server.WithToolCapabilities(false))
	s.AddTool(mcp.NewTool("echo", mcp.WithDescription("Returns its text."), mcp.WithString("text", mcp.Required())),
		func(_ context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
			return mcp.NewToolResultText(r.GetString("text", "")), nil
		})
	if transport == "stdio" {
		return server.NewStdioServer(s).Listen(ctx, os.Stdin, stdout) //nolint:forbidigo // the bare server's own stream
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // ends with the process
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "http://%s/mcp\n", listener.Addr())
	h := &http.Server{Handler: server.NewStreamableHTTPServer(s), ReadHeaderTimeout: time.Second}
	return h.Serve(listener)
}

// compare measures both servers in turns, over HTTP and over stdio.
func (p *plan) compare(ctx context.Context, ours *process) error {
	bare, err := p.startBare(ctx)
	if err != nil {
		return err
	}
	defer func() {
		_ = bare.command.Process.Kill()
		_ = bare.command.Wait()
	}()
	describe := [2]string{"describe_api", `{"operation":"GetProject"}`}
	echo := [2]string{"echo", `{"text":"hello"}`}
	err = p.ratioOf("HTTP", func(length time.Duration) (float64, error) { return p.overHTTP(ctx, ours, describe, length) },
		func(length time.Duration) (float64, error) { return p.overHTTP(ctx, bare, echo, length) })
	if err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	return p.ratioOf("stdio", func(length time.Duration) (float64, error) {
		return p.overStdio(ctx, length, describe, p.binary, "--toolsets", "all")
	}, func(length time.Duration) (float64, error) {
		return p.overStdio(ctx, length, echo, self, "load", "-bare", "stdio")
	})
}

// ratioOf measures two servers in turns and prints what they reach.
func (p *plan) ratioOf(name string, ours, bare func(time.Duration) (float64, error)) error {
	const rounds = 4
	var sums [2]float64
	for range rounds {
		for i, once := range []func(time.Duration) (float64, error){ours, bare} {
			rate, err := once(p.ratio / rounds)
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			sums[i] += rate / rounds
		}
	}
	ratio := measure.Ratio(sums[0], sums[1])
	p.say("throughput over %s: describe_api %.0f a second, %s echo %.0f a second: ratio %.2f", name, sums[0], measure.BareServer, sums[1], ratio)
	if ratio < minRatio {
		p.fail("throughput over %s is %.2f of that of %s, less than %.1f", name, ratio, measure.BareServer, minRatio)
	}
	return nil
}

// startBare starts this program as the bare server.
func (p *plan) startBare(ctx context.Context) (*process, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	command := exec.CommandContext(ctx, self, "load", "-bare", "http") //nolint:gosec // ourselves
	out, err := command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	command.Stderr = p.stderr
	if err := command.Start(); err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	return &process{command: command, url: strings.TrimSpace(line)}, err
}

// overHTTP returns how many calls a second 16 clients get answered.
func (p *plan) overHTTP(ctx context.Context, server *process, tool [2]string, length time.Duration) (float64, error) {
	const clients = 16
	shared := &http.Transport{MaxIdleConnsPerHost: clients}
	defer shared.CloseIdleConnections()
	var (
		calls   atomic.Int64
		problem atomic.Value
		running sync.WaitGroup
	)
	began := time.Now()
	for i := range clients {
		running.Go(func() {
			c := p.client(server, shared, i)
			if err := c.Initialize(ctx); err != nil {
				problem.Store(err)
				return
			}
			for time.Since(began) < length {
				if answer, err := c.Call(ctx, tool[0], tool[1], ""); err != nil || answer.IsError {
					problem.Store(fmt.Errorf("%s failed: %w", tool[0], errors.Join(err, errors.New("or is an error"))))
					return
				}
				calls.Add(1)
			}
		})
	}
	running.Wait()
	if err, ok := problem.Load().(error); ok {
		return 0, err
	}
	return float64(calls.Load()) / time.Since(began).Seconds(), nil
}

// overStdio returns how many calls a second a process answers that always has a
// few to work on.
func (p *plan) overStdio(ctx context.Context, length time.Duration, tool [2]string, binary string, args ...string) (float64, error) {
	const ahead = 16
	command := exec.CommandContext(ctx, binary, args...) //nolint:gosec // our own binaries
	command.Env, command.Dir, command.Stderr = []string{"HOME=" + p.dir, "ZEROPS_TOKEN=" + tenants.Token(0)}, p.dir, p.stderr
	in, err := command.StdinPipe()
	if err != nil {
		return 0, err
	}
	out, err := command.StdoutPipe()
	if err != nil {
		return 0, err
	}
	if err := command.Start(); err != nil {
		return 0, err
	}
	defer func() {
		_ = in.Close()
		_ = command.Wait()
	}()
	answers := bufio.NewReaderSize(out, 1<<20)
	send := func(id int) error {
		_, err := fmt.Fprintf(in, `{"jsonrpc":"2.0","id":%d,"method":"tools/call","params":{"name":%q,"arguments":%s}}`+"\n", id, tool[0], tool[1])
		return err
	}
	receive := func() error {
		line, err := answers.ReadString('\n')
		if err == nil && (!strings.Contains(line, `"result"`) || strings.Contains(line, `"isError":true`)) {
			err = fmt.Errorf("%s failed: %.300s", tool[0], line)
		}
		return err
	}
	if _, err := fmt.Fprintln(in, `{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"load","version":"1"}}}`); err != nil {
		return 0, err
	}
	if err := receive(); err != nil {
		return 0, err
	}
	calls := 0
	for ; calls < ahead; calls++ {
		if err := send(calls + 1); err != nil {
			return 0, err
		}
	}
	began := time.Now()
	for time.Since(began) < length {
		if err := receive(); err != nil {
			return 0, err
		}
		calls++
		if err := send(calls); err != nil {
			return 0, err
		}
	}
	rate := float64(calls-ahead) / time.Since(began).Seconds()
	for range ahead {
		if err := receive(); err != nil {
			return 0, err
		}
	}
	return rate, nil
}
