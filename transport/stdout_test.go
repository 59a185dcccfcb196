package transport_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"testing"

	"zerops-mcp/transport"
)

const claimHelper = "ZMCP_TEST_CLAIM_STDOUT"

// TestMain also plays the processes that tests look at from outside.
func TestMain(m *testing.M) {
	if os.Getenv(claimHelper) != "" {
		os.Exit(noisyProcess())
	}
	if os.Getenv(signalHelper) != "" {
		os.Exit(slowProcess())
	}
	os.Exit(m.Run())
}

// noisyProcess writes to standard output in every way that there is, and one
// line to the protocol.
func noisyProcess() int {
	wire, err := transport.ClaimStdout()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	fmt.Println("noise by fmt")
	println("noise by the runtime")
	_, _ = os.NewFile(1, "stdout").WriteString("noise by descriptor\n")
	if runtime.GOOS != "windows" {
		child := exec.Command("sh", "-c", "echo noise by a child")
		child.Stdout = os.Stdout
		_ = child.Run()
	}
	_, _ = wire.WriteString("protocol\n")
	_ = wire.Close()
	return 0
}

func TestClaimStdout(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Log("descriptor 1 is not a handle here; the process below still claims its output")
	}
	command := exec.CommandContext(t.Context(), os.Args[0])
	command.Env = append(os.Environ(), claimHelper+"=1")
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	if err := command.Run(); err != nil {
		t.Fatalf("%v: %s", err, stderr.String())
	}
	if stdout.String() != "protocol\n" {
		t.Errorf("standard output holds %q", stdout.String())
	}
	for _, noise := range []string{"noise by fmt", "noise by the runtime"} {
		if !bytes.Contains(stderr.Bytes(), []byte(noise)) {
			t.Errorf("standard error lacks %q: %q", noise, stderr.String())
		}
	}
}
