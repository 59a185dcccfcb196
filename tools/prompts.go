package tools

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"zerops-mcp/tools/request"
	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

// prompt is a common job in words that a model can follow. It asks the API
// nothing: the tools it names do.
type prompt struct {
	name, title, description string
	arguments                []promptArgument
	// needs are the tools without which the job cannot be done.
	needs []string
	text  func(args map[string]string) string
}

type promptArgument struct {
	name, description string
	required          bool
}

// maxPromptArgument bounds an argument; the longest is a repository's address.
const maxPromptArgument = 500

// prompts lists the common jobs.
func prompts() []prompt {
	project := promptArgument{name: "project", description: "id or exact name", required: true}
	return []prompt{
		{
			name: "compare_environments", title: "Compare environments", needs: []string{"compare_config"}, text: compareText,
			description: "Find how two projects differ, such as staging and production, and what of it matters.",
			arguments: []promptArgument{
				{name: "left", description: "project, by id or exact name", required: true},
				{name: "right", description: "project to compare it with", required: true},
				{name: "service", description: "hostname, to compare one service only"},
			},
		},
		{
			name: "cost_review", title: "Cost review", needs: []string{"get_costs"}, text: costText,
			description: "Where the money goes, how long the credit lasts, and what could be smaller.",
			arguments: []promptArgument{
				{name: "org", description: "organisation, by id or name"},
				{name: "since", description: "such as 7d or 30d; 30d where left out"},
			},
		},
		{
			name: "deploy", title: "Deploy a service", needs: []string{"deploy_service"}, text: deployText,
			description: "Check, deploy, follow to the end, and prove that it works.",
			arguments: []promptArgument{
				project,
				{name: "service", description: "hostname", required: true},
				{name: "source", description: "directory or public git URL; the connected repository where left out"},
			},
		},
		{
			name: "diagnose", title: "Diagnose a problem", needs: []string{"diagnose_service"}, text: diagnoseText,
			description: "Find out why a service or a whole project does not work, with evidence.",
			arguments: []promptArgument{
				project,
				{name: "service", description: "hostname; the whole project where left out"},
				{name: "symptom", description: "what was seen, in a few words"},
			},
		},
	}
}

// prompt returns a prompt that this server offers, nil where it does not.
func (s *Server) prompt(name string) *prompt {
	for _, p := range prompts() {
		if p.name == name && s.offers(p) {
			return &p
		}
	}
	return nil
}

func (s *Server) offers(p prompt) bool {
	return !slices.ContainsFunc(p.needs, func(tool string) bool { return !s.runner.Offers(tool) })
}

// registerPrompts offers the jobs whose tools are visible.
func (s *Server) registerPrompts() {
	var offered []server.ServerPrompt
	for _, p := range prompts() {
		if !s.offers(p) {
			continue
		}
		shown := mcp.Prompt{Name: p.name, Title: p.title, Description: p.description}
		for _, a := range p.arguments {
			shown.Arguments = append(shown.Arguments, mcp.PromptArgument{Name: a.name, Description: a.description, Required: a.required && !s.fills(a)})
		}
		offered = append(offered, server.ServerPrompt{Prompt: shown, Handler: s.promptHandler(p)})
	}
	s.mcp.AddPrompts(offered...)
}

// fills reports whether the server knows an argument itself: the project, where
// only one is in scope.
func (s *Server) fills(a promptArgument) bool {
	return a.name == "project" && s.runner.Scope.Single() != ""
}

func (s *Server) promptHandler(p prompt) server.PromptHandlerFunc {
	return func(_ context.Context, r mcp.GetPromptRequest) (*mcp.GetPromptResult, error) {
		args, err := s.promptArguments(p, r.Params.Arguments)
		if err != nil {
			return nil, err
		}
		return &mcp.GetPromptResult{
			Description: p.description,
			Messages:    []mcp.PromptMessage{{Role: mcp.RoleUser, Content: mcp.NewTextContent(p.text(args))}},
		}, nil
	}
}

// promptArguments checks what was given: the protocol library does not even ask
// for those that are required.
func (s *Server) promptArguments(p prompt, given map[string]string) (map[string]string, error) {
	args := map[string]string{}
	var problems []zerops.FieldProblem
	problem := func(field, words string) {
		problems = append(problems, zerops.FieldProblem{Field: tool.Clean(field, 60), Problems: []string{words}})
	}
	var names []string
	for _, a := range p.arguments {
		names = append(names, a.name)
		value := strings.TrimSpace(given[a.name])
		if value == "" && s.fills(a) {
			value = s.runner.Scope.Single()
		}
		switch {
		case value == "" && a.required:
			problem(a.name, "is required")
		case len(value) > maxPromptArgument:
			problem(a.name, fmt.Sprintf("is %d bytes long; at most %d are accepted", len(value), maxPromptArgument))
		case value != "":
			args[a.name] = tool.Clean(value, maxPromptArgument)
		}
	}
	for _, name := range tool.SortedKeys(given) {
		if !slices.Contains(names, name) && !strings.HasPrefix(name, "_") && !slices.Contains(tool.Injected, name) {
			problem(name, "is unknown; valid: "+strings.Join(names, ", "))
		}
	}
	if len(problems) > 0 {
		return nil, protocolFail(tool.InvalidArguments(problems), "")
	}
	return args, nil
}

func unknownPrompt(name string) *tool.Failure {
	var names []string
	for _, p := range prompts() {
		names = append(names, p.name)
	}
	words := fmt.Sprintf("there is no prompt %q under this server's settings", tool.Clean(name, 60))
	if near := tool.Closest(name, names, 1); len(near) > 0 && near[0] != name {
		words += fmt.Sprintf("; did you mean %q?", near[0])
	}
	return &tool.Failure{Code: request.CodeNotFound, Message: words, Hint: "prompts/list shows what there is."}
}

// promptOptions keep a panic of a prompt with its request.
func (s *Server) promptOptions() []server.ServerOption {
	return []server.ServerOption{
		server.WithPromptCapabilities(false),
		server.WithCompletions(),
		server.WithPromptCompletionProvider(completer{s}),
		server.WithResourceCompletionProvider(completer{s}),
		server.WithPromptHandlerMiddleware(func(next server.PromptHandlerFunc) server.PromptHandlerFunc {
			return func(ctx context.Context, r mcp.GetPromptRequest) (result *mcp.GetPromptResult, err error) {
				defer s.contain(ctx, "prompt", &err)
				return next(ctx, r)
			}
		}),
	}
}
