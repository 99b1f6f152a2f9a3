package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"hookline/shared/queue"
	"hookline/shared/store"
)

// waiter is a queue that knows how many jobs are not acknowledged, and when the oldest of them was sent: zero if there is
// none.
type waiter interface {
	Waiting(ctx context.Context) (count int, oldest time.Time, err error)
}

func (a *API) registerQueue(h huma.API) {
	op := operation("get-queue", http.MethodGet, "/v1/queue", "How many jobs wait, and since when")
	op.Security = needs(store.ScopeAdmin)
	op.Description = "Queues that do not tell are left out: those on AWS are watched by CloudWatch."
	huma.Register(h, op, answering(a, a.getQueue))
}

type queueInfo struct {
	Name    string    `json:"name"`
	Waiting int       `json:"waiting"`
	Oldest  time.Time `json:"oldest,omitzero"`
}

type queueOutput struct {
	Body struct {
		Queues []queueInfo `json:"queues"`
	}
}

func (a *API) getQueue(ctx context.Context, _ *struct{}) (*queueOutput, error) {
	if err := a.mainOnly(ctx); err != nil { // the queues are those of all accounts
		return nil, err
	}
	out := &queueOutput{}
	out.Body.Queues = []queueInfo{}
	for _, q := range []struct {
		name   string
		sender queue.Sender
	}{{queue.Conversations, a.Queue}, {queue.Notifications, a.Notifications}} {
		w, ok := q.sender.(waiter)
		if !ok {
			continue
		}
		count, oldest, err := w.Waiting(ctx)
		if err != nil {
			return nil, err
		}
		out.Body.Queues = append(out.Body.Queues, queueInfo{q.name, count, oldest})
	}
	return out, nil
}
