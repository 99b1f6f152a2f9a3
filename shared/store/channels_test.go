package store_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
	"hookline/shared/store"
)

func TestChannelKeepsItsIDAndCredentials(t *testing.T) {
	s, table := open(t, newClock())
	id := publish(t, s, definition("one")).Head.Channels["telegram"]
	ch, err := s.Channel(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	want := []bot.Credential{{Value: token, From: "TELEGRAM_TOKEN"}}
	if diff := cmp.Diff(want, ch.Credentials["token"]); diff != "" {
		t.Errorf("credentials (-want +got):\n%s", diff)
	}
	item, err := table.Get(t.Context(), store.Key{PK: "CHANNEL#" + id, SK: "META"})
	if err != nil || strings.Contains(string(item.Body), token.Reveal()) {
		t.Errorf("stored channel = %s, %v: it must not show the token", item.Body, err)
	}
	again := definition("two")
	again.Channels["telegram"].Credentials["token"][0].Value = ""
	if got := publish(t, s, again).Head.Channels["telegram"]; got != id {
		t.Errorf("channel id after another publication = %s, want %s as before", got, id)
	}
	if ch, err = s.Channel(t.Context(), id); err != nil || ch.Secret("token") != token {
		t.Errorf("token after a publication without its value = %q, %v, want the stored one", ch.Secret("token").Reveal(), err)
	}
}

func TestChannelWithoutValueAndNoneStoredIsRefused(t *testing.T) {
	s, _ := open(t, newClock())
	def := definition("one")
	def.Channels["telegram"].Credentials["token"][0].Value = ""
	_, err := s.Publish(t.Context(), "main", def)
	if bot.KindOf(err) != bot.Invalid || !strings.Contains(err.Error(), "channels.telegram.token") {
		t.Errorf("Publish without a token = %v, want invalid, naming the field", err)
	}
}

func TestChannelThatTheFileNoLongerNames(t *testing.T) {
	s, _ := open(t, newClock())
	first := publish(t, s, definition("one"))
	without := definition("one")
	without.Channels = nil
	p := publish(t, s, without)
	if len(p.Removed) != 1 || p.Removed[0].ID != first.Head.Channels["telegram"] {
		t.Fatalf("Removed = %v, want the channel", p.Removed)
	}
	again := publish(t, s, without)
	if len(again.Removed) != 1 {
		t.Errorf("Removed by the next publication = %v, want the channel still, as nobody has removed it", again.Removed)
	}
	if err := s.RemoveChannel(t.Context(), p.Removed[0]); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Channel(t.Context(), p.Removed[0].ID); bot.KindOf(err) != bot.NotFound {
		t.Errorf("Channel after it was removed = %v, want not_found", err)
	}
	if last := publish(t, s, without); len(last.Removed) != 0 || len(last.Head.Leaving) != 0 {
		t.Errorf("Removed, leaving = %v, %v, want none", last.Removed, last.Head.Leaving)
	}
}

func TestWebhookSecretsRotate(t *testing.T) {
	s, _ := open(t, newClock())
	id := publish(t, s, definition("one")).Head.Channels["telegram"]
	read := func() bot.Channel {
		ch, err := s.Channel(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		return ch
	}
	rotate := func() bot.Channel {
		ch, err := s.RotateSecret(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		return ch
	}
	first := read().WebhookSecrets
	if unconfirmed := rotate().WebhookSecrets; unconfirmed[0] != first[0] {
		t.Error("a secret that the network was never told of was replaced")
	}
	if err := s.SetConnected(t.Context(), id, bot.Health{Address: "https://example.com/"}); err != nil {
		t.Fatal(err)
	}
	second := rotate().WebhookSecrets
	if second[0] == first[0] || !slices.Contains(second, first[0]) {
		t.Errorf("secrets after a rotation = %d, want a new one first and the old one still", len(second))
	}
	if third := rotate().WebhookSecrets; third[0] != second[0] {
		t.Error("a second rotation before the network took the first one must keep it, else the registered one is forgotten")
	}
	if got := read().Health.Address; got != "https://example.com/" {
		t.Errorf("health address = %q, want the one set", got)
	}
}

const appSecret = bot.Secret("app-secret-of-some-length")

// pages is a bot with a channel for each page of one app.
func pages(accounts map[string]string) bot.Definition {
	def := definition("one")
	def.Channels = map[string]bot.ChannelSpec{}
	for name, account := range accounts {
		def.Channels[name] = bot.ChannelSpec{
			Provider: "messenger", Settings: map[string]any{"account": account},
			Credentials: map[string][]bot.Credential{"app_secret": {{Value: appSecret}}},
		}
	}
	return def
}

func TestSibling(t *testing.T) {
	s, _ := open(t, newClock())
	channels := publish(t, s, pages(map[string]string{"north": "100", "south": "200"})).Channels
	north, south := channels[0], channels[1]
	stranger := north
	stranger.Credentials = map[string][]bot.Credential{"app_secret": {{Value: "another-secret"}}}
	tests := []struct {
		name    string
		of      bot.Channel
		account string
		want    string
	}{
		{"the other page", north, "200", south.ID},
		{"itself", north, "100", north.ID},
		{"a page that nobody has", north, "300", ""},
		{"of another app", stranger, "200", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := s.Sibling(t.Context(), test.of, test.account)
			if got.ID != test.want || (test.want == "") != (bot.KindOf(err) == bot.NotFound) {
				t.Errorf("Sibling(%s) = %q, %v, want %q", test.account, got.ID, err, test.want)
			}
		})
	}
	if err := s.RemoveChannel(t.Context(), south); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Sibling(t.Context(), north, "200"); bot.KindOf(err) != bot.NotFound {
		t.Errorf("Sibling of a removed channel = %v, want not found", err)
	}
}

// What finds a channel may be older than the channel.
func TestSiblingThatChanged(t *testing.T) {
	s, _ := open(t, newClock())
	before := publish(t, s, pages(map[string]string{"north": "100", "south": "200"})).Channels
	changed := pages(map[string]string{"north": "100", "south": "201"})
	changed.Channels["south"].Credentials["app_secret"][0].Value = "its-app-is-another-now"
	publish(t, s, changed)
	for _, account := range []string{"200", "201"} {
		if got, err := s.Sibling(t.Context(), before[0], account); bot.KindOf(err) != bot.NotFound {
			t.Errorf("Sibling(%s) = %q, %v, want not found", account, got.ID, err)
		}
	}
}

// While a secret is being changed the pages of an app may have it in either order.
func TestSiblingDuringRotation(t *testing.T) {
	s, _ := open(t, newClock())
	def := pages(map[string]string{"north": "100", "south": "200"})
	def.Channels["north"].Credentials["app_secret"] = []bot.Credential{{Value: "the-next-secret"}, {Value: appSecret}}
	channels := publish(t, s, def).Channels
	if got, err := s.Sibling(t.Context(), channels[0], "200"); err != nil || got.ID != channels[1].ID {
		t.Errorf("Sibling = %q, %v, want %q", got.ID, err, channels[1].ID)
	}
}
