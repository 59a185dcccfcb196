// Package replicas proves that any replica can answer any request: two processes
// behind nginx, in turns and without stickiness, serve self-contained clients and
// older ones without sessions; confirmations that one of them gave out are
// honoured by the other; and when one is killed under load, nothing but the
// requests that it had in its hands is lost.
package replicas

import (
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"zerops-mcp/internal/bench/measure"
	"zerops-mcp/internal/bench/tenants"
)

// trial is one run of the check.
type trial struct {
	api    *tenants.API
	url    string
	nginx  string
	binary string
	dir    string
	stderr io.Writer
	key    string // that the replicas share

	// down says that a replica is missing, or was a moment ago.
	down      atomic.Bool
	calls     atomic.Int64
	confirmed atomic.Int64
	retried   atomic.Int64
	mu        sync.Mutex
	wrong     []string
}

// Run proves it with what the arguments say.
func Run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("replicas", flag.ContinueOnError)
	flags.SetOutput(stderr)
	nginx := flags.String("nginx", "nginx", "the nginx to use")
	binary := flags.String("binary", "", "the zerops-mcp to test; built where empty")
	length := flags.Duration("for", 15*time.Second, "how long")
	count := flags.Int("tenants", 12, "callers, each with an old and a new client")
	if err := flags.Parse(args); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "replicas")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	t := &trial{api: tenants.New(*count), nginx: *nginx, binary: *binary, dir: dir, stderr: stderr, key: rand.Text() + rand.Text()}
	if t.binary == "" {
		t.binary = filepath.Join(dir, "zerops-mcp")
		if err := measure.Build(ctx, t.binary, "."); err != nil {
			return err
		}
	}
	upstream := httptest.NewServer(t.api)
	defer upstream.Close()

	ctx, cancel := context.WithTimeout(ctx, *length+time.Minute)
	defer cancel()
	ports, err := freePorts(ctx, 3)
	if err != nil {
		return err
	}
	t.url = "http://127.0.0.1:" + ports[2] + "/mcp"
	first, err := t.start(ctx, ports[0], upstream.URL)
	if err != nil {
		return err
	}
	defer func() { stop(first) }()
	second, err := t.start(ctx, ports[1], upstream.URL)
	if err != nil {
		return err
	}
	defer func() { stop(second) }()
	proxy, err := t.startProxy(ctx, ports)
	if err != nil {
		return err
	}
	defer stop(proxy)

	load, end := context.WithTimeout(ctx, *length)
	defer end()
	var clients sync.WaitGroup
	for n := range *count {
		for _, modern := range []bool{false, true} {
			clients.Go(func() { t.client(load, ctx, n, modern) })
		}
	}
	if err := measure.Pause(load, *length/3); err != nil {
		return err
	}
	t.down.Store(true)
	stop(first)
	_ = measure.Pause(load, *length/6)
	if first, err = t.start(ctx, ports[0], upstream.URL); err != nil {
		return err
	}
	_ = measure.Pause(load, 2*time.Second)
	t.down.Store(false)
	clients.Wait()
	return t.report(stdout)
}

// report prints the figures; anything wrong is an error.
func (t *trial) report(stdout io.Writer) error {
	fmt.Fprintf(stdout, "%d calls through 2 replicas, %d confirmations, %d failures that may be retried (all while a replica was down), %d requests to the API\n",
		t.calls.Load(), t.confirmed.Load(), t.retried.Load(), t.api.Served())
	if strays := t.api.Strays(); len(strays) > 0 {
		t.wrong = append(t.wrong, fmt.Sprintf("%d requests with another caller's token, such as %s", len(strays), strays[0]))
	}
	if t.confirmed.Load() == 0 {
		t.wrong = append(t.wrong, "no confirmation was tried")
	}
	if len(t.wrong) > 0 {
		return fmt.Errorf("%d wrong, such as %s", len(t.wrong), t.wrong[0])
	}
	return nil
}

// client makes calls until load ends. A call that has begun may end in ctx.
func (t *trial) client(load, ctx context.Context, n int, modern bool) {
	c := &tenants.Client{HTTP: &http.Client{Transport: &http.Transport{}, Timeout: 20 * time.Second}, URL: t.url, Number: n, Modern: modern}
	defer c.HTTP.CloseIdleConnections()
	if err := c.Initialize(ctx); err != nil {
		t.fail(n, err)
		return
	}
	kind := "old"
	if modern {
		kind = "new"
	}
	for i := 0; load.Err() == nil; i++ {
		name := fmt.Sprintf("%s-%s-%d", tenants.Mark(n), kind, i)
		if err := t.round(ctx, c, name, modern && i%2 == 1); err != nil {
			t.fail(n, err)
		}
	}
}

// round makes a project, looks at it and destroys it with a confirmation that
// another replica gave out.
func (t *trial) round(ctx context.Context, c *tenants.Client, name string, ask bool) error {
	c.Forms = ask
	if _, err := t.call(ctx, c, "create_project", fmt.Sprintf(`{"name":%q,"org":%q}`, name, t.api.Org(c.Number)), ""); err != nil {
		return err
	}
	found, err := t.call(ctx, c, "get_project", fmt.Sprintf(`{"project":%q}`, name), "")
	if err != nil {
		return err
	}
	if found.IsError {
		return fmt.Errorf("%s was made but is not there: %.300s", name, found.Raw)
	}
	if _, err := t.call(ctx, c, "describe_api", `{"operation":"GetProject"}`, ""); err != nil {
		return err
	}

	arguments := fmt.Sprintf(`{"project":%q,"wait_seconds":5}`, name)
	asked, err := t.call(ctx, c, "delete_project", arguments, "")
	if err != nil {
		return err
	}
	var done *tenants.Result
	switch {
	case ask && asked.ResultType == "input_required":
		done, err = t.call(ctx, c, "delete_project", arguments, fmt.Sprintf(
			`"requestState":%q,"inputResponses":{"confirm":{"action":"accept","content":{"confirm":true,"name":%q}}},`, asked.RequestState, name))
	case !ask && asked.Structured.Status == "confirmation_required":
		done, err = t.call(ctx, c, "delete_project", fmt.Sprintf(`{"project":%q,"wait_seconds":5,"confirm":%q}`, name, asked.Structured.Confirm), "")
	default:
		return fmt.Errorf("delete_project did not ask: %.300s", asked.Raw)
	}
	if err != nil {
		return err
	}
	if done.Structured.Status != "done" {
		return fmt.Errorf("the confirmation was not honoured: %.400s", done.Raw)
	}
	t.confirmed.Add(1)
	return nil
}

// errLost ends a round whose call got no answer while a replica was down.
var errLost = errors.New("lost with the replica")

// call makes one call.
func (t *trial) call(ctx context.Context, c *tenants.Client, tool, arguments, extra string) (*tenants.Result, error) {
	t.calls.Add(1)
	result, err := c.Call(ctx, tool, arguments, extra)
	if errors.Is(err, tenants.ErrRetryable) && t.down.Load() {
		t.retried.Add(1)
		return nil, errLost
	}
	return result, err
}

// fail notes what went wrong.
func (t *trial) fail(n int, err error) {
	if errors.Is(err, errLost) {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.wrong = append(t.wrong, fmt.Sprintf("%s: %v", tenants.Mark(n), err))
}

// start starts a replica and waits until it is ready.
func (t *trial) start(ctx context.Context, port, api string) (*exec.Cmd, error) {
	args := []string{"--transport", "http", "--listen", "127.0.0.1:" + port, "--stateless", "--toolsets", "all", "--rate-limit", "0", "--api-rate-limit", "0", "--log-level", "warn"}
	replica := exec.CommandContext(ctx, t.binary, args...) //nolint:gosec // our own binary
	replica.Env = []string{"ZMCP_API_URL=" + api, "ZMCP_SIGNING_KEY=" + t.key, "HOME=" + t.dir}
	replica.Dir, replica.Stderr = t.dir, t.stderr
	if err := replica.Start(); err != nil {
		return nil, fmt.Errorf("start a replica: %w", err)
	}
	return replica, ready(ctx, "http://127.0.0.1:"+port+"/readyz")
}

// startProxy starts nginx in front of the replicas.
func (t *trial) startProxy(ctx context.Context, ports []string) (*exec.Cmd, error) {
	config := fmt.Sprintf(`daemon off; master_process off; pid nginx.pid; error_log stderr emerg;
events { worker_connections 1024; }
http {
	access_log off;
	client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
	client_max_body_size 5m;
	upstream replicas { server 127.0.0.1:%s max_fails=1 fail_timeout=1s; server 127.0.0.1:%s max_fails=1 fail_timeout=1s; keepalive 64; }
	server {
		listen 127.0.0.1:%s;
		location / { proxy_pass http://replicas; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $http_host; proxy_read_timeout 120s; }
	}
}
`, ports[0], ports[1], ports[2])
	file := filepath.Join(t.dir, "nginx.conf")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		return nil, err
	}
	proxy := exec.CommandContext(ctx, t.nginx, "-p", t.dir, "-c", file, "-e", "stderr") //nolint:gosec // the operator's own nginx
	proxy.Stderr = t.stderr
	if err := proxy.Start(); err != nil {
		return nil, fmt.Errorf("start nginx: %w", err)
	}
	return proxy, ready(ctx, "http://127.0.0.1:"+ports[2]+"/readyz")
}

// ready waits until an address answers.
func ready(ctx context.Context, url string) error {
	for range 200 {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return err
		}
		response, err := (&http.Client{Timeout: time.Second}).Do(r)
		if err == nil {
			_ = response.Body.Close()
			if response.StatusCode == http.StatusOK {
				return nil
			}
		}
		if err := measure.Pause(ctx, 50*time.Millisecond); err != nil {
			return err
		}
	}
	return fmt.Errorf("%s does not answer", url)
}

// stop kills a process without a word.
func stop(command *exec.Cmd) {
	if command != nil && command.Process != nil {
		_ = command.Process.Kill()
		_ = command.Wait()
	}
}

// freePorts returns ports that nobody listens to.
func freePorts(ctx context.Context, n int) ([]string, error) {
	ports := make([]string, 0, n)
	for range n {
		listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		defer func() { _ = listener.Close() }()
		address, _ := listener.Addr().(*net.TCPAddr)
		ports = append(ports, strconv.Itoa(address.Port))
	}
	return ports, nil
}
