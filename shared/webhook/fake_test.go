package webhook_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"hookline/shared/bot"
	"hookline/shared/metrics"
	"hookline/shared/provider"
	"hookline/shared/webhook"
)

// loopback is a network whose calls are {"events":[…],"skipped":true,"panic":true}, shown to be genuine by a header.
type loopback struct{ provider.Provider }

const secretHeader = "X-Secret"

func (loopback) Describe() provider.Description { return provider.Description{Name: "loopback"} }

func (loopback) Verify(ch bot.Channel, h http.Header, _ []byte) error {
	if len(ch.WebhookSecrets) == 0 {
		return bot.Errorf(bot.Unavailable, "channel has no secret")
	}
	for _, s := range ch.WebhookSecrets {
		if s.Reveal() == h.Get(secretHeader) {
			return nil
		}
	}
	return errors.New("wrong secret")
}

func (loopback) Parse(_ bot.Channel, body []byte) ([]bot.Event, error) {
	var call struct {
		Events  []bot.Event
		Skipped bool
		Panic   bool
	}
	if err := json.Unmarshal(body, &call); err != nil {
		return nil, bot.Wrap(bot.Invalid, "not a loopback call", err)
	}
	if call.Panic {
		panic("parse")
	}
	switch {
	case call.Skipped && len(call.Events) > 0:
		return call.Events, errors.Join(bot.Errorf(bot.Invalid, "entry 3 is odd"))
	case call.Skipped:
		return nil, errors.New("entry 3 is odd")
	}
	return call.Events, nil
}

// source is channels in a map; err, if set, is its answer to everything.
type source struct {
	mu       sync.Mutex
	channels map[string]bot.Channel
	err      error
	reads    int
	takes    time.Duration
}

func (s *source) Channel(ctx context.Context, id string) (bot.Channel, error) {
	time.Sleep(s.takes)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reads++
	if err := cmp.Or(s.err, ctx.Err()); err != nil {
		return bot.Channel{}, err
	}
	ch, ok := s.channels[id]
	if !ok {
		return bot.Channel{}, bot.Errorf(bot.NotFound, "no such channel")
	}
	return ch, nil
}

// Sibling finds a channel by its account.
func (s *source) Sibling(_ context.Context, _ bot.Channel, account string) (bot.Channel, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reads++
	if s.err != nil {
		return bot.Channel{}, s.err
	}
	for _, ch := range s.channels {
		if ch.Setting(bot.AccountField) == account {
			return ch, nil
		}
	}
	return bot.Channel{}, bot.Errorf(bot.NotFound, "no such account")
}

func (s *source) set(ch bot.Channel) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.channels[ch.ID] = ch
}

// tray is a queue that keeps what it took.
type tray struct {
	mu   sync.Mutex
	jobs []bot.Job
	err  error
}

func (q *tray) Send(_ context.Context, jobs ...bot.Job) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.err == nil {
		q.jobs = append(q.jobs, jobs...)
	}
	return q.err
}

// noon is when every test begins.
var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// door is a webhook with everything round it.
type door struct {
	source *source
	queue  *tray
	log    *bytes.Buffer
	now    time.Time
	counts metrics.Set
	mux    *http.ServeMux
}

func newDoor(channels ...bot.Channel) *door { return newDoorOf(loopback{}, channels...) }

func newDoorOf(network provider.Provider, channels ...bot.Channel) *door {
	d := &door{source: &source{channels: map[string]bot.Channel{}}, queue: &tray{}, log: &bytes.Buffer{}, now: noon}
	for _, ch := range channels {
		d.source.set(ch)
	}
	h := webhook.New(network, d.source, d.queue)
	h.Now = func() time.Time { return d.now }
	h.Metrics = &d.counts
	h.Log = slog.New(slog.NewTextHandler(d.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	d.mux = http.NewServeMux()
	d.mux.Handle(h.Pattern(), h)
	return d
}

// post calls the handler without a network between and gives its status.
func (d *door) post(t *testing.T, id, secret, body string) int {
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/loopback/"+id, bytes.NewBufferString(body))
	r.Header.Set(secretHeader, secret)
	w := httptest.NewRecorder()
	d.mux.ServeHTTP(w, r)
	return w.Code
}

func channel(id string, secrets ...bot.Secret) bot.Channel {
	return bot.Channel{ID: id, Bot: "b1", Provider: "loopback", WebhookSecrets: secrets}
}

const hello = `{"events":[{"id":"7","kind":"text","text":"hello","chat":{"id":"-1001234567890123456"}}]}`
