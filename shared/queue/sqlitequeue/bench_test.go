package sqlitequeue_test

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"hookline/shared/bot"
	"hookline/shared/queue"
	"hookline/shared/queue/sqlitequeue"
)

const benchChats = 1000

func benchJob(n int64) bot.Job {
	return bot.NewEventJob(bot.Channel{ID: "channel"}, bot.Event{
		ID: fmt.Sprint("event-", n), Channel: "channel", Chat: &bot.Chat{ID: fmt.Sprint("chat-", n%benchChats)},
		Text: strings.Repeat("x", 300),
	}, time.Now())
}

// send has producers send jobs until b is through.
func send(b *testing.B, q *sqlitequeue.Queue, producers int) {
	var producing sync.WaitGroup
	var sent atomic.Int64
	for range producers {
		producing.Go(func() {
			for n := sent.Add(1); n <= int64(b.N); n = sent.Add(1) {
				if err := q.Send(b.Context(), benchJob(n)); err != nil {
					b.Errorf("Send() = %v", err)
				}
			}
		})
	}
	producing.Wait()
}

func BenchmarkSend(b *testing.B) {
	for _, producers := range []int{1, 16, 64} {
		b.Run(fmt.Sprint("producers=", producers), func(b *testing.B) {
			q := openQueue(b, filepath.Join(b.TempDir(), "hookline.db"), time.Now)
			b.ResetTimer()
			send(b, q, producers)
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "jobs/s")
		})
	}
}

// BenchmarkCycle sends, takes and acknowledges at once.
func BenchmarkCycle(b *testing.B) {
	for _, workers := range []int{1, 16, 64} {
		b.Run(fmt.Sprint("workers=", workers), func(b *testing.B) {
			q := openQueue(b, filepath.Join(b.TempDir(), "hookline.db"), time.Now)
			ctx, stop := context.WithCancel(b.Context())
			defer stop()
			var done atomic.Int64
			var consuming sync.WaitGroup
			b.ResetTimer()
			consuming.Go(func() {
				err := q.Consume(ctx, workers, func(context.Context, bot.Job) queue.Result {
					if done.Add(1) == int64(b.N) {
						stop()
					}
					return queue.Done()
				})
				if err != nil {
					b.Errorf("Consume() = %v", err)
				}
			})
			send(b, q, workers)
			consuming.Wait()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "jobs/s")
		})
	}
}
