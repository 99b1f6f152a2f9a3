package engine

import (
	"context"
	"fmt"

	"hookline/shared/bot"
	"hookline/shared/match"
	"hookline/shared/provider"
	"hookline/shared/template"
)

// decide matches the event, renders the reply and settles where the conversation goes. It changes nothing outside t.
func (e *Engine) decide(ctx context.Context, t *turn) error {
	defer t.clock("decide")()
	before := t.scene.Conversation.State
	head := t.scene.Head
	t.outbox, t.moves, t.payloads, t.fired = nil, false, nil, nil
	t.decision = bot.Decision{Version: head.Version, Definition: head.Definition, State: bot.StateChange{Before: before, After: before}}
	live, err := e.bots.get(ctx, head)
	if err != nil {
		return err
	}
	found, ok := live.matcher.First(*t.job.Event, before)
	if !ok {
		return nil
	}
	t.decision.Fired = []string{found.Handler.Name}
	t.captures, t.fired = found.Captures, []*bot.Handler{found.Handler}
	if t.moves = found.Handler.TargetState != ""; t.moves {
		t.decision.State.After = found.Handler.TargetState
	}
	replies, err := e.respond(ctx, t, live, found)
	if err != nil {
		// What a template's author has to know is for the author to read: the turn shows it.
		return bot.Wrap(bot.KindOf(err), fmt.Sprintf("handler %s, %v", found.Handler.Name, err), nil)
	}
	if len(replies) > 0 {
		t.outbox = &bot.Outbox{Job: t.job.ID, Replies: replies}
	}
	return nil
}

// respond renders the handler's messages and cuts them into what the network takes.
func (e *Engine) respond(ctx context.Context, t *turn, live *liveBot, found match.Match) ([]bot.Reply, error) {
	event := t.job.Event
	if len(found.Handler.Response.For(t.scene.Channel.Provider)) == 0 {
		return nil, nil
	}
	address := event.Address()
	switch {
	case event.Kind == bot.Echo:
		t.note("our own message came back: a turn on it sends nothing")
		return nil, nil
	case removed(event):
		t.note("the bot was blocked or removed: a turn on that sends nothing")
		return nil, nil
	case address.Place() == "":
		t.note("the event names no chat and nobody: there is nowhere to send a reply")
		return nil, nil
	}
	parts, err := t.compose(live, found.Handler.Response, live.scope(t, e.whole(ctx, t), found.Captures))
	if err != nil || len(parts) == 0 {
		return nil, err
	}
	return []bot.Reply{{Address: address, Parts: parts}}, nil
}

// compose renders a response and cuts it into what the network takes.
func (t *turn) compose(live *liveBot, response *bot.Response, scope template.Scope) ([]bot.Part, error) {
	network := t.provider.Describe()
	options, err := live.options(response.Options[network.Name], scope)
	if err != nil {
		return nil, err
	}
	messages := response.For(network.Name)
	var parts []bot.Part
	for i, m := range messages {
		rendered, err := live.parts(m, scope)
		if err != nil {
			return nil, fmt.Errorf("message %d: %w", i+1, err)
		}
		for _, part := range rendered {
			if event := t.job.Event; event != nil && (m.ReplyTo || part.Sign == bot.MarkSeen) {
				part.ReplyTo = event.MessageID
			}
			part.Options = optionsOf(network, options, i == len(messages)-1)
			t.keepPayloads(&part, network)
			pieces := t.provider.Split(part)
			if len(pieces) == 0 {
				t.note(fmt.Sprintf("message %d has nothing that %s shows and was not sent", i+1, network.Name))
			}
			parts = append(parts, pieces...)
		}
	}
	return parts, nil
}

// whole gives the event as templates see it: one that lost its raw JSON on the way is asked for again, if its network can
// be. What cannot be had is missing, and the turn says so.
func (e *Engine) whole(ctx context.Context, t *turn) *bot.Event {
	event := t.job.Event
	rereader, ok := t.provider.(provider.Rereader)
	if !event.Truncated || event.Raw != nil || !ok {
		return event
	}
	ctx, cancel := context.WithTimeout(ctx, SendTime)
	defer cancel()
	raw, err := rereader.Reread(ctx, t.scene.Channel, *event)
	if err != nil {
		t.note("the event was too large to be kept whole, and could not be read again: " + bot.PublicMessage(err))
		return event
	}
	filled := *event
	filled.Raw = raw
	return &filled
}

// scope is what the handler's templates see.
func (live *liveBot) scope(t *turn, event *bot.Event, captures map[string]*string) template.Scope {
	return template.Scope{
		"event":         template.Lazy(event),
		"pattern":       captures,
		"state":         t.scene.Conversation.State,
		"state_context": template.Lazy(t.scene.Conversation.Context),
		"service":       t.job.Event.Provider,
		"env":           live.env,
		"secret":        live.secrets,
	}
}
