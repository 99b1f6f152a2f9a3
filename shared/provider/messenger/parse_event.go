package messenger

import (
	"fmt"
	"strings"

	"hookline/shared/bot"
)

// fill puts what happened into the event and gives its id in the page, "" for what has no meaning here. The same kinds of
// events have ids of the same form; whoever sends them again sends the same mid, watermark or time.
func (m messaging) fill(e *bot.Event, ch bot.Channel) (id string) {
	switch {
	case m.Message != nil:
		return m.Message.fill(e, ch)
	case m.Postback != nil:
		return m.postback(e, ch)
	case m.Reaction != nil:
		return m.reaction(e)
	case m.Edit != nil:
		e.Kind, e.Type, e.Text, e.MessageID, e.Edited = bot.Edit, "message_edit", m.Edit.Text, string(m.Edit.MID), true
		return fmt.Sprintf("message_edit:%s:%d", m.Edit.MID, m.Edit.NumEdit)
	case m.OptIn != nil:
		e.Kind, e.Type, e.Payload = bot.OptIn, "optin", string(m.OptIn.Ref)
		if e.Payload == "" {
			e.Payload = string(m.OptIn.Payload)
		}
		return m.named("optin", string(m.OptIn.Type)+":"+e.Payload)
	case m.Referral != nil:
		e.Kind, e.Type = bot.Referred, "referral"
		e.Referral, e.Payload = m.Referral.referral(), string(m.Referral.Ref)
		return m.named("referral", e.Payload)
	case m.Account != nil:
		e.Kind, e.Type, e.Text, e.Payload = bot.Account, "account_linking", string(m.Account.Status), string(m.Account.AuthorizationCode)
		return m.named("account_linking", e.Text)
	case m.Read != nil:
		e.Kind, e.Type = bot.Receipt, "read"
		return fmt.Sprintf("read:%s:%d", m.Sender.ID, m.Read.Watermark)
	case m.Delivery != nil:
		e.Kind, e.Type = bot.Receipt, "delivery"
		return fmt.Sprintf("delivery:%s:%d", m.Sender.ID, m.Delivery.Watermark)
	}
	return ""
}

// named is the id of an event that has none of its own.
func (m messaging) named(kind, what string) string {
	return fmt.Sprintf("%s:%s%s:%d:%s", kind, m.Sender.ID, m.Sender.UserRef, m.Timestamp, what)
}

func (r *referral) referral() *bot.Referral {
	if r == nil {
		return nil
	}
	return &bot.Referral{Ref: string(r.Ref), Source: string(r.Source), Type: string(r.Type)}
}

// postback is a press of a button or of the menu, or the start that the get-started button is.
func (m messaging) postback(e *bot.Event, ch bot.Channel) string {
	p := m.Postback
	e.Kind, e.Type, e.Via, e.Text, e.Payload = bot.Press, "postback", "postback", p.Title, string(p.Payload)
	e.Referral = p.Referral.referral()
	switch {
	case p.Payload == "": // as in a standby event, whose payload is for another app
		e.Kind = bot.Other
	case e.Payload == payloadOfStart(ch):
		e.Kind, e.Via, e.Text, e.Payload = bot.Start, "get_started", "/start", ""
		if p.Referral != nil && p.Referral.Ref != "" {
			e.Via, e.Payload = bot.ViaCode, string(p.Referral.Ref)
		}
	case inMenu(ch, e.Payload):
		e.Via = "menu"
	}
	if p.MID != "" {
		return "postback:" + string(p.MID)
	}
	return m.named("postback", e.Payload)
}

func (m messaging) reaction(e *bot.Event) string {
	r := m.Reaction
	e.Kind, e.Type = bot.Reacted, "reaction"
	e.Reaction = &bot.Reaction{Action: "added", Name: r.Emoji, Message: string(r.MID)}
	if r.Emoji == "" {
		e.Reaction.Name = r.Reaction
	}
	if r.Action == "unreact" {
		e.Reaction.Action = "removed"
	}
	return m.named("reaction", string(r.MID)+":"+r.Action+":"+e.Reaction.Name)
}

// fill reads a message: https://developers.facebook.com/docs/messenger-platform/reference/webhook-events/messages. An echo
// is an echo first, whatever it carries.
func (m *message) fill(e *bot.Event, ch bot.Channel) string {
	e.MessageID, e.Text, e.Type = string(m.MID), m.Text, "message"
	if m.ReplyTo != nil && m.ReplyTo.MID != "" {
		e.ReplyTo = &bot.Quoted{MessageID: string(m.ReplyTo.MID)}
	}
	e.Referral = m.Referral.referral()
	kind := m.content(e)
	switch {
	case m.IsEcho:
		e.Kind, e.Type = bot.Echo, "message_echo"
	case m.QuickReply != nil && m.QuickReply.Payload != "":
		e.Kind, e.Via, e.Payload = bot.Press, "quick_reply", string(m.QuickReply.Payload)
	case kind != "":
		e.Kind = kind
	case blank(m.Text) && m.Referral != nil:
		e.Kind, e.Payload = bot.Referred, string(m.Referral.Ref)
	case !blank(m.Text):
		e.Kind = bot.Text
	}
	if m.MID == "" {
		return ""
	}
	if m.IsEcho {
		return "message_echo:" + string(m.MID)
	}
	return "message:" + string(m.MID)
}

func blank(text string) bool { return strings.TrimSpace(text) == "" }

// attachmentKinds are the types of attachments that are kinds of events; the others are links, if they have an address.
var attachmentKinds = map[string]bot.EventKind{
	"image": bot.Photo, "audio": bot.Audio, "video": bot.Video, "file": bot.Document, "sticker": bot.Sticker, "location": bot.Located,
}

// content fills in attachments and gives the kind that the first one makes of the message, "" if it is about its text.
func (m *message) content(e *bot.Event) bot.EventKind {
	sticker := m.StickerID
	var kind bot.EventKind
	for i, a := range m.Attachments {
		made := bot.Attachment{Type: a.Type, URL: a.URL, Name: a.Title}
		if p := a.Payload; p != nil {
			if made.URL == "" {
				made.URL = p.URL
			}
			if made.Name == "" {
				made.Name = p.Title
			}
			if sticker == "" {
				sticker = p.StickerID
			}
			if c := p.Coordinates; c != nil && a.Type == "location" && c.Lat != "" && c.Long != "" {
				e.Location = &bot.Location{Latitude: c.Lat, Longitude: c.Long, Title: a.Title}
			}
		}
		if i == 0 {
			kind = attachmentKinds[a.Type]
			if kind == "" {
				e.Type = "message." + a.Type
			}
			if kind == "" && made.URL != "" && blank(m.Text) {
				kind = bot.Link
			}
		}
		e.Attachments = append(e.Attachments, made)
	}
	if sticker != "" {
		kind = bot.Sticker
		if len(e.Attachments) == 0 {
			e.Attachments = []bot.Attachment{{Type: "sticker"}}
		}
		e.Attachments[0].ID = string(sticker)
	}
	return kind
}
