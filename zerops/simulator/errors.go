package simulator

import (
	"fmt"
	"net/http"
)

// apiError is a refusal in the API's own shape (platform §1.5).
type apiError struct {
	status  int
	code    string
	message string
	meta    any
}

func (e *apiError) Error() string { return e.code + ": " + e.message }

// body is what goes over the wire.
func (e *apiError) body() object {
	return object{"error": object{"code": e.code, "message": e.message, "meta": e.meta}}
}

// refuse is a 400 with a code of the platform.
func refuse(code, format string, args ...any) *apiError {
	return &apiError{status: http.StatusBadRequest, code: code, message: fmt.Sprintf(format, args...)}
}

// missing is how the API says that an object does not exist: 400, never 404
// (platform §6).
func missing(code, what string) *apiError {
	return refuse(code, "%s not found", what)
}

// badField is a 400 invalidUserInput whose metadata names one field.
func badField(field string, problems ...string) *apiError {
	return badFields(map[string][]string{field: problems})
}

// badFields is a 400 invalidUserInput whose metadata names the fields.
func badFields(fields map[string][]string) *apiError {
	return withFields("invalidUserInput", "Invalid user input", fields)
}

// withFields is a 400 with a code of its own and metadata that names fields.
func withFields(code, message string, fields map[string][]string) *apiError {
	return &apiError{
		status:  http.StatusBadRequest,
		code:    code,
		message: message,
		meta:    []any{object{"code": code, "error": message, "metadata": fields}},
	}
}

// notAuthorized is the answer to a missing, unknown, expired or revoked token.
func notAuthorized() *apiError {
	return &apiError{status: http.StatusUnauthorized, code: "notAuthorized", message: "Not authorized"}
}

// forbidden is a 403 for a valid token that may not do this.
func forbidden(code, message string) *apiError {
	return &apiError{status: http.StatusForbidden, code: code, message: message}
}

// insufficient is the 403 of a role that is too low for the object.
func insufficient() *apiError {
	return forbidden("insufficientPermissions", "Insufficient permissions")
}

// noIntegrationTokens is the 403 of actions that only a person may take.
func noIntegrationTokens() *apiError {
	return forbidden("notAllowedForIntegrationTokenWithoutDelegation", "Action is not allowed for integration token")
}
