package compare

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"zerops-mcp/internal/bench/measure"
	"zerops-mcp/zerops"
	"zerops-mcp/zerops/simulator"
)

// chain is how many requests have to wait for each other: who the caller is, the
// projects, the first page of the services and, at once, the other pages.
const chain = 4

// asking calls a tool of our server so many times in front of an account.
func (b *bench) asking(ctx context.Context, a *account, pieces int, request string) (do func() error, stop func() error, err error) {
	s, err := measure.StartStdio(ctx, b.ourselves("ZMCP_API_URL="+a.server.URL))
	if err != nil {
		return nil, nil, err
	}
	id := 10
	return func() error {
		for range pieces {
			id++
			if _, err := s.Ask(message(id, request)); err != nil {
				return err
			}
		}
		return nil
	}, s.Stop, nil
}

func call(tool, arguments string) string {
	return fmt.Sprintf(`"method":"tools/call","params":{"name":%q,"arguments":%s}`, tool, arguments)
}

// projects compares list_projects with the client alone.
func (b *bench) projects(ctx context.Context) (err error) {
	const pieces = 10
	a, err := openAccount()
	if err != nil {
		return err
	}
	defer a.close()
	a.remember(0)
	ours, stop, err := b.asking(ctx, a, pieces, call("list_projects", `{}`))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stop()) }()
	alone := func() error {
		for range pieces {
			if err := a.listProjects(ctx); err != nil {
				return err
			}
		}
		return nil
	}
	return b.compare("`list_projects` over stdio", pieces, limit{times: 1.3, more: 300 * time.Microsecond},
		side{"", measure.Timed(ours)}, side{"the API client alone", measure.Timed(alone)})
}

// manyProjects measures lists over all organisations when each request takes as
// long as over a real network, beside the bare time of the requests that depend on
// each other and beside the client alone.
func (b *bench) manyProjects(ctx context.Context) error {
	const latency = 80 * time.Millisecond
	a, err := openAccount()
	if err != nil {
		return err
	}
	defer a.close()
	if _, err := a.fill(ctx, 50, 20); err != nil {
		return err
	}
	a.remember(latency)
	b.turns = min(b.turns, 5)
	for _, tool := range []string{"list_projects", "list_services"} {
		ours, stop, err := b.asking(ctx, a, 1, call(tool, `{"limit":500}`))
		if err != nil {
			return err
		}
		requests, err := a.count(ours)
		if err == nil {
			least := fmt.Sprintf("the waiting alone: %d requests of %s, %d in a row", requests, latency, chain)
			err = b.compare(fmt.Sprintf("`%s` of 50 projects × 20 services", tool), 1, limit{times: 1.5}, side{"", measure.Timed(ours)},
				side{least, measure.Timed(func() error { return measure.Pause(ctx, chain*latency) })},
				side{"the API client alone", measure.Timed(func() error { return a.listProjects(ctx) })})
		}
		if err := errors.Join(err, stop()); err != nil {
			return err
		}
	}
	return nil
}

// logs searches 100,000 lines of 20 services for what is in none of them.
func (b *bench) logs(ctx context.Context) (err error) {
	const services, lines = 20, 5000
	a, err := openAccount()
	if err != nil {
		return err
	}
	defer a.close()
	project, err := a.fill(ctx, 1, services)
	if err != nil {
		return err
	}
	found, _, err := zerops.Collect(a.client.ProjectServices(ctx, project, zerops.ListOptions{}), 0)
	if err != nil {
		return err
	}
	found = slices.DeleteFunc(found, zerops.Service.Hidden)
	for _, s := range found {
		written := make([]simulator.LogLine, lines)
		for i := range written {
			written[i] = simulator.LogLine{At: time.Now().Add(-time.Duration(i) * time.Second), Text: fmt.Sprintf("GET /orders/%d 200 in %d ms for customer %d", i, i%97, i%1013)}
		}
		a.sim.AddLog(s.ID, written...)
	}
	a.remember(0)
	ours, stop, err := b.asking(ctx, a, 1, call("search_logs", fmt.Sprintf(`{"project":%q,"contains":"no line holds this"}`, project)))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stop()) }()
	var read atomic.Int64
	alone := func() error {
		read.Store(0)
		grant, err := a.client.LogGrant(ctx, project)
		if err != nil {
			return err
		}
		return errors.Join(zerops.FanOut(len(found), func(i int) error {
			query := zerops.LogQuery{ServiceID: found[i].ID, Facility: zerops.FacilityApplication}
			return a.client.ScanLogs(ctx, grant, query, func() func(zerops.LogLine) { return func(zerops.LogLine) { read.Add(1) } })
		})...)
	}
	if err := alone(); err != nil {
		return err
	}
	if read.Load() < services*lines {
		return fmt.Errorf("search_logs: only %d lines can be read", read.Load())
	}
	b.turns = min(b.turns, 5)
	return b.compare(fmt.Sprintf("`search_logs` in %d lines of %d services", services*lines, services), 1, limit{}, side{"", measure.Timed(ours)},
		side{"the API client alone, which only reads them", measure.Timed(alone)})
}
