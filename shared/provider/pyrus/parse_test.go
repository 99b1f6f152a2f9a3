package pyrus_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
	"hookline/shared/provider/pyrus"
)

// parsed gives the one event of a call.
func parsed(t *testing.T, ch bot.Channel, body string) bot.Event {
	t.Helper()
	events, err := pyrus.New(http.DefaultClient, "", "").Parse(ch, []byte(body))
	if err != nil || len(events) != 1 {
		t.Fatalf("Parse(%s) = %d events, %v, want one", body, len(events), err)
	}
	return events[0]
}

// commented makes a call whose newest comment has the fields.
func commented(fields string) string {
	return `{"event":"comment","task_id":1,"user_id":1731,"task":{"id":1,"comments":[{"id":5,"author":{"id":7}` + fields + `}]}}`
}

// TestParseRows names what each row of the network's checklist asks of one event; whole events are in testdata.
func TestParseRows(t *testing.T) {
	for _, test := range []struct {
		name, body string
		kind       bot.EventKind
		text       string
	}{
		{"P12 unknown event with text", `{"event":"x","task_id":1,"task":{"comments":[{"id":5,"text":"a"}]}}`, bot.Text, "a"},
		{"P12 event absent", `{"task_id":1,"task":{"comments":[{"id":5,"text":"a"}]}}`, bot.Text, "a"},
		{"P12 unknown event without text", `{"event":"x","task_id":1,"task":{"comments":[{"id":5}]}}`, bot.Other, ""},
		{"P12 unknown event of a silent task", `{"event":"x","task_id":1,"task":{"id":1}}`, bot.Other, ""},
		{"P12 unknown event of a fresh task", `{"event":"x","task_id":1,"task":{"text":"a"}}`, bot.Start, "a"},
		{"P13 unknown field type", `{"task_id":1,"task":{"fields":[{"id":1,"type":"x","value":{"y":[]}}],"text":"a"}}`, bot.Start, "a"},
		{"P13 unknown channel type", commented(`,"text":"a","channel":{"type":"x"}`), bot.Text, "a"},
		{"P13 null fields", commented(`,"text":"a","channel":null,"attachments":null,"field_updates":null,"action":null`), bot.Text, "a"},
		{"P15 the two ids differ", `{"task_id":1,"task":{"id":2,"text":"a"}}`, bot.Start, "a"},
		{"P16 settings absent", `{"task_id":1,"task":{"text":"a"}}`, bot.Start, "a"},
		{"P16 settings empty", `{"task_id":1,"bot_settings":"","task":{"text":"a"}}`, bot.Start, "a"},
		{"P16 settings of another type", `{"task_id":1,"bot_settings":{"a":1},"task":{"text":"a"}}`, bot.Start, "a"},
		{"P16 settings that are no JSON", `{"task_id":1,"bot_settings":"{a","task":{"text":"a"}}`, bot.Start, "a"},
		{"P17 comments absent", `{"task_id":1,"task":{"text":"a"}}`, bot.Start, "a"},
		{"P17 comments null", `{"task_id":1,"task":{"text":"a","comments":null}}`, bot.Start, "a"},
		{"P17 comments empty", `{"task_id":1,"task":{"text":"a","comments":[]}}`, bot.Start, "a"},
		{"P17 no text either", `{"task_id":1,"task":{"id":1}}`, bot.Start, "/start"},
		{"P18 newest comment is ours", `{"task_id":1,"user_id":7,"task":{"comments":[{"id":5,"text":"a","author":{"id":7}}]}}`, bot.Echo, "a"},
		{"P18 by identity", `{"task_id":1,"task":{"comments":[{"id":5,"text":"a","author":{"id":1731}}]}}`, bot.Echo, "a"},
		{"P18 we closed it", `{"event":"close","task_id":1,"user_id":7,"task":{"comments":[{"id":5,"author":{"id":7}}]}}`, bot.Echo, ""},
		{"P18 an older one is ours", `{"task_id":1,"user_id":7,"task":{"comments":[{"id":4,"author":{"id":7}},{"id":5,"text":"a"}]}}`, bot.Text, "a"},
		{"white space says nothing", commented(`,"text":" \n"`), bot.Other, " \n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			e := parsed(t, channel(), test.body)
			if e.Kind != test.kind || e.Text != test.text || e.Chat.ID != "1" {
				t.Errorf("Parse(%s) is of kind %q with text %q in chat %q, want %q, %q, 1", test.body, e.Kind, e.Text, e.Chat.ID, test.kind, test.text)
			}
		})
	}
}

func TestNobodyIsNotUs(t *testing.T) {
	body := `{"task_id":1,"task":{"comments":[{"id":5,"text":"a","author":{}}]}}`
	if e := parsed(t, bot.Channel{ID: "c1"}, body); e.Kind != bot.Text {
		t.Errorf("Parse(%s) where nobody knows who the bot is gives kind %q, want text", body, e.Kind)
	}
}

func TestP14ParentTask(t *testing.T) {
	want := parsed(t, channel(), `{"task_id":1,"task":{"text":"a"}}`)
	for _, parent := range []string{"0", "null"} {
		got := parsed(t, channel(), `{"task_id":1,"task":{"text":"a","parent_task_id":`+parent+`}}`)
		got.Raw, want.Raw = nil, nil
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("Parse() with parent %s differs from one without (-want +got):\n%s", parent, diff)
		}
	}
}

// TestP19SameEventSameID: Pyrus tells no id of a delivery. P20: what its header says of the attempt is not even seen by Parse.
func TestP19SameEventSameID(t *testing.T) {
	first := parsed(t, channel(), commented(`,"text":"a"`))
	again := parsed(t, channel(), strings.Replace(commented(`,"text":"a"`), `"event"`, `"access_token":"another","event"`, 1))
	if first.ID == "" || first.ID != again.ID {
		t.Errorf("Parse() gives ids %q and %q to two deliveries of one event", first.ID, again.ID)
	}
	for name, other := range map[string]string{
		"another comment": strings.Replace(commented(`,"text":"a"`), `"id":5`, `"id":6`, 1),
		"another event":   strings.Replace(commented(`,"text":"a"`), `"comment"`, `"close"`, 1),
		"another task":    strings.Replace(commented(`,"text":"a"`), `"task_id":1`, `"task_id":2`, 1),
		"another bot":     strings.Replace(commented(`,"text":"a"`), `"user_id":1731`, `"user_id":1732`, 1),
	} {
		if got := parsed(t, channel(), other); got.ID == first.ID {
			t.Errorf("Parse() of %s gives id %q too", name, got.ID)
		}
	}
}

func TestP33TokenIsDropped(t *testing.T) {
	for _, field := range []string{"access_token", "Access_Token", "ACCESS_TOKEN"} {
		body := `{"` + field + `":"MARKED","task_id":9007199254740993,"task":{"text":"<&>","n":1.50}}`
		e := parsed(t, channel(), body)
		want := `{"task":{"text":"<&>","n":1.50},"task_id":9007199254740993}`
		if string(e.Raw) != want {
			t.Errorf("Parse(%s) keeps %s, want %s", body, e.Raw, want)
		}
		if e.Chat.ID != "9007199254740993" {
			t.Errorf("Parse(%s) is in chat %s, want the exact id", body, e.Chat.ID)
		}
	}
}

func TestUnreadablePartsAreSaid(t *testing.T) {
	body := `{"task_id":1,"task":{"text":"a","form_id":"seven","comments":[{"id":5,"text":["x"],"author":7}]}}`
	events, err := pyrus.New(http.DefaultClient, "", "").Parse(channel(), []byte(body))
	if len(events) != 1 || err == nil || events[0].MessageID != "5" {
		t.Errorf("Parse(%s) = %+v, %v, want the event and an error", body, events, err)
	}
}

func TestTimes(t *testing.T) {
	for written, want := range map[string]string{
		"2026-05-31T12:00:00Z": "2026-05-31T12:00:00Z", "2026-05-31T12:00:00+02:00": "2026-05-31T10:00:00Z",
		"/Date(1405338000000)/": "0001-01-01T00:00:00Z", "9999-12-31T23:00:00-23:00": "0001-01-01T00:00:00Z",
		"0000-01-01T00:00:00+23:00": "0001-01-01T00:00:00Z", "": "0001-01-01T00:00:00Z",
	} {
		e := parsed(t, channel(), commented(fmt.Sprintf(`,"create_date":%q`, written)))
		if got := e.Time.Format("2006-01-02T15:04:05Z07:00"); got != want {
			t.Errorf("Parse() of time %q = %s, want %s", written, got, want)
		}
	}
}

// TestDeepValues: values hold fields that hold values; what is deeper than anybody makes it stays JSON, or is left out.
func TestDeepValues(t *testing.T) {
	title, rows := `"end"`, `"end"`
	for i := range 200 {
		title = fmt.Sprintf(`{"fields":[{"id":%d,"value":%s}]}`, i+1, title)
		rows = `[{"cells":[{"id":1,"value":` + rows + `}]}]`
	}
	e := parsed(t, channel(), commented(`,"field_updates":[{"id":300,"value":`+title+`},{"id":301,"value":`+rows+`}]`))
	values := e.Form.Values
	if _, deep := values["1"]; deep || len(values) < 5 || !strings.Contains(values["301"], `"cells"`) {
		t.Errorf("Parse() reads %d values of 200 levels, and a table of as many as %.50q", len(values), values["301"])
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
	provider := pyrus.New(http.DefaultClient, "", "")
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
