package cli

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"

	"hookline/shared/botfile"
)

type exportCommand struct {
	Bot  string `arg:"" optional:"" help:"Name of the bot; not needed where there is only one."`
	File string `arg:"" optional:"" help:"File to write, which must not be there yet; stdout if left out."`
}

func (exportCommand) Help() string {
	return `Writes the live version as a bot file, YAML unless -o json is given: always the same bytes for the same bot.
Credentials are the ${NAME} they came from. One that was written out is "set", which "hookline apply" refuses.

  hookline export pizza pizza.yaml
  hookline export pizza -o json`
}

func (c *exportCommand) Run(ctx context.Context, s *session) error {
	server := s.client()
	b, err := server.bot(ctx, c.Bot)
	if err != nil {
		return err
	}
	var text json.RawMessage
	if err := server.call(ctx, "GET "+botPath(b.Bot), nil, &text); err != nil {
		return err
	}
	if s.flags.Output == "json" {
		text = append(bytes.TrimSpace(text), '\n')
	} else if text, err = botfile.Rewrite(text); err != nil {
		return err
	}
	s.warn(cmp.Or(c.File, b.Bot), text)
	if c.File != "" {
		return writeNew(c.File, text)
	}
	_, err = s.Stdout.Write(text)
	return err
}

// warn says what has to be put into an exported bot file before it can be applied.
func (s *session) warn(name string, text []byte) {
	for _, p := range s.problemsOf(name, text, nil) {
		if isError(p) {
			fmt.Fprintln(s.Stderr, p)
		}
	}
}
