package tool

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
)

// Scanned bounds how far back a list of processes reads.
const Scanned = 1000

func base64Text(b []byte) string { return base64.StdEncoding.EncodeToString(b) }

const (
	// DefaultLimit is how many items a list returns that was not asked for a number.
	DefaultLimit = 100
	maxLimit     = 500
)

// Paging is the part of a list tool's arguments that pages through it.
type Paging struct {
	Limit  int    `json:"limit,omitempty" jsonschema:"minimum=1,maximum=500"`
	Cursor string `json:"cursor,omitempty"`
}

// Page is the result of a list tool.
type Page[T any] struct {
	Items      []T    `json:"items"`
	NextCursor string `json:"next_cursor,omitempty"`
	Total      *int   `json:"total,omitempty"`
	Truncated  string `json:"truncated,omitempty"`

	Offset int    `json:"-"`
	Digest string `json:"-"`
	unread string // what was never read, in words
}

// Paginate cuts the page that the arguments ask for out of all items. filters
// are what shaped the list: a cursor of another list is refused.
func Paginate[T any](all []T, p Paging, filters ...any) (Page[T], error) {
	digest := ListDigest(filters)
	offset := 0
	if p.Cursor != "" {
		var ok bool
		if offset, ok = decodeCursor(p.Cursor, digest); !ok {
			return Page[T]{}, Invalid("cursor", "does not belong to this list; leave it out to start again, and keep the other arguments the same while paging")
		}
	}
	offset = min(offset, len(all))
	limit := p.Limit
	if limit == 0 {
		limit = DefaultLimit
	}
	end := min(offset+min(limit, maxLimit), len(all))
	result := Page[T]{Items: append([]T{}, all[offset:end]...), Total: new(len(all)), Offset: offset, Digest: digest}
	if end < len(all) {
		result.NextCursor = encodeCursor(end, digest)
	}
	return result, nil
}

// ReadUpTo says of a list whose source was read no further than limit rows that
// there may be more than it shows.
func (p Page[T]) ReadUpTo(rows, limit int, what string) Page[T] {
	if rows >= limit {
		p.Total, p.unread = nil, fmt.Sprintf("only the newest %d %s were read; there may be older ones", limit, what)
		p.Truncated = p.unread
	}
	return p
}

// Len is how many items the page has.
func (p Page[T]) Len() int { return len(p.Items) }

// Cut returns the page with its first n items. A result that holds more than a
// page has a Cut of its own around first.
func (p Page[T]) Cut(n int) any { return p.First(n) }

// First returns the page with its first n items and the cursor of the rest.
func (p Page[T]) First(n int) Page[T] {
	p.Items = p.Items[:n]
	p.NextCursor = encodeCursor(p.Offset+n, p.Digest)
	p.Truncated = JoinWords(fmt.Sprintf("only %d items fit; pass next_cursor for the rest, or narrow the list", n), p.unread)
	return p
}

// ListDigest identifies the filters of a list, so that a cursor fits no other list.
func ListDigest(filters []any) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%#v", filters))
	return hex.EncodeToString(sum[:4])
}

func encodeCursor(offset int, digest string) string {
	raw := binary.AppendUvarint(nil, uint64(offset)) //nolint:gosec // an offset is never negative
	return base64.RawURLEncoding.EncodeToString(append([]byte(digest), raw...))
}

func decodeCursor(cursor, digest string) (int, bool) {
	raw, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil || len(raw) < len(digest)+1 || len(raw) > len(digest)+4 || string(raw[:len(digest)]) != digest {
		return 0, false
	}
	offset, n := binary.Uvarint(raw[len(digest):])
	return int(offset), n == len(raw)-len(digest) //nolint:gosec // at most 4 bytes
}
