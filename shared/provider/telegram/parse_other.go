package telegram

import (
	"slices"
	"strconv"
	"strings"

	"hookline/shared/bot"
)

// callback reads the press of an inline button. data is the client's: it may match no button ever sent. Without data
// (a game) nothing was said.
func (p *parser) callback() []bot.Event {
	var q callbackQuery
	p.decode(&q)
	e := bot.Event{
		Kind: bot.Press, Type: p.kind, From: personOf(q.From), Payload: q.Data, Via: "callback", AckID: q.ID,
	}
	if strings.TrimSpace(q.Data) == "" {
		e.Kind = bot.Other
	}
	if q.Message != nil {
		e.Chat, e.MessageID = q.Message.chatOf(), formatID(q.Message.MessageID)
		e.Text = q.Message.Markup.label(q.Data)
	}
	return []bot.Event{e}
}

func (m *markup) label(data string) string {
	if m == nil || data == "" {
		return ""
	}
	for _, row := range m.InlineKeyboard {
		for _, button := range row {
			if button.Data == data {
				return button.Text
			}
		}
	}
	return ""
}

// reaction gives one event for each reaction that went or came: Telegram tells the lists before and after.
func (p *parser) reaction() []bot.Event {
	var r reactionUpdate
	p.decode(&r)
	base := bot.Event{
		Kind: bot.Reacted, Type: p.kind, Time: timeOf(r.Date), Chat: chatOf(r.Chat), From: senderOf(r.User, r.ActorChat),
		MessageID: formatID(r.MessageID),
	}
	var events []bot.Event
	add := func(action string, from, without []reaction) {
		for _, one := range from {
			if slices.Contains(without, one) {
				continue
			}
			e := base
			e.Reaction = &bot.Reaction{Action: action, Name: one.name(), Message: base.MessageID}
			events = append(events, e)
		}
	}
	add("removed", r.Old, r.New)
	add("added", r.New, r.Old)
	return events
}

func (r reaction) name() string {
	switch r.Type {
	case "emoji":
		return r.Emoji
	case "custom_emoji":
		return r.Type + ":" + r.CustomEmojiID
	}
	return r.Type
}

// query reads every other kind of update, known or not, as far as it has what others have.
func (p *parser) query() []bot.Event {
	var q query
	p.decode(&q)
	e := bot.Event{
		Kind: bot.Other, Type: p.kind, Time: timeOf(q.Date), Chat: chatOf(q.Chat), From: personOf(q.From),
		MessageID: formatID(q.MessageID),
	}
	if e.From == nil {
		e.From = senderOf(q.User, q.VoterChat)
	}
	switch p.kind {
	case "inline_query", "chosen_inline_result":
		e.Kind, e.Text, e.Payload = bot.Inline, q.Query, q.ResultID
	case "shipping_query", "pre_checkout_query", "purchased_paid_media":
		e.Kind, e.Payload = bot.Payment, q.InvoicePayload+q.MediaPayload
	case "poll", "poll_answer":
		e.Kind, e.Text, e.Payload = bot.Poll, q.Question, joinInts(q.OptionIDs)
	}
	return []bot.Event{e}
}

func joinInts(numbers []int) string {
	texts := make([]string, len(numbers))
	for i, n := range numbers {
		texts[i] = strconv.Itoa(n)
	}
	return strings.Join(texts, ",")
}
