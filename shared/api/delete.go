package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"hookline/shared/bot"
)

func (a *API) registerDeletion(h huma.API) {
	o := operation("delete-bot", http.MethodDelete, "/v1/bots/{bot}", "Delete a bot and what is kept of it, in steps")
	o.Description = "Its channels are disconnected and removed first, its hooks with them. Then go dead letters, turns, the conversations that " +
		"turns tell of, and versions, as far as one call gets: while done is false, call it again. Other conversations can no longer be found, " +
		"and expire a year after their last event. What was changed stays in the audit."
	huma.Register(h, o, answering(a, a.deleteBot))
}

type deleteBotInput struct {
	Bot     string `path:"bot"`
	IfMatch string `header:"If-Match" doc:"the ETag of the version that is to be deleted"`
}

type deleteBotOutput struct {
	Body deletion
}

// deletion is how far the deletion of a bot has come.
type deletion struct {
	Bot  string `json:"bot"`
	Done bool   `json:"done"`
	// Removed are channels that were disconnected; what a network refused is in Warnings.
	Removed      []string      `json:"removed,omitempty"`
	RemovedHooks []string      `json:"removed_hooks,omitempty"`
	Warnings     []bot.Problem `json:"warnings,omitempty"`
}

// deleteBot publishes a bot that says nothing and lives nowhere, and then removes it.
func (a *API) deleteBot(ctx context.Context, in *deleteBotInput) (*deleteBotOutput, error) {
	head, err := a.Store.BotByName(ctx, account(ctx), in.Bot)
	if err != nil {
		return nil, err
	}
	emptied, err := a.publish(ctx, bot.Definition{Bot: head.Name}, nil, func(live bot.Head) error { return matches(in.IfMatch, live.Version) })
	if err != nil {
		return nil, err
	}
	if head, err = a.Store.BotByName(ctx, account(ctx), in.Bot); err != nil {
		return nil, err
	}
	answer := deletion{
		Bot: head.Name, Removed: emptied.Body.Removed, RemovedHooks: emptied.Body.RemovedHooks, Warnings: emptied.Body.Warnings,
	}
	answer.Done, err = a.Store.DeleteBot(ctx, head)
	return &deleteBotOutput{answer}, err
}
