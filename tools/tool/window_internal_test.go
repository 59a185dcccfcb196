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
		"1h30m": now.Add(-90 * time.Minute), "-2h": now.Add(-2 * time.Hour), "1.5d": now.Add(-36 * time.Hour), "2d ago": now.AddDate(0, 0, -2),
		"2026-11-20": time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC), "2026-11-20T10:00:00+02:00": time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC),
		"2026-11-20 10:00": time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC), "now": now,
		"now-1h": now.Add(-time.Hour), "1 hour ago": now.Add(-time.Hour), "24 hours": now.Add(-24 * time.Hour), "3 d ago": now.AddDate(0, 0, -3),
		"P1D": now.AddDate(0, 0, -1), "pt30m": now.Add(-30 * time.Minute), "P1DT12H": now.Add(-36 * time.Hour), "P1M": {}, "P": {},
		"1795435200": time.Unix(1795435200, 0), "1795435200123": time.UnixMilli(1795435200123), "12345": {},
		"today": time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC), "Yesterday": time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC),
		"this_month": time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), "last month": time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC),
		"last_week": time.Date(2026, 11, 16, 0, 0, 0, 0, time.UTC), "2026-10": time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC),
		"": {}, "tomorrow": {}, "0h": {}, "99999999999d": {}, "-": {}, "NaNd": {}, "Infd": {},
	} {
		got, err := parseMoment("since", text, now)
		if want.IsZero() != (err != nil) || err == nil && !got.Equal(want) {
			t.Errorf("%q: %s, %v, want %s", text, got, err, want)
		}
	}
	from, till, err := (Window{Since: "last_month", Until: "last_month"}).Bounds(now, time.Hour)
	if err != nil || from.Day() != 1 || till.Sub(from) != 31*24*time.Hour {
		t.Errorf("a month from its first to its last moment: %s to %s, %v", from, till, err)
	}
	if _, _, err := (Window{Since: "1h", Until: "2h"}).Bounds(now, time.Hour); err == nil {
		t.Error("a range that ends before it begins is accepted")
	}
	if _, _, err := (Window{Since: "2027-01-01", Until: "2028-01-01"}).Bounds(now, time.Hour); err == nil {
		t.Error("a range in the future is accepted")
	}
}
