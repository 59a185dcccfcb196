package transport

import (
	"bytes"
	"encoding/json"
	"strconv"
	"unicode/utf8"
)

const (
	// maxDepth bounds how deeply a message may nest. The deepest honest
	// messages, whole API bodies as arguments, stay far below it.
	maxDepth = 200
	// maxIDBytes bounds a request id; clients use counters or UUIDs.
	maxIDBytes = 1024
	// maxKeyBytes is enough for every member name of JSON-RPC even when each
	// of its letters is written as an escape.
	maxKeyBytes = 64
)

// jsonKind says what the outermost value of a message is.
type jsonKind uint8

const (
	kindNone jsonKind = iota
	kindObject
	kindArray
	kindScalar
)

// envelope is the outer shape of one JSON-RPC message: what is needed to route
// it, without its parameters.
type envelope struct {
	kind      jsonKind
	id        []byte // JSON text of the id; nil when absent, null or unusable
	nullID    bool
	method    string
	hasMethod bool
	hasResult bool
	hasError  bool
	version2  bool   // "jsonrpc":"2.0" is present
	depth     int    // deepest nesting seen
	flaw      string // why this cannot be a JSON-RPC message; empty when it can
}

// scanState is where in the outermost object the scanner is.
type scanState uint8

const (
	wantKey scanState = iota
	wantColon
	wantValue
)

// envelopeScanner reads an envelope from the bytes of a message, in one pass
// and in any number of pieces, with memory that does not depend on the length
// of the message. It does not check that the text is valid JSON.
//
// encoding/json, which the MCP library decodes with, matches member names
// without regard to case and lets the last of two equal names win. Here both
// are flaws, so that a message never means one thing to this package and
// another to the library.
type envelopeScanner struct {
	env       envelope
	state     scanState
	depth     int
	inString  bool
	escaped   bool
	capturing bool
	tooLong   bool
	composite bool
	token     []byte
	key       string
	seen      map[string]bool
}

// scanEnvelope returns the envelope of one whole message.
func scanEnvelope(message []byte) envelope {
	var s envelopeScanner
	s.scan(message)
	return s.env
}

// scan reads the next piece of the message.
func (s *envelopeScanner) scan(piece []byte) {
	for i := 0; i < len(piece); i++ {
		c := piece[i]
		if s.inString {
			if (!s.capturing || s.tooLong) && !s.escaped {
				// The inside of long strings is of no interest.
				for c != '"' && c != '\\' {
					if i++; i == len(piece) {
						return
					}
					c = piece[i]
				}
			}
			s.stringByte(c)
			continue
		}
		s.structureByte(c)
	}
}

// stringByte takes one byte inside a string.
func (s *envelopeScanner) stringByte(c byte) {
	s.capture(c)
	switch {
	case s.escaped:
		s.escaped = false
	case c == '\\':
		s.escaped = true
	case c == '"':
		s.inString = false
		if s.atMember() && s.state == wantKey {
			s.endKey()
		}
	}
}

// structureByte takes one byte outside strings.
func (s *envelopeScanner) structureByte(c byte) {
	switch c {
	case ' ', '\t', '\r', '\n':
	case '"':
		s.inString = true
		if s.depth == 0 {
			s.env.kind = kindScalar
		}
		if s.atMember() && (s.state == wantKey || s.valueWanted()) {
			s.startToken()
			s.capture(c)
		}
	case '{', '[':
		if s.depth == 0 && s.env.kind == kindNone {
			s.env.kind = kindObject
			if c == '[' {
				s.env.kind = kindArray
			}
		} else if s.atMember() && s.state == wantValue {
			s.composite = true
		}
		s.depth++
		s.env.depth = max(s.env.depth, s.depth)
	case '}', ']':
		if s.atMember() {
			s.endValue()
		}
		s.depth--
	case ':':
		if s.atMember() && s.state == wantColon {
			s.state = wantValue
			s.startToken()
			s.capturing = false
		}
	case ',':
		if s.atMember() {
			s.endValue()
			s.state = wantKey
		}
	default:
		if s.depth == 0 && s.env.kind == kindNone {
			s.env.kind = kindScalar
		}
		if s.atMember() && s.valueWanted() {
			s.capturing = true
			s.capture(c)
			s.capturing = false
		}
	}
}

// atMember reports whether the scanner is directly inside the outermost object.
func (s *envelopeScanner) atMember() bool {
	return s.depth == 1 && s.env.kind == kindObject
}

// valueWanted reports whether the text of the value being read is kept.
func (s *envelopeScanner) valueWanted() bool {
	if s.state != wantValue {
		return false
	}
	return s.key == "id" || s.key == "method" || s.key == "jsonrpc"
}

func (s *envelopeScanner) startToken() {
	s.token, s.capturing, s.tooLong, s.composite = s.token[:0], true, false, false
}

// capture keeps one byte of a token, as far as tokens are kept.
func (s *envelopeScanner) capture(c byte) {
	if !s.capturing {
		return
	}
	limit := maxIDBytes
	if s.state == wantKey {
		limit = maxKeyBytes
	}
	if len(s.token) >= limit {
		s.tooLong = true
		return
	}
	s.token = append(s.token, c)
}

// endKey takes the member name that was just read.
func (s *envelopeScanner) endKey() {
	s.capturing = false
	s.state = wantColon
	s.key = ""
	if s.tooLong {
		return
	}
	name, ok := unquote(s.token)
	if !ok {
		return
	}
	switch name {
	case "jsonrpc", "id", "method", "params", "result", "error":
		if s.seen == nil {
			s.seen = make(map[string]bool, 4)
		}
		if s.seen[name] {
			s.flaw("member " + name + " is given twice")
			return
		}
		s.seen[name] = true
		s.key = name
	default:
		for _, known := range [...]string{"jsonrpc", "id", "method", "params", "result", "error"} {
			if bytes.EqualFold([]byte(name), []byte(known)) {
				s.flaw("member " + known + " must be written in lower case")
			}
		}
	}
}

// endValue takes the value of the member that was just read.
func (s *envelopeScanner) endValue() {
	if s.state != wantValue {
		return
	}
	s.capturing = false
	s.state = wantColon // until the comma; nothing is expected after a value
	key := s.key
	s.key = ""
	switch key {
	case "result":
		s.env.hasResult = true
	case "error":
		s.env.hasError = true
	case "jsonrpc":
		s.env.version2 = string(s.token) == `"2.0"`
	case "method":
		s.env.hasMethod = true
		method, ok := unquote(s.token)
		if !ok || s.composite || s.tooLong {
			s.flaw("method must be a string")
			return
		}
		s.env.method = method
	case "id":
		s.takeID()
	}
}

// takeID takes the value of the member id.
func (s *envelopeScanner) takeID() {
	if string(s.token) == "null" {
		s.env.nullID = true
		return
	}
	if s.tooLong || s.composite || len(s.token) == 0 || !json.Valid(s.token) || !utf8.Valid(s.token) {
		s.flaw("id must be a string or a number of at most " + strconv.Itoa(maxIDBytes) + " bytes")
		return
	}
	if c := s.token[0]; c != '"' && c != '-' && (c < '0' || c > '9') {
		s.flaw("id must be a string or a number")
		return
	}
	s.env.id = bytes.Clone(s.token)
}

// flaw records the first reason why the message is refused.
func (s *envelopeScanner) flaw(reason string) {
	if s.env.flaw == "" {
		s.env.flaw = reason
	}
}

// unquote decodes a JSON string.
func unquote(token []byte) (string, bool) {
	if len(token) < 2 || token[0] != '"' || token[len(token)-1] != '"' {
		return "", false
	}
	if bytes.IndexByte(token, '\\') < 0 {
		return string(token[1 : len(token)-1]), true
	}
	var text string
	if err := json.Unmarshal(token, &text); err != nil {
		return "", false
	}
	return text, true
}

// idKey returns a map key under which equal ids are equal, and the number 1 and
// the string "1" differ.
func idKey(id []byte) string {
	if text, ok := unquote(id); ok {
		return "s" + text
	}
	if n, err := strconv.ParseInt(string(id), 10, 64); err == nil {
		return "n" + strconv.FormatInt(n, 10)
	}
	if f, err := strconv.ParseFloat(string(id), 64); err == nil {
		return "n" + strconv.FormatFloat(f, 'f', -1, 64)
	}
	return "?" + string(id)
}

// methodCanceled is the notification that a client does not want an answer any
// more.
const methodCanceled = "notifications/cancelled"

// canceledKey returns the key of the id that a cancellation names.
func canceledKey(message []byte) (string, bool) {
	var canceled struct {
		Params struct {
			RequestID json.RawMessage `json:"requestId"`
		} `json:"params"`
	}
	if err := json.Unmarshal(message, &canceled); err != nil || len(canceled.Params.RequestID) == 0 {
		return "", false
	}
	return idKey(canceled.Params.RequestID), true
}
