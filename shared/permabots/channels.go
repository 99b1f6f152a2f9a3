package permabots

import (
	"strings"
	"unicode"

	"hookline/shared/bot"
)

// network is how permabots kept a bot's account at a network.
type network struct {
	provider, field, model, recipients string
	// settings are kept as they are.
	settings    []string
	credentials []credential
}

// credential is a field of a channel, the variable that its value is taken from, and what that must be set to. Where
// permabots had it, column names it there.
type credential struct{ field, variable, column, meaning string }

var networks = []network{
	{
		provider: "telegram", field: "telegram_bot", model: "telegrambot", recipients: "telegramrecipient",
		credentials: []credential{{"token", "TELEGRAM_TOKEN", "token", "the bot's token, as permabots has it"}},
	},
	{
		provider: "kik", field: "kik_bot", model: "kikbot", recipients: "kikrecipient", settings: []string{"username"},
		credentials: []credential{{"api_key", "KIK_KEY", "api_key", "the bot's API key, as permabots has it"}},
	},
	{
		provider: "messenger", field: "messenger_bot", model: "messengerbot", recipients: "messengerrecipient",
		credentials: []credential{
			{"page_token", "PAGE_TOKEN", "token", "the page's access token, as permabots has it"},
			{bot.AppSecretField, "APP_SECRET", "", "the secret of the app at Meta: permabots, which had none, believed every call"},
		},
	},
}

func (d *draft) channels() {
	for _, n := range networks {
		key := d.record.text(n.field)
		if key == "" {
			continue
		}
		r := d.find(n.model, key)
		if r == nil {
			d.note("channels", "the dump lacks the %s account that the bot had", n.provider)
			continue
		}
		spec := d.channel(n, r)
		if d.def.Channels == nil {
			d.def.Channels = map[string]bot.ChannelSpec{}
		}
		d.def.Channels[n.provider] = spec
		for _, c := range n.credentials {
			d.note("channels."+n.provider+"."+c.field, "set %s to %s", d.variable(c.variable), c.meaning)
		}
	}
}

func (d *draft) channel(n network, r *record) bot.ChannelSpec {
	spec := bot.ChannelSpec{Provider: n.provider, Disabled: !r.enabled(), Credentials: map[string][]bot.Credential{}}
	for _, name := range n.settings {
		if spec.Settings == nil {
			spec.Settings = map[string]any{}
		}
		spec.Settings[name] = r.text(name)
	}
	for _, c := range n.credentials {
		if c.column != "" {
			r.text(c.column) // known, and not shown
		}
		spec.Credentials[c.field] = []bot.Credential{{From: d.variable(c.variable)}}
	}
	return spec
}

// variable gives the name of an environment variable that no other bot of the dump has.
func (d *draft) variable(name string) string {
	if !d.several {
		return name
	}
	prefix := strings.ToUpper(strings.ReplaceAll(d.def.Bot, "-", "_"))
	if unicode.IsDigit(rune(prefix[0])) {
		prefix = "BOT_" + prefix
	}
	return prefix + "_" + name
}
