package telegram

import (
	"context"
	"errors"
	"strconv"

	"hookline/shared/bot"
	"hookline/shared/provider"
)

// sendMessage are the parameters of https://core.telegram.org/bots/api#sendmessage.
type sendMessage struct {
	ChatID      any             `json:"chat_id"`
	ThreadID    int64           `json:"message_thread_id,omitempty"`
	Text        string          `json:"text"`
	ParseMode   string          `json:"parse_mode,omitempty"`
	LinkPreview *linkPreview    `json:"link_preview_options,omitempty"`
	Silent      bool            `json:"disable_notification,omitempty"`
	Protect     bool            `json:"protect_content,omitempty"`
	Reply       *replyParameter `json:"reply_parameters,omitempty"`
	Markup      any             `json:"reply_markup,omitempty"`
}

type linkPreview struct {
	Disabled bool `json:"is_disabled"`
}

type replyParameter struct {
	MessageID    int64 `json:"message_id"`
	AllowMissing bool  `json:"allow_sending_without_reply"`
}

var parseModes = map[bot.Format]string{bot.FormatHTML: "HTML", bot.FormatMarkdown: "MarkdownV2"}

// Send sends the parts in order, each within provider.CallTimeout. What Telegram refuses and can be left out is left
// out, once, and noted.
func (t *Telegram) Send(ctx context.Context, ch bot.Channel, r bot.Reply) (provider.Receipt, error) {
	receipt := provider.Receipt{Sent: r.Sent}
	for _, part := range r.Parts[min(r.Sent, len(r.Parts)):] {
		message, err := newMessage(r.Address, part)
		if err != nil {
			return receipt, err
		}
		id, err := t.deliver(ctx, ch, &delivery{sendMessage: message, format: part.Format, receipt: &receipt})
		if receipt.MovedTo != "" {
			r.Chat = receipt.MovedTo
		}
		if err != nil {
			return receipt, err
		}
		receipt.Sent++
		receipt.MessageIDs = append(receipt.MessageIDs, id)
	}
	return receipt, nil
}

func newMessage(to bot.Address, p bot.Part) (sendMessage, error) {
	markup, err := markupOf(p)
	if err != nil {
		return sendMessage{}, err
	}
	m := sendMessage{
		ChatID: chatID(to.Chat), Text: p.Text, ParseMode: parseModes[p.Format], Markup: markup,
		Silent: flag(p.Options, optSilent), Protect: flag(p.Options, optProtect),
	}
	if !flag(p.Options, optPreview) {
		m.LinkPreview = &linkPreview{Disabled: true}
	}
	if thread, err := strconv.ParseInt(to.Thread, 10, 64); err == nil && thread != generalTopic {
		m.ThreadID = thread
	}
	if quoted, err := strconv.ParseInt(p.ReplyTo, 10, 64); err == nil {
		m.Reply = &replyParameter{quoted, true}
	}
	return m, nil
}

// chatID gives a number where the id is one: a public channel may be named as @channel too.
func chatID(id string) any {
	if number, err := strconv.ParseInt(id, 10, 64); err == nil {
		return number
	}
	return id
}

func flag(options bot.Options, name string) bool {
	on, _ := options[name].(bool)
	return on
}

// delivery is one message on its way, and where what was changed about it is noted.
type delivery struct {
	sendMessage
	format  bot.Format
	receipt *provider.Receipt
}

func (t *Telegram) deliver(ctx context.Context, ch bot.Channel, d *delivery) (messageID string, err error) {
	for {
		var sent struct {
			MessageID int64 `json:"message_id"`
		}
		err := t.invoke(ctx, ch, "sendMessage", d.sendMessage, &sent)
		if err == nil {
			return strconv.FormatInt(sent.MessageID, 10), nil
		}
		if !d.amend(err) {
			return "", err
		}
	}
}

// amend changes the message so that it may pass where it was refused, and tells whether it could. Each change can be
// made once only, so that there are at most as many tries as changes.
func (d *delivery) amend(err error) bool {
	r, _ := errors.AsType[*refusal](err)
	_, removal := d.Markup.(keyboardRemoval)
	switch {
	case r != nil && r.migrateTo != 0 && d.receipt.MovedTo == "":
		d.receipt.MovedTo = formatID(r.migrateTo)
		d.ChatID = r.migrateTo
		d.note("sent to the chat's new id " + d.receipt.MovedTo)
	case d.ParseMode != "" && refusedWith(err, "can't parse entities"):
		d.Text, d.ParseMode = parseMarkup(d.Text, d.format).plain(), ""
		d.note("sent as plain text: " + bot.PublicMessage(err))
	case d.ThreadID != 0 && refusedWith(err, "message thread not found"):
		d.ThreadID = 0
		d.note("sent without thread: it is gone")
	case d.Reply != nil && refusedWith(err, "message to be replied not found"):
		d.Reply = nil
		d.note("sent without quote: the message is gone")
	case removal && refusedWith(err, "inline keyboard expected"): // broadcast channels have no reply keyboards
		d.Markup = nil
	default:
		return false
	}
	return true
}

func (d *delivery) note(text string) { d.receipt.Notes = append(d.receipt.Notes, text) }
