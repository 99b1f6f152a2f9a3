// Package engine says what happens to a job: it reads where the conversation stands, matches a handler, renders its
// reply, commits both in one write, sends, and hands back or buries what cannot be finished. It keeps no state of its own
// but compiled bots and turn records on their way to the store.
package engine

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"
	_ "time/tzdata" // for {% now %}: the machines of Lambda have no zones of their own

	"hookline/shared/bot"
	"hookline/shared/metrics"
	"hookline/shared/provider"
	"hookline/shared/queue"
	"hookline/shared/store"
)

const (
	// lostRaces is how often a turn starts again because somebody else moved the conversation meanwhile.
	lostRaces = 5
	// SendTime is how long one part may take to send; a part is started only if sendReserve remains.
	SendTime    = 8 * time.Second
	sendReserve = SendTime + time.Second
	// unreadDelay is how long a job is handed back when the store cannot even tell its conversation.
	unreadDelay = 5 * time.Second
)

// Engine handles jobs. It is safe for concurrent use; jobs of one group must come one after another, as queues give them.
type Engine struct {
	Metrics *metrics.Set // may be nil
	// Requests makes the requests of handlers.
	Requests Fetcher
	// Conversations takes the events of chats that have another id now.
	Conversations queue.Sender
	// Notifications takes the deliveries of calls to hooks.
	Notifications queue.Sender
	Limits        Limits

	store     *store.Store
	providers provider.Set
	log       *slog.Logger
	now       func() time.Time
	bots      library
	records   records
	sends     buckets // by channel
	requests  buckets // by bot
	accounts  accountLimits
}

// New makes an Engine.
func New(st *store.Store, providers provider.Set, log *slog.Logger, now func() time.Time) *Engine {
	e := &Engine{store: st, providers: providers, log: log, now: now}
	e.bots = library{load: st.Definition, limit: libraryBytes}
	e.accounts.read = st.AccountLimits
	e.records = records{write: st.PutTurns, log: log}
	return e
}

// Handle tries a job and says what becomes of it. It is a queue.Handler: a job it acknowledges has been answered, was
// answered before, or lies buried in the store.
func (e *Engine) Handle(ctx context.Context, job bot.Job) (result queue.Result) {
	t := e.newTurn(job)
	defer func() {
		if cause := recover(); cause != nil {
			e.log.Error("a job panicked", "job", job.ID, "panic", cause, "stack", string(debug.Stack()))
			result = e.fail(ctx, t, bot.Errorf(bot.Internal, fmt.Sprintf("internal error: %v", cause)))
		}
	}()
	switch {
	case job.Kind == bot.EventJob && job.Event != nil:
		return e.handleEvent(ctx, t)
	case job.Kind == bot.ReplyJob && job.Redrive != nil:
		return e.handleReply(ctx, t)
	case job.Kind == bot.PageJob && job.Call != nil:
		return e.handlePage(ctx, t)
	case job.Kind == bot.DeliveryJob && job.Call != nil:
		return e.handleDelivery(ctx, t)
	}
	return e.fail(ctx, t, bot.Errorf(bot.Invalid, fmt.Sprintf("a job of unknown kind %q", job.Kind)))
}

// handleEvent is one turn: read, decide, commit, again if somebody else was quicker; then send.
func (e *Engine) handleEvent(ctx context.Context, t *turn) queue.Result {
	if move := t.job.Event.Moved; move != nil {
		if err := e.moveChat(ctx, t.job.Channel, *move); err != nil {
			return e.fail(ctx, t, err)
		}
	}
	var err error
	for range lostRaces {
		if err = e.read(ctx, t); t.orphaned(err) {
			e.Metrics.Count(metrics.Skipped, t.job.Event.Provider, 1)
			e.log.Warn("an event of a bot that has been deleted is dropped", "job", t.job.ID, "bot", t.job.Bot)
			return queue.Done()
		}
		if err != nil {
			return e.fail(ctx, t, err)
		}
		if t.scene.Channel.Disabled {
			return e.skip(ctx, t, errDisabled)
		}
		if to := t.scene.Conversation.MovedTo; to != "" {
			return e.forward(ctx, t, to)
		}
		if t.scene.Conversation.Seen.Has(t.job.Event.ID, e.now()) {
			return e.resume(ctx, t)
		}
		if err = e.decide(ctx, t); err != nil {
			return e.fail(ctx, t, err)
		}
		if err = e.subscribe(ctx, t); err != nil {
			return e.fail(ctx, t, err)
		}
		if err = e.commit(ctx, t); bot.KindOf(err) != bot.Conflict {
			break
		}
	}
	if err != nil {
		return e.fail(ctx, t, err)
	}
	e.noteReach(ctx, t)
	e.acknowledge(ctx, t)
	return e.deliver(ctx, t)
}

// orphaned tells that a turn could not be read because its bot is being deleted, or gone. It leaves no dead letter and no
// record: nobody could see them, and none is left to delete them.
func (t *turn) orphaned(err error) bool {
	head := t.scene.Head
	return bot.KindOf(err) == bot.NotFound && (head.ID == "" || !head.DeletedAt.IsZero())
}

func (e *Engine) read(ctx context.Context, t *turn) error {
	defer t.clock("read")()
	scene, err := e.store.Scene(ctx, t.job)
	t.known = err == nil
	t.scene = scene
	if err != nil {
		return err
	}
	t.provider = e.providers[scene.Channel.Provider]
	if t.provider == nil {
		return bot.Errorf(bot.Unsupported, "this program does not speak with "+scene.Channel.Provider)
	}
	if scene.Payload != "" {
		event := *t.job.Event
		event.Payload = scene.Payload
		t.job.Event = &event
	}
	return nil
}

// resume goes on with an event that has moved its conversation already. Only the job that committed the replies sends
// them: for any other job of the same event they have been sent, or buried, by that one.
func (e *Engine) resume(ctx context.Context, t *turn) queue.Result {
	outbox := t.scene.Conversation.Outbox
	if outbox == nil || outbox.Job != t.job.ID {
		e.Metrics.Count(metrics.Duplicates, t.job.Event.Provider, 1)
		e.log.Info("duplicate", "channel", t.job.Channel, "event", t.job.Event.ID)
		if e.buriedUnsent(ctx, t) {
			return e.leave(ctx, t)
		}
		return e.settle(ctx, t)
	}
	t.outbox = outbox
	t.decision = outbox.Decision
	e.acknowledge(ctx, t)
	return e.deliver(ctx, t)
}

// buriedUnsent tells whether the job's dead letter holds what another redrive of it has committed and could not send: such
// a letter has not done its duty.
func (e *Engine) buriedUnsent(ctx context.Context, t *turn) bool {
	if t.job.Redrive == nil {
		return false
	}
	letter, err := e.store.DeadLetter(ctx, t.job.Bot, t.job.Redrive.Letter)
	return err == nil && len(letter.Unsent) > 0 || err != nil && bot.KindOf(err) != bot.NotFound
}

// deliver sends the turn's replies, records the turn and acknowledges its job.
func (e *Engine) deliver(ctx context.Context, t *turn) queue.Result {
	if err := e.send(ctx, t, t.replies()); err != nil {
		return e.fail(ctx, t, err)
	}
	e.followMoves(ctx, t)
	t.outcome = bot.Silent
	if len(t.replies()) > 0 {
		t.outcome = bot.Replied
	}
	e.record(t, nil)
	return e.settle(ctx, t)
}

// settle acknowledges the job; the dead letter it was redriven from has done its duty.
func (e *Engine) settle(ctx context.Context, t *turn) queue.Result {
	if t.job.Redrive != nil {
		if err := e.store.DropDeadLetter(ctx, t.job.Bot, t.job.Redrive.Letter); err != nil {
			e.log.Warn("a redriven dead letter stays listed", "letter", t.job.Redrive.Letter, "error", err)
		}
	}
	return queue.Done()
}

// acknowledge tells the network that an event has come, where it wants to know. The user would at worst wait for it in
// vain, so it holds nothing up: what goes wrong is noted in the log.
func (e *Engine) acknowledge(ctx context.Context, t *turn) {
	network, ok := t.provider.(provider.Acknowledger)
	if !ok || t.acknowledged || t.job.Event.AckID == "" || left(ctx) < sendReserve {
		return
	}
	t.acknowledged = true
	ctx, cancel := context.WithTimeout(ctx, SendTime)
	defer cancel()
	if err := network.Acknowledge(ctx, t.scene.Channel, *t.job.Event); err != nil {
		e.log.Warn("an event was not acknowledged to its network", "channel", t.job.Channel, "event", t.job.Event.ID, "error", err)
	}
}

// left is how much time a job has; a context without a deadline leaves enough.
func left(ctx context.Context) time.Duration {
	deadline, ok := ctx.Deadline()
	if !ok {
		return queue.JobTime
	}
	return time.Until(deadline)
}
