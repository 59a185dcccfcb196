package tool

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"zerops-mcp/tools/request"
)

// What a token was made for. The state of a question is no confirmation: nobody
// has answered it.
const (
	forConfirm  = "confirm"
	forQuestion = "question"
)

// A confirmation is a signed token followed by marks of the plan's facts: a salt,
// a mark of all of them, and a short one of each, which tells what has changed.
const (
	saltLength = 8
	wholeMark  = 16
	shortMark  = 4
	// maxMarks bounds the facts that have a mark of their own.
	maxMarks = 40
)

// splitToken takes a confirmation apart.
func splitToken(token string) (signed string, marks []byte, ok bool) {
	end := base64.RawURLEncoding.EncodedLen(tokenHead + tokenMAC)
	if len(token) < end {
		return "", nil, false
	}
	marks, err := base64.RawURLEncoding.Strict().DecodeString(token[end:])
	return token[:end], marks, err == nil && len(marks) >= saltLength+wholeMark
}

// newToken makes a confirmation for a plan.
func newToken(c *Call, purpose string, p Plan) (string, time.Time, error) {
	salt := make([]byte, saltLength)
	if _, err := rand.Read(salt); err != nil {
		return "", time.Time{}, fmt.Errorf("making a confirmation: %w", err)
	}
	marks := c.Runner.signer.marks(salt, p.facts())
	signed, expires, err := c.Runner.signer.issue(binding(c, purpose, marks), time.Now())
	return signed + base64.RawURLEncoding.EncodeToString(marks), expires, err
}

// accept checks a confirmation against what is there now, and uses it.
func accept(c *Call, purpose string, p Plan, token string) error {
	signed, marks, ok := splitToken(token)
	if !ok {
		return unfit(errTokenForeign)
	}
	bound, now := binding(c, purpose, marks), time.Now()
	if err := c.Runner.signer.check(signed, bound, now); err != nil {
		return unfit(err)
	}
	if changed := c.Runner.signer.changed(marks, p.facts()); len(changed) > 0 {
		// It stays void where things come to be as they were.
		_ = c.Runner.signer.redeem(signed, bound, now)
		return changedSince(changed)
	}
	if err := c.Runner.signer.redeem(signed, bound, now); err != nil {
		return unfit(err)
	}
	c.used = signed
	return nil
}

func unfit(err error) *Failure {
	f := &Failure{
		Code: request.CodeConfirmationInvalid, Message: err.Error() + NothingChanged,
		Hint: "Call again without confirm to see the present plan, and ask the person again.",
	}
	if !errors.Is(err, errTokenForeign) && !errors.Is(err, errTokenUsed) && !errors.Is(err, errTokenExpired) {
		f.Code = request.CodeInternal
	}
	return f
}

// binding is all a confirmation is good for: this tool, these arguments, this
// caller, the plan that its marks stand for.
func binding(c *Call, purpose string, marks []byte) []byte {
	var args map[string]any
	if v, err := DecodeJSON(c.request.Args); err == nil {
		args, _ = v.(map[string]any)
	}
	delete(args, "confirm")
	delete(args, "wait_seconds")
	bound, err := json.Marshal([]any{purpose, c.Tool.Name, args, c.Credential.CallerID(), c.label, marks})
	if err != nil {
		return []byte(c.Tool.Name)
	}
	return bound
}

// marks returns the salt, the mark of all facts and the marks of the single ones.
func (s signer) marks(salt []byte, facts []Fact) []byte {
	out := slices.Concat(salt, s.mark(salt, facts...)[:wholeMark])
	for _, f := range facts[:min(len(facts), maxMarks)] {
		out = append(out, s.mark(salt, f)[:shortMark]...)
	}
	return out
}

func (s signer) mark(salt []byte, facts ...Fact) []byte {
	mac := hmac.New(sha256.New, s.key)
	mac.Write([]byte("facts\x00"))
	mac.Write(salt)
	for _, f := range facts {
		text, err := json.Marshal([]any{f.Name, f.Values})
		if err != nil {
			text = []byte(f.Name)
		}
		mac.Write(text)
	}
	return mac.Sum(nil)
}

// changed says which facts are not those that the marks were made of.
func (s signer) changed(marks []byte, facts []Fact) []string {
	salt := marks[:saltLength]
	if hmac.Equal(marks[saltLength:saltLength+wholeMark], s.mark(salt, facts...)[:wholeMark]) {
		return nil
	}
	var words []string
	known := slices.Collect(slices.Chunk(marks[saltLength+wholeMark:], shortMark))
	for i, f := range facts {
		mark := s.mark(salt, f)[:shortMark]
		switch {
		case i >= maxMarks || slices.ContainsFunc(known, func(m []byte) bool { return hmac.Equal(m, mark) }):
		case len(f.Values) == 1 && !f.Opaque:
			words = append(words, fmt.Sprintf("%s (%q by now)", f.Name, Clean(f.Values[0], 80)))
		default:
			words = append(words, f.Name)
		}
	}
	if len(words) == 0 {
		words = []string{"something of it is gone"}
	}
	return words
}
