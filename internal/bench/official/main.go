// Command official is a server on the official Go SDK that offers the tools of a
// file and answers each with what the file says, over stdio. The comparison of
// speeds measures it beside zerops-mcp. It is a module of its own, because the SDK
// must not enter the product's go.mod.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

func main() {
	if err := run(context.Background(), os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "official:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	s := mcp.NewServer(&mcp.Implementation{Name: "official", Version: "0"}, nil)
	if len(args) == 1 {
		if err := offer(s, args[0]); err != nil {
			return err
		}
	} else {
		mcp.AddTool(s, &mcp.Tool{Name: "echo", Description: "Returns its text."}, echo)
	}
	return s.Run(ctx, &mcp.StdioTransport{})
}

type echoed struct {
	Text string `json:"text"`
}

func echo(_ context.Context, _ *mcp.CallToolRequest, in echoed) (*mcp.CallToolResult, any, error) {
	return &mcp.CallToolResult{Content: []mcp.Content{&mcp.TextContent{Text: in.Text}}}, nil, nil
}

// offer adds the tools of a file, which internal/bench/compare writes.
func offer(s *mcp.Server, path string) error {
	text, err := os.ReadFile(path) //nolint:gosec // the path is the argument of whoever starts it
	if err != nil {
		return err
	}
	var catalogue struct {
		Tools []struct {
			Name         string               `json:"name"`
			Title        string               `json:"title"`
			Description  string               `json:"description"`
			Annotations  *mcp.ToolAnnotations `json:"annotations"`
			InputSchema  json.RawMessage      `json:"inputSchema"`
			OutputSchema json.RawMessage      `json:"outputSchema"`
		} `json:"tools"`
		Answers map[string]struct {
			Content           []*mcp.TextContent `json:"content"`
			StructuredContent json.RawMessage    `json:"structuredContent"`
		} `json:"answers"`
	}
	if err := json.Unmarshal(text, &catalogue); err != nil {
		return err
	}
	for _, t := range catalogue.Tools {
		tool := &mcp.Tool{Name: t.Name, Title: t.Title, Description: t.Description, Annotations: t.Annotations, InputSchema: t.InputSchema}
		if t.OutputSchema != nil {
			tool.OutputSchema = t.OutputSchema
		}
		answer := catalogue.Answers[t.Name]
		s.AddTool(tool, func(context.Context, *mcp.CallToolRequest) (*mcp.CallToolResult, error) {
			result := &mcp.CallToolResult{}
			for _, c := range answer.Content {
				result.Content = append(result.Content, c)
			}
			if answer.StructuredContent != nil {
				result.StructuredContent = answer.StructuredContent
			}
			return result, nil
		})
	}
	return nil
}
