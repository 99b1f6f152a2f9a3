package engine

import (
	"context"
	"encoding/json"
	"fmt"

	"hookline/shared/bot"
	"hookline/shared/metrics"
	"hookline/shared/queue"
	"hookline/shared/store"
	"hookline/shared/template"
)

// delivery is the ledger of a delivery job, with all that the job starts from.
type delivery struct {
	turn  *turn
	store *store.Store
	scene store.DeliveryScene
}

func (d *delivery) failing() *bot.Failing { return d.scene.Delivery.Failing }

func (d *delivery) keep(ctx context.Context, failing bot.Failing) error {
	d.scene.Delivery.Failing = &failing
	return d.write(ctx, store.IfVersion(d.scene.Delivery.Version))
}

func (d *delivery) bury(ctx context.Context, letter bot.DeadLetter) error {
	letter.Unsent, letter.Decision = d.scene.Delivery.Replies, d.turn.decision
	buried := d.scene.Delivery
	buried.Outcome, buried.Reason, buried.Notes = bot.DeliveryFailed, letter.Message, d.turn.decision.Notes
	buried.At, buried.Failing = letter.BuriedAt, nil
	return d.store.BuryDelivery(ctx, letter, d.turn.job.Call.Call, buried)
}

// write writes the delivery as it is now.
func (d *delivery) write(ctx context.Context, cond store.Condition) error {
	d.scene.Delivery.Notes = d.turn.decision.Notes
	version, err := d.store.PutDelivery(ctx, d.turn.job.Call.Call, d.scene.Delivery, cond)
	if err == nil {
		d.scene.Delivery.Version = version
	}
	return err
}

// ended tells whether there is nothing left to do, not even for a job that was buried and is tried again.
func (d *delivery) ended() bool {
	outcome := d.scene.Delivery.Outcome
	return outcome != "" && (outcome != bot.DeliveryFailed || d.turn.job.Redrive == nil)
}

// obstacle says why the recipient is not written to, "" if nothing is in the way.
func (d *delivery) obstacle() string {
	scene := d.scene
	switch {
	case scene.Channel.ID == "":
		return "the channel has been removed"
	case scene.Head.ID == "":
		return "the bot has been removed"
	case scene.Hook.ID == "" && !d.turn.job.Call.Sending:
		return "the hook has been removed"
	case scene.Hook.Disabled:
		return errHookDisabled.Message
	case scene.Channel.Disabled:
		return errDisabled.Message
	case scene.Recipient.Channel == "" || scene.Recipient.Left:
		return "it is no recipient any more"
	case scene.Blocked:
		return "the chat does not want to hear from the bot"
	}
	return ""
}

// handleDelivery sends a call to one recipient: what was rendered is kept before it is sent, so that a job that comes
// again sends only what is left.
func (e *Engine) handleDelivery(ctx context.Context, t *turn) queue.Result {
	d, err := e.readDelivery(ctx, t)
	if err != nil {
		return e.fail(ctx, t, err)
	}
	if d.ended() {
		return e.settle(ctx, t)
	}
	if t.job.Redrive != nil && d.scene.Hook.Disabled {
		return e.skip(ctx, t, errHookDisabled)
	}
	if t.job.Redrive != nil && d.scene.Channel.Disabled {
		return e.skip(ctx, t, errDisabled)
	}
	if reason := d.obstacle(); reason != "" {
		return e.conclude(ctx, d, bot.DeliverySkipped, reason)
	}
	if err := e.prepare(ctx, d); err != nil {
		return e.fail(ctx, t, err)
	}
	if len(d.scene.Delivery.Replies) == 0 {
		return e.conclude(ctx, d, bot.DeliverySkipped, "there is nothing to send")
	}
	err = e.send(ctx, t, t.replies())
	switch reason := bot.ReasonOf(err); {
	case reason == bot.ReasonBlocked:
		e.unreachable(ctx, t, err)
		return e.conclude(ctx, d, bot.DeliverySkipped, bot.PublicMessage(err))
	case reason == bot.ReasonWindow:
		return e.conclude(ctx, d, bot.DeliverySkipped, bot.PublicMessage(err))
	case err != nil:
		return e.fail(ctx, t, err)
	}
	e.followMoves(ctx, t)
	e.moveRecipient(ctx, d)
	return e.conclude(ctx, d, bot.DeliverySent, "")
}

// moveRecipient has the next call go where the network said that the chat is now. Until it does, the network passes on
// what is sent to the old id.
func (e *Engine) moveRecipient(ctx context.Context, d *delivery) {
	for _, move := range d.turn.moved {
		if err := e.store.MoveRecipient(ctx, d.scene.Hook.ID, d.scene.Recipient, move.To); err != nil {
			e.log.Warn("a recipient stays under the old id of its chat", "hook", d.scene.Hook.ID, "error", err)
		}
	}
}

func (e *Engine) readDelivery(ctx context.Context, t *turn) (*delivery, error) {
	defer t.clock("read")()
	scene, err := e.store.DeliveryScene(ctx, t.job)
	if err != nil {
		return nil, err
	}
	if t.job.Call.Sending {
		scene.Recipient = store.Recipient{Channel: t.job.Channel, Address: t.job.Call.To}
	}
	d := &delivery{turn: t, store: e.store, scene: scene}
	t.ledger, t.scene.Channel, t.scene.Head = d, scene.Channel, scene.Head
	t.key = bot.NewConversationKey(t.job.Channel, scene.Recipient.Place(), scene.Recipient.User)
	t.decision.Notes = scene.Delivery.Notes
	t.provider = e.providers[scene.Channel.Provider]
	if t.provider == nil && scene.Channel.ID != "" {
		return nil, bot.Errorf(bot.Unsupported, "this program does not speak with "+scene.Channel.Provider)
	}
	return d, nil
}

// prepare renders the call for the recipient, unless that was done before, and keeps what is to be sent.
func (e *Engine) prepare(ctx context.Context, d *delivery) error {
	t := d.turn
	t.outbox = &bot.Outbox{Job: t.job.ID, Replies: d.scene.Delivery.Replies}
	if t.outbox.Replies != nil {
		return nil
	}
	defer t.clock("decide")()
	if d.scene.Body == nil {
		return bot.Errorf(bot.NotFound, "the call is no longer kept")
	}
	live, err := e.bots.get(ctx, d.scene.Head)
	if err != nil {
		return err
	}
	t.live = live
	parts, err := e.words(d)
	if err != nil {
		return err
	}
	if len(parts) == 0 {
		return nil
	}
	t.outbox.Replies = []bot.Reply{{Address: d.scene.Recipient.Address, Parts: parts}}
	if err := t.fits(); err != nil {
		return err
	}
	if err := e.store.PutPayloads(ctx, t.key, t.payloads); err != nil {
		return err
	}
	d.scene.Delivery.Replies = t.outbox.Replies
	return d.write(ctx, store.IfVersion(d.scene.Delivery.Version))
}

// words renders what is said to the recipient.
func (e *Engine) words(d *delivery) ([]bot.Part, error) {
	t := d.turn
	if t.job.Call.Sending {
		return e.sendingWords(d)
	}
	response := t.live.hooks[d.scene.Hook.Name]
	if response == nil {
		return nil, nil
	}
	parts, err := t.compose(response, template.Scope{
		template.Now: e.now(),
		"env":        t.live.env, "secret": t.live.secrets, "data": template.Lazy(json.RawMessage(d.scene.Body)), "recipient": d.scene.Recipient.Vars,
	})
	if err != nil {
		return nil, bot.Wrap(bot.KindOf(err), fmt.Sprintf("hook %s, %v", d.scene.Hook.Name, err), nil)
	}
	return parts, nil
}

// sendingWords renders what came with the call. Its templates see no secrets: whoever may send messages may not read them.
func (e *Engine) sendingWords(d *delivery) ([]bot.Part, error) {
	var s bot.Sending
	if err := json.Unmarshal(d.scene.Body, &s); err != nil {
		return nil, bot.Wrap(bot.Internal, "a stored message cannot be read", err)
	}
	d.turn.live = d.turn.live.apart()
	scope := template.Scope{template.Now: e.now(), "env": d.turn.live.env, "data": map[string]any{}, "recipient": map[string]string{}}
	if len(s.Data) > 0 {
		scope["data"] = template.Lazy(s.Data)
	}
	return d.turn.compose(s.Response, scope)
}

// conclude writes down how a delivery ended and acknowledges its job. Of one that was sent this must not fail the job: it
// would be sent again.
func (e *Engine) conclude(ctx context.Context, d *delivery, outcome bot.DeliveryOutcome, reason string) queue.Result {
	ended := &d.scene.Delivery
	ended.Outcome, ended.Reason, ended.At = outcome, reason, e.now().UTC()
	ended.Replies, ended.Failing = nil, nil
	err := d.write(ctx, store.Always)
	switch {
	case err != nil && outcome != bot.DeliverySent:
		return e.fail(ctx, d.turn, err)
	case err != nil:
		e.log.Error("a delivery was sent, and its report goes on saying that it waits", "job", d.turn.job.ID, "error", err)
	}
	d.turn.outcome = bot.Silent
	if outcome == bot.DeliverySent {
		d.turn.outcome = bot.Replied
	}
	e.Metrics.Count(metrics.Delivered(outcome), d.scene.Channel.Provider, 1)
	e.record(d.turn, nil)
	return e.settle(ctx, d.turn)
}
