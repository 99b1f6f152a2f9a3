package api_test

import (
	"strings"
	"testing"
	"time"

	"hookline/shared/bot"
	"hookline/shared/secret"
	"hookline/shared/store"
	"hookline/shared/store/tabletest"
)

// named gives a bot file with channels of these tokens, by the channels' names.
func named(name string, tokens ...string) string {
	file := "bot: " + name + "\nhandlers: [{name: hi, response: {text: hi}}]\n"
	for i := 0; i < len(tokens); i += 2 {
		if i == 0 {
			file += "channels:\n"
		}
		file += "  " + tokens[i] + ": {provider: telegram, token: {value: \"" + tokens[i+1] + "\", from: TOKEN}}\n"
	}
	return file
}

func TestF6TokenIsOneChannelsAlone(t *testing.T) {
	const taken = "is that of channel tg of bot pizza already, and only one of them would get messages: remove it there first"
	put := func(name string, tokens ...string) func(*world) int {
		return func(w *world) int {
			resp, _ := w.send("PUT", "/v1/bots/"+name, named(name, tokens...))
			return resp.StatusCode
		}
	}
	for _, test := range []struct {
		name   string
		before []func(w *world) int // behind PUT of pizza, with the channel tg of token 1:a
		method string
		path   string // "": PUT of burger
		body   string
		want   string // channel of which it is refused; "": it is taken
	}{
		{name: "another bot's", body: named("burger", "mine", "1:a"), want: "mine"},
		{name: "another bot's, in a rehearsal", path: "/v1/bots/burger?dry_run=true", body: named("burger", "mine", "1:a"), want: "mine"},
		{name: "in a patch", before: []func(*world) int{put("burger", "mine", "2:b")}, method: "PATCH", path: "/v1/bots/burger/channels/mine",
			body: `{"token":"1:a"}`, want: "mine"},
		{name: "a channel more", before: []func(*world) int{put("burger", "mine", "2:b")}, method: "PUT", path: "/v1/bots/burger/channels/more",
			body: `{"provider":"telegram","token":"1:a"}`, want: "more"},
		{name: "of the same bot", path: "/v1/bots/pizza", body: named("pizza", "tg", "1:a", "two", "1:a"), want: "two"},
		{name: "of a disabled channel", before: []func(*world) int{func(w *world) int {
			resp, _ := w.send("PATCH", "/v1/bots/pizza/channels/tg", disabling)
			return resp.StatusCode
		}}, body: named("burger", "mine", "1:a"), want: "mine"},
		{name: "another token", body: named("burger", "mine", "2:b")},
		{name: "its own again", path: "/v1/bots/pizza", body: named("pizza", "tg", "1:a")},
		{name: "under another name", path: "/v1/bots/pizza", body: named("pizza", "telegram", "1:a")},
		{name: "removed there", before: []func(*world) int{put("pizza")}, body: named("burger", "mine", "1:a")},
		{name: "changed there", before: []func(*world) int{put("pizza", "tg", "2:b")}, body: named("burger", "mine", "1:a")},
		{name: "deleted there", before: []func(*world) int{func(w *world) int {
			resp, _ := w.send("DELETE", "/v1/bots/pizza", "")
			return resp.StatusCode
		}}, body: named("burger", "mine", "1:a")},
		{name: "moved there and back", before: []func(*world) int{put("pizza"), put("burger", "mine", "1:a"), put("burger"), put("pizza", "tg", "1:a")},
			body: named("burger", "mine", "1:a"), want: "mine"},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			for i, step := range append([]func(*world) int{put("pizza", "tg", "1:a")}, test.before...) {
				if status := step(w); status != 200 {
					t.Fatalf("step %d = %d, want 200", i, status)
				}
			}
			method, path := "PUT", "/v1/bots/burger"
			if test.path != "" {
				path = test.path
			}
			if test.method != "" {
				method = test.method
			}
			resp, text := w.send(method, path, test.body)
			switch {
			case test.want == "" && resp.StatusCode != 200:
				t.Errorf("%s %s = %d %s, want 200", method, path, resp.StatusCode, text)
			case test.want != "" && (resp.StatusCode != 400 ||
				!strings.Contains(text, `{"path":"channels.`+test.want+`.token","message":"`+taken)):
				t.Errorf("%s %s = %d %s, want 400 for the channel %s, naming the other", method, path, resp.StatusCode, text, test.want)
			}
			if strings.Contains(text, "1:a") {
				t.Errorf("%s %s shows the token: %s", method, path, text)
			}
		})
	}
}

// Two accounts do not learn of one another.
func TestF6TokenOfAnotherAccount(t *testing.T) {
	w := newWorld(t)
	w.publish(pizza)
	stranger := w.newToken("stranger", store.Scopes()...)
	if resp, text := w.sendAs(stranger, "PUT", "/v1/bots/burger", named("burger", "mine", "1:secret-token")); resp.StatusCode != 200 {
		t.Errorf("PUT of a stranger = %d %s, want 200", resp.StatusCode, text)
	}
	// What the stranger claims does not take the place of what the account has claimed.
	w.ask("PUT", "/v1/bots/burger", named("burger", "mine", "1:secret-token"), 400)
	w.publish(pizza)
}

// A publication that comes to nothing holds up nobody.
func TestF6TokenOfAPublicationThatFailed(t *testing.T) {
	w := newWorld(t)
	if status, _, _ := w.call("PUT", "/v1/bots/pizza", `If-Match: "7"`, named("pizza", "tg", "1:a")); status != 412 {
		t.Fatalf("PUT = %d, want 412", status)
	}
	w.ask("PUT", "/v1/bots/burger", named("burger", "mine", "1:a"), 200)
	claim := store.Claim{Owner: "admin", Provider: "telegram", Field: "token", Value: "1:a", Bot: "pizza", Channel: "tg"}
	if _, err := w.store.PutClaim(t.Context(), claim); bot.KindOf(err) != bot.Conflict {
		t.Errorf("PutClaim = %v, want kind conflict", err)
	}
}

// Of two bots that are published with one token at once, one is.
func TestF6TokenOfTwoPublicationsAtOnce(t *testing.T) {
	for _, test := range []struct {
		name  string
		first []string // what pizza is published with before
	}{{name: "two new bots"}, {"a bot that is there", []string{"tg", "2:b"}}} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			w.publish(named("pizza", test.first...))
			keys, err := secret.New([]byte(strings.Repeat("k", secret.KeyBytes)))
			if err != nil {
				t.Fatal(err)
			}
			w.api.Store = store.New(&tabletest.Interrupted{Table: w.table, Act: func() {
				w.ask("PUT", "/v1/bots/burger", named("burger", "mine", "1:a"), 200)
			}}, keys, func() time.Time { return w.now })
			before := w.revision("pizza")
			w.ask("PUT", "/v1/bots/pizza", named("pizza", "tg", "1:a"), 409)
			if after := w.revision("pizza"); after != before {
				t.Errorf("revision of the one that lost = %d, want %d as before", after, before)
			}
			w.ask("PUT", "/v1/bots/pizza", named("pizza", "tg", "1:a"), 400) // it names the other now
			w.ask("PUT", "/v1/bots/burger", named("burger"), 200)
			w.ask("PUT", "/v1/bots/pizza", named("pizza", "tg", "1:a"), 200)
		})
	}
}

func (w *world) revision(name string) int64 {
	w.Helper()
	head, err := w.store.BotByName(w.Context(), "admin", name)
	if err != nil {
		w.Fatal(err)
	}
	return head.Revision
}
