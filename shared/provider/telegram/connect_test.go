package telegram_test

import (
	"strings"
	"testing"
	"time"

	"hookline/shared/bot"
	"hookline/shared/provider"
)

const (
	ours   = "https://bots.example/telegram/c1"
	theirs = "https://user:SECRET@other.example/hook?key=SECRET"
)

func registered(address string) reply {
	return ok(`{"url":"` + address + `","has_custom_certificate":false,"pending_update_count":0}`)
}

var yes = ok("true")

func TestIdentify(t *testing.T) {
	telegram, api := play(t, ok(`{"id":4242,"is_bot":true,"first_name":"Pizza","username":"PizzaBot"}`))
	got, err := telegram.Identify(t.Context(), channel())
	want := bot.Identity{Account: "4242", Username: "PizzaBot", Name: "Pizza"}
	if err != nil || got != want || api.methods() != "getMe" {
		t.Errorf("Identify() = %+v, %v by %s, want %+v by getMe", got, err, api.methods(), want)
	}
	telegram, _ = play(t, refused("401", "Unauthorized", ""))
	if _, err := telegram.Identify(t.Context(), channel()); bot.ReasonOf(err) != bot.ReasonCredentials {
		t.Errorf("Identify() = %v, want reason credentials (T34)", err)
	}
}

func TestT37Connect(t *testing.T) {
	limited := refused("429", "Too Many Requests: retry after 1", `{"retry_after":1}`)
	for _, test := range []struct {
		name     string
		answers  []reply
		takeOver bool
		kind     bot.ErrorKind
		says     string
		methods  string
	}{
		{
			name: "nothing registered", answers: []reply{registered(""), yes, registered(ours)},
			methods: "getWebhookInfo setWebhook getWebhookInfo",
		},
		{
			name: "ours registered: the secret may be another", answers: []reply{registered(ours), yes, registered(ours)},
			methods: "getWebhookInfo setWebhook getWebhookInfo",
		},
		{
			name: "another registered", answers: []reply{registered(theirs)},
			kind: bot.Conflict, says: "https://other.example/hook", methods: "getWebhookInfo",
		},
		{
			name: "another taken over", answers: []reply{registered(theirs), yes, registered(ours)}, takeOver: true,
			methods: "getWebhookInfo setWebhook getWebhookInfo",
		},
		{
			name: "refused", answers: []reply{registered(""), refused("400", "Bad Request: bad webhook: HTTPS url must be provided", "")},
			kind: bot.Invalid, says: "HTTPS url must be provided", methods: "getWebhookInfo setWebhook",
		},
		{
			name: "not kept", answers: []reply{registered(""), yes, registered(theirs)},
			kind: bot.Conflict, says: "https://other.example/hook", methods: "getWebhookInfo setWebhook getWebhookInfo",
		},
		{name: "not asked", answers: []reply{limited}, kind: bot.RateLimited, methods: "getWebhookInfo"},
		{
			name: "not asked again", answers: []reply{registered(""), yes, limited},
			kind: bot.RateLimited, methods: "getWebhookInfo setWebhook getWebhookInfo",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			telegram, api := play(t, test.answers...)
			_, err := telegram.Connect(t.Context(), channel(), ours, test.takeOver)
			if bot.KindOf(err) != test.kind || api.methods() != test.methods {
				t.Errorf("Connect() = %v by %s, want kind %q by %s", err, api.methods(), test.kind, test.methods)
			}
			if err != nil && (!strings.Contains(bot.PublicMessage(err), test.says) || strings.Contains(err.Error(), "SECRET")) {
				t.Errorf("Connect() = %v, want %q in it and no secret", err, test.says)
			}
		})
	}
}

func TestConnectNamesEveryKindOfUpdate(t *testing.T) {
	telegram, api := play(t, registered(""), yes, registered(ours))
	if _, err := telegram.Connect(t.Context(), channel(), ours, false); err != nil {
		t.Fatal(err)
	}
	want := `{"allowed_updates":["message","edited_message","channel_post","edited_channel_post","business_connection",` +
		`"business_message","edited_business_message","deleted_business_messages","guest_message","message_reaction",` +
		`"message_reaction_count","inline_query","chosen_inline_result","callback_query","shipping_query",` +
		`"pre_checkout_query","purchased_paid_media","poll","poll_answer","my_chat_member","chat_member",` +
		`"chat_join_request","chat_boost","removed_chat_boost","managed_bot"],"max_connections":40,` +
		`"secret_token":"secret_of_now-0123456789","url":"https://bots.example/telegram/c1"}`
	if got := api.parameters(1); got != want {
		t.Errorf("Connect() calls setWebhook with\n%s, want\n%s", got, want)
	}
}

func TestConnectWithoutSecret(t *testing.T) {
	for _, secrets := range [][]bot.Secret{nil, {""}} {
		telegram, api := play(t, registered(""))
		ch := channel()
		ch.WebhookSecrets = secrets
		if _, err := telegram.Connect(t.Context(), ch, ours, false); bot.KindOf(err) != bot.Unavailable || api.methods() != "" {
			t.Errorf("Connect() with secrets %q = %v by %q, want kind unavailable and no call", secrets, err, api.methods())
		}
	}
}

func TestT37Disconnect(t *testing.T) {
	for _, test := range []struct {
		name    string
		answers []reply
		kind    bot.ErrorKind
		methods string
	}{
		{"ours", []reply{registered(ours), yes}, "", "getWebhookInfo deleteWebhook"},
		{"none", []reply{registered("")}, "", "getWebhookInfo"},
		{"another's", []reply{registered(theirs)}, bot.Conflict, "getWebhookInfo"},
		{"not asked", []reply{refused("500", "Internal Server Error", "")}, bot.Unavailable, "getWebhookInfo"},
	} {
		t.Run(test.name, func(t *testing.T) {
			telegram, api := play(t, test.answers...)
			err := telegram.Disconnect(t.Context(), channel(), ours)
			if bot.KindOf(err) != test.kind || api.methods() != test.methods {
				t.Errorf("Disconnect() = %v by %s, want kind %q by %s", err, api.methods(), test.kind, test.methods)
			}
		})
	}
}

func TestAcknowledge(t *testing.T) {
	for _, test := range []struct {
		name, ack string
		answer    reply
		kind      bot.ErrorKind
		want      string
	}{
		{"T23 answered", "4382b", yes, "", `{"callback_query_id":"4382b"}`},
		{"nothing to answer", "", yes, "", ""},
		{
			"T25 too late", "4382b",
			refused("400", "Bad Request: query is too old and response timeout expired", ""),
			"", `{"callback_query_id":"4382b"}`,
		},
		{"T25 no longer known", "4382b", refused("400", "Bad Request: QUERY_ID_INVALID: query ID is invalid", ""), "", `{"callback_query_id":"4382b"}`},
		{"limited", "4382b", refused("429", "Too Many Requests", `{"retry_after":1}`), bot.RateLimited, `{"callback_query_id":"4382b"}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			telegram, api := play(t, test.answer)
			err := telegram.Acknowledge(t.Context(), channel(), bot.Event{AckID: test.ack})
			if bot.KindOf(err) != test.kind || api.last() != test.want {
				t.Errorf("Acknowledge() = %v with %s, want kind %q with %s", err, api.last(), test.kind, test.want)
			}
		})
	}
}

func TestInspect(t *testing.T) {
	telegram, api := play(t, ok(`{"url":"https://x.example/a","has_custom_certificate":false,"pending_update_count":7,
		"last_error_date":1772366400,"last_error_message":"Connection refused"}`))
	got, err := telegram.Inspect(t.Context(), channel())
	want := provider.Registration{
		Address: "https://x.example/a", LastError: "Connection refused", LastErrorAt: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC), Waiting: 7,
	}
	if err != nil || got != want || api.methods() != "getWebhookInfo" {
		t.Errorf("Inspect() = %+v, %v by %s, want %+v by getWebhookInfo", got, err, api.methods(), want)
	}
	telegram, _ = play(t, registered(""))
	if got, err := telegram.Inspect(t.Context(), channel()); err != nil || got != (provider.Registration{}) {
		t.Errorf("Inspect() of no webhook = %+v, %v, want nothing", got, err)
	}
}
