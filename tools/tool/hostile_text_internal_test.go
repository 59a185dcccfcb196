package tool

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"zerops-mcp/zerops"
)

func hostileCall() *Call {
	c := &Call{Redactor: &Redactor{Patterns: SecretPatterns}}
	c.Redactor.Keep(zerops.NewSecret("obviously-fake/owner+token=value"))
	return c
}

func TestRedactionMakesNoLinks(t *testing.T) {
	t.Parallel()
	c := hostileCall()
	for _, text := range []string{
		"!AKIAOBVIOUSLYFAKE123(https://evil.example/x.png)",
		"!obviously-fake/owner+token=value(https://evil.example/x.png)",
		"![a][redacted]\nAKIAOBVIOUSLYFAKE123: https://evil.example/x.png",
		"!ghp_obviouslyfakeobviouslyfakeobviously\u200b(https://evil.example/x.png)",
	} {
		got := c.safe("message", text)
		if strings.Contains(got, "](") || strings.Contains(got, "]: https") {
			t.Errorf("%q became %q", text, got)
		}
		if again := c.safe("message", got); again != got {
			t.Errorf("a second look at %q gives %q", got, again)
		}
	}
}

func TestTextLoadsNothing(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"![a][b]\n[b]: https://evil.example/x.png":        "![a][b]\n[b] : https://evil.example/x.png",
		"> - [b]\u200b: https://evil.example/x.png":       "> - [b] : https://evil.example/x.png",
		"   [b]: https://evil.example/x.png":              "   [b] : https://evil.example/x.png",
		"<img src=https://evil.example/x.png>":            "< img src=https://evil.example/x.png>",
		"<\u200bIMG\tsrc=https://evil.example/x.png>":     "< IMG\tsrc=https://evil.example/x.png>",
		"a<svg/onload=x>b<script>x":                       "a< svg/onload=x>b< script>x",
		"<iframe/src=//evil.example><link href=//e.test>": "< iframe/src=//evil.example>< link href=//e.test>",
		"nginx[12]: ready, a [x]: y":                      "nginx[12]: ready, a [x]: y",
		"Promise<Object> of List<Input>, 1<2, <!-- -->":   "Promise<Object> of List<Input>, 1<2, <!-- -->",
		"<@generateRandomString(<24>)>":                   "<@generateRandomString(<24>)>",
		"<h1>502 Bad Gateway</h1>":                        "<h1>502 Bad Gateway</h1>",
	} {
		got := CleanText(in)
		if got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
		if again := CleanText(got); again != got {
			t.Errorf("cleaning %q again gives %q", got, again)
		}
	}
}

func TestSecretsInOtherSpellings(t *testing.T) {
	t.Parallel()
	c := hostileCall()
	c.Redactor.Keep(zerops.NewSecret("two\nlines \"quoted\""))
	basic := base64.StdEncoding.EncodeToString([]byte("obviously-fake/owner+token=value"))
	for text, gone := range map[string]string{
		"https://x.example/?q=obviously-fake%2Fowner%2Btoken%3Dvalue": "obviously-fake",
		"https://x.example/obviously-fake%2Fowner+token=value":        "obviously-fake",
		`{"value":"two\nlines \"quoted\""}`:                           "quoted",
		"base64 " + basic:                                             basic[:20],
		`{"dsn":"mysql:\/\/root:obviouslyfake@db\/shop"}`:             "obviouslyfake",
		`{"body":"{\"password\":\"obviouslyfake\"}"}`:                 "obviouslyfake",
		`"{\\\"api_key\\\":\\\"obviouslyfake\\\"}"`:                   "obviouslyfake",
		`{\"Authorization\":\"Bearer obviouslyfaketoken\"}`:           "obviouslyfake",
		"cloning https://obviouslyfaketoken@git.example/a/b":          "obviouslyfaketoken",
	} {
		if got := c.safe("message", text); strings.Contains(got, gone) {
			t.Errorf("%q became %q", text, got)
		}
	}
	for _, plain := range []string{"see https://git.example/@someone-with-a-name", "ssh://git@git.example/a", "mail someone.with.a.name@example.com"} {
		if got := c.safe("message", plain); got != plain {
			t.Errorf("%q became %q", plain, got)
		}
	}
}

// Half of a secret is not recognized as one, so text of others is rid of secrets
// before it is shortened.
func TestSecretsAcrossACut(t *testing.T) {
	t.Parallel()
	c := hostileCall()
	secret := "obviously-fake/owner+token=value"
	for limit := 20; limit < 60; limit++ {
		if got := c.SafeText(strings.Repeat("x", 15)+" "+secret+strings.Repeat(" y", 40), limit); strings.Contains(got, secret[:shortestSecret]) {
			t.Errorf("quoted up to %d: %q", limit, got)
		}
	}
	if got := c.safe("message", "obviously…"); got != "obviously…" {
		t.Errorf("the beginning of a secret became %q, which tells that it is one", got)
	}
}

func TestNamesOfMembersAreCleaned(t *testing.T) {
	t.Parallel()
	c := hostileCall()
	hostile := "![x](https://evil.example/x.png)\u202e"
	raw, err := Marshal(map[string]any{"result": map[string]any{hostile: 1, "obviously-fake/owner+token=value": "v", "AKIAOBVIOUSLYFAKE123": true, "name": "kept"}})
	if err != nil {
		t.Fatal(err)
	}
	out := string(rewriteStrings(raw, c.safe))
	if !json.Valid([]byte(out)) || !strings.Contains(out, `"name":"kept"`) {
		t.Fatalf("got %s", out)
	}
	for _, gone := range []string{"](", "\u202e", "owner+token", "AKIA"} {
		if strings.Contains(out, gone) {
			t.Errorf("%q is still in %s", gone, out)
		}
	}
}
