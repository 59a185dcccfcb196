package soak

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"zerops-mcp/internal/bench/measure"
	"zerops-mcp/zerops/simulator"
)

const (
	warmCalls = 10_000
	// maxCallsMemory is how much more memory may be resident at the end than
	// after the first calls.
	maxCallsMemory = 1.10
	firstID        = 1000
)

// kindOfCall is a call that is made again and again, and a part of its answer.
type kindOfCall struct{ tool, arguments, answer string }

// kindsOfCalls are made in turns: one in forty asks the API, two in 400 for
// more than one small answer.
func kindsOfCalls() []kindOfCall {
	cheap := []kindOfCall{
		{"describe_api", `{"operation":"GetProject"}`, `"operation":"GetProject"`},
		{"search_api", `{"query":"restart service"}`, `"PutServiceStackRestart"`},
		{"describe_api", `{"operation":"GetProyect"}`, `"code":"invalid_arguments"`},
		{"describe_api", `{"operation":"PostServiceStackBackup"}`, `"effect":"creates"`},
		{"get_project", `{"proyect":"a"}`, `"code":"invalid_arguments"`},
		{"describe_api", `{"operation":"PutServiceStackRestart"}`, `"effect":"updates"`},
		{"reveal_env", `{"key":"a"}`, `"code":"secret_withheld"`},
	}
	all := make([]kindOfCall, 400)
	for i := range all {
		all[i] = cheap[i%len(cheap)]
		if i%40 == 7 {
			all[i] = kindOfCall{"whoami", `{}`, `"Petra`}
		}
	}
	all[199] = kindOfCall{"validate_zerops_yaml", `{"yaml":"zerops:\n  - setup: app\n    run:\n      base: nodejs@22\n"}`, `"valid":`}
	all[399] = kindOfCall{"get_project", `{"project":"eshop-staging"}`, `"eshop-staging"`}
	return all
}

// manyCalls makes calls over one connection, some always under way.
func manyCalls(ctx context.Context, out io.Writer, binary string, calls, window int) error {
	if calls < 2*warmCalls || window < 1 {
		return fmt.Errorf("at least %d calls are compared", 2*warmCalls)
	}
	account, err := simulator.New().Start(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = account.Close() }()
	server, err := measure.StartStdio(ctx, measure.Command{
		Path: binary, Args: []string{"--toolsets", "all", "--api-rate-limit", "0"},
		Env: []string{"ZEROPS_TOKEN=" + simulator.OwnerToken, "ZMCP_API_URL=" + account.URL},
	})
	if err != nil {
		return err
	}
	err = errors.Join(pour(ctx, out, server, calls, window), server.Stop())
	return err
}

// pour makes the calls and compares the memory.
func pour(ctx context.Context, out io.Writer, server *measure.Stdio, calls, window int) error {
	kinds := kindsOfCalls()
	open := make(map[int]bool, window)
	begun, told := time.Now(), 0
	var warm, end measure.Usage
	for next := 0; next < calls || len(open) > 0; {
		if next < calls && len(open) < window && (next != warmCalls || warm.Resident > 0) {
			kind := kinds[next%len(kinds)]
			if err := server.Send(fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":"tools/call","params":{"name":%q,"arguments":%s}}`, firstID+next, kind.tool, kind.arguments)); err != nil {
				return err
			}
			open[firstID+next] = true
			next++
			continue
		}
		if len(open) > 0 {
			if err := takeAnswer(server, kinds, open); err != nil {
				return fmt.Errorf("after %d calls: %w", next, err)
			}
		}
		if next-told == calls/10 {
			told = next
			fmt.Fprintf(out, "%d calls after %s\n", next, time.Since(begun).Round(time.Second))
		}
		if next == warmCalls && len(open) == 0 {
			var err error
			if warm, err = settled(ctx, server.PID()); err != nil {
				return err
			}
			fmt.Fprintf(out, "after %d calls: %.1f MB resident, %d threads, %d descriptors\n", next, warm.Resident, warm.Threads, warm.Files)
		}
	}
	took := time.Since(begun)
	end, err := settled(ctx, server.PID())
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "after %d calls: %.1f MB resident (%+.1f %%), at most %.1f MB, %d threads, %d descriptors; %.0f calls a second\n",
		calls, end.Resident, (end.Resident/warm.Resident-1)*100, end.Peak, end.Threads, end.Files, float64(calls)/took.Seconds())
	if end.Resident > warm.Resident*maxCallsMemory {
		return fmt.Errorf("resident memory grew from %.1f to %.1f MB", warm.Resident, end.Resident)
	}
	if end.Files > warm.Files+2 {
		return fmt.Errorf("descriptors grew from %d to %d", warm.Files, end.Files)
	}
	return nil
}

// takeAnswer reads one answer, which must be the right one to an open call.
func takeAnswer(server *measure.Stdio, kinds []kindOfCall, open map[int]bool) error {
	line, err := server.Receive()
	if err != nil {
		return err
	}
	var message struct {
		ID     int             `json:"id"`
		Result json.RawMessage `json:"result"`
	}
	if err := json.Unmarshal(line, &message); err != nil {
		return err
	}
	if !open[message.ID] || message.Result == nil {
		return fmt.Errorf("not an answer to an open call: %.300s", line)
	}
	delete(open, message.ID)
	want := kinds[(message.ID-firstID)%len(kinds)]
	// Errors are told in text only, where each quote is escaped.
	if plain := bytes.ReplaceAll(message.Result, []byte(`\"`), []byte(`"`)); !bytes.Contains(plain, []byte(want.answer)) {
		return fmt.Errorf("%s %s: %s is missing: %.500s", want.tool, want.arguments, want.answer, line)
	}
	return nil
}

// settled is the usage of a server that has nothing to do: the median of some
// looks, because the collector gives memory back in its own time.
func settled(ctx context.Context, pid int) (measure.Usage, error) {
	var usage measure.Usage
	var resident []float64
	for range 10 {
		var err error
		if usage, err = measure.UsageOf(pid); err != nil {
			return usage, err
		}
		resident = append(resident, usage.Resident)
		if err := measure.Pause(ctx, 100*time.Millisecond); err != nil {
			return usage, err
		}
	}
	usage.Resident = measure.Median(resident)
	return usage, nil
}
