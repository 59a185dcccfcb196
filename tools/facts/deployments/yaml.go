package deployments

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"zerops-mcp/tools/facts/env"
	"zerops-mcp/tools/facts/manifest"
	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

// YAMLView is the zerops.yaml that a deployment was made with, with the values of its
// variables masked, or why it cannot be shown.
type YAMLView struct {
	Available bool   `json:"available"`
	Text      string `json:"text,omitempty"`
	From      string `json:"from,omitempty"` // where it was found
	Masked    int    `json:"masked,omitempty"`
	Why       string `json:"why,omitempty"`
}

const (
	// maxYAMLText bounds the text of a result, in bytes as JSON.
	maxYAMLText = 12_000

	fromVersion = "the deployment's record"
	fromArchive = "the archive of its code"

	yamlComment = " Values of variables are masked as \"[redacted]\"; comments are left out."
)

// ReadYAML finds the zerops.yaml of a version. Older platforms keep its text with the
// version; newer ones only in the archive of its code, which is read for it and not
// kept (platform §10.1).
func ReadYAML(ctx context.Context, c *tool.Call, v zerops.AppVersion, setup string) YAMLView {
	if yaml := v.Yaml(); !yaml.Empty() {
		return maskedYAML(c, yaml.OpenForMasking(), fromVersion, setup)
	}
	if v.WithoutCode() {
		return YAMLView{Why: "this deployment was made without code"}
	}
	text, err := archivedYAML(ctx, c, v.ID)
	if err != nil {
		return YAMLView{Why: whyNoYAML(ctx, c, v, err)}
	}
	return maskedYAML(c, text, fromArchive, setup)
}

// archivedYAML reads the file out of the archive of a version.
func archivedYAML(ctx context.Context, c *tool.Call, versionID string) (text string, err error) {
	grant, err := c.API.AppCode(ctx, versionID)
	if err != nil {
		return "", err
	}
	c.Redactor.Keep(grant.Secrets()...)
	err = c.API.ReadCode(ctx, grant, func(r io.Reader) (err error) {
		text, err = yamlInArchive(r)
		return err
	})
	return text, err
}

// whyNoYAML says why the archive gave no file.
func whyNoYAML(ctx context.Context, c *tool.Call, v zerops.AppVersion, err error) string {
	const kept = "this platform keeps the zerops.yaml of a deployment only in the archive of its code"
	known := []error{errNoYAMLInside, errOddArchive, errLargeArchive, errYAMLIsNoFile, errYAMLTooLarge, errArchiveBroken}
	reason := ""
	switch at := slices.IndexFunc(known, func(k error) bool { return errors.Is(err, k) }); {
	case errors.Is(err, errNoYAMLInside) && builtFromGit(v):
		reason = "after a build from Git that is what the build has left, without a zerops.yaml; the repository has it"
	case at >= 0:
		reason = known[at].Error()
	case errors.Is(err, zerops.ErrTooLarge):
		reason = "the archive is larger than the 64 MB that are looked through"
	case errors.Is(err, context.DeadlineExceeded):
		reason = "the archive did not come within 10 s"
	default:
		reason = c.Reason(ctx, err)
	}
	return tool.Clean(kept+": "+reason, 400)
}

func builtFromGit(v zerops.AppVersion) bool {
	return v.PublicGit != nil || v.GitHub != nil || v.GitLab != nil
}

// assigned are the names in front of the = signs of a text.
func assigned(text string) []string {
	var names []string
	for line := range strings.Lines(text) {
		for part := range strings.SplitSeq(line, "=") {
			start := strings.LastIndexFunc(part, func(r rune) bool { return r != '_' && zerops.NotInWord(r) }) + 1
			if name := part[start:]; name != "" && zerops.ValidKey(name) && len(names) < maxAssigned {
				names = append(names, name)
			}
		}
	}
	return names
}

// maxAssigned bounds the names that are looked at.
const maxAssigned = 1000

// maskedYAML masks by meaning, and leaves out other setups where the whole is too
// large for an answer.
func maskedYAML(c *tool.Call, text, from, setup string) YAMLView {
	file, err := manifest.ParseZerops(text)
	values, names := manifest.ReadForSecrets(text)
	env.KnowTexts(c, values, names...)
	for _, key := range assigned(text) { // in commands
		if env.SecretKey(key) {
			c.Redactor.Place(key)
		}
	}
	if err != nil {
		return YAMLView{Why: fmt.Sprintf("the zerops.yaml in %s cannot be read as YAML, so its secrets could not be masked and it is withheld", from)}
	}
	view := YAMLView{Available: true, From: from, Masked: manifest.MaskFile(c, file.Doc)}
	for _, whole := range []bool{true, false} {
		if !whole && !onlySetup(file.Doc, setup) {
			break
		}
		shown, err := manifest.WriteYAML(file.Doc, yamlComment)
		if err != nil {
			return YAMLView{Why: "the masked zerops.yaml could not be written"}
		}
		_, broken := manifest.Parse(shown) // an alias may have lost its anchor with the other setups
		if quoted, err := tool.Marshal(shown); err == nil && broken == nil && len(quoted) <= maxYAMLText {
			view.Text = shown
			if !whole {
				view.Why = "other setups were left out to keep the answer small"
			}
			c.Allow(shown) // masked already, and redacting it as text would break the YAML
			return view
		}
	}
	return YAMLView{Why: fmt.Sprintf("the zerops.yaml has %d bytes, which is too large for one answer", len(text))}
}

// onlySetup leaves one setup in a document, and reports whether there is one of that
// name.
func onlySetup(doc *manifest.Document, name string) bool {
	_, list := doc.Place([]string{"zerops"})
	if list == nil || list.Kind != yaml.SequenceNode {
		return false
	}
	kept := slices.DeleteFunc(slices.Clone(list.Content), func(n *yaml.Node) bool {
		_, value := manifest.Member(n, "setup", 0)
		return value == nil || value.Value != name
	})
	if len(kept) == 0 {
		return false
	}
	list.Content = kept
	return true
}
