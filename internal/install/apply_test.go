package install_test

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
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
}

func TestRemovingByCommand(t *testing.T) {
	t.Parallel()
	s := machine(t, "linux")
	log := program(t, s, "codex", "exit 0")
	write(t, filepath.Join(s.Home, ".codex", "config.toml"), "[mcp_servers.zerops]\ncommand = \"zerops-mcp\"\n")
	o := options("codex", s)
	o.Remove = true
	apply(t, o)
	if got := read(t, log); got != "mcp\nremove\nzerops\n--\n" {
		t.Errorf("called with:\n%s", got)
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
	path := install.TokenFile(t.TempDir())
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
