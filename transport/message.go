package transport

import (
	"encoding/json"
	"strconv"
	"unicode/utf8"

	"zerops-mcp/tools/request"
)

// openMessage returns the envelope of a message that may be acted on, or the
// answer that refuses it.
func openMessage(message []byte) (env envelope, refusal []byte) {
	if !json.Valid(message) {
		return env, errorAnswer(nil, codeParse, "the message is not valid JSON", nil)
	}
	env = scanEnvelope(message)
	if code, reason := flawOf(message, &env); code != 0 {
		return env, errorAnswer(env.id, code, reason, nil)
	}
	return env, nil
}

// flawOf returns why a message is refused before anything in it is acted on, as
// a JSON-RPC error code and a reason; the code is 0 when nothing is wrong.
func flawOf(message []byte, env *envelope) (code int, reason string) {
	switch {
	case env.depth > maxDepth:
		return codeInvalidRequest, "the message is nested too deeply"
	case !utf8.Valid(message):
		return codeParse, "the message is not valid UTF-8"
	case env.kind == kindScalar || env.kind == kindNone:
		return codeInvalidRequest, "a message must be a JSON object"
	case env.kind == kindArray:
		return 0, ""
	case env.flaw != "":
		return codeInvalidRequest, env.flaw
	case !env.version2:
		return codeInvalidRequest, `member jsonrpc must be "2.0"`
	case env.hasMethod && (env.hasResult || env.hasError):
		return codeInvalidRequest, "a message is either a request or a response"
	case !env.hasMethod && !env.hasResult && !env.hasError:
		return codeInvalidRequest, "member method is missing"
	}
	if name, found := request.AmbiguousName(message, 0); found {
		return codeInvalidRequest, "the name " + strconv.QuoteToASCII(shortName(name)) + " stands twice in one object, or twice but for its case"
	}
	return 0, ""
}

// shortName keeps a name that a client sent from filling the answer.
func shortName(name string) string {
	if len(name) > maxKeyBytes {
		return name[:maxKeyBytes]
	}
	return name
}
