package cli

import (
	"cmp"
	"context"
	"iter"
	"net/url"
	"slices"
	"strconv"
	"time"

	"hookline/shared/bot"
)

type turnsCommand struct {
	Bot    string        `arg:"" optional:"" help:"Name of the bot; not needed where there is only one."`
	Chat   string        `help:"Only turns of this chat." placeholder:"ID" xor:"chat"`
	Since  time.Duration `help:"Only turns of the last so long." placeholder:"1h"`
	Limit  int           `short:"n" default:"20" help:"How many at most, the newest."`
	Follow bool          `short:"f" help:"Go on printing turns as they come." xor:"follow"`
	AsTest string        `help:"Write all turns of this chat down as a test file for hookline test." placeholder:"ID" xor:"chat,follow"`
}

func (turnsCommand) Help() string {
	return `Prints what happened to each event, the newest last: which handler fired, why others did not, what was answered.

  hookline turns pizza
  hookline turns --chat 42 --follow
  hookline turns --as-test 42 > pizza.test.yaml
  hookline turns -o json | jq 'select(.outcome == "failed")'`
}

func (c *turnsCommand) Run(ctx context.Context, s *session) error {
	if c.Limit < 1 || c.Limit > maxTurns {
		return &usage{"--limit must be between 1 and " + strconv.Itoa(maxTurns)}
	}
	server := s.client()
	b, err := server.bot(ctx, c.Bot)
	if err != nil {
		return err
	}
	query := turnQuery{bot: b.Bot, chat: c.Chat, limit: c.Limit}
	if c.Since > 0 {
		query.since = time.Now().Add(-c.Since)
	}
	switch {
	case c.Follow:
		return s.follow(ctx, server, query)
	case c.AsTest != "":
		query.chat = c.AsTest
		return s.asTest(ctx, server, query)
	}
	turns, err := server.turns(ctx, query)
	if err != nil {
		return err
	}
	return printAll(s, turns, printTurn)
}

const (
	maxTurns    = 500 // what the server gives at once
	followEvery = 500 * time.Millisecond
	// lateness is how long a turn may take before it is recorded, and so how far back is looked again and again.
	lateness = time.Minute
)

// follow prints turns as they come, and again when one ends otherwise than it was printed. It goes on until ctx ends.
func (s *session) follow(ctx context.Context, server *client, query turnQuery) error {
	printed := map[string]bot.Outcome{}
	tick := time.NewTicker(followEvery)
	defer tick.Stop()
	for {
		turns, err := server.turns(ctx, query)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return err
		}
		query = query.goOn(turns, time.Now().Add(-lateness))
		fresh := map[string]bot.Outcome{}
		for _, t := range turns {
			fresh[t.ID] = t.Outcome
		}
		turns = slices.DeleteFunc(turns, func(t bot.Turn) bool { return printed[t.ID] == t.Outcome })
		if err := printAll(s, turns, printTurn); err != nil {
			return err
		}
		printed = fresh
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// goOn gives the next query after one that gave turns: from since on, but nothing that the first one left out.
func (q turnQuery) goOn(turns []bot.Turn, since time.Time) turnQuery {
	if len(turns) == q.limit && turns[0].Time.After(since) {
		since = turns[0].Time
	}
	if since.After(q.since) {
		q.since = since
	}
	q.limit = maxTurns
	return q
}

// turnQuery asks for turns of a bot.
type turnQuery struct {
	bot, chat    string
	since, until time.Time
	limit        int
	// bare leaves out why each handler fired or lost.
	bare bool
}

// turns gives the newest turns, the oldest of them first.
func (c *client) turns(ctx context.Context, q turnQuery) ([]bot.Turn, error) {
	values := url.Values{"limit": {strconv.Itoa(q.limit)}}
	if q.chat != "" {
		values.Set("chat", q.chat)
	}
	if !q.since.IsZero() {
		values.Set("since", q.since.UTC().Format(time.RFC3339Nano))
	}
	if !q.until.IsZero() {
		values.Set("until", q.until.UTC().Format(time.RFC3339Nano))
	}
	if q.bare {
		values.Set("explain", "false")
	}
	var page struct {
		Turns []bot.Turn `json:"turns"`
	}
	if err := c.call(ctx, "GET "+botPath(q.bot)+"/turns?"+values.Encode(), nil, &page); err != nil {
		return nil, err
	}
	slices.SortStableFunc(page.Turns, func(a, b bot.Turn) int { return cmp.Compare(a.Time.UnixNano(), b.Time.UnixNano()) })
	return page.Turns, nil
}

// turnPage is how many turns are asked for at a time where all are wanted: each may have 256 KiB.
const turnPage = 100

// turnSeq gives turns one after the other; an error ends it.
type turnSeq = iter.Seq2[bot.Turn, error]

// allTurns gives all turns that a query asks for, the newest first, without why their handlers fired or lost.
func (c *client) allTurns(ctx context.Context, q turnQuery) turnSeq {
	q.limit, q.bare = turnPage, true
	return func(yield func(bot.Turn, error) bool) {
		known := map[string]bool{}
		for {
			page, err := c.turns(ctx, q)
			if err != nil {
				yield(bot.Turn{}, err)
				return
			}
			given := map[string]bool{}
			for _, t := range slices.Backward(page) {
				given[t.ID] = true
				if !known[t.ID] && !yield(t, nil) {
					return
				}
			}
			if len(page) < q.limit {
				return
			}
			// The server bounds by microseconds: others of the last one may be still to come, and some come again.
			last := page[0].Time.Truncate(time.Microsecond)
			if next := last.Add(time.Microsecond); next.Equal(q.until) {
				q.until = last
			} else {
				q.until = next
			}
			known = given
		}
	}
}
