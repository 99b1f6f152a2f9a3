package store_test

import (
	"fmt"
	"slices"
	"strings"
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
	if err := s.ListConversation(t.Context(), key, &c, true); err != nil {
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

// What lies beside a conversation in the user's own chat goes with it, and what is in a group stays.
func TestErasePayloadsOfOnesOwnChatOnly(t *testing.T) {
	s, table := open(t, newClock())
	user := store.User{Head: bot.Head{ID: "b"}, Channel: "c", ID: "7"}
	for chat, direct := range map[string]bool{"1": true, "-5": false} {
		key, c := bot.NewConversationKey("c", chat, "7"), bot.Conversation{State: "a"}
		if err := s.ListConversation(t.Context(), key, &c, direct); err != nil {
			t.Fatal(err)
		}
		put(t, s, key, c)
		payloads := make([]string, 150)
		for i := range payloads {
			payloads[i] = fmt.Sprint("payload ", i)
		}
		if err := s.PutPayloads(t.Context(), key, payloads); err != nil {
			t.Fatal(err)
		}
	}
	if erased, next, err := s.Erase(t.Context(), user, "", 1000); err != nil || next != "" || len(erased.Conversations) != 2 {
		t.Fatalf("Erase = %+v, %q, %v, want two conversations", erased, next, err)
	}
	for partition, want := range map[string]int{"CONV#c#1": 0, "CONV#c#-5": 150, "USER#c#7": 0} {
		if items, err := table.Query(t.Context(), store.Query{PK: partition}); err != nil || len(items) != want {
			t.Errorf("%d items are left in %s, %v, want %d", len(items), partition, err, want)
		}
	}
}

// However much there is, a page of it stays one that can be answered, and all of it is found.
func TestTracesComeInPages(t *testing.T) {
	s, _ := open(t, newClock())
	user := store.User{Head: bot.Head{ID: "b"}, Channel: "c", ID: "7"}
	const letters = 250
	long := strings.Repeat("x", 40_000)
	for i := range letters {
		event := bot.Event{ID: fmt.Sprint(i), Channel: "c", From: &bot.Person{ID: "7"}, Text: long}
		letter := bot.DeadLetter{ID: fmt.Sprintf("%03d", i), Bot: "b", Channel: "c", Job: bot.Job{Kind: bot.EventJob, Event: &event}}
		if _, err := s.PutDeadLetter(t.Context(), letter); err != nil {
			t.Fatal(err)
		}
	}
	var found []string
	pages := 0
	for cursor := ""; ; pages++ {
		page, next, err := s.Traces(t.Context(), user, cursor, 1000)
		if err != nil || len(page.DeadLetters)*len(long) > 4<<20 {
			t.Fatalf("Traces behind %q = %d letters, %v", cursor, len(page.DeadLetters), err)
		}
		for _, letter := range page.DeadLetters {
			found = append(found, letter.ID)
		}
		if next == "" {
			break
		}
		cursor = next
	}
	if len(found) != letters || !slices.IsSorted(found) || len(slices.Compact(found)) != letters || pages < 2 {
		t.Errorf("%d letters on %d pages, want each of %d once", len(found), pages, letters)
	}
}

func TestDeletedConversationIsNotNotedAnyMore(t *testing.T) {
	s, table := open(t, newClock())
	key := bot.NewConversationKey("c", "1", "7")
	put(t, s, key, bot.Conversation{State: "a"})
	found, _, err := s.ChatConversations(t.Context(), key, "", 10)
	if err != nil || len(found) != 1 {
		t.Fatalf("ChatConversations = %+v, %v, want one", found, err)
	}
	stale := found[0]
	stale.Version--
	if err := s.DeleteConversation(t.Context(), stale); bot.KindOf(err) != bot.Conflict {
		t.Errorf("DeleteConversation of what was read before = %v, want conflict", err)
	}
	if err := s.DeleteConversation(t.Context(), found[0]); err != nil {
		t.Fatal(err)
	}
	for _, partition := range []string{"USER#c#7", "CONV#c#1"} {
		if items, err := table.Query(t.Context(), store.Query{PK: partition}); err != nil || len(items) > 0 {
			t.Errorf("%s holds %v, %v, want nothing", partition, items, err)
		}
	}
}

// What went to the user is found although no event of theirs was kept, and what came from nobody into their own chat.
func TestTracesWithoutTheUsersName(t *testing.T) {
	s, _ := open(t, newClock())
	user := store.User{Head: bot.Head{ID: "b", Hooks: map[string]string{"courier": "h"}}, Channel: "c", ID: "7"}
	key, c := bot.NewConversationKey("c", "1", "7"), bot.Conversation{}
	if err := s.ListConversation(t.Context(), key, &c, true); err != nil {
		t.Fatal(err)
	}
	call, err := s.PutCall(t.Context(), bot.Call{Hook: "h", Bot: "b"}, []byte("{}"), "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.PutDelivery(t.Context(), call.ID, bot.Delivery{Channel: "c", Address: bot.Address{User: "7"}}, store.Absent); err != nil {
		t.Fatal(err)
	}
	event := bot.Event{ID: "1", Channel: "c", Chat: &bot.Chat{ID: "1"}}
	if err := s.PutTurns(t.Context(), bot.Turn{ID: "t", Bot: "b", Channel: "c", Time: newClock().Now(), Event: event}); err != nil {
		t.Fatal(err)
	}
	found, _, err := s.Traces(t.Context(), user, "", 1000)
	if err != nil || len(found.Deliveries) != 1 || len(found.Turns) != 1 {
		t.Errorf("Traces = %+v, %v, want a delivery and a turn", found, err)
	}
}

func TestEraseForgetsWhatBecameOfAMessage(t *testing.T) {
	s, table := open(t, newClock())
	user := store.User{Head: bot.Head{ID: "b"}, Channel: "c", ID: "7"}
	to := bot.Address{Chat: "1", User: "7"}
	words := &bot.Response{Message: bot.Message{Text: "Dear 7"}}
	job, err := s.PutSending(t.Context(), "b", bot.Sending{Channel: "c", Address: to, Response: words}, "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.PutDelivery(t.Context(), job.Call.Call, bot.Delivery{Channel: "c", Address: to, Outcome: bot.DeliverySent}, store.Absent); err != nil {
		t.Fatal(err)
	}
	if found, _, err := s.Erase(t.Context(), user, "", 1000); err != nil || len(found.Deliveries) != 1 {
		t.Fatalf("Erase = %+v, %v, want the message", found, err)
	}
	items, err := table.Query(t.Context(), store.Query{PK: "CALL#" + job.Call.Call})
	if err != nil || len(items) != 1 || items[0].SK != "META" {
		t.Errorf("%d items are left of the message, %v, want only when it was", len(items), err)
	}
}
