package store

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"hookline/shared/bot"
)

// deletionPages bounds one step of a deletion, so that it ends before whoever asked has gone.
const deletionPages = 100

// Deletion is one of a bot that has begun and is not done yet.
type Deletion struct {
	ID        string    `json:"id"` // of the bot
	Bot       string    `json:"bot"`
	CreatedAt time.Time `json:"created_at"`
}

// BeginDeletion takes an owner's bot its name, and with it all it does, if that is what the caller allows: the name is
// free at once. What is kept of the bot is still to be deleted, which the item of its deletion remembers. Of a deletion
// and a publication at once, one loses: the publication finds no bot any more, or the deletion the new revision.
func (s *Store) BeginDeletion(ctx context.Context, owner, name string, allow func(live bot.Head) error) (head bot.Head, err error) {
	for range lostRaces {
		var version int64
		if head, version, err = s.headByName(ctx, owner, name); err != nil {
			return head, err
		}
		if err = allow(head); err != nil {
			return head, err
		}
		if head, err = s.takeName(ctx, head, version); bot.KindOf(err) != bot.Conflict {
			return head, err
		}
	}
	return head, err
}

func (s *Store) takeName(ctx context.Context, head bot.Head, version int64) (bot.Head, error) {
	head.DeletedAt = s.now().UTC()
	head.Leaving = slices.Concat(head.Leaving, slices.Sorted(maps.Values(head.Channels)))
	head.LeavingHooks = slices.Concat(head.LeavingHooks, slices.Sorted(maps.Values(head.Hooks)))
	head.Channels, head.Hooks = nil, nil
	item, err := encode(headKey(head.ID), head, noExpiry)
	if err != nil {
		return head, err
	}
	open, err := encode(openDeletionKey(head), Deletion{head.ID, head.Name, head.DeletedAt}, noExpiry)
	if err != nil {
		return head, err
	}
	return head, s.table.Transact(ctx,
		Op{Verb: PutVerb, Item: item, Cond: IfVersion(version)},
		Op{Verb: DeleteVerb, Item: Item{Key: accountBotKey(head.Owner, head.Name)}, Cond: Always},
		Op{Verb: PutVerb, Item: open, Cond: Absent})
}

// Deletions gives an owner's open deletions by the names that the bots had, with where the next page begins: "" if there is
// none. After is where the last page ended.
func (s *Store) Deletions(ctx context.Context, owner, after string, limit int) (open []Deletion, next string, err error) {
	q := Query{PK: accountBotKey(owner, "").PK, Prefix: openDeletions, Limit: limit}
	if after != "" {
		q.After = openDeletions + after
	}
	return s.deletions(ctx, q)
}

func (s *Store) deletions(ctx context.Context, q Query) (open []Deletion, next string, err error) {
	items, err := s.table.Query(ctx, q)
	if err != nil {
		return nil, "", err
	}
	open = make([]Deletion, len(items))
	for i, item := range items {
		if err := decode(item, &open[i]); err != nil {
			return nil, "", err
		}
	}
	if len(items) > 0 && len(items) == q.Limit {
		next = strings.TrimPrefix(items[len(items)-1].SK, openDeletions)
	}
	return open, next, nil
}

// DeletedBot gives the head of an owner's bot whose deletion is open; kind not_found if there is none of that id.
func (s *Store) DeletedBot(ctx context.Context, owner, id string) (bot.Head, error) {
	head, _, err := s.head(ctx, id, "deletion: "+id)
	if err == nil && (head.Owner != owner || head.DeletedAt.IsZero()) {
		err = bot.Errorf(bot.NotFound, "no such deletion: "+id)
	}
	return head, err
}

// DeletedBotOf gives the head of an owner's bot that had a name, while its deletion is open; kind not_found if there is none.
func (s *Store) DeletedBotOf(ctx context.Context, owner, name string) (bot.Head, error) {
	prefix := openDeletionKey(bot.Head{Owner: owner, Name: name})
	open, _, err := s.deletions(ctx, Query{PK: prefix.PK, Prefix: prefix.SK, Limit: 1})
	if err != nil {
		return bot.Head{}, err
	}
	if len(open) == 0 {
		return bot.Head{}, bot.Errorf(bot.NotFound, "no such bot: "+name)
	}
	return s.DeletedBot(ctx, owner, open[0].ID)
}

// RemoveHooks removes the hooks of a bot whose deletion is open, and gives their names.
func (s *Store) RemoveHooks(ctx context.Context, head bot.Head) ([]string, error) {
	var names []string
	for _, id := range head.LeavingHooks {
		switch h, _, err := read[hookItem](ctx, s, hookKey(id), "hook"); {
		case err == nil:
			names = append(names, h.Name)
		case bot.KindOf(err) != bot.NotFound:
			return names, err
		}
	}
	slices.Sort(names)
	return names, s.removeLeavingHooks(ctx, head)
}

// DeleteBot removes what is kept of a bot whose deletion is open and whose channels and hooks are gone: turns with the
// conversations that they tell of, dead letters, definitions, and at last the bot itself. It is done in steps: until it
// gives true there is more, and it is asked again. Conversations of more than TurnsKept ago are found by nobody any more,
// and expire a year after their last event.
// Kind conflict: its deletion has not begun, or its channels and hooks are there.
func (s *Store) DeleteBot(ctx context.Context, head bot.Head) (done bool, err error) {
	live, _, err := s.head(ctx, head.ID, "bot: "+head.Name)
	if bot.KindOf(err) == bot.NotFound {
		return true, nil // somebody else's step was the last one
	}
	if err != nil {
		return false, err
	}
	if live.DeletedAt.IsZero() || len(live.Leaving)+len(live.LeavingHooks) > 0 {
		return false, bot.Errorf(bot.Conflict, "the bot has channels or hooks: remove them before what is kept of it")
	}
	d := deletion{store: s, pages: deletionPages}
	for day := range int(TurnsKept/(24*time.Hour)) + 1 {
		for shard := range uint32(turnShards) {
			at := s.now().AddDate(0, 0, -day)
			if err := d.partition(ctx, turnPartition(head.ID, at, shard), s.conversationsOf); err != nil {
				return false, err
			}
		}
	}
	if err := d.partition(ctx, deadKey(head.ID, "").PK, nil); err != nil {
		return false, err
	}
	if err := d.definitions(ctx, head); err != nil || d.pages == 0 {
		return false, err
	}
	err = s.table.Transact(ctx,
		Op{Verb: DeleteVerb, Item: Item{Key: headKey(head.ID)}, Cond: Always},
		Op{Verb: DeleteVerb, Item: Item{Key: openDeletionKey(live)}, Cond: Always})
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

// definitions deletes the versions of a bot, also those that somebody wrote who was too late to publish them.
func (d *deletion) definitions(ctx context.Context, head bot.Head) error {
	for d.pages > 0 {
		items, err := d.store.table.Query(ctx, Query{PK: headKey(head.ID).PK, Prefix: definitions, Limit: TransactLimit / 3})
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
