package store

import (
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
func turnTime(t time.Time) string { return t.UTC().Format(turnTimes) }

const turnTimes = "20060102T150405.000000Z"
