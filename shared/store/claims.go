package store

import (
	"cmp"
	"context"
	"slices"

	"hookline/shared/bot"
)

// Claim says that a channel lives by a credential which no other channel of its owner may have. The channel is named: one
// that is still to be published has no id.
type Claim struct {
	Owner    string     `json:"-"`
	Provider string     `json:"-"`
	Field    string     `json:"-"`
	Value    bot.Secret `json:"-"`
	Bot      string     `json:"bot"`
	Channel  string     `json:"channel"`

	// check holds until somebody else claims the credential, of one that no live channel has yet.
	check *Op
}

// Holder gives the claim of another bot's channel to the same credential; kind not_found if there is none. What is kept of
// a claim may be older than its channel, so the channels themselves decide.
func (s *Store) Holder(ctx context.Context, c Claim) (Claim, error) {
	for _, id := range s.keys.AppIDs(c.Provider, c.Value) {
		kept, _, err := read[Claim](ctx, s, claimKey(c, id), "claim")
		if err == nil && kept.Bot != c.Bot {
			held := c
			held.Bot, held.Channel = kept.Bot, kept.Channel
			if err = s.holds(ctx, held); err == nil {
				return held, nil
			}
		}
		if err != nil && bot.KindOf(err) != bot.NotFound {
			return Claim{}, err
		}
	}
	return Claim{}, errUnclaimed
}

var (
	errUnclaimed = bot.Errorf(bot.NotFound, "no other channel has this credential")
	errClaimed   = error(bot.Errorf(bot.Conflict, "another bot has just been published with a credential of this one"))
)

// holds is nil if a live channel has the credential that it claims.
func (s *Store) holds(ctx context.Context, c Claim) error {
	head, err := s.BotByName(ctx, c.Owner, c.Bot)
	if err != nil {
		return err
	}
	ch, err := s.Channel(ctx, head.Channels[c.Channel])
	if err == nil && (ch.Provider != c.Provider || !slices.Contains(ch.Secrets(c.Field), c.Value)) {
		err = errUnclaimed
	}
	return err
}

// PutClaim keeps a claim that is to be published with; kind conflict if a channel of another bot has the credential. Where that channel has it no longer,
// its claim is replaced: a credential can be removed there and added here.
func (s *Store) PutClaim(ctx context.Context, c Claim) (Claim, error) {
	key := claimKey(c, s.keys.AppIDs(c.Provider, c.Value)[0])
	for range lostRaces {
		kept, version, err := read[Claim](ctx, s, key, "claim")
		if err != nil && bot.KindOf(err) != bot.NotFound {
			return c, err
		}
		if version != 0 && kept.Bot == c.Bot && kept.Channel == c.Channel {
			return s.checked(ctx, c, key, version)
		}
		if _, err := s.Holder(ctx, c); bot.KindOf(err) != bot.NotFound {
			return c, cmp.Or(err, errClaimed)
		}
		if version, err = s.write(ctx, key, c, IfVersion(version)); err == nil {
			return s.checked(ctx, c, key, version)
		}
		if bot.KindOf(err) != bot.Conflict {
			return c, err
		}
	}
	return c, errClaimed
}

// checked has the publication of a claim find out whether another bot claims the credential meanwhile, which can be as long
// as no live channel has it.
func (s *Store) checked(ctx context.Context, c Claim, key Key, version int64) (Claim, error) {
	err := s.holds(ctx, c)
	if bot.KindOf(err) == bot.NotFound {
		c.check, err = &Op{Verb: CheckVerb, Item: Item{Key: key}, Cond: IfVersion(version)}, nil
	}
	return c, err
}
