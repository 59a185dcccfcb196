package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

// catalogue is what a server offers and answers; internal/bench/compare writes it.
type catalogue struct {
	Tools []struct {
		Name         string             `json:"name"`
		Title        string             `json:"title"`
		Description  string             `json:"description"`
		Annotations  mcp.ToolAnnotation `json:"annotations"`
		InputSchema  json.RawMessage    `json:"inputSchema"`
		OutputSchema json.RawMessage    `json:"outputSchema"`
	} `json:"tools"`
	Answers map[string]struct {
		Content           []mcp.TextContent `json:"content"`
		StructuredContent json.RawMessage   `json:"structuredContent"`
	} `json:"answers"`
}

// offer adds the tools of a file. Each answers what the file says, as it is.
func offer(s *server.MCPServer, path string) error {
	text, err := os.ReadFile(path) //nolint:gosec // the path is the argument of whoever starts it
	if err != nil {
		return err
	}
	var c catalogue
	if err := json.Unmarshal(text, &c); err != nil {
		return err
	}
	for _, t := range c.Tools {
		tool := mcp.NewToolWithRawSchema(t.Name, t.Description, t.InputSchema)
		tool.Title, tool.Annotations, tool.RawOutputSchema = t.Title, t.Annotations, t.OutputSchema
		answer := c.Answers[t.Name]
		s.AddTool(tool, func(context.Context, mcp.CallToolRequest) (*mcp.CallToolResult, error) {
			result := &mcp.CallToolResult{}
			for _, part := range answer.Content {
				result.Content = append(result.Content, part)
			}
			if answer.StructuredContent != nil {
				result.StructuredContent = answer.StructuredContent
			}
			return result, nil
		})
	}
	return nil
}

// listen serves over HTTP, or over the older SSE, and says where as JSON.
func listen(s *server.MCPServer, transport string, log io.Writer) error {
	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // ends with the process
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.Handle("/mcp", server.NewStreamableHTTPServer(s))
	if transport == "sse" {
		sse := server.NewSSEServer(s)
		mux.Handle("/sse", sse.SSEHandler())
		mux.Handle("/message", sse.MessageHandler())
	}
	fmt.Fprintf(log, `{"address":"%s"}`+"\n", listener.Addr())
	h := &http.Server{Handler: mux, ReadHeaderTimeout: time.Second}
	return h.Serve(listener)
}
