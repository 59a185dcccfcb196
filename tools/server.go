package tools

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sort"
	"strings"
	"sync"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"zerops-mcp/zerops"
)

// Config is what the operator decides. The zero value of a field means its
// default.
type Config struct {
	// API is the address all calls go to.
	API *zerops.API
	// Credential returns the token of a call. It is asked once for each call and
	// must not fail: a missing token is a Credential without Token.
	Credential func(ctx context.Context) Credential
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
	// readTime bounds a call that changes nothing: just below the minute after
	// which many clients give up.
	readTime = 50 * time.Second
	// changeTime is what a change may take beside asking and waiting.
	changeTime = 70 * time.Second
)

// runner runs the tools of one configuration. It keeps no state of callers beyond
// bounded caches keyed by the caller.
type runner struct {
	cfg      Config
	logger   *slog.Logger
	tools    []*tool // all, sorted by name
	byName   map[string]*tool
	visible  map[string]bool
	signer   signer
	scope    *scope
	patterns func() *patternSet
	guard    guard
	own      ownServices
	// mcp asks the person and reports progress.
	mcp *server.MCPServer
}

// Server is the tools of one configuration behind a protocol server.
type Server struct {
	runner *runner
	sets   []toolset
	mcp    *server.MCPServer
}

// New checks the configuration and registers the tools. Unknown names of
// toolsets or tools are errors that name the closest: a typo must not silently
// widen or narrow what an assistant may do.
func New(cfg Config) (*Server, error) {
	if cfg.API == nil || cfg.Credential == nil {
		return nil, errors.New("tools: Config needs API and Credential")
	}
	sets := toolsets()
	r, err := newRunner(cfg, allTools(sets), guard{
		request:   func(ctx context.Context, c *call, r zerops.Call) error { return c.vet(ctx, r) },
		arguments: func(ctx context.Context, c *call, args json.RawMessage) error { return c.spareArguments(ctx, args) },
	})
	if err != nil {
		return nil, err
	}
	s := &Server{runner: r, sets: sets}
	s.register()
	return s, nil
}

// guard judges what a call is about to do, on its way and before it begins. The
// rules of the account are above the kernel, which only sees that no tool goes
// around them.
type guard struct {
	// request judges each request that a call sends.
	request func(ctx context.Context, c *call, r zerops.Call) error
	// arguments judges the checked arguments of a call.
	arguments func(ctx context.Context, c *call, args json.RawMessage) error
}

// newRunner chooses the tools that the configuration offers.
func newRunner(cfg Config, all []*tool, g guard) (*runner, error) {
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
	if cfg.SigningKey == nil {
		cfg.SigningKey = make([]byte, 32)
		if _, err := rand.Read(cfg.SigningKey); err != nil {
			return nil, fmt.Errorf("making a signing key: %w", err)
		}
	}
	s := &runner{
		cfg: cfg, guard: g, logger: cfg.Logger, tools: all, byName: map[string]*tool{}, visible: map[string]bool{},
		signer: newSigner(cfg.SigningKey, !cfg.Stateless), scope: newScope(cfg.Projects), patterns: sync.OnceValue(secretPatterns),
	}
	sort.Slice(s.tools, func(i, j int) bool { return s.tools[i].Name < s.tools[j].Name })
	for _, t := range s.tools {
		s.byName[t.Name] = t
	}
	if err := s.selectTools(); err != nil {
		return nil, err
	}
	return s, nil
}

// MCP returns the protocol server with everything registered.
func (s *Server) MCP() *server.MCPServer { return s.mcp }

// selectTools decides what is visible.
func (s *runner) selectTools() error {
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
			return unknownName("toolset", name, known)
		}
	}
	names := sortedKeys(s.byName)
	for _, name := range slices.Concat(s.cfg.Tools, s.cfg.ExcludeTools) {
		if name != excludeAll && !slices.Contains(names, name) {
			return unknownName("tool", name, names)
		}
	}
	for _, t := range s.tools {
		chosen := slices.Contains(sets, "all") || slices.Contains(sets, t.Toolset) || t.Standard && slices.Contains(sets, "default") || slices.Contains(s.cfg.Tools, t.Name)
		s.visible[t.Name] = chosen && !s.excludes(t.Name) && s.refusal(t) == nil
	}
	return nil
}

// excludeAll stands in ExcludeTools for every tool but whoami, which says so.
const excludeAll = "*"

// excludes reports a tool that the operator took out.
func (s *runner) excludes(tool string) bool {
	return slices.Contains(s.cfg.ExcludeTools, tool) || tool != "whoami" && slices.Contains(s.cfg.ExcludeTools, excludeAll)
}

func unknownName(kind, name string, known []string) error {
	words := fmt.Sprintf("unknown %s %q", kind, name)
	if near := closest(name, known, 1); len(near) > 0 {
		words += fmt.Sprintf("; did you mean %q?", near[0])
	}
	return fmt.Errorf("%s (known: %s)", words, strings.Join(known, ", "))
}

// refusal tells why the configuration forbids a tool, nil where it does not.
func (s *runner) refusal(t *tool) *failure {
	switch {
	case s.cfg.ReadOnly && t.Effect != zerops.Reads:
		return &failure{
			Code: codeReadOnly, Message: t.Name + " changes things, and this server runs read-only; nothing was changed",
			Hint: "The operator can restart it without --read-only.",
		}
	case t.Secret && !s.cfg.AllowSecrets:
		return &failure{
			Code: codeSecretWithheld, Message: t.Name + " returns secret values, which this server withholds",
			Hint: "The operator can restart it with --allow-secrets.",
		}
	case t.LocalOnly && s.cfg.Remote:
		return &failure{Code: codeUnsupported, Message: t.Name + " works on local files, which a remote server does not have"}
	}
	return nil
}

// register makes the protocol server. Hidden tools stay callable so that they
// can say why they are refused; the list leaves them out.
func (s *Server) register() {
	hooks := &server.Hooks{}
	definitions := sync.OnceValue(s.definitions)
	written := &listCache{written: map[string]Prepared{}}
	hooks.AddAfterListTools(func(ctx context.Context, _ any, r *mcp.ListToolsRequest, result *mcp.ListToolsResult) {
		result.Tools = definitions()
		if slot, ok := ctx.Value(answerSlotKey{}).(*answerSlot); ok && r.Params.Cursor == "" {
			slot.list = written
		}
	})
	hooks.AddBeforeAny(noteMethod)
	hooks.AddOnError(noteFailure)
	options := slices.Concat(identity(), s.resourceOptions(hooks), s.promptOptions(), []server.ServerOption{
		server.WithToolCapabilities(false),
		server.WithInstructions(s.instructions()),
		server.WithHooks(hooks),
		server.WithCacheHints(listTTL, mcp.CacheScopePrivate),
	})
	s.mcp = server.NewMCPServer("zerops-mcp", s.runner.cfg.Version, options...)
	registered := make([]server.ServerTool, 0, len(s.runner.tools))
	for _, t := range s.runner.tools {
		// The library reads every schema it is given at once, which is most of the
		// time of a start; it gets a short one, and the list the real ones.
		short := mcp.NewToolWithRawSchema(t.Name, t.Description, json.RawMessage(`{"type":"object"}`))
		registered = append(registered, server.ServerTool{Tool: short, Handler: s.runner.handler(t)})
	}
	s.runner.mcp = s.mcp
	s.mcp.AddTools(registered...)
	s.registerResources()
	s.registerPrompts()
}

// definitions are the visible tools, sorted by name.
func (s *Server) definitions() []mcp.Tool {
	list := make([]mcp.Tool, 0, len(s.runner.tools))
	for _, t := range s.runner.tools {
		if s.runner.visible[t.Name] {
			list = append(list, s.definition(t))
		}
	}
	return list
}

// definition is a tool as clients see it.
func (s *Server) definition(t *tool) mcp.Tool {
	def := mcp.NewToolWithRawSchema(t.Name, t.Description, s.listedInput(t))
	def.Title = t.Title
	def.Annotations = t.annotations()
	if !t.Image {
		def.RawOutputSchema = t.outputSchema()
	}
	return def
}

// listedInput is the input schema under this configuration: with one project in
// scope, the argument has a default and is not required.
func (s *Server) listedInput(t *tool) json.RawMessage {
	raw := t.inputSchema()
	if s.runner.scope.single() == "" {
		return raw
	}
	text := strings.Replace(string(raw), `"required":["project",`, `"required":[`, 1)
	return json.RawMessage(strings.Replace(text, `,"required":["project"]`, "", 1))
}

// ToolInfo describes one visible tool.
type ToolInfo struct {
	Name, Title, Description, Toolset, Effect string
	Standard                                  bool
	Input, Output                             json.RawMessage
}

// Listed returns the tools a client sees, sorted by name.
func (s *Server) Listed() []ToolInfo {
	var infos []ToolInfo
	for _, t := range s.runner.tools {
		if !s.runner.visible[t.Name] {
			continue
		}
		info := ToolInfo{Name: t.Name, Title: t.Title, Description: t.Description, Toolset: t.Toolset, Effect: t.Effect.String(), Standard: t.Standard, Input: s.listedInput(t)}
		if !t.Image {
			info.Output = t.outputSchema()
		}
		infos = append(infos, info)
	}
	return infos
}

// Call runs one tool in this process, without a protocol in between.
func (s *Server) Call(ctx context.Context, name string, args json.RawMessage) (*mcp.CallToolResult, error) {
	t := s.runner.byName[name]
	if t == nil {
		return nil, unknownName("tool", name, sortedKeys(s.runner.byName))
	}
	return s.runner.serve(ctx, t, request{args: args}), nil
}
