package engine_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
	"hookline/shared/engine"
	"hookline/shared/provider"
)

func (w *world) blocked(chat string) bool {
	w.t.Helper()
	blocked, err := w.store.Blocked(w.t.Context(), w.channel, chat)
	if err != nil {
		w.t.Fatal(err)
	}
	return blocked
}

func TestBlocked(t *testing.T) {
	w := newWorld(t, says("h", "", "hello", ""))
	w.network.answer = func(bot.Part) error {
		return &bot.Error{Kind: bot.Forbidden, Reason: bot.ReasonBlocked, Message: "bot was blocked by the user"}
	}
	job := w.said("x")
	if result := w.handle(job); result.HandBack || w.turn(job).Outcome != bot.Blocked || len(w.letters()) != 0 {
		t.Errorf("T33 Handle = %+v, outcome %s, want it acknowledged and blocked, and no letter", result, w.turn(job).Outcome)
	}
	if !w.blocked("1") || w.blocked("2") {
		t.Errorf("T33 blocked: chat 1 %v, chat 2 %v, want only chat 1", w.blocked("1"), w.blocked("2"))
	}
	w.network.answer = nil
	w.handle(w.job(bot.Event{ID: "r", Kind: bot.Receipt}))
	if !w.blocked("1") {
		t.Error("a receipt clears the mark, want only what somebody did to")
	}
	w.handle(w.said("I am back"))
	if w.blocked("1") {
		t.Error("a new message leaves the chat blocked, want the mark cleared")
	}
}

func TestRemoved(t *testing.T) {
	w := newWorld(t, bot.Handler{Name: "h", On: []string{"*"}, Response: &bot.Response{Message: bot.Message{Text: "come back"}}, TargetState: "gone"})
	job := w.job(bot.Event{ID: "1", Kind: bot.Leave, Self: true})
	w.handle(job)
	if w.network.said() != "" || !w.blocked("1") || w.conversation().State != "gone" {
		t.Errorf("T22 sent %q, blocked %v, state %q: want silence, the mark, and the handler's state", w.network.said(), w.blocked("1"), w.conversation().State)
	}
	if notes := w.turn(job).Notes; len(notes) != 1 || !strings.Contains(notes[0], "blocked or removed") {
		t.Errorf("T22 notes = %q, want one that says why nothing was sent", notes)
	}
	w.handle(w.job(bot.Event{ID: "2", Kind: bot.Leave}))
	if w.blocked("1") {
		t.Error("somebody else leaving says that we can be heard: want the mark cleared")
	}
}

func TestRefusedCredentials(t *testing.T) {
	w := newWorld(t, says("h", "", "hello", ""))
	w.network.answer = func(bot.Part) error {
		return &bot.Error{Kind: bot.Unauthorized, Reason: bot.ReasonCredentials, Message: "the token is refused"}
	}
	w.handle(w.said("x"))
	ch, err := w.store.Channel(t.Context(), w.channel)
	if err != nil || ch.Health.Error != "the token is refused" {
		t.Errorf("T34 health of the channel = %+v, %v, want the refusal", ch.Health, err)
	}
	letters := w.letters()
	if len(letters) != 1 || letters[0].Reason != bot.ReasonCredentials || len(letters[0].Unsent) != 1 {
		t.Errorf("T34 letters = %+v, want one with the reply, to be redriven once the credentials are mended", letters)
	}
}

// tray is a queue that keeps what it took.
type tray struct{ jobs []bot.Job }

func (q *tray) Send(_ context.Context, jobs ...bot.Job) error {
	q.jobs = append(q.jobs, jobs...)
	return nil
}

func (w *world) stateIn(chat string) string {
	w.t.Helper()
	c, err := w.store.Conversation(w.t.Context(), bot.NewConversationKey(w.channel, chat, "7"))
	if err != nil {
		w.t.Fatal(err)
	}
	return c.State
}

func TestMovedChat(t *testing.T) {
	move := &bot.Move{From: "-5", To: "-1005"}
	in := func(chat string, e bot.Event) bot.Event {
		e.Chat = &bot.Chat{ID: chat}
		return e
	}
	to := in("-5", bot.Event{ID: "to", Kind: bot.Room, Moved: move})
	from := in("-1005", bot.Event{ID: "from", Kind: bot.Room, Moved: move})
	for _, test := range []struct {
		name   string
		events []bot.Event
	}{
		{"T21 the old chat tells first", []bot.Event{to, from}},
		{"T21 the new chat tells first", []bot.Event{from, to}},
		{"T21 only the new one tells", []bot.Event{from}},
		{"T21 told again and again", []bot.Event{to, from, to, from}},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t, says("first", "^hi$", "hello", "choosing", ""), says("second", "", "in {{ state }}", "", "choosing"))
			late := &tray{}
			w.engine.Conversations = late
			w.handle(w.job(in("-5", bot.Event{ID: "1", Kind: bot.Text, Text: "hi"})))
			for _, e := range test.events {
				w.handle(w.job(e))
			}
			if got := w.stateIn("-1005"); got != "choosing" {
				t.Errorf("state under the new id = %q, want choosing", got)
			}
			w.handle(w.job(in("-1005", bot.Event{ID: "2", Kind: bot.Text, Text: "next"})))
			late.jobs = nil
			w.handle(w.job(in("-5", bot.Event{ID: "3", Kind: bot.Text, Text: "late"})))
			if len(late.jobs) != 1 || late.jobs[0].Event.Chat.ID != "-1005" || late.jobs[0].Group() != w.channel+"#-1005" {
				t.Fatalf("jobs forwarded = %+v, want the late event in the new chat's group", late.jobs)
			}
			w.handle(late.jobs[0])
			if diff := cmp.Diff("-5: hello\n-1005: in choosing\n-1005: in choosing", w.network.said()); diff != "" {
				t.Errorf("sent (-want +got):\n%s", diff)
			}
		})
	}
}

func TestMoveToldBySending(t *testing.T) {
	w := newWorld(t, says("h", "", "hello", "moved"))
	w.network.movedTo = "-1005"
	job := w.job(bot.Event{ID: "1", Kind: bot.Text, Text: "x", Chat: &bot.Chat{ID: "-5"}})
	w.handle(job)
	if got := w.stateIn("-1005"); got != "moved" {
		t.Errorf("T21 state under the new id = %q, want moved", got)
	}
	if turn := w.turn(job); turn.Outcome != bot.Replied || turn.Replies[0].Chat != "-1005" {
		t.Errorf("T21 turn = %s to %+v, want replied to the new id", turn.Outcome, turn.Replies)
	}
}

func TestMoveOfManyConversations(t *testing.T) {
	w := newWorld(t, says("h", "", "", ""))
	const users = 120
	for i := range users {
		user := strings.Repeat("u", i+1)
		if _, err := w.store.PutConversation(t.Context(), bot.NewConversationKey(w.channel, "-5", user), bot.Conversation{State: user}); err != nil {
			t.Fatal(err)
		}
	}
	w.handle(w.job(bot.Event{ID: "1", Kind: bot.Room, Chat: &bot.Chat{ID: "-1005"}, Moved: &bot.Move{From: "-5", To: "-1005"}}))
	for i := range users {
		user := strings.Repeat("u", i+1)
		c, err := w.store.Conversation(t.Context(), bot.NewConversationKey(w.channel, "-1005", user))
		if err != nil || c.State != user {
			t.Fatalf("conversation of user %d after the move = %+v, %v, want it moved", i, c, err)
		}
	}
}

// recalling is a network that can be asked for an event again.
type recalling struct {
	*network
	err error
}

func (r recalling) Reread(context.Context, bot.Channel, bot.Event) (json.RawMessage, error) {
	return json.RawMessage(`{"task":{"fields":["whole"]}}`), r.err
}

func TestReread(t *testing.T) {
	for _, test := range []struct {
		name  string
		event bot.Event
		err   error
		want  string
		notes int
	}{
		{"P10 a truncated event is whole again", bot.Event{ID: "1", Kind: bot.Text, Text: "x", Truncated: true}, nil, "1: whole", 0},
		{"only what was lost is asked for", bot.Event{ID: "1", Kind: bot.Text, Text: "x", Raw: json.RawMessage(`{"task":{"fields":["own"]}}`)}, nil, "1: own", 0},
		{"it cannot be had", bot.Event{ID: "1", Kind: bot.Text, Text: "x", Truncated: true}, unavailable(), "", 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t, says("h", "", "{{ event.raw.task.fields.0 }}", ""))
			w.engine = engine.New(w.store, provider.NewSet(recalling{w.network, test.err}), quiet, w.now)
			job := w.job(test.event)
			w.handle(job)
			turn := w.turn(job)
			if w.network.said() != test.want || len(turn.Notes) != test.notes || turn.Event.Truncated && turn.Event.Raw != nil {
				t.Errorf("sent %q, notes %q, raw %s; want %q, %d notes, and no more kept than came", w.network.said(), turn.Notes, turn.Event.Raw, test.want, test.notes)
			}
		})
	}
}
