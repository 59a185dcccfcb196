package transport

import (
	"encoding/json"
	"errors"
	"net/http"

	"github.com/mark3labs/mcp-go/mcp"
)

// mismatch returns why a request of revision 2026-07-28 or later is refused for
// what its HTTP header says: the header has to repeat the version, the method and
// what the request is about, so that proxies can decide without reading the
// message, and therefore must not say anything else than the message does.
func (e *exchange) mismatch(message []byte, env *envelope) *errorObject {
	header := e.r.Header
	stated, version := header.Get(mcp.HeaderProtocolVersion), versionOf(message)
	switch {
	case header.Get(mcp.HeaderLastEventID) != "":
		return &errorObject{Code: mcp.HEADER_MISMATCH, Message: "streams cannot be resumed in this protocol revision; send the request again with a new id"}
	case stated == "":
		return &errorObject{Code: mcp.HEADER_MISMATCH, Message: "the header Mcp-Protocol-Version is missing"}
	case version == "":
		return &errorObject{Code: mcp.INVALID_PARAMS, Message: "the protocol version is missing in the request's _meta"}
	case stated != version:
		return &errorObject{Code: mcp.HEADER_MISMATCH, Message: "the header Mcp-Protocol-Version and the request's _meta name different versions"}
	case !mcp.IsValidProtocolVersion(version):
		refused := mcp.UnsupportedProtocolVersionError{Version: truncate(version, maxLogged), Supported: mcp.ValidProtocolVersions}.JSONRPCError().Error
		return &errorObject{Code: refused.Code, Message: refused.Message, Data: refused.Data}
	}
	var request struct {
		Params json.RawMessage `json:"params"`
	}
	if err := json.Unmarshal(message, &request); err != nil {
		return &errorObject{Code: codeInvalidRequest, Message: "the request cannot be decoded"}
	}
	err := mcp.ValidateStandardHeaders(header.Get, version, mcp.MCPMethod(env.method), request.Params)
	if err == nil && env.method == methodToolsCall {
		err = e.toolMismatch(request.Params)
	}
	if errors.As(err, new(mcp.HeaderMismatchError)) {
		return &errorObject{Code: mcp.HEADER_MISMATCH, Message: err.Error()}
	}
	if err != nil {
		return &errorObject{Code: mcp.INVALID_PARAMS, Message: err.Error()}
	}
	return nil
}

// toolMismatch compares the arguments that a tool wants in the header as well.
func (e *exchange) toolMismatch(params json.RawMessage) error {
	var call struct {
		Name string `json:"name"`
	}
	if json.Unmarshal(params, &call) != nil {
		return nil //nolint:nilerr // the handler says what is wrong
	}
	tool := e.h.server.GetTool(call.Name)
	if tool == nil {
		return nil
	}
	lookup := func(name string) (string, bool) {
		values := e.r.Header.Values(name)
		if len(values) == 0 {
			return "", false
		}
		return values[0], true
	}
	return mcp.ValidateParamHeadersLookup(lookup, &tool.Tool, params)
}

// statusOf returns the HTTP status that goes with an error of a request of
// revision 2026-07-28 or later.
func statusOf(code int) int {
	switch code {
	case mcp.METHOD_NOT_FOUND:
		return http.StatusNotFound
	case mcp.HEADER_MISMATCH, mcp.MISSING_REQUIRED_CLIENT_CAPABILITY, mcp.UNSUPPORTED_PROTOCOL_VERSION,
		mcp.INVALID_REQUEST, mcp.INVALID_PARAMS, mcp.PARSE_ERROR:
		return http.StatusBadRequest
	default:
		return http.StatusOK
	}
}
