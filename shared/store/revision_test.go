package store_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
	"hookline/shared/secret"
	"hookline/shared/store"
	"hookline/shared/store/tabletest"
)

func telegram(token bot.Secret, settings map[string]any) bot.ChannelSpec {
	return bot.ChannelSpec{
		Provider: "telegram", Settings: settings,
		Credentials: map[string][]bot.Credential{"token": {{Value: token, From: "TELEGRAM_TOKEN"}}},
	}
}

// The revision moves with every publication that changes anything, and with nothing else.
func TestF3RevisionMovesWithChangesOnly(t *testing.T) {
	base := func() bot.Definition {
		def := withHooks("12")
		def.Channels["telegram"] = telegram(token, map[string]any{"language": "en"})
		def.Secrets = map[string]bot.Credential{"KEY": {Value: "hidden"}}
		return def
	}
	for _, test := range []struct {
		name    string
		change  func(s *store.Store, p store.Publication) error
		edit    func(def *bot.Definition)
		moves   bool
		version int
	}{
		{"nothing", nil, func(*bot.Definition) {}, false, 1},
		{"credentials without values", nil, func(def *bot.Definition) { def.Channels["telegram"] = telegram("", map[string]any{"language": "en"}) }, false, 1},
		{"a handler", nil, func(def *bot.Definition) { def.Handlers = append(def.Handlers, bot.Handler{Name: "more"}) }, true, 2},
		{"a credential", nil, func(def *bot.Definition) {
			def.Channels["telegram"] = telegram("2:other", map[string]any{"language": "en"})
		}, true, 1},
		{"a setting", nil, func(def *bot.Definition) { def.Channels["telegram"] = telegram(token, nil) }, true, 1},
		{"where a credential came from", nil, func(def *bot.Definition) {
			def.Channels["telegram"] = bot.ChannelSpec{
				Provider: "telegram", Settings: map[string]any{"language": "en"}, Credentials: map[string][]bot.Credential{"token": {{Value: token}}},
			}
		}, true, 1},
		{"a channel is disabled", nil, func(def *bot.Definition) {
			disabled := def.Channels["telegram"]
			disabled.Disabled = true
			def.Channels["telegram"] = disabled
		}, true, 1},
		{"a hook is disabled", nil, func(def *bot.Definition) { def.Hooks[0].Disabled = true }, true, 2},
		{"a channel more", nil, func(def *bot.Definition) { def.Channels["second"] = telegram("2:other", nil) }, true, 1},
		{"a secret", nil, func(def *bot.Definition) { def.Secrets = map[string]bot.Credential{"KEY": {Value: "other"}} }, true, 2},
		{"health, identity and tokens", func(s *store.Store, p store.Publication) error {
			ch, hook := p.Channels[0].ID, p.Hooks[0].ID
			_, err := s.RotateToken(t.Context(), hook, false)
			_, err2 := s.RotateSecret(t.Context(), ch)
			return errors.Join(err, err2, s.SetConnected(t.Context(), ch, bot.Health{Error: "x"}),
				s.SetIdentity(t.Context(), ch, bot.Identity{Name: "n"}))
		}, func(*bot.Definition) {}, false, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			onEach(t, newClock(), func(t *testing.T, s *store.Store, _ store.Table) {
				first := publish(t, s, base())
				if test.change != nil {
					if err := test.change(s, first); err != nil {
						t.Fatal(err)
					}
				}
				def := base()
				test.edit(&def)
				second := publish(t, s, def)
				head, err := s.BotByName(t.Context(), "main", "pizza")
				if err != nil || head.Revision != second.Head.Revision {
					t.Errorf("BotByName has the revision %d, %v, the publication %d", head.Revision, err, second.Head.Revision)
				}
				if moved := head.Revision > first.Head.Revision; moved != test.moves || !moved && head.Revision != first.Head.Revision {
					t.Errorf("the revision went from %d to %d, want it to move: %t", first.Head.Revision, head.Revision, test.moves)
				}
				if head.Version != test.version {
					t.Errorf("version = %d, want %d", head.Version, test.version)
				}
			})
		})
	}
}

// What is removed once a publication is live leaves its revision alone.
func TestF9RevisionOutlivesTheRemovalOfChannels(t *testing.T) {
	s, _ := open(t, newClock())
	publish(t, s, withHooks("12"))
	p := publish(t, s, bot.Definition{Bot: "pizza"})
	if err := s.RemoveChannel(t.Context(), p.Removed[0]); err != nil {
		t.Fatal(err)
	}
	head, err := s.BotByName(t.Context(), "main", "pizza")
	if err != nil || head.Revision != p.Head.Revision || len(head.Leaving)+len(head.LeavingHooks) > 0 {
		t.Errorf("BotByName = %+v, %v, want revision %d and nothing leaving", head, err, p.Head.Revision)
	}
}

// Two who change a channel of one revision at once: the one who loses has changed nothing.
func TestPublicationThatLosesLeavesChannelsAlone(t *testing.T) {
	onEach(t, newClock(), func(t *testing.T, s *store.Store, table store.Table) {
		keys, err := secret.New([]byte(strings.Repeat("k", 32)))
		if err != nil {
			t.Fatal(err)
		}
		live := publish(t, s, definition("one")).Head
		changed := func(token bot.Secret) bot.Definition {
			def := definition("one")
			def.Channels["telegram"] = telegram(token, nil)
			return def
		}
		beforehand := sync.OnceFunc(func() { publish(t, s, changed("2:quicker")) })
		slow := store.New(meddled{table, beforehand}, keys, newClock().Now)
		_, err = slow.PublishOver(t.Context(), "main", changed("3:slower"), func(head bot.Head) error {
			if head.Revision != live.Revision {
				return bot.Errorf(bot.Invalid, "another revision")
			}
			return nil
		})
		if bot.KindOf(err) != bot.Invalid {
			t.Errorf("PublishOver = %v, want the second revision refused", err)
		}
		ch, err := s.Channel(t.Context(), live.Channels["telegram"])
		if err != nil || ch.Secret("token") != "2:quicker" {
			t.Errorf("the token is %q, %v, want the one of the publication that is live", ch.Secret("token").Reveal(), err)
		}
	})
}

// What is sealed under a key before the current one is sealed anew by the next publication.
func TestPublicationSealsUnderTheCurrentKey(t *testing.T) {
	c := newClock()
	s, table := open(t, c)
	id := publish(t, s, definition("one")).Head.Channels["telegram"]
	keys, err := secret.New([]byte(strings.Repeat("n", 32)), []byte(strings.Repeat("k", 32)))
	if err != nil {
		t.Fatal(err)
	}
	publish(t, store.New(table, keys, c.Now), definition("one"))
	newest, err := secret.New([]byte(strings.Repeat("n", 32)))
	if err != nil {
		t.Fatal(err)
	}
	if ch, err := store.New(table, newest, c.Now).Channel(t.Context(), id); err != nil || ch.Secret("token") != token {
		t.Errorf("Channel with the new key alone = %v", err)
	}
}

func TestMoreChannelsThanOneTransactionChanges(t *testing.T) {
	s, _ := open(t, newClock())
	def := bot.Definition{Bot: "pizza", Channels: map[string]bot.ChannelSpec{}}
	change := func(n int, token bot.Secret) bot.Definition {
		next := def
		next.Channels = maps.Clone(def.Channels)
		for i := range n {
			next.Channels["c"+strings.Repeat("x", i)] = telegram(token, nil)
		}
		return next
	}
	def = change(100, "1:one")
	first := publish(t, s, def)
	if _, err := s.Publish(t.Context(), "main", change(100, "2:two")); bot.KindOf(err) != bot.TooLarge {
		t.Errorf("Publish of 100 changes = %v, want too_large", err)
	}
	if next := publish(t, s, change(99, "2:two")); next.Head.Revision <= first.Head.Revision {
		t.Errorf("Publish of 99 changes has revision %d after %d", next.Head.Revision, first.Head.Revision)
	}
}

// A head that was written before there were revisions has one, and goes on from there.
func TestF3HeadsOfYesterday(t *testing.T) {
	s, table := open(t, newClock())
	p := publish(t, s, definition("one"))
	item, err := table.Get(t.Context(), store.Key{PK: "BOT#" + p.Head.ID, SK: "HEAD"})
	if err != nil {
		t.Fatal(err)
	}
	var fields map[string]any
	if err := json.Unmarshal(item.Body, &fields); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"revision", "created_at", "updated_at"} {
		if fields[name] == nil {
			t.Errorf("the head is stored without %s: %s", name, item.Body)
		}
		delete(fields, name)
	}
	var old bytes.Buffer
	if err := json.NewEncoder(&old).Encode(fields); err != nil {
		t.Fatal(err)
	}
	item.Body = old.Bytes()
	version, err := table.Put(t.Context(), item, store.Always)
	if err != nil {
		t.Fatal(err)
	}
	head, err := s.BotByName(t.Context(), "main", "pizza")
	if err != nil || head.Revision != version || !head.CreatedAt.IsZero() {
		t.Errorf("BotByName = %+v, %v, want revision %d and no times", head, err, version)
	}
	if same := publish(t, s, definition("one")).Head; same.Revision != head.Revision {
		t.Errorf("revision after a publication of the same = %d, want %d", same.Revision, head.Revision)
	}
	if next := publish(t, s, definition("two")).Head; next.Revision <= head.Revision || next.UpdatedAt.IsZero() {
		t.Errorf("head after a change = %+v, want a revision above %d", next, head.Revision)
	}
}

// Times are of the store's clock, in UTC; a thing is updated when it changed itself, not when another part of its bot did.
func TestF3Times(t *testing.T) {
	c := newClock()
	s, _ := open(t, c)
	made := c.Now()
	type times struct{ Bot, Channel, Hook time.Time }
	check := func(when string, updated times) {
		t.Helper()
		head, err := s.BotByName(t.Context(), "main", "pizza")
		if err != nil {
			t.Fatal(err)
		}
		ch, err := s.Channel(t.Context(), head.Channels["telegram"])
		if err != nil {
			t.Fatal(err)
		}
		hook, err := s.Hook(t.Context(), head.Hooks["courier"])
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(times{made, made, made}, times{head.CreatedAt, ch.CreatedAt, hook.CreatedAt}); diff != "" {
			t.Errorf("made, after %s (-want +got):\n%s", when, diff)
		}
		if diff := cmp.Diff(updated, times{head.UpdatedAt, ch.UpdatedAt, hook.UpdatedAt}); diff != "" {
			t.Errorf("updated, after %s (-want +got):\n%s", when, diff)
		}
	}
	publish(t, s, withHooks("12"))
	check("the first publication", times{made, made, made})

	c.Advance(time.Hour)
	publish(t, s, withHooks("12"))
	check("a publication of the same", times{made, made, made})

	def := withHooks("12")
	def.Channels["telegram"] = telegram("2:other", nil)
	publish(t, s, def)
	check("a change of the channel", times{made.Add(time.Hour), made.Add(time.Hour), made})

	c.Advance(time.Hour)
	def = withHooks("12", "13")
	def.Channels["telegram"] = telegram("2:other", nil)
	p := publish(t, s, def)
	check("a change of the hook", times{made.Add(2 * time.Hour), made.Add(time.Hour), made.Add(2 * time.Hour)})
	if got := p.Hooks[0].UpdatedAt; !got.Equal(made.Add(2 * time.Hour)) {
		t.Errorf("the publication says the hook was updated %v", got)
	}
	recipients, err := s.Recipients(t.Context(), p.Hooks[0].ID, "", 10)
	if err != nil || len(recipients) != 2 || !recipients[0].CreatedAt.Equal(made) || !recipients[1].CreatedAt.Equal(made.Add(2*time.Hour)) {
		t.Errorf("recipients = %+v, %v, want them of the first and of the last hour", recipients, err)
	}

	c.Advance(time.Hour)
	if _, err := s.RotateToken(t.Context(), p.Hooks[0].ID, true); err != nil {
		t.Fatal(err)
	}
	if err := s.SetHealth(t.Context(), p.Channels[0].ID, bot.Health{Error: "x"}); err != nil {
		t.Fatal(err)
	}
	check("a new token of the hook", times{made.Add(2 * time.Hour), made.Add(time.Hour), made.Add(3 * time.Hour)})
}

// A publication that changes a channel takes back nothing that was noted in the channel meanwhile.
func TestPublicationKeepsARotationMeanwhile(t *testing.T) {
	c := newClock()
	onEach(t, c, func(t *testing.T, s *store.Store, table store.Table) {
		id := publish(t, s, definition("a")).Head.Channels["telegram"]
		if err := s.SetConnected(t.Context(), id, bot.Health{}); err != nil {
			t.Fatal(err)
		}
		var rotated bot.Channel
		slow := store.New(&tabletest.Interrupted{Table: table, Act: func() {
			var err error
			if rotated, err = s.RotateSecret(t.Context(), id); err != nil {
				t.Fatal(err)
			}
		}}, testKeys(t), c.Now)
		def := definition("a")
		def.Channels["telegram"].Credentials["token"][0].Value = "2:b"
		if _, err := slow.Publish(t.Context(), "main", def); err != nil {
			t.Fatal(err)
		}
		ch, err := s.Channel(t.Context(), id)
		if err != nil || ch.WebhookSecrets[0] != rotated.WebhookSecrets[0] || ch.Credentials["token"][0].Value != "2:b" {
			t.Errorf("Channel = %+v, %v, want the new token and the webhook secret that was rotated meanwhile", ch, err)
		}
	})
}

// Of two new bots of one name at once the second is a version of the first.
func TestNewBotsOfOneNameAtOnce(t *testing.T) {
	c := newClock()
	onEach(t, c, func(t *testing.T, s *store.Store, table store.Table) {
		var first store.Publication
		slow := store.New(&tabletest.Interrupted{Table: table, Act: func() { first = publish(t, s, definition("a")) }}, testKeys(t), c.Now)
		second, err := slow.Publish(t.Context(), "main", definition("b"))
		if err != nil || second.Head.ID != first.Head.ID || second.Head.Version != 2 {
			t.Errorf("Publish = bot %s, version %d, %v, want version 2 of %s", second.Head.ID, second.Head.Version, err, first.Head.ID)
		}
	})
}

func testKeys(t *testing.T) *secret.Keys {
	t.Helper()
	keys, err := secret.New([]byte(strings.Repeat("k", secret.KeyBytes)))
	if err != nil {
		t.Fatal(err)
	}
	return keys
}
