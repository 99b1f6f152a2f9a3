package api_test

import (
	"maps"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
)

// A new handler is put where it is wanted: of those of one priority the first that matches fires.
func TestF44HandlersHaveTheirPlace(t *testing.T) {
	for _, test := range []struct {
		name, path, body string
		status           int
		detail           string
		handlers         []string
	}{
		{"before another", "/handlers?before=fallback", `{"name":"bye"}`, 201, "", []string{"start", "bye", "fallback"}},
		{"before the first", "/handlers?before=start", `{"name":"bye"}`, 201, "", []string{"bye", "start", "fallback"}},
		{"before none", "/handlers?before=", `{"name":"bye"}`, 201, "", []string{"start", "fallback", "bye"}},
		{"at the end", "/handlers", `{"name":"bye"}`, 201, "", []string{"start", "fallback", "bye"}},
		{"before one that is not there", "/handlers?before=none", `{"name":"bye"}`, 400,
			"before: bot pizza has no handler none", []string{"start", "fallback"}},
		{"before itself", "/handlers?before=bye", `{"name":"bye"}`, 400, "before: bot pizza has no handler bye", []string{"start", "fallback"}},
		{"a hook before none", "/hooks?before=start", `{"name":"baker","response":{"text":"hi"}}`, 400,
			"before: bot pizza has no hook start", []string{"start", "fallback"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			w.publish(pizza)
			answer := w.ask("POST", "/v1/bots/pizza"+test.path, test.body, test.status)
			if detail, _ := answer["detail"].(string); detail != test.detail {
				t.Errorf("POST %s = %v, want %q", test.path, answer, test.detail)
			}
			if diff := cmp.Diff(test.handlers, handlerNames(w.shownBot())); diff != "" {
				t.Errorf("handlers after POST %s (-want +got):\n%s", test.path, diff)
			}
		})
	}
}

// asking has a handler with all that a request can have.
const asking = `
bot: pizza
channels:
  telegram: {token: {value: "1:secret-token", from: TELEGRAM_TOKEN}}
handlers:
  - name: order
    request: {method: POST, url: "https://x/", query: {size: L, crust: thin}, headers: {Accept: text/plain, X-Shop: "1"}, json: {pizza: M}}
    response: {text: "{{ response.status }}"}
    target_state: ordered
`

// What a handler has is changed key by key: what a patch does not name stays as it was.
func TestF45HandlersAreChangedKeyByKey(t *testing.T) {
	type object = map[string]any
	for _, test := range []struct {
		name, patch string
		want        object // of what the handler has, what is no more: nil
	}{
		{"F45 a parameter of the URL", `{"request":{"query":{"size":"XL"}}}`, object{"query": object{"size": "XL", "crust": "thin"}}},
		{"F45 one more", `{"request":{"query":{"sauce":"hot"}}}`, object{"query": object{"size": "L", "crust": "thin", "sauce": "hot"}}},
		{"F45 one less", `{"request":{"query":{"size":null}}}`, object{"query": object{"crust": "thin"}}},
		{"F45 none", `{"request":{"query":null}}`, object{"query": nil}},
		{"F45 a header", `{"request":{"headers":{"Accept":"*/*"}}}`, object{"headers": object{"Accept": "*/*", "X-Shop": "1"}}},
		{"F45 a header less", `{"request":{"headers":{"X-Shop":null}}}`, object{"headers": object{"Accept": "text/plain"}}},
		{"F44 the method", `{"request":{"method":"PUT"}}`, object{"method": "PUT"}},
		{"F44 a form instead of JSON", `{"request":{"json":null,"form":{"pizza":"M"}}}`, object{"json": nil, "form": object{"pizza": "M"}}},
		{"F44 no request any more", `{"request":null}`, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			w.publish(asking)
			const path = "/v1/bots/pizza/handlers/order"
			want := w.ask("GET", path, "", 200)
			if test.want == nil {
				delete(want, "request")
			}
			for key, value := range test.want {
				if want["request"].(object)[key] = value; value == nil {
					delete(want["request"].(object), key)
				}
			}
			w.ask("PATCH", path, test.patch, 200)
			if diff := cmp.Diff(want, w.ask("GET", path, "", 200)); diff != "" {
				t.Errorf("the handler after PATCH %s (-want +got):\n%s", test.patch, diff)
			}
		})
	}
}

// A handler that asked nothing does, and goes to a state that nothing named before; and both are undone.
func TestF44RequestAndTargetStateComeAndGo(t *testing.T) {
	w := newWorld(t)
	w.publish(pizza)
	const path = "/v1/bots/pizza/handlers/fallback"
	before := w.ask("GET", path, "", 200)
	w.ask("PATCH", path, `{"request":{"url":"https://x/"},"target_state":"lost"}`, 200)
	want := maps.Clone(before)
	want["request"], want["target_state"] = map[string]any{"url": "https://x/"}, "lost"
	if diff := cmp.Diff(want, w.ask("GET", path, "", 200)); diff != "" {
		t.Errorf("with a request and a target state (-want +got):\n%s", diff)
	}
	if answer := w.ask("PATCH", path, `{"request":{"method":"GET","url":null}}`, 400); answer["errors"] == nil {
		t.Errorf("PATCH to a request without an address = %v, want it refused", answer)
	}
	w.ask("PATCH", path, `{"request":null,"target_state":null}`, 200)
	if diff := cmp.Diff(before, w.ask("GET", path, "", 200)); diff != "" {
		t.Errorf("without them again (-want +got):\n%s", diff)
	}
}

// Linking a handler to states and unlinking it leaves the states alone, and the conversations in them.
func TestF46SourceStatesAreLinkedAndUnlinked(t *testing.T) {
	w := newWorld(t)
	w.publish(pizza + "states: {choosing: {expires: 1h}, paying: {expires: 2h}}\n")
	w.stand("telegram", "42", "7", "choosing")
	const path = "/v1/bots/pizza/handlers/fallback"
	conversation := func() bot.Conversation {
		c, err := w.store.Conversation(t.Context(), bot.NewConversationKey(w.channel("telegram").ID, "42", "7"))
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	states, stood := w.ask("GET", "/v1/bots/pizza/states", "", 200), conversation()
	if stood.State != "choosing" || len(states["states"].(map[string]any)) != 2 {
		t.Fatalf("the conversation is %+v, the states %v", stood, states)
	}
	for _, test := range []struct {
		name, patch string
		want        any
	}{
		{"link", `{"source_states":["choosing"]}`, []any{"choosing"}},
		{"link another", `{"source_states":["choosing","paying"]}`, []any{"choosing", "paying"}},
		{"unlink one", `{"source_states":["paying"]}`, []any{"paying"}},
		{"unlink all", `{"source_states":null}`, nil},
	} {
		w.ask("PATCH", path, test.patch, 200)
		if diff := cmp.Diff(test.want, w.ask("GET", path, "", 200)["source_states"]); diff != "" {
			t.Errorf("%s: source states (-want +got):\n%s", test.name, diff)
		}
		if diff := cmp.Diff(states, w.ask("GET", "/v1/bots/pizza/states", "", 200)); diff != "" {
			t.Errorf("%s: the states (-before +after):\n%s", test.name, diff)
		}
		if diff := cmp.Diff(stood, conversation()); diff != "" {
			t.Errorf("%s: the conversation (-before +after):\n%s", test.name, diff)
		}
	}
}
