package messenger_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"hash"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"hookline/shared/bot"
	"hookline/shared/simulate"
	"hookline/shared/simulate/messenger"
)

const (
	token     = "EAA7P100Sx"
	appSecret = "simulated-secret-of-7"
	appToken  = "7|" + appSecret
)

var noon = time.UnixMilli(1792584000000)

// world is a network with a page, 100, of app 7, whose callback keeps its calls.
type world struct {
	t      *testing.T
	net    *messenger.Messenger
	server *httptest.Server
	hook   *httptest.Server
	posts  chan string
	refuse chan bool // how many more posts the callback refuses
	secret string    // that posts are signed with

	mu  sync.Mutex
	now time.Time
}

func newWorld(t *testing.T) *world {
	w := &world{t: t, net: messenger.New(), posts: make(chan string, 100), refuse: make(chan bool, 100), secret: appSecret, now: noon}
	w.net.Now = func() time.Time {
		w.mu.Lock()
		defer w.mu.Unlock()
		return w.now
	}
	w.net.Wait = func(context.Context, time.Duration) {}
	w.server = httptest.NewServer(w.net)
	w.hook = httptest.NewServer(http.HandlerFunc(w.take))
	t.Cleanup(w.hook.Close)
	t.Cleanup(w.server.Close)
	t.Cleanup(w.net.Close)
	w.call("GET", "/v25.0/me", "", `200 {"id":"100","name":"Page 100"}`)
	return w
}

// connected is a world whose page tells of some events.
func connected(t *testing.T, fields string) *world {
	w := newWorld(t)
	w.as(appToken, "POST", "/v25.0/7/subscriptions", fmt.Sprintf(`{"object":"page","callback_url":%q,"verify_token":"vt","fields":"messages"}`, w.hook.URL), `200 {"success":true}`)
	w.call("POST", "/v25.0/me/subscribed_apps?subscribed_fields="+fields, "", `200 {"success":true}`)
	w.open("200")
	return w
}

// pass lets time pass.
func (w *world) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

func (w *world) take(rw http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet {
		query := r.URL.Query()
		if query.Get("hub.mode") != "subscribe" || query.Get("hub.verify_token") != "vt" {
			rw.WriteHeader(http.StatusForbidden)
		}
		_, _ = io.WriteString(rw, query.Get("hub.challenge"))
		return
	}
	body, _ := io.ReadAll(r.Body)
	for header, want := range map[string]string{
		"X-Hub-Signature": "sha1=" + mac(sha1.New, w.secret, body), "X-Hub-Signature-256": "sha256=" + mac(sha256.New, w.secret, body),
	} {
		if got := r.Header.Get(header); got != want {
			w.t.Errorf("the callback is called with %s %q, want %q", header, got, want)
		}
	}
	select {
	case <-w.refuse:
		rw.WriteHeader(http.StatusServiceUnavailable)
	default:
	}
	w.posts <- string(body)
}

func mac(algorithm func() hash.Hash, secret string, data []byte) string {
	m := hmac.New(algorithm, []byte(secret))
	m.Write(data)
	return fmt.Sprintf("%x", m.Sum(nil))
}

// request is a call of the Graph API with a token and its proof.
func request(token, secret, method, path, body string) *http.Request {
	mark := "?"
	if strings.Contains(path, "?") {
		mark = "&"
	}
	query := url.Values{"access_token": {token}, "appsecret_proof": {mac(sha256.New, secret, []byte(token))}}
	r := httptest.NewRequest(method, path+mark+query.Encode(), strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	return r
}

// call makes a call as the page; want is how status and body begin.
func (w *world) call(method, path, body, want string) {
	w.t.Helper()
	w.as(token, method, path, body, want)
}

func (w *world) as(token, method, path, body, want string) {
	w.t.Helper()
	w.expect(request(token, appSecret, method, path, body), want)
}

func (w *world) expect(r *http.Request, want string) {
	w.t.Helper()
	if got := w.serve(r); !strings.HasPrefix(got, want) {
		w.t.Errorf("%s %s = %s, want %s", r.Method, r.URL.Path, got, want)
	}
}

func (w *world) serve(r *http.Request) string {
	rec := httptest.NewRecorder()
	w.net.ServeHTTP(rec, r)
	return fmt.Sprintf("%d %s", rec.Code, rec.Body)
}

// user does something on the users' side.
func (w *world) user(act, body, want string) {
	w.t.Helper()
	w.expect(httptest.NewRequest("POST", "/chat/100/200/"+act, strings.NewReader(body)), want)
}

func talk(person simulate.ID) simulate.Talk {
	return simulate.Talk{Bot: "100", Chat: person, User: simulate.User{ID: person, FirstName: "Ada"}}
}

func (w *world) open(person simulate.ID) {
	w.t.Helper()
	if err := w.net.Open(talk(person)); err != nil {
		w.t.Fatal(err)
	}
}

// next gives the next call to the callback.
func (w *world) next() string {
	w.t.Helper()
	select {
	case body := <-w.posts:
		return body
	case <-time.After(10 * time.Second):
		w.t.Fatal("no call came")
		return ""
	}
}

// event gives the only event of a call without its mid, and the mid.
func (w *world) event(body string) (event, mid string) {
	w.t.Helper()
	var call struct {
		Entry []struct{ Messaging []map[string]any }
	}
	if err := json.Unmarshal([]byte(body), &call); err != nil || len(call.Entry) != 1 || len(call.Entry[0].Messaging) != 1 {
		w.t.Fatalf("call %s, %v, want one event", body, err)
	}
	one := call.Entry[0].Messaging[0]
	for _, value := range one {
		if said, ok := value.(map[string]any); ok && said["mid"] != nil {
			mid = fmt.Sprint(said["mid"])
			delete(said, "mid")
		}
	}
	encoded, err := json.Marshal(one)
	if err != nil {
		w.t.Fatal(err)
	}
	return string(encoded), mid
}

func (w *world) shown() []simulate.Sent {
	w.t.Helper()
	sent, err := w.net.Messages(w.t.Context(), talk("200"), 0, 0)
	if err != nil {
		w.t.Fatal(err)
	}
	return sent
}

func TestCallers(t *testing.T) {
	w := newWorld(t)
	w.open("200")
	w.net.Expire("EAA7P100Sold")
	proof := "&appsecret_proof=" + mac(sha256.New, appSecret, []byte(token))
	bearer := httptest.NewRequest("GET", "/v25.0/me?x=y"+proof, nil)
	bearer.Header.Set("Authorization", "Bearer "+token)
	for _, test := range []struct {
		name    string
		request *http.Request
		want    string
	}{
		{"page by its number", request(token, appSecret, "GET", "/v25.0/100?fields=id,name,username", ""), `200 {"id":"100","name":"Page 100"}`},
		{"another version", request(token, appSecret, "GET", "/v9.1/me?fields=name", ""), `200 {"id":"100","name":"Page 100"}`},
		{"token in a header", bearer, `200 {"id":"100"`},
		{"another app's token", request("EAA8P100Sx", "simulated-secret-of-8", "GET", "/v25.0/me", ""), `200 {"id":"100"`},
		{"person", request(token, appSecret, "GET", "/v25.0/200?fields=first_name,last_name", ""), `200 {"first_name":"Ada","id":"200"}`},
		{"nobody", request(token, appSecret, "GET", "/v25.0/201", ""), `400 {"error":{"message":"(#100) Object with ID '201' does not exist`},
		{"no token", httptest.NewRequest("GET", "/v25.0/me", nil), `400 {"error":{"message":"(#2500) An active access token`},
		{"bad token", request("EAAx", appSecret, "GET", "/v25.0/me", ""), `400 {"error":{"message":"(#190) Malformed access token EAAx","type":"OAuthException","code":190,"fbtrace_id":"A`},
		{"M39 ended token", request("EAA7P100Sold", appSecret, "GET", "/v25.0/me", ""), `400 {"error":{"message":"(#190) Error validating access token: The session has been invalidated.","type":"OAuthException","code":190,"error_subcode":463`},
		{"no proof", httptest.NewRequest("GET", "/v25.0/me?access_token="+token, nil), `400 {"error":{"message":"(#100) API calls from the server require an appsecret_proof`},
		{"another secret's proof", request(token, "x", "GET", "/v25.0/me", ""), `400 {"error":{"message":"(#100) Invalid appsecret_proof`},
		{"wrong app token", request("7|x", "x", "GET", "/v25.0/7/subscriptions", ""), `400 {"error":{"message":"(#190) Error validating application.`},
		{"app as page", request(appToken, appSecret, "GET", "/v25.0/me/subscribed_apps", ""), `400 {"error":{"message":"(#15) `},
		{"app as node", request(appToken, appSecret, "GET", "/v25.0/100", ""), `400 {"error":{"message":"(#100) Object`},
		{"page as app", request(token, appSecret, "GET", "/v25.0/7/subscriptions", ""), `400 {"error":{"message":"(#15) `},
		{"another page", request(token, appSecret, "POST", "/v25.0/101/messages", "{}"), `400 {"error":{"message":"(#100) Object with ID '101'`},
		{"another app", request(appToken, appSecret, "GET", "/v25.0/8/subscriptions", ""), `400 {"error":{"message":"(#100) Object with ID '8'`},
		{"no such edge", request(token, appSecret, "GET", "/v25.0/me/feed", ""), `400 {"error":{"message":"(#2500) Unknown path components: /v25.0/me/feed"`},
		{"not JSON", request(token, appSecret, "POST", "/v25.0/me/messages", "{"), `400 {"error":{"message":"(#100) The body is not a JSON object.`},
		{"null", request(token, appSecret, "POST", "/v25.0/me/messages", "null"), `400 {"error":{"message":"(#100) The body is not a JSON object.`},
		{"too large", request(token, appSecret, "POST", "/v25.0/me/messages", strings.Repeat(" ", 2<<20)), `400 {"error":{"message":"(#100) The body is too large`},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := w.serve(test.request); !strings.HasPrefix(got, test.want) {
				t.Errorf("%s %s = %s, want %s", test.request.Method, test.request.URL.Path, got, test.want)
			}
		})
	}
}

func TestMakeUp(t *testing.T) {
	w := newWorld(t)
	seed := simulate.Seed{1, 2, 3, 9: 4, 31: 5}
	made := w.net.MakeUp(seed, bot.ChannelSpec{}, "page_token").Reveal()
	secret := w.net.MakeUp(seed, bot.ChannelSpec{}, "app_secret").Reveal()
	w.expect(request(made, secret, "GET", "/v25.0/me", ""), "200")
	if again := w.net.MakeUp(seed, bot.ChannelSpec{}, "page_token").Reveal(); again != made {
		t.Errorf("MakeUp() gives %q and %q, want the same", made, again)
	}
	if verify := w.net.MakeUp(seed, bot.ChannelSpec{}, "verify_token"); verify == "" {
		t.Error("MakeUp(verify_token) gives nothing")
	}
	if other := w.net.MakeUp(simulate.Seed{8: 1}, bot.ChannelSpec{}, "page_token").Reveal(); other == made {
		t.Errorf("MakeUp() of two seeds gives %q", made)
	}
}

// A token is of the app and the page that the channel names.
func TestMakeUpAgrees(t *testing.T) {
	w := newWorld(t)
	ch := bot.ChannelSpec{Settings: map[string]any{"app_id": "8", "account": "300"}}
	made, secret := w.net.MakeUp(simulate.Seed{1}, ch, "page_token").Reveal(), w.net.MakeUp(simulate.Seed{1}, ch, "app_secret").Reveal()
	w.expect(request(made, secret, "GET", "/v25.0/me", ""), `200 {"id":"300"`)
	w.expect(request("8|"+secret, secret, "GET", "/v25.0/8/subscriptions", ""), `200 {"data":[]}`)
}

func TestSetSecret(t *testing.T) {
	w := connected(t, "messages")
	if err := w.net.SetSecret("7", "another"); err != nil {
		t.Fatal(err)
	}
	w.expect(request(token, appSecret, "GET", "/v25.0/me", ""), `400 {"error":{"message":"(#100) Invalid appsecret_proof`)
	w.expect(request(token, "another", "GET", "/v25.0/me", ""), "200")
	w.secret = "another"
	w.user("say", `{"text":"hi"}`, "200")
	w.next()
	if err := w.net.SetSecret("7", " "); bot.KindOf(err) != bot.Invalid {
		t.Errorf("SetSecret(blank) = %v, want kind invalid", err)
	}
}

func TestPagesAreBounded(t *testing.T) {
	w := newWorld(t)
	w.net.MaxPages = 1
	w.as("EAA7P101Sx", "GET", "/v25.0/me", "", `400 {"error":{"message":"(#2) There are too many pages or apps.`)
	w.expect(request("EAA8P100Sx", "simulated-secret-of-8", "GET", "/v25.0/me", ""), `400 {"error":{"message":"(#2) `)
	w.call("GET", "/v25.0/me", "", "200")
}

func TestFaults(t *testing.T) {
	w := newWorld(t)
	for fault, want := range map[simulate.Fault]string{
		simulate.TooManyRequests: `429 {"error":{"message":"(#613) `, simulate.ServerError: `500 {"error":{"message":"(#1) `, simulate.BadGateway: `502 {"error":{"message":"(#2) `,
	} {
		if err := w.net.SetFaults(simulate.Faults{Rates: map[simulate.Fault]float64{fault: 1}, Methods: []string{"node"}, RetryAfter: 3}); err != nil {
			t.Fatal(err)
		}
		rec := httptest.NewRecorder()
		w.net.ServeHTTP(rec, request(token, appSecret, "GET", "/v25.0/me", ""))
		if got := fmt.Sprintf("%d %s", rec.Code, rec.Body); !strings.HasPrefix(got, want) {
			t.Errorf("GET with %s = %s, want %s", fault, got, want)
		}
		if got := rec.Header().Get("Retry-After"); (got == "3") != (fault == simulate.TooManyRequests) {
			t.Errorf("GET with %s asks to wait %q", fault, got)
		}
	}
	w.call("GET", "/v25.0/me/subscribed_apps", "", `200 {"data":[]}`)
}
