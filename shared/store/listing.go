package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"hookline/shared/bot"
)

// listingPage is how many recipients are compared with the bot file, and changed, in one transaction; its last operation
// checks that nobody publishes meanwhile.
const listingPage = TransactLimit - 1

// listRecipients makes the recipients that a bot file lists for a hook those that are stored, and leaves those alone who
// subscribed by themselves. Whether the hook takes calls is written first. It writes only what differs, so that after a
// failure the next publication goes on. Of two publications at once the one with the higher version decides. It gives when
// the hook was last changed.
func (s *Store) listRecipients(ctx context.Context, head bot.Head, hook bot.Hook) (updated time.Time, err error) {
	l := listing{store: s, hook: head.Hooks[hook.Name], version: head.Version, disabled: hook.Disabled}
	listed, err := listedRecipients(head, hook)
	if err != nil {
		return updated, err
	}
	if l.hash, err = hashOf(listed); err != nil {
		return updated, err
	}
	if l.defined, err = hashOf(hook); err != nil {
		return updated, err
	}
	for range lostRaces {
		if err = l.write(ctx, maps.Clone(listed)); bot.KindOf(err) != bot.Conflict {
			break
		}
	}
	return l.updated, err
}

// listedRecipients gives the recipients of a bot file, by id, with the ids of their channels.
func listedRecipients(head bot.Head, hook bot.Hook) (map[string]Recipient, error) {
	listed := make(map[string]Recipient, len(hook.Recipients))
	for _, named := range hook.Recipients {
		channel, ok := head.Channels[named.Channel]
		if !ok {
			return nil, bot.Errorf(bot.Invalid, fmt.Sprintf("hook %s: there is no channel %q", hook.Name, named.Channel))
		}
		r := Recipient{
			Channel: channel, Address: bot.Address{Chat: named.Chat, Thread: named.Thread, User: named.User}, Vars: named.Vars,
		}
		listed[r.ID()] = r
	}
	return listed, nil
}

func hashOf(defined any) (string, error) {
	encoded, err := json.Marshal(defined)
	if err != nil {
		return "", bot.Wrap(bot.Internal, "a hook cannot be encoded", err)
	}
	sum := sha256.Sum256(encoded)
	return hex.EncodeToString(sum[:8]), nil
}

// listing is one hook's list of recipients on its way into the table.
type listing struct {
	store   *Store
	hook    string // id
	version int    // of the bot
	hash    string
	defined string    // hash of the hook's definition
	updated time.Time // when the hook's item was last changed
	// disabled is written with it, for it is the version's word, too.
	disabled bool
	guard    Op // holds as long as the hook's item is as this listing left it
}

// write brings the stored recipients in line with listed, which it uses up.
func (l *listing) write(ctx context.Context, listed map[string]Recipient) error {
	item, version, err := read[hookItem](ctx, l.store, hookKey(l.hook), "hook")
	same := item.ListedAs == l.hash
	l.updated = item.UpdatedAt
	if err != nil || item.ListedBy > l.version || same && item.ListedBy == l.version && item.Disabled == l.disabled {
		return err
	}
	item.Disabled = l.disabled
	if item.ListedBy = l.version; !same {
		item.ListedAs = ""
	}
	if item.DefinedAs != "" && item.DefinedAs != l.defined {
		item.UpdatedAt = l.store.now().UTC()
	}
	item.DefinedAs, l.updated = l.defined, item.UpdatedAt
	if version, err = l.store.write(ctx, hookKey(l.hook), item, IfVersion(version)); err != nil || same {
		return err
	}
	l.guard = Op{Verb: CheckVerb, Item: Item{Key: hookKey(l.hook)}, Cond: IfVersion(version)}
	if err := l.revise(ctx, listed); err != nil {
		return err
	}
	if err := l.add(ctx, listed); err != nil {
		return err
	}
	item.ListedAs = l.hash
	_, err = l.store.write(ctx, hookKey(l.hook), item, IfVersion(version))
	return err
}

// revise goes through those who are recipients already and takes them out of listed.
func (l *listing) revise(ctx context.Context, listed map[string]Recipient) error {
	page := Query{PK: hookKey(l.hook).PK, Prefix: recipients, Limit: listingPage}
	for {
		items, err := l.store.table.Query(ctx, page)
		if err != nil || len(items) == 0 {
			return err
		}
		var ops []Op
		for _, item := range items {
			id := recipientID(item.Key)
			r, named := listed[id]
			delete(listed, id)
			op, err := l.store.changedRecipient(item, func(i *recipientItem) { i.list(r, named) })
			if err != nil {
				return err
			}
			if op != nil {
				ops = append(ops, *op)
			}
		}
		if err := l.transact(ctx, ops); err != nil {
			return err
		}
		page.After = items[len(items)-1].SK
	}
}

// list notes what the bot file says of a recipient.
func (i *recipientItem) list(r Recipient, named bool) {
	i.Listed = nil
	if named {
		i.Channel, i.Chat, i.Listed = r.Channel, r.Chat, termsOf(r)
	}
}

// add writes those who are not recipients yet.
func (l *listing) add(ctx context.Context, listed map[string]Recipient) error {
	for ids := range slices.Chunk(slices.Sorted(maps.Keys(listed)), listingPage) {
		var ops []Op
		for _, id := range ids {
			op, err := l.store.changedRecipient(Item{Key: recipientKey(l.hook, id)}, func(i *recipientItem) { i.list(listed[id], true) })
			if err != nil {
				return err
			}
			ops = append(ops, *op)
		}
		if err := l.transact(ctx, ops); err != nil {
			return err
		}
	}
	return nil
}

func (l *listing) transact(ctx context.Context, ops []Op) error {
	if len(ops) == 0 {
		return nil
	}
	return l.store.table.Transact(ctx, append(ops, l.guard)...)
}
