package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"
	"time"

	"hookline/shared/bot"
)

type deleteCommand struct {
	Bot      string `arg:"" optional:"" help:"Name of the bot; left out, deletions that are not done are listed."`
	Deletion string `placeholder:"ID" help:"Go on with this deletion, and leave alone a bot that has the name now."`
	Yes      bool   `short:"y" help:"Do not ask."`
}

func (deleteCommand) Help() string {
	return `Disconnects the bot's channels and deletes it with its hooks, versions, dead letters and turns, for good.
Asks first in a terminal; elsewhere --yes is needed. The bot's name is free at once, and what is kept of it goes step by
step. After a failure the same command goes on, or --deletion where another bot has the name by then.

  hookline delete pizza
  hookline delete pizza --yes
  hookline delete
  hookline delete --deletion ID`
}

// deleted is how far the deletion of a bot has come.
type deleted struct {
	ID           string        `json:"id,omitempty"`
	Bot          string        `json:"bot"`
	Done         bool          `json:"done"`
	Removed      []string      `json:"removed,omitempty"`
	RemovedHooks []string      `json:"removed_hooks,omitempty"`
	Warnings     []bot.Problem `json:"warnings,omitempty"`
}

// deletionInfo is a deletion that is not done.
type deletionInfo struct {
	ID        string    `json:"id"`
	Bot       string    `json:"bot"`
	CreatedAt time.Time `json:"created_at"`
}

func (c *deleteCommand) Run(ctx context.Context, s *session) error {
	switch {
	case c.Bot != "" && c.Deletion != "":
		return &usage{"name the bot or give --deletion, not both"}
	case c.Bot == "" && c.Deletion == "":
		return listDeletions(ctx, s)
	case c.Deletion != "":
		return finishDeletion(ctx, s, deletionPath(c.Deletion))
	case !c.Yes:
		if err := s.confirm(fmt.Sprintf("Delete %s and all that is kept of it? [y/N] ", c.Bot)); err != nil {
			return err
		}
	}
	return finishDeletion(ctx, s, "DELETE "+botPath(c.Bot))
}

func deletionPath(id string) string { return "POST /v1/deletions/" + url.PathEscape(id) }

// finishDeletion makes a call that does a step of a deletion, and then goes on with that deletion by its id: by then
// somebody else's bot may have the name.
func finishDeletion(ctx context.Context, s *session, operation string) error {
	server, all := s.client(), deleted{}
	progress := s.progress("steps are done")
	for steps := 1; !all.Done; steps++ {
		var step deleted
		if err := server.call(ctx, operation, nil, &step); err != nil {
			return all.unfinished(err)
		}
		operation = deletionPath(step.ID)
		all.ID, all.Bot, all.Done = step.ID, step.Bot, step.Done
		all.Removed, all.RemovedHooks = slices.Concat(all.Removed, step.Removed), slices.Concat(all.RemovedHooks, step.RemovedHooks)
		all.Warnings = append(all.Warnings, step.Warnings...)
		progress(steps)
	}
	progress(0)
	return s.print(all, func(w io.Writer) { printDeleted(w, all) })
}

// unfinished says how to go on with a deletion that has begun.
func (d deleted) unfinished(err error) error {
	if d.ID == "" {
		return err
	}
	return fmt.Errorf("%w\n%s has no name any more, but is not deleted whole: hookline delete --deletion %s", err, d.Bot, d.ID)
}

func listDeletions(ctx context.Context, s *session) error {
	open, err := pages[deletionInfo](ctx, s.client(), "/v1/deletions", "deletions", url.Values{}, 0)
	if err != nil {
		return err
	}
	return printList(s, open, "no deletion is under way", func(w io.Writer, d deletionInfo) {
		fmt.Fprintf(w, "%s  %s  since %s\n", d.ID, d.Bot, d.CreatedAt.Local().Format(time.DateTime))
	})
}

// confirm asks a person in the terminal. Where there is none, nobody has said yes.
func (s *session) confirm(question string) error {
	nobody := &usage{"give --yes where nobody can be asked"}
	if !isTerminal(s.Stdin) {
		return nobody
	}
	fmt.Fprint(s.Stderr, question)
	answer, err := bufio.NewReader(s.Stdin).ReadString('\n')
	if errors.Is(err, io.EOF) && answer == "" {
		return nobody // as /dev/null is
	}
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
