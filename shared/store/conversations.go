package store

import (
	"context"
	"time"

	"hookline/shared/bot"
)

// Scene is all that a turn starts from, read at one moment.
type Scene struct {
	Channel      bot.Channel
	Head         bot.Head
	Conversation bot.Conversation
}

// Scene reads the channel and bot of a job and the conversation key. A conversation that does not exist yet is empty,
// with version 0; a missing channel or bot is kind not_found.
func (s *Store) Scene(ctx context.Context, job bot.Job, key bot.ConversationKey) (Scene, error) {
	var scene Scene
	keys := [...]Key{channelKey(job.Channel), headKey(job.Bot), conversationKey(key)}
	items, err := s.table.BatchGet(ctx, keys[:]...)
	if err != nil {
		return scene, err
	}
	var found int
	for _, item := range items {
		switch item.Key {
		case keys[0]:
			scene.Channel, err = s.openChannel(job.Channel, item)
			found++
		case keys[1]:
			err = decode(item, &scene.Head)
			found++
		default:
			err = decode(item, &scene.Conversation)
			scene.Conversation.Version = item.Version
		}
		if err != nil {
			return scene, err
		}
	}
	if found < 2 {
		return scene, bot.Errorf(bot.NotFound, "the channel or its bot has been removed")
	}
	return scene, nil
}

// Conversation reads one conversation; an empty one with version 0 if there is none.
func (s *Store) Conversation(ctx context.Context, key bot.ConversationKey) (bot.Conversation, error) {
	c, version, err := read[bot.Conversation](ctx, s, conversationKey(key), "conversation")
	if bot.KindOf(err) == bot.NotFound {
		return bot.Conversation{}, nil
	}
	c.Version = version
	return c, err
}

// PutConversation writes c if it still is what was read (c.Version), else kind conflict, and gives its new version.
func (s *Store) PutConversation(ctx context.Context, key bot.ConversationKey, c bot.Conversation) (int64, error) {
	item, err := s.conversationItem(key, c)
	if err != nil {
		return 0, err
	}
	return s.table.Put(ctx, item, IfVersion(c.Version))
}

// keepConversation is how long a conversation that stands in a state outlives its last event.
const keepConversation = 365 * 24 * time.Hour

func (s *Store) conversationItem(key bot.ConversationKey, c bot.Conversation) (Item, error) {
	keep := keepConversation
	if c.State == "" && len(c.Context) == 0 && c.Outbox.Left() == 0 {
		keep = bot.SeenFor + time.Hour
	}
	return encode(conversationKey(key), c, s.now().Add(keep))
}
