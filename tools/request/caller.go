package request

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
)

// Credential is the Zerops token of one call and where it came from.
type Credential struct {
	// Token is sent as it is. Empty means there is none.
	Token string
	// Source names the variable, file or header, never the value.
	Source string
	// Problem says why a configured token counts as missing, such as a placeholder
	// that the client did not expand.
	Problem string
	// Reloads reports that a new value takes effect without a restart.
	Reloads bool
}

// SourceHeader is the source of a token that a caller sends with a request.
const SourceHeader = "the request's header"

// Tail is all of a token that is ever shown: its last 4 characters.
func (c Credential) Tail() string {
	if len(c.Token) < 12 {
		return "too short to be one"
	}
	return "ending in …" + c.Token[len(c.Token)-4:]
}

// Last4 is the last characters of a token that is long enough to lose them.
func (c Credential) Last4() string {
	if len(c.Token) < 12 {
		return ""
	}
	return c.Token[len(c.Token)-4:]
}

// CallerID identifies a caller without revealing the token.
func (c Credential) CallerID() string {
	sum := sha256.Sum256([]byte("caller\x00" + c.Token))
	return hex.EncodeToString(sum[:8])
}

// RestartHint says where a new token goes and whether the server must restart.
func (c Credential) RestartHint() string {
	switch {
	case c.Source == SourceHeader:
		return " and send it in the header of the next request."
	case c.Reloads:
		return " and put it into the same file; no restart is needed."
	}
	return " and put it into " + c.Source + ", then restart the server."
}

// Caller is what a transport knows about who makes a request.
type Caller struct {
	// Token is the Zerops token of the caller's own, empty where the server's is
	// used.
	Token string
	// Label names the caller in audit lines where access keys have labels.
	Label string
	// RequestID is set in logs and audit lines.
	RequestID string
	// Answered is told of every answer of the Zerops API to the caller's token, with
	// the status of HTTP. It may be nil.
	Answered func(status int)
}

type callerKey struct{}

// WithCaller returns a context for the requests of a caller. With it, the
// server's own token is never used unless the caller has none and the server was
// configured to lend its own.
func WithCaller(ctx context.Context, caller Caller) context.Context {
	return context.WithValue(ctx, callerKey{}, caller)
}

// CallerFrom returns the caller that the transport has put into the context.
func CallerFrom(ctx context.Context) (Caller, bool) {
	caller, ok := ctx.Value(callerKey{}).(Caller)
	return caller, ok
}

// HeaderCredential is the credential of a caller who brings a token of their own.
func HeaderCredential(caller Caller) Credential {
	return Credential{Token: caller.Token, Source: SourceHeader, Reloads: true}
}
