package api_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

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

func TestRedriveUnknownLetter(t *testing.T) {
	w := newWorld(t)
	w.publish(pizza)
	if got := w.ask("POST", "/v1/bots/pizza/dead/none/redrive", "", 404); got["detail"] != "no such dead letter" {
		t.Errorf("detail = %v", got["detail"])
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
