package api

import (
	"cmp"
	"context"
	"fmt"
	"time"
	"unicode/utf8"

	"hookline/shared/bot"
	"hookline/shared/store"
)

type changeTokenInput struct {
	Token   string `path:"token" doc:"its id, as the list shows it"`
	IfMatch string `header:"If-Match" doc:"the ETag that was read: 412 if it has been changed since"`
	RawBody []byte `contentType:"application/json"`
}

// tokenTerms are what of a token can be changed; zero: it stays.
type tokenTerms struct {
	Name      string    `json:"name"`
	ExpiresAt time.Time `json:"expires_at"`
}

// newTokenTerms reads a patch. Null would remove something, which cannot be.
func newTokenTerms(body []byte) (terms tokenTerms, err error) {
	var given document
	if err := bodyOf(body, &given); err != nil {
		return terms, err
	}
	for name, value := range given {
		if value == nil {
			return terms, bot.Errorf(bot.Invalid, name+" is null: it can be changed, but not removed")
		}
	}
	if err := onlyKnown(body, &terms); err != nil {
		return terms, bot.Wrap(bot.Invalid, "a token's name is a text, its expires_at a time; nothing else of it can be changed", err)
	}
	if length := utf8.RuneCountInString(terms.Name); length > maxTokenName || length == 0 && given["name"] != nil {
		return terms, bot.Errorf(bot.Invalid, fmt.Sprintf("a token's name has 1 to %d characters", maxTokenName))
	}
	return terms, nil
}

const maxTokenName = 100 // as in the document

func (a *API) changeToken(ctx context.Context, in *changeTokenInput) (*tokenOutput, error) {
	terms, err := newTokenTerms(in.RawBody)
	if err != nil {
		return nil, err
	}
	var before store.Token
	after, err := a.Store.ChangeToken(ctx, account(ctx), in.Token, func(t *store.Token) error {
		if err := unchanged(in.IfMatch, tokenTag(*t), "the token"); err != nil {
			return err
		}
		before = *t
		t.Name = cmp.Or(terms.Name, t.Name)
		return a.shorten(t, terms.ExpiresAt)
	})
	if err != nil {
		return nil, err
	}
	r := recordOf(ctx)
	r.name("name", after.Name)
	if before.Name != after.Name {
		r.note(store.Change{Path: "name", What: "set to " + after.Name})
	}
	if !before.ExpiresAt.Equal(after.ExpiresAt) {
		r.note(store.Change{Path: "expires_at", What: "set to " + after.ExpiresAt.Format(time.RFC3339)})
	}
	return tokenAnswer(after), nil
}

// shorten has a token expire at a time, zero: when it does already.
func (a *API) shorten(t *store.Token, expires time.Time) error {
	switch {
	case expires.IsZero():
		return nil
	case !expires.After(a.Now()):
		return bot.Errorf(bot.Invalid, "expires_at is past: to end a token now, revoke it")
	case !t.ExpiresAt.IsZero() && expires.After(t.ExpiresAt):
		return bot.Errorf(bot.Conflict, "the token expires at "+t.ExpiresAt.Format(time.RFC3339)+", which can only be brought forward: make a new token")
	}
	t.ExpiresAt = expires
	return nil
}
