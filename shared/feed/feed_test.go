package feed_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
	"hookline/shared/feed"
	"hookline/shared/metrics"
	"hookline/shared/provider"
)

// answer is what a network says to one Poll.
type answer struct {
	calls []string
	next  string
	err   error
}

// network is a provider whose calls are texts, one event each. "bad" cannot be parsed, "panic" panics.
type network struct {
	provider.Provider // nil: the rest is not asked for

	mu       sync.Mutex
	pollable map[string]error    // by channel
	answers  map[string][]answer // by channel, then nothing until ctx ends
	polls    []string            // channel, token, cursor
	running  map[string]int      // polls, by channel
	most     int                 // polls of one channel at once
}

func (*network) Describe() provider.Description { return provider.Description{Name: "fake"} }

func (*network) Verify(bot.Channel, http.Header, []byte) error { return nil }

func (*network) Parse(_ bot.Channel, body []byte) ([]bot.Event, error) {
	switch text := string(body); text {
	case "bad":
		return nil, bot.Errorf(bot.Invalid, "not ours")
	case "panic":
		panic("parser is broken")
	case "half":
		return []bot.Event{{ID: text, Kind: bot.Text, Text: text}}, errors.New("an entry was skipped")
	default:
		return []bot.Event{{ID: text, Kind: bot.Text, Text: text, Chat: &bot.Chat{ID: "1"}}}, nil
	}
}

func (n *network) Pollable(_ context.Context, ch bot.Channel) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.pollable[ch.ID]
}

// polling counts the polls of a channel that run.
func (n *network) polling(channel string, change int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.running == nil {
		n.running = map[string]int{}
	}
	n.running[channel] += change
	n.most = max(n.most, n.running[channel])
}

func (n *network) Poll(ctx context.Context, ch bot.Channel, cursor string, _ time.Duration) ([][]byte, string, error) {
	n.polling(ch.ID, 1)
	n.mu.Lock()
	n.polls = append(n.polls, ch.ID+" "+ch.Secret("token").Reveal()+" "+cursor)
	if len(n.answers[ch.ID]) == 0 {
		n.mu.Unlock()
		<-ctx.Done()
		time.Sleep(time.Second) // a call takes a while to end
		n.polling(ch.ID, -1)
		return nil, cursor, ctx.Err()
	}
	defer n.polling(ch.ID, -1)
	defer n.mu.Unlock()
	a := n.answers[ch.ID][0]
	n.answers[ch.ID] = n.answers[ch.ID][1:]
	var calls [][]byte
	for _, c := range a.calls {
		calls = append(calls, []byte(c))
	}
	return calls, a.next, a.err
}

// queueOf keeps jobs, unless an error is due.
type queueOf struct {
	mu     sync.Mutex
	errors []error
	jobs   []bot.Job
}

func (q *queueOf) Send(_ context.Context, jobs ...bot.Job) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.errors) > 0 {
		err := q.errors[0]
		q.errors = q.errors[1:]
		if err != nil {
			return err
		}
	}
	q.jobs = append(q.jobs, jobs...)
	return nil
}

func (q *queueOf) texts() string {
	q.mu.Lock()
	defer q.mu.Unlock()
	var texts []string
	for _, j := range q.jobs {
		texts = append(texts, j.Event.Text)
	}
	return strings.Join(texts, " ")
}

// world is what a test runs feeds in.
type world struct {
	network  network
	queue    queueOf
	log      bytes.Buffer
	channels []bot.Channel
	listErr  error
	health   []string
	pauses   []time.Duration
	feeds    *feed.Feeds
	counts   metrics.Set
	mu       sync.Mutex
}

func channel(id, token string) bot.Channel {
	return bot.Channel{
		ID: id, Bot: "b", Provider: "fake",
		Credentials: map[string][]bot.Credential{"token": {{Value: bot.Secret(token)}}},
	}
}

// run runs feeds until the test function is done.
func (w *world) run(t *testing.T, test func()) {
	w.feeds = feed.New(provider.NewSet(&w.network), &w.queue, func(context.Context) ([]bot.Channel, error) {
		w.mu.Lock()
		defer w.mu.Unlock()
		return w.channels, w.listErr
	})
	w.feeds.Log, w.feeds.Metrics = slog.New(slog.NewTextHandler(&w.log, nil)), &w.counts
	w.feeds.Health = func(_ context.Context, id string, err error) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.health = append(w.health, id+" "+string(bot.KindOf(err)))
	}
	inner := w.feeds.Wait
	w.feeds.Wait = func(ctx context.Context, d time.Duration) {
		w.mu.Lock()
		w.pauses = append(w.pauses, d)
		w.mu.Unlock()
		inner(ctx, d)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() {
		if err := w.feeds.Run(ctx); err != nil {
			t.Errorf("Run = %v, want nil", err)
		}
	})
	synctest.Wait()
	test()
	cancel()
	running.Wait()
}

// list changes what the feeds find when they read the channels.
func (w *world) list(channels ...bot.Channel) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.channels, w.listErr = channels, nil
}

func (w *world) sameHealth(t *testing.T, want ...string) {
	t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	if diff := cmp.Diff(want, w.health); diff != "" {
		t.Errorf("health (-want +got):\n%s", diff)
	}
}

func (w *world) samePolls(t *testing.T, want ...string) {
	t.Helper()
	w.network.mu.Lock()
	defer w.network.mu.Unlock()
	if diff := cmp.Diff(want, w.network.polls); diff != "" {
		t.Errorf("polls (-want +got):\n%s", diff)
	}
}

func TestEventsBecomeJobs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := world{channels: []bot.Channel{channel("c", "t")}}
		w.network.answers = map[string][]answer{"c": {
			{calls: []string{"one", "two"}, next: "2"}, {next: "2"}, {calls: []string{"three"}, next: "3"},
		}}
		w.run(t, func() {
			if got := w.queue.texts(); got != "one two three" {
				t.Errorf("queued %q, want one two three", got)
			}
			w.samePolls(t, "c t ", "c t 2", "c t 2", "c t 3")
			w.sameHealth(t, "c ")
		})
		job := w.queue.jobs[0]
		if job.ID == "" || job.Kind != bot.EventJob || job.Channel != "c" || job.Bot != "b" || job.AcceptedAt.IsZero() {
			t.Errorf("job = %+v, want an event job of channel c of bot b", job)
		}
		if e := job.Event; e.Provider != "fake" || e.Channel != "c" || !e.ReceivedAt.Equal(job.AcceptedAt) {
			t.Errorf("event = %+v, want provider, channel and time filled in", e)
		}
	})
}

// TestNothingIsLost: the cursor stays where it was until the queue has the events, T39.
func TestNothingIsLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := world{channels: []bot.Channel{channel("c", "t")}}
		w.queue.errors = []error{nil, bot.Errorf(bot.Unavailable, "disk is full")}
		w.network.answers = map[string][]answer{"c": {
			{calls: []string{"one"}, next: "1"}, {calls: []string{"two"}, next: "2"}, {calls: []string{"two"}, next: "2"},
		}}
		w.run(t, func() {
			time.Sleep(time.Second)
			synctest.Wait()
			w.samePolls(t, "c t ", "c t 1", "c t 1", "c t 2")
			if got := w.queue.texts(); got != "one two" {
				t.Errorf("queued %q, want one two", got)
			}
			w.sameHealth(t, "c ", "c unavailable", "c ")
		})
	})
}

func TestBadCallsAreSkipped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := world{channels: []bot.Channel{channel("c", "t")}}
		w.network.answers = map[string][]answer{"c": {
			{calls: []string{"bad"}, next: "1"}, {calls: []string{"panic", "half", "good"}, next: "4"},
		}}
		w.run(t, func() {
			if got := w.queue.texts(); got != "half good" {
				t.Errorf("queued %q, want half good", got)
			}
			w.samePolls(t, "c t ", "c t 1", "c t 4")
		})
		for _, want := range []string{"not ours", "parser is broken", "an entry was skipped"} {
			if got := w.log.String(); strings.Count(got, want) != 1 {
				t.Errorf("log = %s, want %q in it once", got, want)
			}
		}
	})
}

func TestLargeEventsShrink(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := world{channels: []bot.Channel{channel("c", "t")}}
		w.network.answers = map[string][]answer{"c": {{calls: []string{strings.Repeat("a", 300<<10)}, next: "1"}}}
		w.run(t, func() {
			if e := w.queue.jobs[0].Event; !e.Truncated || len(e.Text) >= 300<<10 {
				t.Errorf("event has %d bytes of text, truncated %v; want less, true", len(e.Text), e.Truncated)
			}
		})
	})
}

func TestPauses(t *testing.T) {
	broken := answer{err: bot.Errorf(bot.Unavailable, "down")}
	limited := answer{err: &bot.Error{Kind: bot.RateLimited, Message: "slow down", RetryAfter: 7 * time.Second}}
	impatient := answer{err: &bot.Error{Kind: bot.RateLimited, Message: "slow down", RetryAfter: time.Second}}
	fine := answer{next: "1"}
	tests := []struct {
		name    string
		answers []answer
		want    []time.Duration // in seconds
	}{
		{"doubling", []answer{broken, broken, broken, broken, broken, broken, broken, broken}, []time.Duration{1, 2, 4, 8, 16, 32, 60, 60}},
		{"as long as asked", []answer{limited, limited}, []time.Duration{7, 7}},
		{"not shorter than usual", []answer{broken, impatient}, []time.Duration{1, 2}},
		{"afresh after a success", []answer{broken, broken, fine, broken}, []time.Duration{1, 2, 1}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := world{channels: []bot.Channel{channel("c", "t")}}
				w.network.answers = map[string][]answer{"c": tt.answers}
				w.run(t, func() {
					time.Sleep(time.Hour)
					synctest.Wait()
				})
				for i := range tt.want {
					tt.want[i] *= time.Second
				}
				if diff := cmp.Diff(tt.want, w.pauses); diff != "" {
					t.Errorf("pauses (-want +got):\n%s", diff)
				}
			})
		})
	}
}

// TestRefusal: a channel whose events go elsewhere is left alone, and that is said once, T39.
func TestRefusal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := world{channels: []bot.Channel{channel("taken", "t"), channel("free", "t")}}
		w.network.pollable = map[string]error{"taken": bot.Errorf(bot.Conflict, "goes to bot.example")}
		w.run(t, func() {
			time.Sleep(time.Hour)
			synctest.Wait()
			w.samePolls(t, "free t ")
			w.feeds.Refresh()
			synctest.Wait()
			if got := strings.Count(w.log.String(), "goes to bot.example"); got != 1 {
				t.Errorf("the reason was said %d times, want once: %s", got, &w.log)
			}
			w.sameHealth(t, "taken conflict", "taken conflict")

			w.network.pollable = nil
			w.feeds.Refresh()
			synctest.Wait()
			w.samePolls(t, "free t ", "taken t ")
		})
	})
}

// TestConflictWhilePolling asks again whether the channel may be polled.
func TestConflictWhilePolling(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := world{channels: []bot.Channel{channel("c", "t")}}
		w.network.answers = map[string][]answer{"c": {{next: "1"}, {err: bot.Errorf(bot.Conflict, "another poller")}}}
		w.run(t, func() {
			w.network.mu.Lock()
			w.network.pollable = map[string]error{"c": bot.Errorf(bot.Conflict, "goes to bot.example")}
			w.network.mu.Unlock()
			time.Sleep(time.Hour)
			synctest.Wait()
			w.samePolls(t, "c t ", "c t 1")
			w.sameHealth(t, "c ", "c conflict", "c conflict")
		})
	})
}

func TestRefresh(t *testing.T) {
	disabled, foreign := channel("disabled", "t"), channel("foreign", "t")
	disabled.Disabled, foreign.Provider = true, "elsewhere"
	checked := channel("kept", "t")
	checked.Health.CheckedAt = time.Unix(1, 0)
	synctest.Test(t, func(t *testing.T) {
		w := world{channels: []bot.Channel{channel("kept", "t"), channel("gone", "t"), channel("changed", "old"), disabled, foreign}}
		w.run(t, func() {
			slices.Sort(w.network.polls)
			w.samePolls(t, "changed old ", "gone t ", "kept t ")
			w.network.polls = nil
			w.list(checked, channel("changed", "new"), channel("added", "t"))
			w.feeds.Refresh()
			w.feeds.Refresh() // does not wait
			time.Sleep(time.Minute)
			synctest.Wait()
			slices.Sort(w.network.polls)
			w.samePolls(t, "added t ", "changed new ")
			if w.network.most != 1 {
				t.Errorf("%d polls of one channel at once, want 1", w.network.most)
			}
		})
	})
}

func TestListIsReadAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := world{listErr: bot.Errorf(bot.Unavailable, "store is down")}
		w.run(t, func() {
			w.list(channel("c", "t"))
			time.Sleep(time.Second)
			synctest.Wait()
			w.samePolls(t, "c t ")
			if !strings.Contains(w.log.String(), "store is down") {
				t.Errorf("log = %s, want the reason in it", &w.log)
			}
		})
	})
}
