package deploy

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"zerops-mcp/tools/deploy/archive"
	"zerops-mcp/tools/facts/manifest"
	"zerops-mcp/tools/request"
	"zerops-mcp/tools/tool"
)

// deployLimits bound a directory: more than a build container should be sent.
func deployLimits() archive.Limits { return archive.Limits{Files: 100_000, Bytes: 2_000_000_000} }

// openDirectory opens a directory that may be read: one of the deploy roots, or
// below one, after all symbolic links are resolved. It stays the one that was
// checked, whatever takes its name later. The caller closes it.
func openDirectory(c *tool.Call, name string, include []string) (*archive.Directory, error) {
	if c.Runner.Remote() {
		return nil, &tool.Failure{
			Code: request.CodeUnsupported, Message: "a remote server has no local directories; nothing was deployed",
			Hint: "Deploy with git_url or the connected repository, or run this server locally.",
		}
	}
	roots := c.Runner.DeployRoots()
	if len(roots) == 0 {
		return nil, &tool.Failure{
			Code: request.CodeOutOfScope, Message: "this server may read no directory; nothing was deployed",
			Hint: "The operator can allow one with --deploy-root, or start the server in the project's directory.",
		}
	}
	if strings.ContainsRune(name, 0) {
		return nil, tool.Invalid("directory", "holds a NUL byte")
	}
	shown := tool.Clean(name, 200)
	for _, root := range roots {
		base, err := filepath.EvalSymlinks(root)
		if err != nil {
			continue
		}
		wanted := name
		if !filepath.IsAbs(wanted) {
			wanted = filepath.Join(base, wanted)
		}
		resolved, err := filepath.EvalSymlinks(wanted)
		if err != nil {
			continue
		}
		below, err := filepath.Rel(base, resolved)
		if err != nil || !filepath.IsLocal(below) {
			continue
		}
		if info, err := os.Stat(resolved); err == nil && !info.IsDir() {
			return nil, tool.Invalid("directory", "%s is a file; give the directory that holds it", shown)
		}
		dir, err := archive.Open(base, below, c.Runner.OwnFiles()...)
		if err != nil {
			return nil, tool.Invalid("directory", "%s cannot be read", shown)
		}
		dir.Include(include...)
		return dir, nil
	}
	return nil, noDirectory(c, name, shown, roots)
}

// noDirectory tells a directory that is not there from one that is out of
// bounds, without telling what lies out of bounds.
func noDirectory(_ *tool.Call, name, shown string, roots []string) error {
	hint := "Allowed: " + tool.Clean(strings.Join(roots, ", "), 400) + " and below; the operator can add others with --deploy-root."
	for _, root := range roots {
		wanted := name
		if !filepath.IsAbs(wanted) {
			wanted = filepath.Join(root, wanted)
		}
		rel, err := filepath.Rel(root, filepath.Clean(wanted))
		if err != nil || !filepath.IsLocal(rel) {
			continue
		}
		if _, err := os.Lstat(wanted); errors.Is(err, fs.ErrNotExist) {
			f := tool.Invalid("directory", "%s does not exist", shown)
			f.Hint = hint
			return f
		}
	}
	return &tool.Failure{Code: request.CodeOutOfScope, Message: shown + " is outside the directories this server may read; nothing was deployed", Hint: hint}
}

// directoryYAML reads the zerops.yaml at the top of a directory.
func directoryYAML(dir *archive.Directory) (string, error) {
	for _, name := range manifest.ZeropsFiles() {
		text, err := dir.ReadFile(name, manifest.MaxZeropsYAML)
		switch {
		case err == nil && !utf8.Valid(text):
			return "", tool.Invalid("directory", "its %s is not UTF-8 text", name)
		case err == nil && strings.TrimSpace(string(text)) == "":
			return "", tool.Invalid("directory", "its %s is empty", name)
		case err == nil:
			return string(text), nil
		case !errors.Is(err, fs.ErrNotExist):
			return "", tool.Invalid("directory", "its %s", tool.Clean(err.Error(), 200))
		}
	}
	f := tool.Invalid("zerops_yaml", "is needed, because the directory has no zerops.yaml or zerops.yml at its top")
	f.Hint = "get_yaml_schema with kind guide and path zerops-yaml shows how to write one."
	return "", f
}

// explainArchive turns an error of the archive into one a caller can act on.
func explainArchive(err error) error {
	var limit *archive.LimitError
	var file *archive.FileError
	switch {
	case errors.As(err, &limit):
		f := tool.Invalid("directory", "%s", strings.TrimPrefix(limit.Error(), "the directory "))
		f.Message = limit.Error() + "; nothing was deployed"
		f.Hint = "Keep out what the build makes again, such as node_modules, with .deployignore or .gitignore."
		if len(limit.Largest) > 0 {
			f.Hint += " Largest: " + tool.Clean(strings.Join(limit.Largest, ", "), 300) + "."
		}
		return f
	case errors.As(err, &file):
		return tool.Invalid("directory", "cannot be packed: %s", tool.Clean(file.Error(), 300))
	}
	return err
}

// uploadedView tells what of a directory was sent.
type uploadedView struct {
	Files   int      `json:"files"`
	MB      float64  `json:"size_mb"`
	Ignored int      `json:"ignored,omitempty"`
	Skipped []string `json:"skipped,omitempty"`
	// Commit is that of git, and ChangedFiles how many files are otherwise in it.
	Commit       string `json:"commit,omitempty"`
	ChangedFiles *int   `json:"changed_files,omitempty"`
	YAMLDigest   string `json:"yaml_digest"`
}

func viewUploaded(contents archive.Contents, yaml string) *uploadedView {
	view := &uploadedView{Files: contents.Files, MB: float64(contents.Bytes/10_000) / 100, Ignored: contents.Ignored, YAMLDigest: manifest.ShortDigest(yaml)}
	if contents.Commit != "" {
		view.Commit, view.ChangedFiles = contents.Commit, &contents.Changed
	}
	for _, s := range contents.Skipped {
		view.Skipped = append(view.Skipped, tool.Clean(s.Path, 200)+": "+s.Why)
	}
	if contents.SkippedMore > 0 {
		view.Skipped = append(view.Skipped, fmt.Sprintf("and %d more", contents.SkippedMore))
	}
	return view
}

// commitWords say which commit of git a directory is, "" without one.
func commitWords(contents archive.Contents) string {
	words := "the commit " + contents.Commit
	switch {
	case contents.Commit == "":
		return "of no commit of git that can be told"
	case contents.Changed > 0:
		words += fmt.Sprintf(" and %d files that are otherwise, or not, in it", contents.Changed)
	case contents.Staged:
		words += " and what was added for the next one"
	}
	return words
}

// gitURL checks the address of a public repository. Credentials in it are
// refused: the platform keeps the address, and it could not use them anyway.
func gitURL(_ context.Context, c *tool.Call, raw string) (address, note string, err error) {
	raw = strings.TrimSpace(raw)
	u, parseErr := url.Parse(raw)
	if parseErr == nil && u.User != nil {
		if password, ok := u.User.Password(); ok {
			c.Redactor.Send(password)
		}
		c.Redactor.Send(u.User.Username(), u.User.String())
	}
	const form = "give the https address of a public repository, such as https://github.com/owner/name"
	switch {
	case parseErr != nil:
		return "", "", tool.Invalid("git_url", "is not a URL; "+form)
	case u.User != nil && (u.Scheme == "https" || u.Scheme == "http"):
		f := tool.Invalid("git_url", "holds credentials, which are never sent; nothing was deployed")
		f.Hint = "A private repository is deployed by connecting it to the service in the Zerops GUI (then leave git_url out), or from a local directory."
		return "", "", f
	case u.Scheme != "https" || u.Host == "" || u.User != nil:
		return "", "", tool.Invalid("git_url", "is not an https address, and the platform has no key for others; "+form)
	case u.RawQuery != "" || u.Fragment != "":
		return "", "", tool.Invalid("git_url", "has a query or fragment; "+form)
	case strings.Trim(u.Path, "/") == "":
		return "", "", tool.Invalid("git_url", "names no repository; "+form)
	case strings.Contains(u.Path, "/tree/") || strings.Contains(u.Path, "/blob/") || strings.Contains(u.Path, "/-/"):
		return "", "", tool.Invalid("git_url", "points into a repository; the platform builds the default branch of the whole; "+form)
	}
	u.Path = strings.TrimRight(u.Path, "/")
	if path, ok := strings.CutSuffix(u.Path, ".git"); ok {
		// A build from such an address dies without a log (platform §7.2).
		u.Path, note = path, "the .git at the end of the address was left out, since the platform cannot build it with that"
	}
	u.RawPath = ""
	return u.String(), note, nil
}
