package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
)

const talkative = `
bot: pizza
channels:
  telegram: {token: {value: "1:secret-token", from: TELEGRAM_TOKEN}}
  second: {provider: telegram, token: {value: "2:secret-token", from: TOKEN_2}}
states: {paying: {expires: 1h}}
handlers:
  - {name: choose, pattern: pizza, source_states: [choosing], target_state: done, response: {text: Good}}
`

// stand puts a conversation where an event would have left it.
func (w *world) stand(channel, chat, user, state string) {
	w.Helper()
	key := bot.NewConversationKey(w.head().Channels[channel], chat, user)
	size := "large"
	c := bot.Conversation{
		State: state, Since: start.Add(-time.Hour), UpdatedAt: start, Seen: bot.Seen{}.Add("event-1", start),
		Context: map[string]bot.StateContext{"_start": {Pattern: map[string]*string{"size": &size}}},
		Outbox:  &bot.Outbox{Job: "job-1", Replies: []bot.Reply{{Parts: []bot.Part{{Text: "Good"}}}}},
	}
	if err := w.store.ListConversation(w.Context(), key, &c, !strings.HasPrefix(chat, "-")); err != nil {
		w.Fatal(err)
	}
	if _, err := w.store.PutConversation(w.Context(), key, c); err != nil {
		w.Fatal(err)
	}
}

// places gives the conversations of an answer as channel/chat/user:state.
func places(answer map[string]any) []string {
	got := []string{}
	for _, c := range answer["conversations"].([]any) {
		c := c.(map[string]any)
		got = append(got, fmt.Sprintf("%s/%s/%s:%s", c["channel"], c["chat"], c["user"], c["state"]))
	}
	return got
}

func TestF2ConversationsAreFoundByUserAndChat(t *testing.T) {
	w := newWorld(t)
	w.publish(talkative)
	w.stand("telegram", "1", "7", "choosing")
	w.stand("telegram", "-5", "7", "")
	w.stand("telegram", "-5", "8", "done")
	w.stand("second", "1", "7", "paying")
	w.stand("second", "a:b", "c#d", "paying")
	w.stand("second", "-5", "", "done")
	key := bot.NewConversationKey(w.head().Channels["telegram"], "-5", "")
	if err := w.store.PutPayloads(t.Context(), key, []string{"long"}); err != nil {
		t.Fatal(err)
	}
	for i, user := range []string{"7", "8"} {
		turn := w.turn("turn-"+user, "-5", "hello", "", i)
		turn.Event.From = &bot.Person{ID: user}
		w.keep(turn)
	}
	for _, test := range []struct {
		name, query string
		want        []string
	}{
		{"of a user", "user=7", []string{"second/1/7:paying", "telegram/-5/7:", "telegram/1/7:choosing"}},
		{"of a user on a channel", "user=7&channel=telegram", []string{"telegram/-5/7:", "telegram/1/7:choosing"}},
		{"of a user in a chat", "user=7&chat=1", []string{"second/1/7:paying", "telegram/1/7:choosing"}},
		{"in a chat", "chat=-5", []string{"second/-5/-:done", "telegram/-5/7:", "telegram/-5/8:done"}},
		{"ids that are escaped in keys", "chat=a:b&user=c%23d", []string{"second/a%3Ab/c%23d:paying"}},
		{"of nobody known", "user=9", []string{}},
		{"of the last events", "", []string{"telegram/-5/8:done", "telegram/-5/7:"}},
		{"of the last events on another channel", "channel=second", []string{}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := places(w.ask("GET", "/v1/bots/pizza/conversations?"+test.query, "", 200))
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("GET conversations?%s (-want +got)\n%s", test.query, diff)
			}
			var paged []string
			for cursor, pages := "", 0; pages < 10; pages++ {
				page := w.ask("GET", "/v1/bots/pizza/conversations?limit=1&"+test.query+"&cursor="+cursor, "", 200)
				paged = append(paged, places(page)...)
				next, more := page["next"].(string)
				if !more {
					break
				}
				cursor = next
			}
			if diff := cmp.Diff(test.want, append([]string{}, paged...)); diff != "" {
				t.Errorf("page by page, ?%s (-want +got)\n%s", test.query, diff)
			}
		})
	}
}

func TestF2ConversationIsReadMovedResetAndDeleted(t *testing.T) {
	const path = "/v1/bots/pizza/channels/telegram/conversations/1/7"
	for _, test := range []struct {
		name, method, path, body string
		ifMatch                  string // "right" for the version that was read
		status                   int
		state                    string // afterwards
		remembers                bool
		gone                     bool
	}{
		{name: "read", method: "GET", status: 200, state: "choosing", remembers: true},
		{name: "moved", method: "PATCH", body: `{"state": "paying"}`, status: 200, state: "paying", remembers: true},
		{name: "moved as it was read", method: "PATCH", body: `{"state": "done"}`, ifMatch: "right", status: 200, state: "done", remembers: true},
		{name: "moved to none", method: "PATCH", body: `{"state": ""}`, status: 200, remembers: true},
		{name: "moved as it was read before", method: "PATCH", body: `{"state": "done"}`, ifMatch: `"1"`, status: 412, state: "choosing", remembers: true},
		{name: "moved to an unknown state", method: "PATCH", body: `{"state": "dnoe"}`, status: 400, state: "choosing", remembers: true},
		{name: "reset", method: "PATCH", body: `{"reset": true}`, ifMatch: "*", status: 200},
		{name: "moved and reset", method: "PATCH", body: `{"reset": true, "state": "done"}`, status: 400, state: "choosing", remembers: true},
		{name: "nothing", method: "PATCH", body: `{}`, status: 400, state: "choosing", remembers: true},
		{name: "deleted", method: "DELETE", ifMatch: "right", status: 204, gone: true},
		{name: "deleted as it was read before", method: "DELETE", ifMatch: `"1"`, status: 412, state: "choosing", remembers: true},
		{name: "of another bot", method: "GET", path: strings.Replace(path, "pizza", "sushi", 1), status: 404, state: "choosing", remembers: true},
		{name: "on another channel", method: "DELETE", path: strings.Replace(path, "telegram", "third", 1), status: 404, state: "choosing", remembers: true},
		{name: "of another user", method: "DELETE", path: path + "1", status: 404, state: "choosing", remembers: true},
		{name: "not a conversation", method: "DELETE", path: path[:len(path)-1] + "payload:~x", status: 404, state: "choosing", remembers: true},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			w.publish(talkative)
			w.stand("telegram", "1", "7", "choosing")
			resp, _ := w.send("GET", path, "")
			tag := resp.Header.Get("ETag")
			if test.ifMatch == "right" {
				test.ifMatch = tag
			}
			if test.path == "" {
				test.path = path
			}
			req, _ := http.NewRequestWithContext(t.Context(), test.method, w.server.URL+test.path, strings.NewReader(test.body))
			req.Header.Set("Authorization", "Bearer "+adminToken)
			req.Header.Set("If-Match", test.ifMatch)
			resp, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			if resp.StatusCode != test.status {
				t.Fatalf("%s %s %s = %d, want %d", test.method, test.path, test.body, resp.StatusCode, test.status)
			}
			key := bot.NewConversationKey(w.head().Channels["telegram"], "1", "7")
			c, err := w.store.Conversation(t.Context(), key)
			if err != nil || c.Version == 0 != test.gone || c.State != test.state || len(c.Context) > 0 != test.remembers {
				t.Errorf("conversation = %+v, %v, want state %q, remembering %v, gone %v", c, err, test.state, test.remembers, test.gone)
			}
			if moved := test.method == "PATCH" && test.status == http.StatusOK; !test.gone && c.Since.Equal(start) != moved {
				t.Errorf("conversation stands there since %s, moved at %s: %v", c.Since, start, moved)
			}
			if !test.gone && (!c.Seen.Has("event-1", start) || c.Outbox.Left() != 1) {
				t.Errorf("conversation = %+v, want what it has seen and what is being sent left alone", c)
			}
			found := places(w.ask("GET", "/v1/bots/pizza/conversations?user=7", "", 200))
			if len(found) == 0 != test.gone {
				t.Errorf("conversations of the user = %q, gone %v", found, test.gone)
			}
		})
	}
}

func TestConversationShowsWhatItRemembers(t *testing.T) {
	w := newWorld(t)
	w.publish(talkative)
	w.stand("telegram", "1", "7", "choosing")
	got := w.ask("GET", "/v1/bots/pizza/channels/telegram/conversations/1/7", "", 200)
	delete(got, "version")
	want := map[string]any{
		"channel": "telegram", "chat": "1", "user": "7", "state": "choosing",
		"since": "2026-03-01T11:00:00Z", "updated_at": "2026-03-01T12:00:00Z",
		"context": map[string]any{"_start": map[string]any{"pattern": map[string]any{"size": "large"}}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("conversation (-want +got)\n%s", diff)
	}
}
