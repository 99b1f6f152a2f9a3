package queue_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"hookline/shared/bot"
	"hookline/shared/queue"
)

func job(chat, event string) bot.Job {
	return bot.Job{ID: event, Channel: "c", Event: &bot.Event{ID: event, Chat: &bot.Chat{ID: chat}}}
}

// trial notes which jobs were begun, and answers by event id.
type trial struct {
	answers map[string]queue.Result
	mu      sync.Mutex
	begun   []string
}

func (tr *trial) handle(_ context.Context, j bot.Job) queue.Result {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	tr.begun = append(tr.begun, j.Event.ID)
	return tr.answers[j.Event.ID]
}

func TestWork(t *testing.T) {
	later := queue.HandBack(7 * time.Second)
	for _, test := range []struct {
		name    string
		jobs    []bot.Job
		answers map[string]queue.Result
		begun   []string // sorted
		want    []queue.Result
	}{
		{name: "none", want: []queue.Result{}},
		{"one", []bot.Job{job("a", "a1")}, nil, []string{"a1"}, []queue.Result{queue.Done()}},
		{
			"a hand-back takes the later ones of its group along", []bot.Job{job("a", "a1"), job("b", "b1"), job("a", "a2"), job("a", "a3"), job("b", "b2")},
			map[string]queue.Result{"a2": later}, []string{"a1", "a2", "b1", "b2"},
			[]queue.Result{queue.Done(), queue.Done(), later, later, queue.Done()},
		},
		{
			"even for no time", []bot.Job{job("a", "a1"), job("a", "a2")},
			map[string]queue.Result{"a1": queue.HandBack(0)}, []string{"a1"},
			[]queue.Result{queue.HandBack(0), queue.HandBack(0)},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			tr := &trial{answers: test.answers}
			got := queue.Work(t.Context(), slog.New(slog.DiscardHandler), test.jobs, tr.handle)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("Work(): (-want +got)\n%s", diff)
			}
			slices.Sort(tr.begun)
			if diff := cmp.Diff(test.begun, tr.begun); diff != "" {
				t.Errorf("jobs begun: (-want +got)\n%s", diff)
			}
		})
	}
}

func TestWorkSideBySide(t *testing.T) {
	var both sync.WaitGroup
	both.Add(2)
	queue.Work(t.Context(), slog.Default(), []bot.Job{job("a", "1"), job("b", "1")},
		func(context.Context, bot.Job) queue.Result {
			both.Done()
			both.Wait() // hangs unless the other group runs too
			return queue.Done()
		})
}

func TestWorkDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), queue.JobTime)
		defer cancel()
		jobs := []bot.Job{job("a", "a1"), job("a", "a2"), job("a", "a3"), job("b", "b1")}
		var begun []string
		got := queue.Work(ctx, slog.Default(), jobs, func(_ context.Context, j bot.Job) queue.Result {
			if j.Event.Chat.ID == "b" {
				return queue.Done()
			}
			begun = append(begun, j.ID)
			// After the first there is just enough time for a second; after that, not for a third.
			time.Sleep([]time.Duration{queue.JobTime - queue.StartReserve, 1}[len(begun)-1])
			return queue.Done()
		})
		want := []queue.Result{queue.Done(), queue.Done(), queue.HandBack(0), queue.Done()}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("Work(): (-want +got)\n%s", diff)
		}
		if diff := cmp.Diff([]string{"a1", "a2"}, begun); diff != "" {
			t.Errorf("jobs begun: (-want +got)\n%s", diff)
		}
	})
}

func TestWorkPanic(t *testing.T) {
	var log bytes.Buffer
	jobs := []bot.Job{job("a", "a1"), job("b", "b1"), job("a", "a2")}
	got := queue.Work(t.Context(), slog.New(slog.NewTextHandler(&log, nil)), jobs,
		func(_ context.Context, j bot.Job) queue.Result {
			if j.ID == "a1" {
				panic("a handler's mistake")
			}
			return queue.Done()
		})
	want := []queue.Result{queue.HandBack(time.Second), queue.Done(), queue.HandBack(time.Second)}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Work(): (-want +got)\n%s", diff)
	}
	for _, part := range []string{"a handler's mistake", "job=a1", "work_test.go"} {
		if !strings.Contains(log.String(), part) {
			t.Errorf("log %q does not contain %q", log.String(), part)
		}
	}
}

// Whatever is handed back, a group's jobs are begun in order, none after one that was handed back.
func TestWorkOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		chats := rapid.SliceOfN(rapid.IntRange(0, 3), 0, 12).Draw(t, "chats")
		tr := &trial{answers: map[string]queue.Result{}}
		var jobs []bot.Job
		want := map[string]string{} // by chat: the events to begin
		stopped := map[int]bool{}
		for n, chat := range chats {
			j := job(fmt.Sprint(chat), fmt.Sprintf("%d.%d;", chat, n))
			jobs = append(jobs, j)
			if stopped[chat] {
				continue
			}
			want[j.Event.Chat.ID] += j.ID
			if rapid.Bool().Draw(t, "hand back") {
				stopped[chat] = true
				tr.answers[j.ID] = queue.HandBack(time.Minute)
			}
		}
		queue.Work(context.Background(), slog.Default(), jobs, tr.handle)
		got := map[string]string{}
		for _, event := range tr.begun {
			chat, _, _ := strings.Cut(event, ".")
			got[chat] += event
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("jobs begun of %v: (-want +got)\n%s", chats, diff)
		}
	})
}

func TestID(t *testing.T) {
	const want = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" // FIPS 180-2, appendix B.1
	if got := queue.ID("abc"); got != want {
		t.Errorf("ID(abc) = %s, want %s", got, want)
	}
}
