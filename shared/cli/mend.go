package cli

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"hookline/shared/bot"
)

type mendCommand struct {
	Bot      string  `arg:"" help:"Name of the bot."`
	Letter   string  `arg:"" help:"Id of the dead letter, as \"hookline dead\" prints it."`
	Part     int     `help:"Which part, as \"hookline dead BOT LETTER\" numbers them (the first that was not sent)." placeholder:"N"`
	Text     *string `help:"What it says instead."`
	Format   string  `enum:",plain,html,markdown" default:"" help:"How its text is marked up: plain, html or markdown." placeholder:"FORMAT"`
	Keyboard string  `help:"Its buttons: rows divided by ';' and buttons by ',', or JSON; [] for none." placeholder:"ROWS"`
	Media    string  `help:"Its file, as photo=ADDRESS, audio=, video= or document=; none for none." placeholder:"KIND=ADDRESS"`
	Drop     bool    `help:"Leave the part out."`
}

func (mendCommand) Help() string {
	return `Changes what a dead letter has not sent yet, so that redriving it sends that. Where nothing was left to send, mend the bot.

  hookline dead pizza 20260102T150405.000Z-ABC
  hookline mend pizza 20260102T150405.000Z-ABC --format plain
  hookline mend pizza 20260102T150405.000Z-ABC --part 2 --media photo=https://shop.example.com/menu.jpg
  hookline redrive pizza 20260102T150405.000Z-ABC`
}

func (c *mendCommand) Run(ctx context.Context, s *session) error {
	change, err := c.change()
	if err != nil {
		return err
	}
	server := s.client()
	if c.Part == 0 {
		var letter bot.DeadLetter
		if err := server.call(ctx, "GET "+letterPath(c.Bot, c.Letter), nil, &letter); err != nil {
			return err
		}
		c.Part = firstUnsent(letter)
	}
	var mended bot.DeadLetter
	patch := map[string]any{"parts": map[string]any{strconv.Itoa(c.Part): change}}
	if err := server.call(ctx, "PATCH "+letterPath(c.Bot, c.Letter), patch, &mended); err != nil {
		return err
	}
	return s.print(mended, func(w io.Writer) {
		fmt.Fprintf(w, "%s is mended; next: %s redrive %s %s\n", c.Letter, s.Program, c.Bot, c.Letter)
		printParts(w, mended)
	})
}

// change is what is said of the part: nil drops it.
func (c *mendCommand) change() (any, error) {
	fields := map[string]any{}
	if c.Text != nil {
		fields["text"] = *c.Text
	}
	switch c.Format {
	case "":
	case "plain":
		fields["format"] = nil
	default:
		fields["format"] = c.Format
	}
	keyboard, err := keyboardOf(c.Keyboard)
	if err != nil {
		return nil, err
	}
	if keyboard != nil {
		fields["keyboard"] = keyboard
	}
	kind, source, named := strings.Cut(c.Media, "=")
	switch {
	case c.Media == "":
	case c.Media == "none":
		fields["media"] = nil
	case named:
		fields["media"] = bot.Media{Kind: bot.EventKind(kind), Source: source}
	default:
		return nil, &usage{"--media is KIND=ADDRESS, or none"}
	}
	switch {
	case c.Drop == (len(fields) > 0):
		return nil, &usage{"say what is to change, or --drop"}
	case c.Drop:
		return nil, nil
	}
	return fields, nil
}

// firstUnsent is the number of the first part that was not sent; 1 if there is none, of which the server says more.
func firstUnsent(letter bot.DeadLetter) int {
	first := 1
	for _, reply := range letter.Unsent {
		if first += reply.Sent; reply.Sent < len(reply.Parts) {
			return first
		}
	}
	return 1
}

// printParts prints the parts of a letter with the numbers by which they are mended.
func printParts(w io.Writer, letter bot.DeadLetter) {
	number := 0
	for _, reply := range letter.Unsent {
		for i, part := range reply.Parts {
			number++
			sent := ""
			if i < reply.Sent {
				sent = "  sent"
			}
			printRow(w, fmt.Sprint("part ", number), partText(part)+sent)
		}
	}
}

func partText(p bot.Part) string {
	var said []string
	if p.Sign != "" {
		said = append(said, string(p.Sign))
	}
	if p.Media != nil {
		said = append(said, string(p.Media.Kind)+" "+p.Media.Source)
	}
	if p.Location != nil {
		said = append(said, "location "+p.Location.Latitude.String()+", "+p.Location.Longitude.String())
	}
	if p.Text != "" {
		said = append(said, strings.TrimSpace(string(p.Format)+" "+strconv.Quote(p.Text)))
	}
	for _, button := range slices.Concat(p.Keyboard...) {
		said = append(said, "["+button.Text+"]")
	}
	return strings.Join(said, " ")
}
