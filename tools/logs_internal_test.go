package tools

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"zerops-mcp/zerops"
)

func TestLinesAreUnderstood(t *testing.T) {
	t.Parallel()
	const info = zerops.SeverityInfo
	for _, c := range []struct {
		line     string
		assumed  int
		severity int
		message  string
		fields   string
	}{
		{`{"level":"error","msg":"boom","err":"timeout","n":3}`, info, zerops.SeverityError, "boom", "err=timeout n=3"},
		{`{"severity":"WARNING","message":"slow","time":"2026-11-23T10:00:00Z"}`, info, zerops.SeverityWarning, "slow", ""},
		{`{"level":50,"time":1763892000000,"msg":"pino"}`, info, zerops.SeverityError, "pino", ""},
		{`{"level":30,"msg":"on stderr and yet fine"}`, zerops.SeverityError, info, "on stderr and yet fine", ""},
		{`{"@level":"debug","@message":"tf","nested":{"a":[1, 2]}}`, info, zerops.SeverityDebug, "tf", `nested={"a":[1,2]}`},
		{`{"status":"ok"}`, info, info, `{"status":"ok"}`, ""},
		{`{"level":"error","msg":"cut of`, info, info, `{"level":"error","msg":"cut of`, ""},
		{"2026-11-23 10:00:00 [ERROR] db: gone", info, zerops.SeverityError, "2026-11-23 10:00:00 [ERROR] db: gone", ""},
		{"[warn] low disk", info, zerops.SeverityWarning, "[warn] low disk", ""},
		{"Error: connect ECONNREFUSED", info, zerops.SeverityError, "Error: connect ECONNREFUSED", ""},
		{`time=2026-11-23T10:00:00Z level=warn msg="low"`, info, zerops.SeverityWarning, `time=2026-11-23T10:00:00Z level=warn msg="low"`, ""},
		{"no errors were found, 0 ERRORS", info, info, "no errors were found, 0 ERRORS", ""},
		{"GET /error 200", info, info, "GET /error 200", ""},
		{"10: ten o'clock", info, info, "10: ten o'clock", ""},
		{"WARN looks like it", zerops.SeverityError, zerops.SeverityError, "WARN looks like it", ""},
		{"", info, info, "", ""},
	} {
		got := understand(c.line, c.assumed)
		if got.severity != c.severity || got.message != c.message || got.fields != c.fields {
			t.Errorf("%s\n got %s %q %q\nwant %s %q %q", c.line, severityName(got.severity), got.message, got.fields, severityName(c.severity), c.message, c.fields)
		}
	}
	if at := understand(`{"ts":1763892000.25,"msg":"zap"}`, info).at; !at.Equal(time.UnixMilli(1763892000250)) {
		t.Errorf("the time of a zap line is read as %s", at)
	}
}

func FuzzUnderstand(f *testing.F) {
	for _, line := range []string{
		`{"level":"error","msg":"x"}`, `{"msg":{"a":1},"level":[]}`, "{}", `{"a":`, "level=", "[ERROR]", "\x1b[31mERROR\x1b[0m", "\xff\xfe{", strings.Repeat("{", 200),
		`{"time":1e308,"msg":"x"}`, `{"level":-1,"msg":"x"}`,
	} {
		f.Add(line, 6)
	}
	f.Fuzz(func(t *testing.T, line string, severity int) {
		text := understand(line, severity)
		if text.severity != severity && (text.severity < 0 || text.severity > zerops.SeverityDebug) {
			t.Errorf("severity %d", text.severity)
		}
		for _, limit := range []int{1, 40} {
			shown := clipLog(text.message, limit)
			if utf8.RuneCountInString(shown) > limit || strings.ContainsAny(shown, "\x1b\x00\r") || !utf8.ValidString(shown) {
				t.Errorf("%q is shown as %q", line, shown)
			}
		}
	})
}

func FuzzLogCursor(f *testing.F) {
	digest := listDigest([]any{"x"})
	f.Add(encodeLogCursor(logCursor{at: time.Unix(1763892000, 5).UTC(), shown: 3}, digest))
	f.Add("AAAA")
	f.Fuzz(func(t *testing.T, text string) {
		cursor, err := decodeLogCursor(text, digest)
		if err != nil || text == "" {
			return
		}
		again, err := decodeLogCursor(encodeLogCursor(cursor, digest), digest)
		if err != nil || again != cursor || cursor.shown < 1 {
			t.Errorf("%q: %+v became %+v, %v", text, cursor, again, err)
		}
	})
}

func TestExpressionsStaySmall(t *testing.T) {
	t.Parallel()
	for expr, ok := range map[string]bool{
		`timeout|refused`: true, `(?i)panic:\s+\w+`: true, `a{100}`: true,
		`(`: false, `(?=x)`: false, `\p{Nope}`: false, `(abcdefghij){1000}`: false, `((a{30}){30})`: true, `((a{100}){100})`: false,
	} {
		_, err := compileRegex(expr)
		if (err == nil) != ok {
			t.Errorf("%s: %v", expr, err)
		}
	}
}

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
	if _, _, err := (window{Since: "1h", Until: "2h"}).bounds(now, time.Hour); err == nil {
		t.Error("a range that ends before it begins is accepted")
	}
	if _, _, err := (window{Since: "2027-01-01", Until: "2028-01-01"}).bounds(now, time.Hour); err == nil {
		t.Error("a range in the future is accepted")
	}
}

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
