package transport

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

// readBuffer is the size of the read buffer in bytes; lines that fit take one
// copy, longer ones grow a buffer of their own.
const readBuffer = 64 << 10

// lineReader splits a stream into lines with a bound on their length.
type lineReader struct {
	source *bufio.Reader
	limit  int // longest accepted line in bytes, without its end
	first  bool
}

func newLineReader(source io.Reader, limit int) *lineReader {
	return &lineReader{source: bufio.NewReaderSize(source, readBuffer), limit: limit, first: true}
}

// next returns the next line without surrounding blanks; it may be empty. The
// last line needs no line feed. The slice belongs to the caller.
//
// Of a line over the limit only the envelope is returned: its bytes are read to
// their end and dropped, so that the next line starts where it should.
func (r *lineReader) next() (line []byte, tooLong *envelope, err error) {
	var long []byte
	for {
		piece, err := r.source.ReadSlice('\n')
		if len(long)+len(piece) > r.limit+len("\r\n") {
			return r.skip(long, piece, err)
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			long = append(long, piece...)
			continue
		case err != nil && len(long)+len(piece) == 0:
			return nil, nil, err
		}
		// An error after the last bytes comes back with the next call.
		if long == nil {
			long = bytes.Clone(r.trim(piece))
		} else {
			long = r.trim(append(long, piece...))
		}
		if len(long) > r.limit {
			return r.skip(long, nil, nil)
		}
		return long, nil, nil
	}
}

// skip reads the rest of a line over the limit and returns its envelope.
func (r *lineReader) skip(start, piece []byte, err error) ([]byte, *envelope, error) {
	r.first = false
	var scanner envelopeScanner
	scanner.scan(start)
	scanner.scan(piece)
	for errors.Is(err, bufio.ErrBufferFull) {
		piece, err = r.source.ReadSlice('\n')
		scanner.scan(piece)
	}
	return nil, &scanner.env, nil
}

// trim removes surrounding blanks, and before the first line the byte order
// mark that some Windows shells put in front of what they pipe.
func (r *lineReader) trim(line []byte) []byte {
	if r.first {
		line = bytes.TrimPrefix(line, []byte("\xef\xbb\xbf"))
		r.first = false
	}
	return bytes.Trim(line, " \t\r\n")
}
