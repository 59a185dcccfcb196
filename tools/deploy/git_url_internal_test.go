package deploy

import (
	"strings"
	"testing"

	"zerops-mcp/tools/tool"
)

func FuzzGitURL(f *testing.F) {
	for _, seed := range []string{"https://github.com/a/b.git", "https://u:p@github.com/a/b", "git@github.com:a/b", "https://github.com/a/b?x=y", "https://[::1]/a", "//x/y", "https://github.com/%2e%2e/b"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		c := &tool.Call{Redactor: &tool.Redactor{Patterns: tool.SecretPatterns}}
		address, _, err := gitURL(t.Context(), c, raw)
		if err != nil {
			return
		}
		if !strings.HasPrefix(address, "https://") || strings.Contains(address, "@") && strings.Index(address, "@") < strings.Index(address[8:]+"/", "/")+8 || strings.HasSuffix(address, ".git") && !strings.HasSuffix(raw, ".git.git") {
			t.Errorf("%q became %q", raw, address)
		}
	})
}
