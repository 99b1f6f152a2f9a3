package main

import (
	"strings"
	"testing"

	"hookline/shared/bot"
	"hookline/shared/simulate"
	"hookline/shared/simulate/countertest"
)

// mayComeTwice is what the notes of a turn say of a send whose outcome nobody knows.
const mayComeTwice = "it may come twice"

// stormy is a network on which a fifth of the calls goes wrong, in all ways there are.
var stormy = simulate.Faults{
	Rates: map[simulate.Fault]float64{
		simulate.TooManyRequests: 0.03, simulate.ServerError: 0.03, simulate.BadGateway: 0.03,
		simulate.ResetBefore: 0.03, simulate.ResetAfter: 0.03, simulate.HangBefore: 0.02, simulate.HangAfter: 0.03,
	},
	RetryAfter: 1, HangSeconds: 0.5,
}

// hanging is one where calls hang for longer than the server waits.
var hanging = simulate.Faults{
	Rates:       map[simulate.Fault]float64{simulate.HangBefore: 0.1, simulate.HangAfter: 0.1},
	HangSeconds: 30,
}

// Whatever the network does, nothing is lost, each chat keeps its order, and nothing is sent twice but what may not have
// arrived, which the turn says.
func TestFaultyNetwork(t *testing.T) {
	t.Parallel()
	type test struct {
		name            string
		at              platform
		users, messages int
		faults          simulate.Faults
	}
	tests := []test{{"time-outs", onTelegram, 20, 2, hanging}}
	for _, at := range platforms {
		tests = append(tests, test{"refusals and broken connections on " + at.name, at, 25, 5, stormy})
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorldOn(t, tt.at, countertest.Bot())
			tt.faults.Methods = []string{tt.at.send}
			tt.faults.Seed = 2
			if err := w.network.Ground().SetFaults(tt.faults); err != nil {
				t.Fatal(err)
			}
			chats := w.chats(tt.users)
			for _, c := range chats {
				c.Say(tt.messages)
			}
			for _, c := range chats {
				c.Wait()
			}
			counts := w.network.Ground().FaultCounts()
			for fault := range tt.faults.Rates {
				if counts[fault] == 0 {
					t.Errorf("no call met the fault %q", fault)
				}
			}
			again := w.checkRepeats(chats, w.noted(tt.users*tt.messages))
			t.Logf("%d messages, faults %v, %d replies sent again", tt.users*tt.messages, counts, again)
			if again == 0 {
				t.Error("no reply was sent again, although the network broke off after carrying some out")
			}
		})
	}
}

// noted waits for n turns and gives the messages of those whose notes say that a reply may come twice.
func (w *world) noted(n int) map[countertest.Message]bool {
	w.Helper()
	noted := map[countertest.Message]bool{}
	w.until("every turn is on record as replied", func() bool {
		for _, turn := range w.turns(n) {
			if turn.Outcome != bot.Replied {
				return false
			}
			noted[countertest.Message{Chat: turn.Event.Chat.ID, Text: turn.Event.Text}] = strings.Contains(strings.Join(turn.Notes, "\n"), mayComeTwice)
		}
		return true
	})
	return noted
}

// checkRepeats checks the replies and that each one that was sent again had to be, and counts those.
func (w *world) checkRepeats(chats []*countertest.Chat, noted map[countertest.Message]bool) (again int) {
	w.Helper()
	for _, c := range chats {
		for _, r := range c.Check() {
			again++
			if r.Before.Answered {
				w.Errorf("chat %s: %q was sent again although the server was told that it had arrived", c.Talk.User.ID, r.Again.Shown.Text)
			}
			if !noted[c.Message(r.Number)] {
				w.Errorf("chat %s: %q was sent again, and the turn's notes do not say so", c.Talk.User.ID, r.Again.Shown.Text)
			}
		}
	}
	return again
}
