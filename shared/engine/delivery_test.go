package engine_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
	"hookline/shared/engine"
	"hookline/shared/metrics"
	"hookline/shared/provider"
	"hookline/shared/queue"
	"hookline/shared/store"
)

// only gives the one delivery of a call.
func (w *world) only(call bot.Call) store.ReportedDelivery {
	w.t.Helper()
	report := w.report(call)
	if len(report.Recipients) != 1 {
		w.t.Fatalf("%d deliveries, want one", len(report.Recipients))
	}
	return report.Recipients[0]
}

func TestDeliveryIsSkipped(t *testing.T) {
	disable := func(w *world) { w.hooks[0].Disabled = true; w.publish() }
	for _, test := range []struct {
		name   string
		before func(w *world)
		want   string
	}{
		{"the chat is blocked", func(w *world) { _ = w.store.SetBlocked(w.t.Context(), w.channel, "00001", "x") }, "the chat does not want to hear from the bot"},
		{"the network says that it is", func(w *world) {
			w.network.answer = func(bot.Part) error {
				return &bot.Error{Kind: bot.Forbidden, Reason: bot.ReasonBlocked, Message: "bot was blocked by the user"}
			}
		}, "bot was blocked by the user"},
		{"outside the network's window", func(w *world) {
			w.network.answer = func(bot.Part) error {
				return &bot.Error{Kind: bot.Forbidden, Reason: bot.ReasonWindow, Message: "outside the window"}
			}
		}, "outside the window"},
		{"F41 the hook is disabled", disable, "the hook is disabled"},
		{"F4 F42 the channel is disabled", func(w *world) { w.disableChannel() }, "the channel is disabled"},
		{"the hook is removed", func(w *world) { w.hooks = nil; w.publish() }, "the hook has been removed"},
		{"the channel is removed", func(w *world) {
			_ = w.store.RemoveChannel(w.t.Context(), bot.Channel{ID: w.channel, Bot: w.head.ID})
		}, "the channel has been removed"},
		{"the file names it no more", func(w *world) { w.hooks[0].Recipients = nil; w.publish() }, "it is no recipient any more"},
		{"it has unsubscribed", func(w *world) {
			_ = w.store.Unsubscribe(w.t.Context(), w.head.Hooks["courier"], w.channel+"#00001")
		}, "it is no recipient any more"},
		{"it renders to nothing", func(w *world) { w.hooks[0].Response.Text = "{{ data.nothing }}"; w.publish() }, "there is nothing to send"},
		{"the hook says nothing", func(w *world) { w.hooks[0].Response = nil; w.publish() }, "there is nothing to send"},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newHookWorld(t, "hello", chats(1)...)
			call := w.post(`{}`)
			w.handle(w.next(bot.PageJob))
			test.before(w)
			job := w.next(bot.DeliveryJob)
			if result := w.handle(job); result.HandBack {
				t.Errorf("Handle = %+v, want it acknowledged", result)
			}
			if w.network.said() != "" || len(w.letters()) != 0 {
				t.Errorf("sent %q, %d letters, want nothing and none", w.network.said(), len(w.letters()))
			}
			got := w.only(call)
			if got.Outcome != bot.DeliverySkipped || got.Reason != test.want {
				t.Errorf("outcome = %s, %q, want skipped, %q", got.Outcome, got.Reason, test.want)
			}
		})
	}
}

// disableChannel publishes the bot with its channel disabled.
func (w *world) disableChannel() {
	w.t.Helper()
	w.disabled = true
	w.publish()
}

func TestBlockedRecipientIsRememberedAndTheNextCallSkipsHim(t *testing.T) {
	w := newHookWorld(t, "a|b", chats(1)...)
	w.network.answer = func(p bot.Part) error {
		if p.Text == "b" {
			return &bot.Error{Kind: bot.Forbidden, Reason: bot.ReasonBlocked, Message: "blocked"}
		}
		return nil
	}
	w.post(`{}`)
	w.run()
	if !w.blocked("00001") {
		t.Error("the chat is not remembered as blocked")
	}
	w.network.answer = nil
	call := w.post(`{}`)
	w.run()
	if got := w.only(call); got.Outcome != bot.DeliverySkipped || w.network.said() != "00001: a" {
		t.Errorf("second call = %s, sent %q, want it skipped and nothing more sent", got.Outcome, w.network.said())
	}
}

func TestFateOfADeliveryThatFails(t *testing.T) {
	day := 24 * time.Hour
	for _, test := range []struct {
		name  string
		err   error
		tries int
		most  time.Duration
	}{
		{"invalid", bot.Errorf(bot.Invalid, "no"), 1, 0},
		{"internal", errors.New("no"), 5, 15 * time.Second},
		{"unavailable", unavailable(), 297, day + 5*time.Minute},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newHookWorld(t, "a|b", chats(1)...)
			w.network.answer = func(p bot.Part) error {
				if p.Text == "b" {
					return test.err
				}
				return nil
			}
			call := w.post(`{}`)
			w.handle(w.next(bot.PageJob))
			started := w.at
			if tries := w.drain(w.next(bot.DeliveryJob)); tries != test.tries || w.at.Sub(started) > test.most {
				t.Errorf("tries = %d in %v, want %d in at most %v", tries, w.at.Sub(started), test.tries, test.most)
			}
			got := w.only(call)
			if got.Outcome != bot.DeliveryFailed || got.Reason != bot.PublicMessage(test.err) {
				t.Errorf("outcome = %s, %q, want failed, and why", got.Outcome, got.Reason)
			}
			w.checkReport(call, store.Counts{Failed: 1})
			letters := w.letters()
			if len(letters) != 1 || letters[0].Tries != test.tries || len(letters[0].Unsent) != 1 || letters[0].Unsent[0].Sent != 1 {
				t.Fatalf("letters = %+v, want one of %d tries with one of two parts unsent", letters, test.tries)
			}

			w.network.answer = nil
			job, err := w.store.Redrive(t.Context(), w.head.ID, letters[0].ID)
			if err != nil {
				t.Fatal(err)
			}
			if result := w.handle(job); result.HandBack {
				t.Errorf("Handle of the redriven job = %+v, want it acknowledged", result)
			}
			if diff := cmp.Diff("00001: a\n00001: b", w.network.said()); diff != "" {
				t.Errorf("sent after the redrive (-want +got):\n%s", diff)
			}
			w.checkReport(call, store.Counts{Sent: 1})
			if left := w.letters(); len(left) != 0 {
				t.Errorf("%d letters are left, want none", len(left))
			}
		})
	}
}

func TestDeliveryWithATemplateThatFailsNamesTheHook(t *testing.T) {
	w := newHookWorld(t, "{{ data.a.b }}", chats(1)...)
	call := w.post(`{}`)
	w.run()
	if got := w.only(call); got.Outcome != bot.DeliveryFailed || !strings.Contains(got.Reason, "hook courier, message 1: text: ") {
		t.Errorf("outcome = %s, %q, want failed, and the template's place named", got.Outcome, got.Reason)
	}
}

func TestDeliveriesOfAGroupComeInOrder(t *testing.T) {
	w := newHookWorld(t, "{{ data.n }}", chats(1)...)
	w.post(`{"n":"1"}`)
	w.post(`{"n":"2"}`)
	w.run()
	if diff := cmp.Diff("00001: 1\n00001: 2", w.network.said()); diff != "" {
		t.Errorf("sent (-want +got):\n%s", diff)
	}
}

func TestDeliveryOutOfTimeCountsNoTry(t *testing.T) {
	w := newHookWorld(t, "a", chats(1)...)
	w.post(`{}`)
	w.handle(w.next(bot.PageJob))
	job := w.next(bot.DeliveryJob)
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	if result := w.engine.Handle(ctx, job); result != queue.HandBack(0) {
		t.Errorf("Handle with 5 s left = %+v, want it handed back at once", result)
	}
	if result := w.handle(job); result.HandBack || w.network.said() != "00001: a" {
		t.Errorf("Handle = %+v, sent %q, want it sent", result, w.network.said())
	}
}

func TestDeliveryOnANetworkThatIsNotSpoken(t *testing.T) {
	w := newHookWorld(t, "a", chats(1)...)
	w.post(`{}`)
	w.handle(w.next(bot.PageJob))
	w.engine = engine.New(w.store, provider.Set{}, quiet, w.now)
	w.handle(w.next(bot.DeliveryJob))
	if letters := w.letters(); len(letters) != 1 || letters[0].Kind != bot.Unsupported {
		t.Errorf("letters = %+v, want one of kind unsupported", letters)
	}
}

func TestDeliveriesAreCounted(t *testing.T) {
	w := newHookWorld(t, "a", chats(3)...)
	var counts metrics.Set
	w.engine.Metrics = &counts
	_ = w.store.SetBlocked(t.Context(), w.channel, "00002", "x")
	w.post(`{}`)
	w.run()
	var text strings.Builder
	metrics.NewEMF(&counts, &text, "f").Flush()
	for _, want := range []string{`"delivered_sent":2`, `"delivered_skipped":1`} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("metrics = %s, want %s", text.String(), want)
		}
	}
}

func TestLongPayloadsOfAHookAreKept(t *testing.T) {
	w := newHookWorld(t, "Rate us", chats(1)...)
	w.network.limits = provider.Limits{PayloadBytes: 64}
	long := strings.Repeat("p", 65)
	w.hooks[0].Response.Keyboard = &bot.Keyboard{Rows: [][]bot.Button{{{Text: "Good", Payload: long}}}}
	w.publish(says("pressed", "^p+$", "thanks", ""))
	w.post(`{}`)
	w.run()
	at := slices.IndexFunc(w.network.replies, func(r bot.Reply) bool { return len(r.Parts[0].Keyboard) > 0 })
	sent := w.network.replies[at].Parts[0].Keyboard[0][0].Payload
	if len(sent) > 64 {
		t.Fatalf("payload sent = %q, want at most 64 bytes", sent)
	}
	w.handle(w.job(bot.Event{ID: "1", Kind: bot.Press, Payload: sent, Chat: &bot.Chat{ID: "00001"}}))
	if diff := cmp.Diff("00001: Rate us\n00001: thanks", w.network.said()); diff != "" {
		t.Errorf("sent (-want +got):\n%s", diff)
	}
}

func TestRecipientWhoseChatHasMoved(t *testing.T) {
	for _, test := range []struct {
		name   string
		listed []bot.Recipient
		want   []string
	}{
		{"one who subscribed", nil, []string{"-1002  7 map[name:Ada] left false"}},
		{"one whom the file lists", []bot.Recipient{{Channel: "fake", Chat: "1"}}, []string{"-1002   map[] left false", "1   map[] left true"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newNewsWorld(t, test.listed...)
			if test.listed == nil {
				w.handle(w.said("join"))
			}
			w.network.movedTo = "-1002"
			w.post(`{"x":"one"}`)
			w.run()
			if diff := cmp.Diff(test.want, w.recipients()); diff != "" {
				t.Errorf("recipients (-want +got):\n%s", diff)
			}
			w.network.movedTo, w.network.replies = "", nil
			call := w.post(`{"x":"two"}`)
			w.run()
			if len(w.network.replies) != 1 || w.network.replies[0].Chat != "-1002" {
				t.Errorf("replies of the next call = %+v, want one to the new id", w.network.replies)
			}
			w.checkReport(call, store.Counts{Sent: 1})
		})
	}
}
