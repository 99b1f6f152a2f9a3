// Package queuetest is the suite that every queue passes, sender and consumer together.
package queuetest

import (
	"context"
	"testing"
	"time"

	"hookline/shared/bot"
	"hookline/shared/queue"
)

// Queue is one queue seen from both ends.
type Queue interface {
	queue.Sender
	// Consume runs handle on at most workers jobs at once until ctx ends, then waits for those that run.
	Consume(ctx context.Context, workers int, handle queue.Handler) error
}

// Capabilities names what a queue cannot do. The zero value can do all.
type Capabilities struct {
	// RealTime: advancing the clock takes that long, so what takes minutes is left out.
	RealTime bool
	// LateAnswers: an answer that comes after the visibility timeout still counts.
	LateAnswers bool
}

// Open gives an empty queue, and a function that moves its clock on.
type Open func(t *testing.T) (q Queue, advance func(time.Duration))

// Run runs the suite.
func Run(t *testing.T, open Open, caps Capabilities) {
	for _, test := range []struct {
		name    string
		lacking bool
		run     func(*testing.T, *fixture)
	}{
		{"a job comes out as it went in", false, testRoundTrip},
		{"a group's jobs in turn", false, testOrder},
		{"groups side by side", false, testSideBySide},
		{"hand back", false, testHandBack},
		{"hand back for no time", false, testHandBackAtOnce},
		{"panic", false, testPanic},
		{"dedupe", false, testDedupe},
		{"dedupe ends", caps.RealTime, testDedupeEnds},
		{"visibility ends", caps.RealTime, testVisibility},
		{"late answers", caps.RealTime || caps.LateAnswers, testLateAnswers},
		{"size", false, testSize},
		{"cancelled send", false, testCancelledSend},
		{"consume ends", false, testConsumeEnds},
		{"job's context", false, testJobContext},
		{"many consumers", false, testMany},
	} {
		t.Run(test.name, func(t *testing.T) {
			if test.lacking {
				t.Skipf("capabilities %+v", caps)
			}
			q, advance := open(t)
			test.run(t, &fixture{Queue: q, advance: advance, started: make(chan call)})
		})
	}
}

// fixture is a queue and the jobs that its consumers have begun.
type fixture struct {
	Queue
	advance func(time.Duration)
	started chan call
}

// call is a job that was begun and waits for its answer.
type call struct {
	bot.Job
	ctx    context.Context
	answer chan<- queue.Result
}

// hang ends the wait for something that does not come.
const hang = 20 * time.Second

// consume starts a consumer whose jobs wait for the test's answers; stop ends it.
func (f *fixture) consume(t *testing.T, workers int) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- f.Consume(ctx, workers, f.handle(ctx)) }()
	stop = func() {
		cancel()
		select {
		case err := <-ended:
			ended <- err
			if err != nil {
				t.Errorf("Consume() = %v, want nil", err)
			}
		case <-time.After(hang):
			t.Errorf("Consume() did not return")
		}
	}
	t.Cleanup(stop)
	return stop
}

// handle waits for the test's answer, or gives the job back where the test has ended without one.
func (f *fixture) handle(ended context.Context) queue.Handler {
	return func(ctx context.Context, job bot.Job) queue.Result {
		answer := make(chan queue.Result, 1)
		select {
		case f.started <- call{job, ctx, answer}:
		case <-ended.Done():
			return queue.HandBack(0)
		}
		select {
		case result := <-answer:
			return result
		case <-ended.Done():
		}
		select {
		case result := <-answer:
			return result
		case <-time.After(time.Second):
			return queue.HandBack(0)
		}
	}
}

// next waits for the next job to be begun, which must be the one with the id.
func (f *fixture) next(t *testing.T, id string) call {
	t.Helper()
	select {
	case got := <-f.started:
		if got.Event.ID != id {
			t.Fatalf("job of event %q was begun, want %q", got.Event.ID, id)
		}
		return got
	case <-time.After(hang):
		t.Fatalf("no job was begun, want that of event %q", id)
		return call{}
	}
}

// still shows that no job is ready, by one that is sent now and is the next to be begun. It needs a free worker.
func (f *fixture) still(t *testing.T, marker string) {
	t.Helper()
	f.send(t, job(marker, marker))
	f.next(t, marker).answer <- queue.Done()
}

func (f *fixture) send(t *testing.T, jobs ...bot.Job) {
	t.Helper()
	if err := f.Send(t.Context(), jobs...); err != nil {
		t.Fatalf("Send() = %v", err)
	}
}

// job makes a job for an event of a chat.
func job(chat, event string) bot.Job {
	channel := bot.Channel{ID: "channel", Bot: "bot"}
	e := bot.Event{ID: event, Channel: channel.ID, Provider: "telegram", Chat: &bot.Chat{ID: chat}, Text: "text of " + event}
	return bot.NewEventJob(channel, e, time.Date(2026, 2, 3, 4, 5, 6, 789, time.UTC))
}
