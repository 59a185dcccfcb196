package compare

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"

	"zerops-mcp/internal/bench/measure"
	"zerops-mcp/tools/deploy/archive"
)

// archive compares the packing of a directory with what the standard library does
// without rules, limits and a guarded root.
func (b *bench) archive(ctx context.Context) error {
	const files, size = 4000, 10 << 10
	dir := filepath.Join(b.dir, "sources")
	if err := writeFiles(dir, files, size); err != nil {
		return err
	}
	level := func(level int) func() (time.Duration, error) {
		return measure.Timed(func() error { return plainly(dir, level) })
	}
	limits := archive.Limits{Files: 2 * files, Bytes: 2 * files * size}
	return b.compare(fmt.Sprintf("packing %d files of %d MB", files, files*size/1_000_000), 1, limit{}, side{"", measure.Timed(func() error {
		opened, err := archive.Open(dir, ".")
		if err != nil {
			return err
		}
		defer func() { _ = opened.Close() }()
		contents, err := opened.Pack(ctx, limits, io.Discard, nil)
		if err == nil && contents.Files != files {
			err = fmt.Errorf("%d files were packed", contents.Files)
		}
		return err
	})}, side{"tar and gzip of the standard library, fastest", level(gzip.BestSpeed)}, side{"the same, usual level", level(gzip.DefaultCompression)})
}

// writeFiles makes files that compress about as well as sources do.
func writeFiles(dir string, files, size int) error {
	random := rand.NewChaCha8([32]byte{1})
	noise := make([]byte, size/4)
	for i := range files {
		if _, err := random.Read(noise); err != nil {
			return err
		}
		text := bytes.Repeat([]byte(fmt.Sprintf("export const part%d = compute(%d)\n", i, i*i)), size/32)
		copy(text, noise)
		name := filepath.Join(dir, fmt.Sprintf("part%02d", i%40), fmt.Sprintf("file%04d.js", i))
		if err := os.MkdirAll(filepath.Dir(name), 0o750); err != nil {
			return err
		}
		if err := os.WriteFile(name, text[:size], 0o600); err != nil {
			return err
		}
	}
	return nil
}

// plainly packs a directory with nothing but the standard library.
func plainly(dir string, level int) error {
	zipped, err := gzip.NewWriterLevel(io.Discard, level)
	if err != nil {
		return err
	}
	packed := tar.NewWriter(zipped)
	err = filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		header, err := tar.FileInfoHeader(info, "")
		if err != nil {
			return err
		}
		if err := packed.WriteHeader(header); err != nil {
			return err
		}
		f, err := os.Open(path) //nolint:gosec // files that this program has just written
		if err != nil {
			return err
		}
		defer func() { _ = f.Close() }()
		_, err = io.Copy(packed, f)
		return err
	})
	if err != nil {
		return err
	}
	if err := packed.Close(); err != nil {
		return err
	}
	return zipped.Close()
}
