package engine

import (
	"context"
	"errors"
	"fmt"

	"hookline/shared/bot"
)

// errOutOfTime hands a job back without counting a try: its batch used the time, not the network.
var errOutOfTime = errors.New("no time left to send the next part")

// send sends the parts of the replies that were not sent yet, in order, and counts them in place. It ends at the first
// error. A user who does not want to hear from us is not an error: the rest is left unsent and the turn says so.
func (e *Engine) send(ctx context.Context, t *turn, replies []bot.Reply) error {
	defer t.clock("send")()
	for i := range replies {
		reply := &replies[i]
		for reply.Sent < len(reply.Parts) {
			if left(ctx) < sendReserve {
				return errOutOfTime
			}
			if err := e.sendParts(ctx, t, reply); err != nil {
				return err
			}
		}
	}
	return nil
}

// sendParts sends the next parts of a reply, as many as go in one call.
func (e *Engine) sendParts(ctx context.Context, t *turn, reply *bot.Reply) error {
	together := max(1, t.provider.Describe().Limits.Batch)
	next := reply.Parts[reply.Sent:min(reply.Sent+together, len(reply.Parts))]
	if err := e.holdSends(ctx, t, len(next)); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, SendTime)
	defer cancel()
	receipt, err := t.provider.Send(ctx, t.scene.Channel, bot.Reply{Address: reply.Address, Parts: next})
	for _, text := range receipt.Notes {
		t.note(fmt.Sprintf("part %d: %s", reply.Sent+1, text))
	}
	if receipt.MovedTo != "" {
		t.note("the chat has moved to " + receipt.MovedTo)
		t.moved = append(t.moved, bot.Move{From: reply.Chat, To: receipt.MovedTo})
		reply.Chat = receipt.MovedTo
	}
	reply.Sent += receipt.Sent
	if err == nil {
		return nil
	}
	if bot.ReasonOf(err) == bot.ReasonUnknown {
		t.note(fmt.Sprintf("part %d may have arrived although its sending broke off: it may come twice", reply.Sent+1))
	}
	return fmt.Errorf("part %d: %w", reply.Sent+1, err)
}
