package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
)

// half is a letter's reply of three parts, of which one was sent.
func half() bot.Reply {
	return bot.Reply{Address: bot.Address{Chat: "42"}, Sent: 1, Parts: []bot.Part{
		{Text: "one"}, {Text: "<b>two", Format: bot.FormatHTML, Options: bot.Options{"silent": true}}, {Sign: bot.ShowTyping},
	}}
}

func TestMend(t *testing.T) {
	silent := bot.Options{"silent": true}
	tests := []struct {
		name, body string
		want       []bot.Part // behind the first
	}{
		{"text", `{"parts":{"2":{"text":"<b>two</b>"}}}`, []bot.Part{{Text: "<b>two</b>", Format: bot.FormatHTML, Options: silent}, {Sign: bot.ShowTyping}}},
		{"format", `{"parts":{"2":{"format":null}}}`, []bot.Part{{Text: "<b>two", Options: silent}, {Sign: bot.ShowTyping}}},
		{"cut as the network wants it", `{"parts":{"2":{"text":"two|and a half","format":""}}}`,
			[]bot.Part{{Text: "two", Options: silent}, {Text: "and a half", Options: silent}, {Sign: bot.ShowTyping}}},
		{"keyboard", `{"parts":{"2":{"keyboard":[["Yes",{"text":"Menu","url":"https://a.example"}]]}}}`, []bot.Part{{
			Text: "<b>two", Format: bot.FormatHTML, Options: silent,
			Keyboard: [][]bot.Button{{{Text: "Yes", Payload: "Yes"}, {Text: "Menu", URL: "https://a.example"}}},
		}, {Sign: bot.ShowTyping}}},
		{"media", `{"parts":{"2":{"text":null,"format":null,"media":{"kind":"photo","source":"https://a.example/p.jpg"}}}}`,
			[]bot.Part{{Media: &bot.Media{Kind: bot.Photo, Source: "https://a.example/p.jpg"}, Options: silent}, {Sign: bot.ShowTyping}}},
		{"dropped", `{"parts":{"2":null}}`, []bot.Part{{Sign: bot.ShowTyping}}},
		{"several", `{"parts":{"2":{"text":"2"},"3":null}}`, []bot.Part{{Text: "2", Format: bot.FormatHTML, Options: silent}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			w.publish(pizza)
			w.bury("letter", half())
			answer := w.ask("PATCH", "/v1/bots/pizza/dead/letter", test.body, 200)
			letter, err := w.store.DeadLetter(t.Context(), w.head().ID, "letter")
			if err != nil {
				t.Fatal(err)
			}
			want := half()
			want.Parts = append(want.Parts[:1], test.want...)
			if diff := cmp.Diff([]bot.Reply{want}, letter.Unsent); diff != "" {
				t.Errorf("unsent after PATCH %s (-want +got):\n%s", test.body, diff)
			}
			if diff := cmp.Diff([]string{"what had not been sent was mended by admin"}, letter.Decision.Notes); diff != "" {
				t.Errorf("notes (-want +got):\n%s", diff)
			}
			if answer["bot"] != "pizza" || answer["channel"] != "telegram" || answer["id"] != "letter" {
				t.Errorf("PATCH answers %v, want the letter with names", answer)
			}
		})
	}
}

func TestMendRefuses(t *testing.T) {
	tests := []struct {
		name, body string
		status     int
		want       string
	}{
		{"no JSON", `{`, 400, "not the JSON"},
		{"null", `null`, 400, "null"},
		{"nothing", `{}`, 400, "give changes of parts by number"},
		{"no parts", `{"parts":{}}`, 400, "give changes of parts by number"},
		{"a list", `{"parts":[{"text":"x"}]}`, 400, "give changes of parts by number"},
		{"more than parts", `{"parts":{"2":{"text":"x"}},"kind":"x"}`, 400, "give changes of parts by number"},
		{"sent", `{"parts":{"1":{"text":"x"}}}`, 400, "part 1: it has been sent"},
		{"sent, dropped", `{"parts":{"1":null}}`, 400, "part 1: it has been sent"},
		{"no such part", `{"parts":{"4":{"text":"x"}}}`, 400, `there is no part "4": the letter has parts 1 to 3`},
		{"no number", `{"parts":{"two":{"text":"x"}}}`, 400, `there is no part "two"`},
		{"other digits", `{"parts":{"02":{"text":"x"}}}`, 400, `there is no part "02"`},
		{"no object", `{"parts":{"2":"x"}}`, 400, "part 2: give an object"},
		{"nothing of a part", `{"parts":{"2":{}}}`, 400, "part 2: give an object"},
		{"another field", `{"parts":{"2":{"options":{"silent":false}}}}`, 400, `"options" cannot be changed, only text, format, keyboard, media`},
		{"a sign", `{"parts":{"3":{"text":"x"}}}`, 400, "part 3: it is a sign"},
		{"of another type", `{"parts":{"2":{"text":7}}}`, 400, "part 2: the body is not the JSON"},
		{"a format there is not", `{"parts":{"2":{"format":"rtf"}}}`, 400, "format must be html, markdown, or null"},
		{"nothing is said", `{"parts":{"2":{"text":" "}}}`, 400, "part 2: it says nothing"},
		{"what the network does not show", `{"parts":{"2":{"text":"|"}}}`, 400, "part 2: it has nothing that telegram shows"},
		{"a kind of file there is not", `{"parts":{"2":{"media":{"kind":"sticker","source":"x"}}}}`, 400, "media.kind must be"},
		{"a file without an address", `{"parts":{"2":{"media":{"kind":"photo"}}}}`, 400, "media.source must be"},
		{"a button without a text", `{"parts":{"2":{"keyboard":[[{"text":"","payload":"x"}]]}}}`, 400, "a button needs a text"},
		{"a button without an address", `{"parts":{"2":{"keyboard":[[{"text":"Menu","url":"menu"}]]}}}`, 400, `the address of the button "Menu"`},
		{"a payload too long", `{"parts":{"2":{"keyboard":[[{"text":"Menu","payload":"` + strings.Repeat("x", 65) + `"}]]}}}`, 400,
			`the payload of the button "Menu" has 65 bytes, and telegram takes 64`},
		{"too much", `{"parts":{"2":{"text":"` + strings.Repeat("x", 130<<10) + `"}}}`, 413, "the limit is 131072"},
		{"nothing is left", `{"parts":{"2":null,"3":null}}`, 400, "drop the letter instead"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			w.network.limits.PayloadBytes = 64
			w.publish(pizza)
			w.bury("letter", half())
			got := w.ask("PATCH", "/v1/bots/pizza/dead/letter", test.body, test.status)
			if detail := fmt.Sprint(got["detail"]); !strings.Contains(detail, test.want) {
				t.Errorf("PATCH %.80s: detail = %q, want %q", test.body, detail, test.want)
			}
			letter, err := w.store.DeadLetter(t.Context(), w.head().ID, "letter")
			if diff := cmp.Diff([]bot.Reply{half()}, letter.Unsent); err != nil || diff != "" {
				t.Errorf("unsent after a PATCH that was refused: %v (-want +got):\n%s", err, diff)
			}
		})
	}
}

// A letter that is mended over and over grows by no note each time: it must stay one that the table takes.
func TestMendNotesOnce(t *testing.T) {
	w := newWorld(t)
	w.publish(pizza)
	w.bury("letter", half())
	for _, text := range []string{"a", "b", "c"} {
		w.ask("PATCH", "/v1/bots/pizza/dead/letter", `{"parts":{"2":{"text":"`+text+`"}}}`, 200)
	}
	letter, err := w.store.DeadLetter(t.Context(), w.head().ID, "letter")
	if err != nil || len(letter.Decision.Notes) != 1 {
		t.Errorf("notes after mending three times = %q, %v, want one", letter.Decision.Notes, err)
	}
}

// away is a queue that takes nothing.
type away struct{}

func (away) Send(context.Context, ...bot.Job) error {
	return bot.Errorf(bot.Unavailable, "the queue is away")
}

// A redrive that did not come onto the queue is nothing to wait for.
func TestMendAfterARedriveThatFailed(t *testing.T) {
	w := newWorld(t)
	w.publish(pizza)
	w.bury("letter", half())
	w.api.Queue = away{}
	w.ask("POST", "/v1/bots/pizza/dead/letter/redrive", "", 503)
	w.ask("PATCH", "/v1/bots/pizza/dead/letter", `{"parts":{"2":{"text":"x"}}}`, 200)
}

func TestMendWaits(t *testing.T) {
	w := newWorld(t)
	w.publish(pizza)
	const body = `{"parts":{"2":{"text":"x"}}}`
	w.bury("whole")
	if got := w.ask("PATCH", "/v1/bots/pizza/dead/whole", body, 409); !strings.Contains(got["detail"].(string), "mend the bot and redrive") {
		t.Errorf("PATCH of a letter without unsent parts = %v", got)
	}
	w.bury("letter", half())
	w.ask("POST", "/v1/bots/pizza/dead/letter/redrive", "", 200)
	if got := w.ask("PATCH", "/v1/bots/pizza/dead/letter", body, 409); !strings.Contains(got["detail"].(string), "its job is on the way") {
		t.Errorf("PATCH of a letter that was redriven = %v", got)
	}
	w.bury("letter", half()) // again
	w.ask("PATCH", "/v1/bots/pizza/dead/letter", body, 200)
	w.ask("PATCH", "/v1/bots/pizza/dead/none", body, 404)
}

func TestMendIsAuditedWithoutTheText(t *testing.T) {
	w := newWorld(t)
	w.publish(pizza)
	w.bury("letter", half())
	w.now = w.now.Add(time.Second)
	w.ask("PATCH", "/v1/bots/pizza/dead/letter", `{"parts":{"3":null,"2":{"text":"the-text"}}}`, 200)
	entries := w.ask("GET", "/v1/audit?limit=1", "", 200)["entries"]
	text, err := json.Marshal(entries)
	if err != nil {
		t.Fatal(err)
	}
	if got := string(text); !strings.Contains(got, `"mend-dead"`) || !strings.Contains(got, `"letter":"letter","parts":"2,3"`) || strings.Contains(got, "the-text") {
		t.Errorf("audit = %s, want the letter and its parts, and no text", got)
	}
}
