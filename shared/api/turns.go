package api

import (
	"context"
	"time"

	"hookline/shared/bot"
	"hookline/shared/match"
	"hookline/shared/store"
)

type listTurnsInput struct {
	Bot   string    `path:"bot"`
	Chat  string    `query:"chat" doc:"only turns of this chat"`
	Since time.Time `query:"since" doc:"only turns after this time"`
	Until time.Time `query:"until" doc:"only turns before this time"`
	Limit int       `query:"limit" minimum:"1" maximum:"500" default:"50"`
	// Explain is on unless it is turned off: of a bot with thousands of handlers that is most of the answer.
	Explain bool `query:"explain" default:"true" doc:"say why each handler fired or lost"`
}

type listTurnsOutput struct {
	Body struct {
		Turns []bot.Turn `json:"turns"`
	}
}

func (a *API) listTurns(ctx context.Context, in *listTurnsInput) (*listTurnsOutput, error) {
	head, err := a.Store.BotByName(ctx, account(ctx), in.Bot)
	if err != nil {
		return nil, err
	}
	turns, err := a.Store.Turns(ctx, store.TurnQuery{
		Bot: head.ID, Chat: in.Chat, Since: in.Since, Until: in.Until, Limit: in.Limit,
	})
	if err != nil {
		return nil, err
	}
	explain, names := explainer{api: a, head: head}, namesOf(head)
	for i := range turns {
		if in.Explain {
			if err := explain.turn(ctx, &turns[i]); err != nil {
				return nil, err
			}
		}
		turns[i].Bot, turns[i].Channel, turns[i].Definition = head.Name, names.channel(turns[i].Channel), ""
	}
	out := &listTurnsOutput{}
	out.Body.Turns = append([]bot.Turn{}, turns...)
	return out, nil
}

// channelNames maps the ids of a bot's channels to their names.
type channelNames map[string]string

func namesOf(head bot.Head) channelNames {
	names := make(channelNames, len(head.Channels))
	for name, id := range head.Channels {
		names[id] = name
	}
	return names
}

// channel gives the name of a channel, its id if it has been removed.
func (n channelNames) channel(id string) string {
	if name, ok := n[id]; ok {
		return name
	}
	return id
}

// explainer says why each handler fired or lost, from the very version that handled the event. Matching is pure, so it is
// computed again instead of stored.
type explainer struct {
	api      *API
	head     bot.Head
	versions map[string]*version // by definition; nil for one that is no longer kept or taken
}

// version is what of a definition says which handler fires.
type version struct {
	matcher *match.Matcher
	states  map[string]bot.State
}

func (e *explainer) turn(ctx context.Context, t *bot.Turn) error {
	if t.Definition == "" {
		return nil
	}
	v, err := e.version(ctx, t.Definition)
	if err != nil {
		return err
	}
	if v == nil {
		t.Notes = append(t.Notes, "this version of the bot is no longer kept or its patterns no longer taken, so its handlers cannot be shown")
		return nil
	}
	t.Handlers = v.matcher.Explain(t.Event, t.State.Before, v.states[t.Expired].Then)
	return nil
}

func (e *explainer) version(ctx context.Context, definition string) (*version, error) {
	if v, ok := e.versions[definition]; ok {
		return v, nil
	}
	if e.versions == nil {
		e.versions = map[string]*version{}
	}
	def, err := e.api.Store.Definition(ctx, e.head, definition)
	if bot.KindOf(err) == bot.NotFound {
		e.versions[definition] = nil
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	// What was published has been checked, by the rules of that day: a pattern may be refused now.
	matcher, problems := match.Compile(&def)
	if len(problems) > 0 {
		return nil, nil
	}
	e.versions[definition] = &version{matcher, def.States}
	return e.versions[definition], nil
}
