package telegram

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"hookline/shared/bot"
)

func (p *parser) message() []bot.Event {
	var m message
	p.decode(&m)
	e := p.base(&m)
	kind, contentName := m.fill(&e)
	switch {
	case kind != "":
		e.Kind = kind
	case strings.TrimSpace(m.Text) != "":
		e.Kind, contentName = p.said(&e)
	default:
		e.Kind, contentName = p.unlisted()
	}
	if p.kind == "message" || e.Kind == bot.Other {
		e.Type = contentName
	}
	if p.own(m.From) && e.Kind != bot.Room && e.Kind != bot.Join && e.Kind != bot.Leave {
		e.Kind = bot.Echo
	}
	if e.Kind == bot.Join || e.Kind == bot.Leave {
		return p.divide(e)
	}
	return []bot.Event{e}
}

func (p *parser) edit() []bot.Event {
	var m message
	p.decode(&m)
	e := p.base(&m)
	m.fill(&e)
	e.Kind, e.Edited, e.Time = bot.Edit, true, timeOf(m.EditDate)
	return []bot.Event{e}
}

// foreign reads messages that an ordinary answer would not reach: no handler may take them for something said to us.
func (p *parser) foreign() []bot.Event {
	var m message
	p.decode(&m)
	e := p.base(&m)
	m.fill(&e)
	e.Kind = bot.Other
	return []bot.Event{e}
}

// base gives what all messages have. A caption is the text of its media.
func (p *parser) base(m *message) bot.Event {
	e := bot.Event{
		Kind: bot.Other, Type: p.kind, Time: timeOf(m.Date), Chat: m.chatOf(), From: senderOf(m.From, m.SenderChat),
		MessageID: formatID(m.MessageID), ReplyTo: quotedOf(m.ReplyTo), Forwarded: m.ForwardOrigin != nil,
	}
	e.Text, e.Entities = m.written()
	return e
}

func (m *message) written() (string, []bot.Entity) {
	if m.Text != "" {
		return m.Text, entitiesOf(m.Text, m.Entities)
	}
	return m.Caption, entitiesOf(m.Caption, m.CaptionEntities)
}

// quotedOf leaves out what every message of a topic seems to answer: the topic's creation.
func quotedOf(m *message) *bot.Quoted {
	if m == nil || m.TopicCreated != nil {
		return nil
	}
	text := m.Text
	if text == "" {
		text = m.Caption
	}
	return &bot.Quoted{MessageID: formatID(m.MessageID), Text: text, From: senderOf(m.From, m.SenderChat)}
}

func (p *parser) own(u *user) bool {
	return u != nil && u.ID != 0 && formatID(u.ID) == p.ch.Identity.Account
}

// otherBotsCommand is the type of a command that names another bot.
const otherBotsCommand = "command_for_another_bot"

// said tells text from commands: https://core.telegram.org/bots/features#commands. What follows a command is also the
// payload: links carry theirs as /start PAYLOAD.
func (p *parser) said(e *bot.Event) (kind bot.EventKind, contentName string) {
	if len(e.Entities) == 0 || e.Entities[0].Type != "bot_command" || e.Entities[0].Offset != 0 {
		return bot.Text, "text"
	}
	word := e.Entities[0].Text
	if !strings.HasPrefix(word, "/") {
		return bot.Text, "text"
	}
	command, addressee, addressed := strings.Cut(strings.TrimPrefix(word, "/"), "@")
	own := p.ch.Identity.Username
	if addressed && own != "" && !strings.EqualFold(addressee, own) {
		return bot.Other, otherBotsCommand
	}
	e.Command = &bot.Invocation{Name: command, Args: strings.TrimSpace(strings.TrimPrefix(e.Text, word))}
	e.Payload = e.Command.Args
	return bot.Command, "text"
}

// unlisted names the content of a message by the first field that is not one every message may have.
func (p *parser) unlisted() (kind bot.EventKind, contentName string) {
	var fields map[string]json.RawMessage
	p.decode(&fields)
	for _, field := range slices.Sorted(maps.Keys(fields)) {
		if envelope[field] {
			continue
		}
		if rooms[field] {
			return bot.Room, field
		}
		return bot.Other, field
	}
	return bot.Other, p.kind
}

func set(names ...string) map[string]bool {
	fields := make(map[string]bool, len(names))
	for _, name := range names {
		fields[name] = true
	}
	return fields
}

// envelope are the fields of a message that are no content: https://core.telegram.org/bots/api#message.
var envelope = set(
	"message_id", "message_thread_id", "direct_messages_topic", "from", "sender_chat", "sender_boost_count",
	"sender_business_bot", "sender_tag", "date", "business_connection_id", "chat", "forward_origin", "is_topic_message",
	"is_automatic_forward", "reply_to_message", "external_reply", "quote", "reply_to_story", "reply_to_checklist_task_id",
	"reply_to_poll_option_id", "via_bot", "edit_date", "has_protected_content", "is_from_offline", "is_paid_post",
	"media_group_id", "author_signature", "paid_star_count", "text", "entities", "link_preview_options", "effect_id",
	"suggested_post_info", "caption", "caption_entities", "show_caption_above_media", "has_media_spoiler",
	"reply_markup", "guest_query_id", "ephemeral_message_id", "receiver_user_id",
)

// rooms are the service messages about the room itself.
var rooms = set(
	"new_chat_title", "new_chat_photo", "delete_chat_photo", "group_chat_created", "supergroup_chat_created",
	"channel_chat_created", "message_auto_delete_timer_changed", "migrate_to_chat_id", "migrate_from_chat_id",
	"pinned_message", "chat_background_set", "boost_added", "forum_topic_created", "forum_topic_edited",
	"forum_topic_closed", "forum_topic_reopened", "general_forum_topic_hidden", "general_forum_topic_unhidden",
	"video_chat_scheduled", "video_chat_started", "video_chat_ended", "video_chat_participants_invited",
)
