package request

// Codes of failed calls. Programs may rely on them: the words are part of the
// contract.
const (
	CodeUnauthorized        = "unauthorized"
	CodeForbidden           = "forbidden"
	CodeNotFound            = "not_found"
	CodeAmbiguous           = "ambiguous"
	CodeInvalidArguments    = "invalid_arguments"
	CodeConflict            = "conflict"
	CodeRateLimited         = "rate_limited"
	CodeUnavailable         = "unavailable"
	CodeTimeout             = "timeout"
	CodeUncertain           = "uncertain"
	CodeUnsupported         = "unsupported"
	CodeReadOnly            = "read_only"
	CodeOutOfScope          = "out_of_scope"
	CodeBlocked             = "blocked"
	CodeDeclined            = "declined"
	CodeSecretWithheld      = "secret_withheld"
	CodeConfirmationInvalid = "confirmation_invalid"
	CodeInternal            = "internal"
)
