package engine_test

import (
	"fmt"
	"testing"

	"hookline/shared/bot"
	"hookline/shared/engine"
	"hookline/shared/provider"
)

// wordy gives so many handlers, each of which answers a word of its own.
func wordy(n int) []bot.Handler {
	handlers := make([]bot.Handler, n)
	for i := range handlers {
		handlers[i] = bot.Handler{
			Name: fmt.Sprintf("h%d", i), Pattern: fmt.Sprintf(`^word%d\s+(?P<rest>.*)`, i),
			Response: &bot.Response{Message: bot.Message{Text: "{{ pattern.rest }} for {{ event.from.first_name }}"}},
		}
	}
	return handlers
}

// BenchmarkTurn takes a whole turn in memory: the match, the templates, what is to be sent.
func BenchmarkTurn(b *testing.B) {
	for _, n := range []int{10, 1000, 10_000} {
		b.Run(fmt.Sprintf("handlers=%d", n), func(b *testing.B) {
			w := newWorld(b)
			r, err := engine.NewRehearsal(bot.Definition{Bot: "b", Handlers: wordy(n)}, w.network, nil)
			if err != nil {
				b.Fatal(err)
			}
			said := w.said(fmt.Sprintf("word%d pizza", n-1))
			for b.Loop() {
				turn, _, err := r.Turn(b.Context(), *said.Event, bot.Conversation{}, w.at)
				if err != nil || turn.Outcome != bot.Replied {
					b.Fatalf("Turn = %s, %v", turn.Outcome, err)
				}
			}
		})
	}
}

// BenchmarkPublish publishes a bot of 10,000 handlers and BenchmarkLoad has a new engine take its first turn with it.
func BenchmarkPublish(b *testing.B) {
	w, i := newWorld(b), 0
	for b.Loop() {
		i++
		handlers := wordy(10_000)
		handlers[0].Pattern = fmt.Sprint("edit ", i) // nothing is published where nothing changed
		w.publish(handlers...)
	}
}

func BenchmarkLoad(b *testing.B) {
	w := newWorld(b, wordy(10_000)...)
	for b.Loop() {
		fresh := engine.New(w.store, provider.NewSet(w.network), quiet, w.now)
		fresh.Conversations, fresh.Notifications = &tray{}, w.notices
		fresh.Handle(b.Context(), w.said("word9999 pizza"))
	}
	if len(w.network.replies) == 0 {
		b.Fatal("nothing was answered")
	}
}
