package engine_test

import (
	"fmt"
	"testing"

	"hookline/shared/bot"
	"hookline/shared/store"
)

// Whose conversation it is, is noted beside the first turn, and whether the chat is the user's own.
func TestNewConversationIsNotedAmongItsUsers(t *testing.T) {
	for _, test := range []struct {
		name string
		chat *bot.Chat
		want string
	}{
		{"a chat of one's own", &bot.Chat{ID: "1", Type: bot.Direct}, `{"direct":true}`},
		{"a group", &bot.Chat{ID: "1", Type: bot.Group}, `{}`},
		{"a network that names none", &bot.Chat{}, `{"direct":true}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t, says("h", "", "hello", "asked"))
			puts := 0
			w.table.beforePut = func(store.Item) error { puts++; return nil }
			event := func() bot.Event {
				w.events++
				return bot.Event{ID: fmt.Sprint(w.events), Kind: bot.Text, Text: "hi", Chat: test.chat}
			}
			w.handle(w.job(event()))
			first := puts
			w.handle(w.job(event()))
			if first != 2 || puts != 3 {
				t.Errorf("the first turn wrote %d items and the second %d, want 2 and 1", first, puts-first)
			}
			items, err := w.table.Query(t.Context(), store.Query{PK: "USER#" + w.channel + "#7"})
			if err != nil || len(items) != 1 || string(items[0].Body) != test.want {
				t.Errorf("notes of the user = %v, %v, want one of %s", items, err, test.want)
			}
		})
	}
}
