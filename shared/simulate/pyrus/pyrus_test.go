package pyrus_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"hookline/shared/bot"
	"hookline/shared/simulate"
	"hookline/shared/simulate/pyrus"
)

const (
	login = "bot@1234"
	key   = "the-security-key"
)

var ann = simulate.User{ID: "7", FirstName: "Ann", LastName: "Lee", Email: "ann@example.com"}

func in(task simulate.ID) simulate.Talk { return simulate.Talk{Bot: login, Chat: task, User: ann} }

// world is a network with one bot, and the webhook that it calls.
type world struct {
	*pyrus.Pyrus
	t     *testing.T
	url   string
	token string
	page  pyrus.Profile
	calls chan call

	mu     sync.Mutex
	status []int // of the next answers of the webhook, then 200
}

// call is what the webhook got.
type call struct {
	header http.Header
	body   string
}

func started(t *testing.T) *world {
	t.Helper()
	w := &world{Pyrus: pyrus.New(), t: t, calls: make(chan call, 100)}
	w.Wait = func(context.Context, time.Duration) {}
	server := httptest.NewServer(http.StripPrefix("/under", w))
	hook := httptest.NewServer(http.HandlerFunc(w.take))
	t.Cleanup(func() { w.Close(); server.Close(); hook.Close() })
	w.url = server.URL + "/under"
	w.token = w.logIn(key)
	w.page = pyrus.Profile{Webhook: hook.URL, Settings: `{"lang":"en"}`}
	if err := w.SetProfile(login, w.page); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *world) take(answer http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.status) > 0 {
		answer.WriteHeader(w.status[0])
		w.status = w.status[1:]
	}
	w.calls <- call{r.Header, string(body)}
}

// hand has Ann make a task without a text, and hand it to the bot.
func (w *world) hand(task string) {
	w.t.Helper()
	body := `{"from":{"id":7,"first_name":"Ann","last_name":"Lee","email":"ann@example.com"}}`
	if status, answer := w.do("POST", "/chat/"+login+"/"+task+"/task", body); status != http.StatusOK {
		w.t.Fatalf("handing over a task is answered %d %s", status, answer)
	}
}

// next gives the next call of the webhook.
func (w *world) next() call {
	w.t.Helper()
	select {
	case c := <-w.calls:
		return c
	case <-time.After(10 * time.Second):
		w.t.Fatal("the webhook was not called")
	}
	return call{}
}

func (w *world) logIn(key string) string {
	status, body := w.do("POST", "/api/v4/auth", `{"login":"`+login+`","security_key":"`+key+`"}`)
	_, token, _ := strings.Cut(body, `"access_token":"`)
	token, _, found := strings.Cut(token, `"`)
	if status != http.StatusOK || !found {
		w.t.Fatalf("logging in is answered %d %s", status, body)
	}
	return token
}

// do makes a call of the API with the world's token.
func (w *world) do(method, path, body string) (int, string) {
	w.t.Helper()
	r, err := http.NewRequestWithContext(w.t.Context(), method, w.url+path, strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	if w.token != "" {
		r.Header.Set("Authorization", "Bearer "+w.token)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, ""
	}
	defer answer.Body.Close()
	said, _ := io.ReadAll(answer.Body)
	return answer.StatusCode, string(said)
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func TestLoggingIn(t *testing.T) {
	w := started(t)
	for _, test := range []struct {
		name, body string
		status     int
		want       string
	}{
		{"right", `{"login":"bot@1234","security_key":"the-security-key"}`, 200, `"api_url":"` + w.url + `/v4/"`},
		{"wrong key", `{"login":"bot@1234","security_key":"x"}`, 401, "invalid_credentials"},
		{"another bot", `{"login":"bot@other","security_key":"x"}`, 200, "access_token"},
		{"no bot", `{"login":"ann@example.com","security_key":"x"}`, 401, "invalid_credentials"},
		{"no name", `{"login":"bot@","security_key":"x"}`, 401, "invalid_credentials"},
		{"no key", `{"login":"bot@1234"}`, 400, "required_field_missing"},
		{"no login", `{"security_key":"x"}`, 400, "required_field_missing"},
		{"empty", ``, 400, "empty_body"},
		{"no JSON", `login=a`, 400, "invalid_json"},
		{"two values", `{}{}`, 400, "invalid_json"},
	} {
		t.Run(test.name, func(t *testing.T) {
			for _, path := range []string{"/api/v4/auth", "/v4/auth"} {
				if status, body := w.do("POST", path, test.body); status != test.status || !strings.Contains(body, test.want) {
					t.Errorf("POST %s %s = %d %s, want %d with %s", path, test.body, status, body, test.status, test.want)
				}
			}
		})
	}
}

func TestTokens(t *testing.T) {
	w := started(t)
	w.must(w.Open(in("5")))
	status := func() int { got, _ := w.do("GET", "/v4/tasks/5", ""); return got }
	if got := status(); got != 200 {
		t.Errorf("GET with a good token = %d, want 200", got)
	}
	first := w.token
	for range 100 {
		w.token = w.logIn(key)
	}
	last := w.token
	w.token = first
	if got := status(); got != 401 {
		t.Errorf("GET with the oldest of 102 tokens = %d, want 401", got)
	}
	if w.token = last; status() != 200 {
		t.Error("GET with the newest of 102 tokens is refused")
	}
	if w.Expire(login); status() != 401 {
		t.Error("GET with a token that was ended is taken")
	}
	for _, w.token = range []string{"", "x"} {
		if got, body := w.do("GET", "/v4/profile", ""); got != 401 || !strings.Contains(body, "token") {
			t.Errorf("GET with token %q = %d %s, want 401", w.token, got, body)
		}
	}
}

func TestNewKeyEndsTokens(t *testing.T) {
	w := started(t)
	w.must(w.SetProfile(login, pyrus.Profile{SecurityKey: "next"}))
	if got, _ := w.do("GET", "/v4/profile", ""); got != 401 {
		t.Errorf("GET with a token of the key before = %d, want 401", got)
	}
	if got, _ := w.do("POST", "/api/v4/auth", `{"login":"bot@1234","security_key":"the-security-key"}`); got != 401 {
		t.Errorf("logging in with the key before = %d, want 401", got)
	}
	w.logIn("next")
}

func TestPage(t *testing.T) {
	w := started(t)
	for _, test := range []struct {
		bot, body string
		want      int
	}{
		{login, `{"webhook":"http://127.0.0.1:1/x"}`, 204},
		{login, `{"webhook":"http://[::1]:1/x"}`, 204},
		{login, `{"webhook":"http://localhost/x"}`, 204},
		{login, `{"webhook":"https://bots.example/x"}`, 204},
		{login, `{}`, 204},
		{"bot@new", `{"security_key":"k"}`, 204},
		{login, `{"webhook":"http://bots.example/x"}`, 400},
		{login, `{"webhook":"ftp://127.0.0.1/x"}`, 400},
		{login, `{"webhook":"nowhere"}`, 400},
		{login, `{`, 400},
		{"ann", `{}`, 400},
	} {
		if got, body := w.do("PUT", "/bot/"+test.bot, test.body); got != test.want {
			t.Errorf("PUT /bot/%s %s = %d %s, want %d", test.bot, test.body, got, body, test.want)
		}
	}
}

func TestBotsAreBounded(t *testing.T) {
	w := started(t)
	w.MaxBots = 1
	if got, _ := w.do("POST", "/v4/auth", `{"login":"bot@2","security_key":"x"}`); got != 401 {
		t.Errorf("logging in as one bot too many = %d, want 401", got)
	}
}

func TestMadeUpKeys(t *testing.T) {
	w := started(t)
	one, two := w.MakeUp(simulate.Seed{1}, bot.ChannelSpec{}, "security_key"), w.MakeUp(simulate.Seed{2}, bot.ChannelSpec{}, "security_key")
	if one.Reveal() == "" || one == two || one != w.MakeUp(simulate.Seed{1}, bot.ChannelSpec{}, "security_key") {
		t.Errorf("MakeUp() = %q and %q, want a key for each seed", one.Reveal(), two.Reveal())
	}
}

func TestEnterWebhook(t *testing.T) {
	w := started(t)
	address := w.page.Webhook
	w.page.Webhook = "https://elsewhere.example"
	w.must(w.SetProfile(login, w.page))
	ch := bot.Channel{Settings: map[string]any{"login": login}}
	w.must(w.EnterWebhook(ch, address))
	_, err := w.Say(in("5"), "hi")
	w.must(err)
	if got := w.next(); !strings.Contains(got.body, `"text":"hi"`) || !strings.Contains(got.body, `"bot_settings"`) {
		t.Errorf("after EnterWebhook the bot is called with %s, want what was said, and the settings as they were", got.body)
	}
	for name, err := range map[string]error{
		"http elsewhere": w.EnterWebhook(ch, "http://192.0.2.1/"),
		"no login":       w.EnterWebhook(bot.Channel{}, address),
	} {
		if bot.KindOf(err) != bot.Invalid {
			t.Errorf("EnterWebhook, %s: %v, want kind invalid", name, err)
		}
	}
}
