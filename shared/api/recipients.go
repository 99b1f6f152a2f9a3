package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"

	"hookline/shared/bot"
	"hookline/shared/store"
)

func (a *API) registerRecipients(h huma.API, all string) {
	one := all + "/{recipient}"
	huma.Register(h, operation("list-recipients", http.MethodGet, all, "List a hook's recipients"), answering(a, a.listRecipients))
	huma.Register(h, operation("add-recipient", http.MethodPost, all, "Add a recipient"), answering(a, a.addRecipient))
	huma.Register(h, operation("get-recipient", http.MethodGet, one, "Read a recipient"), answering(a, a.getRecipient))
	huma.Register(h, operation("remove-recipient", http.MethodDelete, one, "Remove a recipient"), answering(a, a.removeRecipient))
	for _, way := range []struct {
		id, method, summary string
		change              func(old, given any) any
	}{
		{"put-recipient", http.MethodPut, "Write a recipient's thread, user and vars", replaced},
		{"patch-recipient", http.MethodPatch, "Change a recipient's thread, user and vars by a JSON merge patch", patched},
	} {
		o, body := written(way.id, way.method, one, way.summary)
		o.Description = "Recipients that the bot file lists are changed there."
		huma.Register(h, o, answering(a, a.changeRecipient(way.change)))
		accept(body, huma.TypeObject)
	}
}

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

// maxAddress is how long an id of a network may be.
const maxAddress = 256

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

type recipientOutput struct {
	ETag string `header:"ETag" doc:"of thread, user and vars"`
	Body recipientInfo
}

func recipientAnswer(r store.Recipient, head bot.Head) *recipientOutput {
	return &recipientOutput{recipientTag(r), describeRecipient(r, namesOf(head))}
}

func recipientTag(r store.Recipient) string { return contentTag(termsOf(r)) }

func (a *API) addRecipient(ctx context.Context, in *addRecipientInput) (*recipientOutput, error) {
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
	recordOf(ctx).name("recipient", a.pseudonymous(account(ctx), "recipient", r.ID()))
	added, err := a.Store.Recipient(ctx, id, r.ID())
	return recipientAnswer(added, head), err
}

type recipientInput struct {
	Bot       string `path:"bot"`
	Hook      string `path:"hook"`
	Recipient string `path:"recipient" doc:"its id, as the list shows it"`
}

func (a *API) getRecipient(ctx context.Context, in *recipientInput) (*recipientOutput, error) {
	id, head, err := a.hookID(ctx, in.Bot, in.Hook)
	if err != nil {
		return nil, err
	}
	r, err := a.Store.Recipient(ctx, id, in.Recipient)
	return recipientAnswer(r, head), err
}

type changeRecipientInput struct {
	Bot       string `path:"bot"`
	Hook      string `path:"hook"`
	Recipient string `path:"recipient" doc:"its id, as the list shows it"`
	IfMatch   string `header:"If-Match" doc:"the ETag that was read: 412 if it has been changed since"`
	RawBody   []byte `contentType:"application/json"`
}

func (a *API) changeRecipient(change func(old, given any) any) func(context.Context, *changeRecipientInput) (*recipientOutput, error) {
	return func(ctx context.Context, in *changeRecipientInput) (*recipientOutput, error) {
		var given document
		if err := bodyOf(in.RawBody, &given); err != nil {
			return nil, err
		}
		id, head, err := a.hookID(ctx, in.Bot, in.Hook)
		if err != nil {
			return nil, err
		}
		r, err := a.Store.ChangeTerms(ctx, id, in.Recipient, func(r *store.Recipient) error {
			if err := unchanged(in.IfMatch, recipientTag(*r), "the recipient"); err != nil {
				return err
			}
			return changeTerms(r, func(old document) any { return change(old, given) })
		})
		return recipientAnswer(r, head), err
	}
}

// recipientTerms are what of a recipient can be changed.
type recipientTerms struct {
	Thread string            `json:"thread,omitempty"`
	User   string            `json:"user,omitempty"`
	Vars   map[string]string `json:"vars,omitempty"`
}

func termsOf(r store.Recipient) recipientTerms { return recipientTerms{r.Thread, r.User, r.Vars} }

// changeTerms has change make new JSON of a recipient's terms.
func changeTerms(r *store.Recipient, change func(document) any) error {
	before, err := json.Marshal(termsOf(*r))
	if err != nil {
		return bot.Wrap(bot.Internal, "the recipient cannot be written", err)
	}
	var old document
	if err := exactly(before, &old); err != nil {
		return err
	}
	after, err := json.Marshal(change(old))
	if err != nil {
		return bot.Wrap(bot.Invalid, "the recipient cannot be written", err)
	}
	var terms recipientTerms
	if err := onlyKnown(after, &terms); err != nil {
		return bot.Wrap(bot.Invalid, "a recipient's thread and user are texts, its vars an object of texts; nothing else of it can be changed", err)
	}
	if max(utf8.RuneCountInString(terms.Thread), utf8.RuneCountInString(terms.User)) > maxAddress {
		return bot.Errorf(bot.Invalid, fmt.Sprintf("thread and user have at most %d characters", maxAddress))
	}
	r.Thread, r.User, r.Vars = terms.Thread, terms.User, terms.Vars
	return nil
}

func (a *API) removeRecipient(ctx context.Context, in *recipientInput) (*struct{}, error) {
	id, _, err := a.hookID(ctx, in.Bot, in.Hook)
	if err != nil {
		return nil, err
	}
	return nil, a.Store.Unsubscribe(ctx, id, in.Recipient)
}
