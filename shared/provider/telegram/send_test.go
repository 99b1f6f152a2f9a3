package telegram_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
	"hookline/shared/provider"
)

func reply1(p bot.Part) bot.Reply {
	return bot.Reply{Address: bot.Address{Chat: "7"}, Parts: []bot.Part{p}}
}

// TestSendParameters holds each field that sendMessage gets. Keys of maps are encoded in order.
func TestSendParameters(t *testing.T) {
	const noPreview = `"link_preview_options":{"is_disabled":true}`
	button := bot.Button{Text: "A", Payload: "A"}
	for _, test := range []struct {
		name string
		to   bot.Address
		part bot.Part
		want string
	}{
		{"plain", bot.Address{Chat: "7"}, bot.Part{Text: "a <b> & c"}, `{"chat_id":7,` + noPreview + `,"text":"a <b> & c"}`},
		{
			"T10 a supergroup's id is kept exactly", bot.Address{Chat: "-1004503599627370497"}, bot.Part{Text: "x"},
			`{"chat_id":-1004503599627370497,` + noPreview + `,"text":"x"}`,
		},
		{"public channel", bot.Address{Chat: "@news"}, bot.Part{Text: "x"}, `{"chat_id":"@news",` + noPreview + `,"text":"x"}`},
		{
			"HTML", bot.Address{Chat: "7"}, bot.Part{Text: "<b>x</b>", Format: bot.FormatHTML},
			`{"chat_id":7,` + noPreview + `,"parse_mode":"HTML","text":"<b>x</b>"}`,
		},
		{
			"Markdown", bot.Address{Chat: "7"}, bot.Part{Text: "*x*", Format: bot.FormatMarkdown},
			`{"chat_id":7,` + noPreview + `,"parse_mode":"MarkdownV2","text":"*x*"}`,
		},
		{
			"topic and quote", bot.Address{Chat: "7", Thread: "48"}, bot.Part{Text: "x", ReplyTo: "12"},
			`{"chat_id":7,` + noPreview + `,"message_thread_id":48,` +
				`"reply_parameters":{"allow_sending_without_reply":true,"message_id":12},"text":"x"}`,
		},
		{
			"T38 the General topic is not named", bot.Address{Chat: "7", Thread: "1"}, bot.Part{Text: "x"},
			`{"chat_id":7,` + noPreview + `,"text":"x"}`,
		},
		{
			"options", bot.Address{Chat: "7"},
			bot.Part{Text: "x", Options: bot.Options{"disable_notification": true, "protect_content": true, "link_preview": true}},
			`{"chat_id":7,"disable_notification":true,"protect_content":true,"text":"x"}`,
		},
		{
			"inline keyboard", bot.Address{Chat: "7"},
			bot.Part{Text: "x", Keyboard: [][]bot.Button{{button, {Text: "B", URL: "https://b.example/?a&b"}}, {{Text: "C", Payload: "c"}}}},
			`{"chat_id":7,` + noPreview + `,"reply_markup":{"inline_keyboard":[[{"callback_data":"A","text":"A"},` +
				`{"text":"B","url":"https://b.example/?a&b"}],[{"callback_data":"c","text":"C"}]]},"text":"x"}`,
		},
		{
			"reply keyboard", bot.Address{Chat: "7"},
			bot.Part{
				Text: "x", Keyboard: [][]bot.Button{{button}},
				Options: bot.Options{"keyboard": "reply", "one_time_keyboard": true},
			},
			`{"chat_id":7,` + noPreview + `,"reply_markup":{"keyboard":[[{"text":"A"}]],"one_time_keyboard":true,` +
				`"resize_keyboard":true},"text":"x"}`,
		},
		{
			"reply keyboard that cannot carry its payloads", bot.Address{Chat: "7"},
			bot.Part{Text: "x", Keyboard: [][]bot.Button{{{Text: "A", Payload: "1"}}}, Options: bot.Options{"keyboard": "reply"}},
			`{"chat_id":7,` + noPreview + `,"reply_markup":{"inline_keyboard":[[{"callback_data":"1","text":"A"}]]},"text":"x"}`,
		},
		{
			"removal", bot.Address{Chat: "7"}, bot.Part{Text: "x", Options: bot.Options{"keyboard": "remove"}},
			`{"chat_id":7,` + noPreview + `,"reply_markup":{"remove_keyboard":true},"text":"x"}`,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			telegram, api := play(t, sent)
			got, err := telegram.Send(t.Context(), channel(), bot.Reply{Address: test.to, Parts: []bot.Part{test.part}})
			want := provider.Receipt{Sent: 1, MessageIDs: []string{"9007199254740993"}}
			if diff := cmp.Diff(want, got); err != nil || diff != "" {
				t.Errorf("Send() = %v, receipt differs (-want +got):\n%s", err, diff)
			}
			// Marshal writes & as \u0026.
			if got := unescape(api.last()); api.methods() != "sendMessage" || got != test.want {
				t.Errorf("Send() calls %s with\n%s, want sendMessage with\n%s", api.methods(), got, test.want)
			}
		})
	}
}

var unescape = strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\u0026`, "&").Replace

// TestSendMethods holds the method and the fields by which each kind of part goes.
func TestSendMethods(t *testing.T) {
	keys := [][]bot.Button{{{Text: "A", Payload: "a"}}}
	const markup = `"reply_markup":{"inline_keyboard":[[{"callback_data":"a","text":"A"}]]}`
	file := func(kind bot.EventKind) *bot.Media { return &bot.Media{Kind: kind, Source: "https://a.example/f?a&b"} }
	place := &bot.Location{Latitude: "52.500", Longitude: "-13.4"}
	zoo := &bot.Location{Latitude: "52.5", Longitude: "13.4", Title: "Zoo"}
	for _, test := range []struct {
		name         string
		part         bot.Part
		method, want string
	}{
		{"photo", bot.Part{Media: file(bot.Photo)}, "sendPhoto", `{"chat_id":7,"message_thread_id":48,"photo":"https://a.example/f?a&b"}`},
		{"audio", bot.Part{Media: file(bot.Audio)}, "sendAudio", `{"audio":"https://a.example/f?a&b","chat_id":7,"message_thread_id":48}`},
		{"video", bot.Part{Media: file(bot.Video)}, "sendVideo", `{"chat_id":7,"message_thread_id":48,"video":"https://a.example/f?a&b"}`},
		{"document by id", bot.Part{Media: &bot.Media{Kind: bot.Document, Source: "BQACAgIAAx"}}, "sendDocument", `{"chat_id":7,"document":"BQACAgIAAx","message_thread_id":48}`},
		{
			"caption, markup, keyboard, quote, options",
			bot.Part{
				Text: "<b>x</b>", Format: bot.FormatHTML, Media: file(bot.Photo), Keyboard: keys, ReplyTo: "12",
				Options: bot.Options{"disable_notification": true, "protect_content": true},
			}, "sendPhoto",
			`{"caption":"<b>x</b>","chat_id":7,"disable_notification":true,"message_thread_id":48,"parse_mode":"HTML",` +
				`"photo":"https://a.example/f?a&b","protect_content":true,` + markup +
				`,"reply_parameters":{"allow_sending_without_reply":true,"message_id":12}}`,
		},
		{"no mode without a caption", bot.Part{Format: bot.FormatHTML, Media: file(bot.Photo)}, "sendPhoto", `{"chat_id":7,"message_thread_id":48,"photo":"https://a.example/f?a&b"}`},
		{"location", bot.Part{Location: place, Keyboard: keys}, "sendLocation", `{"chat_id":7,"latitude":52.500,"longitude":-13.4,"message_thread_id":48,` + markup + `}`},
		{
			"location with a title", bot.Part{Location: zoo}, "sendVenue",
			`{"address":"52.5, 13.4","chat_id":7,"latitude":52.5,"longitude":13.4,"message_thread_id":48,"title":"Zoo"}`,
		},
		{"typing", bot.Part{Sign: bot.ShowTyping}, "sendChatAction", `{"action":"typing","chat_id":7,"message_thread_id":48}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			answer, want := sent, provider.Receipt{Sent: 1, MessageIDs: []string{"9007199254740993"}}
			if test.part.Sign != "" {
				answer, want.MessageIDs = ok("true"), []string{""}
			}
			telegram, api := play(t, answer)
			r := bot.Reply{Address: bot.Address{Chat: "7", Thread: "48"}, Parts: []bot.Part{test.part}}
			got, err := telegram.Send(t.Context(), channel(), r)
			if diff := cmp.Diff(want, got); err != nil || diff != "" {
				t.Errorf("Send() = %v, receipt differs (-want +got):\n%s", err, diff)
			}
			if got := unescape(api.last()); api.methods() != test.method || got != test.want {
				t.Errorf("Send() calls %s with\n%s, want %s with\n%s", api.methods(), got, test.method, test.want)
			}
		})
	}
}

func TestSendRefusesWhatIsNoPlace(t *testing.T) {
	for _, at := range []bot.Location{{}, {Latitude: "1"}, {Latitude: "1", Longitude: "east"}, {Latitude: `1}`, Longitude: "2"}} {
		telegram, api := play(t, sent)
		_, err := telegram.Send(t.Context(), channel(), reply1(bot.Part{Location: &at}))
		if bot.KindOf(err) != bot.Invalid || api.methods() != "" {
			t.Errorf("Send(%+v) = %v after %q, want kind invalid and no call", at, err, api.methods())
		}
	}
}

func TestSendErrors(t *testing.T) {
	for _, test := range []struct {
		name       string
		answer     reply
		kind       bot.ErrorKind
		reason     string
		retryAfter time.Duration
	}{
		{
			"T32 429", refused("429", "Too Many Requests: retry after 31", `{"retry_after":31}`),
			bot.RateLimited, "", 31 * time.Second,
		},
		{
			"T32 429 by header", reply{
				status: 429, body: `{"ok":false,"error_code":429,"description":"x"}`, header: map[string][]string{"Retry-After": {"5"}},
			}, bot.RateLimited, "", 5 * time.Second,
		},
		{
			"T32 429 for longer than is sane", refused("429", "x", `{"retry_after":9223372036854775807}`),
			bot.RateLimited, "", 24 * time.Hour,
		},
		{"T33 blocked", refused("403", "Forbidden: bot was blocked by the user", ""), bot.Forbidden, bot.ReasonBlocked, 0},
		{"T33 deactivated", refused("403", "Forbidden: user is deactivated", ""), bot.Forbidden, bot.ReasonBlocked, 0},
		{"T33 kicked from a group", refused("403", "Forbidden: bot was kicked from the group chat", ""), bot.Forbidden, bot.ReasonBlocked, 0},
		{"T33 kicked from a supergroup", refused("403", "Forbidden: bot was kicked from the supergroup chat", ""), bot.Forbidden, bot.ReasonBlocked, 0},
		{"T33 kicked from a channel", refused("403", "Forbidden: bot was kicked from the channel chat", ""), bot.Forbidden, bot.ReasonBlocked, 0},
		{"T33 no member", refused("403", "Forbidden: bot is not a member of the channel chat", ""), bot.Forbidden, bot.ReasonBlocked, 0},
		{"T33 group deleted", refused("403", "Forbidden: the group chat was deleted", ""), bot.Forbidden, bot.ReasonBlocked, 0},
		{"T33 not heard of before", refused("403", "Forbidden: moon in the seventh house", ""), bot.Forbidden, bot.ReasonBlocked, 0},
		{"T33 never started", refused("403", "Forbidden: bot can't initiate conversation with a user", ""), bot.Forbidden, bot.ReasonBlocked, 0},
		{"T33 as 400", refused("400", "Bad Request: USER_IS_BLOCKED", ""), bot.Forbidden, bot.ReasonBlocked, 0},
		{"T33 chat not found", refused("400", "Bad Request: chat not found", ""), bot.NotFound, bot.ReasonBlocked, 0},
		{"T34 401", refused("401", "Unauthorized", ""), bot.Unauthorized, bot.ReasonCredentials, 0},
		{"T34 404", refused("404", "Not Found", ""), bot.Unauthorized, bot.ReasonCredentials, 0},
		{"T35 500", refused("500", "Internal Server Error: restart", ""), bot.Unavailable, bot.ReasonUnknown, 0},
		{"T35 502", refused("502", "Bad Gateway", ""), bot.Unavailable, bot.ReasonUnknown, 0},
		{"T35 502 not JSON", reply{status: 502, body: "<html>"}, bot.Unavailable, bot.ReasonUnknown, 0},
		{"T35 broken off", reply{}, bot.Unavailable, bot.ReasonUnknown, 0},
		{"200 not JSON", reply{status: 200, body: "<html>"}, bot.Unavailable, bot.ReasonUnknown, 0},
		{"200 with another result", ok("true"), bot.Unavailable, bot.ReasonUnknown, 0},
		{"200 without a result", reply{status: 200, body: `{"ok":true}`}, bot.Unavailable, bot.ReasonUnknown, 0},
		{"302", reply{status: 302, body: "moved"}, bot.Unavailable, "", 0},
		{"400 of a proxy", reply{status: 400, body: "bad"}, bot.Unavailable, "", 0},
		{"409 webhook", refused("409", "Conflict: can't use getUpdates method while webhook is active", ""), bot.Conflict, "", 0},
		{"409 other poller", refused("409", "Conflict: terminated by other getUpdates request", ""), bot.Conflict, "", 0},
		{"409 webhook set", refused("409", "Conflict: terminated by setWebhook request", ""), bot.Conflict, "", 0},
		{"413", refused("413", "Request Entity Too Large", ""), bot.TooLarge, "", 0},
		{"418", refused("418", "Teapot", ""), bot.Unavailable, "", 0},
		{"too long", refused("400", "Bad Request: message is too long", ""), bot.Invalid, "", 0},
		{"empty", refused("400", "Bad Request: message text is empty", ""), bot.Invalid, "", 0},
		{"markup too long", refused("400", "Bad Request: reply markup is too long", ""), bot.Invalid, "", 0},
		{"not heard of before", refused("400", "Bad Request: moon in the seventh house", ""), bot.Invalid, "", 0},
		{"no rights", refused("400", "Bad Request: not enough rights to send text messages to the chat", ""), bot.Forbidden, bot.ReasonBlocked, 0},
		{"bad data", refused("400", "Bad Request: BUTTON_DATA_INVALID", ""), bot.Invalid, "", 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			telegram, api := play(t, test.answer)
			got, err := telegram.Send(t.Context(), channel(), reply1(bot.Part{Text: "x"}))
			if bot.KindOf(err) != test.kind || bot.ReasonOf(err) != test.reason || bot.RetryAfterOf(err) != test.retryAfter {
				t.Errorf("Send() = %v, kind %q, reason %q, retry after %v, want %q, %q, %v", err,
					bot.KindOf(err), bot.ReasonOf(err), bot.RetryAfterOf(err), test.kind, test.reason, test.retryAfter)
			}
			if got.Sent != 0 || api.methods() != "sendMessage" {
				t.Errorf("Send() = %+v after %s, want nothing sent and one call", got, api.methods())
			}
			if strings.Contains(err.Error()+bot.PublicMessage(err), "MARKED") {
				t.Errorf("Send() = %q, which shows the token (T36)", err)
			}
		})
	}
}

func TestT36TokenIsNotInTransportErrors(t *testing.T) {
	telegram, _ := play(t, reply{})
	ch := channel()
	for _, value := range []bot.Secret{token, "", "MARKED", "1:MARKED/../x", "1:MARKED?x", ":MARKED", "1:", "x:MARKED", "1:MARKED\n"} {
		ch.Credentials = map[string][]bot.Credential{"token": {{Value: value}}}
		_, err := telegram.Send(t.Context(), ch, reply1(bot.Part{Text: "x"}))
		if err == nil || strings.Contains(err.Error(), "MARKED") {
			t.Errorf("Send() with token %q = %v, want an error without it", value.Reveal(), err)
		}
		if want := bot.Unauthorized; value != token && bot.KindOf(err) != want {
			t.Errorf("Send() with token %q = %v, want kind %q", value.Reveal(), err, want)
		}
	}
}
