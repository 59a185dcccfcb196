package tools

import (
	"encoding/json"
	"strings"
	"testing"
)

// FuzzResourceAddress: whatever a client asks for, the arguments that come out
// are JSON, and an address of ours stays one.
func FuzzResourceAddress(f *testing.F) {
	for _, seed := range []string{
		"zerops://project/My Shop", "zerops://project/a%2Fb/service/c", "zerops://project/%zz", "zerops://guide/../x", "zerops://project/a/b/c/d", "http://x/y z", "zerops://",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, uri string) {
		escaped := escapeURI(uri)
		if len(uri) <= maxResourceURI && strings.HasPrefix(uri, resourceScheme) {
			rest, ours := strings.CutPrefix(escaped, resourceScheme)
			if !ours || strings.Trim(rest, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~%/") != "" || escapeURI(escaped) != escaped && len(escaped) <= maxResourceURI {
				t.Errorf("%q became %q", uri, escaped)
			}
		} else if escaped != uri {
			t.Errorf("%q became %q", uri, escaped)
		}
		if raw, err := objectOf(escaped); err == nil && !json.Valid(raw) {
			t.Errorf("%q gave %s", uri, raw)
		}
	})
}
