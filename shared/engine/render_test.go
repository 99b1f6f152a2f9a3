package engine_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
	"hookline/shared/provider"
)

// parts gives what the network was given, in order.
func (n *network) parts() (parts []bot.Part) {
	for _, r := range n.replies {
		parts = append(parts, r.Parts...)
	}
	return parts
}

func TestParts(t *testing.T) {
	for _, test := range []struct {
		name     string
		response bot.Response
		want     []bot.Part
	}{
		{"photo with a caption", bot.Response{Message: bot.Message{Photo: "{{ env.SHOP }}/a.png", Text: "for {{ event.from.first_name }}"}}, []bot.Part{
			{Text: "for Ada", Media: &bot.Media{Kind: bot.Photo, Source: "the shop/a.png"}},
		}},
		{"every sort of file", bot.Response{Messages: []bot.Message{{Audio: "a"}, {Video: "v"}, {Document: "d"}}}, []bot.Part{
			{Media: &bot.Media{Kind: bot.Audio, Source: "a"}}, {Media: &bot.Media{Kind: bot.Video, Source: "v"}},
			{Media: &bot.Media{Kind: bot.Document, Source: "d"}},
		}},
		{"a file that renders to nothing", bot.Response{Message: bot.Message{Photo: " {{ event.payload }}", Text: "a"}}, []bot.Part{{Text: "a"}}},
		{"place", bot.Response{Message: bot.Message{Location: "59.93, -30.310"}}, []bot.Part{
			{Location: &bot.Location{Latitude: "59.93", Longitude: "-30.310"}},
		}},
		{"place with a title", bot.Response{Message: bot.Message{Location: "1,2, here, or so"}}, []bot.Part{
			{Location: &bot.Location{Latitude: "1", Longitude: "2", Title: "here, or so"}},
		}},
		{"F33: backslash n begins a message", bot.Response{Message: bot.Message{
			Text: `one\n \n{{ event.text }}\n`, Keyboard: &bot.Keyboard{Rows: [][]bot.Button{{{Text: "a"}}}},
		}}, []bot.Part{{Text: "one"}, {Text: "hello", Keyboard: [][]bot.Button{{{Text: "a", Payload: "a"}}}}}},
		{"F33: with a file", bot.Response{Message: bot.Message{Photo: "p", Text: `one\ntwo`}}, []bot.Part{
			{Text: "one", Media: &bot.Media{Kind: bot.Photo, Source: "p"}}, {Text: "two"},
		}},
		{"F33: nothing but separators", bot.Response{Message: bot.Message{Photo: "p", Text: `\n\n`}}, []bot.Part{
			{Media: &bot.Media{Kind: bot.Photo, Source: "p"}},
		}},
		{"F31: a template makes the keyboard", bot.Response{Message: bot.Message{
			Text: "a", Keyboard: &bot.Keyboard{Template: "[{% for x in ['b', 'c'] %}['{{ x }}', ('Site', '{{ env.SHOP | urlencode }}')],{% endfor %}]"},
		}}, []bot.Part{{Text: "a", Keyboard: [][]bot.Button{
			{{Text: "b", Payload: "b"}, {Text: "Site", Payload: "the%20shop"}}, {{Text: "c", Payload: "c"}, {Text: "Site", Payload: "the%20shop"}},
		}}}},
		{"B11: what was said does not break a keyboard", bot.Response{Message: bot.Message{
			Text: "a", Keyboard: &bot.Keyboard{Template: `{{ [event.text ~ " it's \"" ~ '\\'] | tojson }}`},
		}}, []bot.Part{{Text: "a", Keyboard: [][]bot.Button{{{Text: `hello it's "\`, Payload: `hello it's "\`}}}}}},
		{"F32: a keyboard of nothing", bot.Response{Message: bot.Message{Text: "a", Keyboard: &bot.Keyboard{Template: "{% if false %}['b']{% endif %}"}}}, []bot.Part{{Text: "a"}}},
		{"F28, F29: emoji and the time", bot.Response{Message: bot.Message{Text: "{{ emoji.slice_of_pizza }} {% now 'utc', '%Y' %}"}}, []bot.Part{{Text: "🍕 2026"}}},
		{"F27: the network's own shape", bot.Response{Message: bot.Message{Text: "{{ message.its.own }}!"}}, []bot.Part{{Text: "shape!"}}},
		{"signs go first", bot.Response{Message: bot.Message{Text: "a", Typing: true, Seen: true}}, []bot.Part{
			{Sign: bot.MarkSeen, ReplyTo: "m1"}, {Sign: bot.ShowTyping}, {Text: "a"},
		}},
		{"signs alone", bot.Response{Message: bot.Message{Typing: true}}, []bot.Part{{Sign: bot.ShowTyping}}},
		{"options alone", bot.Response{Options: map[string]bot.Options{"fake": {"approve": "{{ event.text }}"}}}, []bot.Part{
			{Options: bot.Options{"approve": "hello"}},
		}},
		{"options inside", bot.Response{Options: map[string]bot.Options{"fake": {"fields": []any{map[string]any{"v": "{{ event.text }}", "on": true}}}}}, []bot.Part{
			{Options: bot.Options{"fields": []any{map[string]any{"v": "hello", "on": true}}}},
		}},
		{"what is done once is done last", bot.Response{
			Messages: []bot.Message{{Text: "a"}, {Text: "b"}}, Options: map[string]bot.Options{"fake": {"close": true, "quiet": true}},
		}, []bot.Part{{Text: "a", Options: bot.Options{"quiet": true}}, {Text: "b", Options: bot.Options{"close": true, "quiet": true}}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t, bot.Handler{Name: "h", Response: &test.response})
			w.network.options = []provider.Option{{Name: "close", Once: true}, {Name: "quiet"}}
			job := w.said("hello")
			job.Event.Raw = json.RawMessage(`{"its":{"own":"shape"}}`)
			w.handle(job)
			if diff := cmp.Diff(test.want, w.network.parts()); diff != "" {
				t.Errorf("sent (-want +got):\n%s", diff)
			}
		})
	}
}

func TestPlacesThatAreNone(t *testing.T) {
	for _, location := range []string{"here", "1", "91, 0", "0, 181", "NaN, 0", "1e400, 0", "0x1, 0", ", ", "+1, 2", "1 2, 3"} {
		w := newWorld(t, bot.Handler{Name: "h", Response: &bot.Response{Message: bot.Message{Location: location}}})
		job := w.said("hello")
		w.handle(job)
		if turn := w.turn(job); turn.Outcome != bot.Failed || !strings.Contains(turn.Error, "location") {
			t.Errorf("turn with location %q ended %s: %q, want it failed, naming the location", location, turn.Outcome, turn.Error)
		}
	}
}

func TestBatch(t *testing.T) {
	w := newWorld(t, says("h", "", "1|2|3|4|5|6|7", ""))
	w.network.limits.Batch = 3
	broken := true
	w.network.answer = func(p bot.Part) error {
		if broken && p.Text == "5" {
			broken = false
			return unavailable()
		}
		return nil
	}
	job := w.said("x")
	w.drain(job)
	var sizes []int
	for _, r := range w.network.replies {
		sizes = append(sizes, len(r.Parts))
	}
	if diff := cmp.Diff([]int{3, 3, 3}, sizes); diff != "" {
		t.Errorf("parts a call (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff("1: 1\n1: 2\n1: 3\n1: 4\n1: 5\n1: 6\n1: 7", w.network.said()); diff != "" {
		t.Errorf("sent (-want +got):\n%s", diff)
	}
}

func keyboard(buttons ...bot.Button) *bot.Keyboard {
	return &bot.Keyboard{Rows: [][]bot.Button{buttons}}
}

func TestLongPayloads(t *testing.T) {
	long := strings.Repeat("an order of everything there is, ", 30)
	w := newWorld(t,
		says("pressed", "^an order(?P<rest>.*)$", "got {{ event.payload }}", "", "choosing"),
		bot.Handler{Name: "h", TargetState: "choosing", Response: &bot.Response{Message: bot.Message{
			Text: "choose", Keyboard: keyboard(bot.Button{Text: "All", Payload: long}, bot.Button{Text: "None", Payload: "none"}, bot.Button{Text: "Menu", URL: "https://example.com/" + long}),
		}}},
	)
	w.network.limits.PayloadBytes = 64
	w.handle(w.said("hello"))
	row := w.network.parts()[0].Keyboard[0]
	if len(row[0].Payload) > 64 || row[1].Payload != "none" || row[2].URL != "https://example.com/"+long {
		t.Fatalf("keyboard = %+v, want a short payload, and the others as they were", row)
	}
	// Whoever is in the chat may press, after our process has been started again.
	w.start()
	press := bot.Event{ID: "p1", Kind: bot.Press, Payload: row[0].Payload}
	job := w.job(press)
	w.handle(job)
	if got := w.turn(job).Event.Payload; got != long {
		t.Errorf("payload of the turn has %d bytes, want %d", len(got), len(long))
	}
	if got, want := w.network.said(), "1: choose\n1: got "+long; got != want {
		t.Errorf("sent %q, want %q", got, want)
	}
}

func TestPressOfAKeyThatNobodyKept(t *testing.T) {
	w := newWorld(t, says("h", "", "{{ event.payload }}", ""))
	key := "~" + strings.Repeat("A", 22)
	w.handle(w.job(bot.Event{ID: "1", Kind: bot.Press, Payload: key}))
	if got := w.network.said(); got != "1: "+key {
		t.Errorf("sent %q, want the payload as it came", got)
	}
}

func TestLabelsNeedNoPayload(t *testing.T) {
	label := strings.Repeat("a long label ", 8)
	w := newWorld(t, bot.Handler{Name: "h", Response: &bot.Response{
		Message: bot.Message{Text: "choose", Keyboard: keyboard(bot.Button{Text: label, Payload: label})},
		Options: map[string]bot.Options{"fake": {"keyboard": "reply"}},
	}})
	w.network.limits.PayloadBytes = 64
	w.handle(w.said("x"))
	if got := w.network.parts()[0].Keyboard[0][0].Payload; got != label {
		t.Errorf("payload = %q, want the label", got)
	}
}

func TestPayloadsAreBounded(t *testing.T) {
	buttons := make([]bot.Button, 5)
	for i := range buttons {
		buttons[i] = bot.Button{Text: "x", Payload: strings.Repeat(string(rune('a'+i)), 30<<10)}
	}
	w := newWorld(t, bot.Handler{Name: "h", Response: &bot.Response{Message: bot.Message{Text: "a", Keyboard: keyboard(buttons...)}}})
	w.network.limits.PayloadBytes = 64
	job := w.said("x")
	w.handle(job)
	if turn := w.turn(job); turn.Outcome != bot.Failed || !strings.Contains(turn.Error, "at most 131072") {
		t.Errorf("turn with 150 KB of payloads ended %s: %q, want it failed, naming the limit", turn.Outcome, turn.Error)
	}
}
