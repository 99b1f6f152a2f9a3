package cli

import (
	"context"
	"fmt"
	"net/http"
	"slices"

	"hookline/shared/bot"
	"hookline/shared/rehearse"
)

// asTest writes the turns of a chat that are kept down as a test file. What does not go with the live version as it was
// recorded is said on stderr.
func (s *session) asTest(ctx context.Context, server *client, query turnQuery) error {
	query.limit, query.bare = turnPage, true
	var turns []bot.Turn
	for turn, err := range server.allTurns(ctx, query) {
		if err != nil {
			return err
		}
		turns = append(turns, turn)
	}
	if len(turns) == 0 {
		return &refusal{status: http.StatusNotFound, detail: "no turn of chat " + query.chat + " is kept"}
	}
	slices.Reverse(turns)
	def, err := server.definition(ctx, botPath(query.bot))
	if err != nil {
		return err
	}
	file, results, err := rehearse.Retell(ctx, turns, def, s.Providers)
	if err != nil {
		return err
	}
	text, err := rehearse.Write(file)
	if err != nil {
		return err
	}
	for _, result := range results {
		for _, failure := range result.Failures {
			fmt.Fprintf(s.Stderr, "not so with the live version: %s: %s\n", result.Name, failure)
		}
	}
	_, err = s.Stdout.Write(text)
	return err
}
