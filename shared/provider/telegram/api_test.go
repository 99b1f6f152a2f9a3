package telegram_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"hookline/shared/provider/telegram"
)

// api plays the Bot API: it gives its answers in turn, the last one again and again, and keeps the calls.
type api struct {
	t       *testing.T
	answers []reply
	mutex   sync.Mutex
	calls   []call
}

// reply is an answer; a body of "" breaks the connection off.
type reply struct {
	status int
	body   string
	header http.Header
}

// call is what a method was called with, numbers as they were written.
type call struct {
	method     string
	parameters map[string]any
}

func ok(result string) reply {
	return reply{status: http.StatusOK, body: `{"ok":true,"result":` + result + `}`}
}

var sent = ok(`{"message_id":9007199254740993,"date":1780315200,"chat":{"id":7,"type":"private"},"text":"x"}`)

func refused(code, description, parameters string) reply {
	body := `{"ok":false,"error_code":` + code + `,"description":"` + description + `"`
	if parameters != "" {
		body += `,"parameters":` + parameters
	}
	var status int
	if err := json.Unmarshal([]byte(code), &status); err != nil {
		panic(err)
	}
	return reply{status: status, body: body + "}"}
}

func play(t *testing.T, answers ...reply) (*telegram.Telegram, *api) {
	t.Helper()
	a := &api{t: t, answers: answers}
	server := httptest.NewServer(a)
	t.Cleanup(server.Close)
	return telegram.New(server.Client(), server.URL), a
}

func (a *api) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	method, ok := strings.CutPrefix(r.URL.Path, "/bot"+token+"/")
	if !ok || r.Method != http.MethodPost || r.Header.Get("Content-Type") != "application/json" {
		a.t.Errorf("call is %s %s with %q, want POST of JSON to the bot's path", r.Method, r.URL.Path, r.Header)
	}
	decoder := json.NewDecoder(r.Body)
	decoder.UseNumber()
	var parameters map[string]any
	if err := decoder.Decode(&parameters); err != nil {
		a.t.Errorf("%s is called with a body that is not JSON: %v", method, err)
	}
	a.calls = append(a.calls, call{method, parameters})
	answer := a.answers[min(len(a.calls), len(a.answers))-1]
	for name, values := range answer.header {
		w.Header()[name] = values
	}
	if answer.body == "" {
		panic(http.ErrAbortHandler)
	}
	w.WriteHeader(answer.status)
	io.WriteString(w, answer.body)
}

// methods gives the names of the calls in order.
func (a *api) methods() string {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	var names []string
	for _, c := range a.calls {
		names = append(names, c.method)
	}
	return strings.Join(names, " ")
}

// last gives the parameters of the last call, as JSON.
func (a *api) last() string { return a.parameters(len(a.calls) - 1) }

func (a *api) parameters(i int) string {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	if i < 0 || i >= len(a.calls) {
		return ""
	}
	encoded, err := json.Marshal(a.calls[i].parameters)
	if err != nil {
		a.t.Error(err)
	}
	return string(encoded)
}
