package api

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"hookline/shared/bot"
	"hookline/shared/store"
)

func (a *API) registerTokens(h huma.API) {
	huma.Register(h, admin("list-tokens", http.MethodGet, "/v1/tokens", "List tokens"), answering(a, a.listTokens))
	huma.Register(h, admin("create-token", http.MethodPost, "/v1/tokens", "Make a token; it is shown only now"), answering(a, a.createToken))
	huma.Register(h, admin("get-token", http.MethodGet, "/v1/tokens/{token}", "Read a token, but for the token itself"), answering(a, a.getToken))
	change, body := written("change-token", http.MethodPatch, "/v1/tokens/{token}", "Change a token's name, or have its expires_at come sooner")
	change.Security = needs(store.ScopeAdmin)
	change.Description = "Whoever gave a token away counts on its expiry and its scopes: for a later expiry, or other scopes, make a new token."
	huma.Register(h, change, answering(a, a.changeToken))
	accept(body, huma.TypeObject)
	huma.Register(h, admin("revoke-token", http.MethodDelete, "/v1/tokens/{token}", "Revoke a token"), answering(a, a.revokeToken))
}

// admin is an operation that needs the scope of that name.
func admin(id, method, path, summary string) huma.Operation {
	o := operation(id, method, path, summary)
	o.Security = needs(store.ScopeAdmin)
	if method == http.MethodPost {
		o.DefaultStatus = http.StatusCreated
	}
	return o
}

// tokenInfo is what may be shown of a token.
type tokenInfo struct {
	ID        string        `json:"id"`
	Name      string        `json:"name"`
	Account   string        `json:"account"`
	Scopes    []store.Scope `json:"scopes"`
	Token     string        `json:"token,omitempty" doc:"shown only when it is made"`
	CreatedAt time.Time     `json:"created_at"`
	ExpiresAt time.Time     `json:"expires_at,omitzero"`
	UsedAt    time.Time     `json:"used_at,omitzero" doc:"the hour in which it was last used"`
}

func describeToken(t store.Token) tokenInfo {
	return tokenInfo{
		ID: t.ID, Name: t.Name, Account: t.Account, Scopes: t.Scopes,
		CreatedAt: t.CreatedAt, ExpiresAt: t.ExpiresAt, UsedAt: t.UsedAt,
	}
}

type listTokensOutput struct {
	Body struct {
		Tokens []tokenInfo `json:"tokens"`
		Next   string      `json:"next,omitempty"`
	}
}

func (a *API) listTokens(ctx context.Context, in *pageInput) (*listTokensOutput, error) {
	tokens, err := a.Store.Tokens(ctx, account(ctx), in.Cursor, in.Limit)
	if err != nil {
		return nil, err
	}
	out := &listTokensOutput{}
	out.Body.Tokens = make([]tokenInfo, 0, len(tokens))
	for _, t := range tokens {
		out.Body.Tokens = append(out.Body.Tokens, describeToken(t))
	}
	if len(tokens) == in.Limit {
		out.Body.Next = tokens[len(tokens)-1].ID
	}
	return out, nil
}

type createTokenInput struct {
	Body struct {
		Name      string        `json:"name" minLength:"1" maxLength:"100" doc:"whose it is or what for: the audit names it"`
		Scopes    []store.Scope `json:"scopes" minItems:"1" maxItems:"4" nullable:"false" enum:"read,write,send,admin"`
		ExpiresAt time.Time     `json:"expires_at,omitzero" nullable:"true"`
		Account   string        `json:"account,omitempty" maxLength:"63" doc:"another account's: only for the main account"`
	}
}

type tokenOutput struct {
	ETag string `header:"ETag" doc:"of the name and the expiry"`
	Body tokenInfo
}

func tokenAnswer(t store.Token) *tokenOutput {
	return &tokenOutput{tokenTag(t), describeToken(t)}
}

func tokenTag(t store.Token) string { return contentTag(tokenTerms{t.Name, t.ExpiresAt}) }

func (a *API) createToken(ctx context.Context, in *createTokenInput) (*tokenOutput, error) {
	t := store.Token{Account: account(ctx), Name: in.Body.Name, Scopes: in.Body.Scopes, ExpiresAt: in.Body.ExpiresAt}
	if other := in.Body.Account; other != "" && other != t.Account {
		if err := a.mainOnly(ctx); err != nil {
			return nil, err
		}
		t.Account = other
	}
	if !t.ExpiresAt.IsZero() && !t.ExpiresAt.After(a.Now()) {
		return nil, bot.Errorf(bot.Invalid, "expires_at is past")
	}
	return a.makeToken(ctx, t)
}

func (a *API) makeToken(ctx context.Context, t store.Token) (*tokenOutput, error) {
	if t.Account == a.Owner {
		if err := a.Store.EnsureAccount(ctx, a.Owner); err != nil {
			return nil, err
		}
	}
	made, token, err := a.Store.CreateToken(ctx, t)
	if err != nil {
		return nil, err
	}
	r := recordOf(ctx)
	r.name("account", made.Account)
	r.name("token", made.ID)
	r.name("name", made.Name)
	r.name("scopes", fmt.Sprint(made.Scopes))
	out := tokenAnswer(made)
	out.Body.Token = token.Reveal()
	return out, nil
}

type tokenInput struct {
	Token string `path:"token" doc:"its id, as the list shows it"`
}

func (a *API) getToken(ctx context.Context, in *tokenInput) (*tokenOutput, error) {
	t, err := a.Store.Token(ctx, account(ctx), in.Token)
	return tokenAnswer(t), err
}

func (a *API) revokeToken(ctx context.Context, in *tokenInput) (*struct{}, error) {
	t, err := a.Store.RevokeToken(ctx, account(ctx), in.Token)
	recordOf(ctx).name("name", t.Name)
	return nil, err
}
