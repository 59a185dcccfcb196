package deployments

import (
	"archive/tar"
	"bufio"
	"compress/flate"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"path"
)

// Bounds of an archive that is looked through. They are those of what may be deployed
// from here, with room for what a build adds, and stop what unpacks without end.
const (
	maxArchiveEntries = 200_000
	maxUnpacked       = 1 << 30
	maxYAMLFile       = 256 << 10
)

// Reasons why an archive gives no zerops.yaml.
var (
	errNoYAMLInside  = errors.New("the archive holds no zerops.yaml at its top")
	errOddArchive    = errors.New("the archive is no tar archive, or is damaged")
	errLargeArchive  = fmt.Errorf("the archive holds more than %d files or unpacks to more than %d MB", maxArchiveEntries, maxUnpacked>>20)
	errYAMLIsNoFile  = errors.New("zerops.yaml in the archive is a link or something else than a file, which is not followed")
	errYAMLTooLarge  = fmt.Errorf("zerops.yaml in the archive is larger than %d KB", maxYAMLFile>>10)
	errArchiveBroken = errors.New("the archive ended early")
)

// yamlInArchive looks for zerops.yaml at the top of a tar archive, gzipped or not. It
// keeps nothing else and goes no further than the file.
func yamlInArchive(r io.Reader) (string, error) {
	buffered := bufio.NewReader(r)
	unpacked := io.Reader(buffered)
	if head, err := buffered.Peek(2); err == nil && head[0] == 0x1f && head[1] == 0x8b {
		if unpacked, err = gzip.NewReader(buffered); err != nil {
			return "", archiveError(err)
		}
	} else if err != nil {
		return "", archiveError(err)
	}
	bounded := &unpackedReader{r: unpacked, left: maxUnpacked}
	files := tar.NewReader(bounded)
	for range maxArchiveEntries {
		header, err := files.Next()
		switch {
		case errors.Is(err, io.EOF):
			return "", errNoYAMLInside
		case err != nil:
			return "", archiveError(err)
		}
		if name := path.Clean(header.Name); name != "zerops.yaml" && name != "zerops.yml" {
			continue
		}
		switch {
		case header.Typeflag != tar.TypeReg:
			return "", errYAMLIsNoFile
		case header.Size > maxYAMLFile:
			return "", errYAMLTooLarge
		}
		text, err := io.ReadAll(io.LimitReader(files, maxYAMLFile))
		if err != nil {
			return "", archiveError(err)
		}
		return string(text), nil
	}
	return "", errLargeArchive
}

// archiveError keeps what is wrong with the connection apart from what is wrong with
// the archive.
func archiveError(err error) error {
	var corrupt flate.CorruptInputError
	switch {
	case err == nil:
		return nil
	case errors.Is(err, gzip.ErrHeader), errors.Is(err, gzip.ErrChecksum), errors.Is(err, tar.ErrHeader), errors.As(err, &corrupt):
		return errOddArchive
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return errArchiveBroken
	}
	return err
}

// unpackedReader ends an archive that unpacks to more than is looked through.
type unpackedReader struct {
	r    io.Reader
	left int64
}

// Read reads within the bound.
func (u *unpackedReader) Read(p []byte) (int, error) {
	if u.left <= 0 {
		return 0, errLargeArchive
	}
	n, err := u.r.Read(p[:min(int64(len(p)), u.left)])
	u.left -= int64(n)
	return n, err //nolint:wrapcheck // io.Reader
}
