package archive

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// Directory is an open directory. What is read of it lies below the directory that
// was opened, whatever takes the place of its name later.
type Directory struct {
	root *os.Root
	base string // its path without symbolic links, for links that name a whole path
	own  []os.FileInfo
	// secrets are what the files of this program hold, so that no copy leaves.
	secrets [][]byte
	git     *tracked
	// include are names that are sent although they look like secrets.
	include []rule
}

// Open opens the directory name below root, a path without symbolic links; "." is
// root itself. Links are followed as long as they stay below root. own are the paths
// of files that belong to this program (its token, keys and records), which are
// never packed, under whatever name they are found. Its errors
// name neither of the two.
func Open(root, name string, own ...string) (*Directory, error) {
	held, err := os.OpenRoot(root)
	if err != nil {
		return nil, fmt.Errorf("opening the root: %w", cause(err))
	}
	defer func() { _ = held.Close() }()
	sub, err := held.OpenRoot(name)
	if err != nil {
		return nil, fmt.Errorf("opening the directory: %w", cause(err))
	}
	d := &Directory{root: sub, base: filepath.Join(root, name), git: readTracked(held, filepath.ToSlash(filepath.Clean(name)))}
	for _, path := range own {
		info, err := os.Stat(path)
		if err != nil {
			continue // what is not there cannot be packed
		}
		d.own = append(d.own, info)
		if !info.Mode().IsRegular() || info.Size() > largestOwn {
			continue // a log
		}
		if text, err := os.ReadFile(path); err == nil {
			if text = bytes.TrimSpace(text); len(text) >= leastSecret {
				d.secrets = append(d.secrets, text)
			}
		}
	}
	return d, nil
}

const (
	// largestOwn bounds a file of this program that is looked for in others: tokens
	// and keys are short.
	largestOwn = 4 << 10
	// leastSecret is the shortest content that is looked for.
	leastSecret = 16
)

// Include lets files go along although they look like secrets, as a ! rule in
// .deployignore does: each is a path below the directory, with the wildcards of
// .gitignore. It does nothing for private keys and credentials.
func (d *Directory) Include(paths ...string) {
	for _, p := range paths {
		p = path.Clean(filepath.ToSlash(strings.TrimPrefix(p, "!")))
		if r, ok := parseRule("/" + strings.TrimPrefix(p, "/")); ok {
			d.include = append(d.include, r)
		}
	}
}

// Close lets go of the directory.
func (d *Directory) Close() error { return d.root.Close() } //nolint:wrapcheck // there is nothing to add

// ReadFile reads a regular file of the directory, of at most limit bytes. Its
// errors are [*FileError].
func (d *Directory) ReadFile(name string, limit int64) ([]byte, error) {
	return readFile(d.root, name, limit)
}

// Scan tells what Pack would write, and which commit of git that is. Of small files it
// reads the beginning, to know private keys; of those with another time than git knows,
// the content.
// Errors are a [*LimitError], a [*FileError], or ctx's.
func (d *Directory) Scan(ctx context.Context, limits Limits) (Contents, error) {
	w, err := d.walk(ctx, limits, scanned)
	if err == nil {
		w.commit()
	}
	return w.contents, err
}

// Pack writes a gzip tar archive of the directory to out as it reads it. done, if
// not nil, is told how many bytes of the files were read. Errors are those of
// [Directory.Scan], or of writing to out.
func (d *Directory) Pack(ctx context.Context, limits Limits, out io.Writer, done func(bytes int64)) (Contents, error) {
	return pack(ctx, d, limits, out, done)
}

// isOwn reports a file of this program.
func (d *Directory) isOwn(info os.FileInfo) bool {
	return slices.ContainsFunc(d.own, func(own os.FileInfo) bool { return os.SameFile(own, info) })
}

// included reports whether a file that looks like a secret is meant to go along.
func (d *Directory) included(deploy []ruleSet, parts []string) bool {
	if slices.ContainsFunc(d.include, func(r rule) bool { return r.match(parts, false) }) {
		return true
	}
	for _, set := range slices.Backward(deploy) {
		for _, r := range slices.Backward(set.rules) {
			if r.match(parts[set.depth:], false) {
				return r.keep
			}
		}
	}
	return false
}

// reachable reports whether what a link of the directory leads to lies in it, or
// would if it were there.
func (d *Directory) reachable(target string) bool {
	_, err := d.root.Stat(filepath.FromSlash(path.Clean(target)))
	return err == nil || os.IsNotExist(err)
}
