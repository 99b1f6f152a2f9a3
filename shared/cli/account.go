package cli

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"time"
)

type accountCommand struct {
	accountHelp
	List   listAccountsCommand  `cmd:"" default:"1" help:"List the accounts beside the main one."`
	Create createAccountCommand `cmd:"" help:"Make an account and print its first token, which is shown only now."`
	Limit  limitAccountCommand  `cmd:"" help:"Change the limits of an account."`
	Delete deleteAccountCommand `cmd:"" help:"Delete an account that has no bots, and its tokens."`
}

type accountHelp struct{}

func (accountHelp) Help() string {
	return `Accounts own bots and see nothing of one another. Only the main account, whose the admin token is, has these commands.

An account without limits of its own has those of the server.

  hookline account list
  hookline account create acme --bots 5 --requests 600
  hookline account limit acme --bots 10 --requests 0
  hookline --token T apply acme.yaml
  hookline account delete acme`
}

type accountInfo struct {
	Account   string    `json:"account"`
	CreatedAt time.Time `json:"created_at"`
	Closed    bool      `json:"closed,omitempty"`
	Limits    limits    `json:"limits,omitzero"`
}

// limits are those of an account; as flags, nil for those that stay.
type limits struct {
	Bots        *int `json:"bots,omitempty" help:"How many bots; 0, here as below: the server's default." placeholder:"N"`
	Handlers    *int `json:"handlers,omitempty" help:"Handlers a bot." placeholder:"N"`
	StoredBytes *int `json:"stored_bytes,omitempty" help:"Bytes, compressed, of all versions of a bot that are kept." placeholder:"N"`
	Requests    *int `json:"requests,omitempty" help:"Requests a minute of a bot's handlers." placeholder:"N"`
	Sends       *int `json:"sends,omitempty" help:"Messages a second of a channel." placeholder:"N"`
}

// text tells the limits as a list of what there is at most.
func (l limits) text() (text string) {
	for _, one := range []struct {
		limit *int
		of    string
	}{
		{l.Bots, "bots"}, {l.Handlers, "handlers a bot"}, {l.StoredBytes, "stored bytes a bot"},
		{l.Requests, "requests a minute"}, {l.Sends, "messages a second"},
	} {
		if one.limit != nil {
			text += fmt.Sprintf(", %s %s", grouped(*one.limit), one.of)
		}
	}
	return text
}

type listAccountsCommand struct{ accountHelp }

func (listAccountsCommand) Run(ctx context.Context, s *session) error {
	accounts, err := pages[accountInfo](ctx, s.client(), "/v1/accounts", "accounts", url.Values{}, 0)
	if err != nil {
		return err
	}
	return printList(s, accounts, "no accounts beside the main one", printAccount)
}

func printAccount(w io.Writer, a accountInfo) {
	closed := ""
	if a.Closed {
		closed = ", closed: delete it again"
	}
	fmt.Fprintf(w, "%s since %s%s%s\n", a.Account, a.CreatedAt.Local().Format(time.DateOnly), a.Limits.text(), closed)
}

type createAccountCommand struct {
	accountHelp
	Account string `arg:"" help:"Its id: a-z, 0-9 and -."`
	limits
}

func (c *createAccountCommand) Run(ctx context.Context, s *session) error {
	var made tokenInfo
	asked := struct {
		Account string `json:"account"`
		Limits  limits `json:"limits,omitzero"`
	}{c.Account, c.limits}
	if err := s.client().call(ctx, "POST /v1/accounts", asked, &made); err != nil {
		return err
	}
	return s.print(made, func(w io.Writer) { printToken(s, w, made) })
}

type limitAccountCommand struct {
	accountHelp
	Account string `arg:"" help:"Its id."`
	limits
}

func (c *limitAccountCommand) Run(ctx context.Context, s *session) error {
	if c.limits == (limits{}) {
		return &usage{"give a limit, as --bots 10"}
	}
	var changed accountInfo
	asked := map[string]limits{"limits": c.limits}
	if err := s.client().call(ctx, "PATCH /v1/accounts/"+url.PathEscape(c.Account), asked, &changed); err != nil {
		return err
	}
	return s.print(changed, func(w io.Writer) { printAccount(w, changed) })
}

type deleteAccountCommand struct {
	accountHelp
	Account string `arg:"" help:"Its id."`
}

func (c *deleteAccountCommand) Run(ctx context.Context, s *session) error {
	if err := s.client().call(ctx, "DELETE /v1/accounts/"+url.PathEscape(c.Account), nil, nil); err != nil {
		return err
	}
	return s.print(map[string]string{"deleted": c.Account}, func(w io.Writer) { fmt.Fprintf(w, "account %s is deleted\n", c.Account) })
}
