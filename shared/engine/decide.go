package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"hookline/shared/bot"
	"hookline/shared/fetch"
	"hookline/shared/match"
)

// decide matches the event, makes the requests, renders the replies and settles where the conversation goes. It changes
// nothing outside t.
func (e *Engine) decide(ctx context.Context, t *turn) error {
	defer t.clock("decide")()
	live, err := e.bots.get(ctx, t.scene.Head)
	if err != nil {
		return err
	}
	t.fetch, t.now = limitedFetcher{e.Requests, e, t.scene.Head}, e.now().UTC()
	return t.decide(ctx, live)
}

// decide is the same of a turn whose scene is read. It may be called again for another scene: an answer in hand is used
// again where the same handler makes the same request.
func (t *turn) decide(ctx context.Context, live *liveBot) error {
	head := t.scene.Head
	t.live = live
	t.outbox, t.moves, t.payloads, t.fired, t.parts, t.captures, t.answer = nil, false, nil, nil, nil, nil, nil
	t.decision = bot.Decision{Version: head.Version, Definition: head.Definition}
	t.context = t.scene.Conversation.Context
	since := entered(t.scene.Conversation)
	first := t.expire(since)
	before := t.scene.Conversation.State
	t.decision.State = bot.StateChange{Before: before, After: before, Since: since}
	ctx, cancel := context.WithTimeout(ctx, fetch.MaxTime)
	defer cancel()
	for _, found := range live.matcher.Fire(*t.job.Event, before, first) {
		if err := t.fire(ctx, found); err != nil {
			if limit, ok := errors.AsType[*heldBack](err); ok {
				return limit
			}
			// What a template's author has to know is for the author to read: the turn shows it.
			return bot.Wrap(bot.KindOf(err), fmt.Sprintf("handler %s, %v", found.Handler.Name, err), nil)
		}
	}
	if len(t.parts) > 0 {
		t.outbox = &bot.Outbox{Job: t.job.ID, Replies: []bot.Reply{{Address: t.job.Event.Address(), Parts: t.parts}}}
	}
	return nil
}

// entered is when a conversation came into its state, zero: it is in none.
func entered(c bot.Conversation) time.Time {
	switch {
	case c.State == "":
		return time.Time{}
	case c.Since.IsZero(): // it moved before that was kept
		return c.UpdatedAt
	}
	return c.Since
}

// expire takes the conversation out of a state in which it has stood too long since then, and gives the handler to try
// first.
func (t *turn) expire(since time.Time) (first string) {
	c := &t.scene.Conversation
	state, ok := t.live.states[c.State]
	if !ok || state.Expires == "" {
		return ""
	}
	// What was published has been checked: it is a duration.
	stay, err := time.ParseDuration(state.Expires)
	if err != nil || t.now.Sub(since) < stay {
		return ""
	}
	t.decision.Expired = c.State
	t.note("the state " + c.State + " had expired")
	c.State, c.Context, c.Since = "", nil, time.Time{}
	return state.Then
}

// fire does what a handler says: it asks, answers, and moves the conversation unless what it asked for was refused.
func (t *turn) fire(ctx context.Context, found match.Match) error {
	h := found.Handler
	t.decision.Fired = append(t.decision.Fired, h.Name)
	t.fired = append(t.fired, h)
	scope := t.scope(ctx, found.Captures)
	if h.Response != nil && h.Response.OnFailure != "" {
		text, err := t.live.text(h.Response.OnFailure, scope, bot.FormatPlain)
		if err != nil {
			return fmt.Errorf("on_failure: %w", err)
		}
		t.decision.OnFailure = text
	}
	succeeded := true
	var kept *bot.StateResponse
	if h.Request != nil {
		response, err := t.ask(ctx, h, scope)
		if err != nil {
			return fmt.Errorf("request: %w", err)
		}
		scope["response"] = responseScope(response)
		succeeded = response.Status/100 == 2
		kept = keptAnswer(response)
	}
	if err := t.respond(h.Response, scope); err != nil {
		return err
	}
	if h.TargetState != "" && succeeded {
		t.moves, t.captures, t.answer = true, found.Captures, kept
		t.decision.State.After = h.TargetState
	}
	return nil
}
