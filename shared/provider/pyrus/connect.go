package pyrus

import (
	"context"
	"encoding/json"
	"net/http"

	"hookline/shared/bot"
	"hookline/shared/provider"
)

// Identify logs in and reads the bot's profile: https://pyrus.com/en/help/api/profile. An account that may not read it is
// known by its login.
func (p *Pyrus) Identify(ctx context.Context, ch bot.Channel) (bot.Identity, error) {
	login := ch.Setting(loginField)
	var profile struct {
		ID int64 `json:"person_id"`
		person
	}
	err := p.invoke(ctx, ch, provider.Call{Method: http.MethodGet, Address: "/profile"}, &profile)
	switch kind := bot.KindOf(err); {
	case kind == bot.Forbidden, kind == bot.NotFound, err == nil && profile.ID <= 0:
		return bot.Identity{Account: login, Username: login}, nil
	case err != nil:
		return bot.Identity{}, err
	}
	return bot.Identity{Account: formatID(profile.ID), Username: login, Name: profile.fullName()}, nil
}

// Connect proves login and key. The address is set on the bot's page, by a person: a bot may not change itself.
func (p *Pyrus) Connect(ctx context.Context, ch bot.Channel, address string, _ bool) (provider.Connection, error) {
	if _, err := p.Identify(ctx, ch); err != nil {
		return provider.Connection{}, err
	}
	return provider.Connection{Steps: []string{
		"as an administrator of your organisation open https://pyrus.com/t#bots and there the bot with the login " + ch.Setting(loginField),
		"set its webhook URL to " + address + " and save",
		"switch the bot on, and hand it a task or add it to a step of a form",
	}}, nil
}

// Disconnect has nothing to undo: Pyrus calls until a person takes the address away.
func (p *Pyrus) Disconnect(context.Context, bot.Channel, string) error { return nil }

// Reread asks for the task of an event and gives it as a call has it.
func (p *Pyrus) Reread(ctx context.Context, ch bot.Channel, e bot.Event) (json.RawMessage, error) {
	if e.Chat == nil {
		return nil, bot.Errorf(bot.Invalid, "event names no task")
	}
	path, err := taskPath(e.Chat.ID)
	if err != nil {
		return nil, err
	}
	var answer struct {
		Task json.RawMessage `json:"task"`
	}
	if err := p.invoke(ctx, ch, provider.Call{Method: http.MethodGet, Address: path}, &answer); err != nil {
		return nil, err
	}
	raw, err := json.Marshal(struct {
		Event  string          `json:"event,omitempty"`
		TaskID json.Number     `json:"task_id"`
		Task   json.RawMessage `json:"task"`
	}{e.Type, json.Number(e.Chat.ID), answer.Task})
	if err != nil {
		return nil, bot.Wrap(bot.Internal, "task cannot be encoded", err)
	}
	return raw, nil
}
