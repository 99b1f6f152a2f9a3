package api_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
)

// call makes a call with a header of its own and gives the answer's status, ETag and body.
func (w *world) call(method, path, header, body string) (status int, tag string, answer map[string]any) {
	w.Helper()
	req, err := http.NewRequestWithContext(w.Context(), method, w.server.URL+path, strings.NewReader(body))
	if err != nil {
		w.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+adminToken)
	if name, value, ok := strings.Cut(header, ": "); ok {
		req.Header.Set(name, value)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		w.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		w.Fatal(err)
	}
	_ = json.Unmarshal(text, &answer) // a list has its own test
	return resp.StatusCode, resp.Header.Get("ETag"), answer
}

// tag is the ETag of the bot pizza.
func (w *world) tag() string {
	w.Helper()
	return fmt.Sprintf("%q", fmt.Sprint(w.head().Revision))
}

// shownBot gives the bot as a read shows it.
func (w *world) shownBot() map[string]any {
	w.Helper()
	return w.ask("GET", "/v1/bots/pizza", "", http.StatusOK)
}

func handlerNames(doc map[string]any) (names []string) {
	for _, h := range doc["handlers"].([]any) {
		names = append(names, h.(map[string]any)["name"].(string))
	}
	return names
}

// A change of one part is a new version, checked as a whole file is.
func TestF44PartsAreChangedOneByOne(t *testing.T) {
	for _, test := range []struct {
		name, method, path, body string
		status                   int
		want                     func(doc map[string]any) bool
	}{
		{"a handler at the end", "POST", "/handlers", `{"name":"bye","pattern":"bye"}`, 201, func(doc map[string]any) bool {
			return slices.Equal(handlerNames(doc), []string{"start", "fallback", "bye"})
		}},
		{"a handler that is there", "POST", "/handlers", `{"name":"start"}`, 409, nil},
		{"a handler that is wrong", "POST", "/handlers", `{"name":"bye","patern":"x"}`, 400, nil},
		{"a handler in place of another", "PUT", "/handlers/start", `{"pattern":"go"}`, 200, func(doc map[string]any) bool {
			h := doc["handlers"].([]any)[0].(map[string]any)
			return h["pattern"] == "go" && h["name"] == "start" && h["response"] == nil
		}},
		{"a part of a handler", "PATCH", "/handlers/start", `{"pattern":"go","target_state":null}`, 200, func(doc map[string]any) bool {
			h := doc["handlers"].([]any)[0].(map[string]any)
			return h["pattern"] == "go" && h["target_state"] == nil && h["response"] != nil
		}},
		{"another name for a handler", "PATCH", "/handlers/start", `{"name":"begin"}`, 200, func(doc map[string]any) bool {
			return slices.Equal(handlerNames(doc), []string{"begin", "fallback"})
		}},
		{"a handler is no text", "PUT", "/handlers/start", `"x"`, 400, nil},
		{"no JSON", "PUT", "/handlers/start", `{`, 400, nil},
		{"two values", "PUT", "/handlers/start", `{} {}`, 400, nil},
		{"a handler less", "DELETE", "/handlers/start", "", 200, func(doc map[string]any) bool {
			return slices.Equal(handlerNames(doc), []string{"fallback"})
		}},
		{"F50: a handler that is not there", "DELETE", "/handlers/none", "", 404, nil},
		{"F47: a constant", "PUT", "/env/SHOP", `"https://x"`, 200, func(doc map[string]any) bool {
			return cmp.Equal(doc["env"], map[string]any{"SHOP": "https://x"})
		}},
		{"F47: a state", "PUT", "/states/choosing", `{"expires":"1h"}`, 200, func(doc map[string]any) bool {
			return cmp.Equal(doc["states"], map[string]any{"choosing": map[string]any{"expires": "1h"}})
		}},
		{"F41: a hook", "POST", "/hooks", `{"name":"courier","response":{"text":"hi"}}`, 201, func(doc map[string]any) bool {
			return len(doc["hooks"].([]any)) == 1
		}},
		{"F48: a channel more", "PUT", "/channels/second", `{"provider":"telegram","token":"2:other"}`, 200, func(doc map[string]any) bool {
			return len(doc["channels"].(map[string]any)) == 2
		}},
		{"F48: a channel disabled", "PATCH", "/channels/telegram", `{"disabled":true}`, 200, func(doc map[string]any) bool {
			return cmp.Equal(doc["channels"], map[string]any{
				"telegram": map[string]any{"provider": "telegram", "token": "${TELEGRAM_TOKEN}", "disabled": true},
			})
		}},
		{"F48: a channel less", "DELETE", "/channels/telegram", "", 200, func(doc map[string]any) bool {
			return doc["channels"] == nil
		}},
		{"the whole by a patch", "PATCH", "", `{"description":"d","handlers":[{"name":"only"}]}`, 200, func(doc map[string]any) bool {
			return doc["description"] == "d" && slices.Equal(handlerNames(doc), []string{"only"}) && doc["channels"] != nil
		}},
		{"a patch of nothing", "PATCH", "", `null`, 400, nil},
		{"a constant of nothing", "PUT", "/env/SHOP", " null\n", 400, nil},
		{"a patch that is no object", "PATCH", "", `[]`, 400, nil},
		{"a patch of the name", "PATCH", "", `{"bot":"burger"}`, 400, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			w.publish(pizza)
			before, live := w.shownBot(), w.tag()
			status, tag, answer := w.call(test.method, "/v1/bots/pizza"+test.path, "", test.body)
			if status != test.status {
				t.Fatalf("%s = %d %v, want %d", test.method, status, answer, test.status)
			}
			doc := w.shownBot()
			switch {
			case test.want == nil:
				if diff := cmp.Diff(before, doc); diff != "" {
					t.Errorf("it was refused, and changed (-before +after):\n%s", diff)
				}
			case !test.want(doc):
				t.Errorf("the bot is %v now", doc)
			case tag != w.tag() || tag == live:
				t.Errorf("ETag = %s, want %s, which is another one than %s", tag, w.tag(), live)
			}
		})
	}
}

// A patch of a part that is not there makes none.
func TestF41F47PatchesOfPartsThatAreNotThere(t *testing.T) {
	w := newWorld(t)
	w.publish(pizza)
	before := w.shownBot()
	for path, body := range map[string]string{
		"/handlers/strat": `{"pattern":"go"}`, "/states/paying": `{"expires":"1h"}`, "/hooks/curier": `{"disabled":true}`,
	} {
		w.ask("PATCH", "/v1/bots/pizza"+path, body, 404)
	}
	if diff := cmp.Diff(before, w.shownBot()); diff != "" {
		t.Errorf("it was refused, and changed (-before +after):\n%s", diff)
	}
}

func TestPartsAreRead(t *testing.T) {
	w := newWorld(t)
	w.publish(pizza + "env: {SHOP: x}\n")
	for _, test := range []struct {
		path   string
		status int
		want   string
	}{
		{"/handlers/fallback", 200, `{"name":"fallback","priority":-10,"response":{"text":"Pardon?"}}`},
		{"/handlers/none", 404, ""},
		{"/env", 200, `{"env":{"SHOP":"x"}}`},
		{"/states", 200, `{"states":{}}`},
		{"/channels?limit=1&cursor=telegram", 200, `{"channels":[]}`},
		{"/env/SHOP", 200, `"x"`},
		{"/channels/telegram", 200, `{"provider":"telegram","token":"${TELEGRAM_TOKEN}"}`},
		{"/channels/none", 404, ""},
	} {
		resp, body := w.send("GET", "/v1/bots/pizza"+test.path, "")
		if resp.StatusCode != test.status || test.want != "" && strings.TrimSpace(body) != test.want {
			t.Errorf("GET %s = %d %s, want %d %s", test.path, resp.StatusCode, body, test.status, test.want)
		}
		if test.status == 200 && resp.Header.Get("ETag") != w.tag() {
			t.Errorf("GET %s has the ETag %s", test.path, resp.Header.Get("ETag"))
		}
	}
	if _, body := w.send("GET", "/v1/bots/pizza/handlers", ""); !strings.HasPrefix(body, `{"handlers":[{"name":"start"`) {
		t.Errorf("GET handlers = %s", body)
	}
}

// A patch is meant for something that is there.
func TestPatchesMakeNothing(t *testing.T) {
	w := newWorld(t)
	w.publish(pizza)
	before := w.shownBot()
	for path, body := range map[string]string{
		"/handlers/strat": `{"pattern":"go"}`, "/states/paying": `{"expires":"1h"}`, "/hooks/curier": `{"disabled":true}`,
		"/env/SHOP": `"x"`, "/channels/second": `{"provider":"telegram","token":"2:other"}`,
	} {
		w.ask("PATCH", "/v1/bots/pizza"+path, body, http.StatusNotFound)
	}
	if diff := cmp.Diff(before, w.shownBot()); diff != "" {
		t.Errorf("the bot (-before +after):\n%s", diff)
	}
}

// Whoever edits a part has not seen the file: what is wrong has a path in it, and no line.
func TestWrongPartsHaveNoLines(t *testing.T) {
	w := newWorld(t)
	w.publish(pizza)
	answer := w.ask("PATCH", "/v1/bots/pizza/handlers/start", `{"pattern":"("}`, http.StatusBadRequest)
	want := []any{map[string]any{"path": "handlers[0].pattern", "message": `missing closing ) in "("`}}
	if diff := cmp.Diff(want, answer["errors"]); diff != "" {
		t.Errorf("errors (-want +got):\n%s", diff)
	}
	for _, warning := range w.ask("PATCH", "/v1/bots/pizza", `{"channels":null}`, http.StatusOK)["warnings"].([]any) {
		if line, ok := warning.(map[string]any)["line"]; ok {
			t.Errorf("warning %v has line %v, want none", warning, line)
		}
	}
}

// A change that names another revision than the live one is not made.
func TestPreconditions(t *testing.T) {
	for _, test := range []struct {
		name, method, path, header, body string
		status                           int
	}{
		{"the live revision", "PUT", "", `If-Match: LIVE`, pizza + "description: d\n", 200},
		{"any revision", "PUT", "", `If-Match: *`, pizza + "description: d\n", 200},
		{"one of several", "PUT", "", `If-Match: "7", LIVE`, pizza + "description: d\n", 200},
		{"a version is no revision", "PUT", "", `If-Match: "1"`, pizza + "description: d\n", 412},
		{"another revision", "PUT", "", `If-Match: "2"`, pizza + "description: d\n", 412},
		{"only if there is none", "PUT", "", `If-None-Match: *`, pizza + "description: d\n", 412},
		{"a patch of another revision", "PATCH", "", `If-Match: "2"`, `{"description":"d"}`, 412},
		{"a handler of another revision", "DELETE", "/handlers/start", `If-Match: "2"`, "", 412},
		{"a rollback over another revision", "POST", "/versions/1/rollback", `If-Match: "2"`, "", 412},
		{"deletion of another revision", "DELETE", "", `If-Match: "2"`, "", 412},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			w.publish(pizza)
			header := strings.Replace(test.header, "LIVE", w.tag(), 1)
			status, _, answer := w.call(test.method, "/v1/bots/pizza"+test.path, header, test.body)
			if status != test.status {
				t.Errorf("%s with %s = %d %v, want %d", test.method, test.header, status, answer, test.status)
			}
			if version := w.head().Version; (version == 2) != (status == 200) {
				t.Errorf("the bot has version %d after %d", version, status)
			}
		})
	}
	w := newWorld(t)
	if status, _, _ := w.call("PUT", "/v1/bots/pizza", `If-Match: *`, pizza); status != 412 {
		t.Errorf("PUT of a bot that is not there with If-Match = %d, want 412", status)
	}
	if status, _, _ := w.call("PUT", "/v1/bots/pizza", `If-None-Match: *`, pizza); status != 200 {
		t.Errorf("PUT of a bot that is not there with If-None-Match = %d, want 200", status)
	}
}

// Credentials that a change does not touch keep their values; what only shows that there is one is none.
func TestChangesKeepCredentials(t *testing.T) {
	w := newWorld(t)
	w.publish(strings.Replace(pizza, `{value: "1:secret-token", from: TELEGRAM_TOKEN}`, `"1:written-out"`, 1) + "secrets: {KEY: \"hidden\"}\n")
	_, file := w.send("GET", "/v1/bots/pizza", "")
	if strings.Contains(file, "written-out") || strings.Contains(file, "hidden") {
		t.Fatalf("GET shows credentials: %s", file)
	}
	w.ask("PUT", "/v1/bots/pizza", file, http.StatusBadRequest)
	_, answer := w.send("PATCH", "/v1/bots/pizza", `{"description":"d"}`)
	if strings.Contains(answer, "written-out") || strings.Contains(answer, "hidden") {
		t.Errorf("PATCH shows credentials: %s", answer)
	}
	if token := w.channel("telegram").Secret("token"); token.Reveal() != "1:written-out" {
		t.Errorf("the token is %q afterwards", token.Reveal())
	}
	def, err := w.store.Definition(t.Context(), w.head(), w.head().Definition)
	if err != nil || def.Secrets["KEY"].Value.Reveal() != "hidden" {
		t.Errorf("the secret is %q afterwards, %v", def.Secrets["KEY"].Value.Reveal(), err)
	}
	w.ask("PATCH", "/v1/bots/pizza", `{"channels":{"telegram":{"token":"2:other"}}}`, http.StatusOK)
	if token := w.channel("telegram").Secret("token"); token.Reveal() != "2:other" {
		t.Errorf("the token is %q after it was changed", token.Reveal())
	}
}

func TestF50DeleteBot(t *testing.T) {
	w := newWorld(t)
	w.publish(pizza + "hooks: [{name: courier, response: {text: hi}}]\n")
	w.ask("POST", "/v1/bots/pizza/channels/telegram/connect", "", http.StatusOK)
	head, ch := w.head(), w.channel("telegram")
	event := bot.Event{ID: "1", Channel: ch.ID, Kind: bot.Text, Chat: &bot.Chat{ID: "5"}, From: &bot.Person{ID: "7"}}
	conversation := event.Conversation()
	if _, err := w.store.PutConversation(t.Context(), conversation, bot.Conversation{State: "choosing"}); err != nil {
		t.Fatal(err)
	}
	var turns []bot.Turn
	for i := range 500 {
		turns = append(turns, bot.Turn{ID: fmt.Sprint(i), Time: start, Bot: head.ID, Event: event})
	}
	if err := w.store.PutTurns(t.Context(), turns...); err != nil {
		t.Fatal(err)
	}
	if _, err := w.store.PutDeadLetter(t.Context(), bot.DeadLetter{ID: "l", Bot: head.ID}); err != nil {
		t.Fatal(err)
	}
	got := w.ask("DELETE", "/v1/bots/pizza", "", http.StatusOK)
	want := map[string]any{"id": head.ID, "bot": "pizza", "done": true, "removed": []any{"telegram"}, "removed_hooks": []any{"courier"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("DELETE (-want +got):\n%s", diff)
	}
	if calls := strings.Join(w.network.calls, ", "); !strings.Contains(calls, "disconnect telegram") {
		t.Errorf("the network was called %s, want the channel disconnected", calls)
	}
	w.ask("GET", "/v1/bots/pizza", "", http.StatusNotFound)
	w.ask("DELETE", "/v1/bots/pizza", "", http.StatusNotFound)
	if c, err := w.store.Conversation(t.Context(), conversation); err != nil || c.Version != 0 {
		t.Errorf("the conversation is %+v, %v, want none", c, err)
	}
	if letters, err := w.store.DeadLetters(t.Context(), head.ID, "", 10); err != nil || len(letters) != 0 {
		t.Errorf("dead letters left: %v, %v", letters, err)
	}
	if again := w.publish(pizza); again["version"] != 1.0 {
		t.Errorf("a new bot of the name has version %v, want 1", again["version"])
	}
}
