package kik_test

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
	"hookline/shared/simulate"
)

// fields gives a message without what it has of its own at each time.
func fields(t *testing.T, m map[string]any) string {
	t.Helper()
	if id, _ := m["id"].(string); len(id) != 36 {
		t.Errorf("the message %v has id %q, want a UUID", m, id)
	}
	delete(m, "id")
	encoded, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return string(encoded)
}

// posted is a message of ada's, its fields in order.
func posted(before, between, after string) string {
	return `{` + before + `"chatId":"` + chat + `","chatType":"direct",` + between + `"timestamp":1792584000000,` + after + `}`
}

func TestWhatUsersDo(t *testing.T) {
	const plain = `"from":"ada","mention":null,"metadata":null,"participants":["ada"],"readReceiptRequested":true,`
	for _, test := range []struct {
		name, act, body string
		want            string // "" for no call
	}{
		{"say", "say", `{"text":"hi"}`, posted(`"body":"hi",`, plain, `"type":"text"`)},
		{"start", "start", `{}`, posted(``, strings.Replace(plain, "true", "false", 1), `"type":"start-chatting"`)},
		{"post a picture", "post", `{"message":{"type":"picture","picUrl":"p"}}`, posted(``, strings.Replace(plain, `"read`, `"picUrl":"p","read`, 1), `"type":"picture"`)},
		{"post what is not there yet", "post", `{"message":{"type":"beam","timestamp":1}}`, strings.Replace(posted(``, plain, `"type":"beam"`), "1792584000000", "1", 1)},
		{"typing, of which the bot is not told", "post", `{"message":{"type":"is-typing","isTyping":true}}`, ""},
		{"read, of which the bot is told", "post", `{"message":{"type":"read-receipt","messageIds":["a"]}}`, posted(``, strings.Replace(plain, `"metadata"`, `"messageIds":["a"],"metadata"`, 1), `"type":"read-receipt"`)},
		{"press a place", "press", `{"button":{"place":1}}`, posted(`"body":"Yes",`, strings.Replace(plain, `"metadata":null`, `"metadata":"y"`, 1), `"type":"text"`)},
		{"press a label without metadata", "press", `{"button":{"label":"No"}}`, posted(`"body":"No",`, plain, `"type":"text"`)},
		{"press a picture", "press", `{"button":{"place":3}}`, posted(``, strings.Replace(strings.Replace(plain, `"metadata":null`, `"metadata":{"a":1}`, 1), `"read`, `"picUrl":"p","read`, 1), `"type":"picture"`)},
		{"pick friends", "press", `{"button":{"place":4}}`, posted(``, strings.Replace(plain, `"read`, `"picked":["bert","friend_2"],"read`, 1), `"type":"friend-picker"`)},
		{"press what no button has", "press", `{"button":{"data":"z"}}`, posted(`"body":"z",`, strings.Replace(plain, `"metadata":null`, `"metadata":"z"`, 1), `"type":"text"`)},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := connected(t, `{"receiveReadReceipts":true}`)
			w.open(talk(chat, "ada"))
			w.call("POST", "/v1/message", messages(`"type":"text","body":"Well?","keyboards":[{"type":"suggested","responses":[`+
				`{"type":"text","body":"Yes","metadata":"y"},{"type":"text","body":"No"},{"type":"picture","picUrl":"p","metadata":{"a":1}},`+
				`{"type":"friend-picker","min":2,"preselected":["bert"]}]}]`), "200")
			w.expect(httptest.NewRequest("POST", "/chat/pizzabot/"+chat+"/"+test.act, strings.NewReader(test.body)), "200")
			if test.want == "" {
				w.expect(httptest.NewRequest("POST", "/chat/pizzabot/"+chat+"/say", strings.NewReader(`{"text":"next"}`)), "200")
				test.want = posted(`"body":"next",`, plain, `"type":"text"`)
			}
			got := w.next()
			if len(got) != 1 || fields(t, got[0]) != test.want {
				t.Errorf("%s %s posts\n%s, want\n%s", test.act, test.body, fields(t, got[0]), test.want)
			}
		})
	}
}

func TestScan(t *testing.T) {
	w := connected(t, "{}")
	r := httptest.NewRequest("POST", "/v1/code", strings.NewReader(`{"data":{"poster":12}}`))
	r.SetBasicAuth("pizzabot", key)
	r.Header.Set("Content-Type", "application/json")
	rec := httptest.NewRecorder()
	w.net.ServeHTTP(rec, r)
	var code struct{ ID string }
	if err := json.Unmarshal(rec.Body.Bytes(), &code); err != nil || rec.Code != 200 || code.ID == "" {
		t.Fatalf("POST /v1/code = %d %s, want an id", rec.Code, rec.Body)
	}
	body := fmt.Sprintf(`{"from":{"id":"ada"},"text":%q}`, code.ID)
	w.expect(httptest.NewRequest("POST", "/chat/pizzabot/"+chat+"/scan", strings.NewReader(body)), `200 {"message_id":"`)
	got := w.next()[0]
	if diff := cmp.Diff(map[string]any{"poster": 12.0}, got["data"]); diff != "" || got["type"] != "scan-data" {
		t.Errorf("scan posts %v, want the data of the code", got)
	}
	w.expect(httptest.NewRequest("POST", "/chat/pizzabot/"+chat+"/scan", strings.NewReader(`{"text":"x"}`)), `404 {"error":"the bot has no such code"}`)
	w.call("POST", "/v1/code", `{}`, `400 {"error":"BadRequest","message":"the body.data is missing"}`)
}

func TestUsersAreRefused(t *testing.T) {
	w := connected(t, "{}")
	w.open(talk(chat, "ada"))
	threaded := talk(chat, "ada")
	threaded.Thread = "5"
	nobody := talk(chat, "ada")
	nobody.Bot = "nobody"
	for _, test := range []struct {
		name string
		talk simulate.Talk
		want bot.ErrorKind
	}{
		{"own chat", talk("", "bert"), ""},
		{"own chat by name", talk("carl", "carl"), ""},
		{"own chat of a short id", talk("1", "1"), ""},
		{"another's chat", talk("bert", "ada"), bot.Invalid},
		{"chat id", talk("c-1", "ada"), bot.Invalid},
		{"nobody in a chat of its own", talk(other, other), bot.Invalid},
		{"user id", talk(chat, "a da"), bot.Invalid},
		{"thread", threaded, bot.Invalid},
		{"another bot", nobody, bot.NotFound},
	} {
		t.Run(test.name, func(t *testing.T) {
			if _, err := w.net.Say(test.talk, "hi"); bot.KindOf(err) != test.want {
				t.Errorf("Say(%+v) = %v, want kind %q", test.talk, err, test.want)
			}
		})
	}
	if _, err := w.net.Say(talk(chat, "ada"), ""); bot.KindOf(err) != bot.Invalid {
		t.Errorf("Say(nothing) = %v, want kind invalid", err)
	}
	if err := w.net.Press(talk(chat, "ada"), simulate.Choice{Place: 1}); bot.KindOf(err) != bot.NotFound {
		t.Errorf("Press() without buttons = %v, want kind not_found", err)
	}
	if _, err := w.net.Messages(t.Context(), talk(other, ""), 0, 0); bot.KindOf(err) != bot.NotFound {
		t.Errorf("Messages() of no chat = %v, want kind not_found", err)
	}
	if _, err := w.net.Messages(t.Context(), nobody, 0, 0); bot.KindOf(err) != bot.NotFound {
		t.Errorf("Messages() of no bot = %v, want kind not_found", err)
	}
}

func TestShortIDs(t *testing.T) {
	w := connected(t, "{}")
	if _, err := w.net.Say(talk("1", "1"), "hi"); err != nil {
		t.Fatal(err)
	}
	if got := w.next()[0]; got["from"] != "user_1" || got["chatId"] != "1" {
		t.Errorf("Say() by 1 posts %v, want it from user_1 in chat 1", got)
	}
	w.call("POST", "/v1/message", `{"messages":[{"to":"user_1","chatId":"1","type":"text","body":"a"}]}`, "200")
	if sent := w.shown(talk("1", "")); len(sent) != 1 {
		t.Errorf("Messages() = %+v, want one", sent)
	}
}

func TestGroups(t *testing.T) {
	w := connected(t, "{}")
	w.open(talk(chat, "ada"))
	if _, err := w.net.Say(talk(chat, "bert"), "hi"); err != nil {
		t.Fatal(err)
	}
	got := w.next()[0]
	if got["chatType"] != "private" || got["mention"] != "pizzabot" || fmt.Sprint(got["participants"]) != "[ada bert]" {
		t.Errorf("Say() in a group posts %v, want a private chat of ada and bert that mentions pizzabot", got)
	}
	if _, err := w.net.Say(talk(chat, chat), "hi"); bot.KindOf(err) != bot.Invalid {
		t.Errorf("Say() in a group by nobody = %v, want kind invalid", err)
	}
}

func TestBlock(t *testing.T) {
	w := connected(t, "{}")
	w.open(talk("ada", "ada"))
	if err := w.net.Block(talk("ada", "ada")); err != nil {
		t.Fatal(err)
	}
	if _, err := w.net.Say(talk("ada", "ada"), "hi"); bot.KindOf(err) != bot.Invalid {
		t.Errorf("Say() to a blocked bot = %v, want kind invalid", err)
	}
	w.call("POST", "/v1/message", messages(`"type":"text","body":"a"`), "404")
	if err := w.net.Unblock(talk("ada", "ada")); err != nil {
		t.Fatal(err)
	}
	w.call("POST", "/v1/message", messages(`"type":"text","body":"a"`), "200")
}

func TestChatsAreBounded(t *testing.T) {
	w := newWorld(t)
	w.net.MaxChats = 2
	for _, user := range []simulate.ID{"ada", "bert", "ada", "carl"} {
		w.open(talk(user, user))
	}
	if _, err := w.net.Messages(t.Context(), talk("bert", ""), 0, 0); bot.KindOf(err) != bot.NotFound {
		t.Errorf("Messages() of the chat unused for longest = %v, want it gone", err)
	}
	w.shown(talk("ada", ""))
}
