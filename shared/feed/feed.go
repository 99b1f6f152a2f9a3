// Package feed fetches events from networks that let us ask for them, for machines that no network can call. What it
// fetches is accepted as a webhook's calls are, and confirmed to the network only once it is on the queue.
package feed

import (
	"context"
	"log/slog"
	"reflect"
	"time"

	"hookline/shared/bot"
	"hookline/shared/metrics"
	"hookline/shared/provider"
	"hookline/shared/queue"
)

// Feeds follows every channel whose provider is a provider.Poller, each in a goroutine of its own. Fields may be changed
// until Run.
type Feeds struct {
	Log     *slog.Logger
	Now     func() time.Time
	Metrics *metrics.Set // may be nil
	// Health is told when a channel begins to work (nil) and each time it does not.
	Health func(ctx context.Context, channelID string, err error)
	// Wait passes the time between two tries, or less if ctx ends.
	Wait func(ctx context.Context, d time.Duration)

	providers provider.Set
	queue     queue.Sender
	channels  func(ctx context.Context) ([]bot.Channel, error)
	refresh   chan struct{}
}

// New makes feeds of those channels that can be polled; the others are passed over.
func New(ps provider.Set, q queue.Sender, channels func(ctx context.Context) ([]bot.Channel, error)) *Feeds {
	return &Feeds{
		Log:       slog.Default(),
		Now:       time.Now,
		Health:    func(context.Context, string, error) {},
		Wait:      wait,
		providers: ps,
		queue:     q,
		channels:  channels,
		refresh:   make(chan struct{}, 1),
	}
}

// Refresh makes Run read the channels again: new ones start, removed ones stop, changed ones start afresh, and those that
// were refused are asked once more. It does not wait for that.
func (f *Feeds) Refresh() {
	select {
	case f.refresh <- struct{}{}:
	default:
	}
}

// follower is a channel that is, or was, followed.
type follower struct {
	channel bot.Channel
	stop    context.CancelFunc
	ended   chan struct{}
	refusal string // why the channel is not followed, once ended is closed
}

// Run follows the channels until ctx ends. Then it returns nil, once every fetch has ended.
func (f *Feeds) Run(ctx context.Context) error {
	followers := map[string]*follower{}
	defer f.follow(ctx, followers, nil)
	for failures := 0; ctx.Err() == nil; {
		channels, err := f.channels(ctx)
		if err != nil {
			failures++
			f.Log.WarnContext(ctx, "feeds: channels cannot be read", "error", err)
			f.Wait(ctx, backoff(failures, err))
			continue
		}
		failures = 0
		f.follow(ctx, followers, channels)
		select {
		case <-f.refresh:
		case <-ctx.Done():
		}
	}
	return nil
}

// follow makes followers be those of the channels.
func (f *Feeds) follow(ctx context.Context, followers map[string]*follower, channels []bot.Channel) {
	wanted := f.pollable(channels)
	refusals := map[string]string{}
	for id, w := range followers {
		if ch, ok := wanted[id]; ok && reflect.DeepEqual(ch, w.channel) && !w.over() {
			delete(wanted, id)
			continue
		}
		w.stop()
		<-w.ended
		refusals[id] = w.refusal
		delete(followers, id)
	}
	for id, ch := range wanted {
		followers[id] = f.start(ctx, ch, refusals[id])
	}
}

// pollable gives those of the channels that can be followed, by id.
func (f *Feeds) pollable(channels []bot.Channel) map[string]bot.Channel {
	wanted := map[string]bot.Channel{}
	for _, ch := range channels {
		ch.Health = bot.Health{} // it changes without need to start afresh
		if _, ok := f.providers[ch.Provider].(provider.Poller); ok && !ch.Disabled {
			wanted[ch.ID] = ch
		}
	}
	return wanted
}

// start follows a channel. Refused for the same reason as before, it says no more of it.
func (f *Feeds) start(ctx context.Context, ch bot.Channel, refusedBefore string) *follower {
	ctx, stop := context.WithCancel(ctx)
	w := &follower{channel: ch, stop: stop, ended: make(chan struct{})}
	p := f.providers[ch.Provider]
	work := fetcher{
		Feeds: f, channel: ch, provider: p, poller: p.(provider.Poller),
		log: f.Log.With("channel", ch.ID, "provider", ch.Provider),
	}
	go func() {
		defer close(w.ended)
		refusal := work.run(ctx)
		if refusal == nil {
			return
		}
		if w.refusal = refusal.Error(); w.refusal != refusedBefore {
			work.log.WarnContext(ctx, "channel is not polled", "reason", refusal)
		}
		f.Health(ctx, ch.ID, refusal)
	}()
	return w
}

func (w *follower) over() bool {
	select {
	case <-w.ended:
		return true
	default:
		return false
	}
}

func wait(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
