package store_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
	"hookline/shared/store"
)

// chats gives the chats of a user's conversations.
func chats(t *testing.T, s *store.Store, key bot.ConversationKey) []string {
	t.Helper()
	found, _, err := s.UserConversations(t.Context(), key, "", 10)
	if err != nil {
		t.Fatal(err)
	}
	chats := []string{}
	for _, c := range found {
		chats = append(chats, c.Key.Chat)
	}
	return chats
}

// put writes a conversation as a turn does.
func put(t *testing.T, s *store.Store, key bot.ConversationKey, c bot.Conversation) {
	t.Helper()
	if err := s.ListConversation(t.Context(), key, &c); err != nil {
		t.Fatal(err)
	}
	if _, err := s.PutConversation(t.Context(), key, c); err != nil {
		t.Fatal(err)
	}
}

// A conversation that is in use is noted among its user's once a month, and in all other turns costs no more than itself.
func TestUserChatsAreNotedSeldom(t *testing.T) {
	c := newClock()
	s, table := open(t, c)
	key := bot.NewConversationKey("c", "1", "7")
	noted := func() int64 {
		item, err := table.Get(t.Context(), store.Key{PK: "USER#c#7", SK: "1"})
		if err != nil {
			t.Fatal(err)
		}
		return item.Version
	}
	turn := func() {
		conversation, err := s.Conversation(t.Context(), key)
		if err != nil {
			t.Fatal(err)
		}
		conversation.State = "asked"
		put(t, s, key, conversation)
	}
	turn()
	first := noted()
	c.Advance(29 * 24 * time.Hour)
	turn()
	if noted() != first {
		t.Error("a known conversation was noted again within a month")
	}
	c.Advance(24 * time.Hour)
	turn()
	if noted() == first {
		t.Error("a conversation in use is not noted again after a month")
	}
	c.Advance(364 * 24 * time.Hour)
	if _, err := table.Get(t.Context(), store.Key{PK: "USER#c#7", SK: "1"}); err != nil {
		t.Errorf("note of a conversation that still is there = %v", err)
	}
	c.Advance(31 * 24 * time.Hour)
	if _, err := table.Get(t.Context(), store.Key{PK: "USER#c#7", SK: "1"}); bot.KindOf(err) != bot.NotFound {
		t.Errorf("note of a conversation that has expired = %v, want not_found", err)
	}
}

func TestNobodysConversationIsNotNoted(t *testing.T) {
	s, table := open(t, newClock())
	put(t, s, bot.NewConversationKey("c", "1", ""), bot.Conversation{State: "a"})
	if items, err := table.Query(t.Context(), store.Query{PK: "USER#c#-"}); err != nil || len(items) > 0 {
		t.Errorf("notes = %v, %v, want none", items, err)
	}
}

func TestUserIsFoundInAChatThatHasMoved(t *testing.T) {
	s, _ := open(t, newClock())
	key := bot.NewConversationKey("c", "1", "7")
	put(t, s, key, bot.Conversation{State: "a"})
	if _, err := s.MoveChat(t.Context(), "c", bot.Move{From: "1", To: "-100"}, ""); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"-100", "1"}, chats(t, s, key)); diff != "" {
		t.Errorf("chats of the user (-want +got)\n%s", diff)
	}
}
