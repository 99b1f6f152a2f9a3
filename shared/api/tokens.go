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
	admin := func(id, method, path, summary string) huma.Operation {
		o := operation(id, method, path, summary)
		o.Security = needs(store.ScopeAdmin)
		if method == http.MethodPost {
			o.DefaultStatus = http.StatusCreated
		}
		return o
	}
	huma.Register(h, admin("list-tokens", http.MethodGet, "/v1/tokens", "List tokens"), answering(a, a.listTokens))
	huma.Register(h, admin("create-token", http.MethodPost, "/v1/tokens", "Make a token; it is shown only now"), answering(a, a.createToken))
	huma.Register(h, admin("revoke-token", http.MethodDelete, "/v1/tokens/{token}", "Revoke a token"), answering(a, a.revokeToken))
	huma.Register(h, admin("list-accounts", http.MethodGet, "/v1/accounts", "List the accounts beside the main one"), answering(a, a.listAccounts))
	huma.Register(h, admin("create-account", http.MethodPost, "/v1/accounts",
		"Make an account, with a token of all scopes that is shown only now"), answering(a, a.createAccount))
	huma.Register(h, admin("change-account", http.MethodPatch, "/v1/accounts/{account}",
		"Change the limits of an account"), answering(a, a.changeAccount))
	huma.Register(h, admin("delete-account", http.MethodDelete, "/v1/accounts/{account}",
		"Delete an account without bots, and its tokens"), answering(a, a.deleteAccount))
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
	Body tokenInfo
}

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
	info := describeToken(made)
	info.Token = token.Reveal()
	return &tokenOutput{info}, nil
}

type tokenInput struct {
	Token string `path:"token" doc:"its id, as the list shows it"`
}

func (a *API) revokeToken(ctx context.Context, in *tokenInput) (*struct{}, error) {
	t, err := a.Store.RevokeToken(ctx, account(ctx), in.Token)
	recordOf(ctx).name("name", t.Name)
	return nil, err
}

// mainOnly refuses callers of other accounts, whatever they ask for.
func (a *API) mainOnly(ctx context.Context) error {
	if account(ctx) != a.Owner {
		return bot.Errorf(bot.Forbidden, "only the main account may do that")
	}
	return nil
}

type accountInfo struct {
	Account   string    `json:"account"`
	CreatedAt time.Time `json:"created_at"`
	Closed    bool      `json:"closed,omitempty" doc:"it is being deleted: delete it again to go on"`
	// Limits are those that are not the server's defaults.
	Limits store.Limits `json:"limits,omitzero"`
}

type listAccountsOutput struct {
	Body struct {
		Accounts []accountInfo `json:"accounts"`
		Next     string        `json:"next,omitempty"`
	}
}

func (a *API) listAccounts(ctx context.Context, in *pageInput) (*listAccountsOutput, error) {
	if err := a.mainOnly(ctx); err != nil {
		return nil, err
	}
	accounts, err := a.Store.Accounts(ctx, in.Cursor, in.Limit)
	if err != nil {
		return nil, err
	}
	out := &listAccountsOutput{}
	out.Body.Accounts = make([]accountInfo, 0, len(accounts))
	for _, found := range accounts {
		if found.ID != a.Owner {
			out.Body.Accounts = append(out.Body.Accounts, describeAccount(found))
		}
	}
	if len(accounts) == in.Limit {
		out.Body.Next = accounts[len(accounts)-1].ID
	}
	return out, nil
}

type createAccountInput struct {
	Body struct {
		Account string       `json:"account" pattern:"^[a-z0-9][a-z0-9-]{0,62}$"`
		Limits  limitChanges `json:"limits,omitzero" doc:"those that are left out, 0 or null are the server's defaults"`
	}
}

// createAccount makes the account's first token with it: without one nobody could get in.
func (a *API) createAccount(ctx context.Context, in *createAccountInput) (*tokenOutput, error) {
	if err := a.mainOnly(ctx); err != nil {
		return nil, err
	}
	if in.Body.Account == a.Owner {
		return nil, bot.Errorf(bot.Conflict, "that is the main account")
	}
	made, err := a.Store.CreateAccount(ctx, in.Body.Account)
	if err != nil {
		return nil, err
	}
	if _, made, err = a.Store.ChangeLimits(ctx, made.ID, in.Body.Limits.apply); err != nil {
		return nil, err
	}
	noteLimits(ctx, store.Limits{}, made.Limits)
	return a.makeToken(ctx, store.Token{Account: made.ID, Name: adminName, Scopes: store.Scopes()})
}

type accountInput struct {
	Account string `path:"account"`
}

func (a *API) deleteAccount(ctx context.Context, in *accountInput) (*struct{}, error) {
	if err := a.mainOnly(ctx); err != nil {
		return nil, err
	}
	if in.Account == a.Owner {
		return nil, bot.Errorf(bot.Conflict, "the main account stays")
	}
	return nil, a.Store.DeleteAccount(ctx, in.Account)
}
