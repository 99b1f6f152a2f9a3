package api_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
)

func (w *world) bury(id string, unsent ...bot.Reply) {
	w.Helper()
	turn := w.turn(id, "a", "hello", "", 0)
	letter := bot.DeadLetter{
		ID: id, Bot: turn.Bot, Channel: turn.Channel, Kind: bot.Invalid, Message: "a template fails", Tries: 1, BuriedAt: start,
		Job:    bot.Job{ID: "job-" + id, Kind: bot.EventJob, AcceptedAt: turn.Time, Channel: turn.Channel, Bot: turn.Bot, Event: &turn.Event},
		Unsent: unsent,
	}
	if err := w.store.Bury(w.Context(), letter, turn.Event.Conversation(), bot.Conversation{}); err != nil {
		w.Fatal(err)
	}
}

func TestDeadPageByPage(t *testing.T) {
	w := newWorld(t)
	w.publish(pizza)
	var want []string
	for i := range 5 {
		want = append(want, fmt.Sprint("letter-", i))
		w.bury(want[i])
	}
	var got []string
	for path := "/v1/bots/pizza/dead?limit=2"; path != ""; {
		page := w.ask("GET", path, "", 200)
		letters := page["letters"].([]any)
		if len(letters) > 2 {
			t.Errorf("GET %s = %d letters, want at most 2", path, len(letters))
		}
		for _, l := range letters {
			letter := l.(map[string]any)
			got = append(got, letter["id"].(string))
			if letter["bot"] != "pizza" || letter["channel"] != "telegram" || letter["message"] != "a template fails" {
				t.Errorf("letter = %v, want names and the message", letter)
			}
		}
		path = ""
		if next, ok := page["next"]; ok {
			path = "/v1/bots/pizza/dead?limit=2&cursor=" + next.(string)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("letters of all pages (-want +got)\n%s", diff)
	}
}

func TestNoDead(t *testing.T) {
	w := newWorld(t)
	w.publish(pizza)
	want := map[string]any{"letters": []any{}}
	if diff := cmp.Diff(want, w.ask("GET", "/v1/bots/pizza/dead", "", 200)); diff != "" {
		t.Errorf("letters of a bot that has none (-want +got)\n%s", diff)
	}
}

func TestRedrive(t *testing.T) {
	tests := []struct {
		name   string
		unsent []bot.Reply
		want   bot.JobKind
	}{
		{"never committed", nil, bot.EventJob},
		{"committed", []bot.Reply{{Parts: []bot.Part{{Text: "hi"}}}}, bot.ReplyJob},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			w.publish(pizza)
			w.bury("letter", test.unsent...)
			for i := range 2 {
				got := w.ask("POST", "/v1/bots/pizza/dead/letter/redrive", "", 200)
				if got["letter"] != "letter" || got["job"] != "job-letter" || got["kind"] != string(test.want) {
					t.Errorf("redrive = %v, want job-letter as %s", got, test.want)
				}
				if len(*w.queue) != i+1 || (*w.queue)[i].Kind != test.want || (*w.queue)[i].Redrive.Count != i+1 {
					t.Errorf("after %d redrives the queue has %+v", i+1, *w.queue)
				}
			}
		})
	}
}

func TestUnknownLetter(t *testing.T) {
	w := newWorld(t)
	w.publish(pizza)
	for _, call := range []string{"POST /v1/bots/pizza/dead/none/redrive", "GET /v1/bots/pizza/dead/none", "DELETE /v1/bots/pizza/dead/none"} {
		method, path, _ := strings.Cut(call, " ")
		if got := w.ask(method, path, "", 404); got["detail"] != "no such dead letter" {
			t.Errorf("%s: detail = %v", call, got["detail"])
		}
	}
}

func TestDeadLetterWhole(t *testing.T) {
	w := newWorld(t)
	w.publish(pizza)
	w.bury("letter", bot.Reply{Parts: []bot.Part{{Text: "hi"}}})
	got := w.ask("GET", "/v1/bots/pizza/dead/letter", "", 200)
	unsent, err := json.Marshal(got["unsent"])
	if err != nil {
		t.Fatal(err)
	}
	if got["bot"] != "pizza" || got["channel"] != "telegram" || got["message"] != "a template fails" ||
		got["job"].(map[string]any)["id"] != "job-letter" || !strings.Contains(string(unsent), `"text":"hi"`) {
		t.Errorf("GET of a letter = %v, want names, the message, its job and what is unsent", got)
	}
}

func TestRedriveAllPageByPage(t *testing.T) {
	w := newWorld(t)
	w.publish(pizza)
	var want, got []string
	for i := range 5 {
		want = append(want, fmt.Sprint("letter-", i))
		w.bury(want[i])
	}
	for path := "/v1/bots/pizza/dead/redrive?limit=2"; path != ""; {
		page := w.ask("POST", path, "", 200)
		for _, job := range page["redriven"].([]any) {
			got = append(got, job.(map[string]any)["letter"].(string))
		}
		path = ""
		if next, ok := page["next"]; ok {
			path = "/v1/bots/pizza/dead/redrive?limit=2&cursor=" + next.(string)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("redriven letters of all pages (-want +got)\n%s", diff)
	}
	if len(*w.queue) != 5 {
		t.Errorf("the queue has %d jobs, want 5", len(*w.queue))
	}
}

func TestDropDead(t *testing.T) {
	w := newWorld(t)
	w.publish(pizza)
	for i := range 5 {
		w.bury(fmt.Sprint("letter-", i))
	}
	if resp, text := w.send("DELETE", "/v1/bots/pizza/dead/letter-1", ""); resp.StatusCode != 204 {
		t.Fatalf("DELETE of a letter = %d %s, want 204", resp.StatusCode, text)
	}
	w.ask("GET", "/v1/bots/pizza/dead/letter-1", "", 404)
	w.ask("GET", "/v1/bots/pizza/dead/letter-2", "", 200)
	want := map[string]any{"dropped": 3.0, "more": true}
	if diff := cmp.Diff(want, w.ask("DELETE", "/v1/bots/pizza/dead?limit=3", "", 200)); diff != "" {
		t.Errorf("DELETE of a page (-want +got)\n%s", diff)
	}
	want = map[string]any{"dropped": 1.0, "more": false}
	if diff := cmp.Diff(want, w.ask("DELETE", "/v1/bots/pizza/dead?limit=3", "", 200)); diff != "" {
		t.Errorf("DELETE of the rest (-want +got)\n%s", diff)
	}
	if len(*w.queue) != 0 {
		t.Errorf("dropping queued %v", *w.queue)
	}
}

func TestCountDead(t *testing.T) {
	tests := []struct {
		name    string
		letters int
		want    map[string]any
	}{
		{"none", 0, map[string]any{"count": 0.0, "more": false}},
		{"some", 3, map[string]any{"count": 3.0, "more": false, "oldest": "2026-03-01T12:00:00Z"}},
		{"as many as are counted", 1000, map[string]any{"count": 1000.0, "more": true, "oldest": "2026-03-01T12:00:00Z"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			w.publish(pizza)
			for i := range test.letters {
				letter := bot.DeadLetter{ID: fmt.Sprintf("%04d", i), Bot: w.head().ID, Job: bot.Job{AcceptedAt: start.Add(time.Duration(i) * time.Second)}}
				if _, err := w.store.PutDeadLetter(t.Context(), letter); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(test.want, w.ask("GET", "/v1/bots/pizza/dead/count", "", 200)); diff != "" {
				t.Errorf("GET dead/count (-want +got)\n%s", diff)
			}
		})
	}
}

// full is a queue that takes nothing.
type full struct{}

func (full) Send(context.Context, ...bot.Job) error {
	return bot.Wrap(bot.Unavailable, "the queue is full", errors.New("disk 7 is on fire"))
}

func TestCausesGoToTheLogOnly(t *testing.T) {
	w := newWorld(t)
	w.publish(pizza)
	w.bury("letter")
	w.api.Queue = full{}
	resp, text := w.send("POST", "/v1/bots/pizza/dead/letter/redrive", "")
	if resp.StatusCode != 503 || !strings.Contains(text, "the queue is full") || strings.Contains(text, "disk 7") {
		t.Errorf("redrive = %d %s, want 503 with the message and without the cause", resp.StatusCode, text)
	}
	if !strings.Contains(w.log.String(), "disk 7 is on fire") {
		t.Errorf("log = %q, want the cause", w.log)
	}
}
