package kik_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"hookline/shared/bot"
	"hookline/shared/simulate"
	"hookline/shared/simulate/kik"
)

const (
	key  = "3f0b6d6e-8d9d-4f0c-9a53-000000000001"
	chat = "b3be3bc15dbe59931666c06290abd944aaa769bb2ecaaf859bfb65678880afab"
)

var noon = time.UnixMilli(1792584000000)

// world is a network with a bot, pizzabot, whose webhook keeps its calls.
type world struct {
	t      *testing.T
	net    *kik.Kik
	server *httptest.Server
	// posts are the bodies that came to the webhook; refuse says how many more it refuses.
	posts  chan string
	refuse chan bool
	hook   *httptest.Server
}

func newWorld(t *testing.T) *world {
	w := &world{t: t, net: kik.New(), posts: make(chan string, 100), refuse: make(chan bool, 100)}
	w.net.Now = func() time.Time { return noon }
	w.net.Wait = func(context.Context, time.Duration) {}
	w.server = httptest.NewServer(w.net)
	w.hook = httptest.NewServer(http.HandlerFunc(w.take))
	t.Cleanup(w.hook.Close)
	t.Cleanup(w.server.Close)
	t.Cleanup(w.net.Close)
	w.call("GET", "/v1/config", "", "")
	return w
}

// connected is a world whose bot has its webhook registered, with features.
func connected(t *testing.T, features string) *world {
	w := newWorld(t)
	w.call("POST", "/v1/config", `{"webhook":"`+w.hook.URL+`","features":`+features+`}`, "200 {}")
	return w
}

func (w *world) take(rw http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	mac := hmac.New(sha1.New, []byte(key))
	mac.Write(body)
	if got, want := r.Header.Get("X-Kik-Signature"), fmt.Sprintf("%X", mac.Sum(nil)); got != want || r.Header.Get("X-Kik-Username") != "pizzabot" {
		w.t.Errorf("the webhook is called with %v, want signature %s for pizzabot", r.Header, want)
	}
	select {
	case <-w.refuse:
		rw.WriteHeader(http.StatusServiceUnavailable)
	default:
	}
	w.posts <- string(body)
}

// call makes a call as pizzabot; want is how status and body begin, "" for anything.
func (w *world) call(method, path, body, want string) {
	w.t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.SetBasicAuth("pizzabot", key)
	r.Header.Set("Content-Type", "application/json")
	w.expect(r, want)
}

func (w *world) expect(r *http.Request, want string) {
	w.t.Helper()
	rec := httptest.NewRecorder()
	w.net.ServeHTTP(rec, r)
	if got := fmt.Sprintf("%d %s", rec.Code, rec.Body); !strings.HasPrefix(got, want) {
		w.t.Errorf("%s %s = %s, want %s", r.Method, r.URL, got, want)
	}
}

func talk(chat, user simulate.ID) simulate.Talk {
	return simulate.Talk{Bot: "PizzaBot", Chat: chat, User: simulate.User{ID: user, FirstName: "Ada"}}
}

func (w *world) open(k simulate.Talk) {
	w.t.Helper()
	if err := w.net.Open(k); err != nil {
		w.t.Fatal(err)
	}
}

// next gives the messages of the next call to the webhook.
func (w *world) next() []map[string]any {
	w.t.Helper()
	var call struct{ Messages []map[string]any }
	select {
	case body := <-w.posts:
		if err := json.Unmarshal([]byte(body), &call); err != nil {
			w.t.Fatal(err)
		}
	case <-time.After(10 * time.Second):
		w.t.Fatal("the webhook was not called")
	}
	return call.Messages
}

// shown gives what users see of what the bot did.
func (w *world) shown(k simulate.Talk) []simulate.Sent {
	w.t.Helper()
	sent, err := w.net.Messages(w.t.Context(), k, 0, 0)
	if err != nil {
		w.t.Fatal(err)
	}
	return sent
}

func TestCredentials(t *testing.T) {
	w := newWorld(t)
	for _, test := range []struct {
		name, username, key string
		want                string
	}{
		{"right", "pizzabot", key, "200"},
		{"another case", "PizzaBot", key, "200"},
		{"another key", "pizzabot", key + "0", `401 {"error":"Unauthorized","message":"the username or the API key is not right"}`},
		{"another bot", "otherbot", key, "200"},
		{"no username", "", key, "401"},
		{"bad username", "@pizzabot", key, "401"},
		{"bad key", "thirdbot", "short", "401"},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := httptest.NewRequest("GET", "/v1/config", nil)
			r.SetBasicAuth(test.username, test.key)
			w.t = t
			w.expect(r, test.want)
		})
	}
	t.Run("no credentials", func(t *testing.T) {
		w.expect(httptest.NewRequest("GET", "/v1/config", nil), "401")
	})
	t.Run("the key was changed", func(t *testing.T) {
		if err := w.net.Rekey("pizzabot", key+"1"); err != nil {
			t.Fatal(err)
		}
		w.call("GET", "/v1/config", "", "401")
		if err := w.net.Rekey("nobody", key); bot.KindOf(err) != bot.NotFound {
			t.Errorf("Rekey(nobody) = %v, want kind not_found", err)
		}
	})
}

func TestMakeUp(t *testing.T) {
	w := newWorld(t)
	seed := simulate.Seed{1, 2, 3}
	made := w.net.MakeUp(seed, bot.ChannelSpec{}, "api_key").Reveal()
	if want := "01020300-0000-0000-0000-000000000000"; made != want {
		t.Errorf("MakeUp() = %s, want %s", made, want)
	}
	r := httptest.NewRequest("GET", "/v1/config", nil)
	r.SetBasicAuth("newbot", made)
	w.expect(r, "200")
}

func TestConfig(t *testing.T) {
	const static = `{"type":"suggested","responses":[{"type":"text","body":"Menu","metadata":{"a":1}}]}`
	w := newWorld(t)
	for _, step := range []struct{ name, method, body, want string }{
		{
			"a new bot", "GET", "", `200 {"webhook":"","features":{"manuallySendReadReceipts":false,"receiveDeliveryReceipts":false,` +
				`"receiveIsTyping":false,"receiveReadReceipts":false}}`,
		},
		{"set", "POST", `{"webhook":"https://x.example","features":{"receiveIsTyping":true},"staticKeyboard":` + static + `}`, "200 {}"},
		{
			"as it was set", "GET", "", `200 {"webhook":"https://x.example","features":{"manuallySendReadReceipts":false,"receiveDeliveryReceipts":false,` +
				`"receiveIsTyping":true,"receiveReadReceipts":false},"staticKeyboard":` + static + `}`,
		},
		{"all is replaced", "POST", `{"webhook":"http://127.0.0.1:3000/kik","features":{},"staticKeyboard":null}`, "200 {}"},
		{
			"as it was replaced", "GET", "", `200 {"webhook":"http://127.0.0.1:3000/kik","features":{"manuallySendReadReceipts":false,` +
				`"receiveDeliveryReceipts":false,"receiveIsTyping":false,"receiveReadReceipts":false}}`,
		},
		{"no webhook", "POST", `{"features":{}}`, `400 {"error":"BadRequest","message":"the body.webhook is missing"}`},
		{"webhook a number", "POST", `{"webhook":7,"features":{}}`, "400"},
		{"webhook empty", "POST", `{"webhook":"","features":{}}`, "400"},
		{"webhook not https", "POST", `{"webhook":"http://x.example","features":{}}`, "400"},
		{"no features", "POST", `{"webhook":"https://x.example"}`, "400"},
		{"features null", "POST", `{"webhook":"https://x.example","features":null}`, "400"},
		{"features a list", "POST", `{"webhook":"https://x.example","features":[]}`, "400"},
		{"a feature that is a text", "POST", `{"webhook":"https://x.example","features":{"receiveIsTyping":"true"}}`, "400"},
		{"an unknown feature", "POST", `{"webhook":"https://x.example","features":{"fly":true}}`, "400"},
		{"an unknown field", "POST", `{"webhook":"https://x.example","features":{},"name":"x"}`, "400"},
		{"a static keyboard for one", "POST", `{"webhook":"https://x.example","features":{},"staticKeyboard":{"type":"suggested","to":"ada","responses":[{"type":"text","body":"a"}]}}`, "400"},
		{"not JSON", "POST", `{`, `400 {"error":"BadRequest","message":"the body is not JSON"}`},
		{"nothing of that was taken", "GET", "", `200 {"webhook":"http://127.0.0.1:3000/kik"`},
		{"another method", "DELETE", "", `404 {"error":"NotFound"`},
	} {
		t.Run(step.name, func(t *testing.T) {
			w.t = t
			w.call(step.method, "/v1/config", step.body, step.want)
		})
	}
}

func TestBodies(t *testing.T) {
	w := newWorld(t)
	w.call("POST", "/v1/message", `{"messages":"`+strings.Repeat("x", simulate.MaxBody)+`"}`, `413 {"error":"RequestEntityTooLarge"`)
	w.call("GET", "/v1/nothing", "", `404 {"error":"NotFound"`)
	r := httptest.NewRequest("POST", "/v1/message", strings.NewReader("{}"))
	r.SetBasicAuth("pizzabot", key)
	w.expect(r, `400 {"error":"BadRequest","message":"the content type must be application/json"}`)
}

func TestUser(t *testing.T) {
	w := newWorld(t)
	w.open(talk(chat, "ada"))
	w.call("GET", "/v1/user/ada", "", `200 {"firstName":"Ada","lastName":"","profilePicLastModified":null,"profilePicUrl":null,"timezone":null}`)
	w.call("GET", "/v1/user/bert", "", `404 {"error":"NotFound"`)
}

func TestFaults(t *testing.T) {
	w := newWorld(t)
	w.open(talk("ada", "ada"))
	const hello = `{"messages":[{"type":"text","to":"ada","body":"hello"}]}`
	for _, test := range []struct {
		fault simulate.Fault
		want  string
		shown int
	}{
		{simulate.TooManyRequests, `429 {"error":"TooManyRequests","message":"Too Many Requests"}`, 0},
		{simulate.ServerError, `500 {"error":"InternalServerError"`, 0},
		{simulate.BadGateway, `502 {"error":"BadGateway"`, 1},
	} {
		t.Run(string(test.fault), func(t *testing.T) {
			w.t = t
			if err := w.net.SetFaults(simulate.Faults{Rates: map[simulate.Fault]float64{test.fault: 1}, Methods: []string{"message"}, RetryAfter: 7}); err != nil {
				t.Fatal(err)
			}
			w.call("GET", "/v1/config", "", "200")
			w.call("POST", "/v1/message", hello, test.want)
			if sent := w.shown(talk("ada", "ada")); len(sent) != test.shown {
				t.Errorf("the bot did %d things, want %d", len(sent), test.shown)
			}
		})
	}
	if sent := w.shown(talk("ada", "ada")); sent[0].Answered {
		t.Errorf("the bot was told of what it did, want it not to know")
	}
}
