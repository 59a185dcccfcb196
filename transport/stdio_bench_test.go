package transport_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/mark3labs/mcp-go/server"

	"zerops-mcp/tools"
	"zerops-mcp/transport"
)

// BenchmarkStdioCall measures one small tool call after the other against the
// library's own stdio server, in turns, and reports the ratio.
func BenchmarkStdioCall(b *testing.B) {
	compareStdio(b, toolCall("1", "echo", `{"text":"hello"}`)+"\n")
}

// BenchmarkStdioToolsList does the same for the list of about 40 tools.
func BenchmarkStdioToolsList(b *testing.B) {
	compareStdio(b, `{"jsonrpc":"2.0","id":1,"method":"tools/list"}`+"\n")
}

func compareStdio(b *testing.B, line string) {
	b.Helper()
	s := newServer(b, newProbe())
	ours := roundTripper(b, func(ctx context.Context, in io.Reader, out io.Writer) {
		_ = transport.ServeStdio(ctx, s, transport.StdioConfig{In: in, Out: out, HandleMessage: tools.HandleMessage})
	})
	library := roundTripper(b, func(ctx context.Context, in io.Reader, out io.Writer) {
		_ = server.NewStdioServer(s).Listen(ctx, in, out)
	})
	for range 100 {
		ours(line)
		library(line)
	}
	var spent [2]time.Duration
	b.ReportAllocs()
	for b.Loop() {
		start := time.Now()
		ours(line)
		middle := time.Now()
		library(line)
		spent[0] += middle.Sub(start)
		spent[1] += time.Since(middle)
	}
	b.ReportMetric(float64(spent[0].Nanoseconds())/float64(b.N), "ours-ns/op")
	b.ReportMetric(float64(spent[1].Nanoseconds())/float64(b.N), "library-ns/op")
	b.ReportMetric(float64(spent[1])/float64(spent[0]), "speed-ratio")
}

// roundTripper returns a function that sends a line and waits for its answer.
func roundTripper(b *testing.B, serve func(context.Context, io.Reader, io.Writer)) func(string) {
	b.Helper()
	inReader, in := io.Pipe()
	out, outWriter := io.Pipe()
	ctx, stop := context.WithCancel(b.Context())
	done := make(chan struct{})
	go func() { defer close(done); serve(ctx, inReader, outWriter) }()
	b.Cleanup(func() { stop(); _ = in.Close(); _ = out.Close(); <-done })
	reader := bufio.NewReaderSize(out, 1<<20)
	return func(line string) {
		if _, err := io.WriteString(in, line); err != nil {
			b.Fatal(err)
		}
		if _, err := reader.ReadSlice('\n'); err != nil {
			b.Fatal(fmt.Errorf("read: %w", err))
		}
	}
}
