package sqlitequeue

import (
	"context"
	"encoding/json"
	"runtime"
	"sync"
	"time"

	"hookline/shared/bot"
	"hookline/shared/queue"
	"hookline/shared/sqlitefile"
)

const (
	// lookAgain bounds a consumer's sleep, since the clock may be set.
	lookAgain = 250 * time.Millisecond
	// afterError is how long it leaves a database alone that did not answer.
	afterError = time.Second
	// unreadable is how long a message is put aside that this version cannot read: another may.
	unreadable = time.Minute
)

// Consume takes jobs and runs handle on at most workers of them at once, one at a time a group, until ctx ends. Then it
// takes no more, waits for those that run, and returns nil. Each job has queue.JobTime, whatever becomes of ctx.
func (q *Queue) Consume(ctx context.Context, workers int, handle queue.Handler) error {
	var running sync.WaitGroup
	defer running.Wait()
	idle := make(chan struct{}, workers) // a token for each worker that is free
	for range workers {
		idle <- struct{}{}
	}
	for {
		free := waitIdle(ctx, idle)
		if free == 0 {
			return nil
		}
		taken, err := q.take(ctx, free)
		if err != nil && ctx.Err() == nil {
			q.log().ErrorContext(ctx, "taking jobs", "queue", q.name, "err", err)
		}
		for _, d := range taken {
			running.Go(func() {
				q.work(context.WithoutCancel(ctx), d, handle)
				idle <- struct{}{}
			})
		}
		for range free - len(taken) {
			idle <- struct{}{}
		}
		switch {
		case err != nil:
			sleep(ctx, afterError, nil)
		case len(taken) == free:
			q.signal() // there may be more, for other consumers
		default:
			sleep(ctx, q.untilReady(ctx), q.wake)
		}
	}
}

// waitIdle waits for a worker that is free and takes all of them; 0 once ctx has ended.
func waitIdle(ctx context.Context, idle chan struct{}) (free int) {
	if ctx.Err() != nil {
		return 0
	}
	select {
	case <-ctx.Done():
		return 0
	case <-idle:
	}
	runtime.Gosched() // workers that one commit has set free come together
	for free = 1; ; free++ {
		select {
		case <-idle:
		default:
			return free
		}
	}
}

func sleep(ctx context.Context, d time.Duration, wake <-chan struct{}) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-wake:
	case <-timer.C:
	}
}

// untilReady is how long to sleep if nothing wakes: until the next group that was handed back is ready.
func (q *Queue) untilReady(ctx context.Context) time.Duration {
	now := q.now()
	ready := now.Add(lookAgain).UnixMilli()
	// Groups that are ready and still here are being worked on. On an error the bound stands.
	_ = q.file.Read(ctx, func(c *sqlitefile.Conn) error {
		_, err := c.Row("SELECT ready_at FROM groups WHERE queue=? AND ready_at>? AND ready_at<? ORDER BY ready_at LIMIT 1",
			[]any{q.name, now.UnixMilli(), ready}, &ready)
		return err
	})
	return time.UnixMilli(ready).Sub(now)
}

// work runs one delivery and settles it.
func (q *Queue) work(ctx context.Context, d delivery, handle queue.Handler) {
	result := q.run(ctx, d, handle)
	if err := q.settle(ctx, d, result); err != nil {
		q.log().ErrorContext(ctx, "settling a job: it will come again", "queue", q.name, "err", err)
	}
}

func (q *Queue) run(ctx context.Context, d delivery, handle queue.Handler) queue.Result {
	var job bot.Job
	if err := json.Unmarshal(d.body, &job); err != nil {
		q.log().ErrorContext(ctx, "a job cannot be read", "queue", q.name, "seq", d.seq, "err", err)
		return queue.HandBack(unreadable)
	}
	ctx, cancel := context.WithTimeout(ctx, queue.JobTime)
	defer cancel()
	return queue.Work(ctx, q.log(), []bot.Job{job}, handle)[0]
}
