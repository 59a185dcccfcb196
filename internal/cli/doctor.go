package cli

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"zerops-mcp/internal/install"
	"zerops-mcp/internal/phrase"
	"zerops-mcp/internal/settings"
	"zerops-mcp/tools"
	"zerops-mcp/zerops"
)

// finding is one thing that doctor looked at.
type finding struct {
	Check string `json:"check"`
	// Status is ok, note, warning or error.
	Status string `json:"status"`
	Found  string `json:"found"`
	// Fix is what to do about it; empty when nothing is wrong.
	Fix string `json:"fix,omitempty"`
}

// doctor looks at everything between an assistant and its projects.
func (s *session) doctor(ctx context.Context) int {
	ctx, cancel := context.WithTimeout(ctx, 40*time.Second)
	defer cancel()
	if _, err := tools.New(s.config()); err != nil {
		return usageError(s.Stderr, err)
	}
	// What doctor asks must not depend on which tools an assistant gets.
	asking := s.config()
	asking.Toolsets, asking.Tools, asking.ExcludeTools, asking.Audit = []string{"all"}, nil, nil, nil
	server, err := tools.New(asking)
	if err != nil {
		return usageError(s.Stderr, err)
	}
	var findings []finding
	add := func(check, status, fix, format string, args ...any) {
		findings = append(findings, finding{Check: check, Status: status, Found: fmt.Sprintf(format, args...), Fix: fix})
	}
	add("version", "ok", "", "zerops-mcp %s, %s, %s/%s", Version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	for _, w := range s.warnings {
		add("settings", "warning", "correct or remove it", "%s", w)
	}
	add("settings", "ok", "", "%s", s.modeText())
	findings = append(findings, s.networkFindings()...)

	token := s.token.Current()
	findings = append(findings, s.tokenFinding(token))
	findings = append(findings, s.reachFinding(ctx, token.Token))
	if token.Token != "" && findings[len(findings)-1].Status != "error" {
		findings = append(findings, identityFindings(ctx, server)...)
	}
	if _, _, skew, dated := s.probe.seen(); dated {
		findings = append(findings, clockFinding(skew))
	}
	clients := s.clientFindings(ctx)
	if len(clients) == 0 {
		add("client", "note", "run \"zerops-mcp install CLIENT\" for the one you use: "+strings.Join(install.Clients(), ", "),
			"no assistant is configured to start zerops-mcp")
	}
	findings = append(findings, clients...)
	return s.printFindings(findings)
}

// modeText says what an assistant would be allowed under these settings.
func (s *session) modeText() string {
	mode := "reads and changes"
	if s.ReadOnly {
		mode = "read-only"
	}
	scope := "every project of the token"
	switch {
	case slices.Contains(s.Projects, settings.NoProject):
		scope = "no project"
	case len(s.Projects) > 0:
		scope = "projects " + strings.Join(s.Projects, ", ")
	}
	roots := "no directory"
	if len(s.DeployRoots) > 0 {
		roots = strings.Join(s.DeployRoots, ", ")
	}
	text := fmt.Sprintf("%s; %s; toolsets %s; confirmation %s; deploys from %s", mode, scope, strings.Join(s.Toolsets, ", "), s.Confirm, roots)
	if s.AllowSecrets {
		text += "; secrets may be shown"
	}
	return text
}

// networkFindings tells of variables that change the way to the API.
func (s *session) networkFindings() []finding {
	var findings []finding
	for _, pair := range s.Environ {
		name, v, _ := strings.Cut(pair, "=")
		switch strings.ToUpper(name) {
		case "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY":
			if v != "" {
				findings = append(findings, proxyFinding(name, v))
			}
		case "NO_PROXY":
			if v != "" {
				findings = append(findings, finding{"proxy", "note", name + " = " + clip(v), ""})
			}
		case "SSL_CERT_FILE", "SSL_CERT_DIR":
			f := finding{"certificates", "note", name + " = " + clip(v), ""}
			if _, err := os.Stat(v); v != "" && err != nil {
				f.Status, f.Fix = "error", "point it at a file or directory that exists, or unset it"
			}
			if v != "" {
				findings = append(findings, f)
			}
		}
	}
	return findings
}

// proxyFinding never shows a proxy's password.
func proxyFinding(name, address string) finding {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return finding{"proxy", "warning", name + " is set and not an address", "write it like http://proxy.example:3128"}
	}
	text := name + " = " + u.Scheme + "://" + u.Host
	if u.User != nil {
		text += " (with credentials)"
	}
	return finding{"proxy", "note", text, ""}
}

func (s *session) tokenFinding(c settings.Credential) finding {
	if c.Token == "" {
		f := finding{Check: "token", Status: "error", Found: "no Zerops token"}
		if c.Problem != "" {
			f.Found += ": " + c.Problem
		}
		f.Fix = "make one in the Zerops GUI (Access Token Management, generate) and put it in ZEROPS_TOKEN, or in a file named by ZEROPS_TOKEN_FILE"
		if c.Reloads {
			f.Fix = "make one in the Zerops GUI (Access Token Management, generate) and put it in that file, readable by you only; no restart is needed"
		}
		return f
	}
	f := finding{Check: "token", Status: "ok", Found: "from " + c.Source}
	if n := len(c.Token); n >= 12 {
		f.Found += ", ending in …" + c.Token[n-4:]
	}
	for _, path := range s.token.Files() {
		if info, err := os.Stat(path); err == nil && runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 && c.Reloads {
			f.Status = "warning"
			f.Fix = "other users of this machine can read " + path + ": chmod 600 it, unless it is a mounted secret"
		}
	}
	return f
}

// reachFinding asks the API the cheapest question there is.
func (s *session) reachFinding(ctx context.Context, token string) finding {
	f := finding{Check: "api", Status: "ok"}
	call := zerops.Call{Operation: zerops.GetRegion}
	if token != "" {
		call.Operation = zerops.GetUserInfo
	}
	client := s.api.Client(token)
	_, err := client.Do(ctx, call)
	if err == nil {
		_, err = client.Do(ctx, call)
	}
	answers, latency, _, _ := s.probe.seen()
	var refusal *zerops.Error
	switch {
	case err == nil || errors.As(err, &refusal) && refusal.Code != "" || errors.Is(err, zerops.ErrUnauthorized):
		f.Found = fmt.Sprintf("%s answers in %d ms", s.api.Address(), max(1, latency.Milliseconds()))
	case answers > 0:
		f.Status = "error"
		f.Found = fmt.Sprintf("%s answers, but not as the Zerops API does (%v)", s.api.Address(), err)
		f.Fix = "check ZEROPS_API_URL (the usual address is " + zerops.DefaultAddress + ") and whether a proxy answers in its place"
	default:
		f.Status = "error"
		f.Found = fmt.Sprintf("%s cannot be reached: %s", s.api.Address(), cause(err))
		f.Fix = "check the network, HTTPS_PROXY and ZEROPS_API_URL; https://status.zerops.io tells of incidents"
	}
	return f
}

// cause words the network errors that people meet.
func cause(err error) string {
	var dns *net.DNSError
	var op *net.OpError
	switch {
	case errors.As(err, &dns):
		return "its name does not resolve"
	case errors.Is(err, context.DeadlineExceeded):
		return "no answer in time"
	case errors.As(err, &op):
		return op.Err.Error()
	}
	return err.Error()
}

// clockFinding compares this machine's clock with the API's.
func clockFinding(skew time.Duration) finding {
	f := finding{Check: "clock", Status: "ok", Found: "agrees with the API's"}
	if skew.Abs() > 30*time.Second {
		side := "ahead of"
		if skew < 0 {
			side = "behind"
		}
		f.Status = "warning"
		f.Found = fmt.Sprintf("%s %s the API's", skew.Abs().Round(time.Second), side)
		f.Fix = "set this machine's clock, or times and time ranges will be wrong"
	}
	return f
}

func (s *session) printFindings(findings []finding) int {
	code := exitDone
	if slices.ContainsFunc(findings, func(f finding) bool { return f.Status == "error" }) {
		code = exitFailed
	}
	if !s.asTable() {
		s.printJSON(map[string]any{"ok": code == exitDone, "items": findings})
		return code
	}
	for _, f := range findings {
		mark := map[string]string{
			"ok": s.style.good("ok     "), "note": "note   ", "warning": s.style.unsure("warning"), "error": s.style.bad("error  "),
		}[f.Status]
		fmt.Fprintf(s.Stdout, "%s  %-12s  %s\n", mark, f.Check, phrase.Printable(f.Found))
		if f.Fix != "" {
			fmt.Fprintf(s.Stdout, "%23s→ %s\n", "", phrase.Printable(f.Fix))
		}
	}
	return code
}
