package transport

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/mark3labs/mcp-go/mcp"
)

// maxBatch bounds how many messages one array may hold.
const maxBatch = 1000

// arrayMembers returns the messages of an array, or the answer that refuses the
// array. revision is what the client agreed on: only 2025-03-26 has arrays.
func arrayMembers(message []byte, revision string) (members []json.RawMessage, refusal []byte) {
	if revision != mcp.ProtocolVersion20250326 {
		return nil, refuseArray()
	}
	members, ok := splitBatch(message)
	if !ok || len(members) == 0 {
		return nil, errorAnswer(nil, codeInvalidRequest, fmt.Sprintf("an array must hold 1 to %d messages", maxBatch), nil)
	}
	return members, nil
}

// refuseArray is the answer to an array where there must be none.
func refuseArray() []byte {
	return errorAnswer(nil, codeInvalidRequest, "arrays of messages are part of protocol revision 2025-03-26 only", nil)
}

// splitBatch returns the members of a JSON array, and false when there are more
// than maxBatch.
func splitBatch(message []byte) ([]json.RawMessage, bool) {
	decoder := json.NewDecoder(bytes.NewReader(message))
	if _, err := decoder.Token(); err != nil {
		return nil, false
	}
	var members []json.RawMessage
	for decoder.More() {
		if len(members) == maxBatch {
			return nil, false
		}
		var member json.RawMessage
		if err := decoder.Decode(&member); err != nil {
			return nil, false
		}
		members = append(members, member)
	}
	return members, true
}

// appendElement adds an answer to an array of answers; the caller writes its end.
func appendElement(array *bytes.Buffer, answer []byte) {
	separator := byte(',')
	if array.Len() == 0 {
		separator = '['
	}
	array.WriteByte(separator)
	array.Write(answer)
}
