package rehearse_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
	"hookline/shared/rehearse"
)

// playing reads a test file with one conversation, whose fields are given, and has it.
func playing(t *testing.T, def bot.Definition, conversation string) rehearse.Result {
	t.Helper()
	f, err := rehearse.Read([]byte("bot: shop.yaml\nprovider: telegram\nconversations: [{name: x, " + conversation + "}]\n"))
	if err != nil {
		t.Fatal(err)
	}
	results, err := rehearse.Play(t.Context(), f, def, networks)
	if err != nil || len(results) != 1 {
		t.Fatalf("Play = %d results, %v, want 1", len(results), err)
	}
	return results[0]
}

const (
	where   = `{name: where, pattern: where, response: {text: '{{ event.chat.id }} {{ event.chat.type }} {{ event.from.first_name }} in {{ state }}'}}`
	tell    = `{name: tell, pattern: tell, source_states: [met], response: {text: '{{ state_context._start.pattern.colour }}'}}`
	waiting = `{name: here, source_states: [waiting], response: {text: Here.}}`
)

func TestPlay(t *testing.T) {
	tests := []struct {
		name         string
		handlers     []string
		conversation string
		want         string // the failures, line by line; "" for none
	}{
		{"as expected", []string{hello}, `steps: [{say: hello, replies: [Hi Ada.], state: met, requests: []}]`, ""},
		{"another reply", []string{hello}, `steps: [{say: hello, replies: [Hi.]}]`,
			"step 1 (say hello): replies, - expected, + found:\n    - replies: [Hi.]\n    + replies: [Hi Ada.]"},
		{"another state", []string{hello}, `steps: [{say: hello, state: lost}]`,
			"step 1 (say hello): state, - expected, + found:\n    - state: lost\n    + state: met"},
		{"what is not written down is not compared", []string{hello}, `steps: [{say: hello}]`, ""},
		{"the user's direct chat", []string{where}, `user: {id: "7", first_name: Bob}, steps: [{say: where, replies: [7 direct Bob in ]}]`, ""},
		{"another chat", []string{where}, `chat: {id: "-5", type: group}, steps: [{say: where, replies: [-5 group Ada in ]}]`, ""},
		{"a state at first", []string{where, tell}, `state: met, steps: [{say: where, replies: [1 direct Ada in met]}]`, ""},
		{"something remembered at first", []string{tell}, `state: met, context: {_start: {pattern: {colour: red}}}, steps: [{say: tell, replies: [red]}]`, ""},
		{"a state at first has just begun", []string{waiting}, `state: waiting, steps: [{say: x, replies: [Here.]}, {say: x, after: 31m, replies: [], state: ""}]`, ""},
		{"a time at first", []string{`{name: time, response: {text: "{% now 'utc', '%H:%M' %}"}}`},
			`at: 2026-03-01T09:30:00Z, steps: [{say: x, replies: ["09:30"]}, {say: x, after: 1h, replies: ["10:30"]}]`, ""},
		{"answers one after the other", []string{order("'{{ response.data.id }}'")},
			`answers: [{request: POST https://shop/, json: {id: 1}}, {request: POST https://shop/, json: {id: 2}}],
				steps: [{say: red, replies: ["1"]}, {say: red, replies: ["2"]}, {say: red, replies: ["2"]}]`, ""},
		{"an answer to an address with secrets", []string{order("'{{ response.status }}'")},
			`answers: [{request: "POST https://shop/orders?key={{ secret.KEY }}&other={{ secret.KEY2 }}", status: 201}], steps: [{say: red, replies: ["201"]}]`, ""},
		{"no answer", []string{order("'{{ response.status }}'")}, `steps: [{say: red, replies: ["0"]}]`,
			"step 1 (say red): no answer is written down for POST https://shop/orders?key={{ secret.KEY }}&other={{ secret.KEY2 }}"},
		{"secrets are shown by their names", []string{`{name: any, response: {text: '{{ secret.KEY }}, {{ secret.KEY2 }}'}}`},
			`steps: [{say: x, replies: ['{{ secret.KEY }}, {{ secret.KEY2 }}']}]`, ""},
		{"an error that is expected", []string{`{name: at, response: {location: x}}`}, `steps: [{say: x, error: is not latitude}]`, ""},
		{"an error that is not", []string{`{name: at, response: {location: x}}`}, `steps: [{say: x}]`,
			`step 1 (say x): the turn failed: handler at, message 1: location: "x" is not latitude, longitude`},
		{"no such button", []string{ask}, `steps: [{say: /ask}, {press: Green}]`,
			`step 2 (press Green): no button "Green" is shown: there are Red, Blue`},
		{"no such kind", []string{ask}, `steps: [{send: pigeon}]`, `step 1 (send pigeon): send: no event kind "pigeon"`},
		{"no such time", []string{ask}, `steps: [{after: soon}]`, `step 1 (after soon): after: "soon" is no duration such as 31m`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := playing(t, definition(t, test.handlers...), test.conversation)
			if diff := cmp.Diff(test.want, strings.Join(got.Failures, "\n")); diff != "" {
				t.Errorf("Play failures (-want +got)\n%s", diff)
			}
		})
	}
}

func TestPlayGivesWhatWasFound(t *testing.T) {
	got := playing(t, definition(t, ask), `steps: [{say: /ask, replies: [], state: wrong}]`).Played
	want := rehearse.Step{
		Say: "/ask", State: new("waiting"),
		Replies: &[]rehearse.Reply{{Text: "Which?", Keyboard: colours}},
	}
	if diff := cmp.Diff([]rehearse.Step{want}, got.Steps); diff != "" {
		t.Errorf("Played (-want +got)\n%s", diff)
	}
}

func TestReadRefuses(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"no bot", "conversations: []", "bot: is required: the bot file that is tested"},
		{"an unknown field", "bot: a.yaml\nconversation: []", `not a test file: unknown field "conversation"`},
		{"two acts", "bot: a.yaml\nconversations: [{name: x, steps: [{say: a, press: b}]}]",
			"conversations[0].steps[0]: has one of say, press and send"},
		{"no act", "bot: a.yaml\nconversations: [{name: x, steps: [{replies: []}]}]",
			"conversations[0].steps[0]: has one of say, press and send"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if _, err := rehearse.Read([]byte(test.text)); err == nil || bot.KindOf(err) != bot.Invalid || bot.PublicMessage(err) != test.want {
				t.Errorf("Read(%q) = %v, want kind invalid, %q", test.text, err, test.want)
			}
		})
	}
}
