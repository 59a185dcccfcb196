package zerops

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxSegment bounds a path parameter; the longest real ones are hostnames,
// domain names and WireGuard keys.
const maxSegment = 512

// request is a checked and encoded call, ready to be sent more than once.
type request struct {
	op   Operation
	url  string
	body []byte // nil sends none
	kind string // the body's content type
}

// ValidID reports whether s has the form of an id: 22 characters of URL-safe
// base64 (platform §1.7).
func ValidID(s string) bool {
	if len(s) != 22 {
		return false
	}
	for _, r := range []byte(s) {
		if (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' && r != '_' {
			return false
		}
	}
	return true
}

// prepare checks the arguments and builds the address. Ids are checked before
// they come near a URL: escaping alone would let "" and ".." reach another
// operation.
func (a *API) prepare(call Call) (*request, error) {
	path, err := call.Operation.expand(call.Path)
	if err != nil {
		return nil, err
	}
	target := a.base.Scheme + "://" + a.base.Host + pathPrefix + path
	if len(call.Query) > 0 {
		target += "?" + call.Query.Encode()
	}
	req := &request{op: call.Operation, url: target}
	switch body := call.Body.(type) {
	case nil:
	case []byte:
		req.body, req.kind = body, "application/octet-stream"
	default:
		req.kind = "application/json"
		if req.body, err = json.Marshal(body); err != nil {
			return nil, &ArgumentError{Operation: call.Operation, Name: "body", Problem: "cannot be written as JSON"}
		}
	}
	return req, nil
}

// expand puts the values into the operation's path template.
func (o Operation) expand(values []string) (string, error) {
	template := o.Path()
	if template == "" {
		return "", &ArgumentError{Operation: o, Name: "operation", Problem: "is not in the catalogue"}
	}
	var b strings.Builder
	used := 0
	for {
		before, rest, found := strings.Cut(template, "{")
		b.WriteString(before)
		if !found {
			break
		}
		name, after, _ := strings.Cut(rest, "}")
		template = after
		if used >= len(values) {
			return "", &ArgumentError{Operation: o, Name: name, Problem: "is missing"}
		}
		value := values[used]
		used++
		var escaped string
		var err error
		if rest, isTail := strings.CutSuffix(name, ":.*"); isTail {
			name = rest
			escaped, err = escapeTail(value)
		} else {
			escaped, err = escapeSegment(value, o.takesID(name))
		}
		if err != nil {
			return "", &ArgumentError{Operation: o, Name: name, Problem: err.Error()}
		}
		b.WriteString(escaped)
	}
	if used < len(values) {
		return "", &ArgumentError{Operation: o, Name: "path", Problem: fmt.Sprintf("has %d values, the operation takes %d", len(values), used)}
	}
	return b.String(), nil
}

func escapeSegment(value string, id bool) (string, error) {
	switch {
	case id && !ValidID(value):
		return "", errors.New("is not an id: 22 letters, digits, - or _")
	case value == "":
		return "", errors.New("is empty")
	case value == "." || value == "..":
		return "", errors.New("cannot be " + value)
	case len(value) > maxSegment:
		return "", fmt.Errorf("is longer than %d bytes", maxSegment)
	case !utf8.ValidString(value) || strings.ContainsFunc(value, unicode.IsControl):
		return "", errors.New("holds control characters")
	}
	return url.PathEscape(value), nil
}

// escapeTail escapes a parameter that may span several segments, such as the
// path of a cached file.
func escapeTail(value string) (string, error) {
	segments := strings.Split(strings.TrimPrefix(value, "/"), "/")
	for i, segment := range segments {
		escaped, err := escapeSegment(segment, false)
		if err != nil {
			return "", err
		}
		segments[i] = escaped
	}
	return strings.Join(segments, "/"), nil
}
