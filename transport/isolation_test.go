package transport_test

import (
	"context"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"

	"zerops-mcp/tools"
	"zerops-mcp/zerops"
	"zerops-mcp/zerops/simulator"
)

var isolationCalls = flag.Int("isolation-calls", 16, "calls of each caller in the test of callers at once")

// tenants is an API in which every token opens an account of its own. It notes
// each request whose token is not that of the caller that the request is for.
type tenants struct {
	accounts map[string]*simulator.Simulator // by token
	number   map[string]int                  // of the token

	mu     sync.Mutex
	strays []string
	served int
}

func (a *tenants) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	account, known := a.accounts[token]
	a.mu.Lock()
	a.served++
	// The trace says whose call it was; see traceOf.
	if want := traceOf(a.number[token]); !known || r.Header.Get("Traceparent") != want {
		a.strays = append(a.strays, fmt.Sprintf("%s %s with token %q and trace %q", r.Method, r.URL.Path, token, r.Header.Get("Traceparent")))
	}
	a.mu.Unlock()
	if !known {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	own := r.Clone(r.Context())
	own.Header.Set("Authorization", "Bearer "+simulator.OwnerToken)
	account.ServeHTTP(w, own)
}

// traceOf is the trace context that a caller sends with every request.
func traceOf(number int) string { return fmt.Sprintf("00-%032x-%016x-01", number+1, 7) }

// Fifty callers at once, with old and new clients, through one process: every
// request to the API carries its caller's token, and no result holds another
// caller's data.
func TestHTTPCallersAreIsolated(t *testing.T) {
	t.Parallel()
	const callers = 50
	api := &tenants{accounts: map[string]*simulator.Simulator{}, number: map[string]int{}}
	token := func(n int) string { return fmt.Sprintf("fake-token-of-tenant-%04d", n) }
	for n := range callers {
		api.accounts[token(n)] = simulator.New(simulator.WithPace(0), simulator.WithIndexLag(0))
		api.number[token(n)] = n
	}
	upstream := httptest.NewServer(api)
	t.Cleanup(upstream.Close)
	shared, err := zerops.NewAPI(zerops.APIOptions{Address: upstream.URL})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(shared.CloseIdle)
	product, err := tools.New(tools.Config{
		API: shared, Toolsets: []string{"all"}, Remote: true, Version: "test",
		Credential: func(ctx context.Context) tools.Credential {
			caller, _ := tools.CallerFrom(ctx)
			return tools.HeaderCredential(caller)
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	s := serveHTTP(t, product.MCP(), withSSE)
	s.client.Transport.(*http.Transport).MaxIdleConnsPerHost = callers

	var all sync.WaitGroup
	for n := range callers {
		all.Go(func() {
			c := &tenant{site: s, number: n, token: token(n), mark: fmt.Sprintf("tenant-%04d", n)}
			c.session = s.initialize(c.token, "2025-11-25", "{}").with(header{"Traceparent": traceOf(n)})
			c.call("create_project", fmt.Sprintf(`{"name":%q,"org":%q,"tags":[%q]}`, c.mark, api.accounts[c.token].OrgID("Northwind Trading"), c.mark))
			for i := range *isolationCalls {
				c.calls(i)
			}
		})
	}
	all.Wait()
	api.mu.Lock()
	defer api.mu.Unlock()
	if len(api.strays) > 0 {
		t.Errorf("%d requests with a token that is not their caller's, such as %s", len(api.strays), api.strays[0])
	}
	if api.served < callers**isolationCalls/2 {
		t.Errorf("only %d requests reached the API", api.served)
	}
}

// tenant is one of the callers.
type tenant struct {
	*site
	number  int
	token   string
	mark    string
	session header
	next    int
}

// marks finds what belongs to a tenant.
var marks = regexp.MustCompile(`tenant-\d{4}`)

// calls makes the i-th of a mix of calls.
func (c *tenant) calls(i int) {
	c.tb.Helper()
	switch i % 8 {
	case 0, 4:
		c.owned("list_projects", `{"name_contains":"tenant"}`)
	case 1:
		c.owned("get_project", fmt.Sprintf(`{"project":%q}`, c.mark))
	case 2:
		c.call("list_services", `{"limit":20}`)
	case 3:
		c.call("set_env", fmt.Sprintf(`{"project":%q,"variables":[{"key":"K%d","value":"%s-value-%d"}],"wait_seconds":0}`, c.mark, i, c.mark, i))
	case 5:
		c.call("list_env", fmt.Sprintf(`{"project":%q}`, c.mark))
	case 6:
		c.call("whoami", `{}`)
	case 7:
		c.call("describe_api", `{"operation":"GetProject"}`)
	}
}

// owned makes a call whose result has to show what is the caller's.
func (c *tenant) owned(tool, arguments string) {
	c.tb.Helper()
	if got := c.call(tool, arguments); !strings.Contains(got, c.mark) {
		c.tb.Errorf("%s: %s does not find its own: %.300s", c.mark, tool, got)
	}
}

// call makes a call, in turns as an old and a new client, and checks that the
// result holds nothing of anybody else.
func (c *tenant) call(tool, arguments string) string {
	c.tb.Helper()
	c.next++
	id := strconv.Itoa(c.next)
	body, with := fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"method":"tools/call","params":{"name":%q,"arguments":%s}}`, id, tool, arguments), c.session
	if c.next%2 == 0 {
		body = modern(id, "tools/call", fmt.Sprintf(`"name":%q,"arguments":%s,`, tool, arguments))
		with = modernHeader("tools/call", tool).with(header{"Authorization": "Bearer " + c.token, "Traceparent": traceOf(c.number)})
	}
	got := c.one(body, with)
	if string(got.ID) != id || got.code() != 0 || got.Result.IsError {
		c.tb.Errorf("%s: %s: %.500s", c.mark, tool, got.raw)
	}
	for _, found := range marks.FindAllString(got.raw, -1) {
		if found != c.mark {
			c.tb.Errorf("%s: the result of %s holds what belongs to %s", c.mark, tool, found)
		}
	}
	return got.raw
}
