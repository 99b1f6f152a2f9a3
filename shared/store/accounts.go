package store

import (
	"cmp"
	"context"
	"regexp"
	"time"

	"hookline/shared/bot"
)

// Account owns bots and has tokens.
type Account struct {
	ID        string    `json:"-"`
	CreatedAt time.Time `json:"created_at"`
	// Closed opens nothing any more: it is being deleted.
	Closed bool   `json:"closed,omitempty"`
	Limits Limits `json:"limits,omitzero"`
}

// accountID has no dot: that ends the account in a token.
var accountID = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,62}$`)

// CreateAccount makes an account with its limits; kind conflict if there is one of that id, invalid if it is none.
func (s *Store) CreateAccount(ctx context.Context, id string, limits Limits) (Account, error) {
	account := Account{ID: id, CreatedAt: s.now().UTC(), Limits: limits}
	if !accountID.MatchString(id) {
		return account, bot.Errorf(bot.Invalid, "an account's id is up to 63 of a-z, 0-9 and -, and does not begin with -")
	}
	_, err := s.write(ctx, accountKey(id), account, Absent)
	if bot.KindOf(err) == bot.Conflict {
		err = bot.Wrap(bot.Conflict, "there is an account "+id, err)
	}
	return account, err
}

// EnsureAccount makes an account that is not there yet.
func (s *Store) EnsureAccount(ctx context.Context, id string) error {
	if _, _, err := s.account(ctx, id); bot.KindOf(err) != bot.NotFound {
		return err
	}
	if _, err := s.CreateAccount(ctx, id, Limits{}); bot.KindOf(err) != bot.Conflict {
		return err
	}
	return nil
}

func (s *Store) account(ctx context.Context, id string) (Account, int64, error) {
	account, version, err := read[Account](ctx, s, accountKey(id), "account: "+id)
	account.ID = id
	return account, version, err
}

// Account reads an account; kind not_found if there is none.
func (s *Store) Account(ctx context.Context, id string) (Account, error) {
	account, _, err := s.account(ctx, id)
	return account, err
}

// Accounts gives accounts by id, those behind after.
func (s *Store) Accounts(ctx context.Context, after string, limit int) ([]Account, error) {
	q := Query{PK: accounts, Limit: limit}
	if after != "" {
		q.After = accountKey(after).SK
	}
	items, err := s.table.Query(ctx, q)
	if err != nil {
		return nil, err
	}
	found := make([]Account, len(items))
	for i, item := range items {
		if err := decode(item, &found[i]); err != nil {
			return nil, err
		}
		found[i].ID = item.SK
	}
	return found, nil
}

// DeleteAccount removes an account, its tokens, its claims and the answers kept for it; kind conflict while it has bots,
// or open deletions of some. It is closed first, so that no token of it opens anything meanwhile; after a failure,
// deleting it again goes on.
func (s *Store) DeleteAccount(ctx context.Context, id string) error {
	account, err := s.Account(ctx, id)
	if err != nil {
		return err
	}
	err = s.deserted(ctx, id)
	if err == nil {
		if account, err = s.setClosed(ctx, id, true); err == nil {
			err = s.deserted(ctx, id) // somebody may have made a bot before it was closed
		}
	}
	if bot.KindOf(err) == bot.Conflict && account.Closed {
		_, opened := s.setClosed(ctx, id, false)
		err = cmp.Or(opened, err)
	}
	if err != nil {
		return err
	}
	for _, prefix := range []string{tokens, claims, idempotencyKeys} {
		if err := s.dropOfAccount(ctx, id, prefix); err != nil {
			return err
		}
	}
	return s.table.Delete(ctx, accountKey(id), Always)
}

// deserted is nil if an account has no bots, kind conflict otherwise.
func (s *Store) deserted(ctx context.Context, id string) error {
	bots, err := s.Bots(ctx, id, "", 1)
	if err != nil {
		return err
	}
	if len(bots) > 0 {
		return bot.Errorf(bot.Conflict, "account "+id+" has bots: delete them first")
	}
	open, _, err := s.Deletions(ctx, id, "", 1)
	if err == nil && len(open) > 0 {
		err = bot.Errorf(bot.Conflict, "account "+id+" has a deletion that is not done, of bot "+open[0].Bot+": go on with it first")
	}
	return err
}

func (s *Store) setClosed(ctx context.Context, id string, closed bool) (Account, error) {
	return change(ctx, s, accountKey(id), "account: "+id, func(a *Account) { a.Closed = closed })
}

// dropOfAccount removes what lies in an account's partition under a prefix.
func (s *Store) dropOfAccount(ctx context.Context, account, prefix string) error {
	for {
		items, err := s.table.Query(ctx, Query{PK: tokenKey(account, "").PK, Prefix: prefix, Limit: TransactLimit})
		if err != nil || len(items) == 0 {
			return err
		}
		ops := make([]Op, len(items))
		for i, item := range items {
			ops[i] = Op{Verb: DeleteVerb, Item: Item{Key: item.Key}, Cond: Always}
		}
		if err := s.table.Transact(ctx, ops...); err != nil {
			return err
		}
	}
}
