package kik_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
	"hookline/shared/simulate"
)

const other = "6d8d060c3524ef7ac5a6f2e25a7b0d9f0a6b1de3c1f5c7c6c9b0a1d2e3f40516"

// messages makes the body of POST /v1/message: each has the type and address of ada beside its fields.
func messages(fields ...string) string {
	for i := range fields {
		fields[i] = `{"to":"ada",` + fields[i] + `}`
	}
	return `{"messages":[` + strings.Join(fields, ",") + `]}`
}

func TestMessagesAreShown(t *testing.T) {
	const answers = `"keyboards":[{"type":"suggested","to":"ada","responses":[{"type":"text","body":"Yes","metadata":"y"},` +
		`{"type":"picture","picUrl":"https://x.example/p"},{"type":"friend-picker","min":2,"max":5,"preselected":["bert"]},` +
		`{"type":"friend-picker","body":"Invite"}]}]`
	buttons := []simulate.Button{{Text: "Yes"}, {Text: "https://x.example/p"}, {Text: "Pick friends"}, {Text: "Invite"}}
	media := func(kind bot.EventKind) *bot.Media { return &bot.Media{Kind: kind, Source: "https://x.example"} }
	for _, test := range []struct {
		name, fields string
		want         simulate.Shown
	}{
		{"text", `"type":"text","body":"a","delay":5,"typeTime":5,"metadata":{"a":1},"mention":"someone"`, simulate.Shown{Text: "a"}},
		{"optional fields null", `"type":"text","body":"a","delay":null,"keyboards":null,"metadata":null,"chatId":null`, simulate.Shown{Text: "a"}},
		{"answers", `"type":"text","body":"a",` + answers, simulate.Shown{Text: "a", Buttons: buttons}},
		{"answers for all", `"type":"text","body":"a","keyboards":[{"type":"suggested","responses":[{"type":"text","body":"b"}]}]`, simulate.Shown{Text: "a", Buttons: []simulate.Button{{Text: "b"}}}},
		{"answers for another", `"type":"text","body":"a",` + strings.Replace(answers, "ada", "bert", 1), simulate.Shown{Text: "a"}},
		{"hidden answers", `"type":"text","body":"a",` + strings.Replace(answers, `"to"`, `"hidden":true,"to"`, 1), simulate.Shown{Text: "a"}},
		{"link", `"type":"link","url":"https://x.example","title":"t","text":"x","noForward":true,"kikJsData":{"a":1},"picUrl":"p","attribution":{"name":"n"}`, simulate.Shown{Text: "t", Media: media(bot.Link)}},
		{"picture", `"type":"picture","picUrl":"https://x.example","attribution":"gallery"`, simulate.Shown{Media: media(bot.Photo)}},
		{"video", `"type":"video","videoUrl":"https://x.example","muted":true,"autoplay":false,"loop":true,"noSave":true`, simulate.Shown{Media: media(bot.Video)}},
		{"typing", `"type":"is-typing","isTyping":true`, simulate.Shown{Sign: bot.ShowTyping}},
		{"no longer typing", `"type":"is-typing","isTyping":false`, simulate.Shown{}},
		{"seen", `"type":"read-receipt","messageIds":["m1"]`, simulate.Shown{Sign: bot.MarkSeen}},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			w.open(talk(chat, "ada"))
			w.call("POST", "/v1/message", messages(test.fields), "200 {}")
			sent := w.shown(talk(chat, "ada"))
			if len(sent) != 1 || !sent[0].Answered {
				t.Fatalf("Messages() = %+v, want one, of which the bot was told", sent)
			}
			if diff := cmp.Diff(test.want, sent[0].Shown); diff != "" {
				t.Errorf("%s shows (-want +got):\n%s", test.fields, diff)
			}
			if stays := sent[0].Message != ""; stays == (test.want.Sign != "" || test.want.Text == "" && test.want.Media == nil) {
				t.Errorf("%s has message id %q", test.fields, sent[0].Message)
			}
			encoded, err := json.Marshal(sent[0])
			if want := `"message":{"to":"ada",` + test.fields + `}`; err != nil || !strings.Contains(string(encoded), want) {
				t.Errorf("Marshal() = %s, %v, want %s in it", encoded, err, want)
			}
		})
	}
}

func TestMessagesAreRefused(t *testing.T) {
	const text = `"type":"text","body":"a"`
	answers := func(fields ...string) string {
		return text + `,"keyboards":[{"type":"suggested","responses":[` + strings.Join(fields, ",") + `]}]`
	}
	many := func(n int, fields string) []string {
		list := make([]string, n)
		for i := range list {
			list[i] = fields
		}
		return list
	}
	for _, test := range []struct {
		name, body string
		want       string // of the message
	}{
		{"not an object", `[]`, "the body must be an object"},
		{"no messages", `{}`, "the body.messages is missing"},
		{"messages null", `{"messages":null}`, "the body.messages must be a list that is not empty"},
		{"none", `{"messages":[]}`, "the body.messages must be a list that is not empty"},
		{"26 messages", messages(many(26, text)...), "the body.messages has 26 of at most 25"},
		{"6 to one user", messages(many(6, text)...), "more than 5 messages to ada"},
		{"a message null", `{"messages":[null]}`, "the body.messages[0] must be an object whose type is one of"},
		{"unknown type", messages(`"type":"beam"`), "the body.messages[0] must be an object whose type is one of"},
		{"a type that only users send", messages(`"type":"sticker"`), "the body.messages[0] must be an object whose type is one of"},
		{"no type", messages(`"body":"a"`), "the body.messages[0] must be an object whose type is one of"},
		{"no user", `{"messages":[{` + text + `}]}`, "the body.messages[0].to is missing"},
		{"bad username", `{"messages":[{"to":"a!",` + text + `}]}`, "the body.messages[0].to must be a username"},
		{"long username", `{"messages":[{"to":"` + strings.Repeat("a", 33) + `",` + text + `}]}`, "the body.messages[0].to must be a username"},
		{"no text", messages(`"type":"text"`), "the body.messages[0].body is missing"},
		{"empty text", messages(text, `"type":"text","body":""`), "the body.messages[1].body must be a text that is not empty"},
		{"long text", messages(`"type":"text","body":"` + strings.Repeat("é", 1501) + `"`), "the body.messages[0].body has more than 1500 characters"},
		{"unknown field", messages(text + `,"color":"red"`), `the body.messages[0] has no field \"color\"`},
		{"field of another type", messages(`"type":"picture","picUrl":"p","typeTime":5`), `the body.messages[0] has no field \"typeTime\"`},
		{"no address of a link", messages(`"type":"link"`), "the body.messages[0].url is missing"},
		{"no address of a picture", messages(`"type":"picture","picUrl":""`), "the body.messages[0].picUrl must be a text that is not empty"},
		{"no address of a video", messages(`"type":"video"`), "the body.messages[0].videoUrl is missing"},
		{"attribution", messages(`"type":"video","videoUrl":"v","attribution":"attic"`), "the body.messages[0].attribution must be one of"},
		{"attribution's field", messages(`"type":"video","videoUrl":"v","attribution":{"url":"u"}`), `the body.messages[0].attribution has no field \"url\"`},
		{"typing a text", messages(`"type":"is-typing","isTyping":"true"`), "the body.messages[0].isTyping must be true or false"},
		{"receipt of nothing", messages(`"type":"read-receipt","messageIds":[]`), "the body.messages[0].messageIds must be a list that is not empty"},
		{"receipt with answers", messages(`"type":"read-receipt","messageIds":["a"],"keyboards":[]`), `the body.messages[0] has no field \"keyboards\"`},
		{"delay a text", messages(text + `,"delay":"5"`), "the body.messages[0].delay must be a whole number from 0"},
		{"delay below 0", messages(text + `,"delay":-1`), "the body.messages[0].delay must be a whole number from 0"},
		{"metadata a number", messages(text + `,"metadata":5`), "the body.messages[0].metadata must be a text or an object"},
		{"keyboards an object", messages(text + `,"keyboards":{}`), "the body.messages[0].keyboards must be a list that is not empty"},
		{"keyboard type", messages(text + `,"keyboards":[{"type":"reply","responses":[]}]`), "the body.messages[0].keyboards[0].responses must be a list"},
		{"21 answers", messages(answers(many(21, `{"type":"text","body":"b"}`)...)), "the body.messages[0].keyboards[0].responses has 21 of at most 20"},
		{"answer type", messages(answers(`{"type":"link"}`)), "the body.messages[0].keyboards[0].responses[0] must be an object whose type is one of"},
		{"answer without text", messages(answers(`{"type":"text"}`)), "the body.messages[0].keyboards[0].responses[0].body is missing"},
		{"101 friends", messages(answers(`{"type":"friend-picker","max":101}`)), "the body.messages[0].keyboards[0].responses[0].max must be a whole number from 1 to 100"},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			w.open(talk("ada", "ada"))
			w.call("POST", "/v1/message", test.body, `400 {"error":"BadRequest","message":"`+test.want)
			if sent := w.shown(talk("ada", "ada")); len(sent) != 0 {
				t.Errorf("%s shows %+v, want nothing", test.body, sent)
			}
		})
	}
}

// TestWhoIsReached: one who is not reached keeps the others of the request from being so.
func TestWhoIsReached(t *testing.T) {
	group := fmt.Sprintf(`"chatId":%q,"type":"text","body":"a"`, other)
	for _, test := range []struct{ name, body, want string }{
		{"own chat", messages(`"type":"text","body":"a"`), "200"},
		{"chat named", messages(fmt.Sprintf(`"chatId":%q,"type":"text","body":"a"`, chat)), "200"},
		{"group", messages(group), "200"},
		{"chat that is not there", messages(`"chatId":"c-1","type":"text","body":"a"`), "404"},
		{"nobody", `{"messages":[{"to":"ada","type":"text","body":"a"},{"to":"nobody","type":"text","body":"a"}]}`, "404"},
		{"in a group only", `{"messages":[{"to":"bert","type":"text","body":"a"}]}`, "404"},
		{"in another chat", fmt.Sprintf(`{"messages":[{"to":"bert","chatId":%q,"type":"text","body":"a"}]}`, chat), "404"},
		{"blocked", `{"messages":[{"to":"carl","type":"text","body":"a"}]}`, `404 {"error":"NotFound","message":"carl has not subscribed to the bot, or is not in the chat"}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			for _, k := range []simulate.Talk{talk(chat, "ada"), talk(other, "ada"), talk(other, "bert"), talk("carl", "carl")} {
				w.open(k)
			}
			if err := w.net.Block(talk("carl", "carl")); err != nil {
				t.Fatal(err)
			}
			w.call("POST", "/v1/message", test.body, test.want)
			shown := len(w.shown(talk(chat, "ada"))) + len(w.shown(talk(other, "ada"))) + len(w.shown(talk("carl", "carl")))
			if want := map[bool]int{true: 1}[test.want == "200"]; shown != want {
				t.Errorf("%s shows %d messages, want %d", test.body, shown, want)
			}
		})
	}
}
