package same

import (
	"context"
	"strings"

	"zerops-mcp/internal/install"
	"zerops-mcp/internal/settings"
)

// commands lists the command lines whose output is compared: help, completion,
// lists of tools, what would be installed, the demo account, and wrong usage.
func (c *collector) commands() []task {
	lines := [][]string{
		{"help"},
		{"--help"},
		{"version"},
		{"completion"},
		{"completion", "bash"},
		{"completion", "zsh"},
		{"completion", "fish"},
		{"tools", "--output", "json"},
		{"tools", "--output", "table"},
		{"tools", "--output", "markdown"},
		{"tools", "--toolsets", "all", "--allow-secrets", "--output", "json"},
		{"tools", "--toolsets", "all", "--allow-secrets", "--output", "markdown"},
		{"tools", "--toolsets", "all", "--read-only", "--output", "json"},

		{"call", "list_projects", "--demo"},
		{"call", "list_services", "--demo", "--output", "json"},
		{"call", "list_env", "--demo", "--arg", "project=eshop-staging", "--arg", "service=api", "--output", "table"},
		{"call", "stop_service", "--demo", "--arg", "project=eshop-staging", "--arg", "service=api"},

		{"doctor", "--demo", "--output", "json"},
		{"doctor", "--demo", "--output", "table"},

		{"helb"},
		{"help", "sevre"},
		{"serve", "--demo", "--redonly"},
		{"serve", "--toolsets", "everything"},
		{"serve", "--confirm", "sometimes"},
		{"serve", "--transport", "websocket"},
		{"serve", "--max-wait", "soon"},
		{"serve", "--api-url", "http://example.com"},
		{"call"},
		{"call", "list_project", "--demo"},
		{"call", "get_project", "--demo", "--arg", "projekt=x"},
		{"call", "list_projects"},
		{"tools", "--tools", "list_tokns"},
		{"completion", "tcsh"},
		{"install"},
		{"install", "vim"},

		{"__complete", ""},
		{"__complete", "serve", "--"},
		{"__complete", "call", "list_"},
		{"__complete", "call", "get_service", "--arg", ""},
		{"__complete", "call", "get_yaml_schema", "--arg", "kind="},
		{"__complete", "serve", "--toolsets", "default,"},
		{"__complete", "install", ""},
	}
	for _, command := range settings.Commands() {
		lines = append(lines, []string{"help", command.Name})
	}
	for _, client := range install.Clients() {
		lines = append(lines, []string{"install", client, "--dry-run"})
	}
	var tasks []task
	for _, words := range lines {
		tasks = append(tasks, task{"command/" + strings.Join(words, " "), func(ctx context.Context) (string, error) {
			return c.machine.print(ctx, c.side.program, words, "")
		}})
	}
	return tasks
}
