package messenger_test

import (
	"strings"
	"testing"

	"hookline/shared/bot"
	"hookline/shared/simulate"
)

// tail is how every event of the person ends.
const tail = `"recipient":{"id":"100"},"sender":{"id":"200"},"timestamp":1792584000000}`

func TestWhatPeopleDo(t *testing.T) {
	const all = "messages,messaging_postbacks,message_reactions"
	for _, test := range []struct{ name, act, body, want string }{
		{"say", "say", `{"text":"hi"}`, `{"message":{"text":"hi"},` + tail},
		{"start", "start", `{}`, `{"postback":{"payload":"go","title":"Get Started"},` + tail},
		{"start by a link", "start", `{"text":"winter"}`, `{"postback":{"payload":"go","referral":{"ref":"winter","source":"SHORTLINK","type":"OPEN_THREAD"},"title":"Get Started"},` + tail},
		{"menu by place", "menu", `{"button":{"place":1}}`, `{"postback":{"payload":"help","title":"Help"},` + tail},
		{"menu by label", "menu", `{"button":{"label":"Help"}}`, `{"postback":{"payload":"help","title":"Help"},` + tail},
		{"press a quick reply", "press", `{"button":{"place":2}}`, `{"message":{"quick_reply":{"payload":"n"},"text":"No"},` + tail},
		{"press a button of an older message", "press", `{"button":{"message_id":"older","label":"Yes"}}`, `{"postback":{"payload":"y","title":"Yes"},` + tail},
		{"press what no button has", "press", `{"button":{"data":"z"}}`, `{"postback":{"payload":"z","title":"z"},` + tail},
		{"post", "post", `{"message":{"message":{"sticker_id":369239263222822,"attachments":[{"type":"image"}]}}}`,
			`{"message":{"attachments":[{"type":"image"}],"sticker_id":369239263222822},` + tail},
		{"post with a time", "post", `{"message":{"reaction":{"action":"react"},"timestamp":1}}`, `{"reaction":{"action":"react"},"recipient":{"id":"100"},"sender":{"id":"200"},"timestamp":1}`},
		{"post what is no object", "post", `{"message":{"message":"hi"}}`, `{"message":"hi",` + tail},
		{"post null", "post", `{"message":{"message":null}}`, `{"message":null,` + tail},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := connected(t, all)
			w.call("POST", "/v25.0/me/messenger_profile", `{"get_started":{"payload":"go"},"persistent_menu":[{"locale":"default","call_to_actions":[`+
				`{"type":"postback","title":"Help","payload":"help"},{"type":"web_url","title":"Site","url":"https://x.example"}]}]}`, "200")
			w.call("POST", messages, template(`{"template_type":"button","text":"Well?","buttons":[{"type":"postback","title":"Yes","payload":"y"}]}`), "200")
			older := string(w.shown()[0].Message)
			w.call("POST", messages, said(`{"text":"Well?","quick_replies":[{"content_type":"text","title":"Yes","payload":"y"},{"content_type":"text","title":"No","payload":"n"}]}`), "200")
			w.user(test.act, strings.ReplaceAll(test.body, "older", older), "200 {")
			if got, _ := w.event(w.next()); got != test.want {
				t.Errorf("%s %s posts\n%s, want\n%s", test.act, test.body, got, test.want)
			}
		})
	}
}

func TestPeopleAreRefused(t *testing.T) {
	w := connected(t, "messages")
	w.call("POST", messages, template(`{"template_type":"button","text":"Well?","buttons":[{"type":"web_url","title":"Site","url":"https://x.example"}]}`), "200")
	for _, test := range []struct{ name, act, body, want string }{
		{"nothing said", "say", `{}`, `400 {"error":"nothing was said"}`},
		{"a group", "say", `{"from":{"id":"201"},"text":"hi"}`, `400 {"error":"messenger has neither groups nor threads`},
		{"a thread", "say", `{"thread":"5","text":"hi"}`, `400 {"error":"messenger has neither`},
		{"no number", "say", `{"from":{"id":"ada"},"text":"hi"}`, `400 {"error":"a person has a number`},
		{"no start", "start", `{}`, `400 {"error":"the page has no get-started button"}`},
		{"no menu", "menu", `{"button":{"place":1}}`, `404 {"error":"the menu has no such entry"}`},
		{"no such button", "press", `{"button":{"label":"No"}}`, `404 `},
		{"a button that opens", "press", `{"button":{"place":1}}`, `400 {"error":"the button Site sends nothing to the bot"}`},
	} {
		t.Run(test.name, func(t *testing.T) { w.user(test.act, test.body, test.want) })
	}
	nobody := simulate.Talk{Bot: "101", Chat: "200"}
	if _, err := w.net.Say(nobody, "hi"); bot.KindOf(err) != bot.NotFound {
		t.Errorf("Say() to no page = %v, want kind not_found", err)
	}
	if _, err := w.net.Messages(t.Context(), nobody, 0, 0); bot.KindOf(err) != bot.NotFound {
		t.Errorf("Messages() of no page = %v, want kind not_found", err)
	}
	if _, err := w.net.Messages(t.Context(), talk("201"), 0, 0); bot.KindOf(err) != bot.NotFound {
		t.Errorf("Messages() of nobody = %v, want kind not_found", err)
	}
	w.user("block", `{}`, "200")
	w.user("say", `{"text":"hi"}`, `400 {"error":"the person has blocked the page`)
}

// TestQuickRepliesGo: a button stays, quick replies go with the next thing that is said.
func TestQuickRepliesGo(t *testing.T) {
	question := said(`{"text":"Well?","quick_replies":[{"content_type":"text","title":"Yes","payload":"y"}]}`)
	for _, test := range []struct {
		name string
		then func(w *world)
		gone bool
	}{
		{"at once", func(*world) {}, false},
		{"a sign", func(w *world) {
			w.call("POST", messages, `{"recipient":{"id":"200"},"sender_action":"typing_on"}`, "200")
		}, false},
		{"a reaction", func(w *world) { w.user("post", `{"message":{"reaction":{}}}`, "200") }, false},
		{"another message", func(w *world) { w.call("POST", messages, said(`{"text":"a"}`), "200") }, true},
		{"the person says something", func(w *world) { w.user("say", `{"text":"a"}`, "200") }, true},
		{"pressed before", func(w *world) { w.user("press", `{"button":{"place":1}}`, "200") }, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := connected(t, "standby")
			w.call("POST", messages, question, "200")
			test.then(w)
			want := "200"
			if test.gone {
				want = `404 {"error":"these quick replies are gone`
			}
			w.user("press", `{"button":{"place":1}}`, want)
		})
	}
}

func TestChatsAreBounded(t *testing.T) {
	w := newWorld(t)
	w.net.MaxChats = 2
	for _, person := range []simulate.ID{"1", "2", "1", "3"} {
		w.open(person)
	}
	if _, err := w.net.Messages(t.Context(), talk("2"), 0, 0); bot.KindOf(err) != bot.NotFound {
		t.Errorf("Messages() of the chat unused for longest = %v, want it gone", err)
	}
	if _, err := w.net.Messages(t.Context(), talk("1"), 0, 0); err != nil {
		t.Errorf("Messages() of a chat in use = %v, want it there", err)
	}
}
