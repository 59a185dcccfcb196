package tools_test

import (
	"context"
	"encoding/json"
	"fmt"

	"zerops-mcp/tools"
	"zerops-mcp/tools/request"
	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
	"zerops-mcp/zerops/simulator"
)

// A server is made of a client of the API and of where the token of a call comes
// from; a transport then hands it the messages of its clients.
func Example() {
	ctx := context.Background()
	running, err := simulator.New().Start(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = running.Close() }()
	api, err := zerops.NewAPI(zerops.APIOptions{Address: running.URL})
	if err != nil {
		fmt.Println(err)
		return
	}
	server, err := tools.New(tool.Config{
		API:      api,
		ReadOnly: true,
		Credential: func(context.Context) request.Credential {
			return request.Credential{Token: simulator.OwnerToken, Source: "ZEROPS_TOKEN"}
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	answer := server.HandleMessage(ctx, server.MCP(), json.RawMessage(
		`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"get_project","arguments":{"project":"blgo"}}}`))
	text, err := json.Marshal(answer)
	if err != nil {
		fmt.Println(err)
		return
	}
	var message struct {
		Result struct {
			IsError bool
			Content []struct{ Text string }
		}
	}
	var failed struct {
		Error struct {
			Code       string
			Candidates []struct{ Name string }
		}
	}
	_ = json.Unmarshal(text, &message) // what was just written can be read
	_ = json.Unmarshal([]byte(message.Result.Content[0].Text), &failed)
	fmt.Println(message.Result.IsError, failed.Error.Code, failed.Error.Candidates)
	// Output:
	// true not_found [{blog}]
}
