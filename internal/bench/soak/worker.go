package soak

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"

	"zerops-mcp/internal/bench/tenants"
)

// codes are the errors that a call may end with, as the documentation has them.
func codes() []string {
	return []string{
		"unauthorized", "forbidden", "not_found", "ambiguous", "invalid_arguments", "conflict", "rate_limited", "unavailable", "timeout",
		"uncertain", "unsupported", "read_only", "out_of_scope", "blocked", "declined", "secret_withheld", "confirmation_invalid", "internal",
	}
}

// ledger counts what came of the calls.
type ledger struct {
	mu       sync.Mutex
	calls    int
	byTool   map[string]int
	byCode   map[string]int
	wrong    int
	examples map[string]string // by what is wrong with what
}

func newLedger() *ledger {
	return &ledger{byTool: make(map[string]int), byCode: make(map[string]int), examples: make(map[string]string)}
}

func (l *ledger) note(tool, code string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.calls++
	l.byTool[tool]++
	l.byCode[code]++
}

// fault notes an answer that must not be.
func (l *ledger) fault(what, format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.wrong++
	if l.examples[what] == "" {
		l.examples[what] = fmt.Sprintf(format, args...)
	}
}

// worker makes one call after the other, as one assistant does.
type worker struct {
	name    string
	client  client
	weather *weather
	ledger  *ledger
	project string
	service string // of its own
	dir     string // to deploy, empty where the server reads no directories
	turn    int
	era     int64 // of the account that the service is in
}

// settle gets a service in a new account.
func (w *worker) settle(ctx context.Context) {
	era := w.weather.era.Load()
	if w.era == era {
		return
	}
	w.era = era
	create := fmt.Sprintf(`{"project":%q,"hostname":%q,"type":"nodejs@22","wait_seconds":30}`, w.project, w.service)
	if _, ok := w.call(ctx, "create_service", create, status("done")); !ok {
		w.era = 0 // once more
		return
	}
	deploy(ctx, w)
}

// want is what a call must come to while nothing is wrong with the API.
type want struct {
	code    string // of the error, empty for a result
	or      string // another one that an earlier fault can lead to
	refused int    // code of the protocol's error, 0 for an answer of the tool
	check   func(result json.RawMessage) error
}

// call makes a call and judges its answer. It reports whether it is what was
// wanted; while the API is at fault any error that is documented will do, but a
// result still has to be one.
func (w *worker) call(ctx context.Context, tool, arguments string, expected want) (*tenants.Result, bool) {
	before := w.weather.count.Load()
	result, err := w.client.Call(ctx, tool, arguments, "")
	calm := before%2 == 0 && before == w.weather.count.Load() && w.era == w.weather.era.Load()
	if ctx.Err() != nil {
		return nil, false
	}
	if refused, ok := errors.AsType[*tenants.ProtocolError](err); ok {
		w.ledger.note(tool, strconv.Itoa(refused.Code))
		if refused.Code != expected.refused {
			w.ledger.fault(tool, "%s: %s %.200s: %v", w.name, tool, arguments, err)
		}
		return nil, refused.Code == expected.refused
	}
	if err != nil {
		w.ledger.fault(tool, "%s: %s %.200s: %v", w.name, tool, arguments, err)
		return nil, false
	}
	if result.IsError {
		code := result.Code()
		w.ledger.note(tool, code)
		switch {
		case !slices.Contains(codes(), code):
			w.ledger.fault(tool, "%s: %s %.200s: unknown error: %.300s", w.name, tool, arguments, result.Raw)
		case code != expected.code && code != expected.or && calm:
			w.ledger.fault(tool, "%s: %s %.200s: want %q: %.500s", w.name, tool, arguments, expected.code, result.Raw)
		case code == "internal":
			w.ledger.fault(tool, "%s: %s %.200s: %.500s", w.name, tool, arguments, result.Raw)
		}
		return result, code == expected.code
	}
	w.ledger.note(tool, "ok")
	if err := w.judge(result, expected, calm); err != nil {
		w.ledger.fault(tool, "%s: %s %.200s: %v: %.500s", w.name, tool, arguments, err, result.Raw)
		return result, false
	}
	return result, true
}

// judge looks at a result.
func (w *worker) judge(result *tenants.Result, expected want, calm bool) error {
	if expected.code != "" || expected.refused != 0 {
		if expected.code == "not_found" && !calm {
			return nil // an API that says yes to everything says so here
		}
		return errors.New("succeeded although it cannot")
	}
	if len(result.Content) == 0 {
		return errors.New("no content")
	}
	var whole struct {
		Result struct {
			Structured json.RawMessage `json:"structuredContent"`
		} `json:"result"`
	}
	if err := json.Unmarshal([]byte(result.Raw), &whole); err != nil {
		return err
	}
	structured := whole.Result.Structured
	if structured == nil { // a picture
		structured = json.RawMessage(result.Raw)
	} else if string(structured) != result.Content[0].Text {
		return errors.New("text and structured content differ")
	}
	if expected.check != nil && calm {
		return expected.check(structured)
	}
	return nil
}
