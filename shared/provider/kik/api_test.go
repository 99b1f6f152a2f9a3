package kik_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"hookline/shared/provider/kik"
)

// api plays Kik: it gives its answers in turn, the last one again and again, and keeps the calls.
type api struct {
	t       *testing.T
	answers []reply
	mutex   sync.Mutex
	calls   []string // "POST /v1/message {…}"
}

// reply is an answer; status 0 breaks the connection off.
type reply struct {
	status int
	body   string
	header http.Header
}

var ok = reply{status: http.StatusOK, body: "{}"}

func refused(status int, message string) reply {
	return reply{status: status, body: `{"error":"BadRequest","message":"` + message + `"}`}
}

func play(t *testing.T, answers ...reply) (*kik.Kik, *api) {
	t.Helper()
	a := &api{t: t, answers: answers}
	server := httptest.NewServer(a)
	t.Cleanup(server.Close)
	return kik.New(server.Client(), server.URL+"/"), a
}

func (a *api) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	if username, password, _ := r.BasicAuth(); username != "pizzabot" || password != key {
		a.t.Errorf("%s is called by %q, want pizzabot with its first key", r.URL.Path, username)
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		a.t.Error(err)
	}
	if wantJSON := r.Method == http.MethodPost; wantJSON != (r.Header.Get("Content-Type") == "application/json") {
		a.t.Errorf("%s %s has %q", r.Method, r.URL.Path, r.Header)
	}
	a.calls = append(a.calls, strings.TrimSpace(r.Method+" "+r.URL.Path+" "+string(body)))
	answer := a.answers[min(len(a.calls), len(a.answers))-1]
	for name, values := range answer.header {
		w.Header()[name] = values
	}
	if answer.status == 0 {
		panic(http.ErrAbortHandler)
	}
	w.WriteHeader(answer.status)
	io.WriteString(w, answer.body)
}

// made gives the calls, a line each.
func (a *api) made() string {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	return strings.Join(a.calls, "\n")
}
