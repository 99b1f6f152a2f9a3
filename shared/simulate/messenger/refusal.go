package messenger

import (
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"hookline/shared/simulate"
)

// refusal is an error of the Graph API: https://developers.facebook.com/docs/graph-api/guides/error-handling.
type refusal struct {
	status  int
	Message string `json:"message"`
	Type    string `json:"type"`
	Code    int    `json:"code"`
	Subcode int    `json:"error_subcode,omitempty"`
	Trace   string `json:"fbtrace_id"`
}

func (e *refusal) Error() string { return e.Message }

// Codes of refusals: https://developers.facebook.com/docs/messenger-platform/error-codes.
const (
	codeUnknown     = 1
	codeUnavailable = 2
	codeForbidden   = 10
	codeNotThisWay  = 15 // of app tokens and page tokens
	codeInvalid     = 100
	codeToken       = 190
	codeBlocked     = 551
	codeRate        = 613
	codeCallback    = 2200
	codePath        = 2500

	subcodeMissing    = 33
	subcodeExpired    = 463
	subcodeBlocked    = 1545041
	subcodeNobody     = 2018001
	subcodeFile       = 2018074
	subcodeGetStarted = 2018145
	subcodeWindow     = 2018278
)

func refuse(code, subcode int, format string, args ...any) *refusal {
	return &refusal{
		status: http.StatusBadRequest, Message: fmt.Sprintf("(#%d) ", code) + fmt.Sprintf(format, args...),
		Type: "OAuthException", Code: code, Subcode: subcode, Trace: "A" + rand.Text(),
	}
}

func invalid(format string, args ...any) error { return refuse(codeInvalid, 0, format, args...) }

// faulty is how the API answers a call on which a fault falls.
func faulty(status int) *refusal {
	e := refuse(codeUnavailable, 0, "Service temporarily unavailable")
	switch status {
	case http.StatusTooManyRequests:
		e = refuse(codeRate, 0, "Calls to this api have exceeded the rate limit.")
	case http.StatusInternalServerError:
		e = refuse(codeUnknown, 0, "An unknown error has occurred.")
	}
	e.status = status
	return e
}

// writeRefusal answers with an error, which is a *refusal. A client that is gone needs no answer.
func writeRefusal(w http.ResponseWriter, err error) {
	e, ok := errors.AsType[*refusal](err)
	if !ok {
		e = faulty(http.StatusInternalServerError)
	}
	_ = simulate.WriteJSON(w, e.status, map[string]*refusal{"error": e})
}

// writeFault answers a call on which a fault falls. Meta sends no Retry-After; what stands between it and us may.
func writeFault(w http.ResponseWriter, status, seconds int) {
	if seconds > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(seconds))
	}
	writeRefusal(w, faulty(status))
}
