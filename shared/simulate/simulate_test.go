package simulate_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
	"hookline/shared/simulate"
)

// parrot is a network whose bot repeats what it hears, with a button for each word.
type parrot struct {
	*simulate.Network
	screen simulate.Screen
	acts   []string
}

var _ simulate.Users = (*parrot)(nil)

func newParrot(t *testing.T) *parrot {
	p := &parrot{Network: simulate.New(func(failures int) time.Duration { return time.Duration(failures) * time.Second })}
	p.Wait = func(context.Context, time.Duration) {}
	t.Cleanup(p.Close)
	return p
}

func (p *parrot) note(k simulate.Talk, what string) {
	p.acts = append(p.acts, fmt.Sprintf("%s/%s/%s %s (%s): %s", k.Bot, k.Chat, k.Thread, k.User.ID, k.User.FirstName, what))
}

func (p *parrot) Say(k simulate.Talk, text string) (simulate.ID, error) {
	if text == "" {
		return "", bot.Errorf(bot.Invalid, "nothing was said")
	}
	p.note(k, text)
	sent := simulate.Sent{Message: simulate.ID("m" + text), Shown: simulate.Shown{Text: text}}
	for word := range strings.FieldsSeq(text) {
		sent.Shown.Buttons = append(sent.Shown.Buttons, simulate.Button{Text: word})
	}
	p.screen.Show(sent, p.MaxMessages)
	return "1", nil
}

func (p *parrot) Post(k simulate.Talk, fields map[string]json.RawMessage) (simulate.ID, error) {
	p.note(k, string(fields["photo"]))
	return "2", nil
}

func (p *parrot) Press(k simulate.Talk, c simulate.Choice) error {
	sent, index, err := p.screen.Choose(c)
	p.note(k, fmt.Sprintf("%s %d", sent.Message, index))
	return err
}

func (p *parrot) Open(k simulate.Talk) error    { p.note(k, "opened"); return nil }
func (p *parrot) Block(k simulate.Talk) error   { p.note(k, "blocked"); return nil }
func (p *parrot) Unblock(k simulate.Talk) error { p.note(k, "unblocked"); return nil }

func (p *parrot) Messages(ctx context.Context, _ simulate.Talk, n int64, patience time.Duration) ([]simulate.Sent, error) {
	return p.Watch(ctx, &p.screen, n, patience), nil
}

func serve(t *testing.T, h http.Handler, method, path, body string) string {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body)))
	return fmt.Sprintf("%d %s", w.Code, w.Body)
}

func TestRoutes(t *testing.T) {
	p := newParrot(t)
	h := p.Routes(p)
	steps := []struct{ name, method, path, body, want, act string }{
		{"open", "POST", "/chat/b/7/open", `{}`, `200 {}`, "b/7/ 7 (User 7): opened"},
		{"say", "POST", "/chat/b/7/say", `{"from":{"id":"u","first_name":"Ann"},"text":"yes no"}`, `200 {"message_id":"1"}`, "b/7/ u (Ann): yes no"},
		{"ids as numbers", "POST", "/chat/b/7/say", `{"from":{"id":9007199254740993},"thread":4,"text":"x"}`, `200 {"message_id":"1"}`, "b/7/4 9007199254740993 (User 9007199254740993): x"},
		{"say nothing", "POST", "/chat/b/7/say", `{}`, `400 {"error":"nothing was said"}`, ""},
		{"post", "POST", "/chat/b/7/post", `{"message":{"photo":"p"}}`, `200 {"message_id":"2"}`, `b/7/ 7 (User 7): "p"`},
		{"press", "POST", "/chat/b/7/press", `{"button":{"place":1}}`, `200 {}`, "b/7/ 7 (User 7): mx 0"},
		{"block", "POST", "/chat/b/7/block", `{}`, `200 {}`, "b/7/ 7 (User 7): blocked"},
		{"unblock", "POST", "/chat/b/7/unblock", `{}`, `200 {}`, "b/7/ 7 (User 7): unblocked"},
		{"not json", "POST", "/chat/b/7/open", `{`, `400 {"error":"the body is not the JSON that is wanted here"}`, ""},
		{"id is an object", "POST", "/chat/b/7/open", `{"from":{"id":{}}}`, `400 {"error":"the body is not the JSON that is wanted here"}`, ""},
		{"read", "GET", "/chat/b/7/messages?after=1", "", `200 {"messages":[{"n":2,"message_id":"mx","shown":{"text":"x","buttons":[{"text":"x"}]},"answered":false}]}`, ""},
		{"unknown", "POST", "/chat/b/7/shout", `{}`, "404 404 page not found\n", ""},
		{"faults", "PUT", "/faults", `{"rates":{"server_error":1}}`, "204 ", ""},
		{"no faults yet", "GET", "/faults", "", "200 {}", ""},
	}
	for _, step := range steps {
		t.Run(step.name, func(t *testing.T) {
			p.acts = nil
			if got := serve(t, h, step.method, step.path, step.body); got != step.want {
				t.Errorf("%s %s %s = %s, want %s", step.method, step.path, step.body, got, step.want)
			}
			if got := strings.Join(p.acts, "\n"); got != step.act {
				t.Errorf("%s %s %s does %q, want %q", step.method, step.path, step.body, got, step.act)
			}
		})
	}
}

func TestChoose(t *testing.T) {
	p := newParrot(t)
	for _, text := range []string{"yes no", "maybe"} {
		if _, err := p.Say(simulate.Talk{}, text); err != nil {
			t.Fatal(err)
		}
	}
	p.screen.Show(simulate.Sent{Message: "bare"}, 10)
	p.screen.Show(simulate.Sent{Shown: simulate.Shown{Sign: bot.ShowTyping}}, 10)
	tests := []struct {
		name   string
		choice simulate.Choice
		want   string // "" for an error
	}{
		{"place in the newest with buttons", simulate.Choice{Place: 1}, "mmaybe 0"},
		{"no such place there", simulate.Choice{Place: 2}, ""},
		{"place in another", simulate.Choice{Message: "myes no", Place: 2}, "myes no 1"},
		{"label", simulate.Choice{Message: "myes no", Label: "yes"}, "myes no 0"},
		{"no such label", simulate.Choice{Label: "yes"}, ""},
		{"nothing chosen", simulate.Choice{}, ""},
		{"without buttons", simulate.Choice{Message: "bare", Place: 1}, ""},
		{"data that no button has", simulate.Choice{Message: "bare", Data: "x"}, "bare -1"},
		{"data on the newest message", simulate.Choice{Data: "x"}, "bare -1"},
		{"no such message", simulate.Choice{Message: "m", Place: 1}, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			sent, index, err := p.screen.Choose(test.choice)
			got := fmt.Sprintf("%s %d", sent.Message, index)
			if err != nil {
				got = ""
			}
			if got != test.want || err != nil && bot.KindOf(err) != bot.NotFound {
				t.Errorf("Choose(%+v) = %s, %v, want %q", test.choice, got, err, test.want)
			}
		})
	}
}

func TestSentAsJSON(t *testing.T) {
	tests := []struct {
		name string
		sent simulate.Sent
		want string
	}{
		{"nothing of the network's own", simulate.Sent{N: 1}, `{"n":1,"shown":{},"answered":false}`},
		{"empty", simulate.Sent{N: 1, Native: struct{}{}}, `{"n":1,"shown":{},"answered":false}`},
		{"its own fields", simulate.Sent{N: 1, Answered: true, Native: map[string]int{"a": 1}}, `{"n":1,"shown":{},"answered":true,"a":1}`},
		{"all that is shown", simulate.Sent{N: 2, Message: "5", Shown: simulate.Shown{
			Text: "t", Format: bot.FormatHTML, Buttons: []simulate.Button{{Text: "b", URL: "u"}},
			Media: &bot.Media{Kind: bot.Photo, Source: "s"}, Location: &bot.Location{Latitude: "1.5", Longitude: "2"}, Sign: bot.MarkSeen,
		}}, `{"n":2,"message_id":"5","shown":{"text":"t","format":"html","buttons":[{"text":"b","url":"u"}],` +
			`"media":{"kind":"photo","source":"s"},"location":{"latitude":1.5,"longitude":2},"sign":"seen"},"answered":false}`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := json.Marshal(test.sent)
			if err != nil || string(got) != test.want {
				t.Errorf("Marshal(%+v) = %s, %v, want %s", test.sent, got, err, test.want)
			}
		})
	}
}

func TestScreenIsBounded(t *testing.T) {
	p := newParrot(t)
	for i := range 20 {
		told := p.screen.Show(simulate.Sent{Shown: simulate.Shown{Text: fmt.Sprint(i + 1)}}, 4)
		told(i%2 == 0)
	}
	sent, _ := p.Messages(t.Context(), simulate.Talk{}, 0, 0)
	if len(sent) == 0 || len(sent) > 4 || sent[len(sent)-1].N != 20 {
		t.Fatalf("Watch() = %+v, want at most 4 and the 20th last", sent)
	}
	for _, s := range sent {
		if s.Shown.Text != fmt.Sprint(s.N) || s.Answered != (s.N%2 == 1) {
			t.Errorf("Watch() has %+v, want the number as its text, answered if it is odd", s)
		}
	}
}

func TestWatchWaits(t *testing.T) {
	p := newParrot(t)
	got := make(chan []simulate.Sent, 1)
	go func() {
		sent, _ := p.Messages(t.Context(), simulate.Talk{}, 0, time.Minute)
		got <- sent
	}()
	p.screen.Show(simulate.Sent{Message: "1"}, 10)
	if sent := <-got; len(sent) != 1 || sent[0].Message != "1" {
		t.Errorf("Watch() = %+v, want the message that came meanwhile", sent)
	}
	go func() {
		sent, _ := p.Messages(t.Context(), simulate.Talk{}, 1, time.Minute)
		got <- sent
	}()
	p.Close()
	if sent := <-got; len(sent) != 0 {
		t.Errorf("Watch() of a network that was closed = %+v, want nothing", sent)
	}
}

// TestDeliver: what is in one lane comes in order, each until it is taken or given up, while other lanes go on.
func TestDeliver(t *testing.T) {
	p := newParrot(t)
	got := make(chan string, 20)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if r.Header.Get("X-Try") != "3" {
			w.WriteHeader(http.StatusBadGateway)
		}
		got <- string(body) + " " + r.Header.Get("X-Try")
	}))
	t.Cleanup(server.Close)
	deliver := func(lane, text string, tries int) {
		err := p.Deliver(lane, func(try int) (simulate.Delivery, bool) {
			header := http.Header{"X-Try": {fmt.Sprint(try)}}
			return simulate.Delivery{URL: server.URL, Header: header, Body: []byte(text)}, try <= tries
		})
		if err != nil {
			t.Errorf("Deliver(%s, %s) = %v", lane, text, err)
		}
	}
	take := func(n int) (posts []string) {
		for range n {
			posts = append(posts, <-got)
		}
		return posts
	}
	deliver("a", "taken", 9)
	deliver("a", "given up", 2)
	deliver("a", "last", 3)
	want := []string{"taken 1", "taken 2", "taken 3", "given up 1", "given up 2", "last 1", "last 2", "last 3"}
	if diff := cmp.Diff(want, take(len(want))); diff != "" {
		t.Errorf("posts of one lane (-want +got):\n%s", diff)
	}
	deliver("b", "other", 1)
	deliver("a", "again", 1)
	if posts := take(2); posts[0] == posts[1] {
		t.Errorf("posts of two lanes = %v, want one of each", posts)
	}
}

func TestDeliverIsBounded(t *testing.T) {
	p := newParrot(t)
	p.MaxWaiting = 2
	begun, release := make(chan bool), make(chan bool)
	hold := func(int) (simulate.Delivery, bool) {
		begun <- true
		<-release
		return simulate.Delivery{}, false
	}
	var err error
	for _, lane := range []string{"a", "a", "b"} {
		err = p.Deliver(lane, hold)
	}
	if bot.KindOf(err) != bot.Unavailable {
		t.Errorf("Deliver() with two waiting = %v, want kind unavailable", err)
	}
	for range 2 {
		<-begun
		release <- true
	}
	p.Close()
	if err := p.Deliver("a", hold); err != nil {
		t.Errorf("Deliver() on a closed network = %v, want nil and nothing posted", err)
	}
}

func TestTryHidesTheAddress(t *testing.T) {
	p := newParrot(t)
	for _, address := range []string{"http://127.0.0.1:1/SECRET", "http://SECRET\x7f"} {
		if _, err := p.Try(simulate.Delivery{URL: address}); err == nil || strings.Contains(err.Error(), "SECRET") {
			t.Errorf("Try(%q) = %v, want an error without the address", address, err)
		}
	}
}
