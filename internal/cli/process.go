package cli

import (
	"os"
	"runtime/debug"
	"time"

	"golang.org/x/term"
)

// DelayGC lets the garbage collector run less often while a client waits for the
// list of tools, and gives what starting left over back to the system afterwards.
// A GOGC of the operator's wins; docs/adr/0010-shortcuts.md has the figures.
func DelayGC() {
	const (
		whileStarting = 200
		usual         = 100
		calm          = 3 * time.Second
	)
	if os.Getenv("GOGC") != "" {
		return
	}
	debug.SetGCPercent(whileStarting)
	time.AfterFunc(calm, func() {
		debug.SetGCPercent(usual)
		debug.FreeOSMemory()
	})
}

// ProcessEnv is the environment of this process, with the stream that was
// standard output before it was claimed.
func ProcessEnv(stdout *os.File) Env {
	env := Env{
		Args:           os.Args[1:],
		Environ:        os.Environ(),
		Stdin:          os.Stdin,
		Stdout:         stdout,
		Stderr:         os.Stderr,
		StdinTerminal:  term.IsTerminal(int(os.Stdin.Fd())),
		StdoutTerminal: term.IsTerminal(int(stdout.Fd())),
		StderrTerminal: term.IsTerminal(int(os.Stderr.Fd())),
	}
	// What cannot be told is left empty; the settings cope with that.
	env.Dir, _ = os.Getwd()
	env.Home, _ = os.UserHomeDir()
	env.ConfigDir, _ = os.UserConfigDir()
	env.Executable, _ = os.Executable()
	if env.StdinTerminal {
		env.Hidden = func() (string, error) {
			line, err := term.ReadPassword(int(os.Stdin.Fd()))
			return string(line), err
		}
	}
	if env.StdoutTerminal {
		env.Width, _, _ = term.GetSize(int(stdout.Fd()))
	}
	return env
}
