package engine_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"hookline/shared/bot"
	"hookline/shared/engine"
	"hookline/shared/provider"
	"hookline/shared/queue"
	"hookline/shared/secret"
	"hookline/shared/sqlitefile"
	"hookline/shared/store"
	"hookline/shared/store/sqlitetable"
)

// network is a chat network that takes what it is sent, unless the test says otherwise.
type network struct {
	mutex sync.Mutex
	// answer is asked for each part; nil lets all through.
	answer func(p bot.Part) error
	// limits and options are what the network says of itself; movedTo is where it says that every chat is.
	limits  provider.Limits
	options []provider.Option
	movedTo string
	sent    []string
	// replies are those that Send was called with, calls how often it was.
	replies []bot.Reply
	acked   []string
}

func (n *network) Describe() provider.Description {
	return provider.Description{Name: "fake", Limits: n.limits, Options: n.options}
}

func (n *network) Verify(bot.Channel, http.Header, []byte) error { return nil }

func (n *network) Parse(bot.Channel, []byte) ([]bot.Event, error) {
	return nil, errors.New("the engine has nothing to parse")
}

// Split cuts at '|', so that a test can ask for several parts.
func (n *network) Split(p bot.Part) []bot.Part {
	var parts []bot.Part
	if p.Media != nil || p.Location != nil || p.Sign != "" || p.Text == "" && len(p.Options) > 0 {
		return []bot.Part{p}
	}
	for text := range strings.SplitSeq(p.Text, "|") {
		if text != "" {
			p.Text = text
			parts = append(parts, p)
		}
	}
	return parts
}

func (n *network) Send(_ context.Context, _ bot.Channel, r bot.Reply) (provider.Receipt, error) {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	receipt := provider.Receipt{Sent: r.Sent, MovedTo: n.movedTo}
	n.replies = append(n.replies, r)
	for _, p := range r.Parts[r.Sent:] {
		if n.answer != nil {
			err := n.answer(p)
			if bot.ReasonOf(err) == bot.ReasonUnknown {
				n.sent = append(n.sent, r.Chat+": "+p.Text)
			}
			if err != nil {
				return receipt, err
			}
		}
		n.sent = append(n.sent, r.Chat+": "+p.Text)
		receipt.Sent++
	}
	return receipt, nil
}

func (n *network) Acknowledge(_ context.Context, _ bot.Channel, e bot.Event) error {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	n.acked = append(n.acked, e.AckID)
	return nil
}

func (n *network) said() string {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	return strings.Join(n.sent, "\n")
}

// faultyTable is a table whose calls a test can make fail, or come too late.
type faultyTable struct {
	store.Table
	beforeGet   func() error
	beforeQuery func()
	beforePut   func(item store.Item) error
	afterPut    func(item store.Item) error

	beforeTransact func(ops []store.Op) error
	// beforeAccount is asked before an account is read.
	beforeAccount func() error
}

func (f *faultyTable) Get(ctx context.Context, key store.Key) (store.Item, error) {
	if f.beforeAccount != nil && key.PK == "ACCOUNTS" {
		if err := f.beforeAccount(); err != nil {
			return store.Item{}, err
		}
	}
	return f.Table.Get(ctx, key)
}

func (f *faultyTable) Transact(ctx context.Context, ops ...store.Op) error {
	if f.beforeTransact != nil {
		if err := f.beforeTransact(ops); err != nil {
			return err
		}
	}
	return f.Table.Transact(ctx, ops...)
}

func (f *faultyTable) Query(ctx context.Context, q store.Query) ([]store.Item, error) {
	if f.beforeQuery != nil {
		f.beforeQuery()
	}
	return f.Table.Query(ctx, q)
}

func (f *faultyTable) BatchGet(ctx context.Context, keys ...store.Key) ([]store.Item, error) {
	if f.beforeGet != nil {
		if err := f.beforeGet(); err != nil {
			return nil, err
		}
	}
	return f.Table.BatchGet(ctx, keys...)
}

func (f *faultyTable) Put(ctx context.Context, item store.Item, cond store.Condition) (int64, error) {
	if f.beforePut != nil {
		if err := f.beforePut(item); err != nil {
			return 0, err
		}
	}
	version, err := f.Table.Put(ctx, item, cond)
	if err == nil && f.afterPut != nil {
		err = f.afterPut(item)
	}
	return version, err
}

var quiet = slog.New(slog.DiscardHandler)

// world is an engine on a real table with a fake network, and a clock.
type world struct {
	t       testing.TB
	at      time.Time
	network *network
	table   *faultyTable
	store   *store.Store
	engine  *engine.Engine
	head    bot.Head
	channel string
	events  int
	hooks   []bot.Hook // those of the bot
	// disabled is what the bot file says of its channel.
	disabled bool
	notices  *notices
}

func newWorld(t testing.TB, handlers ...bot.Handler) *world {
	t.Helper()
	w := &world{t: t, at: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC), network: &network{}}
	file, err := sqlitefile.Open(filepath.Join(t.TempDir(), "hookline.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { file.Close() })
	table, err := sqlitetable.New(file, w.now)
	if err != nil {
		t.Fatal(err)
	}
	keys, err := secret.New([]byte(strings.Repeat("k", 32)))
	if err != nil {
		t.Fatal(err)
	}
	w.table, w.notices = &faultyTable{Table: table}, &notices{now: w.now}
	w.store = store.New(w.table, keys, w.now)
	w.start()
	w.publish(handlers...)
	return w
}

func (w *world) now() time.Time { return w.at }

// start makes a new engine, as after a crash: all it knew but the store is gone.
func (w *world) start() {
	w.engine = engine.New(w.store, provider.NewSet(w.network), quiet, w.now)
	w.engine.Conversations, w.engine.Notifications = &tray{}, w.notices
}

func (w *world) publish(handlers ...bot.Handler) {
	w.t.Helper()
	w.publishDefinition(bot.Definition{Handlers: handlers, Hooks: w.hooks})
}

// publishDefinition publishes a bot on the fake network.
func (w *world) publishDefinition(def bot.Definition) {
	w.t.Helper()
	def.Bot, def.Env = "pizza", map[string]string{"SHOP": "the shop"}
	def.Channels = map[string]bot.ChannelSpec{"fake": {Provider: "fake", Disabled: w.disabled}}
	p, err := w.store.Publish(w.t.Context(), "main", def)
	if err != nil {
		w.t.Fatal(err)
	}
	w.head, w.channel = p.Head, p.Head.Channels["fake"]
}

// said makes the job for a text of user 7 in chat 1.
func (w *world) said(text string) bot.Job {
	w.events++
	return w.job(bot.Event{ID: fmt.Sprint(w.events), Kind: bot.Text, Text: text})
}

func (w *world) job(e bot.Event) bot.Job {
	e.Provider, e.Channel = "fake", w.channel
	if e.Chat == nil {
		e.Chat = &bot.Chat{ID: "1"}
	}
	e.From = &bot.Person{ID: "7", FirstName: "Ada"}
	e.MessageID = "m" + e.ID
	return bot.NewEventJob(bot.Channel{ID: w.channel, Bot: w.head.ID}, e, w.at)
}

func (w *world) handle(job bot.Job) queue.Result {
	return w.engine.Handle(w.t.Context(), job)
}

// drain tries a job until it is acknowledged, the clock going on by what it is handed back for.
func (w *world) drain(job bot.Job) (tries int) {
	for tries = 1; ; tries++ {
		result := w.handle(job)
		if !result.HandBack {
			return tries
		}
		w.at = w.at.Add(result.After)
	}
}

func (w *world) conversation() bot.Conversation {
	w.t.Helper()
	c, err := w.store.Conversation(w.t.Context(), bot.ConversationKey{Channel: w.channel, Chat: "1", User: "7"})
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

func (w *world) letters() []bot.DeadLetter {
	w.t.Helper()
	letters, err := w.store.DeadLetters(w.t.Context(), w.head.ID, "", 0)
	if err != nil {
		w.t.Fatal(err)
	}
	return letters
}

// turn gives the record of a job's turn.
func (w *world) turn(job bot.Job) bot.Turn {
	w.t.Helper()
	w.engine.Flush(w.t.Context())
	for turn, err := range w.store.Turns(w.t.Context(), store.TurnQuery{Bot: w.head.ID}) {
		if err != nil {
			w.t.Fatal(err)
		}
		if turn.ID == job.ID {
			return turn
		}
	}
	w.t.Fatalf("no turn of job %s", job.ID)
	return bot.Turn{}
}

func says(name, pattern, text, target string, sources ...string) bot.Handler {
	h := bot.Handler{Name: name, Pattern: pattern, TargetState: target, SourceStates: sources}
	if text != "" {
		h.Response = &bot.Response{Message: bot.Message{Text: text}}
	}
	return h
}

func unavailable() error { return bot.Errorf(bot.Unavailable, "the network is down") }
