package engine

import (
	"context"
	"fmt"
	"strings"

	"hookline/shared/bot"
	"hookline/shared/match"
	"hookline/shared/template"
)

// decide matches the event, renders the reply and settles where the conversation goes. It changes nothing outside t.
func (e *Engine) decide(ctx context.Context, t *turn) error {
	defer t.clock("decide")()
	before := t.scene.Conversation.State
	head := t.scene.Head
	t.outbox, t.moves = nil, false
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
	t.captures = found.Captures
	if t.moves = found.Handler.TargetState != ""; t.moves {
		t.decision.State.After = found.Handler.TargetState
	}
	replies, err := e.respond(t, live, found)
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
func (e *Engine) respond(t *turn, live *liveBot, found match.Match) ([]bot.Reply, error) {
	messages := found.Handler.Response.All()
	if len(messages) == 0 {
		return nil, nil
	}
	event := t.job.Event
	address := event.Address()
	switch {
	case event.Kind == bot.Echo:
		t.note("our own message came back: a turn on it sends nothing")
		return nil, nil
	case address.Chat == "" && address.User == "":
		t.note("the event names no chat and nobody: there is nowhere to send a reply")
		return nil, nil
	}
	scope := live.scope(t, found.Captures)
	options := found.Handler.Response.Options[t.scene.Channel.Provider]
	var parts []bot.Part
	for i, m := range messages {
		part, err := live.render(m, scope)
		if err != nil {
			return nil, fmt.Errorf("message %d: %w", i+1, err)
		}
		if m.ReplyTo {
			part.ReplyTo = event.MessageID
		}
		part.Options = options
		pieces := t.provider.Split(part)
		if len(pieces) == 0 {
			t.note(fmt.Sprintf("message %d is empty and was not sent", i+1))
		}
		parts = append(parts, pieces...)
	}
	if len(parts) == 0 {
		return nil, nil
	}
	return []bot.Reply{{Address: address, Parts: parts}}, nil
}

// scope is what the handler's templates see.
func (live *liveBot) scope(t *turn, captures map[string]*string) template.Scope {
	return template.Scope{
		"event":         template.Lazy(t.job.Event),
		"pattern":       captures,
		"state":         t.scene.Conversation.State,
		"state_context": template.Lazy(t.scene.Conversation.Context),
		"service":       t.job.Event.Provider,
		"env":           live.env,
	}
}

// render makes the part that a message asks for. Keyboards are text for people whatever the format: only the message's
// own text is marked up.
func (live *liveBot) render(m bot.Message, scope template.Scope) (bot.Part, error) {
	part := bot.Part{Format: m.Format}
	var err error
	if part.Text, err = live.text(m.Text, scope, m.Format); err != nil {
		return part, fmt.Errorf("text: %w", err)
	}
	part.Text = strings.TrimRight(part.Text, "\n")
	if m.Keyboard == nil {
		return part, nil
	}
	for i, row := range m.Keyboard.Rows {
		var rendered []bot.Button
		for j, b := range row {
			button, err := live.button(b, scope)
			if err != nil {
				return part, fmt.Errorf("keyboard row %d button %d: %w", i+1, j+1, err)
			}
			rendered = append(rendered, button)
		}
		part.Keyboard = append(part.Keyboard, rendered)
	}
	return part, nil
}

func (live *liveBot) button(b bot.Button, scope template.Scope) (made bot.Button, err error) {
	for _, field := range []struct {
		to   *string
		from string
	}{{&made.Text, b.Text}, {&made.URL, b.URL}, {&made.Payload, b.Payload}} {
		if *field.to, err = live.text(field.from, scope, bot.FormatPlain); err != nil {
			return made, err
		}
	}
	if made.URL == "" && made.Payload == "" {
		made.Payload = made.Text // as in the bot file, and so as the outbox reads it back
	}
	return made, nil
}
