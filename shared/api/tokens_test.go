package api_test

import (
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
	"hookline/shared/store"
)

func TestTokensAreShownOnce(t *testing.T) {
	w := newWorld(t)
	made := w.ask("POST", "/v1/tokens", `{"name":"deploy","scopes":["write","read"],"expires_at":"2026-03-02T12:00:00Z"}`, 201)
	token, _ := made["token"].(string)
	id, _ := made["id"].(string)
	if !strings.HasPrefix(token, "admin.") || len(token) < len("admin.")+26 || strings.Contains(token, id) || len(id) != 16 {
		t.Fatalf("POST /v1/tokens = %v, want the account and something random", made)
	}
	delete(made, "token")
	want := map[string]any{
		"id": id, "name": "deploy", "account": "admin", "scopes": []any{"write", "read"},
		"created_at": "2026-03-01T12:00:00Z", "expires_at": "2026-03-02T12:00:00Z",
	}
	if diff := cmp.Diff(want, made); diff != "" {
		t.Errorf("POST /v1/tokens (-want +got):\n%s", diff)
	}
	if resp, text := w.sendAs(bot.Secret(token), "GET", "/v1/bots", ""); resp.StatusCode != 200 {
		t.Errorf("GET with the new token = %d %s", resp.StatusCode, text)
	}
	want["used_at"] = "2026-03-01T12:00:00Z"
	if diff := cmp.Diff(map[string]any{"tokens": []any{want}}, w.ask("GET", "/v1/tokens", "", 200)); diff != "" {
		t.Errorf("GET /v1/tokens (-want +got):\n%s", diff)
	}
	w.send("DELETE", "/v1/tokens/"+id, "")
	if resp, _ := w.sendAs(bot.Secret(token), "GET", "/v1/bots", ""); resp.StatusCode != 401 {
		t.Errorf("GET with a revoked token = %d, want 401", resp.StatusCode)
	}
	w.ask("DELETE", "/v1/tokens/"+id, "", 404)
}

func TestTokensPageByPage(t *testing.T) {
	w := newWorld(t)
	want := map[string]bool{}
	for i := range 5 {
		want[w.ask("POST", "/v1/tokens", fmt.Sprintf(`{"name":"t%d","scopes":["read"]}`, i), 201)["id"].(string)] = true
	}
	got := map[string]bool{}
	for cursor := "?limit=2"; cursor != ""; {
		page := w.ask("GET", "/v1/tokens"+cursor, "", 200)
		for _, token := range page["tokens"].([]any) {
			got[token.(map[string]any)["id"].(string)] = true
		}
		cursor = ""
		if next, ok := page["next"].(string); ok {
			cursor = "?limit=2&cursor=" + next
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("GET /v1/tokens page by page (-want +got):\n%s", diff)
	}
}

func TestTokensThatAreRefused(t *testing.T) {
	w := newWorld(t)
	w.ask("POST", "/v1/accounts", `{"account":"acme"}`, 201)
	tests := []struct {
		name, body string
		status     int
		detail     string
	}{
		{"no scopes", `{"name":"x","scopes":[]}`, 422, "validation failed"},
		{"a scope that is none", `{"name":"x","scopes":["all"]}`, 422, "validation failed"},
		{"no name", `{"name":"","scopes":["read"]}`, 422, "validation failed"},
		{"expired already", `{"name":"x","scopes":["read"],"expires_at":"2026-03-01T12:00:00Z"}`, 400, "expires_at is past"},
		{"unknown account", `{"name":"x","scopes":["read"],"account":"nobody"}`, 404, "no such account: nobody"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := w.ask("POST", "/v1/tokens", test.body, test.status); got["detail"] != test.detail {
				t.Errorf("POST /v1/tokens %s = %v, want %q", test.body, got, test.detail)
			}
		})
	}
	if tokens := w.ask("GET", "/v1/tokens", "", 200)["tokens"].([]any); len(tokens) != 0 {
		t.Errorf("tokens after refusals = %v, want none", tokens)
	}
}

func TestTokenIsReadAndChanged(t *testing.T) {
	const read, scopes = `{"name":"x","scopes":["read"]}`, `{"name":"x","scopes":["read"],"expires_at":"2026-03-02T12:00:00Z"}`
	for _, test := range []struct {
		name, made, body string
		status           int
		want             map[string]any // of what is changed
		detail           string
	}{
		{"a name", scopes, `{"name":"y"}`, 200, map[string]any{"name": "y"}, ""},
		{"an earlier expiry", scopes, `{"expires_at":"2026-03-01T12:00:01Z"}`, 200, map[string]any{"expires_at": "2026-03-01T12:00:01Z"}, ""},
		{"in another zone", scopes, `{"expires_at":"2026-03-02T12:00:00.9+01:00"}`, 200, map[string]any{"expires_at": "2026-03-02T11:00:00Z"}, ""},
		{"the first expiry", read, `{"expires_at":"2030-03-01T12:00:00Z"}`, 200, map[string]any{"expires_at": "2030-03-01T12:00:00Z"}, ""},
		{"the same expiry", scopes, `{"expires_at":"2026-03-02T12:00:00Z"}`, 200, nil, ""},
		{"nothing", scopes, `{}`, 200, nil, ""},
		{"a later expiry", scopes, `{"name":"y","expires_at":"2026-03-02T12:00:01Z"}`, 409, nil,
			"the token expires at 2026-03-02T12:00:00Z, which can only be brought forward: make a new token"},
		{"an expiry that is past", scopes, `{"expires_at":"2026-03-01T12:00:00Z"}`, 400, nil, "expires_at is past: to end a token now, revoke it"},
		{"no expiry any more", scopes, `{"expires_at":null}`, 400, nil, "expires_at is null: it can be changed, but not removed"},
		{"no name any more", scopes, `{"name":null}`, 400, nil, "name is null: it can be changed, but not removed"},
		{"no name", scopes, `{"name":""}`, 400, nil, "a token's name has 1 to 100 characters"},
		{"the longest name", scopes, `{"name":"` + strings.Repeat("é", 100) + `"}`, 200, map[string]any{"name": strings.Repeat("é", 100)}, ""},
		{"a name that is too long", scopes, `{"name":"` + strings.Repeat("n", 101) + `"}`, 400, nil, "a token's name has 1 to 100 characters"},
		{"scopes", scopes, `{"scopes":["admin"]}`, 400, nil,
			"a token's name is a text, its expires_at a time; nothing else of it can be changed"},
		{"no time", scopes, `{"expires_at":"tomorrow"}`, 400, nil,
			"a token's name is a text, its expires_at a time; nothing else of it can be changed"},
		{"no object", scopes, `[]`, 400, nil, "the body is not the JSON that is wanted here"},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			want := w.ask("POST", "/v1/tokens", test.made, 201)
			token := bot.Secret(want["token"].(string))
			delete(want, "token")
			path := "/v1/tokens/" + want["id"].(string)
			if diff := cmp.Diff(want, w.ask("GET", path, "", 200)); diff != "" {
				t.Errorf("GET (-want +got):\n%s", diff)
			}
			answer := w.ask("PATCH", path, test.body, test.status)
			maps.Copy(want, test.want)
			if test.status == 200 {
				if diff := cmp.Diff(want, answer); diff != "" {
					t.Errorf("PATCH %s (-want +got):\n%s", test.body, diff)
				}
			} else if answer["detail"] != test.detail {
				t.Errorf("PATCH %s = %v, want %q", test.body, answer, test.detail)
			}
			if diff := cmp.Diff(want, w.ask("GET", path, "", 200)); diff != "" {
				t.Errorf("GET after PATCH %s (-want +got):\n%s", test.body, diff)
			}
			expires, _ := want["expires_at"].(string)
			if at, err := time.Parse(time.RFC3339, expires); err == nil {
				w.now = at.Add(-time.Second)
				if resp, text := w.sendAs(token, "GET", "/v1/bots", ""); resp.StatusCode != 200 {
					t.Errorf("GET before the token expires = %d %s", resp.StatusCode, text)
				}
				w.now = at
				if resp, text := w.sendAs(token, "GET", "/v1/bots", ""); resp.StatusCode != 401 {
					t.Errorf("GET once the token has expired = %d %s, want 401", resp.StatusCode, text)
				}
			}
		})
	}
}

func TestTokensOfOthersAreNotThere(t *testing.T) {
	w := newWorld(t)
	ours := w.ask("POST", "/v1/tokens", `{"name":"ours","scopes":["read"]}`, 201)["id"].(string)
	theirs := w.newToken("acme", store.Scopes()...)
	for _, method := range []string{"GET", "PATCH"} {
		for _, id := range []string{ours, "0123456789abcdef", "%00", ours + "0", "0"} {
			if resp, text := w.sendAs(theirs, method, "/v1/tokens/"+id, `{"name":"theirs"}`); resp.StatusCode != 404 {
				t.Errorf("%s of token %s by another account = %d %s, want 404", method, id, resp.StatusCode, text)
			}
		}
	}
	if got := w.ask("GET", "/v1/tokens/"+ours, "", 200); got["name"] != "ours" {
		t.Errorf("the token is %v afterwards", got)
	}
}

func TestAccountIsRead(t *testing.T) {
	w := newWorld(t)
	token := bot.Secret(w.ask("POST", "/v1/accounts", `{"account":"acme"}`, 201)["token"].(string))
	want := map[string]any{"account": "acme", "created_at": "2026-03-01T12:00:00Z"}
	if diff := cmp.Diff(want, w.ask("GET", "/v1/accounts/acme", "", 200)); diff != "" {
		t.Errorf("GET (-want +got):\n%s", diff)
	}
	for id, detail := range map[string]string{
		"nobody": "no such account: nobody", "admin": "that is the main account, which is not among them",
	} {
		if got := w.ask("GET", "/v1/accounts/"+id, "", 404); got["detail"] != detail {
			t.Errorf("GET of %s = %v, want %q", id, got, detail)
		}
	}
	if resp, text := w.sendAs(token, "GET", "/v1/accounts/acme", ""); resp.StatusCode != 403 {
		t.Errorf("GET of itself by acme = %d %s, want 403", resp.StatusCode, text)
	}
}

func TestAccounts(t *testing.T) {
	w := newWorld(t)
	made := w.ask("POST", "/v1/accounts", `{"account":"acme"}`, 201)
	first := bot.Secret(made["token"].(string))
	if !strings.HasPrefix(first.Reveal(), "acme.") || made["account"] != "acme" {
		t.Fatalf("POST /v1/accounts = %v, want a token of the account", made)
	}
	w.ask("POST", "/v1/accounts", `{"account":"acme"}`, 409)
	w.ask("POST", "/v1/accounts", `{"account":"admin"}`, 409)
	w.ask("POST", "/v1/accounts", `{"account":"Acme.Corp"}`, 422)
	second := w.ask("POST", "/v1/tokens", `{"name":"lost and found","scopes":["read"],"account":"acme"}`, 201)
	want := map[string]any{"accounts": []any{map[string]any{"account": "acme", "created_at": "2026-03-01T12:00:00Z"}}}
	w.ask("POST", "/v1/tokens", `{"name":"of the main account","scopes":["read"]}`, 201)
	if diff := cmp.Diff(want, w.ask("GET", "/v1/accounts", "", 200)); diff != "" {
		t.Errorf("GET /v1/accounts (-want +got):\n%s", diff)
	}

	// Each account has its bot of the name, and one of another account's tokens does not make it say whether there is one.
	w.publish(pizza)
	if resp, text := w.sendAs(first, "PUT", "/v1/bots/pizza", pizza); resp.StatusCode != 200 || !strings.Contains(text, `"version":1`) {
		t.Errorf("PUT of another account = %d %s, want a bot of its own", resp.StatusCode, text)
	}
	for _, account := range []string{"acme2", "admin"} {
		body := `{"name":"x","scopes":["read"],"account":"` + account + `"}`
		if resp, text := w.sendAs(first, "POST", "/v1/tokens", body); resp.StatusCode != 403 {
			t.Errorf("a token for %s made by acme = %d %s, want 403", account, resp.StatusCode, text)
		}
	}

	for _, path := range []string{"/v1/accounts", "/v1/queue"} {
		if resp, text := w.sendAs(first, "GET", path, ""); resp.StatusCode != 403 {
			t.Errorf("GET %s of acme = %d %s, want 403", path, resp.StatusCode, text)
		}
	}

	w.ask("DELETE", "/v1/accounts/admin", "", 409)
	w.ask("DELETE", "/v1/accounts/nobody", "", 404)
	if got := w.ask("DELETE", "/v1/accounts/acme", "", 409); got["detail"] != "account acme has bots: delete them first" {
		t.Errorf("DELETE of an account with a bot = %v", got)
	}
	w.ask("POST", "/v1/accounts", `{"account":"empty"}`, 201)
	if resp, text := w.send("DELETE", "/v1/accounts/empty", ""); resp.StatusCode != 204 {
		t.Errorf("DELETE of an account without bots = %d %s, want 204", resp.StatusCode, text)
	}
	if resp, text := w.sendAs(bot.Secret(second["token"].(string)), "GET", "/v1/bots", ""); resp.StatusCode != 200 {
		t.Errorf("a token of an account that stays = %d %s, want 200", resp.StatusCode, text)
	}
}

// knock makes a call from an address and gives its status and how long it is asked to wait.
func (w *world) knock(remote string, token bot.Secret) (int, string) {
	req := httptest.NewRequestWithContext(w.Context(), http.MethodGet, "/v1/bots", nil)
	req.RemoteAddr = remote
	req.Header.Set("Authorization", "Bearer "+token.Reveal())
	recorder := httptest.NewRecorder()
	w.server.Config.Handler.ServeHTTP(recorder, req)
	return recorder.Code, recorder.Header().Get("Retry-After")
}

func TestWrongTokensAreSlowedDown(t *testing.T) {
	w := newWorld(t)
	good := w.newToken("acme", store.ScopeRead)
	const thief = "203.0.113.7:4444"
	for i := range 11 {
		if status, wait := w.knock(thief, "acme.guess"); status != 401 || wait != "" {
			t.Fatalf("wrong token %d = %d, wait %q, want 401", i+1, status, wait)
		}
	}
	for _, pause := range []int{1, 2, 4, 8, 16, 32, 64, 64} {
		for name, token := range map[string]bot.Secret{"wrong": "acme.guess", "right": good} {
			if status, wait := w.knock(thief, token); status != 429 || wait != fmt.Sprint(pause) {
				t.Errorf("a %s token in a pause of %d s = %d, wait %q", name, pause, status, wait)
			}
		}
		w.now = w.now.Add(time.Duration(pause) * time.Second)
		if status, _ := w.knock(thief, "acme.guess"); status != 401 {
			t.Errorf("a wrong token after a pause of %d s = %d, want 401", pause, status)
		}
	}
	if got := strings.Count(w.log.String(), "too many wrong tokens"); got != 1 || strings.Contains(w.log.String(), "guess") {
		t.Errorf("log = %s, want one line without the token", w.log)
	}
	tests := []struct {
		name, remote string
		token        bot.Secret
		status       int
	}{
		{"another address", "203.0.113.8:4444", good, 200},
		{"another port", "203.0.113.7:5555", good, 429},
		{"as IPv6", "[::ffff:203.0.113.7]:4444", good, 429},
		{"the admin token", thief, adminToken, 200},
		{"no token", thief, "", 401},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if status, _ := w.knock(test.remote, test.token); status != test.status {
				t.Errorf("GET from %s = %d, want %d", test.remote, status, test.status)
			}
		})
	}
	w.now = w.now.Add(3 * time.Minute)
	for range 11 {
		if status, _ := w.knock(thief, "acme.guess"); status != 401 {
			t.Fatalf("a wrong token after minutes of rest = %d, want 401", status)
		}
	}
}

func TestNetworksOfIPv6AreOne(t *testing.T) {
	w := newWorld(t)
	good := w.newToken("acme", store.ScopeRead)
	for i := range 11 {
		w.knock(fmt.Sprintf("[2001:db8::%x]:1", i+1), "acme.guess")
	}
	for remote, want := range map[string]int{"[2001:db8::ffff]:1": 429, "[2001:db8:0:1::1]:1": 200, "somewhere": 200} {
		if status, _ := w.knock(remote, good); status != want {
			t.Errorf("GET from %s = %d, want %d", remote, status, want)
		}
	}
}
