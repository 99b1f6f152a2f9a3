package cli

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"strings"
	"text/tabwriter"
	"time"
)

type tokenCommand struct {
	tokenHelp
	List   listTokensCommand  `cmd:"" default:"1" help:"List tokens."`
	Create createTokenCommand `cmd:"" help:"Make a token; it is shown only now."`
	Revoke revokeTokenCommand `cmd:"" help:"Revoke tokens: they open nothing from then on."`
}

// tokenHelp is what a command and those below it say of themselves.
type tokenHelp struct{}

func (tokenHelp) Help() string {
	return `Tokens open the management API for an account, each for its scopes: read, write, send (messages to chats) and
admin (tokens). All of this needs a token with the scope admin, as the admin token is.

  hookline token create deploy --scope read --scope write --days 90
  hookline token list
  hookline token revoke 0123456789abcdef`
}

// tokenInfo is a token as the server shows it. The token itself is there only in the answer that made it.
type tokenInfo struct {
	ID        string    `json:"id"`
	Name      string    `json:"name"`
	Account   string    `json:"account"`
	Scopes    []string  `json:"scopes"`
	Token     string    `json:"token,omitempty"`
	CreatedAt time.Time `json:"created_at"`
	ExpiresAt time.Time `json:"expires_at,omitzero"`
	UsedAt    time.Time `json:"used_at,omitzero"`
}

type listTokensCommand struct{ tokenHelp }

func (listTokensCommand) Run(ctx context.Context, s *session) error {
	tokens, err := pages[tokenInfo](ctx, s.client(), "/v1/tokens", "tokens", url.Values{}, 0)
	if err != nil {
		return err
	}
	if s.flags.Output != "text" || len(tokens) == 0 {
		return printList(s, tokens, "no tokens but the admin token", nil)
	}
	table := tabwriter.NewWriter(s.Stdout, 0, 0, 2, ' ', 0)
	for _, t := range tokens {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", t.ID, t.Name, strings.Join(t.Scopes, ","), lastUse(t), expiry(t))
	}
	return table.Flush()
}

func lastUse(t tokenInfo) string {
	if t.UsedAt.IsZero() {
		return "never used"
	}
	return "last used " + t.UsedAt.Local().Format("2006-01-02 15h")
}

func expiry(t tokenInfo) string {
	if t.ExpiresAt.IsZero() {
		return "does not expire"
	}
	return "expires " + t.ExpiresAt.Local().Format(time.DateOnly)
}

type createTokenCommand struct {
	tokenHelp
	Name    string   `arg:"" help:"Whose it is, or what for: the audit names it."`
	Scope   []string `required:"" enum:"read,write,send,admin" help:"What it opens: read, write, send, admin; may be repeated."`
	Days    int      `help:"How long it is valid; without, until it is revoked." placeholder:"N"`
	Account string   `help:"Of another account; only with a token of the main one." placeholder:"NAME"`
}

// newToken is what the server is asked for.
type newToken struct {
	Name      string    `json:"name"`
	Scopes    []string  `json:"scopes"`
	ExpiresAt time.Time `json:"expires_at,omitzero"`
	Account   string    `json:"account,omitempty"`
}

func (c *createTokenCommand) Run(ctx context.Context, s *session) error {
	if c.Days < 0 {
		return &usage{"--days must not be negative"}
	}
	asked := newToken{Name: c.Name, Scopes: c.Scope, Account: c.Account}
	if c.Days > 0 {
		asked.ExpiresAt = time.Now().AddDate(0, 0, c.Days).UTC()
	}
	var made tokenInfo
	if err := s.client().call(ctx, "POST /v1/tokens", asked, &made); err != nil {
		return err
	}
	return s.print(made, func(w io.Writer) { printToken(s, w, made) })
}

// printToken keeps a token alone on stdout, for scripts.
func printToken(s *session, w io.Writer, t tokenInfo) {
	fmt.Fprintln(w, t.Token)
	fmt.Fprintf(s.Stderr, "%s of account %s, %s, %s; it is not shown again\n", t.ID, t.Account, strings.Join(t.Scopes, ","), expiry(t))
}

type revokeTokenCommand struct {
	tokenHelp
	Tokens []string `arg:"" name:"id" help:"Ids of tokens, as \"hookline token list\" prints them."`
}

func (c *revokeTokenCommand) Run(ctx context.Context, s *session) error {
	server := s.client()
	for _, id := range c.Tokens {
		if err := server.call(ctx, "DELETE /v1/tokens/"+url.PathEscape(id), nil, nil); err != nil {
			return err
		}
		if err := s.print(map[string]string{"revoked": id}, func(w io.Writer) { fmt.Fprintf(w, "%s is revoked\n", id) }); err != nil {
			return err
		}
	}
	return nil
}
