package messenger

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"hookline/shared/bot"
)

// fill puts what happened into the event, with Type if it is known here, and gives the id that Meta has for it, "" if it has
// none.
func (m messaging) fill(e *bot.Event, ch bot.Channel) (id string) {
	switch {
	case m.Message != nil:
		return m.Message.fill(e, ch)
	case m.Postback != nil:
		return m.postback(e, ch)
	case m.Reaction != nil:
		m.Reaction.fill(e)
	case m.Edit != nil:
		e.Kind, e.Type, e.Text, e.MessageID, e.Edited = bot.Edit, "message_edit", m.Edit.Text, string(m.Edit.MID), true
		if m.Edit.MID != "" {
			return fmt.Sprintf("message_edit:%s:%d", m.Edit.MID, m.Edit.NumEdit)
		}
	case m.OptIn != nil:
		e.Kind, e.Type, e.Payload = bot.OptIn, "optin", string(cmp.Or(m.OptIn.Ref, m.OptIn.Payload))
	case m.Referral != nil:
		e.Kind, e.Type = bot.Referred, "referral"
		e.Referral, e.Payload = m.Referral.referral(), string(m.Referral.Ref)
	case m.Account != nil:
		e.Kind, e.Type, e.Text, e.Payload = bot.Account, "account_linking", string(m.Account.Status), string(m.Account.AuthorizationCode)
	case m.Read != nil:
		return m.receipt(e, "read", m.Read.Watermark)
	case m.Delivery != nil:
		return m.receipt(e, "delivery", m.Delivery.Watermark)
	}
	return ""
}

// receipt is about all messages up to a time, the watermark.
func (m messaging) receipt(e *bot.Event, kind string, watermark number) string {
	e.Kind, e.Type = bot.Receipt, kind
	if watermark == 0 {
		return ""
	}
	return fmt.Sprintf("%s:%s:%d", kind, m.Sender.ID, watermark)
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
	if p.MID == "" { // as before version 11 of the Graph API
		return ""
	}
	return "postback:" + string(p.MID)
}

func (r *reaction) fill(e *bot.Event) {
	e.Kind, e.Type = bot.Reacted, "reaction"
	e.Reaction = &bot.Reaction{Action: "added", Name: cmp.Or(r.Emoji, r.Reaction), Message: string(r.MID)}
	if r.Action == "unreact" {
		e.Reaction.Action = "removed"
	}
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
func (m *message) content(e *bot.Event) (kind bot.EventKind) {
	for _, a := range m.Attachments {
		made := bot.Attachment{Type: a.Type, URL: cmp.Or(a.URL, a.Payload.URL), Name: cmp.Or(a.Title, a.Payload.Title)}
		if a.Type == "sticker" || a.Payload.StickerID != "" {
			made.ID = string(cmp.Or(a.Payload.StickerID, m.StickerID))
		}
		if c := a.Payload.Coordinates; a.Type == "location" && c.Lat != "" && c.Long != "" {
			e.Location = &bot.Location{Latitude: c.Lat, Longitude: c.Long, Title: a.Title}
		}
		e.Attachments = append(e.Attachments, made)
	}
	if len(m.Attachments) > 0 {
		first := m.Attachments[0].Type
		kind = attachmentKinds[first]
		if kind == "" {
			e.Type = "message." + first
		}
		if kind == "" && e.Attachments[0].URL != "" && blank(m.Text) {
			kind = bot.Link
		}
	}
	if m.sticker(e) {
		kind = bot.Sticker
	}
	return kind
}

// sticker tells whether the message is one, which Meta has told in three ways: by a number of the message, until 2026
// beside an image; by one of an attachment; by an attachment of that type.
func (m *message) sticker(e *bot.Event) bool {
	marked := slices.ContainsFunc(e.Attachments, func(a bot.Attachment) bool { return a.ID != "" })
	switch {
	case marked || m.StickerID == "":
		return marked
	case len(e.Attachments) == 0:
		e.Attachments = []bot.Attachment{{Type: "sticker"}}
	}
	e.Attachments[0].ID = string(m.StickerID)
	return true
}
