package pyrus_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"hookline/shared/bot"
	"hookline/shared/provider/pyrus"
	"hookline/shared/webhook"
)

// doorstep is what a webhook stands between: one channel, and a queue that keeps what it took.
type doorstep struct {
	channel bot.Channel
	jobs    []bot.Job
	down    error
}

func (d *doorstep) Channel(_ context.Context, id string) (bot.Channel, error) {
	if id != d.channel.ID {
		return bot.Channel{}, bot.Errorf(bot.NotFound, "no such channel")
	}
	return d.channel, nil
}

func (d *doorstep) Sibling(context.Context, bot.Channel, string) (bot.Channel, error) {
	return bot.Channel{}, bot.Errorf(bot.NotFound, "no such account")
}

func (d *doorstep) Send(_ context.Context, jobs ...bot.Job) error {
	if d.down == nil {
		d.jobs = append(d.jobs, jobs...)
	}
	return d.down
}

// knock is a call as Pyrus makes it, changed by change.
func (d *doorstep) knock(body string, change func(*http.Request)) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, "/pyrus/c1", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "Pyrus-Bot-4")
	r.Header.Set("X-Pyrus-Sig", signed(key, []byte(body)))
	r.Header.Set("X-Pyrus-Retry", "1/3")
	if change != nil {
		change(r)
	}
	door := webhook.New(pyrus.New(http.DefaultClient, "", ""), d, d)
	door.Log = slog.New(slog.DiscardHandler)
	mux := http.NewServeMux()
	mux.Handle(door.Pattern(), door)
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, r)
	return w
}

func TestDoor(t *testing.T) {
	good := commented(`,"text":"hi"`)
	large := commented(`,"text":"hi"},{"id":4,"text":"` + strings.Repeat("x", 3<<20) + `"`)
	disabled, keyless, emptyKey := channel(), channel(), channel()
	disabled.Disabled = true
	keyless.Credentials = nil
	emptyKey.Credentials = map[string][]bot.Credential{"security_key": {{Value: ""}}}
	path := func(p string) func(*http.Request) { return func(r *http.Request) { r.URL.Path = p } }
	header := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	for _, test := range []struct {
		name    string
		channel bot.Channel
		body    string
		change  func(*http.Request)
		down    error
		status  int
		queued  int
	}{
		{name: "P1 genuine", channel: channel(), body: good, status: 200, queued: 1},
		{name: "P2 one byte changed", channel: channel(), body: good, change: header("X-Pyrus-Sig", signed(key, []byte(good+" "))), status: 401},
		{name: "P3 header missing", channel: channel(), body: good, change: func(r *http.Request) { r.Header.Del("X-Pyrus-Sig") }, status: 401},
		{name: "P4 key missing", channel: keyless, body: good, status: 503},
		{name: "P4 empty key, signed with it", channel: emptyKey, body: good, change: header("X-Pyrus-Sig", signed("", []byte(good))), status: 503},
		{name: "P5 the bytes as they came", channel: channel(), body: " \r\n" + good + "\n", status: 200, queued: 1},
		{name: "P7 GET", channel: channel(), body: good, change: func(r *http.Request) { r.Method = http.MethodGet }, status: 405},
		{name: "P7 PUT", channel: channel(), body: good, change: func(r *http.Request) { r.Method = http.MethodPut }, status: 405},
		{name: "P8 unknown bot", channel: channel(), body: good, change: path("/pyrus/c2"), status: 404},
		{name: "P9 malformed", channel: channel(), body: `{"task_id":`, status: 400},
		{name: "P9 empty", channel: channel(), body: "", status: 400},
		{name: "P9 array", channel: channel(), body: "[]", status: 400},
		{name: "P9 null", channel: channel(), body: "null", status: 400},
		{name: "P10 3 MB", channel: channel(), body: large, status: 200, queued: 1},
		{name: "P11 over 4 MB", channel: channel(), body: strings.Repeat(" ", webhook.MaxBodyBytes+1), status: 413},
		{name: "P20 no attempt told", channel: channel(), body: good, change: func(r *http.Request) { r.Header.Del("X-Pyrus-Retry") }, status: 200, queued: 1},
		{name: "P20 odd attempt", channel: channel(), body: good, change: header("X-Pyrus-Retry", "seven of 3"), status: 200, queued: 1},
		{name: "P35 queue down", channel: channel(), body: good, down: errors.New("down"), status: 503},
		{name: "P36 disabled", channel: disabled, body: good, status: 200},
	} {
		t.Run(test.name, func(t *testing.T) {
			step := &doorstep{channel: test.channel, down: test.down}
			got := step.knock(test.body, test.change)
			if got.Code != test.status || len(step.jobs) != test.queued {
				t.Errorf("call is answered %d with %d jobs queued, want %d and %d", got.Code, len(step.jobs), test.status, test.queued)
			}
			if said := got.Body.String(); got.Code == 200 && said != "" || strings.Contains(said, "MARKED") {
				t.Errorf("P22 P27 P33 call is answered with the body %q, want an empty one", said)
			}
		})
	}
}

// TestP19RetriesAreOneJob: each attempt is signed and sent afresh, the queue knows them by one key.
func TestP19RetriesAreOneJob(t *testing.T) {
	step := &doorstep{channel: channel()}
	for attempt := range 3 {
		body := strings.Replace(commented(`,"text":"hi"`), `"event"`, fmt.Sprintf(`"access_token":"MARKED-%d","event"`, attempt), 1)
		got := step.knock(body, func(r *http.Request) { r.Header.Set("X-Pyrus-Retry", fmt.Sprintf("%d/3", attempt+1)) })
		if got.Code != http.StatusOK {
			t.Fatalf("attempt %d is answered %d", attempt+1, got.Code)
		}
	}
	keys := map[string]bool{}
	for _, job := range step.jobs {
		keys[job.DedupeKey()] = true
		if strings.Contains(string(job.Event.Raw), "MARKED") {
			t.Errorf("P33 job holds the access token: %s", job.Event.Raw)
		}
	}
	if len(step.jobs) != 3 || len(keys) != 1 {
		t.Errorf("3 attempts make %d jobs with %d keys, want 3 with one", len(step.jobs), len(keys))
	}
}

// TestP35RedeliveryWorks after the queue was down.
func TestP35RedeliveryWorks(t *testing.T) {
	step := &doorstep{channel: channel(), down: errors.New("down")}
	body := commented(`,"text":"hi"`)
	first := step.knock(body, nil).Code
	step.down = nil
	if got := []int{first, step.knock(body, nil).Code, len(step.jobs)}; !slices.Equal(got, []int{503, 200, 1}) {
		t.Errorf("calls are answered %v (statuses, jobs), want 503, 200 and one job", got)
	}
}
