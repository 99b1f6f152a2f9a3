package api

import (
	"context"

	"hookline/shared/bot"
)

type listDeadInput struct {
	Bot    string `path:"bot"`
	Cursor string `query:"cursor"`
	Limit  int    `query:"limit" minimum:"1" maximum:"500" default:"100"`
}

type listDeadOutput struct {
	Body struct {
		Letters []bot.DeadLetter `json:"letters"`
		Next    string           `json:"next,omitempty"`
	}
}

func (a *API) listDead(ctx context.Context, in *listDeadInput) (*listDeadOutput, error) {
	head, err := a.Store.BotByName(ctx, account(ctx), in.Bot)
	if err != nil {
		return nil, err
	}
	letters, err := a.Store.DeadLetters(ctx, head.ID, in.Cursor, in.Limit)
	if err != nil {
		return nil, err
	}
	out, names := &listDeadOutput{}, namesOf(head)
	out.Body.Letters = make([]bot.DeadLetter, 0, len(letters))
	for _, letter := range letters {
		letter.Bot, letter.Channel = head.Name, names.channel(letter.Channel)
		out.Body.Letters = append(out.Body.Letters, letter)
	}
	if len(letters) == in.Limit {
		out.Body.Next = letters[len(letters)-1].ID
	}
	return out, nil
}

type redriveInput struct {
	Bot    string `path:"bot"`
	Letter string `path:"letter"`
}

type redriveOutput struct {
	Body struct {
		Letter string      `json:"letter"`
		Job    string      `json:"job"`
		Kind   bot.JobKind `json:"kind" doc:"reply: what was committed is only sent"`
	}
}

func (a *API) redrive(ctx context.Context, in *redriveInput) (*redriveOutput, error) {
	head, err := a.Store.BotByName(ctx, account(ctx), in.Bot)
	if err != nil {
		return nil, err
	}
	job, err := a.Store.Redrive(ctx, head.ID, in.Letter)
	if err != nil {
		return nil, err
	}
	q := a.Queue
	if job.Call != nil {
		q = a.Notifications
	}
	if err := q.Send(ctx, job); err != nil {
		return nil, err
	}
	out := &redriveOutput{}
	out.Body.Letter, out.Body.Job, out.Body.Kind = in.Letter, job.ID, job.Kind
	return out, nil
}
