package queue

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"hookline/shared/bot"
)

// panicDelay is how long a job whose handler panicked is handed back: the panic counted no try, so nothing better is
// known.
const panicDelay = time.Second

// ID is how a readable group or dedupe key stands on a queue: hex SHA-256, as networks' ids fit no queue's alphabet.
func ID(key string) string {
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:])
}

// Work tries a batch of jobs and gives their results by position. Groups run side by side, a group's jobs in turn. Once
// a job was handed back, the later ones of its group are, untried, for the same time. A job is started only if
// StartReserve is left until the deadline of ctx, else it is handed back at once. A panic of handle is logged and hands
// its job back.
func Work(ctx context.Context, log *slog.Logger, jobs []bot.Job, handle Handler) []Result {
	results := make([]Result, len(jobs))
	groups := make(map[string][]int, len(jobs))
	for i, job := range jobs {
		group := job.Group()
		groups[group] = append(groups[group], i)
	}
	var running sync.WaitGroup
	for _, group := range groups {
		running.Go(func() {
			var last Result
			for _, i := range group {
				if !last.HandBack {
					last = try(ctx, log, jobs[i], handle)
				}
				results[i] = last
			}
		})
	}
	running.Wait()
	return results
}

func try(ctx context.Context, log *slog.Logger, job bot.Job, handle Handler) (result Result) {
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < StartReserve {
		return HandBack(0)
	}
	defer func() {
		if p := recover(); p != nil {
			log.ErrorContext(ctx, "panic in a job", "job", job.ID, "channel", job.Channel, "panic", p,
				"stack", string(debug.Stack()))
			result = HandBack(panicDelay)
		}
	}()
	return handle(ctx, job)
}
