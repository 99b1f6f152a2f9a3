package engine_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
	"hookline/shared/store"
)

// newNewsWorld is a bot whose users join and leave its hook courier by a word.
func newNewsWorld(t *testing.T, recipients ...bot.Recipient) *world {
	w := newHookWorld(t, "{{ data.x }} for {{ recipient.name }} {{ recipient.username }}", recipients...)
	join, leave := says("join", "^join$", "welcome", ""), says("leave", "^leave$", "bye", "")
	join.Subscribe, leave.Unsubscribe = "courier", "courier"
	w.publish(join, leave)
	return w
}

func (w *world) recipients() (list []string) {
	w.t.Helper()
	recipients, err := w.store.Recipients(w.t.Context(), w.head.Hooks["courier"], "", 0)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, r := range recipients {
		list = append(list, fmt.Sprintf("%s %s %s %v left %v", r.Chat, r.Thread, r.User, r.Vars, r.Left))
	}
	return list
}

func TestSubscribe(t *testing.T) {
	person := &bot.Person{ID: "7", FirstName: "Ada", LastName: "Lovelace", Username: "ada"}
	listed := bot.Recipient{Channel: "fake", Chat: "1"}
	for _, test := range []struct {
		name   string
		listed []bot.Recipient
		events []bot.Event
		want   []string
	}{
		{"joining", nil, []bot.Event{{Text: "join", Chat: &bot.Chat{ID: "1", Thread: "3"}}},
			[]string{"1 3 7 map[name:Ada Lovelace username:ada] left false"}},
		{"joining twice", nil, []bot.Event{{Text: "join"}, {Text: "join"}},
			[]string{"1  7 map[name:Ada Lovelace username:ada] left false"}},
		{"joining and leaving", nil, []bot.Event{{Text: "join"}, {Text: "leave"}}, nil},
		{"leaving without having joined", nil, []bot.Event{{Text: "leave"}}, nil},
		{"one whom the file lists leaves", []bot.Recipient{listed}, []bot.Event{{Text: "leave"}}, []string{"1   map[] left true"}},
		{"and comes back", []bot.Recipient{listed}, []bot.Event{{Text: "leave"}, {Text: "join"}}, []string{"1   map[] left false"}},
		{"another word", nil, []bot.Event{{Text: "hello"}}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newNewsWorld(t, test.listed...)
			for i, e := range test.events {
				e.ID, e.Kind = fmt.Sprint(i), bot.Text
				job := w.job(e)
				job.Event.From = person
				if result := w.handle(job); result.HandBack {
					t.Fatalf("Handle(%s) = %+v", e.Text, result)
				}
			}
			if diff := cmp.Diff(test.want, w.recipients()); diff != "" {
				t.Errorf("recipients (-want +got):\n%s", diff)
			}
		})
	}
}

func TestSubscriberGetsCalls(t *testing.T) {
	w := newNewsWorld(t)
	w.handle(w.said("join"))
	call := w.post(`{"x":"news"}`)
	w.run()
	w.handle(w.said("leave"))
	late := w.post(`{"x":"more news"}`)
	w.run()
	if diff := cmp.Diff("1: welcome\n1: news for Ada \n1: bye", w.network.said()); diff != "" {
		t.Errorf("sent (-want +got):\n%s", diff)
	}
	w.checkReport(call, store.Counts{Sent: 1})
	w.checkReport(late, store.Counts{})
}

func TestSubscribingThatFailsIsTriedAgainBeforeAnythingIsSent(t *testing.T) {
	w := newNewsWorld(t)
	w.table.beforeTransact = func(ops []store.Op) error {
		if strings.HasPrefix(ops[0].Item.SK, "RCPT#") {
			return unavailable()
		}
		return nil
	}
	job := w.said("join")
	if result := w.handle(job); !result.HandBack || w.network.said() != "" {
		t.Errorf("Handle = %+v, sent %q, want it handed back, and silence", result, w.network.said())
	}
	w.table.beforeTransact = nil
	w.handle(job)
	if got := w.recipients(); len(got) != 1 || w.network.said() != "1: welcome" {
		t.Errorf("recipients %q, sent %q, want the chat to have joined, and one welcome", got, w.network.said())
	}
}

func TestSubscribingToNoHookIsSaidInTheTurn(t *testing.T) {
	w := newNewsWorld(t)
	join := says("join", "", "welcome", "")
	join.Subscribe = "unheard-of"
	w.publish(join)
	job := w.said("x")
	w.handle(job)
	if notes := w.turn(job).Notes; len(notes) != 1 || !strings.Contains(notes[0], "no hook unheard-of") || w.network.said() != "1: welcome" {
		t.Errorf("notes = %q, sent %q, want a note, and the answer", notes, w.network.said())
	}
}
