package telegram

import (
	"context"
	"net/url"
	"time"

	"hookline/shared/bot"
	"hookline/shared/provider"
)

// allowedUpdates are all kinds by name: an empty list would leave out chat_member and the reactions.
var allowedUpdates = []string{
	"message", "edited_message", "channel_post", "edited_channel_post", "business_connection", "business_message",
	"edited_business_message", "deleted_business_messages", "guest_message", "message_reaction",
	"message_reaction_count", "inline_query", "chosen_inline_result", "callback_query", "shipping_query",
	"pre_checkout_query", "purchased_paid_media", "poll", "poll_answer", "my_chat_member", "chat_member",
	"chat_join_request", "chat_boost", "removed_chat_boost", "managed_bot",
}

const maxConnections = 40

// setWebhook are the parameters of https://core.telegram.org/bots/api#setwebhook.
type setWebhook struct {
	URL            string   `json:"url"`
	SecretToken    string   `json:"secret_token"`
	AllowedUpdates []string `json:"allowed_updates"`
	MaxConnections int      `json:"max_connections"`
}

type none struct{}

// Identify asks getMe.
func (t *Telegram) Identify(ctx context.Context, ch bot.Channel) (bot.Identity, error) {
	var me user
	if err := t.invoke(ctx, ch, "getMe", none{}, &me); err != nil {
		return bot.Identity{}, err
	}
	return bot.Identity{
		Account: formatID(me.ID), Username: me.Username, Name: fullName(me.FirstName, me.LastName),
	}, nil
}

// Connect sets the webhook and reads it back.
func (t *Telegram) Connect(
	ctx context.Context, ch bot.Channel, address string, takeOver bool,
) (provider.Connection, error) {
	if len(ch.WebhookSecrets) == 0 || ch.WebhookSecrets[0] == "" {
		return provider.Connection{}, bot.Errorf(bot.Unavailable, "channel has no webhook secret")
	}
	registered, err := t.webhook(ctx, ch)
	if err != nil {
		return provider.Connection{}, err
	}
	if registered != "" && registered != address && !takeOver {
		return provider.Connection{}, bot.Errorf(bot.Conflict,
			"telegram sends this bot's updates to "+shown(registered)+": connect with take-over to replace it")
	}
	parameters := setWebhook{
		URL: address, SecretToken: ch.WebhookSecrets[0].Reveal(),
		AllowedUpdates: allowedUpdates, MaxConnections: maxConnections,
	}
	if err := t.invoke(ctx, ch, "setWebhook", parameters, nil); err != nil {
		return provider.Connection{}, err
	}
	if registered, err = t.webhook(ctx, ch); err != nil {
		return provider.Connection{}, err
	}
	if registered != address {
		return provider.Connection{}, bot.Errorf(bot.Conflict,
			"telegram took the webhook, but another program registered "+shown(registered))
	}
	return provider.Connection{}, nil
}

// Disconnect deletes the webhook. Updates that wait stay with Telegram.
func (t *Telegram) Disconnect(ctx context.Context, ch bot.Channel, address string) error {
	switch registered, err := t.webhook(ctx, ch); {
	case err != nil:
		return err
	case registered == "":
		return nil
	case registered != address:
		return bot.Errorf(bot.Conflict, "telegram sends this bot's updates to "+shown(registered)+": left as it is")
	}
	return t.invoke(ctx, ch, "deleteWebhook", none{}, nil)
}

// webhook gives the registered address, "" if there is none.
func (t *Telegram) webhook(ctx context.Context, ch bot.Channel) (string, error) {
	registration, err := t.Inspect(ctx, ch)
	return registration.Address, err
}

// Inspect asks getWebhookInfo: https://core.telegram.org/bots/api#webhookinfo.
func (t *Telegram) Inspect(ctx context.Context, ch bot.Channel) (provider.Registration, error) {
	var info struct {
		URL       string `json:"url"`
		Pending   int    `json:"pending_update_count"`
		ErrorDate int64  `json:"last_error_date"`
		Error     string `json:"last_error_message"`
	}
	err := t.invoke(ctx, ch, "getWebhookInfo", none{}, &info)
	registration := provider.Registration{Address: info.URL, LastError: info.Error, Waiting: info.Pending}
	if info.ErrorDate > 0 {
		registration.LastErrorAt = time.Unix(info.ErrorDate, 0).UTC()
	}
	return registration, err
}

// shown leaves out what may be secret in somebody else's address.
func shown(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "another address"
	}
	if address == "" {
		return "no address"
	}
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String()
}

// Acknowledge stops the spinner of a pressed button. That it comes too late is no error.
func (t *Telegram) Acknowledge(ctx context.Context, ch bot.Channel, e bot.Event) error {
	if e.AckID == "" {
		return nil
	}
	parameters := struct {
		ID string `json:"callback_query_id"`
	}{e.AckID}
	err := t.invoke(ctx, ch, "answerCallbackQuery", parameters, nil)
	if refusedWith(err, "query is too old") || refusedWith(err, "query id is invalid") {
		return nil
	}
	return err
}
