package engine_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
	"hookline/shared/queue"
	"hookline/shared/store"
)

func TestF37FateOfASendThatFails(t *testing.T) {
	day := 24 * time.Hour
	for _, test := range []struct {
		name string
		err  error
		// tries and lasts are how often the job is tried, and how long, before it is buried.
		tries       int
		least, most time.Duration
	}{
		{"invalid", bot.Errorf(bot.Invalid, "no"), 1, 0, 0},
		{"unauthorized", bot.Errorf(bot.Unauthorized, "no"), 1, 0, 0},
		{"forbidden", bot.Errorf(bot.Forbidden, "no"), 1, 0, 0},
		{"not found", bot.Errorf(bot.NotFound, "no"), 1, 0, 0},
		{"unsupported", bot.Errorf(bot.Unsupported, "no"), 1, 0, 0},
		{"too large", bot.Errorf(bot.TooLarge, "no"), 1, 0, 0},
		{"conflict", bot.Errorf(bot.Conflict, "no"), 5, 15 * time.Second, 15 * time.Second},
		{"internal", bot.Errorf(bot.Internal, "no"), 5, 15 * time.Second, 15 * time.Second},
		{"an error without a kind", errors.New("no"), 5, 15 * time.Second, 15 * time.Second},
		// After 1 s, 2, 4 … 256 s it is the 10th try at 511 s; then one every 300 s, the 297th past a day.
		{"unavailable", unavailable(), 297, day, day + 5*time.Minute},
		{"rate limited", &bot.Error{Kind: bot.RateLimited, Message: "slow down", RetryAfter: time.Hour}, 25, day, day},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t, says("h", "", "a|b", "moved"))
			w.network.answer = func(p bot.Part) error {
				if p.Text == "b" {
					return test.err
				}
				return nil
			}
			job, started := w.said("x"), w.at
			if tries := w.drain(job); tries != test.tries {
				t.Errorf("tries = %d, want %d", tries, test.tries)
			}
			if took := w.at.Sub(started); took < test.least || took > test.most {
				t.Errorf("buried after %v, want %v to %v", took, test.least, test.most)
			}
			letters := w.letters()
			if len(letters) != 1 {
				t.Fatalf("dead letters = %d, want 1", len(letters))
			}
			letter := letters[0]
			if letter.Kind != bot.KindOf(test.err) || letter.Tries != test.tries || len(letter.Unsent) != 1 || letter.Unsent[0].Sent != 1 {
				t.Errorf("letter = %+v, want kind %s, %d tries, one of two parts unsent", letter, bot.KindOf(test.err), test.tries)
			}
			if c := w.conversation(); c.Outbox != nil || c.Failing != nil || c.State != "moved" {
				t.Errorf("conversation = %+v, want it moved, with nothing left to send", c)
			}
			if turn := w.turn(job); turn.Outcome != bot.Failed || turn.Error == "" {
				t.Errorf("turn = %s %q, want failed with the reason", turn.Outcome, turn.Error)
			}
		})
	}
}

func TestBlockedUserIsRecordedAndNotBuried(t *testing.T) {
	w := newWorld(t, says("h", "", "a|b", "moved"))
	w.network.answer = func(bot.Part) error {
		return &bot.Error{Kind: bot.Forbidden, Reason: bot.ReasonBlocked, Message: "bot was blocked by the user"}
	}
	job := w.said("x")
	if result := w.handle(job); result.HandBack {
		t.Errorf("Handle = %+v, want it acknowledged", result)
	}
	if letters := w.letters(); len(letters) != 0 {
		t.Errorf("dead letters = %d, want none", len(letters))
	}
	if turn := w.turn(job); turn.Outcome != bot.Blocked {
		t.Errorf("outcome = %s, want blocked", turn.Outcome)
	}
}

func TestRenderErrorIsBuriedUncommittedAndAnsweredAfterMending(t *testing.T) {
	w := newWorld(t, says("h", "", "Hi {{ pattern.nobody.name }}", "moved"))
	job := w.said("x")
	if result := w.handle(job); result.HandBack {
		t.Fatalf("Handle = %+v, want it buried and acknowledged", result)
	}
	letters := w.letters()
	if len(letters) != 1 || letters[0].Kind != bot.Invalid || len(letters[0].Unsent) != 0 {
		t.Fatalf("letters = %+v, want one, invalid, with nothing to send", letters)
	}
	if c := w.conversation(); c.State != "" || len(c.Seen) != 0 {
		t.Errorf("conversation = %+v, want it untouched", c)
	}
	turn := w.turn(job)
	if !strings.Contains(turn.Error, "line 1") || !strings.Contains(turn.Error, "pattern.nobody") || !strings.Contains(turn.Error, "handler h") {
		t.Errorf("error of the turn = %q, want the handler, the template's line and the name", turn.Error)
	}
	w.publish(says("h", "", "Hi {{ event.from.first_name }}", "moved"))
	w.redrive(letters[0])
	if diff := cmp.Diff("1: Hi Ada", w.network.said()); diff != "" {
		t.Errorf("sent (-want +got):\n%s", diff)
	}
	if left := w.letters(); len(left) != 0 {
		t.Errorf("letters after the redrive = %d, want none", len(left))
	}
	if turn := w.turn(job); turn.Outcome != bot.Replied {
		t.Errorf("outcome after the redrive = %s, want replied", turn.Outcome)
	}
}

func (w *world) redrive(letter bot.DeadLetter) queue.Result {
	w.t.Helper()
	job, err := w.store.Redrive(w.t.Context(), letter.Bot, letter.ID)
	if err != nil {
		w.t.Fatal(err)
	}
	return w.handle(job)
}

func TestRedriveOfACommittedEventOnlySends(t *testing.T) {
	w := newWorld(t, says("first", "", "a|b|c", "two", ""), says("second", "", "wrong", "three", "two"))
	broken := true
	w.network.answer = func(p bot.Part) error {
		if broken && p.Text != "a" {
			return bot.Errorf(bot.Invalid, "button too long")
		}
		return nil
	}
	job := w.said("x")
	w.handle(job)
	w.network.answer = func(p bot.Part) error {
		if broken && p.Text == "c" {
			return unavailable()
		}
		return nil
	}
	if result := w.redrive(w.letters()[0]); result != queue.HandBack(time.Second) {
		t.Fatalf("redrive while c fails = %+v, want it handed back", result)
	}
	letter := w.letters()[0]
	if letter.Unsent[0].Sent != 2 || letter.Failing == nil || letter.Failing.Tries != 1 {
		t.Errorf("letter = %+v, failing %+v, want two parts sent and one try", letter, letter.Failing)
	}
	broken = false
	w.redrive(letter)
	if diff := cmp.Diff("1: a\n1: b\n1: c", w.network.said()); diff != "" {
		t.Errorf("sent (-want +got):\n%s", diff)
	}
	if c := w.conversation(); c.State != "two" || len(c.Seen) != 1 {
		t.Errorf("conversation = %+v, want it moved once", c)
	}
	if letters := w.letters(); len(letters) != 0 {
		t.Errorf("letters = %d, want none", len(letters))
	}
	if turn := w.turn(job); turn.Outcome != bot.Replied || turn.Fired[0] != "first" {
		t.Errorf("turn = %s by %v, want the event's own turn, replied", turn.Outcome, turn.Fired)
	}
}

func TestRedriveThatFailsAgainKeepsOneLetter(t *testing.T) {
	for _, test := range []struct {
		name   string
		text   string
		unsent int
	}{
		{"uncommitted", "{{ pattern.no.name }}", 0},
		{"committed", "a", 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t, says("h", "", test.text, ""))
			w.network.answer = func(bot.Part) error { return bot.Errorf(bot.Invalid, "no") }
			w.handle(w.said("x"))
			first := w.letters()[0]
			w.at = w.at.Add(time.Hour)
			w.redrive(first)
			letters := w.letters()
			if len(letters) != 1 || letters[0].ID != first.ID || letters[0].Redriven != 1 || len(letters[0].Unsent) != test.unsent {
				t.Errorf("letters after a redrive that failed = %+v, want the same one, redriven once", letters)
			}
		})
	}
}

func TestTwoRedrivesOfOneLetterSendOnce(t *testing.T) {
	w := newWorld(t, says("h", "", "a", ""))
	w.network.answer = func(bot.Part) error { return bot.Errorf(bot.Invalid, "no") }
	w.handle(w.said("x"))
	letter := w.letters()[0]
	older, err := w.store.Redrive(t.Context(), letter.Bot, letter.ID)
	if err != nil {
		t.Fatal(err)
	}
	w.network.answer = nil
	w.redrive(letter)
	w.handle(older)
	if diff := cmp.Diff("1: a", w.network.said()); diff != "" {
		t.Errorf("sent by two redrives of one letter (-want +got):\n%s", diff)
	}
}

// Of two redrives of an event that nobody has answered yet the first commits it. If what it says cannot be sent, that stays
// in the letter, though for the second the event is a duplicate.
func TestTwoRedrivesOfOneLetterLoseNothing(t *testing.T) {
	w := newWorld(t, says("h", "", "{{ pattern.nobody.name }}", ""))
	w.handle(w.said("x"))
	letter := w.letters()[0]
	first, second := w.redriven(letter.ID), w.redriven(letter.ID)
	w.publish(says("h", "", "a", "moved"))
	w.network.answer = func(bot.Part) error { return bot.Errorf(bot.Invalid, "no") }
	w.handle(first)
	if l := w.letters()[0]; l.Redriven != 2 || l.RedrivenAt.IsZero() {
		t.Errorf("redriven %d times, at %s, while the second job is on its way", l.Redriven, l.RedrivenAt)
	}
	w.network.answer = nil
	w.handle(second)
	letters := w.letters()
	if len(letters) != 1 || len(letters[0].Unsent) != 1 {
		t.Fatalf("letters after both = %+v, want one with what was not sent", letters)
	}
	if l := letters[0]; l.Redriven != 2 || !l.RedrivenAt.IsZero() { // a third one must not look like the second to the queue
		t.Errorf("redriven %d times, at %s, with no job on its way; want 2 times, and not on its way", l.Redriven, l.RedrivenAt)
	}
	w.redrive(letters[0])
	if got := w.network.said(); got != "1: a" || len(w.letters()) != 0 {
		t.Errorf("sent %q, %d letters, want the reply once and no letter", got, len(w.letters()))
	}
}

func TestPanicIsCountedAndBuried(t *testing.T) {
	w := newWorld(t, says("h", "", "a", "moved"))
	w.network.answer = func(bot.Part) error { panic("a nil map") }
	if tries := w.drain(w.said("x")); tries != 5 {
		t.Errorf("tries of a job that panics = %d, want 5", tries)
	}
	if letters := w.letters(); len(letters) != 1 || letters[0].Kind != bot.Internal {
		t.Errorf("letters = %+v, want one, internal", letters)
	}
	w.network.answer = nil
	w.handle(w.said("next"))
	if diff := cmp.Diff("1: a", w.network.said()); diff != "" {
		t.Errorf("sent for the message behind it (-want +got):\n%s", diff)
	}
}

func TestStoreThatIsDownHandsBackWithoutCounting(t *testing.T) {
	w := newWorld(t, says("h", "", "a", "moved"))
	down := true
	w.table.beforeGet = func() error {
		if down {
			return unavailable()
		}
		return nil
	}
	job := w.said("x")
	for range 10 {
		if result := w.handle(job); !result.HandBack || result.After < time.Second {
			t.Fatalf("Handle while the store is down = %+v, want it handed back for a while", result)
		}
	}
	down = false
	if result := w.handle(job); result.HandBack {
		t.Errorf("Handle = %+v, want it acknowledged", result)
	}
	if turn := w.turn(job); turn.Tries != 0 {
		t.Errorf("tries = %d, want none counted", turn.Tries)
	}
}

func TestBotThatIsGoneBuriesItsJobs(t *testing.T) {
	w := newWorld(t, says("h", "", "a", ""))
	job := w.said("x")
	if err := w.store.RemoveChannel(t.Context(), bot.Channel{ID: w.channel, Bot: w.head.ID}); err != nil {
		t.Fatal(err)
	}
	if result := w.handle(job); result.HandBack {
		t.Errorf("Handle = %+v, want it buried", result)
	}
	if letters := w.letters(); len(letters) != 1 || letters[0].Kind != bot.NotFound {
		t.Errorf("letters = %+v, want one, not_found", letters)
	}
}

func TestReplyTooLargeIsBuried(t *testing.T) {
	three := bot.Handler{Name: "h", Response: &bot.Response{Messages: slices.Repeat([]bot.Message{{Text: "{{ event.text }}"}}, 3)}}
	w := newWorld(t, three)
	w.handle(w.said(strings.Repeat("x", 50<<10)))
	if letters := w.letters(); len(letters) != 1 || letters[0].Kind != bot.TooLarge {
		t.Errorf("letters = %+v, want one, too_large", letters)
	}
}

func TestB15ContextOverItsSizeForgetsTheOldest(t *testing.T) {
	w := newWorld(t,
		says("one", "(?P<text>.+)", "", "two", ""),
		says("two", "(?P<text>.+)", "", "three", "two"),
		says("three", "(?P<text>.+)", "", "four", "three"),
	)
	var last bot.Job
	for range 3 {
		last = w.said(strings.Repeat("x", 60<<10))
		w.handle(last)
		w.at = w.at.Add(time.Minute)
	}
	context := w.conversation().Context
	if _, kept := context["_start"]; kept || len(context) != 2 {
		t.Errorf("context keeps %d states, _start among them %v, want the newest two", len(context), kept)
	}
	if notes := w.turn(last).Notes; len(notes) != 1 || !strings.Contains(notes[0], "_start") {
		t.Errorf("notes = %q, want one that names what was forgotten", notes)
	}
}

func TestUnknownJobIsBuried(t *testing.T) {
	w := newWorld(t)
	w.handle(bot.Job{ID: "J", Kind: "page", Bot: w.head.ID, Channel: w.channel, AcceptedAt: w.at})
	if letters := w.letters(); len(letters) != 1 || letters[0].Kind != bot.Invalid {
		t.Errorf("letters = %+v, want one, invalid", letters)
	}
}

func TestLetterIsKeptWhenTheConversationMovedMeanwhile(t *testing.T) {
	w := newWorld(t, says("h", "", "a", "moved"))
	w.network.answer = func(bot.Part) error {
		c := w.conversation()
		c.State = "reset"
		if _, err := w.store.PutConversation(t.Context(), bot.ConversationKey{Channel: w.channel, Chat: "1", User: "7"}, c); err != nil {
			t.Fatal(err)
		}
		return bot.Errorf(bot.Invalid, "no")
	}
	w.handle(w.said("x"))
	if letters := w.letters(); len(letters) != 1 {
		t.Errorf("letters = %d, want 1", len(letters))
	}
	if c := w.conversation(); c.State != "reset" || c.Outbox != nil {
		t.Errorf("conversation = %+v, want the state of the other writer and an empty outbox", c)
	}
}

var _ store.Table = (*faultyTable)(nil)

// A delivery that is redriven twice counts both, as a reply does: the queue would drop a third one that looks like the second.
func TestTwoRedrivesOfADeliveryAreCounted(t *testing.T) {
	w := newWorld(t)
	w.network.answer = func(bot.Part) error { return bot.Errorf(bot.Invalid, "no such chat") }
	w.handle(w.sending("hello", ""))
	letter := w.letters()[0]
	first, _ := w.redriven(letter.ID), w.redriven(letter.ID)
	w.handle(first)
	if l := w.letters()[0]; l.Redriven != 2 || l.RedrivenAt.IsZero() {
		t.Errorf("redriven %d times, at %s, while the second job is on its way", l.Redriven, l.RedrivenAt)
	}
}
