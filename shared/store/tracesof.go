package store

import (
	"context"
	"maps"
	"net/url"
	"slices"
	"strings"

	"hookline/shared/bot"
)

// recipient looks at the recipients of a hook.
func (k *seeker) recipient(hook string) func(context.Context, Item) error {
	return func(ctx context.Context, item Item) error {
		var stored recipientItem
		if err := decode(item, &stored); err != nil {
			return err
		}
		r := stored.recipient()
		if r.Channel != k.user.Channel || !k.about(r.Address) {
			return nil
		}
		k.add(item)
		k.found.Recipients = append(k.found.Recipients, KeptRecipient{hook, r})
		if !k.erasing {
			return nil
		}
		return k.store.changeRecipient(ctx, hook, recipientID(item.Key), func(i *recipientItem) { i.Subscribed = nil })
	}
}

// call looks at the deliveries of a call to the user's chats.
func (k *seeker) call(hook string) func(context.Context, Item) error {
	return func(ctx context.Context, item Item) error {
		var call bot.Call
		if err := decode(item, &call); err != nil {
			return err
		}
		if hook == sendings(k.user.Head.ID) {
			return k.sending(ctx, call)
		}
		var keys []Key
		for _, chat := range slices.Sorted(maps.Keys(k.chats)) {
			keys = append(keys, deliveryKey(call.ID, k.user.Channel+"#"+chat))
		}
		for batch := range slices.Chunk(keys, BatchLimit) {
			k.requests--
			items, err := k.store.table.BatchGet(ctx, batch...)
			if err != nil {
				return err
			}
			for _, item := range items {
				if err := k.delivery(ctx, call, item); err != nil {
					return err
				}
			}
		}
		return nil
	}
}

func (k *seeker) delivery(ctx context.Context, call bot.Call, item Item) error {
	d := KeptDelivery{Hook: call.Hook, Call: call.ID}
	if err := decode(item, &d.Delivery); err != nil {
		return err
	}
	if !k.about(d.Address) {
		return nil
	}
	k.add(item)
	k.found.Deliveries = append(k.found.Deliveries, d)
	return k.drop(ctx, item.Key)
}

// sending looks at a message to one chat: what was said, and what became of it.
func (k *seeker) sending(ctx context.Context, call bot.Call) error {
	k.requests--
	body, err := k.store.table.Get(ctx, callBodyKey(call.ID))
	if bot.KindOf(err) == bot.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	d := KeptDelivery{Hook: call.Hook, Call: call.ID}
	if err := decode(body, &d.Sending); err != nil {
		return err
	}
	if d.Sending.Channel != k.user.Channel || !k.about(d.Sending.Address) {
		return nil
	}
	place := deliveryKey(call.ID, d.Sending.Group(d.Sending.Channel))
	d.Delivery, _, err = read[bot.Delivery](ctx, k.store, place, "delivery")
	if bot.KindOf(err) == bot.NotFound { // it waits
		d.Delivery, err = bot.Delivery{Channel: d.Sending.Channel, Address: d.Sending.Address}, nil
	}
	if err != nil {
		return err
	}
	k.add(body)
	k.found.Deliveries = append(k.found.Deliveries, d)
	if err := k.drop(ctx, place); err != nil {
		return err
	}
	return k.drop(ctx, body.Key)
}

func (k *seeker) letter(ctx context.Context, item Item) error {
	var letter bot.DeadLetter
	if err := decode(item, &letter); err != nil {
		return err
	}
	call := letter.Job.Call
	named := call != nil && letter.Channel == k.user.Channel && k.about(call.To)
	if !named && !k.from(letter.Channel, letter.Job.Event) {
		return nil
	}
	k.add(item)
	k.found.DeadLetters = append(k.found.DeadLetters, letter)
	return k.drop(ctx, item.Key)
}

func (k *seeker) turn(ctx context.Context, item Item) error {
	var t bot.Turn
	if err := decode(item, &t); err != nil {
		return err
	}
	if !k.from(t.Channel, &t.Event) {
		return nil
	}
	k.add(item)
	k.found.Turns = append(k.found.Turns, t)
	return k.drop(ctx, item.Key)
}

// conversation looks at the conversation that is noted in an item. The note goes last.
func (k *seeker) conversation(ctx context.Context, item Item) error {
	key := bot.ConversationKey{Channel: k.user.Channel, Chat: item.SK, User: k.key().User}
	k.requests--
	found, err := k.store.Conversations(ctx, key)
	if err != nil {
		return err
	}
	k.found.Conversations = append(k.found.Conversations, found...)
	k.bytes += len(found) * conversationBytes
	if !k.erasing {
		return nil
	}
	if k.chats[item.SK] {
		if err := k.eraseChat(ctx, key); err != nil {
			return err
		}
	}
	if err := k.drop(ctx, conversationKey(key)); err != nil {
		return err
	}
	return k.drop(ctx, item.Key)
}

// eraseChat deletes what lies beside the conversation in a chat that is the user's own: payloads of buttons, and that the
// bot is blocked there.
func (k *seeker) eraseChat(ctx context.Context, key bot.ConversationKey) error {
	place, err := url.PathUnescape(strings.TrimPrefix(key.Chat, "user:"))
	if err != nil {
		return bot.Wrap(bot.Internal, "a chat's key cannot be read", err)
	}
	if err := k.drop(ctx, blockedKey(key.Channel, place)); err != nil {
		return err
	}
	for {
		k.requests--
		items, err := k.store.table.Query(ctx, Query{PK: conversationKey(key).PK, Prefix: keptPayloads, Limit: tracePage})
		if err != nil || len(items) == 0 {
			return err
		}
		for _, item := range items {
			if err := k.drop(ctx, item.Key); err != nil {
				return err
			}
		}
	}
}

// conversationBytes is what a conversation counts, whose size nobody asked: the most that its context and outbox have.
const conversationBytes = 256 << 10

// add counts what was found.
func (k *seeker) add(item Item) { k.bytes += len(item.Body) }
