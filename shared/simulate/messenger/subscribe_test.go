package messenger_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"hookline/shared/bot"
)

func TestSubscriptions(t *testing.T) {
	w := newWorld(t)
	registration := func(object, address, token, fields string) string {
		return fmt.Sprintf(`{"object":%q,"callback_url":%q,"verify_token":%q,"fields":%q}`, object, address, token, fields)
	}
	for _, step := range []struct{ name, token, method, path, body, want string }{
		{"no callback", appToken, "GET", "/v25.0/7/subscriptions", "", `200 {"data":[]}`},
		{"another object", appToken, "POST", "/v25.0/7/subscriptions", registration("user", w.hook.URL, "vt", "messages"), "400"},
		{"no fields", appToken, "POST", "/v25.0/7/subscriptions", registration("page", w.hook.URL, "vt", ""), "400"},
		{"unknown field", appToken, "POST", "/v25.0/7/subscriptions", registration("page", w.hook.URL, "vt", "messages,feet"), "400"},
		{"M2 the callback refuses the token", appToken, "POST", "/v25.0/7/subscriptions", registration("page", w.hook.URL, "wrong", "messages"),
			`400 {"error":{"message":"(#2200) Callback verification failed with the following errors: HTTP Status Code = 403`},
		{"no answer", appToken, "POST", "/v25.0/7/subscriptions", registration("page", "http://127.0.0.1:1", "vt", "messages"), `400 {"error":{"message":"(#2200) `},
		{"http elsewhere", appToken, "POST", "/v25.0/7/subscriptions", registration("page", "http://192.0.2.1/", "vt", "messages"), `400 {"error":{"message":"(#2200) a callback is an https address`},
		{"nothing taken yet", appToken, "GET", "/v25.0/7/subscriptions", "", `200 {"data":[]}`},
		{"M1 callback", appToken, "POST", "/v25.0/7/subscriptions", registration("page", w.hook.URL+"/?a=b", "vt", "messages"), `200 {"success":true}`},
		{"read", appToken, "GET", "/v25.0/7/subscriptions", "", `200 {"data":[{"active":true,"callback_url":"` + w.hook.URL + `/?a=b","fields":[{"name":"messages","version":"v25.0"}],"object":"page"}]}`},
		{"delete", appToken, "DELETE", "/v25.0/7/subscriptions", "", `200 {"success":true}`},
		{"gone", appToken, "GET", "/v25.0/7/subscriptions", "", `200 {"data":[]}`},
		{"subscribe to nothing", token, "POST", "/v25.0/me/subscribed_apps", "", `400 {"error":{"message":"(#100) The parameter subscribed_fields is required.`},
		{"subscribe", token, "POST", "/v25.0/me/subscribed_apps", `{"subscribed_fields":["messages","standby"]}`, `200 {"success":true}`},
		{"subscribe anew", token, "POST", "/v25.0/100/subscribed_apps?subscribed_fields=messages", "", `200 {"success":true}`},
		{"list", token, "GET", "/v25.0/me/subscribed_apps", "", `200 {"data":[{"id":"7","name":"App 7","subscribed_fields":["messages"]}]}`},
		{"unsubscribe", token, "DELETE", "/v25.0/me/subscribed_apps", "", `200 {"success":true}`},
		{"none", token, "GET", "/v25.0/me/subscribed_apps", "", `200 {"data":[]}`},
	} {
		t.Run(step.name, func(t *testing.T) {
			if got := w.serve(request(step.token, appSecret, step.method, step.path, step.body)); !strings.HasPrefix(got, step.want) {
				t.Errorf("%s %s %s = %s, want %s", step.method, step.path, step.body, got, step.want)
			}
		})
	}
}

func TestCallbackEnteredByHand(t *testing.T) {
	w := newWorld(t)
	w.call("POST", "/v25.0/me/subscribed_apps?subscribed_fields=messages", "", "200")
	put := func(page, body, want string) {
		t.Helper()
		w.expect(httptest.NewRequest("PUT", "/page/"+page, strings.NewReader(body)), want)
	}
	entered := func(verifyToken string) string {
		return fmt.Sprintf(`{"callback":%q,"verify_token":%q}`, w.hook.URL, verifyToken)
	}
	put("100", entered("wrong"), `400 {"error":"Callback verification failed`)
	put("100", entered(""), `400 {"error":"a callback is`)
	put("100", `{`, `400 {"error":"the body is not`)
	put("101", entered("vt"), `404 {"error":"no page 101`)
	other := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(rw, "welcome") }))
	defer other.Close()
	put("100", fmt.Sprintf(`{"callback":%q,"verify_token":"vt"}`, other.URL), `400 {"error":"Callback verification failed with the following errors: HTTP Status Code = 200`)
	put("100", entered("vt"), "204")
	w.user("say", `{"text":"hi"}`, "200")
	if got, _ := w.event(w.next()); !strings.Contains(got, `"text":"hi"`) {
		t.Errorf("say posts %s, want what was said", got)
	}
}

func TestEnterWebhook(t *testing.T) {
	w := newWorld(t)
	w.call("POST", "/v25.0/me/subscribed_apps?subscribed_fields=messages", "", "200")
	channel := func(account string, chosen ...bot.Credential) bot.Channel {
		return bot.Channel{
			Identity: bot.Identity{Account: account}, Credentials: map[string][]bot.Credential{"verify_token": chosen},
			WebhookSecrets: []bot.Secret{"derived"},
		}
	}
	for _, test := range []struct {
		name string
		ch   bot.Channel
		want bot.ErrorKind
	}{
		{"the chosen token", channel("100", bot.Credential{Value: "vt"}), ""},
		{"a derived token, which this webhook does not know", channel("100"), bot.Invalid},
		{"no token at all", bot.Channel{Identity: bot.Identity{Account: "100"}}, bot.Invalid},
		{"a page that has not called", channel("101", bot.Credential{Value: "vt"}), bot.NotFound},
	} {
		if err := w.net.EnterWebhook(test.ch, w.hook.URL); bot.KindOf(err) != test.want {
			t.Errorf("EnterWebhook, %s: %v, want kind %q", test.name, err, test.want)
		}
	}
	w.user("say", `{"text":"hi"}`, "200")
	if got, _ := w.event(w.next()); !strings.Contains(got, `"text":"hi"`) {
		t.Errorf("after EnterWebhook the page is called with %s, want what was said", got)
	}
}
