package main

import (
	"context"
	"encoding/json"

	"github.com/mark3labs/mcp-go/mcp"
)

// object is a JSON object.
type object = map[string]any

// form is a form with the given fields.
func form(message string, fields object, required ...string) mcp.ElicitationParams {
	schema := object{"type": "object", "properties": fields}
	if len(required) > 0 {
		schema["required"] = required
	}
	return mcp.ElicitationParams{Message: message, RequestedSchema: schema}
}

// addQuestions adds the tools that ask an older client while they run.
func (f *fixture) addQuestions() {
	ask := func(ctx context.Context, params mcp.ElicitationParams) (*mcp.CallToolResult, error) {
		answer, err := f.server.RequestElicitation(ctx, mcp.ElicitationRequest{Params: params})
		if err != nil {
			return mcp.NewToolResultErrorFromErr("the person could not be asked", err), nil
		}
		content, err := json.Marshal(answer.Content)
		if err != nil {
			return nil, err
		}
		return text("Elicitation completed: action=%s, content=%s", answer.Action, content)
	}
	f.server.AddTool(mcp.NewTool("test_elicitation", mcp.WithDescription("Asks the person."), mcp.WithString("message", mcp.Required())),
		func(ctx context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
			return ask(ctx, form(r.GetString("message", ""), object{
				"username": object{"type": "string", "description": "User's response"},
				"email":    object{"type": "string", "description": "User's email address"},
			}, "username", "email"))
		})
	f.tool("test_elicitation_sep1034_defaults", "Asks with a default for each kind of field.",
		func(ctx context.Context, _ mcp.CallToolRequest) (*mcp.CallToolResult, error) {
			return ask(ctx, form("Please check the defaults", object{
				"name":     object{"type": "string", "default": "John Doe"},
				"age":      object{"type": "integer", "default": 30},
				"score":    object{"type": "number", "default": 95.5},
				"status":   object{"type": "string", "enum": []string{"active", "inactive", "pending"}, "default": "active"},
				"verified": object{"type": "boolean", "default": true},
			}))
		})
	f.tool("test_elicitation_sep1330_enums", "Asks with each kind of choice.",
		func(ctx context.Context, _ mcp.CallToolRequest) (*mcp.CallToolResult, error) {
			plain := []string{"option1", "option2", "option3"}
			titled := func(word string) []object {
				return []object{
					{"const": "value1", "title": "First " + word}, {"const": "value2", "title": "Second " + word}, {"const": "value3", "title": "Third " + word},
				}
			}
			return ask(ctx, form("Please choose", object{
				"untitledSingle": object{"type": "string", "enum": plain},
				"titledSingle":   object{"type": "string", "oneOf": titled("Option")},
				"legacyEnum":     object{"type": "string", "enum": []string{"opt1", "opt2", "opt3"}, "enumNames": []string{"Option One", "Option Two", "Option Three"}},
				"untitledMulti":  object{"type": "array", "items": object{"type": "string", "enum": plain}},
				"titledMulti":    object{"type": "array", "items": object{"anyOf": titled("Choice")}},
			}))
		})
	f.server.AddTool(mcp.NewTool("test_sampling", mcp.WithDescription("Asks the client's model."), mcp.WithString("prompt", mcp.Required())),
		func(ctx context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
			//nolint:staticcheck // the suite tests what the revision deprecates
			answer, err := f.server.RequestSampling(ctx, mcp.CreateMessageRequest{CreateMessageParams: sampling(r.GetString("prompt", ""), 100)})
			if err != nil {
				return mcp.NewToolResultErrorFromErr("the model could not be asked", err), nil
			}
			return text("LLM response: %v", answer.Content)
		})
}

// sampling is a question to the client's model.
func sampling(prompt string, tokens int) mcp.CreateMessageParams {
	return mcp.CreateMessageParams{
		Messages:  []mcp.SamplingMessage{{Role: mcp.RoleUser, Content: mcp.NewTextContent(prompt)}},
		MaxTokens: tokens,
	}
}
