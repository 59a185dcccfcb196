package zerops

import (
	"hash/maphash"
	"time"
)

const (
	// maxKnownLines bounds the lines that a [LogPosition] tells from new ones by name.
	maxKnownLines = 2048
	// wholeLog is how many lines make it likely that a log has older ones than those
	// that were read. Readers ask for at least as many.
	wholeLog = 200
)

// LogPosition is how far one log was read, so that whoever follows it begins behind
// what is known and sees no line twice. The zero value knows nothing. It is not safe
// for concurrent use.
type LogPosition struct {
	last    string // id of the newest line
	seed    maphash.Seed
	known   map[uint64]bool
	ring    []knownLine
	oldest  int       // place of the oldest known line, once the ring is full
	horizon time.Time // what is not newer was known and forgotten, or is older than all that was read
}

type knownLine struct {
	key uint64
	at  time.Time
}

// Passed notes a line of a log that is read from its newest line back.
func (p *LogPosition) Passed(line LogLine) {
	if len(p.ring) >= maxKnownLines {
		return
	}
	if len(p.ring) == 0 {
		p.last = line.ID
	}
	p.add(line)
	if len(p.ring) >= wholeLog && !line.Time.IsZero() {
		p.horizon = line.Time
	}
}

// Advance notes a line that may be new, and reports whether it is. Lines are told
// in the order in which they were written.
func (p *LogPosition) Advance(line LogLine) bool {
	if p.Knows(line) {
		return false
	}
	p.add(line)
	if line.ID != "" {
		p.last = line.ID
	}
	return true
}

// Knows reports that a line is not new.
func (p *LogPosition) Knows(line LogLine) bool {
	return p.known[p.key(line)] || !line.Time.IsZero() && !line.Time.After(p.horizon)
}

// add remembers a line, and forgets the oldest one where there are too many: what is
// older than that one is then known by its time.
func (p *LogPosition) add(line LogLine) {
	entry := knownLine{p.key(line), line.Time}
	if p.known == nil {
		p.known = make(map[uint64]bool)
	}
	p.known[entry.key] = true
	if len(p.ring) < maxKnownLines {
		p.ring = append(p.ring, entry)
		return
	}
	gone := p.ring[p.oldest]
	delete(p.known, gone.key)
	if gone.at.After(p.horizon) {
		p.horizon = gone.at
	}
	p.ring[p.oldest] = entry
	p.oldest = (p.oldest + 1) % maxKnownLines
}

// key tells lines apart: by their id, or by all they say where they have none.
func (p *LogPosition) key(line LogLine) uint64 {
	if p.seed == (maphash.Seed{}) {
		p.seed = maphash.MakeSeed()
	}
	if line.ID != "" {
		return maphash.String(p.seed, line.ID)
	}
	return maphash.String(p.seed, line.Time.Format(time.RFC3339Nano)+"\x00"+line.ContainerID+"\x00"+line.Message)
}
