package archive

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"path"
	"strings"
)

const (
	// largestKey is the largest file that is looked into for a private key; keys have
	// a few kilobytes.
	largestKey = 64 << 10
	// largestSettings is the largest .npmrc that is looked into.
	largestSettings = 64 << 10
)

// withheld says why a file never goes into an archive, or only where its owner says
// so; "" where nothing speaks against it.
func (w *walker) withheld(parts []string, info fs.FileInfo) (why string) {
	name := path.Join(parts...)
	switch base := strings.ToLower(parts[len(parts)-1]); {
	case w.dir.isOwn(info):
		return "it belongs to this server: its token, keys or records never leave"
	case base == ".netrc" || base == "_netrc" || base == ".git-credentials":
		return "it holds credentials of this machine, which never leave"
	case base == ".env" || strings.HasPrefix(base, ".env.") || base == ".npmrc":
		if w.isLocal(base, name) && !w.dir.included(w.deploy, parts) {
			return "it may hold secrets and is no part of the sources; include, or !" + base + " in " + deployIgnore + ", sends it along"
		}
	}
	return ""
}

// isLocal reports whether a file of settings belongs to this machine rather than to
// the sources: one that git does not track or, without git, one whose name or
// content says so.
func (w *walker) isLocal(base, name string) bool {
	switch {
	case w.dir.git != nil:
		return !w.dir.git.has(name)
	case base == ".npmrc":
		return w.hasToken(name)
	}
	return base == ".env" || base == ".env.local" || strings.HasPrefix(base, ".env.") && strings.HasSuffix(base, ".local")
}

// hasToken reports a literal token in the settings of npm. A ${VARIABLE} is none.
func (w *walker) hasToken(name string) bool {
	text, err := readFile(w.dir.root, name, largestSettings)
	if err != nil {
		return true
	}
	for line := range bytes.Lines(text) {
		key, value, found := bytes.Cut(bytes.TrimSpace(line), []byte("="))
		key, value = bytes.ToLower(bytes.TrimSpace(key)), bytes.TrimSpace(value)
		secret := bytes.HasSuffix(key, []byte("_authtoken")) || bytes.HasSuffix(key, []byte("_auth")) || bytes.HasSuffix(key, []byte("_password"))
		if found && secret && len(value) > 0 && !bytes.HasPrefix(value, []byte("${")) {
			return true
		}
	}
	return false
}

const whyKey = "it is a private key, which never leaves; put it into a variable of the service"

// isPrivateKey reports a file of keys and certificates in PEM, or of PuTTY, with a
// private key in it. Sources that only quote one do not begin like that.
func isPrivateKey(f io.ReaderAt, size int64) bool {
	if size > largestKey {
		return false
	}
	text := make([]byte, min(size, 512))
	if _, err := f.ReadAt(text, 0); err != nil && !errors.Is(err, io.EOF) {
		return false // reading it will tell
	}
	head := bytes.TrimLeft(text, "\xef\xbb\xbf \t\r\n")
	if bytes.HasPrefix(head, []byte("PuTTY-User-Key-File-")) {
		return true
	}
	if !bytes.HasPrefix(head, []byte("-----BEGIN ")) && !bytes.HasPrefix(head, []byte("Bag Attributes")) {
		return false
	}
	text = make([]byte, size)
	n, err := f.ReadAt(text, 0)
	return (err == nil || errors.Is(err, io.EOF)) && bytes.Contains(text[:n], []byte("PRIVATE KEY-----"))
}

// scanned looks at one entry as packing it would.
func scanned(w *walker, e entry) error {
	if !e.info.Mode().IsRegular() || e.info.Size() == 0 || e.info.Size() > largestKey {
		return nil
	}
	f, err := open(w.dir.root, e.path)
	if err != nil {
		return nil // packing it will tell
	}
	defer func() { _ = f.Close() }()
	if isPrivateKey(f, e.info.Size()) {
		w.drop(e, whyKey)
	}
	return nil
}
