package same

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// clock is the time at which both programs and the simulated account stand: the
// middle of a month and of a day, so that no period begins or ends there.
func clock() time.Time { return time.Date(2026, time.March, 18, 10, 20, 30, 0, time.UTC) }

// clockAnchor is the place in time.Now of the standard library where the wall
// clock has been read and the monotonic clock is about to be used.
const clockAnchor = "\tmono -= startNano\n"

// stopClock changes the source of the standard library's package time so that the
// wall clock stands. The monotonic clock still runs, so timeouts, deadlines and
// waits work as ever.
func stopClock(source string) (string, error) {
	head, body, found := strings.Cut(source, "\nfunc Now() Time {\n")
	now, rest, ended := strings.Cut(body, "\n}\n")
	if !found || !ended || strings.Count(now, clockAnchor) != 1 || !strings.Contains(now, "sec, nsec, mono := ") {
		return "", errors.New("time.Now of this Go is written in another way than stopClock of internal/check/same expects, " +
			"so the wall clock cannot be stopped and nothing was compared: adapt stopClock to the new form")
	}
	now = strings.Replace(now, clockAnchor, fmt.Sprintf("\tsec, nsec = %d, 0\n%s", clock().Unix(), clockAnchor), 1)
	return head + "\nfunc Now() Time {\n" + now + "\n}\n" + rest, nil
}

// writeOverlay writes an overlay for go build with which the wall clock of a
// program stands, and returns its path.
func writeOverlay(dir, goroot string) (string, error) {
	path := filepath.Join(goroot, "src", "time", "time.go")
	source, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("read the standard library: %w", err)
	}
	stopped, err := stopClock(string(source))
	if err != nil {
		return "", err
	}
	replacement := filepath.Join(dir, "time.go")
	if err := os.WriteFile(replacement, []byte(stopped), 0o600); err != nil { //nolint:gosec // a folder that this program made
		return "", err
	}
	overlay, err := json.Marshal(map[string]any{"Replace": map[string]string{path: replacement}})
	if err != nil {
		return "", err
	}
	name := filepath.Join(dir, "overlay.json")
	return name, os.WriteFile(name, overlay, 0o600)
}
