package webhook_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
)

// asking is a loopback that asks by GET first, with the channel's first secret in the query.
type asking struct{ loopback }

func (asking) Greet(ch bot.Channel, query url.Values) (string, error) {
	if len(ch.WebhookSecrets) == 0 || query.Get("token") != ch.WebhookSecrets[0].Reveal() {
		return "", bot.Errorf(bot.Forbidden, "not for this channel")
	}
	return query.Get("challenge"), nil
}

func TestGreet(t *testing.T) {
	tests := []struct {
		name   string
		method string
		id     string
		query  string
		status int
		body   string
	}{
		{"M1 right token", "GET", "ch1", "?token=right&challenge=1158201444", 200, "1158201444"},
		{"M1 a challenge that is no number", "GET", "ch1", "?token=right&challenge=%3Cb%3E", 200, "<b>"},
		{"M2 wrong token", "GET", "ch1", "?token=wrong&challenge=1", 403, "not for this channel\n"},
		{"M2 no token", "GET", "ch1", "", 403, "not for this channel\n"},
		{"unknown channel", "GET", "none", "?token=right&challenge=1", 404, "no such channel\n"},
		{"M9 another method", "PUT", "ch1", "?token=right&challenge=1", 405, "method not allowed\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			d := newDoorOf(asking{}, channel("ch1", "right"))
			w := httptest.NewRecorder()
			d.mux.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), test.method, "/loopback/"+test.id+test.query, nil))
			if w.Code != test.status || w.Body.String() != test.body {
				t.Errorf("%s %s = %d %q, want %d %q", test.method, test.query, w.Code, w.Body, test.status, test.body)
			}
			if got := w.Header().Get("Content-Type"); got != "text/plain; charset=utf-8" {
				t.Errorf("%s %s has content type %q, want plain text", test.method, test.query, got)
			}
		})
	}
}

// The token may have been changed since the channel was read.
func TestGreetReadsTheChannelAgain(t *testing.T) {
	d := newDoorOf(asking{}, channel("ch1", "old"))
	for _, test := range []struct {
		token  string
		status int
	}{{"old", 200}, {"new", 200}} {
		w := httptest.NewRecorder()
		d.mux.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/loopback/ch1?challenge=7&token="+test.token, nil))
		if w.Code != test.status {
			t.Errorf("GET with token %s = %d, want %d", test.token, w.Code, test.status)
		}
		d.source.set(channel("ch1", "new"))
	}
}

func TestMethodIsCounted(t *testing.T) {
	d := newDoor(channel("ch1", "right"))
	d.mux.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/loopback/ch1", nil))
	want := []string{`hookline_refused_total{provider="loopback",reason="unsupported"} 1`}
	if diff := cmp.Diff(want, d.counted()); diff != "" {
		t.Errorf("metrics after GET (-want +got):\n%s", diff)
	}
}

func page(id, account string) bot.Channel {
	ch := channel(id, "right")
	ch.Settings = map[string]any{bot.AccountField: account}
	return ch
}

const twoPages = `{"events":[{"id":"1","account":"100"},{"id":"2","account":"200"},{"id":"3","account":"300"},{"id":"4"}]}`

func TestSiblings(t *testing.T) {
	disabled := page("a", "100")
	disabled.Disabled = true
	tests := []struct {
		name     string
		channels []bot.Channel
		want     map[string]string // event: channel
	}{
		{"M12 each page its channel, the unknown one skipped", []bot.Channel{page("a", "100"), page("b", "200")}, map[string]string{"1": "a", "2": "b", "4": "a"}},
		{"a channel without account takes all", []bot.Channel{channel("a", "right"), page("b", "200")}, map[string]string{"1": "a", "2": "a", "3": "a", "4": "a"}},
		{"the address's own channel is disabled", []bot.Channel{disabled, page("b", "200")}, map[string]string{"2": "b"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			d := newDoor(test.channels...)
			if status := d.post(t, "a", "right", twoPages); status != http.StatusOK {
				t.Fatalf("post = %d, want 200", status)
			}
			got := map[string]string{}
			for _, job := range d.queue.jobs {
				got[job.Event.ID] = job.Channel
				if job.Event.Channel != job.Channel {
					t.Errorf("event %s says channel %s, its job %s", job.Event.ID, job.Event.Channel, job.Channel)
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("channels of the events (-want +got):\n%s", diff)
			}
		})
	}
}

func TestSiblingsAreRemembered(t *testing.T) {
	d := newDoor(page("a", "100"), page("b", "200"))
	for range 3 {
		d.post(t, "a", "right", `{"events":[{"id":"1","account":"200"},{"id":"2","account":"300"}]}`)
	}
	if d.source.reads != 3 {
		t.Errorf("source was read %d times, want 3: the channel, its sibling, and that there is none", d.source.reads)
	}
}

func TestSiblingCannotBeRead(t *testing.T) {
	d := newDoor(page("a", "100"), page("b", "200"))
	d.post(t, "a", "right", hello)
	d.source.err = errors.New("table is gone")
	if status := d.post(t, "a", "right", `{"events":[{"id":"1","account":"200"}]}`); status != http.StatusServiceUnavailable {
		t.Errorf("post = %d, want 503: the event must come again", status)
	}
}
