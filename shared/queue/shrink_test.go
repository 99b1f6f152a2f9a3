package queue_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"hookline/shared/bot"
	"hookline/shared/queue"
)

// long is too much for a queue, whichever field it is in.
var long = strings.Repeat("ä", 150<<10)

func TestShrink(t *testing.T) {
	raw := json.RawMessage(`"` + long + `"`)
	tests := []struct {
		name  string
		event bot.Event
		want  bot.Event
	}{
		{
			"a small one is left alone",
			bot.Event{ID: "1", Text: "hi", Raw: json.RawMessage(`{"a":1}`)},
			bot.Event{ID: "1", Text: "hi", Raw: json.RawMessage(`{"a":1}`)},
		},
		{
			"raw goes first",
			bot.Event{ID: "1", Text: "hi", Entities: []bot.Entity{{Type: "bold"}}, Raw: raw},
			bot.Event{ID: "1", Text: "hi", Entities: []bot.Entity{{Type: "bold"}}, Truncated: true},
		},
		{
			"raw that is not JSON goes",
			bot.Event{ID: "1", Text: "hi", Raw: json.RawMessage(`{`)},
			bot.Event{ID: "1", Text: "hi", Truncated: true},
		},
		{
			"attachments keep what they are fetched by",
			bot.Event{ID: "1", Attachments: []bot.Attachment{{ID: "a", URL: "u", Name: long}, {URL: "u", MIME: "m", Size: 7}}},
			bot.Event{ID: "1", Attachments: []bot.Attachment{{ID: "a"}, {URL: "u", Size: 7}}, Truncated: true},
		},
		{
			"entities go before text is cut",
			bot.Event{ID: "1", Text: "hi", Entities: []bot.Entity{{Type: "bold", Text: long}}},
			bot.Event{ID: "1", Text: "hi", Truncated: true},
		},
		{
			"quoted text is cut before ours",
			bot.Event{ID: "1", Text: "hi", ReplyTo: &bot.Quoted{MessageID: "7", Text: long}},
			bot.Event{ID: "1", Text: "hi", ReplyTo: &bot.Quoted{MessageID: "7", Text: long[:1<<10]}, Truncated: true},
		},
		{
			"values of forms and tasks go",
			bot.Event{ID: "1", Form: &bot.Form{ID: "f", Values: map[string]string{"a": long}}, Task: &bot.Task{ID: "t", Text: "do"}},
			bot.Event{ID: "1", Form: &bot.Form{ID: "f"}, Task: &bot.Task{ID: "t", Text: "do"}, Truncated: true},
		},
		{
			"text is cut last, between runes",
			bot.Event{ID: "1", Text: "x" + long, Reaction: &bot.Reaction{Name: "+1"}},
			bot.Event{ID: "1", Text: "x" + long[:32<<10-2], Reaction: &bot.Reaction{Name: "+1"}, Truncated: true},
		},
		{
			"a command keeps its name",
			bot.Event{ID: "1", Command: &bot.Invocation{Name: "buy", Args: long}},
			bot.Event{ID: "1", Command: &bot.Invocation{Name: "buy", Args: long[:32<<10]}, Truncated: true},
		},
		{
			"a time without JSON goes",
			bot.Event{ID: "1", Time: time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC), Text: "hi"},
			bot.Event{ID: "1", Text: "hi", Truncated: true},
		},
		{
			"essentials stay of what no network sends",
			bot.Event{
				ID: "1", Kind: bot.Text, Text: "hi", Members: []bot.Person{{Name: long}},
				Chat: &bot.Chat{ID: "c", Type: bot.Group, Title: long}, From: &bot.Person{ID: "u", Name: long},
			},
			bot.Event{
				ID: "1", Kind: bot.Text, Text: "hi", Truncated: true,
				Chat: &bot.Chat{ID: "c", Type: bot.Group}, From: &bot.Person{ID: "u"},
			},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, queue.Shrink(tt.event)); diff != "" {
				t.Errorf("Shrink (-want +got):\n%s", diff)
			}
		})
	}
}

func TestShrinkFitsEveryJob(t *testing.T) {
	channel := bot.Channel{ID: strings.Repeat("c", 64), Bot: strings.Repeat("b", 64)}
	now := time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)
	rapid.Check(t, func(t *rapid.T) {
		var e bot.Event
		fill(t, reflect.ValueOf(&e).Elem())
		small := queue.Shrink(e)
		encoded, err := json.Marshal(bot.NewEventJob(channel, small, now))
		if err != nil || len(encoded) > queue.MaxJobBytes {
			t.Fatalf("a job of Shrink(…) has %d bytes (%v), want at most %d", len(encoded), err, queue.MaxJobBytes)
		}
		if utf8.ValidString(e.Text) && !utf8.ValidString(small.Text) {
			t.Fatal("Shrink cut the text inside a rune")
		}
	})
}

func TestShrinkLeavesItsArgument(t *testing.T) {
	event := func() bot.Event {
		return bot.Event{
			ID: "1", Text: long, Raw: json.RawMessage(`{}`),
			Chat: &bot.Chat{ID: "c", Title: long}, From: &bot.Person{ID: "u", Name: long},
			ReplyTo: &bot.Quoted{Text: long}, Command: &bot.Invocation{Args: long},
			Attachments: []bot.Attachment{{ID: "a", Name: long}}, Entities: []bot.Entity{{Text: long}},
			Form: &bot.Form{Values: map[string]string{"a": long}}, Task: &bot.Task{Text: long},
		}
	}
	e := event()
	queue.Shrink(e)
	if diff := cmp.Diff(event(), e); diff != "" {
		t.Errorf("Shrink changed its argument (-want +got):\n%s", diff)
	}
}

// fill draws a value for every field there is, so that a field added later is tried too.
func fill(t *rapid.T, v reflect.Value) {
	switch v.Interface().(type) {
	case time.Time:
		year := rapid.SampledFrom([]int{1, 2026, 9999, 10000, 300000}).Draw(t, "year")
		v.Set(reflect.ValueOf(time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC)))
		return
	case json.RawMessage:
		v.SetBytes([]byte(rapid.SampledFrom([]string{"null", "{", `"` + long + `"`}).Draw(t, "raw")))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(text(t))
	case reflect.Bool:
		v.SetBool(rapid.Bool().Draw(t, "bool"))
	case reflect.Pointer:
		if rapid.Bool().Draw(t, "set") {
			v.Set(reflect.New(v.Type().Elem()))
			fill(t, v.Elem())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			fill(t, v.Field(i))
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), rapid.IntRange(0, 2).Draw(t, "len"), 2))
		for i := range v.Len() {
			fill(t, v.Index(i))
		}
	case reflect.Map:
		v.Set(reflect.ValueOf(map[string]string{text(t): text(t)}))
	}
}

// text draws short and long strings of runes that JSON writes in different lengths.
func text(t *rapid.T) string {
	unit := rapid.SampledFrom([]string{"a", "\"", "<", "\x00", "\xff", "ä", "\u2028", "😀"}).Draw(t, "unit")
	size := rapid.SampledFrom([]int{0, 1, 1000, 1000, 1000, 1000, 1000, 50 << 10}).Draw(t, "size")
	return strings.Repeat(unit, size/len(unit))
}
