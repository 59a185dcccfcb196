package main

import (
	"context"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

// step is the pause that the suite wants between two notifications.
const step = 50 * time.Millisecond

// pause waits one step, or until ctx ends.
func pause(ctx context.Context) {
	timer := time.NewTimer(step)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// addRuns adds the tools that send something while they run.
func (f *fixture) addRuns() {
	log := func(ctx context.Context, line string) {
		_ = f.server.SendLogMessageToClient(ctx, mcp.NewLoggingMessageNotification(mcp.LoggingLevelInfo, "fixture", line))
	}
	logging := func(ctx context.Context, _ mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		log(ctx, "Tool execution started")
		pause(ctx)
		log(ctx, "Tool processing data")
		pause(ctx)
		log(ctx, "Tool execution completed")
		return text("Logged three lines.")
	}
	f.tool("test_tool_with_logging", "Logs three lines.", logging)
	f.tool("test_logging_tool", "Logs three lines, to those who want them.", logging)
	f.tool("test_tool_with_progress", "Reports progress three times.", func(ctx context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		for i, done := range []int{0, 50, 100} {
			if i > 0 {
				pause(ctx)
			}
			if r.Params.Meta != nil && r.Params.Meta.ProgressToken != nil {
				_ = f.server.SendNotificationToClient(ctx, "notifications/progress", map[string]any{
					"progressToken": r.Params.Meta.ProgressToken, "progress": done, "total": 100,
				})
			}
		}
		return text("Reported progress three times.")
	})
	f.tool("test_trigger_tool_change", "Changes the list of tools.", func(context.Context, mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		f.tool("test_changed", "Came later.", logging)
		f.server.DeleteTools("test_changed")
		return text("The list of tools has changed.")
	})
	f.tool("test_trigger_prompt_change", "Changes the list of prompts.", func(context.Context, mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		f.server.AddPrompt(mcp.NewPrompt("test_changed", mcp.WithPromptDescription("Came later.")), prompt(mcp.NewTextContent("changed")))
		f.server.DeletePrompts("test_changed")
		return text("The list of prompts has changed.")
	})
	f.tool("test_missing_capability", "Needs a client with a model.", func(ctx context.Context, _ mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		if info := server.RequestProtocolInfoFromContext(ctx); info != nil && info.ClientCapabilities != nil && info.ClientCapabilities.Sampling != nil {
			return text("The client has a model.")
		}
		return nil, refuse(ctx, mcp.MISSING_REQUIRED_CLIENT_CAPABILITY, "the client did not declare sampling",
			map[string]any{"requiredCapabilities": map[string]any{"sampling": map[string]any{}}})
	})
}
