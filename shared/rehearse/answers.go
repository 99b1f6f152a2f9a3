package rehearse

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"hookline/shared/bot"
	"hookline/shared/botfile"
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

// leftOut are headers of answers that say nothing to a bot.
var leftOut = []string{"Connection", "Content-Length", "Content-Type", "Date", "Keep-Alive", "Server", "Transfer-Encoding"}

// answersOf gives what the owner's API answered in a turn.
func answersOf(t bot.Turn) []Answer {
	var answers []Answer
	for _, made := range t.Requests {
		a := Answer{Request: made.Method + " " + made.URL, Status: made.Status, Error: made.Error, Body: made.Answer}
		for name, value := range made.AnswerHeader {
			if slices.Contains(leftOut, name) {
				continue
			}
			if a.Headers == nil {
				a.Headers = map[string]string{}
			}
			a.Headers[name] = value
		}
		// Not all that is JSON can be written as YAML: what has a name twice cannot.
		asJSON := slices.Concat([]byte(`{"json":`), []byte(made.Answer), []byte("}"))
		if _, err := botfile.YAML(asJSON); err == nil && len(bytes.TrimSpace([]byte(made.Answer))) > 0 {
			a.JSON, a.Body = json.RawMessage(made.Answer), ""
		}
		answers = append(answers, a)
	}
	return answers
}
