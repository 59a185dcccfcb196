package archive

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"syscall"
)

// Limits bound what is packed.
type Limits struct {
	Files int   // files, links and directories together
	Bytes int64 // of all files before compression
}

// Contents tells what an archive holds.
type Contents struct {
	Files, Links int
	Bytes        int64 // of all files before compression
	Ignored      int   // files and directories kept out by ignore rules
	// Skipped are entries that cannot be packed, at most 50; SkippedMore counts
	// the others.
	Skipped     []Skipped
	SkippedMore int
	// Commit is that of the git repository that the directory lies in, "" without one.
	// Changed counts the files that are not in it as they are here, and Staged says that
	// changes were added for the next commit.
	Commit  string
	Changed int
	Staged  bool
}

// Skipped is an entry that was left out, and why.
type Skipped struct{ Path, Why string }

const (
	maxSkipped = 50
	maxDepth   = 200
)

// LimitError reports a directory that holds more than may be packed.
type LimitError struct {
	Limits   Limits
	TooMany  bool     // files, else bytes
	Largest  []string // the largest entries at the top, largest first, with their share
	Ignoring bool     // an ignore file was found
}

func (e *LimitError) Error() string {
	if e.TooMany {
		return fmt.Sprintf("the directory has more than %d files", e.Limits.Files)
	}
	return fmt.Sprintf("the directory has more than %d MB of files", e.Limits.Bytes/1_000_000)
}

// FileError reports a file that could not be read.
type FileError struct {
	Path string // relative to the directory
	Err  error
}

func (e *FileError) Error() string { return e.Path + ": " + e.Err.Error() }

// Unwrap returns the cause.
func (e *FileError) Unwrap() error { return e.Err }

var (
	// errChanged is a file that is shorter than it was when its header was written.
	errChanged = errors.New("the file became shorter while it was read")
	errNoFile  = errors.New("it is not a regular file")
)

// tooLargeError is a file that is larger than what is read of its kind.
type tooLargeError struct{ limit int64 }

func (e *tooLargeError) Error() string { return fmt.Sprintf("it is larger than %d KB", e.limit/1000) }

// entry is one thing to pack.
type entry struct {
	path string // with slashes, relative to the directory
	info fs.FileInfo
	link string // target of a symbolic link
}

// walker goes through a directory in the order of names.
type walker struct {
	dir      *Directory
	limits   Limits
	visit    func(entry) error
	contents Contents
	entries  int
	seen     int              // files that git tracks
	top      map[string]int64 // bytes below each entry at the top
	ignoring bool
	git      []ruleSet
	deploy   []ruleSet
}

func (d *Directory) walk(ctx context.Context, limits Limits, visit func(*walker, entry) error) (*walker, error) {
	w := &walker{dir: d, limits: limits, top: map[string]int64{}}
	w.visit = func(e entry) error { return visit(w, e) }
	return w, w.directory(ctx, nil)
}

// directory visits everything in a directory.
func (w *walker) directory(ctx context.Context, dir []string) error {
	if len(dir) > maxDepth {
		return &FileError{Path: path.Join(dir...), Err: fmt.Errorf("the directory is nested more than %d levels deep", maxDepth)}
	}
	entries, err := w.list(dir)
	if err != nil {
		return err
	}
	git, deploy := len(w.git), len(w.deploy)
	if err := w.readRules(dir, entries); err != nil {
		return err
	}
	for _, e := range entries {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := w.one(ctx, append(slices.Clip(dir), e.Name()), e); err != nil {
			return err
		}
	}
	w.git, w.deploy = w.git[:git], w.deploy[:deploy]
	return nil
}

// list reads the names of a directory in order, and no more than may be packed.
func (w *walker) list(dir []string) ([]fs.DirEntry, error) {
	name := path.Join(append([]string{"."}, dir...)...)
	f, err := open(w.dir.root, name)
	if err != nil {
		return nil, &FileError{Path: name, Err: cause(err)}
	}
	defer func() { _ = f.Close() }()
	// What is ignored does not count, so allow for a good deal more.
	most := 4*w.limits.Files + 1000
	entries, err := f.ReadDir(most)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, &FileError{Path: name, Err: cause(err)}
	}
	if len(entries) == most {
		return nil, w.tooMuch(true)
	}
	sort.Slice(entries, func(i, j int) bool { return entries[i].Name() < entries[j].Name() })
	return entries, nil
}

// readRules adds the ignore files of a directory to those above it.
func (w *walker) readRules(dir []string, entries []fs.DirEntry) error {
	for _, e := range entries {
		if name := e.Name(); (name == gitIgnore || name == deployIgnore) && e.Type().IsRegular() {
			text, err := readFile(w.dir.root, path.Join(append(slices.Clip(dir), name)...), maxIgnoreFile)
			if err != nil {
				return err
			}
			w.ignoring = true
			set := ruleSet{depth: len(dir), rules: parseRules(string(text))}
			if name == gitIgnore {
				w.git = append(w.git, set)
			} else {
				w.deploy = append(w.deploy, set)
			}
		}
	}
	return nil
}

// one visits one entry of a directory.
func (w *walker) one(ctx context.Context, parts []string, e fs.DirEntry) error {
	if e.Name() == gitDir {
		return nil
	}
	if ignored(w.git, w.deploy, parts, e.IsDir()) {
		w.contents.Ignored++
		return nil
	}
	name := path.Join(parts...)
	info, err := w.dir.root.Lstat(filepath.FromSlash(name))
	if errors.Is(err, fs.ErrNotExist) {
		w.skip(name, "it was gone before it could be read")
		return nil
	}
	if err != nil {
		return &FileError{Path: name, Err: cause(err)}
	}
	found := entry{path: name, info: info}
	if info.Mode().IsRegular() {
		if why := w.withheld(parts, info); why != "" {
			w.skip(name, why)
			return nil
		}
	}
	switch {
	case info.Mode()&fs.ModeSymlink != 0:
		target, why := w.linkTarget(parts)
		if why != "" {
			w.skip(name, why)
			return nil
		}
		found.link = target
		w.contents.Links++
	case info.Mode().IsRegular():
		w.contents.Files++
		w.contents.Bytes += info.Size()
		w.top[parts[0]] += info.Size()
	case !info.IsDir():
		w.skip(name, "it is neither a file, a directory nor a link")
		return nil
	}
	if w.entries++; w.entries > w.limits.Files {
		return w.tooMuch(true)
	}
	if w.contents.Bytes > w.limits.Bytes {
		return w.tooMuch(false)
	}
	if err := w.visit(found); err != nil {
		return err
	}
	if info.IsDir() {
		return w.directory(ctx, parts)
	}
	return nil
}

// linkTarget returns the target of a symbolic link as it goes into the archive,
// or why the link stays out: what it points at must lie in the directory.
func (w *walker) linkTarget(parts []string) (target, why string) {
	name := filepath.FromSlash(path.Join(parts...))
	raw, err := w.dir.root.Readlink(name)
	if err != nil {
		return "", "the link cannot be read"
	}
	from := filepath.Join(w.dir.base, filepath.FromSlash(path.Join(parts[:len(parts)-1]...)))
	lexical := raw
	if !filepath.IsAbs(raw) {
		lexical = filepath.Join(from, raw)
	}
	const outside = "the link points outside the directory"
	below, err := filepath.Rel(w.dir.base, lexical)
	// A link further along the way may still lead outside.
	if err != nil || !filepath.IsLocal(below) || !w.dir.reachable(filepath.ToSlash(below)) {
		return "", outside
	}
	if filepath.IsAbs(raw) {
		// The directory has another place in the container.
		if raw, err = filepath.Rel(from, lexical); err != nil {
			return "", outside
		}
	}
	return filepath.ToSlash(raw), ""
}

// drop leaves out a file that was counted already.
func (w *walker) drop(e entry, why string) {
	w.contents.Files--
	w.contents.Bytes -= e.info.Size()
	first, _, _ := strings.Cut(e.path, "/")
	w.top[first] -= e.info.Size()
	w.skip(e.path, why)
}

func (w *walker) skip(name, why string) {
	if len(w.contents.Skipped) < maxSkipped {
		w.contents.Skipped = append(w.contents.Skipped, Skipped{Path: name, Why: why})
	} else {
		w.contents.SkippedMore++
	}
}

// tooMuch names what takes the most space, so that the reader knows what to keep
// out.
func (w *walker) tooMuch(files bool) error {
	e := &LimitError{Limits: w.limits, TooMany: files, Ignoring: w.ignoring}
	names := make([]string, 0, len(w.top))
	for name := range w.top {
		names = append(names, name)
	}
	sort.Slice(names, func(i, j int) bool {
		a, b := names[i], names[j]
		return cmp.Or(cmp.Compare(w.top[b], w.top[a]), strings.Compare(a, b)) < 0
	})
	for _, name := range names[:min(len(names), 3)] {
		e.Largest = append(e.Largest, fmt.Sprintf("%s (%d MB)", name, w.top[name]/1_000_000))
	}
	return e
}

// open opens a file for reading. Without O_NONBLOCK a named pipe, which may have
// taken the place of a file, would hold it until somebody writes.
func open(root *os.Root, name string) (*os.File, error) {
	return root.OpenFile(filepath.FromSlash(name), os.O_RDONLY|syscall.O_NONBLOCK, 0)
}

// cause drops the path from a file system error: it names the machine's
// directories, and the caller adds the relative one.
func cause(err error) error {
	if pathError, ok := errors.AsType[*fs.PathError](err); ok {
		return pathError.Err
	}
	return err
}
