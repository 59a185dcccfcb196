package transport_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	"github.com/mark3labs/mcp-go/server"

	"zerops-mcp/tools"
	"zerops-mcp/transport"
)

// At the end of its input a server answers everything it was asked, the last
// line too if nothing ends it.
func ExampleServeStdio() {
	in := strings.NewReader(`{"jsonrpc":"2.0","id":1,"method":"ping"}` + "\n" + `{"jsonrpc":"2.0","id":2,"method":"ping"}`)
	var out bytes.Buffer
	err := transport.ServeStdio(context.Background(), server.NewMCPServer("example", "1"), transport.StdioConfig{
		In: in, Out: &out, HandleMessage: tools.HandleMessage,
	})
	fmt.Print(out.String())
	fmt.Println(err)
	// Output:
	// {"jsonrpc":"2.0","id":1,"result":{}}
	// {"jsonrpc":"2.0","id":2,"result":{}}
	// <nil>
}
