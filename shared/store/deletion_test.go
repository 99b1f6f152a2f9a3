package store_test

import (
	"strings"
	"sync"
	"testing"

	"hookline/shared/bot"
	"hookline/shared/secret"
	"hookline/shared/store"
)

// A bot that is published while it is deleted stays, and is whole.
func TestF50DeletionThatIsOvertaken(t *testing.T) {
	onEach(t, newClock(), testOvertaken)
}

func testOvertaken(t *testing.T, s *store.Store, table store.Table) {
	keys, err := secret.New([]byte(strings.Repeat("k", 32)))
	if err != nil {
		t.Fatal(err)
	}
	publish(t, s, definition("one"))
	emptied := publish(t, s, bot.Definition{Bot: "pizza"})
	for _, ch := range emptied.Removed {
		if err := s.RemoveChannel(t.Context(), ch); err != nil {
			t.Fatal(err)
		}
	}
	published := definition("two")
	published.Channels = nil
	once := sync.OnceFunc(func() { publish(t, s, published) })
	deleting := store.New(meddled{table, once}, keys, newClock().Now)
	if done, err := deleting.DeleteBot(t.Context(), emptied.Head); done || bot.KindOf(err) != bot.Conflict {
		t.Errorf("DeleteBot while it is published = %t, %v, want a conflict", done, err)
	}
	head, err := s.BotByName(t.Context(), "main", "pizza")
	if err != nil || head.Version != 3 {
		t.Fatalf("the bot has version %d, %v, want 3", head.Version, err)
	}
	if def, err := s.Definition(t.Context(), head, head.Definition); err != nil || len(def.Handlers) != 1 {
		t.Errorf("its definition has %d handlers, %v, want what was published", len(def.Handlers), err)
	}
	if done, err := s.DeleteBot(t.Context(), emptied.Head); done || bot.KindOf(err) != bot.Conflict {
		t.Errorf("DeleteBot of the version before = %t, %v, want a conflict", done, err)
	}
	emptied = publish(t, s, bot.Definition{Bot: "pizza"})
	if done, err := s.DeleteBot(t.Context(), emptied.Head); !done || err != nil {
		t.Errorf("DeleteBot = %t, %v, want it done", done, err)
	}
	if left, err := table.Query(t.Context(), store.Query{PK: "BOT#" + head.ID}); err != nil || len(left) != 0 {
		t.Errorf("%d items are left, %v", len(left), err)
	}
}
