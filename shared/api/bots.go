package api

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"hookline/shared/bot"
	"hookline/shared/botfile"
	"hookline/shared/store"
)

// published is the answer to a PUT: what is live now or, of a dry run, what would change.
type published struct {
	Bot      string        `json:"bot"`
	Version  int           `json:"version"`
	Changed  bool          `json:"changed"`
	Channels []channelInfo `json:"channels"`
	Hooks    []hookInfo    `json:"hooks"`
	// Removed are channels that the file no longer names, RemovedHooks hooks.
	Removed      []string       `json:"removed,omitempty"`
	RemovedHooks []string       `json:"removed_hooks,omitempty"`
	Changes      []store.Change `json:"changes,omitempty"`
	Warnings     []bot.Problem  `json:"warnings,omitempty"`

	revision int64
}

type putBotInput struct {
	Bot         string `path:"bot"`
	DryRun      bool   `query:"dry_run" doc:"answer with the differences and change nothing"`
	IfMatch     string `header:"If-Match" doc:"the ETag of the revision that is replaced"`
	IfNoneMatch string `header:"If-None-Match" enum:"*" doc:"only if there is no bot of that name"`
	RawBody     []byte `contentType:"application/yaml" doc:"the bot file, as YAML or JSON"`
}

type putBotOutput struct {
	ETag string `header:"ETag" doc:"the revision: another one after each change of the bot file, its channels included"`
	Body published
}

func (a *API) putBot(ctx context.Context, in *putBotInput) (*putBotOutput, error) {
	def, warnings, err := a.readBot(in.Bot, in.RawBody)
	if err != nil {
		return nil, err
	}
	if in.DryRun {
		recordOf(ctx).drop()
		if _, err := a.claims(ctx, def); err != nil {
			return nil, err
		}
		if err := a.Store.CheckLimits(ctx, account(ctx), def); err != nil {
			return nil, err
		}
		answer, err := a.rehearse(ctx, def)
		answer.Warnings = warnings
		return &putBotOutput{tagOf(answer.revision), answer}, err
	}
	return a.publish(ctx, def, warnings, func(live bot.Head) error {
		if live.Version == 0 {
			return matches(in.IfMatch, live)
		}
		return cmp.Or(absent(in.IfNoneMatch, live), matches(in.IfMatch, live))
	})
}

// publish makes a definition live, if it may replace what is, and disconnects the channels that it disables or no longer
// names.
func (a *API) publish(
	ctx context.Context, def bot.Definition, warnings []bot.Problem, allow func(live bot.Head) error,
) (*putBotOutput, error) {
	if err := a.noteDifferences(ctx, def); err != nil {
		return nil, err
	}
	claims, err := a.claim(ctx, def)
	if err != nil {
		return nil, err
	}
	p, err := a.Store.PublishOver(ctx, account(ctx), def, func(live bot.Head) error {
		if err := a.accountStays(ctx, live); err != nil {
			return err
		}
		return allow(live)
	}, claims...)
	if err != nil {
		return nil, err
	}
	answer := published{Bot: p.Head.Name, Version: p.Head.Version, Changed: p.Changed, Warnings: warnings, revision: p.Head.Revision}
	left := func(ch bot.Channel, err error) {
		if err != nil {
			answer.Warnings = append(answer.Warnings, bot.Problem{Path: "channels." + ch.Name, Message: bot.PublicMessage(err), Warning: true})
		}
	}
	for i := range p.Channels {
		left(p.Channels[i], a.silence(ctx, &p.Channels[i]))
	}
	answer.Channels, answer.Hooks, answer.RemovedHooks = a.describe(p.Channels), a.describePublished(p.Hooks), p.RemovedHooks
	for _, ch := range p.Removed {
		answer.Removed = append(answer.Removed, ch.Name)
		left(ch, a.retire(ctx, ch))
	}
	a.OnChange()
	return &putBotOutput{tagOf(answer.revision), answer}, nil
}

// accountStays refuses a new bot of an account that was deleted since its token was looked at. The main one need not be kept.
func (a *API) accountStays(ctx context.Context, live bot.Head) error {
	if live.Version != 0 || account(ctx) == a.Owner {
		return nil
	}
	_, err := a.Store.Account(ctx, account(ctx))
	return err
}

// readBot checks a bot file as `hookline check` does, and gives what is only worth a warning beside it.
func (a *API) readBot(name string, data []byte) (bot.Definition, []bot.Problem, error) {
	def, problems := botfile.Checker{Providers: a.Providers, Lint: true}.Read(name, data)
	if def.Bot != name && def.Bot != "" {
		problems = append(problems, bot.Problem{Path: "bot", Message: fmt.Sprintf("is %q, but the address says %q", def.Bot, name)})
	}
	if slices.ContainsFunc(problems, func(p bot.Problem) bool { return !p.Warning }) {
		return def, nil, rejected(problems)
	}
	if a.MakeUp != nil {
		a.makeUp(def)
	}
	return def, problems, nil
}

// makeUp gives a value to each credential that has none.
func (a *API) makeUp(def bot.Definition) {
	for name, secret := range def.Secrets {
		if secret.Value == "" {
			secret.Value = bot.Secret("made-up-" + name)
			def.Secrets[name] = secret
		}
	}
	for name, channel := range def.Channels {
		for field, values := range channel.Credentials {
			for i := range values {
				if values[i].Value == "" {
					values[i].Value = a.MakeUp(def.Bot, name, channel, field)
				}
			}
		}
	}
}

type botInput struct {
	Bot string `path:"bot"`
}

type getBotInput struct {
	Bot         string `path:"bot"`
	IfNoneMatch string `header:"If-None-Match" doc:"an ETag that is known: 304 if it is the live one"`
}

func (a *API) getBot(ctx context.Context, in *getBotInput) (*shownOutput, error) {
	head, err := a.Store.BotByName(ctx, account(ctx), in.Bot)
	if err != nil {
		return nil, err
	}
	if err := fresh(in.IfNoneMatch, head); err != nil {
		return nil, err
	}
	def, _, err := a.definition(ctx, head)
	if err != nil {
		return nil, err
	}
	return shown(head, def)
}

// definition puts a bot's live definition together with its channels.
func (a *API) definition(ctx context.Context, head bot.Head) (bot.Definition, []bot.Channel, error) {
	def, err := a.Store.Definition(ctx, head, head.Definition)
	if err != nil {
		return def, nil, err
	}
	for i := range def.Hooks {
		h := &def.Hooks[i]
		if h.Disabled, err = a.closed(ctx, head, *h); err != nil {
			return def, nil, err
		}
	}
	channels, err := a.channels(ctx, head)
	def.Channels = specs(channels)
	return def, channels, err
}

func specs(channels []bot.Channel) map[string]bot.ChannelSpec {
	specs := make(map[string]bot.ChannelSpec, len(channels))
	for _, ch := range channels {
		specs[ch.Name] = bot.ChannelSpec{
			Provider: ch.Provider, Disabled: ch.Disabled, Settings: ch.Settings, Credentials: ch.Credentials,
		}
	}
	return specs
}

// channels reads a bot's channels, by name.
func (a *API) channels(ctx context.Context, head bot.Head) ([]bot.Channel, error) {
	return a.channelsNamed(ctx, head, slices.Sorted(maps.Keys(head.Channels)))
}

func (a *API) channelsNamed(ctx context.Context, head bot.Head, names []string) ([]bot.Channel, error) {
	channels := make([]bot.Channel, 0, len(names))
	for _, name := range names {
		ch, err := a.Store.Channel(ctx, head.Channels[name])
		if err != nil {
			return nil, err
		}
		channels = append(channels, ch)
	}
	return channels, nil
}

type botInfo struct {
	Bot       string        `json:"bot"`
	ID        string        `json:"id"`
	Version   int           `json:"version"`
	CreatedAt time.Time     `json:"created_at,omitzero"`
	UpdatedAt time.Time     `json:"updated_at,omitzero"`
	Channels  []channelInfo `json:"channels"`
}

type listBotsOutput struct {
	Body struct {
		Bots []botInfo `json:"bots"`
		Next string    `json:"next,omitempty"`
	}
}

func (a *API) listBots(ctx context.Context, in *pageInput) (*listBotsOutput, error) {
	heads, err := a.Store.Bots(ctx, account(ctx), in.Cursor, in.Limit)
	if err != nil {
		return nil, err
	}
	out := &listBotsOutput{}
	out.Body.Bots = make([]botInfo, 0, len(heads))
	for _, head := range heads {
		channels, err := a.channels(ctx, head)
		if err != nil {
			return nil, err
		}
		out.Body.Bots = append(out.Body.Bots, botInfo{
			head.Name, head.ID, head.Version, head.CreatedAt, head.UpdatedAt, a.describe(channels),
		})
	}
	if len(heads) == in.Limit {
		out.Body.Next = heads[len(heads)-1].Name
	}
	return out, nil
}

// rehearse says what publishing a definition would change.
func (a *API) rehearse(ctx context.Context, def bot.Definition) (published, error) {
	answer := published{Bot: def.Bot, Channels: []channelInfo{}, Hooks: []hookInfo{}}
	var before bot.Definition
	head, err := a.Store.BotByName(ctx, account(ctx), def.Bot)
	if err == nil {
		var channels []bot.Channel
		before, channels, err = a.definition(ctx, head)
		answer.Version, answer.revision, answer.Channels = head.Version, head.Revision, a.describe(channels)
		if err == nil {
			answer.Hooks, err = a.hooksNamed(ctx, head, slices.Sorted(maps.Keys(head.Hooks)))
		}
	}
	if err != nil && bot.KindOf(err) != bot.NotFound {
		return answer, err
	}
	answer.Changes, err = differences(before, def)
	answer.Changed = len(answer.Changes) > 0
	return answer, err
}
