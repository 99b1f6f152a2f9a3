package api

import (
	"context"
	"encoding/json"
	"time"

	"hookline/shared/bot"
)

type versionInfo struct {
	Version    int       `json:"version"`
	Live       bool      `json:"live,omitempty"`
	ReplacedAt time.Time `json:"replaced_at,omitzero"`
	ExpiresAt  time.Time `json:"expires_at,omitzero" doc:"until when it is kept"`
}

type listVersionsOutput struct {
	Body struct {
		Versions []versionInfo `json:"versions"`
	}
}

func (a *API) listVersions(ctx context.Context, in *botInput) (*listVersionsOutput, error) {
	head, err := a.Store.BotByName(ctx, account(ctx), in.Bot)
	if err != nil {
		return nil, err
	}
	versions, err := a.Store.Versions(ctx, head)
	if err != nil {
		return nil, err
	}
	out := &listVersionsOutput{}
	out.Body.Versions = make([]versionInfo, 0, len(versions))
	for _, v := range versions {
		out.Body.Versions = append(out.Body.Versions, versionInfo{v.Number, v.Number == head.Version, v.ReplacedAt, v.ExpiresAt})
	}
	return out, nil
}

type versionInput struct {
	Bot     string `path:"bot"`
	Version int    `path:"version" minimum:"1"`
}

// getVersion gives a version as getBot gives the live one, with the channels of today.
func (a *API) getVersion(ctx context.Context, in *versionInput) (*getBotOutput, error) {
	_, def, err := a.version(ctx, in)
	if err != nil {
		return nil, err
	}
	return botOutput(in.Version, def)
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
	IfMatch string `header:"If-Match" doc:"the ETag of the version that is replaced"`
}

// rollback publishes an earlier version anew: what was live stays among the versions, and can be gone back to.
func (a *API) rollback(ctx context.Context, in *rollbackInput) (*putBotOutput, error) {
	_, def, err := a.version(ctx, &versionInput{Bot: in.Bot, Version: in.Version})
	if err != nil {
		return nil, err
	}
	return a.publish(ctx, def, nil, func(live bot.Head) error { return matches(in.IfMatch, live.Version) })
}

func botOutput(version int, def bot.Definition) (*getBotOutput, error) {
	body, err := json.Marshal(def)
	if err != nil {
		return nil, bot.Wrap(bot.Internal, "the bot file cannot be written", err)
	}
	return &getBotOutput{versionTag(version), body}, nil
}
