package api

import (
	"context"
	"strings"

	"hookline/shared/bot"
	"hookline/shared/store"
)

type conversationInput struct {
	Bot     string `path:"bot"`
	Channel string `path:"channel"`
	Chat    string `path:"chat" maxLength:"768" doc:"as the list shows it"`
	User    string `path:"user" maxLength:"768" doc:"as the list shows it"`
	IfMatch string `header:"If-Match" doc:"the ETag that was read: 412 if it has been changed since"`
}

type conversationOutput struct {
	ETag string `header:"ETag" doc:"the version"`
	Body conversationInfo
}

// conversation finds the conversation that an address names, with its bot; status 412 if it is not the one that is meant.
func (a *API) conversation(ctx context.Context, in *conversationInput) (bot.Head, store.KeptConversation, error) {
	var found store.KeptConversation
	head, err := a.Store.BotByName(ctx, account(ctx), in.Bot)
	if err != nil {
		return head, found, err
	}
	if strings.Contains(in.User, ":") {
		return head, found, errNoConversation // no user's id has one in a key: other items lie there
	}
	found.Key = bot.ConversationKey{Chat: in.Chat, User: in.User}
	if found.Key.Channel, err = channelOf(head, in.Channel); err != nil {
		return head, found, err
	}
	if found.Conversation, err = a.Store.Conversation(ctx, found.Key); err != nil {
		return head, found, err
	}
	if found.Version == 0 {
		return head, found, errNoConversation
	}
	return head, found, unchanged(in.IfMatch, tagOf(found.Version), "the conversation")
}

var errNoConversation = bot.Errorf(bot.NotFound, "no such conversation")

func conversationAnswer(head bot.Head, c store.KeptConversation) *conversationOutput {
	info := describeConversation(c, namesOf(head))
	info.Context = c.Context
	return &conversationOutput{tagOf(c.Version), info}
}

func (a *API) getConversation(ctx context.Context, in *conversationInput) (*conversationOutput, error) {
	head, c, err := a.conversation(ctx, in)
	if err != nil {
		return nil, err
	}
	return conversationAnswer(head, c), nil
}

type changeConversationInput struct {
	Bot     string `path:"bot"`
	Channel string `path:"channel"`
	Chat    string `path:"chat" maxLength:"768" doc:"as the list shows it"`
	User    string `path:"user" maxLength:"768" doc:"as the list shows it"`
	IfMatch string `header:"If-Match" doc:"the ETag that was read: 412 if it has been changed since"`
	Body    struct {
		State *string `json:"state,omitempty" doc:"one that the bot names; empty: none. What is remembered stays"`
		Reset bool    `json:"reset,omitempty" doc:"state none, and nothing remembered"`
	}
}

// changeConversation leaves alone what is on its way: events that were seen, and replies that are being sent.
func (a *API) changeConversation(ctx context.Context, in *changeConversationInput) (*conversationOutput, error) {
	if in.Body.Reset == (in.Body.State != nil) {
		return nil, bot.Errorf(bot.Invalid, "give either a state or reset")
	}
	head, c, err := a.conversation(ctx, &conversationInput{in.Bot, in.Channel, in.Chat, in.User, in.IfMatch})
	if err != nil {
		return nil, err
	}
	if in.Body.Reset {
		c.State, c.Context = "", nil
	} else if c.State = *in.Body.State; c.State != "" {
		def, err := a.Store.Definition(ctx, head, head.Definition)
		if err != nil {
			return nil, err
		}
		if !def.HasState(c.State) {
			return nil, bot.Errorf(bot.Invalid, "bot "+head.Name+" has no state "+c.State)
		}
	}
	c.Since = a.Now().UTC()
	if c.Version, err = a.Store.PutConversation(ctx, c.Key, c.Conversation); bot.KindOf(err) == bot.Conflict {
		return nil, raced(in.IfMatch)
	}
	return conversationAnswer(head, c), err
}

func (a *API) deleteConversation(ctx context.Context, in *conversationInput) (*struct{}, error) {
	_, c, err := a.conversation(ctx, in)
	if err != nil {
		return nil, err
	}
	if err = a.Store.DeleteConversation(ctx, c); bot.KindOf(err) == bot.Conflict {
		return nil, raced(in.IfMatch)
	}
	return nil, err
}

// raced is the answer where an event moved the conversation between our reading and writing.
func raced(ifMatch string) error {
	if ifMatch != "" {
		return unchanged(ifMatch, "", "the conversation")
	}
	return bot.Errorf(bot.Conflict, "an event has just moved the conversation: try again")
}
