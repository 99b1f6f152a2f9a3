package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"hookline/shared/bot"
	"hookline/shared/store"
)

func (a *API) registerUsers(h huma.API) {
	const user = "/v1/bots/{bot}/channels/{channel}/users/{user}"
	export := operation("export-user", http.MethodGet, user+"/export", "Give all that is kept of a user of a network")
	export.Description = "Conversations; recipients, deliveries and dead letters that name the user, or the user's own chat with " +
		"the bot; turns of the user's events. Where the answer has next, go on with it as the cursor."
	huma.Register(h, export, answering(a, a.exportUser))
	erase := operation("erase-user", http.MethodDelete, user, "Erase all that is kept of a user of a network")
	erase.Description = "What export-user gives is deleted, but recipients that the bot file lists. Where the answer has next, go " +
		"on with it as the cursor; it may be begun again at any time. Events and messages that are on their way are handled " +
		"afterwards: erase once more when they have been. Backups hold what was kept when they were made: those of DynamoDB " +
		"for 35 days, others as long as they are kept. What was posted to hooks goes after seven days, and what was " +
		"answered to idempotency keys after 24 hours. The audit keeps that somebody was erased, and of the user a pseudonym."
	huma.Register(h, erase, answering(a, a.eraseUser))
}

type userInput struct {
	Bot     string `path:"bot"`
	Channel string `path:"channel"`
	User    string `path:"user" maxLength:"256" doc:"the network's id"`
	Cursor  string `query:"cursor"`
	Limit   int    `query:"limit" minimum:"1" maximum:"1000" default:"1000" doc:"about how many requests to the table are made before an answer"`
}

// userOf finds the user that an address names: nobody has to be known for that.
func (a *API) userOf(ctx context.Context, in *userInput) (store.User, error) {
	head, err := a.Store.BotByName(ctx, account(ctx), in.Bot)
	if err != nil {
		return store.User{}, err
	}
	channel, err := channelOf(head, in.Channel)
	return store.User{Head: head, Channel: channel, ID: in.User}, err
}

// exportedConversation is a conversation with what was said last.
type exportedConversation struct {
	Conversation conversationInfo `json:"conversation"`
	Outbox       *bot.Outbox      `json:"outbox,omitempty"`
}

type exportedRecipient struct {
	Hook      string        `json:"hook"`
	Recipient recipientInfo `json:"recipient"`
}

type exportedDelivery struct {
	Hook     string       `json:"hook,omitempty" doc:"none: it was a message to this chat"`
	Call     string       `json:"call" doc:"or the message"`
	Delivery bot.Delivery `json:"delivery"`
	Sending  *bot.Sending `json:"message,omitempty" doc:"what was to be said"`
}

// exported is a page of what is kept of a user.
type exported struct {
	Bot           string                 `json:"bot"`
	Channel       string                 `json:"channel"`
	User          string                 `json:"user"`
	Conversations []exportedConversation `json:"conversations"`
	Recipients    []exportedRecipient    `json:"recipients"`
	Deliveries    []exportedDelivery     `json:"deliveries"`
	DeadLetters   []bot.DeadLetter       `json:"dead_letters"`
	Turns         []bot.Turn             `json:"turns"`
	Next          string                 `json:"next,omitempty" doc:"there may be more"`
}

type exportUserOutput struct {
	Body exported
}

func (a *API) exportUser(ctx context.Context, in *userInput) (*exportUserOutput, error) {
	user, err := a.userOf(ctx, in)
	if err != nil {
		return nil, err
	}
	found, next, err := a.Store.Traces(ctx, user, in.Cursor, in.Limit)
	if err != nil {
		return nil, err
	}
	out := exported{Bot: in.Bot, Channel: in.Channel, User: in.User, Next: next}
	out.fill(user.Head, found)
	return &exportUserOutput{out}, nil
}

// fill shows what was found, with names in place of ids.
func (e *exported) fill(head bot.Head, found store.Traces) {
	names, hooks := namesOf(head), make(map[string]string, len(head.Hooks))
	for name, id := range head.Hooks {
		hooks[id] = name
	}
	e.Conversations = make([]exportedConversation, len(found.Conversations))
	for i, c := range found.Conversations {
		e.Conversations[i] = exportedConversation{describeConversation(c, names), c.Outbox}
		e.Conversations[i].Conversation.Context = c.Context
	}
	e.Recipients = make([]exportedRecipient, len(found.Recipients))
	for i, r := range found.Recipients {
		e.Recipients[i] = exportedRecipient{hooks[r.Hook], describeRecipient(r.Recipient, names)}
	}
	e.Deliveries = make([]exportedDelivery, len(found.Deliveries))
	for i, d := range found.Deliveries {
		d.Channel = names.channel(d.Channel)
		if d.Sending != nil {
			d.Sending.Channel = d.Channel
		}
		e.Deliveries[i] = exportedDelivery{hooks[d.Hook], d.Call, d.Delivery, d.Sending}
	}
	e.DeadLetters = append([]bot.DeadLetter{}, found.DeadLetters...)
	for i := range e.DeadLetters {
		e.DeadLetters[i].Bot, e.DeadLetters[i].Channel = head.Name, e.Channel
	}
	e.Turns = append([]bot.Turn{}, found.Turns...)
	for i := range e.Turns {
		addressed(&e.Turns[i], head.Name, names)
	}
}

type eraseUserOutput struct {
	Body struct {
		Conversations int    `json:"conversations"`
		Recipients    int    `json:"recipients"`
		Deliveries    int    `json:"deliveries"`
		DeadLetters   int    `json:"dead_letters"`
		Turns         int    `json:"turns"`
		AuditedAs     string `json:"audited_as" doc:"how the audit names the user, whose id it does not keep"`
		Next          string `json:"next,omitempty" doc:"there may be more"`
	}
}

func (a *API) eraseUser(ctx context.Context, in *userInput) (*eraseUserOutput, error) {
	user, err := a.userOf(ctx, in)
	if err != nil {
		return nil, err
	}
	erased, next, err := a.Store.Erase(ctx, user, in.Cursor, in.Limit)
	if err != nil {
		return nil, err
	}
	out := &eraseUserOutput{}
	b := &out.Body
	b.Conversations, b.Recipients, b.Deliveries = len(erased.Conversations), len(erased.Recipients), len(erased.Deliveries)
	b.DeadLetters, b.Turns, b.Next = len(erased.DeadLetters), len(erased.Turns), next
	b.AuditedAs = a.pseudonymous(account(ctx), "user", in.User)
	return out, nil
}
