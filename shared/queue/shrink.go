package queue

import (
	"encoding/json"
	"slices"
	"unicode/utf8"

	"hookline/shared/bot"
)

// maxEventBytes leaves the rest of a job, and what a redrive adds to it, room below MaxJobBytes.
const maxEventBytes = 200 << 10

// What is left, as JSON, of texts and of short fields once they must be cut.
const (
	keptText  = 32 << 10
	keptField = 1 << 10
)

// losses are what an event loses, one after another, until it is small enough. They replace what they change: the event's
// pointers and slices may be shared. After the last one every event is.
var losses = []func(*bot.Event){
	func(e *bot.Event) { e.Raw = nil },
	dropAttachmentExtras,
	func(e *bot.Event) { e.Entities = nil },
	cutQuoted,
	dropValues,
	cutTexts,
	keepEssentials,
}

// Shrink gives e as it can be queued: a job made of it is at most MaxJobBytes. An event over 200 KB of JSON, or one that
// cannot be encoded, loses Raw, then extras, and at last the ends of its texts; Truncated says so.
func Shrink(e bot.Event) bot.Event {
	for _, lose := range losses {
		if fits(e) {
			break
		}
		lose(&e)
		e.Truncated = true
	}
	return e
}

func fits(e bot.Event) bool {
	encoded, err := json.Marshal(e)
	return err == nil && len(encoded) <= maxEventBytes
}

// dropAttachmentExtras keeps what an attachment can be fetched by.
func dropAttachmentExtras(e *bot.Event) {
	e.Attachments = slices.Clone(e.Attachments)
	for i, a := range e.Attachments {
		e.Attachments[i] = bot.Attachment{Type: a.Type, ID: a.ID, Size: a.Size}
		if a.ID == "" {
			e.Attachments[i].URL = a.URL
		}
	}
}

func cutQuoted(e *bot.Event) {
	if e.ReplyTo != nil {
		e.ReplyTo = &bot.Quoted{MessageID: cut(e.ReplyTo.MessageID, keptField), Text: cut(e.ReplyTo.Text, keptField)}
	}
}

// dropValues drops what networks with forms and tasks give again when they are asked for it.
func dropValues(e *bot.Event) {
	if e.Form != nil {
		e.Form = &bot.Form{ID: e.Form.ID, Action: e.Form.Action}
	}
	if e.Task != nil {
		e.Task = &bot.Task{ID: e.Task.ID, Text: cut(e.Task.Text, keptField)}
	}
}

func cutTexts(e *bot.Event) {
	e.Text = cut(e.Text, keptText)
	e.Payload = cut(e.Payload, keptText)
	if e.Command != nil {
		e.Command = &bot.Invocation{Name: cut(e.Command.Name, keptField), Args: cut(e.Command.Args, keptText)}
	}
}

// keepEssentials keeps, bounded, who said what and where. It is for events that no network sends. Time is not kept: a year
// beyond 9999 has no JSON.
func keepEssentials(e *bot.Event) {
	short := func(s string) string { return cut(s, keptField) }
	kept := bot.Event{
		ID: short(e.ID), Provider: short(e.Provider), Channel: short(e.Channel), Kind: bot.EventKind(short(string(e.Kind))),
		Type: short(e.Type), MessageID: short(e.MessageID), ReplyTo: e.ReplyTo, Text: e.Text, Format: bot.Format(short(string(e.Format))),
		Payload: e.Payload, Via: short(e.Via), Command: e.Command, AckID: short(e.AckID),
		Self: e.Self, Edited: e.Edited, Forwarded: e.Forwarded, Delayed: e.Delayed,
	}
	if _, err := e.ReceivedAt.MarshalJSON(); err == nil {
		kept.ReceivedAt = e.ReceivedAt
	}
	if e.Chat != nil {
		kept.Chat = &bot.Chat{
			ID: short(e.Chat.ID), Type: bot.ChatType(short(string(e.Chat.Type))), Thread: short(e.Chat.Thread),
		}
	}
	if e.From != nil {
		kept.From = &bot.Person{ID: short(e.From.ID), Username: short(e.From.Username), IsBot: e.From.IsBot}
	}
	*e = kept
}

// cut gives the longest start of s, in whole runes, whose JSON is at most size bytes.
func cut(s string, size int) string {
	for i, r := range s {
		if size -= encodedLen(r); size < 0 {
			return s[:i]
		}
	}
	return s
}

// encodedLen is at least what encoding/json writes for a rune: it escapes control characters, <, > and &, the line
// separators and bytes that are no UTF-8 as \uXXXX.
func encodedLen(r rune) int {
	switch {
	case r < ' ', r == '<', r == '>', r == '&', r == '\u2028', r == '\u2029', r == utf8.RuneError:
		return len(`\uXXXX`)
	case r == '"', r == '\\':
		return 2
	}
	return utf8.RuneLen(r)
}
