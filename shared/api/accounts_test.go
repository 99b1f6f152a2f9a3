package api_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
	"hookline/shared/secret"
	"hookline/shared/store"
	"hookline/shared/store/tabletest"
)

func TestLimitsOfAccounts(t *testing.T) {
	w := newWorld(t)
	w.ask("POST", "/v1/accounts", `{"account":"acme","limits":{"bots":5,"requests":null,"sends":0}}`, 201)
	shown := func() any {
		t.Helper()
		return w.ask("GET", "/v1/accounts", "", 200)["accounts"].([]any)[0].(map[string]any)["limits"]
	}
	if diff := cmp.Diff(map[string]any{"bots": 5.0}, shown()); diff != "" {
		t.Errorf("limits of an account that was made with 5 bots (-want +got):\n%s", diff)
	}
	tests := []struct {
		name, body string
		want       any
	}{
		{"others stay", `{"limits":{"handlers":7,"stored_bytes":1000000,"requests":60,"sends":2}}`,
			map[string]any{"bots": 5.0, "handlers": 7.0, "stored_bytes": 1e6, "requests": 60.0, "sends": 2.0}},
		{"nothing", `{"limits":{}}`, map[string]any{"bots": 5.0, "handlers": 7.0, "stored_bytes": 1e6, "requests": 60.0, "sends": 2.0}},
		{"0 and null are the default", `{"limits":{"bots":0,"handlers":null,"stored_bytes":0}}`, map[string]any{"requests": 60.0, "sends": 2.0}},
		{"none are left", `{"limits":{"requests":null,"sends":null}}`, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := w.ask("PATCH", "/v1/accounts/acme", test.body, 200)
			if diff := cmp.Diff(test.want, got["limits"]); diff != "" || got["account"] != "acme" {
				t.Errorf("PATCH %s = %v (-want +got):\n%s", test.body, got, diff)
			}
			if diff := cmp.Diff(test.want, shown()); diff != "" {
				t.Errorf("GET after PATCH %s (-want +got):\n%s", test.body, diff)
			}
		})
	}
}

func TestLimitsThatAreNone(t *testing.T) {
	w := newWorld(t)
	w.ask("POST", "/v1/accounts", `{"account":"acme"}`, 201)
	tests := []struct {
		path, body string
		status     int
	}{
		{"acme", `{"limits":{"bots":-1}}`, 422},
		{"acme", `{"limits":{"bots":100001}}`, 422},
		{"acme", `{"limits":{"bots":1.5}}`, 422},
		{"acme", `{"limits":{"bots":"1"}}`, 422},
		{"acme", `{"limits":{"bots":1e30}}`, 422},
		{"acme", `{"limits":{"cats":1}}`, 422},
		{"acme", `{"limits":null}`, 422},
		{"acme", `{}`, 422},
		{"acme", ``, 400},
		{"nobody", `{"limits":{"bots":1}}`, 404},
		{"admin", `{"limits":{"bots":1}}`, 409},
	}
	for _, test := range tests {
		t.Run(test.path+" "+test.body, func(t *testing.T) {
			resp, text := w.send("PATCH", "/v1/accounts/"+test.path, test.body)
			if resp.StatusCode != test.status || resp.Header.Get("Content-Type") != "application/problem+json" {
				t.Errorf("PATCH /v1/accounts/%s %s = %d %s %s, want a problem %d", test.path, test.body, resp.StatusCode, resp.Header.Get("Content-Type"), text, test.status)
			}
		})
	}
	accounts, err := w.store.Accounts(t.Context(), "", 10)
	if err != nil || len(accounts) != 1 || accounts[0].Limits.Bots != 0 {
		t.Errorf("Accounts() = %+v, %v, want acme without limits", accounts, err)
	}
}

func TestLimitsAreChangedByTheMainAccountAndAudited(t *testing.T) {
	w := newWorld(t)
	acme := bot.Secret(w.ask("POST", "/v1/accounts", `{"account":"acme","limits":{"bots":1}}`, 201)["token"].(string))
	if resp, text := w.sendAs(acme, "PATCH", "/v1/accounts/acme", `{"limits":{"bots":9}}`); resp.StatusCode != 403 || !strings.Contains(text, "only the main account") {
		t.Errorf("PATCH of acme by itself = %d %s, want 403", resp.StatusCode, text)
	}
	for range 2 { // the second changes nothing
		w.now = w.now.Add(time.Second)
		w.ask("PATCH", "/v1/accounts/acme", `{"limits":{"bots":2}}`, 200)
	}
	entries := w.ask("GET", "/v1/audit", "", 200)["entries"].([]any)
	var got []any
	for _, e := range entries {
		entry := e.(map[string]any)
		got = append(got, entry["operation"], entry["changes"])
	}
	want := []any{
		"change-account", nil,
		"change-account", []any{map[string]any{"path": "limits", "what": "changed", "before": map[string]any{"bots": 1.0}, "after": map[string]any{"bots": 2.0}}},
		"create-account", []any{map[string]any{"path": "limits", "what": "changed", "before": map[string]any{}, "after": map[string]any{"bots": 1.0}}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the audit, newest first (-want +got):\n%s", diff)
	}
}

// What would be over a limit is refused by every way to publish, in words that help, and what is live stays.
func TestOverALimit(t *testing.T) {
	const more = "  - {name: third, response: {text: more}}\n"
	pasta := strings.NewReplacer("bot: pizza", "bot: pasta", "1:secret", "2:secret").Replace(pizza)
	tests := []struct {
		name               string
		limits             string
		method, path, body string
		want               string
	}{
		{"another bot", `{"bots":1}`, "PUT", "/v1/bots/pasta", pasta,
			"account acme: the account has 1 bots and may have 1. The main account can raise that: hookline account limit acme --bots N"},
		{"another bot, rehearsed", `{"bots":1}`, "PUT", "/v1/bots/pasta?dry_run=true", pasta, "the account has 1 bots"},
		{"handlers", `{"handlers":2}`, "PUT", "/v1/bots/pizza", pizza + more, "bot pizza has 3 handlers and may have 2. "},
		{"handlers, rehearsed", `{"handlers":2}`, "PUT", "/v1/bots/pizza?dry_run=true", pizza + more, "bot pizza has 3 handlers and may have 2. "},
		{"a handler that is added", `{"handlers":2}`, "POST", "/v1/bots/pizza/handlers", `{"name":"third","pattern":"x"}`, "bot pizza has 3 handlers"},
		{"bytes", `{"stored_bytes":300}`, "PATCH", "/v1/bots/pizza", `{"description":"longer"}`, "bytes and may have 300; each goes 30 days"},
		{"bytes, rehearsed", `{"stored_bytes":300}`, "PUT", "/v1/bots/pizza?dry_run=true", pizza + more, "bytes and may have 300"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			acme := bot.Secret(w.ask("POST", "/v1/accounts", `{"account":"acme"}`, 201)["token"].(string))
			if resp, text := w.sendAs(acme, "PUT", "/v1/bots/pizza", pizza); resp.StatusCode != 200 {
				t.Fatalf("PUT = %d %s", resp.StatusCode, text)
			}
			_, before := w.sendAs(acme, "GET", "/v1/bots/pizza", "")
			w.ask("PATCH", "/v1/accounts/acme", `{"limits":`+test.limits+`}`, 200)
			resp, text := w.sendAs(acme, test.method, test.path, test.body)
			var p struct{ Kind, Reason, Detail string }
			if err := json.Unmarshal([]byte(text), &p); err != nil {
				t.Fatal(err)
			}
			if resp.StatusCode != http.StatusForbidden || p.Kind != "forbidden" || p.Reason != "account_limit" || !strings.Contains(p.Detail, test.want) {
				t.Errorf("%s %s = %d %s, want 403, account_limit, %q", test.method, test.path, resp.StatusCode, text, test.want)
			}
			if _, after := w.sendAs(acme, "GET", "/v1/bots/pizza", ""); after != before {
				t.Errorf("what is live was %s, is %s", before, after)
			}
			if resp, _ := w.sendAs(acme, "GET", "/v1/bots/pasta", ""); resp.StatusCode != 404 {
				t.Errorf("GET of a bot that was refused = %d, want 404", resp.StatusCode)
			}
			w.ask("PATCH", "/v1/accounts/acme", `{"limits":{"bots":null,"handlers":null,"stored_bytes":null}}`, 200)
			if resp, text := w.sendAs(acme, test.method, test.path, test.body); resp.StatusCode/100 != 2 {
				t.Errorf("%s %s once the limit is gone = %d %s", test.method, test.path, resp.StatusCode, text)
			}
		})
	}
}

func TestLimitsAreDescribed(t *testing.T) {
	_, text := newWorld(t).send("GET", "/v1/openapi.json", "")
	for _, want := range []string{"stored_bytes", "account_limit", "within a minute", "HOOKLINE_REQUESTS"} {
		if !strings.Contains(text, want) {
			t.Errorf("the OpenAPI document does not tell of %s", want)
		}
	}
}

// A call that was let in before its account was deleted makes no bot that nobody has.
func TestNoBotOfADeletedAccount(t *testing.T) {
	w := newWorld(t)
	token := bot.Secret(w.ask("POST", "/v1/accounts", `{"account":"acme"}`, 201)["token"].(string))
	keys, err := secret.New([]byte(strings.Repeat("k", secret.KeyBytes)))
	if err != nil {
		t.Fatal(err)
	}
	w.api.Store = store.New(&tabletest.Interrupted{Table: w.table, Act: func() {
		if err := w.store.DeleteAccount(t.Context(), "acme"); err != nil {
			t.Error(err)
		}
	}}, keys, func() time.Time { return w.now })
	response, answer := w.sendAs(token, "PUT", "/v1/bots/pizza", pizza)
	heads, err := w.store.Bots(t.Context(), "acme", "", 1)
	if response.StatusCode != 404 || err != nil || len(heads) > 0 {
		t.Errorf("PUT = %d %s, then %d bots, %v; want 404 and none", response.StatusCode, answer, len(heads), err)
	}
}
