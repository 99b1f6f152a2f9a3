package telegram

import (
	"context"
	"encoding/json"
	"strconv"

	"hookline/shared/bot"
	"hookline/shared/provider"
)

// methods are those that send a file.
var methods = map[bot.EventKind]string{
	bot.Photo: "sendPhoto", bot.Audio: "sendAudio", bot.Video: "sendVideo", bot.Document: "sendDocument",
}

// parameters are those of https://core.telegram.org/bots/api#sendmessage and of the methods after it that send a photo,
// an audio, a video, a document, a location, a venue, a chat action: each has some of them.
type parameters struct {
	ChatID      any             `json:"chat_id"`
	ThreadID    int64           `json:"message_thread_id,omitempty"`
	Text        string          `json:"text,omitempty"`
	Caption     string          `json:"caption,omitempty"`
	ParseMode   string          `json:"parse_mode,omitempty"`
	LinkPreview *linkPreview    `json:"link_preview_options,omitempty"`
	Photo       string          `json:"photo,omitempty"`
	Audio       string          `json:"audio,omitempty"`
	Video       string          `json:"video,omitempty"`
	Document    string          `json:"document,omitempty"`
	Latitude    json.Number     `json:"latitude,omitempty"`
	Longitude   json.Number     `json:"longitude,omitempty"`
	Title       string          `json:"title,omitempty"`
	Place       string          `json:"address,omitempty"`
	Action      string          `json:"action,omitempty"`
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
// out, once, and noted. A sign has the message id "".
func (t *Telegram) Send(ctx context.Context, ch bot.Channel, r bot.Reply) (provider.Receipt, error) {
	receipt := provider.Receipt{Sent: r.Sent}
	for _, part := range r.Parts[min(r.Sent, len(r.Parts)):] {
		d, err := newDelivery(r.Address, part)
		if err != nil {
			return receipt, err
		}
		d.receipt = &receipt
		id, err := t.deliver(ctx, ch, d)
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

// delivery is one part on its way, and where what was changed about it is noted.
type delivery struct {
	method string
	parameters
	part    bot.Part
	receipt *provider.Receipt
}

func newDelivery(to bot.Address, p bot.Part) (*delivery, error) {
	d := &delivery{part: p, parameters: parameters{ChatID: chatID(to.Chat)}}
	if thread, err := strconv.ParseInt(to.Thread, 10, 64); err == nil && thread != generalTopic {
		d.ThreadID = thread
	}
	if p.Sign != "" {
		d.method, d.Action = "sendChatAction", string(p.Sign)
		return d, nil
	}
	markup, err := markupOf(p)
	if err != nil {
		return nil, err
	}
	d.Markup, d.Silent, d.Protect = markup, flag(p.Options, optSilent), flag(p.Options, optProtect)
	if quoted, err := strconv.ParseInt(p.ReplyTo, 10, 64); err == nil {
		d.Reply = &replyParameter{quoted, true}
	}
	switch {
	case p.Media != nil:
		d.sendFile()
	case p.Location != nil:
		return d, d.sendPlace()
	default:
		d.sendText()
	}
	return d, nil
}

func (d *delivery) sendText() {
	d.method, d.Text, d.ParseMode = "sendMessage", d.part.Text, parseModes[d.part.Format]
	if !flag(d.part.Options, optPreview) {
		d.LinkPreview = &linkPreview{Disabled: true}
	}
}

func (d *delivery) sendFile() {
	d.method, d.Caption = methods[d.part.Media.Kind], d.part.Text
	if d.Caption != "" {
		d.ParseMode = parseModes[d.part.Format]
	}
	switch source := d.part.Media.Source; d.part.Media.Kind {
	case bot.Photo:
		d.Photo = source
	case bot.Audio:
		d.Audio = source
	case bot.Video:
		d.Video = source
	case bot.Document:
		d.Document = source
	}
}

func (d *delivery) sendPlace() error {
	at := d.part.Location
	for _, number := range []json.Number{at.Latitude, at.Longitude} {
		if _, err := number.Float64(); err != nil {
			return bot.Errorf(bot.Invalid, "latitude and longitude of a location must be numbers")
		}
	}
	d.method, d.Latitude, d.Longitude = "sendLocation", at.Latitude, at.Longitude
	if at.Title != "" {
		d.method, d.Title, d.Place = "sendVenue", at.Title, at.Latitude.String()+", "+at.Longitude.String()
	}
	return nil
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

func (t *Telegram) deliver(ctx context.Context, ch bot.Channel, d *delivery) (messageID string, err error) {
	for {
		var result json.RawMessage // a message, or true for an action
		err := t.invoke(ctx, ch, d.method, d.parameters, &result)
		if err == nil && d.Action != "" {
			return "", nil
		}
		if err == nil {
			return idOf(result)
		}
		if !d.amend(err) {
			return "", err
		}
	}
}

func idOf(message json.RawMessage) (string, error) {
	var sent struct {
		MessageID int64 `json:"message_id"`
	}
	if err := json.Unmarshal(message, &sent); err != nil {
		return "", undocumented(err)
	}
	return strconv.FormatInt(sent.MessageID, 10), nil
}
