package store

import (
	"context"
	"iter"
	"strings"
	"time"

	"hookline/shared/bot"
)

// TurnQuery asks for turns of a bot.
type TurnQuery struct {
	Bot string // id
	// Chat limits the answer to one chat's, "" for all.
	Chat string
	// Since and Until bound the turns' times, both excluded; zero: no bound.
	Since, Until time.Time
	// After is the TurnID of the turn to go on behind, "" from the newest.
	After string
}

// TurnID names a turn among those of its bot: by it the turn is found, and what is older than it.
func TurnID(t bot.Turn) string { return turnTime(t.Time) + "-" + t.ID }

// turnOfID takes a TurnID apart; kind not_found if it is none.
func turnOfID(id string) (at time.Time, job string, err error) {
	stamp, job, _ := strings.Cut(id, "-")
	at, err = time.Parse(turnTimes, stamp)
	if err != nil || job == "" {
		return at, "", bot.Errorf(bot.NotFound, "no turn "+id+" is kept")
	}
	return at, job, nil
}

// Turn gives one turn of a bot by its TurnID; kind not_found if it is not kept.
func (s *Store) Turn(ctx context.Context, botID, id string) (bot.Turn, error) {
	var t bot.Turn
	at, job, err := turnOfID(id)
	if err != nil {
		return t, err
	}
	var keys []Key // in one of all shards: the id does not tell of which chat it is
	for shard := range uint32(turnShards) {
		keys = append(keys, Key{turnPartition(botID, at, shard), turnTime(at) + "#" + job})
	}
	items, err := s.table.BatchGet(ctx, keys...)
	if err != nil {
		return t, err
	}
	if len(items) == 0 {
		return t, bot.Errorf(bot.NotFound, "no turn "+id+" is kept")
	}
	return t, decode(items[0], &t)
}

// Turns gives turns, newest first, reading on as the caller goes on. An error ends them.
func (s *Store) Turns(ctx context.Context, q TurnQuery) iter.Seq2[bot.Turn, error] {
	return func(yield func(bot.Turn, error) bool) {
		from, before := s.now(), ""
		if !q.Until.IsZero() {
			before = turnTime(q.Until)
		}
		if q.After != "" {
			at, job, err := turnOfID(q.After)
			if err != nil {
				yield(bot.Turn{}, bot.Errorf(bot.Invalid, "the cursor is none of this list's"))
				return
			}
			if after := turnTime(at) + "#" + job; before == "" || after < before {
				before, q.Until = after, at
			}
		}
		if !q.Until.IsZero() && q.Until.Before(from) {
			from = q.Until
		}
		oldest := s.now().Add(-TurnsKept)
		if q.Since.After(oldest) {
			oldest = q.Since
		}
		const aDay = 24 * time.Hour
		for day := from.UTC().Truncate(aDay); !day.Before(oldest.UTC().Truncate(aDay)); day = day.Add(-aDay) {
			if !s.turnsOfDay(ctx, q, day, before, yield) {
				return
			}
		}
	}
}

// turnsOfDay merges the shards of a day, and tells whether to go on with the day before.
func (s *Store) turnsOfDay(ctx context.Context, q TurnQuery, day time.Time, before string, yield func(bot.Turn, error) bool) bool {
	var shards []*turnPages
	for shard := range uint32(turnShards) {
		if q.Chat == "" || shard == turnShard(bot.Event{Chat: &bot.Chat{ID: q.Chat}}) {
			shards = append(shards, &turnPages{table: s.table, query: Query{
				PK: turnPartition(q.Bot, day, shard), After: before, Newest: true, Limit: firstTurns,
			}})
		}
	}
	for {
		item, found, err := takeNewest(ctx, shards)
		if err == nil && !found {
			return true
		}
		var t bot.Turn
		if err == nil {
			err = decode(item, &t)
		}
		switch {
		case err != nil:
			yield(t, err)
			return false
		case !t.Time.After(q.Since):
			return false
		case q.Chat != "" && (t.Event.Chat == nil || t.Event.Chat.ID != q.Chat):
			continue // another chat of the shard
		}
		if !yield(t, nil) {
			return false
		}
	}
}

// A shard is read in pages that grow: most who ask want the newest few, and a turn may have MaxTurnBytes.
const (
	firstTurns = 10
	mostTurns  = 160
)

// turnPages reads a partition of turns, newest first.
type turnPages struct {
	table Table
	query Query
	items []Item
	ended bool
}

// head gives the next item, if there is one.
func (p *turnPages) head(ctx context.Context) (item Item, found bool, err error) {
	if len(p.items) == 0 && !p.ended {
		if p.items, err = p.table.Query(ctx, p.query); err != nil {
			return item, false, err
		}
		if p.ended = len(p.items) < p.query.Limit; !p.ended {
			p.query.After = p.items[len(p.items)-1].SK
			p.query.Limit = min(2*p.query.Limit, mostTurns)
		}
	}
	if len(p.items) == 0 {
		return item, false, nil
	}
	return p.items[0], true, nil
}

// takeNewest takes the newest item of several partitions.
func takeNewest(ctx context.Context, shards []*turnPages) (newest Item, found bool, err error) {
	var from *turnPages
	for _, shard := range shards {
		item, ok, err := shard.head(ctx)
		if err != nil {
			return item, false, err
		}
		if ok && (from == nil || item.SK > newest.SK) {
			newest, from = item, shard
		}
	}
	if from != nil {
		from.items = from.items[1:]
	}
	return newest, from != nil, nil
}
