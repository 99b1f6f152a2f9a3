package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"hookline/shared/bot"
)

// outboxBytes bounds the replies of a turn, so that the conversation's item stays one that tables take.
const outboxBytes = 128 << 10

// commit moves the conversation and keeps the replies to send, in one write; kind conflict if it is not as it was read.
func (e *Engine) commit(ctx context.Context, t *turn) error {
	if t.passes() {
		return nil
	}
	defer t.clock("commit")()
	next := t.after(e.now().UTC())
	if next.Failing != nil && next.Failing.Job != t.job.Try() {
		next.Failing = nil
	}
	next.Outbox = t.outbox
	if t.outbox != nil {
		t.outbox.Decision = t.decision
		t.outbox.Decision.Requests = slices.Clone(t.decision.Requests)
		if err := t.fits(); err != nil {
			return err
		}
		if err := e.store.PutPayloads(ctx, t.key, t.payloads); err != nil {
			return err
		}
	}
	chat := t.job.Event.Chat
	direct := chat == nil || chat.ID == "" || chat.Type == bot.Direct
	if err := e.store.ListConversation(ctx, t.key, &next, direct); err != nil {
		return err
	}
	version, err := e.store.PutConversation(ctx, t.key, next)
	if err != nil {
		return err
	}
	next.Version = version
	t.scene.Conversation = next
	return nil
}

// passes tells whether an event leaves no trace: only handlers that name its kind could have answered it, and none did.
func (t *turn) passes() bool { return len(t.decision.Fired) == 0 && t.job.Event.Kind.Quiet() }

// after gives the conversation as the turn leaves it.
func (t *turn) after(now time.Time) bot.Conversation {
	next := t.scene.Conversation
	if t.moves && t.decision.State.Before != t.decision.State.After {
		next.Context = keep(t, now)
	}
	if t.moves {
		next.Since = now
	}
	next.State = t.decision.State.After
	next.Seen = next.Seen.Add(t.job.Event.ID, now)
	next.UpdatedAt = now
	return next
}

// fits bounds what a turn keeps: its replies, and the payloads of their buttons. What is kept of answers for people to
// look at goes first.
func (t *turn) fits() error {
	size, err := t.keptBytes()
	if err == nil && size > outboxBytes {
		for i := range t.outbox.Decision.Requests {
			request := &t.outbox.Decision.Requests[i]
			request.Answer, request.Truncated = "", true
		}
		size, err = t.keptBytes()
	}
	if err != nil {
		return err
	}
	if size > outboxBytes {
		return bot.Errorf(bot.TooLarge, fmt.Sprintf("the reply has %d bytes; at most %d are sent in one turn", size, outboxBytes))
	}
	return nil
}

func (t *turn) keptBytes() (int, error) {
	encoded, err := json.Marshal(t.outbox)
	if err != nil {
		return 0, bot.Wrap(bot.Internal, "the reply cannot be encoded", err)
	}
	size := len(encoded)
	for _, payload := range t.payloads {
		size += len(payload)
	}
	return size, nil
}
