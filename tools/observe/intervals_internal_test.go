package observe

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"zerops-mcp/zerops"
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
		got, err := pickInterval(c.name, c.length)
		if err != nil && c.want != "" || err == nil && got.name != c.want {
			t.Errorf("%q of %s: %s, %v, want %q", c.name, c.length, got.name, err, c.want)
		}
	}
	at := time.Date(2026, 11, 22, 17, 45, 30, 0, time.UTC) // a Sunday
	for name, want := range map[string]string{
		"minute": "2026-11-22T17:45:00Z", "hour": "2026-11-22T17:00:00Z", "day": "2026-11-22T00:00:00Z", "week": "2026-11-16T00:00:00Z", "month": "2026-11-01T00:00:00Z",
	} {
		i, err := pickInterval(name, time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		if got := i.align(at).Format(time.RFC3339); got != want {
			t.Errorf("%s begins at %s, want %s", name, got, want)
		}
	}
}

func TestRunWay(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	var credit zerops.Credit
	if err := json.Unmarshal([]byte(`{"credit":90,"promoCredit":"10.0","clientInfo":{"currency":{"id":"USD"}}}`), &credit); err != nil {
		t.Fatal(err)
	}
	v := viewCredit(credit, zerops.PeriodCost{Last30Days: 150, DailyAverage: 5}, now)
	if v.DaysLeft == nil || *v.DaysLeft != 20 || v.RunsOut.Format(time.DateOnly) != "2026-12-13" || *v.CreditUSD != 90 || *v.PromoUSD != 10 {
		t.Errorf("100 USD at 5 a day: %+v", v)
	}
	if v := viewCredit(credit, zerops.PeriodCost{Last30Days: 150}, now); v.DaysLeft == nil || *v.DaysLeft != 20 {
		t.Errorf("without the API's average: %+v", v)
	}
	if v := viewCredit(credit, zerops.PeriodCost{}, now); v.DaysLeft != nil || !strings.Contains(v.Note, "nothing was spent") {
		t.Errorf("without spending: %+v", v)
	}
	if v := viewCredit(zerops.Credit{}, zerops.PeriodCost{DailyAverage: 1}, now); v.DaysLeft == nil || *v.DaysLeft != 0 || v.RunsOut != nil {
		t.Errorf("without credit: %+v", v)
	}
	if v := viewCredit(credit, zerops.PeriodCost{DailyAverage: 1e-9}, now); v.DaysLeft != nil {
		t.Errorf("at next to no pace: %+v", v)
	}
}
