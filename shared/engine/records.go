package engine

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"hookline/shared/bot"
)

const (
	// recordEvery is how often records of turns are written where no batch ends.
	recordEvery = 100 * time.Millisecond
	// maxRecords bounds the records that wait to be written while the store is slow.
	maxRecords = 10_000
)

// records holds the records of turns until they are written together. A lost record is a lost record, not a failed turn.
type records struct {
	write func(ctx context.Context, turns ...bot.Turn) error
	log   *slog.Logger

	mutex   sync.Mutex
	waiting map[string]bot.Turn
	lost    int
}

// add keeps a record to be written; the last one of a job is the one that tells its end.
func (r *records) add(t bot.Turn) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if r.waiting == nil {
		r.waiting = map[string]bot.Turn{}
	}
	if len(r.waiting) >= maxRecords {
		r.lost++
		return
	}
	r.waiting[t.ID] = t
}

func (r *records) take() (turns []bot.Turn, lost int) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	turns = slices.Collect(maps.Values(r.waiting))
	lost = r.lost
	clear(r.waiting)
	r.lost = 0
	return turns, lost
}

// Flush writes the records of the turns handled so far. Lambda calls it at the end of a batch.
func (e *Engine) Flush(ctx context.Context) {
	turns, lost := e.records.take()
	if lost > 0 {
		e.log.Warn("records of turns were lost: the store was too slow", "turns", lost)
	}
	if len(turns) == 0 {
		return
	}
	if err := e.records.write(ctx, turns...); err != nil {
		e.log.Warn("records of turns were lost", "turns", len(turns), "error", err)
	}
}

// Run writes records of turns until ctx ends, then those that are left. One machine runs it beside its queue.
func (e *Engine) Run(ctx context.Context) {
	tick := time.NewTicker(recordEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			e.Flush(ctx)
		case <-ctx.Done():
			e.Flush(context.WithoutCancel(ctx))
			return
		}
	}
}
