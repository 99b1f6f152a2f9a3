package telegram

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"

	"hookline/shared/bot"
	"hookline/shared/simulate"
)

func sendMessage(_ context.Context, a *account, p params) (answer, error) {
	text, entities, err := messageText(p)
	if err != nil {
		return answer{}, err
	}
	keyboard, err := replyMarkup(p["reply_markup"])
	if err != nil {
		return answer{}, err
	}
	now := a.net.Now()
	a.mu.Lock()
	defer a.mu.Unlock()
	room, err := a.addressed(p)
	if err != nil {
		return answer{}, err
	}
	thread, err := room.thread(p)
	if err != nil {
		return answer{}, err
	}
	quoted, err := room.quoted(p)
	if err != nil {
		return answer{}, err
	}
	m := room.message(a.user, now)
	m.Text, m.Entities, m.Markup, m.ReplyTo = text, entities, keyboard, quoted
	m.Thread, m.InTopic = thread, thread != 0
	act := Act{Message: &m, Silent: p.flag("disable_notification"), Protected: p.flag("protect_content")}
	return answer{result: m.returned(), told: a.show(room, act, m.shown(p))}, nil
}

// show puts what the bot did on the users' screens.
func (a *account) show(r *room, act Act, shown simulate.Shown) (told func(bool)) {
	sent := simulate.Sent{Shown: shown, Native: act}
	if act.Message != nil {
		sent.Message = formatID(act.Message.ID)
	}
	return r.screen.Show(sent, a.net.MaxMessages)
}

// returned is the message as the bot sees it: of markup only inline buttons are shown.
func (m Message) returned() Message {
	if m.Markup != nil && m.Markup.Inline == nil {
		m.Markup = nil
	}
	return m
}

// addressed gives the chat that a call names, if the bot may write to it. a.mu is held.
func (a *account) addressed(p params) (*room, error) {
	if p["chat_id"] == "" {
		return nil, badRequest("chat_id is empty")
	}
	id, err := strconv.ParseInt(p["chat_id"], 10, 64)
	if err != nil {
		return nil, badRequest("chat not found")
	}
	room := a.room(id)
	switch {
	case room == nil:
		return nil, badRequest("chat not found")
	case room.movedTo != 0:
		moved := badRequest("group chat was upgraded to a supergroup chat")
		moved.MovedTo = room.movedTo
		return nil, moved
	case room.blocked && room.chat.Type == private:
		return nil, &apiError{Code: http.StatusForbidden, Description: "Forbidden: bot was blocked by the user"}
	case room.blocked:
		text := "Forbidden: bot was kicked from the " + room.chat.Type + " chat"
		return nil, &apiError{Code: http.StatusForbidden, Description: text}
	}
	return room, nil
}

// thread gives the topic that a call names. The General topic has no number that can be sent to.
func (r *room) thread(p params) (int64, error) {
	thread := p.number("message_thread_id")
	if thread != 0 && !r.threads[thread] {
		return 0, badRequest("message thread not found")
	}
	return thread, nil
}

// quoted gives the message that a call replies to, nil if it replies to none.
func (r *room) quoted(p params) (*Message, error) {
	var reply struct {
		MessageID int64 `json:"message_id"`
		Lenient   bool  `json:"allow_sending_without_reply"`
	}
	if raw := p["reply_parameters"]; raw != "" {
		if json.Unmarshal([]byte(raw), &reply) != nil {
			return nil, badRequest("can't parse reply parameters JSON object")
		}
	} else {
		reply.MessageID, reply.Lenient = p.number("reply_to_message_id"), p.flag("allow_sending_without_reply")
	}
	if reply.MessageID == 0 {
		return nil, nil
	}
	if reply.MessageID < 0 || reply.MessageID > r.lastID {
		if reply.Lenient {
			return nil, nil
		}
		return nil, badRequest("message to be replied not found")
	}
	return &Message{ID: reply.MessageID, Chat: r.chat}, nil
}

var chatActions = []string{
	"typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice", "upload_document",
	"choose_sticker", "find_location", "record_video_note", "upload_video_note",
}

func sendChatAction(_ context.Context, a *account, p params) (answer, error) {
	if !slices.Contains(chatActions, p["action"]) {
		return answer{}, badRequest("wrong parameter action in request")
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	room, err := a.addressed(p)
	if err != nil {
		return answer{}, err
	}
	if _, err := room.thread(p); err != nil {
		return answer{}, err
	}
	shown := simulate.Shown{}
	if p["action"] == "typing" {
		shown.Sign = bot.ShowTyping
	}
	return answer{result: true, told: a.show(room, Act{Action: p["action"]}, shown)}, nil
}
