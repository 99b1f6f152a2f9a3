package webhook

import (
	"context"
	"sync"
	"time"

	"hookline/shared/bot"
)

const (
	keepKnown   = time.Minute
	keepUnknown = 10 * time.Second
	rereadEvery = time.Second
	readTimeout = 5 * time.Second
	// maxKept bounds each of the two maps. Above it, entries go at random.
	maxKept = 10_000
	// maxID is longer than any channel's id.
	maxID = 128
)

// channels keeps what was read of the source for a while, by id, siblings by id and account. Unknown ones have a map of their own, so that guessing them
// drives no channel out.
type channels struct {
	source ChannelSource

	mu      sync.Mutex
	known   map[string]entry
	unknown map[string]entry
	reading map[string]*reading
}

// entry is an answer of the source: a channel, or that there is none.
type entry struct {
	channel bot.Channel
	err     error
	readAt  time.Time
	reread  bool
	// read asks the source.
	read func(context.Context) (bot.Channel, error)
}

// reading is a read under way. Its results may be used once done is closed.
type reading struct {
	done    chan struct{}
	channel bot.Channel
	err     error
}

func newChannels(source ChannelSource) channels {
	return channels{
		source: source, known: map[string]entry{}, unknown: map[string]entry{}, reading: map[string]*reading{},
	}
}

// get gives a channel as it was within the last minute, or that there was none within the last ten seconds.
func (c *channels) get(ctx context.Context, id string, now time.Time) (bot.Channel, error) {
	if id == "" || len(id) > maxID {
		return bot.Channel{}, bot.Errorf(bot.NotFound, "no such channel")
	}
	return c.remembered(ctx, id, entry{readAt: now, read: func(ctx context.Context) (bot.Channel, error) {
		return c.source.Channel(ctx, id)
	}})
}

// sibling gives the channel of ch's app that is the account, as old as get's answers are.
func (c *channels) sibling(ctx context.Context, ch bot.Channel, account string, now time.Time) (bot.Channel, error) {
	return c.remembered(ctx, ch.ID+"#"+account, entry{readAt: now, read: func(ctx context.Context) (bot.Channel, error) {
		return c.source.Sibling(ctx, ch, account)
	}})
}

func (c *channels) remembered(ctx context.Context, id string, asked entry) (bot.Channel, error) {
	now := asked.readAt
	c.mu.Lock()
	if e, ok := c.known[id]; ok && now.Sub(e.readAt) < keepKnown {
		c.mu.Unlock()
		return e.channel, nil
	}
	if e, ok := c.unknown[id]; ok && now.Sub(e.readAt) < keepUnknown {
		c.mu.Unlock()
		return bot.Channel{}, e.err
	}
	return c.readLocked(ctx, id, asked)
}

// reread gives a channel as it is now, but asks the source for it again only once a second.
func (c *channels) reread(ctx context.Context, id string, now time.Time) (bot.Channel, error) {
	c.mu.Lock()
	if e, ok := c.known[id]; ok && e.reread && now.Sub(e.readAt) < rereadEvery {
		c.mu.Unlock()
		return e.channel, nil
	}
	return c.readLocked(ctx, id, entry{readAt: now, reread: true, read: func(ctx context.Context) (bot.Channel, error) {
		return c.source.Channel(ctx, id)
	}})
}

// readLocked reads a channel, or waits for the read of it that is under way. It unlocks c.mu.
func (c *channels) readLocked(ctx context.Context, id string, e entry) (bot.Channel, error) {
	if r, ok := c.reading[id]; ok {
		c.mu.Unlock()
		select {
		case <-r.done:
			return r.channel, r.err
		case <-ctx.Done():
			return bot.Channel{}, bot.Wrap(bot.Unavailable, "channel was not read in time", ctx.Err())
		}
	}
	// The error stands if the source panics.
	r := &reading{done: make(chan struct{}), err: bot.Errorf(bot.Internal, "channel cannot be read")}
	c.reading[id] = r
	c.mu.Unlock()
	defer c.finish(id, e, r)

	// Others wait for this read, whatever becomes of the call that started it.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), readTimeout)
	defer cancel()
	r.channel, r.err = e.read(ctx)
	return r.channel, r.err
}

// finish keeps a read's answer, if it is one: a failing source takes away nothing that is known.
func (c *channels) finish(id string, e entry, r *reading) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e.channel, e.err = r.channel, r.err
	switch bot.KindOf(r.err) {
	case "":
		keep(c.known, id, e)
	case bot.NotFound:
		keep(c.unknown, id, e)
		delete(c.known, id)
	}
	delete(c.reading, id)
	close(r.done)
}

func keep(entries map[string]entry, id string, e entry) {
	if _, ok := entries[id]; !ok && len(entries) >= maxKept {
		for other := range entries {
			delete(entries, other)
			break
		}
	}
	entries[id] = e
}
