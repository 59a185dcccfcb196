package transport

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"strings"

	"zerops-mcp/zerops"
)

// withTrace returns a context with the W3C trace context of a request: that of
// its header, else that of its own metadata.
func withTrace(ctx context.Context, header http.Header, message []byte) context.Context {
	if parent := header.Get("Traceparent"); validTraceparent(parent) {
		return zerops.WithTrace(ctx, parent)
	}
	if !bytes.Contains(message, []byte(`"traceparent"`)) {
		return ctx
	}
	var request struct {
		Params struct {
			Meta struct {
				Traceparent string `json:"traceparent"`
			} `json:"_meta"`
		} `json:"params"`
	}
	if json.Unmarshal(message, &request) != nil || !validTraceparent(request.Params.Meta.Traceparent) {
		return ctx
	}
	return zerops.WithTrace(ctx, request.Params.Meta.Traceparent)
}

// validTraceparent reports whether text has the form of W3C Trace Context:
// version, trace id, span id and flags in hexadecimal, ids not zero.
func validTraceparent(text string) bool {
	parts := strings.Split(text, "-")
	if len(text) != 55 || len(parts) != 4 || parts[0] == "ff" {
		return false
	}
	for i, length := range [...]int{2, 32, 16, 2} {
		if len(parts[i]) != length || strings.Trim(parts[i], "0123456789abcdef") != "" {
			return false
		}
	}
	return strings.Trim(parts[1], "0") != "" && strings.Trim(parts[2], "0") != ""
}
