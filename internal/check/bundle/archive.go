package main

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"debug/macho"
	"encoding/binary"
	"fmt"
	"io"
	"io/fs"
)

// member is a file of the bundle.
type member struct {
	name    string
	mode    fs.FileMode
	content []byte
}

// pack makes a ZIP archive without times, so that equal members give equal
// bytes.
func pack(members []member) ([]byte, error) {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	w.RegisterCompressor(zip.Deflate, func(out io.Writer) (io.WriteCloser, error) {
		return flate.NewWriter(out, flate.BestCompression)
	})
	for _, m := range members {
		header := &zip.FileHeader{Name: m.name, Method: zip.Deflate}
		header.SetMode(m.mode)
		f, err := w.CreateHeader(header)
		if err == nil {
			_, err = f.Write(m.content)
		}
		if err != nil {
			return nil, fmt.Errorf("pack %s: %w", m.name, err)
		}
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("pack: %w", err)
	}
	return b.Bytes(), nil
}

// universalBinary joins programs for several processors into one file of macOS:
// a header in big-endian order that lists them, then each of them on a boundary
// of 16 KiB, which is the largest page that these processors have. Their
// signatures cover the slices, so they stay valid.
func universalBinary(programs [][]byte) ([]byte, error) {
	const align = 14
	header := binary.BigEndian.AppendUint32(nil, macho.MagicFat)
	header = binary.BigEndian.AppendUint32(header, uint32(len(programs))) //nolint:gosec // two
	offset := uint32(1 << align)
	var body []byte
	for _, program := range programs {
		f, err := macho.NewFile(bytes.NewReader(program))
		if err != nil {
			return nil, fmt.Errorf("read a program for macOS: %w", err)
		}
		size := uint32(len(program)) //nolint:gosec // tens of megabytes
		for _, v := range []uint32{uint32(f.Cpu), f.SubCpu, offset, size, align} {
			header = binary.BigEndian.AppendUint32(header, v)
		}
		body = append(body, program...)
		body = append(body, make([]byte, -len(program)&(1<<align-1))...)
		offset = 1<<align + uint32(len(body)) //nolint:gosec // tens of megabytes
	}
	out := make([]byte, 1<<align, 1<<align+len(body))
	copy(out, header)
	return append(out, body...), nil
}
