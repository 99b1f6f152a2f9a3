package messenger_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
	"hookline/shared/provider/messenger"
)

const address = "https://bots.example.com/messenger/c1"

// page answers as a page does whose app's callback is elsewhere or nowhere.
func page(callback string) func(string) (int, string) {
	return func(call string) (int, string) {
		switch {
		case strings.HasPrefix(call, "GET /v25.0/me?"):
			return 200, `{"id":"100","name":"Pizzeria","username":""}`
		case strings.HasPrefix(call, "GET") && strings.Contains(call, "/subscribed_apps"):
			return 200, `{"data":[{"id":"7","subscribed_fields":["messages"]}]}`
		case strings.HasPrefix(call, "POST /v25.0/7/subscriptions"):
			callback = address
			return 200, `{"success":true}`
		case strings.HasPrefix(call, "GET /v25.0/7/subscriptions"):
			return 200, fmt.Sprintf(`{"data":[{"object":"user","callback_url":"https://x"},{"object":"page","callback_url":%q}]}`, callback)
		}
		return 200, `{"success":true,"result":"success"}`
	}
}

// onProfile plays the profile: without a get-started button there is no menu.
func (g *graph) onProfile(method string, body []byte) (status int, answer string) {
	switch method {
	case http.MethodGet:
		shown, _ := json.Marshal(map[string]any{"data": []any{g.profile}})
		return http.StatusOK, string(shown)
	case http.MethodDelete:
		var named struct{ Fields []string }
		_ = json.Unmarshal(body, &named)
		for _, field := range named.Fields {
			delete(g.profile, field)
		}
	default:
		var set map[string]json.RawMessage
		_ = json.Unmarshal(body, &set)
		if set["persistent_menu"] != nil && g.profile["get_started"] == nil {
			return http.StatusBadRequest, `{"error":{"message":"(#100) Get Started button is not set","code":100}}`
		}
		maps.Copy(g.profile, set)
	}
	return http.StatusOK, `{"result":"success"}`
}

// newPage plays a page with a profile: names and JSON in turn.
func newPage(t *testing.T, callback string, profile ...string) (*graph, *messenger.Messenger) {
	t.Helper()
	g, m := newGraph(t, page(callback))
	g.profile = map[string]json.RawMessage{}
	for pair := range slices.Chunk(profile, 2) {
		g.profile[pair[0]] = json.RawMessage(pair[1])
	}
	return g, m
}

// changes are the calls that changed the profile.
func (g *graph) changes() (calls []string) {
	for i, call := range g.calls {
		method, _, _ := strings.Cut(call, " ")
		if strings.Contains(call, "messenger_profile") && method != http.MethodGet {
			calls = append(calls, method+" "+g.bodies[i])
		}
	}
	return calls
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

// Pages of one app have one callback address: that of the channel that was connected first takes the others along.
func TestConnectAnotherPageOfTheApp(t *testing.T) {
	const first = "https://bots.example.com/messenger/c0"
	for _, tt := range []struct {
		name, account, callback string
		takeOver, fails         bool
	}{
		{"another channel of this server", "100", first, false, false},
		{"another channel of this server, taken over", "100", first, true, false},
		{"without account its events would not be told apart", "", first, false, true},
		{"another server", "100", "https://elsewhere.example.com/messenger/c0", false, true},
		{"another network of this server", "100", "https://bots.example.com/kik/c0", false, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, m := newPage(t, tt.callback)
			ch := with(map[string]any{"app_id": "7", "account": tt.account})
			_, err := m.Connect(t.Context(), ch, address, tt.takeOver)
			if got := bot.KindOf(err) == bot.Conflict; got != tt.fails || err != nil && !tt.fails {
				t.Errorf("Connect = %v, want a conflict: %t", err, tt.fails)
			}
			disconnected := m.Disconnect(t.Context(), ch, address)
			if got := bot.KindOf(disconnected) == bot.Conflict; got != tt.fails || disconnected != nil && !tt.fails {
				t.Errorf("Disconnect = %v, want a conflict: %t", disconnected, tt.fails)
			}
		})
	}
}

func TestConnectWithoutApp(t *testing.T) {
	g, m := newPage(t, "")
	made, err := m.Connect(t.Context(), channel(), address, false)
	if err != nil {
		t.Fatal(err)
	}
	steps := strings.Join(made.Steps, "\n")
	if !strings.Contains(steps, "Callback URL: "+address) || !strings.Contains(steps, "Verify token: derived-verify-token") {
		t.Errorf("steps = %s, want the exact address and token", steps)
	}
	want := []string{
		"POST /v25.0/me/subscribed_apps", "GET /v25.0/me/subscribed_apps",
		"GET /v25.0/me/messenger_profile", "POST /v25.0/me/messenger_profile", "POST /v25.0/me/messenger_profile", "GET /v25.0/me/messenger_profile",
	}
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

func TestF8ConnectWithApp(t *testing.T) {
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
			g, m := newPage(t, test.registered)
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
	settings := map[string]any{
		"get_started": "BEGIN",
		"menu":        []any{map[string]any{"text": "Help", "payload": "help"}, map[string]any{"text": "Site", "url": "https://example.com"}},
		"greeting":    map[string]any{"default": "Hello!", "de_DE": "Hallo!"},
	}
	const (
		start    = `{"payload":"BEGIN"}`
		greeting = `[{"locale":"de_DE","text":"Hallo!"},{"locale":"default","text":"Hello!"}]`
		menu     = `[{"locale":"default","call_to_actions":[{"type":"postback","title":"Help","payload":"help"},{"type":"web_url","title":"Site","url":"https://example.com"}]}]`
		shown    = `[{"locale":"default","composer_input_disabled":false,"call_to_actions":[{"type":"postback","title":"Help","payload":"help"},{"type":"web_url","title":"Site","url":"https://example.com","webview_height_ratio":"full"}]}]`
		rest     = `POST {"greeting":` + greeting + `,"persistent_menu":` + menu + `}`
	)
	for _, test := range []struct {
		name     string
		settings map[string]any
		before   []string
		want     []string
	}{
		{"M41 new", settings, nil, []string{`POST {"get_started":` + start + `}`, rest}},
		{"M41 as it is", settings, []string{"get_started", start, "greeting", greeting, "persistent_menu", shown}, nil},
		{"M41 another button", settings, []string{"get_started", `{"payload":"GO"}`}, []string{`POST {"get_started":` + start + `}`, rest}},
		{"M41 what is not named goes", settings, []string{"get_started", start, "ice_breakers", `[{"locale":"default","call_to_actions":[]}]`},
			[]string{`DELETE {"fields":["ice_breakers"]}`, rest}},
		{"M41 everything goes but the button", map[string]any{}, []string{"get_started", start, "greeting", greeting, "persistent_menu", shown},
			[]string{`POST {"get_started":{"payload":"get_started"}}`, `DELETE {"fields":["greeting","persistent_menu"]}`}},
		{"M41 questions", map[string]any{"ice_breakers": []any{"Where?", map[string]any{"text": "When?", "payload": "w"}}}, nil, []string{
			`POST {"get_started":{"payload":"get_started"}}`,
			`POST {"ice_breakers":[{"locale":"default","call_to_actions":[{"question":"Where?","payload":"Where?"},{"question":"When?","payload":"w"}]}]}`,
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			g, m := newPage(t, "", test.before...)
			for range 2 { // a second time there is nothing to do
				if _, err := m.Connect(t.Context(), with(test.settings), address, false); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(test.want, g.changes()); diff != "" {
				t.Errorf("Connect() changes the profile (-want +got):\n%s", diff)
			}
		})
	}
}

func TestM41ProfileThatIsNotKept(t *testing.T) {
	g, m := newGraph(t, page(""))
	if _, err := m.Connect(t.Context(), with(map[string]any{"greeting": "Hi"}), address, false); bot.KindOf(err) != bot.Conflict {
		t.Errorf("Connect() to a page that keeps no profile = %v after %q, want conflict", err, g.calls)
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
	other := with(map[string]any{"app_id": "8"})
	g, m := newGraph(t, func(call string) (int, string) {
		if strings.Contains(call, "subscriptions") {
			return 200, `{"data":[{"object":"page","callback_url":"` + address + `"}]}`
		}
		return page("")(call) // which app 7 is subscribed to
	})
	g.profile = map[string]json.RawMessage{}
	if _, err := m.Connect(t.Context(), other, address, false); bot.KindOf(err) != bot.Conflict {
		t.Errorf("Connect() to a page that lists another app = %v, want conflict", err)
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
	g, m := newPage(t, "https://other.example.com", "get_started", `{"payload":"p"}`, "greeting", `[{"locale":"default","text":"Hi"}]`)
	if err := m.Disconnect(t.Context(), channel(), address); err != nil || g.calls[0] != "DELETE /v25.0/me/subscribed_apps" {
		t.Errorf("Disconnect() calls %q, %v, want the subscription deleted", g.calls, err)
	}
	if diff := cmp.Diff([]string{`DELETE {"fields":["get_started","greeting"]}`}, g.changes()); diff != "" {
		t.Errorf("Disconnect() changes the profile (-want +got):\n%s", diff)
	}
	if err := m.Disconnect(t.Context(), with(map[string]any{"app_id": "7"}), address); bot.KindOf(err) != bot.Conflict {
		t.Errorf("Disconnect() of somebody else's callback = %v, want conflict", err)
	}
	_, m = newGraph(t, func(string) (int, string) { return 400, `{"error":{"message":"bad token","code":190}}` })
	if err := m.Disconnect(t.Context(), channel(), address); bot.ReasonOf(err) != bot.ReasonCredentials {
		t.Errorf("Disconnect() with a bad token = %v, want credentials", err)
	}
	g, m = newGraph(t, func(string) (int, string) { return 400, `{"error":{"message":"no app","code":100}}` })
	g.profile = map[string]json.RawMessage{}
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
		{"account", map[string]any{"account": "100?x"}, []string{"account"}},
		{"version", map[string]any{"graph_version": "25"}, []string{"graph_version"}},
		{"M34 get_started too long", map[string]any{"get_started": strings.Repeat("p", 1001)}, []string{"get_started"}},
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

func TestInspect(t *testing.T) {
	const callback = "https://bots.example.com/messenger/c1"
	_, m := newGraph(t, page(callback))
	if got, err := m.Inspect(t.Context(), with(map[string]any{"app_id": "7"})); err != nil || got.Address != callback {
		t.Errorf("Inspect() = %+v, %v, want %s", got, err, callback)
	}
	_, m = newGraph(t, page(callback))
	if got, err := m.Inspect(t.Context(), with(nil)); bot.KindOf(err) != bot.Unsupported {
		t.Errorf("Inspect() without app_id = %+v, %v, want kind unsupported", got, err)
	}
}
