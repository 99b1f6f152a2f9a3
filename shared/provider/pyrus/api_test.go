package pyrus_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"hookline/shared/provider/pyrus"
)

// api plays Pyrus: it knows one bot, gives a new token at each login, and answers other calls in turn, the last answer
// again and again.
type api struct {
	t       *testing.T
	url     string
	auth    *reply // in place of logging in
	answers []reply

	mutex   sync.Mutex
	logins  int
	expired int // tokens up to this one are refused
	calls   []call
}

// reply is an answer; a body of "" breaks the connection off.
type reply struct {
	status int
	body   string
	header http.Header
}

type call struct {
	name string // method and path
	body string
}

const commented200 = `{"task":{"id":11611,"comments":[{"id":9007199254740993,"text":"x"},{"id":7}]}}`

func ok(body string) reply { return reply{status: http.StatusOK, body: body} }

func refused(status int, code string) reply {
	return reply{status: status, body: `{"error":"Something is wrong","error_code":"` + code + `"}`}
}

func play(t *testing.T, answers ...reply) (*pyrus.Pyrus, *api) {
	t.Helper()
	a := &api{t: t, answers: answers}
	server := httptest.NewServer(a)
	t.Cleanup(server.Close)
	a.url = server.URL
	return pyrus.New(server.Client(), server.URL+"/v4", server.URL+"/accounts/"), a
}

func (a *api) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		a.t.Error(err)
	}
	if r.URL.Path == "/accounts/auth" {
		a.logIn(w, r, body)
		return
	}
	if wantType := map[string]string{"POST": "application/json", "GET": ""}[r.Method]; r.Header.Get("Content-Type") != wantType {
		a.t.Errorf("%s %s has content type %q, want %q", r.Method, r.URL, r.Header.Get("Content-Type"), wantType)
	}
	a.calls = append(a.calls, call{r.Method + " " + r.URL.Path, strings.TrimSpace(string(body))})
	token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer MARKED-token-")
	if len(token) != 1 || int(token[0]-'0') > a.logins {
		a.t.Errorf("%s has authorization %q, want a token that was given", r.URL, r.Header.Get("Authorization"))
	}
	if int(token[0]-'0') <= a.expired {
		a.answer(w, refused(http.StatusUnauthorized, "expired_token"))
		return
	}
	answer := a.answers[0]
	if len(a.answers) > 1 {
		a.answers = a.answers[1:]
	}
	a.answer(w, answer)
}

func (a *api) logIn(w http.ResponseWriter, r *http.Request, body []byte) {
	var given map[string]string
	if err := json.Unmarshal(body, &given); err != nil || r.Method != http.MethodPost {
		a.t.Errorf("login is %s of %s: %v", r.Method, body, err)
	}
	a.logins++
	switch {
	case a.auth != nil:
		a.answer(w, *a.auth)
	case given["login"] != login || given["security_key"] != key:
		a.answer(w, refused(http.StatusUnauthorized, "invalid_credentials"))
	default:
		token := "MARKED-token-" + string(rune('0'+a.logins))
		a.answer(w, ok(`{"access_token":"`+token+`","api_url":"`+a.url+`/moved/v4/","files_url":"https://files.example.com/"}`))
	}
}

func (a *api) answer(w http.ResponseWriter, with reply) {
	if with.body == "" {
		panic(http.ErrAbortHandler)
	}
	for name, values := range with.header {
		w.Header()[name] = values
	}
	w.WriteHeader(with.status)
	io.WriteString(w, with.body)
}

// names gives the calls in order.
func (a *api) names() string {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	var names []string
	for _, c := range a.calls {
		names = append(names, c.name)
	}
	return strings.Join(names, ", ")
}

// last gives the body of the last call.
func (a *api) last() string {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	if len(a.calls) == 0 {
		return ""
	}
	return a.calls[len(a.calls)-1].body
}

func (a *api) count() int {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	return len(a.calls)
}

func (a *api) loggedIn() int {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	return a.logins
}

// expire ends the tokens up to the n-th.
func (a *api) expire(n int) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	a.expired = n
}
