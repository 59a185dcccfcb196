package tools

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"sort"
	"strings"
	"sync"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"zerops-mcp/tools/facts/effects"
	"zerops-mcp/tools/facts/env"
	"zerops-mcp/tools/facts/own"
	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

// Server is the tools of one configuration behind a protocol server.
type Server struct {
	runner *tool.Runner
	sets   []toolset
	mcp    *server.MCPServer
}

// New checks the configuration and registers the tools. Unknown names of
// toolsets or tools are errors that name the closest: a typo must not silently
// widen or narrow what an assistant may do.
func New(cfg tool.Config) (*Server, error) {
	if cfg.API == nil || cfg.Credential == nil {
		return nil, errors.New("tools: Config needs API and Credential")
	}
	sets := toolsets()
	vault := &env.Vault{}
	r, err := tool.NewRunner(cfg, allTools(sets), tool.Guard{
		Shown: effects.Shown,
		Request: func(ctx context.Context, c *tool.Call, r zerops.Call) error {
			vault.Forget(c)
			return own.Vet(ctx, c, r)
		},
		Learn: vault.Learn,
		Arguments: func(ctx context.Context, c *tool.Call, args json.RawMessage) error {
			return own.SpareArguments(ctx, c, args)
		},
	})
	if err != nil {
		return nil, err
	}
	s := &Server{runner: r, sets: sets}
	s.register()
	return s, nil
}

// MCP returns the protocol server with everything registered.
func (s *Server) MCP() *server.MCPServer { return s.mcp }

// register makes the protocol server. Hidden tools stay callable so that they
// can say why they are refused; the list leaves them out.
func (s *Server) register() {
	hooks := &server.Hooks{}
	definitions := sync.OnceValue(s.definitions)
	written := &listCache{written: map[string]tool.Prepared{}}
	hooks.AddAfterListTools(func(ctx context.Context, _ any, r *mcp.ListToolsRequest, result *mcp.ListToolsResult) {
		result.Tools = definitions()
		if slot, ok := ctx.Value(answerSlotKey{}).(*answerSlot); ok && r.Params.Cursor == "" {
			slot.list = written
		}
	})
	// The library reads the tools that it is given, and a client that only says
	// hello should not wait for that.
	tools := sync.OnceFunc(s.registerTools)
	hooks.AddBeforeAny(func(ctx context.Context, _ any, method mcp.MCPMethod, _ any) {
		noteMethod(ctx, method)
		if method != mcp.MethodInitialize && method != mcp.MethodPing {
			tools()
		}
	})
	hooks.AddOnError(noteFailure)
	options := slices.Concat(identity(), s.resourceOptions(hooks), s.promptOptions(), []server.ServerOption{
		server.WithToolCapabilities(false),
		server.WithInstructions(s.instructions()),
		server.WithHooks(hooks),
		server.WithCacheHints(listTTL, mcp.CacheScopePrivate),
	})
	s.mcp = server.NewMCPServer("zerops-mcp", s.runner.Config().Version, options...)
	s.runner.Attach(s.mcp)
	s.registerResources()
	s.registerPrompts()
}

// registerTools gives the library a short schema for each tool, because it reads
// every schema at once; the list has the real ones.
func (s *Server) registerTools() {
	all := s.runner.Tools()
	registered := make([]server.ServerTool, 0, len(all))
	for _, t := range all {
		short := mcp.NewToolWithRawSchema(t.Name, t.Description, json.RawMessage(`{"type":"object"}`))
		registered = append(registered, server.ServerTool{Tool: short, Handler: s.runner.Handler(t)})
	}
	s.mcp.AddTools(registered...)
}

// definitions are the visible tools, sorted by name.
func (s *Server) definitions() []mcp.Tool {
	all := s.runner.Tools()
	list := make([]mcp.Tool, 0, len(all))
	for _, t := range all {
		if s.runner.Offers(t.Name) {
			list = append(list, s.definition(t))
		}
	}
	return list
}

// definition is a tool as clients see it.
func (s *Server) definition(t *tool.Tool) mcp.Tool {
	def := mcp.NewToolWithRawSchema(t.Name, t.Description, s.listedInput(t))
	def.Title = t.Title
	def.Annotations = t.Annotations()
	if !t.Image {
		def.RawOutputSchema = t.OutputSchema()
	}
	return def
}

// listedInput is the input schema under this configuration: with one project in
// scope, the argument has a default and is not required.
func (s *Server) listedInput(t *tool.Tool) json.RawMessage {
	raw := t.InputSchema()
	if s.runner.Scope.Single() == "" {
		return raw
	}
	// By text, because writing the parsed schema would reorder its members.
	text := strings.Replace(string(raw), `"required":["project",`, `"required":[`, 1)
	return json.RawMessage(strings.Replace(text, `,"required":["project"]`, "", 1))
}

// ToolInfo describes one visible tool.
type ToolInfo struct {
	Name, Title, Description, Toolset, Effect string
	Standard                                  bool
	Input, Output                             json.RawMessage
}

// Offered returns the names of the tools a client sees, sorted.
func (s *Server) Offered() []string {
	var names []string
	for _, t := range s.runner.Tools() {
		if s.runner.Offers(t.Name) {
			names = append(names, t.Name)
		}
	}
	return names
}

// Listed returns the tools a client sees, sorted by name, with their schemas.
func (s *Server) Listed() []ToolInfo {
	var infos []ToolInfo
	for _, t := range s.runner.Tools() {
		if s.runner.Offers(t.Name) {
			infos = append(infos, describe(t, s.listedInput(t)))
		}
	}
	return infos
}

// Catalogue returns every tool there is, sorted by name, as a server that hides
// none would list it. It needs no configuration.
func Catalogue() []ToolInfo {
	var infos []ToolInfo
	for _, t := range allTools(toolsets()) {
		infos = append(infos, describe(t, t.InputSchema()))
	}
	sort.Slice(infos, func(i, j int) bool { return infos[i].Name < infos[j].Name })
	return infos
}

func describe(t *tool.Tool, input json.RawMessage) ToolInfo {
	info := ToolInfo{Name: t.Name, Title: t.Title, Description: t.Description, Toolset: t.Toolset, Effect: t.Effect.String(), Standard: t.Standard, Input: input}
	if !t.Image {
		info.Output = t.OutputSchema()
	}
	return info
}

// Call runs one tool in this process, without a protocol in between.
func (s *Server) Call(ctx context.Context, name string, args json.RawMessage) (*mcp.CallToolResult, error) {
	t := s.runner.Tool(name)
	if t == nil {
		return nil, tool.UnknownName("tool", name, s.runner.Names())
	}
	return s.runner.Serve(ctx, t, tool.Request{Args: args}), nil
}
