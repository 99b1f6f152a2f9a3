package kik

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"hookline/shared/simulate"
)

// apiError is an error of the bot API.
type apiError struct {
	Status  int    `json:"-"`
	Name    string `json:"error"`
	Message string `json:"message"`
}

func (e *apiError) Error() string { return e.Message }

func newError(status int, message string) *apiError {
	return &apiError{status, strings.ReplaceAll(http.StatusText(status), " ", ""), message}
}

func badRequest(format string, args ...any) error {
	return newError(http.StatusBadRequest, fmt.Sprintf(format, args...))
}

func unauthorized() error {
	return newError(http.StatusUnauthorized, "the username or the API key is not right")
}

// answer is what a call that was carried out gives.
type answer struct {
	result any // nil: {}
	// told, if set, is called with whether the caller was given the answer.
	told func(bool)
}

// method carries out a call of the bot API. The error is an *apiError.
type method func(a *account, r *http.Request, body []byte) (answer, error)

func (k *Kik) apiRoutes() http.Handler {
	mux := http.NewServeMux()
	for pattern, m := range map[string]struct {
		name string
		run  method
	}{
		"GET /v1/config":      {"config", getConfig},
		"POST /v1/config":     {"config", setConfig},
		"POST /v1/message":    {"message", sendMessages},
		"GET /v1/user/{name}": {"user", getUser},
		"POST /v1/code":       {"code", makeCode},
	} {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) { k.serveAPI(w, r, m.name, m.run) })
	}
	mux.HandleFunc("/v1/", func(w http.ResponseWriter, _ *http.Request) {
		refuse(w, newError(http.StatusNotFound, "there is nothing here"))
	})
	return mux
}

func (k *Kik) serveAPI(w http.ResponseWriter, r *http.Request, name string, run method) {
	a, err := k.account(r)
	if err != nil {
		refuse(w, err)
		return
	}
	body, err := readBody(w, r)
	if err != nil {
		refuse(w, err)
		return
	}
	call := simulate.Call{Request: r, Method: name, Refuse: func(status, seconds int) {
		if seconds > 0 {
			w.Header().Set("Retry-After", strconv.Itoa(seconds))
		}
		refuse(w, newError(status, http.StatusText(status)))
	}}
	var done answer
	k.Carry(call, func() { done, err = run(a, r, body) }, func() {
		if err != nil {
			refuse(w, err)
			return
		}
		done.write(w)
	})
}

// readBody gives the body of a POST, which is JSON.
func readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	if r.Method != http.MethodPost {
		return nil, nil
	}
	if r.Header.Get("Content-Type") != "application/json" {
		return nil, badRequest("the content type must be application/json")
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, simulate.MaxBody))
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return nil, newError(http.StatusRequestEntityTooLarge, "the body is too large")
	}
	if err != nil || !json.Valid(body) {
		return nil, badRequest("the body is not JSON")
	}
	return body, nil
}

// write gives the answer to the caller. Whoever looks afterwards finds it noted that the caller has it.
func (d answer) write(w http.ResponseWriter) {
	if d.result == nil {
		d.result = struct{}{}
	}
	if d.told == nil {
		d.told = func(bool) {}
	}
	d.told(true)
	err := simulate.WriteJSON(w, http.StatusOK, d.result)
	if err == nil {
		err = http.NewResponseController(w).Flush()
	}
	if err != nil {
		d.told(false)
	}
}

// refuse answers an *apiError. A client that is gone needs no answer.
func refuse(w http.ResponseWriter, err error) {
	e, ok := errors.AsType[*apiError](err)
	if !ok {
		e = newError(http.StatusInternalServerError, "internal error")
	}
	_ = simulate.WriteJSON(w, e.Status, e)
}

// getUser tells of somebody who has a chat with the bot.
func getUser(a *account, r *http.Request, _ []byte) (answer, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	chat := a.direct(r.PathValue("name"))
	if chat == nil {
		return answer{}, newError(http.StatusNotFound, "no such user has subscribed to the bot")
	}
	return answer{result: map[string]any{
		"firstName": chat.people[0].FirstName, "lastName": chat.people[0].LastName,
		"profilePicUrl": nil, "profilePicLastModified": nil, "timezone": nil,
	}}, nil
}

// maxCodes bounds the codes of a bot.
const maxCodes = 1000

// makeCode makes a code that users can scan.
func makeCode(a *account, _ *http.Request, body []byte) (answer, error) {
	fields, err := shape{"data": {true, isPresent}}.read("the body", body)
	if err != nil {
		return answer{}, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.codes) >= maxCodes {
		return answer{}, badRequest("the bot has %d codes, which is enough", maxCodes)
	}
	id := newID()
	a.codes[id] = fields["data"]
	return answer{result: map[string]string{"id": id}}, nil
}
