package cli

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"text/tabwriter"
	"time"
)

type versionsCommand struct {
	Bot string `arg:"" optional:"" help:"Name of the bot; not needed where there is only one."`
}

func (versionsCommand) Help() string {
	return `Lists the versions that are kept: the live one, and those that it and others replaced in the last 30 days.

  hookline versions pizza
  hookline rollback pizza 3`
}

// versionInfo is a version as the server lists it.
type versionInfo struct {
	Version    int       `json:"version"`
	Live       bool      `json:"live,omitempty"`
	CreatedAt  time.Time `json:"created_at,omitzero"`
	ReplacedAt time.Time `json:"replaced_at,omitzero"`
	ExpiresAt  time.Time `json:"expires_at,omitzero"`
}

func (c *versionsCommand) Run(ctx context.Context, s *session) error {
	server := s.client()
	b, err := server.bot(ctx, c.Bot)
	if err != nil {
		return err
	}
	var answer struct {
		Versions []versionInfo `json:"versions"`
	}
	if answer.Versions, err = pages[versionInfo](ctx, server, botPath(b.Bot)+"/versions", "versions", url.Values{}, 0); err != nil {
		return err
	}
	return s.print(answer, func(w io.Writer) { printVersions(w, answer.Versions) })
}

func printVersions(w io.Writer, versions []versionInfo) {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, v := range versions {
		if v.Live {
			fmt.Fprintf(table, "%d\tlive since %s\n", v.Version, local(v.CreatedAt))
			continue
		}
		fmt.Fprintf(table, "%d\treplaced %s\tkept until %s\n", v.Version,
			v.ReplacedAt.Local().Format(time.DateTime), v.ExpiresAt.Local().Format(time.DateOnly))
	}
	_ = table.Flush() // what it writes to keeps its own error
}

type rollbackCommand struct {
	Bot     string `arg:"" help:"Name of the bot."`
	Version int    `arg:"" help:"Version to publish anew."`
}

func (rollbackCommand) Help() string {
	return `Publishes an earlier version of the handlers anew, under the next number. Channels stay as they are.

  hookline rollback pizza 3`
}

func (c *rollbackCommand) Run(ctx context.Context, s *session) error {
	var answer struct {
		Bot     string `json:"bot"`
		Version int    `json:"version"`
		Changed bool   `json:"changed"`
	}
	path := fmt.Sprintf("%s/versions/%d/rollback", botPath(c.Bot), c.Version)
	if err := s.client().call(ctx, "POST "+path, nil, &answer); err != nil {
		return err
	}
	return s.print(answer, func(w io.Writer) {
		if !answer.Changed {
			fmt.Fprintf(w, "%s: version %d is what is live already\n", c.Bot, c.Version)
			return
		}
		fmt.Fprintf(w, "%s: version %d is version %d now, and live\n", c.Bot, c.Version, answer.Version)
	})
}
