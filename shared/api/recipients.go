package api

import (
	"context"
	"time"

	"hookline/shared/bot"
	"hookline/shared/store"
)

// recipientInfo is a recipient of a hook.
type recipientInfo struct {
	ID      string            `json:"id"`
	Channel string            `json:"channel" doc:"its name, its id if it has been removed"`
	Chat    string            `json:"chat,omitempty"`
	Thread  string            `json:"thread,omitempty"`
	User    string            `json:"user,omitempty"`
	Vars    map[string]string `json:"vars,omitempty"`
	// Listed: the bot file names it. Subscribed: it joined by itself, or was added here. Left: it unsubscribed all the same.
	Listed     bool `json:"listed,omitempty"`
	Subscribed bool `json:"subscribed,omitempty"`
	Left       bool `json:"left,omitempty"`

	CreatedAt time.Time `json:"created_at,omitzero"`
}

func describeRecipient(r store.Recipient, names channelNames) recipientInfo {
	return recipientInfo{
		ID: r.ID(), Channel: names.channel(r.Channel), Chat: r.Chat, Thread: r.Thread, User: r.User, Vars: r.Vars,
		Listed: r.Listed, Subscribed: r.Subscribed, Left: r.Left, CreatedAt: r.CreatedAt,
	}
}

type listRecipientsInput struct {
	Bot    string `path:"bot"`
	Hook   string `path:"hook"`
	Cursor string `query:"cursor"`
	Limit  int    `query:"limit" minimum:"1" maximum:"500" default:"100"`
}

type listRecipientsOutput struct {
	Body struct {
		Recipients []recipientInfo `json:"recipients"`
		Next       string          `json:"next,omitempty"`
	}
}

func (a *API) listRecipients(ctx context.Context, in *listRecipientsInput) (*listRecipientsOutput, error) {
	id, head, err := a.hookID(ctx, in.Bot, in.Hook)
	if err != nil {
		return nil, err
	}
	recipients, err := a.Store.Recipients(ctx, id, in.Cursor, in.Limit)
	if err != nil {
		return nil, err
	}
	out, names := &listRecipientsOutput{}, namesOf(head)
	out.Body.Recipients = make([]recipientInfo, 0, len(recipients))
	for _, r := range recipients {
		out.Body.Recipients = append(out.Body.Recipients, describeRecipient(r, names))
	}
	if len(recipients) == in.Limit {
		out.Body.Next = recipients[len(recipients)-1].ID()
	}
	return out, nil
}

type addRecipientInput struct {
	Bot  string `path:"bot"`
	Hook string `path:"hook"`
	Body struct {
		Channel string            `json:"channel" doc:"its name in the bot file"`
		Chat    string            `json:"chat" minLength:"1" maxLength:"256"`
		Thread  string            `json:"thread,omitempty" maxLength:"256"`
		User    string            `json:"user,omitempty" maxLength:"256"`
		Vars    map[string]string `json:"vars,omitempty" doc:"{{ recipient.* }}"`
	}
}

type addRecipientOutput struct {
	Body recipientInfo
}

func (a *API) addRecipient(ctx context.Context, in *addRecipientInput) (*addRecipientOutput, error) {
	id, head, err := a.hookID(ctx, in.Bot, in.Hook)
	if err != nil {
		return nil, err
	}
	channel, ok := head.Channels[in.Body.Channel]
	if !ok {
		return nil, bot.Errorf(bot.Invalid, "bot "+in.Bot+" has no channel "+in.Body.Channel)
	}
	r := store.Recipient{
		Channel: channel, Address: bot.Address{Chat: in.Body.Chat, Thread: in.Body.Thread, User: in.Body.User},
		Vars: in.Body.Vars, Subscribed: true,
	}
	if err := a.Store.Subscribe(ctx, id, r); err != nil {
		return nil, err
	}
	recordOf(ctx).name("recipient", r.ID())
	return &addRecipientOutput{describeRecipient(r, namesOf(head))}, nil
}

type removeRecipientInput struct {
	Bot       string `path:"bot"`
	Hook      string `path:"hook"`
	Recipient string `path:"recipient" doc:"its id, as the list shows it"`
}

func (a *API) removeRecipient(ctx context.Context, in *removeRecipientInput) (*struct{}, error) {
	id, _, err := a.hookID(ctx, in.Bot, in.Hook)
	if err != nil {
		return nil, err
	}
	return nil, a.Store.Unsubscribe(ctx, id, in.Recipient)
}
