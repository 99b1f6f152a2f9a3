package engine

import (
	"context"

	"hookline/shared/bot"
	"hookline/shared/queue"
)

// handleReply sends what a dead letter still holds. The letter notes how far it came and goes when all is sent.
func (e *Engine) handleReply(ctx context.Context, t *turn) queue.Result {
	letter, err := e.store.DeadLetter(ctx, t.job.Bot, t.job.Redrive.Letter)
	if bot.KindOf(err) == bot.NotFound {
		return queue.Done()
	}
	if err != nil {
		return queue.HandBack(unreadDelay)
	}
	t.letter, t.decision = &letter, letter.Decision
	if err := e.readChannel(ctx, t); err != nil {
		return e.fail(ctx, t, err)
	}
	if t.scene.Channel.Disabled {
		return e.skip(ctx, t, errDisabled)
	}
	return e.deliver(ctx, t)
}

// readChannel reads what a reply job needs: who sends, through which network.
func (e *Engine) readChannel(ctx context.Context, t *turn) error {
	ch, err := e.store.Channel(ctx, t.job.Channel)
	if err != nil {
		return err
	}
	t.scene.Channel = ch
	if t.provider = e.providers[ch.Provider]; t.provider == nil {
		return bot.Errorf(bot.Unsupported, "this program does not speak with "+ch.Provider)
	}
	return nil
}
