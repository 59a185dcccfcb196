// Command twin is a bare mcp-go server that offers the tools of a file and answers
// each with what the file says. internal/bench/compare compares zerops-mcp with it.
// It is not internal/bench/bare, whose start and memory must stay those of a server with
// nothing in it.
//
//	twin TRANSPORT FILE
package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/mark3labs/mcp-go/server"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "twin:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 2 {
		return errors.New("usage: twin stdio|http|sse FILE")
	}
	s := server.NewMCPServer("twin", "0", server.WithToolCapabilities(false))
	if err := offer(s, args[1]); err != nil {
		return err
	}
	if args[0] == "stdio" {
		return server.ServeStdio(s)
	}
	return listen(s, args[0], os.Stderr)
}
