package cli

import (
	"context"
	"encoding/json"
	"fmt"

	"hookline/shared/botfile"
)

type exportCommand struct {
	Bot  string `arg:"" help:"Name of the bot."`
	File string `arg:"" optional:"" help:"File to write, which must not be there yet; stdout if left out."`
}

func (exportCommand) Help() string {
	return `Writes the live version as a bot file, YAML unless -o json is given: always the same bytes for the same bot.
Credentials are the ${NAME} they came from. One that was written out is "set", which "hookline apply" refuses.

  hookline export pizza pizza.yaml
  hookline export pizza -o json`
}

func (c *exportCommand) Run(ctx context.Context, s *session) error {
	var text json.RawMessage
	if err := s.client().call(ctx, "GET "+botPath(c.Bot), nil, &text); err != nil {
		return err
	}
	if s.flags.Output != "json" {
		var err error
		if text, err = s.exported(c.Bot, text); err != nil {
			return err
		}
	}
	if c.File != "" {
		return writeNew(c.File, text)
	}
	_, err := s.Stdout.Write(text)
	return err
}

// exported gives a bot file that the server wrote as YAML, and says what has to be put in before it can be applied.
func (s *session) exported(name string, data []byte) ([]byte, error) {
	def, _ := botfile.Checker{Providers: s.Providers}.Read(name+".json", data)
	if def.Bot != name {
		return nil, &refusal{detail: "the server does not answer with a bot file"}
	}
	text, err := botfile.Export(def)
	if err != nil {
		return nil, err
	}
	for _, p := range s.problemsOf(name+".yaml", text, nil) {
		if isError(p) {
			fmt.Fprintln(s.Stderr, p)
		}
	}
	return text, nil
}
