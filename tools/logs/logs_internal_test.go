package logs

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"zerops-mcp/tools/tool"
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
	digest := tool.ListDigest([]any{"x"})
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
