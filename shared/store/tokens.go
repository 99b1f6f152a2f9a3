package store

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"regexp"
	"strings"
	"time"

	"hookline/shared/bot"
	"hookline/shared/secret"
)

// Scope is a part of the management API that a token opens. No scope holds another.
type Scope string

// The scopes.
const (
	ScopeRead  Scope = "read"  // look at everything; secrets are masked there
	ScopeWrite Scope = "write" // change bots and what belongs to them
	ScopeSend  Scope = "send"  // send messages to chats
	ScopeAdmin Scope = "admin" // make and revoke tokens
)

// Scopes are all there are.
func Scopes() []Scope { return []Scope{ScopeRead, ScopeWrite, ScopeSend, ScopeAdmin} }

// Token opens the management API for an account. The token itself is not kept, only its hash.
type Token struct {
	// ID names the token, and tells nothing of it.
	ID        string    `json:"-"`
	Account   string    `json:"-"`
	Name      string    `json:"name"`
	Scopes    []Scope   `json:"scopes"`
	CreatedAt time.Time `json:"created_at"`
	ExpiresAt time.Time `json:"expires_at,omitzero"`
	// UsedAt is the hour in which it was last used.
	UsedAt time.Time `json:"used_at,omitzero"`
}

// tokenIDLength is how much of a token's hash is its id.
const tokenIDLength = 16

var tokenID = regexp.MustCompile(`^[0-9a-f]{16}$`)

// CreateToken makes a token of an account, "<account>.<random>", with the name, scopes and expiry given; kind not_found
// if there is no such account.
func (s *Store) CreateToken(ctx context.Context, t Token) (Token, bot.Secret, error) {
	account, version, err := s.account(ctx, t.Account)
	if err != nil {
		return t, "", err
	}
	if account.Closed {
		return t, "", bot.Errorf(bot.NotFound, "no such account: "+t.Account)
	}
	made := bot.Secret(t.Account + "." + rand.Text())
	key := tokenKey(t.Account, secret.HashToken(made))
	t.ID, t.CreatedAt, t.ExpiresAt = idOfToken(key), s.now().UTC(), t.ExpiresAt.UTC().Truncate(time.Second)
	item, err := encode(key, t, t.ExpiresAt)
	if err != nil {
		return t, "", err
	}
	return t, made, s.table.Transact(ctx,
		Op{Verb: PutVerb, Item: item, Cond: Absent},
		Op{Verb: CheckVerb, Item: Item{Key: accountKey(t.Account)}, Cond: IfVersion(version)})
}

func idOfToken(key Key) string { return strings.TrimPrefix(key.SK, tokens)[:tokenIDLength] }

// Authenticate finds what a token opens and notes that it was used; kind unauthorized if it is none, is revoked or has
// expired, or its account is gone.
func (s *Store) Authenticate(ctx context.Context, given bot.Secret) (Token, error) {
	id, _, _ := strings.Cut(given.Reveal(), ".")
	if !accountID.MatchString(id) {
		return Token{}, errNoToken
	}
	key := tokenKey(id, secret.HashToken(given))
	items, err := s.table.BatchGet(ctx, key, accountKey(id))
	if err != nil {
		return Token{}, err
	}
	byKey := make(map[Key]Item, len(items))
	for _, item := range items {
		byKey[item.Key] = item
	}
	if len(byKey) < 2 {
		return Token{}, errNoToken
	}
	var t Token
	var account Account
	if err := errors.Join(decode(byKey[key], &t), decode(byKey[accountKey(id)], &account)); err != nil {
		return Token{}, err
	}
	if account.Closed {
		return Token{}, errNoToken
	}
	t.ID, t.Account = idOfToken(key), id
	return s.noteUse(ctx, byKey[key], t), nil
}

var errNoToken = bot.Errorf(bot.Unauthorized, "the token is missing or wrong")

// noteUse writes at most once an hour: calls that read should cost no write.
func (s *Store) noteUse(ctx context.Context, item Item, t Token) Token {
	hour := s.now().UTC().Truncate(time.Hour)
	if !t.UsedAt.Before(hour) {
		return t
	}
	t.UsedAt = hour
	if body, err := json.Marshal(t); err == nil {
		item.Body = body
		// A use that is not noted is no reason to refuse it; a token that was revoked meanwhile does not come back.
		_, _ = s.table.Put(ctx, item, IfVersion(item.Version))
	}
	return t
}

// Tokens gives the tokens of an account by id, those behind after.
func (s *Store) Tokens(ctx context.Context, account, after string, limit int) ([]Token, error) {
	q := Query{PK: tokenKey(account, "").PK, Prefix: tokens, Limit: limit}
	if after != "" {
		q.After = tokens + after + "g" // behind all hashes that begin so
	}
	items, err := s.table.Query(ctx, q)
	if err != nil {
		return nil, err
	}
	found := make([]Token, len(items))
	for i, item := range items {
		if err := decode(item, &found[i]); err != nil {
			return nil, err
		}
		found[i].ID, found[i].Account = idOfToken(item.Key), account
	}
	return found, nil
}

// Token reads a token of an account by its id; kind not_found if there is none.
func (s *Store) Token(ctx context.Context, account, id string) (Token, error) {
	t, _, err := s.token(ctx, account, id)
	return t, err
}

func (s *Store) token(ctx context.Context, account, id string) (t Token, item Item, err error) {
	missing := bot.Errorf(bot.NotFound, "no such token: "+id)
	if !tokenID.MatchString(id) {
		return t, item, missing
	}
	items, err := s.table.Query(ctx, Query{PK: tokenKey(account, "").PK, Prefix: tokens + id, Limit: 1})
	if err != nil {
		return t, item, err
	}
	if len(items) == 0 {
		return t, item, missing
	}
	if err := decode(items[0], &t); err != nil {
		return t, item, err
	}
	t.ID, t.Account = id, account
	return t, items[0], nil
}

// ChangeToken has apply change the name or the expiry of a token of an account. Apply may refuse, and is called again
// where somebody else was quicker.
func (s *Store) ChangeToken(ctx context.Context, account, id string, apply func(*Token) error) (Token, error) {
	var lost error
	for range lostRaces {
		t, item, err := s.token(ctx, account, id)
		if err != nil {
			return t, err
		}
		if err := apply(&t); err != nil {
			return t, err
		}
		t.ExpiresAt = t.ExpiresAt.UTC().Truncate(time.Second)
		changed, err := encode(item.Key, t, t.ExpiresAt)
		if err != nil {
			return t, err
		}
		if _, lost = s.table.Put(ctx, changed, IfVersion(item.Version)); bot.KindOf(lost) != bot.Conflict {
			return t, lost
		}
	}
	return Token{}, lost
}

// RevokeToken removes a token of an account by its id and says which it was.
func (s *Store) RevokeToken(ctx context.Context, account, id string) (Token, error) {
	t, item, err := s.token(ctx, account, id)
	if err != nil {
		return t, err
	}
	return t, s.table.Delete(ctx, item.Key, Always)
}
