package cli_test

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// fresh is a home directory with a program in it that starts like ours.
func fresh(t *testing.T) (home, executable string) {
	t.Helper()
	home = t.TempDir()
	executable = filepath.Join(home, "bin", "zerops-mcp")
	if err := os.MkdirAll(filepath.Dir(executable), 0o755); err != nil {
		t.Fatal(err)
	}
	script := "#!/bin/sh\nread -r line\necho '{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"serverInfo\":{\"name\":\"zerops-mcp\",\"version\":\"9.9.9\"}}}'\n"
	if err := os.WriteFile(executable, []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	return home, executable
}

func TestInstall(t *testing.T) {
	t.Parallel()
	home, executable := fresh(t)
	config := filepath.Join(home, ".cursor", "mcp.json")
	token := filepath.Join(home, ".config", "zerops-mcp", "token")

	dry := run{args: "install cursor --read-only --dry-run", home: home, executable: executable}.do(t)
	if dry.code != 0 || !strings.Contains(dry.stdout, `+      "args": ["serve", "--read-only"],`) || !strings.Contains(dry.stdout, "does not exist yet") {
		t.Errorf("dry run: exit code %d\n%s%s", dry.code, dry.stdout, dry.stderr)
	}
	if _, err := os.Stat(filepath.Dir(config)); err == nil {
		t.Error("the dry run made a directory")
	}

	got := run{args: "install cursor --read-only", home: home, executable: executable}.do(t)
	if got.code != 0 || !strings.Contains(got.stdout, "Still to do: put a Zerops token into "+token) {
		t.Errorf("exit code %d\n%s%s", got.code, got.stdout, got.stderr)
	}
	content, err := os.ReadFile(config)
	if err != nil || !strings.Contains(string(content), executable) || !strings.Contains(string(content), token) {
		t.Errorf("%v\n%s", err, content)
	}

	got = run{args: "install cursor --read-only --store-token", home: home, executable: executable, env: []string{"ZEROPS_TOKEN='obviously-fake-owner-token'\n"}}.do(t)
	if got.code != 0 || !strings.Contains(got.stdout, "nothing to change") || !strings.Contains(got.stdout, "read from "+token) {
		t.Errorf("exit code %d\n%s%s", got.code, got.stdout, got.stderr)
	}
	if kept, err := os.ReadFile(token); err != nil || string(kept) != "obviously-fake-owner-token\n" {
		t.Errorf("the token file: %v", err)
	}
	if strings.Contains(got.stdout+got.stderr+string(content), "obviously-fake-owner-token") {
		t.Error("the token is shown or configured")
	}

	got = run{args: "install cursor --remove", home: home, executable: executable}.do(t)
	if content, err = os.ReadFile(config); got.code != 0 || err != nil || strings.Contains(string(content), "zerops") || !strings.Contains(got.stdout, "The token stays in "+token) {
		t.Errorf("exit code %d, %v\n%s\n%s%s", got.code, err, content, got.stdout, got.stderr)
	}
}

func TestInstallAsksForTheToken(t *testing.T) {
	t.Parallel()
	home, executable := fresh(t)
	token := filepath.Join(home, ".config", "zerops-mcp", "token")
	asked := run{args: "install zed", home: home, executable: executable, terminal: true, stdin: "two words\n"}
	if got := asked.do(t); got.code != 1 || !strings.Contains(got.stderr, "nothing was changed") || strings.Contains(got.stderr, "two words") {
		t.Errorf("nonsense: exit code %d\n%s", got.code, got.stderr)
	}
	if left, err := os.ReadDir(filepath.Join(home, ".config")); err == nil && len(left) > 0 {
		t.Errorf("something stays: %v", left)
	}
	asked.stdin = "\n"
	if got := asked.do(t); got.code != 0 || !strings.Contains(got.stdout, "Still to do") {
		t.Errorf("nothing pasted: exit code %d\n%s%s", got.code, got.stdout, got.stderr)
	}
	asked.stdin = "Bearer obviously-fake-owner-token\n"
	if got := asked.do(t); got.code != 0 || !strings.Contains(got.stdout, "read from "+token) {
		t.Errorf("pasted: exit code %d\n%s%s", got.code, got.stdout, got.stderr)
	}
	if info, err := os.Stat(token); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the token file: %v", err)
	}
	if got := asked.do(t); got.code != 0 || strings.Contains(got.stderr, "Paste") {
		t.Error("asks again although the token is there")
	}
}

func TestInstallRefuses(t *testing.T) {
	t.Parallel()
	home, executable := fresh(t)
	broken := filepath.Join(home, ".gemini", "settings.json")
	if err := os.MkdirAll(filepath.Dir(broken), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(broken, []byte("{ broken"), 0o600); err != nil {
		t.Fatal(err)
	}
	temporary := filepath.Join(home, "go-build123", "zerops-mcp")
	if err := os.MkdirAll(filepath.Dir(temporary), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(temporary, nil, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		run  run
		code int
		want string
	}{
		"no client":       {run{args: "install"}, 2, "which client"},
		"unknown client":  {run{args: "install emacs"}, 2, "claude-desktop"},
		"broken file":     {run{args: "install gemini"}, 1, broken},
		"no token":        {run{args: "install cursor --store-token"}, 1, "ZEROPS_TOKEN"},
		"go run":          {run{args: "install cursor", executable: temporary}, 1, "go install"},
		"no home":         {run{args: "install cursor", home: "none"}, 1, "HOME"},
		"unknown program": {run{args: "install cursor", executable: filepath.Join(home, "gone")}, 1, "install it again"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := tt.run
			if r.home == "" {
				r.home = home
			}
			if r.executable == "" {
				r.executable = executable
			}
			got := r.do(t)
			if got.code != tt.code || !strings.Contains(got.stderr, tt.want) || strings.Count(got.stderr, "\n") != 1 || got.stdout != "" {
				t.Errorf("exit code %d, stdout %q, stderr %q", got.code, got.stdout, got.stderr)
			}
		})
	}
}

func TestInstallNamesTheProgramAsThePathDoes(t *testing.T) {
	t.Parallel()
	home, executable := fresh(t)
	link := filepath.Join(home, "links", "zerops-mcp")
	if err := os.MkdirAll(filepath.Dir(link), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(executable, link); err != nil {
		t.Fatal(err)
	}
	got := run{args: "install cursor --dry-run", home: home, executable: executable, env: []string{"PATH=" + filepath.Dir(link)}}.do(t)
	if !strings.Contains(got.stdout, link) {
		t.Errorf("not %s:\n%s", link, got.stdout)
	}
}

// pasteCodex does what install tells a person to do for Codex where its command
// is not installed.
func pasteCodex(t *testing.T, home, executable string) {
	t.Helper()
	got := run{args: "install codex", home: home, executable: executable, env: []string{"PATH=" + filepath.Dir(executable)}}.do(t)
	if got.code != 1 || got.stderr != "zerops-mcp: Codex: it has to be done by hand: its own command is not on the PATH\n" {
		t.Errorf("exit code %d, %s", got.code, got.stderr)
	}
	begin := strings.Index(got.stdout, "[mcp_servers.zerops]\n")
	if begin < 0 {
		t.Fatalf("no lines to paste in\n%s", got.stdout)
	}
	lines, _, _ := strings.Cut(got.stdout[begin:], "\n\n")
	if dry := (run{args: "install codex --dry-run", home: home, executable: executable}).do(t); dry.code != 0 || !strings.Contains(dry.stdout, lines) {
		t.Errorf("the dry run shows other lines: %d\n%s", dry.code, dry.stdout)
	}
	path := filepath.Join(home, ".codex", "config.toml")
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(lines), 0o600); err != nil {
		t.Fatal(err)
	}
	if again := (run{args: "install codex", home: home, executable: executable}).do(t); again.code != 0 || !strings.Contains(again.stdout, "Codex: nothing to change") {
		t.Errorf("after the lines were pasted: exit code %d\n%s", again.code, again.stdout)
	}
}

func TestDoctorStartsWhatIsConfigured(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("the configured program is a shell script here")
	}
	_, env := account(t)
	env = append(env, "PATH="+os.Getenv("PATH"))
	home, executable := fresh(t)
	for _, args := range []string{"install cursor --store-token", "install zed"} {
		if got := (run{args: args, home: home, executable: executable, env: env}).do(t); got.code != 0 {
			t.Fatalf("%s: %s", args, got.stderr)
		}
	}
	pasteCodex(t, home, executable)
	got := run{args: "doctor", home: home, env: env}.do(t)
	if got.code != 0 || strings.Count(got.stdout, "starts, version 9.9.9") != 3 {
		t.Errorf("exit code %d\n%s", got.code, got.stdout)
	}
	if err := os.WriteFile(filepath.Join(home, ".config", "zed", "settings.json"), []byte(`{"context_servers": {"zerops": `), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(home, ".config", "zerops-mcp", "token"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	got = run{args: "doctor", home: home, env: env}.do(t)
	for _, want := range []string{"not valid JSON", "repair the file", "its token file is", "no restart is needed"} {
		if got.code != 1 || !strings.Contains(got.stdout, want) {
			t.Errorf("exit code %d, no %q in\n%s", got.code, want, got.stdout)
		}
	}
	for name, script := range map[string]string{"it ends without": "exit 0", "not MCP": "echo hello; cat > /dev/null", "some reason": "echo 'zerops-mcp: some reason' >&2; exit 2"} {
		if err := os.WriteFile(executable, []byte("#!/bin/sh\n"+script+"\n"), 0o755); err != nil {
			t.Fatal(err)
		}
		if got := (run{args: "doctor", home: home, env: env}).do(t); !strings.Contains(got.stdout, name) {
			t.Errorf("no %q in\n%s", name, got.stdout)
		}
	}
	if err := os.Remove(executable); err != nil {
		t.Fatal(err)
	}
	if got := (run{args: "doctor", home: home, env: env}).do(t); !strings.Contains(got.stdout, "cannot be started") || !strings.Contains(got.stdout, "install codex") {
		t.Errorf("doctor:\n%s", got.stdout)
	}
}

// TestAfterInstallTheTokenIsThere follows the README: install, paste a token,
// run doctor and call, with nothing else set.
func TestAfterInstallTheTokenIsThere(t *testing.T) {
	t.Parallel()
	_, env := account(t)
	home, executable := fresh(t)
	do := func(args string, env []string) result {
		return run{args: args, env: env, home: home, executable: executable}.do(t)
	}
	before := do("doctor", env[:1])
	if before.code != 1 || !strings.Contains(before.stdout, "no assistant is configured") || !strings.Contains(before.stdout, "zerops-mcp install CLIENT") {
		t.Errorf("doctor on a fresh machine: %d\n%s", before.code, before.stdout)
	}
	dry := do("install cursor --store-token --dry-run", env)
	if dry.code != 0 || !strings.Contains(dry.stdout, "does not exist yet") || !strings.Contains(dry.stdout, "from ZEROPS_TOKEN would be kept there") {
		t.Errorf("dry run: %d\n%s", dry.code, dry.stdout)
	}
	if got := do("install cursor --store-token", env); got.code != 0 {
		t.Fatalf("install: %d %s", got.code, got.stderr)
	}
	if got := do("doctor", env[:1]); got.code != 0 || !strings.Contains(got.stdout, filepath.Join(home, ".config", "zerops-mcp", "token")) {
		t.Errorf("doctor afterwards: %d\n%s", got.code, got.stdout)
	}
	if got := do("call whoami", env[:1]); got.code != 0 {
		t.Errorf("call afterwards: %d\n%s", got.code, got.stdout)
	}
	if runtime.GOOS != "windows" {
		if err := os.Chmod(filepath.Join(home, ".config", "zerops-mcp", "token"), 0o644); err != nil {
			t.Fatal(err)
		}
		if got := do("doctor", env[:1]); got.code != 0 || !strings.Contains(got.stdout, `"status":"warning"`) || !strings.Contains(got.stdout, "chmod 600") {
			t.Errorf("a file that others can read: %d\n%s", got.code, got.stdout)
		}
	}
	near := do("install curser", env)
	if near.code != 2 || near.stderr != "zerops-mcp: unknown client \"curser\": did you mean \"cursor\"?\n" {
		t.Errorf("a mistyped client: %d %s", near.code, near.stderr)
	}
}

// A file that is named from here is found by a client that starts the server
// somewhere else.
func TestInstallWritesWholePaths(t *testing.T) {
	t.Parallel()
	home, executable := fresh(t)
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "key"), []byte(strings.Repeat("obviously-fake-key", 3)), 0o600); err != nil {
		t.Fatal(err)
	}
	got := run{args: "install cursor --dry-run --signing-key-file key --audit-log log", home: home, executable: executable, dir: dir}.do(t)
	for _, name := range []string{"signing-key-file=" + filepath.Join(dir, "key"), "audit-log=" + filepath.Join(dir, "log")} {
		if got.code != 0 || !strings.Contains(got.stdout, `"--`+strings.ReplaceAll(name, `\`, `\\`)+`"`) {
			t.Errorf("no %s: exit code %d\n%s%s", name, got.code, got.stdout, got.stderr)
		}
	}
}
