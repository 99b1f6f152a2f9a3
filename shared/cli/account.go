package cli

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"time"
)

type accountCommand struct {
	List   listAccountsCommand  `cmd:"" default:"1" help:"List the accounts beside the main one."`
	Create createAccountCommand `cmd:"" help:"Make an account and print its first token, which is shown only now."`
	Delete deleteAccountCommand `cmd:"" help:"Delete an account that has no bots, and its tokens."`
}

func (accountCommand) Help() string {
	return `Accounts own bots and see nothing of one another. Only the main account, whose the admin token is, has these commands.

  hookline account create acme
  hookline --token T apply acme.yaml
  hookline account delete acme`
}

type accountInfo struct {
	Account   string    `json:"account"`
	CreatedAt time.Time `json:"created_at"`
	Closed    bool      `json:"closed,omitempty"`
}

type listAccountsCommand struct{}

func (listAccountsCommand) Run(ctx context.Context, s *session) error {
	accounts, err := pages[accountInfo](ctx, s.client(), "/v1/accounts", "accounts", url.Values{}, 0)
	if err != nil {
		return err
	}
	return printAll(s, accounts, func(w io.Writer, a accountInfo) {
		closed := ""
		if a.Closed {
			closed = ", closed: delete it again"
		}
		fmt.Fprintf(w, "%s since %s%s\n", a.Account, a.CreatedAt.Local().Format(time.DateOnly), closed)
	})
}

type createAccountCommand struct {
	Account string `arg:"" help:"Its id: a-z, 0-9 and -."`
}

func (c *createAccountCommand) Run(ctx context.Context, s *session) error {
	var made tokenInfo
	if err := s.client().call(ctx, "POST /v1/accounts", map[string]string{"account": c.Account}, &made); err != nil {
		return err
	}
	return s.print(made, func(w io.Writer) { printToken(s, w, made) })
}

type deleteAccountCommand struct {
	Account string `arg:"" help:"Its id."`
}

func (c *deleteAccountCommand) Run(ctx context.Context, s *session) error {
	if err := s.client().call(ctx, "DELETE /v1/accounts/"+url.PathEscape(c.Account), nil, nil); err != nil {
		return err
	}
	return s.print(map[string]string{"deleted": c.Account}, func(w io.Writer) { fmt.Fprintf(w, "account %s is deleted\n", c.Account) })
}
