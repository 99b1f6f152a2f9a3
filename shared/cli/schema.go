package cli

import (
	"encoding/json"
	"io"

	"hookline/shared/botfile"
)

type schemaCommand struct{}

func (schemaCommand) Help() string {
	return `Editors complete and check bot files by it.

  hookline schema > bot.schema.json`
}

func (schemaCommand) Run(s *session) error {
	schema := botfile.Schema(s.Providers)
	return s.print(json.RawMessage(schema), func(w io.Writer) { w.Write(append(schema, '\n')) })
}
