package tools

import (
	"context"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/mark3labs/mcp-go/mcp"

	"zerops-mcp/tools/facts/services"
	"zerops-mcp/tools/guides"
	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

const (
	// completionTime bounds the wait for names: a person is typing.
	completionTime = 5 * time.Second
	// maxCompletions is the protocol's limit of values.
	maxCompletions = 100
)

// completer completes arguments of resources and prompts with live names. What
// fails completes to nothing: whoever types sees no errors.
type completer struct{ server *Server }

// CompletePromptArgument completes an argument of a prompt.
func (c completer) CompletePromptArgument(ctx context.Context, name string, argument mcp.CompleteArgument, given mcp.CompleteContext) (*mcp.Completion, error) {
	if c.server.prompt(name) == nil {
		return complete(nil, ""), nil
	}
	return c.complete(ctx, argument, given), nil
}

// CompleteResourceArgument completes a variable of a resource template.
func (c completer) CompleteResourceArgument(ctx context.Context, uri string, argument mcp.CompleteArgument, given mcp.CompleteContext) (*mcp.Completion, error) {
	if uri == guideTemplate && argument.Name == "topic" {
		return complete(guides.Topics(), argument.Value), nil
	}
	if uri != projectTemplate && uri != serviceTemplate {
		return complete(nil, ""), nil
	}
	return c.complete(ctx, argument, given), nil
}

func (c completer) complete(ctx context.Context, argument mcp.CompleteArgument, given mcp.CompleteContext) (completion *mcp.Completion) {
	completion = complete(nil, "")
	var err error
	defer func() {
		if err != nil {
			c.server.runner.Logger.DebugContext(ctx, "no completion", "argument", tool.Clean(argument.Name, 40), "error", err)
		}
	}()
	defer c.server.contain(ctx, "completion", &err)
	ctx, cancel := context.WithTimeout(ctx, completionTime)
	defer cancel()
	work := c.server.runner.QuietCall(ctx, "completion")
	if work == nil {
		return completion
	}
	var names []string
	switch argument.Name {
	case "project", "left", "right":
		names, err = projectNames(ctx, work)
	case "service":
		names, err = serviceNames(ctx, work, strings.TrimSpace(given.Arguments["project"]))
	case "org":
		names, err = organizationNames(ctx, work)
	}
	if err != nil {
		return completion
	}
	for i := range names {
		names[i] = work.Redactor.Text(names[i])
	}
	return complete(names, argument.Value)
}

// projectNames names the visible projects. Where several have one name, or a name
// that cannot be typed, the id stands for it.
func projectNames(ctx context.Context, c *tool.Call) ([]string, error) {
	all, err := c.ReachableProjects(ctx, zerops.ListOptions{})
	if err != nil {
		return nil, err
	}
	count := map[string]int{}
	for _, p := range all.Projects {
		count[p.Name]++
	}
	var names []string
	for _, p := range all.Projects {
		if count[p.Name] > 1 || tool.Clean(p.Name, tool.MaxName) != p.Name {
			names = append(names, p.ID)
		} else {
			names = append(names, p.Name)
		}
	}
	return names, nil
}

// serviceNames names the services of a project, or of all where none is known
// yet.
func serviceNames(ctx context.Context, c *tool.Call, project string) ([]string, error) {
	services, _, _, err := services.Collect(ctx, c, project)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, s := range services {
		if !s.Hidden() {
			names = append(names, tool.Clean(s.Name, 40))
		}
	}
	return names, nil
}

func organizationNames(ctx context.Context, c *tool.Call) ([]string, error) {
	_, organizations, err := c.Organizations(ctx)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, o := range organizations {
		names = append(names, tool.Clean(o.Name, 120))
	}
	return names, nil
}

// complete keeps the names that fit what was typed, those that begin with it
// first.
func complete(names []string, typed string) *mcp.Completion {
	typed = strings.ToLower(strings.TrimSpace(typed))
	var first, rest []string
	sort.Strings(names)
	for _, name := range slices.Compact(names) {
		switch lower := strings.ToLower(name); {
		case strings.HasPrefix(lower, typed):
			first = append(first, name)
		case strings.Contains(lower, typed):
			rest = append(rest, name)
		}
	}
	fitting := append(append([]string{}, first...), rest...)
	shown := fitting[:min(len(fitting), maxCompletions)]
	return &mcp.Completion{Values: shown, Total: len(fitting), HasMore: len(fitting) > len(shown)}
}
