package transport

import (
	"crypto/rand"
	"encoding/json"
	"testing"
	"time"
)

// The envelope of a message that is not refused says what encoding/json reads,
// whatever pieces the message comes in.
func FuzzEnvelope(f *testing.F) {
	for _, seed := range []string{
		`{"jsonrpc":"2.0","id":1,"method":"ping"}`, `{"id":"\u0041","method":"\ud83d\ude00","params":{"id":2}}`, `[{"id":1}]`, `5`, `"x"`,
		`{"a":{"b":[1,"]}\"",{}]},"id":-1.5e3}`, `{"ID":1}`, `{"id":1,"id":2}`, `{"\u0069d":null,"method":[]}`, `{"result":{},"error":null}`, ` { "id" : 7 , "method" : "x" } `,
	} {
		f.Add([]byte(seed), 3)
	}
	f.Fuzz(func(t *testing.T, message []byte, cut int) {
		env := scanEnvelope(message)
		var pieces envelopeScanner
		at := 0
		if len(message) > 0 {
			at = max(0, cut) % len(message)
		}
		pieces.scan(message[:at])
		pieces.scan(message[at:])
		if again := pieces.env; string(again.id) != string(env.id) || again.method != env.method || again.flaw != env.flaw || again.depth != env.depth {
			t.Fatalf("in two pieces %+v, whole %+v", again, env)
		}
		if !json.Valid(message) {
			return
		}
		if code, _ := flawOf(message, &env); code != 0 || env.kind != kindObject {
			return
		}
		var read struct {
			ID     json.RawMessage `json:"id"`
			Method *string         `json:"method"`
			Result json.RawMessage `json:"result"`
		}
		if err := json.Unmarshal(message, &read); err != nil {
			t.Fatalf("not refused, but unreadable: %v", err)
		}
		if string(read.ID) != string(env.id) && (string(read.ID) != "null" || !env.nullID) {
			t.Errorf("id %q, encoding/json reads %q", env.id, read.ID)
		}
		if env.hasMethod != (read.Method != nil) || (read.Method != nil && *read.Method != env.method) {
			t.Errorf("method %q, encoding/json reads %v", env.method, read.Method)
		}
		if env.hasResult != (read.Result != nil) {
			t.Errorf("result %t, encoding/json reads %q", env.hasResult, read.Result)
		}
	})
}

// No id but those that were made for a caller is taken, and reading never fails
// in another way.
func FuzzSessionID(f *testing.F) {
	ids := sessionIDs{secret: []byte(rand.Text()), lifetime: time.Hour}
	own := ids.make(idOfSession, agreedForms|3, "alice")
	f.Add(own, "alice")
	f.Add(own, "bob")
	f.Add(own[:len(own)-1], "alice")
	f.Add("", "")
	f.Fuzz(func(t *testing.T, id, owner string) {
		agreed, ok := ids.read(idOfSession, id, owner)
		if ok != (id == own && owner == "alice") {
			t.Errorf("%q of %q: taken %t", id, owner, ok)
		}
		if ok && agreed != agreedForms|3 {
			t.Errorf("agreement %x", agreed)
		}
		if _, ok := ids.read(idOfStream, id, owner); ok {
			t.Errorf("%q of %q was taken for a stream", id, owner)
		}
	})
}
