package messenger

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"hookline/shared/bot"
	"hookline/shared/simulate"
)

// sendRequest is the body of POST /me/messages: https://developers.facebook.com/docs/messenger-platform/reference/send-api.
type sendRequest struct {
	Recipient struct {
		ID string `json:"id"`
	} `json:"recipient"`
	MessagingType    string   `json:"messaging_type"`
	Tag              string   `json:"tag"`
	NotificationType string   `json:"notification_type"`
	SenderAction     string   `json:"sender_action"`
	Message          *message `json:"message"`
	ReplyTo          *struct {
		MID string `json:"mid"`
	} `json:"reply_to"`
	Payload *struct {
		MessageID string `json:"message_id"`
		Reaction  string `json:"reaction"`
	} `json:"payload"`
}

// How long after a person's last act a page may write, and a person on the page's behalf.
const (
	window      = 24 * time.Hour
	humanWindow = 7 * 24 * time.Hour
)

var (
	messagingTypes    = []string{"RESPONSE", "UPDATE", "MESSAGE_TAG"}
	notificationTypes = []string{"", "REGULAR", "SILENT_PUSH", "NO_PUSH"}
	signs             = map[string]bot.Sign{"typing_on": bot.ShowTyping, "mark_seen": bot.MarkSeen, "typing_off": "", "react": "", "unreact": ""}
)

const humanAgent = "HUMAN_AGENT"

// decode reads a parameter that has no fields but those that are known.
func decode(data json.RawMessage, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return invalid("Param is not as documented: %v", err)
	}
	return nil
}

// send shows a message or a sign to a person.
func (c *call) send() (answer, error) {
	body := c.body
	var request sendRequest
	if err := decode(body, &request); err != nil {
		return answer{}, err
	}
	if err := request.check(); err != nil {
		return answer{}, err
	}
	c.net.mu.Lock()
	defer c.net.mu.Unlock()
	t, err := c.page.reached(request, c.net.Now())
	if err != nil {
		return answer{}, err
	}
	result := map[string]string{"recipient_id": request.Recipient.ID}
	sent := simulate.Sent{Native: native{Request: body}}
	if request.Message == nil {
		sent.Shown.Sign = signs[request.SenderAction]
		return answer{result, t.screen.Show(sent, c.net.MaxMessages)}, nil
	}
	if err := c.page.upload(request.Message.Attachment, result); err != nil {
		return answer{}, err
	}
	sent.Message = simulate.ID("m_" + rand.Text())
	shown, actions := request.Message.shown()
	sent.Shown, sent.Native = shown, native{Request: body, actions: actions}
	result["message_id"] = string(sent.Message)
	t.quick = ""
	if len(request.Message.QuickReplies) > 0 {
		t.quick = sent.Message
	}
	c.page.report(t, sent.Message, *request.Message)
	return answer{result, t.screen.Show(sent, c.net.MaxMessages)}, nil
}

// native is what a message was, beside what is shown of it.
type native struct {
	// Request is the call's body.
	Request json.RawMessage `json:"request"`

	actions []action // as the buttons that are shown
}

func (r sendRequest) check() error {
	_, known := signs[r.SenderAction]
	switch {
	case r.Recipient.ID == "":
		return invalid("Param recipient[id] must be a non-empty text; other recipients are not played")
	case (r.Message == nil) == (r.SenderAction == ""):
		return invalid("Either message or sender_action must be given, and not both")
	case r.SenderAction != "" && !known:
		return invalid("Param sender_action must be one of typing_on, typing_off, mark_seen, react, unreact")
	case (r.SenderAction == "react" || r.SenderAction == "unreact") != (r.Payload != nil):
		return invalid("Param payload goes with the sender_action react and unreact")
	case r.Message == nil:
		return nil
	case !slices.Contains(messagingTypes, r.MessagingType):
		return invalid("Param messaging_type must be one of %q", messagingTypes)
	case (r.MessagingType == "MESSAGE_TAG") != (r.Tag != ""):
		return invalid("Param tag goes with messaging_type MESSAGE_TAG")
	case r.Tag != "" && r.Tag != humanAgent:
		return invalid("Param tag: %s is not available any more", r.Tag)
	case !slices.Contains(notificationTypes, r.NotificationType):
		return invalid("Param notification_type must be one of %q", notificationTypes[1:])
	}
	return r.Message.check()
}

// reached gives the thread that a message goes to. m.mu is held.
func (p *page) reached(r sendRequest, now time.Time) (*thread, error) {
	t := p.thread(r.Recipient.ID)
	within := window
	if r.Tag == humanAgent {
		within = humanWindow
	}
	switch {
	case t == nil:
		return nil, refuse(codeInvalid, subcodeNobody, "No matching user found")
	case t.blocked:
		return nil, refuse(codeBlocked, subcodeBlocked, "This person isn't available right now.")
	case now.Sub(t.acted) > within:
		return nil, refuse(codeForbidden, subcodeWindow, "This message is sent outside of allowed window.")
	}
	return t, nil
}

// maxFiles bounds the files of a page that may be sent again.
const maxFiles = 1000

// upload keeps a file that may be sent again, and finds one that was kept. m.mu is held.
func (p *page) upload(a *attachment, result map[string]string) error {
	if a == nil || a.file == nil {
		return nil
	}
	if id := a.file.AttachmentID; id != "" && !p.files[id] {
		return refuse(codeInvalid, subcodeFile, "The attachment ID %s is not found", id)
	}
	if a.file.IsReusable && len(p.files) < maxFiles {
		id := digits(rand.Text())
		p.files[id], result["attachment_id"] = true, id
	}
	return nil
}

// digits makes a number of a text.
func digits(text string) string {
	return strings.Map(func(r rune) rune { return '0' + r%10 }, text)[:16]
}

// report tells the apps that are subscribed to such that a message was sent and has arrived. m.mu is held.
func (p *page) report(t *thread, id simulate.ID, m message) {
	now := p.net.Now().UnixMilli()
	person := string(t.user.ID)
	said := map[string]any{"mid": id, "is_echo": true, "app_id": json.Number(p.app.id)}
	if m.Text != "" {
		said["text"] = m.Text
	}
	if m.Metadata != "" {
		said["metadata"] = m.Metadata
	}
	if m.Attachment != nil {
		said["attachments"] = []any{map[string]any{"type": m.Attachment.Type, "payload": m.Attachment.Payload}}
	}
	from, to := object{"id": p.id}, object{"id": person}
	err := errors.Join(
		p.push(person, echo, object{"sender": from, "recipient": to, "timestamp": now, "message": said}),
		p.push(person, "delivery", object{"sender": to, "recipient": from, "delivery": object{"mids": []any{id}, "watermark": now}}),
	)
	if err != nil {
		p.net.Log.Debug("simulated messenger: an event was dropped", "page", p.id, "error", err)
	}
}

type object = map[string]any
