package kik

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"hookline/shared/bot"
	"hookline/shared/provider"
)

// neutral is where a bot's messages go that nobody takes: Kik wants an address, and this one is nobody's.
const neutral = "https://example.com"

// config is a bot's at /v1/config. What is posted replaces everything, so that what was read goes back. Features is an
// object always.
type config struct {
	Webhook        string                     `json:"webhook"`
	Features       map[string]json.RawMessage `json:"features"`
	StaticKeyboard json.RawMessage            `json:"staticKeyboard,omitempty"`
}

// features are Kik's names of settings.
var features = map[string]string{
	"receive_read_receipts":       "receiveReadReceipts",
	"receive_delivery_receipts":   "receiveDeliveryReceipts",
	"receive_is_typing":           "receiveIsTyping",
	"manually_send_read_receipts": "manuallySendReadReceipts",
}

// Identify reads the configuration, which only the bot itself can. Kik tells no more of a bot than it was asked with.
func (k *Kik) Identify(ctx context.Context, ch bot.Channel) (bot.Identity, error) {
	if _, err := k.configuration(ctx, ch); err != nil {
		return bot.Identity{}, err
	}
	username := ch.Setting(usernameField)
	return bot.Identity{Account: username, Username: username}, nil
}

// Connect sets the webhook, and the features and the static keyboard that the channel names; others stay as they are.
func (k *Kik) Connect(
	ctx context.Context, ch bot.Channel, address string, takeOver bool,
) (provider.Connection, error) {
	c, err := k.configuration(ctx, ch)
	if err != nil {
		return provider.Connection{}, err
	}
	if !c.free() && c.Webhook != address && !takeOver {
		return provider.Connection{}, bot.Errorf(bot.Conflict,
			"kik sends this bot's messages to "+shown(c.Webhook)+": connect with take-over to replace it")
	}
	c.Webhook = address
	if err := c.apply(ch); err != nil {
		return provider.Connection{}, err
	}
	if err := k.configure(ctx, ch, c); err != nil {
		return provider.Connection{}, err
	}
	if c, err = k.configuration(ctx, ch); err != nil {
		return provider.Connection{}, err
	}
	if c.Webhook != address {
		return provider.Connection{}, bot.Errorf(bot.Conflict,
			"kik took the webhook, but another program registered "+shown(c.Webhook))
	}
	return provider.Connection{}, nil
}

// Disconnect sends the bot's messages to a neutral address: Kik has no way to take a webhook away.
func (k *Kik) Disconnect(ctx context.Context, ch bot.Channel, address string) error {
	c, err := k.configuration(ctx, ch)
	switch {
	case err != nil:
		return err
	case c.free():
		return nil
	case c.Webhook != address:
		return bot.Errorf(bot.Conflict, "kik sends this bot's messages to "+shown(c.Webhook)+": left as it is")
	}
	c.Webhook = neutral
	return k.configure(ctx, ch, c)
}

// Inspect reads the bot's configuration.
func (k *Kik) Inspect(ctx context.Context, ch bot.Channel) (provider.Registration, error) {
	c, err := k.configuration(ctx, ch)
	if err != nil || c.free() {
		return provider.Registration{}, err
	}
	return provider.Registration{Address: c.Webhook}, nil
}

func (k *Kik) configuration(ctx context.Context, ch bot.Channel) (config, error) {
	answer, err := k.invoke(ctx, ch, provider.Call{Method: http.MethodGet, Address: "/v1/config"})
	if err != nil {
		return config{}, err
	}
	var c config
	if err := json.Unmarshal(answer.Body, &c); err != nil {
		return config{}, bot.Wrap(bot.Unavailable, "kik's answer is not as documented", err)
	}
	if c.Features == nil {
		c.Features = map[string]json.RawMessage{}
	}
	if string(c.StaticKeyboard) == "null" {
		c.StaticKeyboard = nil
	}
	return c, nil
}

func (k *Kik) configure(ctx context.Context, ch bot.Channel, c config) error {
	_, err := k.invoke(ctx, ch, provider.Call{Address: "/v1/config", Body: c})
	return err
}

// free tells whether the bot's messages go nowhere.
func (c config) free() bool {
	return c.Webhook == "" || strings.TrimRight(c.Webhook, "/") == neutral
}

// apply puts what the channel names in place of what was there.
func (c *config) apply(ch bot.Channel) error {
	for field, feature := range features {
		if value := ch.Setting(field); value != "" {
			c.Features[feature] = strconv.AppendBool(nil, value == "true")
		}
	}
	setting, ok := ch.Settings[keyboardField]
	if !ok {
		return nil
	}
	buttons, err := staticButtons(setting)
	if err != nil {
		return bot.Wrap(bot.Invalid, keyboardField+" is not a list of buttons", err)
	}
	c.StaticKeyboard = nil
	if len(buttons) > 0 {
		c.StaticKeyboard, err = json.Marshal(keyboard{Type: "suggested", Responses: suggestions(buttons)})
	}
	return err
}

// shown leaves out what may be secret in somebody else's address.
func shown(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "another address"
	}
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String()
}
