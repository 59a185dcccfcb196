package network

import (
	"strings"
	"testing"

	"zerops-mcp/tools/tool"
)

func TestParseDomain(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"www.example.com": "www.example.com", " Example.COM. ": "example.com", "https://shop.example.com/": "shop.example.com",
		"*.example.com": "*.example.com", "xn--bcher-kva.example": "xn--bcher-kva.example",
		"": "", "localhost": "", "a b.example.com": "", "example..com": "", "-a.example.com": "", "example.com/path": "", "example.com:8080": "",
		"bücher.example": "", "x.prg1.zerops.app": "", "zerops.app": "", strings.Repeat("a", 64) + ".com": "", strings.Repeat("a.", 130) + "com": "", "a.*.example.com": "",
	} {
		got, err := parseDomain(text)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q, %v; want %q", text, got, err, want)
		}
	}
}

func FuzzParseDomain(f *testing.F) {
	for _, seed := range []string{"https://Example.com/", "*.a.b", "a..b", "xn--a.b", "\x00.com", "a.b\u202e"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		name, err := parseDomain(text)
		if err != nil {
			return
		}
		again, err := parseDomain(name)
		if err != nil || again != name || tool.Clean(name, 300) != name || strings.ContainsAny(name, "/:@?# ") || len(name) > 253 {
			t.Errorf("%q became %q, then %q, %v", text, name, again, err)
		}
	})
}

func TestVisitedAddressSaysWhatItIs(t *testing.T) {
	t.Parallel()
	for status, reachable := range map[int]bool{200: true, 302: true, 401: true, 404: true, 499: true, 500: false, 502: false, 504: false} {
		var v visitedView
		v.record(status, nil)
		if *v.Reachable != reachable || v.HTTPStatus != status || status >= 400 && !strings.Contains(v.Problem, "HTTP") {
			t.Errorf("%d: %+v", status, v)
		}
	}
}
