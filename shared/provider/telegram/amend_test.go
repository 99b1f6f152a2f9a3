package telegram_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
	"hookline/shared/provider"
)

var (
	migrated = refused("400", "Bad Request: group chat was upgraded to a supergroup chat", `{"migrate_to_chat_id":-1007}`)
	badHTML  = refused("400", `Bad Request: can't parse entities: Unsupported start tag \"x\"`, "")
	noThread = refused("400", "Bad Request: message thread not found", "")
	noQuoted = refused("400", "Bad Request: message to be replied not found", "")
	noFile   = refused("400", "Bad Request: failed to get HTTP URL content", "")
	noRemove = refused("400", "Bad Request: inline keyboard expected", "")
)

const id = "9007199254740993"

var amendments = []struct {
	name    string
	answers []reply
	part    bot.Part
	thread  string
	want    provider.Receipt
	kind    bot.ErrorKind
	reason  string
	has     string // in the parameters of the last call
	hasNot  string
}{
	{
		name: "T21 moved chat", answers: []reply{migrated, sent}, part: bot.Part{Text: "x"},
		want: provider.Receipt{Sent: 1, MessageIDs: []string{id}, MovedTo: "-1007", Notes: []string{"sent to the chat's new id -1007"}},
		has:  `"chat_id":-1007`,
	},
	{
		name: "T21 moved twice", answers: []reply{migrated}, part: bot.Part{Text: "x"},
		want: provider.Receipt{MovedTo: "-1007", Notes: []string{"sent to the chat's new id -1007"}},
		kind: bot.NotFound, reason: bot.ReasonMoved,
	},
	{
		name: "T29 markup", answers: []reply{badHTML, sent}, part: bot.Part{Text: "<b>1 &lt; 2</b> <x>", Format: bot.FormatHTML},
		want: provider.Receipt{Sent: 1, MessageIDs: []string{id}, Notes: []string{
			`sent as plain text: telegram: Bad Request: can't parse entities: Unsupported start tag "x"`,
		}},
		has: `"text":"1 \u003c 2 \u003cx\u003e"`, hasNot: "parse_mode",
	},
	{
		name: "T29 markup twice", answers: []reply{badHTML}, part: bot.Part{Text: "<x>", Format: bot.FormatHTML},
		want: provider.Receipt{Notes: []string{
			`sent as plain text: telegram: Bad Request: can't parse entities: Unsupported start tag "x"`,
		}},
		kind: bot.Invalid, reason: bot.ReasonBadFormat,
	},
	{
		name: "T29 plain text is not tried again", answers: []reply{badHTML}, part: bot.Part{Text: "x"},
		kind: bot.Invalid, reason: bot.ReasonBadFormat,
	},
	{
		name: "thread is gone", answers: []reply{noThread, sent}, part: bot.Part{Text: "x"}, thread: "48",
		want:   provider.Receipt{Sent: 1, MessageIDs: []string{id}, Notes: []string{"sent without thread: it is gone"}},
		hasNot: "message_thread_id",
	},
	{
		name: "quoted message is gone", answers: []reply{noQuoted, sent}, part: bot.Part{Text: "x", ReplyTo: "5"},
		want:   provider.Receipt{Sent: 1, MessageIDs: []string{id}, Notes: []string{"sent without quote: the message is gone"}},
		hasNot: "reply_parameters",
	},
	{
		name: "a broadcast channel has no reply keyboard", answers: []reply{noRemove, sent},
		part: bot.Part{Text: "x", Options: bot.Options{"keyboard": "remove"}},
		want: provider.Receipt{Sent: 1, MessageIDs: []string{id}}, hasNot: "reply_markup",
	},
	{
		name: "a caption's markup", answers: []reply{badHTML, sent},
		part: bot.Part{Text: "<b>1 &lt; 2</b> <x>", Format: bot.FormatHTML, Media: &bot.Media{Kind: bot.Photo, Source: "AgACAgIAAx"}},
		want: provider.Receipt{Sent: 1, MessageIDs: []string{id}, Notes: []string{
			`sent as plain text: telegram: Bad Request: can't parse entities: Unsupported start tag "x"`,
		}},
		has: `"caption":"1 \u003c 2 \u003cx\u003e","chat_id":7,"photo":"AgACAgIAAx"}`, hasNot: "parse_mode",
	},
	{
		name: "a file that cannot be fetched", answers: []reply{noFile, sent},
		part: bot.Part{Text: "<b>look</b>", Format: bot.FormatHTML, Media: &bot.Media{Kind: bot.Photo, Source: "https://a.example/f?a&b"}},
		want: provider.Receipt{Sent: 1, MessageIDs: []string{id}, Notes: []string{
			"sent as a link: telegram: Bad Request: failed to get HTTP URL content",
		}},
		has: `{"chat_id":7,"parse_mode":"HTML","text":"\u003cb\u003elook\u003c/b\u003e\nhttps://a.example/f?a\u0026amp;b"}`,
	},
	{
		name: "neither fetched nor taken as it is marked up", answers: []reply{noFile, badHTML, sent},
		part: bot.Part{Text: "<x>", Format: bot.FormatHTML, Media: &bot.Media{Kind: bot.Video, Source: "https://a.example/f?a&b"}},
		want: provider.Receipt{Sent: 1, MessageIDs: []string{id}, Notes: []string{
			"sent as a link: telegram: Bad Request: failed to get HTTP URL content",
			`sent as plain text: telegram: Bad Request: can't parse entities: Unsupported start tag "x"`,
		}},
		has: `{"chat_id":7,"text":"\u003cx\u003e\nhttps://a.example/f?a\u0026b"}`,
	},
	{
		name: "a file that Telegram no longer knows", answers: []reply{noFile},
		part: bot.Part{Media: &bot.Media{Kind: bot.Photo, Source: "AgACAgIAAx"}}, kind: bot.Invalid,
	},
	{
		name: "T21 a sign to a moved chat", answers: []reply{migrated, ok("true")}, part: bot.Part{Sign: bot.ShowTyping},
		want: provider.Receipt{Sent: 1, MessageIDs: []string{""}, MovedTo: "-1007", Notes: []string{"sent to the chat's new id -1007"}},
		has:  `{"action":"typing","chat_id":-1007}`,
	},
	{
		name: "several at once", answers: []reply{migrated, noThread, badHTML, noQuoted, sent}, thread: "48",
		part: bot.Part{Text: "*x*", Format: bot.FormatMarkdown, ReplyTo: "5"},
		want: provider.Receipt{Sent: 1, MessageIDs: []string{id}, MovedTo: "-1007", Notes: []string{
			"sent to the chat's new id -1007", "sent without thread: it is gone",
			`sent as plain text: telegram: Bad Request: can't parse entities: Unsupported start tag "x"`,
			"sent without quote: the message is gone",
		}},
		has: `{"chat_id":-1007,"link_preview_options":{"is_disabled":true},"text":"x"}`,
	},
}

func TestSendAmends(t *testing.T) {
	for _, test := range amendments {
		t.Run(test.name, func(t *testing.T) {
			telegram, api := play(t, test.answers...)
			r := reply1(test.part)
			r.Thread = test.thread
			got, err := telegram.Send(t.Context(), channel(), r)
			if bot.KindOf(err) != test.kind || bot.ReasonOf(err) != test.reason {
				t.Errorf("Send() = %v, reason %q, want kind %q and %q", err, bot.ReasonOf(err), test.kind, test.reason)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("Send(): receipt differs (-want +got):\n%s", diff)
			}
			last := api.last()
			if !strings.Contains(last, test.has) || test.hasNot != "" && strings.Contains(last, test.hasNot) {
				t.Errorf("Send() calls last with %s, want %q in it and not %q", last, test.has, test.hasNot)
			}
		})
	}
}

func TestSendGoesOnWhereItStopped(t *testing.T) {
	limited := refused("429", "Too Many Requests: retry after 1", `{"retry_after":1}`)
	telegram, api := play(t, sent, limited, sent)
	r := reply1(bot.Part{Text: "gone before"})
	r.Sent = 1
	r.Parts = append(r.Parts, bot.Part{Text: "second"}, bot.Part{Text: "third"}, bot.Part{Text: "fourth"})
	got, err := telegram.Send(t.Context(), channel(), r)
	if got.Sent != 2 || len(got.MessageIDs) != 1 || bot.KindOf(err) != bot.RateLimited {
		t.Fatalf("Send() = %+v, %v, want 2 sent, one of them now, and kind rate_limited", got, err)
	}
	if !strings.Contains(api.parameters(0), "second") || !strings.Contains(api.last(), "third") {
		t.Errorf("Send() sends %s and %s, want second and third", api.parameters(0), api.last())
	}
	r.Sent = got.Sent
	if got, err = telegram.Send(t.Context(), channel(), r); got.Sent != 4 || err != nil {
		t.Errorf("Send() = %+v, %v, want all 4 sent", got, err)
	}
	r.Sent = 9
	if got, err = telegram.Send(t.Context(), channel(), r); got.Sent != 9 || err != nil || len(got.MessageIDs) > 0 {
		t.Errorf("Send() of what was sent = %+v, %v, want nothing more", got, err)
	}
}

func TestT21LaterPartsGoToTheMovedChat(t *testing.T) {
	telegram, api := play(t, migrated, sent)
	r := reply1(bot.Part{Text: "one"})
	r.Parts = append(r.Parts, bot.Part{Text: "two"})
	if got, err := telegram.Send(t.Context(), channel(), r); err != nil || got.Sent != 2 {
		t.Errorf("Send() = %+v, %v, want both sent", got, err)
	}
	if api.methods() != "sendMessage sendMessage sendMessage" || !strings.Contains(api.last(), `"chat_id":-1007`) {
		t.Errorf("Send() calls %s, last with %s, want three and the new id", api.methods(), api.last())
	}
}

func TestT26PayloadOverTheLimitIsRefused(t *testing.T) {
	for _, test := range []struct {
		name    string
		payload string
		want    bot.ErrorKind
	}{
		{"64 bytes", strings.Repeat("é", 32), ""},
		{"65 bytes", strings.Repeat("é", 32) + "x", bot.Invalid},
	} {
		t.Run(test.name, func(t *testing.T) {
			telegram, _ := play(t, sent)
			part := bot.Part{Text: "x", Keyboard: [][]bot.Button{{{Text: "A", Payload: test.payload}}}}
			_, err := telegram.Send(t.Context(), channel(), reply1(part))
			if bot.KindOf(err) != test.want || err != nil && !strings.Contains(bot.PublicMessage(err), "64") {
				t.Errorf("Send() = %v, want kind %q naming the limit", err, test.want)
			}
		})
	}
}
