package archive

import (
	"bytes"
	"crypto/sha1" //nolint:gosec // git names its objects by it
	"encoding/binary"
	"io"
	"os"
	"path"
	"strings"
)

// tracked are the files of a directory that git tracks, with slashes and relative
// to the directory.
type tracked struct {
	files map[string]indexed
	// head is the commit that the branch is at, "" where it cannot be told, and staged
	// says that the index has changes that may be in no commit.
	head   string
	staged bool
}

// indexed is what git's index knows of a file.
type indexed struct {
	seconds, nanoseconds, size uint32
	content                    [sha1.Size]byte
}

func (t *tracked) has(name string) bool {
	_, found := t.files[name]
	return found
}

const (
	// maxIndex bounds git's index: about 100 bytes for each file.
	maxIndex = 64 << 20
	// maxParents bounds the directories above that are looked at for a repository.
	maxParents = 64
)

// readTracked reads git's index of the repository that holds a directory, as far as
// it lies below the root. It is nil where there is none that can be read, as in a
// worktree, whose index is elsewhere.
func readTracked(root *os.Root, dir string) *tracked {
	at := dir
	for range maxParents {
		index, err := readFile(root, path.Join(at, gitDir, "index"), maxIndex)
		if err == nil {
			below := ""
			if at != dir {
				below = strings.TrimPrefix(strings.TrimPrefix(dir, at), "/") + "/"
				if at == "." {
					below = dir + "/"
				}
			}
			t := parseIndex(index, below)
			if t != nil {
				t.head = headOf(root, path.Join(at, gitDir))
			}
			return t
		}
		if at == "." || at == "/" || at == "" {
			return nil
		}
		at = path.Dir(at)
	}
	return nil
}

// Sizes of git's index (Documentation/gitformat-index of Git): a header, entries
// with a fixed part, and for version 4 names that share their beginnings.
const (
	indexHeader   = 12
	indexFixed    = 62 // up to and with the flags, with a SHA-1
	indexExtended = 0x4000
)

// parseIndex returns the names below a directory; nil where the index is of a kind
// that is not known.
func parseIndex(index []byte, below string) *tracked {
	if len(index) < indexHeader || !bytes.HasPrefix(index, []byte("DIRC")) {
		return nil
	}
	version, count := binary.BigEndian.Uint32(index[4:]), binary.BigEndian.Uint32(index[8:])
	if version < 2 || version > 4 {
		return nil
	}
	t := &tracked{files: map[string]indexed{}}
	previous, rest := []byte(nil), index[indexHeader:]
	for range count {
		if len(rest) < indexFixed+2 {
			return nil
		}
		fixed := indexFixed
		if flags := binary.BigEndian.Uint16(rest[indexFixed-2:]); flags&indexExtended != 0 {
			fixed += 2
		}
		var name []byte
		end := 0
		if version == 4 {
			strip, n := offsetVarint(rest[fixed:])
			stop := bytes.IndexByte(rest[min(fixed+n, len(rest)):], 0)
			if n == 0 || stop < 0 || strip > len(previous) {
				return nil
			}
			name = append(bytes.Clone(previous[:len(previous)-strip]), rest[fixed+n:fixed+n+stop]...)
			end = fixed + n + stop + 1
		} else {
			stop := bytes.IndexByte(rest[fixed:], 0)
			if stop < 0 {
				return nil
			}
			name = rest[fixed : fixed+stop]
			end = (fixed + stop + 8) &^ 7 // at least one zero, up to a multiple of eight
		}
		if end > len(rest) {
			return nil
		}
		if inside, ok := strings.CutPrefix(string(name), below); ok {
			t.files[inside] = entryOf(rest)
		}
		previous, rest = name, rest[end:]
	}
	t.staged = !treeKept(rest)
	return t
}

// entryOf reads the fixed part of an entry, which is long enough.
func entryOf(b []byte) indexed {
	e := indexed{seconds: binary.BigEndian.Uint32(b[8:]), nanoseconds: binary.BigEndian.Uint32(b[12:]), size: binary.BigEndian.Uint32(b[36:])}
	copy(e.content[:], b[40:])
	return e
}

// treeKept reports that the index still has the tree that was committed or checked
// out last: git drops it from the index with the first change that is added.
func treeKept(extensions []byte) bool {
	for len(extensions) > 8+sha1.Size {
		size := int64(binary.BigEndian.Uint32(extensions[4:]))
		if size > int64(len(extensions)-8) {
			return false
		}
		if bytes.HasPrefix(extensions, []byte("TREE")) {
			return !bytes.HasPrefix(extensions[8:8+size], []byte("\x00-1 "))
		}
		extensions = extensions[8+size:]
	}
	return false
}

// offsetVarint reads a number as git writes them in its index; n is 0 where it is
// cut off or too long.
func offsetVarint(b []byte) (value, n int) {
	const longest = 5
	for i, c := range b[:min(len(b), longest)] {
		value = value<<7 | int(c&0x7f)
		if c&0x80 == 0 {
			return value, i + 1
		}
		value++
	}
	return 0, 0
}

// readFile reads a regular file below root, of at most limit bytes. Its errors are
// [*FileError].
func readFile(root *os.Root, name string, limit int64) ([]byte, error) {
	f, err := open(root, name)
	if err != nil {
		return nil, &FileError{Path: name, Err: cause(err)}
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	switch {
	case err != nil:
		return nil, &FileError{Path: name, Err: cause(err)}
	case !info.Mode().IsRegular():
		return nil, &FileError{Path: name, Err: errNoFile}
	}
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	switch {
	case err != nil:
		return nil, &FileError{Path: name, Err: cause(err)}
	case int64(len(data)) > limit:
		return nil, &FileError{Path: name, Err: &tooLargeError{limit}}
	}
	return data, nil
}
