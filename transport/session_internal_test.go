package transport

import (
	"testing"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

// A client may listen again with the id of a request that was canceled and has
// not ended yet: the end of the first does not end the second.
func TestListeningAgainWithTheSameID(t *testing.T) {
	t.Parallel()
	s := server.NewMCPServer("test", "1", server.WithToolCapabilities(true))
	listen := func() (*requestSession, chan string) {
		r := &requestSession{id: "stdio-1", rpcID: []byte("7"), method: string(mcp.MethodSubscriptionsListen), server: s}
		r.own.initialized = true
		told := make(chan string, 1)
		r.notes.send = func(n mcp.JSONRPCNotification) { told <- n.Method }
		r.SetSubscriptionFilter(mcp.SubscriptionFilter{ToolsListChanged: true})
		return r, told
	}
	first, _ := listen()
	second, told := listen()
	first.SetSubscriptionFilter(mcp.SubscriptionFilter{})
	s.SendNotificationToAllClients(mcp.MethodNotificationToolsListChanged, nil)
	second.notes.end()
	select {
	case <-told:
	default:
		t.Error("the second request was not told of the change")
	}
	second.SetSubscriptionFilter(mcp.SubscriptionFilter{})
}
