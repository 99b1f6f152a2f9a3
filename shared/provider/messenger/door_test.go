package messenger_test

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
	"hookline/shared/provider/messenger"
	"hookline/shared/webhook"
)

// channels is a store of channels, all of one app; tray a queue that keeps what it took.
type channels map[string]bot.Channel

func (c channels) Channel(_ context.Context, id string) (bot.Channel, error) {
	ch, ok := c[id]
	if !ok {
		return ch, bot.Errorf(bot.NotFound, "no such channel")
	}
	return ch, nil
}

func (c channels) Sibling(_ context.Context, _ bot.Channel, account string) (bot.Channel, error) {
	for _, ch := range c {
		if ch.Setting(bot.AccountField) == account {
			return ch, nil
		}
	}
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

// door is Messenger's webhook as it is served, with the pages 100 and 200, and another one that takes every event, on and off.
type door struct {
	channels channels
	queue    tray
	log      bytes.Buffer
	handler  http.ServeMux
}

func newDoor() *door {
	d := &door{channels: channels{}}
	for id, account := range map[string]string{"one": "100", "two": "200", "all": "", "off": ""} {
		ch := withSecrets(appSecret)
		ch.ID, ch.Disabled = id, id == "off"
		ch.Settings = map[string]any{bot.AccountField: account}
		d.channels[id] = ch
	}
	h := webhook.New(messenger.New(http.DefaultClient, ""), d.channels, &d.queue)
	h.Log = slog.New(slog.NewTextHandler(&d.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	d.handler.Handle(h.Pattern(), h)
	return d
}

func (d *door) post(id string, body io.Reader, signature string) int {
	r := httptest.NewRequest(http.MethodPost, "/messenger/"+id, body)
	r.Header.Set("X-Hub-Signature-256", signature)
	w := httptest.NewRecorder()
	d.handler.ServeHTTP(w, r)
	return w.Code
}

// queued gives the channel and the text of each job.
func (d *door) queued() (texts []string) {
	for _, job := range d.queue.jobs {
		texts = append(texts, job.Channel+" "+job.Event.Text)
	}
	return texts
}

// said is a page's entry with a message for each text.
func said(pageID string, texts ...string) string {
	var messagings []string
	for _, text := range texts {
		messagings = append(messagings, fmt.Sprintf(
			`{"sender":{"id":"7"},"recipient":{"id":%q},"timestamp":1700000000123,"message":{"mid":"m_%s","text":%[2]q}}`, pageID, text))
	}
	return fmt.Sprintf(`{"id":%q,"time":1700000000128,"messaging":[%s]}`, pageID, strings.Join(messagings, ","))
}

func TestDoor(t *testing.T) {
	entries := func(list ...string) string { return `{"object":"page","entry":[` + strings.Join(list, ",") + `]}` }
	hi := entries(said("100", "hi"))
	for _, test := range []struct {
		name, id, body string
		secret         string
		status         int
		queued         []string
	}{
		{"M3 signed", "one", hi, appSecret, 200, []string{"one hi"}},
		{"M4 signed otherwise", "one", hi, "another", 401, nil},
		{"M10 malformed", "one", "{", appSecret, 400, nil},
		{"M11 body over the cap", "one", hi + strings.Repeat(" ", webhook.MaxBodyBytes), appSecret, 413, nil},
		{"M12 unknown page", "one", entries(said("300", "x"), said("100", "a"), said("300", "y"), said("200", "b")), appSecret, 200,
			[]string{"one a", "two b"}},
		{"M12 nothing but unknown pages", "one", entries(said("300", "x")), appSecret, 200, nil},
		{"M13 two entries of two messagings", "one", entries(said("100", "a", "b"), said("200", "c", "d")), appSecret, 200,
			[]string{"one a", "one b", "two c", "two d"}},
		{"M13 for a channel that takes every event", "all", entries(said("100", "a", "b"), said("200", "c", "d")), appSecret, 200,
			[]string{"all a", "all b", "all c", "all d"}},
		{"M43 disabled", "off", hi, appSecret, 200, nil},
		{"M43 disabled and signed otherwise", "off", hi, "another", 401, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := newDoor()
			got := d.post(test.id, strings.NewReader(test.body), sign(test.secret, []byte(test.body)))
			if diff := cmp.Diff(test.queued, d.queued()); got != test.status || diff != "" {
				t.Errorf("POST %.300s to %s = %d, want %d; queued (-want +got):\n%s", test.body, test.id, got, test.status, diff)
			}
			if strings.Contains(d.log.String(), "MARKED") {
				t.Errorf("M44 a secret is in the log: %s", &d.log)
			}
		})
	}
}

// TestM11EndlessBody: a body that does not say how long it is.
func TestM11EndlessBody(t *testing.T) {
	d := newDoor()
	if got := d.post("one", endless{}, sign(appSecret, nil)); got != 413 || len(d.queue.jobs) > 0 {
		t.Errorf("POST of an endless body = %d, %q queued, want 413 and none", got, d.queued())
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

// TestM42QueueDown: Meta posts again what we could not keep.
func TestM42QueueDown(t *testing.T) {
	d := newDoor()
	body := `{"object":"page","entry":[` + said("100", "hi") + `]}`
	for _, step := range []struct {
		down   bool
		status int
		queued []string
	}{{true, 503, nil}, {false, 200, []string{"one hi"}}} {
		d.queue.down = step.down
		got := d.post("one", strings.NewReader(body), sign(appSecret, []byte(body)))
		if diff := cmp.Diff(step.queued, d.queued()); got != step.status || diff != "" {
			t.Errorf("POST with the queue down: %v = %d, want %d; queued (-want +got):\n%s", step.down, got, step.status, diff)
		}
	}
}
