package cli

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"

	"hookline/shared/bot"
	"hookline/shared/botfile"
)

type botsCommand struct{}

func (botsCommand) Help() string {
	return `Lists the bots of the server, with the version that is live and where each lives.`
}

func (c *botsCommand) Run(ctx context.Context, s *session) error {
	bots, err := s.client().bots(ctx)
	if err != nil {
		return err
	}
	return s.print(map[string]any{"bots": bots}, func(w io.Writer) {
		table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
		for _, b := range bots {
			var channels []string
			for _, ch := range b.Channels {
				channels = append(channels, ch.Name)
			}
			fmt.Fprintf(table, "%s\tversion %d\t%s\n", b.Bot, b.Version, strings.Join(channels, ", "))
		}
		_ = table.Flush() // what it writes to keeps its own error
	})
}

type channelsCommand struct {
	Bot string `arg:"" optional:"" help:"Name of the bot; not needed where there is only one."`
}

func (channelsCommand) Help() string {
	return `Lists the channels of a bot: who it is there, where the network's calls go, and what was wrong when it was last connected.

hookline health asks the networks.`
}

func (c *channelsCommand) Run(ctx context.Context, s *session) error {
	server := s.client()
	b, err := server.bot(ctx, c.Bot)
	if err != nil {
		return err
	}
	var answer struct {
		Channels []channelInfo `json:"channels"`
	}
	if err := server.call(ctx, "GET "+botPath(b.Bot)+"/channels", nil, &answer); err != nil {
		return err
	}
	return s.print(answer, func(w io.Writer) {
		for _, ch := range answer.Channels {
			fmt.Fprintf(w, "%s  %s  @%s\n  %s\n", ch.Name, ch.Provider, ch.Username, ch.Address)
			if ch.Error != "" {
				fmt.Fprintf(w, "  error: %s\n", ch.Error)
			}
		}
	})
}

type exportCommand struct {
	Bot  string `arg:"" optional:"" help:"Name of the bot; not needed where there is only one."`
	File string `arg:"" optional:"" help:"File to write; without it the bot file is printed."`
}

func (exportCommand) Help() string {
	return `Writes a bot file of what is live. Credentials stand there as the ${NAME} that they came from; one that was written out
as "set", which apply refuses: put the value there, or a ${NAME}.

  hookline export pizza > pizza.yaml`
}

func (c *exportCommand) Run(ctx context.Context, s *session) error {
	server := s.client()
	b, err := server.bot(ctx, c.Bot)
	if err != nil {
		return err
	}
	var file json.RawMessage
	if err := server.call(ctx, "GET "+botPath(b.Bot), nil, &file); err != nil {
		return err
	}
	if s.flags.Output == "json" {
		file = append(file, '\n')
	} else if file, err = botfile.Rewrite(file); err != nil {
		return err
	}
	if c.File == "" {
		_, err := s.Stdout.Write(file)
		return err
	}
	out, err := os.OpenFile(c.File, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return &usage{err.Error()}
	}
	_, err = out.Write(file)
	return firstError(err, out.Close())
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

type deleteCommand struct {
	Bot string `arg:"" help:"Name of the bot."`
	Yes bool   `help:"Do not ask."`
}

func (deleteCommand) Help() string {
	return `Deletes a bot and what is kept of it: its channels are disconnected, its hooks, versions, turns and dead letters go, and the
conversations that turns tell of. Others expire a year after their last event.

  hookline delete pizza --yes`
}

// deletion is how far the server has come with it.
type deletion struct {
	Bot          string        `json:"bot"`
	Done         bool          `json:"done"`
	Removed      []string      `json:"removed,omitempty"`
	RemovedHooks []string      `json:"removed_hooks,omitempty"`
	Warnings     []bot.Problem `json:"warnings,omitempty"`
}

func (c *deleteCommand) Run(ctx context.Context, s *session) error {
	if !c.Yes {
		if err := s.confirm("Delete the bot " + c.Bot + " and all that is kept of it?"); err != nil {
			return err
		}
	}
	server := s.client()
	all := deletion{Bot: c.Bot}
	for !all.Done {
		var step deletion
		if err := server.call(ctx, "DELETE "+botPath(c.Bot), nil, &step); err != nil {
			return err
		}
		all.Done = step.Done
		all.Removed, all.RemovedHooks = append(all.Removed, step.Removed...), append(all.RemovedHooks, step.RemovedHooks...)
		all.Warnings = append(all.Warnings, step.Warnings...)
	}
	for _, p := range all.Warnings {
		fmt.Fprintf(s.Stderr, "warning: %s: %s\n", p.Path, p.Message)
	}
	return s.print(all, func(w io.Writer) { fmt.Fprintf(w, "%s: deleted\n", c.Bot) })
}

// confirm asks a person; where there is none, --yes has to be given.
func (s *session) confirm(question string) error {
	if !isTerminal(s.Stdin) {
		return &usage{question + " Give --yes"}
	}
	fmt.Fprint(s.Stderr, question+" [y/N] ")
	line, _ := bufio.NewReader(s.Stdin).ReadString('\n')
	if answer := strings.ToLower(strings.TrimSpace(line)); answer != "y" && answer != "yes" {
		return &refusal{detail: "nothing was deleted"}
	}
	return nil
}
