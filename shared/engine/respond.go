package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"hookline/shared/bot"
	"hookline/shared/provider"
	"hookline/shared/template"
)

// respond adds what a handler says to the turn's parts.
func (t *turn) respond(response *bot.Response, scope template.Scope) error {
	event := t.job.Event
	if len(response.For(t.scene.Channel.Provider)) == 0 {
		return nil
	}
	switch {
	case event.Kind == bot.Echo:
		t.note("our own message came back: a turn on it sends nothing")
		return nil
	case removed(event):
		t.note("the bot was blocked or removed: a turn on that sends nothing")
		return nil
	case event.Address().Place() == "":
		t.note("the event names no chat and nobody: there is nowhere to send a reply")
		return nil
	}
	parts, err := t.compose(response, scope)
	t.parts = append(t.parts, parts...)
	return err
}

// compose renders a response and cuts it into what the network takes.
func (t *turn) compose(response *bot.Response, scope template.Scope) ([]bot.Part, error) {
	network := t.provider.Describe()
	options, err := t.live.options(response.Options[network.Name], scope)
	if err != nil {
		return nil, err
	}
	messages := response.For(network.Name)
	var parts []bot.Part
	for i, m := range messages {
		rendered, err := t.live.parts(m, scope)
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
func (t *turn) whole(ctx context.Context) *bot.Event {
	event := t.job.Event
	rereader, ok := t.provider.(provider.Rereader)
	if !event.Truncated || event.Raw != nil || !ok {
		return event
	}
	if t.reread == nil {
		ctx, cancel := context.WithTimeout(ctx, SendTime)
		defer cancel()
		raw, err := rereader.Reread(ctx, t.scene.Channel, *event)
		if err != nil {
			t.note("the event was too large to be kept whole, and could not be read again: " + bot.PublicMessage(err))
			return event
		}
		filled := *event
		filled.Raw = raw
		t.reread = &filled
	}
	return t.reread
}

// scope is what the handler's templates see.
func (t *turn) scope(ctx context.Context, captures map[string]*string) template.Scope {
	event := t.whole(ctx)
	return template.Scope{
		template.Now:    t.now,
		"event":         template.Lazy(event),
		"message":       template.Lazy(shaped{t.provider, *event}),
		"pattern":       captures,
		"state":         t.scene.Conversation.State,
		"state_context": template.Lazy(byEitherName(t.scene.Conversation.Context)),
		"service":       t.job.Event.Provider,
		"response":      map[string]any{},
		"env":           t.live.env,
		"secret":        t.live.secrets,
	}
}

// shaped is an event as the JSON of its own network, in permabots' shape where the provider knows one.
type shaped struct {
	provider provider.Provider
	event    bot.Event
}

func (s shaped) MarshalJSON() ([]byte, error) {
	shaper, ok := s.provider.(provider.Shaper)
	switch {
	case !ok && s.event.Raw == nil:
		return []byte("{}"), nil
	case !ok:
		return s.event.Raw, nil
	}
	shape, err := shaper.Shape(s.event)
	if err != nil {
		return nil, err
	}
	return json.Marshal(shape)
}

// byEitherName gives contexts by their states' names, and by those that a template can write with dots, as permabots had
// them: lower case, with '_' for spaces.
func byEitherName(contexts map[string]bot.StateContext) map[string]bot.StateContext {
	named := make(map[string]bot.StateContext, len(contexts))
	for state, c := range contexts {
		named[strings.ReplaceAll(strings.ToLower(state), " ", "_")] = c
	}
	for state, c := range contexts {
		named[state] = c
	}
	return named
}
