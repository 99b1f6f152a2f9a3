// Package telegram speaks the Telegram Bot API, version 10.1: https://core.telegram.org/bots/api. Updates come by
// webhook or getUpdates; texts, files, places and signs go out by a method each.
package telegram

import (
	"cmp"
	"net/http"
	"strings"

	"hookline/shared/bot"
	"hookline/shared/provider"
)

var (
	_ provider.Provider     = (*Telegram)(nil)
	_ provider.Connector    = (*Telegram)(nil)
	_ provider.Inspector    = (*Telegram)(nil)
	_ provider.Acknowledger = (*Telegram)(nil)
	_ provider.Poller       = (*Telegram)(nil)
)

const (
	name        = "telegram"
	tokenField  = "token"
	officialURL = "https://api.telegram.org"
)

// Telegram is the provider of that name.
type Telegram struct {
	client *http.Client
	base   string
}

// New makes the provider. base is the address of the Bot API, "" for Telegram's own.
func New(client *http.Client, base string) *Telegram {
	return &Telegram{client, strings.TrimRight(cmp.Or(base, officialURL), "/")}
}

// The network's limits. Those of keyboards are not documented but observed.
const (
	textLimit     = 4096      // code points after parsing of the markup
	captionLimit  = 1024      // likewise
	sourceLimit   = 32 * 1024 // bytes before it
	buttonLimit   = 100
	rowLimit      = 8
	labelLimit    = 64
	payloadLimit  = 64   // bytes of callback_data
	urlLimit      = 2048 // bytes
	broadcastRate = 30   // messages a second to different chats: core.telegram.org/bots/faq
	keyboardLimit = 9000 // bytes of JSON; 10 KB are refused
)

// Describe gives what Telegram can do.
func (t *Telegram) Describe() provider.Description {
	return provider.Description{
		Name: name,
		Fields: []provider.Field{{
			Name: tokenField, Secret: true, Required: true, Exclusive: true,
			Doc: "the bot's token as @BotFather gave it, of the form 123456:ABC-DEF",
		}},
		Options: options,
		Limits: provider.Limits{
			Text: textLimit, TextUnit: provider.CodePoints,
			Buttons: buttonLimit, ButtonsARow: rowLimit, ButtonText: labelLimit,
			PayloadBytes: payloadLimit, URLBytes: urlLimit, Caption: captionLimit, Rate: broadcastRate,
			Media:    []bot.EventKind{bot.Photo, bot.Audio, bot.Video, bot.Document},
			Location: true,
			Signs:    []bot.Sign{bot.ShowTyping},
			Formats:  []bot.Format{bot.FormatHTML, bot.FormatMarkdown},
		},
		Receives: receives,
		Rules:    rules,
	}
}

// The names of options, and the values of the option keyboard.
const (
	optSilent      = "disable_notification"
	optProtect     = "protect_content"
	optPreview     = "link_preview"
	optOneTime     = "one_time_keyboard"
	optKeyboard    = "keyboard"
	keyboardInline = "inline"
	keyboardReply  = "reply"
	keyboardKeep   = "keep"
	keyboardRemove = "remove"
)

var options = []provider.Option{
	{Name: optSilent, Doc: "deliver without a sound"},
	{Name: optProtect, Doc: "forbid forwarding and saving"},
	{Name: optPreview, Doc: "show a preview of the first link; off by default"},
	{
		Name: optKeyboard, Type: provider.Choice, Values: []string{keyboardInline, keyboardReply, keyboardKeep, keyboardRemove},
		Doc: "inline: buttons below the message, the default; reply: buttons in place of the user's keyboard, which send " +
			"their label; without buttons, keep and remove say what becomes of an earlier reply keyboard, remove by default",
	},
	{Name: optOneTime, Doc: "hide a reply keyboard once it was used"},
}

// receives are the kinds that Parse gives.
var receives = []bot.EventKind{
	bot.Text, bot.Command, bot.Press, bot.Photo, bot.Audio, bot.Voice, bot.Video, bot.Animation, bot.Document, bot.Sticker,
	bot.Located, bot.Card, bot.Poll, bot.Payment, bot.Reacted, bot.Edit, bot.Join, bot.Leave, bot.Member, bot.Filled,
	bot.Room, bot.Inline, bot.Echo, bot.Other,
}

var rules = []string{
	"markdown is Telegram's MarkdownV2",
	"a text over 4096 characters goes in several messages, cut between paragraphs, lines or words; markup open at a cut " +
		"is closed and opened again; markup that cannot be read is sent as plain text",
	"a text of white space only is not sent",
	"a caption over 1024 characters goes on in messages of its own",
	"a file that Telegram cannot fetch from its address, such as a photo over 5 MB, another file over 20 MB or a document " +
		"that is neither .gif, .pdf nor .zip, goes as a link in a text",
	"a location with a title is a venue, whose address is the coordinates; the text of a location is a message of its own",
	"bots cannot mark messages as seen: the sign is left out",
	"the quoted message is named by every message of a text, the keyboard by the last one",
	"a label over 64 characters is cut and ends in …",
	"a row of more than 8 buttons goes on in the next row",
	"a keyboard of more than 100 buttons or 9000 bytes goes on in further messages, whose text is …",
	"a button's payload over 64 bytes is kept for the chat, a key is sent",
	"a reply keyboard can only send labels: a keyboard with an address or another payload is inline",
	"a message without a keyboard takes away an earlier reply keyboard, unless the option keyboard says reply or keep",
	"a thread or quoted message that is gone is left out",
	"a command addressed to another bot is kind other, as are business and guest messages, which need answers of " +
		"their own kind",
}
