package pyrus_test

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
	"hookline/shared/simulate"
)

// newest gives a call's event and newest comment.
func (c call) newest(t *testing.T) (event string, newest map[string]any) {
	t.Helper()
	var body struct {
		Event string
		Task  struct{ Comments []map[string]any }
	}
	if err := json.Unmarshal([]byte(c.body), &body); err != nil {
		t.Fatalf("call %s: %v", c.body, err)
	}
	if n := len(body.Task.Comments); n > 0 {
		newest = body.Task.Comments[n-1]
	}
	return body.Event, newest
}

func TestCallsAreSigned(t *testing.T) {
	w := started(t)
	_, err := w.Say(in("5"), "Привет <&>")
	w.must(err)
	got := w.next()
	mac := hmac.New(sha1.New, []byte(key))
	mac.Write([]byte(got.body))
	for name, want := range map[string]string{
		"X-Pyrus-Sig": fmt.Sprintf("%X", mac.Sum(nil)), "X-Pyrus-Retry": "1/3", "User-Agent": "Pyrus-Bot-4",
	} {
		if got.header.Get(name) != want {
			t.Errorf("call has %s %q, want %q", name, got.header.Get(name), want)
		}
	}
	for _, part := range []string{`"text":"Привет <&>"`, `"task_id":5`, `"event":"comment"`, `"bot_settings":"{\"lang\":\"en\"}"`, `"access_token":"`, `"email":"ann@example.com"`} {
		if !strings.Contains(got.body, part) {
			t.Errorf("call is %s, want %s in it", got.body, part)
		}
	}
}

// TestRetries: three attempts, then never again; what comes after is not lost.
func TestRetries(t *testing.T) {
	w := started(t)
	w.status = []int{500, 302, 404}
	for _, text := range []string{"lost", "next"} {
		_, err := w.Say(in("5"), text)
		w.must(err)
	}
	var got []string
	for range 4 {
		c := w.next()
		_, newest := c.newest(t)
		got = append(got, fmt.Sprint(newest["text"], " ", c.header.Get("X-Pyrus-Retry")))
	}
	if diff := cmp.Diff([]string{"lost 1/3", "lost 2/3", "lost 3/3", "next 1/3"}, got); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
	if delay := w.RetryDelay(1); delay.Seconds() != 61 {
		t.Errorf("RetryDelay() = %v, want 61 s", delay)
	}
}

func TestActs(t *testing.T) {
	w := started(t)
	post := func(fields string) func() error {
		return func() error {
			var message map[string]json.RawMessage
			if err := json.Unmarshal([]byte(fields), &message); err != nil {
				return err
			}
			_, err := w.Post(in("5"), message)
			return err
		}
	}
	for _, step := range []struct {
		name  string
		act   func() error
		event string
		field string
		want  any
	}{
		{"hand over", func() error { w.hand("5"); return nil }, "comment", "", nil},
		{"say", func() error { _, err := w.Say(in("5"), "hi"); return err }, "comment", "text", "hi"},
		{"post", post(`{"attachments":[{"id":1,"name":"a.png"}],"text":null}`), "comment", "attachments", []any{map[string]any{"id": 1.0, "name": "a.png"}}},
		{"approve", func() error { return w.Press(in("5"), simulate.Choice{Data: "approved"}) }, "comment", "approval_choice", "approved"},
		{"close", post(`{"action":"finished"}`), "close", "action", "finished"},
	} {
		t.Run(step.name, func(t *testing.T) {
			w.must(step.act())
			event, newest := w.next().newest(t)
			if event != step.event || (newest == nil) != (step.field == "") {
				t.Errorf("call is of event %q with comment %v, want %q", event, newest, step.event)
			}
			if diff := cmp.Diff(step.want, newest[step.field]); step.field != "" && diff != "" {
				t.Errorf("newest comment's %s (-want +got):\n%s", step.field, diff)
			}
		})
	}
	w.must(w.Open(in("5")))
	if _, err := w.Say(in("5"), "after"); err != nil {
		t.Fatal(err)
	}
	if _, newest := w.next().newest(t); newest["text"] != "after" {
		t.Errorf("opening a task calls the bot with %v, want no call", newest)
	}
}

func TestWrongActs(t *testing.T) {
	w := started(t)
	w.must(w.Open(in("5")))
	for _, test := range []struct {
		name string
		err  error
		want bot.ErrorKind
	}{
		{"unknown bot", w.Open(simulate.Talk{Bot: "bot@none", Chat: "5", User: ann}), bot.NotFound},
		{"chat without a number", w.Open(in("x")), bot.Invalid},
		{"chat 0", w.Open(in("0")), bot.Invalid},
		{"user without a number", w.Open(simulate.Talk{Bot: login, Chat: "5", User: simulate.User{ID: "ann"}}), bot.Invalid},
		{"the bot itself", w.Open(simulate.Talk{Bot: login, Chat: "5", User: simulate.User{ID: simulate.ID(fmt.Sprint(w.botID()))}}), bot.Invalid},
		{"nothing shown to press", w.Press(in("5"), simulate.Choice{Place: 1}), bot.NotFound},
	} {
		if got := bot.KindOf(test.err); got != test.want {
			t.Errorf("%s: %v, want kind %q", test.name, test.err, test.want)
		}
	}
	if _, err := w.Say(in("5"), ""); bot.KindOf(err) != bot.Invalid {
		t.Errorf("Say(\"\") = %v, want kind invalid", err)
	}
	for _, k := range []simulate.Talk{in("6"), in("x"), {Bot: "bot@none", Chat: "5"}} {
		if _, err := w.Messages(t.Context(), k, 0, 0); err == nil {
			t.Errorf("Messages(%v) gives no error, want one", k)
		}
	}
}

// TestShown: what people see of a comment, and how they answer what it lists.
func TestShown(t *testing.T) {
	w := started(t)
	w.must(w.Open(in("5")))
	for i, test := range []struct {
		name, body string
		want       simulate.Shown
		place      int
		answer     any
	}{
		{"plain", `{"text":"a <b> & c"}`, simulate.Shown{Text: "a <b> & c"}, 0, nil},
		{"formatted", `{"formatted_text":"<b>a</b><br>b &amp; c"}`, simulate.Shown{Text: "a\nb & c", Format: bot.FormatHTML}, 0, nil},
		{
			"choices", `{"text":"Which?\n\n• Margherita\n• Menu: https://shop.example/menu\n• Surprise me (any)"}`,
			simulate.Shown{
				Text:    "Which?\n\n• Margherita\n• Menu: https://shop.example/menu\n• Surprise me (any)",
				Buttons: []simulate.Button{{Text: "Margherita"}, {Text: "Menu", URL: "https://shop.example/menu"}, {Text: "Surprise me"}},
			}, 3, "any",
		},
		{
			"choices of a formatted text", `{"formatted_text":"Which?<br><br>• A &amp; B"}`,
			simulate.Shown{Text: "Which?\n\n• A & B", Format: bot.FormatHTML, Buttons: []simulate.Button{{Text: "A & B"}}}, 1, "A & B",
		},
		{
			"picture", `{"attachments":[{"url":"https://a.example/x","name":"a.PNG"}]}`,
			simulate.Shown{Media: &bot.Media{Kind: bot.Photo, Source: "https://a.example/x"}}, 0, nil,
		},
		{
			"file", `{"attachments":[{"url":"https://a.example/x","name":"a"}]}`,
			simulate.Shown{Media: &bot.Media{Kind: bot.Document, Source: "https://a.example/x"}}, 0, nil,
		},
		{"nothing to see", `{"approval_choice":"approved"}`, simulate.Shown{}, 0, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			if status, body := w.do("POST", "/v4/tasks/5/comments", test.body); status != 200 {
				t.Fatalf("comment %s = %d %s", test.body, status, body)
			}
			sent, err := w.Messages(t.Context(), in("5"), int64(i), 0)
			if err != nil || len(sent) != 1 || !sent[0].Answered || sent[0].Message == "" {
				t.Fatalf("Messages() = %+v, %v, want one that was answered", sent, err)
			}
			if diff := cmp.Diff(test.want, sent[0].Shown); diff != "" {
				t.Errorf("Messages() shows (-want +got):\n%s", diff)
			}
			if test.place == 0 {
				return
			}
			w.must(w.Press(in("5"), simulate.Choice{Place: test.place}))
			if _, newest := w.next().newest(t); newest["text"] != test.answer {
				t.Errorf("pressing %d says %v, want %v", test.place, newest["text"], test.answer)
			}
		})
	}
	if err := w.Press(in("5"), simulate.Choice{Label: "A & B"}); err != nil {
		t.Errorf("Press() by label = %v, want no error", err)
	}
	w.next()
	w.do("POST", "/v4/tasks/5/comments", `{"text":"• Menu: https://shop.example"}`)
	if err := w.Press(in("5"), simulate.Choice{Place: 1}); bot.KindOf(err) != bot.Invalid {
		t.Errorf("Press() of an address = %v, want kind invalid", err)
	}
}

func TestOwnAndLastComments(t *testing.T) {
	w := started(t)
	w.page.OwnComments, w.page.OnlyLastComment = true, true
	w.must(w.SetProfile(login, w.page))
	_, err := w.Say(in("5"), "hi")
	w.must(err)
	w.next()
	w.do("POST", "/v4/tasks/5/comments", `{"text":"own"}`)
	got := w.next()
	if _, newest := got.newest(t); newest["text"] != "own" || strings.Contains(got.body, `"hi"`) {
		t.Errorf("call for the bot's own comment is %s, want that comment alone", got.body)
	}
}

func TestTasksAreBounded(t *testing.T) {
	w := started(t)
	w.MaxTasks = 2
	for i := range 5 {
		w.must(w.Open(in(simulate.ID(fmt.Sprint(i + 1)))))
	}
	there := 0
	for i := range 5 {
		if _, err := w.Messages(t.Context(), in(simulate.ID(fmt.Sprint(i+1))), 0, 0); err == nil {
			there++
		}
	}
	if there != 2 {
		t.Errorf("%d tasks are kept, want 2", there)
	}
}
