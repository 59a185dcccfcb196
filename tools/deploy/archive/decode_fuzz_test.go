package archive

import (
	"archive/tar"
	"bytes"
	"io/fs"
	"path"
	"strings"
	"testing"
	"time"
)

// FuzzIgnore: rules of any form decide about every path, the last one that speaks
// of it wins, and comments and the line ends of Windows change nothing.
func FuzzIgnore(f *testing.F) {
	for _, seed := range []string{"*.log\n!a\n", "a/**/b\n/c/\n", "[[:alpha:]-]\\", "***/*a*b*c*\n", "!\n/\n#\n \\ \n", "[", "**", "0[[:]", "a\\/b", "[a/b]/c", "\ufeff*"} {
		f.Add(seed, "a/b/c")
	}
	f.Add("a**b*c*d*e*f*g*h", strings.Repeat("abcdefgh", 30))
	f.Fuzz(func(t *testing.T, text, name string) {
		if len(text) > 2_000 || len(name) > 500 || strings.Trim(name, "/") == "" {
			return
		}
		parts := strings.Split(strings.Trim(name, "/"), "/")
		decide := func(text string) bool { return ignored([]ruleSet{{rules: parseRules(text)}}, nil, parts, false) }
		was := decide(text)
		if decide(text+"\n# a comment") != was || !strings.Contains(text, "\r") && decide(strings.ReplaceAll(text, "\n", "\r\n")) != was {
			t.Errorf("%q decides about %q by its line ends", text, name)
		}
		if !decide(text+"\n*") || decide(text+"\n!*") {
			t.Errorf("the last rule after %q does not win for %q", text, name)
		}
	})
}

// FuzzEntry: whatever a file and a link are called, the archive carries the names
// as they are.
func FuzzEntry(f *testing.F) {
	f.Add("main.js", "")
	f.Add("a/b c/žluťoučký", "../x")
	f.Add(strings.Repeat("d/", 150)+"f", strings.Repeat("l", 150))
	f.Add("-rf", "\\\\host\\share")
	f.Fuzz(func(t *testing.T, name, link string) {
		if name == "" || strings.ContainsRune(name+link, 0) || path.Clean(name) != name || name[0] == '/' {
			return // no name of a file
		}
		var out bytes.Buffer
		p := packer{tar: tar.NewWriter(&out)}
		e := entry{path: name, link: link, info: named{directory: link == ""}}
		if err := p.add(nil, e); err != nil {
			t.Fatalf("%q → %q: %v", name, link, err)
		}
		if err := p.tar.Close(); err != nil {
			t.Fatal(err)
		}
		got, err := tar.NewReader(&out).Next()
		if err != nil || strings.TrimSuffix(got.Name, "/") != strings.TrimSuffix(name, "/") || got.Linkname != link {
			t.Fatalf("%q → %q came back as %+v, %v", name, link, got, err)
		}
	})
}

// named is a directory or a link.
type named struct{ directory bool }

func (named) Name() string       { return "" }
func (named) Size() int64        { return 0 }
func (named) ModTime() time.Time { return time.Unix(1763892000, 0) }
func (n named) IsDir() bool      { return n.directory }
func (named) Sys() any           { return nil }
func (n named) Mode() fs.FileMode {
	if n.directory {
		return fs.ModeDir | 0o755
	}
	return fs.ModeSymlink | 0o777
}

// FuzzIndex: no index of git makes the parser fall or read far, and what it calls
// tracked stands in the index, below the directory that was asked for.
func FuzzIndex(f *testing.F) {
	f.Add([]byte("DIRC\x00\x00\x00\x02\x00\x00\x00\x01"+strings.Repeat("\x00", 60)+"\x00\x08app/.env\x00\x00"), "app/")
	f.Add([]byte("DIRC\x00\x00\x00\x04\x00\x00\x00\x01"+strings.Repeat("\x00", 60)+"\x00\x08\x00app/.env\x00"), "")
	f.Fuzz(func(t *testing.T, index []byte, below string) {
		known := parseIndex(index, below)
		if known == nil {
			return
		}
		if len(known.files) > len(index)/indexFixed {
			t.Errorf("%d names in %d bytes", len(known.files), len(index))
		}
		for name := range known.files {
			if version := index[7]; version < 4 && !strings.Contains(string(index), below+name) {
				t.Errorf("%q is not in the index", below+name)
			}
		}
	})
}
