package rehearse

import (
	"cmp"
	"context"
	"net/http"
	"strings"

	"hookline/shared/bot"
	"hookline/shared/fetch"
)

// answers plays the owner's API.
type answers struct {
	list []Answer
	used []bool
	// missed are requests that no answer is written down for.
	missed []string
}

func newAnswers(list []Answer) *answers { return &answers{list: list, used: make([]bool, len(list))} }

// Do gives the next answer to a request.
func (a *answers) Do(_ context.Context, r fetch.Request) (fetch.Response, error) {
	line, last := r.Method+" "+r.URL, -1
	for i, answer := range a.list {
		if !strings.HasPrefix(line, answer.Request) {
			continue
		}
		if last = i; !a.used[i] {
			break
		}
	}
	if last < 0 {
		a.missed = append(a.missed, line)
		return fetch.Response{Err: "no answer is written down for " + line}, nil
	}
	a.used[last] = true
	return a.list[last].response(), nil
}

func (a Answer) response() fetch.Response {
	if a.Error != "" {
		return fetch.Response{Err: a.Error}
	}
	header := http.Header{}
	for name, value := range a.Headers {
		header.Set(name, value)
	}
	body := []byte(a.Body)
	if a.JSON != nil {
		body = a.JSON
	}
	return fetch.Response{Status: cmp.Or(a.Status, http.StatusOK), Header: header, Body: body}
}

// recorded plays the owner's API as it answered a turn.
type recorded struct {
	exchanges []bot.Exchange
	next      int
}

// Do gives the answer that the turn got to its request in the same place, whatever is asked now: that another thing is
// asked shows in the requests.
func (r *recorded) Do(_ context.Context, request fetch.Request) (fetch.Response, error) {
	if r.next >= len(r.exchanges) {
		return fetch.Response{Err: "the recorded turn made no such request: " + request.Method + " " + request.URL}, nil
	}
	made := r.exchanges[r.next]
	r.next++
	header := http.Header{}
	for name, value := range made.AnswerHeader {
		header.Set(name, value)
	}
	return fetch.Response{Status: made.Status, Header: header, Body: []byte(made.Answer), Err: made.Error}, nil
}
