package soak

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"zerops-mcp/internal/bench/measure"
	"zerops-mcp/zerops/simulator"
)

const (
	project     = "docs-site" // where every worker has a service
	sampleEvery = 5 * time.Second
	// quietFor is longer than unused connections are kept.
	quietFor = 40 * time.Second
)

type soak struct {
	out     io.Writer
	dir     string
	binary  string
	length  time.Duration
	workers int
	rest    time.Duration

	api    string
	ledger *ledger
	sky    *weather
}

func (s *soak) run(ctx context.Context) error {
	s.sky = &weather{kinds: make(map[string]int)}
	s.sky.renew()
	upstream := httptest.NewServer(s.sky)
	defer upstream.Close()
	s.api = upstream.URL
	sources := filepath.Join(s.dir, "sources")
	if err := writeSources(sources); err != nil {
		return err
	}

	log, err := os.Create(filepath.Join(s.dir, "stdio.log"))
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }()
	local, err := measure.StartStdio(ctx, measure.Command{
		Path: s.binary, Args: []string{"--toolsets", "all", "--deploy-root", sources},
		Env: []string{"ZEROPS_TOKEN=" + simulator.OwnerToken, "ZMCP_API_URL=" + s.api, traceCollector}, Stderr: log,
	})
	if err != nil {
		return err
	}
	pipe := newPipe(local)
	metrics := filepath.Join(s.dir, "metrics")
	remote, err := measure.StartRemote(ctx, measure.Command{
		Path: s.binary, Args: append(measure.OnFreePort("http"), "--toolsets", "all", "--metrics-listen", "unix:"+metrics),
		Env: []string{"ZMCP_API_URL=" + s.api, traceCollector},
	}, s.dir)
	if err != nil {
		return errors.Join(err, local.Stop())
	}

	shared := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 16}}
	workers, visitors := s.hire(ctx, pipe, shared, "http://"+remote.Address+"/mcp", sources)
	watched := []*series{
		{name: "stdio", pid: local.PID(), log: log.Name()},
		{name: "HTTP", pid: remote.PID(), log: remote.Log, gauge: gaugeOf(metrics)},
	}
	problems := s.work(ctx, workers, visitors, pipe, watched)

	// Once nothing is asked any more, everything that was opened for it must go.
	for _, v := range visitors {
		_ = v.leave(ctx)
	}
	shared.CloseIdleConnections()
	if err := measure.Pause(ctx, quietFor); err == nil {
		for _, w := range watched {
			if err := w.take(); err != nil {
				problems = append(problems, err.Error())
				continue
			}
			last := w.taken[len(w.taken)-1]
			fmt.Fprintf(s.out, "%-6s afterwards: %.1f MB resident, %d threads, %d descriptors, %d goroutines\n", w.name, last.Resident, last.Threads, last.Files, last.Goroutines)
			if idle := w.taken[0]; last.Files > idle.Files+2 || last.Goroutines > idle.Goroutines+4 {
				problems = append(problems, fmt.Sprintf("%s: %d descriptors and %d goroutines are left, %d and %d were there at the start",
					w.name, last.Files, last.Goroutines, idle.Files, idle.Goroutines))
			}
		}
	}
	for what, stop := range map[string]func() error{"stdio": local.Stop, "HTTP": remote.Stop} {
		if err := stop(); err != nil {
			problems = append(problems, fmt.Sprintf("the end of the server on %s: %v", what, err))
		}
	}
	return s.report(problems)
}

// hire makes the workers, each with a service of its own.
func (s *soak) hire(ctx context.Context, p *pipe, shared *http.Client, url, sources string) (workers []*worker, visitors []*visitor) {
	tokens := []string{simulator.OwnerToken, simulator.AdminToken}
	for i := range s.workers {
		v := &visitor{http: shared, url: url, token: tokens[i%len(tokens)]}
		visitors = append(visitors, v)
		workers = append(workers,
			&worker{name: fmt.Sprintf("stdio %d", i), client: p, dir: sources, service: fmt.Sprintf("soaks%d", i)},
			&worker{name: fmt.Sprintf("HTTP %d", i), client: v, service: fmt.Sprintf("soakh%d", i)})
	}
	for i, w := range workers {
		w.weather, w.ledger, w.project, w.turn = s.sky, s.ledger, project, i*3
		w.settle(ctx)
	}
	return workers, visitors
}

// work lets everybody work until the time is over, and looks at the servers.
func (s *soak) work(ctx context.Context, workers []*worker, visitors []*visitor, p *pipe, watched []*series) (problems []string) {
	working, done := context.WithTimeout(ctx, s.length)
	defer done()
	var running sync.WaitGroup
	defer running.Wait()
	running.Go(func() { s.sky.run(working) })
	for _, w := range workers {
		running.Go(func() {
			for all := jobs(); working.Err() == nil; w.turn++ {
				w.settle(working)
				all[w.turn%len(all)](working, w)
				_ = measure.Pause(working, s.rest)
			}
		})
	}
	running.Go(func() { s.beRude(working, visitors[0], p) })
	for working.Err() == nil {
		for _, w := range watched {
			if err := w.take(); err != nil {
				return append(problems, err.Error())
			}
		}
		_ = measure.Pause(working, sampleEvery)
	}
	for _, w := range watched {
		problems = append(problems, w.verdict(s.out)...)
	}
	return problems
}

// beRude sends what is no message on both transports, and starts servers over
// stdio that are given up at once.
func (s *soak) beRude(ctx context.Context, v *visitor, p *pipe) {
	sent := 0
	for measure.Pause(ctx, 15*time.Second) == nil {
		if err := v.rude(ctx); err != nil && ctx.Err() == nil {
			s.ledger.fault("HTTP", "HTTP: %v", err)
		}
		for _, line := range []string{`{"jsonrpc":"2.0",`, `[]`, strings.Repeat("y", 5<<20)} {
			if err := p.send(line); err != nil {
				s.ledger.fault("stdio", "stdio: %v", err)
			}
			sent++
		}
		brief, err := measure.StartStdio(ctx, measure.Command{Path: s.binary, Env: []string{"ZMCP_API_URL=" + s.api}})
		if err == nil {
			err = brief.Stop()
		}
		if err != nil && ctx.Err() == nil {
			s.ledger.fault("start", "a server that is started and given up: %v", err)
		}
	}
	if _, err := p.ask(context.WithoutCancel(ctx), "ping", "{}"); err != nil {
		s.ledger.fault("stdio", "stdio: %v", err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.nameless != sent || p.orphans > 0 {
		s.ledger.fault("stdio", "stdio: %d lines that are no message had %d answers; %d answers came that nobody waited for", sent, p.nameless, p.orphans)
	}
}

func (s *soak) report(problems []string) error {
	l := s.ledger
	l.mu.Lock()
	defer l.mu.Unlock()
	fmt.Fprintf(s.out, "%d calls in %s, %d faults of the API of %d kinds; answers:", l.calls, s.length, s.sky.count.Load()/2, len(s.sky.kinds))
	for _, code := range slices.Sorted(maps.Keys(l.byCode)) {
		fmt.Fprintf(s.out, " %s %d,", code, l.byCode[code])
	}
	fmt.Fprintf(s.out, " wrong %d\n", l.wrong)
	for _, tool := range slices.Sorted(maps.Keys(l.byTool)) {
		fmt.Fprintf(s.out, "  %-22s %6d\n", tool, l.byTool[tool])
	}
	for _, example := range l.examples {
		fmt.Fprintln(s.out, "wrong:", example)
	}
	if l.wrong > 0 {
		problems = append(problems, fmt.Sprintf("%d answers were wrong", l.wrong))
	}
	if len(problems) > 0 {
		return errors.New(strings.Join(problems, "; "))
	}
	return nil
}

// gaugeOf reads goroutines from a listener for metrics.
func gaugeOf(socket string) func() (int, error) {
	client := &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", socket)
		},
	}}
	return func() (int, error) {
		response, err := client.Get("http://localhost/metrics") //nolint:noctx // the client has a timeout
		if err != nil {
			return 0, err
		}
		defer func() { _ = response.Body.Close() }()
		page, err := io.ReadAll(response.Body)
		if err != nil {
			return 0, err
		}
		return goroutines(string(page))
	}
}

// writeSources makes a small application to deploy.
func writeSources(dir string) error {
	const yaml = `zerops:
  - setup: app
    build:
      base: nodejs@22
      buildCommands: [npm run build]
      deployFiles: ./
    run:
      base: nodejs@22
      ports: [{port: 3000, httpSupport: true}]
      start: npm start
`
	files := map[string]string{"zerops.yaml": yaml, "package.json": "{}", ".gitignore": "node_modules\n"}
	for i := range 200 {
		files[fmt.Sprintf("src/part%03d.js", i)] = strings.Repeat(fmt.Sprintf("export const n%d = %d;\n", i, i*i), 100)
	}
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
			return err
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			return err
		}
	}
	return nil
}
