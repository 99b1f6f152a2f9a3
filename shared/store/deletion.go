package store

import (
	"context"
	"slices"
	"time"

	"hookline/shared/bot"
)

// deletionPages bounds one step of a deletion, so that it ends before whoever asked has gone.
const deletionPages = 100

// DeleteBot removes what is kept of a bot whose channels and hooks are gone: dead letters, turns with the conversations
// that they tell of, definitions, and at last the bot itself, whose name is free then. It is done in steps: until it gives
// true there is more, and it is asked again. Conversations of more than TurnsKept ago are found by nobody any more, and
// expire a year after their last event.
// Kind conflict: somebody has published it again meanwhile.
func (s *Store) DeleteBot(ctx context.Context, head bot.Head) (done bool, err error) {
	live, version, err := read[bot.Head](ctx, s, headKey(head.ID), "bot: "+head.Name)
	if err != nil {
		return false, err
	}
	if live.Definition != head.Definition || len(live.Channels)+len(live.Hooks) > 0 {
		return false, bot.Errorf(bot.Conflict, "somebody has published the bot again: delete it once more")
	}
	d := deletion{store: s, pages: deletionPages}
	if err := d.partition(ctx, deadKey(head.ID, "").PK, nil); err != nil {
		return false, err
	}
	for day := range int(TurnsKept/(24*time.Hour)) + 1 {
		for shard := range uint32(turnShards) {
			at := s.now().AddDate(0, 0, -day)
			if err := d.partition(ctx, turnPartition(head.ID, at, shard), s.conversationsOf); err != nil {
				return false, err
			}
		}
	}
	if err := d.definitions(ctx, head); err != nil || d.pages == 0 {
		return false, err
	}
	err = s.table.Transact(ctx,
		Op{Verb: DeleteVerb, Item: Item{Key: headKey(head.ID)}, Cond: IfVersion(version)},
		Op{Verb: DeleteVerb, Item: Item{Key: accountBotKey(head.Owner, head.Name)}, Cond: Always})
	return err == nil, err
}

// deletion is one step.
type deletion struct {
	store *Store
	pages int // how many more may be deleted
}

// partition deletes what lies in a partition. Of each item also gives what else to delete.
func (d *deletion) partition(ctx context.Context, pk string, also func(Item) ([]Key, error)) error {
	for d.pages > 0 {
		items, err := d.store.table.Query(ctx, Query{PK: pk, Limit: TransactLimit / 3})
		if err != nil || len(items) == 0 {
			return err
		}
		d.pages--
		if err := d.delete(ctx, items, also); err != nil {
			return err
		}
	}
	return nil
}

// definitions deletes the versions of a bot up to its head's: one that is published meanwhile is whole.
func (d *deletion) definitions(ctx context.Context, head bot.Head) error {
	later := definitions + packed{}.name(head.Version+1)
	for d.pages > 0 {
		items, err := d.store.table.Query(ctx, Query{PK: headKey(head.ID).PK, Prefix: definitions, Limit: TransactLimit / 3})
		items = slices.DeleteFunc(items, func(item Item) bool { return item.SK >= later })
		if err != nil || len(items) == 0 {
			return err
		}
		d.pages--
		if err := d.delete(ctx, items, nil); err != nil {
			return err
		}
	}
	return nil
}

func (d *deletion) delete(ctx context.Context, items []Item, also func(Item) ([]Key, error)) error {
	keys := map[Key]bool{}
	for _, item := range items {
		keys[item.Key] = true
		if also == nil {
			continue
		}
		more, err := also(item)
		if err != nil {
			return err
		}
		for _, key := range more {
			keys[key] = true
		}
	}
	ops := make([]Op, 0, len(keys))
	for key := range keys {
		ops = append(ops, Op{Verb: DeleteVerb, Item: Item{Key: key}, Cond: Always})
	}
	return d.store.table.Transact(ctx, ops...)
}

// conversationsOf gives where the conversation of a turn lies, and where it is noted whose it is.
func (s *Store) conversationsOf(item Item) ([]Key, error) {
	var t bot.Turn
	if err := decode(item, &t); err != nil {
		return nil, err
	}
	key := t.Event.Conversation()
	return []Key{conversationKey(key), userChatKey(key)}, nil
}
