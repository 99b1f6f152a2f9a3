package pyrus_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
	"hookline/shared/provider"
)

// TestSendComments holds each field of a comment. Keys of maps are encoded in order.
func TestSendComments(t *testing.T) {
	buttons := [][]bot.Button{
		{{Text: "Margherita", Payload: "Margherita"}, {Text: "Menu", URL: "https://shop.example/?a&b"}},
		{{Text: "Surprise <me>", Payload: "any"}},
	}
	for _, test := range []struct {
		name string
		part bot.Part
		want string
	}{
		{"P24 plain", bot.Part{Text: "a <b> & c"}, `{"text":"a <b> & c"}`},
		{"P23 quotes and backslashes", bot.Part{Text: `say "hi" \ {"a":1}` + "\n"}, `{"text":"say \"hi\" \\ {\"a\":1}\n"}`},
		{"P24 formatted", bot.Part{Text: "<b>a</b>\nb", Format: bot.FormatHTML}, `{"formatted_text":"<b>a</b><br>b"}`},
		{
			"keyboard", bot.Part{Text: "Which?", Keyboard: buttons},
			`{"text":"Which?\n\n• Margherita\n• Menu: https://shop.example/?a&b\n• Surprise <me> (any)"}`,
		},
		{
			"keyboard of a formatted text", bot.Part{Text: "<b>Which?</b>", Format: bot.FormatHTML, Keyboard: buttons},
			`{"formatted_text":"<b>Which?</b><br><br>• Margherita<br>• Menu: https://shop.example/?a&amp;b<br>• Surprise &lt;me&gt; (any)"}`,
		},
		{
			"file by address", bot.Part{Text: "see", Media: &bot.Media{Kind: bot.Photo, Source: "https://a.example/x/p%20q.png?s=1"}},
			`{"attachments":[{"name":"p q.png","url":"https://a.example/x/p%20q.png?s=1"}],"text":"see"}`,
		},
		{
			"file without a name", bot.Part{Media: &bot.Media{Kind: bot.Video, Source: "https://a.example"}},
			`{"attachments":[{"name":"video","url":"https://a.example"}]}`,
		},
		{
			"P34 file that was uploaded", bot.Part{Media: &bot.Media{Kind: bot.Document, Source: "d26d0c66-0a4b-4ad6-9d0c-ce9c0f2c5b18"}},
			`{"attachments":[{"guid":"d26d0c66-0a4b-4ad6-9d0c-ce9c0f2c5b18"}]}`,
		},
		{
			"file of another comment", bot.Part{Media: &bot.Media{Kind: bot.Document, Source: "9007199254740993"}},
			`{"attachments":[{"attachment_id":9007199254740993}]}`,
		},
		{
			"P32 a closed task stays closed", bot.Part{Text: "x", Options: bot.Options{"skip_auto_reopen": true, "skip_notification": false}},
			`{"skip_auto_reopen":true,"text":"x"}`,
		},
		{"options only", bot.Part{Options: bot.Options{"approval_choice": "approved"}}, `{"approval_choice":"approved"}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			p, api := play(t, ok(commented200))
			got, err := p.Send(t.Context(), channel(), replyWith(test.part))
			want := provider.Receipt{Sent: 1, MessageIDs: []string{"9007199254740993"}}
			if diff := cmp.Diff(want, got); err != nil || diff != "" {
				t.Errorf("Send() = %v, receipt differs (-want +got):\n%s", err, diff)
			}
			if api.last() != test.want {
				t.Errorf("Send() comments\n%s, want\n%s", api.last(), test.want)
			}
		})
	}
}

func TestSendErrors(t *testing.T) {
	limited := refused(429, "too_many_requests")
	limited.header = http.Header{"X-Ratelimit-Reset": {"42"}, "Retry-After": {"7"}}
	elsewhere := reply{status: 429, body: "slow down", header: http.Header{"Retry-After": {"7"}, "X-Ratelimit-Reset": {"soon"}}}
	for _, test := range []struct {
		name       string
		answer     reply
		kind       bot.ErrorKind
		reason     string
		retryAfter time.Duration
	}{
		{"P30 429", limited, bot.RateLimited, "", 42 * time.Second},
		{"P30 429 of a proxy", elsewhere, bot.RateLimited, "", 7 * time.Second},
		{"P31 field missing", refused(400, "required_field_missing"), bot.Invalid, "", 0},
		{"P31 unknown field", refused(400, "invalid_field_id"), bot.Invalid, "", 0},
		{"P31 unknown attachment", refused(400, "unrecognized_attachment_id"), bot.Invalid, "", 0},
		{"P31 text too long", refused(400, "max_text_length_exceeded"), bot.TooLarge, "", 0},
		{"P31 empty body", refused(400, "empty_body"), bot.Invalid, "", 0},
		{"P31 code of tomorrow", refused(400, "of_tomorrow"), bot.Invalid, "", 0},
		{"P31 task is full", refused(400, "too_many_comments"), bot.Forbidden, bot.ReasonBlocked, 0},
		{"P31 task is closed to us", refused(403, "access_denied_task"), bot.Forbidden, bot.ReasonBlocked, 0},
		{"P31 form is closed to us", refused(403, "access_denied_form"), bot.Forbidden, "", 0},
		{"P31 task went elsewhere", refused(403, "task_migrated"), bot.Forbidden, "", 0},
		{"P31 both texts", refused(403, "both_text_and_formatted_text_specified"), bot.Invalid, "", 0},
		{"conflict", refused(403, "conflict"), bot.Conflict, "", 0},
		{"P31 403 of a proxy", reply{status: 403, body: "<html>"}, bot.Forbidden, "", 0},
		{"P31 no such task", refused(404, "not_found"), bot.NotFound, bot.ReasonBlocked, 0},
		{"P31 too large", reply{status: 413, body: "<html>"}, bot.TooLarge, "", 0},
		{"500", refused(500, "server_error"), bot.Unavailable, bot.ReasonUnknown, 0},
		{"502 of a proxy", reply{status: 502, body: "<html>"}, bot.Unavailable, bot.ReasonUnknown, 0},
		{"200 of a proxy", reply{status: 200, body: "<html>"}, bot.Unavailable, bot.ReasonUnknown, 0},
		{"302", reply{status: 302, body: "moved"}, bot.Unavailable, "", 0},
		{"broken off", reply{}, bot.Unavailable, bot.ReasonUnknown, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			p, api := play(t, test.answer)
			got, err := p.Send(t.Context(), channel(), hello)
			if bot.KindOf(err) != test.kind || bot.ReasonOf(err) != test.reason || bot.RetryAfterOf(err) != test.retryAfter {
				t.Errorf("Send() = %v, kind %q, reason %q, retry after %v, want %q, %q, %v", err,
					bot.KindOf(err), bot.ReasonOf(err), bot.RetryAfterOf(err), test.kind, test.reason, test.retryAfter)
			}
			if got.Sent != 0 || api.count() != 1 {
				t.Errorf("Send() = %+v after %s, want nothing sent and one call", got, api.names())
			}
			if strings.Contains(err.Error()+bot.PublicMessage(err), "MARKED") || strings.Contains(err.Error(), api.url) {
				t.Errorf("P33 Send() = %q, which shows a secret", err)
			}
		})
	}
}

// TestAnswersOfOtherShapes: the comment is there, whatever else the answer says. To try again would post it twice.
func TestAnswersOfOtherShapes(t *testing.T) {
	for _, body := range []string{`{}`, `[]`, `null`, `{"task":1}`, `{"task":{"comments":[{"id":"x"},null]}}`, `{"task":{"comments":{}}}`} {
		p, api := play(t, ok(body))
		got, err := p.Send(t.Context(), channel(), hello)
		if err != nil || got.Sent != 1 || len(got.MessageIDs) != 1 || got.MessageIDs[0] != "" || api.count() != 1 {
			t.Errorf("Send() answered %s = %+v, %v, want it sent, without an id", body, got, err)
		}
	}
}

func TestSendGoesOnWhereItStopped(t *testing.T) {
	p, api := play(t, ok(commented200), refused(500, "server_error"))
	reply := replyWith(bot.Part{Text: "one"}, bot.Part{Text: "two"}, bot.Part{Text: "three"})
	reply.Sent = 1
	got, err := p.Send(t.Context(), channel(), reply)
	if got.Sent != 2 || len(got.MessageIDs) != 1 || err == nil || api.last() != `{"text":"three"}` {
		t.Errorf("Send() from the second part on = %+v, %v, last %s, want two sent and an error", got, err, api.last())
	}
}

func TestChatIsATask(t *testing.T) {
	for _, chat := range []string{"", "x", "-1", "0", "1/../2", "99999999999999999999"} {
		p, api := play(t, ok(commented200))
		reply := hello
		reply.Chat = chat
		if got, err := p.Send(t.Context(), channel(), reply); bot.KindOf(err) != bot.Invalid || api.loggedIn() > 0 || got.Sent > 0 {
			t.Errorf("Send() to %q = %v, want kind invalid and no call", chat, err)
		}
	}
}

func TestLongAnswersAreRead(t *testing.T) {
	comments, err := json.Marshal(strings.Repeat("x", 3<<20))
	if err != nil {
		t.Fatal(err)
	}
	p, _ := play(t, ok(`{"task":{"text":`+string(comments)+`,"comments":[{"id":5}]}}`))
	if got, err := p.Send(t.Context(), channel(), hello); err != nil || got.MessageIDs[0] != "5" {
		t.Errorf("Send() answered with 3 MB = %+v, %v, want it sent", got, err)
	}
}
