package sqlitequeue_test

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"hookline/shared/bot"
	"hookline/shared/queue"
	"hookline/shared/queue/queuetest"
	"hookline/shared/queue/sqlitequeue"
	"hookline/shared/sqlitefile"
)

type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Date(2026, 2, 3, 4, 5, 6, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func openQueue(tb testing.TB, path string, now func() time.Time) *sqlitequeue.Queue {
	tb.Helper()
	file, err := sqlitefile.Open(path)
	if err != nil {
		tb.Fatalf("Open(%q) = %v", path, err)
	}
	tb.Cleanup(func() {
		if err := file.Close(); err != nil {
			tb.Errorf("Close() = %v", err)
		}
	})
	return newQueue(tb, file, queue.Conversations, now)
}

func newQueue(tb testing.TB, file *sqlitefile.File, name string, now func() time.Time) *sqlitequeue.Queue {
	tb.Helper()
	q, err := sqlitequeue.New(file, name, now)
	if err != nil {
		tb.Fatalf("New(%q) = %v", name, err)
	}
	return q
}

func job(chat, event string) bot.Job {
	channel := bot.Channel{ID: "channel", Bot: "bot"}
	return bot.NewEventJob(channel, bot.Event{ID: event, Channel: channel.ID, Chat: &bot.Chat{ID: chat}}, time.Now())
}

func mustSend(tb testing.TB, q *sqlitequeue.Queue, jobs ...bot.Job) {
	tb.Helper()
	if err := q.Send(tb.Context(), jobs...); err != nil {
		tb.Fatalf("Send() = %v", err)
	}
}

func TestQueue(t *testing.T) {
	queuetest.Run(t, func(t *testing.T) (queuetest.Queue, func(time.Duration)) {
		clock := newClock()
		q := openQueue(t, filepath.Join(t.TempDir(), "hookline.db"), clock.Now)
		q.Log = slog.New(slog.DiscardHandler)
		return q, clock.advance
	}, queuetest.Capabilities{})
}

func wantWaiting(t *testing.T, q *sqlitequeue.Queue, count int, oldest time.Time) {
	t.Helper()
	gotCount, gotOldest, err := q.Waiting(t.Context())
	if err != nil || gotCount != count || !gotOldest.Equal(oldest) {
		t.Errorf("Waiting() = %d, %v, %v, want %d, %v", gotCount, gotOldest, err, count, oldest)
	}
}

// consumeOnly runs a consumer until it has answered n jobs, all alike, and gives their event ids.
func consumeOnly(t *testing.T, q *sqlitequeue.Queue, n int, answer queue.Result) (ids []string) {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), 20*time.Second)
	defer stop()
	err := q.Consume(ctx, 1, func(_ context.Context, j bot.Job) queue.Result {
		ids = append(ids, j.Event.ID)
		if len(ids) == n {
			stop()
		}
		return answer
	})
	if err != nil || len(ids) != n {
		t.Fatalf("Consume() = %v after jobs %q, want %d jobs", err, ids, n)
	}
	return ids
}

func TestWaiting(t *testing.T) {
	clock := newClock()
	q := openQueue(t, filepath.Join(t.TempDir(), "hookline.db"), clock.Now)
	wantWaiting(t, q, 0, time.Time{})
	first := clock.Now()
	mustSend(t, q, job("a", "a1"))
	clock.advance(time.Minute)
	second := clock.Now()
	mustSend(t, q, job("b", "b1"), job("a", "a2"))
	wantWaiting(t, q, 3, first)
	consumeOnly(t, q, 1, queue.HandBack(time.Hour))
	wantWaiting(t, q, 3, first)
	consumeOnly(t, q, 1, queue.Done())
	wantWaiting(t, q, 2, first)
	clock.advance(time.Hour)
	consumeOnly(t, q, 1, queue.Done())
	wantWaiting(t, q, 1, second)
}

// An idle consumer is woken by what is sent; by itself it looks four times a second.
func TestSendWakes(t *testing.T) {
	const jobs = 20
	const limit = jobs * 125 * time.Millisecond
	q := openQueue(t, filepath.Join(t.TempDir(), "hookline.db"), time.Now)
	ctx, stop := context.WithCancel(t.Context())
	handled := make(chan struct{})
	var consuming sync.WaitGroup
	consuming.Go(func() {
		err := q.Consume(ctx, 4, func(context.Context, bot.Job) queue.Result {
			handled <- struct{}{}
			return queue.Done()
		})
		if err != nil {
			t.Errorf("Consume() = %v", err)
		}
	})
	start := time.Now()
	for n := range jobs {
		mustSend(t, q, job(fmt.Sprint(n), "1"))
		<-handled
	}
	if took := time.Since(start); took > limit {
		t.Errorf("%d jobs, one after another, took %v, want at most %v", jobs, took, limit)
	}
	stop()
	consuming.Wait()
}

func TestQueuesOfOneFile(t *testing.T) {
	file, err := sqlitefile.Open(filepath.Join(t.TempDir(), "hookline.db"))
	if err != nil {
		t.Fatalf("Open() = %v", err)
	}
	defer file.Close()
	one := newQueue(t, file, queue.Conversations, time.Now)
	other := newQueue(t, file, queue.Notifications, time.Now)
	mustSend(t, one, job("a", "1"))
	mustSend(t, other, job("a", "1"), job("a", "2"))
	for name, q := range map[string]*sqlitequeue.Queue{"1": one, "2": other} {
		if count, _, err := q.Waiting(t.Context()); err != nil || fmt.Sprint(count) != name {
			t.Errorf("Waiting() = %d, %v, want %s", count, err, name)
		}
	}
	consumeOnly(t, one, 1, queue.Done())
	consumeOnly(t, other, 2, queue.Done())
}

func TestSweep(t *testing.T) {
	const sent = 600
	clock := newClock()
	q := openQueue(t, filepath.Join(t.TempDir(), "hookline.db"), clock.Now)
	var jobs []bot.Job
	for n := range sent {
		jobs = append(jobs, job("a", fmt.Sprint(n)))
	}
	mustSend(t, q, jobs...)
	if got, err := q.Sweep(t.Context()); err != nil || got != 0 {
		t.Errorf("Sweep() within the window = %d, %v, want 0", got, err)
	}
	clock.advance(6 * time.Minute)
	mustSend(t, q, job("a", "fresh"))
	for pass, want := range []int{500, sent - 500, 0} {
		if got, err := q.Sweep(t.Context()); err != nil || got != want {
			t.Errorf("pass %d: Sweep() = %d, %v, want %d", pass, got, err, want)
		}
	}
	mustSend(t, q, job("a", "fresh"))
	if count, _, err := q.Waiting(t.Context()); err != nil || count != sent+1 {
		t.Errorf("Waiting() = %d, %v, want %d: the fresh key was swept", count, err, sent+1)
	}
}

// A hand-back outlasts the process; what was in flight is ready at once.
func TestReopen(t *testing.T) {
	clock := newClock()
	path := filepath.Join(t.TempDir(), "hookline.db")
	t.Run("first process", func(t *testing.T) {
		q := openQueue(t, path, clock.Now)
		mustSend(t, q, job("a", "a1"), job("a", "a2"))
		consumeOnly(t, q, 1, queue.HandBack(time.Hour))
		mustSend(t, q, job("b", "b1"))
	})
	q := openQueue(t, path, clock.Now)
	mustSend(t, q, job("c", "c1"), job("a", "a1"))
	for _, want := range []string{"b1", "c1"} {
		if got := consumeOnly(t, q, 1, queue.Done()); got[0] != want {
			t.Errorf("job of event %q was taken, want %q", got[0], want)
		}
		clock.advance(time.Millisecond)
	}
	clock.advance(time.Hour)
	got := consumeOnly(t, q, 2, queue.Done())
	if got[0] != "a1" || got[1] != "a2" {
		t.Errorf("jobs of events %q were taken, want a1 and a2", got)
	}
}

// A message that cannot be read holds up its own chat only, and is kept for a version that can read it.
func TestUnreadable(t *testing.T) {
	clock := newClock()
	file, err := sqlitefile.Open(filepath.Join(t.TempDir(), "hookline.db"))
	if err != nil {
		t.Fatalf("Open() = %v", err)
	}
	defer file.Close()
	q := newQueue(t, file, queue.Conversations, clock.Now)
	var log bytes.Buffer
	q.Log = slog.New(slog.NewTextHandler(&log, nil))
	mustSend(t, q, job("a", "a1"), job("a", "a2"))
	setBody := func(old, body string) {
		t.Helper()
		err := file.Write(t.Context(), func(c *sqlitefile.Conn) error {
			_, err := c.Exec("UPDATE messages SET body=replace(body, ?, ?) WHERE seq=1", old, body)
			return err
		})
		if err != nil {
			t.Fatalf("Write() = %v", err)
		}
	}
	setBody(`{"id"`, `["id"`)
	clock.advance(time.Millisecond)
	mustSend(t, q, job("b", "b1"))
	if got := consumeOnly(t, q, 1, queue.Done()); got[0] != "b1" {
		t.Errorf("job of event %q was taken, want b1", got[0])
	}
	if !strings.Contains(log.String(), "cannot be read") {
		t.Errorf("log %q does not say that a job cannot be read", log.String())
	}
	wantWaiting(t, q, 2, newClock().Now())
	setBody(`["id"`, `{"id"`)
	clock.advance(time.Minute)
	if got := consumeOnly(t, q, 2, queue.Done()); got[0] != "a1" || got[1] != "a2" {
		t.Errorf("jobs of events %q were taken, want a1 and a2", got)
	}
}

// A database that does not take an answer does not have the job tried again and again.
func TestAnswerNotStored(t *testing.T) {
	clock := newClock()
	path := filepath.Join(t.TempDir(), "hookline.db")
	q := openQueue(t, path, clock.Now)
	q.Log = slog.New(slog.DiscardHandler)
	mustSend(t, q, job("a", "a1"))
	alter(t, path, "CREATE TRIGGER broken BEFORE DELETE ON messages BEGIN SELECT raise(ABORT, 'broken'); END")
	consumeOnly(t, q, 1, queue.Done())
	alter(t, path, "DROP TRIGGER broken")
	clock.advance(time.Millisecond)
	mustSend(t, q, job("b", "b1"))
	if got := consumeOnly(t, q, 1, queue.Done()); got[0] != "b1" {
		t.Errorf("job of event %q was taken, want b1", got[0])
	}
	clock.advance(queue.Visibility)
	if got := consumeOnly(t, q, 1, queue.Done()); got[0] != "a1" {
		t.Errorf("job of event %q was taken, want a1", got[0])
	}
}

// alter changes the schema behind the queue's back.
func alter(t *testing.T, path, statement string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
}
