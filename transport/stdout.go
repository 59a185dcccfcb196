package transport

import (
	"fmt"
	"os"
)

// ClaimStdout takes the process' standard output for the protocol: it returns
// the stream that the client reads and points everything else that writes to
// standard output, libraries and child processes included, to standard error.
// It is called once, before anything can print.
func ClaimStdout() (*os.File, error) {
	wire, err := claimStdout()
	if err != nil {
		return nil, fmt.Errorf("take standard output for the protocol: %w", err)
	}
	os.Stdout = os.Stderr
	return wire, nil
}
