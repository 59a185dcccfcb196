package api

import (
	"fmt"
	"slices"
	"strings"

	"zerops-mcp/tools/facts/env"
	"zerops-mcp/tools/facts/manifest"
	"zerops-mcp/tools/request"
	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

const (
	// maxShown bounds what a plan shows of one value, maxShownText of a text with
	// lines, both in bytes.
	maxShown, maxShownText = 400, 4_000
)

// sentWords says what a body holds, field by field, secrets masked. Import YAML is
// told by what it does.
func sentWords(c *tool.Call, r *apiRequest) []string {
	if r.bytes != nil {
		return []string{fmt.Sprintf("sends %d bytes", len(r.bytes))}
	}
	if r.detail.Body == nil {
		return nil
	}
	hide := masker{op: r.op, redactor: &tool.Redactor{Patterns: c.Runner.Patterns}}
	sent, _ := hide.answer(r.body).(map[string]any)
	var words []string
	for _, field := range r.detail.Body.Fields {
		text, _ := r.body[field.Name].(string)
		switch kind := manifestKind(field.Name); {
		case r.body[field.Name] == nil || text == "" && sent[field.Name] == "":
		case kind == manifest.YamlImport:
		case kind == manifest.YamlZerops:
			words = append(words, field.Name+":\n"+zeropsText(c, text))
		case isEnvFile(field.Name):
			words = append(words, fmt.Sprintf("%s: sets %s", field.Name, tool.Clean(strings.Join(dotenvKeys(text), ", "), maxShown)))
		default:
			words = append(words, field.Name+": "+show(sent[field.Name]))
		}
	}
	return words
}

// zeropsText is a zerops.yaml as a plan shows it.
func zeropsText(c *tool.Call, text string) string {
	doc, err := manifest.ParseManifest("zeropsYaml", text)
	if err != nil {
		return "a text that cannot be read"
	}
	manifest.Mask(c, doc)
	masked, err := manifest.WriteYAML(doc, "")
	if err != nil {
		return "a text that cannot be shown"
	}
	return cut(tool.CleanText(masked), maxShownText)
}

// cut keeps the beginning of a text and says how much is left out.
func cut(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	kept := strings.ToValidUTF8(text[:limit], "")
	return fmt.Sprintf("%s… (%d more bytes)", kept, len(text)-len(kept))
}

func dotenvKeys(text string) []string {
	var keys []string
	for _, pair := range env.ScanDotenv(text) {
		if !slices.Contains(keys, pair.Key) {
			keys = append(keys, pair.Key)
		}
	}
	slices.Sort(keys)
	return keys
}

// show writes a value for a person.
func show(v any) string {
	if text, ok := v.(string); ok {
		return fmt.Sprintf("%q", cut(tool.CleanText(text), maxShown))
	}
	raw, err := tool.Marshal(v)
	if err != nil {
		return "…"
	}
	return cut(tool.CleanText(string(raw)), maxShown)
}

// onlyPersons refuses what a body asks for that only a person should do, although the
// operation can do without.
func onlyPersons(r *apiRequest) error {
	if asked := r.body["createIntegrationToken"]; asked == nil || asked == false {
		return nil
	}
	return &tool.Failure{
		Code: request.CodeBlocked, Operation: r.op.String(), Message: fmt.Sprintf("%s with createIntegrationToken makes a token, which is for a person only; nothing was done", r.op),
		Hint: "Leave createIntegrationToken out. Where a person makes a token: " + zerops.PostClientIntegrationToken.Place() + ".",
	}
}
