package zerops

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sort"
	"strings"
	"time"
)

// Classes of failure, for use with [errors.Is].
var (
	// ErrNotFound matches a missing object, which the API answers with HTTP 400
	// and a code that ends in NotFound, and a 404 in the API's own words.
	ErrNotFound = errors.New("not found")
	// ErrUnauthorized matches a token that is missing, invalid, expired or revoked.
	ErrUnauthorized = errors.New("unauthorized")
	// ErrForbidden matches a valid token that may not do this.
	ErrForbidden = errors.New("forbidden")
	// ErrRateLimited matches HTTP 429.
	ErrRateLimited = errors.New("rate limited")
	// ErrUnavailable matches an API that cannot answer now: HTTP 5xx, or a
	// connection that could not be made.
	ErrUnavailable = errors.New("unavailable")
	// ErrConflict matches an object that is busy or in the wrong state.
	ErrConflict = errors.New("conflict")
	// ErrTooLarge matches an answer with more bytes than are accepted.
	ErrTooLarge = errTooLarge
)

// Codes of the API that this client or its callers act on (platform §6).
// The API has more; treat codes as an open set.
const (
	CodeNotAuthorized           = "notAuthorized"
	CodeInsufficientPrivileges  = "insufficientPrivileges"
	CodeInvalidInput            = "invalidUserInput"
	CodeServiceNameUnavailable  = "serviceStackNameUnavailable"
	CodeServiceIsFailed         = "serviceStackIsFailed"
	CodeServiceIsReadyToDeploy  = "serviceStackIsReadyToDeploy"
	CodeServiceNotHTTP          = "serviceStackIsNotHttp"
	CodeNoSubdomainPorts        = "noSubdomainPorts"
	CodeVariableDuplicateKey    = "userDataDuplicateKey"
	CodeProjectEnvDuplicateKey  = "projectEnvDuplicateKey"
	CodeVariableDeleteForbidden = "userDataDeleteForbidden"
	CodeRecordIsReadOnly        = "recordIsReadOnly"
	CodeVariableSyncRunning     = "userDataSyncRunning"
	CodeProcessAlreadyOver      = "processIsAlreadyOver"
	CodeProcessAlreadyFinished  = "processAlreadyFinished"
	CodeSubdomainAlreadyOff     = "serviceStackSubdomainAccessAlreadyDisabled"
	CodeDomainTaken             = "publicHttpRoutingDuplicateDomainNameInAnotherRouting"
	CodeMountNotFound           = "serviceStackConnectionNotFound"
)

// Error is a refusal by the API.
type Error struct {
	Operation  Operation
	Status     int             // HTTP status
	Code       string          // the API's code, empty when the body was not the API's
	Message    string          // the API's words; may quote what was sent, so treat as secret where that was
	Fields     []FieldProblem  // what is wrong with which field
	Meta       json.RawMessage // everything else the API said, at most 16 KiB
	RetryAfter time.Duration   // from the Retry-After header; 0 when absent
	Attempts   int             // how often the request was sent
}

// FieldProblem names one field of a request and what is wrong with it.
type FieldProblem struct {
	Field    string   `json:"field"`
	Problems []string `json:"problems"`
}

// Error tells operation, status and code; the API's message is left to those
// who know whether it may be shown.
func (e *Error) Error() string {
	if e.Code == "" {
		return fmt.Sprintf("%s: HTTP %d", e.Operation, e.Status)
	}
	return fmt.Sprintf("%s: HTTP %d %s", e.Operation, e.Status, e.Code)
}

// Is classifies the error; see the Err… variables.
func (e *Error) Is(target error) bool {
	switch target {
	case ErrUnauthorized:
		// An older role refusal comes as 401 too (platform §1.5).
		return e.Status == http.StatusUnauthorized && e.Code != CodeInsufficientPrivileges
	case ErrForbidden:
		return e.Status == http.StatusForbidden || e.Code == CodeInsufficientPrivileges
	case ErrNotFound:
		// A page that says 404 is somebody else's: it knows nothing of the object.
		return e.Status == http.StatusNotFound && e.Code != "" || e.MissingObject()
	case ErrRateLimited:
		return e.Status == http.StatusTooManyRequests
	case ErrUnavailable:
		return e.Status >= 500 || e.Status >= 300 && e.Status < 400
	case ErrConflict:
		return e.Status == http.StatusConflict || conflictCode(e.Code)
	}
	return false
}

// Definite reports that the API refused the request in its own words, so that
// nothing of it was done. Too many requests, a failure of the API, and what a
// gateway says in its place may all come when the work was done.
func (e *Error) Definite() bool {
	return e.Status >= 400 && e.Status < 500 && e.Status != http.StatusTooManyRequests && e.Code != ""
}

// MissingObject reports that an object named in the request does not exist,
// which the API answers with HTTP 400, and for processes with 404 (platform §6, §10.3).
func (e *Error) MissingObject() bool {
	return (e.Status == http.StatusBadRequest || e.Status == http.StatusNotFound) && strings.HasSuffix(e.Code, "NotFound")
}

// conflictCode knows the codes that mean: busy, or not possible in this state.
func conflictCode(code string) bool {
	switch code {
	case CodeServiceNameUnavailable, CodeServiceIsFailed, CodeServiceIsReadyToDeploy, CodeVariableSyncRunning,
		CodeVariableDuplicateKey, CodeProjectEnvDuplicateKey, CodeProcessAlreadyOver, CodeProcessAlreadyFinished,
		"serviceStackCreating", "serviceStackUpgrading", "serviceStackStatusNotSupported", "activeServiceStackRequired",
		"projectIsNotActive", "projectStatusNotSupported", "projectStatusNotInNewCreatingActive", "projectLockFailed",
		"unableToCreateProcess", "createProcessQueuedProjectProcessCountExceeded", "processIsAlreadyRunning",
		"processCanNoLongerBeCanceled", "nothingToCancel", "appVersionInvalidStatus", "appVersionIsActive",
		"appVersionIsBeingBuilt", "appVersionIsBeingDeployed", "deployProcessAlreadyCreated", "lastCpuModeChangeTooRecent",
		"stackWillBeDeleted", "stackOfProjectWillBeDeleted", "stackOfProjectWillBeCreated":
		return true
	}
	return strings.HasPrefix(code, "projectWillBe") || strings.Contains(code, "RoutingDuplicate") || strings.HasSuffix(code, "SyncRunning") || strings.HasSuffix(code, "VersionMismatch")
}

// ArgumentError reports an argument that cannot be right. Nothing was sent.
type ArgumentError struct {
	Operation Operation
	Name      string // of the parameter
	Problem   string
}

func (e *ArgumentError) Error() string {
	return fmt.Sprintf("%s: %s %s", e.Operation, e.Name, e.Problem)
}

// ConnectionError reports that no usable answer arrived and that nothing was
// changed: the request was a read, or a write that never left.
type ConnectionError struct {
	Operation Operation
	Attempts  int
	Err       error
}

func (e *ConnectionError) Error() string { return fmt.Sprintf("%s: %v", e.Operation, e.Err) }

// Unwrap returns the network, decoding or context error.
func (e *ConnectionError) Unwrap() error { return e.Err }

// Is reports ErrUnavailable for anything that is not the caller's own deadline.
func (e *ConnectionError) Is(target error) bool { return target == ErrUnavailable }

// UncertainError reports a write that was sent and whose outcome is not known:
// it may have taken effect. Look before sending it again.
type UncertainError struct {
	Operation Operation
	Status    int // of the answer, 0 when none arrived
	Err       error
}

func (e *UncertainError) Error() string {
	return fmt.Sprintf("%s: the outcome is unknown: %v", e.Operation, e.Err)
}

// Unwrap returns what went wrong after the request was sent.
func (e *UncertainError) Unwrap() error { return e.Err }

// Causes of a [ConnectionError] or [UncertainError] besides network errors.
var (
	errTooLarge  = errors.New("the answer is larger than this client accepts")
	errNotJSON   = errors.New("the answer is not the API's JSON")
	errTruncated = errors.New("the answer ended early")
	errEmpty     = errors.New("the answer is empty")
	errNoList    = errors.New("the answer holds no list")
	errHollow    = errors.New("the answer lacks what it has to say")
)

// HasCode reports whether err is a refusal by the API with one of the codes.
func HasCode(err error, codes ...string) bool {
	var e *Error
	if !errors.As(err, &e) {
		return false
	}
	return slices.Contains(codes, e.Code)
}

const (
	maxMessage = 4 << 10
	maxMeta    = 16 << 10
)

// parseError reads an error body. It returns false when the body is not the
// API's, such as a proxy's HTML page.
func parseError(body []byte, e *Error) bool {
	var envelope struct {
		Error struct {
			Code    string          `json:"code"`
			Message string          `json:"message"`
			Meta    json.RawMessage `json:"meta"`
		} `json:"error"`
	}
	if !json.Valid(body) || !tolerable(json.Unmarshal(body, &envelope)) || envelope.Error.Code == "" && envelope.Error.Message == "" {
		return false
	}
	e.Code = clip(envelope.Error.Code, 128)
	e.Message = clip(envelope.Error.Message, maxMessage)
	e.Fields = parseMeta(envelope.Error.Meta)
	if len(envelope.Error.Meta) <= maxMeta && !bytes.Equal(envelope.Error.Meta, []byte("null")) {
		e.Meta = envelope.Error.Meta
	}
	return true
}

// parseMeta collects field problems. Each item is documented as {code, error,
// metadata: {field: [message]}}, but other shapes were seen
// (platform §1.5), so anything unknown is kept in words rather than dropped.
func parseMeta(raw json.RawMessage) []FieldProblem {
	if len(raw) == 0 || len(raw) > 1<<20 {
		return nil
	}
	var items []json.RawMessage
	if json.Unmarshal(raw, &items) != nil {
		items = []json.RawMessage{raw}
	}
	var fields []FieldProblem
	for _, item := range items {
		if len(fields) >= 100 {
			break
		}
		var m struct {
			Metadata map[string]json.RawMessage `json:"metadata"`
			Error    string                     `json:"error"`
			Name     string                     `json:"name"`
		}
		if err := json.Unmarshal(item, &m); err != nil && !tolerable(err) {
			continue
		}
		names := make([]string, 0, len(m.Metadata))
		for name := range m.Metadata {
			names = append(names, name)
		}
		sort.Strings(names)
		for _, name := range names {
			fields = append(fields, FieldProblem{Field: clip(name, 256), Problems: problemWords(m.Metadata[name])})
		}
		if len(names) == 0 && m.Name != "" {
			fields = append(fields, FieldProblem{Field: clip(m.Name, 256), Problems: []string{clip(m.Error, 512)}})
		}
	}
	return fields
}

func problemWords(raw json.RawMessage) []string {
	var list []string
	if json.Unmarshal(raw, &list) == nil {
		for i := range list {
			list[i] = clip(list[i], 512)
		}
		return list[:min(len(list), 50)]
	}
	var one string
	if json.Unmarshal(raw, &one) == nil {
		return []string{clip(one, 512)}
	}
	return []string{clip(string(raw), 512)}
}

func clip(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	return strings.ToValidUTF8(s[:limit], "") + "…"
}
