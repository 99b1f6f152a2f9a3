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
	Bot    string `arg:"" optional:"" help:"Name of the bot; not needed where there is only one."`
	Letter string `arg:"" optional:"" help:"Id of one dead letter; all if left out."`
}

func (deadCommand) Help() string {
	return `Lists jobs that were buried: what they were, and why nothing more was tried.

  hookline dead pizza
  hookline dead pizza 20260102T150405.000Z-ABC -o json`
}

func (c *deadCommand) Run(ctx context.Context, s *session) error {
	server := s.client()
	b, err := server.bot(ctx, c.Bot)
	if err != nil {
		return err
	}
	letters := make([]bot.DeadLetter, 1)
	if c.Letter != "" {
		err = server.call(ctx, "GET "+letterPath(b.Bot, c.Letter), nil, &letters[0])
	} else {
		letters, err = server.letters(ctx, b.Bot)
	}
	if err != nil {
		return err
	}
	return printList(s, letters, noDead, func(w io.Writer, letter bot.DeadLetter) {
		if printLetter(w, letter); c.Letter != "" {
			printParts(w, letter)
		}
	})
}

const noDead = "no dead letters"

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
	fmt.Fprintf(w, "%s\n  buried   %s on %s after %s\n", letter.ID,
		letter.BuriedAt.Local().Format(time.DateTime), letter.Channel, counted(letter.Tries, "try", "tries"))
	if letter.Job.Event != nil {
		fmt.Fprintf(w, "  event    %s\n", said(*letter.Job.Event))
	}
	if call := letter.Job.Call; call != nil {
		fmt.Fprintf(w, "  %-8s call %s %s\n", letter.Job.Kind, call.Call, call.To.Place())
	}
	fmt.Fprintf(w, "  because  %s: %s\n", letter.Kind, letter.Message)
	if left := len(letter.Unsent); left > 0 {
		fmt.Fprintf(w, "  unsent   %s: redriving only sends what is left\n", counted(left, "reply", "replies"))
	}
	if letter.Redriven > 0 {
		fmt.Fprintf(w, "  redriven %s\n", counted(letter.Redriven, "time", "times"))
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
	server := s.client()
	if c.All {
		return c.all(ctx, s, server)
	}
	jobs := make([]redriven, 0, len(c.Letters))
	for _, id := range c.Letters {
		var job redriven
		if err := server.call(ctx, "POST "+letterPath(c.Bot, id)+"/redrive", nil, &job); err != nil {
			return fmt.Errorf("%s: %w", id, err)
		}
		jobs = append(jobs, job)
	}
	return printAll(s, jobs, printRedriven)
}

// all redrives page by page, and prints each page once it is done.
func (c *redriveCommand) all(ctx context.Context, s *session, server *client) error {
	progress, done := s.progress("jobs are back on the queue"), 0
	for cursor := ""; ; {
		var page struct {
			Redriven []redriven `json:"redriven"`
			Next     string     `json:"next"`
		}
		if err := server.call(ctx, "POST "+botPath(c.Bot)+"/dead/redrive?cursor="+url.QueryEscape(cursor), nil, &page); err != nil {
			return err
		}
		progress(0)
		done += len(page.Redriven)
		if done == 0 && page.Next == "" {
			return printList(s, page.Redriven, noDead, printRedriven)
		}
		if err := printAll(s, page.Redriven, printRedriven); err != nil || page.Next == "" {
			return err
		}
		progress(done)
		cursor = page.Next
	}
}

func printRedriven(w io.Writer, job redriven) {
	fmt.Fprintf(w, "%s is back on the queue\n", job.Letter)
}

type dropCommand struct {
	Bot     string   `arg:"" help:"Name of the bot."`
	Letters []string `arg:"" optional:"" name:"letter" help:"Ids of dead letters, as \"hookline dead\" prints them."`
	All     bool     `help:"All dead letters of the bot."`
}

func (dropCommand) Help() string {
	return `Removes dead letters for good: what they hold will not be answered.

  hookline drop pizza 20260102T150405.000Z-ABC
  hookline drop pizza --all`
}

func (c *dropCommand) Run(ctx context.Context, s *session) error {
	if c.All == (len(c.Letters) > 0) {
		return &usage{"name dead letters, or give --all"}
	}
	server, dropped := s.client(), len(c.Letters)
	for _, id := range c.Letters {
		if err := server.call(ctx, "DELETE "+letterPath(c.Bot, id), nil, nil); err != nil {
			return fmt.Errorf("%s: %w", id, err)
		}
	}
	if c.All {
		var err error
		if dropped, err = c.all(ctx, s, server); err != nil {
			return err
		}
	}
	return s.print(map[string]int{"dropped": dropped}, func(w io.Writer) { fmt.Fprintf(w, "%s dropped\n", grouped(dropped)) })
}

// all drops page by page and gives how many letters that were.
func (c *dropCommand) all(ctx context.Context, s *session, server *client) (dropped int, err error) {
	progress := s.progress("dead letters dropped")
	defer progress(0)
	for {
		var page struct {
			Dropped int  `json:"dropped"`
			More    bool `json:"more"`
		}
		if err := server.call(ctx, "DELETE "+botPath(c.Bot)+"/dead", nil, &page); err != nil {
			return dropped, err
		}
		if dropped += page.Dropped; !page.More {
			return dropped, nil
		}
		progress(dropped)
	}
}

func letterPath(botName, letter string) string {
	return botPath(botName) + "/dead/" + url.PathEscape(letter)
}
