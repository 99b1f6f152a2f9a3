package pyrus_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
	"hookline/shared/provider/pyrus"
	"hookline/shared/simulate"
)

func (w *world) channel() bot.Channel {
	return bot.Channel{
		ID: "c1", Provider: "pyrus", Settings: map[string]any{"login": login},
		Credentials: map[string][]bot.Credential{"security_key": {{Value: key}}},
	}
}

func (w *world) provider() *pyrus.Pyrus {
	return pyrus.New(http.DefaultClient, w.url+"/v4", w.url+"/api/v4")
}

// understood verifies and reads the next call as the provider does.
func (w *world) understood(p *pyrus.Pyrus) bot.Event {
	w.t.Helper()
	got := w.next()
	if err := p.Verify(w.channel(), got.header, []byte(got.body)); err != nil {
		w.t.Fatalf("Verify(%s) = %v", got.body, err)
	}
	events, err := p.Parse(w.channel(), []byte(got.body))
	if err != nil || len(events) != 1 {
		w.t.Fatalf("Parse(%s) = %d events, %v", got.body, len(events), err)
	}
	if raw := string(events[0].Raw); strings.Contains(raw, "access_token") {
		w.t.Errorf("P33 Parse() keeps the token: %s", raw)
	}
	return events[0]
}

func reply(parts ...bot.Part) bot.Reply {
	return bot.Reply{Address: bot.Address{Chat: "5"}, Parts: parts}
}

// TestProvider is a walk of the provider through the network.
func TestProvider(t *testing.T) {
	w := started(t)
	p := w.provider()
	who, err := p.Identify(t.Context(), w.channel())
	if err != nil || who.Username != login || who.Account == "" {
		t.Fatalf("Identify() = %+v, %v, want the bot", who, err)
	}
	w.hand("5")
	if e := w.understood(p); e.Kind != bot.Start || e.Text != "/start" || e.Chat.ID != "5" || e.From.Name != "Ann Lee" || e.From.Email != "ann@example.com" {
		t.Errorf("handing over a task makes %+v, want a start by Ann", e)
	}
	_, err = w.Say(in("5"), "hi")
	w.must(err)
	if e := w.understood(p); e.Kind != bot.Text || e.Text != "hi" || string(e.Task.Settings) != `{"lang":"en"}` {
		t.Errorf("saying hi makes %+v, want the text and the bot's settings", e)
	}
	part := bot.Part{Text: `say "x" \ <b>`, Keyboard: [][]bot.Button{{{Text: "Yes", Payload: "yes!"}}}}
	got, err := p.Send(t.Context(), w.channel(), reply(p.Split(part)...))
	sent, _ := w.Messages(t.Context(), in("5"), 0, 0)
	if err != nil || len(sent) != 1 || string(sent[0].Message) != got.MessageIDs[0] {
		t.Fatalf("P23 Send() = %+v, %v, and people see %+v, want one comment", got, err, sent)
	}
	if want := part.Text + "\n\n• Yes (yes!)"; sent[0].Shown.Text != want {
		t.Errorf("P23 people see %q, want %q", sent[0].Shown.Text, want)
	}
	w.must(w.Press(in("5"), simulate.Choice{Label: "Yes"}))
	if e := w.understood(p); e.Text != "yes!" {
		t.Errorf("choosing makes %+v, want the payload as text", e)
	}
	w.must(w.Press(in("5"), simulate.Choice{Data: "approved"}))
	if e := w.understood(p); e.Kind != bot.Press || e.Payload != "approved" {
		t.Errorf("approving makes %+v, want a button", e)
	}
	raw, err := p.Reread(t.Context(), w.channel(), bot.Event{Type: "comment", Chat: &bot.Chat{ID: "5"}})
	if err != nil || !strings.Contains(string(raw), `"approval_choice":"approved"`) {
		t.Errorf("Reread() = %s, %v, want the whole task", raw, err)
	}
}

// TestP19Retries: three attempts of one call are one event.
func TestP19Retries(t *testing.T) {
	w := started(t)
	w.status = []int{500, 503}
	_, err := w.Say(in("5"), "hi")
	w.must(err)
	ids := map[string]bool{}
	for range 3 {
		ids[w.understood(w.provider()).ID] = true
	}
	if len(ids) != 1 {
		t.Errorf("three attempts make the ids %v, want one", ids)
	}
}

func TestP18OwnComment(t *testing.T) {
	w := started(t)
	w.page.OwnComments = true
	w.must(w.SetProfile(login, w.page))
	p := w.provider()
	_, err := w.Say(in("5"), "hi")
	w.must(err)
	w.understood(p)
	if _, err := p.Send(t.Context(), w.channel(), reply(bot.Part{Text: "own"})); err != nil {
		t.Fatal(err)
	}
	if e := w.understood(p); e.Kind != bot.Echo {
		t.Errorf("our own comment makes %+v, want an echo", e)
	}
}

// TestOptionsAreTaken: what the provider makes of response.pyrus passes, and does what it says.
func TestOptionsAreTaken(t *testing.T) {
	w := withForm(t)
	p := w.provider()
	for _, test := range []struct {
		name    string
		options bot.Options
		holds   string
	}{
		{"P25 approvals", bot.Options{"approvals_added": []any{[]any{map[string]any{"id": "9"}}, []any{map[string]any{"email": "a@b.example"}}}}, `"approvals_added":[[{"id":9}],[{"email":"a@b.example"}]]`},
		{"P26 field by id", bot.Options{"field_updates": []any{map[string]any{"id": "2", "number": "2.50"}}}, `"value":2.50`},
		{"P26 field by code", bot.Options{"field_updates": []any{map[string]any{"code": "addr", "value": "1 Main St"}}}, `"value":"1 Main St"`},
		{"P26 field by name", bot.Options{"field_updates": []any{map[string]any{"name": "Address", "value": "2 Main St"}}}, `"value":"2 Main St"`},
		{"P26 row", bot.Options{"field_updates": []any{map[string]any{"id": "3", "value": []any{map[string]any{"row_id": "0", "cells": []any{}}}}}}, `"row_id":0`},
		{"approval", bot.Options{"approval_choice": "approved"}, `{"approval_choice":"approved","person"`},
		{"closed", bot.Options{"action": "finished"}, `"is_closed":true`},
		{"P32 closed stays closed", bot.Options{"skip_auto_reopen": true, "spent_minutes": 5.0}, `"is_closed":true`},
		{"due", bot.Options{"due": "2026-05-31T12:00:00Z", "duration": 5.0}, `"duration":5`},
		{"people", bot.Options{"reassign_to": map[string]any{"id": 9.0}, "participants_added": []any{map[string]any{"id": "9"}}}, `"reassign_to":{"id":9}`},
		{"channel", bot.Options{"channel": map[string]any{"type": "email"}, "added_list_ids": []any{"1"}}, `"channel":{"type":"email"}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			if _, err := p.Send(t.Context(), w.channel(), reply(bot.Part{Options: test.options})); err != nil {
				t.Fatalf("Send() = %v, want no error", err)
			}
			if _, task := w.do("GET", "/v4/tasks/5", ""); !strings.Contains(task, test.holds) {
				t.Errorf("the task is %s, want %s in it", task, test.holds)
			}
		})
	}
}

func TestP28P29TokenAndAddress(t *testing.T) {
	w := started(t)
	p := w.provider()
	w.must(w.Open(in("5")))
	for range 2 {
		if _, err := p.Send(t.Context(), w.channel(), reply(bot.Part{Text: "x"})); err != nil {
			t.Errorf("Send() = %v, want no error, also with a token that has ended", err)
		}
		w.Expire(login)
	}
}

// TestProviderErrors: what goes wrong at the network, as the engine is told of it.
func TestProviderErrors(t *testing.T) {
	w := started(t)
	p := w.provider()
	w.must(w.Open(in("5")))
	w.must(w.Block(in("6")))
	send := func(chat string, part bot.Part) error {
		r := reply(part)
		r.Chat = chat
		_, err := p.Send(t.Context(), w.channel(), r)
		return err
	}
	type told struct {
		Kind   bot.ErrorKind
		Reason string
		After  time.Duration
	}
	of := func(err error) told { return told{bot.KindOf(err), bot.ReasonOf(err), bot.RetryAfterOf(err)} }
	for _, test := range []struct {
		name  string
		fault simulate.Fault
		err   func() error
		want  told
	}{
		{"P31 not in the task", "", func() error { return send("6", bot.Part{Text: "x"}) }, told{bot.Forbidden, bot.ReasonBlocked, 0}},
		{
			"P31 no such field", "", func() error {
				return send("5", bot.Part{Options: bot.Options{"field_updates": []any{map[string]any{"id": 1, "value": "x"}}}})
			}, told{bot.Invalid, "", 0},
		},
		{"P30 429", simulate.TooManyRequests, func() error { return send("5", bot.Part{Text: "x"}) }, told{bot.RateLimited, "", 42 * time.Second}},
		{"500", simulate.ServerError, func() error { return send("5", bot.Part{Text: "x"}) }, told{bot.Unavailable, bot.ReasonUnknown, 0}},
		{"502", simulate.BadGateway, func() error { return send("5", bot.Part{Text: "x"}) }, told{bot.Unavailable, bot.ReasonUnknown, 0}},
		{"reset", simulate.ResetAfter, func() error { return send("5", bot.Part{Text: "x"}) }, told{bot.Unavailable, bot.ReasonUnknown, 0}},
	} {
		t.Run(test.name, func(t *testing.T) {
			faults := simulate.Faults{Methods: []string{"comment"}, RetryAfter: 42}
			if test.fault != "" {
				faults.Rates = map[simulate.Fault]float64{test.fault: 1}
			}
			w.must(w.SetFaults(faults))
			if diff := cmp.Diff(test.want, of(test.err())); diff != "" {
				t.Errorf("Send() tells (-want +got):\n%s", diff)
			}
		})
	}
}
