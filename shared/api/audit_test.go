package api_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/store"
)

// audit gives the newest entries, without what is random.
func (w *world) audit(query string) []any {
	w.Helper()
	entries := w.ask("GET", "/v1/audit"+query, "", 200)["entries"].([]any)
	for _, e := range entries {
		entry := e.(map[string]any)
		if id, _ := entry["id"].(string); id == "" || !strings.HasPrefix(entry["time"].(string), "2026-03-01T12:00:0") {
			w.Errorf("entry = %v, want an id and the time", entry)
		}
		delete(entry, "id")
		delete(entry, "time")
	}
	return entries
}

func TestAuditTellsWhoChangedWhat(t *testing.T) {
	type fields = map[string]any
	hook := fields{"hook": "courier"}
	tests := []struct {
		name, method, path, body string
		want                     fields // nil: none
	}{
		{"publish", "PUT", "/v1/bots/pizza", strings.Replace(withHook, "Which pizza?", "Which?", 1), fields{
			"operation": "put-bot", "changes": []any{fields{
				"path": "handlers.start.response.text", "what": "changed", "before": "Which pizza?", "after": "Which?",
			}},
		}},
		{"new credential", "PUT", "/v1/bots/pizza", strings.Replace(withHook, "1:secret-token", "2:fresh-secret", 1), fields{
			"operation": "put-bot", "changes": []any{fields{"path": "channels.telegram.token", "what": "new value"}},
		}},
		{"rehearsal", "PUT", "/v1/bots/pizza?dry_run=true", pizza, nil},
		{"a file that is not right", "PUT", "/v1/bots/pizza", "bot: 7", nil},
		{"reading", "GET", "/v1/bots/pizza", "", nil},
		{"rollback", "POST", "/v1/bots/pizza/versions/1/rollback", "", fields{
			"operation": "rollback", "resource": fields{"version": "1"},
		}},
		{"connect", "POST", "/v1/bots/pizza/channels/telegram/connect", `{"rotate":true}`, fields{
			"operation": "connect-channel", "resource": fields{"channel": "telegram"},
			"changes": []any{fields{"path": "webhook_secret", "what": "new value"}},
		}},
		{"disconnect", "POST", "/v1/bots/pizza/channels/telegram/disconnect", "", fields{
			"operation": "disconnect-channel", "resource": fields{"channel": "telegram"},
		}},
		{"unknown channel", "POST", "/v1/bots/pizza/channels/kik/disconnect", "", nil},
		{"disable a hook", "PATCH", courier, `{"disabled":true}`, fields{
			"operation": "patch-hook", "resource": fields{"name": "courier"},
			"changes": []any{fields{"path": "hooks.courier.disabled", "what": "added", "after": true}},
		}},
		{"F4 disable a channel", "PATCH", "/v1/bots/pizza/channels/telegram", `{"disabled":true}`, fields{
			"operation": "patch-channel", "resource": fields{"name": "telegram"},
			"changes": []any{fields{"path": "channels.telegram.disabled", "what": "added", "after": true}},
		}},
		{"new token of a hook", "POST", courier + "/rotate", "", fields{
			"operation": "rotate-hook", "resource": hook, "changes": []any{fields{"path": "token", "what": "new value"}},
		}},
		{"new key of a hook", "POST", courier + "/rotate", `{"key":true}`, fields{
			"operation": "rotate-hook", "resource": hook, "changes": []any{fields{"path": "key", "what": "new value"}},
		}},
		{"no key any more", "DELETE", courier + "/key", "", fields{"operation": "delete-hook-key", "resource": hook}},
		{"redrive", "POST", "/v1/bots/pizza/dead/letter-1/redrive", "", fields{
			"operation": "redrive-dead", "resource": fields{"letter": "letter-1"},
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			w.publish(withHook)
			w.bury("letter-1")
			token := w.newToken("admin", store.ScopeRead, store.ScopeWrite)
			id := w.ask("GET", "/v1/tokens", "", 200)["tokens"].([]any)[0].(fields)["id"]
			w.now = w.now.Add(time.Second)
			if resp, text := w.sendAs(token, test.method, test.path, test.body); (resp.StatusCode/100 == 2) != (test.want != nil || test.method == "GET" || strings.Contains(test.path, "dry_run")) {
				t.Fatalf("%s %s = %d %s", test.method, test.path, resp.StatusCode, text)
			}
			got := w.audit("?bot=pizza")
			if test.want == nil {
				if len(got) != 1 {
					t.Errorf("%s %s is in the audit: %v", test.method, test.path, got)
				}
				return
			}
			test.want["by"], test.want["token"], test.want["bot"] = "admin token", id, "pizza"
			if diff := cmp.Diff(test.want, got[0]); diff != "" || len(got) != 2 {
				t.Errorf("%s %s: %d entries, the newest (-want +got):\n%s", test.method, test.path, len(got), diff)
			}
			if text := w.log.String(); text != "" {
				t.Errorf("log = %s", text)
			}
		})
	}
}

func TestAuditOfTokensAndAccounts(t *testing.T) {
	w := newWorld(t)
	made := w.ask("POST", "/v1/accounts", `{"account":"acme"}`, 201)
	w.now = w.now.Add(time.Second)
	w.send("DELETE", "/v1/accounts/acme", "")
	w.now = w.now.Add(time.Second)
	token := w.ask("POST", "/v1/tokens", `{"name":"deploy","scopes":["write","read"]}`, 201)
	w.now = w.now.Add(time.Second)
	w.send("PATCH", "/v1/tokens/"+token["id"].(string), `{"name":"ship","expires_at":"2026-03-02T12:00:00Z"}`)
	w.now = w.now.Add(time.Second)
	w.send("DELETE", "/v1/tokens/"+token["id"].(string), "")
	w.now = w.now.Add(time.Second)
	w.publish(pizza)
	type fields = map[string]any
	want := []any{
		fields{"by": "admin", "operation": "revoke-token", "resource": fields{"token": token["id"], "name": "ship"}},
		fields{"by": "admin", "operation": "change-token", "resource": fields{"token": token["id"], "name": "ship"}, "changes": []any{
			fields{"path": "name", "what": "set to ship"}, fields{"path": "expires_at", "what": "set to 2026-03-02T12:00:00Z"},
		}},
		fields{"by": "admin", "operation": "create-token", "resource": fields{
			"token": token["id"], "name": "deploy", "account": "admin", "scopes": "[write read]",
		}},
		fields{"by": "admin", "operation": "delete-account", "resource": fields{"account": "acme"}},
		fields{"by": "admin", "operation": "create-account", "resource": fields{
			"token": made["id"], "name": "admin", "account": "acme", "scopes": "[read write send admin]",
		}},
	}
	got := w.audit("")
	if diff := cmp.Diff(want, got[1:]); diff != "" {
		t.Errorf("GET /v1/audit (-want +got):\n%s", diff)
	}
	_, text := w.send("GET", "/v1/audit", "")
	for _, secret := range []any{"secret-token", token["token"], made["token"]} {
		if strings.Contains(text, secret.(string)) {
			t.Errorf("GET /v1/audit shows %s", secret)
		}
	}
}

// Nothing in the audit tells who was erased, and who knows the id finds it.
func TestAuditKeepsNoUser(t *testing.T) {
	w := newWorld(t)
	w.publish(withHook)
	w.stand("telegram", "4711", "4711", "choosing")
	const one = "/v1/bots/pizza/channels/telegram/conversations/4711/4711"
	recipient := w.ask("POST", courier+"/recipients", `{"channel":"telegram","chat":"4711"}`, 200)["id"].(string)
	w.ask("PATCH", one, `{"reset":true}`, 200)
	as := w.ask("DELETE", "/v1/bots/pizza/channels/telegram/users/4711", "", 200)["audited_as"].(string)
	w.send("DELETE", courier+"/recipients/"+url.PathEscape(recipient), "")
	w.ask("DELETE", "/v1/bots/pizza/channels/telegram/users/4712", "", 200)
	_, text := w.send("GET", "/v1/audit", "")
	if strings.Contains(text, "471") {
		t.Errorf("GET /v1/audit = %s, which tells who was erased", text)
	}
	channel, _, _ := strings.Cut(recipient, "#")
	operations := map[string]any{}
	for _, e := range w.audit("?user=4711") {
		entry := e.(map[string]any)
		operations[entry["operation"].(string)] = entry["resource"]
	}
	type fields = map[string]any
	want := map[string]any{
		"add-recipient":       fields{"hook": "courier", "recipient": channel + "#" + as},
		"remove-recipient":    fields{"hook": "courier", "recipient": channel + "#" + as},
		"change-conversation": fields{"channel": "telegram", "chat": as, "user": as},
		"erase-user":          fields{"channel": "telegram", "user": as},
	}
	if diff := cmp.Diff(want, operations); diff != "" {
		t.Errorf("GET /v1/audit?user=4711 (-want +got):\n%s", diff)
	}
}

// Ids with characters that addresses and keys escape leave nothing behind either, and have one pseudonym in all places.
func TestAuditKeepsNothingOfAnUnusualID(t *testing.T) {
	w := newWorld(t)
	w.publish(withHook)
	const id, inKeys = "ada#47:11", "ada%2347%3A11"
	w.stand("telegram", id, id, "choosing")
	w.ask("POST", courier+"/recipients", `{"channel":"telegram","chat":"`+id+`"}`, 200)
	w.ask("PATCH", "/v1/bots/pizza/channels/telegram/conversations/"+url.PathEscape(inKeys)+"/"+url.PathEscape(inKeys), `{"reset":true}`, 200)
	w.ask("DELETE", "/v1/bots/pizza/channels/telegram/users/"+url.PathEscape(id), "", 200)
	if _, text := w.send("GET", "/v1/audit", ""); strings.Contains(text, "ada#") || strings.Contains(text, "ada%") {
		t.Errorf("GET /v1/audit = %s, which tells who was erased", text)
	}
	if found := w.audit("?user=" + url.QueryEscape(id)); len(found) != 3 {
		t.Errorf("GET /v1/audit?user=%s finds %d entries, want 3", id, len(found))
	}
}
