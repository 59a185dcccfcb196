package deployments

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

type member struct {
	name, text string
	kind       byte
}

// pack makes a tar archive, gzipped or not.
func pack(tb testing.TB, zipped bool, members ...member) []byte {
	tb.Helper()
	var packed bytes.Buffer
	target := io.Writer(&packed)
	var zip *gzip.Writer
	if zipped {
		zip = gzip.NewWriter(&packed)
		target = zip
	}
	files := tar.NewWriter(target)
	for _, m := range members {
		header := &tar.Header{Name: m.name, Typeflag: tar.TypeReg, Size: int64(len(m.text)), Mode: 0o644}
		if m.kind != 0 {
			header.Typeflag, header.Linkname, header.Size = m.kind, m.text, 0
		}
		if err := files.WriteHeader(header); err != nil {
			tb.Fatal(err)
		}
		if header.Size == 0 {
			continue
		}
		if _, err := io.WriteString(files, m.text); err != nil {
			tb.Fatal(err)
		}
	}
	if err := files.Close(); err != nil {
		tb.Fatal(err)
	}
	if zip != nil {
		if err := zip.Close(); err != nil {
			tb.Fatal(err)
		}
	}
	return packed.Bytes()
}

func TestYAMLInArchive(t *testing.T) {
	t.Parallel()
	const text = "zerops: []\n"
	good := pack(t, true, member{name: "a.js", text: strings.Repeat("x", 5000)}, member{name: "sub/zerops.yaml", text: "no"}, member{name: "./zerops.yml", text: text})
	for _, tc := range []struct {
		name string
		data []byte
		want string
		err  error
	}{
		{"gzipped", good, text, nil},
		{"unpacked on the way", pack(t, false, member{name: "zerops.yaml", text: text}), text, nil},
		{"below another folder only", pack(t, true, member{name: "app/zerops.yaml", text: text}), "", errNoYAMLInside},
		{"empty", pack(t, true), "", errNoYAMLInside},
		{"a link", pack(t, true, member{name: "zerops.yaml", text: "/etc/passwd", kind: tar.TypeSymlink}), "", errYAMLIsNoFile},
		{"a folder", pack(t, true, member{name: "zerops.yaml/", kind: tar.TypeDir}), "", errYAMLIsNoFile},
		{"too large", pack(t, true, member{name: "zerops.yaml", text: strings.Repeat("x", maxYAMLFile+1)}), "", errYAMLTooLarge},
		{"no archive", []byte("simulated archive, which is none\n" + strings.Repeat("text ", 200)), "", errOddArchive},
		{"nothing", nil, "", errArchiveBroken},
		{"one byte", []byte{0x1f}, "", errArchiveBroken},
		{"cut short", good[:len(good)/2], "", errArchiveBroken},
		{"damaged", append(bytes.Clone(good[:10]), bytes.Repeat([]byte{0x07}, 100)...), "", errOddArchive},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got, err := yamlInArchive(bytes.NewReader(tc.data))
			if got != tc.want || !errors.Is(err, tc.err) {
				t.Errorf("got %q, %v; want %v", got, err, tc.err)
			}
		})
	}
	broken := errors.New("connection reset")
	if _, err := yamlInArchive(io.MultiReader(bytes.NewReader(good[:40]), iotest.ErrReader(broken))); !errors.Is(err, broken) {
		t.Errorf("a broken connection is told as %v", err)
	}
}

// TestArchiveThatUnpacksWithoutEnd stops at a bound, whatever comes.
func TestArchiveThatUnpacksWithoutEnd(t *testing.T) {
	t.Parallel()
	endless := &unpackedReader{r: endlessTar{}, left: 1 << 20}
	if _, err := io.Copy(io.Discard, endless); !errors.Is(err, errLargeArchive) {
		t.Errorf("got %v", err)
	}
	many := make([]byte, 0, 1<<20)
	for range 2000 {
		many = append(many, pack(t, false, member{name: "f"})[:512]...)
	}
	forever := &repeating{data: many}
	if _, err := yamlInArchive(forever); !errors.Is(err, errLargeArchive) {
		t.Errorf("got %v after %d bytes", err, forever.read)
	}
}

type endlessTar struct{}

// Read gives zeros for ever.
func (endlessTar) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// repeating is the same data again and again.
type repeating struct {
	data []byte
	at   int
	read int64
}

// Read reads.
func (r *repeating) Read(p []byte) (int, error) {
	n := copy(p, r.data[r.at:])
	r.at = (r.at + n) % len(r.data)
	r.read += int64(n)
	return n, nil
}

func FuzzYAMLInArchive(f *testing.F) {
	f.Add(pack(f, true, member{name: "zerops.yaml", text: "zerops: []\n"}))
	f.Add(pack(f, false, member{name: "zerops.yaml", text: "/etc/passwd", kind: tar.TypeLink}))
	f.Add([]byte("no archive"))
	f.Fuzz(func(t *testing.T, data []byte) {
		text, err := yamlInArchive(bytes.NewReader(data))
		if err == nil && len(text) > maxYAMLFile || err != nil && text != "" {
			t.Errorf("%d bytes with %v", len(text), err)
		}
	})
}
