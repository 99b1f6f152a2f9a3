package engine_test

import (
	"testing"

	"hookline/shared/bot"
	"hookline/shared/store"
)

// wantSkipped fails unless the turn of a job says why nothing was done.
func (w *world) wantSkipped(job bot.Job) bot.Turn {
	w.t.Helper()
	turn := w.turn(job)
	if turn.Outcome != bot.Skipped || turn.Error != "the channel is disabled" {
		w.t.Errorf("turn = %s, %q, want it skipped, and why", turn.Outcome, turn.Error)
	}
	return turn
}

func TestF4G17EventOfADisabledChannelIsSkipped(t *testing.T) {
	w := newWorld(t, says("hi", "", "hello", "greeted"))
	job := w.job(bot.Event{ID: "e", Kind: bot.Press, Payload: "x", AckID: "ack"})
	w.disabled = true
	w.publish(says("hi", "", "hello", "greeted"))
	if result := w.handle(job); result.HandBack {
		t.Errorf("Handle = %+v, want it acknowledged", result)
	}
	if w.network.said() != "" || len(w.network.acked) > 0 || len(w.letters()) > 0 {
		t.Errorf("said %q, acknowledged %v, %d letters, want nothing", w.network.said(), w.network.acked, len(w.letters()))
	}
	if turn := w.wantSkipped(job); len(turn.Fired) > 0 || w.conversation().State != "" {
		t.Errorf("fired %v, state %q, want no handler tried", turn.Fired, w.conversation().State)
	}

	// Enabled again, the bot answers what comes from then on.
	w.disabled = false
	w.publish(says("hi", "", "hello", "greeted"))
	w.drain(w.said("there"))
	if w.network.said() != "1: hello" || w.conversation().State != "greeted" {
		t.Errorf("said %q in state %q, want an answer", w.network.said(), w.conversation().State)
	}
}

func TestF4RepliesThatWaitAreNotSentOnADisabledChannel(t *testing.T) {
	two := says("hi", "", "a|b", "greeted")
	w := newWorld(t, two)
	w.network.answer = func(p bot.Part) error {
		if p.Text == "b" {
			return unavailable()
		}
		return nil
	}
	job := w.said("there")
	if result := w.handle(job); !result.HandBack {
		t.Fatalf("Handle = %+v, want it handed back", result)
	}
	w.network.answer, w.disabled = nil, true
	w.publish(two)
	if result := w.handle(job); result.HandBack || len(w.letters()) > 0 {
		t.Errorf("Handle = %+v, %d letters, want it acknowledged", result, len(w.letters()))
	}
	turn := w.wantSkipped(job)
	if w.network.said() != "1: a" || len(turn.Replies) != 1 || turn.Replies[0].Sent || turn.Fired[0] != "hi" {
		t.Errorf("said %q, turn = %+v, want it to tell what was said before, and what was not", w.network.said(), turn)
	}
}

// A redriven job does not use up its dead letter: it can be redriven once the channel is enabled.
func TestF4RedriveOnADisabledChannelKeepsTheLetter(t *testing.T) {
	refused := bot.Errorf(bot.Invalid, "no such chat")
	for _, test := range []struct {
		name string
		bury func(w *world)
	}{
		{"an event", func(w *world) {
			w.publish(says("hi", "", "{{ 1 // 0 }}", ""))
			w.handle(w.said("there"))
		}},
		{"a reply", func(w *world) {
			w.publish(says("hi", "", "hello", ""))
			w.network.answer = func(bot.Part) error { return refused }
			w.handle(w.said("there"))
		}},
		{"a delivery", func(w *world) {
			w.network.answer = func(bot.Part) error { return refused }
			w.handle(w.sending("hello", ""))
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			test.bury(w)
			if len(w.letters()) != 1 {
				t.Fatalf("%d letters, want one", len(w.letters()))
			}
			redrive := func() {
				t.Helper()
				again, err := w.store.Redrive(t.Context(), w.head.ID, w.letters()[0].ID)
				if err != nil {
					t.Fatal(err)
				}
				if result := w.handle(again); result.HandBack {
					t.Errorf("Handle = %+v, want it acknowledged", result)
				}
			}
			w.network.answer, w.disabled = nil, true
			w.publish(says("hi", "", "hello", ""))
			redrive()
			if letters := w.letters(); w.network.said() != "" || len(letters) != 1 || letters[0].Tries != 1 {
				t.Errorf("said %q, letters = %+v, want the one there was", w.network.said(), letters)
			}
			if at := w.letters()[0].RedrivenAt; !at.IsZero() {
				t.Errorf("redriven_at = %s, but no job of the letter is on its way: it could not be mended", at)
			}
			w.disabled = false
			w.publish(says("hi", "", "hello", ""))
			redrive()
			if w.network.said() == "" || len(w.letters()) != 0 {
				t.Errorf("enabled: said %q, %d letters, want it sent, and none", w.network.said(), len(w.letters()))
			}
		})
	}
}

// What comes for a bot whose deletion has begun, or is done, leaves nothing that nobody could see or delete.
func TestF50EventsOfADeletedBotLeaveNothing(t *testing.T) {
	w := newWorld(t, says("hi", "", "hello", ""))
	during, after := w.said("one"), w.said("two")
	head, err := w.store.BeginDeletion(t.Context(), "main", "pizza", func(bot.Head) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	leaves := func(when string, job bot.Job) {
		t.Helper()
		if result := w.handle(job); result.HandBack || w.network.said() != "" || len(w.letters()) != 0 {
			t.Errorf("%s: Handle = %+v, said %q, %d letters, want it dropped", when, result, w.network.said(), len(w.letters()))
		}
		w.engine.Flush(t.Context())
		for turn, err := range w.store.Turns(t.Context(), store.TurnQuery{Bot: head.ID}) {
			t.Errorf("%s: turn %+v, %v, want none", when, turn, err)
		}
	}
	leaves("begun", during)
	for _, id := range head.Leaving {
		if err := w.store.RemoveChannel(t.Context(), bot.Channel{ID: id, Bot: head.ID}); err != nil {
			t.Fatal(err)
		}
	}
	if done, err := w.store.DeleteBot(t.Context(), head); !done || err != nil {
		t.Fatalf("DeleteBot() = %t, %v", done, err)
	}
	leaves("done", after)
}

// A delivery that is redriven to a closed hook keeps its letter, as on a disabled channel, until the hook is open again.
func TestF41RedriveOnADisabledHookKeepsTheLetter(t *testing.T) {
	w := newHookWorld(t, "hello", chats(1)...)
	w.network.answer = func(bot.Part) error { return bot.Errorf(bot.Invalid, "no such chat") }
	w.post(`{}`)
	w.handle(w.next(bot.PageJob))
	w.handle(w.next(bot.DeliveryJob))
	w.network.answer = nil
	letter := w.letters()[0].ID
	w.hooks[0].Disabled = true
	w.publish()
	w.handle(w.redriven(letter))
	if letters := w.letters(); w.network.said() != "" || len(letters) != 1 || !letters[0].RedrivenAt.IsZero() {
		t.Fatalf("said %q, letters = %+v, want nothing, and the one there was, not on its way", w.network.said(), letters)
	}
	w.hooks[0].Disabled = false
	w.publish()
	w.handle(w.redriven(letter))
	if w.network.said() != "00001: hello" || len(w.letters()) != 0 {
		t.Errorf("said %q, %d letters, want it sent, and none", w.network.said(), len(w.letters()))
	}
}

// The first of two redrives that is skipped says nothing of the second, which is on its way.
func TestF4SkippedRedriveBeforeAnother(t *testing.T) {
	w := newWorld(t, says("hi", "", "{{ 1 // 0 }}", ""))
	w.handle(w.said("there"))
	letter := w.letters()[0].ID
	first, second := w.redriven(letter), w.redriven(letter)
	w.disabled = true
	w.publish(says("hi", "", "hello", ""))
	for _, step := range []struct {
		job   bot.Job
		onWay bool
	}{{first, true}, {second, false}} {
		w.handle(step.job)
		if at := w.letters()[0].RedrivenAt; at.IsZero() == step.onWay {
			t.Errorf("redriven_at = %s after redrive %d of 2", at, step.job.Redrive.Count)
		}
	}
}
