package bot_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
)

func TestEventKinds(t *testing.T) {
	said := []bot.EventKind{"text", "command", "button", "start"}
	quiet := []bot.EventKind{"receipt", "typing", "echo"}
	others := []bot.EventKind{
		"photo", "audio", "voice", "video", "animation", "document", "sticker", "location", "contact", "link", "poll", "payment",
		"reaction", "edit", "join", "leave", "member", "referral", "optin", "account", "form", "task", "room", "inline", "other",
	}
	all := slices.Sorted(slices.Values(slices.Concat(said, quiet, others)))
	if diff := cmp.Diff(all, slices.Sorted(slices.Values(bot.EventKinds()))); diff != "" {
		t.Fatalf("EventKinds(): (-want +got)\n%s", diff)
	}
	for _, kind := range bot.EventKinds() {
		t.Run(string(kind), func(t *testing.T) {
			if got, want := kind.Said(), slices.Contains(said, kind); got != want {
				t.Errorf("%q.Said() = %v, want %v", kind, got, want)
			}
			if got, want := kind.Quiet(), slices.Contains(quiet, kind); got != want {
				t.Errorf("%q.Quiet() = %v, want %v", kind, got, want)
			}
		})
	}
}

func TestEventUtterance(t *testing.T) {
	for _, test := range []struct {
		name  string
		event bot.Event
		want  string
	}{
		{"nothing", bot.Event{Kind: bot.Text}, ""},
		{"text", bot.Event{Kind: bot.Text, Text: " \t\nhi there\u00a0\n"}, "hi there"},
		{"caption", bot.Event{Kind: bot.Photo, Text: "look"}, "look"},
		{"payload of a button", bot.Event{Kind: bot.Press, Text: "Label", Payload: " p1 "}, "p1"},
		{"button without payload", bot.Event{Kind: bot.Press, Text: "Label"}, "Label"},
		{"payload of a start", bot.Event{Kind: bot.Start, Text: "/start", Payload: "ref"}, "ref"},
		{"a start by a code keeps its text", bot.Event{Kind: bot.Start, Text: "/start", Payload: "ref", Via: bot.ViaCode}, "/start"},
		{"payload of a suggested answer", bot.Event{Kind: bot.Text, Text: "Yes", Payload: "y", Via: bot.ViaSuggested}, "y"},
		{"start without payload", bot.Event{Kind: bot.Start, Text: "/start"}, "/start"},
		{"a command keeps its text", bot.Event{Kind: bot.Command, Text: "/start ref", Payload: "ref"}, "/start ref"},
		{"so does a text", bot.Event{Kind: bot.Text, Text: "a", Payload: "b"}, "a"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := test.event.Utterance(); got != test.want {
				t.Errorf("Utterance() of %s %q, payload %q = %q, want %q",
					test.event.Kind, test.event.Text, test.event.Payload, got, test.want)
			}
		})
	}
}

func TestEventAddress(t *testing.T) {
	for _, test := range []struct {
		name  string
		event bot.Event
		want  bot.Address
	}{
		{"nowhere", bot.Event{ID: "1"}, bot.Address{}},
		{"user", bot.Event{From: &bot.Person{ID: "7"}}, bot.Address{User: "7"}},
		{"chat", bot.Event{Chat: &bot.Chat{ID: "-100"}}, bot.Address{Chat: "-100"}},
		{
			"thread of a chat", bot.Event{Chat: &bot.Chat{ID: "a#b", Thread: "3"}, From: &bot.Person{ID: "7"}},
			bot.Address{Chat: "a#b", Thread: "3", User: "7"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := test.event.Address(); got != test.want {
				t.Errorf("Address() = %+v, want %+v", got, test.want)
			}
		})
	}
}
