package engine_test

import (
	"fmt"
	"testing"
	"time"

	"hookline/shared/bot"
	"hookline/shared/engine"
	"hookline/shared/fetch"
	"hookline/shared/provider"
	"hookline/shared/store"
)

// waves handles jobs side by side until all are done, and gives how many messages were sent at which second.
func (w *world) waves(jobs ...bot.Job) (sent map[int]int) {
	w.t.Helper()
	sent = map[int]int{}
	started := w.at
	due := map[string]time.Time{}
	for left := jobs; len(left) > 0; w.at = w.at.Add(time.Second) {
		if w.at.Sub(started) > time.Hour {
			w.t.Fatalf("%d of %d jobs are not done after an hour", len(left), len(jobs))
		}
		var back []bot.Job
		for _, job := range left {
			if due[job.ID].After(w.at) {
				back = append(back, job)
				continue
			}
			before := len(w.network.sent)
			if result := w.handle(job); result.HandBack {
				back, due[job.ID] = append(back, job), w.at.Add(result.After)
			}
			sent[int(w.at.Sub(started).Seconds())] += len(w.network.sent) - before
		}
		left = back
	}
	return sent
}

func TestSendsASecond(t *testing.T) {
	tests := []struct {
		name      string
		limit     int
		rate      int // the network's
		delivered bool
		first     int // how many of 50 go at once
		most      int // in each second after
	}{
		{"replies of chats are not held by the network's rate", 0, 10, false, 50, 0},
		{"deliveries are", 0, 10, true, 10, 10},
		{"replies are held by a limit", 5, 0, false, 5, 5},
		{"which stands before the network's rate", 20, 10, true, 20, 20},
		{"no limit at all", 0, 0, true, 50, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := newHookWorld(t, "news", chats(50)...)
			w.publish(bot.Handler{Name: "echo", Response: &bot.Response{Message: bot.Message{Text: "yes"}}})
			w.engine.Limits.Sends, w.network.limits = test.limit, provider.Limits{Rate: test.rate}
			var jobs []bot.Job
			if test.delivered {
				w.post("{}")
				w.handle(w.next(bot.PageJob))
				for range 50 {
					jobs = append(jobs, w.next(bot.DeliveryJob))
				}
			} else {
				for i := range 50 {
					jobs = append(jobs, w.job(bot.Event{ID: fmt.Sprint(i), Kind: bot.Text, Text: "hi", Chat: &bot.Chat{ID: fmt.Sprint(i)}}))
				}
			}
			sent := w.waves(jobs...)
			if len(w.network.sent) != 50 || len(w.letters()) != 0 {
				t.Errorf("%d messages were sent and %d buried, want 50 and none", len(w.network.sent), len(w.letters()))
			}
			if sent[0] != test.first {
				t.Errorf("%d messages were sent at once, want %d", sent[0], test.first)
			}
			for second, n := range sent {
				if second > 0 && n > test.most {
					t.Errorf("%d messages were sent in second %d, want at most %d", n, second, test.most)
				}
			}
		})
	}
}

func TestHeldReplyLosesNothing(t *testing.T) {
	w := newWorld(t, bot.Handler{Name: "echo", Response: &bot.Response{Message: bot.Message{Text: "a|b|c"}}})
	w.engine.Limits.Sends = 1
	job := w.said("hi")
	result := w.handle(job)
	if !result.HandBack || result.After != time.Second || w.network.said() != "1: a" {
		t.Errorf("Handle() = %+v after %q, want it handed back for a second after a", result, w.network.said())
	}
	turn := w.turn(job)
	if want := "the channel's limit of 1 messages a second is reached"; turn.Error != want || turn.Outcome != bot.HandedBack || turn.Tries != 0 {
		t.Errorf("turn = %s %q after %d tries, want handed_back %q after none", turn.Outcome, turn.Error, turn.Tries, want)
	}
	w.at = w.at.Add(25 * time.Hour) // a job that a network refused as long would be buried
	w.drain(job)
	if got := w.network.said(); got != "1: a\n1: b\n1: c" || len(w.letters()) != 0 {
		t.Errorf("sent %q, %d letters, want each part once and no letter", got, len(w.letters()))
	}
}

func TestRequestsAMinute(t *testing.T) {
	w := newWorld(t, ordering(&bot.Request{URL: "https://shop.example"}, "ordered"))
	asked := 0
	w.withShop(func(fetch.Request) fetch.Response { asked++; return fetch.Response{Status: 200} })
	w.engine.Limits.Requests = 2
	var held bot.Job
	for i := range 3 {
		held = w.job(bot.Event{ID: fmt.Sprint(i), Kind: bot.Text, Text: "hi", Chat: &bot.Chat{ID: fmt.Sprint(i)}})
		if result := w.handle(held); result.HandBack != (i == 2) {
			t.Errorf("Handle() of request %d = %+v", i+1, result)
		}
	}
	if turn := w.turn(held); turn.Error != "the bot's limit of 2 requests a minute is reached" || turn.Tries != 0 {
		t.Errorf("turn = %q after %d tries, want the limit and none", turn.Error, turn.Tries)
	}
	if asked != 2 {
		t.Errorf("the shop was asked %d times in a minute, want 2", asked)
	}
	w.at = w.at.Add(29 * time.Second)
	if result := w.handle(held); !result.HandBack || result.After != time.Second {
		t.Errorf("Handle() after 29 s = %+v, want handed back for one more", result)
	}
	w.at = w.at.Add(time.Second)
	if result := w.handle(held); result.HandBack || asked != 3 {
		t.Errorf("Handle() after 30 s = %+v, asked %d times, want it done", result, asked)
	}
}

// limit gives the account of the world's bot limits of its own.
func (w *world) limit(limits store.Limits) {
	w.t.Helper()
	if err := w.store.EnsureAccount(w.t.Context(), "main"); err != nil {
		w.t.Fatal(err)
	}
	if _, _, err := w.store.ChangeLimits(w.t.Context(), "main", func(l *store.Limits) error { *l = limits; return nil }); err != nil {
		w.t.Fatal(err)
	}
}

func TestLimitsOfTheAccountStandFirst(t *testing.T) {
	tests := []struct {
		name   string
		server engine.Limits
		own    store.Limits
		sends  int // how many of 3 chats are answered at once
		asked  int // and ask the shop
	}{
		{"none", engine.Limits{}, store.Limits{}, 3, 3},
		{"of the server", engine.Limits{Sends: 2, Requests: 1}, store.Limits{}, 2, 1},
		{"of the account, lower", engine.Limits{Sends: 2, Requests: 3}, store.Limits{Sends: 1, Requests: 2}, 1, 2},
		{"of the account, higher", engine.Limits{Sends: 1, Requests: 1}, store.Limits{Sends: 3, Requests: 3}, 3, 3},
		{"one of each", engine.Limits{Sends: 1, Requests: 1}, store.Limits{Sends: 2}, 2, 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t, says("hello", "hello", "hello", ""), ordering(&bot.Request{URL: "https://shop.example"}, ""))
			asked := 0
			w.withShop(func(fetch.Request) fetch.Response { asked++; return fetch.Response{Status: 200} })
			w.engine.Limits = test.server
			w.limit(test.own)
			for _, text := range []string{"hello", "order"} {
				for range 3 {
					w.handle(w.said(text))
				}
			}
			if len(w.network.sent) != test.sends || asked != test.asked {
				t.Errorf("%d messages and %d requests were made at once, want %d and %d", len(w.network.sent), asked, test.sends, test.asked)
			}
		})
	}
}

// A change is seen within a minute, and until then no message costs a read for it.
func TestChangedLimitsAreSeenWithinAMinute(t *testing.T) {
	w := newWorld(t, says("hello", "", "hello", ""))
	w.limit(store.Limits{Sends: 100})
	reads := 0
	w.table.beforeAccount = func() error { reads++; return nil }
	for range 5 {
		w.handle(w.said("hi"))
	}
	if reads != 1 {
		t.Errorf("the account was read %d times for five messages, want once", reads)
	}
	w.limit(store.Limits{Sends: 1})
	w.at = w.at.Add(time.Minute)
	before := len(w.network.sent)
	for range 3 {
		w.handle(w.said("hi"))
	}
	if sent := len(w.network.sent) - before; sent != 1 {
		t.Errorf("%d messages were sent at once a minute after the limit became 1", sent)
	}
}

// Nothing is sent beyond a limit that cannot be read, and nothing is lost.
func TestUnreadableLimitsHandBack(t *testing.T) {
	w := newWorld(t, says("hello", "", "hello", ""))
	w.table.beforeAccount = unavailable
	job := w.said("hi")
	if result := w.handle(job); !result.HandBack || w.network.said() != "" {
		t.Errorf("Handle() = %+v after %q, want it handed back and nothing sent", result, w.network.said())
	}
	w.table.beforeAccount = nil
	w.drain(job)
	if got := w.network.said(); got != "1: hello" {
		t.Errorf("sent %q, want hello once", got)
	}
}
