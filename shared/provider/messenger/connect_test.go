package messenger_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
)

const address = "https://bots.example.com/messenger/c1"

// page answers as a page does whose app's callback is elsewhere or nowhere.
func page(callback string, profile ...string) func(string) (int, string) {
	return func(call string) (int, string) {
		switch {
		case strings.HasPrefix(call, "GET /v25.0/me?"):
			return 200, `{"id":"100","name":"Pizzeria","username":""}`
		case strings.HasPrefix(call, "GET") && strings.Contains(call, "/subscribed_apps"):
			return 200, `{"data":[{"id":"7","subscribed_fields":["messages"]}]}`
		case strings.HasPrefix(call, "GET") && strings.Contains(call, "messenger_profile"):
			return 200, `{"data":[` + strings.Join(profile, ",") + `]}`
		case strings.HasPrefix(call, "POST /v25.0/7/subscriptions"):
			callback = address
			return 200, `{"success":true}`
		case strings.HasPrefix(call, "GET /v25.0/7/subscriptions"):
			return 200, fmt.Sprintf(`{"data":[{"object":"user","callback_url":"https://x"},{"object":"page","callback_url":%q}]}`, callback)
		}
		return 200, `{"success":true,"result":"success"}`
	}
}

func TestIdentify(t *testing.T) {
	g, m := newGraph(t, page(""))
	got, err := m.Identify(t.Context(), channel())
	if want := (bot.Identity{Account: "100", Username: "100", Name: "Pizzeria"}); err != nil || got != want {
		t.Errorf("Identify() = %+v, %v, want %+v", got, err, want)
	}
	if g.calls[0] != "GET /v25.0/me?fields=id%2Cname%2Cusername" {
		t.Errorf("Identify() calls %s", g.calls[0])
	}
	if _, err := m.Identify(t.Context(), with(map[string]any{"account": "101"})); bot.KindOf(err) != bot.Unauthorized && bot.KindOf(err) != bot.Invalid {
		t.Errorf("Identify() of another page = %v, want an error", err)
	}
}

func TestConnectWithoutApp(t *testing.T) {
	g, m := newGraph(t, page(""))
	made, err := m.Connect(t.Context(), channel(), address, false)
	if err != nil {
		t.Fatal(err)
	}
	steps := strings.Join(made.Steps, "\n")
	if !strings.Contains(steps, "Callback URL: "+address) || !strings.Contains(steps, "Verify token: derived-verify-token") {
		t.Errorf("steps = %s, want the exact address and token", steps)
	}
	want := []string{"POST /v25.0/me/subscribed_apps", "GET /v25.0/me/subscribed_apps", "POST /v25.0/me/messenger_profile", "GET /v25.0/me/messenger_profile", "POST /v25.0/me/messenger_profile"}
	var got []string
	for _, call := range g.calls {
		call, _, _ = strings.Cut(call, "?")
		got = append(got, call)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
	if !strings.Contains(g.calls[0], "messages%2Cmessaging_postbacks") {
		t.Errorf("subscription = %s, want the fields of events", g.calls[0])
	}
}

func TestConnectWithApp(t *testing.T) {
	app := func(settings map[string]any) bot.Channel {
		settings["app_id"] = "7"
		return with(settings)
	}
	for _, test := range []struct {
		name, registered string
		takeOver         bool
		conflict         bool
	}{
		{"nothing registered", "", false, false}, {"ours already", address, false, false},
		{"somebody else's", "https://other.example.com/hook?key=secret", false, true}, {"somebody else's, taken over", "https://other.example.com", true, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			g, m := newGraph(t, page(test.registered))
			made, err := m.Connect(t.Context(), app(map[string]any{}), address, test.takeOver)
			if (bot.KindOf(err) == bot.Conflict) != test.conflict || len(made.Steps) != 0 {
				t.Fatalf("Connect() = %+v, %v, want conflict %v, no steps", made, err, test.conflict)
			}
			if test.conflict {
				if strings.Contains(err.Error(), "secret") || !strings.Contains(err.Error(), "other.example.com") {
					t.Errorf("Connect() = %v, want whose it is without the query", err)
				}
				return
			}
			at := slices.Index(g.calls, "POST /v25.0/7/subscriptions")
			if at < 0 || g.proofs[at][:len("7|"+appSecret)] != "7|"+appSecret {
				t.Fatalf("calls = %q, want the callback registered as the app", g.calls)
			}
			body := decode(t, g.bodies[at])
			if body["callback_url"] != address || body["verify_token"] != "derived-verify-token" || body["object"] != "page" {
				t.Errorf("registration = %v", body)
			}
		})
	}
}

func TestM41Profile(t *testing.T) {
	g, m := newGraph(t, page("", `{"greeting":[]}`, `{"ice_breakers":[]}`))
	ch := with(map[string]any{
		"get_started": "BEGIN",
		"menu":        []any{map[string]any{"text": "Help", "payload": "help"}, map[string]any{"text": "Site", "url": "https://example.com"}},
		"greeting":    map[string]any{"default": "Hello!", "de_DE": "Hallo!"},
	})
	if _, err := m.Connect(t.Context(), ch, address, false); err != nil {
		t.Fatal(err)
	}
	var got []string
	for i, call := range g.calls {
		if strings.Contains(call, "messenger_profile") && !strings.HasPrefix(call, "GET") {
			got = append(got, strings.Fields(call)[0]+" "+g.bodies[i])
		}
	}
	want := []string{
		`POST {"get_started":{"payload":"BEGIN"}}`,
		`DELETE {"fields":["ice_breakers"]}`,
		`POST {"greeting":[{"locale":"de_DE","text":"Hallo!"},{"locale":"default","text":"Hello!"}],"persistent_menu":[{"locale":"default","call_to_actions":[{"type":"postback","title":"Help","payload":"help"},{"type":"web_url","title":"Site","url":"https://example.com"}]}]}`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("profile (-want +got):\n%s", diff)
	}
}

func TestConnectThatFails(t *testing.T) {
	_, m := newGraph(t, func(call string) (int, string) {
		if strings.HasPrefix(call, "GET") {
			return 200, `{"data":[]}`
		}
		return 200, `{"success":true}`
	})
	if _, err := m.Connect(t.Context(), channel(), address, false); bot.KindOf(err) != bot.Conflict {
		t.Errorf("Connect() to a page that does not list the subscription = %v, want conflict", err)
	}
	_, m = newGraph(t, func(string) (int, string) { return 400, `{"error":{"message":"bad token","code":190}}` })
	if _, err := m.Connect(t.Context(), channel(), address, false); bot.ReasonOf(err) != bot.ReasonCredentials {
		t.Errorf("Connect() with a bad token = %v, want credentials", err)
	}
	bare := channel()
	bare.WebhookSecrets = nil
	if _, err := m.Connect(t.Context(), bare, address, false); bot.KindOf(err) != bot.Unavailable {
		t.Errorf("Connect() without a verify token = %v, want unavailable", err)
	}
}

func TestM43Disconnect(t *testing.T) {
	g, m := newGraph(t, page("https://other.example.com"))
	if err := m.Disconnect(t.Context(), channel(), address); err != nil || !slices.Equal(g.calls, []string{"DELETE /v25.0/me/subscribed_apps"}) {
		t.Errorf("Disconnect() calls %q, %v, want the subscription deleted", g.calls, err)
	}
	if err := m.Disconnect(t.Context(), with(map[string]any{"app_id": "7"}), address); bot.KindOf(err) != bot.Conflict {
		t.Errorf("Disconnect() of somebody else's callback = %v, want conflict", err)
	}
	_, m = newGraph(t, func(string) (int, string) { return 400, `{"error":{"message":"no app","code":100}}` })
	if err := m.Disconnect(t.Context(), channel(), address); err != nil {
		t.Errorf("Disconnect() of what is not subscribed = %v, want no error", err)
	}
}

func TestCheck(t *testing.T) {
	_, m := newGraph(t, nil)
	long := strings.Repeat("x", 200)
	for _, test := range []struct {
		name     string
		settings map[string]any
		want     []string
	}{
		{"all right", map[string]any{"greeting": "Hi", "menu": []any{"Help"}, "ice_breakers": []any{"Where?"}, "app_id": "7"}, nil},
		{"M41 greeting too long", map[string]any{"greeting": long}, []string{"greeting"}},
		{"M41 greeting without default", map[string]any{"greeting": map[string]any{"de_DE": "Hallo"}}, []string{"greeting"}},
		{"M41 greeting is a number", map[string]any{"greeting": 5}, []string{"greeting"}},
		{"M41 menu title too long", map[string]any{"menu": []any{"ok", strings.Repeat("x", 31)}}, []string{"menu[1]"}},
		{"M41 menu too long", map[string]any{"menu": slices.Repeat([]any{"a"}, 21)}, []string{"menu"}},
		{"M34 menu payload too long", map[string]any{"menu": []any{map[string]any{"text": "a", "payload": strings.Repeat("p", 1001)}}}, []string{"menu[0]"}},
		{"menu is a text", map[string]any{"menu": "Help"}, []string{"menu"}},
		{"ice breaker opens an address", map[string]any{"ice_breakers": []any{map[string]any{"text": "a", "url": "https://x"}}}, []string{"ice_breakers[0]"}},
		{"five ice breakers", map[string]any{"ice_breakers": []any{"1", "2", "3", "4", "5"}}, []string{"ice_breakers"}},
		{"app_id", map[string]any{"app_id": "my app"}, []string{"app_id"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var paths []string
			for _, p := range m.CheckChannel(bot.ChannelSpec{Settings: test.settings}) {
				paths = append(paths, p.Path)
			}
			if diff := cmp.Diff(test.want, paths); diff != "" {
				t.Errorf("CheckChannel(%v) (-want +got):\n%s", test.settings, diff)
			}
		})
	}
	for _, test := range []struct {
		options bot.Options
		want    int
	}{
		{bot.Options{"tag": "HUMAN_AGENT"}, 0}, {bot.Options{"messaging_type": "MESSAGE_TAG"}, 1}, {bot.Options{"messaging_type": "RESPONSE", "tag": "HUMAN_AGENT"}, 1},
		{bot.Options{"tag": "ACCOUNT_UPDATE"}, 1},
	} {
		if got := m.CheckOptions(test.options); len(got) != test.want {
			t.Errorf("CheckOptions(%v) = %v, want %d problems", test.options, got, test.want)
		}
	}
}
