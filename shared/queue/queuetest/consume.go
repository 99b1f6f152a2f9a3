package queuetest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"hookline/shared/bot"
	"hookline/shared/queue"
)

func testVisibility(t *testing.T, f *fixture) {
	f.consume(t, 3)
	f.send(t, job("a", "a1"), job("a", "a2"))
	f.next(t, "a1") // never answered
	f.advance(queue.Visibility - time.Second)
	f.still(t, "marker")
	f.advance(2 * time.Second)
	f.next(t, "a1").answer <- queue.Done()
	f.next(t, "a2").answer <- queue.Done()
}

// testLateAnswers has a consumer answer when its job is another's.
func testLateAnswers(t *testing.T, f *fixture) {
	for _, test := range []struct {
		name string
		late queue.Result
	}{
		{"done", queue.Done()},
		{"handed back", queue.HandBack(time.Hour)},
	} {
		t.Run(test.name, func(t *testing.T) {
			first, second := test.name+" 1", test.name+" 2"
			f.consume(t, 3)
			f.send(t, job("a", first), job("a", second))
			late := f.next(t, first)
			f.advance(queue.Visibility + time.Second)
			current := f.next(t, first)
			late.answer <- test.late
			f.still(t, "marker "+test.name)
			current.answer <- queue.HandBack(0)
			f.next(t, first).answer <- queue.Done()
			f.next(t, second).answer <- queue.Done()
			f.still(t, "another marker "+test.name)
		})
	}
}

func testConsumeEnds(t *testing.T, f *fixture) {
	stop := f.consume(t, 2)
	f.send(t, job("a", "a1"), job("a", "a2"))
	running := f.next(t, "a1")
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		stop()
	}()
	if err := running.ctx.Err(); err != nil {
		t.Errorf("the running job's context has ended: %v", err)
	}
	running.answer <- queue.Done()
	<-stopped
	select {
	case <-f.started:
		t.Errorf("a job was begun after the end")
	default:
	}
	// What was answered while it ended holds: the next consumer goes on with the second.
	f.consume(t, 1)
	f.next(t, "a2").answer <- queue.Done()
}

func testJobContext(t *testing.T, f *fixture) {
	f.consume(t, 1)
	f.send(t, job("a", "a1"))
	running := f.next(t, "a1")
	deadline, ok := running.ctx.Deadline()
	if left := time.Until(deadline); !ok || left > queue.JobTime || left < queue.StartReserve {
		t.Errorf("job's deadline is in %v, want between %v and %v", left, queue.StartReserve, queue.JobTime)
	}
	running.answer <- queue.Done()
}

// testMany has 16 consumers work on 24 chats, whose jobs are handed back now and then.
func testMany(t *testing.T, f *fixture) {
	const consumers, chats, each = 16, 24, 15
	var jobs []bot.Job
	for n := range each {
		for chat := range chats {
			jobs = append(jobs, job(fmt.Sprint(chat), fmt.Sprintf("%d/%d", chat, n)))
		}
	}
	ctx, stop := context.WithTimeout(t.Context(), 2*time.Minute)
	defer stop()
	seen := &ledger{t: t, busy: map[string]bool{}, done: map[string][]string{}, left: len(jobs), stop: stop}
	var working sync.WaitGroup
	for range consumers {
		working.Go(func() {
			if err := f.Consume(ctx, 1, seen.handle); err != nil {
				t.Errorf("Consume() = %v", err)
			}
		})
	}
	for batch := range slices.Chunk(jobs, 10) {
		f.send(t, batch...)
	}
	working.Wait()
	for chat := range chats {
		var want []string
		for n := range each {
			want = append(want, fmt.Sprintf("%d/%d", chat, n))
		}
		if got := seen.done[fmt.Sprint(chat)]; !slices.Equal(got, want) {
			t.Errorf("chat %d: done %v, want %v", chat, got, want)
		}
	}
}

// ledger notes what many consumers do.
type ledger struct {
	t    *testing.T
	stop func()

	mu   sync.Mutex
	busy map[string]bool
	done map[string][]string
	left int
}

func (l *ledger) handle(_ context.Context, j bot.Job) queue.Result {
	chat := j.Event.Chat.ID
	l.mu.Lock()
	if l.busy[chat] {
		l.t.Errorf("two jobs of chat %s at once", chat)
	}
	l.busy[chat] = true
	l.mu.Unlock()

	again := rand.IntN(10) == 0

	l.mu.Lock()
	defer l.mu.Unlock()
	l.busy[chat] = false
	if again {
		return queue.HandBack(0)
	}
	l.done[chat] = append(l.done[chat], j.Event.ID)
	if l.left--; l.left == 0 {
		l.stop()
	}
	return queue.Done()
}
