package api_test

import (
	"fmt"
	"maps"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"hookline/shared/bot"
	"hookline/shared/secret"
	"hookline/shared/store"
)

const withHook = pizza + `
hooks:
  - name: courier
    response: {text: "{{ data.status }}"}
    recipients: [{channel: telegram, chat: "12345", vars: {name: Ada}}]
`

const courier = "/v1/bots/pizza/hooks/courier"

// hook reads the hook courier as it is stored.
func (w *world) hook() store.Hook {
	w.Helper()
	h, err := w.store.Hook(w.Context(), w.head().Hooks["courier"])
	if err != nil {
		w.Fatal(err)
	}
	return h
}

// opens tells whether a token that an answer shows is one of the hook's.
func (w *world) opens(token any) bool {
	text, _ := token.(string)
	for _, hash := range w.hook().TokenHashes {
		if hash == secret.HashToken(bot.Secret(text)) {
			return true
		}
	}
	return false
}

func TestF41TokenIsShownOnce(t *testing.T) {
	w := newWorld(t)
	rehearsed := w.ask("PUT", "/v1/bots/pizza?dry_run=true", withHook, 200)
	if hooks := rehearsed["hooks"].([]any); len(hooks) != 0 {
		t.Errorf("hooks of a rehearsal = %v, want none yet", hooks)
	}
	made := w.publish(withHook)["hooks"].([]any)[0].(map[string]any)
	if made["address"] != address+"/hook/"+w.hook().ID || made["name"] != "courier" || !w.opens(made["token"]) {
		t.Errorf("hook = %v, want its name, its address, and a token that opens it", made)
	}
	plain := map[string]any{
		"name": "courier", "id": w.hook().ID, "address": made["address"],
		"created_at": "2026-03-01T12:00:00Z", "updated_at": "2026-03-01T12:00:00Z",
	}
	for name, hooks := range map[string]any{
		"PUT again":   w.publish(withHook)["hooks"],
		"a rehearsal": w.ask("PUT", "/v1/bots/pizza?dry_run=true", withHook, 200)["hooks"],
		"the list":    w.ask("GET", "/v1/bots/pizza/hooks", "", 200)["hooks"],
	} {
		if diff := cmp.Diff([]any{plain}, hooks); diff != "" {
			t.Errorf("hooks of %s (-want +got):\n%s", name, diff)
		}
	}
	gone := w.publish(pizza)
	if diff := cmp.Diff([]any{"courier"}, gone["removed_hooks"]); diff != "" {
		t.Errorf("removed hooks (-want +got):\n%s", diff)
	}
}

func TestRehearsalNamesHooks(t *testing.T) {
	w := newWorld(t)
	w.publish(withHook)
	changed := strings.Replace(withHook, "data.status", "data.state", 1)
	want := []any{map[string]any{
		"path": "hooks.courier.response.text", "what": "changed", "before": "{{ data.status }}", "after": "{{ data.state }}",
	}}
	if diff := cmp.Diff(want, w.ask("PUT", "/v1/bots/pizza?dry_run=true", changed, 200)["changes"]); diff != "" {
		t.Errorf("changes (-want +got):\n%s", diff)
	}
}

func TestRotateHook(t *testing.T) {
	w := newWorld(t)
	first := w.publish(withHook)["hooks"].([]any)[0].(map[string]any)["token"]
	second := w.ask("POST", courier+"/rotate", `{"keep":true}`, 200)
	if !w.opens(first) || !w.opens(second["token"]) || second["key"] != nil {
		t.Errorf("rotate with keep = %v, want both tokens to open the hook", second)
	}
	third := w.ask("POST", courier+"/rotate", "", 200)
	if w.opens(first) || w.opens(second["token"]) || !w.opens(third["token"]) {
		t.Errorf("rotate = %v, want only the new token to open the hook", third)
	}
	key := w.ask("POST", courier+"/rotate", `{"key":true}`, 200)
	if keys := w.hook().Keys; len(keys) != 1 || key["key"] != keys[0].Reveal() || key["signed"] != true || key["token"] != nil {
		t.Errorf("rotate of the key = %v, want the new key, and calls to be signed", key)
	}
	if !w.opens(third["token"]) {
		t.Error("rotate of the key has changed the token")
	}
	if answer := w.ask("DELETE", courier+"/key", "", 200); answer["signed"] != nil || len(w.hook().Keys) != 0 {
		t.Errorf("DELETE of the key = %v, want calls not to be signed", answer)
	}
	for _, value := range []any{first, second["token"], third["token"], key["key"]} {
		if strings.Contains(w.log.String(), value.(string)) {
			t.Errorf("the log shows a secret: %s", w.log)
		}
	}
}

func TestF41HookIsDisabledInItsFile(t *testing.T) {
	w := newWorld(t)
	w.publish(withHook)
	closed := w.ask("PATCH", courier, `{"disabled":true}`, 200)
	if hook := closed["hooks"].([]any)[0].(shown); hook["disabled"] != true || closed["version"] != 2.0 || !w.hook().Disabled {
		t.Errorf("PATCH = %v, want it disabled, in a new version", closed)
	}
	if got := w.ask("GET", courier, "", 200); got["disabled"] != true || got["recipients"] == nil {
		t.Errorf("GET = %v, want the whole hook, disabled", got)
	}
	if list := w.ask("GET", "/v1/bots/pizza/hooks", "", 200)["hooks"].([]any); list[0].(shown)["disabled"] != true {
		t.Errorf("the list = %v, want it disabled", list)
	}
	w.ask("PATCH", "/v1/bots/pizza/handlers/start", `{"pattern":"go"}`, 200)
	if !w.hook().Disabled {
		t.Error("a change of something else has opened the hook")
	}
	want := []any{shown{"path": "hooks.courier.disabled", "what": "removed", "before": true}}
	w.ask("PATCH", "/v1/bots/pizza/handlers/start", `{"pattern":"^/start$"}`, 200)
	if diff := cmp.Diff(want, w.ask("PUT", "/v1/bots/pizza?dry_run=true", withHook, 200)["changes"]); diff != "" {
		t.Errorf("changes of the file that does not say it (-want +got):\n%s", diff)
	}
	if answer := w.publish(withHook)["hooks"].([]any)[0].(shown); answer["disabled"] != nil || w.hook().Disabled {
		t.Errorf("PUT = %v, want it open", answer)
	}
	w.ask("PATCH", courier, `{"disabled":"yes"}`, 400)
}

// A program of yesterday closed hooks beside their file. They stay closed until a whole file is published.
func TestHookThatWasClosedBesideItsFile(t *testing.T) {
	w := newWorld(t)
	w.publish(withHook)
	item, err := w.table.Get(t.Context(), store.Key{PK: "HOOK#" + w.hook().ID, SK: "META"})
	if err != nil {
		t.Fatal(err)
	}
	item.Body = []byte(strings.Replace(string(item.Body), "{", `{"disabled":true,`, 1))
	if _, err := w.table.Put(t.Context(), item, store.Always); err != nil {
		t.Fatal(err)
	}
	if got := w.ask("GET", courier, "", 200); got["disabled"] != true {
		t.Errorf("GET = %v, want it disabled", got)
	}
	w.ask("PATCH", "/v1/bots/pizza/handlers/start", `{"pattern":"go"}`, 200)
	if !w.hook().Disabled {
		t.Error("a change of something else has opened the hook")
	}
	if w.publish(withHook); w.hook().Disabled {
		t.Error("publishing the file has not opened the hook")
	}
}

func TestF43Recipients(t *testing.T) {
	w := newWorld(t)
	w.publish(withHook)
	channel := w.head().Channels["telegram"]
	list := func(query string) map[string]any { return w.ask("GET", courier+"/recipients"+query, "", 200) }
	ada := map[string]any{
		"id": channel + "#12345", "channel": "telegram", "chat": "12345", "vars": map[string]any{"name": "Ada"}, "listed": true,
		"created_at": "2026-03-01T12:00:00Z",
	}
	if diff := cmp.Diff(map[string]any{"recipients": []any{ada}}, list("")); diff != "" {
		t.Errorf("recipients of the file (-want +got):\n%s", diff)
	}
	added := w.ask("POST", courier+"/recipients", `{"channel":"telegram","chat":"-100/7#1","thread":"3","user":"7","vars":{"name":"Bo"}}`, 200)
	bo := map[string]any{
		"id": channel + "#-100/7%231", "channel": "telegram", "chat": "-100/7#1", "thread": "3", "user": "7",
		"vars": map[string]any{"name": "Bo"}, "subscribed": true, "created_at": "2026-03-01T12:00:00Z",
	}
	if diff := cmp.Diff(bo, added); diff != "" {
		t.Errorf("POST (-want +got):\n%s", diff)
	}
	first := list("?limit=1")
	second := list("?limit=1&cursor=" + url.QueryEscape(first["next"].(string)))
	if diff := cmp.Diff([]any{bo, ada}, append(first["recipients"].([]any), second["recipients"].([]any)...)); diff != "" {
		t.Errorf("recipients of both sorts, page by page (-want +got):\n%s", diff)
	}
	for _, id := range []string{bo["id"].(string), ada["id"].(string), "unheard-of"} {
		if resp, text := w.send("DELETE", courier+"/recipients/"+url.PathEscape(id), ""); resp.StatusCode != 204 {
			t.Errorf("DELETE of %s = %d %s, want 204", id, resp.StatusCode, text)
		}
	}
	ada["left"] = true
	if diff := cmp.Diff(map[string]any{"recipients": []any{ada}}, list("")); diff != "" {
		t.Errorf("recipients after both were removed (-want +got):\n%s", diff)
	}
	for body, status := range map[string]int{
		`{"channel":"nowhere","chat":"1"}`: 400, `{"channel":"telegram"}`: 422, `{"channel":"telegram","chat":""}`: 422,
		`{"channel":"telegram","chat":"` + strings.Repeat("1", 257) + `"}`: 422,
	} {
		if resp, text := w.send("POST", courier+"/recipients", body); resp.StatusCode != status {
			t.Errorf("POST %.60s = %d %s, want %d", body, resp.StatusCode, text, status)
		}
	}
}

// What belongs to a recipient is read and changed one by one. What the bot file says is changed there.
func TestF43RecipientsAreChanged(t *testing.T) {
	const before = `{"channel":"telegram","chat":"7","thread":"3","user":"9","vars":{"name":"Bo","city":"Rome"}}`
	for _, test := range []struct {
		name, method, body string
		status             int
		want               map[string]any // of what the recipient has beside its id, channel and chat
	}{
		{"PUT", "PUT", `{"thread":"4","vars":{"name":"Cy"}}`, 200, map[string]any{"thread": "4", "vars": map[string]any{"name": "Cy"}}},
		{"PUT of nothing", "PUT", `{}`, 200, map[string]any{}},
		{"PATCH", "PATCH", `{"thread":"4","user":null,"vars":{"name":"Cy","city":null,"size":"L"}}`, 200,
			map[string]any{"thread": "4", "vars": map[string]any{"name": "Cy", "size": "L"}}},
		{"PATCH of nothing", "PATCH", `{}`, 200, map[string]any{"thread": "3", "user": "9", "vars": map[string]any{"name": "Bo", "city": "Rome"}}},
		{"PATCH of the longest thread", "PATCH", `{"thread":"` + strings.Repeat("é", 256) + `","user":null,"vars":null}`, 200,
			map[string]any{"thread": strings.Repeat("é", 256)}},
		{"a thread that is too long", "PATCH", `{"thread":"` + strings.Repeat("1", 257) + `"}`, 400, nil},
		{"a user that is too long", "PUT", `{"user":"` + strings.Repeat("1", 257) + `"}`, 400, nil},
		{"another chat", "PATCH", `{"chat":"8"}`, 400, nil},
		{"a number among the vars", "PATCH", `{"vars":{"name":1}}`, 400, nil},
		{"no object", "PUT", `[]`, 400, nil},
		{"null", "PATCH", `null`, 400, nil},
		{"no JSON", "PATCH", `{`, 400, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			w.publish(withHook)
			added := w.ask("POST", courier+"/recipients", before, 200)
			one := courier + "/recipients/" + url.PathEscape(added["id"].(string))
			answer := w.ask(test.method, one, test.body, test.status)
			want := added
			if test.want != nil {
				want = map[string]any{"id": added["id"], "channel": "telegram", "chat": "7", "subscribed": true, "created_at": added["created_at"]}
				maps.Copy(want, test.want)
				if diff := cmp.Diff(want, answer); diff != "" {
					t.Errorf("%s %s (-want +got):\n%s", test.method, test.body, diff)
				}
			}
			if diff := cmp.Diff(want, w.ask("GET", one, "", 200)); diff != "" {
				t.Errorf("GET after %s %s (-want +got):\n%s", test.method, test.body, diff)
			}
		})
	}
}

func TestF43ListedRecipientsAreChangedInTheFile(t *testing.T) {
	w := newWorld(t)
	w.publish(withHook)
	one := courier + "/recipients/" + url.PathEscape(w.head().Channels["telegram"]+"#12345")
	listed := w.ask("GET", one, "", 200)
	if listed["listed"] != true || listed["chat"] != "12345" {
		t.Fatalf("GET = %v, want the recipient of the file", listed)
	}
	const detail = "the bot file lists this recipient: change it there, among the recipients of its hook"
	for _, left := range []bool{false, true} { // whoever has left is listed all the same
		for _, method := range []string{"PUT", "PATCH"} {
			if got := w.ask(method, one, `{"thread":"3"}`, 409); got["detail"] != detail {
				t.Errorf("%s of a listed recipient that has left: %v = %v, want 409 that says where", method, left, got)
			}
		}
		w.send("DELETE", one, "")
	}
	listed["left"] = true
	if diff := cmp.Diff(listed, w.ask("GET", one, "", 200)); diff != "" {
		t.Errorf("GET after it was refused (-want +got):\n%s", diff)
	}
	for _, method := range []string{"GET", "PUT", "PATCH"} {
		got := w.ask(method, courier+"/recipients/nobody", `{}`, 404)
		if got["detail"] != "no such recipient: nobody" {
			t.Errorf("%s of nobody = %v", method, got)
		}
	}
}

func TestCallsAndTheirReports(t *testing.T) {
	w := newWorld(t)
	w.publish(withHook)
	var want []any
	for i := range 3 {
		call, err := w.store.PutCall(t.Context(), bot.Call{Hook: w.head().Hooks["courier"], Bot: w.head().ID}, []byte("{}"), fmt.Sprint(i))
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, map[string]any{"call": call.ID, "accepted_at": "2026-03-01T12:00:00Z"})
	}
	var got []any
	for cursor := "?limit=2"; cursor != ""; {
		page := w.ask("GET", courier+"/calls"+cursor, "", 200)
		got = append(got, page["calls"].([]any)...)
		cursor = ""
		if next, ok := page["next"].(string); ok {
			cursor = "?limit=2&cursor=" + url.QueryEscape(next)
		}
	}
	// All were accepted at the same moment, so that they are in no order.
	byID := cmpopts.SortSlices(func(a, b any) bool { return fmt.Sprint(a) < fmt.Sprint(b) })
	if diff := cmp.Diff(want, got, byID); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
	id := want[0].(map[string]any)["call"].(string)
	report := map[string]any{
		"call": id, "accepted_at": "2026-03-01T12:00:00Z", "done": false, "recipients": []any{},
		"counts": map[string]any{"sent": 0.0, "skipped": 0.0, "failed": 0.0, "waiting": 0.0},
	}
	if diff := cmp.Diff(report, w.ask("GET", courier+"/calls/"+id, "", 200)); diff != "" {
		t.Errorf("report (-want +got):\n%s", diff)
	}
	other, err := w.store.PutCall(t.Context(), bot.Call{Hook: "another"}, []byte("{}"), "")
	if err != nil {
		t.Fatal(err)
	}
	w.ask("GET", courier+"/calls/"+other.ID, "", 404)
	w.ask("GET", courier+"/calls/unheard-of", "", 404)
}

func TestB14UnknownHooks(t *testing.T) {
	w := newWorld(t)
	w.publish(withHook)
	for _, call := range []string{
		"POST /nope/rotate", "DELETE /nope/key", "GET /nope/recipients", "POST /nope/recipients",
		"DELETE /nope/recipients/x", "GET /nope/calls", "GET /nope/calls/x", "PATCH /nope",
	} {
		method, path, _ := strings.Cut(call, " ")
		body := map[string]string{"POST": `{"channel":"telegram","chat":"1"}`, "PATCH": `{"disabled":true}`}[method]
		if strings.HasSuffix(path, "rotate") {
			body = ""
		}
		answer := w.ask(method, "/v1/bots/pizza/hooks"+path, body, 404)
		if answer["detail"] != "bot pizza has no hook nope" {
			t.Errorf("%s = %v, want the hook named", call, answer["detail"])
		}
	}
	w.ask("GET", "/v1/bots/burger/hooks", "", 404)
}

// Deliveries that were buried go back to the queue of notifications.
func TestRedriveOfADelivery(t *testing.T) {
	w := newWorld(t)
	w.publish(withHook)
	call := bot.Call{ID: "C", Hook: w.head().Hooks["courier"], Bot: w.head().ID}
	job := bot.NewDeliveryJob(call, w.head().Channels["telegram"], bot.Address{Chat: "12345"}, start)
	letter := bot.DeadLetter{ID: job.LetterID(), Bot: job.Bot, Job: job, Unsent: []bot.Reply{{Parts: []bot.Part{{Text: "x"}}}}}
	if _, err := w.store.PutDeadLetter(t.Context(), letter); err != nil {
		t.Fatal(err)
	}
	answer := w.ask("POST", "/v1/bots/pizza/dead/"+letter.ID+"/redrive", "", 200)
	if len(*w.queue) != 0 || len(*w.notices) != 1 || (*w.notices)[0].Kind != bot.DeliveryJob || answer["kind"] != "delivery" {
		t.Errorf("redrive = %v, %d conversation jobs, notices %+v, want the delivery there", answer, len(*w.queue), *w.notices)
	}
}
