package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"hookline/shared/bot"
	"hookline/shared/engine"
	"hookline/shared/provider"
	"hookline/shared/provider/telegram"
	"hookline/shared/queue"
	"hookline/shared/queue/sqlitequeue"
	"hookline/shared/secret"
	"hookline/shared/sqlitefile"
	"hookline/shared/store"
	"hookline/shared/store/sqlitetable"
	"hookline/shared/webhook"
)

const (
	benchCallers  = 256
	benchChats    = 1_000
	benchCalls    = 20_000
	benchMessages = 10_000
	benchWaiting  = 1_000_000
)

// TestBench measures the whole program on real HTTP and a real file, beside a bare loop that makes the same HTTP calls and
// as many fsynced group commits and does nothing else. Run it by `make bench`, on a machine that does nothing else.
func TestBench(t *testing.T) {
	if os.Getenv("HOOKLINE_BENCH") == "" {
		t.Skip("make bench runs it")
	}
	bare := newBareLoop(t)
	accepted := post(t, bare.url("/accept"), benchCalls)
	whole := bare.telegram.converse(t, bare.url("/whole"), benchMessages)
	report("bare loop: accepted calls", accepted, nil)
	report("bare loop: whole messages", whole, nil)

	rig := newRig(t)
	acceptedHere := post(t, rig.url, benchCalls)
	report("accepted calls", acceptedHere, &accepted)
	rig.drain(t)
	report("whole messages", rig.whole(t, benchMessages), &whole)

	rig.wait(t, benchWaiting)
	report(fmt.Sprintf("accepted calls, %d jobs waiting", benchWaiting), post(t, rig.url, benchCalls), &accepted)
	report(fmt.Sprintf("jobs handled, %d waiting", benchWaiting), rig.drainFor(t, 10*time.Second), &whole)
}

// measure is how many of something were done in a time, and how long each took.
type measure struct {
	n     int
	took  time.Duration
	times []time.Duration
}

func (m measure) rate() float64 { return float64(m.n) / m.took.Seconds() }

func report(what string, m measure, bare *measure) {
	line := fmt.Sprintf("%-42s %7.0f/s", what, m.rate())
	if len(m.times) > 0 {
		slices.Sort(m.times)
		at := func(p float64) time.Duration {
			return m.times[int(p*float64(len(m.times)-1))].Round(10 * time.Microsecond)
		}
		line += fmt.Sprintf("  p50 %-8v p99 %-8v", at(0.50), at(0.99))
	}
	if bare != nil {
		line += fmt.Sprintf("  %.2f of the bare loop", m.rate()/bare.rate())
	}
	fmt.Println(line)
}

var updates atomic.Int64

// update is what Telegram would post: a text of the user of a chat.
func update(chat int) (id int64, body []byte) {
	id = updates.Add(1)
	return id, fmt.Appendf(nil, `{"update_id":%d,
"message":{"message_id":%d,"from":{"id":%d,"is_bot":false,"first_name":"Ada","username":"ada","language_code":"en"},"chat":{"id":%d,"first_name":"Ada","username":"ada","type":"private"},"date":1770000000,"text":"Diavola %d"}}`,
		id, id, chat, chat, id)
}

// caller posts bodies over connections that are kept.
var caller = &http.Client{Transport: &http.Transport{MaxIdleConns: 4 * benchCallers, MaxIdleConnsPerHost: 4 * benchCallers}}

const benchSecretHeader = "X-Telegram-Bot-Api-Secret-Token"

func call(url string, body []byte) error {
	address, token, _ := strings.Cut(url, "?")
	req, err := http.NewRequest(http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set(benchSecretHeader, token)
	res, err := caller.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, res.Body)
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answered %s", address, res.Status)
	}
	return nil
}

// post makes n calls from benchCallers callers and times each.
func post(t *testing.T, url string, n int) measure {
	t.Helper()
	var next atomic.Int64
	times := make([]time.Duration, n)
	started := time.Now()
	var callers sync.WaitGroup
	for range benchCallers {
		callers.Go(func() {
			for i := next.Add(1) - 1; i < int64(n); i = next.Add(1) - 1 {
				_, body := update(int(i)%benchChats + 1)
				begun := time.Now()
				if err := call(url, body); err != nil {
					t.Error(err)
					return
				}
				times[i] = time.Since(begun)
			}
		})
	}
	callers.Wait()
	return measure{n, time.Since(started), times}
}

// rig is the program's parts wired as serve wires them, its consumer switched on only when it is wanted.
type rig struct {
	url      string
	queue    *sqlitequeue.Queue
	engine   *engine.Engine
	channel  bot.Channel
	telegram *sink
}

func newRig(t *testing.T) *rig {
	t.Helper()
	file := must(sqlitefile.Open(filepath.Join(t.TempDir(), "hookline.db")))(t)
	t.Cleanup(func() { file.Close() })
	table := must(sqlitetable.New(file, time.Now))(t)
	keys := must(secret.New(bytes.Repeat([]byte("k"), secret.KeyBytes)))(t)
	r := &rig{telegram: newSink(t)}
	r.queue = must(sqlitequeue.New(file, queue.Conversations, time.Now))(t)
	network := telegram.New(&http.Client{Transport: transport()}, r.telegram.url)
	st := store.New(table, keys, time.Now)
	quiet := slog.New(slog.NewTextHandler(io.Discard, nil))
	r.engine = engine.New(st, provider.NewSet(network), quiet, time.Now)
	published := must(st.Publish(t.Context(), account, bot.Definition{
		Bot: "pizza",
		Handlers: []bot.Handler{{
			Name: "chosen", Pattern: `^(?P<pizza>\w+) (?P<n>\d+)$`, TargetState: "chosen",
			Response: &bot.Response{Message: bot.Message{Text: "{{ pattern.n }} {{ pattern.pizza }} for {{ event.from.first_name }}"}},
		}},
		Channels: map[string]bot.ChannelSpec{"telegram": {
			Provider: "telegram", Credentials: map[string][]bot.Credential{"token": {{Value: "1:abcdefghijklmnopqrstuvwxyzABCDEFGH"}}},
		}},
	}))(t)
	r.channel = published.Channels[0]
	door := webhook.New(network, st, r.queue)
	door.Log = quiet
	mux := http.NewServeMux()
	mux.Handle(door.Pattern(), door)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	r.url = server.URL + "/telegram/" + r.channel.ID + "?" + r.channel.WebhookSecrets[0].Reveal()
	return r
}

func must[T any](value T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

// consume runs the consumer until stop is called.
func (r *rig) consume(t *testing.T) (stop func()) {
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { r.engine.Run(ctx) })
	running.Go(func() {
		if err := r.queue.Consume(ctx, workers, r.engine.Handle); err != nil {
			t.Error(err)
		}
	})
	return func() {
		cancel()
		running.Wait()
	}
}

func (r *rig) drain(t *testing.T) {
	defer r.consume(t)()
	r.until(t, func(waiting int) bool { return waiting == 0 })
}

func (r *rig) until(t *testing.T, reached func(waiting int) bool) {
	for {
		waiting, _, err := r.queue.Waiting(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if reached(waiting) {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// whole measures messages from the call to the reply's arrival, the consumer running.
func (r *rig) whole(t *testing.T, n int) measure {
	defer r.consume(t)()
	return r.telegram.converse(t, r.url, n)
}

// wait fills the queue with n jobs that nobody takes yet.
func (r *rig) wait(t *testing.T, n int) {
	t.Helper()
	const batch = 500
	var next atomic.Int64
	var senders sync.WaitGroup
	for range 16 {
		senders.Go(func() {
			for next.Add(1) <= int64(n/batch) {
				jobs := make([]bot.Job, batch)
				for i := range jobs {
					id := updates.Add(1)
					chat := fmt.Sprint(id%100_000 + benchChats)
					jobs[i] = bot.NewEventJob(r.channel, bot.Event{
						ID: fmt.Sprint(id), Provider: "telegram", Channel: r.channel.ID, Kind: bot.Text, Text: fmt.Sprint("Diavola ", id),
						Chat: &bot.Chat{ID: chat}, From: &bot.Person{ID: chat, FirstName: "Ada"},
					}, time.Now())
				}
				if err := r.queue.Send(t.Context(), jobs...); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	senders.Wait()
}

// drainFor measures how many of the waiting jobs are handled in a time.
func (r *rig) drainFor(t *testing.T, d time.Duration) measure {
	before, started := r.telegram.arrived.Load(), time.Now()
	stop := r.consume(t)
	time.Sleep(d)
	stop()
	return measure{n: int(r.telegram.arrived.Load() - before), took: time.Since(started)}
}
