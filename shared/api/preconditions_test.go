package api_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"hookline/shared/bot"
	"hookline/shared/provider"
)

// A change of a channel alone is a revision of its own, which a condition sees; applying the same again is none.
func TestF3RevisionsSeeChannels(t *testing.T) {
	w := newWorld(t)
	w.publish(pizza)
	first := w.tag()
	if status, tag, _ := w.call("PUT", "/v1/bots/pizza", "", pizza); status != 200 || tag != first {
		t.Errorf("PUT of the same = %d, ETag %s, want %s as before", status, tag, first)
	}
	if status, tag, _ := w.call("PUT", "/v1/bots/pizza?dry_run=true", "", pizza); status != 200 || tag != first {
		t.Errorf("dry run = %d, ETag %s, want the live one, %s", status, tag, first)
	}
	w.ask("POST", "/v1/bots/pizza/channels/telegram/connect", `{"rotate":true}`, http.StatusOK)
	if w.tag() != first {
		t.Errorf("connecting has moved the ETag from %s to %s", first, w.tag())
	}
	status, second, _ := w.call("PATCH", "/v1/bots/pizza/channels/telegram", "If-Match: "+first, `{"token":"2:other"}`)
	if status != 200 || second == first || second != w.tag() || w.head().Version != 1 {
		t.Fatalf("PATCH of a channel = %d, ETag %s after %s, want another one, and version 1", status, second, first)
	}
	for _, test := range []struct{ method, path, body string }{
		{"PUT", "", pizza}, {"PATCH", "", `{"description":"d"}`}, {"PATCH", "/channels/telegram", `{"token":"3:third"}`},
		{"DELETE", "/channels/telegram", ""}, {"POST", "/handlers", `{"name":"bye"}`}, {"POST", "/versions/1/rollback", ""}, {"DELETE", "", ""},
	} {
		if status, _, answer := w.call(test.method, "/v1/bots/pizza"+test.path, "If-Match: "+first, test.body); status != 412 {
			t.Errorf("%s %s with the ETag before = %d %v, want 412", test.method, test.path, status, answer)
		}
	}
	if w.tag() != second || w.channel("telegram").Secret("token") != "2:other" {
		t.Errorf("ETag = %s, want %s and the token of then", w.tag(), second)
	}
	w.now = w.now.Add(time.Hour)
	if status, last, _ := w.call("DELETE", "/v1/bots/pizza/channels/telegram", "If-Match: "+second, ""); status != 200 || last != w.tag() || last == second {
		t.Errorf("DELETE of a channel = %d, ETag %s, want another one that stays; it is %s", status, last, w.tag())
	}
}

func TestReadsOfWhatIsKnown(t *testing.T) {
	w := newWorld(t)
	w.publish(pizza)
	first := w.tag()
	for _, path := range []string{"", "/handlers/start", "/channels/telegram"} {
		for header, want := range map[string]int{
			"If-None-Match: " + first: 304, `If-None-Match: "1", W/` + first: 304, "If-None-Match: *": 304, `If-None-Match: "1"`: 200, "": 200,
		} {
			status, tag, answer := w.call("GET", "/v1/bots/pizza"+path, header, "")
			if status != want || tag != first || (answer != nil) != (want == 200) {
				t.Errorf("GET %s with %q = %d %v, ETag %s, want %d, %s", path, header, status, answer, tag, want, first)
			}
		}
	}
	w.ask("PATCH", "/v1/bots/pizza/channels/telegram", `{"token":"2:other"}`, http.StatusOK)
	if status, tag, _ := w.call("GET", "/v1/bots/pizza/handlers/start", "If-None-Match: "+first, ""); status != 200 || tag == first {
		t.Errorf("GET after a change of the bot = %d, ETag %s, want 200 and another one than %s", status, tag, first)
	}
	if _, tag, _ := w.call("GET", "/v1/bots/pizza/versions/1", "", ""); tag != w.tag() {
		t.Errorf("ETag of the live version = %s, want %s", tag, w.tag())
	}
	w.publish(pizza + "description: d\n")
	if _, tag, _ := w.call("GET", "/v1/bots/pizza/versions/1", "", ""); tag != fmt.Sprintf(`"1-%d"`, w.head().Revision) {
		t.Errorf("ETag of a version that is replaced = %s", tag)
	}
}

// meddler is a network that does something when a bot file is checked.
type meddler struct {
	*network
	then func()
}

func (m *meddler) Describe() provider.Description {
	if m.then != nil {
		m.then()
	}
	return m.network.Describe()
}

// A channel that changes while a part of its bot is edited keeps its change: the edit is made anew.
func TestEditsSeeChannelsChangeMeanwhile(t *testing.T) {
	w := newWorld(t)
	w.publish(pizza)
	m := &meddler{network: w.network}
	w.api.Providers = provider.NewSet(m)
	m.then = sync.OnceFunc(func() {
		def, err := w.store.Definition(t.Context(), w.head(), w.head().Definition)
		if err != nil {
			t.Error(err)
		}
		def.Channels = map[string]bot.ChannelSpec{"telegram": {
			Provider: "telegram", Credentials: map[string][]bot.Credential{"token": {{Value: "2:quicker", From: "TELEGRAM_TOKEN"}}},
		}}
		if _, err := w.store.Publish(t.Context(), "admin", def); err != nil {
			t.Error(err)
		}
	})
	w.ask("PATCH", "/v1/bots/pizza", `{"description":"d"}`, http.StatusOK)
	if got := w.channel("telegram").Secret("token"); got != "2:quicker" {
		t.Errorf("the token after both changes is %q, want the new one kept", got.Reveal())
	}
}

// What has no revision has an ETag of what can be changed of it: each change gives another one, and a change that names
// another one than the live one is not made.
func TestTagsOfWhatHasNoRevision(t *testing.T) {
	for _, test := range []struct{ name, path, body, other string }{
		{"a token", "/v1/tokens/TOKEN", `{"name":"x"}`, `{"name":"y"}`},
		{"an account", "/v1/accounts/second", `{"limits":{"bots":3}}`, `{"limits":{"bots":4}}`},
		{"a recipient", "/v1/bots/pizza/hooks/courier/recipients/RECIPIENT", `{"thread":"3"}`, `{"thread":"4"}`},
		{"a dead letter", "/v1/bots/pizza/dead/letter-1", `{"parts":{"1":{"text":"Pardon?"}}}`, `{"parts":{"1":{"text":"What?"}}}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWalked(t)
			path := strings.NewReplacer("TOKEN", w.ids["token"], "RECIPIENT", url.PathEscape(w.ids["recipient"])).Replace(test.path)
			_, first, _ := w.world.call("GET", path, "", "")
			status, second, answer := w.world.call("PATCH", path, "If-Match: "+first, test.body)
			if status != 200 || second == "" || second == first {
				t.Fatalf("PATCH with If-Match %s = %d %v, ETag %s, want 200 and another one", first, status, answer, second)
			}
			if status, _, answer := w.world.call("PATCH", path, "If-Match: "+first, test.other); status != 412 {
				t.Errorf("PATCH with the ETag of before = %d %v, want 412", status, answer)
			}
			if _, third, _ := w.world.call("GET", path, "", ""); third != second {
				t.Errorf("GET afterwards has the ETag %s, want %s", third, second)
			}
			if status, _, answer := w.world.call("PATCH", path, `If-Match: "x", `+second, test.other); status != 200 {
				t.Errorf("PATCH with the live ETag among others = %d %v, want 200", status, answer)
			}
		})
	}
}
