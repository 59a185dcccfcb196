package deploy_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"
	"time"

	"zerops-mcp/tools/tool"
	"zerops-mcp/tools/tooltest"
)

var withMemory = flag.Bool("memory", false, "deploy 5,000 files of 300 MB and measure the memory it takes")

// TestDeployMemory deploys 5,000 files of 300 MB and watches the resident memory
// of the process, in which the simulator runs too. It takes a while, so it runs
// with -memory only.
func TestDeployMemory(t *testing.T) {
	if !*withMemory {
		t.Skip("run with -memory")
	}
	const files, size, most = 5000, 60 << 10, 40 << 20
	dir := t.TempDir()
	rng := rand.NewChaCha8([32]byte{1})
	content := make([]byte, size)
	for i := range files {
		if _, err := rng.Read(content[:size/2]); err != nil { // half of it cannot be compressed
			t.Fatal(err)
		}
		name := filepath.Join(dir, fmt.Sprintf("d%02d", i%50), fmt.Sprintf("f%04d", i))
		if err := os.MkdirAll(filepath.Dir(name), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "zerops.yaml"), []byte(tooltest.GoodYAML), 0o600); err != nil {
		t.Fatal(err)
	}
	h, service := tooltest.Deployable(t, dir, func(s *tooltest.Setup) {
		s.Configure = func(c *tool.Config) { c.DeployRoots, c.MaxWait = []string{dir}, 10*time.Minute }
	})
	runtime.GC()
	debug.FreeOSMemory()
	before := resident(t)
	peak := make(chan int64, 1)
	stop := make(chan struct{})
	go func() {
		most := before
		tick := time.NewTicker(10 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-stop:
				peak <- most
				return
			case <-tick.C:
				most = max(most, resident(t))
			}
		}
	}()
	started := time.Now()
	r := h.Call("deploy_service", tooltest.Args{"service": service, "directory": dir, "wait_seconds": 600}).Status("done")
	close(stop)
	grown := <-peak - before
	t.Logf("%v files, %v MB in %s: resident memory grew from %.1f by %.1f MB", r.Get("uploaded.files"), r.Get("uploaded.size_mb"), time.Since(started).Round(100*time.Millisecond), float64(before)/1e6, float64(grown)/1e6)
	if grown > most {
		t.Errorf("resident memory grew by %d bytes, more than %d", grown, most)
	}
	if uploaded, ok := h.Sim.Uploaded(r.Str("deployment.id")); !ok || uploaded.Bytes < files*size/2 {
		t.Errorf("%d bytes arrived", uploaded.Bytes)
	}
}

// resident is the memory of this process that is in use, in bytes. Where the
// system does not tell, it is what the runtime has taken from it.
func resident(t *testing.T) int64 {
	t.Helper()
	status, err := os.ReadFile("/proc/self/statm")
	if fields := strings.Fields(string(status)); err == nil && len(fields) > 1 {
		pages, err := strconv.ParseInt(fields[1], 10, 64)
		if err == nil {
			return pages * int64(os.Getpagesize())
		}
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.Sys - m.HeapReleased)
}
