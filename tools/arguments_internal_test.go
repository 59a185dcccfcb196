package tools

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/mark3labs/mcp-go/mcp"

	"zerops-mcp/zerops"
)

// FuzzArguments calls every tool with arguments of any form, up to the first
// request, which fails: the answer is one of the protocol, in bounds and without a
// defect of ours, and what the checker accepts can be decoded and is accepted again.
func FuzzArguments(f *testing.F) {
	seeds := []string{
		`{}`, `null`, `[]`, `"{}"`, `{"project":"x","limit":"3","status":["A"]}`, `{"variables":{"A":1}}`, `{"processes":"[\"a\"]"}`, `{"_x":{"y":[1,2,{}]}}`, `{"limit":1e999}`, `{"confirm":"\u0000"}`,
		`{"service":"AAAAAAAAAAAAAAAAAAAAAA","since":"7d","cursor":"AAAA","yaml":"services: [{hostname: a}]","directory":"../x","git_url":"https://u:p@h/x","domain":"*.a","jq":".a","wait_seconds":0}`,
	}
	s := refusing(f)
	var names []string
	for _, t := range s.runner.tools {
		names = append(names, t.Name)
	}
	for i := range names {
		f.Add(uint8(i), seeds[i%len(seeds)])
		f.Add(uint8(i), seeds[len(seeds)-1-i%(len(seeds)/2)])
	}
	f.Fuzz(func(t *testing.T, which uint8, text string) {
		if !json.Valid([]byte(text)) {
			return // never gets this far
		}
		name := names[int(which)%len(names)]
		message := `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"` + name + `","arguments":` + text + `}}`
		raw, err := json.Marshal(s.HandleMessage(t.Context(), s.mcp, json.RawMessage(message)))
		if err != nil {
			t.Fatal(err)
		}
		var answer struct {
			Result struct {
				IsError bool `json:"isError"`
				Content []struct {
					Text string `json:"text"`
				} `json:"content"`
			} `json:"result"`
			Error *struct{ Code int } `json:"error"`
		}
		if err := json.Unmarshal(raw, &answer); err != nil || (answer.Error == nil) == (len(answer.Result.Content) == 0) || answer.Error != nil && answer.Error.Code == mcp.INTERNAL_ERROR {
			t.Fatalf("%s %s: %.500s, %v", name, text, raw, err)
		}
		for _, content := range answer.Result.Content {
			if len(content.Text) > maxResult || !json.Valid([]byte(content.Text)) || strings.Contains(content.Text, `"code":"internal"`) || strings.Contains(content.Text, fuzzToken) {
				t.Fatalf("%s %s: %.500s", name, text, content.Text)
			}
		}
		checkAgain(t, s.runner.byName[name], text)
	})
}

// checkAgain checks what the checker lets through.
func checkAgain(t *testing.T, tool *tool, text string) {
	t.Helper()
	s, err := tool.input()
	if err != nil {
		t.Fatal(err)
	}
	out, err := checkArguments(s, json.RawMessage(text))
	if err != nil {
		return
	}
	again, err := checkArguments(s, out)
	if err != nil || string(again) != string(out) {
		t.Fatalf("%s: accepted %s as %s, then as %s, %v", tool.Name, text, out, again, err)
	}
	if err := json.Unmarshal(out, tool.newIn()); err != nil {
		t.Fatalf("%s: accepted arguments cannot be decoded: %v", tool.Name, err)
	}
}

const fuzzToken = "obviously-fake-fuzz-token"

// refusing is a server of all tools whose every request is refused at once.
func refusing(f *testing.F) *Server {
	f.Helper()
	api, err := zerops.NewAPI(zerops.APIOptions{Address: "http://127.0.0.1:1", RequestsPerSecond: 1 << 20, Transport: refusal{}})
	if err != nil {
		f.Fatal(err)
	}
	s, err := New(Config{
		API: api, Toolsets: []string{"all"}, AllowSecrets: true, Confirm: ConfirmNever, Version: "test", Logger: slog.New(slog.DiscardHandler),
		Credential: func(context.Context) Credential { return Credential{Token: fuzzToken, Source: "ZEROPS_TOKEN"} },
	})
	if err != nil {
		f.Fatal(err)
	}
	return s
}

type refusal struct{}

// RoundTrip answers that the token may not do this.
func (refusal) RoundTrip(r *http.Request) (*http.Response, error) {
	const body = `{"error":{"code":"insufficientPermissions","message":"Bearer ` + fuzzToken + `"}}`
	return &http.Response{
		StatusCode: http.StatusForbidden, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)), Request: r,
	}, nil
}

// FuzzExit: whatever surrounds a secret that is known, it does not leave, and no
// character leaves that hides or forges text.
func FuzzExit(f *testing.F) {
	for _, seed := range []string{"", "key=", "\"", "\\", "Bearer ", "\x1b[31m", "\u202e", "[x](", "[redact", "\xff", "\u200b", "obviously"} {
		f.Add(seed, "obviously-fake-secret", seed)
	}
	f.Add("s\u200becret-", "secret-secret-", "\u200bsecret")
	patterns := sync.OnceValue(secretPatterns)
	f.Fuzz(func(t *testing.T, before, secret, after string) {
		if guessable(secret, nil) || cleanText(secret) != secret || strings.Contains(redacted, secret) {
			return // never shown as it is, or no secret
		}
		c := &call{redactor: &redactor{patterns: patterns}}
		c.redactor.keep(secret)
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
		if from, till, err := (window{Since: text}).bounds(now, time.Hour); err == nil && !from.Before(till) {
			t.Errorf("since %q gives %s to %s", text, from, till)
		}
	})
}

func FuzzRewriteStrings(f *testing.F) {
	f.Add(`{"a":"b\u001b[31m","c":["d",{"e":"](x)"}]}`)
	f.Add(`"x"`)
	f.Fuzz(func(t *testing.T, text string) {
		raw, err := marshal(map[string]any{"k": text, "list": []string{text, "x"}})
		if err != nil {
			t.Skip("not encodable")
		}
		out := rewriteStrings(raw, func(_, value string) string { return cleanText(value) })
		if !json.Valid(out) {
			t.Fatalf("%s became %s", raw, out)
		}
		if once := cleanText(text); cleanText(once) != once {
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
