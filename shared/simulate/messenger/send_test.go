package messenger_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"hookline/shared/bot"
	"hookline/shared/simulate"
)

const messages = "/v25.0/me/messages"

// said is the body of a call that sends a message to 200.
func said(message string) string {
	return `{"recipient":{"id":"200"},"messaging_type":"RESPONSE","message":` + message + `}`
}

func template(payload string) string {
	return said(`{"attachment":{"type":"template","payload":` + payload + `}}`)
}

func buttons(n int) string {
	return "[" + strings.TrimSuffix(strings.Repeat(`{"type":"postback","title":"b","payload":"p"},`, n), ",") + "]"
}

func quick(n int) string {
	return "[" + strings.TrimSuffix(strings.Repeat(`{"content_type":"text","title":"q","payload":"p"},`, n), ",") + "]"
}

func cards(n int) string {
	return template(`{"template_type":"generic","elements":[` + strings.TrimSuffix(strings.Repeat(`{"title":"t","subtitle":"s"},`, n), ",") + `]}`)
}

func TestSendRefuses(t *testing.T) {
	w := newWorld(t)
	w.open("200")
	x := func(n int) string { return strings.Repeat("ä", n) }
	for _, test := range []struct {
		name, body string
		code       int // 0: it is taken
	}{
		{"text of 2000", said(`{"text":"` + x(2000) + `"}`), 0},
		{"M37 text of 2001", said(`{"text":"` + x(2001) + `"}`), 100},
		{"blank text", said(`{"text":" "}`), 100},
		{"nothing", said(`{}`), 100},
		{"text and attachment", said(`{"text":"a","attachment":{"type":"image","payload":{"url":"https://x.example"}}}`), 100},
		{"metadata too long", said(`{"text":"a","metadata":"` + x(1001) + `"}`), 100},
		{"unknown field", said(`{"text":"a","keyboard":[]}`), 100},
		{"no messaging_type", `{"recipient":{"id":"200"},"message":{"text":"a"}}`, 100},
		{"no recipient", `{"messaging_type":"RESPONSE","message":{"text":"a"}}`, 100},
		{"recipient by phone", `{"recipient":{"phone_number":"1"},"messaging_type":"RESPONSE","message":{"text":"a"}}`, 100},
		{"tag without type", `{"recipient":{"id":"200"},"messaging_type":"RESPONSE","tag":"HUMAN_AGENT","message":{"text":"a"}}`, 100},
		{"type without tag", `{"recipient":{"id":"200"},"messaging_type":"MESSAGE_TAG","message":{"text":"a"}}`, 100},
		{"tag that is no more", `{"recipient":{"id":"200"},"messaging_type":"MESSAGE_TAG","tag":"ACCOUNT_UPDATE","message":{"text":"a"}}`, 100},
		{"tag", `{"recipient":{"id":"200"},"messaging_type":"MESSAGE_TAG","tag":"HUMAN_AGENT","message":{"text":"a"}}`, 0},
		{"notification", `{"recipient":{"id":"200"},"messaging_type":"UPDATE","notification_type":"NO_PUSH","message":{"text":"a"}}`, 0},
		{"misspelt notification", `{"recipient":{"id":"200"},"messaging_type":"UPDATE","notification_type":"SILEN_PUSH","message":{"text":"a"}}`, 100},
		{"reply", `{"recipient":{"id":"200"},"messaging_type":"RESPONSE","message":{"text":"a"},"reply_to":{"mid":"m"}}`, 0},
		{"13 quick replies", said(`{"text":"a","quick_replies":` + quick(13) + `}`), 0},
		{"M33 14 quick replies", said(`{"text":"a","quick_replies":` + quick(14) + `}`), 100},
		{"no quick replies", said(`{"text":"a","quick_replies":[]}`), 100},
		{"quick reply without payload", said(`{"text":"a","quick_replies":[{"content_type":"text","title":"q"}]}`), 100},
		{"quick reply without title", said(`{"text":"a","quick_replies":[{"content_type":"text","payload":"q"}]}`), 100},
		{"quick reply with a picture", said(`{"text":"a","quick_replies":[{"content_type":"text","title":"q","payload":"p","image_url":"https://x.example/i"}]}`), 0},
		{"quick reply with a picture by a path", said(`{"text":"a","quick_replies":[{"content_type":"text","title":"q","payload":"p","image_url":"/i"}]}`), 100},
		{"quick reply of another type", said(`{"text":"a","quick_replies":[{"content_type":"user_email"}]}`), 100},
		{"M34 payload of 1000", said(`{"text":"a","quick_replies":[{"content_type":"text","title":"q","payload":"` + x(1000) + `"}]}`), 0},
		{"M34 payload of 1001", said(`{"text":"a","quick_replies":[{"content_type":"text","title":"q","payload":"` + x(1001) + `"}]}`), 100},
		{"file", said(`{"attachment":{"type":"file","payload":{"url":"https://x.example/a.pdf"}}}`), 0},
		{"file by a path", said(`{"attachment":{"type":"file","payload":{"url":"/a.pdf"}}}`), 100},
		{"file without payload", said(`{"attachment":{"type":"file"}}`), 100},
		{"file by an id that is not there", said(`{"attachment":{"type":"file","payload":{"attachment_id":"5"}}}`), 100},
		{"another attachment", said(`{"attachment":{"type":"location","payload":{}}}`), 100},
		{"M33 3 buttons", template(`{"template_type":"button","text":"` + x(640) + `","buttons":` + buttons(3) + `}`), 0},
		{"M33 4 buttons", template(`{"template_type":"button","text":"a","buttons":` + buttons(4) + `}`), 100},
		{"template without buttons", template(`{"template_type":"button","text":"a","buttons":[]}`), 100},
		{"template text of 641", template(`{"template_type":"button","text":"` + x(641) + `","buttons":` + buttons(1) + `}`), 100},
		{"unknown field of a template", template(`{"template_type":"button","text":"a","buttons":` + buttons(1) + `,"x":1}`), 100},
		{"template of another type", template(`{"template_type":"receipt"}`), 100},
		{"template that is a text", template(`"button"`), 100},
		{"title of 21", template(`{"template_type":"button","text":"a","buttons":[{"type":"postback","title":"` + x(21) + `","payload":"p"}]}`), 100},
		{"button without payload", template(`{"template_type":"button","text":"a","buttons":[{"type":"postback","title":"a"}]}`), 100},
		{"button without address", template(`{"template_type":"button","text":"a","buttons":[{"type":"web_url","title":"a","url":"x"}]}`), 100},
		{"button of another type", template(`{"template_type":"button","text":"a","buttons":[{"type":"phone_number","title":"a","payload":"+1"}]}`), 100},
		{"10 cards", cards(10), 0},
		{"11 cards", cards(11), 100},
		{"no cards", cards(0), 100},
		{"bare card", template(`{"template_type":"generic","elements":[{"title":"a"}]}`), 100},
		{"card with a long title", template(`{"template_type":"generic","elements":[{"title":"` + x(81) + `","subtitle":"s"}]}`), 100},
		{"card with four buttons", template(`{"template_type":"generic","elements":[{"title":"a","buttons":` + buttons(4) + `}]}`), 100},
		{"card that opens", template(`{"template_type":"generic","elements":[{"title":"a","default_action":{"type":"web_url","url":"https://x.example"}}]}`), 0},
		{"card that opens nothing", template(`{"template_type":"generic","elements":[{"title":"a","default_action":{"type":"postback","payload":"p"}}]}`), 100},
		{"M36 sign", `{"recipient":{"id":"200"},"sender_action":"typing_off"}`, 0},
		{"M36 sign with a message", `{"recipient":{"id":"200"},"messaging_type":"RESPONSE","sender_action":"typing_on","message":{"text":"a"}}`, 100},
		{"unknown sign", `{"recipient":{"id":"200"},"sender_action":"waving"}`, 100},
		{"neither sign nor message", `{"recipient":{"id":"200"},"messaging_type":"RESPONSE"}`, 100},
		{"reaction", `{"recipient":{"id":"200"},"sender_action":"react","payload":{"message_id":"m","reaction":"love"}}`, 0},
		{"reaction to nothing", `{"recipient":{"id":"200"},"sender_action":"react"}`, 100},
	} {
		t.Run(test.name, func(t *testing.T) {
			want := "200 "
			if test.code != 0 {
				want = fmt.Sprintf(`400 {"error":{"message":"(#%d) `, test.code)
			}
			if got := w.serve(request(token, appSecret, http.MethodPost, messages, test.body)); !strings.HasPrefix(got, want) {
				t.Errorf("POST messages %.200s = %s, want %s", test.body, got, want)
			}
		})
	}
}

func TestM38Window(t *testing.T) {
	const human = `{"recipient":{"id":"200"},"messaging_type":"MESSAGE_TAG","tag":"HUMAN_AGENT","message":{"text":"a"}}`
	const outside = `400 {"error":{"message":"(#10) This message is sent outside of allowed window.","type":"OAuthException","code":10,"error_subcode":2018278`
	w := newWorld(t)
	w.call("POST", messages, said(`{"text":"a"}`), `400 {"error":{"message":"(#100) No matching user found","type":"OAuthException","code":100,"error_subcode":2018001`)
	w.user("block", `{}`, "200")
	w.user("unblock", `{}`, "200")
	w.call("POST", messages, said(`{"text":"a"}`), outside) // there, but never said anything
	w.user("say", `{"text":"hi"}`, "200")
	w.pass(24 * time.Hour)
	w.call("POST", messages, said(`{"text":"a"}`), "200")
	w.pass(time.Second)
	w.call("POST", messages, said(`{"text":"a"}`), outside)
	w.call("POST", messages, human, "200")
	w.user("post", `{"message":{"read":{"watermark":1}}}`, "200")
	w.call("POST", messages, said(`{"text":"a"}`), outside) // reading is not writing
	w.user("post", `{"message":{"reaction":{"action":"react"}}}`, "200")
	w.call("POST", messages, said(`{"text":"a"}`), "200")
	w.pass(7*24*time.Hour + time.Second)
	w.call("POST", messages, human, outside)
	w.open("200")
	w.user("block", `{}`, "200")
	w.call("POST", messages, said(`{"text":"a"}`), `400 {"error":{"message":"(#551) This person isn't available right now.","type":"OAuthException","code":551,"error_subcode":1545041`)
	w.user("unblock", `{}`, "200")
	w.call("POST", messages, said(`{"text":"a"}`), "200")
}

func TestShown(t *testing.T) {
	link := `{"type":"web_url","title":"Site","url":"https://x.example"}`
	press := `{"type":"postback","title":"Yes","payload":"y"}`
	for _, test := range []struct {
		name, body string
		want       simulate.Shown
	}{
		{"text", said(`{"text":"hi"}`), simulate.Shown{Text: "hi"}},
		{"quick replies, cut", said(`{"text":"hi","quick_replies":[{"content_type":"text","title":"` + strings.Repeat("ä", 21) + `","payload":"p"}]}`),
			simulate.Shown{Text: "hi", Buttons: []simulate.Button{{Text: strings.Repeat("ä", 20)}}}},
		{"buttons", template(`{"template_type":"button","text":"hi","buttons":[` + press + `,` + link + `]}`),
			simulate.Shown{Text: "hi", Buttons: []simulate.Button{{Text: "Yes"}, {Text: "Site", URL: "https://x.example"}}}},
		{"cards alike", template(`{"template_type":"generic","elements":[{"title":"hi","buttons":[` + press + `]},{"title":"hi","buttons":[` + link + `]}]}`),
			simulate.Shown{Text: "hi", Buttons: []simulate.Button{{Text: "Yes"}, {Text: "Site", URL: "https://x.example"}}}},
		{"cards", template(`{"template_type":"generic","elements":[{"title":"a","subtitle":"b"},{"title":"c","image_url":"https://x.example"}]}`), simulate.Shown{Text: "a\nb\nc"}},
		{"picture", said(`{"attachment":{"type":"image","payload":{"url":"https://x.example/a.png"}},"quick_replies":[{"content_type":"text","title":"Yes","payload":"p"}]}`),
			simulate.Shown{Media: &bot.Media{Kind: bot.Photo, Source: "https://x.example/a.png"}, Buttons: []simulate.Button{{Text: "Yes"}}}},
		{"sound", said(`{"attachment":{"type":"audio","payload":{"url":"https://x.example/a"}}}`), simulate.Shown{Media: &bot.Media{Kind: bot.Audio, Source: "https://x.example/a"}}},
		{"film", said(`{"attachment":{"type":"video","payload":{"url":"https://x.example/a"}}}`), simulate.Shown{Media: &bot.Media{Kind: bot.Video, Source: "https://x.example/a"}}},
		{"typing", `{"recipient":{"id":"200"},"sender_action":"typing_on"}`, simulate.Shown{Sign: bot.ShowTyping}},
		{"seen", `{"recipient":{"id":"200"},"sender_action":"mark_seen"}`, simulate.Shown{Sign: bot.MarkSeen}},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			w.open("200")
			w.call("POST", messages, test.body, `200 {`)
			sent := w.shown()
			if len(sent) != 1 || !sent[0].Answered || (sent[0].Message == "") != (test.want.Sign != "") {
				t.Fatalf("Messages() = %+v, want one, answered, with an id unless it is a sign", sent)
			}
			if diff := cmp.Diff(test.want, sent[0].Shown, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("shown (-want +got):\n%s", diff)
			}
			encoded, err := json.Marshal(sent[0])
			if err != nil || !strings.Contains(string(encoded), `"request":{"recipient"`) {
				t.Errorf("Marshal() = %s, %v, want the call in it", encoded, err)
			}
		})
	}
}

func TestFilesAreSentAgain(t *testing.T) {
	w := newWorld(t)
	w.open("200")
	got := w.serve(request(token, appSecret, "POST", messages, said(`{"attachment":{"type":"image","payload":{"url":"https://x.example/a.png","is_reusable":true}}}`)))
	var answer struct {
		ID string `json:"attachment_id"`
	}
	if err := json.Unmarshal([]byte(strings.TrimPrefix(got, "200 ")), &answer); err != nil || answer.ID == "" {
		t.Fatalf("POST messages = %s, want an attachment_id", got)
	}
	w.call("POST", messages, said(`{"attachment":{"type":"image","payload":{"attachment_id":"`+answer.ID+`"}}}`), "200")
	w.call("POST", messages, said(`{"attachment":{"type":"image","payload":{"attachment_id":"`+answer.ID+`","url":"https://x.example"}}}`), "400")
	w.call("POST", messages, said(`{"attachment":{"type":"image","payload":{"attachment_id":"1"}}}`),
		`400 {"error":{"message":"(#100) The attachment ID 1 is not found","type":"OAuthException","code":100,"error_subcode":2018074`)
}
