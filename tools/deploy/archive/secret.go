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
			return "it may hold secrets and is no part of the sources; include, or !/" + name + " in " + deployIgnore + ", sends it along"
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

const (
	whyKey   = "it holds a private key, which never leaves; put it into a variable of the service"
	whyToken = "it holds the token or a key of this server, which never leave"
)

// secretIn says why the content of a file keeps it here; "" where nothing does.
func (d *Directory) secretIn(f io.ReaderAt, name string, size int64) (why string) {
	if size == 0 || size > largestKey {
		return ""
	}
	text := make([]byte, size)
	n, err := f.ReadAt(text, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return "" // packing it will tell
	}
	text = text[:n]
	if bytes.IndexByte(text, 0) >= 0 { // UTF-16, as some editors write
		text = bytes.ReplaceAll(text, []byte{0}, nil)
	}
	for _, secret := range d.secrets {
		if bytes.Contains(text, secret) {
			return whyToken
		}
	}
	if isPrivateKey(text, quotesKeys(name)) {
		return whyKey
	}
	return ""
}

// isPrivateKey reports a text with a private key in it, in PEM, of OpenPGP, PuTTY or
// age, or in the JSON of a service account. Sources and documents quote keys, so
// there one counts only where the whole file begins as a key or certificate. Key
// stores and DER have no mark that only they have.
func isPrivateKey(text []byte, quoted bool) bool {
	head := bytes.TrimLeft(text, "\xef\xbb\xbf\xff\xfe \t\r\n")
	if bytes.HasPrefix(head, []byte("PuTTY-User-Key-File-")) {
		return true
	}
	if quoted && !bytes.HasPrefix(head, []byte("-----BEGIN ")) {
		return false
	}
	for line := range bytes.Lines(text) {
		line = bytes.TrimLeft(line, " \t#;\"'\xef\xbb\xbf\xff\xfe")
		switch {
		case bytes.HasPrefix(line, []byte("-----BEGIN ")) && bytes.Contains(line, []byte("PRIVATE KEY")), bytes.HasPrefix(line, []byte("AGE-SECRET-KEY-")):
			return true
		case bytes.HasPrefix(line, []byte("PuTTY-User-Key-File-")):
			return true
		}
		if _, value, found := bytes.Cut(line, []byte("private_key")); found && bytes.Contains(value, []byte("-----BEGIN ")) {
			return true
		}
	}
	return false
}

// quotesKeys reports files that may quote a key without being one: sources and
// documents, by the end of their names.
func quotesKeys(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".go", ".js", ".mjs", ".cjs", ".jsx", ".ts", ".tsx", ".vue", ".svelte", ".py", ".rb", ".php", ".java", ".kt", ".scala", ".cs", ".fs", ".rs", ".c", ".h", ".cc",
		".cpp", ".hpp", ".m", ".swift", ".ex", ".exs", ".erl", ".gleam", ".clj", ".lua", ".pl", ".dart", ".zig", ".sh", ".md", ".mdx", ".rst", ".adoc", ".html", ".htm", ".map":
		return true
	}
	return false
}

// scanned looks at one entry as packing it would.
func scanned(w *walker, e entry) error {
	if e.info.Mode().IsRegular() {
		w.compare(e)
	}
	if !e.info.Mode().IsRegular() || e.info.Size() == 0 || e.info.Size() > largestKey {
		return nil
	}
	f, err := open(w.dir.root, e.path)
	if err != nil {
		return nil // packing it will tell
	}
	defer func() { _ = f.Close() }()
	if why := w.dir.secretIn(f, e.path, e.info.Size()); why != "" {
		w.drop(e, why)
	}
	return nil
}
