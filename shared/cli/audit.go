package cli

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"time"
)

type auditCommand struct {
	Bot   string `arg:"" optional:"" help:"Only changes of this bot."`
	User  string `help:"Only what concerned this user or chat, by the network's id." placeholder:"ID"`
	Limit int    `short:"n" default:"50" help:"How many, the newest first; 0 for all of the last year."`
}

func (auditCommand) Help() string {
	return `Lists who changed what, newest first: bots, channels, hooks, recipients, tokens. It is kept for a year. Users and chats of networks
have pseudonyms in it: --user finds them by their ids.

  hookline audit pizza
  hookline audit pizza --user 42
  hookline audit --limit 0 -o json`
}

// auditPage is how many entries the server is asked for at a time.
const auditPage = 500

// auditEntry is a change as the server tells it.
type auditEntry struct {
	ID        string            `json:"id"`
	Time      time.Time         `json:"time"`
	By        string            `json:"by"`
	Token     string            `json:"token,omitempty"`
	Operation string            `json:"operation"`
	Bot       string            `json:"bot,omitempty"`
	Resource  map[string]string `json:"resource,omitempty"`
	Changes   []change          `json:"changes,omitempty"`
	Omitted   int               `json:"omitted,omitempty"`
}

func (c *auditCommand) Run(ctx context.Context, s *session) error {
	if c.Limit < 0 {
		return &usage{"--limit must not be negative"}
	}
	query := url.Values{"limit": {strconv.Itoa(auditPage)}}
	if c.Limit > 0 {
		query.Set("limit", strconv.Itoa(min(c.Limit, auditPage)))
	}
	if c.Bot != "" {
		query.Set("bot", c.Bot)
	}
	if c.User != "" {
		query.Set("user", c.User)
	}
	entries, err := pages[auditEntry](ctx, s.client(), "/v1/audit", "entries", query, c.Limit)
	if err != nil {
		return err
	}
	return printList(s, entries, "no changes", printEntry)
}

func printEntry(w io.Writer, e auditEntry) {
	fmt.Fprintf(w, "%s  %s  %s", e.Time.Local().Format(time.DateTime), e.By, e.Operation)
	if e.Bot != "" {
		fmt.Fprint(w, " "+e.Bot)
	}
	for _, part := range slices.Sorted(maps.Keys(e.Resource)) {
		fmt.Fprintf(w, " %s=%s", part, e.Resource[part])
	}
	fmt.Fprintln(w)
	for _, c := range e.Changes {
		printChange(w, c)
	}
	if e.Omitted > 0 {
		fmt.Fprintf(w, "  and %s more\n", grouped(e.Omitted))
	}
}
