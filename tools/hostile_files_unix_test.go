//go:build unix

package tools_test

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"zerops-mcp/tools/tool"
	"zerops-mcp/tools/tooltest"
	"zerops-mcp/zerops/simulator"
)

// A directory that somebody else filled neither hands out what lies beside it nor
// holds the call.
func TestLocalFilesThatAreTraps(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	pipe := filepath.Join(root, "pipe.env")
	piped := filepath.Join(root, "piped")
	for name, lay := range map[string]func() error{
		"pipe":    func() error { return syscall.Mkfifo(pipe, 0o600) },
		"folder":  func() error { return os.Mkdir(piped, 0o750) },
		"yaml":    func() error { return syscall.Mkfifo(filepath.Join(piped, "zerops.yaml"), 0o600) },
		"environ": func() error { return os.Symlink("/proc/self/environ", filepath.Join(root, "environ.env")) },
		"memory":  func() error { return os.Symlink("/dev/zero", filepath.Join(root, "zero.env")) },
		"token": func() error {
			return os.WriteFile(filepath.Join(root, "token.env"), []byte("A=fake\nURL=https://x:"+simulator.OwnerToken+"@example.com\n"), 0o600)
		},
	} {
		if err := lay(); err != nil {
			t.Skip(name, err)
		}
	}
	h := tooltest.Start(t, func(s *tooltest.Setup) {
		s.Configure = func(c *tool.Config) { c.DeployRoots = []string{root} }
	})
	service := tooltest.StagingAPI(h)
	for _, test := range []struct {
		tool string
		args tooltest.Args
		code string
	}{
		{"set_env", tooltest.Args{"from_file": tooltest.Args{"path": "pipe.env"}}, "invalid_arguments"},
		{"set_env", tooltest.Args{"from_file": tooltest.Args{"path": "environ.env"}}, "out_of_scope"},
		{"set_env", tooltest.Args{"from_file": tooltest.Args{"path": "zero.env"}}, "out_of_scope"},
		{"set_env", tooltest.Args{"from_file": tooltest.Args{"path": "/proc/self/environ"}}, "out_of_scope"},
		{"set_env", tooltest.Args{"from_file": tooltest.Args{"path": root + "/../../proc/self/environ"}}, "out_of_scope"},
		{"set_env", tooltest.Args{"from_file": tooltest.Args{"path": "token.env"}}, "out_of_scope"},
		{"set_env", tooltest.Args{"from_file": tooltest.Args{"path": "token.env", "keys": []string{"URL"}}}, "out_of_scope"},
		{"deploy_service", tooltest.Args{"directory": "piped"}, "invalid_arguments"},
		{"deploy_service", tooltest.Args{"directory": "/proc/self/root"}, "out_of_scope"},
		{"deploy_service", tooltest.Args{"directory": "../"}, "out_of_scope"},
		{"deploy_service", tooltest.Args{"directory": "piped\x00/../.."}, "invalid_arguments"},
	} {
		test.args["service"] = service
		started := time.Now()
		e := h.Call(test.tool, test.args).Fails(test.code)
		if took := time.Since(started); took > 10*time.Second {
			t.Errorf("%s %v took %s", test.tool, test.args, took)
		}
		if message, _ := e["message"].(string); strings.Contains(message, simulator.OwnerToken) {
			t.Errorf("%s %v: %s", test.tool, test.args, message)
		}
	}
	if n := h.Writes(); n != 0 {
		t.Errorf("%d writes were sent", n)
	}
}
