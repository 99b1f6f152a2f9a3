package engine_test

import (
	"encoding/json"
	"testing"

	"hookline/shared/bot"
)

// sending makes the job of a message to chat 42.
func (w *world) sending(text, data string) bot.Job {
	w.t.Helper()
	s := bot.Sending{
		Channel: w.channel, Address: bot.Address{Chat: "42"}, Data: json.RawMessage(data),
		Response: &bot.Response{Message: bot.Message{Text: text}},
	}
	job, err := w.store.PutSending(w.t.Context(), w.head.ID, s, "")
	if err != nil {
		w.t.Fatal(err)
	}
	return job
}

func TestSending(t *testing.T) {
	blocked := &bot.Error{Kind: bot.Forbidden, Reason: bot.ReasonBlocked, Message: "bot was blocked by the user"}
	for _, test := range []struct {
		name, text, data string
		before           func(w *world)
		said             string
		outcome          bot.DeliveryOutcome
		reason           string
	}{
		{name: "is rendered with its data", text: "Hi {{ data.name }} of {{ env.SHOP }}", data: `{"name":"Ada"}`,
			said: "42: Hi Ada of the shop", outcome: bot.DeliverySent},
		{name: "without data", text: "Hi {{ data.name }}", said: "42: Hi ", outcome: bot.DeliverySent},
		{name: "no secrets are shown", text: "key {{ secret.KEY }}", said: "42: key ", outcome: bot.DeliverySent},
		{name: "a text of nothing", text: "{{ data.name }}", outcome: bot.DeliverySkipped, reason: "there is nothing to send"},
		{name: "the chat is blocked", text: "Hi", outcome: bot.DeliverySkipped, reason: "the chat does not want to hear from the bot",
			before: func(w *world) { _ = w.store.SetBlocked(w.t.Context(), w.channel, "42", "x") }},
		{name: "the network says that it is", text: "Hi", outcome: bot.DeliverySkipped, reason: "bot was blocked by the user",
			before: func(w *world) { w.network.answer = func(bot.Part) error { return blocked } }},
		{name: "F4 G17 the channel is disabled", text: "Hi", outcome: bot.DeliverySkipped, reason: "the channel is disabled",
			before: func(w *world) { w.disableChannel() }},
		{name: "the channel is removed", text: "Hi", outcome: bot.DeliverySkipped, reason: "the channel has been removed",
			before: func(w *world) {
				_ = w.store.RemoveChannel(w.t.Context(), bot.Channel{ID: w.channel, Bot: w.head.ID})
			}},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			w.publishDefinition(bot.Definition{Secrets: map[string]bot.Credential{"KEY": {Value: "hush-hush"}}})
			job := w.sending(test.text, test.data)
			if test.before != nil {
				test.before(w)
			}
			w.drain(job)
			w.drain(job) // a redelivery
			if got := w.network.said(); got != test.said {
				t.Errorf("said %q, want %q", got, test.said)
			}
			report, err := w.store.Sending(t.Context(), w.head.ID, job.Call.Call)
			if err != nil || !report.Done || len(report.Recipients) != 1 {
				t.Fatalf("report = %+v, %v, want it done", report, err)
			}
			got := report.Recipients[0]
			if got.Outcome != test.outcome || got.Reason != test.reason {
				t.Errorf("outcome = %s, %q, want %s, %q", got.Outcome, got.Reason, test.outcome, test.reason)
			}
		})
	}
}

func TestSendingGoesOnWhereItBrokeOff(t *testing.T) {
	w := newWorld(t)
	w.publishDefinition(bot.Definition{})
	failed := false
	w.network.answer = func(p bot.Part) error {
		if p.Text == "b" && !failed {
			failed = true
			return unavailable()
		}
		return nil
	}
	if tries := w.drain(w.sending("a|b|c", "")); tries != 2 || w.network.said() != "42: a\n42: b\n42: c" {
		t.Errorf("after %d tries said %q, want each part once after 2", tries, w.network.said())
	}
}

// A sending that was buried is delivered when it is redriven.
func TestSendingIsRedriven(t *testing.T) {
	w := newWorld(t)
	w.publishDefinition(bot.Definition{})
	w.network.answer = func(bot.Part) error { return &bot.Error{Kind: bot.Invalid, Message: "no"} }
	w.drain(w.sending("a", ""))
	w.network.answer = nil
	letters := w.letters()
	if len(letters) != 1 {
		t.Fatalf("%d letters, want one", len(letters))
	}
	job, err := w.store.Redrive(t.Context(), w.head.ID, letters[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	if w.drain(job); w.network.said() != "42: a" || len(w.letters()) != 0 {
		t.Errorf("said %q, %d letters, want it said and none", w.network.said(), len(w.letters()))
	}
}
