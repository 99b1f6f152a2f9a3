package engine

import (
	"cmp"
	"context"
	"fmt"
	"sync"
	"time"

	"hookline/shared/bot"
	"hookline/shared/fetch"
)

// Limits hold channels and bots to a rate, counted in each process by itself; those of an account stand before them. What
// is over a rate is handed back and tried again, for as long as it takes.
type Limits struct {
	// Sends is how many messages a second a channel sends. 0: deliveries of hooks as many as the network takes, with the
	// replies of chats, which are not held, counted in.
	Sends int
	// Requests is how many requests a minute the handlers of a bot make. 0: defaultRequests.
	Requests int
}

// defaultRequests is how many requests a minute the handlers of a bot make unless Limits say otherwise.
const defaultRequests = 6000

// heldBack hands a job back without counting a try: a limit of ours holds it, and nobody has failed.
type heldBack struct {
	cause *bot.Error
	wait  time.Duration
}

func (h *heldBack) Error() string { return h.cause.Error() }
func (h *heldBack) Unwrap() error { return h.cause }

func held(wait time.Duration, limit string) error {
	// A job that came back each time a place is free would find it taken by another, and cost a write each time.
	return &heldBack{bot.Errorf(bot.RateLimited, limit), max(wait, firstDelay)}
}

// holdSends lets messages of a channel through, or says when to try again.
func (e *Engine) holdSends(ctx context.Context, t *turn, messages int) error {
	own, err := e.accounts.of(ctx, t.scene.Channel.Owner, e.now())
	if err != nil {
		return err
	}
	rate, holds := cmp.Or(own.Sends, e.Limits.Sends), true
	if rate == 0 {
		rate, holds = t.provider.Describe().Limits.Rate, t.job.Kind == bot.DeliveryJob
	}
	if rate == 0 {
		return nil
	}
	b := bucket{perSecond: float64(rate), size: float64(rate)}
	wait := e.sends.take(t.scene.Channel.ID, float64(min(messages, rate)), b, e.now())
	if wait == 0 || !holds {
		return nil
	}
	return held(wait, fmt.Sprintf("the channel's limit of %d messages a second is reached", rate))
}

// limitedFetcher makes as many requests as a bot may.
type limitedFetcher struct {
	Fetcher
	engine *Engine
	bot    bot.Head
}

func (f limitedFetcher) Do(ctx context.Context, r fetch.Request) (fetch.Response, error) {
	own, err := f.engine.accounts.of(ctx, f.bot.Owner, f.engine.now())
	if err != nil {
		return fetch.Response{}, err
	}
	limit := cmp.Or(own.Requests, f.engine.Limits.Requests, defaultRequests)
	b := bucket{perSecond: float64(limit) / 60, size: float64(limit)}
	if wait := f.engine.requests.take(f.bot.ID, 1, b, f.engine.now()); wait > 0 {
		return fetch.Response{}, held(wait, fmt.Sprintf("the bot's limit of %d requests a minute is reached", limit))
	}
	return f.Fetcher.Do(ctx, r)
}

// bucket holds tokens: it fills at a rate up to its size.
type bucket struct {
	perSecond, size float64
	tokens          float64
	at              time.Time // when tokens was right
}

// filled is the bucket at a time.
func (b bucket) filled(now time.Time) bucket {
	b.tokens = min(b.size, b.tokens+b.perSecond*max(0, now.Sub(b.at).Seconds()))
	b.at = now
	return b
}

// maxBuckets bounds how many are remembered: beyond it all are forgotten, which lets some more through for a moment.
const maxBuckets = 10_000

// buckets are those of all channels, or bots. The zero value is ready.
type buckets struct {
	mu   sync.Mutex
	byID map[string]bucket
}

// take takes tokens out of a bucket, which is full if it was not heard of lately. If there are too few it takes none and
// says when there will be enough.
func (b *buckets) take(id string, tokens float64, fresh bucket, now time.Time) (wait time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	current, ok := b.byID[id]
	if !ok {
		if b.byID == nil || len(b.byID) >= maxBuckets {
			b.byID = map[string]bucket{}
		}
		fresh.tokens, fresh.at = fresh.size, now
		current = fresh
	}
	current = current.filled(now)
	current.perSecond, current.size = fresh.perSecond, fresh.size // the limit may be another by now
	current.tokens = min(current.tokens, current.size)
	if missing := tokens - current.tokens; missing > 0 {
		wait = time.Duration(missing / current.perSecond * float64(time.Second))
	} else {
		current.tokens -= tokens
	}
	b.byID[id] = current
	return wait
}
