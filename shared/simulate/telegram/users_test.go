package telegram_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
	"hookline/shared/simulate"
	"hookline/shared/simulate/telegram"
)

// updates takes all updates that wait, as JSON without the parts that differ each time.
func (n *network) updates() []string {
	n.t.Helper()
	var updates []map[string]json.RawMessage
	got := n.call("getUpdates", "{}")
	if err := json.Unmarshal(got.Result, &updates); err != nil {
		n.t.Fatalf("getUpdates = %s", got.text())
	}
	var texts []string
	for _, u := range updates {
		delete(u, "update_id")
		texts = append(texts, encode(n.t, u))
	}
	return texts
}

func TestCommands(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"none", "hello", ""},
		{"leading", "/start", "0+6"},
		{"with arguments", "/start abc", "0+6"},
		{"for a bot", "/start@sim_1_bot x", "0+16"},
		{"later", "😀 see /help", "7+5"},
		{"several", "/a /b", "0+2 3+2"},
		{"a path", "/usr/bin", "0+4"},
		{"inside a word", "and/or", ""},
		{"a slash", "/ x", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			n := started(t)
			n.say(private(ann), tt.text)
			var u struct {
				Message struct {
					Entities []struct {
						Type           string
						Offset, Length int
					}
				}
			}
			if err := json.Unmarshal([]byte(n.updates()[0]), &u); err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, e := range u.Message.Entities {
				got = append(got, fmt.Sprintf("%d+%d", e.Offset, e.Length))
			}
			if strings.Join(got, " ") != tt.want {
				t.Errorf("Say(%q) marks %v, want %s", tt.text, got, tt.want)
			}
		})
	}
}

func TestChats(t *testing.T) {
	n := started(t)
	topic := in(-1_000_000_000_009, ann)
	topic.Thread = "4"
	tests := []struct {
		name string
		talk simulate.Talk
		want string // in the update; "" for an error
	}{
		{"private", private(ann), `"chat":{"id":7,"type":"private","username":"ann","first_name":"Ann"}`},
		{"private by id", in(7, ann), `"chat":{"id":7,"type":"private",`},
		{"group", in(-5, ann), `"chat":{"id":-5,"type":"group","title":"Group 5"}`},
		{"supergroup", in(-1_000_000_000_008, ann), `"chat":{"id":-1000000000008,"type":"supergroup",`},
		{"topic", topic, `"message_thread_id":4,"is_topic_message":true`},
		{"somebody else's private chat", in(8, ann), ""},
		{"topic in a group", simulate.Talk{Bot: botName, Chat: "-5", Thread: "4", User: ann}, ""},
		{"nobody", private(simulate.User{FirstName: "X"}), ""},
		{"nameless", private(simulate.User{ID: "9"}), ""},
		{"no such bot", simulate.Talk{Bot: "sim_5_bot", User: ann}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			n.call("deleteWebhook", `{"drop_pending_updates":true}`)
			_, err := n.Say(tt.talk, "x")
			if tt.want == "" {
				if kind := bot.KindOf(err); kind != bot.Invalid && kind != bot.NotFound {
					t.Errorf("Say(%+v) = %v, want a refusal", tt.talk, err)
				}
				return
			}
			if got := n.updates(); err != nil || len(got) != 1 || !strings.Contains(got[0], tt.want) {
				t.Errorf("Say(%+v) = %v, update %s, want %s in it", tt.talk, err, got, tt.want)
			}
		})
	}
}

func TestPress(t *testing.T) {
	n := started(t)
	n.call("sendMessage", encode(t, fields{"chat_id": 7, "text": "choose", "reply_markup": fields{"inline_keyboard": [][]fields{
		{{"text": "A", "callback_data": "a"}}, {{"text": "B", "callback_data": "b"}, {"text": "W", "url": "https://w.example"}},
	}}}))
	n.call("sendMessage", encode(t, fields{"chat_id": 7, "text": "keys", "reply_markup": fields{"keyboard": [][]string{{"one", "two"}}}}))
	n.call("sendMessage", `{"chat_id":7,"text":"bare"}`)
	tests := []struct {
		name   string
		choice simulate.Choice
		want   string // data or text of the update; "" for an error
	}{
		{"by place", simulate.Choice{Message: "1", Place: 2}, "b"},
		{"by label", simulate.Choice{Message: "1", Label: "A"}, "a"},
		{"by data", simulate.Choice{Message: "1", Data: "b"}, "b"},
		{"data that no button has", simulate.Choice{Message: "3", Data: "zzz"}, "zzz"},
		{"a link", simulate.Choice{Message: "1", Place: 3}, ""},
		{"no such place", simulate.Choice{Message: "1", Place: 4}, ""},
		{"no such label", simulate.Choice{Message: "1", Label: "C"}, ""},
		{"nothing chosen", simulate.Choice{Message: "1"}, ""},
		{"no button", simulate.Choice{Message: "3", Place: 1}, ""},
		{"no such message", simulate.Choice{Message: "9", Place: 1}, ""},
		{"a key says its label", simulate.Choice{Message: "2", Place: 2}, "two"},
		{"a key by label", simulate.Choice{Message: "2", Label: "one"}, "one"},
		{"no such key", simulate.Choice{Message: "2", Label: "three"}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			n.call("deleteWebhook", `{"drop_pending_updates":true}`)
			err := n.Press(private(ann), tt.choice)
			if (err == nil) != (tt.want != "") {
				t.Fatalf("Press(%+v) = %v, want %q", tt.choice, err, tt.want)
			}
			if got := n.updates(); err == nil && (len(got) != 1 || post{body: got[0]}.text() != tt.want) {
				t.Errorf("Press(%+v) makes %s, want %q", tt.choice, got, tt.want)
			}
		})
	}
}

// TestCallback goes the whole way of a press: query, answer, what the user sees of it, and the time it may take.
func TestCallback(t *testing.T) {
	n := started(t)
	ask := func() (id string) {
		t.Helper()
		n.call("deleteWebhook", `{"drop_pending_updates":true}`)
		if err := n.Press(private(ann), simulate.Choice{Message: "1", Place: 1}); err != nil {
			t.Fatal(err)
		}
		var u struct {
			Query struct {
				ID      string
				From    telegram.User
				Message telegram.Message
				Chat    string `json:"chat_instance"`
			} `json:"callback_query"`
		}
		update := n.updates()[0]
		if err := json.Unmarshal([]byte(update), &u); err != nil || u.Query.From.Username != ann.Username || u.Query.Message.Text != "choose" ||
			u.Query.Message.Markup == nil || u.Query.Chat == "" {
			t.Fatalf("press made %s", update)
		}
		return u.Query.ID
	}
	n.call("sendMessage", `{"chat_id":7,"text":"choose","reply_markup":{"inline_keyboard":[[{"text":"A","callback_data":"a"}]]}}`)
	const tooOld = "400 Bad Request: query is too old and response timeout expired or query ID is invalid"
	tests := []struct {
		name  string
		after time.Duration
		body  fields
		want  string
	}{
		{"plain", 0, fields{}, "true"},
		{"with a text", 0, fields{"text": strings.Repeat("é", 200), "show_alert": true}, "true"},
		{"text too long", 0, fields{"text": strings.Repeat("é", 201)}, "400 Bad Request: MESSAGE_TOO_LONG"},
		{"url to nowhere", 0, fields{"url": "nowhere"}, "400 Bad Request: URL_INVALID"},
		{"late", 10 * time.Minute, fields{}, "true"},
		{"too late", 10*time.Minute + time.Second, fields{}, tooOld},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.body["callback_query_id"] = ask()
			n.pass(tt.after)
			if got := n.call("answerCallbackQuery", encode(t, tt.body)).text(); got != tt.want {
				t.Errorf("answerCallbackQuery %v = %s, want %s", tt.body, got, tt.want)
			}
		})
	}
	if got := n.call("answerCallbackQuery", `{"callback_query_id":"1"}`).text(); got != tooOld {
		t.Errorf("answerCallbackQuery of an unknown id = %s, want %s", got, tooOld)
	}
	sent, err := n.Messages(t.Context(), at(7), 2, 0)
	if err != nil || len(sent) != 2 || sent[0].Shown.Text == "" || !sent[0].Native.(telegram.Act).Answer.ShowAlert {
		t.Errorf("Messages after the second = %+v, %v, want the answer with a text and the late one", sent, err)
	}
}

// TestUserSide drives the users' side over HTTP, as the README has it.
func TestUserSide(t *testing.T) {
	n := started(t)
	chat := "/chat/" + botName
	steps := []struct {
		name, path, body string
		status           int
		want             string
	}{
		{"say", chat + "/9/say", `{"from":{"first_name":"Bob","language_code":"de"},"text":"hi"}`, 200, `{"message_id":"1"}`},
		{"say without a name", chat + "/10/say", `{"text":"hi"}`, 200, `{"message_id":"1"}`},
		{"say nothing", chat + "/9/say", `{}`, 400, `{"error":"nothing was said"}`},
		{"say in a group", chat + "/-5/say", `{"from":{"id":9},"text":"hi"}`, 200, `{"message_id":"1"}`},
		{"nobody says in a group", chat + "/-5/say", `{"text":"hi"}`, 400, `{"error":"a user has an id above 0 and a first name"}`},
		{"say to nobody", "/chat/sim_5_bot/9/say", `{"text":"hi"}`, 404,
			`{"error":"no bot named sim_5_bot has called the simulated Telegram yet"}`},
		{"chat is no number", chat + "/x/say", `{"text":"hi"}`, 400, `{"error":"an id is a whole number"}`},
		{"not json", chat + "/9/say", `{`, 400, `{"error":"the body is not the JSON that is wanted here"}`},
		{"post", chat + "/9/post", `{"message":{"photo":[{"file_id":"p"}],"caption":"see"}}`, 200, `{"message_id":"2"}`},
		{"open", chat + "/11/open", `{}`, 200, `{}`},
		{"press", chat + "/9/press", `{"button":{"message_id":1,"data":"d"}}`, 404, `{"error":"the bot has sent no such message"}`},
		{"block", chat + "/9/block", `{}`, 200, `{}`},
		{"block again", chat + "/9/block", `{}`, 200, `{}`},
		{"unblock", chat + "/9/unblock", `{}`, 200, `{}`},
		{"upgrade", chat + "/-5/upgrade", `{"from":{"id":9}}`, 200, `{"chat":"-1000000000005"}`},
		{"unknown", chat + "/9/shout", `{}`, 404, "404 page not found\n"},
	}
	for _, tt := range steps {
		t.Run(tt.name, func(t *testing.T) {
			if status, body := n.post(tt.path, tt.body); status != tt.status || body != tt.want {
				t.Errorf("POST %s %s = %d %s, want %d %s", tt.path, tt.body, status, body, tt.status, tt.want)
			}
		})
	}
	want := []string{
		`"first_name":"Bob","language_code":"de"`, `"first_name":"User 10"`, `"type":"group"`,
		`"photo":[{"file_id":"p"}]`, `"new_chat_member":{"user":{"id":110201543,`, `"new_chat_member":{"user":`,
		`"migrate_to_chat_id":-1000000000005`, `"migrate_from_chat_id":-5`,
	}
	got := n.updates()
	if len(got) != len(want) {
		t.Fatalf("%d updates, want %d: %s", len(got), len(want), got)
	}
	for i := range want {
		if !strings.Contains(got[i], want[i]) {
			t.Errorf("update %d = %s, want %s in it", i, got[i], want[i])
		}
	}
	if !strings.Contains(got[4], `"status":"kicked","until_date":0}}`) || !strings.Contains(got[5], `"status":"member"}}`) {
		t.Errorf("block and unblock made %s and %s", got[4], got[5])
	}
}

func TestReadMessages(t *testing.T) {
	n := started(t)
	path := "/chat/" + botName + "/7/messages"
	for i := range 3 {
		n.call("sendMessage", fmt.Sprintf(`{"chat_id":7,"text":"m%d"}`, i+1))
	}
	texts := func(body string) string {
		t.Helper()
		var answer struct{ Messages []simulate.Sent }
		if err := json.Unmarshal([]byte(body), &answer); err != nil {
			t.Fatalf("%s: %v", body, err)
		}
		var texts []string
		for _, s := range answer.Messages {
			texts = append(texts, s.Shown.Text)
		}
		return strings.Join(texts, " ")
	}
	tests := []struct{ name, query, want string }{
		{"all", "", "m1 m2 m3"},
		{"after one", "?after=1", "m2 m3"},
		{"after all", "?after=3", ""},
		{"after more than all", "?after=99", ""},
		{"before all", "?after=-9", "m1 m2 m3"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if status, body := n.get(path + tt.query); status != http.StatusOK || texts(body) != tt.want {
				t.Errorf("GET %s%s = %d %s, want %s", path, tt.query, status, body, tt.want)
			}
		})
	}
	waiting := make(chan string, 1)
	go func() {
		_, body := n.get(path + "?after=3&wait=60")
		waiting <- texts(body)
	}()
	n.call("sendMessage", `{"chat_id":7,"text":"m4"}`)
	if got := <-waiting; got != "m4" {
		t.Errorf("a reader that waited got %q, want m4", got)
	}
	if status, body := n.get("/chat/" + botName + "/8/messages"); status != http.StatusNotFound {
		t.Errorf("messages of an unknown chat = %d %s, want 404", status, body)
	}
}

func TestStateIsBounded(t *testing.T) {
	n := newNetwork(t)
	n.MaxChats, n.MaxMessages = 3, 4
	n.call("getMe", "")
	for id := range int64(4) {
		if err := n.Open(private(simulate.User{ID: id64(1 + id), FirstName: "U"})); err != nil {
			t.Fatal(err)
		}
		n.call("sendChatAction", `{"chat_id":1,"action":"typing"}`) // keeps the first in use
	}
	var there []int64
	for id := range int64(4) {
		if _, err := n.Messages(t.Context(), at(1+id), 0, 0); err == nil {
			there = append(there, 1+id)
		}
	}
	if diff := cmp.Diff([]int64{1, 3, 4}, there); diff != "" {
		t.Errorf("chats kept (-want +got):\n%s", diff)
	}
	for i := range 20 {
		n.call("sendMessage", fmt.Sprintf(`{"chat_id":3,"text":"m%d"}`, i))
	}
	sent, err := n.Messages(t.Context(), at(3), 0, 0)
	if err != nil || len(sent) == 0 || len(sent) > 4 || sent[len(sent)-1].N != 20 {
		t.Errorf("Messages = %d of them, %v, want at most 4 and the 20th last", len(sent), err)
	}
	for i, s := range sent {
		if want := int64(20 - len(sent) + 1 + i); s.N != want {
			t.Errorf("message %d has number %d, want %d", i, s.N, want)
		}
	}
}
