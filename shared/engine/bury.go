package engine

import (
	"context"
	"errors"
	"time"

	"hookline/shared/bot"
	"hookline/shared/queue"
)

const (
	// A job whose error passes by itself is buried a day after its own first try, others after a few tries.
	buryAfter = 24 * time.Hour
	maxTries  = 5
	// The delay between tries doubles from the first up to the longest.
	firstDelay   = time.Second
	longestDelay = 5 * time.Minute
)

// fail says what becomes of a job that could not be finished: handed back with what it achieved so far, or buried.
func (e *Engine) fail(ctx context.Context, t *turn, cause error) queue.Result {
	switch bot.ReasonOf(cause) {
	case bot.ReasonCredentials:
		e.refusedCredentials(ctx, t, cause)
	case bot.ReasonBlocked:
		e.unreachable(ctx, t, cause)
		t.outcome = bot.Blocked
		e.record(t, cause)
		return e.settle(ctx, t)
	}
	failing := t.failing(e.now())
	limit, held := errors.AsType[*heldBack](cause)
	outOfTime := errors.Is(cause, errOutOfTime)
	tried := !held && !outOfTime
	if tried {
		failing.Tries++
	}
	t.tries = failing.Tries
	if tried && hopeless(cause, failing, e.now()) {
		return e.bury(ctx, t, cause)
	}
	delay := backoff(failing.Tries, bot.RetryAfterOf(cause))
	switch {
	case held:
		delay = limit.wait
	case outOfTime:
		delay = 0
	}
	if err := e.keepProgress(ctx, t, failing); err != nil {
		e.log.Warn("what a job achieved could not be kept: it will be done again", "job", t.job.ID, "error", err)
		delay = max(delay, unreadDelay)
	}
	t.outcome = bot.HandedBack
	e.record(t, cause)
	return queue.HandBack(delay)
}

// failing is the job's own count of tries so far; t.scene must have been read, else it is the first.
func (t *turn) failing(now time.Time) bot.Failing {
	kept := t.scene.Conversation.Failing
	switch {
	case t.letter != nil:
		kept = t.letter.Failing
	case t.ledger != nil:
		kept = t.ledger.failing()
	}
	if kept != nil && kept.Job == t.job.Try() {
		return *kept
	}
	return bot.Failing{Job: t.job.Try(), Since: now.UTC()}
}

func hopeless(cause error, failing bot.Failing, now time.Time) bool {
	switch bot.KindOf(cause).Fate() {
	case bot.Bury:
		return true
	case bot.Later:
		return now.Sub(failing.Since) >= buryAfter
	default:
		return failing.Tries >= maxTries
	}
}

// backoff is how long to wait after a number of tries: at least as long as the other side asked.
func backoff(tries int, asked time.Duration) time.Duration {
	delay := firstDelay << min(max(tries-1, 0), 20)
	return max(min(delay, longestDelay), asked)
}

// keepProgress writes down how often the job was tried and how far its replies came. A job whose conversation could not
// be read has achieved nothing and is not counted.
func (e *Engine) keepProgress(ctx context.Context, t *turn, failing bot.Failing) error {
	if t.letter != nil {
		t.letter.Failing = &failing
		version, err := e.store.PutDeadLetter(ctx, *t.letter)
		t.letter.Version = version
		return err
	}
	if t.ledger != nil {
		return t.ledger.keep(ctx, failing)
	}
	if !t.known {
		return bot.Errorf(bot.Unavailable, "the conversation could not be read")
	}
	return e.rewrite(ctx, t, func(c *bot.Conversation) error {
		c.Failing = &failing
		if t.outbox != nil && c.Outbox != nil && c.Outbox.Job == t.job.ID {
			t.outbox.Decision = t.decision
			c.Outbox = t.outbox
		}
		_, err := e.store.PutConversation(ctx, t.key, *c)
		return err
	})
}

// rewrite writes the conversation on the way out, read again where somebody else has changed it meanwhile.
func (e *Engine) rewrite(ctx context.Context, t *turn, write func(*bot.Conversation) error) error {
	current := t.scene.Conversation
	var err error
	for range lostRaces {
		if err = write(&current); bot.KindOf(err) != bot.Conflict {
			return err
		}
		if current, err = e.store.Conversation(ctx, t.key); err != nil {
			return err
		}
	}
	return err
}

// bury puts the job's dead letter, with the parts that were not sent, and acknowledges it: it holds up its chat no more.
func (e *Engine) bury(ctx context.Context, t *turn, cause error) queue.Result {
	t.outcome = bot.Failed
	if err := e.putLetter(ctx, t, cause); err != nil {
		e.log.Error("a job could not be buried and is handed back", "job", t.job.ID, "cause", cause, "error", err)
		t.outcome = bot.HandedBack
		e.record(t, cause)
		return queue.HandBack(longestDelay)
	}
	if t.known && t.job.Event != nil {
		e.acknowledge(ctx, t)
	}
	e.apologize(ctx, t)
	e.record(t, cause)
	return queue.Done()
}

// apologize says what the handler has for the case that its job is buried, the first time it is, if the network takes it.
func (e *Engine) apologize(ctx context.Context, t *turn) {
	text := t.decision.OnFailure
	if text == "" || t.job.Event == nil || t.job.Redrive != nil || t.provider == nil || left(ctx) < sendReserve {
		return
	}
	apology := bot.Reply{Address: t.job.Event.Address(), Parts: t.provider.Split(bot.Part{Text: text})}
	for apology.Sent < len(apology.Parts) {
		if err := e.sendParts(ctx, t, &apology); err != nil {
			t.note("what is said on failure could not be sent either: " + bot.PublicMessage(err))
			return
		}
	}
	t.note("the user was told: " + text)
}

func (e *Engine) putLetter(ctx context.Context, t *turn, cause error) error {
	letter := bot.DeadLetter{
		ID: t.job.LetterID(), Bot: t.job.Bot, Channel: t.job.Channel, Job: t.job,
		Kind: bot.KindOf(cause), Reason: bot.ReasonOf(cause), Message: bot.PublicMessage(cause),
		Tries: t.tries, BuriedAt: e.now().UTC(),
	}
	if err := e.countRedrives(ctx, t, &letter); err != nil {
		return err
	}
	if t.letter != nil {
		letter.Job, letter.Decision, letter.Unsent = t.letter.Job, t.decision, t.letter.Unsent
		letter.Version = t.letter.Version
		_, err := e.store.PutDeadLetter(ctx, letter)
		return err
	}
	if t.ledger != nil {
		return t.ledger.bury(ctx, letter)
	}
	if committed := t.outbox != nil && t.scene.Conversation.Outbox == t.outbox; committed {
		letter.Unsent, letter.Decision = t.outbox.Replies, t.decision
	}
	return e.rewrite(ctx, t, func(c *bot.Conversation) error {
		return e.store.Bury(ctx, letter, t.key, *c)
	})
}

// countRedrives has a letter that is buried again know of its redrives, those included whose jobs are still to come.
func (e *Engine) countRedrives(ctx context.Context, t *turn, letter *bot.DeadLetter) error {
	if t.job.Redrive == nil {
		return nil
	}
	letter.Redriven = t.job.Redrive.Count
	earlier := t.letter
	if earlier == nil {
		kept, err := e.store.DeadLetter(ctx, t.job.Bot, letter.ID)
		if err != nil && bot.KindOf(err) != bot.NotFound {
			return err
		}
		earlier = &kept
	}
	if earlier.Redriven > letter.Redriven {
		letter.Redriven, letter.RedrivenAt = earlier.Redriven, earlier.RedrivenAt
	}
	return nil
}
