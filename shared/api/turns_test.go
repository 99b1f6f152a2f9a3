package api_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
)

// turn is one of the head's, some seconds after eleven.
func (w *world) turn(id, chat, text, before string, seconds int) bot.Turn {
	head := w.head()
	at := start.Add(-time.Hour + time.Duration(seconds)*time.Second)
	return bot.Turn{
		ID: id, Time: at, Bot: head.ID, Channel: head.Channels["telegram"], Provider: "telegram",
		Event: bot.Event{
			ID: id, Provider: "telegram", Channel: head.Channels["telegram"], Kind: bot.Text, Text: text,
			Chat: &bot.Chat{ID: chat},
		},
		Decision: bot.Decision{
			Version: head.Version, Definition: head.Definition, State: bot.StateChange{Before: before, After: before},
		},
		Outcome: bot.Replied,
	}
}

func (w *world) keep(turns ...bot.Turn) {
	w.Helper()
	if err := w.store.PutTurns(w.Context(), turns...); err != nil {
		w.Fatal(err)
	}
}

// jobs gives the turns of an answer by the ends of their ids.
func jobs(answer map[string]any) []string {
	found := []string{}
	for _, turn := range answer["turns"].([]any) {
		_, job, _ := strings.Cut(turn.(map[string]any)["id"].(string), "-")
		found = append(found, job)
	}
	return found
}

func TestTurns(t *testing.T) {
	tests := []struct {
		name, query string
		want        []string
	}{
		{"all, newest first", "", []string{"t3", "t2", "t1", "t0"}},
		{"of one chat", "?chat=b", []string{"t2", "t1"}},
		{"limited", "?limit=2", []string{"t3", "t2"}},
		{"since", "?since=2026-03-01T11:00:01Z", []string{"t3", "t2"}},
		{"until", "?until=2026-03-01T11:00:01Z", []string{"t0"}},
		{"none", "?chat=nobody", []string{}},
	}
	w := newWorld(t)
	w.publish(pizza)
	for i, chat := range []string{"a", "b", "b", "c"} {
		w.keep(w.turn(fmt.Sprint("t", i), chat, "hello", "", i))
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := jobs(w.ask("GET", "/v1/bots/pizza/turns"+test.query, "", 200))
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("turns%s (-want +got)\n%s", test.query, diff)
			}
		})
	}
}

func TestTurnsPageByPage(t *testing.T) {
	w := newWorld(t)
	w.publish(pizza)
	for i := range 5 { // all at once, in several chats
		w.keep(w.turn(fmt.Sprint("t", i), fmt.Sprint(i%3), "hello", "", 0))
	}
	var pages [][]string
	for cursor, more := "", true; more; {
		page := w.ask("GET", "/v1/bots/pizza/turns?limit=2&cursor="+cursor, "", 200)
		pages = append(pages, jobs(page))
		cursor, more = page["next"].(string)
	}
	if diff := cmp.Diff([][]string{{"t4", "t3"}, {"t2", "t1"}, {"t0"}}, pages); diff != "" {
		t.Errorf("pages of two turns (-want +got)\n%s", diff)
	}
	w.ask("GET", "/v1/bots/pizza/turns?cursor=t3", "", 400)
}

// A function on AWS can answer 6 MB.
func TestTurnsEndBeforeTheyAreTooMuch(t *testing.T) {
	w := newWorld(t)
	w.publish(pizza)
	const each, all = 200 << 10, 40
	for i := range all {
		large := w.turn(fmt.Sprint("t", i), "a", "hello", "", i)
		large.Replies = []bot.TurnReply{{Parts: []bot.Part{{Text: strings.Repeat("x", each)}}}}
		w.keep(large)
	}
	page := w.ask("GET", "/v1/bots/pizza/turns?limit=500", "", 200)
	first := jobs(page)
	if len(first) < 10 || len(first)*each > 5<<20 || page["next"] == nil {
		t.Errorf("%d turns of %d bytes in one page, next %v, want less than 5 MB and more to come", len(first), each, page["next"])
	}
	second := jobs(w.ask("GET", "/v1/bots/pizza/turns?limit=500&cursor="+page["next"].(string), "", 200))
	if got := len(first) + len(second); got != all || second[len(second)-1] != "t0" {
		t.Errorf("two pages have %d turns and end with %s, want all %d", got, second[len(second)-1], all)
	}
}

func TestTurn(t *testing.T) {
	w := newWorld(t)
	w.publish(pizza)
	w.keep(w.turn("t0", "a", "hello", "", 0), w.turn("t1", "a", "hello", "", 1))
	got := w.ask("GET", "/v1/bots/pizza/turns/20260301T110001.000000Z-t1", "", 200)
	if got["bot"] != "pizza" || got["time"] != "2026-03-01T11:00:01Z" || got["handlers"] == nil {
		t.Errorf("turn = %v, want the second one, explained", got)
	}
	w.ask("GET", "/v1/bots/pizza/turns/t1", "", 404)
	w.ask("GET", "/v1/bots/pizza/turns/20260301T110001.000000Z-t2", "", 404)
}

func TestTurnsNameThings(t *testing.T) {
	w := newWorld(t)
	w.publish(pizza)
	here, gone := w.turn("t0", "a", "hello", "", 0), w.turn("t1", "a", "hello", "", 1)
	gone.Channel = "removed-channel"
	w.keep(here, gone)
	turns := w.ask("GET", "/v1/bots/pizza/turns", "", 200)["turns"].([]any)
	for i, channel := range []string{"removed-channel", "telegram"} {
		turn := turns[i].(map[string]any)
		if _, shown := turn["definition"]; turn["bot"] != "pizza" || turn["channel"] != channel || shown {
			t.Errorf("turn %d is of %v, %v (definition shown: %v), want pizza, %s", i, turn["bot"], turn["channel"], shown, channel)
		}
	}
}

func TestTurnsExplainEachHandlerByItsOwnVersion(t *testing.T) {
	w := newWorld(t)
	w.publish(`
bot: pizza
channels: {telegram: {token: "1:t"}}
handlers:
  - {name: off, disabled: true}
  - {name: pictures, on: [photo]}
  - {name: choosing, source_states: [choosing]}
  - {name: order, pattern: '(?P<pizza>margherita)'}
  - {name: any}
  - {name: last}
`)
	old := w.turn("t0", "a", "one margherita", "eating", 0)
	old.State.After = "choosing"
	w.publish("bot: pizza\nchannels: {telegram: {token: \"1:t\"}}\nhandlers: [{name: new}]\n")
	expired := w.turn("t1", "a", "hello", "", 1)
	expired.Definition = "00000009-gone"
	w.keep(old, expired)
	turns := w.ask("GET", "/v1/bots/pizza/turns", "", 200)["turns"].([]any)
	row := func(name, verdict string) map[string]any { return map[string]any{"name": name, "verdict": verdict} }
	fired := row("order", "fired")
	fired["captures"] = map[string]any{"pizza": "margherita"}
	want := []any{
		row("off", "disabled"), row("pictures", "kind"), row("choosing", "state"), fired, row("any", "not_tried"), row("last", "not_tried"),
	}
	if diff := cmp.Diff(want, turns[1].(map[string]any)["handlers"]); diff != "" {
		t.Errorf("handlers (-want +got)\n%s", diff)
	}
	for _, turn := range w.ask("GET", "/v1/bots/pizza/turns?explain=false", "", 200)["turns"].([]any) {
		if shown := turn.(map[string]any); shown["handlers"] != nil || shown["notes"] != nil {
			t.Errorf("turns?explain=false shows handlers %v, notes %v, want none", shown["handlers"], shown["notes"])
		}
	}
	last := turns[0].(map[string]any)
	if last["handlers"] != nil || last["notes"] == nil {
		t.Errorf("a turn of a version that is gone has handlers %v, notes %v", last["handlers"], last["notes"])
	}
}

func TestTurnsExplainWhatExpired(t *testing.T) {
	w := newWorld(t)
	w.publish(`
bot: pizza
channels: {telegram: {token: "1:t"}}
handlers:
  - {name: start, pattern: ^/start$, target_state: choosing}
  - {name: any}
  - {name: late, response: {text: Too late.}}
  - {name: again, continue: true, response: {text: Once more.}}
states:
  choosing: {expires: 1m, then: again}
`)
	late := w.turn("t0", "a", "hello", "", 0)
	late.Expired = "choosing"
	w.keep(late)
	turn := w.ask("GET", "/v1/bots/pizza/turns", "", 200)["turns"].([]any)[0].(map[string]any)
	row := func(name, verdict string) any { return map[string]any{"name": name, "verdict": verdict} }
	want := []any{row("again", "fired"), row("start", "pattern"), row("any", "fired"), row("late", "not_tried")}
	if diff := cmp.Diff(want, turn["handlers"]); diff != "" {
		t.Errorf("handlers of a turn whose state had expired (-want +got)\n%s", diff)
	}
}
