package api

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"hookline/shared/bot"
	"hookline/shared/provider"
	"hookline/shared/store"
)

// claims gives what a definition claims for its channels alone: the credentials that are exclusive. Those that another
// channel of the account has already are problems of the definition.
func (a *API) claims(ctx context.Context, def bot.Definition) ([]store.Claim, error) {
	var claims []store.Claim
	var problems []bot.Problem
	for _, c := range a.exclusive(ctx, def) {
		holder, err := a.holder(ctx, c, claims)
		switch {
		case err == nil:
			problems = append(problems, bot.Problem{
				Path:    "channels." + c.Channel + "." + c.Field,
				Message: fmt.Sprintf("is that of channel %s of bot %s already, and only one of them would get messages: remove it there first", holder.Channel, holder.Bot),
			})
		case bot.KindOf(err) != bot.NotFound:
			return nil, err
		}
		claims = append(claims, c)
	}
	if len(problems) > 0 {
		return nil, rejected(problems)
	}
	return claims, nil
}

// exclusive lists the exclusive credentials of a definition that are given; the others stay as they were claimed.
func (a *API) exclusive(ctx context.Context, def bot.Definition) (claims []store.Claim) {
	for _, name := range slices.Sorted(maps.Keys(def.Channels)) {
		spec := def.Channels[name]
		p, known := a.Providers[spec.Provider]
		if !known { // of a version that another program published
			continue
		}
		for _, value := range exclusiveOf(spec, p.Describe().Fields) {
			value.Owner, value.Bot, value.Channel = account(ctx), def.Bot, name
			claims = append(claims, value)
		}
	}
	return claims
}

func exclusiveOf(spec bot.ChannelSpec, fields []provider.Field) (values []store.Claim) {
	for _, f := range fields {
		if !f.Exclusive {
			continue
		}
		for _, credential := range spec.Credentials[f.Name] {
			if credential.Value != "" {
				values = append(values, store.Claim{Provider: spec.Provider, Field: f.Name, Value: credential.Value})
			}
		}
	}
	return values
}

// holder finds who else has a credential: a channel of the same file, or of another bot; kind not_found if nobody.
func (a *API) holder(ctx context.Context, c store.Claim, own []store.Claim) (store.Claim, error) {
	same := func(other store.Claim) bool {
		return other.Provider == c.Provider && other.Field == c.Field && other.Value == c.Value
	}
	if at := slices.IndexFunc(own, same); at >= 0 {
		return own[at], nil
	}
	return a.Store.Holder(ctx, c)
}

// claim keeps the claims of a definition that is about to be published. If it is not after all, they hold nobody up.
func (a *API) claim(ctx context.Context, def bot.Definition) ([]store.Claim, error) {
	claims, err := a.claims(ctx, def)
	if err != nil {
		return nil, err
	}
	for i := range claims {
		if claims[i], err = a.Store.PutClaim(ctx, claims[i]); err != nil {
			return nil, err
		}
	}
	return claims, nil
}
