package pyrus

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"hookline/shared/simulate"
)

// apiError is an error of Pyrus's API.
type apiError struct {
	status int
	code   string
	text   string
	reset  int // seconds until more calls are taken
}

func (e *apiError) Error() string { return e.code + ": " + e.text }

func refuse(status int, code string) *apiError {
	return &apiError{status: status, code: code, text: strings.ReplaceAll(code, "_", " ")}
}

func badRequest(code, format string, args ...any) *apiError {
	return &apiError{status: http.StatusBadRequest, code: code, text: fmt.Sprintf(format, args...)}
}

func (e *apiError) write(w http.ResponseWriter) {
	if e.reset > 0 {
		w.Header().Set("X-RateLimit-Limit", "5000")
		w.Header().Set("X-RateLimit-Remaining", "0")
		w.Header().Set("X-RateLimit-Reset", strconv.Itoa(e.reset))
	}
	_ = simulate.WriteJSON(w, e.status, map[string]string{"error": e.text, "error_code": e.code})
}

// fault is the error of a call that goes wrong on demand.
func fault(status, seconds int) *apiError {
	switch status {
	case http.StatusTooManyRequests:
		return &apiError{status: status, code: "too_many_requests", text: "too many requests", reset: seconds}
	case http.StatusInternalServerError:
		return refuse(status, "server_error")
	}
	return refuse(status, "bad_gateway")
}

// done is what a call that was carried out gives. told, if set, is called with whether the caller was given the answer.
type done struct {
	answer any
	told   func(bool)
}

// method carries out a call. The error is an *apiError.
type method func(a *account, r *http.Request, body []byte) (done, error)

func (p *Pyrus) routes() http.Handler {
	mux := p.Routes(p)
	mux.HandleFunc("POST /api/v4/auth", func(w http.ResponseWriter, r *http.Request) { p.call(w, r, "auth", p.logIn) })
	mux.HandleFunc("POST /v4/auth", func(w http.ResponseWriter, r *http.Request) { p.call(w, r, "auth", p.logIn) })
	for pattern, row := range map[string]struct {
		name string
		run  method
	}{
		"GET /v4/profile":              {"profile", p.getProfile},
		"GET /v4/tasks/{id}":           {"task", p.getTask},
		"POST /v4/tasks/{id}/comments": {"comment", p.addComment},
	} {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			p.call(w, r, row.name, func(r *http.Request, body []byte) (done, error) {
				a, err := p.bearer(r.Header.Get("Authorization"))
				if err != nil {
					return done{}, err
				}
				return row.run(a, r, body)
			})
		})
	}
	mux.HandleFunc("/v4/", func(w http.ResponseWriter, _ *http.Request) { refuse(http.StatusNotFound, "not_found").write(w) })
	mux.HandleFunc("PUT /bot/{bot}", p.putProfile)
	mux.Handle("POST /chat/{bot}/{chat}/task", simulate.Act(p.postTask))
	return mux
}

// call reads a call of the API, carries it out with the lock held and answers.
func (p *Pyrus) call(w http.ResponseWriter, r *http.Request, name string, run func(*http.Request, []byte) (done, error)) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, simulate.MaxBody))
	if err != nil {
		refuse(http.StatusRequestEntityTooLarge, "request_too_large").write(w)
		return
	}
	var result done
	carried := simulate.Call{Request: r, Method: name, Refuse: func(status, seconds int) { fault(status, seconds).write(w) }}
	p.Carry(carried, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		result, err = run(r, body)
	}, func() {
		if e, ok := errors.AsType[*apiError](err); ok {
			e.write(w)
			return
		}
		result.write(w)
	})
}

// write gives the answer to the caller. Whoever looks afterwards finds it noted that the caller has it.
func (d done) write(w http.ResponseWriter) {
	if d.told == nil {
		d.told = func(bool) {}
	}
	d.told(true)
	err := simulate.WriteJSON(w, http.StatusOK, d.answer)
	if err == nil {
		err = http.NewResponseController(w).Flush()
	}
	if err != nil {
		d.told(false)
	}
}

// decode reads a body of JSON, numbers as they are written.
func decode(body []byte, into any) error {
	if len(bytes.TrimSpace(body)) == 0 {
		return badRequest("empty_body", "the body is empty")
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	if err := decoder.Decode(into); err != nil || decoder.More() {
		return badRequest("invalid_json", "the body is not the JSON that is wanted here")
	}
	return nil
}

func (p *Pyrus) getProfile(a *account, _ *http.Request, _ []byte) (done, error) {
	return done{answer: map[string]any{
		"person_id": a.person.ID, "first_name": a.person.FirstName, "last_name": a.person.LastName, "email": a.login,
		"locale": "en-US", "organization_id": 1,
	}}, nil
}

// task gives a task that the bot takes part in. p.mu is held.
func (a *account) task(r *http.Request) (*task, error) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return nil, badRequest("invalid_task_id", "the id of a task is a whole number")
	}
	if t := a.tasks[id]; t != nil && !t.removed {
		return t, nil
	}
	return nil, refuse(http.StatusForbidden, "access_denied_task")
}

func (p *Pyrus) getTask(a *account, r *http.Request, _ []byte) (done, error) {
	t, err := a.task(r)
	if err != nil {
		return done{}, err
	}
	return done{answer: encoded(object{"task": t.view(0)})}, nil
}

// encoded gives a value as it is now: it goes on changing while it is written.
func encoded(value any) json.RawMessage {
	data, err := json.Marshal(value)
	if err != nil {
		panic(err) // it was JSON when it came
	}
	return data
}
