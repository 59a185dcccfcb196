package tool

import (
	"encoding/json"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"zerops-mcp/zerops"
)

// FuzzExit: whatever surrounds a secret that is known, it does not leave, and no
// character leaves that hides or forges text.
func FuzzExit(f *testing.F) {
	for _, seed := range []string{"", "key=", "\"", "\\", "Bearer ", "\x1b[31m", "\u202e", "[x](", "[redact", "\xff", "\u200b", "obviously"} {
		f.Add(seed, "obviously-fake-secret", seed)
	}
	f.Add("s\u200becret-", "secret-secret-", "\u200bsecret")
	patterns := sync.OnceValue(SecretPatterns)
	f.Fuzz(func(t *testing.T, before, secret, after string) {
		if zerops.Guessable(secret, nil) || CleanText(secret) != secret || strings.Contains(Redacted, secret) {
			return // never shown as it is, or no secret
		}
		c := &Call{Redactor: &Redactor{Patterns: patterns}}
		c.Redactor.Keep(zerops.NewSecret(secret))
		raw, err := c.write(map[string]any{"text": before + secret + after, "list": []any{map[string]any{"x": secret}}})
		if err != nil {
			t.Fatal(err)
		}
		var got struct {
			Text string              `json:"text"`
			List []map[string]string `json:"list"`
		}
		if err := json.Unmarshal(raw, &got); err != nil {
			t.Fatalf("%s: %v", raw, err)
		}
		for _, text := range []string{got.Text, got.List[0]["x"]} {
			if strings.Contains(text, secret) {
				t.Errorf("%q around %q became %q", before+"…"+after, secret, text)
			}
			if strings.ContainsFunc(text, invisible) || strings.Contains(text, "](") || !utf8.ValidString(text) {
				t.Errorf("%q is not clean", text)
			}
		}
	})
}

// FuzzMoment: a moment that is taken is one that can be written and read again,
// and ages lie in the past.
func FuzzMoment(f *testing.F) {
	for _, seed := range []string{"30m", "7d", "2w ago", "-24h", "1.5d", "2026-11-20", "2026-11-20T10:00:00.123456789+02:00", "now", "NaNd", "1e3w", "9999-12-31T23:59:59Z", "0h"} {
		f.Add(seed)
	}
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, text string) {
		at, err := parseMoment("since", text, now)
		if err != nil {
			if strings.ContainsFunc(err.Error(), invisible) {
				t.Errorf("%q: the error %q is not clean", text, err)
			}
			return
		}
		again, err := parseMoment("since", at.Format(time.RFC3339Nano), now)
		if at.Year() < 10_000 && at.Year() >= 0 && (err != nil || !again.Equal(at)) {
			t.Errorf("%q became %s, then %s, %v", text, at, again, err)
		}
		if age, ok := parseAge(strings.TrimSpace(text)); ok && (age <= 0 || age > maxAge || !now.Add(-age).Before(now)) {
			t.Errorf("%q is an age of %s", text, age)
		}
		if from, till, err := (Window{Since: text}).Bounds(now, time.Hour); err == nil && !from.Before(till) {
			t.Errorf("since %q gives %s to %s", text, from, till)
		}
	})
}

func FuzzRewriteStrings(f *testing.F) {
	f.Add(`{"a":"b\u001b[31m","c":["d",{"e":"](x)"}]}`)
	f.Add(`"x"`)
	f.Fuzz(func(t *testing.T, text string) {
		raw, err := Marshal(map[string]any{"k": text, "list": []string{text, "x"}})
		if err != nil {
			t.Skip("not encodable")
		}
		out := rewriteStrings(raw, func(_, value string) string { return CleanText(value) })
		if !json.Valid(out) {
			t.Fatalf("%s became %s", raw, out)
		}
		if once := CleanText(text); CleanText(once) != once {
			t.Fatalf("cleaning %q twice differs from once: %q", text, once)
		}
	})
}

// FuzzCursor: a cursor that is taken stands for a place in the same list, and
// those that were made lead back to where they came from.
func FuzzCursor(f *testing.F) {
	f.Add("AAAA", 7)
	f.Add(encodeCursor(20, "deadbeef"), 20)
	f.Add(encodeCursor(20, "beefdead"), 1<<20)
	f.Fuzz(func(t *testing.T, cursor string, place int) {
		if offset, ok := decodeCursor(cursor, "deadbeef"); ok && (offset < 0 || offset >= 1<<28) {
			t.Fatalf("offset %d", offset)
		}
		place &= 1<<20 - 1
		made := encodeCursor(place, "deadbeef")
		if offset, ok := decodeCursor(made, "deadbeef"); !ok || offset != place {
			t.Fatalf("%d came back as %d, %t", place, offset, ok)
		}
		if _, ok := decodeCursor(made, "beefdead"); ok {
			t.Fatal("taken for another list")
		}
	})
}
