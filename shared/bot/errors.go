package bot

import (
	"errors"
	"net/http"
	"time"
)

// ErrorKind is what a machine acts on.
type ErrorKind string

// The kinds. HTTPStatus and Fate are total over them.
const (
	Invalid      ErrorKind = "invalid"
	Unauthorized ErrorKind = "unauthorized"
	Forbidden    ErrorKind = "forbidden"
	NotFound     ErrorKind = "not_found"
	Unsupported  ErrorKind = "unsupported"
	TooLarge     ErrorKind = "too_large"
	RateLimited  ErrorKind = "rate_limited"
	Unavailable  ErrorKind = "unavailable"
	Conflict     ErrorKind = "conflict"
	Internal     ErrorKind = "internal"
)

// Reasons narrow what a network said of a send.
const (
	ReasonBlocked     = "blocked"     // the user does not want to hear from us, or the chat is gone
	ReasonCredentials = "credentials" // the channel's credentials are refused
	ReasonBadFormat   = "bad_format"  // the markup cannot be parsed
	ReasonMoved       = "moved"       // the chat has another id now
	ReasonWindow      = "window"      // outside the time in which the network lets us write
	ReasonUnknown     = "unknown"     // the call may have been carried out: its answer never came
)

// Error is every error that leaves a package of Hookline. Message may be shown to a stranger; Err goes to the log only.
type Error struct {
	Kind    ErrorKind
	Reason  string
	Message string
	Err     error
	// RetryAfter is how long the other side asked us to wait; 0 if it did not say.
	RetryAfter time.Duration
}

// Error gives the message with its cause, for logs.
func (e *Error) Error() string {
	switch {
	case e.Err == nil:
		return e.Message
	case e.Message == "":
		return e.Err.Error()
	}
	return e.Message + ": " + e.Err.Error()
}

func (e *Error) Unwrap() error { return e.Err }

// Errorf makes an error of a kind with a public message and no cause.
func Errorf(kind ErrorKind, message string) *Error { return &Error{Kind: kind, Message: message} }

// Wrap makes an error of a kind with a public message and its cause.
func Wrap(kind ErrorKind, message string, err error) *Error {
	return &Error{Kind: kind, Message: message, Err: err}
}

// KindOf gives the kind of an error: Internal for one that has none, "" for nil.
func KindOf(err error) ErrorKind {
	if err == nil {
		return ""
	}
	if e, ok := errors.AsType[*Error](err); ok && e.Kind != "" {
		return e.Kind
	}
	return Internal
}

// ReasonOf gives the reason of an error, "" if it has none.
func ReasonOf(err error) string {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Reason
	}
	return ""
}

// RetryAfterOf gives how long an error asks us to wait.
func RetryAfterOf(err error) time.Duration {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.RetryAfter
	}
	return 0
}

// PublicMessage gives what a stranger may read of an error.
func PublicMessage(err error) string {
	if e, ok := errors.AsType[*Error](err); ok && e.Message != "" {
		return e.Message
	}
	return "internal error"
}

// Fate is what becomes of a job that failed.
type Fate int

// The fates of a failed job.
const (
	Bury  Fate = iota // at once: trying again cannot help
	Later             // handed back until a day after its own first try
	Retry             // handed back, buried after a few tries of its own
)

var kinds = map[ErrorKind]struct {
	status int
	fate   Fate
}{
	Invalid:      {http.StatusBadRequest, Bury},
	Unauthorized: {http.StatusUnauthorized, Bury},
	Forbidden:    {http.StatusForbidden, Bury},
	NotFound:     {http.StatusNotFound, Bury},
	Unsupported:  {http.StatusUnprocessableEntity, Bury},
	TooLarge:     {http.StatusRequestEntityTooLarge, Bury},
	RateLimited:  {http.StatusTooManyRequests, Later},
	Unavailable:  {http.StatusServiceUnavailable, Later},
	Conflict:     {http.StatusConflict, Retry},
	Internal:     {http.StatusInternalServerError, Retry},
}

// ErrorKinds lists all kinds.
func ErrorKinds() []ErrorKind {
	return []ErrorKind{
		Invalid, Unauthorized, Forbidden, NotFound, Unsupported, TooLarge, RateLimited, Unavailable, Conflict, Internal,
	}
}

// HTTPStatus is how the API answers an error of the kind.
func (k ErrorKind) HTTPStatus() int {
	if row, ok := kinds[k]; ok {
		return row.status
	}
	return http.StatusInternalServerError
}

// Fate is what becomes of a job that failed with an error of the kind.
func (k ErrorKind) Fate() Fate {
	if row, ok := kinds[k]; ok {
		return row.fate
	}
	return Retry
}

// Problem is something wrong with a definition: where, what, and what to do about it.
type Problem struct {
	// Path is the field, as in handlers[2].response.text; Line the line of the file, 0 if there is none.
	Path    string `json:"path"`
	Line    int    `json:"line,omitempty"`
	Message string `json:"message"`
	Warning bool   `json:"warning,omitempty"`
}
