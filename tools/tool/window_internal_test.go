package tool

import (
	"testing"
	"time"
)

func TestMoments(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	for text, want := range map[string]time.Time{
		"30m": now.Add(-30 * time.Minute), "24h": now.Add(-24 * time.Hour), "7d": now.AddDate(0, 0, -7), "2w": now.AddDate(0, 0, -14),
		"1h30m": now.Add(-90 * time.Minute), "-2h": now.Add(-2 * time.Hour), "3 d ago": {}, "1.5d": now.Add(-36 * time.Hour), "2d ago": now.AddDate(0, 0, -2),
		"2026-11-20": time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC), "2026-11-20T10:00:00+02:00": time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC),
		"2026-11-20 10:00": time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC), "now": now,
		"": {}, "yesterday": {}, "0h": {}, "99999999999d": {}, "-": {}, "NaNd": {}, "Infd": {},
	} {
		got, err := parseMoment("since", text, now)
		if want.IsZero() != (err != nil) || err == nil && !got.Equal(want) {
			t.Errorf("%q: %s, %v, want %s", text, got, err, want)
		}
	}
	if _, _, err := (Window{Since: "1h", Until: "2h"}).Bounds(now, time.Hour); err == nil {
		t.Error("a range that ends before it begins is accepted")
	}
	if _, _, err := (Window{Since: "2027-01-01", Until: "2028-01-01"}).Bounds(now, time.Hour); err == nil {
		t.Error("a range in the future is accepted")
	}
}
