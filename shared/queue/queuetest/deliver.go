package queuetest

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
	"hookline/shared/queue"
)

func testRoundTrip(t *testing.T, f *fixture) {
	f.consume(t, 1)
	want := job("chat", "1")
	want.Event.Text = "zażółć 🤖 \x00 <&>"
	want.Redrive = &bot.Redrive{Letter: "letter", Count: 2, Group: "group"}
	f.send(t, want)
	got := f.next(t, "1")
	if diff := cmp.Diff(want, got.Job); diff != "" {
		t.Errorf("job: (-sent +taken)\n%s", diff)
	}
	got.answer <- queue.Done()
	f.still(t, "marker")
}

func testOrder(t *testing.T, f *fixture) {
	f.send(t, job("a", "a1"), job("a", "a2"))
	f.send(t, job("a", "a3"))
	f.consume(t, 4)
	for _, id := range []string{"a1", "a2", "a3"} {
		running := f.next(t, id)
		f.still(t, "marker beside "+id)
		running.answer <- queue.Done()
	}
}

func testSideBySide(t *testing.T, f *fixture) {
	f.consume(t, 2)
	f.send(t, job("a", "a1"), job("a", "a2"))
	a := f.next(t, "a1")
	f.send(t, job("b", "b1"))
	b := f.next(t, "b1")
	b.answer <- queue.Done()
	a.answer <- queue.Done()
	f.next(t, "a2").answer <- queue.Done()
}

func testHandBack(t *testing.T, f *fixture) {
	const after = 2 * time.Second
	f.consume(t, 1) // a single worker begins the marker once the hand-back is stored
	f.send(t, job("a", "a1"), job("a", "a2"))
	f.next(t, "a1").answer <- queue.HandBack(after)
	f.still(t, "marker")
	f.advance(after)
	f.next(t, "a1").answer <- queue.HandBack(after)
	f.still(t, "another marker")
	f.advance(after)
	f.next(t, "a1").answer <- queue.Done()
	f.next(t, "a2").answer <- queue.Done()
}

func testHandBackAtOnce(t *testing.T, f *fixture) {
	f.consume(t, 2)
	f.send(t, job("a", "a1"), job("a", "a2"))
	for range 3 {
		f.next(t, "a1").answer <- queue.HandBack(0)
	}
	f.next(t, "a1").answer <- queue.Done()
	f.next(t, "a2").answer <- queue.Done()
}

func testPanic(t *testing.T, f *fixture) {
	ctx, stop := context.WithCancel(t.Context())
	tried, ended := make(chan string, 1), make(chan error)
	go func() {
		panicked := false
		ended <- f.Consume(ctx, 1, func(_ context.Context, j bot.Job) queue.Result {
			tried <- j.Event.ID
			if !panicked {
				panicked = true
				panic("a handler's mistake")
			}
			return queue.Done()
		})
	}()
	f.send(t, job("a", "a1"))
	first := <-tried
	f.send(t, job("b", "b1"))
	second := <-tried
	f.advance(2 * time.Second)
	if third := <-tried; first != "a1" || second != "b1" || third != "a1" {
		t.Errorf("jobs tried: %q %q %q, want a1, b1, and a1 again", first, second, third)
	}
	stop()
	if err := <-ended; err != nil {
		t.Errorf("Consume() = %v, want nil", err)
	}
}

func testDedupe(t *testing.T, f *fixture) {
	f.consume(t, 1)
	// A network posts an event again: another job, the same key.
	f.send(t, job("a", "1"), job("a", "1"))
	f.send(t, job("a", "1"))
	f.next(t, "1").answer <- queue.Done()
	f.still(t, "marker")
	f.send(t, job("a", "1"))
	f.still(t, "another marker")

	f.send(t, job("b", "1"))
	f.next(t, "1").answer <- queue.Done()
	again := job("a", "1")
	again.Redrive = &bot.Redrive{Letter: "letter", Count: 1}
	f.send(t, again)
	f.next(t, "1").answer <- queue.Done()
}

func testDedupeEnds(t *testing.T, f *fixture) {
	const window = 5 * time.Minute
	stop := f.consume(t, 1)
	f.send(t, job("a", "1"))
	f.next(t, "1").answer <- queue.Done()
	stop() // the answer is stored before the clock moves on
	f.advance(window - time.Second)
	f.send(t, job("a", "1"))
	f.advance(2 * time.Second)
	f.send(t, job("a", "1"))
	f.consume(t, 1)
	f.next(t, "1").answer <- queue.Done()
	f.still(t, "marker")
}

func testSize(t *testing.T, f *fixture) {
	f.consume(t, 1)
	const envelope = 1 << 10 // more than all of a job but its text
	largest := job("a", "largest")
	largest.Event.Text = strings.Repeat("x", queue.MaxJobBytes-envelope)
	f.send(t, largest)
	f.next(t, "largest").answer <- queue.Done()

	large := job("a", "large")
	large.Event.Text = strings.Repeat("x", queue.MaxJobBytes)
	if err := f.Send(t.Context(), large); bot.KindOf(err) != bot.TooLarge {
		t.Errorf("Send(a large job) = %v, want too_large", err)
	}
	f.still(t, "marker")
}

func testCancelledSend(t *testing.T, f *fixture) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := f.Send(ctx, job("a", "a1")); bot.KindOf(err) != bot.Unavailable {
		t.Errorf("Send(cancelled) = %v, want unavailable", err)
	}
	f.consume(t, 1)
	f.still(t, "marker")
}
