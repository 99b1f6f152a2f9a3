package lambda_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"hookline/shared/bot"
	"hookline/shared/simulate/countertest"
)

// thrice makes every call three times at once, and keeps what was answered 200. The network is told of a success only if
// all three succeeded.
type thrice struct {
	mu    sync.Mutex
	calls [][]byte
}

// RoundTrip implements http.RoundTripper.
func (t *thrice) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	answers := make([]*http.Response, 3)
	failures := make([]error, len(answers))
	var posting sync.WaitGroup
	for i := range answers {
		posting.Go(func() {
			again := r.Clone(r.Context())
			again.Body = io.NopCloser(bytes.NewReader(body))
			answers[i], failures[i] = http.DefaultTransport.RoundTrip(again)
		})
	}
	posting.Wait()
	if err := errors.Join(failures...); err != nil {
		return nil, err
	}
	for _, answer := range answers {
		defer answer.Body.Close()
	}
	worst := slices.MaxFunc(answers, func(a, b *http.Response) int { return a.StatusCode - b.StatusCode })
	text, err := io.ReadAll(worst.Body)
	worst.Body = io.NopCloser(bytes.NewReader(text))
	if worst.StatusCode == http.StatusOK {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.calls = append(t.calls, body)
	}
	return worst, err
}

// A call that is made three times at once is one turn and one reply, and stays that when it is made once more and the
// queue has forgotten it.
func TestThreeTimesInParallel(t *testing.T) {
	t.Parallel()
	const users, messages = 6, 5
	w := newWorld(t, countertest.Bot())
	front := &thrice{}
	w.network.Client.Transport = front
	stop := w.consume(2, 10)
	chats := w.chats(users)
	once := func(when string, said int) {
		t.Helper()
		countertest.CheckOnce(chats)
		for _, turn := range w.turns(users * said) {
			if turn.Outcome != bot.Replied {
				t.Errorf("%s: the turn of event %s is %q, want %q", when, turn.Event.ID, turn.Outcome, bot.Replied)
			}
		}
	}
	for _, c := range chats {
		c.Say(messages)
	}
	once("at once", messages)
	stop()

	w.openQueue(90 * time.Second)
	w.connect()
	secret := w.channel.WebhookSecrets[0].Reveal()
	for _, call := range front.calls {
		if status, _ := w.post(secret, string(call)); status != http.StatusOK {
			t.Errorf("a call that is made again is answered %d, want 200", status)
		}
	}
	if got := w.waiting(); got != users*messages {
		t.Errorf("%d messages are on a queue that knew none, want %d", got, users*messages)
	}
	w.consume(2, 10)
	// A chat's jobs are handled in turn: once another message is answered, those before it have been.
	for _, c := range chats {
		c.Say(1)
	}
	once("after a queue has forgotten them", messages+1)
}
