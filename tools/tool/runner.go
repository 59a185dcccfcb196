package tool

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"sort"
	"strings"
	"sync"
	"time"

	"github.com/mark3labs/mcp-go/server"

	"zerops-mcp/tools/request"
	"zerops-mcp/zerops"
)

// Config is what the operator decides. The zero value of a field means its
// default.
type Config struct {
	// API is the address all calls go to.
	API *zerops.API
	// Credential returns the token of a call. It is asked once for each call and
	// must not fail: a missing token is a Credential without Token.
	Credential func(ctx context.Context) request.Credential
	// ReadOnly hides and refuses every tool that changes anything.
	ReadOnly bool
	// Projects, ids or names, are the only ones that may be touched; empty means
	// all, and the name "", which no project has, none.
	Projects []string
	// Toolsets are default, all, or names of toolsets; empty means default.
	Toolsets []string
	// Tools adds and ExcludeTools removes single tools; * removes all but whoami.
	Tools, ExcludeTools []string
	// Confirm decides how destructive work is confirmed.
	Confirm ConfirmMode
	// MaxWait bounds wait_seconds and the time a person has to answer. Zero means
	// 50 seconds.
	MaxWait time.Duration
	// AllowSecrets lets the tools that exist for it return secret values.
	AllowSecrets bool
	// ProtectTag is the project tag that forbids destruction; empty means protected,
	// and * that every project is.
	ProtectTag string
	// DeployRoots are the directories that may be read; EnvAllow the patterns of
	// environment names that may be copied. Neither applies to a remote server.
	DeployRoots, EnvAllow []string
	// OwnFiles are paths of files with this server's token, keys and records. They
	// are never read for anybody, and never sent.
	OwnFiles []string
	// Remote marks a server that callers reach over a network.
	Remote bool
	// Stateless marks a server whose next request may reach another process.
	Stateless bool
	// SigningKey signs confirmation tokens; nil means random for this process.
	SigningKey []byte
	// OwnService is the id of the service this server runs in, on which no tool
	// operates.
	OwnService string
	// Warnings tell of limits that could not be read, for whoami.
	Warnings []string
	// Logger receives what the operator should know; never secrets.
	Logger *slog.Logger
	// Audit, if set, receives one record for each call.
	Audit func(context.Context, AuditRecord)
	// Version of this program.
	Version string
}

const (
	defaultMaxWait    = 50 * time.Second
	defaultProtectTag = "protected"
	// shortestKey is the fewest bytes of a signing key: from a weak one the values
	// behind fingerprints could be found by trying.
	shortestKey = 32
	// ReadTime bounds a call that changes nothing: just below the minute after
	// which many clients give up.
	ReadTime = 50 * time.Second
	// changeTime is what a change may take beside asking and waiting.
	changeTime = 70 * time.Second
)

// Runner runs the tools of one configuration. It keeps no state of callers beyond
// bounded caches keyed by the caller.
type Runner struct {
	cfg     Config
	Logger  *slog.Logger
	tools   []*Tool // all, sorted by name
	byName  map[string]*Tool
	offered map[string]bool
	signer  signer
	// shared says that other processes may have the signing key too.
	shared   bool
	Scope    *scope
	Patterns func() *PatternSet
	guard    Guard
	own      ownServices
	// mcp asks the person and reports progress.
	mcp *server.MCPServer
}

// Attach gives the runner the server through which its calls ask the person and
// report progress. It comes before the first call.
func (s *Runner) Attach(m *server.MCPServer) { s.mcp = m }

// Config is what the operator decided, with the defaults filled in.
func (s *Runner) Config() Config { return s.cfg }

// API is the address that calls go to.
func (s *Runner) API() *zerops.API { return s.cfg.API }

// ReadOnly reports that tools which change anything are refused.
func (s *Runner) ReadOnly() bool { return s.cfg.ReadOnly }

// AllowSecrets reports that tools made for it may return secret values.
func (s *Runner) AllowSecrets() bool { return s.cfg.AllowSecrets }

// Remote reports that callers come over a network.
func (s *Runner) Remote() bool { return s.cfg.Remote }

// OwnService is the id of the service this server runs in, empty where none is known.
func (s *Runner) OwnService() string { return s.cfg.OwnService }

// MaxWait bounds what a call may wait for.
func (s *Runner) MaxWait() time.Duration { return s.cfg.MaxWait }

// DeployRoots are the directories that may be read.
func (s *Runner) DeployRoots() []string { return slices.Clone(s.cfg.DeployRoots) }

// OwnFiles are the paths of files of this server that never leave.
func (s *Runner) OwnFiles() []string { return slices.Clone(s.cfg.OwnFiles) }

// Tools are all tools, offered or not, sorted by name.
func (s *Runner) Tools() []*Tool { return slices.Clone(s.tools) }

// Names are the names of all tools, sorted.
func (s *Runner) Names() []string { return SortedKeys(s.byName) }

// Tool is the tool of a name, nil where there is none.
func (s *Runner) Tool(name string) *Tool { return s.byName[name] }

// Offers reports a tool that clients are told of and may call.
func (s *Runner) Offers(name string) bool { return s.offered[name] }

// Guard judges what a call is about to do, on its way and before it begins. The
// rules of the account are above the kernel, which only sees that no tool goes
// around them.
type Guard struct {
	// Request judges each request that a call sends.
	Request func(ctx context.Context, c *Call, r zerops.Call) error
	// Shown is what a request does by what it sends alone.
	Shown func(r zerops.Call) zerops.Consequence
	// Arguments judges the checked arguments of a call.
	Arguments func(ctx context.Context, c *Call, args json.RawMessage) error
	// Learn makes the variables of a project known to the redactor of a call, and
	// returns their names as references write them.
	Learn func(ctx context.Context, c *Call, projectID string) (names map[string]bool, err error)
}

// NewRunner chooses the tools that the configuration offers.
func NewRunner(cfg Config, all []*Tool, g Guard) (*Runner, error) {
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.MaxWait <= 0 {
		cfg.MaxWait = defaultMaxWait
	}
	if cfg.ProtectTag == "" {
		cfg.ProtectTag = defaultProtectTag
	}
	if n := len(cfg.SigningKey); cfg.SigningKey != nil && n < shortestKey {
		return nil, fmt.Errorf("tools: the signing key has %d bytes, and can be guessed below %d", n, shortestKey)
	}
	shared := cfg.SigningKey != nil
	if !shared {
		cfg.SigningKey = make([]byte, 32)
		if _, err := rand.Read(cfg.SigningKey); err != nil {
			return nil, fmt.Errorf("making a signing key: %w", err)
		}
	}
	s := &Runner{
		cfg: cfg, shared: shared, guard: g, Logger: cfg.Logger, tools: all, byName: map[string]*Tool{}, offered: map[string]bool{},
		signer: newSigner(cfg.SigningKey, !cfg.Stateless), Scope: newScope(cfg.Projects), Patterns: sync.OnceValue(SecretPatterns),
	}
	for _, t := range s.tools {
		s.byName[t.Name] = t
	}
	// Toolsets are named in the order in which they are given.
	if err := s.selectTools(); err != nil {
		return nil, err
	}
	sort.Slice(s.tools, func(i, j int) bool { return s.tools[i].Name < s.tools[j].Name })
	return s, nil
}

// selectTools decides what is offered.
func (s *Runner) selectTools() error {
	sets := s.cfg.Toolsets
	if len(sets) == 0 {
		sets = []string{"default"}
	}
	known := []string{"default", "all"}
	for _, t := range s.tools {
		if !slices.Contains(known, t.Toolset) {
			known = append(known, t.Toolset)
		}
	}
	for _, name := range sets {
		if !slices.Contains(known, name) {
			return UnknownName("toolset", name, known)
		}
	}
	names := s.Names()
	for _, name := range slices.Concat(s.cfg.Tools, s.cfg.ExcludeTools) {
		if name != ExcludeAll && !slices.Contains(names, name) {
			return UnknownName("tool", name, names)
		}
	}
	for _, t := range s.tools {
		chosen := slices.Contains(sets, "all") || slices.Contains(sets, t.Toolset) || t.Standard && slices.Contains(sets, "default") || slices.Contains(s.cfg.Tools, t.Name)
		s.offered[t.Name] = chosen && !s.excludes(t) && s.refusal(t) == nil
	}
	return nil
}

// ExcludeAll stands in ExcludeTools for every tool but those that are always there.
const ExcludeAll = "*"

// excludes reports a tool that the operator took out.
func (s *Runner) excludes(t *Tool) bool {
	return slices.Contains(s.cfg.ExcludeTools, t.Name) || !t.Always && slices.Contains(s.cfg.ExcludeTools, ExcludeAll)
}

// UnknownName is the error for a name that is none of the known ones.
func UnknownName(kind, name string, known []string) error {
	words := fmt.Sprintf("unknown %s %q", kind, name)
	if near := Closest(name, known, 1); len(near) > 0 {
		words += fmt.Sprintf("; did you mean %q?", near[0])
	}
	return fmt.Errorf("%s (known: %s)", words, strings.Join(known, ", "))
}

// refusal tells why the configuration forbids a tool, nil where it does not.
func (s *Runner) refusal(t *Tool) *Failure {
	switch {
	case s.cfg.ReadOnly && t.Can != 0:
		return &Failure{
			Code: request.CodeReadOnly, Message: t.Name + " changes things, and this server runs read-only; nothing was changed",
			Hint: "The operator can restart it without --read-only.",
		}
	case t.Secret && !s.cfg.AllowSecrets:
		return &Failure{
			Code: request.CodeSecretWithheld, Message: t.Name + " returns secret values, which this server withholds",
			Hint: "The operator can restart it with --allow-secrets.",
		}
	case t.LocalOnly && s.cfg.Remote:
		return &Failure{Code: request.CodeUnsupported, Message: t.Name + " works on local files, which a remote server does not have"}
	}
	return nil
}
