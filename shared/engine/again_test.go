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

func TestDeliveryThatFailsHalfWaySendsOnlyTheRest(t *testing.T) {
	w := newHookWorld(t, "a|b|c", chats(1)...)
	failures := 2
	w.network.answer = func(p bot.Part) error {
		if p.Text == "b" && failures > 0 {
			failures--
			return unavailable()
		}
		return nil
	}
	call := w.post(`{}`)
	w.handle(w.next(bot.PageJob))
	job := w.next(bot.DeliveryJob)
	if first := w.handle(job); first != queue.HandBack(time.Second) {
		t.Errorf("first try = %+v, want it handed back for 1 s", first)
	}
	w.checkReport(call, store.Counts{Waiting: 1})
	w.start()
	w.hooks[0].Response.Text = "another text, which comes too late"
	w.publish()
	if second := w.handle(job); second != queue.HandBack(2*time.Second) {
		t.Errorf("second try = %+v, want it handed back for 2 s", second)
	}
	w.handle(job)
	if diff := cmp.Diff("00001: a\n00001: b\n00001: c", w.network.said()); diff != "" {
		t.Errorf("sent (-want +got):\n%s", diff)
	}
	w.checkReport(call, store.Counts{Sent: 1})
}

func TestB17DeliveryThatComesAgainSendsNothing(t *testing.T) {
	w := newHookWorld(t, "hello", chats(1)...)
	call := w.post(`{}`)
	w.handle(w.next(bot.PageJob))
	job := w.next(bot.DeliveryJob)
	other := bot.NewDeliveryJob(call, job.Channel, job.Call.To, w.at)
	for _, j := range []bot.Job{job, job, other} {
		w.start()
		if result := w.handle(j); result.HandBack {
			t.Errorf("Handle = %+v, want it acknowledged", result)
		}
	}
	if diff := cmp.Diff("00001: hello", w.network.said()); diff != "" {
		t.Errorf("sent (-want +got):\n%s", diff)
	}
}

// die ends all writes, as a program that was killed makes none, until the test revives the table.
func (w *world) die() { w.table.beforePut = func(store.Item) error { return errors.New("dead") } }

func (w *world) revive() {
	w.table.beforePut = nil
	w.start()
}

func TestF40CrashBetween(t *testing.T) {
	for _, test := range []struct {
		name string
		// arm says when the program dies.
		arm  func(w *world)
		sent string
	}{
		{"before the replies are kept: the new text goes", func(w *world) { w.die() }, "00001: c\n00001: d"},
		{"after the replies are kept", func(w *world) { w.table.afterPut = func(store.Item) error { w.die(); return errors.New("dead") } },
			"00001: a\n00001: b"},
		{"while they are sent: what was on its way may go twice, and the text is the same", func(w *world) {
			w.network.answer = func(p bot.Part) error {
				if p.Text == "b" {
					w.die()
					return unavailable()
				}
				return nil
			}
		}, "00001: a\n00001: a\n00001: b"},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newHookWorld(t, "a|b", chats(1)...)
			call := w.post(`{}`)
			w.handle(w.next(bot.PageJob))
			job := w.next(bot.DeliveryJob)
			test.arm(w)
			if result := w.handle(job); !result.HandBack {
				t.Errorf("Handle = %+v, want it handed back", result)
			}
			w.table.afterPut, w.network.answer = nil, nil
			w.revive()
			w.hooks[0].Response.Text = "c|d"
			w.publish()
			w.handle(job)
			if diff := cmp.Diff(test.sent, w.network.said()); diff != "" {
				t.Errorf("sent (-want +got):\n%s", diff)
			}
			w.checkReport(call, store.Counts{Sent: 1})
		})
	}
}

func TestDeliveryThatWasSentIsNotSentAgainWhereThatCannotBeWritten(t *testing.T) {
	w := newHookWorld(t, "hello", chats(1)...)
	call := w.post(`{}`)
	w.handle(w.next(bot.PageJob))
	w.network.answer = func(bot.Part) error { w.die(); return nil }
	if result := w.handle(w.next(bot.DeliveryJob)); result.HandBack || w.network.said() != "00001: hello" {
		t.Errorf("Handle = %+v, sent %q, want it sent and acknowledged", result, w.network.said())
	}
	w.checkReport(call, store.Counts{Waiting: 1})
}

func TestDeliveryThatMayComeTwiceSaysSo(t *testing.T) {
	w := newHookWorld(t, "hello", chats(1)...)
	once := true
	w.network.answer = func(bot.Part) error {
		if once {
			once = false
			return &bot.Error{Kind: bot.Unavailable, Reason: bot.ReasonUnknown, Message: "the connection broke"}
		}
		return nil
	}
	call := w.post(`{}`)
	w.run()
	got := w.only(call)
	if got.Outcome != bot.DeliverySent || len(got.Notes) != 1 || !strings.Contains(got.Notes[0], "twice") {
		t.Errorf("outcome = %s with notes %q, want it sent, with a note that it may come twice", got.Outcome, got.Notes)
	}
}

func TestDeliveryThatIsTooLargeFails(t *testing.T) {
	w := newHookWorld(t, "{{ data.x }}", chats(1)...)
	w.hooks[0].Response.Messages = slices.Repeat([]bot.Message{{Text: "{{ data.x }}"}}, 4)
	w.publish()
	call := w.post(`{"x":"` + strings.Repeat("x", 60<<10) + `"}`)
	w.run()
	if got := w.only(call); got.Outcome != bot.DeliveryFailed || !strings.Contains(got.Reason, "at most") || w.network.said() != "" {
		t.Errorf("outcome = %s, %q, want failed, and nothing sent", got.Outcome, got.Reason)
	}
}
