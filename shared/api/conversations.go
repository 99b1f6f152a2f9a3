package api

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"hookline/shared/bot"
	"hookline/shared/store"
)

// conversationInfo is where a user stands in a chat.
type conversationInfo struct {
	Channel string `json:"channel"`
	// Chat and User are ids as they stand in addresses: those of the network for nearly all.
	Chat      string    `json:"chat" doc:"its id, with #, % and : percent-escaped; user:ID where the network names no chat"`
	User      string    `json:"user" doc:"the id, escaped likewise; - where nobody is known"`
	State     string    `json:"state" doc:"empty: none"`
	Since     time.Time `json:"since,omitzero" doc:"when it came into its state"`
	UpdatedAt time.Time `json:"updated_at,omitzero" doc:"when an event last moved it"`
	MovedTo   string    `json:"moved_to,omitempty" doc:"the id under which its chat goes on"`
	Version   int64     `json:"version"`
	// Context is shown of a single conversation only.
	Context map[string]bot.StateContext `json:"context,omitempty" doc:"what was captured and fetched on the way, by the state that was left"`
}

func describeConversation(c store.KeptConversation, names channelNames) conversationInfo {
	return conversationInfo{
		Channel: names.channel(c.Key.Channel), Chat: c.Key.Chat, User: c.Key.User, State: c.State, Since: c.Since,
		UpdatedAt: c.UpdatedAt, MovedTo: c.MovedTo, Version: c.Version,
	}
}

func (a *API) registerConversations(h huma.API) {
	const all, one = "/v1/bots/{bot}/conversations", "/v1/bots/{bot}/channels/{channel}/conversations/{chat}/{user}"
	huma.Register(h, operation("list-conversations", http.MethodGet, all,
		"List the conversations of a user or a chat or, of neither, those of the last events"), answering(a, a.listConversations))
	huma.Register(h, operation("get-conversation", http.MethodGet, one, "Read a conversation"), answering(a, a.getConversation))
	huma.Register(h, operation("change-conversation", http.MethodPatch, one,
		"Move a conversation to a state, or reset it"), answering(a, a.changeConversation))
	deletion := operation("delete-conversation", http.MethodDelete, one, "Delete a conversation")
	deletion.Description = "An event of it that is still on its way is handled as the first one of a new conversation."
	huma.Register(h, deletion, answering(a, a.deleteConversation))
}

type listConversationsInput struct {
	Bot     string `path:"bot"`
	Channel string `query:"channel" doc:"only on this channel"`
	User    string `query:"user" maxLength:"256" doc:"only those of this user, by the network's id"`
	Chat    string `query:"chat" maxLength:"256" doc:"only those in this chat, by the network's id"`
	Cursor  string `query:"cursor"`
	Limit   int    `query:"limit" minimum:"1" maximum:"100" default:"100"`
}

type listConversationsOutput struct {
	Body struct {
		Conversations []conversationInfo `json:"conversations"`
		Next          string             `json:"next,omitempty" doc:"there may be more, even where this page has few"`
	}
}

func (a *API) listConversations(ctx context.Context, in *listConversationsInput) (*listConversationsOutput, error) {
	head, err := a.Store.BotByName(ctx, account(ctx), in.Bot)
	if err != nil {
		return nil, err
	}
	channels := slices.Sorted(maps.Keys(head.Channels))
	if in.Channel != "" {
		if _, err := channelOf(head, in.Channel); err != nil {
			return nil, err
		}
		channels = []string{in.Channel}
	}
	var found []store.KeptConversation
	out := &listConversationsOutput{}
	if in.User == "" && in.Chat == "" {
		found, out.Body.Next, err = a.latestConversations(ctx, head, in)
	} else {
		found, out.Body.Next, err = a.findConversations(ctx, head, channels, in)
	}
	if err != nil {
		return nil, err
	}
	names := namesOf(head)
	out.Body.Conversations = make([]conversationInfo, 0, len(found))
	for _, c := range found {
		out.Body.Conversations = append(out.Body.Conversations, describeConversation(c, names))
	}
	return out, nil
}

// findConversations goes from channel to channel; the cursor names the channel that a page ended in, and where.
func (a *API) findConversations(ctx context.Context, head bot.Head, channels []string, in *listConversationsInput) (found []store.KeptConversation, next string, err error) {
	from, after, _ := strings.Cut(in.Cursor, ":")
	for _, name := range channels {
		if name < from {
			continue
		}
		if name != from {
			after = ""
		}
		if len(found) == in.Limit {
			return found, name + ":", nil
		}
		page, rest, err := a.conversationsOn(ctx, head.Channels[name], in, after, in.Limit-len(found))
		if err != nil {
			return nil, "", err
		}
		found = append(found, page...)
		if rest != "" {
			return found, name + ":" + rest, nil
		}
	}
	return found, "", nil
}

func (a *API) conversationsOn(ctx context.Context, channel string, in *listConversationsInput, after string, limit int) ([]store.KeptConversation, string, error) {
	key := bot.NewConversationKey(channel, in.Chat, in.User)
	switch {
	case in.Chat == "":
		return a.Store.UserConversations(ctx, key, after, limit)
	case in.User == "":
		return a.Store.ChatConversations(ctx, key, after, limit)
	}
	found, err := a.Store.Conversations(ctx, key)
	return found, "", err
}

// latestConversations gives those that the kept turns are of, by their last events, newest first. The cursor is the turn
// that a page came to; a conversation with events on both sides of it is in both pages.
func (a *API) latestConversations(ctx context.Context, head bot.Head, in *listConversationsInput) ([]store.KeptConversation, string, error) {
	var keys []bot.ConversationKey
	looked, next := 0, ""
	for t, err := range a.Store.Turns(ctx, store.TurnQuery{Bot: head.ID, After: in.Cursor}) {
		if err != nil {
			return nil, "", err
		}
		t.Event.Channel = t.Channel
		key := t.Event.Conversation()
		if (in.Channel == "" || t.Channel == head.Channels[in.Channel]) && !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
		if looked++; len(keys) == in.Limit || looked == recentTurns {
			next = store.TurnID(t)
			break
		}
	}
	found, err := a.Store.Conversations(ctx, keys...)
	return found, next, err
}

// channelOf gives the id of a bot's channel.
func channelOf(head bot.Head, name string) (string, error) {
	id, ok := head.Channels[name]
	if !ok {
		return "", bot.Errorf(bot.NotFound, "bot "+head.Name+" has no channel "+name)
	}
	return id, nil
}
