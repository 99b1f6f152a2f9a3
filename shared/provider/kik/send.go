package kik

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"hookline/shared/bot"
	"hookline/shared/provider"
)

// outgoing is a message of POST /v1/message.
type outgoing struct {
	Type       string     `json:"type"`
	To         string     `json:"to"`
	ChatID     string     `json:"chatId,omitempty"`
	Body       string     `json:"body,omitempty"`
	URL        string     `json:"url,omitempty"`
	Title      string     `json:"title,omitempty"`
	PicURL     string     `json:"picUrl,omitempty"`
	VideoURL   string     `json:"videoUrl,omitempty"`
	IsTyping   bool       `json:"isTyping,omitempty"`
	MessageIDs []string   `json:"messageIds,omitempty"`
	Delay      int64      `json:"delay,omitempty"`
	TypeTime   int64      `json:"typeTime,omitempty"`
	Keyboards  []keyboard `json:"keyboards,omitempty"`
}

// keyboard is shown to the user To, in the configuration to all.
type keyboard struct {
	Type      string       `json:"type"`
	To        string       `json:"to,omitempty"`
	Responses []suggestion `json:"responses"`
}

type suggestion struct {
	Type     string `json:"type"`
	Body     string `json:"body"`
	Metadata string `json:"metadata,omitempty"`
}

// Send sends up to five messages in a request, which keeps their order; requests are made one after another. Kik gives no
// ids of what it took.
func (k *Kik) Send(ctx context.Context, ch bot.Channel, r bot.Reply) (provider.Receipt, error) {
	receipt := provider.Receipt{Sent: r.Sent}
	if r.User == "" {
		return receipt, bot.Errorf(bot.Invalid, "kik sends to users: the address names a chat and no user")
	}
	for parts := range slices.Chunk(r.Parts[min(r.Sent, len(r.Parts)):], batchLimit) {
		messages := make([]outgoing, len(parts))
		for i, part := range parts {
			messages[i] = newOutgoing(r.Address, part)
		}
		if err := k.sendTogether(ctx, ch, messages, &receipt); err != nil {
			return receipt, err
		}
	}
	return receipt, nil
}

func newOutgoing(to bot.Address, p bot.Part) outgoing {
	m := outgoing{
		Type: "text", To: to.User, ChatID: to.Chat, Delay: number(p.Options, optDelay), Keyboards: keyboards(to.User, p.Keyboard),
	}
	switch {
	case p.Sign == bot.ShowTyping:
		m.Type, m.IsTyping = "is-typing", true
	case p.Sign == bot.MarkSeen:
		m.Type, m.MessageIDs = "read-receipt", []string{p.ReplyTo}
	case p.Media == nil:
		m.Body, m.TypeTime = p.Text, number(p.Options, optTypeTime)
	case p.Media.Kind == bot.Photo:
		m.Type, m.PicURL = "picture", p.Media.Source
	case p.Media.Kind == bot.Video:
		m.Type, m.VideoURL = "video", p.Media.Source
	default:
		m.Type, m.URL, m.Title = "link", p.Media.Source, p.Text
	}
	return m
}

func keyboards(to string, rows [][]bot.Button) []keyboard {
	buttons := slices.Concat(rows...)
	if len(buttons) == 0 {
		return nil
	}
	return []keyboard{{Type: "suggested", To: to, Responses: suggestions(buttons)}}
}

// suggestions carry payloads as metadata: the only part of an answer, beside its label, that comes back.
func suggestions(buttons []bot.Button) []suggestion {
	made := make([]suggestion, len(buttons))
	for i, b := range buttons {
		made[i] = suggestion{Type: "text", Body: b.Text}
		if b.Payload != b.Text {
			made[i].Metadata = b.Payload
		}
	}
	return made
}

// sendTogether sends messages in one request. Kik refuses all of them for one bad one: then each is sent by itself, once.
func (k *Kik) sendTogether(ctx context.Context, ch bot.Channel, messages []outgoing, receipt *provider.Receipt) error {
	note, err := k.post(ctx, ch, messages)
	if wasRefused(err) && len(messages) > 1 {
		return k.sendEach(ctx, ch, messages, receipt)
	}
	if err != nil {
		return err
	}
	receipt.Sent += len(messages)
	if note != "" {
		receipt.Notes = append(receipt.Notes, note)
	}
	return nil
}

// sendEach leaves out what is refused by itself and counts it as sent, with a note: it would keep the others from
// arriving. If all are refused, the first refusal is the error and nothing counts.
func (k *Kik) sendEach(ctx context.Context, ch bot.Channel, messages []outgoing, receipt *provider.Receipt) error {
	var refusals []error
	var notes []string
	for i := range messages {
		note, err := k.post(ctx, ch, messages[i:i+1])
		if err != nil && !wasRefused(err) {
			receipt.Sent, receipt.Notes = receipt.Sent+i, append(receipt.Notes, notes...)
			return err
		}
		if err != nil {
			refusals = append(refusals, err)
			note = fmt.Sprintf("message %d of %d was left out: %s", i+1, len(messages), bot.PublicMessage(err))
		}
		if note != "" {
			notes = append(notes, note)
		}
	}
	if len(refusals) == len(messages) {
		return refusals[0]
	}
	receipt.Sent, receipt.Notes = receipt.Sent+len(messages), append(receipt.Notes, notes...)
	return nil
}

// post sends messages. Only 200 is a success to Kik's own libraries; after another 2xx sending again may double.
func (k *Kik) post(ctx context.Context, ch bot.Channel, messages []outgoing) (note string, err error) {
	body := struct {
		Messages []outgoing `json:"messages"`
	}{messages}
	answer, err := k.invoke(ctx, ch, provider.Call{Address: "/v1/message", Body: body})
	if err != nil {
		return "", err
	}
	if answer.Status != http.StatusOK {
		note = fmt.Sprintf("kik answered %d in place of 200: it may not have been shown", answer.Status)
	}
	return note, nil
}

func wasRefused(err error) bool {
	r, ok := errors.AsType[*refusal](err)
	return ok && r.status == http.StatusBadRequest
}
