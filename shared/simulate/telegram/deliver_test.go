package telegram_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
	"hookline/shared/simulate"
)

const secret = "s3cret_-A"

// post is what a webhook got.
type post struct {
	secret, kind, body string
}

func (p post) text() string {
	var u struct {
		Message  struct{ Text string }
		Callback struct{ Data string } `json:"callback_query"`
	}
	_ = json.Unmarshal([]byte(p.body), &u)
	return u.Message.Text + u.Callback.Data
}

// webhook is a bot's address. answer decides on the n-th post (from 0); nil: always 200.
type webhook struct {
	address string
	posts   chan post
}

func newWebhook(t *testing.T, answer func(n int, w http.ResponseWriter, p post)) *webhook {
	h := &webhook{posts: make(chan post, 1000)}
	var count atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		p := post{r.Header.Get("X-Telegram-Bot-Api-Secret-Token"), r.Header.Get("Content-Type"), string(body)}
		defer func() { h.posts <- p }() // before a connection is closed by a panic: the next post may come at once
		if answer != nil {
			answer(int(count.Add(1)-1), w, p)
		}
	}))
	t.Cleanup(server.Close)
	h.address = server.URL
	return h
}

// next gives the posts that come next.
func (h *webhook) next(t *testing.T, n int) []post {
	t.Helper()
	var posts []post
	for range n {
		select {
		case p := <-h.posts:
			posts = append(posts, p)
		case <-time.After(10 * time.Second):
			t.Fatalf("%d posts, want %d", len(posts), n)
		}
	}
	return posts
}

func (n *network) hook(address string) {
	n.t.Helper()
	body := encode(n.t, map[string]string{"url": address, "secret_token": secret})
	if got := n.call("setWebhook", body); !got.OK {
		n.t.Fatalf("setWebhook %s = %s", body, got.text())
	}
}

func (n *network) say(k simulate.Talk, texts ...string) {
	n.t.Helper()
	for _, text := range texts {
		if _, err := n.Say(k, text); err != nil {
			n.t.Fatalf("Say(%q) = %v", text, err)
		}
	}
}

func TestDelivery(t *testing.T) {
	n := started(t)
	h := newWebhook(t, nil)
	n.hook(h.address)
	n.say(private(ann), "/start now")
	got := h.next(t, 1)[0]
	if got.secret != secret || got.kind != "application/json" {
		t.Errorf("post with secret %q of kind %q, want %q and application/json", got.secret, got.kind, secret)
	}
	id, _, _ := strings.Cut(strings.TrimPrefix(got.body, `{"update_id":`), ",")
	want := `{"update_id":` + id + ",\n" + `"message":{"message_id":1,"from":{"id":7,"is_bot":false,"first_name":"Ann",` +
		`"username":"ann","language_code":"en"},"chat":{"id":7,"type":"private","username":"ann","first_name":"Ann"},` +
		`"date":1782907200,"text":"/start now","entities":[{"type":"bot_command","offset":0,"length":6}]}}`
	if diff := cmp.Diff(want, got.body); diff != "" {
		t.Errorf("update (-want +got):\n%s", diff)
	}
}

func TestRetries(t *testing.T) {
	n := started(t)
	h := newWebhook(t, func(n int, w http.ResponseWriter, _ post) {
		switch n {
		case 0:
			w.WriteHeader(http.StatusInternalServerError)
		case 1:
			w.Header().Set("Location", "/elsewhere")
			w.WriteHeader(http.StatusFound)
		case 2:
			panic(http.ErrAbortHandler) // the connection is closed
		case 3:
			w.WriteHeader(http.StatusNotFound)
		case 4:
			w.Header().Set("Retry-After", "17")
			w.WriteHeader(http.StatusTooManyRequests)
		case 5:
			w.Header().Set("Retry-After", "99999")
			w.WriteHeader(http.StatusServiceUnavailable)
		case 6:
			w.WriteHeader(http.StatusNoContent)
		case 7:
			w.WriteHeader(http.StatusBadGateway)
		}
	})
	n.hook(h.address)
	n.say(private(ann), "first", "second")
	posts := h.next(t, 9)
	for i, p := range posts[:7] {
		if p.body != posts[0].body {
			t.Errorf("try %d posted %q, want the first update: %q", i, p.body, posts[0].body)
		}
	}
	if got := posts[7].text(); got != "second" {
		t.Errorf("after the first update was taken came %q, want second", got)
	}
	want := []time.Duration{0, 2 * time.Second, 4 * time.Second, 8 * time.Second, 17 * time.Second, time.Hour, 0}
	n.mu.Lock()
	defer n.mu.Unlock()
	if diff := cmp.Diff(want, n.pauses); diff != "" {
		t.Errorf("pauses between tries (-want +got):\n%s", diff)
	}
}

// TestOrder holds one chat's update back: others pass it, its successors and, of one user, later presses do not.
func TestOrder(t *testing.T) {
	n := started(t)
	release := make(chan struct{})
	h := newWebhook(t, func(_ int, _ http.ResponseWriter, p post) {
		if p.text() == "held" {
			<-release
		}
	})
	n.hook(h.address)
	bob := simulate.User{ID: "8", FirstName: "Bob"}
	n.say(private(ann), "held", "later")
	n.say(private(bob), "b1", "b2", "b3")
	var others []string
	for _, p := range h.next(t, 3) {
		others = append(others, p.text())
	}
	if diff := cmp.Diff([]string{"b1", "b2", "b3"}, others); diff != "" {
		t.Errorf("beside the update that is held (-want +got):\n%s", diff)
	}
	close(release)
	held := h.next(t, 2)
	if got := held[0].text() + " " + held[1].text(); got != "held later" {
		t.Errorf("once released came %q, want held later", got)
	}
}

func TestConnectionsAreLimited(t *testing.T) {
	n := started(t)
	var running, most atomic.Int64
	h := newWebhook(t, func(int, http.ResponseWriter, post) {
		now := running.Add(1)
		defer running.Add(-1)
		for {
			seen := most.Load()
			if now <= seen || most.CompareAndSwap(seen, now) {
				return
			}
		}
	})
	n.call("setWebhook", encode(t, map[string]any{"url": h.address, "max_connections": 3}))
	for id := range int64(50) {
		n.say(private(simulate.User{ID: id64(100 + id), FirstName: "U"}), "a", "b")
	}
	h.next(t, 100)
	if got := most.Load(); got > 3 {
		t.Errorf("%d posts at once, want at most 3", got)
	}
}

// TestWebhookComesAndGoes: what was not taken waits for the next webhook or for getUpdates.
func TestWebhookComesAndGoes(t *testing.T) {
	n := started(t)
	failing := newWebhook(t, func(_ int, w http.ResponseWriter, _ post) { w.WriteHeader(http.StatusBadGateway) })
	n.hook(failing.address)
	n.say(private(ann), "one", "two")
	failing.next(t, 2)
	info := string(n.call("getWebhookInfo", "").Result)
	for _, want := range []string{
		`"url":"` + failing.address + `"`, `"pending_update_count":2`, `"max_connections":40`,
		`"last_error_message":"wrong response from the webhook: 502 Bad Gateway"`, `"last_error_date":1782907200`,
	} {
		if !strings.Contains(info, want) {
			t.Errorf("getWebhookInfo = %s, want %s in it", info, want)
		}
	}
	good := newWebhook(t, nil)
	n.hook(good.address)
	posts := good.next(t, 2)
	if got := posts[0].text() + " " + posts[1].text(); got != "one two" {
		t.Errorf("the next webhook got %q, want one two", got)
	}
	n.hook(failing.address)
	n.say(private(ann), "three")
	if got := n.call("deleteWebhook", "{}"); !got.OK {
		t.Fatalf("deleteWebhook = %s", got.text())
	}
	if got := n.call("getUpdates", "{}").text(); !strings.Contains(got, `"three"`) {
		t.Errorf("getUpdates after deleteWebhook = %s, want three", got)
	}
	n.say(private(ann), "four")
	n.call("deleteWebhook", `{"drop_pending_updates":true}`)
	if got := n.call("getUpdates", "{}").text(); got != "[]" {
		t.Errorf("getUpdates after dropping = %s, want []", got)
	}
}

func TestUpdatesExpire(t *testing.T) {
	n := started(t)
	n.call("sendMessage", `{"chat_id":7,"text":"x","reply_markup":{"inline_keyboard":[[{"text":"b","callback_data":"press"}]]}}`)
	tests := []struct {
		name  string
		after time.Duration
		want  string
	}{
		{"presses within 150 s", 149 * time.Second, "message press"},
		{"messages within a day", 24*time.Hour - time.Second, "message"},
		{"none after a day", 24*time.Hour + time.Second, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			n.call("deleteWebhook", `{"drop_pending_updates":true}`)
			n.say(private(ann), "message")
			if err := n.Press(private(ann), simulate.Choice{Message: "1", Place: 1}); err != nil {
				t.Fatal(err)
			}
			n.pass(tt.after)
			var updates []json.RawMessage
			if err := json.Unmarshal(n.call("getUpdates", "{}").Result, &updates); err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, u := range updates {
				got = append(got, post{body: string(u)}.text())
			}
			if strings.Join(got, " ") != tt.want {
				t.Errorf("after %v wait %q, want %q", tt.after, got, tt.want)
			}
		})
	}
}

// slowEnd is a transport whose calls take a while to end after they were broken off.
type slowEnd struct {
	begun   chan struct{}
	running atomic.Int64
}

func (s *slowEnd) RoundTrip(r *http.Request) (*http.Response, error) {
	s.running.Add(1)
	defer s.running.Add(-1)
	s.begun <- struct{}{}
	<-r.Context().Done()
	time.Sleep(10 * time.Millisecond)
	return nil, r.Context().Err()
}

// TestClose: no post runs any more when Close returns, and none begins.
func TestClose(t *testing.T) {
	n := started(t)
	transport := &slowEnd{begun: make(chan struct{}, 10)}
	n.Client.Transport = transport
	n.hook("https://bot.example/")
	n.say(private(ann), "one")
	<-transport.begun
	n.Close()
	if got := transport.running.Load(); got != 0 {
		t.Errorf("%d posts run after Close", got)
	}
	n.say(private(simulate.User{ID: "8", FirstName: "Bob"}), "two")
	if len(transport.begun) > 0 {
		t.Error("a post began after Close")
	}
}

// TestWebhookGetsWhatWaits: what happened before there was a webhook is posted to it, if its time is not over.
func TestWebhookGetsWhatWaits(t *testing.T) {
	n := started(t)
	h := newWebhook(t, nil)
	n.say(private(ann), "too old")
	n.pass(24*time.Hour + time.Second)
	n.say(private(ann), "fresh")
	n.hook(h.address)
	if got := h.next(t, 1)[0].text(); got != "fresh" {
		t.Errorf("posted %q first, want fresh", got)
	}
}

func TestWaitingIsBounded(t *testing.T) {
	n := started(t)
	n.MaxWaiting = 2
	n.say(private(ann), "one", "two")
	if _, err := n.Say(private(ann), "three"); bot.KindOf(err) != bot.Unavailable {
		t.Errorf("Say with 2 updates waiting = %v, want kind unavailable", err)
	}
	n.call("deleteWebhook", `{"drop_pending_updates":true}`)
	n.say(private(ann), "four")
}
