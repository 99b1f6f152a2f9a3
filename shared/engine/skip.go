package engine

import (
	"hookline/shared/bot"
	"hookline/shared/queue"
)

// errDisabled is why jobs end that were queued before their channel was disabled.
var errDisabled = bot.Errorf(bot.Conflict, "the channel is disabled")

// skip ends a job whose channel is disabled: it is neither tried again nor buried, and what was committed of its replies
// stays unsent. The dead letter that a job was redriven from stays listed: it can be redriven once the channel is enabled.
func (e *Engine) skip(t *turn) queue.Result {
	if outbox := t.scene.Conversation.Outbox; outbox != nil && outbox.Job == t.job.ID {
		t.outbox, t.decision = outbox, outbox.Decision
	}
	t.outcome = bot.Skipped
	e.record(t, errDisabled)
	return queue.Done()
}
