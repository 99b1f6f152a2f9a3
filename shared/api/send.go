package api

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"hookline/shared/bot"
	"hookline/shared/botfile"
	"hookline/shared/store"
)

// maxSending is how large a message to a chat may be: it is kept in one item.
const maxSending = 200 << 10

func (a *API) registerSend(h huma.API) {
	const path = "/v1/bots/{bot}/send"
	send := operation("send", http.MethodPost, path, "Send a message to a chat")
	send.Description = "The message has the shape of a response in the bot file. Its templates see env and data, and no secrets. " +
		"It is queued behind what has come from the chat, and sent at least once: twice only if a send breaks off. " +
		"With the header Idempotency-Key it may be posted again for 24 hours without coming twice."
	send.Security, send.DefaultStatus, send.MaxBodyBytes = needs(store.ScopeSend), http.StatusAccepted, maxSending
	huma.Register(h, send, answering(a, a.send))
	fate := operation("get-sent", http.MethodGet, path+"/{message}", "What has become of a message to a chat")
	fate.Description = "It is known for seven days."
	fate.Security = needs(store.ScopeSend)
	huma.Register(h, fate, answering(a, a.sent))
}

type sendInput struct {
	Bot  string `path:"bot"`
	Key  string `header:"Idempotency-Key" maxLength:"255" doc:"names the message, so that it may be posted again. 422: the key was used for another message"`
	Body struct {
		Channel string          `json:"channel,omitempty" doc:"its name in the bot file; not needed where there is only one"`
		Chat    string          `json:"chat" minLength:"1" maxLength:"256" doc:"the network's id"`
		Thread  string          `json:"thread,omitempty" maxLength:"256"`
		User    string          `json:"user,omitempty" maxLength:"256" doc:"who is meant, on networks that want to know"`
		Data    json.RawMessage `json:"data,omitempty" doc:"{{ data }}"`
		bot.Message
		Messages []bot.Message          `json:"messages,omitempty" doc:"several; text and all else above are short for one"`
		Options  map[string]bot.Options `json:"options,omitempty" doc:"settings of networks, by provider"`
	}
}

// sending says what is sent on which channel.
func (in *sendInput) sending(channel string) bot.Sending {
	b := &in.Body
	return bot.Sending{
		Channel: channel, Address: bot.Address{Chat: b.Chat, Thread: b.Thread, User: b.User},
		Response: &bot.Response{Message: b.Message, Messages: b.Messages, Options: b.Options}, Data: b.Data,
	}
}

type sendOutput struct {
	Location string `header:"Location" doc:"where its fate can be read"`
	Body     struct {
		ID string `json:"id"`
	}
}

func (a *API) send(ctx context.Context, in *sendInput) (*sendOutput, error) {
	head, err := a.Store.BotByName(ctx, account(ctx), in.Bot)
	if err != nil {
		return nil, err
	}
	ch, err := a.sendingChannel(ctx, head, in.Body.Channel)
	if err != nil {
		return nil, err
	}
	if ch.Disabled {
		return nil, bot.Errorf(bot.Conflict, "channel "+ch.Name+" is disabled: nothing is sent on it")
	}
	sending := in.sending(ch.ID)
	if err := a.checkResponse(head.Name, ch, sending.Response); err != nil {
		return nil, err
	}
	job, err := a.Store.PutSending(ctx, head.ID, sending, in.Key)
	if err != nil {
		return nil, err
	}
	if err := a.Queue.Send(ctx, job); err != nil {
		return nil, err
	}
	out := &sendOutput{Location: "/v1/bots/" + head.Name + "/send/" + job.Call.Call}
	out.Body.ID = job.Call.Call
	return out, nil
}

// sendingChannel finds a channel by name; without a name the only one there is.
func (a *API) sendingChannel(ctx context.Context, head bot.Head, name string) (bot.Channel, error) {
	id, ok := head.Channels[name]
	if name == "" && len(head.Channels) == 1 {
		for _, only := range head.Channels {
			id, ok = only, true
		}
	}
	switch {
	case ok:
		return a.Store.Channel(ctx, id)
	case len(head.Channels) == 0:
		return bot.Channel{}, bot.Errorf(bot.Invalid, "bot "+head.Name+" has no channel")
	case name == "":
		names := strings.Join(slices.Sorted(maps.Keys(head.Channels)), ", ")
		return bot.Channel{}, bot.Errorf(bot.Invalid, "name the channel: bot "+head.Name+" has "+names)
	}
	return bot.Channel{}, bot.Errorf(bot.Invalid, "bot "+head.Name+" has no channel "+name)
}

// checkResponse checks what is to be said as the response of a hook in the bot file is checked.
func (a *API) checkResponse(botName string, ch bot.Channel, response *bot.Response) error {
	if len(response.For(ch.Provider)) == 0 {
		return bot.Errorf(bot.Invalid, "there is nothing to send")
	}
	def := bot.Definition{
		Bot: botName, Channels: specs([]bot.Channel{ch}), Hooks: []bot.Hook{{Name: "send", Response: response}},
	}
	const place = "hooks[0].response"
	problems := slices.DeleteFunc(botfile.Checker{Providers: a.Providers}.Check(&def), func(p bot.Problem) bool {
		return p.Warning || !strings.HasPrefix(p.Path, place)
	})
	if len(problems) == 0 {
		return nil
	}
	for i := range problems {
		problems[i].Path = strings.TrimPrefix(strings.TrimPrefix(problems[i].Path, place), ".")
	}
	p := newProblem(bot.Errorf(bot.Invalid, "the message is not right"))
	p.Errors = problems
	return p
}

type sentInput struct {
	Bot     string `path:"bot"`
	Message string `path:"message" doc:"its id"`
}

type sentOutput struct {
	Body struct {
		ID         string    `json:"id"`
		AcceptedAt time.Time `json:"accepted_at"`
		Outcome    string    `json:"outcome" enum:"waiting,sent,skipped,failed" doc:"failed: its dead letter can be redriven"`
		Reason     string    `json:"reason,omitempty" doc:"why it was not sent"`
		Notes      []string  `json:"notes,omitempty" doc:"what was degraded, or may have arrived twice"`
		At         time.Time `json:"at,omitzero" doc:"when it was last worked on"`
	}
}

func (a *API) sent(ctx context.Context, in *sentInput) (*sentOutput, error) {
	head, err := a.Store.BotByName(ctx, account(ctx), in.Bot)
	if err != nil {
		return nil, err
	}
	report, err := a.Store.Sending(ctx, head.ID, in.Message)
	if err != nil {
		return nil, err
	}
	out := &sentOutput{}
	b := &out.Body
	b.ID, b.AcceptedAt, b.Outcome = report.Call, report.AcceptedAt, "waiting"
	for _, d := range report.Recipients {
		b.Reason, b.Notes, b.At = d.Reason, d.Notes, d.At
		if d.Outcome != "" {
			b.Outcome = string(d.Outcome)
		}
	}
	return out, nil
}
