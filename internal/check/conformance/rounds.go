package main

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

// sign returns a request state that the client cannot change unnoticed.
func (f *fixture) sign(state string) string {
	mac := hmac.New(sha256.New, f.key)
	mac.Write([]byte(state))
	return state + "." + hex.EncodeToString(mac.Sum(nil))
}

// signed reports whether a request state is the one that was signed.
func (f *fixture) signed(given, state string) bool {
	return hmac.Equal([]byte(given), []byte(f.sign(state)))
}

// field returns a field of a person's answer, empty without an answer.
func field(responses mcp.InputResponses, id, name string) string {
	answer := server.ElicitationResponse(responses, id)
	if answer == nil || answer.Action != mcp.ElicitationResponseActionAccept {
		return ""
	}
	content, _ := answer.Content.(map[string]any)
	value, _ := content[name].(string)
	return value
}

// addRounds adds the tools that ask by handing the question back, for the client
// to call again with the answer.
func (f *fixture) addRounds() {
	name := form("What is your name?", object{"name": object{"type": "string"}}, "name")
	confirm := form("Please confirm", object{"ok": object{"type": "boolean"}}, "ok")

	elicit := func(_ context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		if who := field(r.Params.InputResponses, "user_name", "name"); who != "" {
			return text("Hello, %s!", who)
		}
		return server.NewInputRequestBuilder("").Elicit("user_name", name).ToolResult(), nil
	}
	f.tool("test_input_required_result_elicitation", "Asks for a name.", elicit)
	f.tool("test_streaming_elicitation", "Asks for a name.", elicit)
	f.tool("test_input_required_result_sampling", "Asks the client's model.", func(_ context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		if answer := server.SamplingResponse(r.Params.InputResponses, "capital_question"); answer != nil {
			return text("The model says: %v", answer.Content)
		}
		return server.NewInputRequestBuilder("").Sample("capital_question", sampling("What is the capital of France?", 100)).ToolResult(), nil
	})
	f.tool("test_input_required_result_list_roots", "Asks for the client's roots.", func(_ context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		if answer := server.RootsResponse(r.Params.InputResponses, "client_roots"); answer != nil {
			return text("Roots: %v", answer.Roots)
		}
		return server.NewInputRequestBuilder("").Roots("client_roots").ToolResult(), nil
	})
	f.tool("test_input_required_result_request_state", "Keeps its state with the client.", func(_ context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		if server.ElicitationResponse(r.Params.InputResponses, "confirm") != nil && f.signed(r.Params.RequestState, "one") {
			return text("state-ok")
		}
		return server.NewInputRequestBuilder(f.sign("one")).Elicit("confirm", confirm).ToolResult(), nil
	})
	f.tool("test_input_required_result_tampered_state", "Refuses a state that was changed.", func(ctx context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		switch {
		case r.Params.RequestState == "":
			return server.NewInputRequestBuilder(f.sign("two")).Elicit("confirm", confirm).ToolResult(), nil
		case !f.signed(r.Params.RequestState, "two"):
			return nil, refuse(ctx, mcp.INVALID_PARAMS, "the request state was changed", nil)
		}
		return text("state-ok")
	})
	f.tool("test_input_required_result_multiple_inputs", "Asks for three things at once.", func(_ context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		answers := r.Params.InputResponses
		if field(answers, "user_name", "name") != "" && server.SamplingResponse(answers, "greeting") != nil && server.RootsResponse(answers, "client_roots") != nil {
			return text("All three came.")
		}
		return server.NewInputRequestBuilder(f.sign("three")).Elicit("user_name", name).
			Sample("greeting", sampling("Generate a greeting", 50)).Roots("client_roots").ToolResult(), nil
	})
	f.tool("test_input_required_result_multi_round", "Asks twice.", func(_ context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		answers, state := r.Params.InputResponses, r.Params.RequestState
		who, signature, _ := strings.Cut(state, "/")
		switch {
		case field(answers, "step2", "color") != "" && f.signed(signature, who):
			return text("%s likes %s.", who, field(answers, "step2", "color"))
		case field(answers, "step1", "name") != "" && f.signed(state, "first"):
			who := strings.ReplaceAll(field(answers, "step1", "name"), "/", "")
			color := form("Step 2: What is your favorite color?", object{"color": object{"type": "string"}}, "color")
			return server.NewInputRequestBuilder(who+"/"+f.sign(who)).Elicit("step2", color).ToolResult(), nil
		}
		first := form("Step 1: What is your name?", object{"name": object{"type": "string"}}, "name")
		return server.NewInputRequestBuilder(f.sign("first")).Elicit("step1", first).ToolResult(), nil
	})
	f.tool("test_input_required_result_capabilities", "Asks only what the client can answer.", func(ctx context.Context, _ mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		ask := server.NewInputRequestBuilder("")
		if info := server.RequestProtocolInfoFromContext(ctx); info != nil && info.ClientCapabilities != nil {
			if info.ClientCapabilities.Elicitation != nil {
				ask.Elicit("user_name", name)
			}
			if info.ClientCapabilities.Sampling != nil {
				ask.Sample("greeting", sampling("Generate a greeting", 50))
			}
		}
		return ask.ToolResult(), nil
	})
}
