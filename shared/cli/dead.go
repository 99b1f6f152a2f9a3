package cli

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"time"

	"hookline/shared/bot"
)

type deadCommand struct {
	Bot string `arg:"" optional:"" help:"Name of the bot; not needed where there is only one."`
}

func (deadCommand) Help() string {
	return `Lists jobs that were buried: what they were, and why nothing more was tried.

  hookline dead pizza`
}

func (c *deadCommand) Run(ctx context.Context, s *session) error {
	server := s.client()
	b, err := server.bot(ctx, c.Bot)
	if err != nil {
		return err
	}
	letters, err := server.letters(ctx, b.Bot)
	if err != nil {
		return err
	}
	if len(letters) == 0 && s.flags.Output == "text" {
		fmt.Fprintln(s.Stdout, "no dead letters")
	}
	return printAll(s, letters, printLetter)
}

// letters reads all dead letters of a bot.
func (c *client) letters(ctx context.Context, botName string) ([]bot.DeadLetter, error) {
	var all []bot.DeadLetter
	for cursor := ""; ; {
		var page struct {
			Letters []bot.DeadLetter `json:"letters"`
			Next    string           `json:"next"`
		}
		if err := c.call(ctx, "GET "+botPath(botName)+"/dead?cursor="+url.QueryEscape(cursor), nil, &page); err != nil {
			return nil, err
		}
		all = append(all, page.Letters...)
		if page.Next == "" {
			return all, nil
		}
		cursor = page.Next
	}
}

func printLetter(w io.Writer, letter bot.DeadLetter) {
	fmt.Fprintf(w, "%s\n  buried   %s on %s after %d tries\n", letter.ID,
		letter.BuriedAt.Local().Format(time.DateTime), letter.Channel, letter.Tries)
	if letter.Job.Event != nil {
		fmt.Fprintf(w, "  event    %s\n", said(*letter.Job.Event))
	}
	if call := letter.Job.Call; call != nil {
		fmt.Fprintf(w, "  %-8s call %s %s\n", letter.Job.Kind, call.Call, call.To.Place())
	}
	fmt.Fprintf(w, "  because  %s: %s\n", letter.Kind, letter.Message)
	if left := len(letter.Unsent); left > 0 {
		fmt.Fprintf(w, "  unsent   %d replies: redriving only sends them\n", left)
	}
	if letter.Redriven > 0 {
		fmt.Fprintf(w, "  redriven %d times\n", letter.Redriven)
	}
}

type redriveCommand struct {
	Bot     string   `arg:"" help:"Name of the bot."`
	Letters []string `arg:"" optional:"" name:"letter" help:"Ids of dead letters, as \"hookline dead\" prints them."`
	All     bool     `help:"All dead letters of the bot."`
}

func (redriveCommand) Help() string {
	return `Puts the jobs of dead letters back on the queue. What had been committed is only sent; all else is handled anew.

  hookline redrive pizza 20260102T150405.000Z-ABC
  hookline redrive pizza --all`
}

// redriven is the server's answer.
type redriven struct {
	Letter string      `json:"letter"`
	Job    string      `json:"job"`
	Kind   bot.JobKind `json:"kind"`
}

func (c *redriveCommand) Run(ctx context.Context, s *session) error {
	if c.All == (len(c.Letters) > 0) {
		return &usage{"name dead letters, or give --all"}
	}
	server, ids := s.client(), c.Letters
	if c.All {
		letters, err := server.letters(ctx, c.Bot)
		if err != nil {
			return err
		}
		for _, letter := range letters {
			ids = append(ids, letter.ID)
		}
	}
	jobs := make([]redriven, 0, len(ids))
	for _, id := range ids {
		var job redriven
		if err := server.call(ctx, "POST "+botPath(c.Bot)+"/dead/"+url.PathEscape(id)+"/redrive", nil, &job); err != nil {
			return fmt.Errorf("%s: %w", id, err)
		}
		jobs = append(jobs, job)
	}
	return printAll(s, jobs, func(w io.Writer, job redriven) { fmt.Fprintf(w, "%s is back on the queue\n", job.Letter) })
}
