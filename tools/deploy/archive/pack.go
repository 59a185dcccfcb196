package archive

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"time"
)

// pack is [Directory.Pack].
func pack(ctx context.Context, d *Directory, limits Limits, out io.Writer, done func(bytes int64)) (Contents, error) {
	// The network is slower than the fastest level, which makes archives about a
	// sixth larger than the usual one at a third of its time.
	zipped, err := gzip.NewWriterLevel(out, gzip.BestSpeed)
	if err != nil {
		return Contents{}, fmt.Errorf("starting the archive: %w", err)
	}
	p := &packer{ctx: ctx, tar: tar.NewWriter(zipped), buffer: make([]byte, 64<<10), done: done}
	w, err := d.walk(ctx, limits, p.add)
	contents := w.contents
	if err != nil {
		return contents, err
	}
	if err := p.tar.Close(); err != nil {
		return contents, fmt.Errorf("ending the archive: %w", err)
	}
	if err := zipped.Close(); err != nil {
		return contents, fmt.Errorf("ending the archive: %w", err)
	}
	return contents, nil
}

type packer struct {
	ctx    context.Context //nolint:containedctx // lives as long as one call of Pack
	tar    *tar.Writer
	buffer []byte
	read   int64
	done   func(int64)
}

// add writes one entry. The owner is left out: it means nothing in a container.
func (p *packer) add(w *walker, e entry) error {
	header := &tar.Header{Name: e.path, ModTime: e.info.ModTime().Truncate(time.Second), Mode: int64(e.info.Mode().Perm())}
	switch {
	case e.info.IsDir():
		header.Typeflag, header.Name = tar.TypeDir, e.path+"/"
		return p.header(header)
	case e.link != "":
		header.Typeflag, header.Linkname = tar.TypeSymlink, e.link
		return p.header(header)
	}
	f, err := open(w.dir.root, e.path)
	if errors.Is(err, fs.ErrNotExist) {
		w.drop(e, "it was gone before it could be read")
		return nil
	}
	if err != nil {
		return &FileError{Path: e.path, Err: cause(err)}
	}
	defer func() { _ = f.Close() }()
	// What was opened counts, not what was listed.
	info, err := f.Stat()
	if err != nil {
		return &FileError{Path: e.path, Err: cause(err)}
	}
	why := ""
	switch {
	case !info.Mode().IsRegular():
		why = "it is no longer a file"
	case !os.SameFile(info, e.info): // another one has taken its place
		why = w.withheld(strings.Split(e.path, "/"), info)
	}
	if why == "" {
		why = w.dir.secretIn(f, e.path, info.Size())
	}
	if why != "" {
		w.drop(e, why)
		return nil
	}
	header.Typeflag, header.Size = tar.TypeReg, info.Size()
	if w.contents.Bytes += info.Size() - e.info.Size(); w.contents.Bytes > w.limits.Bytes {
		return w.tooMuch(false) // another file has taken its place
	}
	if err := p.header(header); err != nil {
		return err
	}
	n, err := io.CopyBuffer(writerOnly{p}, io.LimitReader(f, header.Size), p.buffer)
	var pathError *fs.PathError
	switch {
	case errors.As(err, &pathError):
		return &FileError{Path: e.path, Err: cause(err)}
	case err != nil:
		return err
	case n < header.Size:
		return &FileError{Path: e.path, Err: errChanged}
	}
	return nil
}

func (p *packer) header(h *tar.Header) error {
	if err := p.tar.WriteHeader(h); err != nil {
		return fmt.Errorf("writing the archive: %w", err)
	}
	return nil
}

// writerOnly hides every method but Write, so that io.CopyBuffer uses the buffer.
type writerOnly struct{ *packer }

// Write puts bytes of the present file into the archive.
func (w writerOnly) Write(b []byte) (int, error) {
	if err := w.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := w.tar.Write(b)
	w.read += int64(n)
	if w.done != nil {
		w.done(w.read)
	}
	if err != nil {
		return n, fmt.Errorf("writing the archive: %w", err)
	}
	return n, nil
}
