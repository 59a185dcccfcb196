package tool

import (
	"strconv"
	"strings"
	"time"
)

// MaxProgram bounds a compiled expression: repetitions make a short one large.
const MaxProgram = 5000

// Window is the arguments that bound a time range.
type Window struct {
	Since string `json:"since,omitempty" jsonschema_description:"RFC 3339, or 30m, 24h, 7d"`
	Until string `json:"until,omitempty"`
}

// DefaultSince is how far back a tool looks that was not told.
const DefaultSince = 24 * time.Hour

// Bounds reads the range. Without since it begins fallback before its end, and
// without until it ends now.
func (w Window) Bounds(now time.Time, fallback time.Duration) (from, till time.Time, err error) {
	till = now
	if strings.TrimSpace(w.Until) != "" {
		if till, err = parseMoment("until", w.Until, now); err != nil {
			return from, till, err
		}
	}
	if till.After(now) { // of a day or a month that is not over
		till = now
	}
	from = till.Add(-fallback)
	if strings.TrimSpace(w.Since) != "" {
		if from, err = parseMoment("since", w.Since, now); err != nil {
			return from, till, err
		}
	}
	switch {
	case from.After(now):
		return from, till, Invalid("since", "lies in the future")
	case !from.Before(till):
		return from, till, Invalid("since", "is not before until")
	}
	return from, till, nil
}

// parseMoment reads a moment: a time, a day or another period, seconds or milliseconds
// since 1970, or an age such as 30m, now-24h, P7D or 2 hours ago. A period counts from
// its first moment, and until it is over.
func parseMoment(field, text string, now time.Time) (time.Time, error) {
	text = strings.TrimSpace(text)
	if strings.EqualFold(text, "now") {
		return now.UTC(), nil
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02 15:04"} {
		if t, err := time.Parse(layout, text); err == nil {
			return t.UTC(), nil
		}
	}
	if from, till, ok := period(text, now.UTC()); ok {
		if field == "until" {
			return till, nil
		}
		return from, nil
	}
	if n, err := strconv.ParseInt(text, 10, 64); err == nil && n >= 1e9 && n < 1e13 {
		if n < 1e11 { // until the year 5138
			n *= 1000
		}
		return time.UnixMilli(n).UTC(), nil
	}
	if age, ok := parseAge(text); ok {
		return now.Add(-age).UTC(), nil
	}
	return time.Time{}, Invalid(field, "%q is neither an RFC 3339 time (2026-11-23T15:04:05Z), nor an age such as 30m, 24h or 7d, nor today, yesterday, this_month, last_month or 2026-11", Clean(text, 40))
}

// period reads a day or a month, by its number or by a word.
func period(text string, now time.Time) (from, till time.Time, ok bool) {
	day := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, time.UTC)
	month := day.AddDate(0, 0, 1-day.Day())
	monday := day.AddDate(0, 0, -(int(day.Weekday())+6)%7)
	switch strings.ReplaceAll(strings.ToLower(text), " ", "_") {
	case "today":
		return day, day.AddDate(0, 0, 1), true
	case "yesterday":
		return day.AddDate(0, 0, -1), day, true
	case "this_week":
		return monday, monday.AddDate(0, 0, 7), true
	case "last_week":
		return monday.AddDate(0, 0, -7), monday, true
	case "this_month":
		return month, month.AddDate(0, 1, 0), true
	case "last_month":
		return month.AddDate(0, -1, 0), month, true
	}
	if t, err := time.Parse(time.DateOnly, text); err == nil {
		return t, t.AddDate(0, 0, 1), true
	}
	if t, err := time.Parse("2006-01", text); err == nil {
		return t, t.AddDate(0, 1, 0), true
	}
	return from, till, false
}

// maxAge bounds an age: nothing on the platform is older.
const maxAge = 20 * 366 * 24 * time.Hour

// parseAge reads an age: 24h, also as now-24h, -24h, 24h ago, 24 hours or P1D.
func parseAge(text string) (time.Duration, bool) {
	text = strings.ToLower(strings.TrimSpace(text))
	text = strings.TrimPrefix(strings.TrimPrefix(text, "now"), "-")
	text = strings.TrimSpace(strings.TrimSuffix(text, "ago"))
	if iso, found := strings.CutPrefix(text, "p"); found {
		days, clock, _ := strings.Cut(iso, "t")
		text = days + clock // 1d12h
		if days == "" && clock == "" || strings.ContainsAny(days, "my") {
			return 0, false // months have no length
		}
	}
	age, rest := time.Duration(0), text
	for rest != "" {
		digits := strings.IndexFunc(rest, func(c rune) bool { return (c < '0' || c > '9') && c != '.' })
		if digits < 1 {
			return 0, false
		}
		n, err := strconv.ParseFloat(rest[:digits], 64)
		rest = strings.TrimLeft(rest[digits:], " ")
		letters := strings.IndexFunc(rest, func(c rune) bool { return c < 'a' || c > 'z' })
		if letters < 0 {
			letters = len(rest)
		}
		size := ageUnit(rest[:letters])
		if err != nil || size == 0 || n > maxAge.Hours()/size.Hours() {
			return 0, false
		}
		age += time.Duration(n * float64(size))
		rest = strings.TrimLeft(rest[letters:], " ")
	}
	return age, age > 0 && age <= maxAge
}

// ageUnit is the length of a unit of time by its name, 0 for no unit.
func ageUnit(name string) time.Duration {
	switch name {
	case "s", "sec", "secs", "second", "seconds":
		return time.Second
	case "m", "min", "mins", "minute", "minutes":
		return time.Minute
	case "h", "hr", "hrs", "hour", "hours":
		return time.Hour
	case "d", "day", "days":
		return 24 * time.Hour
	case "w", "week", "weeks":
		return 7 * 24 * time.Hour
	}
	return 0
}
