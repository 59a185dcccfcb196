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

// parseMoment reads a moment: a time, a day, or an age such as 30m, 24h or 7d.
func parseMoment(field, text string, now time.Time) (time.Time, error) {
	text = strings.TrimSpace(text)
	if strings.EqualFold(text, "now") {
		return now.UTC(), nil
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02 15:04", time.DateOnly} {
		if t, err := time.Parse(layout, text); err == nil {
			return t.UTC(), nil
		}
	}
	if age, ok := parseAge(text); ok {
		return now.Add(-age).UTC(), nil
	}
	return time.Time{}, Invalid(field, "%q is neither an RFC 3339 time (2026-11-23T15:04:05Z) nor an age such as 30m, 24h or 7d", Clean(text, 40))
}

// maxAge bounds an age: nothing on the platform is older.
const maxAge = 20 * 366 * 24 * time.Hour

// parseAge reads an age, also where it was written as -24h or 24h ago.
func parseAge(text string) (time.Duration, bool) {
	text = strings.TrimPrefix(strings.TrimSuffix(strings.ToLower(text), " ago"), "-")
	day := 24 * time.Hour
	for unit, size := range map[string]time.Duration{"d": day, "w": 7 * day} {
		number, ok := strings.CutSuffix(text, unit)
		if !ok {
			continue
		}
		n, err := strconv.ParseFloat(number, 64)
		if err != nil || !(n > 0) || n > maxAge.Hours()/size.Hours() { // not a number is not above 0
			return 0, false
		}
		return time.Duration(n * float64(size)), true
	}
	age, err := time.ParseDuration(text)
	return age, err == nil && age > 0 && age <= maxAge
}
