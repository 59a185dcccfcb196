package transport

import (
	"container/list"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"slices"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
)

// idKind says what an id is of.
type idKind byte

const (
	idOfSession idKind = iota + 1 // of streamable HTTP
	idOfStream                    // of the older transport
)

// agreement is what a client and the server agreed on, in one byte: which of the
// older revisions, and what the client can be asked.
type agreement byte

const (
	agreedVersion agreement = 0x0f // position in olderRevisions
	agreedForms   agreement = 0x10
	agreedLinks   agreement = 0x20
	agreedModel   agreement = 0x40
)

// olderRevisions are the revisions that start with an initialize. Ids refer to
// their positions, so nothing may be inserted before the end.
func olderRevisions() []string {
	return []string{mcp.ProtocolVersion20241105, mcp.ProtocolVersion20250326, mcp.ProtocolVersion20250618, mcp.ProtocolVersion20251125}
}

// sessionIDs makes and reads ids that only their caller can use: random bytes, the
// time, the agreement, and a signature over these and the caller.
type sessionIDs struct {
	secret   []byte
	lifetime time.Duration
}

const (
	idRandom = 16
	idHead   = idRandom + 1 + 1 + 4
	idMAC    = 16
)

// make returns a new id.
func (ids sessionIDs) make(kind idKind, agreed agreement, owner string) string {
	raw := make([]byte, idHead, idHead+sha256.Size)
	_, _ = rand.Read(raw[:idRandom]) // never fails
	raw[idRandom], raw[idRandom+1] = byte(kind), byte(agreed)
	binary.BigEndian.PutUint32(raw[idRandom+2:], uint32(time.Now().Unix()/60)) //nolint:gosec // minutes since 1970
	return base64.RawURLEncoding.EncodeToString(ids.sign(raw, owner))
}

// sign appends the signature to the head of an id.
func (ids sessionIDs) sign(head []byte, owner string) []byte {
	mac := hmac.New(sha256.New, ids.secret)
	mac.Write(head)
	mac.Write([]byte(owner))
	return append(head, mac.Sum(nil)[:idMAC]...)
}

// read returns what an id of a caller says. It fails for an id that was not made
// for the caller, or that has expired.
func (ids sessionIDs) read(kind idKind, id, owner string) (agreement, bool) {
	if len(id) != base64.RawURLEncoding.EncodedLen(idHead+idMAC) {
		return 0, false
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(id)
	if err != nil || !hmac.Equal(raw, ids.sign(slices.Clone(raw[:idHead]), owner)) || idKind(raw[idRandom]) != kind {
		return 0, false
	}
	made := time.Unix(int64(binary.BigEndian.Uint32(raw[idRandom+2:]))*60, 0)
	return agreement(raw[idRandom+1]), time.Since(made) < ids.lifetime
}

// agreement returns what the client agreed on.
func (s *clientState) agreement() agreement {
	s.mu.Lock()
	defer s.mu.Unlock()
	agreed := agreement(max(0, slices.Index(olderRevisions(), s.version))) & agreedVersion //nolint:gosec // a handful of versions
	if asked := s.capabilities.Elicitation; asked != nil {
		if asked.Form != nil || asked.URL == nil {
			agreed |= agreedForms
		}
		if asked.URL != nil {
			agreed |= agreedLinks
		}
	}
	if s.capabilities.Sampling != nil {
		agreed |= agreedModel
	}
	return agreed
}

// agree makes the state that of a client that agreed on something.
func (s *clientState) agree(agreed agreement) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if versions, i := olderRevisions(), int(agreed&agreedVersion); i < len(versions) {
		s.version = versions[i]
	}
	if agreed&(agreedForms|agreedLinks) != 0 {
		s.capabilities.Elicitation = &mcp.ElicitationCapability{}
		if agreed&agreedForms != 0 {
			s.capabilities.Elicitation.Form = &struct{}{}
		}
		if agreed&agreedLinks != 0 {
			s.capabilities.Elicitation.URL = &struct{}{}
		}
	}
	if agreed&agreedModel != 0 {
		s.capabilities.Sampling = &mcp.SamplingCapability{}
	}
	s.initialized = true
}

// endedIDs remembers the ids of sessions that their clients have ended, until
// they would have expired. Beyond its limit the oldest are forgotten.
type endedIDs struct {
	limit int
	at    map[string]*list.Element
	order list.List // of endedID, the newest first
}

type endedID struct {
	id   string
	when time.Time
}

func (e *endedIDs) has(id string) bool { return e.at[id] != nil }

// add remembers an id and forgets those that were ended before a time.
func (e *endedIDs) add(id string, before time.Time) {
	if e.at[id] == nil {
		e.at[id] = e.order.PushFront(endedID{id, time.Now()})
	}
	for oldest := e.order.Back(); oldest != nil; oldest = e.order.Back() {
		entry, _ := oldest.Value.(endedID)
		if len(e.at) <= e.limit && entry.when.After(before) {
			return
		}
		e.order.Remove(oldest)
		delete(e.at, entry.id)
	}
}
