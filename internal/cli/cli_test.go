package cli_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"zerops-mcp/internal/cli"
	"zerops-mcp/zerops/simulator"
)

// run is one run of the program.
type run struct {
	args     string
	env      []string
	stdin    string
	terminal bool
	// words replaces args where an argument holds spaces.
	words []string
	// dir is the working directory; a fresh one where empty.
	dir string
	// width is the terminal's; 120 where 0.
	width int
	// block keeps standard input open after stdin.
	block bool
	// output is where standard output ends; kept in the result where nil.
	output io.Writer
	// interrupt is when the person presses Ctrl-C; never where 0.
	interrupt time.Duration
	// home is the home directory: a fresh one where empty, none where "none".
	home, executable string
}

// result is what the run left behind.
type result struct {
	code           int
	stdout, stderr string
}

// do runs the program in this process as a shell would.
func (r run) do(t *testing.T) result {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	if r.interrupt > 0 {
		time.AfterFunc(r.interrupt, cancel)
	}
	home, dir := r.home, r.dir
	if home == "" {
		home = t.TempDir()
	}
	if dir == "" {
		dir = t.TempDir()
	}
	config := filepath.Join(home, ".config")
	if home == "none" {
		home, config = "", ""
	}
	words := r.words
	if words == nil {
		words = strings.Fields(r.args)
	}
	var stdout, stderr bytes.Buffer
	var stdin io.Reader = strings.NewReader(r.stdin)
	if r.block {
		never, closer := io.Pipe()
		defer func() { _ = closer.Close() }()
		stdin = io.MultiReader(stdin, never)
	}
	var out io.Writer = &stdout
	if r.output != nil {
		out = r.output
	}
	code := cli.Run(ctx, cli.Env{
		Args: words, Environ: r.env, Dir: dir, Home: home, ConfigDir: config, Executable: r.executable,
		Stdin: stdin, Stdout: out, Stderr: &stderr,
		StdinTerminal: r.terminal, StdoutTerminal: r.terminal, StderrTerminal: r.terminal, Width: cmp.Or(r.width, 120),
	})
	return result{code, stdout.String(), stderr.String()}
}

// account starts a simulated account and returns the variables that lead to it.
func account(t *testing.T, options ...simulator.Option) (*simulator.Simulator, []string) {
	t.Helper()
	s := simulator.New(append([]simulator.Option{simulator.WithPace(0)}, options...)...)
	running, err := s.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = running.Close() })
	return s, []string{"ZEROPS_API_URL=" + running.URL, "ZEROPS_TOKEN=" + simulator.OwnerToken}
}

func (r result) object(t *testing.T) map[string]any {
	t.Helper()
	var o map[string]any
	if err := json.Unmarshal([]byte(r.stdout), &o); err != nil {
		t.Fatalf("stdout is not one JSON object: %v\n%s\nstderr: %s", err, r.stdout, r.stderr)
	}
	return o
}

func TestTheReadmesFirstCommand(t *testing.T) {
	t.Parallel()
	got := run{args: "call list_projects --demo"}.do(t)
	if got.code != 0 || got.stderr != "" {
		t.Fatalf("exit code %d, stderr %q", got.code, got.stderr)
	}
	if items, _ := got.object(t)["items"].([]any); len(items) < 15 {
		t.Errorf("%d projects, want all of the demo account", len(items))
	}
}

func TestUsageErrorsAreOneLineAndExitWith2(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		args string
		env  string
		want string
	}{
		{"--red-only", "", "--read-only"},
		{"", "ZMCP_READONLY=1", "ZMCP_READ_ONLY"},
		{"serve --toolsets servces", "", "services"},
		{"tools --exclude-tools list_project", "", "list_projects"},
		{"call", "", "which tool"},
		{"call list_project --demo", "", "list_projects"},
		{"call get_project --demo --arg projekt=x", "", "did you mean project"},
		{"call get_project --demo --arg project", "", "NAME=VALUE"},
		{"call get_project --demo --args nonsense", "", "JSON object"},
		{"call list_projects --demo --arg limit=many", "", "not a number"},
		{"call get_project --demo --arg project=a --arg project=b", "", "twice"},
		{"call whoami --audit-log /nonexistent/audit.log", "", "/nonexistent/audit.log"},
		{"help nonsense", "", "zerops-mcp help"},
		{"completion tcsh", "", "bash"},
		{"completion", "", "which shell"},
	} {
		t.Run(tt.args+tt.env, func(t *testing.T) {
			t.Parallel()
			got := run{args: tt.args, env: []string{tt.env}}.do(t)
			if got.code != 2 || got.stdout != "" {
				t.Errorf("exit code %d, stdout %q", got.code, got.stdout)
			}
			if !strings.Contains(got.stderr, tt.want) || strings.Count(got.stderr, "\n") != 1 || !strings.HasPrefix(got.stderr, "zerops-mcp: ") {
				t.Errorf("stderr = %q, want one line with %q", got.stderr, tt.want)
			}
		})
	}
}

func TestExitCodesTellHowTheWorkWent(t *testing.T) {
	t.Parallel()
	account, env := account(t)
	restart := "call restart_service --arg project=eshop-staging --arg service=api"

	got := run{args: restart, env: env}.do(t)
	if got.code != 0 || got.object(t)["status"] != "done" {
		t.Errorf("done: exit code %d, %s%s", got.code, got.stdout, got.stderr)
	}

	got = run{args: "call get_project --arg project=no-such-project", env: env}.do(t)
	if failure, _ := got.object(t)["error"].(map[string]any); got.code != 1 || failure["code"] != "not_found" {
		t.Errorf("a failed tool: exit code %d, %s", got.code, got.stdout)
	}

	account.FailNext("stack.restart", "serviceStackRestartFailed", "the container did not come up")
	got = run{args: restart, env: env}.do(t)
	if got.code != 4 || got.object(t)["status"] != "failed" {
		t.Errorf("failed work: exit code %d, %s", got.code, got.stdout)
	}

	account.Hold("stack.restart")
	got = run{args: restart + " --arg wait_seconds=0", env: env}.do(t)
	if got.code != 5 || got.object(t)["status"] != "in_progress" {
		t.Errorf("unfinished work: exit code %d, %s", got.code, got.stdout)
	}
	account.Release()

	got = run{args: "call restart_service --read-only --arg service=x", env: env}.do(t)
	if failure, _ := got.object(t)["error"].(map[string]any); got.code != 1 || failure["code"] != "read_only" {
		t.Errorf("read-only: exit code %d, %s", got.code, got.stdout)
	}
}

func TestTwoStepConfirmationAcrossProcesses(t *testing.T) {
	t.Parallel()
	_, env := account(t)
	stop := "call stop_service --arg project=eshop-staging --arg service=api"
	first := run{args: stop, env: env}.do(t)
	if first.code != 3 {
		t.Fatalf("first step: exit code %d, %s%s", first.code, first.stdout, first.stderr)
	}
	token, _ := first.object(t)["confirm"].(string)
	if wrong := (run{args: stop + " --arg confirm=" + token + "x", env: env}).do(t); wrong.code != 1 {
		t.Errorf("a forged confirmation: exit code %d", wrong.code)
	}
	second := run{args: stop + " --arg confirm=" + token, env: env}.do(t)
	if second.code != 0 || second.object(t)["status"] != "done" {
		t.Errorf("second step: exit code %d, %s", second.code, second.stdout)
	}
}

func TestAPersonAtATerminalIsAsked(t *testing.T) {
	t.Parallel()
	_, env := account(t)
	stop := run{args: "call stop_service --arg project=eshop-staging --arg service=api", env: env, terminal: true}

	stop.stdin = "no\n"
	got := stop.do(t)
	if got.code != 3 || got.stdout != "" || !strings.Contains(got.stderr, "Type yes") || !strings.HasSuffix(got.stderr, "Nothing has been changed.\n") {
		t.Errorf("refused: exit code %d\n%s%s", got.code, got.stdout, got.stderr)
	}
	stop.stdin, stop.interrupt = "", time.Second
	stop.block = true
	got = stop.do(t)
	if got.code != 3 || got.stdout != "" || !strings.HasSuffix(got.stderr, "\nNothing has been changed.\n") {
		t.Errorf("interrupted: exit code %d\n%s%s", got.code, got.stdout, got.stderr)
	}
	stop.interrupt, stop.block = 0, false
	unasked := run{args: stop.args + " --output table", env: env}.do(t)
	if unasked.code != 3 || !strings.Contains(unasked.stderr, "zerops-mcp call stop_service --output table --args '{\"confirm\":") {
		t.Errorf("nobody to ask: exit code %d\n%s", unasked.code, unasked.stderr)
	}
	stop.stdin = "yes\n"
	got = stop.do(t)
	if got.code != 0 || !strings.Contains(got.stdout, "done") || !strings.Contains(got.stderr, "it is unreachable until") {
		t.Errorf("approved: exit code %d\n%s\n%s", got.code, got.stdout, got.stderr)
	}
}

func TestOutputForPeople(t *testing.T) {
	t.Parallel()
	_, env := account(t)
	got := run{args: "call list_projects", env: env, terminal: true}.do(t)
	if !strings.Contains(got.stdout, "\x1b[1mID") || !strings.Contains(got.stdout, "eshop-production") || !strings.Contains(got.stdout, "--output json also has") {
		t.Errorf("no coloured table on a terminal:\n%s", got.stdout)
	}
	for line := range strings.Lines(got.stdout) {
		plain := strings.NewReplacer("\x1b[0m", "", "\x1b[1m", "", "\x1b[2m", "", "\x1b[32m", "", "\x1b[33m", "", "\x1b[31m", "").Replace(line)
		if n := len([]rune(strings.TrimRight(plain, "\n"))); n > 120 {
			t.Errorf("a line of %d columns on a terminal of 120: %s", n, plain)
		}
		if strings.Contains(plain, "\x1b") {
			t.Errorf("a control sequence of somebody else: %q", plain)
		}
	}
	got = run{args: "call list_projects", env: append(env, "NO_COLOR=1"), terminal: true}.do(t)
	if strings.Contains(got.stdout, "\x1b") {
		t.Error("colours although NO_COLOR is set")
	}
	got = run{args: "call list_projects --output table", env: env}.do(t)
	if strings.Contains(got.stdout, "\x1b") || !strings.Contains(got.stdout, "NAME") {
		t.Errorf("no plain table in a pipe:\n%s", got.stdout)
	}
	got = run{args: "call list_projects --output json", env: env, terminal: true}.do(t)
	if got.object(t)["items"] == nil || !strings.Contains(got.stdout, "\n  ") {
		t.Error("no indented JSON on a terminal")
	}
	got = run{args: "call get_project --arg project=eshop", env: env, terminal: true}.do(t)
	if got.code != 1 || got.stdout != "" || !strings.Contains(got.stderr, "not_found") || !strings.Contains(got.stderr, "eshop-staging") {
		t.Errorf("an error on a terminal: %d\n%s\n%s", got.code, got.stdout, got.stderr)
	}
}

func TestProgressIsShownWhileWaiting(t *testing.T) {
	t.Parallel()
	account, env := account(t)
	account.Hold("stack.restart")
	got := run{args: "call restart_service --arg project=eshop-staging --arg service=api --arg wait_seconds=1", env: env, terminal: true}.do(t)
	if got.code != 5 || !strings.Contains(got.stderr, "stack.restart") || !strings.HasSuffix(got.stderr, "\r\x1b[K") {
		t.Errorf("exit code %d, stderr %q", got.code, got.stderr)
	}
}

func TestAnInterruptTellsHowThingsStand(t *testing.T) {
	t.Parallel()
	account, env := account(t)
	account.Hold("stack.restart")
	begun := time.Now()
	got := run{args: "call restart_service --arg project=eshop-staging --arg service=api --arg wait_seconds=20", env: env, interrupt: time.Second}.do(t)
	if got.code != 5 || got.object(t)["next"] == nil || time.Since(begun) > 10*time.Second {
		t.Errorf("after %s: exit code %d, %s", time.Since(begun), got.code, got.stdout)
	}
}

func TestArgumentsFromStandardInput(t *testing.T) {
	t.Parallel()
	_, env := account(t)
	got := run{args: "call list_projects --args -", env: env, stdin: "\ufeff{\"limit\": 2}\n"}.do(t)
	if items, _ := got.object(t)["items"].([]any); got.code != 0 || len(items) != 2 {
		t.Errorf("exit code %d, %s", got.code, got.stdout)
	}
}

func TestAuditLog(t *testing.T) {
	t.Parallel()
	_, env := account(t)
	path := filepath.Join(t.TempDir(), "audit.log")
	for range 2 {
		run{args: "call list_projects --audit-log " + path, env: env}.do(t)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(content)), "\n")
	if len(lines) != 2 || !json.Valid([]byte(lines[0])) || !strings.Contains(lines[0], `"list_projects"`) {
		t.Errorf("audit log:\n%s", content)
	}
	if strings.Contains(string(content), simulator.OwnerToken) {
		t.Error("the token is in the audit log")
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the audit log is not private: %v %v", info.Mode(), err)
	}
	if got := (run{args: "call list_projects --audit-log stderr", env: env}).do(t); !strings.Contains(got.stderr, `"list_projects"`) {
		t.Errorf("no audit line on stderr: %s", got.stderr)
	}
}

func TestWarningsAreLoggedNotPrinted(t *testing.T) {
	t.Parallel()
	_, env := account(t)
	env = append(env, "ZMCP_TOKEN=another-fake-token", "ZMCP_PROJECT=${user_config.projects}")
	got := run{args: "call whoami --log-format json", env: env}.do(t)
	got.object(t)
	for line := range strings.Lines(got.stderr) {
		if !json.Valid([]byte(line)) {
			t.Errorf("not a JSON line: %s", line)
		}
	}
	if !strings.Contains(got.stderr, "ZEROPS_TOKEN, which wins") || !strings.Contains(got.stderr, "did not expand") || strings.Contains(got.stderr, "another-fake-token") {
		t.Errorf("stderr: %s", got.stderr)
	}
	if got := (run{args: "call whoami --log-level error", env: env}).do(t); got.stderr != "" {
		t.Errorf("warnings at level error: %s", got.stderr)
	}
}

func TestProgressOnOtherTerminals(t *testing.T) {
	t.Parallel()
	account, env := account(t)
	account.Hold("stack.restart")
	wait := run{args: "call restart_service --arg project=eshop-staging --arg service=api --arg wait_seconds=1", env: env, terminal: true, width: 44}
	got := wait.do(t)
	lines := strings.Split(got.stderr, "\r\x1b[K")
	for _, line := range lines {
		if n := len([]rune(line)); n >= 44 || line != "" && !strings.HasSuffix(line, " s of 1 s") {
			t.Errorf("a line of %d columns on a terminal of 44: %q", n, line)
		}
	}
	if len(lines) < 2 || !strings.Contains(got.stderr, "░  ") {
		t.Errorf("no bar: %q", got.stderr)
	}
	wait.env = append(env, "TERM=dumb")
	if got := wait.do(t); strings.ContainsAny(got.stderr+got.stdout, "\r\x1b") {
		t.Errorf("control sequences for a dumb terminal: %q", got.stderr)
	}
}
