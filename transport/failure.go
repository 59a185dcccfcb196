package transport

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"runtime/debug"

	"github.com/mark3labs/mcp-go/mcp"
)

// Error codes of JSON-RPC 2.0.
const (
	codeParse          = -32700
	codeInvalidRequest = -32600
	codeInternal       = -32603
)

// failure is a call that this package answers itself, in the words that tools
// use for their errors.
type failure struct {
	Code              string `json:"code"`
	Message           string `json:"message"`
	Hint              string `json:"hint,omitempty"`
	Retryable         bool   `json:"retryable,omitempty"`
	RetryAfterSeconds int    `json:"retry_after_seconds,omitempty"`
}

// errorObject is the member error of a JSON-RPC answer.
type errorObject struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
	Data    any    `json:"data,omitempty"`
}

// failureData is how a failure is wrapped wherever it is shown.
type failureData struct {
	Error failure `json:"error"`
}

// toolFailure is the result of a tool call that failed.
type toolFailure struct {
	ResultType string        `json:"resultType,omitempty"`
	Content    []textContent `json:"content"`
	IsError    bool          `json:"isError"`
}

type textContent struct {
	Type string `json:"type"`
	Text string `json:"text"`
}

// methodToolsCall is the one method whose failures a model gets to see as a
// result; every other method answers with a JSON-RPC error.
const methodToolsCall = "tools/call"

// failureAnswer returns the JSON-RPC answer that says f, for the request message
// with the given id and method.
func failureAnswer(id []byte, method string, message []byte, f failure) []byte {
	if method != methodToolsCall {
		return errorAnswer(id, codeInternal, f.Message, failureData{f})
	}
	text, err := json.Marshal(failureData{f})
	if err != nil {
		return errorAnswer(id, codeInternal, f.Message, nil)
	}
	result := toolFailure{Content: []textContent{{Type: "text", Text: string(text)}}, IsError: true}
	// Results since 2026-07-28 say that they are complete; to older clients the
	// member is unknown and therefore left out.
	if bytes.Contains(message, []byte("io.modelcontextprotocol/protocolVersion")) {
		result.ResultType = "complete"
	}
	return marshalAnswer(id, "result", result)
}

// errorAnswer returns a JSON-RPC error; a nil id is written as null.
func errorAnswer(id []byte, code int, message string, data any) []byte {
	return marshalAnswer(id, "error", errorObject{Code: code, Message: message, Data: data})
}

// marshalAnswer returns one answer as a line without its line feed.
func marshalAnswer(id []byte, member string, value any) []byte {
	var buffer bytes.Buffer
	if err := appendAnswer(&buffer, id, member, value); err != nil {
		// The types above always marshal.
		return []byte(`{"jsonrpc":"2.0","id":null,"error":{"code":-32603,"message":"internal error"}}`)
	}
	return buffer.Bytes()
}

// appendAnswer appends one JSON-RPC answer to buffer; on an error buffer is left
// as it was. Encoding compacts raw JSON, so an answer never spans lines.
func appendAnswer(buffer *bytes.Buffer, id []byte, member string, value any) error {
	start := buffer.Len()
	buffer.WriteString(`{"jsonrpc":"2.0","id":`)
	if id == nil {
		buffer.WriteString("null")
	} else {
		buffer.Write(id)
	}
	buffer.WriteString(`,"` + member + `":`)
	if err := appendJSON(buffer, value); err != nil {
		buffer.Truncate(start)
		return err
	}
	buffer.WriteByte('}')
	return nil
}

// appendJSON appends a value on one line. What a value writes itself is taken as it
// is, as far as it is on one line: encoding/json would read all of it once more.
func appendJSON(buffer *bytes.Buffer, value any) error {
	if own, ok := value.(json.Marshaler); ok {
		raw, err := own.MarshalJSON()
		if err == nil && bytes.IndexByte(raw, '\n') < 0 {
			buffer.Write(raw)
			return nil
		}
	}
	if err := json.NewEncoder(buffer).Encode(value); err != nil {
		return err
	}
	buffer.Truncate(buffer.Len() - 1) // the line feed that Encode adds
	return nil
}

// tooLong answers a message that was too long to be read. A response carries an
// id of ours, which is not answered.
func tooLong(env *envelope, limit int) []byte {
	id := env.id
	if env.kind != kindObject || (!env.hasMethod && (env.hasResult || env.hasError)) {
		id = nil
	}
	return errorAnswer(id, codeInvalidRequest, fmt.Sprintf("the message is longer than %d bytes; send less at once", limit), nil)
}

// encodeAnswer appends the library's answer to the request with the given id.
// The id is the client's own text, so that numbers keep every digit. An answer
// that cannot be encoded becomes an internal error, so that nobody waits for it.
func encodeAnswer(buffer *bytes.Buffer, id []byte, method string, response mcp.JSONRPCMessage, logger *slog.Logger) {
	var err error
	switch response := response.(type) {
	case mcp.JSONRPCResponse:
		err = appendAnswer(buffer, id, "result", response.Result)
	case mcp.JSONRPCError:
		err = appendAnswer(buffer, id, "error", response.Error)
	default:
		err = fmt.Errorf("no answer of type %T", response)
	}
	if err != nil {
		logger.Error("answer could not be encoded", slog.String("method", truncate(method, maxLogged)), slog.Any("error", err))
		buffer.Write(errorAnswer(id, codeInternal, "internal error", nil))
	}
}

// maxLogged bounds in bytes what of a client's text goes into a log line.
const maxLogged = 100

// logPanic logs where a handler panicked, if it did. The value is left out,
// because it may quote what the call was about. It is deferred.
func logPanic(logger *slog.Logger, method string) {
	if value := recover(); value != nil {
		logger.Error("handler panicked", slog.String("method", truncate(method, maxLogged)),
			slog.String("type", fmt.Sprintf("%T", value)), slog.String("stack", string(debug.Stack())))
	}
}
