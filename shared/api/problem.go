package api

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"math"
	"net/http"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"hookline/shared/bot"
)

// problem is every error answer (RFC 9457). Errors list what is wrong with a bot file, field by field.
type problem struct {
	Title  string        `json:"title"`
	Status int           `json:"status"`
	Detail string        `json:"detail"`
	Kind   bot.ErrorKind `json:"kind,omitempty"`
	Reason string        `json:"reason,omitempty"`
	Errors []bot.Problem `json:"errors,omitempty"`

	retryAfter string
	tag        string
}

var (
	_ huma.StatusError       = (*problem)(nil)
	_ huma.HeadersError      = (*problem)(nil)
	_ huma.ContentTypeFilter = (*problem)(nil)
)

func (p *problem) Error() string             { return p.Detail }
func (p *problem) GetStatus() int            { return p.Status }
func (p *problem) ContentType(string) string { return "application/problem+json" }

// GetHeaders asks the caller to wait where we were asked to, and says which revision has not changed.
func (p *problem) GetHeaders() http.Header {
	h := http.Header{}
	if p.retryAfter != "" {
		h.Set("Retry-After", p.retryAfter)
	}
	if p.tag != "" {
		h.Set("ETag", p.tag)
	}
	return h
}

// newProblem shows of an error what a stranger may see.
func newProblem(err error) *problem {
	kind := bot.KindOf(err)
	p := &problem{
		Title: http.StatusText(kind.HTTPStatus()), Status: kind.HTTPStatus(),
		Detail: bot.PublicMessage(err), Kind: kind, Reason: bot.ReasonOf(err),
	}
	if wait := bot.RetryAfterOf(err); wait > 0 {
		p.retryAfter = strconv.Itoa(int(math.Ceil(wait.Seconds())))
	}
	return p
}

// rejected is the answer to a bot file with problems.
func rejected(problems []bot.Problem) *problem {
	p := newProblem(bot.Errorf(bot.Invalid, "the bot file is not right"))
	p.Errors = problems
	return p
}

func writeProblem(w http.ResponseWriter, p *problem) {
	w.Header().Set("Content-Type", p.ContentType(""))
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p)
}

// answering turns a handler's errors into problems, and keeps in the audit what has succeeded.
func answering[I, O any](a *API, handle func(context.Context, *I) (*O, error)) func(context.Context, *I) (*O, error) {
	return func(ctx context.Context, in *I) (*O, error) {
		out, err := handle(ctx, in)
		if err == nil {
			a.keep(ctx)
			return out, nil
		}
		return nil, a.problemOf(ctx, err)
	}
}

// problemOf turns an error into the problem that callers see, and logs what they may not see.
func (a *API) problemOf(ctx context.Context, err error) *problem {
	if p, ok := errors.AsType[*problem](err); ok {
		return p
	}
	if kind := bot.KindOf(err); kind == bot.Internal || kind == bot.Unavailable {
		a.Log.ErrorContext(ctx, "api", slog.Any("error", err))
	}
	return newProblem(err)
}

// oneProblemShape gives huma's own errors (of parameters, bodies) the shape of ours, without the values that were sent.
func oneProblemShape(_ huma.Context, _ string, v any) (any, error) {
	model, ok := v.(*huma.ErrorModel)
	if !ok {
		return v, nil
	}
	p := &problem{Title: model.Title, Status: model.Status, Detail: model.Detail}
	for _, detail := range model.Errors {
		p.Errors = append(p.Errors, bot.Problem{Path: detail.Location, Message: detail.Message})
	}
	return p, nil
}
