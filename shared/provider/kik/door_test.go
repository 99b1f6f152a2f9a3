package kik_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
	"hookline/shared/provider/kik"
	"hookline/shared/webhook"
)

// channels is a store of channels, tray a queue that keeps what it took.
type channels map[string]bot.Channel

func (c channels) Channel(_ context.Context, id string) (bot.Channel, error) {
	ch, ok := c[id]
	if !ok {
		return ch, bot.Errorf(bot.NotFound, "no such channel")
	}
	return ch, nil
}

func (c channels) Sibling(context.Context, bot.Channel, string) (bot.Channel, error) {
	return bot.Channel{}, bot.Errorf(bot.NotFound, "no such account")
}

type tray struct {
	jobs []bot.Job
	down bool
}

func (q *tray) Send(_ context.Context, jobs ...bot.Job) error {
	if q.down {
		return bot.Errorf(bot.Unavailable, "queue is down")
	}
	q.jobs = append(q.jobs, jobs...)
	return nil
}

// door is Kik's webhook as it is served, with everything round it.
type door struct {
	channels channels
	queue    tray
	log      bytes.Buffer
	handler  http.ServeMux
}

func newDoor() *door {
	disabled := channel()
	disabled.Disabled = true
	d := &door{channels: channels{"c1": channel(), "off": disabled, "keyless": withKeys(), "blank": withKeys("")}}
	for id, ch := range d.channels {
		ch.ID = id
		d.channels[id] = ch
	}
	h := webhook.New(kik.New(http.DefaultClient, ""), d.channels, &d.queue)
	h.Log = slog.New(slog.NewTextHandler(&d.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	d.handler.Handle(h.Pattern(), h)
	return d
}

func (d *door) post(id, body, signature string) int {
	r := httptest.NewRequest(http.MethodPost, "/kik/"+id, strings.NewReader(body))
	r.Header.Set("X-Kik-Signature", signature)
	return d.serve(r)
}

func (d *door) serve(r *http.Request) int {
	w := httptest.NewRecorder()
	d.handler.ServeHTTP(w, r)
	return w.Code
}

func TestDoor(t *testing.T) {
	const text = `"type":"text","body":"hi"`
	good := call(text)
	for _, test := range []struct {
		name, id, body, signature string
		status, queued            int
	}{
		{"K1 signed", "c1", good, sign(key, []byte(good)), 200, 1},
		{"K2 other bytes", "c1", good + " ", sign(key, []byte(good)), 401, 0},
		{"K3 no signature", "c1", good, "", 401, 0},
		{"K4 no key", "keyless", good, sign(key, []byte(good)), 503, 0},
		{"K4 no key, signed with the empty one", "keyless", good, sign("", []byte(good)), 503, 0},
		{"K4 empty key, signed with it", "blank", good, sign("", []byte(good)), 503, 0},
		{"K5 unknown channel", "c2", good, "", 404, 0},
		{"K7 malformed", "c1", "{", sign(key, []byte("{")), 400, 0},
		{"K7 empty body", "c1", "", sign(key, nil), 400, 0},
		{"K7 unsigned and malformed", "c1", "{", "", 401, 0},
		{"K8 no messages", "c1", `{"messages":[]}`, sign(key, []byte(`{"messages":[]}`)), 200, 0},
		{"K20 disabled", "off", good, sign(key, []byte(good)), 200, 0},
		{"G19 only a bad message", "c1", `{"messages":[{}]}`, sign(key, []byte(`{"messages":[{}]}`)), 200, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := newDoor()
			if got := d.post(test.id, test.body, test.signature); got != test.status || len(d.queue.jobs) != test.queued {
				t.Errorf("POST %q to %s = %d, %d queued, want %d, %d", test.body, test.id, got, len(d.queue.jobs), test.status, test.queued)
			}
			if strings.Contains(d.log.String(), "MARKED") {
				t.Errorf("K31 the API key is in the log: %s", &d.log)
			}
		})
	}
}

func TestK6NotPOST(t *testing.T) {
	for _, method := range []string{http.MethodGet, http.MethodPut, http.MethodDelete} {
		d := newDoor()
		if got := d.serve(httptest.NewRequest(method, "/kik/c1", nil)); got != 405 {
			t.Errorf("%s = %d, want 405", method, got)
		}
	}
}

func TestK9BodyOverTheCap(t *testing.T) {
	d := newDoor()
	r := httptest.NewRequest(http.MethodPost, "/kik/c1", io.LimitReader(endless{}, webhook.MaxBodyBytes+1))
	if got := d.serve(r); got != 413 || len(d.queue.jobs) > 0 {
		t.Errorf("POST of %d bytes = %d, %d queued, want 413 and none", webhook.MaxBodyBytes+1, got, len(d.queue.jobs))
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

// TestK10Groups: each chat of a batch is a group of its own, and an event has the same key at each delivery.
func TestK10Groups(t *testing.T) {
	const text = `"type":"text","body":"hi"`
	d := newDoor()
	body := call(text, `"type":"beam"`, `"body":"lacks its id","id":""`, text, text)
	for range 2 {
		if got := d.post("c1", body, sign(key, []byte(body))); got != 200 {
			t.Fatalf("POST = %d, want 200", got)
		}
	}
	var groups, keys []string
	for _, job := range d.queue.jobs {
		groups, keys = append(groups, job.Group()), append(keys, job.DedupeKey())
	}
	want := []string{"c1#c1", "c1#c2", "c1#c4", "c1#c5", "c1#c1", "c1#c2", "c1#c4", "c1#c5"}
	if diff := cmp.Diff(want, groups); diff != "" {
		t.Errorf("K10, K11, K12: groups of the queue (-want +got):\n%s", diff)
	}
	if first, again := fmt.Sprint(keys[:4]), fmt.Sprint(keys[4:]); first != again {
		t.Errorf("K13: the same call again has keys %s, want %s as at first", again, first)
	}
	if !strings.Contains(d.log.String(), "message 3") {
		t.Errorf("K12: the log says nothing of message 3: %s", &d.log)
	}
}

func TestK21QueueDown(t *testing.T) {
	d := newDoor()
	body := call(`"type":"text","body":"hi"`)
	d.queue.down = true
	if got := d.post("c1", body, sign(key, []byte(body))); got != 503 {
		t.Errorf("POST while the queue is down = %d, want 503", got)
	}
	d.queue.down = false
	if got := d.post("c1", body, sign(key, []byte(body))); got != 200 || len(d.queue.jobs) != 1 {
		t.Errorf("POST again = %d, %d queued, want 200 and 1", got, len(d.queue.jobs))
	}
}
