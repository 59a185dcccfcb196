//go:build unix

package archive_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"zerops-mcp/tools/deploy/archive"
)

// withoutHanging fails the test where f does not return.
func withoutHanging(t *testing.T, f func()) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	select {
	case <-done:
	case <-time.After(20 * time.Second):
		t.Fatal("still waiting after 20 s")
	}
}

func TestPipesHoldNobody(t *testing.T) {
	t.Parallel()
	dir := tree(t, map[string]string{"main.js": "start()"})
	for _, name := range []string{"zerops.yaml", ".deployignore", "socket"} {
		if err := syscall.Mkfifo(filepath.Join(dir, name), 0o600); err != nil {
			t.Skip("no named pipes here:", err)
		}
	}
	withoutHanging(t, func() {
		if text, err := open(t, dir).ReadFile("zerops.yaml", 100); err == nil {
			t.Errorf("read %q from a pipe", text)
		}
		members, contents := pack(t, dir)
		if len(members) != 1 || members[0].name != "main.js" || len(contents.Skipped) != 3 {
			t.Errorf("packed %v, skipped %v", members, contents.Skipped)
		}
	})
}

// A directory that changes while it is packed gives away nothing outside of it,
// whatever takes the place of a file at which moment.
func TestSwappedFilesLeadNowhere(t *testing.T) {
	t.Parallel()
	const secret = "obviously-fake-outside-value"
	outside := tree(t, map[string]string{"secret.txt": secret, "deep/secret.txt": secret})
	dir := tree(t, map[string]string{"a.txt": "inside", "sub/secret.txt": "inside", "z.txt": "inside"})
	place := func(name string, put func(path string) error) {
		fresh := filepath.Join(dir, name+".next")
		_ = os.RemoveAll(fresh)
		if put(fresh) == nil {
			_ = os.RemoveAll(filepath.Join(dir, name))
			_ = os.Rename(fresh, filepath.Join(dir, name))
		}
	}
	opened := open(t, dir)
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			select {
			case <-stop:
				return
			default:
			}
			place("z.txt", func(p string) error { return os.Symlink(filepath.Join(outside, "secret.txt"), p) })
			place("sub", func(p string) error { return os.Symlink(filepath.Join(outside, "deep"), p) })
			place("z.txt", func(p string) error { return syscall.Mkfifo(p, 0o600) })
			place("z.txt", func(p string) error { return os.Mkdir(p, 0o750) })
			place("z.txt", func(p string) error { return os.WriteFile(p, []byte("inside"), 0o600) })
			place("sub", func(p string) error {
				return errors.Join(os.Mkdir(p, 0o750), os.WriteFile(filepath.Join(p, "secret.txt"), []byte("inside"), 0o600))
			})
		}
	}()
	defer func() { close(stop); <-stopped }()
	withoutHanging(t, func() {
		whole := 0
		for range 300 {
			var b bytes.Buffer
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			_, err := opened.Pack(ctx, ample, &b, nil)
			cancel()
			var file *archive.FileError
			if err != nil && !errors.As(err, &file) {
				t.Errorf("packing: %v", err)
			}
			if err == nil {
				whole++
			}
			if zipped, err := gzip.NewReader(&b); err == nil {
				text, _ := io.ReadAll(zipped)
				if bytes.Contains(text, []byte(secret)) {
					t.Error("the archive holds a file of outside")
					return
				}
			}
		}
		t.Logf("%d of 300 archives were completed", whole)
	})
}

func TestStrangeDirectories(t *testing.T) {
	t.Parallel()
	outside := tree(t, map[string]string{"secret.txt": "obviously-fake"})
	dir := tree(t, map[string]string{
		"two\nlines":            "kept",
		"..almost":              "kept",
		"up":                    "-> ..",
		"out":                   "-> " + filepath.Join(outside, "secret.txt"),
		"self":                  "-> self",
		"environ":               "-> /proc/self/environ",
		".deployignore":         "!../secret.txt\n!/../../etc/passwd\n!" + filepath.Join(outside, "secret.txt") + "\n!.git\n!.git/config\n",
		".git/config":           "obviously-fake",
		"nested/.git/config":    "obviously-fake",
		"nested/.deployignore":  "!../../*\n",
		"a" + "/b/c/d/file.txt": "kept",
	})
	members, _ := pack(t, dir)
	for _, m := range members {
		if strings.HasPrefix(m.name, "/") || m.name == ".." || strings.HasPrefix(m.name, "../") || strings.Contains(m.name, "/../") || strings.Contains(m.name, ".git/") {
			t.Errorf("the archive holds %q", m.name)
		}
		if strings.Contains(m.content, "obviously-fake") && m.name != ".deployignore" {
			t.Errorf("%q brings %q along", m.name, m.content)
		}
		if m.link != "" && m.name != "self" {
			t.Errorf("the link %q to %q is packed", m.name, m.link)
		}
	}
}

func TestLargeOnPaperIsLarge(t *testing.T) {
	t.Parallel()
	dir := tree(t, map[string]string{"sparse.img": ""})
	if err := os.Truncate(filepath.Join(dir, "sparse.img"), 64<<30); err != nil {
		t.Skip("no sparse files here:", err)
	}
	started := time.Now()
	var limit *archive.LimitError
	if _, err := open(t, dir).Pack(t.Context(), ample, io.Discard, nil); !errors.As(err, &limit) {
		t.Errorf("got %v", err)
	}
	if took := time.Since(started); took > 10*time.Second {
		t.Errorf("took %s", took)
	}
}
