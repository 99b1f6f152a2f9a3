package cli

import (
	"fmt"
	"slices"

	"hookline/shared/botfile"
)

type graphCommand struct {
	File string `arg:"" help:"Bot file."`
}

func (graphCommand) Help() string {
	return `Prints the states of a bot, and how its handlers lead from one to another, as a Mermaid diagram. Asks no server.

  hookline graph pizza.yaml > pizza.mmd`
}

func (c *graphCommand) Run(s *session) error {
	files, problems := s.read([]string{c.File})
	if slices.ContainsFunc(problems, isError) {
		return s.complain(problems)
	}
	fmt.Fprint(s.Stdout, botfile.Graph(files[0].def))
	return nil
}
