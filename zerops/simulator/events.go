package simulator

import (
	"slices"
	"time"
)

// event is something that happens at a time of the clock.
type event struct {
	at   time.Time
	do   func()
	dead bool
}

// schedule arranges for do to run when the clock has reached at. Events run at the
// start of the next request, in the order of their times.
func (w *world) schedule(at time.Time, do func()) *event {
	e := &event{at: at, do: do}
	i, _ := slices.BinarySearchFunc(w.events, at, func(known *event, at time.Time) int {
		if known.at.After(at) {
			return 1
		}
		return -1
	})
	w.events = slices.Insert(w.events, i, e)
	return e
}

// advance runs everything that is due and leaves the world at now.
func (w *world) advance(now time.Time) {
	for len(w.events) > 0 && !w.events[0].at.After(now) {
		e := w.events[0]
		w.events = w.events[1:]
		if e.at.After(w.now) {
			w.now = e.at
		}
		if !e.dead {
			e.do()
		}
	}
	if now.After(w.now) {
		w.now = now
	}
}
