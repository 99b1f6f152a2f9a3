package cli

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"time"
)

type hooksCommand struct {
	Bot    string `arg:"" optional:"" help:"Name of the bot; not needed where there is only one."`
	Hook   string `arg:"" optional:"" help:"Name of the hook whose token or key is made anew."`
	Rotate bool   `help:"Make a new token and print it."`
	Key    bool   `help:"Make a new key and print it: from now on calls must be signed with it."`
	Keep   bool   `help:"Let the token or key before go on being taken until the next rotation."`
}

func (hooksCommand) Help() string {
	return `Lists the addresses of a bot's hooks. A token is shown when it is made, and never again.

  hookline hooks pizza
  hookline hooks pizza courier --rotate --keep
  hookline hooks pizza courier --key`
}

func (c *hooksCommand) Run(ctx context.Context, s *session) error {
	if c.Rotate && c.Key || (c.Rotate || c.Key) != (c.Hook != "") || c.Keep && c.Hook == "" {
		return &usage{"name a hook together with --rotate or --key"}
	}
	server := s.client()
	b, err := server.bot(ctx, c.Bot)
	if err != nil {
		return err
	}
	var answer struct {
		Hooks []hookInfo `json:"hooks"`
	}
	if c.Hook == "" {
		answer.Hooks, err = pages[hookInfo](ctx, server, botPath(b.Bot)+"/hooks", "hooks", url.Values{}, 0)
	} else {
		answer.Hooks = make([]hookInfo, 1)
		options := map[string]bool{"key": c.Key, "keep": c.Keep}
		err = server.call(ctx, "POST "+botPath(b.Bot)+"/hooks/"+url.PathEscape(c.Hook)+"/rotate", options, &answer.Hooks[0])
	}
	if err != nil {
		return err
	}
	return printList(s, answer.Hooks, "no hooks", printHook)
}

// hookInfo is a hook of a bot. Its token and key are there only in the answer that made them.
type hookInfo struct {
	Name     string `json:"name"`
	ID       string `json:"id,omitempty"`
	Address  string `json:"address"`
	Token    string `json:"token,omitempty"`
	Key      string `json:"key,omitempty"`
	Disabled bool   `json:"disabled,omitempty"`
	Signed   bool   `json:"signed,omitempty"`

	CreatedAt time.Time `json:"created_at,omitzero"`
	UpdatedAt time.Time `json:"updated_at,omitzero"`
}

func printHook(w io.Writer, h hookInfo) {
	fmt.Fprintf(w, "  hook %s %s\n", h.Name, h.Address)
	if h.Token != "" {
		fmt.Fprintf(w, "    token %s (it is not shown again)\n", h.Token)
	}
	if h.Key != "" {
		fmt.Fprintf(w, "    key %s (it is not shown again)\n", h.Key)
	}
	if h.Signed {
		fmt.Fprintln(w, "    calls must be signed")
	}
	if h.Disabled {
		fmt.Fprintln(w, "    disabled")
	}
}
