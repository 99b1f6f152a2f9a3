package cli

import (
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
	return printList(s, turns, "no turns", printTurn)
}

const (
	maxTurns    = 500 // what the server gives at once
	turnPage    = 100 // what is asked for at once where all are wanted
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
	bot, chat string
	since     time.Time
	limit     int
	// bare leaves out why each handler fired or lost.
	bare bool
}

// turns gives the newest turns, the oldest of them first.
func (c *client) turns(ctx context.Context, q turnQuery) ([]bot.Turn, error) {
	var turns []bot.Turn
	for turn, err := range c.allTurns(ctx, q) {
		if err != nil {
			return nil, err
		}
		if turns = append(turns, turn); len(turns) == q.limit {
			break
		}
	}
	slices.Reverse(turns)
	return turns, nil
}

// turnSeq gives turns one after the other; an error ends it.
type turnSeq = iter.Seq2[bot.Turn, error]

// allTurns gives all turns that a query asks for, the newest first; its limit is that of a page.
func (c *client) allTurns(ctx context.Context, q turnQuery) turnSeq {
	return func(yield func(bot.Turn, error) bool) {
		values := q.values()
		for {
			var page struct {
				Turns []bot.Turn `json:"turns"`
				Next  string     `json:"next"`
			}
			if err := c.call(ctx, "GET "+botPath(q.bot)+"/turns?"+values.Encode(), nil, &page); err != nil {
				yield(bot.Turn{}, err)
				return
			}
			for _, t := range page.Turns {
				if !yield(t, nil) {
					return
				}
			}
			if page.Next == "" {
				return
			}
			values.Set("cursor", page.Next)
		}
	}
}

func (q turnQuery) values() url.Values {
	values := url.Values{}
	if q.limit > 0 {
		values.Set("limit", strconv.Itoa(q.limit))
	}
	if q.chat != "" {
		values.Set("chat", q.chat)
	}
	if !q.since.IsZero() {
		values.Set("since", q.since.UTC().Format(time.RFC3339Nano))
	}
	if q.bare {
		values.Set("explain", "false")
	}
	return values
}
