package kik_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
	"hookline/shared/provider"
)

var laura = bot.Address{Chat: "c-1", User: "laura"}

func texts(texts ...string) (parts []bot.Part) {
	for _, text := range texts {
		parts = append(parts, bot.Part{Text: text})
	}
	return parts
}

func TestSendMessages(t *testing.T) {
	const shop = "https://shop.example/?a=1&b=2"
	for _, test := range []struct {
		name string
		part bot.Part
		want string // the message without its address
	}{
		{"K22 reply", bot.Part{Text: "a <b>"}, `"type":"text","body":"a <b>"`},
		{
			"K26 button with payload", bot.Part{Text: "a", Keyboard: [][]bot.Button{{{Text: "Yes", Payload: "y"}, {Text: "No", Payload: "No"}}}},
			`"type":"text","body":"a","keyboards":[{"type":"suggested","to":"laura","responses":[` +
				`{"type":"text","body":"Yes","metadata":"y"},{"type":"text","body":"No"}]}]`,
		},
		{"picture", bot.Part{Media: media(bot.Photo, shop)}, `"type":"picture","picUrl":"` + shop + `"`},
		{"video", bot.Part{Media: media(bot.Video, shop)}, `"type":"video","videoUrl":"` + shop + `"`},
		{"link", bot.Part{Text: "Menu", Media: media(bot.Link, shop)}, `"type":"link","url":"` + shop + `","title":"Menu"`},
		{"typing", bot.Part{Sign: bot.ShowTyping}, `"type":"is-typing","isTyping":true`},
		{"seen", bot.Part{Sign: bot.MarkSeen, ReplyTo: "m1"}, `"type":"read-receipt","messageIds":["m1"]`},
		{
			"options", bot.Part{Text: "a", Options: bot.Options{"delay": json.Number("500"), "type_time": 250.0}},
			`"type":"text","body":"a","delay":500,"typeTime":250`,
		},
		{"options as whole numbers", bot.Part{Text: "a", Options: bot.Options{"delay": 500, "type_time": -1}}, `"type":"text","body":"a","delay":500`},
		{
			"options that are no numbers", bot.Part{Text: "a", Options: bot.Options{"delay": json.Number("1.5"), "type_time": 1e300}},
			`"type":"text","body":"a"`,
		},
		{"no typing before a picture", bot.Part{Media: media(bot.Photo, shop), Options: bot.Options{"delay": 5, "type_time": 5}}, `"type":"picture","picUrl":"` + shop + `","delay":5`},
	} {
		t.Run(test.name, func(t *testing.T) {
			network, api := play(t, ok)
			receipt, err := network.Send(t.Context(), channel(), bot.Reply{Address: laura, Parts: []bot.Part{test.part}})
			if diff := cmp.Diff(provider.Receipt{Sent: 1}, receipt); diff != "" || err != nil {
				t.Errorf("Send() = %v, receipt (-want +got):\n%s", err, diff)
			}
			kind, rest, _ := strings.Cut(test.want, ",")
			want := `POST /v1/message {"messages":[{` + kind + `,"to":"laura","chatId":"c-1",` + rest + `}]}`
			if got := api.made(); got != want {
				t.Errorf("Send() calls\n%s, want\n%s", got, want)
			}
		})
	}
}

// bodies gives the texts of each call, a call a line.
func (a *api) bodies() string {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	var lines []string
	for _, call := range a.calls {
		var sent struct{ Messages []struct{ Body string } }
		if err := json.Unmarshal([]byte(strings.TrimPrefix(call, "POST /v1/message ")), &sent); err != nil {
			a.t.Error(err)
		}
		var line []string
		for _, m := range sent.Messages {
			line = append(line, m.Body)
		}
		lines = append(lines, strings.Join(line, " "))
	}
	return strings.Join(lines, "\n")
}

func TestSendBatches(t *testing.T) {
	var thirty []string
	for i := range 30 {
		thirty = append(thirty, fmt.Sprint(i))
	}
	var sixCalls []string
	for i := 0; i < 30; i += 5 {
		sixCalls = append(sixCalls, strings.Join(thirty[i:i+5], " "))
	}
	bad, limited := refused(400, "bad body"), refused(429, "slow down")
	for _, test := range []struct {
		name    string
		parts   []bot.Part
		sent    int // before
		answers []reply
		want    provider.Receipt
		kind    bot.ErrorKind
		calls   string
	}{
		{"one request", texts("a", "b", "c"), 0, []reply{ok}, provider.Receipt{Sent: 3}, "", "a b c"},
		{"K23 more than five", texts("a", "b", "c", "d", "e", "f", "g"), 0, []reply{ok}, provider.Receipt{Sent: 7}, "", "a b c d e\nf g"},
		{"K24 more than 25", texts(thirty...), 0, []reply{ok}, provider.Receipt{Sent: 30}, "", strings.Join(sixCalls, "\n")},
		{"rest of a reply", texts("a", "b", "c"), 1, []reply{ok}, provider.Receipt{Sent: 3}, "", "b c"},
		{"nothing left", texts("a"), 1, []reply{ok}, provider.Receipt{Sent: 1}, "", ""},
		{"K23 the second request fails", texts("a", "b", "c", "d", "e", "f", "g"), 0, []reply{ok, limited}, provider.Receipt{Sent: 5}, bot.RateLimited, "a b c d e\nf g"},
		{
			"K27 one refused", texts("a", "b", "c"), 0, []reply{bad, ok, bad, ok},
			provider.Receipt{Sent: 3, Notes: []string{"message 2 of 3 was left out: kik: bad body"}}, "", "a b c\na\nb\nc",
		},
		{"K27 refused together only", texts("a", "b"), 0, []reply{bad, ok}, provider.Receipt{Sent: 2}, "", "a b\na\nb"},
		{"K27 all refused", texts("a", "b"), 0, []reply{bad}, provider.Receipt{}, bot.Invalid, "a b\na\nb"},
		{"K27 the only one refused", texts("a"), 0, []reply{bad}, provider.Receipt{}, bot.Invalid, "a"},
		{
			"K27 limited on the way", texts("a", "b", "c", "d"), 0, []reply{bad, bad, ok, limited},
			provider.Receipt{Sent: 2, Notes: []string{"message 1 of 4 was left out: kik: bad body"}}, bot.RateLimited, "a b c d\na\nb\nc",
		},
		{"K28 429", texts("a", "b"), 0, []reply{limited}, provider.Receipt{}, bot.RateLimited, "a b"},
		{
			"another success", texts("a", "b"), 0, []reply{{status: 202, body: "{}"}},
			provider.Receipt{Sent: 2, Notes: []string{"kik answered 202 in place of 200: it may not have been shown"}}, "", "a b",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			network, api := play(t, test.answers...)
			got, err := network.Send(t.Context(), channel(), bot.Reply{Address: laura, Parts: test.parts, Sent: test.sent})
			if diff := cmp.Diff(test.want, got); diff != "" || bot.KindOf(err) != test.kind {
				t.Errorf("Send() = %v, want kind %q; receipt (-want +got):\n%s", err, test.kind, diff)
			}
			if calls := api.bodies(); calls != test.calls {
				t.Errorf("Send() makes calls\n%s, want\n%s", calls, test.calls)
			}
		})
	}
}

func TestSendErrors(t *testing.T) {
	basic := base64.StdEncoding.EncodeToString([]byte("pizzabot:" + key))
	for _, test := range []struct {
		name   string
		answer reply
		kind   bot.ErrorKind
		reason string
		after  time.Duration
		says   string
	}{
		{"400", refused(400, "body is too long"), bot.Invalid, "", 0, "kik: body is too long"},
		{"401", refused(401, "no"), bot.Unauthorized, bot.ReasonCredentials, 0, "Kik Error"},
		{"403", refused(403, "no"), bot.Unauthorized, bot.ReasonCredentials, 0, "Kik Error"},
		{"404", refused(404, "no such user"), bot.NotFound, bot.ReasonBlocked, 0, "kik: no such user"},
		{"413", refused(413, "too large"), bot.TooLarge, "", 0, "kik: too large"},
		{"K28 429", refused(429, "slow down"), bot.RateLimited, "", 0, "kik: slow down"},
		{"K28 429 with a time", reply{status: 429, header: http.Header{"Retry-After": {"7"}}}, bot.RateLimited, "", 7 * time.Second, "kik: Too Many Requests"},
		{"500", reply{status: 500, body: "<html>"}, bot.Unavailable, bot.ReasonUnknown, 0, "kik: Internal Server Error"},
		{"503", reply{status: 503, header: http.Header{"Retry-After": {"2"}}}, bot.Unavailable, bot.ReasonUnknown, 2 * time.Second, "kik: Service Unavailable"},
		{"redirect", reply{status: 302, header: http.Header{"Location": {"https://x.example"}}}, bot.Unavailable, "", 0, "kik: Found"},
		{"broken off", reply{}, bot.Unavailable, bot.ReasonUnknown, 0, "network cannot be reached"},
		{"a long message", refused(400, strings.Repeat("é", 400)), bot.Invalid, "", 0, "kik: " + strings.Repeat("é", 150)},
	} {
		t.Run(test.name, func(t *testing.T) {
			network, _ := play(t, test.answer)
			receipt, err := network.Send(t.Context(), channel(), bot.Reply{Address: laura, Parts: texts("a")})
			if bot.KindOf(err) != test.kind || bot.ReasonOf(err) != test.reason || bot.RetryAfterOf(err) != test.after || receipt.Sent != 0 {
				t.Errorf("Send() = %d, %v: kind %q, reason %q, after %v, want 0, %q, %q, %v", receipt.Sent, err,
					bot.KindOf(err), bot.ReasonOf(err), bot.RetryAfterOf(err), test.kind, test.reason, test.after)
			}
			if got := bot.PublicMessage(err); !strings.HasPrefix(got, test.says) || len(got) > 310 {
				t.Errorf("Send() says %q, want %q", got, test.says)
			}
			if strings.Contains(err.Error(), "MARKED") || strings.Contains(err.Error(), basic) {
				t.Errorf("Send() = %v: K31 the API key is in it", err)
			}
		})
	}
}

func TestSendWithout(t *testing.T) {
	for _, test := range []struct {
		name    string
		channel bot.Channel
		to      bot.Address
		kind    bot.ErrorKind
	}{
		{"user", channel(), bot.Address{Chat: "c-1"}, bot.Invalid},
		{"K4 key", withKeys(), laura, bot.Unauthorized},
		{"K4 a key that is empty", withKeys(""), laura, bot.Unauthorized},
	} {
		t.Run(test.name, func(t *testing.T) {
			network, api := play(t, ok)
			_, err := network.Send(t.Context(), test.channel, bot.Reply{Address: test.to, Parts: texts("a")})
			if bot.KindOf(err) != test.kind || api.made() != "" {
				t.Errorf("Send() = %v by %q, want kind %q and no call", err, api.made(), test.kind)
			}
		})
	}
}

func TestSendWithoutChat(t *testing.T) {
	network, api := play(t, ok)
	if _, err := network.Send(t.Context(), channel(), bot.Reply{Address: bot.Address{User: "laura"}, Parts: texts("a")}); err != nil {
		t.Fatal(err)
	}
	if got, want := api.made(), `POST /v1/message {"messages":[{"type":"text","to":"laura","body":"a"}]}`; got != want {
		t.Errorf("Send() calls %s, want %s", got, want)
	}
}
