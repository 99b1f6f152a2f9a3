package api

import (
	"context"
	"encoding/json"
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
	// Cursor is the last answer's next; any turn's id will do.
	Cursor string `query:"cursor"`
	Limit  int    `query:"limit" minimum:"1" maximum:"500" default:"50"`
	// Explain is on unless it is turned off: of a bot with thousands of handlers that is most of the answer.
	Explain bool `query:"explain" default:"true" doc:"say why each handler fired or lost"`
}

type listTurnsOutput struct {
	Body struct {
		Turns []bot.Turn `json:"turns"`
		Next  string     `json:"next,omitempty" doc:"there may be older ones; a page of large turns ends before its limit"`
	}
}

// maxTurnsBytes is where a page of turns ends: a function on AWS may answer 6 MB.
const maxTurnsBytes = 4 << 20

func (a *API) listTurns(ctx context.Context, in *listTurnsInput) (*listTurnsOutput, error) {
	head, err := a.Store.BotByName(ctx, account(ctx), in.Bot)
	if err != nil {
		return nil, err
	}
	q := store.TurnQuery{Bot: head.ID, Chat: in.Chat, Since: in.Since, Until: in.Until, After: in.Cursor}
	show, size := a.turnShower(head, in.Explain), 0
	out := &listTurnsOutput{}
	out.Body.Turns = []bot.Turn{}
	for t, err := range a.Store.Turns(ctx, q) {
		if err != nil {
			return nil, err
		}
		last := store.TurnID(t)
		bytes, err := show.turn(ctx, &t)
		if err != nil {
			return nil, err
		}
		out.Body.Turns = append(out.Body.Turns, t)
		if size += bytes; size >= maxTurnsBytes || len(out.Body.Turns) == in.Limit {
			out.Body.Next = last
			break
		}
	}
	return out, nil
}

type turnInput struct {
	Bot  string `path:"bot"`
	Turn string `path:"turn"`
}

type turnOutput struct {
	Body bot.Turn
}

func (a *API) getTurn(ctx context.Context, in *turnInput) (*turnOutput, error) {
	head, err := a.Store.BotByName(ctx, account(ctx), in.Bot)
	if err != nil {
		return nil, err
	}
	out := &turnOutput{}
	if out.Body, err = a.Store.Turn(ctx, head.ID, in.Turn); err != nil {
		return nil, err
	}
	_, err = a.turnShower(head, true).turn(ctx, &out.Body)
	return out, err
}

// addressed gives a turn the id that it is found by, and the names of its bot and channel.
func addressed(t *bot.Turn, botName string, names channelNames) {
	t.ID = store.TurnID(*t)
	t.Bot, t.Channel, t.Definition = botName, names.channel(t.Channel), ""
}

// turnShower makes of stored turns of a bot what is shown of them.
type turnShower struct {
	names   channelNames
	explain *explainer // nil: without why handlers fired or lost
	bot     string
}

func (a *API) turnShower(head bot.Head, explain bool) turnShower {
	s := turnShower{names: namesOf(head), bot: head.Name}
	if explain {
		s.explain = &explainer{api: a, head: head}
	}
	return s
}

// turn gives how many bytes the turn has as JSON.
func (s turnShower) turn(ctx context.Context, t *bot.Turn) (int, error) {
	if s.explain != nil {
		if err := s.explain.turn(ctx, t); err != nil {
			return 0, err
		}
	}
	addressed(t, s.bot, s.names)
	encoded, err := json.Marshal(t)
	if err != nil {
		return 0, bot.Wrap(bot.Internal, "a turn cannot be shown", err)
	}
	return len(encoded), nil
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
		e.versions[definition] = nil
		return nil, nil
	}
	e.versions[definition] = &version{matcher, def.States}
	return e.versions[definition], nil
}
