package rehearse_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
	"hookline/shared/botfile"
	"hookline/shared/rehearse"
)

// at gives a turn another time.
func at(after time.Duration, t bot.Turn) bot.Turn {
	t.ID = fmt.Sprint(after)
	t.Time = noon.Add(after)
	return t
}

// by gives a turn that is on another event of the same chat.
func by(e bot.Event, t bot.Turn) bot.Turn {
	e.ID, e.Provider, e.Channel, e.Chat, e.From = "78", "telegram", "c1", t.Event.Chat, t.Event.From
	t.Event = e
	return t
}

func showing(keyboard [][]bot.Button, t bot.Turn) bot.Turn {
	t.Replies[0].Parts[0].Keyboard = keyboard
	return t
}

var colours = [][]bot.Button{{{Text: "Red", Payload: "red"}, {Text: "Blue", Payload: "blue"}}}

// retold writes turns down and gives what is written, and what does not go as recorded.
func retold(t *testing.T, def bot.Definition, turns ...bot.Turn) (written []byte, failures []string) {
	t.Helper()
	file, results, err := rehearse.Retell(t.Context(), turns, def, networks)
	if err != nil {
		t.Fatal(err)
	}
	if written, err = rehearse.Write(file); err != nil {
		t.Fatal(err)
	}
	for _, r := range results {
		failures = append(failures, r.Failures...)
	}
	return written, failures
}

// plain reads YAML.
func plain(t *testing.T, text string) (value any) {
	t.Helper()
	encoded, err := botfile.JSON([]byte(text))
	if err == nil {
		decoder := json.NewDecoder(bytes.NewReader(encoded))
		decoder.UseNumber()
		err = decoder.Decode(&value)
	}
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return value
}

const (
	ask     = `{name: ask, pattern: ^/ask, response: {text: "Which?", keyboard: [[{text: Red, payload: red}, {text: Blue, payload: blue}]]}, target_state: waiting}`
	late    = `{name: too late, response: {text: Late.}}`
	picture = `{name: picture, on: [photo], response: {text: "Nice {{ event.text }}."}}`
	head    = "  - name: 2026-03-01 12:00:00, Ada\n    user: {id: \"42\", first_name: Ada}\n"
)

// retelling is how turns by some handlers are to be written down.
type retelling struct {
	name     string
	handlers []string
	turns    []bot.Turn
	want     string // the conversations
}

func retells(t *testing.T, tests []retelling) {
	t.Helper()
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, failures := retold(t, definition(t, test.handlers...), test.turns...)
			want := plain(t, "bot: shop.yaml\nprovider: telegram\nconversations:\n"+test.want)
			if diff := cmp.Diff(want, plain(t, string(got))); diff != "" || failures != nil {
				t.Errorf("Retell (-want +got)\n%s\n%s\nfailures %v", diff, got, failures)
			}
		})
	}
}

// askedWhich is a command that was answered with buttons.
func askedWhich() bot.Turn {
	asked := showing(colours, turn("/ask", "", "waiting", "Which?", "ask"))
	asked.Replies[0].Parts[0].Options = nil
	asked.Event.Kind, asked.Event.Command = bot.Command, &bot.Invocation{Name: "ask", Args: "me"}
	asked.Event.Text, asked.Event.Payload = "/ask me", "me"
	asked.Event.Entities = []bot.Entity{{Type: "bot_command", Length: 4, Text: "/ask"}}
	return asked
}

func TestRetellSteps(t *testing.T) {
	asked := askedWhich()
	pressed := by(bot.Event{Kind: bot.Press, Payload: "blue", Via: "callback", AckID: "9"}, asking("7",
		exchange(201, orders, `{"what":"blue"}`, `{"id": 7, "size": 1.0}`)))
	pressed.State.Before = "waiting"
	raw := turn("hello", "", "", "Hi from raw.", "raw")
	raw.Event.Raw = json.RawMessage(`{"a":{"name":"raw"}}`)
	retells(t, []retelling{
		{"a text", []string{hello}, []bot.Turn{turn("hello", "", "met", "Hi Ada.", "hello")}, head + `    steps:
      - say: hello
        replies: [Hi Ada.]
        state: met
`},
		{"a command, a press and an answer", []string{ask, order("'{{ response.data.id }}'")}, []bot.Turn{asked, at(time.Minute, pressed)}, head + `    answers:
      - request: "POST https://shop/orders?key={{ secret.KEY }}&other={{ secret.KEY2 }}"
        status: 201
        json: {id: 7, size: 1.0}
        headers: {Place: "9"}
    steps:
      - say: /ask me
        replies:
          - text: Which?
            keyboard:
              - [{text: Red, payload: red}, {text: Blue, payload: blue}]
        state: waiting
      - press: Blue
        replies: ["7"]
        state: done
        requests:
          - method: POST
            url: "https://shop/orders?key={{ secret.KEY }}&other={{ secret.KEY2 }}"
            body: "{\"what\":\"blue\"}"
`},
		{"a press of a button that is not shown", []string{`{name: red, pattern: ^red$, response: {text: Red.}}`},
			[]bot.Turn{by(bot.Event{Kind: bot.Press, Text: "R", Payload: "red", Via: "callback"}, turn("", "", "", "Red.", "red"))}, head + `    steps:
      - send: {kind: button, payload: red, text: R, via: callback}
        replies: [Red.]
        state: ""
`},
		{"a kind, and one with a text", []string{picture}, []bot.Turn{
			by(bot.Event{Kind: bot.Photo, Attachments: []bot.Attachment{{Type: "photo", ID: "f"}}}, turn("", "", "", "Nice .", "picture")),
			by(bot.Event{Kind: bot.Photo}, turn("", "", "", "Nice .", "picture")),
		}, head + `    steps:
      - send:
          attachments:
            - {type: photo, id: f}
          kind: photo
        replies: [Nice .]
        state: ""
      - send: photo
        replies: [Nice .]
        state: ""
`},
		{"what only the network's own JSON says", []string{`{name: raw, response: {text: 'Hi from {{ event.raw.a.name }}.'}}`}, []bot.Turn{raw}, head + `    at: "2026-03-01T12:00:00Z"
    steps:
      - send:
          id: "77"
          kind: text
          raw:
            a: {name: raw}
          text: hello
        replies: [Hi from raw.]
        state: ""
`},
	})
}

func TestRetellStates(t *testing.T) {
	asked := askedWhich()
	expired := turn("red", "", "", "Late.", "late")
	expired.Expired = "waiting"
	askedAgain := asked
	askedAgain.State = bot.StateChange{After: "waiting"}
	failed := turn("bye", "", "", "", "first", "broken")
	failed.Outcome, failed.Error, failed.State.After = bot.Failed, `handler broken, message 1: location: "x" is not latitude, longitude`, "nowhere"
	retells(t, []retelling{
		{"a state that expires", []string{ask, late, order("x")}, []bot.Turn{asked, at(40*time.Minute, expired), at(50*time.Minute, askedAgain), at(85*time.Minute, expired)}, head + `    steps:
      - say: /ask me
        replies: [{text: Which?, keyboard: [[{text: Red, payload: red}, {text: Blue, payload: blue}]]}]
        state: waiting
      - say: red
        after: 40m
        replies: [Late.]
        state: ""
      - say: /ask me
        replies: [{text: Which?, keyboard: [[{text: Red, payload: red}, {text: Blue, payload: blue}]]}]
        state: waiting
      - {say: red, after: 45m, replies: [Late.], state: ""}
`},
		{"a state that had expired at first", []string{late, order("x")}, []bot.Turn{expired}, head + `    at: "2025-01-05T12:00:00Z"
    state: waiting
    steps: [{say: red, after: 8760h, replies: [Late.], state: ""}]
`},
		{"a conversation that had begun", []string{`{name: what, source_states: [met], response: {text: 'It was {{ state_context._start.pattern.colour }}.'}}`},
			[]bot.Turn{begun()}, head + `    state: met
    context:
      _start:
        pattern: {colour: red}
    steps:
      - say: what
        replies: [It was red.]
        state: met
`},
		{"an error", []string{`{name: first, pattern: bye, target_state: nowhere, continue: true}`, `{name: broken, pattern: bye, response: {location: x}}`, hello}, []bot.Turn{failed, turn("hello", "", "met", "Hi Ada.", "hello")}, head + `    steps:
      - {say: bye, replies: [], state: nowhere, error: 'handler broken, message 1: location: "x" is not latitude, longitude'}
      - {say: hello, replies: [Hi Ada.], state: met}
`},
		{"quiet events and such as were not decided are left out", []string{hello}, []bot.Turn{
			by(bot.Event{Kind: bot.Typing}, turn("", "", "", "")), {ID: "x", Provider: "telegram"}, turn("hello", "", "met", "Hi Ada.", "hello"),
		}, head + "    steps:\n      - say: hello\n        replies: [Hi Ada.]\n        state: met\n"},
	})
}

func TestRetellOfABotThatTellsTheTime(t *testing.T) {
	told := func(reply string) bot.Turn {
		t := turn("time", "", "", reply, "time")
		t.MS = map[string]float64{"waited": 45_000}
		return t
	}
	expired := told("09:01:45")
	expired.Expired = "waiting"
	retells(t, []retelling{
		{"as it passed", []string{`{name: time, response: {text: "{% now 'utc', '%H:%M:%S' %}"}}`},
			[]bot.Turn{told("12:00:45"), at(500*time.Millisecond, told("12:00:46")), at(time.Hour, told("13:00:45")), at(70*time.Minute, told("13:10:45"))}, head + `    at: "2026-03-01T12:00:45Z"
    steps:
      - {send: {id: "77", kind: text, text: time}, replies: ["12:00:45"], state: ""}
      - {send: {id: "77", kind: text, text: time}, replies: ["12:00:46"], state: ""}
      - {send: {id: "77", kind: text, text: time}, after: 59m58s, replies: ["13:00:45"], state: ""}
      - {send: {id: "77", kind: text, text: time}, after: 9m59s, replies: ["13:10:45"], state: ""}
`},
		{"from an expired state on", []string{`{name: time, response: {text: "{% now 'utc', '%H:%M:%S' %}"}}`},
			[]bot.Turn{at(-3*time.Hour+time.Minute, expired), told("12:00:45")}, strings.Replace(head, "12:00:00", "09:01:00", 1) + `    at: "2025-03-01T09:01:45Z"
    state: waiting
    steps:
      - {send: {id: "77", kind: text, text: time}, after: 8760h, replies: ["09:01:45"], state: ""}
      - {send: {id: "77", kind: text, text: time}, after: 2h58m59s, replies: ["12:00:45"], state: ""}
`},
	})
}

func TestRetellConversations(t *testing.T) {
	group := turn("hello", "", "met", "Hi Ada.", "hello")
	group.Event.Chat = &bot.Chat{ID: "-5", Type: bot.Group, Title: "Pizza"}
	other := turn("hello", "", "met", "Hi Bob.", "hello")
	other.Event.From, other.Event.Chat = &bot.Person{ID: "7", FirstName: "Bob"}, group.Event.Chat
	again := turn("hello", "met", "met", "Hi Ada.", "hello")
	again.Event.Chat = group.Event.Chat
	retells(t, []retelling{
		{"a conversation that was reset", []string{hello}, []bot.Turn{turn("hello", "", "met", "Hi Ada.", "hello"), at(time.Second, turn("hello", "", "met", "Hi Ada.", "hello"))},
			head + "    steps:\n      - say: hello\n        replies: [Hi Ada.]\n        state: met\n" +
				strings.Replace(head, "12:00:00", "12:00:01", 1) + "    steps:\n      - say: hello\n        replies: [Hi Ada.]\n        state: met\n"},
		{"two people in a group", []string{hello}, []bot.Turn{group, at(time.Minute, other), at(time.Hour, again)}, head + `    chat: {id: "-5", type: group, title: Pizza}
    steps: [{say: hello, replies: [Hi Ada.], state: met}, {say: hello, replies: [Hi Ada.], state: met}]
  - name: 2026-03-01 12:01:00, Bob
    user: {id: "7", first_name: Bob}
    chat: {id: "-5", type: group, title: Pizza}
    steps: [{say: hello, replies: [Hi Bob.], state: met}]
`},
	})
}

func TestRetellAnswers(t *testing.T) {
	tests := []struct {
		name   string
		answer bot.Exchange
		reply  string
		want   string
	}{
		{"JSON", bot.Exchange{Status: 200, Answer: `{"id":12345678901234567890}`}, "200 12345678901234567890", `status: 200, json: {id: 12345678901234567890}`},
		{"no JSON", bot.Exchange{Status: 502, Answer: "<html>"}, "502", `status: 502, body: <html>`},
		{"nothing", bot.Exchange{Status: 204}, "204", `status: 204`},
		{"JSON that YAML cannot say", bot.Exchange{Status: 200, Answer: `{"id":1,"id":2}`}, "200 2", `status: 200, body: '{"id":1,"id":2}'`},
		{"no answer", bot.Exchange{Error: "no answer within 8s"}, "0", `error: no answer within 8s`},
		{"headers", bot.Exchange{Status: 200, AnswerHeader: map[string]string{"Date": "today", "Server": "s", "Place": "9"}}, "200 9",
			`status: 200, headers: {Place: "9"}`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			test.answer.Handler, test.answer.Method, test.answer.URL = "get", "GET", "https://shop/"
			told := turn("x", "", "", test.reply, "get")
			told.Requests = []bot.Exchange{test.answer}
			get := `{name: get, request: {url: 'https://shop/'}, response: {text: '{{ response.status }} {{ response.data.id }}{{ response.headers.place }}'}}`
			got, failures := retold(t, definition(t, get), told)
			want := plain(t, "answers: [{request: GET https://shop/, "+test.want+"}]")
			found := plain(t, string(got)).(map[string]any)["conversations"].([]any)[0].(map[string]any)
			if diff := cmp.Diff(want, map[string]any{"answers": found["answers"]}); diff != "" || failures != nil {
				t.Errorf("Retell answers (-want +got)\n%s\nfailures %v", diff, failures)
			}
		})
	}
}

func TestRetellKeepsToOneNetwork(t *testing.T) {
	elsewhere := turn("hello", "", "met", "Hi Ada.", "hello")
	elsewhere.Provider = "pyrus"
	file, _, err := rehearse.Retell(t.Context(), []bot.Turn{elsewhere, turn("hello", "", "met", "Hi Ada.", "hello")}, definition(t, hello), networks)
	if err != nil || file.Provider != "telegram" || len(file.Conversations) != 1 {
		t.Errorf("Retell = %+v, %v, want one conversation, on telegram", file, err)
	}
}

func TestRetellOfAnotherDefinitionKeepsWhatWasRecorded(t *testing.T) {
	got, failures := retold(t, definition(t, strings.Replace(hello, "Hi", "Hello", 1)), turn("hello", "", "met", "Hi Ada.", "hello"))
	want := plain(t, "bot: shop.yaml\nprovider: telegram\nconversations:\n"+head+"    steps: [{say: hello, replies: [Hi Ada.], state: met}]")
	if diff := cmp.Diff(want, plain(t, string(got))); diff != "" || len(failures) != 1 || !strings.HasPrefix(failures[0], "step 1 (say hello): replies") {
		t.Errorf("Retell (-want +got)\n%s\nfailures %v, want one of step 1", diff, failures)
	}
}

// begun is a turn in a state that was reached before the turns that are kept.
func begun() bot.Turn {
	t := turn("what", "met", "met", "It was red.", "what")
	t.Context = map[string]bot.StateContext{"_start": {Pattern: map[string]*string{"colour": new("red")}}}
	return t
}
