package rehearse

import (
	"cmp"
	"context"
	"net/http"
	"strings"

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
		if !strings.HasPrefix(line, used(answer.Request)) {
			continue
		}
		if last = i; !a.used[i] {
			break
		}
	}
	if last < 0 {
		a.missed = append(a.missed, masked(line))
		return fetch.Response{Err: "no answer is written down for " + masked(line)}, nil
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
