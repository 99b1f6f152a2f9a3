package engine

import (
	"context"
	"time"

	"hookline/shared/bot"
	"hookline/shared/queue"
	"hookline/shared/store"
)

// pageSize is how many deliveries of a call one job queues: few enough that a network's rate is kept evenly.
const pageSize = 100

// ledger keeps the tries of a job that has no conversation to keep them.
type ledger interface {
	failing() *bot.Failing
	// keep writes down how often the job was tried, and how far it came.
	keep(ctx context.Context, failing bot.Failing) error
	// bury puts the job's dead letter, and says in the ledger that it is buried.
	bury(ctx context.Context, letter bot.DeadLetter) error
}

// callLedger is that of a page job: the call itself.
type callLedger struct {
	store *store.Store
	call  bot.Call
}

func (l *callLedger) failing() *bot.Failing { return l.call.Failing }

func (l *callLedger) keep(ctx context.Context, failing bot.Failing) (err error) {
	l.call.Failing = &failing
	l.call.Version, err = l.store.SaveCall(ctx, l.call)
	return err
}

func (l *callLedger) bury(ctx context.Context, letter bot.DeadLetter) error {
	return l.store.Bury(ctx, letter, bot.ConversationKey{}, bot.Conversation{})
}

// handlePage queues the next deliveries of a call, and then the job for the page after them.
func (e *Engine) handlePage(ctx context.Context, t *turn) queue.Result {
	if wait := t.job.Call.NotBefore.Sub(e.now()); wait > 0 {
		return queue.HandBack(wait)
	}
	call, err := e.store.Call(ctx, t.job.Call.Call)
	if bot.KindOf(err) == bot.NotFound {
		e.log.Warn("a call to a hook is no longer kept: its deliveries end", "job", t.job.ID, "call", t.job.Call.Call)
		return e.settle(ctx, t)
	}
	if err != nil {
		return e.fail(ctx, t, err)
	}
	l := &callLedger{e.store, call}
	t.ledger = l
	// Whoever died after the page was noted, and before the next one was queued, left this to be done only.
	if !call.Paged && call.Cursor == t.job.Call.After {
		if err := e.page(ctx, &l.call); err != nil {
			return e.fail(ctx, t, err)
		}
	}
	if !l.call.Paged {
		if err := e.Notifications.Send(ctx, bot.NewPageJob(l.call, e.now())); err != nil {
			return e.fail(ctx, t, err)
		}
	}
	return e.settle(ctx, t)
}

// page queues the deliveries to the recipients behind the call's cursor and moves it. Deliveries that were queued before
// find in the table that they are done.
func (e *Engine) page(ctx context.Context, call *bot.Call) error {
	recipients, err := e.store.Recipients(ctx, call.Hook, call.Cursor, pageSize)
	if err != nil {
		return err
	}
	var jobs []bot.Job
	queued := map[string]int{} // by channel
	for _, r := range recipients {
		if !r.Left {
			jobs = append(jobs, bot.NewDeliveryJob(*call, r.Channel, r.Address, e.now()))
			queued[r.Channel]++
		}
	}
	pace, err := e.pace(ctx, queued)
	if err != nil {
		return err
	}
	if err := e.Notifications.Send(ctx, jobs...); err != nil {
		return err
	}
	next := *call
	if next.Paged = len(recipients) < pageSize; len(recipients) > 0 {
		next.Cursor = recipients[len(recipients)-1].ID()
	}
	next.Queued += len(jobs)
	next.NextPage = e.now().Add(pace).UTC()
	next.Failing = nil
	if next.Version, err = e.store.SaveCall(ctx, next); err != nil {
		return err
	}
	*call = next
	return nil
}

// pace is how long the slowest channel takes to send so many messages.
func (e *Engine) pace(ctx context.Context, queued map[string]int) (longest time.Duration, err error) {
	for id, n := range queued {
		ch, err := e.store.Channel(ctx, id)
		if bot.KindOf(err) == bot.NotFound {
			continue
		}
		if err != nil {
			return 0, err
		}
		if network := e.providers[ch.Provider]; network != nil && network.Describe().Limits.Rate > 0 {
			longest = max(longest, time.Duration(n)*time.Second/time.Duration(network.Describe().Limits.Rate))
		}
	}
	return longest, nil
}
