package kik

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"unicode/utf8"

	"hookline/shared/bot"
	"hookline/shared/simulate"
)

// What one request may hold.
const (
	maxInRequest = 25
	maxToUser    = 5
	maxText      = 1500 // characters; Kik's own limit is not documented
	maxReceipts  = 100
	maxDelay     = 1 << 31 // milliseconds
)

// messageShapes are the types that a bot may send.
var messageShapes = map[string]shape{
	"text": outgoing(shape{"body": {true, isBody}, "typeTime": {false, isWhole(0, maxDelay)}}, shownFields),
	"link": outgoing(shape{
		"url": {true, isText}, "title": {false, isText}, "text": {false, isText}, "picUrl": {false, isText},
		"noForward": {false, isFlag}, "kikJsData": {false, isPresent}, "attribution": {false, isAttribution},
	}, shownFields),
	"picture": outgoing(shape{"picUrl": {true, isText}, "attribution": {false, isAttribution}}, shownFields),
	"video": outgoing(shape{
		"videoUrl": {true, isText}, "muted": {false, isFlag}, "autoplay": {false, isFlag}, "loop": {false, isFlag},
		"noSave": {false, isFlag}, "attribution": {false, isAttribution},
	}, shownFields),
	"is-typing":    outgoing(shape{"isTyping": {true, isFlag}}, nil),
	"read-receipt": outgoing(shape{"messageIds": {true, isList(maxReceipts, isText)}}, nil),
}

// shownFields are those of messages that users see.
var shownFields = shape{
	"keyboards": {false, isList(maxInRequest, isKeyboard)}, "mention": {false, isUsername}, "metadata": {false, isMetadata},
}

func outgoing(own, more shape) shape {
	s := shape{"type": {true, isText}, "to": {true, isUsername}, "chatId": {false, isText}, "delay": {false, isWhole(0, maxDelay)}}
	maps.Copy(s, own)
	maps.Copy(s, more)
	return s
}

func isBody(at string, value json.RawMessage) error {
	var text string
	if err := isText(at, value); err != nil {
		return err
	}
	if err := json.Unmarshal(value, &text); err != nil || utf8.RuneCountInString(text) > maxText {
		return badRequest("%s has more than %d characters", at, maxText)
	}
	return nil
}

// message is one of a bot's that has been checked.
type message struct {
	Type      string     `json:"type"`
	To        string     `json:"to"`
	ChatID    string     `json:"chatId"`
	Body      string     `json:"body"`
	URL       string     `json:"url"`
	Title     string     `json:"title"`
	PicURL    string     `json:"picUrl"`
	VideoURL  string     `json:"videoUrl"`
	IsTyping  bool       `json:"isTyping"`
	Keyboards []keyboard `json:"keyboards"`

	raw  json.RawMessage
	room *room
}

// sendMessages shows all messages of a request, or none.
func sendMessages(a *account, _ *http.Request, body []byte) (answer, error) {
	messages, err := readMessages(body)
	if err != nil {
		return answer{}, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	for i, m := range messages {
		if messages[i].room, err = a.reached(m); err != nil {
			return answer{}, err
		}
	}
	var told []func(bool)
	for _, m := range messages {
		told = append(told, a.show(m))
	}
	return answer{told: func(yes bool) {
		for _, tell := range told {
			tell(yes)
		}
	}}, nil
}

func readMessages(body []byte) ([]message, error) {
	list := isList(maxInRequest, typed(messageShapes))
	fields, err := shape{"messages": {true, list}}.read("the body", body)
	if err != nil {
		return nil, err
	}
	var raw []json.RawMessage
	if err := json.Unmarshal(fields["messages"], &raw); err != nil {
		return nil, badRequest("messages cannot be read: %v", err)
	}
	messages := make([]message, len(raw))
	count := map[string]int{}
	for i := range raw {
		if err := json.Unmarshal(raw[i], &messages[i]); err != nil {
			return nil, badRequest("messages[%d] cannot be read: %v", i, err)
		}
		messages[i].raw = raw[i]
		to := messages[i].To
		if count[to]++; count[to] > maxToUser {
			return nil, badRequest("more than %d messages to %s", maxToUser, to)
		}
	}
	return messages, nil
}

// reached gives the chat that a message goes to. Bots write to those who subscribed only. a.mu is held.
func (a *account) reached(m message) (*room, error) {
	r := a.room(m.ChatID)
	if m.ChatID == "" {
		r = a.direct(m.To)
	}
	if r != nil {
		if _, ok := r.person(m.To); ok && !r.blocked[m.To] {
			return r, nil
		}
	}
	return nil, newError(http.StatusNotFound, fmt.Sprintf("%s has not subscribed to the bot, or is not in the chat", m.To))
}

// Native is what a message was, beside what is shown of it.
type Native struct {
	// Message is the message as the bot sent it.
	Message json.RawMessage `json:"message"`

	responses []response // as the buttons that are shown
}

// show puts a message on the chat's screen. a.mu is held.
func (a *account) show(m message) (told func(bool)) {
	native := Native{Message: m.raw}
	sent := simulate.Sent{Shown: m.shown()}
	for _, k := range m.Keyboards {
		if k.Hidden || k.To != "" && k.To != m.To {
			continue
		}
		native.responses = append(native.responses, k.Responses...)
		for _, r := range k.Responses {
			sent.Shown.Buttons = append(sent.Shown.Buttons, simulate.Button{Text: r.label()})
		}
	}
	sent.Native = native
	if m.Type != "is-typing" && m.Type != "read-receipt" {
		sent.Message = simulate.ID(newID())
		a.receipt(m, sent.Message)
	}
	return m.room.screen.Show(sent, a.net.MaxMessages)
}

// shown is the message as its users see it, without its keyboards.
func (m message) shown() simulate.Shown {
	switch m.Type {
	case "text":
		return simulate.Shown{Text: m.Body}
	case "link":
		return simulate.Shown{Text: m.Title, Media: &bot.Media{Kind: bot.Link, Source: m.URL}}
	case "picture":
		return simulate.Shown{Media: &bot.Media{Kind: bot.Photo, Source: m.PicURL}}
	case "video":
		return simulate.Shown{Media: &bot.Media{Kind: bot.Video, Source: m.VideoURL}}
	case "read-receipt":
		return simulate.Shown{Sign: bot.MarkSeen}
	}
	if m.IsTyping {
		return simulate.Shown{Sign: bot.ShowTyping}
	}
	return simulate.Shown{}
}
