package tools_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"zerops-mcp/zerops/simulator"
)

// fault is something that goes wrong between the server and the platform.
type fault struct {
	name, what string
	group      string

	// dial fails a connection before anything is sent; tls makes the request expect
	// a certificate.
	dial func(context.Context) (net.Conn, error)
	tls  bool
	// answer replaces what the platform would have answered; got is empty unless the
	// platform works all the same. reset makes the cut a reset.
	answer func(w http.ResponseWriter, r *http.Request, got *captured)
	works  bool
	reset  bool
	// refuses says that the answer is a clear no to whoever wanted to change something.
	refuses bool
	// before and after change the account around a call.
	before, after func(*simulator.Simulator)

	// at is where in a call it can strike; nil means everywhere.
	at []strikes
	// reads and writes are the codes of the errors that it may end in, depending on
	// the request it struck. Without codes the call has to end well.
	reads, writes []string
	// mild faults leave answers that can be worked with; plausible ones could be
	// those of some operation.
	mild, plausible bool
	// empties says that lists may well be empty then.
	empties bool
	// passable faults may also strike what nobody needs.
	passable bool
	// readBack faults spoil answers to changes that are then read back.
	readBack bool
	// ends is the status of a change whose process it strikes.
	ends string
}

// Where a fault strikes.
func everywhere() strikes {
	return strikes{"start", func(*network, bool) bool { return true }}
}

func later() strikes {
	return strikes{"later", func(n *network, _ bool) bool { return n.wave() > 0 }}
}

func last() strikes {
	return strikes{"last", func(n *network, _ bool) bool { return n.wave() >= n.expected-1 }}
}

func fromWave(wave int) strikes {
	return strikes{fmt.Sprintf("from request %d", wave), func(n *network, _ bool) bool { return n.wave() >= wave }}
}

func onlyWave(wave int) strikes {
	return strikes{fmt.Sprintf("at request %d", wave), func(n *network, _ bool) bool { return n.wave() == wave }}
}

func onWrites() strikes {
	return strikes{"write", func(_ *network, unsafe bool) bool { return unsafe }}
}

func afterWrite() strikes {
	return strikes{"after", func(n *network, _ bool) bool { return n.written }}
}

// quoting is the text of an error body that says again what was sent, as the
// platform does: what must not come out.
func quoting(r *http.Request) string {
	body, err := io.ReadAll(io.LimitReader(r.Body, 2000))
	if err != nil {
		return err.Error()
	}
	return "refused: " + string(body) + "; Authorization: Bearer " + simulator.OwnerToken
}

// apiSays answers with an error of the API.
func apiSays(status int, code string, header http.Header) func(http.ResponseWriter, *http.Request, *captured) {
	return func(w http.ResponseWriter, r *http.Request, _ *captured) {
		told := quoting(r)
		maps.Copy(w.Header(), header)
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		meta := []any{map[string]any{"code": code, "metadata": map[string]any{"name": []string{"is taken"}, "content": []string{told}}}}
		_ = json.NewEncoder(w).Encode(map[string]any{"error": map[string]any{"code": code, "message": told, "meta": meta}})
	}
}

// says answers with a document.
func says(document string) func(http.ResponseWriter, *http.Request, *captured) {
	return func(w http.ResponseWriter, _ *http.Request, _ *captured) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, document)
	}
}

// page answers with what a proxy in between would.
func page(status int) func(http.ResponseWriter, *http.Request, *captured) {
	return func(w http.ResponseWriter, r *http.Request, _ *captured) {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, "<html><body><h1>Error</h1>"+quoting(r)+"</body></html>")
	}
}

// hang never answers.
func hang(_ http.ResponseWriter, r *http.Request, _ *captured) {
	<-r.Context().Done()
	panic(http.ErrAbortHandler)
}

// drip answers with a byte a second.
func drip(w http.ResponseWriter, r *http.Request, _ *captured) {
	w.Header().Set("Content-Type", "application/json")
	for pauseFor(r, time.Second) {
		if _, err := io.WriteString(w, " "); err != nil {
			break
		}
		if http.NewResponseController(w).Flush() != nil {
			break
		}
	}
	panic(http.ErrAbortHandler)
}

// flood answers with a document that does not end within reason.
func flood(w http.ResponseWriter, _ *http.Request, got *captured) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, `{"list":[`)
	blank := bytes.Repeat([]byte(" "), 64<<10)
	for range 1024 {
		if _, err := w.Write(blank); err != nil {
			return
		}
		got.flooded += len(blank)
	}
}

func cut(http.ResponseWriter, *http.Request, *captured) { panic(http.ErrAbortHandler) }

// half sends the beginning of an answer and cuts the connection.
func half(w http.ResponseWriter, _ *http.Request, _ *captured) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, `{"id":"AAAAAAAAAAAAAAAAAAAAAA","sta`)
	_ = http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}

// reshaped answers with what change makes of each value of the document.
func reshaped(change func(name string, v any) any) func(http.ResponseWriter, *http.Request, *captured) {
	var walk func(name string, v any) any
	walk = func(name string, v any) any {
		switch node := v.(type) {
		case map[string]any:
			for key, value := range node {
				node[key] = walk(key, value)
			}
		case []any:
			for i, value := range node {
				node[i] = walk(name, value)
			}
		}
		return change(name, v)
	}
	return func(w http.ResponseWriter, _ *http.Request, got *captured) {
		decoder := json.NewDecoder(bytes.NewReader(got.body.Bytes()))
		decoder.UseNumber()
		var document any
		if got.status < 300 && decoder.Decode(&document) == nil {
			got.body.Reset()
			got.header.Del("Content-Length")
			_ = json.NewEncoder(&got.body).Encode(walk("", document))
		}
		got.send(w)
	}
}

func extraFields(_ string, v any) any {
	if object, ok := v.(map[string]any); ok {
		object["brandNewField"] = map[string]any{"deep": []any{1, nil, map[string]any{"deeper": true}}}
	}
	return v
}

// unknownWords replaces the words of closed sets by ones that nobody knows.
func unknownWords() func(name string, v any) any {
	word := regexp.MustCompile(`^[A-Z][A-Z_0-9]{2,}$`)
	return func(name string, v any) any {
		if text, ok := v.(string); ok && name != "key" && name != "content" && word.MatchString(text) {
			return "TELEPORTING"
		}
		return v
	}
}

// otherTypes writes numbers and booleans as words, null as a number and times as
// numbers, as a platform that changes its mind about types would.
func otherTypes(_ string, v any) any {
	switch value := v.(type) {
	case string:
		if at, err := time.Parse(time.RFC3339Nano, value); err == nil {
			return at.UnixMilli()
		}
	case json.Number:
		return value.String()
	case bool:
		return strconv.FormatBool(value)
	case nil:
		return 42
	}
	return v
}

// otherShapes writes an object for every list and a word for every object inside
// a document.
func otherShapes(name string, v any) any {
	if name == "" {
		return v
	}
	switch v.(type) {
	case map[string]any:
		return "an object"
	case []any:
		return map[string]any{"0": "a list"}
	}
	return v
}

// wrapped writes a list for a document that is an object, and the other way
// round.
func wrapped(name string, v any) any {
	if _, list := v.([]any); list && name == "" {
		return map[string]any{"list": map[string]any{}}
	}
	if name == "" {
		return []any{v}
	}
	return v
}

// nullLists writes null for every list.
func nullLists(_ string, v any) any {
	if _, ok := v.([]any); ok {
		return nil
	}
	return v
}

// vanished forgets every process, with the status that the platform has for them.
func vanished(w http.ResponseWriter, r *http.Request, got *captured) {
	if strings.Contains(r.URL.Path, "/process/") && r.Method == http.MethodGet {
		apiSays(http.StatusNotFound, "processNotFound", nil)(w, r, got)
		return
	}
	got.send(w)
}

// faults are all that the matrix goes through.
func faults(t *testing.T) []fault {
	t.Helper()
	unavailable, uncertain, timeout := []string{"unavailable"}, []string{"uncertain"}, []string{"timeout"}
	only := func(at ...strikes) []strikes { return at }
	return []fault{
		{group: "connection", name: "refused", what: "nobody listens", dial: refuseConnection, reads: unavailable, writes: unavailable},
		{group: "connection", name: "dns", what: "the name does not resolve", dial: refuseName, reads: unavailable, writes: unavailable},
		{group: "connection", name: "tls", what: "a certificate that nobody has signed", dial: distrusted(t), tls: true, reads: unavailable, writes: unavailable},
		{group: "connection", name: "reset", what: "the connection is reset before an answer", answer: cut, reset: true, reads: unavailable, writes: uncertain},
		{group: "connection", name: "reset-body", what: "the connection is cut in the middle of the body", answer: half, reads: unavailable, writes: uncertain},
		{group: "connection", name: "timeout", what: "no answer ever comes", answer: hang, reads: timeout, writes: uncertain},
		{group: "connection", name: "drip", what: "a byte of the answer comes every second", answer: drip, reads: timeout, writes: uncertain},
		{group: "connection", name: "lost", what: "the work is done and its answer lost", answer: cut, works: true, at: only(onWrites()), writes: uncertain},

		{group: "refusal", name: "400", what: "field problems", answer: apiSays(400, "invalidUserInput", nil), refuses: true, reads: []string{"invalid_arguments"}, writes: []string{"invalid_arguments"}},
		{group: "refusal", name: "401", what: "the token is not accepted", answer: apiSays(401, "notAuthorized", nil), refuses: true, reads: []string{"unauthorized"}, writes: []string{"unauthorized"}},
		{group: "refusal", name: "403", what: "the token may not do this", answer: apiSays(403, "insufficientPermissions", nil), refuses: true, reads: []string{"forbidden"}, writes: []string{"forbidden"}},
		{group: "refusal", name: "404", what: "an unknown address", answer: page(404), refuses: true, reads: unavailable, writes: unavailable},
		{group: "refusal", name: "409", what: "busy", answer: apiSays(409, "projectLockFailed", nil), refuses: true, reads: []string{"conflict"}, writes: []string{"conflict"}},
		{group: "refusal", name: "429", what: "too many requests", answer: apiSays(429, "tooManyRequests", nil), refuses: true, reads: []string{"rate_limited"}, writes: []string{"rate_limited"}},
		{group: "refusal", name: "429-after", what: "too many requests, with Retry-After", answer: apiSays(429, "tooManyRequests", http.Header{"Retry-After": {"120"}}), refuses: true, reads: []string{"rate_limited"}, writes: []string{"rate_limited"}},
		{group: "refusal", name: "500", what: "a fault of the platform", answer: apiSays(500, "internalServerError", nil), refuses: true, reads: unavailable, writes: unavailable},
		{group: "refusal", name: "502", what: "a gateway's HTML page", answer: page(502), reads: unavailable, writes: uncertain},
		{group: "refusal", name: "503", what: "not available, in the API's words", answer: apiSays(503, "notAvailable", nil), refuses: true, reads: unavailable, writes: unavailable},
		{group: "refusal", name: "redirect", what: "to another host", answer: elsewhere, refuses: true, reads: unavailable, writes: unavailable},

		{group: "content", name: "truncated", what: "half a document", answer: says(`{"id":"AAAAAAAAAAAAAAAAAAAAAA","status":"ACT`), reads: unavailable, writes: uncertain},
		{group: "content", name: "document", what: "another document than the API's", answer: says(`"under maintenance"`), reads: unavailable, writes: uncertain},
		{group: "content", name: "blank", what: "an object without members", answer: says(`{}`), plausible: true, reads: unavailable, writes: uncertain},
		{group: "content", name: "empty", what: "no body", answer: says(""), reads: unavailable, writes: uncertain},
		{group: "content", name: "64 MB", what: "a body of 64 MB", answer: flood, reads: unavailable, writes: uncertain},
		{group: "content", name: "types", what: "numbers and booleans as words, times and null as numbers", answer: reshaped(otherTypes), works: true, mild: true, at: only(everywhere())},
		{group: "content", name: "shapes", what: "objects for lists and words for objects, inside the document", answer: reshaped(otherShapes), works: true, passable: true, at: only(everywhere()), reads: []string{"unavailable", "unsupported"}, writes: uncertain},
		{group: "content", name: "wrapped", what: "a list where the document is an object", answer: reshaped(wrapped), works: true, plausible: true, readBack: true, at: only(everywhere(), later(), last(), onWrites()), reads: unavailable, writes: uncertain},
		{group: "content", name: "null", what: "null for every list", answer: reshaped(nullLists), works: true, mild: true, empties: true, at: only(everywhere())},
		{group: "content", name: "enums", what: "words of closed sets that nobody knows", answer: reshaped(unknownWords()), works: true, mild: true, empties: true, at: only(everywhere())},
		{group: "content", name: "fields", what: "fields that nobody knows", answer: reshaped(extraFields), works: true, mild: true, at: only(everywhere())},

		{group: "work", name: "fails", what: "the process fails", before: func(s *simulator.Simulator) {
			s.FailNext("", "processFailed", "Authorization: Bearer "+simulator.OwnerToken)
		}, mild: true, ends: "failed", at: only(afterWrite())},
		{group: "work", name: "hangs", what: "the process does not end", before: func(s *simulator.Simulator) { s.Hold("") }, after: (*simulator.Simulator).Release, mild: true, ends: "in_progress", at: only(afterWrite())},
		{group: "work", name: "vanishes", what: "the process cannot be found", answer: vanished, works: true, mild: true, at: only(everywhere())},
		{group: "work", name: "revoked", what: "the token is revoked half-way", answer: apiSays(401, "notAuthorized", nil), refuses: true, at: only(later(), afterWrite()), reads: []string{"unauthorized"}, writes: []string{"unauthorized"}},
	}
}

func elsewhere(w http.ResponseWriter, _ *http.Request, _ *captured) {
	w.Header().Set("Location", "https://collector.example.net/steal?token="+simulator.OwnerToken)
	w.WriteHeader(http.StatusTemporaryRedirect)
}
