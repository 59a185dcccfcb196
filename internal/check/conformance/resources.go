package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

// addResources adds two resources, one to watch, and a template.
func (f *fixture) addResources() {
	add := func(uri, description, kind string, contents mcp.ResourceContents) {
		f.server.AddResource(mcp.NewResource(uri, strings.TrimPrefix(uri, "test://"), mcp.WithResourceDescription(description), mcp.WithMIMEType(kind)),
			func(context.Context, mcp.ReadResourceRequest) ([]mcp.ResourceContents, error) {
				return []mcp.ResourceContents{contents}, nil
			})
	}
	add("test://static-text", "A text.", "text/plain",
		mcp.TextResourceContents{URI: "test://static-text", MIMEType: "text/plain", Text: "This is the content of the static text resource."})
	add("test://static-binary", "An image.", "image/png",
		mcp.BlobResourceContents{URI: "test://static-binary", MIMEType: "image/png", Blob: onePixel})
	add("test://watched-resource", "A text to subscribe to.", "text/plain",
		mcp.TextResourceContents{URI: "test://watched-resource", MIMEType: "text/plain", Text: "Nothing has changed."})

	f.server.AddResourceTemplate(
		mcp.NewResourceTemplate("test://template/{id}/data", "template", mcp.WithTemplateDescription("Data by id."), mcp.WithTemplateMIMEType("application/json")),
		func(_ context.Context, r mcp.ReadResourceRequest) ([]mcp.ResourceContents, error) {
			id := strings.TrimSuffix(strings.TrimPrefix(r.Params.URI, "test://template/"), "/data")
			return []mcp.ResourceContents{mcp.TextResourceContents{
				URI: r.Params.URI, MIMEType: "application/json", Text: fmt.Sprintf(`{"id":%q,"templateTest":true,"data":"Data for ID: %s"}`, id, id),
			}}, nil
		})
}

// prompt returns a handler for a prompt of fixed contents.
func prompt(contents ...mcp.Content) server.PromptHandlerFunc {
	result := &mcp.GetPromptResult{}
	for _, content := range contents {
		result.Messages = append(result.Messages, mcp.NewPromptMessage(mcp.RoleUser, content))
	}
	return func(context.Context, mcp.GetPromptRequest) (*mcp.GetPromptResult, error) { return result, nil }
}

// addPrompts adds prompts with and without arguments and one that asks.
func (f *fixture) addPrompts() {
	named := func(name, description string, options ...mcp.PromptOption) mcp.Prompt {
		return mcp.NewPrompt(name, append(options, mcp.WithPromptDescription(description))...)
	}
	f.server.AddPrompt(named("test_simple_prompt", "One message."), prompt(mcp.NewTextContent("This is a simple prompt for testing.")))
	f.server.AddPrompt(named("test_prompt_with_image", "An image and a text."),
		prompt(mcp.NewImageContent(onePixel, "image/png"), mcp.NewTextContent("Please analyze the image above.")))
	f.server.AddPrompt(named("test_prompt_with_arguments", "Repeats its arguments.",
		mcp.WithArgument("arg1", mcp.ArgumentDescription("First test argument"), mcp.RequiredArgument()),
		mcp.WithArgument("arg2", mcp.ArgumentDescription("Second test argument"), mcp.RequiredArgument())),
		func(ctx context.Context, r mcp.GetPromptRequest) (*mcp.GetPromptResult, error) {
			words := fmt.Sprintf("Prompt with arguments: arg1='%s', arg2='%s'", r.Params.Arguments["arg1"], r.Params.Arguments["arg2"])
			return prompt(mcp.NewTextContent(words))(ctx, r)
		})
	f.server.AddPrompt(named("test_prompt_with_embedded_resource", "A resource and a text.",
		mcp.WithArgument("resourceUri", mcp.ArgumentDescription("URI of the resource to embed"), mcp.RequiredArgument())),
		func(ctx context.Context, r mcp.GetPromptRequest) (*mcp.GetPromptResult, error) {
			return prompt(mcp.NewEmbeddedResource(mcp.TextResourceContents{
				URI: r.Params.Arguments["resourceUri"], MIMEType: "text/plain", Text: "Embedded resource content for testing.",
			}), mcp.NewTextContent("Please process the embedded resource above."))(ctx, r)
		})
	f.server.AddPrompt(named("test_input_required_result_prompt", "Asks before it answers."),
		func(ctx context.Context, r mcp.GetPromptRequest) (*mcp.GetPromptResult, error) {
			if about := field(r.Params.InputResponses, "user_context", "context"); about != "" {
				return prompt(mcp.NewTextContent("Use the context: "+about))(ctx, r)
			}
			question := form("What context should the prompt use?", object{"context": object{"type": "string"}}, "context")
			return server.NewInputRequestBuilder("").Elicit("user_context", question).PromptResult(), nil
		})
}
