package engine_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"hookline/shared/bot"
	"hookline/shared/queue"
	"hookline/shared/store"
)

func TestTurn(t *testing.T) {
	w := newWorld(t,
		says("start", "^hi$", "Hello {{ event.from.first_name }} from {{ env.SHOP }}", "choosing"),
		says("chosen", `(?P<pizza>\w+)( with (?P<extra>\w+))?`, "{{ pattern.pizza }}! You were {{ state }}.", "done", "choosing"),
		says("done", "", "{{ state_context.choosing.pattern.pizza }} is on its way", "", "done"),
	)
	jobs := []bot.Job{w.said("hi"), w.said("Diavola"), w.said("when?")}
	for _, job := range jobs {
		if result := w.handle(job); result.HandBack {
			t.Fatalf("Handle(%q) = %+v, want it acknowledged", job.Event.Text, result)
		}
	}
	want := "1: Hello Ada from the shop\n1: Diavola! You were choosing.\n1: Diavola is on its way"
	if diff := cmp.Diff(want, w.network.said()); diff != "" {
		t.Errorf("sent (-want +got):\n%s", diff)
	}
	c := w.conversation()
	if c.State != "done" {
		t.Errorf("state = %q, want done", c.State)
	}
	context := map[string]bot.StateContext{
		"_start":   {Pattern: map[string]*string{}},
		"choosing": {Pattern: map[string]*string{"pizza": new("Diavola"), "extra": nil}},
	}
	if diff := cmp.Diff(context, c.Context, cmpopts.IgnoreFields(bot.StateContext{}, "LeftAt"), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("context (-want +got):\n%s", diff)
	}
	turn := w.turn(jobs[1])
	got := bot.Turn{Outcome: turn.Outcome, Decision: turn.Decision, Replies: turn.Replies}
	wantTurn := bot.Turn{
		Outcome: bot.Replied,
		Decision: bot.Decision{
			Version: 1, Definition: w.head.Definition, Fired: []string{"chosen"},
			State: bot.StateChange{Before: "choosing", After: "done", Since: turn.Time},
		},
		Replies: []bot.TurnReply{{Address: bot.Address{Chat: "1", User: "7"}, Sent: true, Parts: []bot.Part{{Text: "Diavola! You were choosing."}}}},
	}
	if diff := cmp.Diff(wantTurn, got); diff != "" {
		t.Errorf("turn (-want +got):\n%s", diff)
	}
}

func TestF51NewVersionAnswersTheNextMessage(t *testing.T) {
	w := newWorld(t, says("all", "", "one", ""))
	w.handle(w.said("x"))
	w.publish(says("all", "", "two", ""))
	w.handle(w.said("x"))
	if diff := cmp.Diff("1: one\n1: two", w.network.said()); diff != "" {
		t.Errorf("sent (-want +got):\n%s", diff)
	}
}

func TestEventsThatSendNothing(t *testing.T) {
	everything := bot.Handler{Name: "all", On: []string{"*", "echo"}, Response: &bot.Response{Message: bot.Message{Text: "hello"}}, TargetState: "moved"}
	for _, test := range []struct {
		name    string
		handler bot.Handler
		event   bot.Event
		outcome bot.Outcome
		seen    int
		state   string
	}{
		{"no handler fires", says("h", "^never$", "x", ""), bot.Event{ID: "1", Kind: bot.Text, Text: "hi"}, bot.Silent, 1, ""},
		{"a receipt that nobody named leaves no trace", everything, bot.Event{ID: "1", Kind: bot.Receipt}, bot.Silent, 0, ""},
		{"our own message moves, but is not answered", everything, bot.Event{ID: "1", Kind: bot.Echo}, bot.Silent, 1, "moved"},
		{"a handler that says nothing", says("h", "", "", "moved"), bot.Event{ID: "1", Kind: bot.Text}, bot.Silent, 1, "moved"},
		{"a reply that renders to nothing", says("h", "", "{{ event.payload }}", "moved"), bot.Event{ID: "1", Kind: bot.Text}, bot.Silent, 1, "moved"},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t, test.handler)
			job := w.job(test.event)
			if result := w.handle(job); result.HandBack {
				t.Errorf("Handle = %+v, want it acknowledged", result)
			}
			if said := w.network.said(); said != "" {
				t.Errorf("sent %q, want nothing", said)
			}
			c := w.conversation()
			if len(c.Seen) != test.seen || c.State != test.state {
				t.Errorf("conversation saw %d events and is in %q, want %d, %q", len(c.Seen), c.State, test.seen, test.state)
			}
			if turn := w.turn(job); turn.Outcome != test.outcome {
				t.Errorf("outcome = %s, want %s", turn.Outcome, test.outcome)
			}
		})
	}
}

func TestF13CallbackIsAcknowledgedWhetherOrNotAHandlerFires(t *testing.T) {
	for _, pattern := range []string{"^pressed$", "^never$"} {
		w := newWorld(t, says("h", pattern, "ok", ""))
		w.handle(w.job(bot.Event{ID: "1", Kind: bot.Press, Payload: "pressed", AckID: "callback-1"}))
		if diff := cmp.Diff([]string{"callback-1"}, w.network.acked); diff != "" {
			t.Errorf("acknowledged with pattern %s (-want +got):\n%s", pattern, diff)
		}
	}
}

func TestB6Redelivery(t *testing.T) {
	t.Run("of a job that was done: its parts may go once more", func(t *testing.T) {
		w := newWorld(t, says("h", "", "a|b", "moved"))
		job := w.said("x")
		w.handle(job)
		w.start()
		w.handle(job)
		if diff := cmp.Diff("1: a\n1: b\n1: a\n1: b", w.network.said()); diff != "" {
			t.Errorf("sent by a job whose acknowledgement was lost (-want +got):\n%s", diff)
		}
		if got := len(w.conversation().Seen); got != 1 {
			t.Errorf("seen = %d events, want the one", got)
		}
	})
	t.Run("of an event that the network posts again: nothing", func(t *testing.T) {
		w := newWorld(t, says("h", "", "hello", "moved"))
		job := w.said("x")
		again := bot.NewEventJob(bot.Channel{ID: w.channel, Bot: w.head.ID}, *job.Event, w.at.Add(time.Hour))
		w.handle(job)
		w.at = w.at.Add(47 * time.Hour)
		version := w.conversation().Version
		if result := w.handle(again); result.HandBack {
			t.Errorf("Handle of a duplicate = %+v, want it acknowledged", result)
		}
		if got := w.conversation().Version; got != version {
			t.Errorf("version = %d, want %d: a duplicate changes nothing", got, version)
		}
		if diff := cmp.Diff("1: hello", w.network.said()); diff != "" {
			t.Errorf("sent (-want +got):\n%s", diff)
		}
	})
}

func TestSendThatFailsHalfWaySendsOnlyTheRest(t *testing.T) {
	w := newWorld(t, says("h", "", "a|b|c", "moved"))
	failures := 2
	w.network.answer = func(p bot.Part) error {
		if p.Text == "b" && failures > 0 {
			failures--
			return unavailable()
		}
		return nil
	}
	job := w.said("x")
	first := w.handle(job)
	if diff := cmp.Diff(queue.HandBack(time.Second), first); diff != "" {
		t.Fatalf("first try (-want +got):\n%s", diff)
	}
	if turn := w.turn(job); turn.Outcome != bot.HandedBack || turn.Error == "" || turn.Replies[0].Sent {
		t.Errorf("turn after the first try = %s, %q, sent %v", turn.Outcome, turn.Error, turn.Replies[0].Sent)
	} else if turn.Partial {
		t.Errorf("turn after the first try is partial, want it whole")
	}
	w.start()
	if second := w.handle(job); second != queue.HandBack(2*time.Second) {
		t.Fatalf("second try = %+v, want it handed back for 2 s", second)
	}
	if third := w.handle(job); third.HandBack {
		t.Fatalf("third try = %+v, want it acknowledged", third)
	}
	if diff := cmp.Diff("1: a\n1: b\n1: c", w.network.said()); diff != "" {
		t.Errorf("sent (-want +got):\n%s", diff)
	}
	turn := w.turn(job)
	if turn.Outcome != bot.Replied || turn.Tries != 2 && turn.Tries != 0 || len(turn.Fired) != 1 || turn.State.After != "moved" {
		t.Errorf("turn at the end = %+v, want it whole and replied", turn)
	}
	if !turn.Partial {
		t.Errorf("turn at the end is not partial, want it to say that it was decided by another try")
	}
}

func TestProgressIsKeptWhenTheConversationMovedMeanwhile(t *testing.T) {
	w := newWorld(t, says("h", "", "a|b", "moved"))
	fail := true
	w.network.answer = func(p bot.Part) error {
		if p.Text == "a" || !fail {
			return nil
		}
		fail = false
		c := w.conversation()
		c.State = "reset"
		if _, err := w.store.PutConversation(t.Context(), bot.ConversationKey{Channel: w.channel, Chat: "1", User: "7"}, c); err != nil {
			t.Fatal(err)
		}
		return unavailable()
	}
	w.drain(w.said("x"))
	if diff := cmp.Diff("1: a\n1: b", w.network.said()); diff != "" {
		t.Errorf("sent (-want +got):\n%s", diff)
	}
	w.handle(w.said("next"))
	if c := w.conversation(); c.Failing != nil {
		t.Errorf("failing = %+v, want nothing left of a job that is done", c.Failing)
	}
}

func TestDefinitionIsReadOnce(t *testing.T) {
	w := newWorld(t, says("h", "", "a", ""))
	w.handle(w.said("x"))
	w.table.beforeQuery = func() { t.Error("the table is asked for a definition that was read before") }
	w.handle(w.said("x"))
}

func TestUnknownOutcomeIsSaidInTheTurn(t *testing.T) {
	w := newWorld(t, says("h", "", "a", ""))
	once := true
	w.network.answer = func(bot.Part) error {
		if once {
			once = false
			return &bot.Error{Kind: bot.Unavailable, Reason: bot.ReasonUnknown, Message: "the connection broke"}
		}
		return nil
	}
	job := w.said("x")
	w.drain(job)
	turn := w.turn(job)
	if turn.Outcome != bot.Replied || len(turn.Notes) != 1 || !strings.Contains(turn.Notes[0], "twice") {
		t.Errorf("turn = %s with notes %q, want it replied, with a note that the part may come twice", turn.Outcome, turn.Notes)
	}
}

func TestB6LostRace(t *testing.T) {
	lose := func(w *world, times int) {
		w.table.beforePut = func(item store.Item) error {
			if times > 0 && strings.HasPrefix(item.PK, "CONV#") {
				times--
				_, err := w.table.Table.Put(w.t.Context(), item, store.Always)
				return err
			}
			return nil
		}
	}
	t.Run("is run again on what is there now", func(t *testing.T) {
		w := newWorld(t, says("h", "", "hello", "moved"))
		reset := true
		w.table.beforePut = func(item store.Item) error {
			if !reset || !strings.HasPrefix(item.PK, "CONV#") {
				return nil
			}
			reset = false
			_, err := w.table.Table.Put(t.Context(), store.Item{Key: item.Key, Body: []byte(`{"state":"elsewhere"}`)}, store.Always)
			return err
		}
		job := w.said("x")
		w.handle(job)
		if turn := w.turn(job); turn.State.Before != "elsewhere" || turn.Outcome != bot.Replied {
			t.Errorf("turn = from %q, %s, want it decided anew from the state of the winner", turn.State.Before, turn.Outcome)
		}
	})
	t.Run("five times in a row is handed back", func(t *testing.T) {
		w := newWorld(t, says("h", "", "hello", "moved"))
		w.table.beforePut = func(item store.Item) error {
			if strings.HasPrefix(item.PK, "CONV#") {
				_, err := w.table.Table.Put(t.Context(), store.Item{Key: item.Key, Body: []byte(`{}`)}, store.Always)
				return err
			}
			return nil
		}
		if result := w.handle(w.said("x")); !result.HandBack {
			t.Errorf("Handle = %+v, want it handed back", result)
		}
		if said := w.network.said(); said != "" {
			t.Errorf("sent %q, want nothing: nothing was committed", said)
		}
	})
	t.Run("to its own write whose answer was lost sends once", func(t *testing.T) {
		w := newWorld(t, says("h", "", "hello", "moved"))
		lose(w, 1)
		w.handle(w.said("x"))
		if diff := cmp.Diff("1: hello", w.network.said()); diff != "" {
			t.Errorf("sent (-want +got):\n%s", diff)
		}
	})
}

func TestOutOfTimeCountsNoTry(t *testing.T) {
	w := newWorld(t, says("h", "", "a", "moved"))
	job := w.said("x")
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	if result := w.engine.Handle(ctx, job); result != queue.HandBack(0) {
		t.Fatalf("Handle with 5 s left = %+v, want it handed back at once", result)
	}
	c := w.conversation()
	if c.State != "moved" || c.Failing != nil && c.Failing.Tries != 0 {
		t.Errorf("conversation = %+v, want it committed and no try counted", c)
	}
	w.handle(job)
	if diff := cmp.Diff("1: a", w.network.said()); diff != "" {
		t.Errorf("sent (-want +got):\n%s", diff)
	}
}
