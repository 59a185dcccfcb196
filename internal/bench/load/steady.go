package load

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"zerops-mcp/internal/bench/measure"
	"zerops-mcp/internal/bench/tenants"
)

const (
	// The promises: milliseconds above the API's own time, and megabytes.
	maxDelay      = 50 * time.Millisecond
	maxSteady     = 150
	maxIdle       = 250
	maxGrowth     = 10
	churnSessions = 100 // that come and go in a second
)

// steady holds sessions with an open stream each, and calls at a steady rate.
func (p *plan) steady(ctx context.Context, server *process) error {
	streams := &http.Transport{}
	calls := &http.Transport{MaxIdleConnsPerHost: 256}
	defer streams.CloseIdleConnections()
	defer calls.CloseIdleConnections()
	listening, stopListening := context.WithCancel(ctx)
	defer stopListening()

	var open sync.WaitGroup
	defer open.Wait()
	defer stopListening()
	clients := make(chan *tenants.Client, p.sessions)
	var broken atomic.Int64
	for i := range p.sessions {
		c := p.client(server, calls, i)
		if err := c.Initialize(ctx); err != nil {
			return fmt.Errorf("session %d: %w", i, err)
		}
		stream := *c
		stream.HTTP = &http.Client{Transport: streams}
		open.Go(func() {
			if err := stream.Listen(listening); err != nil && listening.Err() == nil {
				broken.Add(1)
			}
		})
		clients <- c
	}

	var (
		mu      sync.Mutex
		delays  []time.Duration
		failed  atomic.Int64
		example atomic.Value
		running sync.WaitGroup
	)
	ticker := time.NewTicker(time.Second / time.Duration(p.rate))
	defer ticker.Stop()
	end := time.After(p.length)
	made, tools := 0, mix()
loop:
	for {
		select {
		case <-ticker.C:
		case <-end:
			break loop
		case <-ctx.Done():
			return ctx.Err()
		}
		c := <-clients
		tool := tools[made%len(tools)]
		made++
		running.Go(func() {
			defer func() { clients <- c }()
			started := time.Now()
			result, err := c.Call(ctx, tool[0], tool[1], "")
			took := time.Since(started) - p.api.Spent(c.LastTrace())
			if err == nil && result.IsError {
				err = fmt.Errorf("%s: %.200s", tool[0], result.Raw)
			}
			if err != nil {
				failed.Add(1)
				example.Store(err.Error())
				return
			}
			mu.Lock()
			delays = append(delays, took)
			mu.Unlock()
		})
	}
	running.Wait()
	now, most := server.memory()
	if len(delays) == 0 {
		return fmt.Errorf("no call was answered: %v", example.Load())
	}
	p99 := at(delays, 99)
	p.say("steady: %d sessions of %d callers, %d calls in %s: above the API's own time p50 %s, p99 %s, max %s; %d failed, %d streams broke; resident %.0f MB, at most %.0f MB",
		p.sessions, p.tokens, len(delays), p.length, at(delays, 50), p99, slices.Max(delays), failed.Load(), broken.Load(), now, most)
	if p99 > maxDelay {
		p.fail("p99 is %s above the API's own time, more than %s", p99, maxDelay)
	}
	if failed.Load() > 0 || broken.Load() > 0 {
		p.fail("%d calls failed and %d streams broke, such as %v", failed.Load(), broken.Load(), example.Load())
	}
	if most > maxSteady {
		p.fail("%.0f MB resident with %d sessions, more than %d", most, p.sessions, maxSteady)
	}
	return nil
}

// mix is what sessions call in turns. The list of projects is rare, because the
// simulated API, which shares the machine, takes 40 ms of a core for it.
func mix() [][2]string {
	calls := [][2]string{{"list_projects", `{"limit":5}`}}
	for range 10 {
		calls = append(calls, [][2]string{
			{"describe_api", `{"operation":"GetProject"}`},
			{"whoami", `{}`},
			{"search_api", `{"query":"restart service"}`},
			{"list_service_types", `{"name_contains":"postgres"}`},
		}...)
	}
	return calls
}

// at is a percentile, as precise as it is worth.
func at(delays []time.Duration, percent int) time.Duration {
	return measure.Percentile(delays, percent).Round(10 * time.Microsecond)
}

// rest starts sessions and leaves them alone.
func (p *plan) rest(ctx context.Context, server *process) error {
	shared := &http.Transport{MaxIdleConnsPerHost: 16}
	defer shared.CloseIdleConnections()
	before, _ := server.memory()
	for i := range p.idle {
		if err := p.client(server, shared, i).Initialize(ctx); err != nil {
			return fmt.Errorf("session %d: %w", i, err)
		}
	}
	now, most := server.memory()
	p.say("idle: %d sessions without a stream: resident %.0f MB (%.0f MB without them), at most %.0f MB", p.idle, now, before, most)
	if most > maxIdle {
		p.fail("%.0f MB resident with %d idle sessions, more than %d", most, p.idle, maxIdle)
	}
	return nil
}

// comeAndGo starts sessions that make one call and are never ended, and looks at
// the memory of the second half of the time.
func (p *plan) comeAndGo(ctx context.Context, server *process) error {
	shared := &http.Transport{MaxIdleConnsPerHost: 64}
	defer shared.CloseIdleConnections()
	ticker := time.NewTicker(time.Second / churnSessions)
	defer ticker.Stop()
	began := time.Now()
	var (
		running sync.WaitGroup
		failed  atomic.Int64
		half    float64
	)
	started := 0
	for time.Since(began) < p.churn {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return ctx.Err()
		}
		if half == 0 && time.Since(began) > p.churn/2 {
			half, _ = server.memory()
		}
		c := p.client(server, shared, started)
		started++
		running.Go(func() {
			if err := c.Initialize(ctx); err != nil {
				failed.Add(1)
				return
			}
			if result, err := c.Call(ctx, "describe_api", `{"operation":"GetProject"}`, ""); err != nil || result.IsError {
				failed.Add(1)
			}
		})
	}
	running.Wait()
	now, most := server.memory()
	p.say("churn: %d sessions came in %s: resident %.0f MB at half time, %.0f MB at the end, at most %.0f MB; %d failed", started, p.churn, half, now, most, failed.Load())
	if failed.Load() > 0 {
		p.fail("%d sessions failed while sessions came and went", failed.Load())
	}
	if now-half > maxGrowth {
		p.fail("memory grew by %.0f MB while sessions came and went", now-half)
	}
	return nil
}
