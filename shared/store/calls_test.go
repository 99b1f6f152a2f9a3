package store_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"hookline/shared/bot"
	"hookline/shared/store"
)

func putCall(t *testing.T, s *store.Store, call bot.Call, body, key string) bot.Call {
	t.Helper()
	call, err := s.PutCall(t.Context(), call, []byte(body), key)
	if err != nil {
		t.Fatalf("PutCall(%s, key %q) = %v", body, key, err)
	}
	return call
}

func TestIdempotencyKey(t *testing.T) {
	c := newClock()
	onEach(t, c, func(t *testing.T, s *store.Store, _ store.Table) {
		call := bot.Call{Hook: "h", Bot: "b"}
		first := putCall(t, s, call, "{}", "key")
		for _, test := range []struct {
			name           string
			hook, body, by string
			kind           bot.ErrorKind
			same           bool
		}{
			{"again", "h", "{}", "key", "", true},
			{"another body", "h", "[]", "key", bot.Unsupported, false},
			{"another key", "h", "{}", "kez", "", false},
			{"another hook", "i", "{}", "key", "", false},
			{"no key", "h", "{}", "", "", false},
		} {
			got, err := s.PutCall(t.Context(), bot.Call{Hook: test.hook, Bot: "b"}, []byte(test.body), test.by)
			if bot.KindOf(err) != test.kind || (got.ID == first.ID) != test.same {
				t.Errorf("%s: PutCall = call %q, %v, want kind %q, the first call %q: %v", test.name, got.ID, err, test.kind, first.ID, test.same)
			}
		}
		c.Advance(24*time.Hour + time.Second)
		if later := putCall(t, s, call, "[]", "key"); later.ID == first.ID {
			t.Error("PutCall with the key a day later gives the first call, want a new one")
		}
	})
}

func TestIdempotencyKeyAtOnce(t *testing.T) {
	s, _ := open(t, newClock())
	ids := make([]string, 16)
	var all sync.WaitGroup
	for i := range ids {
		all.Go(func() {
			call, err := s.PutCall(t.Context(), bot.Call{Hook: "h"}, []byte("{}"), "key")
			if err != nil {
				t.Errorf("PutCall = %v", err)
			}
			ids[i] = call.ID
		})
	}
	all.Wait()
	for _, id := range ids {
		if id != ids[0] {
			t.Fatalf("calls = %q, want one", ids)
		}
	}
}

func TestCallIsKeptForAWeek(t *testing.T) {
	c := newClock()
	s, _ := open(t, c)
	call := putCall(t, s, bot.Call{Hook: "h", Bot: "b", Trace: "Root=1"}, `{"a":1}`, "")
	c.Advance(7*24*time.Hour - time.Second)
	got, err := s.Call(t.Context(), call.ID)
	if diff := cmp.Diff(call, got, cmpopts.IgnoreFields(bot.Call{}, "Version")); err != nil || diff != "" {
		t.Errorf("Call() after a week, %v (-want +got):\n%s", err, diff)
	}
	got.Cursor, got.Queued = "x", 7
	if got.Version, err = s.SaveCall(t.Context(), got); err != nil {
		t.Fatalf("SaveCall() = %v", err)
	}
	stale := got
	stale.Version--
	if _, err := s.SaveCall(t.Context(), stale); bot.KindOf(err) != bot.Conflict {
		t.Errorf("SaveCall() of what is no longer so = %v, want conflict", err)
	}
	c.Advance(time.Second)
	if _, err := s.Call(t.Context(), call.ID); bot.KindOf(err) != bot.NotFound {
		t.Errorf("Call() after more than a week = %v, want not_found, saved or not", err)
	}
	if calls, _, err := s.Calls(t.Context(), "h", "", 10); err != nil || len(calls) != 0 {
		t.Errorf("Calls() after more than a week = %d, %v, want none", len(calls), err)
	}
}

func TestCallsNewestFirst(t *testing.T) {
	c := newClock()
	onEach(t, c, func(t *testing.T, s *store.Store, _ store.Table) {
		var want []string
		for range 5 {
			c.Advance(time.Second)
			want = append([]string{putCall(t, s, bot.Call{Hook: "h"}, "{}", "").ID}, want...)
		}
		var got []string
		pages := 0
		for after := ""; pages == 0 || after != ""; pages++ {
			page, next, err := s.Calls(t.Context(), "h", after, 2)
			if err != nil {
				t.Fatalf("Calls(after %q) = %v", after, err)
			}
			for _, call := range page {
				got = append(got, call.ID)
			}
			after = next
		}
		if diff := cmp.Diff(want, got); diff != "" || pages != 3 {
			t.Errorf("calls in %d pages (-want +got):\n%s", pages, diff)
		}
	})
}

func TestDeliveryScene(t *testing.T) {
	onEach(t, newClock(), func(t *testing.T, s *store.Store, _ store.Table) {
		p := publish(t, s, withHooks("12"))
		channel := p.Channels[0]
		call := putCall(t, s, bot.Call{Hook: p.Hooks[0].ID, Bot: p.Head.ID}, `{"status":"here"}`, "")
		to := bot.Address{Chat: "12"}
		job := bot.NewDeliveryJob(call, channel.ID, to, time.Now())
		want := store.DeliveryScene{
			Channel: channel, Head: p.Head, Hook: p.Hooks[0].Hook, Body: []byte(`{"status":"here"}`),
			Recipient: store.Recipient{Channel: channel.ID, Address: to, Listed: true, CreatedAt: newClock().Now()},
			Delivery:  bot.Delivery{Channel: channel.ID, Address: to},
		}
		check := func(when string) {
			t.Helper()
			got, err := s.DeliveryScene(t.Context(), job)
			if diff := cmp.Diff(want, got, cmpopts.EquateEmpty(), cmpopts.IgnoreFields(bot.Delivery{}, "Version")); err != nil || diff != "" {
				t.Errorf("DeliveryScene %s, %v (-want +got):\n%s", when, err, diff)
			}
		}
		check("of the first try")
		want.Delivery.Replies = []bot.Reply{{Address: to, Parts: []bot.Part{{Text: "here"}}, Sent: 1}}
		want.Delivery.Failing = &bot.Failing{Job: job.ID, Tries: 2, Since: call.AcceptedAt}
		version, err := s.PutDelivery(t.Context(), call.ID, want.Delivery, store.Absent)
		if err != nil || version == 0 {
			t.Fatalf("PutDelivery = %d, %v", version, err)
		}
		if err := s.SetBlocked(t.Context(), channel.ID, "12", "no"); err != nil {
			t.Fatal(err)
		}
		want.Blocked = true
		check("of a later one")
		elsewhere := bot.NewDeliveryJob(bot.Call{ID: "x", Hook: "x", Bot: "x"}, "x", to, time.Now())
		got, err := s.DeliveryScene(t.Context(), elsewhere)
		nothing := store.DeliveryScene{Delivery: bot.Delivery{Channel: "x", Address: to}}
		if diff := cmp.Diff(nothing, got); err != nil || diff != "" {
			t.Errorf("DeliveryScene of what has been removed, %v (-want +got):\n%s", err, diff)
		}
	})
}

func TestReport(t *testing.T) {
	c := newClock()
	onEach(t, c, func(t *testing.T, s *store.Store, _ store.Table) {
		p := publish(t, s, withHooks())
		channel := p.Channels[0].ID
		call := putCall(t, s, bot.Call{Hook: p.Hooks[0].ID, Bot: p.Head.ID}, "{}", "")
		call.Queued = 9
		outcomes := []bot.DeliveryOutcome{bot.DeliverySent, bot.DeliverySent, bot.DeliverySkipped, bot.DeliveryFailed, ""}
		for i, outcome := range outcomes {
			d := bot.Delivery{
				Channel: channel, Address: bot.Address{Chat: fmt.Sprint(i)}, Outcome: outcome, Reason: "r" + string(outcome),
				Replies: []bot.Reply{{Parts: []bot.Part{{Text: "what was said"}}}},
			}
			if i == 1 {
				d.Channel = "gone"
			}
			if _, err := s.PutDelivery(t.Context(), call.ID, d, store.Absent); err != nil {
				t.Fatal(err)
			}
		}
		report := func(cursor string, limit int) store.Report {
			t.Helper()
			got, err := s.Report(t.Context(), call, cursor, limit)
			if err != nil {
				t.Fatalf("Report(%q, %d) = %v", cursor, limit, err)
			}
			return got
		}
		first := report("", 3)
		rest := report(first.Next, 3)
		var got []string
		for _, d := range append(first.Recipients, rest.Recipients...) {
			got = append(got, strings.Join([]string{strings.ReplaceAll(d.Channel, channel, "ID"), d.Chat, string(d.Outcome), d.Reason}, " "))
		}
		want := []string{"telegram 0 sent rsent", "telegram 2 skipped rskipped", "telegram 3 failed rfailed", "telegram 4  r", "gone 1 sent rsent"}
		if channel > "gone" {
			want = append(want[4:], want[:4]...)
		}
		if diff := cmp.Diff(want, got); diff != "" || rest.Next != "" {
			t.Errorf("recipients of two pages, next %q (-want +got):\n%s", rest.Next, diff)
		}
		wantCounts := store.Counts{Sent: 2, Skipped: 1, Failed: 1, Waiting: 5}
		if diff := cmp.Diff(wantCounts, rest.Counts); diff != "" || rest.Done {
			t.Errorf("counts, done %v (-want +got):\n%s", rest.Done, diff)
		}
		call.Queued, call.Paged = 4, true
		if last := report("", 1); !last.Done || last.Counts.Waiting != 0 {
			t.Errorf("Report of a call that has ended = done %v, %d waiting, want done and none", last.Done, last.Counts.Waiting)
		}
		for _, cursor := range []string{"\xff", strings.Repeat("x", 2000)} {
			if _, err := s.Report(t.Context(), call, cursor, 3); err == nil {
				t.Errorf("Report(%.10q…) = nil, want an error", cursor)
			}
		}
	})
}
