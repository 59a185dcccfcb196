package settings

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// A Credential is the token of this process as it is now.
type Credential struct {
	// Token is empty when there is none.
	Token string
	// Source names where it came from, or where one was looked for in vain.
	Source string
	// Problem says why what was found there could not be used.
	Problem string
	// Reloads reports that a new token takes effect without a restart.
	Reloads bool
}

// String keeps the token out of whatever formats the value.
func (c Credential) String() string { return "token from " + c.Source }

// GoString keeps the token out of %#v.
func (c Credential) GoString() string { return c.String() }

// A TokenSource yields the process's own token. It is safe for concurrent use.
type TokenSource struct {
	// fixed is the token of a variable, or the problem with it.
	fixed Credential
	file  *secretFile
	zcli  *secretFile
	// stored is where install keeps a token.
	stored *secretFile
}

// FixedToken is a source that always yields the same token.
func FixedToken(token, source string) *TokenSource {
	return &TokenSource{fixed: Credential{Token: token, Source: source}}
}

// Current returns the token as of now. A file is looked at on every call and
// read again when it has changed. Without a token, Problem names the first
// thing that is wrong, or is empty when nothing was configured at all.
func (t *TokenSource) Current() Credential {
	if t.fixed.Token != "" {
		return t.fixed
	}
	found := t.fixed
	for _, f := range []*secretFile{t.file, t.zcli, t.stored} {
		if f == nil {
			continue
		}
		c := f.current()
		if c.Token != "" {
			return c
		}
		if found.Problem == "" {
			found = c
		}
	}
	return found
}

// Files lists the files that the token may come from.
func (t *TokenSource) Files() []string {
	var paths []string
	for _, f := range []*secretFile{t.file, t.zcli, t.stored} {
		if f != nil {
			paths = append(paths, f.path)
		}
	}
	return paths
}

// tokenSource finds out where the token comes from: a --token-file on the
// command line, the variables in their order, a file named by a variable, and,
// where asked for, what zcli stored. The commands of a person at the keyboard
// also know where install keeps the token; a server is told by its client.
func (l *loader) tokenSource() *TokenSource {
	s := l.out
	t := &TokenSource{}
	if s.TokenFile != "" {
		l.warnReadable(l.where("token-file"), s.TokenFile)
		t.file = &secretFile{path: s.TokenFile, source: "token file (" + l.where("token-file") + ")", parse: plainToken}
	}
	if s.UseZCLILogin {
		t.zcli = &secretFile{path: l.zcliData(), source: "zcli login (" + l.where("use-zcli-login") + ")", parse: zcliToken}
	}
	if s.TokenFile != "" && l.flag("token-file") {
		for _, name := range TokenVariables() {
			if strings.TrimSpace(l.environ[name]) != "" {
				l.warn(name, "is ignored: --token-file wins")
			}
		}
	} else {
		l.variableToken(t)
	}
	if s.Command == CallTool || s.Command == Doctor {
		// The documentation names the place below ~/.config on every system.
		for _, path := range []string{StoredToken(l.src.ConfigDir), l.path("~/.config/zerops-mcp/token")} {
			if _, err := os.Stat(path); err == nil {
				t.stored = &secretFile{path: path, source: "token file (" + path + ")", parse: plainToken}
				break
			}
		}
	}
	if s.Remote() && s.HTTPAuth == AuthCaller && (t.fixed.Token != "" || t.file != nil || t.zcli != nil) {
		l.warn("--http-auth caller", "every request brings its own token; the server's own is ignored")
	}
	return t
}

// variableToken takes the token from the first variable that holds one.
func (l *loader) variableToken(t *TokenSource) {
	for _, name := range TokenVariables() {
		raw, set := l.environ[name]
		if !set {
			continue
		}
		c := cleanToken(raw, name)
		switch {
		case c.Token == "":
			l.warn(name, "%s", c.Problem)
			if t.fixed.Source == "" {
				c.Problem = name + " " + c.Problem
				t.fixed = c
			}
		case t.fixed.Token == "":
			if c.Problem != "" {
				l.warn(name, "%s", c.Problem)
				c.Problem = ""
			}
			t.fixed = c
		case t.fixed.Token != c.Token:
			l.warn(name, "holds another token than %s, which wins", t.fixed.Source)
		}
	}
	if t.fixed.Token != "" && t.file != nil {
		if c := t.file.current(); c.Token != t.fixed.Token {
			l.warn(l.where("token-file"), "is ignored: the token of %s wins", t.fixed.Source)
		}
	}
}

// zcliData is where `zcli login` keeps its data: a path of its own variable,
// else its folder below the configuration directory or the home directory.
func (l *loader) zcliData() string {
	if path := strings.TrimSpace(l.environ["ZEROPS_CLI_DATA_FILE_PATH"]); path != "" {
		return l.path(path)
	}
	var candidates []string
	for _, dir := range []string{l.src.ConfigDir, l.src.Home} {
		if dir != "" {
			candidates = append(candidates, filepath.Join(dir, "zerops", "cli.data"), filepath.Join(dir, "Zerops", "cli.data"))
		}
	}
	if i := slices.IndexFunc(candidates, func(path string) bool { _, err := os.Stat(path); return err == nil }); i >= 0 {
		return candidates[i]
	}
	if len(candidates) > 0 {
		return candidates[0]
	}
	return "cli.data"
}

// StoredToken is where install keeps the token below the user's configuration
// directory; "" where there is none.
func StoredToken(configDir string) string {
	if configDir == "" {
		return ""
	}
	return filepath.Join(configDir, "zerops-mcp", "token")
}

// CleanToken accepts a token as people paste it, and says what is wrong with
// what cannot be one.
func CleanToken(raw string) (token, problem string) {
	c := cleanToken(raw, "")
	if c.Token != "" {
		return c.Token, ""
	}
	return "", c.Problem
}

// cleanToken accepts the ways in which tokens get pasted: with spaces, quotes
// or the word Bearer around them. Problem says what was taken off, or, without
// a token, what is wrong.
func cleanToken(raw, source string) Credential {
	c := Credential{Source: source}
	token := strings.TrimPrefix(raw, "\ufeff")
	var taken []string
	note := func(what string) {
		if !slices.Contains(taken, what) {
			taken = append(taken, what)
		}
	}
	for before := ""; before != token; {
		before = token
		if t := strings.TrimSpace(token); t != token {
			token = t
			note("spaces or line ends")
		}
		if n := len(token); n >= 2 && strings.ContainsRune("\"'`", rune(token[0])) && token[n-1] == token[0] {
			token = token[1 : n-1]
			note("quotes")
		}
		for _, prefix := range []string{"Authorization:", "Bearer "} {
			if len(token) > len(prefix) && strings.EqualFold(token[:len(prefix)], prefix) {
				token = token[len(prefix):]
				note(strings.TrimRight(prefix, ": "))
			}
		}
	}
	switch {
	case token == "" || strings.EqualFold(token, "bearer"):
		c.Problem = "is empty and counts as unset"
	case unexpanded(token):
		c.Problem = fmt.Sprintf("holds %s, which your client did not expand; it counts as unset", clip(token))
	case strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }):
		c.Problem = "holds spaces, line ends or characters that no token has; it counts as unset"
	default:
		c.Token = token
		if len(taken) > 0 {
			c.Problem = "holds a token with " + strings.Join(taken, " and ") + " around it, which were taken off"
		}
	}
	return c
}

// plainToken reads a file that holds nothing but the token.
func plainToken(content, source string) Credential {
	c := cleanToken(content, source)
	if c.Token != "" {
		// A line end after the token is how every editor writes files.
		c.Problem = ""
	}
	return c
}

// zcliToken reads the data file of zcli.
func zcliToken(content, source string) Credential {
	var data struct {
		Token string `json:"Token"`
	}
	if err := json.Unmarshal([]byte(strings.TrimPrefix(content, "\ufeff")), &data); err != nil {
		return Credential{Source: source, Problem: "is not the data file of zcli"}
	}
	if data.Token == "" {
		return Credential{Source: source, Problem: "holds no token: run `zcli login` first"}
	}
	return plainToken(data.Token, source)
}

// secretFile reads a credential from a file and again when the file changes.
type secretFile struct {
	path   string
	source string
	parse  func(content, source string) Credential

	mu     sync.Mutex
	seen   os.FileInfo
	readAt time.Time
	last   Credential
}

// settled is how old a change must be before an unchanged time stamp proves
// that nothing was written since; file systems count in steps of up to 2 s.
const settled = 2 * time.Second

func (f *secretFile) current() Credential {
	info, err := os.Stat(f.path)
	if err != nil {
		return f.failed(fileProblem(f.path, err))
	}
	// A change of the rights alone is no change of the file.
	if err := checkExposure(f.path); err != nil {
		return f.failed(err)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.seen != nil && os.SameFile(f.seen, info) && f.seen.Size() == info.Size() &&
		f.seen.ModTime().Equal(info.ModTime()) && f.readAt.Sub(info.ModTime()) > settled {
		return f.last
	}
	f.readAt = time.Now()
	content, err := readSecretFile(f.path)
	if err != nil {
		return f.failed(err)
	}
	f.last = f.parse(content, f.source)
	if f.last.Problem != "" {
		f.last.Problem = "file " + clip(f.path) + " " + f.last.Problem
	}
	f.last.Reloads = true
	f.seen = info
	return f.last
}

func (f *secretFile) failed(err error) Credential {
	return Credential{Source: f.source, Problem: err.Error(), Reloads: true}
}
