package transport_test

import (
	"context"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"

	"zerops-mcp/internal/bench/tenants"
	"zerops-mcp/tools"
	"zerops-mcp/tools/request"
	"zerops-mcp/tools/tool"
	"zerops-mcp/transport"
	"zerops-mcp/zerops"
)

var isolationCalls = flag.Int("isolation-calls", 8, "calls of each caller in the test of callers at once")

// Fifty callers at once, with old and new clients, through one process: every
// request to the API carries its caller's token, and no result holds another
// caller's data.
func TestHTTPCallersAreIsolated(t *testing.T) {
	t.Parallel()
	const callers = 50
	api := tenants.New(callers)
	upstream := httptest.NewServer(api)
	t.Cleanup(upstream.Close)
	shared, err := zerops.NewAPI(zerops.APIOptions{Address: upstream.URL})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(shared.CloseIdle)
	product, err := tools.New(tool.Config{
		API: shared, Toolsets: []string{"all"}, Remote: true, Version: "test",
		Credential: func(ctx context.Context) request.Credential {
			caller, _ := request.CallerFrom(ctx)
			return request.HeaderCredential(caller)
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	s := serveHTTP(t, product.MCP(), func(cfg *transport.HTTPConfig) { cfg.HandleMessage = product.HandleMessage })
	s.client.Transport.(*http.Transport).MaxIdleConnsPerHost = callers

	var all sync.WaitGroup
	for n := range callers {
		all.Go(func() {
			c := &tenant{site: s, number: n, token: tenants.Token(n), mark: tenants.Mark(n)}
			c.session = s.initialize(c.token, "2025-11-25", "{}").with(header{"Traceparent": tenants.Trace(n, 0)})
			made := c.call("create_project", fmt.Sprintf(`{"name":%q,"org":%q,"tags":[%q]}`, c.mark, api.Org(n), c.mark))
			if c.project = made.Result.Structured.Project.ID; c.project == "" {
				t.Errorf("no project was made: %.300s", made.raw)
				return
			}
			for i := range *isolationCalls {
				c.calls(i)
			}
		})
	}
	all.Wait()
	if strays := api.Strays(); len(strays) > 0 {
		t.Errorf("%d requests with a token that is not their caller's, such as %s", len(strays), strays[0])
	}
	if api.Served() < callers**isolationCalls/2 {
		t.Errorf("only %d requests reached the API", api.Served())
	}
}

// tenant is one of the callers.
type tenant struct {
	*site
	number  int
	token   string
	mark    string
	project string
	session header
	next    int
}

// calls makes the i-th of a mix of calls.
func (c *tenant) calls(i int) {
	c.tb.Helper()
	switch i % 8 {
	case 0:
		c.owned("list_projects", `{"name_contains":"tenant"}`)
	case 1, 4:
		c.owned("get_project", fmt.Sprintf(`{"project":%q}`, c.project))
	case 2:
		c.call("list_services", fmt.Sprintf(`{"project":%q}`, c.project))
	case 3:
		c.call("set_env", fmt.Sprintf(`{"project":%q,"variables":[{"key":"K%d","value":"%s-value-%d"}],"wait_seconds":0}`, c.project, i%16, c.mark, i))
	case 5:
		c.call("list_env", fmt.Sprintf(`{"project":%q}`, c.project))
	case 6:
		c.call("whoami", `{}`)
	case 7:
		c.call("describe_api", `{"operation":"GetProject"}`)
	}
}

// owned makes a call whose result has to show what is the caller's.
func (c *tenant) owned(tool, arguments string) {
	c.tb.Helper()
	if got := c.call(tool, arguments).raw; !strings.Contains(got, c.mark) {
		c.tb.Errorf("%s: %s does not find its own: %.300s", c.mark, tool, got)
	}
}

// call makes a call, in turns as an old and a new client, and checks that the
// result holds nothing of anybody else.
func (c *tenant) call(tool, arguments string) message {
	c.tb.Helper()
	c.next++
	id := strconv.Itoa(c.next)
	body, with := fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"method":"tools/call","params":{"name":%q,"arguments":%s}}`, id, tool, arguments), c.session
	if c.next%2 == 0 {
		body = modern(id, "tools/call", fmt.Sprintf(`"name":%q,"arguments":%s,`, tool, arguments))
		with = modernHeader("tools/call", tool).with(header{"Authorization": "Bearer " + c.token, "Traceparent": tenants.Trace(c.number, 0)})
	}
	got := c.one(body, with)
	if string(got.ID) != id || got.code() != 0 || got.Result.IsError {
		c.tb.Errorf("%s: %s: %.500s", c.mark, tool, got.raw)
	}
	if found := tenants.Foreign(got.raw, c.number); found != "" {
		c.tb.Errorf("%s: the result of %s holds what belongs to %s", c.mark, tool, found)
	}
	return got
}
