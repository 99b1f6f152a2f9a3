package api

import (
	"context"
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"hookline/shared/bot"
	"hookline/shared/store"
)

func (a *API) registerDeletion(h huma.API) {
	o := operation("delete-bot", http.MethodDelete, "/v1/bots/{bot}", "Delete a bot and what is kept of it, in steps")
	o.Description = "Its name is free at once: nothing else finds the bot from then on, and it does nothing. Then its channels are " +
		"disconnected and removed, and its hooks with them; then go turns, the conversations that they tell of, dead letters and versions, as " +
		"far as one call gets. While done is false, go on with the deletion by its id; where no other bot bears the name, this very call goes " +
		"on with it, too. Other conversations can no longer be found, and expire a year after their last event. What was changed stays in the audit."
	huma.Register(h, o, answering(a, a.deleteBot))
	huma.Register(h, operation("list-deletions", http.MethodGet, "/v1/deletions", "List deletions of bots that are not done"), answering(a, a.listDeletions))
	huma.Register(h, operation("continue-deletion", http.MethodPost, "/v1/deletions/{deletion}", "Go on with the deletion of a bot"), answering(a, a.continueDeletion))
}

type deleteBotInput struct {
	Bot     string `path:"bot"`
	IfMatch string `header:"If-Match" doc:"the ETag of the revision that is to be deleted"`
}

type deletionOutput struct {
	Body deletionStep
}

// deletionStep is how far the deletion of a bot has come.
type deletionStep struct {
	ID   string `json:"id" doc:"of the deletion: go on with it while it is not done"`
	Bot  string `json:"bot"`
	Done bool   `json:"done"`
	// Removed are channels that were disconnected; what a network refused is in Warnings.
	Removed      []string      `json:"removed,omitempty"`
	RemovedHooks []string      `json:"removed_hooks,omitempty"`
	Warnings     []bot.Problem `json:"warnings,omitempty"`
}

// deleteBot begins a deletion. Where there is no bot of the name it goes on with the deletion of one that had it: who
// was told nothing because the connection broke asks the same again.
func (a *API) deleteBot(ctx context.Context, in *deleteBotInput) (*deletionOutput, error) {
	if err := a.noteDifferences(ctx, bot.Definition{Bot: in.Bot}); err != nil {
		return nil, err
	}
	allow := func(live bot.Head) error { return matches(in.IfMatch, live) }
	head, err := a.Store.BeginDeletion(ctx, account(ctx), in.Bot, allow)
	if bot.KindOf(err) == bot.NotFound {
		if head, err = a.Store.DeletedBotOf(ctx, account(ctx), in.Bot); err == nil {
			err = allow(head)
		}
	}
	if err != nil {
		return nil, err
	}
	return a.proceed(ctx, head)
}

type deletionInput struct {
	Deletion string `path:"deletion" doc:"its id, as the first answer and the list show it"`
}

func (a *API) continueDeletion(ctx context.Context, in *deletionInput) (*deletionOutput, error) {
	head, err := a.Store.DeletedBot(ctx, account(ctx), in.Deletion)
	if err != nil {
		return nil, err
	}
	recordOf(ctx).about(head.Name)
	return a.proceed(ctx, head)
}

// proceed does a step of a deletion: the first one removes channels and hooks.
func (a *API) proceed(ctx context.Context, head bot.Head) (*deletionOutput, error) {
	answer := deletionStep{ID: head.ID, Bot: head.Name}
	for _, id := range head.Leaving {
		ch, err := a.Store.Channel(ctx, id)
		if bot.KindOf(err) == bot.NotFound {
			ch, err = bot.Channel{ID: id, Bot: head.ID}, nil
		}
		if err != nil {
			return nil, err
		}
		if err := a.retire(ctx, ch); err != nil {
			answer.Warnings = append(answer.Warnings, bot.Problem{Path: "channels." + ch.Name, Message: bot.PublicMessage(err), Warning: true})
		}
		if ch.Name != "" {
			answer.Removed = append(answer.Removed, ch.Name)
		}
	}
	slices.Sort(answer.Removed)
	a.OnChange()
	var err error
	if answer.RemovedHooks, err = a.Store.RemoveHooks(ctx, head); err != nil {
		return nil, err
	}
	answer.Done, err = a.Store.DeleteBot(ctx, head)
	return &deletionOutput{answer}, err
}

type listDeletionsOutput struct {
	Body struct {
		Deletions []store.Deletion `json:"deletions"`
		Next      string           `json:"next,omitempty"`
	}
}

func (a *API) listDeletions(ctx context.Context, in *pageInput) (*listDeletionsOutput, error) {
	out := &listDeletionsOutput{}
	var err error
	out.Body.Deletions, out.Body.Next, err = a.Store.Deletions(ctx, account(ctx), in.Cursor, in.Limit)
	return out, err
}
