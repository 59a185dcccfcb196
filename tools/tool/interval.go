package tool

import (
	"time"

	"zerops-mcp/zerops"
)

// Interval is the size of a time bucket.
type Interval struct {
	Name   string        // as arguments name it
	Code   string        // as the API does
	Length time.Duration // of the shortest such bucket
}

// Intervals are all of them, the finest first.
func Intervals() []Interval {
	day := 24 * time.Hour
	return []Interval{
		{"minute", zerops.PerMinute, time.Minute},
		{"hour", zerops.PerHour, time.Hour},
		{"day", zerops.PerDay, day},
		{"week", zerops.PerWeek, 7 * day},
		{"month", zerops.PerMonth, 28 * day},
	}
}

const (
	// ReadableIntervals is how many intervals are chosen at most where none was named.
	ReadableIntervals = 180
	// MaxIntervals bounds what may be asked for.
	MaxIntervals = 1500
)

// PickInterval finds the named interval, or the finest that stays readable.
func PickInterval(name string, length time.Duration) (Interval, error) {
	all := Intervals()
	for _, i := range all {
		buckets := int(length / i.Length)
		switch {
		case i.Name == name && buckets > MaxIntervals:
			return i, Invalid("interval", "%s makes %d intervals of this range; at most %d are accepted: take a longer interval or a shorter range", name, buckets, MaxIntervals)
		case i.Name == name, name == "" && buckets <= ReadableIntervals:
			return i, nil
		}
	}
	return all[len(all)-1], nil
}

// Align moves a moment back to the start of its bucket, in UTC.
func (i Interval) Align(t time.Time) time.Time {
	t = t.UTC()
	day := time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
	switch i.Code {
	case zerops.PerMonth:
		return day.AddDate(0, 0, 1-t.Day())
	case zerops.PerWeek:
		return day.AddDate(0, 0, -(int(t.Weekday())+6)%7) // weeks begin on Monday
	case zerops.PerDay:
		return day
	}
	return t.Truncate(i.Length)
}

// Next is the start of the bucket after the one that starts at t.
func (i Interval) Next(t time.Time) time.Time {
	switch i.Code {
	case zerops.PerMonth:
		return t.AddDate(0, 1, 0)
	case zerops.PerWeek:
		return t.AddDate(0, 0, 7)
	case zerops.PerDay:
		return t.AddDate(0, 0, 1)
	}
	return t.Add(i.Length)
}
