package rehearse

import (
	"context"
	"net/http"
	"strings"

	"hookline/shared/bot"
	"hookline/shared/engine"
	"hookline/shared/fetch"
)

// recorded plays the owner's API from the answers that a turn got.
type recorded struct {
	exchanges []bot.Exchange
	given     []bool // of exchanges
	calls     int
	// failure is what the recorded turn failed with.
	failure string
	// short tells that an answer was given of which only the beginning is known.
	short bool
}

var _ engine.Fetcher = (*recorded)(nil)

// Do gives the answer that the turn got to the same request, else to its request in the same place: that another thing is
// asked shows in the requests.
func (r *recorded) Do(_ context.Context, request fetch.Request) (fetch.Response, error) {
	at := r.calls
	r.calls++
	for i, made := range r.exchanges {
		if !r.given[i] && made.Method == request.Method && used(made.URL) == request.URL {
			at = i
			r.given[i] = true
			break
		}
	}
	if at < len(r.exchanges) {
		return r.answer(r.exchanges[at]), nil
	}
	// A request that could not even be made has left nothing but the error of its turn.
	if _, why, refused := strings.Cut(r.failure, "request: "); refused {
		return fetch.Response{}, bot.Errorf(bot.Invalid, why)
	}
	return fetch.Response{Err: "the recorded turn made no such request"}, nil
}

func (r *recorded) answer(made bot.Exchange) fetch.Response {
	r.short = r.short || made.Truncated
	header := http.Header{}
	for name, value := range made.AnswerHeader {
		header.Set(name, value)
	}
	return fetch.Response{Status: made.Status, Header: header, Body: []byte(made.Answer), Err: made.Error}
}
