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
	// Blocked tells that the chat did not want to hear from us.
	Blocked bool
	// Payload is what was kept under the key that a button sent, "" if it sent none.
	Payload string
}

// Scene reads the channel and bot of an event's job and the event's conversation. A conversation that does not exist yet
// is empty, with version 0; a missing channel or bot is kind not_found.
func (s *Store) Scene(ctx context.Context, job bot.Job) (Scene, error) {
	key := job.Event.Conversation()
	channel, head, blocked := channelKey(job.Channel), headKey(job.Bot), blockedKey(job.Channel, job.Event.Address().Place())
	keys := []Key{channel, head, blocked, conversationKey(key)}
	if isPayloadKey(job.Event.Payload) {
		keys = append(keys, keptPayloadKey(key, job.Event.Payload))
	}
	var scene Scene
	items, err := s.table.BatchGet(ctx, keys...)
	if err != nil {
		return scene, err
	}
	for _, item := range items {
		switch item.Key {
		case channel:
			scene.Channel, err = s.openChannel(job.Channel, item)
		case head:
			err = decode(item, &scene.Head)
		case blocked:
			scene.Blocked = true
		case conversationKey(key):
			err = decode(item, &scene.Conversation)
			scene.Conversation.Version = item.Version
		default:
			err = decode(item, &scene.Payload)
		}
		if err != nil {
			return scene, err
		}
	}
	if scene.Channel.ID == "" || scene.Head.ID == "" || !scene.Head.DeletedAt.IsZero() {
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
	if c.MovedTo == "" && c.State == "" && len(c.Context) == 0 && c.Outbox.Left() == 0 {
		keep = bot.SeenFor + time.Hour
	}
	return encode(conversationKey(key), c, s.now().Add(keep))
}
