package api

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"hookline/shared/bot"
	"hookline/shared/store"
)

type versionInfo struct {
	Version    int       `json:"version"`
	Live       bool      `json:"live,omitempty"`
	CreatedAt  time.Time `json:"created_at,omitzero" doc:"when it was published"`
	ReplacedAt time.Time `json:"replaced_at,omitzero"`
	ExpiresAt  time.Time `json:"expires_at,omitzero" doc:"until when it is kept"`
}

type listVersionsOutput struct {
	Body struct {
		Versions []versionInfo `json:"versions"`
		Next     string        `json:"next,omitempty"`
	}
}

func (a *API) listVersions(ctx context.Context, in *listInput) (*listVersionsOutput, error) {
	head, err := a.Store.BotByName(ctx, account(ctx), in.Bot)
	if err != nil {
		return nil, err
	}
	versions, err := a.Store.Versions(ctx, head)
	if err != nil {
		return nil, err
	}
	from, err := in.below(versions)
	if err != nil {
		return nil, err
	}
	out := &listVersionsOutput{}
	versions, more := cut(versions, from, in.Limit)
	if more {
		out.Body.Next = strconv.Itoa(versions[in.Limit-1].Number)
	}
	out.Body.Versions = make([]versionInfo, 0, len(versions))
	for _, v := range versions {
		out.Body.Versions = append(out.Body.Versions, versionInfo{
			v.Number, v.Number == head.Version, v.CreatedAt, v.ReplacedAt, v.ExpiresAt,
		})
	}
	return out, nil
}

// below gives where the versions behind the cursor begin, which come down.
func (in *listInput) below(versions []store.Version) (from int, err error) {
	if in.Cursor == "" {
		return 0, nil
	}
	number, err := strconv.Atoi(in.Cursor)
	if err != nil {
		return 0, bot.Errorf(bot.Invalid, "the cursor is none of this list")
	}
	from = slices.IndexFunc(versions, func(v store.Version) bool { return v.Number < number })
	if from < 0 {
		from = len(versions)
	}
	return from, nil
}

type versionInput struct {
	Bot     string `path:"bot"`
	Version int    `path:"version" minimum:"1"`
}

// getVersion gives a version as getBot gives the live one, with the channels of today.
func (a *API) getVersion(ctx context.Context, in *versionInput) (*shownOutput, error) {
	head, def, err := a.version(ctx, in)
	if err != nil {
		return nil, err
	}
	out, err := shown(head, def)
	if in.Version != head.Version && err == nil {
		// No revision that a change could be held to.
		out.ETag = fmt.Sprintf("\"%d-%d\"", in.Version, head.Revision)
	}
	return out, err
}

// version reads a version of a bot. Channels are no part of versions: they are those that the bot has now.
func (a *API) version(ctx context.Context, in *versionInput) (bot.Head, bot.Definition, error) {
	head, err := a.Store.BotByName(ctx, account(ctx), in.Bot)
	if err != nil {
		return head, bot.Definition{}, err
	}
	def, err := a.Store.VersionOf(ctx, head, in.Version)
	if err != nil {
		return head, def, err
	}
	channels, err := a.channels(ctx, head)
	def.Channels = specs(channels)
	return head, def, err
}

type rollbackInput struct {
	Bot     string `path:"bot"`
	Version int    `path:"version" minimum:"1"`
	IfMatch string `header:"If-Match" doc:"the ETag of the revision that is replaced"`
}

// rollback publishes an earlier version anew: what was live stays among the versions, and can be gone back to.
func (a *API) rollback(ctx context.Context, in *rollbackInput) (*putBotOutput, error) {
	_, def, err := a.version(ctx, &versionInput{Bot: in.Bot, Version: in.Version})
	if err != nil {
		return nil, err
	}
	return a.publish(ctx, def, nil, func(live bot.Head) error { return matches(in.IfMatch, live) })
}
