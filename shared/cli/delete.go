package cli

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"hookline/shared/bot"
)

type deleteCommand struct {
	Bot string `arg:"" help:"Name of the bot."`
	Yes bool   `short:"y" help:"Do not ask."`
}

func (deleteCommand) Help() string {
	return `Disconnects the bot's channels and deletes it with its hooks, versions, dead letters and turns, for good.
Asks first in a terminal; elsewhere --yes is needed. After a failure, the same command goes on.

  hookline delete pizza
  hookline delete pizza --yes`
}

// deleted is how far the deletion of a bot has come.
type deleted struct {
	Bot          string        `json:"bot"`
	Done         bool          `json:"done"`
	Removed      []string      `json:"removed,omitempty"`
	RemovedHooks []string      `json:"removed_hooks,omitempty"`
	Warnings     []bot.Problem `json:"warnings,omitempty"`
}

func (c *deleteCommand) Run(ctx context.Context, s *session) error {
	if !c.Yes {
		if err := s.confirm(fmt.Sprintf("Delete %s and all that is kept of it? [y/N] ", c.Bot)); err != nil {
			return err
		}
	}
	server, all := s.client(), deleted{Bot: c.Bot}
	progress := s.progress("steps are done")
	for steps := 1; !all.Done; steps++ {
		var step deleted
		if err := server.call(ctx, "DELETE "+botPath(c.Bot), nil, &step); err != nil {
			return err
		}
		all.Done = step.Done
		all.Removed, all.RemovedHooks = slices.Concat(all.Removed, step.Removed), slices.Concat(all.RemovedHooks, step.RemovedHooks)
		all.Warnings = append(all.Warnings, step.Warnings...)
		progress(steps)
	}
	progress(0)
	return s.print(all, func(w io.Writer) { printDeleted(w, all) })
}

// confirm asks a person in the terminal. Where there is none, nobody has said yes.
func (s *session) confirm(question string) error {
	if !isTerminal(s.Stdin) {
		return &usage{"give --yes where nobody can be asked"}
	}
	fmt.Fprint(s.Stderr, question)
	answer, err := bufio.NewReader(s.Stdin).ReadString('\n')
	if err != nil && answer == "" {
		return err
	}
	if answer = strings.ToLower(strings.TrimSpace(answer)); answer != "y" && answer != "yes" {
		return &refusal{detail: "nothing is deleted"}
	}
	return nil
}

func printDeleted(w io.Writer, d deleted) {
	for _, p := range d.Warnings {
		fmt.Fprintf(w, "  warning: %s: %s\n", p.Path, p.Message)
	}
	for _, name := range d.Removed {
		fmt.Fprintf(w, "  %s removed\n", name)
	}
	for _, name := range d.RemovedHooks {
		fmt.Fprintf(w, "  hook %s removed\n", name)
	}
	fmt.Fprintf(w, "%s is deleted\n", d.Bot)
}
