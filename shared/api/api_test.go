package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/api"
	"hookline/shared/bot"
	"hookline/shared/provider"
	"hookline/shared/secret"
	"hookline/shared/store"
)

const (
	adminToken = "admin.correct-horse"
	address    = "https://bots.example.com"
)

var start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// network is a provider that notes what it is asked and answers as the test says.
type network struct {
	calls    []string
	identity bot.Identity
	steps    []string
	// registration is what Inspect gives.
	registration provider.Registration
	limits       provider.Limits
	// fail is the error of a call, by its name.
	fail map[string]error
}

var (
	_ provider.Provider  = (*network)(nil)
	_ provider.Connector = (*network)(nil)
	_ provider.Poller    = (*network)(nil)
	_ provider.Inspector = (*network)(nil)
)

func (n *network) Describe() provider.Description {
	return provider.Description{Name: "telegram", Limits: n.limits, Fields: []provider.Field{{Name: "token", Secret: true, Required: true, Exclusive: true, Doc: "the token"}}}
}

func (n *network) Verify(bot.Channel, http.Header, []byte) error  { return nil }
func (n *network) Parse(bot.Channel, []byte) ([]bot.Event, error) { return nil, nil }

// Split cuts at '|', so that a test can ask for several parts.
func (n *network) Split(p bot.Part) (parts []bot.Part) {
	if p.Text == "" {
		return []bot.Part{p}
	}
	for text := range strings.SplitSeq(p.Text, "|") {
		if p.Text = text; text != "" {
			parts = append(parts, p)
		}
	}
	return parts
}

func (n *network) called(name string, ch bot.Channel, more string) error {
	n.calls = append(n.calls, strings.TrimSpace(name+" "+ch.Name+" "+more))
	return n.fail[name]
}

func (n *network) Send(context.Context, bot.Channel, bot.Reply) (provider.Receipt, error) {
	return provider.Receipt{}, nil
}

func (n *network) Identify(_ context.Context, ch bot.Channel) (bot.Identity, error) {
	return n.identity, n.called("identify", ch, "")
}

func (n *network) Connect(_ context.Context, ch bot.Channel, address string, takeOver bool) (provider.Connection, error) {
	more := strings.ReplaceAll(address, ch.ID, "ID")
	if takeOver {
		more += " take over"
	}
	return provider.Connection{Steps: n.steps}, n.called("connect", ch, more)
}

func (n *network) Disconnect(_ context.Context, ch bot.Channel, address string) error {
	return n.called("disconnect", ch, strings.ReplaceAll(address, ch.ID, "ID"))
}

func (n *network) Inspect(_ context.Context, ch bot.Channel) (provider.Registration, error) {
	return n.registration, n.called("inspect", ch, "")
}

func (n *network) Pollable(_ context.Context, ch bot.Channel) error {
	return n.called("pollable", ch, "")
}

func (n *network) Poll(context.Context, bot.Channel, string, time.Duration) ([][]byte, string, error) {
	return nil, "", nil
}

// sent is a queue that keeps what is sent.
type sent []bot.Job

func (s *sent) Send(_ context.Context, jobs ...bot.Job) error {
	*s = append(*s, jobs...)
	return nil
}

// world is an API over a real store, behind a real HTTP server.
type world struct {
	*testing.T
	api     *api.API
	table   store.Table
	store   *store.Store
	network *network
	queue   *sent
	notices *sent
	log     *bytes.Buffer
	changes int
	now     time.Time
	server  *httptest.Server
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{T: t, network: &network{fail: map[string]error{}}, queue: &sent{}, notices: &sent{}, log: &bytes.Buffer{}, now: start}
	now := func() time.Time { return w.now }
	keys, err := secret.New([]byte(strings.Repeat("k", secret.KeyBytes)))
	if err != nil {
		t.Fatal(err)
	}
	w.table = newTable(t, now)
	w.store = store.New(w.table, keys, now)
	w.api = &api.API{
		Store: w.store, Queue: w.queue, Notifications: w.notices, Providers: provider.NewSet(w.network),
		Owner: "admin", TokenHash: secret.HashToken(adminToken), Address: address, Mode: api.Public,
		OnChange: func() { w.changes++ }, Log: slog.New(slog.NewTextHandler(w.log, nil)), Now: now,
	}
	w.server = httptest.NewServer(w.api.Handler())
	t.Cleanup(w.server.Close)
	return w
}

// send makes a call with the admin token and gives the status and the body.
func (w *world) send(method, path, body string) (*http.Response, string) {
	w.Helper()
	return w.sendAs(adminToken, method, path, body)
}

func (w *world) sendAs(token bot.Secret, method, path, body string) (*http.Response, string) {
	w.Helper()
	req, err := http.NewRequestWithContext(w.Context(), method, w.server.URL+path, strings.NewReader(body))
	if err != nil {
		w.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token.Reveal())
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		w.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		w.Fatal(err)
	}
	return resp, string(text)
}

// ask makes a call that must be answered with the status, and decodes the answer.
func (w *world) ask(method, path, body string, status int) map[string]any {
	w.Helper()
	resp, text := w.send(method, path, body)
	if resp.StatusCode != status {
		w.Fatalf("%s %s = %d %s, want %d", method, path, resp.StatusCode, text, status)
	}
	var answer map[string]any
	if err := json.Unmarshal([]byte(text), &answer); err != nil {
		w.Fatalf("%s %s answers %q: %v", method, path, text, err)
	}
	return answer
}

func (w *world) publish(file string) map[string]any {
	w.Helper()
	return w.ask("PUT", "/v1/bots/pizza", file, http.StatusOK)
}

func (w *world) head() bot.Head {
	w.Helper()
	head, err := w.store.BotByName(w.Context(), "admin", "pizza")
	if err != nil {
		w.Fatal(err)
	}
	return head
}

func (w *world) channel(name string) bot.Channel {
	w.Helper()
	ch, err := w.store.Channel(w.Context(), w.head().Channels[name])
	if err != nil {
		w.Fatal(err)
	}
	return ch
}

const pizza = `
bot: pizza
channels:
  telegram: {token: {value: "1:secret-token", from: TELEGRAM_TOKEN}}
handlers:
  - name: start
    pattern: '^/start$'
    response: {text: "Which pizza?", keyboard: [[Margherita]]}
    target_state: choosing
  - name: fallback
    priority: -10
    response: {text: Pardon?}
`

func TestToken(t *testing.T) {
	tests := []struct {
		name, header string
		hash         string
		status       int
	}{
		{"right", "Bearer " + adminToken, secret.HashToken(adminToken), 200},
		{"scheme in small letters", "bearer " + adminToken, secret.HashToken(adminToken), 200},
		{"absent", "", secret.HashToken(adminToken), 401},
		{"empty", "Bearer ", secret.HashToken(adminToken), 401},
		{"wrong", "Bearer admin.wrong-horse", secret.HashToken(adminToken), 401},
		{"beginning of the right one", "Bearer admin.correct", secret.HashToken(adminToken), 401},
		{"other scheme", "Basic " + adminToken, secret.HashToken(adminToken), 401},
		{"the hash itself", "Bearer " + secret.HashToken(adminToken), secret.HashToken(adminToken), 401},
		{"none is set up", "Bearer ", "", 401},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			w.api.TokenHash = test.hash
			for _, path := range []string{"/v1/bots", "/v1/openapi.json"} {
				req := httptest.NewRequestWithContext(t.Context(), "GET", path, nil)
				if test.header != "" {
					req.Header.Set("Authorization", test.header)
				}
				recorder := httptest.NewRecorder()
				w.api.Handler().ServeHTTP(recorder, req)
				if recorder.Code != test.status {
					t.Errorf("GET %s with %q = %d, want %d", path, test.header, recorder.Code, test.status)
				}
				if test.status == 401 && recorder.Header().Get("WWW-Authenticate") == "" {
					t.Errorf("GET %s with %q does not say which scheme is wanted", path, test.header)
				}
			}
		})
	}
}

func TestHealthWantsNoToken(t *testing.T) {
	w := newWorld(t)
	resp, err := http.Get(w.server.URL + "/healthz")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var got map[string]string
	if err := json.NewDecoder(resp.Body).Decode(&got); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"status": "ok", "mode": "public"}
	if diff := cmp.Diff(want, got); diff != "" || resp.StatusCode != 200 {
		t.Errorf("GET /healthz = %d, (-want +got)\n%s", resp.StatusCode, diff)
	}
}

func TestB8EveryErrorIsAProblem(t *testing.T) {
	tests := []struct {
		name, method, path, body string
		status                   int
		detail                   string
	}{
		{"unknown path", "GET", "/v1/nothing", "", 404, "no such address: GET /v1/nothing"},
		{"unknown method", "DELETE", "/v1/bots/pizza/turns", "", 405, "/v1/bots/pizza/turns takes GET only"},
		{"parameter without a value", "GET", "/v1/bots?limit=", "", 422, "validation failed"},
		{"unknown bot", "GET", "/v1/bots/burger", "", 404, "no such bot: burger"},
		{"unknown bot's turns", "GET", "/v1/bots/burger/turns", "", 404, "no such bot: burger"},
		{"unknown bot's channel", "POST", "/v1/bots/burger/channels/telegram/connect", "", 404, "no such bot: burger"},
		{"limit too high", "GET", "/v1/bots?limit=5000", "", 422, "validation failed"},
		{"time that is none", "GET", "/v1/bots/pizza/turns?since=yesterday", "", 422, "validation failed"},
		{"body too large", "PUT", "/v1/bots/pizza", strings.Repeat(" ", 8<<20), 413, "request body is too large limit=8388608 bytes"},
		{"body of the wrong shape", "POST", "/v1/bots/pizza/channels/telegram/connect", `{"take_over": "yes"}`, 422, "validation failed"},
	}
	w := newWorld(t)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			resp, text := w.send(test.method, test.path, test.body)
			var got struct {
				Title, Detail string
				Status        int
				Errors        []bot.Problem
			}
			if err := json.Unmarshal([]byte(text), &got); err != nil {
				t.Fatalf("%s %s answers %q: %v", test.method, test.path, text, err)
			}
			if resp.StatusCode != test.status || got.Status != test.status || got.Detail != test.detail {
				t.Errorf("%s %s = %d %s, want %d %q", test.method, test.path, resp.StatusCode, text, test.status, test.detail)
			}
			if kind := resp.Header.Get("Content-Type"); kind != "application/problem+json" {
				t.Errorf("%s %s is answered as %q", test.method, test.path, kind)
			}
			if test.detail == "validation failed" && (len(got.Errors) != 1 || got.Errors[0].Path == "" || got.Errors[0].Message == "") {
				t.Errorf("%s %s does not name what is wrong: %s", test.method, test.path, text)
			}
		})
	}
}

func TestNoPageLoadsFromElsewhere(t *testing.T) {
	w := newWorld(t)
	for _, path := range []string{"/v1/docs", "/schemas/Problem.json", "/openapi.json"} {
		if resp, text := w.send("GET", path, ""); resp.StatusCode != http.StatusNotFound {
			t.Errorf("GET %s = %d %.80s, want 404", path, resp.StatusCode, text)
		}
	}
}

func TestOpenAPIListsEveryOperation(t *testing.T) {
	w := newWorld(t)
	document := w.ask("GET", "/v1/openapi.json", "", 200)
	if version, _ := document["openapi"].(string); !strings.HasPrefix(version, "3.1.") {
		t.Errorf("the document is of OpenAPI %q, want 3.1", version)
	}
	got := []string{}
	for path, item := range document["paths"].(map[string]any) {
		for method := range item.(map[string]any) {
			got = append(got, strings.ToUpper(method)+" "+path)
		}
	}
	want := []string{
		"GET /v1/bots", "GET /v1/bots/{bot}", "PUT /v1/bots/{bot}",
		"POST /v1/bots/{bot}/channels/{channel}/connect", "POST /v1/bots/{bot}/channels/{channel}/disconnect",
		"GET /v1/bots/{bot}/hooks", "POST /v1/bots/{bot}/hooks/{hook}/rotate",
		"DELETE /v1/bots/{bot}/hooks/{hook}/key", "GET /v1/bots/{bot}/hooks/{hook}/recipients",
		"POST /v1/bots/{bot}/hooks/{hook}/recipients", "DELETE /v1/bots/{bot}/hooks/{hook}/recipients/{recipient}",
		"GET /v1/bots/{bot}/hooks/{hook}/calls", "GET /v1/bots/{bot}/hooks/{hook}/calls/{call}",
		"GET /v1/bots/{bot}/conversations", "GET /v1/bots/{bot}/channels/{channel}/conversations/{chat}/{user}",
		"PATCH /v1/bots/{bot}/channels/{channel}/conversations/{chat}/{user}",
		"DELETE /v1/bots/{bot}/channels/{channel}/conversations/{chat}/{user}",
		"GET /v1/bots/{bot}/channels/{channel}/users/{user}/export", "DELETE /v1/bots/{bot}/channels/{channel}/users/{user}",
		"POST /v1/bots/{bot}/send", "GET /v1/bots/{bot}/send/{message}",
		"GET /v1/bots/{bot}/turns", "GET /v1/bots/{bot}/dead", "POST /v1/bots/{bot}/dead/{letter}/redrive",
		"GET /v1/bots/{bot}/dead/count", "GET /v1/bots/{bot}/dead/{letter}", "POST /v1/bots/{bot}/dead/redrive",
		"DELETE /v1/bots/{bot}/dead", "PATCH /v1/bots/{bot}/dead/{letter}", "DELETE /v1/bots/{bot}/dead/{letter}", "GET /v1/queue", "GET /v1/bots/{bot}/channels/{channel}/health",
		"GET /v1/bots/{bot}/turns/{turn}", "GET /v1/bots/{bot}/versions", "GET /v1/bots/{bot}/versions/{version}", "POST /v1/bots/{bot}/versions/{version}/rollback",
		"GET /v1/tokens", "POST /v1/tokens", "GET /v1/tokens/{token}", "PATCH /v1/tokens/{token}", "DELETE /v1/tokens/{token}",
		"GET /v1/deletions", "POST /v1/deletions/{deletion}", "GET /v1/accounts", "POST /v1/accounts", "GET /v1/accounts/{account}", "PATCH /v1/accounts/{account}", "DELETE /v1/accounts/{account}", "GET /v1/audit",
		"GET /v1/bots/{bot}/hooks/{hook}/recipients/{recipient}", "PUT /v1/bots/{bot}/hooks/{hook}/recipients/{recipient}",
		"PATCH /v1/bots/{bot}/hooks/{hook}/recipients/{recipient}",
		"PATCH /v1/bots/{bot}", "DELETE /v1/bots/{bot}",
		"GET /v1/bots/{bot}/handlers", "POST /v1/bots/{bot}/handlers", "POST /v1/bots/{bot}/hooks",
		"GET /v1/bots/{bot}/states", "GET /v1/bots/{bot}/env", "GET /v1/bots/{bot}/channels",
	}
	for _, part := range []string{"handlers", "states", "env", "channels", "hooks"} {
		one := " /v1/bots/{bot}/" + part + "/{name}"
		want = append(want, "GET"+one, "PUT"+one, "DELETE"+one, "PATCH"+one)
	}
	if diff := cmp.Diff(sorted(want), sorted(got)); diff != "" {
		t.Errorf("operations of the OpenAPI document (-want +got)\n%s", diff)
	}
}
