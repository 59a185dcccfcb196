package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"zerops-mcp/internal/install"
	"zerops-mcp/internal/settings"
)

// install configures an assistant, or shows what that would change.
func (p *program) install(ctx context.Context) int {
	client := first(p.Operands)
	if client == "" {
		return usageError(p.Stderr, fmt.Errorf("which client? There are %s", strings.Join(install.Clients(), ", ")))
	}
	if near := settings.Closest(client, install.Clients()); near != "" && !install.Known(client) {
		return usageError(p.Stderr, fmt.Errorf("unknown client %q: did you mean %q?", clip(client), near))
	}
	command, err := p.ownPath()
	if err != nil {
		return failed(p.Stderr, err)
	}
	tokenFile := p.TokenFile
	if tokenFile == "" {
		if p.ConfigDir == "" {
			return failed(p.Stderr, errors.New("there is no configuration directory to keep the token in: set HOME, or name a file with --token-file"))
		}
		tokenFile = settings.StoredToken(p.ConfigDir)
	}
	args := []string{settings.Serve}
	for _, f := range p.ServeFlags {
		if !strings.HasPrefix(f, "--token-file") {
			args = append(args, f)
		}
	}
	system := install.System{OS: runtime.GOOS, Home: p.Home, Environ: p.Environ}
	changes, err := install.Plan(install.Options{
		Client: client, Command: command, Args: args, TokenFile: tokenFile, Remove: p.Remove, System: system,
	})
	if err != nil {
		if !install.Known(client) {
			return usageError(p.Stderr, err)
		}
		return failed(p.Stderr, err)
	}
	if p.DryRun {
		p.showPlan(changes, tokenFile)
		return exitDone
	}
	stored := false
	if !p.Remove && !p.Demo {
		if stored, err = p.keepToken(tokenFile); err != nil {
			return failed(p.Stderr, err)
		}
	}
	var byHand *install.ByHandError
	for _, step := range changes.Steps {
		done, err := step.Apply(ctx, system)
		switch {
		case errors.As(err, &byHand):
			fmt.Fprint(p.Stdout, byHand.Do)
		case err != nil:
			return failed(p.Stderr, err)
		default:
			fmt.Fprintf(p.Stdout, "%s: %s\n", changes.Title, done)
		}
	}
	p.tellRest(changes, tokenFile, stored)
	if byHand != nil {
		return failed(p.Stderr, fmt.Errorf("%s: %w", changes.Title, byHand))
	}
	return exitDone
}

// ownPath is how a client should start this program: by the name on the PATH
// that leads to it, which outlives an upgrade, else by its own path.
func (p *program) ownPath() (string, error) {
	if p.Executable == "" {
		return "", errors.New("this program cannot tell its own path: install it with \"go install .\" and run it from there")
	}
	self, err := os.Stat(p.Executable)
	if err != nil {
		return "", fmt.Errorf("this program cannot be found any more at %s: install it again", p.Executable)
	}
	if strings.Contains(filepath.ToSlash(p.Executable), "/go-build") {
		return "", errors.New("this is the temporary program of \"go run\", which is gone afterwards: install it with \"go install .\" and run \"zerops-mcp install\"")
	}
	name := filepath.Base(p.Executable)
	for _, pair := range p.Environ {
		variable, dirs, _ := strings.Cut(pair, "=")
		if !strings.EqualFold(variable, "PATH") { // Windows spells it Path
			continue
		}
		for _, dir := range filepath.SplitList(dirs) {
			path := filepath.Join(dir, name)
			if info, err := os.Stat(path); filepath.IsAbs(path) && err == nil && os.SameFile(self, info) {
				return path, nil
			}
		}
	}
	return p.Executable, nil
}

func (p *program) showPlan(changes *install.Changes, tokenFile string) {
	for _, note := range changes.Notes {
		fmt.Fprintf(p.Stdout, "%s\n", note)
	}
	if len(changes.Steps) == 0 {
		fmt.Fprintf(p.Stdout, "%s: nothing to change.\n", changes.Title)
	}
	for _, step := range changes.Steps {
		if step.Command != nil {
			if step.Undo != nil {
				fmt.Fprintf(p.Stdout, "would run %s\n", install.CommandLine(step.Undo))
			}
			fmt.Fprintf(p.Stdout, "would run %s\n", install.CommandLine(step.Command))
			continue
		}
		if step.ByHand != "" {
			fmt.Fprint(p.Stdout, step.ByHand)
			continue
		}
		fmt.Fprint(p.Stdout, step.Diff())
	}
	if !p.Remove && !p.Demo {
		fmt.Fprintf(p.Stdout, "The token is read from %s (%s).\n", tokenFile, tokenState(tokenFile))
		if c := p.Token.Current(); p.StoreToken && c.Token != "" {
			fmt.Fprintf(p.Stdout, "The one from %s would be kept there.\n", c.Source)
		}
	}
}

// tokenState says whether the file can do its work.
func tokenState(path string) string {
	content, err := os.ReadFile(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return "which does not exist yet"
	case err != nil:
		return "which cannot be read"
	}
	if token, problem := settings.CleanToken(string(content)); token == "" {
		return "which " + problem
	}
	return "which holds one"
}

// keepToken stores the token that this run knows, if it was asked to, or one
// that a person at the terminal pastes. It reports whether the file is filled.
func (p *program) keepToken(path string) (bool, error) {
	if p.StoreToken {
		token := p.Token.Current().Token
		if token == "" {
			var err error
			if token, err = p.askToken(path); err != nil {
				return false, err
			}
		}
		if token == "" {
			return false, errors.New("--store-token: there is no token to store: set ZEROPS_TOKEN for this command, or run it on a terminal and paste one")
		}
		return true, install.StoreToken(path, token)
	}
	if tokenState(path) == "which holds one" {
		return true, nil
	}
	token, err := p.askToken(path)
	if err != nil || token == "" {
		return false, err
	}
	return true, install.StoreToken(path, token)
}

// askToken lets a person at a terminal paste a token; "" where there is nobody
// or nothing was pasted.
func (p *program) askToken(path string) (string, error) {
	if !p.StdinTerminal || !p.StderrTerminal {
		return "", nil
	}
	fmt.Fprintf(p.Stderr, "Paste a Zerops token to keep it in %s, or press Enter to do that later: ", path)
	read := p.Hidden
	if read == nil {
		read = func() (string, error) { return bufio.NewReader(p.Stdin).ReadString('\n') }
	}
	text, err := read()
	fmt.Fprintln(p.Stderr)
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("read the token: %w", err)
	}
	if strings.TrimSpace(text) == "" {
		return "", nil
	}
	token, problem := settings.CleanToken(text)
	if token == "" {
		return "", fmt.Errorf("what was pasted %s; nothing was changed", problem)
	}
	return token, nil
}

// tellRest says what the person still has to do.
func (p *program) tellRest(changes *install.Changes, tokenFile string, stored bool) {
	for _, note := range changes.Notes {
		fmt.Fprintln(p.Stdout, note)
	}
	if len(changes.Steps) == 0 {
		fmt.Fprintf(p.Stdout, "%s: nothing to change.\n", changes.Title)
	}
	switch {
	case p.Remove:
		if tokenState(tokenFile) == "which holds one" {
			fmt.Fprintf(p.Stdout, "The token stays in %s: delete that file if nothing else uses it.\n", tokenFile)
		}
		return
	case p.Demo:
		fmt.Fprintln(p.Stdout, "It serves the demo account, which needs no token.")
	case stored:
		fmt.Fprintf(p.Stdout, "The token is read from %s; a new one there takes effect at once.\n", tokenFile)
	case p.Token.Current().Token != "":
		fmt.Fprintf(p.Stdout, "Still to do: put a Zerops token into %s, readable by you only;\n"+
			"the same command with --store-token keeps the one from %s there.\n", tokenFile, p.Token.Current().Source)
	default:
		fmt.Fprintf(p.Stdout, "Still to do: put a Zerops token into %s, readable by you only.\n"+
			"Make one in the Zerops GUI (Access Token Management, generate).\n", tokenFile)
	}
	fmt.Fprintf(p.Stdout, "%s \"zerops-mcp doctor\" checks the whole way.\n", changes.Seen)
}
