package manifest

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"path/filepath"
	"strings"

	"zerops-mcp/tools/request"
	"zerops-mcp/tools/tool"
)

// ZeropsFiles and ImportFiles are what the two kinds of YAML are usually called, the
// most usual name first.
func ZeropsFiles() []string { return []string{"zerops.yaml", "zerops.yml"} }

// ImportFiles are the usual names of an import YAML.
func ImportFiles() []string {
	return []string{"zerops-import.yaml", "zerops-import.yml", "zerops-project-import.yaml", "zerops-project-import.yml", "import.yaml", "import.yml"}
}

// Given is a YAML text that a call brings along: as text, or in a file of this
// machine below a deploy root, or as the first of the usual names in a directory
// there. field is the argument for the text.
func Given(c *tool.Call, field, text, directory string, names []string) (string, error) {
	switch {
	case text != "" && directory != "":
		return "", tool.Invalid("directory", "cannot be combined with %s", field)
	case text != "":
		return text, nil
	case directory == "":
		return "", tool.Invalid(field, "or directory is required: the text, or where it is on this machine")
	}
	return Local(c, "directory", directory, names)
}

// Local reads YAML from a file of this machine, or from a directory under one of the
// names. Nothing else than files that are called .yaml or .yml is read.
func Local(c *tool.Call, field, path string, names []string) (string, error) {
	switch {
	case c.Runner.Remote():
		return "", &tool.Failure{
			Code: request.CodeUnsupported, Message: "a remote server has no local files; nothing was read",
			Hint: "Give the text itself, or run this server locally.",
		}
	case isYAML(path):
		names = []string{""}
	}
	for _, name := range names {
		text, _, err := c.ReadLocalFile(field, filepath.Join(path, name), MaxZeropsYAML)
		switch {
		case err == nil && strings.TrimSpace(text) == "":
			return "", tool.Invalid(field, "the file %s is empty", tool.Clean(filepath.Base(filepath.Join(path, name)), 80))
		case err == nil || name == "" || !errors.Is(err, fs.ErrNotExist):
			return text, err
		}
	}
	f := tool.Invalid(field, "%s has none of %s at its top, or does not exist under the directories this server may read", tool.Clean(path, 120), strings.Join(names, ", "))
	f.Hint = "Name the file itself, as long as it ends in .yaml or .yml, or give its text."
	return "", f
}

// IsPath reports a text that is no YAML with anything in it but the path of a file.
func IsPath(text string) bool {
	return isYAML(text) && !strings.ContainsAny(text, "\n\r{") && !strings.Contains(text, ": ")
}

func isYAML(path string) bool {
	return strings.HasSuffix(path, ".yaml") || strings.HasSuffix(path, ".yml")
}

// Digest stands for a text in the facts that a confirmation depends on: a file may
// change between the question and the yes.
func Digest(text string) tool.Fact {
	return tool.Is("the YAML", "with the digest "+ShortDigest(text))
}

// ShortDigest tells one text from another.
func ShortDigest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:8])
}
