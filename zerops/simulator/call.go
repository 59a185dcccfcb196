package simulator

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// maxBody bounds the JSON body of a request.
const maxBody = 8 << 20

// call is one request on its way through an operation. The world is locked while a
// handler runs.
type call struct {
	world  *world
	cfg    *config
	r      *http.Request
	op     string
	who    *principal
	body   json.RawMessage
	fields map[string]json.RawMessage
	query  url.Values
}

// handler does the work of an operation and returns what to send.
type handler func(c *call) (any, error)

// route is an operation of the API. Path is relative to the API's base, with the
// parameter names of the catalogue.
type route struct {
	op, method, path string
	handle           handler
	// public routes need no token.
	public bool
	// required are body fields that the live API demands where that differs from the
	// catalogue; nil takes the catalogue's.
	required []string
}

// path is a path parameter.
func (c *call) path(name string) string { return c.r.PathValue(name) }

type entryKey struct{}

func withEntry(ctx context.Context, entry *Request) context.Context {
	return context.WithValue(ctx, entryKey{}, entry)
}

// serve wraps an operation: body, token, arguments, then the handler under the lock.
func (s *Simulator) serve(rt route, spec *operationSpec) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		if err != nil {
			if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
				writeError(w, &apiError{status: http.StatusRequestEntityTooLarge, code: "requestEntityTooLarge", message: "Request entity too large"})
				return
			}
			panic(http.ErrAbortHandler) // The caller went away in the middle.
		}
		if entry, ok := r.Context().Value(entryKey{}).(*Request); ok {
			s.requests.body(entry, body)
		}

		answer, err := s.perform(rt, spec, r, body)
		if err != nil {
			var refusal *apiError
			if !errors.As(err, &refusal) {
				refusal = &apiError{status: http.StatusInternalServerError, code: "internalServerError", message: err.Error()}
			}
			writeError(w, refusal)
			return
		}
		if file, ok := answer.(download); ok {
			file.send(w)
			return
		}
		writeJSON(w, http.StatusOK, answer)
	}
}

// perform runs an operation and encodes its answer while the world is locked,
// because the answer may point into it.
func (s *Simulator) perform(rt route, spec *operationSpec, r *http.Request, body []byte) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.world.advance(s.cfg.clock())
	s.world.rememberOrigin(r)

	c := &call{world: s.world, cfg: &s.cfg, r: r, op: rt.op, body: body, query: r.URL.Query()}
	if err := c.authenticate(rt.public); err != nil {
		return nil, err
	}
	if err := c.checkArguments(rt, spec); err != nil {
		return nil, err
	}
	answer, err := rt.handle(c)
	if err != nil {
		return nil, err
	}
	switch answer.(type) {
	case download, json.RawMessage:
		return answer, nil
	default:
		encoded, err := json.Marshal(answer)
		return json.RawMessage(encoded), err
	}
}

// authenticate finds out whose token this is.
func (c *call) authenticate(public bool) error {
	token := bearer(c.r)
	if who, ok := c.world.principals[token]; ok && who.alive && token != "" {
		c.who = who
		return nil
	}
	if public {
		return nil
	}
	return notAuthorized()
}

// decode reads the JSON body; a field of another type is invalidUserInput.
func (c *call) decode(into any) error {
	if len(c.body) == 0 {
		return nil
	}
	err := json.Unmarshal(c.body, into)
	var wrong *json.UnmarshalTypeError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &wrong) && wrong.Field != "":
		return badField(wrong.Field, "invalid data type, expected "+wrong.Type.String())
	default:
		return refuse("incorrectDataType", "Request body is not valid JSON")
	}
}

// flag reads a boolean query parameter.
func (c *call) flag(name string) (bool, error) {
	text := c.query.Get(name)
	if text == "" {
		return false, nil
	}
	value, err := strconv.ParseBool(text)
	if err != nil {
		return false, badField(name, "field must be a boolean")
	}
	return value, nil
}

// page is the part of a direct list that was asked for.
type page struct {
	limit, offset int
	statuses      []string
}

// paging reads limit, offset and statuses.
func (c *call) paging() (page, error) {
	p := page{limit: defaultPageSize}
	for name, into := range map[string]*int{"limit": &p.limit, "offset": &p.offset} {
		text := c.query.Get(name)
		if text == "" {
			continue
		}
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 {
			return page{}, badField(name, "field must be a non-negative integer")
		}
		*into = n
	}
	p.limit = min(p.limit, c.cfg.pageLimit)
	if text := c.query.Get("statuses"); text != "" {
		p.statuses = strings.Split(text, ",")
	}
	return p, nil
}

// hasStatus reports whether the filter lets a status through.
func (p page) hasStatus(status string) bool {
	return len(p.statuses) == 0 || slices.Contains(p.statuses, status)
}

// direct cuts a page out of rows. The count is called totalCount, as in the vendor's
// SDK; some lists of the live API have another name for it (platform §10.3).
func direct(p page, rows []object) object {
	total := len(rows)
	rows = rows[min(p.offset, total):]
	rows = rows[:min(p.limit, len(rows))]
	return object{"list": list(rows), "totalCount": total}
}

// renamedCount is direct for the lists whose count is called total.
func renamedCount(p page, rows []object) object {
	answer := direct(p, rows)
	answer["total"] = answer["totalCount"]
	delete(answer, "totalCount")
	return answer
}

// newestFirst turns rows around.
func newestFirst(rows []object) []object {
	slices.Reverse(rows)
	return rows
}

// contains is the platform's case-insensitive substring filter.
func contains(text, part string) bool {
	return part == "" || strings.Contains(strings.ToLower(text), strings.ToLower(part))
}

// success is the answer of operations that have nothing to show.
func success() object { return object{"success": true} }

// download is an answer that is a file.
type download struct {
	contentType, name string
	data              []byte
}

func (d download) send(w http.ResponseWriter) {
	w.Header().Set("Content-Type", d.contentType)
	w.Header().Set("Content-Length", strconv.Itoa(len(d.data)))
	if d.name != "" {
		w.Header().Set("Content-Disposition", `attachment; filename="`+d.name+`"`)
	}
	w.WriteHeader(http.StatusOK)
	_, _ = w.Write(d.data)
}

// rememberOrigin notes under which address the caller knows this server, because
// upload and log addresses have to lead back to it.
func (w *world) rememberOrigin(r *http.Request) {
	scheme := "http"
	if r.TLS != nil || r.URL.Scheme == "https" {
		scheme = "https"
	}
	w.origin = scheme + "://" + r.Host
}
