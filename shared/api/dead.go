package api

import (
	"cmp"
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"hookline/shared/bot"
)

func (a *API) registerDead(h huma.API) {
	const all, one = "/v1/bots/{bot}/dead", "/v1/bots/{bot}/dead/{letter}"
	huma.Register(h, operation("list-dead", http.MethodGet, all, "List dead letters, oldest job first"), answering(a, a.listDead))
	huma.Register(h, operation("count-dead", http.MethodGet, all+"/count", "How many dead letters there are, and since when"), answering(a, a.countDead))
	huma.Register(h, operation("redrive-all-dead", http.MethodPost, all+"/redrive",
		"Put a page of dead letters' jobs back on the queue"), answering(a, a.redriveAll))
	huma.Register(h, operation("drop-all-dead", http.MethodDelete, all, "Remove a page of dead letters for good"), answering(a, a.dropAllDead))
	huma.Register(h, operation("get-dead", http.MethodGet, one, "Read a dead letter: reason, job, unsent parts"), answering(a, a.getDead))
	huma.Register(h, operation("drop-dead", http.MethodDelete, one, "Remove a dead letter for good"), answering(a, a.dropDead))
	huma.Register(h, operation("redrive-dead", http.MethodPost, one+"/redrive",
		"Put a dead letter's job back on the queue"), answering(a, a.redriveDead))
}

// deadPageInput asks for letters of a bot. A page is small: a letter holds its whole job.
type deadPageInput struct {
	Bot    string `path:"bot"`
	Cursor string `query:"cursor"`
	Limit  int    `query:"limit" minimum:"1" maximum:"500" default:"100"`
}

// deadPage reads the letters that are asked for, and the cursor of the next page, "" behind the last one.
func (a *API) deadPage(ctx context.Context, in *deadPageInput) (head bot.Head, letters []bot.DeadLetter, next string, err error) {
	if head, err = a.Store.BotByName(ctx, account(ctx), in.Bot); err != nil {
		return head, nil, "", err
	}
	letters, err = a.Store.DeadLetters(ctx, head.ID, in.Cursor, in.Limit)
	if len(letters) == in.Limit {
		next = letters[len(letters)-1].ID
	}
	return head, letters, next, err
}

// named shows a letter with the names of its bot and channel.
func named(letter bot.DeadLetter, head bot.Head) bot.DeadLetter {
	letter.Bot, letter.Channel = head.Name, namesOf(head).channel(letter.Channel)
	return letter
}

type listDeadOutput struct {
	Body struct {
		Letters []bot.DeadLetter `json:"letters"`
		Next    string           `json:"next,omitempty"`
	}
}

func (a *API) listDead(ctx context.Context, in *deadPageInput) (*listDeadOutput, error) {
	head, letters, next, err := a.deadPage(ctx, in)
	if err != nil {
		return nil, err
	}
	out := &listDeadOutput{}
	out.Body.Letters, out.Body.Next = make([]bot.DeadLetter, 0, len(letters)), next
	for _, letter := range letters {
		out.Body.Letters = append(out.Body.Letters, named(letter, head))
	}
	return out, nil
}

// maxCounted bounds what counting reads.
const maxCounted = 1000

type countDeadOutput struct {
	Body struct {
		Count  int       `json:"count" maximum:"1000"`
		More   bool      `json:"more" doc:"there may be more than were counted"`
		Oldest time.Time `json:"oldest,omitzero" doc:"when the oldest job was accepted"`
	}
}

func (a *API) countDead(ctx context.Context, in *botInput) (*countDeadOutput, error) {
	out := &countDeadOutput{}
	page := &deadPageInput{Bot: in.Bot, Limit: 100}
	for {
		_, letters, next, err := a.deadPage(ctx, page)
		if err != nil {
			return nil, err
		}
		if out.Body.Count == 0 && len(letters) > 0 {
			out.Body.Oldest = letters[0].Job.AcceptedAt
		}
		out.Body.Count += len(letters)
		out.Body.More = out.Body.Count >= maxCounted && next != ""
		if next == "" || out.Body.More {
			return out, nil
		}
		page.Cursor = next
	}
}

type deadInput struct {
	Bot    string `path:"bot"`
	Letter string `path:"letter"`
}

// deadLetter finds the letter that an address names.
func (a *API) deadLetter(ctx context.Context, in *deadInput) (bot.Head, bot.DeadLetter, error) {
	head, err := a.Store.BotByName(ctx, account(ctx), in.Bot)
	if err != nil {
		return head, bot.DeadLetter{}, err
	}
	letter, err := a.Store.DeadLetter(ctx, head.ID, in.Letter)
	return head, letter, err
}

type deadOutput struct {
	ETag string `header:"ETag" doc:"of the unsent parts"`
	Body bot.DeadLetter
}

func deadAnswer(letter bot.DeadLetter, head bot.Head) *deadOutput {
	return &deadOutput{contentTag(letter.Unsent), named(letter, head)}
}

func (a *API) getDead(ctx context.Context, in *deadInput) (*deadOutput, error) {
	head, letter, err := a.deadLetter(ctx, in)
	return deadAnswer(letter, head), err
}

func (a *API) dropDead(ctx context.Context, in *deadInput) (*struct{}, error) {
	head, letter, err := a.deadLetter(ctx, in)
	if err != nil {
		return nil, err
	}
	return nil, a.Store.DropDeadLetter(ctx, head.ID, letter.ID)
}

type dropAllDeadOutput struct {
	Body struct {
		Dropped int  `json:"dropped"`
		More    bool `json:"more" doc:"there may be more: ask again"`
	}
}

// dropAllDead needs no cursor: what has been dropped is not found again.
func (a *API) dropAllDead(ctx context.Context, in *struct {
	Bot   string `path:"bot"`
	Limit int    `query:"limit" minimum:"1" maximum:"500" default:"100"`
}) (*dropAllDeadOutput, error) {
	head, letters, next, err := a.deadPage(ctx, &deadPageInput{Bot: in.Bot, Limit: in.Limit})
	if err != nil {
		return nil, err
	}
	out := &dropAllDeadOutput{}
	for _, letter := range letters {
		if err := a.Store.DropDeadLetter(ctx, head.ID, letter.ID); err != nil {
			return nil, err
		}
		out.Body.Dropped++
	}
	out.Body.More = next != ""
	return out, nil
}

type redriven struct {
	Letter string      `json:"letter"`
	Job    string      `json:"job"`
	Kind   bot.JobKind `json:"kind" doc:"reply: what was committed is only sent"`
}

type redriveOutput struct {
	Body redriven
}

func (a *API) redriveDead(ctx context.Context, in *deadInput) (*redriveOutput, error) {
	head, err := a.Store.BotByName(ctx, account(ctx), in.Bot)
	if err != nil {
		return nil, err
	}
	job, err := a.redrive(ctx, head, in.Letter)
	return &redriveOutput{job}, err
}

func (a *API) redrive(ctx context.Context, head bot.Head, letter string) (redriven, error) {
	job, err := a.Store.Redrive(ctx, head.ID, letter)
	if err != nil {
		return redriven{}, err
	}
	q := a.Queue
	if job.Call != nil {
		q = a.Notifications
	}
	if err := q.Send(ctx, job); err != nil {
		// No job is on the way: the letter must not say so, or it could not be mended.
		return redriven{}, cmp.Or(a.Store.LeaveDeadLetter(context.WithoutCancel(ctx), head.ID, *job.Redrive), err)
	}
	return redriven{letter, job.ID, job.Kind}, nil
}

type redriveAllOutput struct {
	Body struct {
		Redriven []redriven `json:"redriven"`
		Next     string     `json:"next,omitempty" doc:"cursor to go on with; a letter stays listed until its job has succeeded"`
	}
}

func (a *API) redriveAll(ctx context.Context, in *deadPageInput) (*redriveAllOutput, error) {
	head, letters, next, err := a.deadPage(ctx, in)
	if err != nil {
		return nil, err
	}
	out := &redriveAllOutput{}
	out.Body.Redriven, out.Body.Next = make([]redriven, 0, len(letters)), next
	for _, letter := range letters {
		job, err := a.redrive(ctx, head, letter.ID)
		if bot.KindOf(err) == bot.NotFound { // its job succeeded, or it was dropped, meanwhile
			continue
		}
		if err != nil {
			return nil, err
		}
		out.Body.Redriven = append(out.Body.Redriven, job)
	}
	return out, nil
}
