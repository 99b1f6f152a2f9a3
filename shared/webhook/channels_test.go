package webhook_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"hookline/shared/bot"
	"hookline/shared/webhook"
)

// step is a call at a time, and what was read of the source by then.
type step struct {
	at     time.Duration
	change func(*source)
	id     string
	secret string
	status int
	reads  int
}

func TestChannelsAreKept(t *testing.T) {
	rotate := func(s *source) { s.channels["ch1"] = channel("ch1", "new") }
	remove := func(s *source) { delete(s.channels, "ch1") }
	add := func(s *source) { s.channels["ch2"] = channel("ch2", "right") }
	fail := func(s *source) { s.err = bot.Errorf(bot.Unavailable, "store is down") }
	mend := func(s *source) { s.err = nil }
	tests := []struct {
		name  string
		steps []step
	}{
		{"known for a minute", []step{
			{0, nil, "ch1", "right", 200, 1},
			{59 * time.Second, remove, "ch1", "right", 200, 1},
			{60 * time.Second, nil, "ch1", "right", 404, 2},
		}},
		{"unknown for ten seconds", []step{
			{0, nil, "ch2", "right", 404, 1},
			{9 * time.Second, add, "ch2", "right", 404, 1},
			{10 * time.Second, nil, "ch2", "right", 200, 2},
			{69 * time.Second, nil, "ch2", "right", 200, 2},
		}},
		{"a new secret works at once", []step{
			{0, nil, "ch1", "right", 200, 1},
			{1 * time.Millisecond, rotate, "ch1", "new", 200, 2},
			{2 * time.Millisecond, nil, "ch1", "right", 401, 2},
			{3 * time.Millisecond, nil, "ch1", "new", 200, 2},
		}},
		{"forged calls read once a second", []step{
			{0, nil, "ch1", "wrong", 401, 2},
			{999 * time.Millisecond, nil, "ch1", "wrong", 401, 2},
			{1000 * time.Millisecond, nil, "ch1", "wrong", 401, 3},
			{1999 * time.Millisecond, rotate, "ch1", "new", 401, 3},
			{2000 * time.Millisecond, nil, "ch1", "new", 200, 4},
		}},
		{"a channel that is gone", []step{
			{0, nil, "ch1", "right", 200, 1},
			{1 * time.Second, remove, "ch1", "wrong", 404, 2},
			{2 * time.Second, nil, "ch1", "right", 404, 2},
		}},
		{"a failing store is asked again, and takes nothing away", []step{
			{0, fail, "ch1", "right", 503, 1},
			{0, mend, "ch1", "right", 200, 2},
			{1 * time.Second, fail, "ch1", "wrong", 503, 3},
			{2 * time.Second, nil, "ch1", "right", 200, 3},
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := newDoor(channel("ch1", "right"))
			for i, s := range tt.steps {
				d.now = noon.Add(s.at)
				if s.change != nil {
					s.change(d.source)
				}
				if got := d.post(t, s.id, s.secret, hello); got != s.status || d.source.reads != s.reads {
					t.Errorf("step %d: POST %s = %d after %d reads, want %d after %d",
						i, s.id, got, d.source.reads, s.status, s.reads)
				}
			}
		})
	}
}

func TestGuessedIDsDriveNoChannelOut(t *testing.T) {
	d := newDoor(channel("ch1", "right"))
	d.post(t, "ch1", "right", hello)
	const guesses = 10_050
	for i := range guesses {
		d.post(t, strconv.Itoa(i), "right", "")
	}
	d.post(t, "ch1", "right", hello)
	if want := 1 + guesses; d.source.reads != want {
		t.Errorf("%d reads, want %d: ch1 once", d.source.reads, want)
	}
	for i := range guesses {
		d.post(t, strconv.Itoa(i), "right", "")
	}
	// What was kept is at most 10,000 of them: the rest is read again.
	if again := d.source.reads - 1 - guesses; again < 50 {
		t.Errorf("%d of %d guessed ids were read again, want at least 50", again, guesses)
	}
}

func TestLongIDsAreNotRead(t *testing.T) {
	d := newDoor()
	if got := d.post(t, strings.Repeat("x", 129), "right", hello); got != 404 || d.source.reads != 0 {
		t.Errorf("POST = %d after %d reads, want 404 after none", got, d.source.reads)
	}
}

func TestMissesAtOnceReadOnce(t *testing.T) {
	tests := []struct {
		name   string
		id     string
		secret string
		status int
		reads  int
	}{
		{"known", "ch1", "right", 200, 1},
		{"unknown", "none", "right", 404, 1},
		{"forged", "ch1", "wrong", 401, 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newDoor(channel("ch1", "right"))
				d.source.takes = time.Second
				var all sync.WaitGroup
				for range 20 {
					all.Go(func() {
						if got := d.post(t, tt.id, tt.secret, hello); got != tt.status {
							t.Errorf("POST = %d, want %d", got, tt.status)
						}
					})
				}
				all.Wait()
				if d.source.reads != tt.reads {
					t.Errorf("%d reads, want %d", d.source.reads, tt.reads)
				}
			})
		})
	}
}

func TestCallerThatLeavesTakesNobodyAlong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDoor(channel("ch1", "right"))
		d.source.takes = time.Second
		leaving, leave := context.WithCancel(t.Context())
		var all sync.WaitGroup
		all.Go(func() {
			r := httptest.NewRequestWithContext(leaving, http.MethodPost, "/loopback/ch1", strings.NewReader(hello))
			d.mux.ServeHTTP(httptest.NewRecorder(), r)
		})
		synctest.Wait()
		all.Go(func() {
			if got := d.post(t, "ch1", "right", hello); got != 200 {
				t.Errorf("POST = %d, want 200", got)
			}
		})
		synctest.Wait()
		leave()
		all.Wait()
	})
}

// TestRace is for the race detector: calls, forged calls, guesses and rotations at once.
func TestRace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDoor(channel("ch1", "right"), channel("ch2", "right"))
		var all sync.WaitGroup
		for i := range 50 {
			id := []string{"ch1", "ch2", "none"}[i%3]
			all.Go(func() { d.post(t, id, "right", hello) })
			all.Go(func() { d.post(t, id, "wrong", hello) })
			all.Go(func() { d.source.set(channel("ch2", "right", bot.Secret(strconv.Itoa(i)))) })
		}
		all.Wait()
		if len(d.queue.jobs) != 34 {
			t.Errorf("%d events queued, want those of 34 genuine calls", len(d.queue.jobs))
		}
	})
}

// fragile panics at its first read.
type fragile struct{ *source }

func (f fragile) Channel(ctx context.Context, id string) (bot.Channel, error) {
	if ch, err := f.source.Channel(ctx, id); f.reads > 1 {
		return ch, err
	}
	panic("store")
}

func TestSourcePanics(t *testing.T) {
	d := newDoor(channel("ch1", "right"))
	h := webhook.New(loopback{}, fragile{d.source}, d.queue)
	h.Log = slog.New(slog.DiscardHandler)
	d.mux = http.NewServeMux()
	d.mux.Handle(h.Pattern(), h)
	for _, want := range []int{500, 200} {
		if got := d.post(t, "ch1", "right", hello); got != want {
			t.Errorf("POST = %d, want %d", got, want)
		}
	}
}
