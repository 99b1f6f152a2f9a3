package lambda_test

import (
	"encoding/json"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"hookline/shared/bot"
	"hookline/shared/simulate"
	"hookline/shared/simulate/countertest"
	"hookline/shared/simulate/kik"
	"hookline/shared/simulate/messenger"
	"hookline/shared/simulate/pyrus"
)

// everywhere is a bot on all networks, with the credentials that the simulated ones take.
const everywhere = `
bot: everywhere
channels:
  kik: {username: everywherebot, api_key: 0f8fad5b-d9cb-469f-a165-70867728950e}
  messenger: {page_token: EAA7P100Sx, app_secret: simulated-secret-of-7, app_id: "7"}
  pyrus: {login: bot@everywhere, security_key: simulated-security-key}
  telegram: {token: "7654321:BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB"}
handlers:
  - name: where
    source_states: [met]
    response: {text: "You are on {{ event.provider }}."}
  - name: first
    priority: -1
    subscribe: news
    response: {text: "Hello, {{ event.text }}"}
    target_state: met
hooks:
  - name: news
    response: {text: "News: {{ data.text }}"}
`

// toGateway leads what is posted to the stack's address, which is https, to the gateway.
type toGateway struct{ http.RoundTripper }

func (g toGateway) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.URL.Scheme = "http"
	return g.RoundTripper.RoundTrip(r)
}

// playAll plays the other networks too, and gives all. Functions that are opened from then on know them.
func (w *world) playAll() map[string]simulate.Simulated {
	w.Helper()
	played := map[string]simulate.Simulated{"kik": kik.New(), "messenger": messenger.New(), "pyrus": pyrus.New()}
	mux := http.NewServeMux()
	for name, network := range played {
		network.Ground().Log = slog.New(slog.DiscardHandler)
		network.Ground().RetryDelay = func(int) time.Duration { return 20 * time.Millisecond }
		mux.Handle("/"+name+"/", http.StripPrefix("/"+name, network))
	}
	server := httptest.NewServer(mux)
	w.Cleanup(server.Close)
	w.env = append(w.env, "HOOKLINE_KIK_URL="+server.URL+"/kik", "HOOKLINE_MESSENGER_URL="+server.URL+"/messenger",
		"HOOKLINE_PYRUS_URL="+server.URL+"/pyrus/v4", "HOOKLINE_PYRUS_AUTH_URL="+server.URL+"/pyrus/api/v4")
	all := maps.Clone(played)
	all["telegram"] = w.network
	for name, network := range all {
		ground := network.Ground()
		ground.Client.Transport = toGateway{ground.Client.Transport}
		if played[name] != nil {
			w.Cleanup(ground.Close)
		}
	}
	return all
}

// ask makes a call through the gateway, which must be answered with the status, and reads the answer.
func (w *world) ask(call *http.Request, token bot.Secret, status int, answer any) {
	w.Helper()
	call.Header.Set("Authorization", "Bearer "+token.Reveal())
	call.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(call.WithContext(w.Context()))
	if err != nil {
		w.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != status {
		w.Fatalf("%s %s is answered %s %s, %v, want %d", call.Method, call.URL.Path, resp.Status, text, err, status)
	}
	if err := json.Unmarshal(text, answer); err != nil {
		w.Fatalf("%s %s is answered %s: %v", call.Method, call.URL.Path, text, err)
	}
}

// to is a call of an address behind the gateway.
func (w *world) to(method, path, body string) *http.Request {
	w.Helper()
	r, err := http.NewRequest(method, w.gateway+path, strings.NewReader(body))
	if err != nil {
		w.Fatal(err)
	}
	return r
}

// One bot, published and connected through the stack's own API, answers on every network, and its hook reaches all of them.
func TestF1OneBotOnAllNetworks(t *testing.T) {
	t.Parallel()
	w := newWorld(t, countertest.Bot())
	networks := w.playAll()
	w.openQueue(90 * time.Second)
	w.consume(1, 10)
	admin := masterKeys(t).AdminToken("admin")
	var published struct {
		Channels []struct{ Name string }
		Hooks    []struct {
			Address string
			Token   bot.Secret
		}
	}
	w.ask(w.to(http.MethodPut, "/v1/bots/everywhere", everywhere), admin, http.StatusOK, &published)
	if len(published.Channels) != len(networks) || len(published.Hooks) != 1 {
		t.Fatalf("the bot is published with %+v, want %d channels and a hook", published, len(networks))
	}
	talks := map[string]simulate.Talk{}
	for _, ch := range published.Channels {
		var made struct {
			Address, Username string
			Steps             []string
		}
		w.ask(w.to(http.MethodPost, "/v1/bots/everywhere/channels/"+ch.Name+"/connect", "{}"), admin, http.StatusOK, &made)
		if pages, ok := networks[ch.Name].(simulate.Pages); ok && len(made.Steps) > 0 {
			if err := pages.EnterWebhook(bot.Channel{Settings: map[string]any{"login": made.Username}}, made.Address); err != nil {
				t.Fatalf("EnterWebhook(%s) = %v", ch.Name, err)
			}
		}
		talks[ch.Name] = simulate.Talk{Bot: made.Username, Chat: "1", User: simulate.User{ID: "1", FirstName: "Ada"}}
	}
	for name, network := range networks {
		t.Run(name, func(t *testing.T) {
			c := conversation{t, network, talks[name], 0}
			c.say("hi", "Hello, hi")
			c.say("where?", "You are on "+name+".")
		})
	}
	address := strings.TrimPrefix(published.Hooks[0].Address, "https://"+strings.TrimPrefix(w.gateway, "http://"))
	var call struct{ Call string }
	w.ask(w.to(http.MethodPost, address, `{"text":"two for one"}`), published.Hooks[0].Token, http.StatusAccepted, &call)
	for name, network := range networks {
		c := conversation{t, network, talks[name], 2}
		c.hear("News: two for one")
	}
	if broken := w.broken(); len(broken) != 0 {
		t.Errorf("%d invocations of the processor ended without an answer, the first with %v", len(broken), broken[0].err)
	}
}

// conversation is a user's with a bot that says one thing at a time.
type conversation struct {
	*testing.T
	network simulate.Simulated
	talk    simulate.Talk
	heard   int64
}

// say says a text and wants the reply.
func (c *conversation) say(text, reply string) {
	c.Helper()
	if _, err := c.network.Say(c.talk, text); err != nil {
		c.Fatalf("Say() = %v", err)
	}
	c.hear(reply)
}

// hear wants the next thing that the bot says to be the text.
func (c *conversation) hear(text string) {
	c.Helper()
	sent, err := c.network.Messages(c.Context(), c.talk, c.heard, patience)
	if err != nil || len(sent) != 1 || sent[0].Shown.Text != text {
		c.Fatalf("on %s the bot says %+v, %v, want %q", c.talk.Bot, sent, err, text)
	}
	c.heard++
}
