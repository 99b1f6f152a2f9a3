package cli_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// chatServer plays a server with a simulated network: every act starts a turn, which is recorded a few looks later.
type chatServer struct {
	*httptest.Server
	acts []string
	// script gives what the bot does after each act, as the network tells it, and the outcome of its turn.
	script []scene
	looks  int
	open   bool
}

type scene struct{ messages, outcome string }

func newChatServer(t *testing.T, script ...scene) *chatServer {
	t.Helper()
	c := &chatServer{script: script}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, `{"mode":"simulated"}`) })
	mux.HandleFunc("GET /v1/bots", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, oneBot) })
	mux.HandleFunc("GET /v1/bots/pizza/turns", c.turns)
	mux.HandleFunc("POST /simulate/telegram/chat/pizza_bot/{chat}/{act}", c.act)
	mux.HandleFunc("GET /simulate/telegram/chat/pizza_bot/{chat}/messages", c.messages)
	c.Server = httptest.NewServer(mux)
	t.Cleanup(c.Close)
	return c
}

func (c *chatServer) act(w http.ResponseWriter, r *http.Request) {
	if r.PathValue("act") == "open" {
		c.open = true
		return
	}
	var body map[string]json.RawMessage
	json.NewDecoder(r.Body).Decode(&body)
	c.acts = append(c.acts, fmt.Sprintf("%s %s from %s: %s%s", r.PathValue("chat"), r.PathValue("act"), body["from"], body["text"], body["button"]))
	c.looks = 0
	io.WriteString(w, `{}`)
}

// turns shows a turn only at the third look, and at the second one that it was handed back.
func (c *chatServer) turns(w http.ResponseWriter, _ *http.Request) {
	c.looks++
	done := len(c.acts)
	switch {
	case done == 0:
		io.WriteString(w, turnsBody(turnJSON("t0", "replied", 0)))
	case c.looks < 2:
		io.WriteString(w, turnsBody(turnJSON(fmt.Sprint("t", done-1), "replied", 0)))
	case c.looks < 3:
		io.WriteString(w, turnsBody(turnJSON(fmt.Sprint("t", done), "handed_back", done)))
	default:
		io.WriteString(w, turnsBody(strings.Replace(turnJSON(fmt.Sprint("t", done), "X", done), `"outcome":"X"`, c.script[done-1].outcome, 1)))
	}
}

// messages gives one act of the bot's before the chat, and then those of the script that are new.
func (c *chatServer) messages(w http.ResponseWriter, r *http.Request) {
	all := []string{`{"n":1,"message":{"message_id":1,"text":"said before"}}`}
	for i, s := range c.script[:len(c.acts)] {
		if s.messages != "" {
			all = append(all, strings.ReplaceAll(s.messages, "N", fmt.Sprint(i+2)))
		}
	}
	var after int
	fmt.Sscan(r.FormValue("after"), &after)
	io.WriteString(w, `{"messages":[`+strings.Join(all[min(after, len(all)):], ",")+`]}`)
}

func TestChat(t *testing.T) {
	s := newChatServer(t,
		scene{`{"n":N,"message":{"message_id":20,"text":"Which?","reply_markup":{"inline_keyboard":[[{"text":"A","callback_data":"a"}],[{"text":"Menu","url":"https://x"}]]}}}`, `"outcome":"replied"`},
		scene{`{"n":N,"message":{"message_id":30,"text":"A it is"}}`, `"outcome":"replied"`},
		scene{`{"n":N,"message":{"message_id":40,"text":"twelve?"}}`, `"outcome":"replied"`},
		scene{``, `"outcome":"silent"`},
		scene{``, `"outcome":"failed","error":"a template fails"`},
	)
	got := run(t, nil, "hello\n\n1\n12\nbye\nbreak", "chat", "--server", s.URL)
	wantOut := "Which?\n  [1] A\n  [2] Menu (https://x)\nA it is\ntwelve?\n"
	if diff := cmp.Diff(wantOut, got.stdout); diff != "" || got.code != 0 {
		t.Errorf("chat = %d (-want +got)\n%s", got.code, diff)
	}
	if diff := cmp.Diff("(no reply: silent)\n(failed: a template fails)\n", got.stderr); diff != "" {
		t.Errorf("stderr of chat (-want +got)\n%s", diff)
	}
	const ada = `{"id":1,"first_name":"Ada"}`
	wantActs := []string{
		`1 say from ` + ada + `: "hello"`,
		`1 press from ` + ada + `: {"message_id":20,"place":1}`,
		`1 say from ` + ada + `: "12"`,
		`1 say from ` + ada + `: "bye"`,
		`1 say from ` + ada + `: "break"`,
	}
	if diff := cmp.Diff(wantActs, s.acts); diff != "" || !s.open {
		t.Errorf("acts, chat opened: %v (-want +got)\n%s", s.open, diff)
	}
}

func TestChatAsJSON(t *testing.T) {
	s := newChatServer(t, scene{`{"n":N,"message":{"message_id":20,"text":"Which?","reply_markup":{"keyboard":[[{"text":"A"}]]}}}`, `"outcome":"replied"`})
	got := run(t, nil, "hello\n", "chat", "-o", "json", "--server", s.URL)
	want := `{"text":"Which?","buttons":[{"text":"A"}]}` + "\n"
	if got.stdout != want || got.code != 0 {
		t.Errorf("chat -o json = %d %q, want %q", got.code, got.stdout, want)
	}
}

func TestChatAsSomebodyElse(t *testing.T) {
	s := newChatServer(t, scene{`{"n":N,"callback_answer":{"text":"Thanks"}}`, `"outcome":"replied"`})
	run(t, nil, "hi\n", "chat", "--user", "7", "--name", "Bob", "--chat=-5", "--server", s.URL).want(t, 0, "Thanks\n", "")
	if diff := cmp.Diff([]string{`-5 say from {"id":7,"first_name":"Bob"}: "hi"`}, s.acts); diff != "" {
		t.Errorf("acts (-want +got)\n%s", diff)
	}
}

func TestChatNeedsAChannel(t *testing.T) {
	tests := []struct{ name, bots, stderr string }{
		{"none", `{"bots":[{"bot":"pizza","channels":[]}]}`, "bot pizza has no channel on telegram"},
		{"not connected", `{"bots":[{"bot":"pizza","channels":[{"name":"t","provider":"telegram"}]}]}`, "hookline connect pizza"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := newServer(t, map[string]answer{"GET /healthz": {200, `{"mode":"simulated"}`}, "GET /v1/bots": {200, test.bots}})
			run(t, nil, "hi\n", "chat", "--server", s.URL).want(t, 1, "", test.stderr)
		})
	}
}
