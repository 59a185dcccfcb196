package archive

import (
	"bytes"
	"crypto/sha1" //nolint:gosec // git names its objects by it
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
)

const (
	// maxRefs bounds the files that say which commit a branch is at.
	maxRefs = 4 << 20
	// maxCompared bounds a file whose content is compared with git's; of a larger one
	// with another time it is said that it has changed.
	maxCompared = 8 << 20
	// maxMissing bounds the tracked files that are looked for.
	maxMissing = 10_000
)

// headOf is the commit that the checked out branch is at, "" where it cannot be told.
func headOf(root *os.Root, gitAt string) string {
	text := func(name string) string {
		raw, err := readFile(root, path.Join(gitAt, name), maxRefs)
		if err != nil {
			return ""
		}
		return strings.TrimSpace(string(raw))
	}
	head := text("HEAD")
	branch, named := strings.CutPrefix(head, "ref: ")
	if !named {
		return commitID(head)
	}
	if !fs.ValidPath(branch) || !strings.HasPrefix(branch, "refs/") {
		return ""
	}
	if id := commitID(text(branch)); id != "" {
		return id
	}
	for line := range strings.Lines(text("packed-refs")) {
		if id, name, _ := strings.Cut(strings.TrimSpace(line), " "); name == branch {
			return commitID(id)
		}
	}
	return ""
}

func commitID(text string) string {
	if id, err := hex.DecodeString(text); err != nil || len(id) != sha1.Size {
		return ""
	}
	return text
}

// compare counts a file that is not as git last took it.
func (w *walker) compare(e entry) {
	t := w.dir.git
	if t == nil {
		return
	}
	known, found := t.files[e.path]
	if found {
		w.seen++
	}
	if !found || !w.dir.unchanged(e, known) {
		w.contents.Changed++
	}
}

// unchanged compares a file with the index: by size and time, else by its content.
func (d *Directory) unchanged(e entry, known indexed) bool {
	if int64(known.size) != e.info.Size() || e.info.Size() > maxCompared {
		return false
	}
	if at := e.info.ModTime(); at.Unix() == int64(known.seconds) && at.Nanosecond() == int(known.nanoseconds) {
		return true
	}
	f, err := open(d.root, e.path)
	if err != nil {
		return false
	}
	defer func() { _ = f.Close() }()
	sum := sha1.New() //nolint:gosec // git names its objects by it
	_, _ = fmt.Fprintf(sum, "blob %d\x00", e.info.Size())
	n, err := io.Copy(sum, io.LimitReader(f, maxCompared+1))
	return err == nil && n == e.info.Size() && bytes.Equal(sum.Sum(nil), known.content[:])
}

// commit adds to the contents which commit of git they are of, and how many files are
// otherwise in it.
func (w *walker) commit() {
	t := w.dir.git
	if t == nil || t.head == "" {
		w.contents.Changed = 0
		return
	}
	w.contents.Commit, w.contents.Staged = t.head, t.staged
	looked := 0
	for name := range t.files {
		if w.seen >= len(t.files) || looked == maxMissing {
			break
		}
		looked++
		if _, err := w.dir.root.Lstat(name); errors.Is(err, fs.ErrNotExist) {
			w.contents.Changed++
		}
	}
}
