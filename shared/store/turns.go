package store

import (
	"cmp"
	"context"
	"hash/fnv"
	"slices"
	"time"

	"hookline/shared/bot"
)

// TurnsKept is how long the record of a turn is kept.
const TurnsKept = 7 * 24 * time.Hour

// MaxTurnBytes is the size of a turn's record; a larger one loses its event's raw JSON, its requests and context, then its
// replies.
const MaxTurnBytes = 256 << 10

// PutTurns writes records of turns. They are for people to look at: a lost one is no fault of the turn.
func (s *Store) PutTurns(ctx context.Context, turns ...bot.Turn) error {
	for batch := range slices.Chunk(turns, BatchLimit) {
		items := make([]Item, 0, len(batch))
		for _, t := range batch {
			item, err := turnItem(t)
			if err != nil {
				return err
			}
			items = append(items, item)
		}
		if err := s.table.BatchPut(ctx, items...); err != nil {
			return err
		}
	}
	return nil
}

func turnItem(t bot.Turn) (Item, error) {
	key := Key{turnPartition(t.Bot, t.Time, turnShard(t.Event)), turnTime(t.Time) + "#" + t.ID}
	t.Handlers = nil
	item, err := encode(key, t, t.Time.Add(TurnsKept))
	if err == nil && len(item.Body) > MaxTurnBytes {
		t.Event.Raw, t.Event.Truncated, t.Partial = nil, true, true
		if len(t.Context)+len(t.Requests) > 0 {
			t.Context, t.Requests = nil, nil
			t.Notes = append(slices.Clip(t.Notes), "requests and context are not shown: the turn was too large to be kept whole")
		}
		item, err = encode(key, t, t.Time.Add(TurnsKept))
	}
	if err == nil && len(item.Body) > MaxTurnBytes {
		t.Replies, t.Notes = nil, append(t.Notes, "the replies are not shown: the turn was too large to be kept whole")
		item, err = encode(key, t, t.Time.Add(TurnsKept))
	}
	return item, err
}

// turnShard puts the turns of a chat in one shard, so that reading one chat reads one shard a day.
func turnShard(e bot.Event) uint32 {
	h := fnv.New32a()
	h.Write([]byte(e.Conversation().Chat))
	return h.Sum32() % turnShards
}

// turnTime is how a turn's time stands in its key: to the microsecond, so that keys sort as turns came.
func turnTime(t time.Time) string { return t.UTC().Format("20060102T150405.000000Z") }

// TurnQuery asks for turns of a bot.
type TurnQuery struct {
	Bot string // id
	// Chat limits the answer to one chat's, "" for all.
	Chat string
	// Since and Until bound the turns' times, both excluded; zero: no bound.
	Since, Until time.Time
	Limit        int
}

// Turns gives turns, newest first.
func (s *Store) Turns(ctx context.Context, q TurnQuery) ([]bot.Turn, error) {
	newest := s.now()
	if !q.Until.IsZero() && q.Until.Before(newest) {
		newest = q.Until
	}
	oldest := s.now().Add(-TurnsKept)
	if q.Since.After(oldest) {
		oldest = q.Since
	}
	var turns []bot.Turn
	for day := newest.UTC(); !day.Truncate(24 * time.Hour).Before(oldest.UTC().Truncate(24 * time.Hour)); day = day.AddDate(0, 0, -1) {
		found, err := s.turnsOfDay(ctx, q, day)
		if err != nil {
			return nil, err
		}
		turns = append(turns, found...)
		if q.Limit > 0 && len(turns) >= q.Limit {
			return turns[:q.Limit], nil
		}
	}
	return turns, nil
}

func (s *Store) turnsOfDay(ctx context.Context, q TurnQuery, day time.Time) ([]bot.Turn, error) {
	shards := []uint32{}
	for shard := range uint32(turnShards) {
		shards = append(shards, shard)
	}
	if q.Chat != "" {
		shards = []uint32{turnShard(bot.Event{Chat: &bot.Chat{ID: q.Chat}})}
	}
	var turns []bot.Turn
	for _, shard := range shards {
		found, err := s.turnsOfShard(ctx, q, turnPartition(q.Bot, day, shard))
		if err != nil {
			return nil, err
		}
		turns = append(turns, found...)
	}
	slices.SortStableFunc(turns, func(a, b bot.Turn) int {
		return cmp.Or(b.Time.Compare(a.Time), cmp.Compare(b.ID, a.ID))
	})
	return turns, nil
}

// turnPage is how many turns are read at a time while those of one chat are picked out.
const turnPage = 200

// turnsOfShard reads pages, newest first, until it has what was asked for or passes q.Since.
func (s *Store) turnsOfShard(ctx context.Context, q TurnQuery, partition string) ([]bot.Turn, error) {
	page := Query{PK: partition, Newest: true, Limit: turnPage}
	if !q.Until.IsZero() {
		page.After = turnTime(q.Until)
	}
	var turns []bot.Turn
	for {
		items, err := s.table.Query(ctx, page)
		if err != nil {
			return nil, err
		}
		for _, item := range items {
			var t bot.Turn
			if err := decode(item, &t); err != nil {
				return nil, err
			}
			if !t.Time.After(q.Since) {
				return turns, nil
			}
			if q.Chat == "" || t.Event.Chat != nil && t.Event.Chat.ID == q.Chat {
				turns = append(turns, t)
			}
			if q.Limit > 0 && len(turns) >= q.Limit {
				return turns, nil
			}
		}
		if len(items) < turnPage {
			return turns, nil
		}
		page.After = items[len(items)-1].SK
	}
}
