package store_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
	"hookline/shared/secret"
	"hookline/shared/store"
)

func anyHead(bot.Head) error { return nil }

func beginDeletion(t *testing.T, s *store.Store, name string) bot.Head {
	t.Helper()
	head, err := s.BeginDeletion(t.Context(), "main", name, anyHead)
	if err != nil {
		t.Fatalf("BeginDeletion(%s) = %v", name, err)
	}
	return head
}

// emptied removes the channels and hooks of a bot that is being deleted.
func emptied(t *testing.T, s *store.Store, head bot.Head) {
	t.Helper()
	for _, id := range head.Leaving {
		if err := s.RemoveChannel(t.Context(), bot.Channel{ID: id, Bot: head.ID}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.RemoveHooks(t.Context(), head); err != nil {
		t.Fatal(err)
	}
}

// The name of a bot is free with the first step of its deletion, and another bot of the name outlives the others.
func TestF50DeletionFreesTheNameAtOnce(t *testing.T) {
	c := newClock()
	onEach(t, c, func(t *testing.T, s *store.Store, table store.Table) {
		old := publish(t, s, withHooks("12")).Head
		letter := bot.DeadLetter{ID: "l", Bot: old.ID}
		if _, err := s.PutDeadLetter(t.Context(), letter); err != nil {
			t.Fatal(err)
		}
		begun, at := beginDeletion(t, s, "pizza"), c.Now()
		c.Advance(time.Second)
		if _, err := s.BotByName(t.Context(), "main", "pizza"); bot.KindOf(err) != bot.NotFound {
			t.Errorf("BotByName of a bot that is being deleted = %v, want not_found", err)
		}
		if heads, err := s.Bots(t.Context(), "main", "", 10); err != nil || len(heads) != 0 {
			t.Errorf("Bots = %v, %v, want none", heads, err)
		}
		if _, err := s.BeginDeletion(t.Context(), "main", "pizza", anyHead); bot.KindOf(err) != bot.NotFound {
			t.Errorf("BeginDeletion again = %v, want not_found", err)
		}
		if done, err := s.DeleteBot(t.Context(), begun); done || bot.KindOf(err) != bot.Conflict {
			t.Errorf("DeleteBot of a bot with channels = %t, %v, want a conflict", done, err)
		}
		fresh := publish(t, s, withHooks("12")).Head
		if fresh.ID == old.ID || fresh.Version != 1 || fresh.Revision == old.Revision {
			t.Errorf("the new bot is %+v, want another than %+v", fresh, old)
		}
		checkOpen(t, s, store.Deletion{ID: old.ID, Bot: "pizza", CreatedAt: at})
		emptied(t, s, begun)
		for range 2 { // the second time there is nothing left
			if done, err := s.DeleteBot(t.Context(), begun); !done || err != nil {
				t.Errorf("DeleteBot = %t, %v, want it done", done, err)
			}
		}
		checkOpen(t, s)
		for _, left := range []string{"BOT#" + old.ID, "DEAD#" + old.ID, "CHANNEL#" + old.Channels["telegram"], "HOOK#" + old.Hooks["courier"]} {
			if items, err := table.Query(t.Context(), store.Query{PK: left}); err != nil || len(items) != 0 {
				t.Errorf("%d items are left in %s, %v", len(items), left, err)
			}
		}
		if head, err := s.BotByName(t.Context(), "main", "pizza"); err != nil || head.ID != fresh.ID {
			t.Errorf("BotByName = %s, %v, want the new bot", head.ID, err)
		}
		if _, err := s.Channel(t.Context(), fresh.Channels["telegram"]); err != nil {
			t.Errorf("the new bot's channel: %v", err)
		}
		if def, err := s.Definition(t.Context(), fresh, fresh.Definition); err != nil || len(def.Hooks) != 1 {
			t.Errorf("the new bot's definition has %d hooks, %v", len(def.Hooks), err)
		}
	})
}

func checkOpen(t *testing.T, s *store.Store, want ...store.Deletion) {
	t.Helper()
	got, _, err := s.Deletions(t.Context(), "main", "", 10)
	if diff := cmp.Diff(append([]store.Deletion{}, want...), got); err != nil || diff != "" {
		t.Errorf("Deletions, %v (-want +got):\n%s", err, diff)
	}
	if others, _, err := s.Deletions(t.Context(), "other", "", 10); err != nil || len(others) != 0 {
		t.Errorf("Deletions of another account = %v, %v", others, err)
	}
}

// Of a publication and a deletion at once one loses, and whoever loses has changed nothing.
func TestF50DeletionAndPublicationAtOnce(t *testing.T) {
	onEach(t, newClock(), func(t *testing.T, s *store.Store, table store.Table) {
		keys, err := secret.New([]byte(strings.Repeat("k", 32)))
		if err != nil {
			t.Fatal(err)
		}
		first := publish(t, s, definition("one")).Head
		only := func(wanted int64) func(bot.Head) error {
			return func(live bot.Head) error {
				if live.Revision != wanted {
					return bot.Errorf(bot.Invalid, "another revision")
				}
				return nil
			}
		}
		published := sync.OnceFunc(func() { publish(t, s, definition("two")) })
		deleting := store.New(meddled{table, published}, keys, newClock().Now)
		if _, err := deleting.BeginDeletion(t.Context(), "main", "pizza", only(first.Revision)); bot.KindOf(err) != bot.Invalid {
			t.Errorf("BeginDeletion of a revision that is replaced = %v, want it refused", err)
		}
		live, err := s.BotByName(t.Context(), "main", "pizza")
		if err != nil || live.Version != 2 || len(live.Channels) != 1 {
			t.Fatalf("the bot is %+v, %v, want version 2", live, err)
		}
		checkOpen(t, s)

		deleted := sync.OnceFunc(func() { beginDeletion(t, s, "pizza") })
		publishing := store.New(meddled{table, deleted}, keys, newClock().Now)
		other := definition("three")
		other.Channels["telegram"] = bot.ChannelSpec{Provider: "telegram", Credentials: map[string][]bot.Credential{"token": {{Value: "2:other"}}}}
		if _, err := publishing.PublishOver(t.Context(), "main", other, only(live.Revision)); bot.KindOf(err) != bot.Invalid {
			t.Errorf("PublishOver a bot that is being deleted = %v, want it refused", err)
		}
		ch, err := s.Channel(t.Context(), live.Channels["telegram"])
		if err != nil || ch.Secret("token") != token {
			t.Errorf("the publication that was refused has changed the channel, %v", err)
		}
		begun, err := s.DeletedBotOf(t.Context(), "main", "pizza")
		if err != nil || begun.ID != live.ID {
			t.Fatalf("DeletedBotOf = %s, %v, want %s", begun.ID, err, live.ID)
		}
		emptied(t, s, begun)
		if done, err := s.DeleteBot(t.Context(), begun); !done || err != nil {
			t.Errorf("DeleteBot = %t, %v, want it done", done, err)
		}
		if left, err := table.Query(t.Context(), store.Query{PK: "BOT#" + live.ID}); err != nil || len(left) != 0 {
			t.Errorf("%d items are left, %v: what was written too late goes, too", len(left), err)
		}
	})
}

// A bot that is being deleted does nothing: its events find none, and its deliveries are skipped.
func TestF50DeletedBotDoesNothing(t *testing.T) {
	s, _ := open(t, newClock())
	p := publish(t, s, withHooks("12"))
	event := bot.Event{ID: "1", Channel: p.Channels[0].ID, Chat: &bot.Chat{ID: "12"}, From: &bot.Person{ID: "7"}}
	job := bot.Job{Channel: p.Channels[0].ID, Bot: p.Head.ID, Event: &event}
	if _, err := s.Scene(t.Context(), job); err != nil {
		t.Fatalf("Scene = %v", err)
	}
	beginDeletion(t, s, "pizza")
	if _, err := s.Scene(t.Context(), job); bot.KindOf(err) != bot.NotFound {
		t.Errorf("Scene of a bot that is being deleted = %v, want not_found", err)
	}
	delivery := bot.NewDeliveryJob(bot.Call{ID: "c", Hook: p.Hooks[0].ID, Bot: p.Head.ID}, p.Channels[0].ID, bot.Address{Chat: "12"}, newClock().Now())
	if scene, err := s.DeliveryScene(t.Context(), delivery); err != nil || scene.Head.ID != "" {
		t.Errorf("DeliveryScene has the bot %q, %v, want none", scene.Head.ID, err)
	}
}

func TestF50DeletionsAreListedPageByPage(t *testing.T) {
	s, _ := open(t, newClock())
	var want []string
	for i := range 5 {
		name := fmt.Sprintf("bot-%d", i/2) // some had the same name
		publish(t, s, bot.Definition{Bot: name})
		beginDeletion(t, s, name)
		want = append(want, name)
	}
	var got []string
	for after := ""; ; {
		page, next, err := s.Deletions(t.Context(), "main", after, 2)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range page {
			got = append(got, d.Bot)
			if head, err := s.DeletedBot(t.Context(), "main", d.ID); err != nil || head.Name != d.Bot {
				t.Errorf("DeletedBot(%s) = %s, %v, want %s", d.ID, head.Name, err, d.Bot)
			}
			if _, err := s.DeletedBot(t.Context(), "other", d.ID); bot.KindOf(err) != bot.NotFound {
				t.Errorf("DeletedBot of another account = %v, want not_found", err)
			}
		}
		if after = next; next == "" {
			break
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("deletions of all pages (-want +got):\n%s", diff)
	}
	live := publish(t, s, bot.Definition{Bot: "bot-0"}).Head
	if _, err := s.DeletedBot(t.Context(), "main", live.ID); bot.KindOf(err) != bot.NotFound {
		t.Errorf("DeletedBot of a live bot = %v, want not_found", err)
	}
	if err := s.EnsureAccount(t.Context(), "main"); err != nil {
		t.Fatal(err)
	}
	beginDeletion(t, s, "bot-0")
	if err := s.DeleteAccount(t.Context(), "main"); bot.KindOf(err) != bot.Conflict || !strings.Contains(err.Error(), "bot-0") {
		t.Errorf("DeleteAccount with open deletions = %v, want a conflict that names one", err)
	}
}

// A bot is not gone before its hooks: nobody could find them any more.
func TestF50HooksGoBeforeTheirBot(t *testing.T) {
	s, _ := open(t, newClock())
	publish(t, s, withHooks("12"))
	head := beginDeletion(t, s, "pizza")
	for _, id := range head.Leaving {
		if err := s.RemoveChannel(t.Context(), bot.Channel{ID: id, Bot: head.ID}); err != nil {
			t.Fatal(err)
		}
	}
	if done, err := s.DeleteBot(t.Context(), head); done || bot.KindOf(err) != bot.Conflict {
		t.Errorf("DeleteBot of a bot with hooks = %t, %v, want a conflict", done, err)
	}
}

// found lets somebody else do something when a bot's name has led to its head.
type found struct {
	store.Table
	act func()
}

func (f *found) Get(ctx context.Context, key store.Key) (store.Item, error) {
	if act := f.act; act != nil && key.SK == "HEAD" {
		f.act = nil
		act()
	}
	return f.Table.Get(ctx, key)
}

// A bot whose name is taken away while it is looked for is not found, and nothing is published to it.
func TestF50NameIsTakenWhileItIsRead(t *testing.T) {
	c := newClock()
	onEach(t, c, func(t *testing.T, s *store.Store, table store.Table) {
		old := publish(t, s, definition("a")).Head
		begin := func() { beginDeletion(t, s, "pizza") }
		if _, err := store.New(&found{table, begin}, testKeys(t), c.Now).BotByName(t.Context(), "main", "pizza"); bot.KindOf(err) != bot.NotFound {
			t.Errorf("BotByName = %v, want kind not_found", err)
		}
		fresh := publish(t, s, definition("a")).Head
		p, err := store.New(&found{table, begin}, testKeys(t), c.Now).Publish(t.Context(), "main", definition("b"))
		if err != nil || p.Head.ID == old.ID || p.Head.ID == fresh.ID || p.Head.Version != 1 {
			t.Errorf("Publish = %+v, %v, want a new bot", p.Head, err)
		}
	})
}
