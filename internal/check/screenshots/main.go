// Command screenshots runs commands on the demo account and draws what a terminal
// would show, for the documentation.
//
//	go run ./internal/check/screenshots
package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"zerops-mcp/internal/cli"
	"zerops-mcp/zerops/simulator"
)

// shot is one screenshot: a command line and how many of its lines are shown.
type shot struct {
	name, command string
	lines         int
}

func shots() []shot {
	return []shot{
		{"list-projects", "call list_projects", 13},
		{"get-project", "call get_project --arg project=eshop-staging", 30},
		{"tools", "tools", 14},
	}
}

const columns = 110

func main() {
	if err := run(context.Background(), filepath.Join("docs", "images")); err != nil {
		fmt.Fprintln(os.Stderr, "screenshots:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, dir string) error {
	for _, s := range shots() {
		picture, err := s.draw(ctx)
		if err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		if err := os.WriteFile(filepath.Join(dir, s.name+".svg"), picture, 0o600); err != nil {
			return fmt.Errorf("write a picture: %w", err)
		}
	}
	return nil
}

// draw runs the command. The clock stands still, so that the picture only
// changes when the output does.
func (s shot) draw(ctx context.Context) ([]byte, error) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	account, err := simulator.New(simulator.WithClock(func() time.Time { return now })).Start(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { _ = account.Close() }()
	var out, log bytes.Buffer
	code := cli.Run(ctx, cli.Env{
		Args:    strings.Fields(s.command),
		Environ: []string{"ZEROPS_API_URL=" + account.URL, "ZEROPS_TOKEN=" + simulator.OwnerToken},
		Stdin:   strings.NewReader(""), Stdout: &out, Stderr: &log,
		StdoutTerminal: true, Width: columns,
	})
	if code != 0 {
		return nil, fmt.Errorf("exit code %d: %s", code, log.String())
	}
	lines := strings.Split(strings.TrimRight(out.String(), "\n"), "\n")
	if len(lines) > s.lines {
		lines = append(lines[:s.lines], "…")
	}
	return terminal("zerops-mcp "+s.command, lines), nil
}
