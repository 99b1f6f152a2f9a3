package engine_test

import (
	"strings"
	"testing"

	"hookline/shared/bot"
)

// A state is of one user in one chat, of one bot.
func TestF16StatesAreApart(t *testing.T) {
	w := newWorld(t, says("go", "^go$", "gone", "moved"), says("inside", "", "inside", "", "moved"), says("outside", "", "outside", ""))
	w.handle(w.said("go"))
	for _, test := range []struct{ name, chat, user, want string }{
		{"the same", "1", "7", "inside"}, {"another user in the chat", "1", "8", "outside"},
		{"the user in another chat", "2", "7", "outside"}, {"both others", "2", "8", "outside"},
	} {
		t.Run(test.name, func(t *testing.T) {
			job := w.said("x")
			job.Event.Chat.ID, job.Event.From.ID = test.chat, test.user
			w.network.replies = nil
			w.handle(bot.NewEventJob(bot.Channel{ID: w.channel, Bot: w.head.ID}, *job.Event, w.at))
			if got := w.network.parts(); len(got) != 1 || got[0].Text != test.want {
				t.Errorf("sent %+v, want %s", got, test.want)
			}
		})
	}
}

// A keyboard that its template breaks at run time moves nothing and is told: to the owner by the letter, with the reason,
// and to the user if the handler has words for it.
func TestB12BrokenKeyboard(t *testing.T) {
	h := says("h", "", "Hi", "moved")
	h.Response.Keyboard = &bot.Keyboard{Template: "['{{ event.text }}']"}
	h.Response.OnFailure = "Sorry"
	w := newWorld(t, h)
	job := w.said("it's")
	w.handle(job)
	letters := w.letters()
	if len(letters) != 1 {
		t.Fatalf("%d letters, want one", len(letters))
	}
	turn := w.turn(job)
	const want = "keyboard: it gives what is neither JSON nor a Python literal: expected ], found s']"
	if !strings.Contains(turn.Error, want) || turn.State.After != "" {
		t.Errorf("turn says %q and moves to %q, want %q and no move", turn.Error, turn.State.After, want)
	}
	if got := w.network.said(); got != "1: Sorry" {
		t.Errorf("sent %q, want the apology", got)
	}
}
