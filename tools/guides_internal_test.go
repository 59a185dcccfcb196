package tools

import (
	"regexp"
	"strings"
	"testing"

	"zerops-mcp/tools/guides"
	"zerops-mcp/tools/tool"
)

// TestGuidesNameWhatExists: tools that texts mention are there to be called.
func TestGuidesNameWhatExists(t *testing.T) {
	t.Parallel()
	s := offline(t)
	for _, g := range guides.All() {
		text, err := guides.Read(g.Topic)
		if err != nil {
			t.Fatal(err)
		}
		if len(text) > 6_000 || !strings.HasPrefix(text, "# ") {
			t.Errorf("guide %s: %d bytes", g.Topic, len(text))
		}
		if safe := (&tool.Redactor{Patterns: s.runner.Patterns}).Text(tool.CleanText(text)); safe != text {
			t.Errorf("guide %s would be changed on its way out", g.Topic)
		}
		checkToolNames(t, s, "guide "+g.Topic, text)
	}
}

// toolWords are words in backquotes that look like the name of a tool.
var toolWords = regexp.MustCompile("`((?:add|cancel|compare|create|delete|deploy|describe|diagnose|export|get|import|list|mount|read|remove|render|replace|restart|reveal|rollback|scale|search|set|start|stop|unmount|update|validate|wait|write)_[a-z_]+)`")

func checkToolNames(t *testing.T, s *Server, where, text string) {
	t.Helper()
	for _, match := range toolWords.FindAllStringSubmatch(text, -1) {
		if s.runner.Tool(match[1]) == nil {
			t.Errorf("%s names %s, which does not exist", where, match[1])
		}
	}
}
