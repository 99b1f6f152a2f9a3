package engine

import (
	"context"

	"hookline/shared/bot"
	"hookline/shared/queue"
)

// moveChat takes the conversations of a chat along to its new id. What it has done when time runs out stays done.
func (e *Engine) moveChat(ctx context.Context, channel string, move bot.Move) error {
	for after := ""; ; {
		if left(ctx) < sendReserve {
			return errOutOfTime
		}
		next, err := e.store.MoveChat(ctx, channel, move, after)
		if err != nil || next == "" {
			return err
		}
		after = next
	}
}

// forward puts an event that came late, under the old id of its chat, behind those that came under the new one.
func (e *Engine) forward(ctx context.Context, t *turn, to string) queue.Result {
	job, event, chat := t.job, *t.job.Event, *t.job.Event.Chat
	chat.ID = to
	event.Chat, job.Event = &chat, &event
	if err := e.Conversations.Send(ctx, job); err != nil {
		e.log.Warn("an event of a chat that has moved is handed back", "job", job.ID, "error", err)
		return queue.HandBack(unreadDelay)
	}
	e.log.Info("an event was forwarded: its chat has moved", "channel", job.Channel, "job", job.ID)
	return queue.Done()
}

// followMoves moves the chats of which the network said, when we sent to them, that they have another id. It is told of
// every move by an event too, so that failing is no failure of the turn.
func (e *Engine) followMoves(ctx context.Context, t *turn) {
	for _, move := range t.moved {
		if err := e.moveChat(ctx, t.job.Channel, move); err != nil {
			e.log.Warn("conversations of a chat that has moved were left behind", "channel", t.job.Channel, "error", err)
		}
	}
}
