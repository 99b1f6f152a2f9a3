package telegram_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
	"hookline/shared/simulate"
	"hookline/shared/simulate/telegram"
	"hookline/shared/simulate/telegram/markup"
)

type fields map[string]any

// TestStrictness has a row for each thing that the real servers refuse, and its neighbour that they take.
func TestStrictness(t *testing.T) {
	n := started(t)
	if _, err := n.Say(in(-5, ann), "hello group"); err != nil {
		t.Fatal(err)
	}
	topic := in(-1_000_000_000_009, ann)
	topic.Thread = "4"
	if err := n.Open(topic); err != nil {
		t.Fatal(err)
	}
	text := func(s string) fields { return fields{"chat_id": 7, "text": s} }
	marked := func(mode, s string) fields { return fields{"chat_id": 7, "text": s, "parse_mode": mode} }
	with := func(name string, v any) fields { return fields{"chat_id": 7, "text": "x", name: v} }
	entity := func(e fields) fields { return with("entities", []fields{e}) }
	const ok = ""
	tests := []struct {
		name   string
		params fields
		want   string // of the description, behind "Bad Request: "
	}{
		{"chat unknown", fields{"chat_id": 8, "text": "x"}, "chat not found"},
		{"chat by name", fields{"chat_id": "@ann", "text": "x"}, "chat not found"},
		{"chat missing", fields{"text": "x"}, "chat_id is empty"},
		{"group", fields{"chat_id": -5, "text": "x"}, ok},

		{"text missing", fields{"chat_id": 7}, "message text is empty"},
		{"text empty", text(""), "message text is empty"},
		{"text of white space", text(" \n\t "), "message text is empty"},
		{"text empty once parsed", marked("HTML", "<b></b>"), "message text is empty"},
		{"4096 letters", text(strings.Repeat("a", 4096)), ok},
		{"4097 letters", text(strings.Repeat("a", 4097)), "message is too long"},
		{"4096 astral characters", text(strings.Repeat("😀", 4096)), ok},
		{"4097 astral characters", text(strings.Repeat("😀", 4097)), "message is too long"},
		{"4096 between white space", text("\n" + strings.Repeat("a", 4096) + "  "), ok},
		{"4096 once parsed", marked("HTML", "<b>"+strings.Repeat("a", 4096)+"</b>"), ok},
		{"4097 once parsed", marked("HTML", "<b>"+strings.Repeat("a", 4097)+"</b>"), "message is too long"},
		{"32769 bytes", marked("HTML", strings.Repeat("<b></b>", 4682)), "text is too long"},

		{"parse mode unknown", marked("rst", "x"), "unsupported parse_mode"},
		{"parse mode null", with("parse_mode", nil), ok},
		{"html", marked("html", "<b>x</b>"), ok},
		{"html broken", marked("HTML", "<b>x"), "can't parse entities: Can't find end tag corresponding to start tag \"b\""},
		{"markdown v2", marked("MarkdownV2", "*x*"), ok},
		{"markdown v2 broken", marked("MarkdownV2", "x!"),
			"can't parse entities: Character '!' is reserved and must be escaped with the preceding '\\'"},
		{"markdown broken", marked("Markdown", "*x"), "can't parse entities: Can't find end of the entity starting at byte offset 0"},

		{"entity", entity(fields{"type": "bold", "offset": 0, "length": 1}), ok},
		{"entity of no type", entity(fields{"type": "loud", "offset": 0, "length": 1}), "can't parse MessageEntity: Unsupported type specified"},
		{"entity before the text", entity(fields{"type": "bold", "offset": -1, "length": 1}), "entity begins outside of the text"},
		{"entity behind the text", entity(fields{"type": "bold", "offset": 0, "length": 2}), "entity ends outside of the text"},
		{"entity of a huge length", entity(fields{"type": "bold", "offset": 1, "length": int64(1)<<62 + 5}), "entity ends outside of the text"},
		{"entity link to nowhere", entity(fields{"type": "text_link", "offset": 0, "length": 1}),
			"can't parse MessageEntity: Field \"url\" must be of type String"},
		{"entities are no list", with("entities", fields{}), "can't parse entities: expected an Array of MessageEntity"},

		{"reply", with("reply_parameters", fields{"message_id": 1}), ok},
		{"reply to nothing", with("reply_parameters", fields{"message_id": 99999}), "message to be replied not found"},
		{"reply to nothing, allowed", with("reply_parameters", fields{"message_id": 99999, "allow_sending_without_reply": true}), ok},
		{"reply to nothing, old form", with("reply_to_message_id", 99999), "message to be replied not found"},
		{"reply is no object", with("reply_parameters", "5"), "can't parse reply parameters JSON object"},

		{"topic", fields{"chat_id": topic.Chat, "message_thread_id": 4, "text": "x"}, ok},
		{"topic unknown", fields{"chat_id": topic.Chat, "message_thread_id": 5, "text": "x"}, "message thread not found"},
		{"topic general", fields{"chat_id": topic.Chat, "message_thread_id": 1, "text": "x"}, "message thread not found"},
		{"topic in a private chat", with("message_thread_id", 4), "message thread not found"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			body := encode(t, tt.params)
			got := n.call("sendMessage", body)
			if tt.want == ok && !got.OK || tt.want != ok && got.text() != "400 Bad Request: "+tt.want {
				t.Errorf("sendMessage %.200s = %.300s, want %q", body, got.text(), tt.want)
			}
		})
	}
}

func TestMarkupStrictness(t *testing.T) {
	n := started(t)
	button := func(b fields) fields { return fields{"inline_keyboard": [][]fields{{b}}} }
	grid := func(name string, rows, columns int, b fields) fields {
		var keyboard [][]fields
		for range rows {
			row := make([]fields, columns)
			for i := range row {
				row[i] = b
			}
			keyboard = append(keyboard, row)
		}
		return fields{name: keyboard}
	}
	pressed := fields{"text": "b", "callback_data": "d"}
	const ok = ""
	tests := []struct {
		name   string
		markup any
		want   string
	}{
		{"data of 64 bytes", button(fields{"text": "b", "callback_data": strings.Repeat("é", 32)}), ok},
		{"data of 65 bytes", button(fields{"text": "b", "callback_data": strings.Repeat("é", 32) + "x"}), "BUTTON_DATA_INVALID"},
		{"data empty", button(fields{"text": "b", "callback_data": ""}), "BUTTON_DATA_INVALID"},
		{"no text", button(fields{"text": " ", "callback_data": "d"}), "can't parse inline keyboard button: Text can't be empty"},
		{"no action", button(fields{"text": "b"}), "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"},
		{"two actions", button(fields{"text": "b", "callback_data": "d", "url": "https://a.example"}), "BUTTON_TYPE_INVALID"},
		{"url", button(fields{"text": "b", "url": "https://a.example"}), ok},
		{"url to nowhere", button(fields{"text": "b", "url": "nowhere"}), "inline keyboard button URL 'nowhere' is invalid: Wrong HTTP URL"},
		{"copied text too long", button(fields{"text": "b", "copy_text": fields{"text": strings.Repeat("a", 257)}}), "BUTTON_COPY_TEXT_INVALID"},
		{"inline query", button(fields{"text": "b", "switch_inline_query": ""}), ok},
		{"8 a row", grid("inline_keyboard", 1, 8, pressed), ok},
		{"9 a row", grid("inline_keyboard", 1, 9, pressed), "too many buttons in a row: at most 8"},
		{"100 buttons", grid("inline_keyboard", 25, 4, pressed), ok},
		{"101 buttons", grid("inline_keyboard", 101, 1, pressed), "too many buttons: at most 100"},
		{"too long", button(fields{"text": strings.Repeat("b", 10<<10), "callback_data": "d"}), "reply markup is too long"},
		{"reply keyboard", fields{"keyboard": [][]any{{"a", fields{"text": "b", "request_contact": true}}}}, ok},
		{"reply keyboard empty", fields{"keyboard": [][]any{}}, "reply keyboard is empty"},
		{"reply key without text", fields{"keyboard": [][]any{{""}}}, "can't parse keyboard button: Text can't be empty"},
		{"reply key with two requests", fields{"keyboard": [][]any{{fields{"text": "b", "request_contact": true, "request_location": true}}}},
			"can't parse keyboard button: a button has one request"},
		{"reply keys, 12 a row", grid("keyboard", 1, 12, fields{"text": "b"}), ok},
		{"reply keys, 13 a row", grid("keyboard", 1, 13, fields{"text": "b"}), "too many buttons in a row: at most 12"},
		{"reply keys, 301", grid("keyboard", 301, 1, fields{"text": "b"}), "too many buttons: at most 300"},
		{"placeholder too long", fields{"force_reply": true, "input_field_placeholder": strings.Repeat("a", 65)}, "input field placeholder is too long"},
		{"removal", fields{"remove_keyboard": true}, ok},
		{"two markups", fields{"remove_keyboard": true, "inline_keyboard": [][]fields{{pressed}}}, "a message has one reply markup"},
		{"no markup", fields{}, ok},
		{"a list", []int{}, "can't parse reply keyboard markup JSON object"},
		{"no rows", fields{"inline_keyboard": []string{"b"}}, "can't parse reply keyboard markup JSON object"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			body := encode(t, fields{"chat_id": 7, "text": "x", "reply_markup": tt.markup})
			got := n.call("sendMessage", body)
			if tt.want == ok && !got.OK || tt.want != ok && got.text() != "400 Bad Request: "+tt.want {
				t.Errorf("sendMessage %.200s = %.300s, want %q", body, got.text(), tt.want)
			}
		})
	}
}

func TestForbidden(t *testing.T) {
	n := started(t)
	if _, err := n.Say(in(-5, ann), "hello group"); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		talk simulate.Talk
		chat int64
		want string
	}{
		{"blocked", private(ann), 7, "403 Forbidden: bot was blocked by the user"},
		{"removed from a group", in(-5, ann), -5, "403 Forbidden: bot was kicked from the group chat"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if err := n.Block(tt.talk); err != nil {
				t.Fatal(err)
			}
			body := encode(t, fields{"chat_id": tt.chat, "text": "x", "action": "typing"})
			for _, method := range []string{"sendMessage", "sendChatAction"} {
				if got := n.call(method, body).text(); got != tt.want {
					t.Errorf("%s %s = %s, want %s", method, body, got, tt.want)
				}
			}
			if _, err := n.Say(tt.talk, "x"); err == nil {
				t.Error("Say in a chat that the bot is blocked in = nil, want an error")
			}
			if err := n.Unblock(tt.talk); err != nil {
				t.Fatal(err)
			}
			if got := n.call("sendMessage", body); !got.OK {
				t.Errorf("sendMessage %s after Unblock = %s", body, got.text())
			}
		})
	}
}

func TestUpgrade(t *testing.T) {
	n := started(t)
	if _, err := n.Say(in(-5, ann), "hello group"); err != nil {
		t.Fatal(err)
	}
	id, err := n.Upgrade(in(-5, ann))
	if err != nil || id != "-1000000000005" {
		t.Fatalf("Upgrade(-5) = %s, %v, want -1000000000005", id, err)
	}
	got := n.call("sendMessage", `{"chat_id":-5,"text":"x"}`)
	if want := "400 Bad Request: group chat was upgraded to a supergroup chat"; got.text() != want || id64(got.Parameters.MovedTo) != id {
		t.Errorf("sendMessage to the group = %s, %+v, want %s and the new id", got.text(), got.Parameters, want)
	}
	if got := n.call("sendMessage", encode(t, fields{"chat_id": id, "text": "x"})); !got.OK {
		t.Errorf("sendMessage to the supergroup = %s", got.text())
	}
	if _, err := n.Say(in(-5, ann), "x"); err == nil {
		t.Error("Say in the old group = nil, want an error")
	}
	if _, err := n.Upgrade(private(ann)); err == nil {
		t.Error("Upgrade of a private chat = nil, want an error")
	}
}

// TestSent shows what users see of a message, and what the bot is told of it.
func TestSent(t *testing.T) {
	n := started(t)
	body := encode(t, fields{
		"chat_id": 7, "text": " <b>hi</b> 😀 ", "parse_mode": "HTML", "disable_notification": true, "protect_content": true,
		"reply_markup": fields{"inline_keyboard": [][]fields{{{"text": "yes", "callback_data": "y"}}}},
	})
	answer := n.call("sendMessage", body)
	keyed := n.call("sendMessage", `{"chat_id":7,"text":"keys","reply_markup":{"keyboard":[["one"]],"resize_keyboard":true}}`)
	if strings.Contains(keyed.text(), "reply_markup") {
		t.Errorf("sendMessage with a reply keyboard = %s, want no markup in it", keyed.text())
	}
	n.call("sendChatAction", `{"chat_id":7,"action":"typing"}`)

	me := telegram.User{ID: 110201543, IsBot: true, FirstName: "Simulated bot 110201543", Username: botName}
	data := "y"
	chat := telegram.Chat{ID: 7, Type: "private", Username: "ann", FirstName: "Ann"}
	first := telegram.Message{
		ID: 1, From: &me, Chat: chat, Date: 1782907200, Text: "hi 😀",
		Entities: []markup.Entity{{Type: "bold", Length: 2}},
		Markup:   &telegram.ReplyMarkup{Inline: [][]telegram.InlineButton{{{Text: "yes", Data: &data}}}},
	}
	keys := telegram.Message{
		ID: 2, From: &me, Chat: chat, Date: 1782907200, Text: "keys",
		Markup: &telegram.ReplyMarkup{Keyboard: [][]telegram.ReplyButton{{{Text: "one"}}}, Resize: true},
	}
	want := []simulate.Sent{
		{
			N: 1, Message: "1", Answered: true, Native: telegram.Act{Message: &first, Silent: true, Protected: true},
			Shown: simulate.Shown{Text: "hi 😀", Format: bot.FormatHTML, Buttons: []simulate.Button{{Text: "yes"}}},
		},
		{
			N: 2, Message: "2", Answered: true, Native: telegram.Act{Message: &keys},
			Shown: simulate.Shown{Text: "keys", Buttons: []simulate.Button{{Text: "one"}}},
		},
		{N: 3, Answered: true, Native: telegram.Act{Action: "typing"}, Shown: simulate.Shown{Sign: bot.ShowTyping}},
	}
	got, err := n.Messages(t.Context(), at(7), 0, time.Minute)
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("Messages = _, %v (-want +got):\n%s", err, diff)
	}
	var told telegram.Message
	if err := json.Unmarshal(answer.Result, &told); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(first, told); diff != "" {
		t.Errorf("sendMessage %s (-want +got):\n%s", body, diff)
	}
}

func TestChatAction(t *testing.T) {
	n := started(t)
	tests := []struct{ name, body, want string }{
		{"typing", `{"chat_id":7,"action":"typing"}`, "true"},
		{"unknown", `{"chat_id":7,"action":"sleeping"}`, "400 Bad Request: wrong parameter action in request"},
		{"chat unknown", `{"chat_id":8,"action":"typing"}`, "400 Bad Request: chat not found"},
		{"topic unknown", `{"chat_id":7,"action":"typing","message_thread_id":3}`, "400 Bad Request: message thread not found"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := n.call("sendChatAction", tt.body).text(); got != tt.want {
				t.Errorf("sendChatAction %s = %s, want %s", tt.body, got, tt.want)
			}
		})
	}
}
