package soak

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// job is what an assistant does in one go.
type job func(context.Context, *worker)

// jobs are done in turns; those listed more often are done more often.
func jobs() []job {
	return []job{
		lookAround, searchLogs, setVariable, hostile, wholeAPI, lookAround, cancelled, chart, restart, hostile, searchLogs,
		lookAround, deploy, wholeAPI, stopAndStart, cancelled, setVariable, chart, writeAPI, scale,
	}
}

// holds is a check that a result has certain values at certain places.
func holds(into func() (any, func() bool)) func(json.RawMessage) error {
	return func(raw json.RawMessage) error {
		value, right := into()
		if err := json.Unmarshal(raw, value); err != nil {
			return err
		}
		if !right() {
			return errors.New("wrong result")
		}
		return nil
	}
}

// status wants a change to have come to one of some ends.
func status(allowed ...string) want {
	return want{check: func(raw json.RawMessage) error {
		var out struct {
			Status string `json:"status"`
		}
		if err := json.Unmarshal(raw, &out); err != nil {
			return err
		}
		if !slices.Contains(allowed, out.Status) {
			return fmt.Errorf("status %q", out.Status)
		}
		return nil
	}}
}

func (w *worker) on(more string) string {
	return fmt.Sprintf(`{"project":%q,"service":%q%s}`, w.project, w.service, more)
}

func lookAround(ctx context.Context, w *worker) {
	w.call(ctx, "whoami", `{}`, want{})
	w.call(ctx, "list_projects", `{"limit":5}`, want{check: holds(func() (any, func() bool) {
		var out struct{ Items []struct{ ID string } }
		return &out, func() bool { return len(out.Items) == 5 }
	})})
	w.call(ctx, "get_project", fmt.Sprintf(`{"project":%q}`, w.project), want{check: holds(func() (any, func() bool) {
		var out struct{ Name string }
		return &out, func() bool { return out.Name == w.project }
	})})
	w.call(ctx, "get_service", w.on(""), want{check: holds(func() (any, func() bool) {
		var out struct{ Hostname string }
		return &out, func() bool { return out.Hostname == w.service }
	})})
	w.call(ctx, "list_events", fmt.Sprintf(`{"project":%q,"limit":10}`, w.project), want{})
}

func searchLogs(ctx context.Context, w *worker) {
	w.call(ctx, "search_logs", `{"project":"eshop-staging","min_severity":"warning","limit":20}`, want{check: holds(func() (any, func() bool) {
		var out struct {
			Items []struct{ Severity string }
		}
		return &out, func() bool {
			for _, line := range out.Items {
				if line.Severity == "info" || line.Severity == "debug" || line.Severity == "notice" {
					return false
				}
			}
			return len(out.Items) > 0
		}
	})})
	w.call(ctx, "search_logs", `{"project":"eshop-staging","services":["api"],"contains":"no line holds this","limit":5}`, want{check: holds(func() (any, func() bool) {
		var out struct{ Items []any }
		return &out, func() bool { return out.Items != nil && len(out.Items) == 0 }
	})})
}

// setVariable sets a variable, finds it, and deletes it with a confirmation.
func setVariable(ctx context.Context, w *worker) {
	key := fmt.Sprintf("SOAK_%d", rand.IntN(1_000_000))
	list := func(there bool) want {
		return want{check: func(raw json.RawMessage) error {
			if strings.Contains(string(raw), `"`+key+`"`) != there {
				return fmt.Errorf("%s there: %v", key, !there)
			}
			return nil
		}}
	}
	set := w.on(fmt.Sprintf(`,"variables":[{"key":%q,"value":"a value of %s"}],"wait_seconds":20`, key, key))
	if _, ok := w.call(ctx, "set_env", set, status("done")); !ok {
		return
	}
	w.call(ctx, "list_env", w.on(""), list(true))
	if w.confirmed(ctx, "delete_env", w.on(fmt.Sprintf(`,"keys":[%q],"wait_seconds":20`, key))) {
		w.call(ctx, "list_env", w.on(""), list(false))
	}
}

// confirmed makes a call that needs a confirmation, and reports whether it is done.
func (w *worker) confirmed(ctx context.Context, tool, arguments string) bool {
	result, ok := w.call(ctx, tool, arguments, status("confirmation_required", "unchanged"))
	if !ok || result.Structured.Status == "unchanged" {
		return ok
	}
	second := strings.TrimSuffix(arguments, "}") + fmt.Sprintf(`,"confirm":%q}`, result.Structured.Confirm)
	result, ok = w.call(ctx, tool, second, status("done"))
	if ok && result.Structured.Status == "done" {
		// It works once.
		w.call(ctx, tool, second, status("unchanged"))
	}
	return ok
}

func restart(ctx context.Context, w *worker) {
	result, ok := w.call(ctx, "restart_service", w.on(`,"wait_seconds":20`), want{or: "conflict"})
	if !ok && result != nil && result.Code() == "conflict" { // a fault has left it stopped
		w.call(ctx, "start_service", w.on(`,"wait_seconds":20`), want{})
	}
}

func stopAndStart(ctx context.Context, w *worker) {
	if w.confirmed(ctx, "stop_service", w.on(`,"wait_seconds":20`)) {
		w.call(ctx, "start_service", w.on(`,"wait_seconds":20`), want{})
	}
}

func scale(ctx context.Context, w *worker) {
	w.call(ctx, "scale_service", w.on(fmt.Sprintf(`,"max_ram_gb":%d,"wait_seconds":20`, 2+w.turn%8)), want{})
}

func deploy(ctx context.Context, w *worker) {
	from := `,"git_url":"https://github.com/northwind/app"`
	if w.dir != "" {
		from = fmt.Sprintf(`,"directory":%q`, w.dir)
	}
	w.call(ctx, "deploy_service", w.on(from+`,"wait_seconds":40`), status("done"))
	w.call(ctx, "list_deployments", w.on(`,"limit":3`), want{})
}

func chart(ctx context.Context, w *worker) {
	picture := want{check: func(raw json.RawMessage) error {
		if !strings.Contains(string(raw), `"iVBORw0KGgo`) {
			return errors.New("no picture")
		}
		return nil
	}}
	w.call(ctx, "render_chart", `{"kind":"metrics","project":"eshop-staging","service":"api","since":"24h"}`, picture)
	w.call(ctx, "render_chart", `{"kind":"costs","org":"Northwind Trading","group_by":"project"}`, picture)
	w.call(ctx, "get_metrics", `{"project":"eshop-staging","service":"api","since":"6h"}`, want{})
}

func wholeAPI(ctx context.Context, w *worker) {
	w.call(ctx, "search_api", `{"query":"restart a service"}`, want{check: func(raw json.RawMessage) error {
		if !strings.Contains(string(raw), `"PutServiceStackRestart"`) {
			return errors.New("not found")
		}
		return nil
	}})
	w.call(ctx, "describe_api", `{"operation":"GetProject"}`, want{})
	w.call(ctx, "read_api", `{"operation":"GetUserInfo","jq":".clientUserList | length"}`, want{})
}

func writeAPI(ctx context.Context, w *worker) {
	w.call(ctx, "write_api", `{"operation":"PutServiceStackRestart","path":[{"name":"id","value":"AAAAAAAAAAAAAAAAAAAAAA"}]}`, want{code: "not_found"})
	w.call(ctx, "write_api", `{"operation":"GetProject","path":[{"name":"id","value":"AAAAAAAAAAAAAAAAAAAAAA"}]}`, want{code: "invalid_arguments"})
}

// hostile sends what no honest client would.
func hostile(ctx context.Context, w *worker) {
	long := strings.Repeat("x", 50_000)
	refused := want{code: "invalid_arguments"}
	w.call(ctx, "get_project", fmt.Sprintf(`{"project":%q}`, long), refused)
	w.call(ctx, "get_project", `{"project":{"$ne":null}}`, refused)
	w.call(ctx, "get_project", `{"proyect":"eshop-staging"}`, refused)
	w.call(ctx, "get_project", `{"project":"../../user/info?x=\u0000\u202e"}`, refused)
	w.call(ctx, "restart_service", fmt.Sprintf(`{"project":%q,"service":"x\"; drop table"}`, w.project), refused)
	w.call(ctx, "search_logs", `{"project":"eshop-staging","regex":"(((((a*)*)*)*)*"}`, refused)
	w.call(ctx, "read_api", `{"operation":"GetUserInfo","jq":"[range(1e12)]"}`, refused)
	w.call(ctx, "read_api", fmt.Sprintf(`{"operation":"GetProject","path":%s}`, strings.Repeat("[", 150)+strings.Repeat("]", 150)), refused)
	w.call(ctx, "validate_zerops_yaml", fmt.Sprintf(`{"yaml":%q}`, "a: &a ["+strings.Repeat("*a,", 2000)+"]"), want{})
	w.call(ctx, "no_such_tool", `{}`, want{refused: -32602})
	w.call(ctx, "reveal_env", `{"key":"A"}`, want{code: "secret_withheld"})
}

// cancelled gives up on calls that are under way.
func cancelled(ctx context.Context, w *worker) {
	for range 3 {
		short, stop := context.WithTimeout(ctx, time.Duration(rand.IntN(8000))*time.Microsecond)
		tool := [][2]string{
			{"list_projects", `{}`},
			{"search_logs", `{"project":"eshop-staging"}`},
			{"describe_api", `{"operation":"GetProject"}`},
			{"restart_service", w.on(`,"wait_seconds":20`)},
		}[rand.IntN(4)]
		_, err := w.client.Call(short, tool[0], tool[1], "")
		w.ledger.note(tool[0], "cancelled or in time")
		if err != nil && short.Err() == nil {
			w.ledger.fault(tool[0], "%s: %s: %v", w.name, tool[0], err)
		}
		stop()
	}
	w.call(ctx, "describe_api", `{"operation":"GetProject"}`, want{})
}
