package messenger

import (
	"context"
	"slices"

	"hookline/shared/bot"
	"hookline/shared/provider"
)

// sendRequest is the body of POST /me/messages: https://developers.facebook.com/docs/messenger-platform/reference/send-api.
type sendRequest struct {
	Recipient        recipient `json:"recipient"`
	MessagingType    string    `json:"messaging_type,omitempty"`
	Tag              string    `json:"tag,omitempty"`
	NotificationType string    `json:"notification_type,omitempty"`
	SenderAction     string    `json:"sender_action,omitempty"`
	Message          *outgoing `json:"message,omitempty"`
}

type recipient struct {
	ID string `json:"id"`
}

type outgoing struct {
	Text         string          `json:"text,omitempty"`
	Attachment   *outgoingFile   `json:"attachment,omitempty"`
	QuickReplies []outgoingQuick `json:"quick_replies,omitempty"`
}

type outgoingFile struct {
	Type    string `json:"type"`
	Payload any    `json:"payload"`
}

type fileAddress struct {
	URL        string `json:"url,omitempty"`
	IsReusable bool   `json:"is_reusable,omitempty"`
	ID         string `json:"attachment_id,omitempty"`
}

var senderActions = map[bot.Sign]string{bot.ShowTyping: "typing_on", bot.MarkSeen: "mark_seen"}

// Send sends the parts in order, each in a call of its own.
func (m *Messenger) Send(ctx context.Context, ch bot.Channel, r bot.Reply) (provider.Receipt, error) {
	receipt := provider.Receipt{Sent: r.Sent}
	to := r.Place()
	for _, part := range r.Parts[min(r.Sent, len(r.Parts)):] {
		var sent struct {
			MessageID string `json:"message_id"`
		}
		call := provider.Call{Address: "/" + pageOf(ch) + "/messages", Body: newRequest(to, part)}
		if err := m.invoke(ctx, ch, call, &sent); err != nil {
			return receipt, err
		}
		receipt.Sent++
		receipt.MessageIDs = append(receipt.MessageIDs, sent.MessageID)
	}
	return receipt, nil
}

// pageOf names the page in addresses: the token knows which one it is of.
func pageOf(ch bot.Channel) string {
	if account := ch.Setting(bot.AccountField); account != "" {
		return account
	}
	return "me"
}

func newRequest(to string, p bot.Part) sendRequest {
	request := sendRequest{Recipient: recipient{to}, SenderAction: senderActions[p.Sign]}
	if p.Sign != "" {
		return request
	}
	request.MessagingType, request.Tag = chosen(p.Options, optType), chosen(p.Options, optTag)
	request.NotificationType = chosen(p.Options, optNotification)
	switch {
	case request.MessagingType != "":
	case request.Tag != "":
		request.MessagingType = "MESSAGE_TAG"
	default:
		request.MessagingType = "RESPONSE"
	}
	request.Message = newMessage(p)
	return request
}

func chosen(options bot.Options, name string) string {
	value, _ := options[name].(string)
	return value
}

func newMessage(p bot.Part) *outgoing {
	buttons := slices.Concat(p.Keyboard...)
	if template := templateOf(p, buttons); template != nil {
		return &outgoing{Attachment: &outgoingFile{"template", template}}
	}
	if p.Media != nil {
		return &outgoing{Attachment: fileOf(*p.Media), QuickReplies: quickRepliesOf(buttons)}
	}
	return &outgoing{Text: p.Text, QuickReplies: quickRepliesOf(buttons)}
}

var fileTypes = map[bot.EventKind]string{bot.Photo: "image", bot.Audio: "audio", bot.Video: "video", bot.Document: "file"}

// fileOf gives a file by its address, or by the id of one that was uploaded.
func fileOf(media bot.Media) *outgoingFile {
	file := &outgoingFile{Type: fileTypes[media.Kind], Payload: fileAddress{URL: media.Source}}
	if isDigits(media.Source) {
		file.Payload = fileAddress{ID: media.Source}
	}
	return file
}

func isDigits(s string) bool {
	return s != "" && !slices.ContainsFunc([]byte(s), func(c byte) bool { return c < '0' || c > '9' })
}
