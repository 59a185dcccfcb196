package cli

import (
	"context"
	"fmt"
	"io"
	"log/slog"

	"zerops-mcp/internal/settings"
)

// The exit codes that scripts may rely on.
const (
	exitDone       = 0
	exitFailed     = 1 // the tool, or the command, failed
	exitUsage      = 2 // nothing was done because of how it was asked for
	exitConfirm    = 3 // nothing was done yet: it needs a confirmation
	exitWorkFailed = 4 // the platform accepted the work, and the work failed
	exitInProgress = 5 // the platform was still at it at the deadline
)

// Env is everything that the program sees of its process.
type Env struct {
	// Args are the arguments without the program's name.
	Args []string
	// Environ holds NAME=VALUE pairs.
	Environ []string
	// Dir, Home and ConfigDir are "" where there is none.
	Dir, Home, ConfigDir string

	Stdin          io.Reader
	Stdout, Stderr io.Writer
	// wire is Stdout as it came, for a server, which has to notice when the
	// client is gone.
	wire io.Writer
	// bounded is Stderr as the commands see it.
	bounded *boundedWriter
	// The streams that are terminals.
	StdinTerminal, StdoutTerminal, StderrTerminal bool
	// Width is the terminal's, in columns; 0 where unknown.
	Width int
	// Executable is the path of this program; "" where unknown.
	Executable string
	// Hidden reads a line from the terminal without showing it; nil reads it
	// from Stdin.
	Hidden func() (string, error)
}

// program is one run of a command.
type program struct {
	Env
	*settings.Settings
	style    style // of standard output
	errStyle style // of standard error
	warnings []settings.Warning
}

// Run runs the command that the arguments name and returns the exit code. It
// serves until ctx ends or the client goes away.
func Run(ctx context.Context, env Env) int {
	out := &output{to: env.Stdout}
	env.wire, env.Stdout = env.Stdout, out
	env.bounded = newBoundedWriter(env.Stderr)
	env.Stderr = env.bounded
	defer env.bounded.flush()
	code := run(ctx, env)
	if code == exitDone && out.failed != nil {
		return failed(env.Stderr, fmt.Errorf("write the result: %w", out.failed))
	}
	return code
}

func run(ctx context.Context, env Env) int {
	switch first(env.Args) {
	case completeCommand:
		return (&program{Env: env}).complete(env.Args[1:])
	case healthCommand:
		return health(ctx, env)
	}
	s, warnings, err := settings.Load(settings.Source{
		Args: env.Args, Environ: env.Environ, Dir: env.Dir, Home: env.Home, ConfigDir: env.ConfigDir,
	})
	if err != nil {
		return usageError(env.Stderr, err)
	}
	p := &program{Env: env, Settings: s}
	p.style = style{on: env.StdoutTerminal && colourful(env.Environ)}
	p.errStyle = style{on: env.StderrTerminal && colourful(env.Environ)}
	if s.Help {
		return p.help(s.Command)
	}
	switch s.Command {
	case settings.Help:
		return p.help(first(s.Operands))
	case settings.Version:
		return p.version()
	case settings.Completion:
		return p.completion()
	}
	logger := p.logger()
	p.warnings = warnings
	if s.Command != settings.Doctor {
		for _, w := range warnings {
			logger.WarnContext(ctx, "setting", slog.String("name", w.Setting), slog.String("problem", w.Text))
		}
	}
	if s.Command == settings.Install {
		return p.install(ctx)
	}
	return p.run(ctx, logger)
}

// usageError tells in one line what to write instead.
func usageError(w io.Writer, err error) int {
	fmt.Fprintf(w, "zerops-mcp: %v\n", err)
	return exitUsage
}

// failed tells in one line what went wrong.
func failed(w io.Writer, err error) int {
	fmt.Fprintf(w, "zerops-mcp: %v\n", err)
	return exitFailed
}

func first(words []string) string {
	if len(words) == 0 {
		return ""
	}
	return words[0]
}
