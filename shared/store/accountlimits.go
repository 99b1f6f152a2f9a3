package store

import (
	"cmp"
	"context"
	"fmt"

	"hookline/shared/bot"
)

// Limits are those of an account. Zero is the default of the server: none of the account's own.
type Limits struct {
	Bots        int `json:"bots,omitempty" doc:"how many bots"`
	Handlers    int `json:"handlers,omitempty" doc:"how many handlers a bot"`
	StoredBytes int `json:"stored_bytes,omitempty" doc:"of all versions of a bot that are kept, compressed"`
	Requests    int `json:"requests,omitempty" doc:"of a bot's handlers a minute, in each process"`
	Sends       int `json:"sends,omitempty" doc:"messages of a channel a second, in each process"`
}

// ReasonLimit is the reason of what is refused, kind forbidden, because an account would be over a limit of its own.
const ReasonLimit = "account_limit"

// AccountLimits gives the limits of an account; none if there is no such account.
func (s *Store) AccountLimits(ctx context.Context, id string) (Limits, error) {
	account, _, err := s.account(ctx, id)
	if bot.KindOf(err) == bot.NotFound {
		return Limits{}, nil
	}
	return account.Limits, err
}

// ChangeLimits has apply change the limits of an account and gives it as it was and as it is. What is stored already
// stays, whatever they are. Apply may refuse, and is called again where somebody else was quicker.
func (s *Store) ChangeLimits(ctx context.Context, id string, apply func(*Limits) error) (before, after Account, err error) {
	var refused error
	after, err = change(ctx, s, accountKey(id), "account: "+id, func(a *Account) {
		before = *a
		limits := a.Limits
		if refused = apply(&limits); refused == nil {
			a.Limits = limits
		}
	})
	before.ID, after.ID = id, id
	return before, after, cmp.Or(refused, err)
}

// CheckLimits tells whether an owner's limits let a definition be published; errors as of Publish.
func (s *Store) CheckLimits(ctx context.Context, owner string, def bot.Definition) error {
	limits, err := s.AccountLimits(ctx, owner)
	if err != nil || limits == (Limits{}) {
		return err
	}
	head, version, err := s.headOrNew(ctx, owner, def.Bot)
	if err == nil {
		_, err = s.plan(ctx, head, version, def)
	}
	return err
}

// admit holds a publication to the limits of its owner, before anything of it is written. What it gives belongs into the
// transaction that makes a new bot: its account is not closed meanwhile, and of two bots that are made at once, one finds
// the account changed and counts again.
func (s *Store) admit(ctx context.Context, p plan, def bot.Definition) ([]Op, error) {
	account, version, err := s.account(ctx, p.Head.Owner)
	if bot.KindOf(err) == bot.NotFound {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	err = cmp.Or(account.admitHandlers(def), s.admitBytes(ctx, account, p))
	if err != nil || !p.Created {
		return nil, err
	}
	if account.Closed {
		return nil, bot.Errorf(bot.NotFound, "no such account: "+account.ID)
	}
	if account.Limits.Bots == 0 {
		return []Op{{Verb: CheckVerb, Item: Item{Key: accountKey(account.ID)}, Cond: IfVersion(version)}}, nil
	}
	others, err := s.table.Query(ctx, Query{PK: accountBotKey(account.ID, "").PK, Prefix: accountBots, Limit: account.Limits.Bots})
	if err != nil {
		return nil, err
	}
	if len(others) >= account.Limits.Bots {
		return nil, account.over("bots", fmt.Sprintf("the account has %d bots and may have %d", len(others), account.Limits.Bots))
	}
	item, err := encode(accountKey(account.ID), account, noExpiry)
	return []Op{{Verb: PutVerb, Item: item, Cond: IfVersion(version)}}, err
}

func (a Account) admitHandlers(def bot.Definition) error {
	if limit := a.Limits.Handlers; limit > 0 && len(def.Handlers) > limit {
		return a.over("handlers", fmt.Sprintf("bot %s has %d handlers and may have %d", def.Bot, len(def.Handlers), limit))
	}
	return nil
}

func (s *Store) admitBytes(ctx context.Context, a Account, p plan) error {
	limit := a.Limits.StoredBytes
	if limit == 0 {
		return nil
	}
	kept, err := s.table.Query(ctx, Query{PK: headKey(p.Head.ID).PK, Prefix: definitions})
	if err != nil {
		return err
	}
	size := 0
	for _, item := range kept {
		size += len(item.Body)
	}
	for _, chunk := range p.chunks.chunks {
		size += len(chunk)
	}
	if size > limit {
		return a.over("stored-bytes", fmt.Sprintf(
			"the versions of bot %s would have %d bytes and may have %d; each goes 30 days after another has replaced it", p.Head.Name, size, limit))
	}
	return nil
}

// over is the answer to what is over a limit: the flag is the command's that raises it.
func (a Account) over(flag, what string) error {
	return &bot.Error{Kind: bot.Forbidden, Reason: ReasonLimit, Message: fmt.Sprintf(
		"account %s: %s. The main account can raise that: hookline account limit %s --%s N", a.ID, what, a.ID, flag)}
}
