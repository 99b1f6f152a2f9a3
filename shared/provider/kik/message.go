package kik

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"hookline/shared/bot"
)

// message is one of a call, as Kik's client libraries read it: every type fills some of the fields.
type message struct {
	Type         string          `json:"type"`
	ID           string          `json:"id"`
	ChatID       string          `json:"chatId"`
	From         string          `json:"from"`
	Participants []string        `json:"participants"` // without the bot
	ChatType     string          `json:"chatType"`
	Mention      string          `json:"mention"` // a bot's username
	Metadata     json.RawMessage `json:"metadata"`
	Timestamp    json.RawMessage `json:"timestamp"`
	Body         string          `json:"body"`
	URL          string          `json:"url"`
	Title        string          `json:"title"`
	Text         string          `json:"text"`
	PicURL       string          `json:"picUrl"`
	VideoURL     string          `json:"videoUrl"`
	StickerURL   string          `json:"stickerUrl"`
	Data         json.RawMessage `json:"data"`
	Picked       []string        `json:"picked"`
}

// readers fill what a type of message says; a type that has none is kind other.
var readers = map[string]func(*message, *bot.Event){
	"text":             (*message).text,
	"link":             (*message).link,
	"picture":          func(m *message, e *bot.Event) { attach(e, bot.Photo, m.PicURL) },
	"video":            func(m *message, e *bot.Event) { attach(e, bot.Video, m.VideoURL) },
	"sticker":          func(m *message, e *bot.Event) { attach(e, bot.Sticker, m.StickerURL) },
	"start-chatting":   (*message).start,
	"scan-data":        (*message).scan,
	"friend-picker":    (*message).friends,
	"is-typing":        func(_ *message, e *bot.Event) { e.Kind = bot.Typing },
	"delivery-receipt": func(_ *message, e *bot.Event) { e.Kind = bot.Receipt },
	"read-receipt":     func(_ *message, e *bot.Event) { e.Kind = bot.Receipt },
}

const mentionOfAnother = "mention_of_another_bot"

func (m *message) event(ch bot.Channel) bot.Event {
	e := bot.Event{
		ID: m.ID, Provider: name, Channel: ch.ID, Kind: bot.Other, Type: m.Type, MessageID: m.ID, Time: m.time(),
		From: &bot.Person{ID: m.From, Username: m.From},
	}
	if m.ChatID != "" {
		e.Chat = &bot.Chat{ID: m.ChatID, Type: m.chatType()}
	}
	m.answer(&e)
	if read, ok := readers[m.Type]; ok {
		read(m, &e)
	}
	switch {
	case isOurs(ch, m.From):
		e.Kind = bot.Echo
	case m.Mention != "" && !isOurs(ch, m.Mention):
		e.Kind, e.Type = bot.Other, mentionOfAnother
	}
	return e
}

// answer takes what came with a suggested answer: a text is the payload of our button. Metadata of another type is not of
// our making: the words of the message stay what was said.
func (m *message) answer(e *bot.Event) {
	e.Payload = textOf(m.Metadata)
	if e.Payload != "" && m.Metadata[0] == '"' {
		e.Via = bot.ViaSuggested
	}
}

// text of nothing but white space stays kind other: it says nothing.
func (m *message) text(e *bot.Event) {
	if m.Body != "" {
		e.Kind, e.Text = bot.Text, m.Body
	}
}

func (m *message) link(e *bot.Event) {
	attach(e, bot.Link, m.URL)
	e.Text = strings.TrimSpace(m.Text)
	if len(e.Attachments) > 0 {
		e.Attachments[0].Name = m.Title
	}
}

func attach(e *bot.Event, kind bot.EventKind, address string) {
	e.Kind = kind
	if address != "" {
		e.Attachments = []bot.Attachment{{Type: string(kind), URL: address}}
	}
}

// startText is what opening the bot says to handlers.
const startText = "/start"

func (m *message) start(e *bot.Event) {
	e.Kind, e.Text, e.Via, e.Payload = bot.Start, startText, "start_chatting", ""
}

func (m *message) scan(e *bot.Event) {
	e.Kind, e.Text, e.Via, e.Payload = bot.Start, startText, bot.ViaCode, textOf(m.Data)
}

func (m *message) friends(e *bot.Event) {
	e.Kind = bot.Filled
	e.Form = &bot.Form{Action: m.Type, Values: map[string]string{"picked": strings.Join(m.Picked, ",")}}
}

// textOf gives a text as it is, null and white space as "", every other value as its JSON.
func textOf(value json.RawMessage) string {
	var text string
	if json.Unmarshal(value, &text) != nil { // which takes null for ""
		var compact bytes.Buffer
		if err := json.Compact(&compact, value); err != nil {
			return "" // there is none
		}
		text = compact.String()
	}
	if strings.TrimSpace(text) == "" {
		return ""
	}
	return text
}

// chatType is not told by older calls and receipts: there a chat of more than one beside the bot is a group.
func (m *message) chatType() bot.ChatType {
	switch {
	case m.ChatType == "private" || m.ChatType == "public" || m.ChatType == "" && len(m.Participants) > 1:
		return bot.Group
	case m.ChatType == "direct" || m.ChatType == "" && len(m.Participants) == 1:
		return bot.Direct
	}
	return ""
}

const (
	millisecondsFrom = 1e11            // as seconds this is the year 5138, as milliseconds 1973
	lastMillisecond  = 253402300799999 // of the year 9999: RFC 3339 has no later ones
)

// time reads milliseconds; some calls have seconds.
func (m *message) time() time.Time {
	sent, err := strconv.ParseFloat(string(m.Timestamp), 64)
	if sent < millisecondsFrom {
		sent *= 1000
	}
	if err != nil || !(sent > 0 && sent <= lastMillisecond) {
		return time.Time{}
	}
	return time.UnixMilli(int64(sent)).UTC()
}
