package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"hookline/shared/bot"
	"hookline/shared/store"
)

func (a *API) registerAccounts(h huma.API) {
	huma.Register(h, admin("list-accounts", http.MethodGet, "/v1/accounts", "List the accounts beside the main one"), answering(a, a.listAccounts))
	huma.Register(h, admin("get-account", http.MethodGet, "/v1/accounts/{account}", "Read an account beside the main one"), answering(a, a.getAccount))
	huma.Register(h, admin("create-account", http.MethodPost, "/v1/accounts",
		"Make an account, with a token of all scopes that is shown only now"), answering(a, a.createAccount))
	huma.Register(h, admin("change-account", http.MethodPatch, "/v1/accounts/{account}",
		"Change the limits of an account"), answering(a, a.changeAccount))
	huma.Register(h, admin("delete-account", http.MethodDelete, "/v1/accounts/{account}",
		"Delete an account without bots, and its tokens"), answering(a, a.deleteAccount))
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

func describeAccount(found store.Account) accountInfo {
	return accountInfo{found.ID, found.CreatedAt, found.Closed, found.Limits}
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
	var limits store.Limits
	in.Body.Limits.apply(&limits)
	made, err := a.Store.CreateAccount(ctx, in.Body.Account, limits)
	if err != nil {
		return nil, err
	}
	noteLimits(ctx, store.Limits{}, made.Limits)
	return a.makeToken(ctx, store.Token{Account: made.ID, Name: adminName, Scopes: store.Scopes()})
}

type accountInput struct {
	Account string `path:"account"`
}

// getAccount finds those that the list shows.
func (a *API) getAccount(ctx context.Context, in *accountInput) (*accountOutput, error) {
	if err := a.mainOnly(ctx); err != nil {
		return nil, err
	}
	if in.Account == a.Owner {
		return nil, bot.Errorf(bot.NotFound, "that is the main account, which is not among them")
	}
	found, err := a.Store.Account(ctx, in.Account)
	return accountAnswer(found), err
}

type changeAccountInput struct {
	Account string `path:"account"`
	IfMatch string `header:"If-Match" doc:"the ETag that was read: 412 if it has been changed since"`
	Body    struct {
		Limits limitChanges `json:"limits" doc:"those that are left out stay; 0 or null is the server's default"`
	}
}

type accountOutput struct {
	ETag string `header:"ETag" doc:"of the limits"`
	Body accountInfo
}

func accountAnswer(found store.Account) *accountOutput {
	return &accountOutput{contentTag(found.Limits), describeAccount(found)}
}

func (a *API) changeAccount(ctx context.Context, in *changeAccountInput) (*accountOutput, error) {
	if err := a.mainOnly(ctx); err != nil {
		return nil, err
	}
	if in.Account == a.Owner {
		return nil, bot.Errorf(bot.Conflict, "the main account has the limits of the server")
	}
	before, after, err := a.Store.ChangeLimits(ctx, in.Account, func(l *store.Limits) error {
		if err := unchanged(in.IfMatch, contentTag(*l), "the account"); err != nil {
			return err
		}
		in.Body.Limits.apply(l)
		return nil
	})
	if err != nil {
		return nil, err
	}
	noteLimits(ctx, before.Limits, after.Limits)
	return accountAnswer(after), nil
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
