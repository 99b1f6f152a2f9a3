package messenger_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
	"hookline/shared/provider/messenger"
)

// graph plays the Graph API: it answers as the test says, and notes what it was asked.
type graph struct {
	calls  []string // method, path, and the query without tokens
	bodies []string
	proofs []string // access_token and appsecret_proof
	answer func(call string) (status int, body string)
	// profile, if there is one, is what people see of the page.
	profile map[string]json.RawMessage
}

func newGraph(t *testing.T, answer func(call string) (int, string)) (*graph, *messenger.Messenger) {
	t.Helper()
	g := &graph{answer: answer}
	server := httptest.NewServer(g)
	t.Cleanup(server.Close)
	return g, messenger.New(server.Client(), server.URL+"/")
}

func (g *graph) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	g.proofs = append(g.proofs, query.Get("access_token")+" "+query.Get("appsecret_proof"))
	query.Del("access_token")
	query.Del("appsecret_proof")
	call := r.Method + " " + r.URL.Path
	if len(query) > 0 {
		call += "?" + query.Encode()
	}
	body, _ := io.ReadAll(r.Body)
	g.calls, g.bodies = append(g.calls, call), append(g.bodies, strings.TrimSpace(string(body)))
	status, answer := http.StatusOK, `{"recipient_id":"200","message_id":"m_sent"}`
	switch {
	case g.profile != nil && strings.HasSuffix(r.URL.Path, "/me/messenger_profile"):
		status, answer = g.onProfile(r.Method, body)
	case g.answer != nil:
		status, answer = g.answer(call)
	}
	w.WriteHeader(status)
	_, _ = io.WriteString(w, answer)
}

func reply(parts ...bot.Part) bot.Reply {
	return bot.Reply{Address: bot.Address{Chat: "200", User: "200"}, Parts: parts}
}

func rows(buttons ...bot.Button) [][]bot.Button { return [][]bot.Button{buttons} }

func button(text string) bot.Button { return bot.Button{Text: text, Payload: text} }

func TestSend(t *testing.T) {
	link := bot.Button{Text: "Site", URL: "https://example.com"}
	for _, test := range []struct {
		name string
		part bot.Part
		want []string
	}{
		{"text", bot.Part{Text: "hi <b>"}, []string{`{"recipient":{"id":"200"},"messaging_type":"RESPONSE","message":{"text":"hi <b>"}}`}},
		{"html is plain", bot.Part{Text: "<b>hi</b> &amp; ho", Format: bot.FormatHTML}, []string{`{"recipient":{"id":"200"},"messaging_type":"RESPONSE","message":{"text":"hi & ho"}}`}},
		{"quick replies", bot.Part{Text: "which?", Keyboard: rows(button("Red"), bot.Button{Text: "A label of over twenty", Payload: "long"})}, []string{
			`{"recipient":{"id":"200"},"messaging_type":"RESPONSE","message":{"text":"which?","quick_replies":[{"content_type":"text","title":"Red","payload":"Red"},{"content_type":"text","title":"A label of over twe…","payload":"long"}]}}`,
		}},
		{"a template where a button opens an address", bot.Part{Text: "which?", Keyboard: rows(button("Red"), link)}, []string{
			`{"recipient":{"id":"200"},"messaging_type":"RESPONSE","message":{"attachment":{"type":"template","payload":{"template_type":"button","text":"which?","buttons":[{"type":"postback","title":"Red","payload":"Red"},{"type":"web_url","title":"Site","url":"https://example.com"}]}}}}`,
		}},
		{"M33 a fourth button goes on", bot.Part{Text: "which?", Keyboard: rows(button("1"), button("2"), button("3"), button("4")), Options: bot.Options{"keyboard": "buttons"}}, []string{
			`{"recipient":{"id":"200"},"messaging_type":"RESPONSE","message":{"attachment":{"type":"template","payload":{"template_type":"button","text":"which?","buttons":[{"type":"postback","title":"1","payload":"1"},{"type":"postback","title":"2","payload":"2"},{"type":"postback","title":"3","payload":"3"}]}}}}`,
			`{"recipient":{"id":"200"},"messaging_type":"RESPONSE","message":{"attachment":{"type":"template","payload":{"template_type":"button","text":"…","buttons":[{"type":"postback","title":"4","payload":"4"}]}}}}`,
		}},
		{"picture, its caption and quick replies", bot.Part{Text: "look", Media: &bot.Media{Kind: bot.Photo, Source: "https://x/a.png"}, Keyboard: rows(button("Red"))}, []string{
			`{"recipient":{"id":"200"},"messaging_type":"RESPONSE","message":{"attachment":{"type":"image","payload":{"url":"https://x/a.png"}}}}`,
			`{"recipient":{"id":"200"},"messaging_type":"RESPONSE","message":{"text":"look","quick_replies":[{"content_type":"text","title":"Red","payload":"Red"}]}}`,
		}},
		{"a file that messenger has no type for", bot.Part{Text: "<i>look</i>", Format: bot.FormatHTML, Media: &bot.Media{Kind: bot.Sticker, Source: "https://x/a?b&amp;c"}}, []string{
			`{"recipient":{"id":"200"},"messaging_type":"RESPONSE","message":{"text":"look\nhttps://x/a?b&amp;c"}}`,
		}},
		{"cards", bot.Part{Text: "which?", Keyboard: rows(button("1"), button("2"), button("3"), link), Options: bot.Options{"keyboard": "generic"}}, []string{
			`{"recipient":{"id":"200"},"messaging_type":"RESPONSE","message":{"attachment":{"type":"template","payload":{"template_type":"generic","elements":[` +
				`{"title":"which?","buttons":[{"type":"postback","title":"1","payload":"1"},{"type":"postback","title":"2","payload":"2"},{"type":"postback","title":"3","payload":"3"}]},` +
				`{"title":"which?","buttons":[{"type":"web_url","title":"Site","url":"https://example.com"}]}]}}}}`,
		}},
		{"cards under a file", bot.Part{Media: &bot.Media{Kind: bot.Video, Source: "https://x/v"}, Keyboard: rows(button("1")), Options: bot.Options{"keyboard": "generic"}}, []string{
			`{"recipient":{"id":"200"},"messaging_type":"RESPONSE","message":{"attachment":{"type":"video","payload":{"url":"https://x/v"}}}}`,
			`{"recipient":{"id":"200"},"messaging_type":"RESPONSE","message":{"attachment":{"type":"template","payload":{"template_type":"generic","elements":[{"title":"…","buttons":[{"type":"postback","title":"1","payload":"1"}]}]}}}}`,
		}},
		{"file by id", bot.Part{Media: &bot.Media{Kind: bot.Document, Source: "1857777774821032"}}, []string{
			`{"recipient":{"id":"200"},"messaging_type":"RESPONSE","message":{"attachment":{"type":"file","payload":{"attachment_id":"1857777774821032"}}}}`,
		}},
		{"place", bot.Part{Location: &bot.Location{Latitude: "1.5", Longitude: "2", Title: "Here"}}, []string{
			`{"recipient":{"id":"200"},"messaging_type":"RESPONSE","message":{"text":"Here: 1.5, 2\nhttps://www.google.com/maps?q=1.5,2"}}`,
		}},
		{"M36 typing", bot.Part{Sign: bot.ShowTyping}, []string{`{"recipient":{"id":"200"},"sender_action":"typing_on"}`}},
		{"M36 seen", bot.Part{Sign: bot.MarkSeen, ReplyTo: "m_1"}, []string{`{"recipient":{"id":"200"},"sender_action":"mark_seen"}`}},
		{"tag and notification", bot.Part{Text: "a", Options: bot.Options{"tag": "HUMAN_AGENT", "notification_type": "SILENT_PUSH"}}, []string{
			`{"recipient":{"id":"200"},"messaging_type":"MESSAGE_TAG","tag":"HUMAN_AGENT","notification_type":"SILENT_PUSH","message":{"text":"a"}}`,
		}},
		{"update", bot.Part{Text: "a", Options: bot.Options{"messaging_type": "UPDATE"}}, []string{`{"recipient":{"id":"200"},"messaging_type":"UPDATE","message":{"text":"a"}}`}},
		{"nothing", bot.Part{Text: " \n", Keyboard: rows(button("Red"))}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			g, m := newGraph(t, nil)
			parts := m.Split(test.part)
			receipt, err := m.Send(t.Context(), channel(), reply(parts...))
			if err != nil || receipt.Sent != len(test.want) || len(receipt.MessageIDs) != len(test.want) {
				t.Fatalf("Send() = %+v, %v, want %d sent", receipt, err, len(test.want))
			}
			if diff := cmp.Diff(test.want, g.bodies); diff != "" {
				t.Errorf("bodies (-want +got):\n%s", diff)
			}
			for i, call := range g.calls {
				// The proof is HMAC-SHA256(app secret, page token), made by openssl.
				if call != "POST /v25.0/me/messages" || g.proofs[i] != pageToken+" 2bb8c6623627d4237da8d89206261c03d71e5705ca42e69bf9505c9a346f0d2f" {
					t.Errorf("call %d = %s with %s, want the page's token and its proof", i+1, call, g.proofs[i])
				}
			}
		})
	}
}

func TestM37F36LongTexts(t *testing.T) {
	_, m := newGraph(t, nil)
	text := strings.Repeat("word ", 500) // 2500 characters
	pieces := m.Split(bot.Part{Text: text, Keyboard: rows(button("Red"))})
	if len(pieces) != 2 || len(pieces[0].Keyboard) != 0 || len(pieces[1].Keyboard) != 1 {
		t.Errorf("Split(2500 characters) = %d pieces, want 2, the keyboard on the last", len(pieces))
	}
	pieces = m.Split(bot.Part{Text: strings.Repeat("word ", 300), Keyboard: rows(button("Red")), Options: bot.Options{"keyboard": "buttons"}})
	if last := pieces[len(pieces)-1]; len(last.Text) > 640 || len(last.Keyboard) != 1 {
		t.Errorf("Split for a template ends in %d characters, want at most 640", len(last.Text))
	}
}

func TestM33Pages(t *testing.T) {
	_, m := newGraph(t, nil)
	for _, test := range []struct {
		name, keyboard, text string
		buttons              int
		want                 []int // buttons of each message
	}{
		{"D2 quick replies", "", "a", 13, []int{13}},
		{"M33 too many quick replies", "", "a", 14, []int{3, 3, 3, 3, 2}},
		{"M33 too many quick replies that were asked for", "quick_replies", "a", 14, []int{3, 3, 3, 3, 2}},
		{"M33 buttons", "buttons", strings.Repeat("x", 640), 4, []int{3, 1}},
		{"M33 buttons below a long text", "buttons", strings.Repeat("x", 641), 4, []int{0, 3, 1}},
		{"M33 cards", "generic", strings.Repeat("x", 80), 31, []int{30, 1}},
		{"M33 cards below a long text", "generic", strings.Repeat("x", 81), 30, []int{0, 30}},
	} {
		t.Run(test.name, func(t *testing.T) {
			part := bot.Part{Text: test.text}
			for i := range test.buttons {
				part.Keyboard = append(part.Keyboard, rows(button(fmt.Sprint(i)))...)
			}
			if test.keyboard != "" {
				part.Options = bot.Options{"keyboard": test.keyboard, "tag": "HUMAN_AGENT"}
			}
			var got []int
			for _, piece := range m.Split(part) {
				got = append(got, len(slices.Concat(piece.Keyboard...)))
				if again := m.Split(piece); len(again) != 1 || !reflect.DeepEqual(again[0], piece) {
					t.Errorf("Split() of a piece (-piece +again):\n%s", cmp.Diff([]bot.Part{piece}, again))
				}
				if test.keyboard != "" && piece.Options["tag"] != "HUMAN_AGENT" {
					t.Errorf("Split() gives a piece the options %v, want the tag on each", piece.Options)
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("Split(%d buttons) has buttons (-want +got):\n%s", test.buttons, diff)
			}
		})
	}
}

func TestSendToAPageOfSeveral(t *testing.T) {
	g, m := newGraph(t, nil)
	ch := with(map[string]any{"account": "100", "graph_version": "v24.0"})
	if _, err := m.Send(t.Context(), ch, reply(bot.Part{Text: "a"})); err != nil || g.calls[0] != "POST /v24.0/100/messages" {
		t.Errorf("Send() calls %q, %v, want the page's own address in the channel's version", g.calls, err)
	}
}

func TestErrors(t *testing.T) {
	for _, test := range []struct {
		name          string
		status        int
		code, subcode int
		kind          bot.ErrorKind
		reason        string
	}{
		{"unknown", 500, 1, 0, bot.Unavailable, bot.ReasonUnknown}, {"temporary", 503, 2, 0, bot.Unavailable, bot.ReasonUnknown},
		{"temporary send failure", 400, 1200, 2018024, bot.Unavailable, bot.ReasonUnknown},
		{"M40 rate", 400, 4, 0, bot.RateLimited, ""}, {"M40 rate of the page", 400, 4, 2018022, bot.RateLimited, ""}, {"M40 user rate", 400, 17, 0, bot.RateLimited, ""},
		{"M40 page rate", 400, 32, 0, bot.RateLimited, ""}, {"M40 613", 400, 613, 0, bot.RateLimited, ""}, {"M40 status 429", 429, 999, 0, bot.RateLimited, ""},
		{"marketing", 400, 9, 2018352, bot.Forbidden, bot.ReasonWindow}, {"marketing of the app", 400, 4, 2018354, bot.Forbidden, bot.ReasonWindow},
		{"M38 window", 400, 10, 2018278, bot.Forbidden, bot.ReasonWindow}, {"M38 window, older", 400, 10, 2018065, bot.Forbidden, bot.ReasonWindow}, {"M38 window, other", 400, 10, 2534022, bot.Forbidden, bot.ReasonWindow},
		{"not receiving", 400, 10, 2018108, bot.Forbidden, bot.ReasonBlocked}, {"restricted page", 400, 10, 1893063, bot.RateLimited, ""},
		{"no permission", 400, 10, 2018028, bot.Unauthorized, bot.ReasonCredentials}, {"app not live", 400, 200, 2018027, bot.Unauthorized, bot.ReasonCredentials},
		{"person unavailable", 400, 200, 1545041, bot.Forbidden, bot.ReasonBlocked}, {"551", 400, 551, 0, bot.Forbidden, bot.ReasonBlocked},
		{"bad parameter", 400, 100, 0, bot.Invalid, ""}, {"no such user", 400, 100, 2018001, bot.NotFound, bot.ReasonBlocked}, {"not addressable", 400, 100, 33, bot.NotFound, bot.ReasonBlocked},
		{"invalid message", 400, 100, 2018032, bot.Invalid, ""}, {"upload failed", 400, 100, 2018008, bot.Conflict, ""}, {"upload failed otherwise", 400, 100, 2018047, bot.Conflict, ""}, {"too large", 400, 100, 2018109, bot.TooLarge, ""},
		{"attachment id not found", 400, 100, 2018074, bot.Invalid, ""},
		{"M39 token", 401, 190, 463, bot.Unauthorized, bot.ReasonCredentials}, {"OAuth", 400, 803, 0, bot.Unauthorized, bot.ReasonCredentials},
		{"another app's thread", 403, 10, 2018300, bot.Forbidden, ""}, {"linking token", 400, 10303, 0, bot.Invalid, ""}, {"a code of tomorrow", 400, 424242, 0, bot.Invalid, ""},
		{"a code of tomorrow, 5xx", 502, 424242, 0, bot.Unavailable, bot.ReasonUnknown},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, m := newGraph(t, func(string) (int, string) {
				return test.status, fmt.Sprintf(`{"error":{"message":"(#%d) no","type":"OAuthException","code":%d,"error_subcode":%d,"fbtrace_id":"A"}}`, test.code, test.code, test.subcode)
			})
			receipt, err := m.Send(t.Context(), channel(), reply(bot.Part{Text: "a"}))
			if receipt.Sent != 0 || bot.KindOf(err) != test.kind || bot.ReasonOf(err) != test.reason {
				t.Errorf("Send() = %d sent, kind %s, reason %q, want %s, %q", receipt.Sent, bot.KindOf(err), bot.ReasonOf(err), test.kind, test.reason)
			}
			if pause := bot.RetryAfterOf(err); (test.kind == bot.RateLimited) != (pause >= 5*time.Second && pause < 15*time.Second) {
				t.Errorf("Send() asks for a pause of %s", pause)
			}
		})
	}
}

// Meta names no time to wait; who stands between it and us may.
func TestM40RetryAfter(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "100")
		w.WriteHeader(http.StatusTooManyRequests)
		_, _ = io.WriteString(w, `{"error":{"message":"slow down","code":613}}`)
	}))
	defer server.Close()
	_, err := messenger.New(server.Client(), server.URL).Send(t.Context(), channel(), reply(bot.Part{Text: "a"}))
	if pause := bot.RetryAfterOf(err); pause < 100*time.Second || pause >= 200*time.Second {
		t.Errorf("Send() = %v with a pause of %s, want 100 s and up to as much again", err, pause)
	}
}

func TestAnswersThatAreNotGraphs(t *testing.T) {
	for _, test := range []struct {
		name   string
		status int
		body   string
		reason string
	}{
		{"a proxy's page", 502, "<html>", bot.ReasonUnknown}, {"success that is none", 200, "ok", bot.ReasonUnknown},
		{"refused before it came there", 403, "<html>", ""}, {"another shape", 200, `{"message_id":7}`, bot.ReasonUnknown},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, m := newGraph(t, func(string) (int, string) { return test.status, test.body })
			if _, err := m.Send(t.Context(), channel(), reply(bot.Part{Text: "a"})); bot.KindOf(err) != bot.Unavailable || bot.ReasonOf(err) != test.reason {
				t.Errorf("Send() = %v, reason %q, want unavailable, %q", err, bot.ReasonOf(err), test.reason)
			}
		})
	}
}

func TestSendStopsAtTheFirstError(t *testing.T) {
	calls := 0
	_, m := newGraph(t, func(string) (int, string) {
		if calls++; calls == 2 {
			return 400, `{"error":{"message":"no","code":100}}`
		}
		return 200, `{"message_id":"m"}`
	})
	receipt, err := m.Send(t.Context(), channel(), reply(bot.Part{Text: "a"}, bot.Part{Text: "b"}, bot.Part{Text: "c"}))
	if err == nil || receipt.Sent != 1 || calls != 2 {
		t.Errorf("Send() = %+v, %v after %d calls, want one part sent and the third not tried", receipt, err, calls)
	}
}

// M44: neither tokens nor addresses, which hold them, are in an error.
func TestM44ErrorsShowNoSecret(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }))
	defer server.Close()
	for _, base := range []string{server.URL, "http://127.0.0.1:1", "http://%zz"} {
		_, err := messenger.New(server.Client(), base).Send(t.Context(), channel(), reply(bot.Part{Text: "a"}))
		if err == nil || strings.Contains(err.Error(), "MARKED") || strings.Contains(err.Error(), "access_token") {
			t.Errorf("Send() to %s = %v, want an error without secrets", base, err)
		}
	}
	for _, quoted := range []string{pageToken, appSecret, strings.Repeat("x", 290) + pageToken} {
		_, m := newGraph(t, func(string) (int, string) {
			return 400, fmt.Sprintf(`{"error":{"message":"Malformed access token %s","type":%q,"code":190,"fbtrace_id":%q}}`, quoted, quoted, quoted)
		})
		_, err := m.Send(t.Context(), channel(), reply(bot.Part{Text: "a"}))
		if bot.ReasonOf(err) != bot.ReasonCredentials || strings.Contains(err.Error(), "MARKED") || strings.Contains(bot.PublicMessage(err), "MARKED") {
			t.Errorf("Send() that Meta answers with our secret = %v, want credentials and no secret", err)
		}
	}
	_, m := newGraph(t, func(string) (int, string) {
		return 400, `{"error":{"message":"` + strings.Repeat("ä", 500) + `","code":100}}`
	})
	if _, err := m.Send(t.Context(), channel(), reply(bot.Part{Text: "a"})); len(err.Error()) > 1000 || !utf8.ValidString(err.Error()) {
		t.Errorf("Send() = %v, want at most 300 bytes of what Meta says", err)
	}
	unset := withSecrets(appSecret)
	unset.Credentials["page_token"] = nil
	if _, err := messenger.New(server.Client(), "").Send(t.Context(), unset, reply(bot.Part{Text: "a"})); bot.ReasonOf(err) != bot.ReasonCredentials {
		t.Errorf("M39 Send() without a token = %v, want credentials", err)
	}
}

func decode(t *testing.T, body string) (fields map[string]any) {
	t.Helper()
	if err := json.Unmarshal([]byte(body), &fields); err != nil {
		t.Fatalf("%q: %v", body, err)
	}
	return fields
}
