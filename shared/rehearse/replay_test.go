package rehearse_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
	"hookline/shared/botfile"
	"hookline/shared/provider"
	"hookline/shared/provider/pyrus"
	"hookline/shared/provider/telegram"
	"hookline/shared/rehearse"
)

var networks = provider.NewSet(telegram.New(nil, ""), pyrus.New(nil, "", ""))

// definition reads a bot file of handlers, one a line.
func definition(t *testing.T, handlers ...string) bot.Definition {
	t.Helper()
	text := "bot: shop\nchannels: {telegram: {token: '1:t'}}\nsecrets: {KEY: hunter22, KEY2: '${UNSET}'}\n" +
		"states: {waiting: {expires: 30m, then: late}}\nhandlers:\n  - {name: late, priority: -9, pattern: ^hey, response: {text: Late.}}\n"
	for _, h := range handlers {
		text += "  - " + h + "\n"
	}
	def, problems := botfile.Checker{Providers: networks}.Read("shop.yaml", []byte(text))
	for _, p := range problems {
		if !p.Warning {
			t.Fatal(p)
		}
	}
	return def
}

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// turn is one as it is recorded, on a text that somebody said.
func turn(text, before, after, reply string, fired ...string) bot.Turn {
	t := bot.Turn{
		ID: "T1", Time: noon, Bot: "shop", Channel: "telegram", Provider: "telegram",
		Event: bot.Event{
			ID: "77", Provider: "telegram", Channel: "c1", Kind: bot.Text, Text: text, Time: noon,
			Chat: &bot.Chat{ID: "42", Type: bot.Direct}, From: &bot.Person{ID: "42", FirstName: "Ada"},
		},
		Decision: bot.Decision{Version: 1, Fired: fired, State: bot.StateChange{Before: before, After: after}},
		Outcome:  bot.Silent,
	}
	if reply != "" {
		part := bot.Part{Text: reply, Options: bot.Options{"keyboard": "remove"}}
		t.Replies, t.Outcome = []bot.TurnReply{{Parts: []bot.Part{part}, Sent: true}}, bot.Replied
	}
	return t
}

// asking is a turn whose handler asked the owner's API.
func asking(reply string, requests ...bot.Exchange) bot.Turn {
	t := turn("red", "", "done", reply, "order")
	t.Requests = requests
	return t
}

func exchange(status int, url, body, answer string) bot.Exchange {
	return bot.Exchange{
		Handler: "order", Method: "POST", URL: url, Body: body, Status: status, Answer: answer, MS: 12,
		Header: map[string]string{
			"Authorization": "Bearer {{ secret.KEY }}", "Content-Type": "application/json", "Idempotency-Key": "c1:77:order",
		},
		AnswerHeader: map[string]string{"Place": "9"},
	}
}

const (
	hello  = `{name: hello, pattern: ^hello, response: {text: "Hi {{ event.from.first_name }}."}, target_state: met}`
	bye    = `{name: bye, pattern: ^bye, response: {text: Bye.}}`
	orders = "https://shop/orders?key={{ secret.KEY }}&other={{ secret.KEY2 }}"
)

// order is a handler that asks, and one more thing that is said of it.
func order(more string) string {
	return `{name: order, pattern: '(?P<what>red|blue)', request: {method: POST, url: 'https://shop/orders', ` +
		`query: {key: '{{ secret.KEY }}', other: '{{ secret.KEY2 }}'}, headers: {Authorization: 'Bearer {{ secret.KEY }}'}, ` +
		`json: {what: '{{ pattern.what }}'}}, target_state: done, response: {text: ` + more + `}}`
}

// replaying is a turn that is replayed against some handlers.
type replaying struct {
	name     string
	handlers []string
	turn     bot.Turn
	want     []string // what changes
}

func replays(t *testing.T, tests []replaying) {
	t.Helper()
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			replay, err := rehearse.NewReplayer(definition(t, test.handlers...), networks).Replay(t.Context(), test.turn)
			var got []string
			for _, change := range replay.Changes {
				got = append(got, change.What)
			}
			if diff := cmp.Diff(test.want, got); diff != "" || err != nil || replay.Skipped != "" {
				t.Errorf("Replay = %v, skipped %q, changes (-want +got)\n%s%v", err, replay.Skipped, diff, replay.Changes)
			}
		})
	}
}

func TestReplay(t *testing.T) {
	expired := turn("hey", "", "", "Late.", "late")
	expired.Expired = "waiting"
	stood := func(before string, expired string, minutes int, reply string, fired ...string) bot.Turn {
		made := turn("hey", before, before, reply, fired...)
		made.Expired, made.State.Since = expired, noon.Add(-time.Duration(minutes)*time.Minute)
		made.Context = map[string]bot.StateContext{"_start": {Pattern: map[string]*string{"colour": new("red")}}}
		return made
	}
	recalling := []string{`{name: recall, source_states: [waiting], pattern: ^hey, response: {text: 'It is {{ state_context._start.pattern.colour }}.'}}`}
	remembering := turn("what", "met", "met", "It was red.", "what")
	remembering.Context = map[string]bot.StateContext{"_start": {Pattern: map[string]*string{"colour": new("red")}}}
	failed := turn("hello", "", "", "", "hello")
	failed.Outcome, failed.Error = bot.Failed, "handler hello, message 1: text: something else"
	unsent := turn("hello", "", "met", "Hi Ada.", "hello")
	unsent.Outcome, unsent.Error = bot.Failed, "the network is down"
	quiet := turn("", "met", "met", "")
	quiet.Event.Kind = bot.Receipt
	timed := turn("time", "", "", "12:00:45", "time")
	timed.MS = map[string]float64{"waited": 45_000}
	replays(t, []replaying{
		{"the same", []string{hello, bye}, turn("hello", "", "met", "Hi Ada.", "hello"), nil},
		{"another reply", []string{strings.Replace(hello, "Hi", "Hello", 1)}, turn("hello", "", "met", "Hi Ada.", "hello"),
			[]string{"replies"}},
		{"another option of the network", []string{strings.Replace(hello, "response: {", "response: {telegram: {disable_notification: true}, ", 1)},
			turn("hello", "", "met", "Hi Ada.", "hello"), []string{"replies"}},
		{"another state", []string{strings.Replace(hello, "met", "seen", 1)}, turn("hello", "", "met", "Hi Ada.", "hello"), []string{"state"}},
		{"another handler", []string{strings.Replace(hello, "name: hello", "name: greet", 1)}, turn("hello", "", "met", "Hi Ada.", "hello"),
			[]string{"handlers"}},
		{"no handler", []string{bye}, turn("hello", "", "met", "Hi Ada.", "hello"), []string{"handlers", "replies", "state"}},
		{"a handler that was not there", []string{hello, bye}, turn("bye", "met", "met", ""), []string{"handlers", "replies"}},
		{"nothing fired and nothing does", []string{hello}, turn("bye", "met", "met", ""), nil},
		{"a quiet event", []string{hello}, quiet, nil},
		{"a quiet event that is answered now", []string{`{name: read, on: [receipt], target_state: x}`}, quiet, []string{"handlers", "state"}},
		{"the state before", []string{`{name: met, source_states: [met], response: {text: Again.}}`, hello},
			turn("hello", "met", "met", "Again.", "met"), nil},
		{"the time at which it was decided", []string{`{name: time, response: {text: "{% now 'utc', '%H:%M:%S' %}"}}`}, timed, nil},
		{"what was remembered", []string{`{name: what, response: {text: 'It was {{ state_context._start.pattern.colour }}.'}}`}, remembering, nil},
		{"an expired state", []string{`{name: hey, pattern: ^hey, response: {text: Hey.}}`}, expired, nil},
		{"a state that has not expired", []string{strings.Replace(hello, "pattern", "source_states: [waiting], pattern", 1)},
			turn("hello", "waiting", "met", "Hi Ada.", "hello"), nil},
		{"a state that expires as it did", recalling, stood("", "waiting", 30, "Late.", "late"), nil},
		{"a state that would last longer now", recalling, stood("", "waiting", 20, "Late.", "late"), []string{"handlers", "replies", "state"}},
		{"a state that lasts as it did", recalling, stood("waiting", "", 29, "It is red.", "recall"), nil},
		{"a state that would expire now", recalling, stood("waiting", "", 31, "It is red.", "recall"), []string{"handlers", "replies", "state"}},
		{"an error that is mended", []string{hello}, failed, []string{"replies", "state", "error"}},
		{"an error of sending", []string{hello}, unsent, nil},
	})
}

func TestReplayRequests(t *testing.T) {
	refused := asking("")
	refused.State.After = ""
	refused.Outcome, refused.Error = bot.Failed, "handler order, request: no address"
	two := asking("first second", exchange(200, "https://a/1?key={{ secret.KEY }}", "", `{"n":"first"}`), exchange(200, "https://a/2?key={{ secret.KEY }}", "", `{"n":"second"}`))
	for i := range two.Requests {
		two.Requests[i].Header, two.Requests[i].Method = map[string]string{}, "GET"
	}
	two.Requests[0].Handler, two.Requests[1].Handler, two.Fired = "one", "two", []string{"one", "two"}
	options := bot.Options{"keyboard": "remove"}
	two.Replies[0].Parts = []bot.Part{{Text: "first", Options: options}, {Text: "second", Options: options}}
	same := two
	same.Requests = slices.Clone(two.Requests)
	same.Requests[1].URL = same.Requests[0].URL
	const ask = `{name: %, pattern: red, request: {url: 'https://a/#?key={{ secret.KEY }}'}, response: {text: '{{ response.data.n }}'}, continue: true, target_state: done}`
	one, other := strings.NewReplacer("%", "one", "#", "1").Replace(ask), strings.NewReplacer("%", "two", "#", "2").Replace(ask)
	replays(t, []replaying{
		{"an answer", []string{order("'{{ response.status }} {{ response.data.id }} {{ response.headers.place }}'")},
			asking("201 7 9", exchange(201, orders, `{"what":"red"}`, `{"id":7}`)), nil},
		{"another body", []string{strings.Replace(order("ok"), "what: '{{", "colour: '{{", 1)},
			asking("ok", exchange(201, orders, `{"what":"red"}`, `{}`)), []string{"requests"}},
		{"another header", []string{strings.Replace(order("ok"), "Bearer", "Token", 1)},
			asking("ok", exchange(201, orders, `{"what":"red"}`, `{}`)), []string{"requests"}},
		{"an answer that is made more of", []string{order("'{{ response.data.id }} and more'")},
			asking("7", exchange(201, orders, `{"what":"red"}`, `{"id":7}`)), []string{"replies"}},
		{"a refusal does not move", []string{order("no")}, asking("no", exchange(500, orders, `{"what":"red"}`, ``)), []string{"state"}},
		{"a request that was not made", []string{order("'{{ response.error }}'")}, asking(""), []string{"replies", "state", "requests"}},
		{"a request that could not be made", []string{order("x")}, refused, nil},
		{"requests in another order get their own answers", []string{other, one}, two, []string{"handlers", "replies", "requests"}},
		{"the same request twice", []string{one, strings.Replace(other, "a/2", "a/1", 1)}, same, nil},
		{"two requests", []string{one, other}, two, nil},
	})
}

func TestReplayThatIsNotTold(t *testing.T) {
	partial, elsewhere, short := turn("hello", "", "", ""), turn("hello", "", "", ""), asking("ok", exchange(201, orders, "", `{"id":`))
	partial.Partial, elsewhere.Provider, short.Requests[0].Truncated = true, "fax", true
	tests := []struct {
		name string
		turn bot.Turn
		want string
	}{
		{"a record that is not whole", partial, "its record does not hold all that it was decided by"},
		{"another network", elsewhere, "no provider fax"},
		{"a long answer", short, "an answer that it got was too large to be kept whole"},
	}
	replayer := rehearse.NewReplayer(definition(t, order("ok"), hello), networks)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := replayer.Replay(t.Context(), test.turn)
			want := rehearse.Replay{Turn: "T1", Time: noon, Channel: "telegram", Chat: "42", Skipped: test.want}
			if diff := cmp.Diff(want, got); diff != "" || err != nil {
				t.Errorf("Replay = %v (-want +got)\n%s", err, diff)
			}
		})
	}
}

func TestReplayShowsADifference(t *testing.T) {
	replayer := rehearse.NewReplayer(definition(t, strings.Replace(hello, "met", "seen", 1)), networks)
	replay, err := replayer.Replay(t.Context(), turn("hello", "", "met", "Hi Ada.", "hello"))
	if err != nil || len(replay.Changes) != 1 {
		t.Fatalf("Replay = %+v, %v, want one change", replay, err)
	}
	want := rehearse.Change{What: "state", Before: json.RawMessage(`"met"`), After: json.RawMessage(`"seen"`)}
	if diff := cmp.Diff(want, replay.Changes[0]); diff != "" {
		t.Errorf("change (-want +got)\n%s", diff)
	}
	const text = "state, - recorded, + replayed:\n    - state: met\n    + state: seen"
	if got := replay.Changes[0].String(); got != text {
		t.Errorf("String() = %q, want %q", got, text)
	}
}

func TestReplayShowsThatNothingFires(t *testing.T) {
	replay, err := rehearse.NewReplayer(definition(t, bye), networks).Replay(t.Context(), turn("hello", "", "met", "", "hello"))
	if err != nil || len(replay.Changes) == 0 {
		t.Fatalf("Replay = %+v, %v, want changes", replay, err)
	}
	want := rehearse.Change{What: "handlers", Before: json.RawMessage(`["hello"]`), After: json.RawMessage(`[]`)}
	if diff := cmp.Diff(want, replay.Changes[0]); diff != "" {
		t.Errorf("change (-want +got)\n%s", diff)
	}
}

func TestReplayTakesNumbersForWhatTheyAre(t *testing.T) {
	def := bot.Definition{Handlers: []bot.Handler{{Name: "any", Response: &bot.Response{
		Message: bot.Message{Text: "Hi"}, Options: map[string]bot.Options{"telegram": {"n": json.Number("5.0"), "keyboard": "remove"}},
	}}}}
	recorded := turn("hello", "", "", "Hi", "any")
	recorded.Replies[0].Parts[0].Options["n"] = 5.0 // as it is read from JSON
	replay, err := rehearse.NewReplayer(def, networks).Replay(t.Context(), recorded)
	if err != nil || len(replay.Changes) > 0 {
		t.Errorf("Replay = %+v, %v, want no changes", replay, err)
	}
}

// rereading is a network that can be asked for events again, and must not be.
type rereading struct {
	provider.Provider
	asked *bool
}

func (r rereading) Reread(context.Context, bot.Channel, bot.Event) (json.RawMessage, error) {
	*r.asked = true
	return json.RawMessage(`{}`), nil
}

func TestReplayAsksNoNetworkForWhatAnEventLost(t *testing.T) {
	lost := turn("hello", "", "met", "Hi Ada.", "hello")
	lost.Event.Truncated = true
	asked := false
	set := provider.Set{"telegram": rereading{networks["telegram"], &asked}}
	replay, err := rehearse.NewReplayer(definition(t, hello), set).Replay(t.Context(), lost)
	if err != nil || len(replay.Changes) > 0 || asked {
		t.Errorf("Replay = %+v, %v, network asked %v, want no changes and nothing asked", replay, err, asked)
	}
}

func TestReplayOfADefinitionThatDoesNotCompile(t *testing.T) {
	def := bot.Definition{Bot: "shop", Handlers: []bot.Handler{{Name: "a", Pattern: "("}}}
	_, err := rehearse.NewReplayer(def, networks).Replay(t.Context(), turn("hello", "", "", ""))
	if bot.KindOf(err) != bot.Invalid {
		t.Errorf("Replay = %v, want kind invalid", err)
	}
}

func TestReplayLeavesTheDefinitionAlone(t *testing.T) {
	def := definition(t, hello)
	rehearse.NewReplayer(def, networks)
	if got := def.Secrets["KEY"].Value.Reveal(); got != "hunter22" {
		t.Errorf("a secret of the definition is %q now, want it as it was", got)
	}
}
