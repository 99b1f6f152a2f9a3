package store

import (
	"context"
	"strings"
	"time"

	"hookline/shared/bot"
)

// relistAfter is how long it takes until a conversation is noted among its user's again. A note lives that much longer
// than the conversation, so that one that is in use needs a write in a month, and one that has expired leaves nothing.
const relistAfter = 30 * 24 * time.Hour

// userChat is the note that a user has a conversation in a chat.
type userChat struct {
	// Direct: the chat is the user's own with the bot, so that all in it is about them.
	Direct bool `json:"direct,omitempty"`
}

func (s *Store) userChatItem(key bot.ConversationKey, direct bool) (Item, error) {
	return encode(userChatKey(key), userChat{direct}, s.now().Add(keepConversation+relistAfter))
}

// ListConversation notes among a user's conversations one that is about to be written, and in it that it did, unless that
// was done lately. A note too many does no harm, and whoever is erased must be found. Direct tells that nobody else is in
// the chat.
func (s *Store) ListConversation(ctx context.Context, key bot.ConversationKey, c *bot.Conversation, direct bool) error {
	if key.Anonymous() || s.now().Sub(c.ListedAt) < relistAfter {
		return nil
	}
	c.ListedAt = s.now().UTC()
	item, err := s.userChatItem(key, direct)
	if err != nil {
		return err
	}
	_, err = s.table.Put(ctx, item, Always)
	return err
}

// KeptConversation is a conversation and whose it is.
type KeptConversation struct {
	Key bot.ConversationKey
	bot.Conversation
}

// Conversations gives those of at most BatchLimit conversations that exist, in the order of the keys.
func (s *Store) Conversations(ctx context.Context, keys ...bot.ConversationKey) ([]KeptConversation, error) {
	if len(keys) == 0 {
		return nil, nil
	}
	places := make([]Key, len(keys))
	for i, key := range keys {
		places[i] = conversationKey(key)
	}
	items, err := s.table.BatchGet(ctx, places...)
	if err != nil {
		return nil, err
	}
	byKey := make(map[Key]Item, len(items))
	for _, item := range items {
		byKey[item.Key] = item
	}
	found := make([]KeptConversation, 0, len(items))
	for i, place := range places {
		item, ok := byKey[place]
		if !ok {
			continue
		}
		c, err := keptConversation(keys[i], item)
		if err != nil {
			return nil, err
		}
		found = append(found, c)
	}
	return found, nil
}

func keptConversation(key bot.ConversationKey, item Item) (KeptConversation, error) {
	c := KeptConversation{Key: key}
	err := decode(item, &c.Conversation)
	c.Version = item.Version
	return c, err
}

// UserConversations gives a user's conversations on a channel, chat by chat, with where the next page begins: "" if there
// is none. After is where the last page ended; limit is at most BatchLimit.
func (s *Store) UserConversations(ctx context.Context, key bot.ConversationKey, after string, limit int) (found []KeptConversation, next string, err error) {
	items, err := s.table.Query(ctx, Query{PK: userChatKey(key).PK, After: after, Limit: limit})
	if err != nil {
		return nil, "", err
	}
	keys := make([]bot.ConversationKey, len(items))
	for i, item := range items {
		keys[i] = bot.ConversationKey{Channel: key.Channel, Chat: item.SK, User: key.User}
	}
	if len(items) == limit {
		next = items[len(items)-1].SK
	}
	found, err = s.Conversations(ctx, keys...)
	return found, next, err
}

// ChatConversations gives the conversations in a chat, user by user, as UserConversations does.
func (s *Store) ChatConversations(ctx context.Context, key bot.ConversationKey, after string, limit int) (found []KeptConversation, next string, err error) {
	items, err := s.table.Query(ctx, Query{PK: conversationKey(key).PK, After: after, Limit: limit})
	if err != nil {
		return nil, "", err
	}
	for _, item := range items {
		if strings.HasPrefix(item.SK, keptPayloads) {
			continue
		}
		c, err := keptConversation(bot.ConversationKey{Channel: key.Channel, Chat: key.Chat, User: item.SK}, item)
		if err != nil {
			return nil, "", err
		}
		found = append(found, c)
	}
	if len(items) == limit {
		next = items[len(items)-1].SK
	}
	return found, next, nil
}

// DeleteConversation removes a conversation that still is what was read (c.Version), else kind conflict, and the note that
// its user has it. An event of it that is still on its way is handled as the first one.
func (s *Store) DeleteConversation(ctx context.Context, c KeptConversation) error {
	ops := []Op{{Verb: DeleteVerb, Item: Item{Key: conversationKey(c.Key)}, Cond: IfVersion(c.Version)}}
	if !c.Key.Anonymous() {
		ops = append(ops, Op{Verb: DeleteVerb, Item: Item{Key: userChatKey(c.Key)}, Cond: Always})
	}
	return s.table.Transact(ctx, ops...)
}
