package engine_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
	"hookline/shared/provider"
	"hookline/shared/queue"
	"hookline/shared/store"
)

// notices is the queue of notifications: it drops what was sent in the last five minutes, as queues do.
type notices struct {
	now     func() time.Time
	jobs    []bot.Job
	dropped map[string]time.Time
	err     error
}

func (n *notices) Send(_ context.Context, jobs ...bot.Job) error {
	if n.err != nil {
		return n.err
	}
	for _, job := range jobs {
		if last, ok := n.dropped[job.DedupeKey()]; ok && n.now().Sub(last) < 5*time.Minute {
			continue
		}
		if n.dropped == nil {
			n.dropped = map[string]time.Time{}
		}
		n.dropped[job.DedupeKey()] = n.now()
		n.jobs = append(n.jobs, job)
	}
	return nil
}

// run handles what is on the queue, groups side by side, until it is empty. The clock goes on by what jobs are handed back
// for.
func (w *world) run() (batches int) {
	w.t.Helper()
	for ; len(w.notices.jobs) > 0; batches++ {
		if batches > 10_000 {
			w.t.Fatal("the queue does not become empty")
		}
		jobs := w.notices.jobs
		w.notices.jobs = nil
		var back []bot.Job
		least := time.Duration(1<<63 - 1)
		for i, result := range queue.Work(w.t.Context(), quiet, jobs, w.engine.Handle) {
			least = min(least, result.After)
			if result.HandBack {
				back = append(back, jobs[i])
			}
		}
		w.notices.jobs = append(back, w.notices.jobs...)
		w.at = w.at.Add(least)
	}
	return batches
}

// next takes the next job of a kind from the queue.
func (w *world) next(kind bot.JobKind) bot.Job {
	w.t.Helper()
	at := slices.IndexFunc(w.notices.jobs, func(j bot.Job) bool { return j.Kind == kind })
	if at < 0 {
		w.t.Fatalf("no %s job is on the queue", kind)
	}
	job := w.notices.jobs[at]
	w.notices.jobs = slices.Delete(w.notices.jobs, at, at+1)
	return job
}

// newHookWorld is a world whose bot has the hook courier, with a text and recipients that its file lists.
func newHookWorld(t testing.TB, text string, recipients ...bot.Recipient) *world {
	w := newWorld(t)
	response := &bot.Response{Message: bot.Message{Text: text}}
	w.hooks = []bot.Hook{{Name: "courier", Response: response, Recipients: recipients}}
	w.publish()
	return w
}

// chats are recipients 1 to n.
func chats(n int) []bot.Recipient {
	list := make([]bot.Recipient, n)
	for i := range list {
		list[i] = bot.Recipient{Channel: "fake", Chat: fmt.Sprintf("%05d", i+1)}
	}
	return list
}

// post stores a call and queues its first page.
func (w *world) post(body string) bot.Call {
	w.t.Helper()
	call, err := w.store.PutCall(w.t.Context(), bot.Call{Hook: w.head.Hooks["courier"], Bot: w.head.ID}, []byte(body), "")
	if err != nil {
		w.t.Fatal(err)
	}
	if err := w.notices.Send(w.t.Context(), bot.NewPageJob(call, w.at)); err != nil {
		w.t.Fatal(err)
	}
	return call
}

func (w *world) report(call bot.Call) store.Report {
	w.t.Helper()
	call, err := w.store.Call(w.t.Context(), call.ID)
	if err != nil {
		w.t.Fatal(err)
	}
	report, err := w.store.Report(w.t.Context(), call, "", 0)
	if err != nil {
		w.t.Fatal(err)
	}
	return report
}

// checkReport compares a report's counts, and that it is done.
func (w *world) checkReport(call bot.Call, want store.Counts) {
	w.t.Helper()
	report := w.report(call)
	if diff := cmp.Diff(want, report.Counts); diff != "" || report.Done != (want.Waiting == 0) {
		w.t.Errorf("counts, done %v (-want +got):\n%s", report.Done, diff)
	}
}

func TestF42CallIsRenderedForEachRecipient(t *testing.T) {
	ada := bot.Recipient{Channel: "fake", Chat: "1", Thread: "3", User: "7", Vars: map[string]string{"name": "Ada"}}
	w := newHookWorld(t, "{{ recipient.name }}: {{ data.status }} {{ data.n }} from {{ env.SHOP }}", ada, bot.Recipient{Channel: "fake", Chat: "2"})
	call := w.post(`{"status":"baked","n":12345678901234567890}`)
	w.run()
	want := []string{"1: Ada: baked 12345678901234567890 from the shop", "2: : baked 12345678901234567890 from the shop"}
	if diff := cmp.Diff(want, slices.Sorted(strings.SplitSeq(w.network.said(), "\n"))); diff != "" {
		t.Errorf("sent (-want +got):\n%s", diff)
	}
	for _, r := range w.network.replies {
		if r.Chat == "1" && (r.Thread != "3" || r.User != "7") || r.Parts[0].ReplyTo != "" {
			t.Errorf("reply = %+v, want the recipient's thread and user, and no quoted message", r)
		}
	}
	w.checkReport(call, store.Counts{Sent: 2})
}

func TestCallWithAListAsItsBody(t *testing.T) {
	w := newHookWorld(t, "{{ data.0 }} and {{ data.1.x }}", chats(1)...)
	w.post(`["a",{"x":"b"}]`)
	w.run()
	if diff := cmp.Diff("00001: a and b", w.network.said()); diff != "" {
		t.Errorf("sent (-want +got):\n%s", diff)
	}
}

func TestB17TenThousandRecipientsNoneTwice(t *testing.T) {
	const n = 10_000
	w := newHookWorld(t, "{{ data.x }}", chats(n)...)
	call := w.post(`{"x":"hello"}`)
	// Now and then whoever queued a page dies before that is known, for long enough that the queue forgets what it took.
	pages, died := 0, 0
	w.table.beforePut = func(item store.Item) error {
		if !strings.HasPrefix(item.PK, "CALL#") || item.SK != "META" {
			return nil
		}
		if pages++; pages%30 == 0 {
			died++
			w.notices.dropped = nil
			return unavailable()
		}
		return nil
	}
	w.run()
	sent := map[string]int{}
	for _, line := range w.network.sent {
		sent[line]++
	}
	for line, times := range maps.All(sent) {
		if times != 1 {
			t.Errorf("%q was sent %d times", line, times)
		}
	}
	if len(sent) != n || died == 0 {
		t.Errorf("%d recipients got it, and %d pages were queued again; want %d, and some", len(sent), died, n)
	}
	w.checkReport(call, store.Counts{Sent: n})
}

func TestPageThatIsDeliveredAgainGoesOnWithTheNextOnly(t *testing.T) {
	w := newHookWorld(t, "hello", chats(150)...)
	call := w.post(`{}`)
	first := w.next(bot.PageJob)
	w.handle(first)
	if got := len(w.notices.jobs); got != 101 {
		t.Fatalf("%d jobs after the first page, want 100 deliveries and the next page", got)
	}
	// The job for the next page is lost with the program that was about to queue it.
	w.next(bot.PageJob)
	w.at = w.at.Add(time.Hour)
	w.start()
	w.handle(first)
	if got := len(w.notices.jobs); got != 101 {
		t.Fatalf("%d jobs after the first page came again, want no delivery more, and the next page", got)
	}
	w.run()
	if got := len(w.network.sent); got != 150 {
		t.Errorf("%d messages were sent, want 150", got)
	}
	w.checkReport(call, store.Counts{Sent: 150})
}

func TestPagesComeAtTheNetworksRate(t *testing.T) {
	w := newHookWorld(t, "hello", chats(250)...)
	w.network.limits = provider.Limits{Rate: 30}
	w.post(`{}`)
	w.handle(w.next(bot.PageJob))
	if result := w.handle(w.next(bot.PageJob)); result != queue.HandBack(100*time.Second/30) {
		t.Errorf("the second page at once = %+v, want it handed back until 100 messages have gone at 30 a second", result)
	}
	w.notices.jobs = nil
	started := w.at
	w.post(`{}`)
	w.run()
	if took := w.at.Sub(started); took < 2*100*time.Second/30 {
		t.Errorf("three pages took %v, want two delays between them", took)
	}
}

func TestPageFails(t *testing.T) {
	for _, test := range []struct {
		name string
		do   func(w *world, fail bool)
	}{
		{"the queue", func(w *world, fail bool) {
			if w.notices.err = nil; fail {
				w.notices.err = unavailable()
			}
		}},
		{"writing the cursor", func(w *world, fail bool) {
			w.table.beforePut = func(item store.Item) error {
				if fail && item.SK == "META" {
					return unavailable()
				}
				return nil
			}
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newHookWorld(t, "hello", chats(3)...)
			call := w.post(`{}`)
			page := w.next(bot.PageJob)
			test.do(w, true)
			if result := w.handle(page); !result.HandBack {
				t.Errorf("Handle = %+v, want it handed back", result)
			}
			test.do(w, false)
			if result := w.handle(page); result.HandBack {
				t.Errorf("Handle = %+v, want it done", result)
			}
			w.run()
			if got := len(w.network.sent); got != 3 {
				t.Errorf("%d messages were sent, want 3", got)
			}
			w.checkReport(call, store.Counts{Sent: 3})
		})
	}
}

func TestPageThatCannotBeQueuedForADayIsBuriedAndRedriven(t *testing.T) {
	w := newHookWorld(t, "hello", chats(3)...)
	call := w.post(`{}`)
	page := w.next(bot.PageJob)
	w.notices.err = unavailable()
	w.drain(page)
	letters := w.letters()
	if len(letters) != 1 || letters[0].Job.Kind != bot.PageJob || letters[0].Kind != bot.Unavailable {
		t.Fatalf("letters = %+v, want the page", letters)
	}
	w.notices.err = nil
	job, err := w.store.Redrive(t.Context(), w.head.ID, letters[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	w.notices.jobs = []bot.Job{job}
	w.run()
	if got := len(w.network.sent); got != 3 || len(w.letters()) != 0 {
		t.Errorf("%d messages were sent and %d letters left, want 3 and none", got, len(w.letters()))
	}
	w.checkReport(call, store.Counts{Sent: 3})
}

func TestCallThatIsNoLongerKeptEnds(t *testing.T) {
	w := newHookWorld(t, "hello", chats(2)...)
	w.post(`{}`)
	w.at = w.at.Add(bot.CallKept + time.Second)
	w.run()
	if w.network.said() != "" || len(w.letters()) != 0 {
		t.Errorf("sent %q, %d letters, want silence", w.network.said(), len(w.letters()))
	}
}
