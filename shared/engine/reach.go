package engine

import (
	"context"

	"hookline/shared/bot"
	"hookline/shared/metrics"
)

// noteReach remembers of an event's chat whether it wants to hear from us. That this cannot be written down holds up no
// turn: the network will say it again.
func (e *Engine) noteReach(ctx context.Context, t *turn) {
	event := t.job.Event
	place := event.Address().Place()
	var err error
	switch {
	case place == "":
	case removed(event):
		err = e.store.SetBlocked(ctx, t.job.Channel, place, "the bot was blocked or removed")
	case t.scene.Blocked && !event.Kind.Quiet():
		err = e.store.ClearBlocked(ctx, t.job.Channel, place)
	}
	if err != nil {
		e.log.Warn("whether a chat can be reached was not remembered", "channel", t.job.Channel, "error", err)
	}
}

// removed tells whether an event says that the bot was blocked, or taken out of a chat.
func removed(event *bot.Event) bool { return event.Kind == bot.Leave && event.Self }

// unreachable remembers the chat that the network did not let us write to.
func (e *Engine) unreachable(ctx context.Context, t *turn, cause error) {
	for _, reply := range t.replies() {
		if reply.Sent == len(reply.Parts) {
			continue
		}
		if err := e.store.SetBlocked(ctx, t.job.Channel, reply.Place(), bot.PublicMessage(cause)); err != nil {
			e.log.Warn("that a chat is blocked was not remembered", "channel", t.job.Channel, "error", err)
		}
		return
	}
}

// refusedCredentials marks the channel whose credentials its network no longer takes.
func (e *Engine) refusedCredentials(ctx context.Context, t *turn, cause error) {
	e.Metrics.Count(metrics.CredentialsRefused, t.scene.Channel.Provider, 1)
	health, message := t.scene.Channel.Health, bot.PublicMessage(cause)
	if health.Error == message {
		return
	}
	health.Error, health.CheckedAt = message, e.now().UTC()
	if err := e.store.SetHealth(ctx, t.job.Channel, health); err != nil {
		e.log.Warn("health of a channel is not kept", "channel", t.job.Channel, "error", err)
	}
	e.log.Error("a network refuses a channel's credentials", "channel", t.job.Channel, "error", cause)
}
