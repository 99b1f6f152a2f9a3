package telegram_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"hookline/shared/bot"
	"hookline/shared/provider/telegram"
)

func parse(t *testing.T, ch bot.Channel, body string) ([]bot.Event, error) {
	t.Helper()
	return telegram.New(http.DefaultClient, "").Parse(ch, []byte(body))
}

// inChat makes an update of a message in a private chat.
func inChat(fields string) string {
	return `{"update_id":1,"message":{"message_id":2,"from":{"id":3,"first_name":"A"},"chat":{"id":3,"type":"private"},` +
		`"date":1780315200,` + fields + `}}`
}

// TestF11ParseRows names what each row of the network's checklist asks of one event; whole events are in testdata.
func TestF11ParseRows(t *testing.T) {
	for _, test := range []struct {
		name, body string
		kind       bot.EventKind
		typ        string
		text       string
	}{
		{"T8 unknown kind", `{"update_id":1,"beam":{"a":1}}`, bot.Other, "beam", ""},
		{"T8 known kind goes before an unknown one", `{"update_id":1,"a":{},"poll":{"question":"q"}}`, bot.Poll, "poll", "q"},
		{"T8 a message goes before all", `{"update_id":1,"callback_query":{},"message":{"chat":{"id":1},"text":"x"}}`, bot.Text, "text", "x"},
		{"T8 null is no kind", `{"update_id":1,"callback_query":null,"poll":{"question":"q"}}`, bot.Poll, "poll", "q"},
		{"T13 text", inChat(`"text":"x"`), bot.Text, "text", "x"},
		{"T13 edited text", `{"update_id":1,"edited_message":{"text":"x"}}`, bot.Edit, "edited_message", "x"},
		{"T13 channel post", `{"update_id":1,"channel_post":{"text":"x"}}`, bot.Text, "channel_post", "x"},
		{"T14 from absent", `{"update_id":1,"message":{"chat":{"id":3,"type":"private"},"text":"x"}}`, bot.Text, "text", "x"},
		{"T15 animation", inChat(`"animation":{"file_id":"a"},"document":{"file_id":"a"}`), bot.Animation, "animation", ""},
		{"T15 venue", inChat(`"venue":{"location":{"latitude":1,"longitude":2}},"location":{"latitude":1,"longitude":2}`), bot.Located, "venue", ""},
		{"T15 live photo", inChat(`"live_photo":{"file_id":"a"},"photo":[{"file_id":"a"}]`), bot.Photo, "live_photo", ""},
		{"T16 caption", inChat(`"photo":[{"file_id":"a"}],"caption":"c"`), bot.Photo, "photo", "c"},
		{"T17 service message", inChat(`"pinned_message":{"message_id":1,"text":"pinned"}`), bot.Room, "pinned_message", ""},
		{"T17 blank text", inChat(`"text":" \n"`), bot.Other, "message", " \n"},
		{"T17 a field of the wrong type", inChat(`"text":{"a":1}`), bot.Other, "message", ""},
		{"T19 another bot's command", inChat(`"text":"/a@other_bot","entities":[{"type":"bot_command","offset":0,"length":12}]`), bot.Other, "command_for_another_bot", "/a@other_bot"},
		{"T19 our command in any case", inChat(`"text":"/a@pIZZAbOT","entities":[{"type":"bot_command","offset":0,"length":11}]`), bot.Command, "text", "/a@pIZZAbOT"},
		{"T18 a command out of range", inChat(`"text":"/a","entities":[{"type":"bot_command","offset":0,"length":99}]`), bot.Text, "text", "/a"},
		{"T17 a blank press", `{"update_id":1,"callback_query":{"id":"q","data":" "}}`, bot.Other, "callback_query", ""},
		{
			"T22 blocked in a private chat",
			`{"update_id":1,"my_chat_member":{"chat":{"id":3,"type":"private"},"old_chat_member":{"status":"member"},"new_chat_member":{"status":"kicked"}}}`,
			bot.Leave, "my_chat_member", "",
		},
		{"T24 press without data and message", `{"update_id":1,"callback_query":{"id":"q"}}`, bot.Other, "callback_query", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			events, _ := parse(t, channel(), test.body)
			if len(events) != 1 {
				t.Fatalf("Parse(%s) = %d events, want 1", test.body, len(events))
			}
			got := events[0]
			if got.ID != "1" || got.Kind != test.kind || got.Type != test.typ || got.Text != test.text {
				t.Errorf("Parse(%s) = id %q, kind %q, type %q, text %q, want 1, %q, %q, %q",
					test.body, got.ID, got.Kind, got.Type, got.Text, test.kind, test.typ, test.text)
			}
			if string(got.Raw) != test.body {
				t.Errorf("Parse(%s) keeps raw %s, want the body", test.body, got.Raw)
			}
		})
	}
}

func TestT6ParseRefuses(t *testing.T) {
	for _, test := range []struct{ name, body string }{
		{"no id", `{"message":{"text":"x"}}`},
		{"id is text", `{"update_id":"1","message":{"text":"x"}}`},
		{"id is a fraction", `{"update_id":1.5,"message":{"text":"x"}}`},
		{"id is too large", `{"update_id":9223372036854775808,"message":{"text":"x"}}`},
		{"id is null", `{"update_id":null}`},
		{"message is a number", `{"update_id":1,"message":5}`},
		{"message is an array", `{"update_id":1,"message":[{"text":"x"}]}`},
		{"unknown kind is a text", `{"update_id":1,"beam":"x"}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			events, err := parse(t, channel(), test.body)
			if len(events) > 0 || bot.KindOf(err) != bot.Invalid {
				t.Errorf("Parse(%s) = %d events, %v, want none and kind invalid", test.body, len(events), err)
			}
		})
	}
}

func TestT8UpdateWithoutKind(t *testing.T) {
	if events, err := parse(t, channel(), `{"update_id":1}`); len(events) > 0 || err != nil {
		t.Errorf("Parse() = %d events, %v, want none and no error", len(events), err)
	}
}

func TestParseSaysWhatItSkips(t *testing.T) {
	events, err := parse(t, channel(), inChat(`"text":"x","entities":{"a":1}`))
	if len(events) != 1 || events[0].Text != "x" || err == nil {
		t.Errorf("Parse() = %+v, %v, want the text, and an error that names the entities", events, err)
	}
}

func TestT10IDsAreExact(t *testing.T) {
	events, err := parse(t, channel(), `{"update_id":9223372036854775807,"message":{"message_id":9007199254740993,`+
		`"from":{"id":4503599627370497},"chat":{"id":-1004503599627370497,"type":"supergroup"},"text":"x"}}`)
	if err != nil {
		t.Fatal(err)
	}
	e := events[0]
	got := []string{e.ID, e.MessageID, e.From.ID, e.Chat.ID}
	want := []string{"9223372036854775807", "9007199254740993", "4503599627370497", "-1004503599627370497"}
	if strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("Parse() = ids %q, want %q", got, want)
	}
}

func TestParseLocationWithoutCoordinates(t *testing.T) {
	events, err := parse(t, channel(), inChat(`"venue":{"title":"Nowhere"}`))
	if err != nil || events[0].Kind != bot.Located || events[0].Location != nil {
		t.Errorf("Parse() = %+v, %v, want kind location and no place", events, err)
	}
}

func TestT18Entities(t *testing.T) {
	for _, test := range []struct{ name, text, entity, want string }{
		{"T18 entities after an emoji", "😀 bold", `"offset":3,"length":4`, "bold"},
		{"T18 an astral character", "a😀b", `"offset":1,"length":2`, "😀"},
		{"T18 in the middle of one", "a😀b", `"offset":2,"length":1`, "😀"},
		{"T18 whole text", "a😀b", `"offset":0,"length":4`, "a😀b"},
		{"T18 length out of range", "a😀b", `"offset":0,"length":5`, ""},
		{"T18 offset out of range", "a😀b", `"offset":5,"length":0`, ""},
		{"T18 negative offset", "ab", `"offset":-1,"length":1`, ""},
		{"T18 negative length", "ab", `"offset":1,"length":-1`, ""},
		{"T18 sum overflows", "ab", `"offset":1,"length":9223372036854775807`, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			events, err := parse(t, channel(), inChat(`"text":"`+test.text+`","entities":[{"type":"bold",`+test.entity+`}]`))
			if err != nil || len(events[0].Entities) != 1 {
				t.Fatalf("Parse() = %+v, %v, want one entity", events, err)
			}
			if got := events[0].Entities[0].Text; got != test.want {
				t.Errorf("Parse(%q): entity %s has text %q, want %q", test.text, test.entity, got, test.want)
			}
		})
	}
}

func TestCommands(t *testing.T) {
	nameless := channel()
	nameless.Identity = bot.Identity{}
	for _, test := range []struct {
		name    string
		channel bot.Channel
		text    string
		length  string
		want    bot.Invocation
		payload string
	}{
		{"T20 deep link", channel(), "/start spring_26", "6", bot.Invocation{Name: "start", Args: "spring_26"}, "spring_26"},
		{"T20 deep link into a group", channel(), "/start@PizzaBot spring_26", "15", bot.Invocation{Name: "start", Args: "spring_26"}, "spring_26"},
		{"no argument", channel(), "/start", "6", bot.Invocation{Name: "start"}, ""},
		{"T19 our name is not known", nameless, "/a@any_bot x", "10", bot.Invocation{Name: "a", Args: "x"}, "x"},
	} {
		t.Run(test.name, func(t *testing.T) {
			body := inChat(`"text":"` + test.text + `","entities":[{"type":"bot_command","offset":0,"length":` + test.length + `}]`)
			events, err := parse(t, test.channel, body)
			if err != nil || events[0].Kind != bot.Command || *events[0].Command != test.want || events[0].Payload != test.payload {
				t.Errorf("Parse(%s) = %+v, %v, want command %+v, payload %q", body, events[0], err, test.want, test.payload)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	bodies, err := filepath.Glob("testdata/*.json")
	if err != nil || len(bodies) == 0 {
		f.Fatalf("Glob() = %d files, %v", len(bodies), err)
	}
	for _, file := range bodies {
		body, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(body)
	}
	provider := telegram.New(http.DefaultClient, "")
	f.Fuzz(func(t *testing.T, body []byte) {
		events, err := provider.Parse(channel(), body)
		if err != nil && len(events) == 0 && bot.KindOf(err) != bot.Invalid {
			t.Errorf("Parse(%q) = %v, want kind invalid", body, err)
		}
		for _, e := range events {
			if e.ID == "" || e.Kind == "" || e.Kind.Said() && e.Utterance() == "" || !utf8.ValidString(e.Text) {
				t.Errorf("Parse(%q) = %+v, want id, kind, and words where something was said", body, e)
			}
		}
	})
}
