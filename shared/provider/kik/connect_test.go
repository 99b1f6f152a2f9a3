package kik_test

import (
	"net/http"
	"strings"
	"testing"

	"hookline/shared/bot"
)

const (
	ours   = "https://bots.example/kik/c1"
	theirs = "https://user:SECRET@other.example/hook?key=SECRET"
)

// configured is a bot's configuration as Kik gives it, with what Hookline does not know of beside.
func configured(webhook string) reply {
	return reply{status: http.StatusOK, body: `{"webhook":"` + webhook + `","features":{"receiveIsTyping":true,"receiveReadReceipts":false,"newFeature":7},` +
		`"staticKeyboard":{"type":"suggested","responses":[{"type":"text","body":"Menu"}]}}`}
}

// kept is what of it goes back.
func kept(webhook string) string {
	return `POST /v1/config {"webhook":"` + webhook + `","features":{"newFeature":7,"receiveIsTyping":true,"receiveReadReceipts":false},` +
		`"staticKeyboard":{"type":"suggested","responses":[{"type":"text","body":"Menu"}]}}`
}

const read = "GET /v1/config"

func TestIdentify(t *testing.T) {
	network, api := play(t, configured(""))
	got, err := network.Identify(t.Context(), channel())
	if want := (bot.Identity{Account: "pizzabot", Username: "pizzabot"}); err != nil || got != want || api.made() != read {
		t.Errorf("Identify() = %+v, %v by %s, want %+v by %s", got, err, api.made(), want, read)
	}
}

func TestK29WrongCredentials(t *testing.T) {
	for _, status := range []int{401, 403} {
		network, api := play(t, refused(status, "Unauthorized"))
		_, err := network.Identify(t.Context(), channel())
		if bot.ReasonOf(err) != bot.ReasonCredentials || !strings.HasPrefix(bot.PublicMessage(err), "Kik Error") {
			t.Errorf("Identify() = %v after %d, want reason credentials, beginning with Kik Error", err, status)
		}
		_, err = network.Connect(t.Context(), channel(), ours, true)
		if bot.ReasonOf(err) != bot.ReasonCredentials || strings.Contains(api.made(), "POST") {
			t.Errorf("Connect() = %v by %s after %d, want reason credentials and nothing posted", err, api.made(), status)
		}
	}
}

func TestK30F7Connect(t *testing.T) {
	limited := refused(429, "slow down")
	for _, test := range []struct {
		name     string
		answers  []reply
		takeOver bool
		kind     bot.ErrorKind
		says     string
		calls    []string
	}{
		{name: "K30 nothing registered", answers: []reply{configured(""), ok, configured(ours)}, calls: []string{read, kept(ours), read}},
		{name: "K30 a neutral address", answers: []reply{configured("https://example.com/"), ok, configured(ours)}, calls: []string{read, kept(ours), read}},
		{name: "K30 ours again", answers: []reply{configured(ours), ok, configured(ours)}, calls: []string{read, kept(ours), read}},
		{
			name: "K30 another registered", answers: []reply{configured(theirs)},
			kind: bot.Conflict, says: "https://other.example/hook", calls: []string{read},
		},
		{name: "K30 another replaced", answers: []reply{configured(theirs), ok, configured(ours)}, takeOver: true, calls: []string{read, kept(ours), read}},
		{
			name: "refused", answers: []reply{configured(""), refused(400, "webhook must be https")},
			kind: bot.Invalid, says: "webhook must be https", calls: []string{read, kept(ours)},
		},
		{
			name: "not kept", answers: []reply{configured(""), ok, configured(theirs)},
			kind: bot.Conflict, says: "https://other.example/hook", calls: []string{read, kept(ours), read},
		},
		{name: "not asked", answers: []reply{limited}, kind: bot.RateLimited, calls: []string{read}},
		{name: "not asked again", answers: []reply{configured(""), ok, limited}, kind: bot.RateLimited, calls: []string{read, kept(ours), read}},
		{name: "not JSON", answers: []reply{{status: 200, body: "<html>"}}, kind: bot.Unavailable, calls: []string{read}},
	} {
		t.Run(test.name, func(t *testing.T) {
			network, api := play(t, test.answers...)
			got, err := network.Connect(t.Context(), channel(), ours, test.takeOver)
			if want := strings.Join(test.calls, "\n"); bot.KindOf(err) != test.kind || api.made() != want {
				t.Errorf("Connect() = %v by\n%s, want kind %q by\n%s", err, api.made(), test.kind, want)
			}
			if len(got.Steps) > 0 {
				t.Errorf("Connect() leaves steps %q, want none", got.Steps)
			}
			if err != nil && (!strings.Contains(bot.PublicMessage(err), test.says) || strings.Contains(err.Error(), "SECRET")) {
				t.Errorf("Connect() = %v, want %q in it and no secret", err, test.says)
			}
		})
	}
}

// TestK30ConnectSettings: what the channel names is set, all else goes back as it was.
func TestK30ConnectSettings(t *testing.T) {
	bare := reply{status: http.StatusOK, body: `{"webhook":"","features":null,"staticKeyboard":null}`}
	for _, test := range []struct {
		name     string
		settings map[string]any
		before   reply
		want     string
	}{
		{"K30 features are an object always", nil, bare, `"features":{}}`},
		{"K30 an empty configuration", nil, ok, `"features":{}}`},
		{
			"features", map[string]any{
				"receive_read_receipts": "true", "receive_is_typing": "false", "receive_delivery_receipts": "true",
				"manually_send_read_receipts": "false",
			},
			configured(""), `"features":{"manuallySendReadReceipts":false,"newFeature":7,"receiveDeliveryReceipts":true,"receiveIsTyping":false,` +
				`"receiveReadReceipts":true},"staticKeyboard":{"type":"suggested","responses":[{"type":"text","body":"Menu"}]}}`,
		},
		{
			"static keyboard", map[string]any{"static_keyboard": []any{"Order", map[string]any{"text": "Help", "payload": "h"}}},
			configured(""), `"features":{"newFeature":7,"receiveIsTyping":true,"receiveReadReceipts":false},"staticKeyboard":{"type":"suggested",` +
				`"responses":[{"type":"text","body":"Order"},{"type":"text","body":"Help","metadata":"h"}]}}`,
		},
		{
			"static keyboard taken away", map[string]any{"static_keyboard": []any{}},
			configured(""), `"features":{"newFeature":7,"receiveIsTyping":true,"receiveReadReceipts":false}}`,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			network, api := play(t, test.before, ok, configured(ours))
			ch := channel()
			for name, value := range test.settings {
				ch.Settings[name] = value
			}
			if _, err := network.Connect(t.Context(), ch, ours, false); err != nil {
				t.Fatal(err)
			}
			want := read + "\n" + `POST /v1/config {"webhook":"` + ours + `",` + test.want + "\n" + read
			if got := api.made(); got != want {
				t.Errorf("Connect() calls\n%s, want\n%s", got, want)
			}
		})
	}
}

func TestConnectWithBadKeyboard(t *testing.T) {
	network, api := play(t, configured(""))
	ch := channel()
	ch.Settings["static_keyboard"] = "Menu"
	if _, err := network.Connect(t.Context(), ch, ours, false); bot.KindOf(err) != bot.Invalid || api.made() != read {
		t.Errorf("Connect() = %v by %s, want kind invalid and nothing posted", err, api.made())
	}
}

func TestK30Disconnect(t *testing.T) {
	for _, test := range []struct {
		name    string
		answers []reply
		kind    bot.ErrorKind
		calls   []string
	}{
		{"K30 ours", []reply{configured(ours), ok}, "", []string{read, kept("https://example.com")}},
		{"none", []reply{configured("")}, "", []string{read}},
		{"neutral already", []reply{configured("https://example.com")}, "", []string{read}},
		{"another's", []reply{configured(theirs)}, bot.Conflict, []string{read}},
		{"not asked", []reply{refused(500, "oops")}, bot.Unavailable, []string{read}},
		{"not taken", []reply{configured(ours), refused(500, "oops")}, bot.Unavailable, []string{read, kept("https://example.com")}},
	} {
		t.Run(test.name, func(t *testing.T) {
			network, api := play(t, test.answers...)
			err := network.Disconnect(t.Context(), channel(), ours)
			if want := strings.Join(test.calls, "\n"); bot.KindOf(err) != test.kind || api.made() != want {
				t.Errorf("Disconnect() = %v by\n%s, want kind %q by\n%s", err, api.made(), test.kind, want)
			}
			if err != nil && strings.Contains(err.Error(), "SECRET") {
				t.Errorf("Disconnect() = %v, want no secret in it", err)
			}
		})
	}
}

func TestInspect(t *testing.T) {
	for registered, want := range map[string]string{"": "", "https://example.com": "", "https://example.com/": "", theirs: theirs} {
		network, api := play(t, configured(registered))
		got, err := network.Inspect(t.Context(), channel())
		if err != nil || got.Address != want || api.made() != read {
			t.Errorf("Inspect() of %q = %+v, %v by %s, want %q", registered, got, err, api.made(), want)
		}
	}
}
