package feed

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"hookline/shared/bot"
	"hookline/shared/metrics"
	"hookline/shared/provider"
	"hookline/shared/queue"
)

const (
	// pollWait is how long a network is asked to wait for something to tell.
	pollWait = 30 * time.Second
	// longestPause is the most that a network in trouble is left alone, unless it asks for more itself.
	longestPause = time.Minute
)

// backoff is 1 s · 2ⁿ, or what the other side asked for if that is longer.
func backoff(failures int, err error) time.Duration {
	pause := min(time.Second<<min(failures-1, 6), longestPause)
	return max(pause, bot.RetryAfterOf(err))
}

// fetcher fetches the events of one channel.
type fetcher struct {
	*Feeds
	channel  bot.Channel
	provider provider.Provider
	poller   provider.Poller
	log      *slog.Logger
	cursor   string
	failures int // in a row
}

// run fetches until ctx ends, or gives the reason why the channel must not be fetched.
func (f *fetcher) run(ctx context.Context) (refusal error) {
	for ctx.Err() == nil {
		err := f.poller.Pollable(ctx, f.channel)
		if bot.KindOf(err) == bot.Conflict {
			return err
		}
		if err == nil {
			err = f.fetch(ctx)
		}
		if ctx.Err() != nil {
			break
		}
		f.failures++
		pause := backoff(f.failures, err)
		f.log.WarnContext(ctx, "feed interrupted", "error", err, "pause", pause)
		f.Health(ctx, f.channel.ID, err)
		f.Wait(ctx, pause)
	}
	return nil
}

// fetch fetches until something fails. The cursor moves only behind events that are on the queue.
func (f *fetcher) fetch(ctx context.Context) error {
	for healthy := false; ; healthy = true {
		calls, next, err := f.poller.Poll(ctx, f.channel, f.cursor, pollWait)
		if err != nil {
			return err
		}
		if jobs := f.jobs(ctx, calls); len(jobs) > 0 {
			if err := f.queue.Send(ctx, jobs...); err != nil {
				return err
			}
			f.Metrics.Count(metrics.Received, f.channel.Provider, len(jobs))
		}
		f.cursor, f.failures = next, 0
		if !healthy {
			f.Health(ctx, f.channel.ID, nil)
		}
	}
}

// jobs are those of the calls' events. What cannot be read is passed over: asking again would not mend it.
func (f *fetcher) jobs(ctx context.Context, calls [][]byte) []bot.Job {
	var jobs []bot.Job
	for _, body := range calls {
		events, err := f.parse(body)
		if err != nil {
			f.log.WarnContext(ctx, "parts of a call were skipped", "taken", len(events), "error", err)
		}
		jobs = append(jobs, queue.Jobs(f.channel, events, f.Now())...)
	}
	return jobs
}

// parse turns a panic of the provider's into an error: one bad body must not end the program.
func (f *fetcher) parse(body []byte) (events []bot.Event, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			events, err = nil, fmt.Errorf("parsing panicked: %v\n%s", cause, debug.Stack())
		}
	}()
	return f.provider.Parse(f.channel, body)
}
