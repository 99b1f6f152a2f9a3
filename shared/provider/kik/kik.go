// Package kik speaks Kik's bot API over HTTP, which is a legacy of Kik's: messages come in batches by webhook and go out
// in batches by /v1/message. Its documentation is gone from the network's site; the shapes are those of Kik's own client
// libraries, github.com/kikinteractive/kik-python and kik-node.
package kik

import (
	"cmp"
	"net/http"
	"strings"

	"hookline/shared/bot"
	"hookline/shared/provider"
)

var (
	_ provider.Provider  = (*Kik)(nil)
	_ provider.Connector = (*Kik)(nil)
	_ provider.Inspector = (*Kik)(nil)
	_ provider.Checker   = (*Kik)(nil)
)

const (
	name        = "kik"
	officialURL = "https://api.kik.com"
)

// Kik is the provider of that name.
type Kik struct {
	client *http.Client
	base   string
}

// New makes the provider. base is the address of the bot API, "" for Kik's own.
func New(client *http.Client, base string) *Kik {
	return &Kik{client, strings.TrimRight(cmp.Or(base, officialURL), "/")}
}

// Kik documents no length of a text: this one is long enough for a paragraph, and has not been seen refused.
const (
	textLimit       = 1500
	suggestionLimit = 20
	batchLimit      = 5 // messages to one user in one request
)

// Describe gives what Kik can do.
func (k *Kik) Describe() provider.Description {
	return provider.Description{
		Name:    name,
		Fields:  fields,
		Options: options,
		Limits: provider.Limits{
			Text: textLimit, TextUnit: provider.CodePoints, Buttons: suggestionLimit, Batch: batchLimit,
			Media: []bot.EventKind{bot.Photo, bot.Video},
			Signs: []bot.Sign{bot.ShowTyping, bot.MarkSeen},
		},
		Receives: []bot.EventKind{
			bot.Text, bot.Start, bot.Photo, bot.Video, bot.Sticker, bot.Link, bot.Filled, bot.Receipt, bot.Typing, bot.Echo,
			bot.Other,
		},
		Rules: rules,
	}
}

// The names of a channel's fields.
const (
	usernameField = "username"
	apiKeyField   = "api_key"
	keyboardField = "static_keyboard"
)

var trueOrFalse = []string{"true", "false"}

var fields = []provider.Field{
	{Name: usernameField, Required: true, Doc: "the bot's username"},
	{Name: apiKeyField, Secret: true, Required: true, List: true, Doc: "the bot's API key: it signs calls, and we sign in with the first one"},
	{Name: "receive_read_receipts", Values: trueOrFalse, Doc: "be told what was read; unset: as it is at Kik"},
	{Name: "receive_delivery_receipts", Values: trueOrFalse, Doc: "be told what arrived; unset: as it is at Kik"},
	{Name: "receive_is_typing", Values: trueOrFalse, Doc: "be told who is typing; unset: as it is at Kik"},
	{
		Name: "manually_send_read_receipts", Values: trueOrFalse,
		Doc: "messages count as read when the bot says `seen`, not at once; unset: as it is at Kik",
	},
	{
		Name: keyboardField, Structured: true,
		Doc: "buttons shown to those who begin to mention the bot: a list of texts or {text, payload}; an empty one takes " +
			"them away, unset leaves them as they are at Kik",
	},
}

// The names of options.
const (
	optDelay     = "delay"
	optTypeTime  = "type_time"
	optTextLimit = "text_limit"
)

var options = []provider.Option{
	{Name: optDelay, Type: provider.Number, Doc: "milliseconds before the message is shown"},
	{Name: optTypeTime, Type: provider.Number, Doc: "milliseconds, after the delay, in which the bot is shown typing; before a text only"},
	{Name: optTextLimit, Type: provider.Number, Doc: "characters of one message, at most and unset 1500; permabots cut at 100"},
}

var rules = []string{
	"html and markdown go as plain text; the address of a link stands behind it",
	"a text over 1500 characters goes in several messages, cut between paragraphs, lines or words; text_limit makes them " +
		"shorter",
	"a text of white space only is not sent; nor is a keyboard without anything to hang on",
	"buttons are suggested answers, shown below the last message, without rows; a payload travels as the answer's metadata",
	"of more than 20 buttons 20 are shown, and the labels of the others stand as lines below the text: they can be typed",
	"a button with an address is a link message of that name behind the text, and an answer with its label",
	"media have no caption: it follows as a text; audio and documents go as link messages",
	"a location is a text with a link to a map",
	"an answer quotes no message",
	"seen marks the message that is answered; it does so only with manually_send_read_receipts",
	"delay and type_time hold for the first of the messages that a text is cut into",
	"where Kik refuses one of up to five messages sent together, each is sent by itself; those refused again are left out " +
		"and noted, unless all are",
	"a message that mentions another bot is kind other",
}
