package transport

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"net/http"
	"strings"

	"zerops-mcp/tools/request"
)

// maxCredential bounds a token or key in bytes; the platform's have 64 or fewer.
const maxCredential = 512

var (
	errNoCredential    = errors.New("the request carries no credential")
	errBadCredential   = errors.New("the credential is not valid")
	errManyCredentials = errors.New("the request carries more than one credential")
)

// identity is a caller whose credential was read.
type identity struct {
	// key stands for the caller in tables; it does not reveal the credential.
	key string
	// token is the Zerops token that the caller brought, if any.
	token string
	// label names the caller, if access keys do.
	label string
}

// authenticator reads the credential of a request.
type authenticator struct {
	mode   AuthMode
	any    bool // text for a token
	keys   []hashedKey
	secret []byte
}

// hashedKey is an access key in a form that is compared in constant time.
type hashedKey struct {
	label string
	sum   [sha256.Size]byte
}

func newAuthenticator(cfg *HTTPConfig, secret []byte) *authenticator {
	a := &authenticator{mode: cfg.Auth, any: cfg.AnyToken, secret: secret}
	for _, key := range cfg.Keys {
		a.keys = append(a.keys, hashedKey{key.Label, sha256.Sum256([]byte(key.Key))})
	}
	return a
}

// identify returns who makes a request.
func (a *authenticator) identify(r *http.Request) (identity, error) {
	if a.mode == AuthNone {
		return identity{key: "local"}, nil
	}
	value, err := credential(r.Header)
	if err != nil {
		return identity{}, err
	}
	if a.mode == AuthCaller {
		if !a.any && !tokenShaped(value) {
			return identity{}, errBadCredential
		}
		return identity{key: a.digest("caller", value), token: value}, nil
	}
	// All keys are compared, so that the time taken says nothing about them.
	sum, found := sha256.Sum256([]byte(value)), -1
	for i, key := range a.keys {
		if subtle.ConstantTimeCompare(sum[:], key.sum[:]) == 1 {
			found = i
		}
	}
	if found < 0 {
		return identity{}, errBadCredential
	}
	return identity{key: "key " + a.keys[found].label, label: a.keys[found].label}, nil
}

// digest returns a keyed hash of a value, different for each purpose.
func (a *authenticator) digest(purpose, value string) string {
	mac := hmac.New(sha256.New, a.secret)
	mac.Write([]byte(purpose + "\x00" + value))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:18])
}

// credential returns the one credential of a request. Which header it is in does
// not matter; that it is in one only does, because with two it would be open
// which of them a proxy in front has checked.
func credential(header http.Header) (string, error) {
	var found []string
	for _, value := range header.Values("Authorization") {
		scheme, token, _ := strings.Cut(value, " ")
		if !strings.EqualFold(scheme, "Bearer") {
			return "", errBadCredential
		}
		found = append(found, strings.TrimSpace(token))
	}
	found = append(found, header.Values("X-Api-Key")...)
	found = append(found, header.Values("X-Auth-Token")...)
	switch {
	case len(found) > 1:
		return "", errManyCredentials
	case len(found) == 0 || found[0] == "":
		return "", errNoCredential
	case len(found[0]) > maxCredential:
		return "", errBadCredential
	}
	for _, c := range []byte(found[0]) {
		if c <= ' ' || c > '~' {
			return "", errBadCredential
		}
	}
	return found[0], nil
}

// refuseCaller answers a request whose caller is not known. No metadata of an
// authorization server is named, because there is none: clients would look for
// it and fail.
func (a *authenticator) refuseCaller(w http.ResponseWriter, err error) {
	if errors.Is(err, errManyCredentials) {
		writeProblem(w, http.StatusBadRequest, failure{
			Code: request.CodeInvalidArguments, Message: "The request carries more than one credential.",
			Hint: "Send exactly one of Authorization: Bearer, X-API-Key and X-Auth-Token.",
		})
		return
	}
	f := failure{Code: request.CodeUnauthorized, Message: "The request carries no credential.", Hint: "Send a Zerops access token as Authorization: Bearer. " +
		"Make one in the Zerops GUI under Access Token Management."}
	if a.mode == AuthServer {
		f.Hint = "Send the access key that the operator of this server gave you as Authorization: Bearer."
	}
	if errors.Is(err, errBadCredential) {
		f.Message = "The credential of the request is not valid here."
	}
	w.Header().Set("WWW-Authenticate", "Bearer")
	writeProblem(w, http.StatusUnauthorized, f)
}
