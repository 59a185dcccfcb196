package settings

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"zerops-mcp/zerops"
)

// finish derives what depends on several settings and refuses combinations
// that cannot work or would not be safe.
func (l *loader) finish() error {
	s := l.out
	if !l.byFlag["transport"].Takes(s.Command) {
		// One environment may serve several commands; those that serve nobody
		// do not care how the server would listen.
		s.Transport = TransportStdio
	}
	switch s.logLevel {
	case "debug":
		s.LogLevel = slog.LevelDebug
	case "warn":
		s.LogLevel = slog.LevelWarn
	case "error":
		s.LogLevel = slog.LevelError
	}
	if err := l.finishAPI(); err != nil {
		return err
	}
	if s.MaxWait < time.Second || s.MaxWait > longestMaxWait {
		return fmt.Errorf("%s: a wait is between 1s and %ds", l.where("max-wait"), int(longestMaxWait.Seconds()))
	}
	if s.Output == OutputMarkdown && s.Command != ListTools {
		return fmt.Errorf("--output markdown is for %q: use table or json", ListTools)
	}
	if s.ArgumentsJSON != "" && len(s.Arguments) > 0 {
		return errors.New("give either --arg or --args, not both")
	}
	if s.Remove && s.StoreToken {
		return errors.New("--remove and --store-token contradict each other: drop one")
	}
	if err := l.finishWords(); err != nil {
		return err
	}
	if err := l.finishLists(); err != nil {
		return err
	}
	s.signingKeyFile = l.path(s.signingKeyFile)
	if err := l.finishKeys(); err != nil {
		return err
	}
	if err := l.finishRemote(); err != nil {
		return err
	}
	if err := l.finishRoots(); err != nil {
		return err
	}
	s.TokenFile = l.path(s.TokenFile)
	s.TLSCert, s.TLSKey = l.path(s.TLSCert), l.path(s.TLSKey)
	if s.TLSKey != "" {
		if err := checkExposure(s.TLSKey); err != nil {
			return fmt.Errorf("%s: %w", l.where("tls-key"), err)
		}
	}
	if s.AuditLog != "" && s.AuditLog != "stderr" {
		s.AuditLog = l.path(s.AuditLog)
	}
	s.Token = l.tokenSource()
	if id := l.environ["serviceId"]; len(id) == 22 {
		s.Own = id
	}
	if s.Command != Serve {
		s.Operands = l.operands
	}
	s.ServeFlags = l.serveFlags()
	return nil
}

// finishLists refuses lists that contradict each other or can match nothing.
func (l *loader) finishLists() error {
	s := l.out
	for _, name := range s.Tools {
		if slices.Contains(s.ExcludeTools, name) {
			return fmt.Errorf("%s and %s both name %s: drop one", l.where("tools"), l.where("exclude-tools"), clip(name))
		}
	}
	for _, glob := range s.EnvAllow {
		if _, err := path.Match(glob, ""); err != nil {
			return fmt.Errorf("%s: %q is no pattern: write names, with * for any characters", l.where("env-allow"), clip(glob))
		}
	}
	return nil
}

// serveFlags writes the settings given as flags in their checked form, with
// paths that hold in every working directory.
func (l *loader) serveFlags() []string {
	var words []string
	for i := range l.table {
		row := &l.table[i]
		if !row.Takes(Serve) || !l.flag(row.Name()) {
			continue
		}
		switch v := row.at(l.out).(type) {
		case *bool:
			if *v {
				words = append(words, "--"+row.Flag)
			}
		case *string:
			words = append(words, "--"+row.Flag+"="+*v)
		case *[]string:
			list := *v
			if row.paths {
				list = l.out.DeployRoots
			}
			for _, e := range list {
				words = append(words, "--"+row.Flag+"="+e)
			}
		case *time.Duration:
			words = append(words, "--"+row.Flag+"="+v.String())
		case *float64:
			words = append(words, fmt.Sprintf("--%s=%g", row.Flag, *v))
		}
	}
	return words
}

func (l *loader) finishAPI() error {
	s := l.out
	if s.Demo && l.given("api-url") {
		// A demo that was asked for on the command line is safe to start; the
		// reverse would work on a real account under the name of a demo.
		if l.flag("api-url") || !l.flag("demo") {
			return fmt.Errorf("%s and %s exclude each other: drop one", l.where("demo"), l.where("api-url"))
		}
		l.warn(l.where("api-url"), "is ignored with --demo")
	}
	address, err := zerops.ParseAddress(s.APIURL)
	if err != nil {
		return fmt.Errorf("%s: %w", l.where("api-url"), err)
	}
	s.APIURL = address.Scheme + "://" + address.Host
	return nil
}

// finishRemote checks what concerns http and sse.
func (l *loader) finishRemote() error {
	s := l.out
	if !s.Remote() {
		for i := range l.table {
			row := &l.table[i]
			if !row.Remote || !l.given(row.Name()) {
				continue
			}
			if l.flag(row.Name()) {
				return fmt.Errorf("%s needs --transport http or sse", l.where(row.Name()))
			}
			if s.Command != Serve {
				continue
			}
			l.warn(l.where(row.Name()), "has no effect with --transport stdio")
		}
		return nil
	}
	for _, name := range []string{"deploy-root", "env-allow"} {
		if l.given(name) {
			return fmt.Errorf("%s: files and variables of this machine are for --transport stdio only: drop one of the two", l.where(name))
		}
	}
	if (s.TLSCert == "") != (s.TLSKey == "") {
		return errors.New("--tls-cert and --tls-key go together: give both or none")
	}
	if err := checkListen(s.Listen); err != nil {
		return fmt.Errorf("%s: %w", l.where("listen"), err)
	}
	if s.MetricsListen != "" {
		if err := checkListen(s.MetricsListen); err != nil {
			return fmt.Errorf("%s: %w", l.where("metrics-listen"), err)
		}
		if s.MetricsListen == s.Listen && !strings.HasSuffix(s.Listen, ":0") {
			return fmt.Errorf("%s: %s is where callers are served: give the metrics an address of their own", l.where("metrics-listen"), clip(s.Listen))
		}
	}
	if s.Stateless && s.SigningKey == nil {
		l.warn(l.where("stateless"), "replicas cannot check each other's confirmations without a shared key: set ZMCP_SIGNING_KEY")
	}
	return l.finishAuth()
}

func (l *loader) finishAuth() error {
	s := l.out
	full := !s.ReadOnly && len(s.Projects) == 0
	switch s.HTTPAuth {
	case AuthServer:
		switch {
		case len(s.AccessKeys) == 0:
			return errors.New("--http-auth server needs keys for its callers: set ZMCP_ACCESS_KEYS=label:key,… or ZMCP_ACCESS_KEYS_FILE")
		case s.AllowSecrets:
			return errors.New("--allow-secrets does not go with --http-auth server: callers would read the secrets of the server's token; drop one")
		case full && !s.AllowFullAccess:
			return errors.New("--http-auth server lends the server's own token to its callers: add --read-only, --project or --allow-full-access")
		}
	case AuthNone:
		if !LoopbackAddress(s.Listen) {
			return fmt.Errorf("--http-auth none is for this machine only: listen on 127.0.0.1 or a unix socket instead of %s, or use --http-auth caller", clip(s.Listen))
		}
	}
	if s.HTTPAuth != AuthServer {
		for _, name := range []string{"allow-full-access", "ZMCP_ACCESS_KEYS", "ZMCP_ACCESS_KEYS_FILE"} {
			if l.given(name) {
				l.warn(l.where(name), "has no effect with --http-auth %s", s.HTTPAuth)
			}
		}
	}
	return nil
}

// finishRoots settles the directories that tools may read.
func (l *loader) finishRoots() error {
	s := l.out
	if s.Command == Serve {
		for _, operand := range l.operands {
			list, ok := l.usable(given{setting: l.byFlag["deploy-root"], value: operand, from: "--deploy-root"})
			if !ok {
				continue
			}
			if !l.flag("deploy-root") {
				s.deployRoots = nil
			}
			s.deployRoots = append(s.deployRoots, list...)
			s.origins["deploy-root"] = "--deploy-root"
		}
	}
	if s.Remote() {
		if l.given("deploy-root") {
			return errors.New("directories are for --transport stdio only: drop them, or serve over stdio")
		}
		return nil
	}
	if !l.given("deploy-root") {
		if root := defaultRoot(l.src.Dir, l.src.Home, l.environ["SYSTEMROOT"]); root != "" {
			s.DeployRoots = []string{root}
		}
		return nil
	}
	for _, root := range s.deployRoots {
		root = l.path(root)
		if !filepath.IsAbs(root) {
			return fmt.Errorf("--deploy-root %q is relative and the working directory is unknown: write it in full", clip(root))
		}
		if isFilesystemRoot(root) {
			l.warn(l.where("deploy-root"), "%s opens a whole disk to the assistant", root)
		}
		if info, err := os.Stat(root); err != nil || !info.IsDir() {
			l.warn(l.where("deploy-root"), "%s is not a directory that can be read now", clip(root))
		}
		if !slices.Contains(s.DeployRoots, root) {
			s.DeployRoots = append(s.DeployRoots, root)
		}
	}
	return nil
}

// given reports whether the setting has a value other than its default.
func (l *loader) given(name string) bool { return l.out.origins[name] != "" }

// flag reports whether that value came from the command line.
func (l *loader) flag(name string) bool { return strings.HasPrefix(l.out.origins[name], "-") }

// where names a setting by what the operator wrote.
func (l *loader) where(name string) string {
	if origin := l.out.origins[name]; origin != "" {
		return origin
	}
	return "--" + name
}

// path makes a file name absolute; a leading ~ is the home directory, because
// clients start the server without a shell.
func (l *loader) path(name string) string {
	if name == "" {
		return ""
	}
	if rest, ok := strings.CutPrefix(name, "~"); ok && l.src.Home != "" && (rest == "" || rest[0] == '/' || rest[0] == '\\') {
		return filepath.Join(l.src.Home, rest)
	}
	if !filepath.IsAbs(name) && l.src.Dir != "" {
		return filepath.Join(l.src.Dir, name)
	}
	return filepath.Clean(name)
}
