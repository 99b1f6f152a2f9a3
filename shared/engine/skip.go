package engine

import (
	"context"

	"hookline/shared/bot"
	"hookline/shared/queue"
)

// Why jobs end that were queued before their channel or hook was disabled.
var (
	errDisabled     = bot.Errorf(bot.Conflict, "the channel is disabled")
	errHookDisabled = bot.Errorf(bot.Conflict, "the hook is disabled")
)

// skip ends a job whose channel or hook is disabled, and says why: it is neither tried again nor buried, and what was committed of its replies
// stays unsent. The dead letter that a job was redriven from stays listed: it can be mended, and redriven once both
// are enabled.
func (e *Engine) skip(ctx context.Context, t *turn, why error) queue.Result {
	if outbox := t.scene.Conversation.Outbox; outbox != nil && outbox.Job == t.job.ID {
		t.outbox, t.decision = outbox, outbox.Decision
	}
	t.outcome = bot.Skipped
	e.record(t, why)
	return e.leave(ctx, t)
}

// leave acknowledges a job, and leaves the dead letter that it was redriven from as one whose job is not on the way.
func (e *Engine) leave(ctx context.Context, t *turn) queue.Result {
	if t.job.Redrive != nil {
		if err := e.store.LeaveDeadLetter(ctx, t.job.Bot, *t.job.Redrive); err != nil && bot.KindOf(err) != bot.NotFound {
			e.log.Warn("a dead letter goes on saying that its job is on the way", "letter", t.job.Redrive.Letter, "error", err)
		}
	}
	return queue.Done()
}
