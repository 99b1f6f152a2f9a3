package engine

import (
	"context"
	"time"

	"hookline/shared/bot"
	"hookline/shared/fetch"
	"hookline/shared/provider"
	"hookline/shared/store"
)

// turn is one try of a job on its way through the engine.
type turn struct {
	job      bot.Job
	key      bot.ConversationKey
	provider provider.Provider
	// scene is what was read; known tells whether it was.
	scene store.Scene
	known bool

	// live is the compiled bot, fetch makes its requests, now is when the turn is decided.
	live  *liveBot
	fetch Fetcher
	now   time.Time

	decision bot.Decision
	// parts are what the handlers say. The last of them that moves the conversation leaves in it what it captured, and the
	// answer that it got.
	parts    []bot.Part
	moves    bool
	captures map[string]*string
	answer   *bot.StateResponse
	// answers are those to the requests of this turn, by handler and request.
	answers map[string]fetch.Response
	// context is what the conversation remembered when the turn was decided.
	context map[string]bot.StateContext
	// reread is the event with what it had lost on the way.
	reread *bot.Event
	// payloads are those of buttons that are too long for the network, to be kept before the commit.
	payloads []string
	// moved are the chats of which the network said, at sending, that they have another id.
	moved []bot.Move
	// outbox is what was committed; nil before the commit, and where nothing is to be sent.
	outbox *bot.Outbox
	// fired are the handlers that did.
	fired []*bot.Handler
	// ledger keeps the tries of a job that has no conversation to keep them.
	ledger ledger
	// letter is the dead letter whose replies are sent, of a job that was redriven for them.
	letter       *bot.DeadLetter
	acknowledged bool
	outcome      bot.Outcome
	tries        int
	ms           map[string]float64
}

func (e *Engine) newTurn(job bot.Job) *turn {
	t := &turn{job: job, ms: map[string]float64{}}
	if job.Event != nil {
		t.key = job.Event.Conversation()
	}
	t.ms["waited"] = milliseconds(e.now().Sub(job.AcceptedAt))
	return t
}

// clock starts timing a step; what it gives back ends it.
func (t *turn) clock(step string) func() {
	started := time.Now()
	return func() { t.ms[step] += milliseconds(time.Since(started)) }
}

func milliseconds(d time.Duration) float64 {
	return float64(d.Round(10*time.Microsecond)) / float64(time.Millisecond)
}

// replies are those to send: committed by this turn, or left in its dead letter.
func (t *turn) replies() []bot.Reply {
	switch {
	case t.letter != nil:
		return t.letter.Unsent
	case t.outbox != nil:
		return t.outbox.Replies
	}
	return nil
}

// origin is the job that the turn is about: a redriven reply belongs to the turn of the job that was buried.
func (t *turn) origin() bot.Job {
	if t.letter != nil {
		return t.letter.Job
	}
	return t.job
}

// note adds what whoever reads the turn should know, once.
func (t *turn) note(text string) {
	for _, known := range t.decision.Notes {
		if known == text {
			return
		}
	}
	t.decision.Notes = append(t.decision.Notes, text)
}

// record hands the turn's record to the recorder and says in one line of the log how the turn ended. What was said is in
// the record, never in the log.
func (e *Engine) record(t *turn, cause error) {
	line := []any{
		"bot", t.scene.Head.Name, "channel", t.job.Channel, "job", t.job.ID,
		"outcome", t.outcome, "handlers", t.decision.Fired, "ms", t.ms,
	}
	if t.job.Trace != "" {
		line = append(line, "trace", t.job.Trace)
	}
	if cause != nil {
		line = append(line, "error", cause)
	}
	switch t.outcome {
	case bot.Failed:
		e.log.Error("turn", line...)
	case bot.HandedBack, bot.Blocked:
		e.log.Warn("turn", line...)
	default:
		e.log.Info("turn", line...)
	}
	e.measure(t)
	job := t.origin()
	if job.Event == nil {
		return
	}
	mask := e.maskOf(t)
	e.records.add(bot.Turn{
		ID: job.ID, Time: job.AcceptedAt, Bot: job.Bot, Channel: job.Channel, Provider: job.Event.Provider,
		Event: *job.Event, Context: t.context, Decision: t.decision, Replies: shown(t.replies(), mask),
		Outcome: t.outcome, Error: mask(message(cause)), Tries: t.tries, Partial: t.live == nil, MS: t.ms,
	})
}

// maskOf gives what hides the secrets of a turn's bot. A turn that only sends what is left has not loaded its bot.
func (e *Engine) maskOf(t *turn) func(string) string {
	live := t.live
	if live == nil && t.scene.Head.Definition != "" {
		live, _ = e.bots.get(context.Background(), t.scene.Head)
	}
	if live == nil {
		return func(text string) string { return text }
	}
	return live.mask
}

func message(err error) string {
	if err == nil {
		return ""
	}
	return bot.PublicMessage(err)
}

func shown(replies []bot.Reply, mask func(string) string) []bot.TurnReply {
	var list []bot.TurnReply
	for _, r := range replies {
		parts := make([]bot.Part, len(r.Parts))
		for i := range parts {
			parts[i] = masked(r.Parts[i], mask)
		}
		list = append(list, bot.TurnReply{Address: r.Address, Parts: parts, Sent: r.Sent == len(r.Parts)})
	}
	return list
}
