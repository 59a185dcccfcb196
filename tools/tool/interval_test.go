package tool_test

import (
	"testing"
	"time"

	"zerops-mcp/tools/tool"
)

func TestIntervalsFitTheRange(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		length time.Duration
		want   string
	}{
		{"", time.Hour, "minute"},
		{"", 3 * time.Hour, "minute"},
		{"", 24 * time.Hour, "hour"},
		{"", 30 * 24 * time.Hour, "day"},
		{"", 3 * 365 * 24 * time.Hour, "week"},
		{"", 20 * 365 * 24 * time.Hour, "month"},
		{"month", time.Hour, "month"},
		{"minute", 24 * time.Hour, "minute"},
		{"minute", 48 * time.Hour, ""},
	} {
		got, err := tool.PickInterval(c.name, c.length)
		if err != nil && c.want != "" || err == nil && got.Name != c.want {
			t.Errorf("%q of %s: %s, %v, want %q", c.name, c.length, got.Name, err, c.want)
		}
	}
	at := time.Date(2026, 11, 22, 17, 45, 30, 0, time.UTC) // a Sunday
	for name, want := range map[string]string{
		"minute": "2026-11-22T17:45:00Z", "hour": "2026-11-22T17:00:00Z", "day": "2026-11-22T00:00:00Z", "week": "2026-11-16T00:00:00Z", "month": "2026-11-01T00:00:00Z",
	} {
		i, err := tool.PickInterval(name, time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		if got := i.Align(at).Format(time.RFC3339); got != want {
			t.Errorf("%s begins at %s, want %s", name, got, want)
		}
	}
}
