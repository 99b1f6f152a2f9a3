package webhook_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
	"hookline/shared/queue"
	"hookline/shared/webhook"
)

// newServer serves a door with a channel of each sort.
func newServer(t *testing.T) (*door, *httptest.Server) {
	disabled := channel("off", "right")
	disabled.Disabled = true
	foreign := channel("foreign", "right")
	foreign.Provider = "elsewhere"
	d := newDoor(channel("ch1", "right", "previous"), channel("bare"), disabled, foreign)
	server := httptest.NewServer(d.mux)
	t.Cleanup(server.Close)
	return d, server
}

func TestF10Status(t *testing.T) {
	down := bot.Wrap(bot.Internal, "table is gone", errors.New("disk"))
	busy := &bot.Error{Kind: bot.RateLimited, Message: "slow down", RetryAfter: 1500 * time.Millisecond}
	oversized := `{"events":[]` + strings.Repeat(" ", webhook.MaxBodyBytes) + `}`
	full := `{"events":[]` + strings.Repeat(" ", webhook.MaxBodyBytes-len(`{"events":[]}`)) + `}`
	tests := []struct {
		name   string
		method string
		id     string
		secret string
		body   string
		store  error
		queue  error
		status int
		queued int
		retry  string
	}{
		{"T1 G1 right secret", "POST", "ch1", "right", hello, nil, nil, 200, 1, ""},
		{"G9 previous secret", "POST", "ch1", "previous", hello, nil, nil, 200, 1, ""},
		{"T2 G3 wrong secret", "POST", "ch1", "wrong", hello, nil, nil, 401, 0, ""},
		{"T2 G5 no secret", "POST", "ch1", "", hello, nil, nil, 401, 0, ""},
		{"T2 start of the secret", "POST", "ch1", "righ", hello, nil, nil, 401, 0, ""},
		{"T2 wrong secret, bad body", "POST", "ch1", "wrong", `{`, nil, nil, 401, 0, ""},
		{"T3 G8 no secret configured", "POST", "bare", "", hello, nil, nil, 503, 0, ""},
		{"T4 GET", "GET", "ch1", "right", "", nil, nil, 405, 0, ""},
		{"T4 DELETE of an unknown channel", "DELETE", "none", "right", "", nil, nil, 405, 0, ""},
		{"T5 G16 unknown channel", "POST", "none", "right", hello, nil, nil, 404, 0, ""},
		{"T5 unknown channel, bad body", "POST", "none", "right", `{`, nil, nil, 404, 0, ""},
		{"T5 unknown channel, oversized body", "POST", "none", "right", oversized, nil, nil, 404, 0, ""},
		{"T5 channel of another network", "POST", "foreign", "right", hello, nil, nil, 404, 0, ""},
		{"T5 id of no length that we give", "POST", strings.Repeat("x", 5000), "right", hello, nil, nil, 404, 0, ""},
		{"T5 escaped id", "POST", "..%2Fch1%00", "right", hello, nil, nil, 404, 0, ""},
		{"T6 G12 not JSON", "POST", "ch1", "right", `{"events":`, nil, nil, 400, 0, ""},
		{"T6 G12 empty body", "POST", "ch1", "right", "", nil, nil, 400, 0, ""},
		{"T6 G12 array", "POST", "ch1", "right", `[]`, nil, nil, 400, 0, ""},
		{"T7 G13 oversized body", "POST", "ch1", "right", oversized, nil, nil, 413, 0, ""},
		{"T7 body just not oversized", "POST", "ch1", "right", full, nil, nil, 200, 0, ""},
		{"T8 no events", "POST", "ch1", "right", `{}`, nil, nil, 200, 0, ""},
		{"T8 G15 everything skipped", "POST", "ch1", "right", `{"skipped":true}`, nil, nil, 200, 0, ""},
		{"G14 deep nesting", "POST", "ch1", "right", strings.Repeat("[", 1<<20), nil, nil, 400, 0, ""},
		{"G14 invalid UTF-8", "POST", "ch1", "right", "\xff\xfe", nil, nil, 400, 0, ""},
		{"G19 one event skipped", "POST", "ch1", "right", `{"skipped":true,"events":[{"id":"1"},{"id":"2"}]}`, nil, nil, 200, 2, ""},
		{"T11 G20 queue down", "POST", "ch1", "right", hello, nil, down, 503, 0, "5"},
		{"T11 queue says when", "POST", "ch1", "right", hello, nil, busy, 503, 0, "2"},
		{"store down", "POST", "ch1", "right", hello, down, nil, 503, 0, "5"},
		{"T12 G17 disabled channel", "POST", "off", "right", hello, nil, nil, 200, 0, ""},
		{"T12 disabled channel, wrong secret", "POST", "off", "wrong", hello, nil, nil, 401, 0, ""},
		{"provider panics", "POST", "ch1", "right", `{"panic":true}`, nil, nil, 500, 0, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d, server := newServer(t)
			d.source.err, d.queue.err = tt.store, tt.queue
			header, body := call(t, server, tt.method, tt.id, tt.secret, strings.NewReader(tt.body), tt.status)
			if len(d.queue.jobs) != tt.queued {
				t.Errorf("%s %s queued %d events, want %d", tt.method, tt.id, len(d.queue.jobs), tt.queued)
			}
			if got := header.Get("Retry-After"); got != tt.retry {
				t.Errorf("Retry-After = %q, want %q", got, tt.retry)
			}
			if got, want := header.Get("Allow") == "POST", tt.status == 405; got != want {
				t.Errorf("Allow = %q at status %d", header.Get("Allow"), tt.status)
			}
			if (tt.status == 200) != (body == "") {
				t.Errorf("status %d has the body %q", tt.status, body)
			}
			if strings.Contains(d.log.String()+body, "right") || strings.Contains(body, "disk") {
				t.Errorf("the log %q or the answer %q show too much", d.log, body)
			}

			d.source.err, d.queue.err = nil, nil
			d.queue.jobs = nil
			call(t, server, "POST", "ch1", "right", strings.NewReader(hello), 200)
			if len(d.queue.jobs) != 1 {
				t.Errorf("the next good call queued %d events, want 1", len(d.queue.jobs))
			}
		})
	}
}

// call calls the server, wants a status, and gives the answer's header and body.
func call(t *testing.T, server *httptest.Server, method, id, secret string, body io.Reader, want int) (http.Header, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, server.URL+"/loopback/"+id, body)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set(secretHeader, secret)
	response, err := server.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	if response.StatusCode != want {
		t.Errorf("%s %s = %d %q, want %d", method, id, response.StatusCode, answer, want)
	}
	return response.Header, string(answer)
}

func TestJobs(t *testing.T) {
	d := newDoor(channel("ch1", "right"))
	body := `{"events":[
		{"id":"1","provider":"other","channel":"other","kind":"text","text":"a","chat":{"id":"-1001234567890123456"}},
		{"id":"4294967296","kind":"text","text":"b"}]}`
	if got := d.post(t, "ch1", "right", body); got != 200 {
		t.Fatalf("POST = %d, want 200", got)
	}
	var ids []string
	for _, job := range d.queue.jobs {
		ids = append(ids, job.ID)
	}
	want := []bot.Job{
		{
			Kind: bot.EventJob, AcceptedAt: noon, Channel: "ch1", Bot: "b1",
			Event: &bot.Event{
				ID: "1", Provider: "loopback", Channel: "ch1", Kind: bot.Text, ReceivedAt: noon, Text: "a",
				Chat: &bot.Chat{ID: "-1001234567890123456"},
			},
		},
		{
			Kind: bot.EventJob, AcceptedAt: noon, Channel: "ch1", Bot: "b1",
			Event: &bot.Event{
				ID: "4294967296", Provider: "loopback", Channel: "ch1", Kind: bot.Text, ReceivedAt: noon, Text: "b",
			},
		},
	}
	noID := cmp.FilterPath(func(p cmp.Path) bool { return p.String() == "ID" }, cmp.Ignore())
	if diff := cmp.Diff(want, d.queue.jobs, noID); diff != "" {
		t.Errorf("jobs, T10 (-want +got):\n%s", diff)
	}
	if ids[0] == "" || ids[0] == ids[1] {
		t.Errorf("job ids are %q, want two", ids)
	}
}

func TestLargeEventIsShrunk(t *testing.T) {
	d := newDoor(channel("ch1", "right"))
	raw := strings.Repeat("x", queue.MaxJobBytes)
	body := fmt.Sprintf(`{"events":[{"id":"1","kind":"text","text":"a","raw":%q}]}`, raw)
	if got := d.post(t, "ch1", "right", body); got != 200 {
		t.Fatalf("POST = %d, want 200", got)
	}
	if e := d.queue.jobs[0].Event; !e.Truncated || e.Raw != nil || e.Text != "a" {
		t.Errorf("queued %d bytes of raw, truncated %v, want none and true", len(e.Raw), e.Truncated)
	}
}

func TestLog(t *testing.T) {
	tests := []struct {
		name   string
		id     string
		secret string
		body   string
		want   string
	}{
		{"forged", "ch1", "wrong", hello, "level=WARN msg=\"call refused\" provider=loopback channel=ch1 kind=unauthorized"},
		{"configuration", "bare", "", hello, "level=ERROR msg=\"call refused\" provider=loopback channel=bare kind=unavailable"},
		{"guessed", "none", "", hello, "level=DEBUG"},
		{"skipped", "ch1", "right", `{"skipped":true}`, "entry 3 is odd"},
		{"panic", "ch1", "right", `{"panic":true}`, "panic=parse"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := newDoor(channel("ch1", "right"), channel("bare"))
			d.post(t, tt.id, tt.secret, tt.body)
			if got := d.log.String(); !strings.Contains(got, tt.want) || strings.Count(got, "\n") != 1 {
				t.Errorf("log = %q, want one line with %q", got, tt.want)
			}
			if strings.Contains(d.log.String(), "hello") {
				t.Errorf("log = %q shows the body", d.log)
			}
		})
	}
}

func TestWithoutContentLength(t *testing.T) {
	d, server := newServer(t)
	const endless = 1 << 40
	call(t, server, "POST", "ch1", "right", io.LimitReader(spaces{}, endless), 413)
	call(t, server, "POST", "ch1", "right", io.MultiReader(strings.NewReader(hello)), 200)
	if len(d.queue.jobs) != 1 {
		t.Errorf("%d events queued, want 1", len(d.queue.jobs))
	}
}

// spaces is white space without end.
type spaces struct{}

func (spaces) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

func TestWrongContentLength(t *testing.T) {
	tests := []struct {
		name   string
		length int
		want   string
	}{
		{"too short", len(hello) - 1, "HTTP/1.1 400"},
		{"too long, then gone", len(hello) + 1, "HTTP/1.1 400"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d, server := newServer(t)
			conn, err := net.Dial("tcp", server.Listener.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			fmt.Fprintf(conn, "POST /loopback/ch1 HTTP/1.1\r\nHost: x\r\n%s: right\r\nContent-Length: %d\r\n\r\n%s",
				secretHeader, tt.length, hello)
			if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
				t.Fatal(err)
			}
			got, err := bufio.NewReader(conn).ReadString('\n')
			if err != nil || !strings.HasPrefix(got, tt.want) || len(d.queue.jobs) != 0 {
				t.Errorf("answer %q, %v, %d events queued, want %s and none", got, err, len(d.queue.jobs), tt.want)
			}
		})
	}
}

func TestSameCallAtOnce(t *testing.T) {
	d, server := newServer(t)
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() { call(t, server, "POST", "ch1", "right", strings.NewReader(hello), 200) })
	}
	all.Wait()
	keys := map[string]bool{}
	for _, job := range d.queue.jobs {
		keys[job.DedupeKey()] = true
	}
	if len(keys) != 1 {
		t.Errorf("T9 G18: copies of one call have %d dedupe keys, want 1", len(keys))
	}
}
