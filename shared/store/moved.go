package store

import (
	"context"
	"strings"

	"hookline/shared/bot"
)

// movePage is how many items of a chat are read at a time while it is moved.
const movePage = 25

// MoveChat gives a chat of a channel another id: each conversation in it goes on under the new one, where it has not
// begun yet, and leaves behind where it went. One call moves a page: call it with what the last one gave until that is "".
// It may be called again for a chat that was moved. Kind conflict: a conversation was written meanwhile, call again.
func (s *Store) MoveChat(ctx context.Context, channel string, move bot.Move, after string) (next string, err error) {
	partition := conversationKey(bot.NewConversationKey(channel, move.From, "")).PK
	items, err := s.table.Query(ctx, Query{PK: partition, After: after, Limit: movePage})
	if err != nil {
		return "", err
	}
	target := bot.NewConversationKey(channel, move.To, "")
	for _, item := range items {
		target.User = item.SK
		to := conversationKey(target)
		if strings.HasPrefix(item.SK, keptPayloads) {
			copied := item
			copied.Key = to
			_, err = s.table.Put(ctx, copied, Always)
		} else {
			err = s.moveConversation(ctx, item, target, move.To)
		}
		if err != nil {
			return "", err
		}
	}
	if len(items) < movePage {
		return "", nil
	}
	return items[len(items)-1].SK, nil
}

// moveConversation moves one user's conversation. Where one has begun under the new id that one stands.
func (s *Store) moveConversation(ctx context.Context, item Item, target bot.ConversationKey, chat string) error {
	var c bot.Conversation
	if err := decode(item, &c); err != nil {
		return err
	}
	if c.MovedTo != "" {
		return nil
	}
	to := conversationKey(target)
	moved := item
	moved.Key = to
	forward, err := encode(item.Key, bot.Conversation{MovedTo: chat}, s.now().Add(keepConversation))
	if err != nil {
		return err
	}
	ops := []Op{
		{Verb: PutVerb, Item: moved, Cond: Absent},
		{Verb: PutVerb, Item: forward, Cond: IfVersion(item.Version)},
	}
	if !target.Anonymous() {
		noted, err := s.userChatItem(target, false) // only groups move
		if err != nil {
			return err
		}
		ops = append(ops, Op{Verb: PutVerb, Item: noted, Cond: Always})
	}
	err = s.table.Transact(ctx, ops...)
	if bot.KindOf(err) != bot.Conflict {
		return err
	}
	if _, err := s.table.Get(ctx, to); err != nil {
		return bot.Errorf(bot.Conflict, "a conversation was written while its chat was moved")
	}
	_, err = s.table.Put(ctx, forward, IfVersion(item.Version))
	return err
}
