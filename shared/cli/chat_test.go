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

// chatServer plays a server with simulated networks: every act starts a turn, which is recorded a few looks later.
type chatServer struct {
	*httptest.Server
	acts []string
	// script gives what the bot does after each act, a line each, as the network tells it, and the outcome of its turn.
	script []scene
	bots   string
	looks  int
	// opened is the network and the bot of the chat that was opened.
	opened string
}

type scene struct{ messages, outcome string }

func newChatServer(t *testing.T, script ...scene) *chatServer {
	t.Helper()
	c := &chatServer{script: script, bots: oneBot}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, `{"mode":"simulated"}`) })
	mux.HandleFunc("GET /v1/bots", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, c.bots) })
	mux.HandleFunc("GET /v1/bots/pizza/turns", c.turns)
	mux.HandleFunc("POST /simulate/{network}/chat/{bot}/{chat}/{act}", c.act)
	mux.HandleFunc("GET /simulate/{network}/chat/{bot}/{chat}/messages", c.messages)
	c.Server = httptest.NewServer(mux)
	t.Cleanup(c.Close)
	return c
}

func (c *chatServer) act(w http.ResponseWriter, r *http.Request) {
	if r.PathValue("act") == "open" {
		c.opened = r.PathValue("network") + " " + r.PathValue("bot")
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
	all := []string{`{"n":1,"message_id":"1","shown":{"text":"said before","buttons":[{"text":"old"}]}}`}
	for _, s := range c.script[:len(c.acts)] {
		for message := range strings.Lines(s.messages) {
			all = append(all, strings.ReplaceAll(message, "N,", fmt.Sprint(len(all)+1, ",")))
		}
	}
	var after int
	fmt.Sscan(r.FormValue("after"), &after)
	io.WriteString(w, `{"messages":[`+strings.Join(all[min(after, len(all)):], ",")+`]}`)
}

func TestChat(t *testing.T) {
	s := newChatServer(t,
		scene{`{"n":N,"message_id":"20","shown":{"text":"Which?","buttons":[{"text":"A"},{"text":"Menu","url":"https://x"}]},"message":{"message_id":20}}`, `"outcome":"replied"`},
		scene{`{"n":N,"message_id":"30","shown":{"text":"A it is"}}`, `"outcome":"replied"`},
		scene{`{"n":N,"message_id":"40","shown":{"text":"one?"}}`, `"outcome":"replied"`},
		scene{``, `"outcome":"silent"`},
		scene{``, `"outcome":"failed","error":"a template fails"`},
	)
	got := run(t, nil, "hello\n\n1\n1\nbye\nbreak", "chat", "--server", s.URL)
	wantOut := "Which?\n  [1] A\n  [2] Menu (https://x)\nA it is\none?\n"
	if diff := cmp.Diff(wantOut, got.stdout); diff != "" || got.code != 0 {
		t.Errorf("chat = %d (-want +got)\n%s", got.code, diff)
	}
	if diff := cmp.Diff("(no reply: silent)\n(failed: a template fails)\n", got.stderr); diff != "" {
		t.Errorf("stderr of chat (-want +got)\n%s", diff)
	}
	const ada = `{"id":"1","first_name":"Ada"}`
	wantActs := []string{
		`1 say from ` + ada + `: "hello"`,
		`1 press from ` + ada + `: {"message_id":"20","place":1}`,
		`1 say from ` + ada + `: "1"`,
		`1 say from ` + ada + `: "bye"`,
		`1 say from ` + ada + `: "break"`,
	}
	if diff := cmp.Diff(wantActs, s.acts); diff != "" || s.opened != "telegram pizza_bot" {
		t.Errorf("acts in the chat %q (-want +got)\n%s", s.opened, diff)
	}
}

func TestChatAsJSON(t *testing.T) {
	s := newChatServer(t, scene{`{"n":N,"message_id":"20","shown":{"text":"Which?","format":"html","buttons":[{"text":"A"}]}}`, `"outcome":"replied"`})
	got := run(t, nil, "hello\n", "chat", "-o", "json", "--server", s.URL)
	want := `{"text":"Which?","buttons":[{"text":"A"}]}` + "\n"
	if got.stdout != want || got.code != 0 {
		t.Errorf("chat -o json = %d %q, want %q", got.code, got.stdout, want)
	}
}

func TestChatAsSomebodyElse(t *testing.T) {
	s := newChatServer(t, scene{`{"n":N,"shown":{"text":"Thanks"}}`, `"outcome":"replied"`})
	run(t, nil, "hi\n", "chat", "--user", "7", "--name", "Bob", "--chat=-5", "--server", s.URL).want(t, 0, "Thanks\n", "")
	if diff := cmp.Diff([]string{`-5 say from {"id":"7","first_name":"Bob"}: "hi"`}, s.acts); diff != "" {
		t.Errorf("acts (-want +got)\n%s", diff)
	}
}

// TestChatShows has what users see beside texts, as lines.
func TestChatShows(t *testing.T) {
	tests := []struct{ name, shown, want string }{
		{"a photo with a caption", `{"text":"look","media":{"kind":"photo","source":"https://x/p.png"}}`, "(photo: https://x/p.png)\nlook\n"},
		{"a document", `{"media":{"kind":"document","source":"f1"},"buttons":[{"text":"A"}]}`, "(document: f1)\n  [1] A\n"},
		{"a place", `{"location":{"latitude":52.5,"longitude":13.4}}`, "(location: 52.5, 13.4)\n"},
		{"a place with a title", `{"location":{"latitude":1,"longitude":2,"title":"Zoo"}}`, "(location: 1, 2 Zoo)\n"},
		{"a sign", `{"sign":"typing"}`, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := newChatServer(t, scene{`{"n":N,"message_id":"20","shown":` + test.shown + `}`, `"outcome":"replied"`})
			if got := run(t, nil, "hi\n", "chat", "--server", s.URL); got.stdout != test.want {
				t.Errorf("chat prints %q of %s, want %q", got.stdout, test.shown, test.want)
			}
		})
	}
}

// TestChatPressesWhatIsShown: buttons can be pressed below every message of a reply, until the bot says something else.
func TestChatPressesWhatIsShown(t *testing.T) {
	s := newChatServer(t,
		scene{`{"n":N,"message_id":"20","shown":{"text":"Which?","buttons":[{"text":"A"}]}}` + "\n" + `{"n":N,"message_id":"21","shown":{"text":"Take your time."}}`, `"outcome":"replied"`},
		scene{`{"n":N,"shown":{"text":"Noted."}}`, `"outcome":"replied"`},
		scene{`{"n":N,"message_id":"22","shown":{"text":"Anything else?"}}`, `"outcome":"replied"`},
		scene{``, `"outcome":"silent"`},
	)
	run(t, nil, "hi\n1\n1\n1\n", "chat", "--server", s.URL)
	const ada = `{"id":"1","first_name":"Ada"}`
	want := []string{
		`1 say from ` + ada + `: "hi"`,
		`1 press from ` + ada + `: {"message_id":"20","place":1}`,
		`1 press from ` + ada + `: {"message_id":"20","place":1}`,
		`1 say from ` + ada + `: "1"`,
	}
	if diff := cmp.Diff(want, s.acts); diff != "" {
		t.Errorf("acts (-want +got)\n%s", diff)
	}
}

// TestChatPicksTheNetwork: the one that is asked for, else the bot's only one, else Telegram.
func TestChatPicksTheNetwork(t *testing.T) {
	channels := func(providers ...string) string {
		var list []string
		for _, p := range providers {
			list = append(list, fmt.Sprintf(`{"name":%q,"provider":%q,"username":"%s/bot"}`, p, p, p))
		}
		return `{"bots":[{"bot":"pizza","channels":[` + strings.Join(list, ",") + `]}]}`
	}
	tests := []struct {
		name, bots string
		args       []string
		want       string
		code       int
	}{
		{"the only one", channels("kik"), nil, "kik kik/bot", 0},
		{"telegram of several", channels("pyrus", "telegram"), nil, "telegram telegram/bot", 0},
		{"asked for", channels("pyrus", "telegram"), []string{"--provider", "pyrus"}, "pyrus pyrus/bot", 0},
		{"asked for, but not there", channels("pyrus"), []string{"--provider", "messenger"}, "", 1},
		{"no telegram of several", channels("pyrus", "kik"), nil, "", 1},
		{"F4 not one that is disabled", strings.Replace(channels("telegram", "telegram"), `"username"`, `"disabled":true,"username"`, 1), nil,
			"telegram telegram/bot", 0},
		{"unknown", channels("pyrus"), []string{"--provider", "pigeons"}, "", 2},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := newChatServer(t)
			s.bots = test.bots
			got := run(t, nil, "", append([]string{"chat", "--server", s.URL}, test.args...)...)
			if s.opened != test.want || got.code != test.code {
				t.Errorf("chat %v opens %q and ends with %d %s, want %q and %d", test.args, s.opened, got.code, got.stderr, test.want, test.code)
			}
		})
	}
}

func TestChatNeedsAChannel(t *testing.T) {
	tests := []struct{ name, bots, stderr string }{
		{"none", `{"bots":[{"bot":"pizza","channels":[]}]}`, "bot pizza has no channel on telegram"},
		{"F4 disabled", `{"bots":[{"bot":"pizza","channels":[{"name":"t","provider":"telegram","username":"b","disabled":true}]}]}`,
			"the channel t is disabled: it takes no messages"},
		{"not connected", `{"bots":[{"bot":"pizza","channels":[{"name":"t","provider":"telegram"}]}]}`, "hookline connect pizza"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := newServer(t, map[string]answer{"GET /healthz": {200, `{"mode":"simulated"}`}, "GET /v1/bots": {200, test.bots}})
			run(t, nil, "hi\n", "chat", "--server", s.URL).want(t, 1, "", test.stderr)
		})
	}
}
