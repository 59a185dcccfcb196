package install_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"zerops-mcp/internal/install"
)

// program puts a client's own command on the machine's PATH; it notes how it
// was called.
func program(t *testing.T, s install.System, name, script string) string {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("clients' commands are shell scripts here")
	}
	log := filepath.Join(s.Home, name+".log")
	path := filepath.Join(s.Home, "bin", name)
	// A process that starts meanwhile would inherit the open file and keep it
	// from being run.
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	write(t, path, "#!/bin/sh\nfor a in \"$@\"; do printf '%s\\n' \"$a\" >> "+log+"; done\necho -- >> "+log+"\n"+script+"\n")
	if err := os.Chmod(path, 0o755); err != nil {
		t.Fatal(err)
	}
	return log
}

func TestTheClientsOwnCommandIsUsed(t *testing.T) {
	t.Parallel()
	for client, tt := range map[string]struct{ own, want string }{
		"claude-code": {"claude", "mcp\nadd-json\n--scope\nuser\nzerops\n" + `{"type":"stdio","command":"/opt/zerops/bin/zerops-mcp","args":["serve","--read-only"],"env":{"ZEROPS_TOKEN_FILE":"/home/you/.config/zerops-mcp/token"}}` + "\n--\n"},
		"vscode":      {"code", "--add-mcp\n" + `{"name":"zerops","type":"stdio","command":"/opt/zerops/bin/zerops-mcp","args":["serve","--read-only"],"env":{"ZEROPS_TOKEN_FILE":"/home/you/.config/zerops-mcp/token"}}` + "\n--\n"},
		"codex":       {"codex", "mcp\nadd\nzerops\n--env\nZEROPS_TOKEN_FILE=/home/you/.config/zerops-mcp/token\n--\n/opt/zerops/bin/zerops-mcp\nserve\n--read-only\n--\n"},
	} {
		t.Run(client, func(t *testing.T) {
			t.Parallel()
			s := machine(t, "linux")
			log := program(t, s, tt.own, "exit 0")
			changes := apply(t, options(client, s))
			if got := read(t, log); got != tt.want {
				t.Errorf("called with:\n%s\nwant:\n%s", got, tt.want)
			}
			if len(changes.Steps) != 1 || changes.Steps[0].Command == nil {
				t.Errorf("steps %+v", changes.Steps)
			}
			if _, err := os.Stat(changes.Steps[0].Path); err == nil {
				t.Error("the file was written as well")
			}
		})
	}
}

func TestAFailingCommandFallsBackToTheFile(t *testing.T) {
	t.Parallel()
	s := machine(t, "linux")
	log := program(t, s, "claude", "echo broken >&2; exit 1")
	path := filepath.Join(s.Home, ".claude.json")
	write(t, path, `{"numStartups": 5, "mcpServers": {"zerops": {"command": "npx", "args": ["other-zerops"]}}}`)
	changes := apply(t, options("claude-code", s))
	if !strings.Contains(read(t, log), "remove\n--scope\nuser\nzerops") || !strings.Contains(read(t, log), "add-json") {
		t.Errorf("called with:\n%s", read(t, log))
	}
	content := read(t, path)
	if !strings.Contains(content, "/opt/zerops/bin/zerops-mcp") || !strings.Contains(content, `"numStartups": 5`) {
		t.Errorf("the file holds:\n%s", content)
	}
	if len(changes.Notes) != 1 || !strings.Contains(changes.Notes[0], "npx") {
		t.Errorf("notes %q, want one on the server that was replaced", changes.Notes)
	}
	if backups, err := filepath.Glob(path + ".backup-*"); err != nil || len(backups) != 1 {
		t.Errorf("backups %v, %v", backups, err)
	}
}

// TestACommandThatOnlyTakesOut checks that a client whose command removes the old
// entry and then fails to add the new one is configured all the same.
func TestACommandThatOnlyTakesOut(t *testing.T) {
	t.Parallel()
	s := machine(t, "linux")
	path := filepath.Join(s.Home, ".claude.json")
	program(t, s, "claude", `if [ "$2" = remove ]; then echo '{"numStartups": 5, "mcpServers": {}}' > `+path+`; else exit 1; fi`)
	write(t, path, `{"numStartups": 5, "mcpServers": {"zerops": {"command": "/old/zerops-mcp"}}}`)
	apply(t, options("claude-code", s))
	if content := read(t, path); !strings.Contains(content, "/opt/zerops/bin/zerops-mcp") || !strings.Contains(content, `"numStartups": 5`) {
		t.Errorf("the file holds:\n%s", content)
	}
	backups, err := filepath.Glob(path + ".backup-*")
	if err != nil || !slices.ContainsFunc(backups, func(b string) bool { return strings.Contains(read(t, b), "/old/zerops-mcp") }) {
		t.Errorf("no backup of what was there: %v, %v", backups, err)
	}
}

func TestLinksStayAndStrangersAreNoticed(t *testing.T) {
	t.Parallel()
	s := machine(t, "linux")
	target := filepath.Join(s.Home, "dotfiles", "mcp.json")
	write(t, target, "{}\n")
	link := filepath.Join(s.Home, ".cursor", "mcp.json")
	if err := os.MkdirAll(filepath.Dir(link), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(target, link); err != nil {
		t.Fatal(err)
	}
	apply(t, options("cursor", s))
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 || !strings.Contains(read(t, target), "zerops") {
		t.Error("the link was replaced by a file")
	}

	o := options("gemini", s)
	changes, err := install.Plan(o)
	if err != nil {
		t.Fatal(err)
	}
	other := filepath.Join(s.Home, ".gemini", "settings.json")
	write(t, other, `{"theme": "dark"}`)
	if _, err := changes.Steps[0].Apply(t.Context(), s); err == nil || !strings.Contains(err.Error(), "in the meantime") {
		t.Errorf("a file that appeared since: %v", err)
	}
	if read(t, other) != `{"theme": "dark"}` {
		t.Error("the stranger's file was overwritten")
	}
}

func TestADirectoryThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	s := machine(t, "linux")
	// A file where a directory would have to be, which not even root can write.
	write(t, filepath.Join(s.Home, ".cursor"), "")
	changes, err := install.Plan(options("cursor", s))
	if err == nil {
		_, err = changes.Steps[0].Apply(t.Context(), s)
	}
	if err == nil || strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(), ".cursor") {
		t.Errorf("error %v", err)
	}
	left, err := os.ReadDir(s.Home)
	if err != nil || len(left) != 1 {
		t.Errorf("something half-written stays: %v", left)
	}
}

func TestStoreToken(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "zerops-mcp", "token")
	for _, token := range []string{"obviously-fake-one", "obviously-fake-two"} {
		if err := install.StoreToken(path, token); err != nil {
			t.Fatal(err)
		}
		if read(t, path) != token+"\n" {
			t.Errorf("the file holds %q", read(t, path))
		}
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("mode %v", info.Mode())
		}
		// The next round finds a file that others can read.
		if err := os.Chmod(path, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if info, err := os.Stat(filepath.Dir(path)); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("mode of the directory %v", info.Mode())
	}
}

// TestNothingIsLeftOfAWriteThatFails makes the write fail after the backup, by a
// file whose name leaves no room for another beside it.
func TestNothingIsLeftOfAWriteThatFails(t *testing.T) {
	t.Parallel()
	s := machine(t, "linux")
	target := filepath.Join(s.Home, "dotfiles", strings.Repeat("n", 250))
	write(t, target, "{}\n")
	link := filepath.Join(s.Home, ".cursor", "mcp.json")
	if err := os.MkdirAll(filepath.Dir(link), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(target, link); err != nil {
		t.Fatal(err)
	}
	changes, err := install.Plan(options("cursor", s))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := changes.Steps[0].Apply(t.Context(), s); err == nil || !strings.Contains(err.Error(), "cannot be written") {
		t.Fatalf("error %v", err)
	}
	for _, dir := range []string{filepath.Dir(link), filepath.Dir(target)} {
		if left, err := os.ReadDir(dir); err != nil || len(left) != 1 {
			t.Errorf("in %s stay %v, %v", dir, left, err)
		}
	}
	if read(t, target) != "{}\n" {
		t.Error("the file was changed")
	}
}

func TestALinkToNothingIsNotReplaced(t *testing.T) {
	t.Parallel()
	s := machine(t, "linux")
	link := filepath.Join(s.Home, ".cursor", "mcp.json")
	if err := os.MkdirAll(filepath.Dir(link), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("../dotfiles/mcp.json", link); err != nil {
		t.Fatal(err)
	}
	if _, err := install.Plan(options("cursor", s)); err == nil || !strings.Contains(err.Error(), "a link to ../dotfiles/mcp.json, which does not exist") {
		t.Errorf("error %v", err)
	}
}

// TestBackupsRestore checks that what stood in a file before is what its backup
// holds, byte by byte.
func TestBackupsRestore(t *testing.T) {
	t.Parallel()
	s := machine(t, "linux")
	for client, content := range map[string]string{
		"cursor": "\ufeff{\r\n\t// mine\r\n\t\"mcpServers\": {\r\n\t\t\"a\": {\"command\": \"C:\\\\a.exe\"}, // yours\r\n\t},\r\n}\r\n",
	} {
		path := filepath.Join(s.Home, filepath.FromSlash(places()[client]["linux"]))
		write(t, path, content)
		apply(t, options(client, s))
		backups, err := filepath.Glob(path + ".backup-*")
		if err != nil || len(backups) != 1 || read(t, backups[0]) != content {
			t.Errorf("%s: backups %v, %v", client, backups, err)
		}
		if after := read(t, path); !strings.HasPrefix(after, "\ufeff") || !strings.Contains(after, "zerops-mcp") || strings.Contains(strings.ReplaceAll(after, "\r\n", ""), "\n") {
			t.Errorf("%s: mark or line ends were lost: %q", client, after)
		}
		if found := install.Find(s); !slices.ContainsFunc(found, func(i install.Installed) bool { return i.Client == client && i.Problem == "" }) {
			t.Errorf("%s is not found again: %v", client, found)
		}
		o := options(client, s)
		o.Remove = true
		apply(t, o)
		if read(t, path) != content {
			t.Errorf("%s: after the removal:\n%q", client, read(t, path))
		}
	}
}

func TestANameThatStandsTwice(t *testing.T) {
	t.Parallel()
	s := machine(t, "linux")
	path := filepath.Join(s.Home, ".cursor", "mcp.json")
	write(t, path, `{"mcpServers": {"zerops": {"command": "zerops-mcp"}, "zerops": {"command": "/usr/bin/zerops-mcp"}}}`)
	o := options("cursor", s)
	o.Remove = true
	apply(t, o)
	if strings.Contains(read(t, path), "zerops") {
		t.Errorf("a server stays: %s", read(t, path))
	}
}

// TestAnotherNameOfTheProgram checks that a binary under a name of its own is
// not taken for somebody else's server.
func TestAnotherNameOfTheProgram(t *testing.T) {
	t.Parallel()
	o := options("cursor", machine(t, "linux"))
	o.Command = "/opt/zerops-mcp-linux-amd64"
	apply(t, o)
	again, err := install.Plan(o)
	if err != nil || len(again.Steps) != 0 || len(again.Notes) != 0 {
		t.Errorf("the second time: %v, %v", again, err)
	}
}

func TestInstallsAtTheSameTime(t *testing.T) {
	t.Parallel()
	s := machine(t, "linux")
	path := filepath.Join(s.Home, ".cursor", "mcp.json")
	write(t, path, `{"mcpServers": {"keep": {"command": "x"}}}`)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			changes, err := install.Plan(options("cursor", s))
			for _, step := range changes.Steps {
				if err == nil {
					_, err = step.Apply(t.Context(), s)
				}
			}
			if err != nil && !strings.Contains(err.Error(), "changed in the meantime: try again") {
				t.Error(err)
			}
		})
	}
	all.Wait()
	var config struct {
		Servers map[string]struct{ Command string } `json:"mcpServers"`
	}
	if err := json.Unmarshal([]byte(read(t, path)), &config); err != nil || len(config.Servers) != 2 || config.Servers["zerops"].Command == "" {
		t.Errorf("%v, %v", config, err)
	}
	if left, err := filepath.Glob(filepath.Join(filepath.Dir(path), ".*")); err != nil || len(left) != 0 {
		t.Errorf("temporary files stay: %v, %v", left, err)
	}
}
