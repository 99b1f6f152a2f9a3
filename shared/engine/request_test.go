package engine_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
	"hookline/shared/fetch"
	"hookline/shared/store"
)

// shop is an owner's API: it answers as the test says and notes what it was asked.
type shop struct {
	answer func(fetch.Request) fetch.Response
	asked  []fetch.Request
}

func (s *shop) Do(_ context.Context, r fetch.Request) (fetch.Response, error) {
	s.asked = append(s.asked, r)
	if s.answer == nil {
		return fetch.Response{Status: http.StatusOK}, nil
	}
	return s.answer(r), nil
}

func answering(status int, body string) func(fetch.Request) fetch.Response {
	return func(fetch.Request) fetch.Response {
		return fetch.Response{Status: status, Body: []byte(body), Header: http.Header{"X-Left": {"3"}}}
	}
}

// ordering is a handler that asks the shop.
func ordering(request *bot.Request, text string) bot.Handler {
	return bot.Handler{
		Name: "order", Pattern: "(?P<pizza>.*)", Request: request, TargetState: "done",
		Response: &bot.Response{Message: bot.Message{Text: text}},
	}
}

func (w *world) withShop(answer func(fetch.Request) fetch.Response) *shop {
	s := &shop{answer: answer}
	w.engine.Requests = s
	return s
}

const hostile = "a\"b\\c\n{{ x }} & <d>=é"

func TestRequests(t *testing.T) {
	for _, test := range []struct {
		name    string
		request bot.Request
		want    fetch.Request
	}{
		{
			"F22 GET, spaces of the address left out", bot.Request{URL: "https://{{ env.SHOP }}/ {{ event.chat.id }}\n"},
			fetch.Request{Method: "GET", URL: "https://theshop/1"},
		},
		{
			"F23 parameters are encoded, and added to those that are there",
			bot.Request{Method: "Put", URL: "https://x/?a=1#f", Query: map[string]string{"q": "{{ pattern.pizza }}", "k ey": "v"}},
			fetch.Request{Method: "PUT", URL: "https://x/?a=1&k+ey=v&q=a%22b%5Cc%0A%7B%7B+x+%7D%7D+%26+%3Cd%3E%3D%C3%A9#f"},
		},
		{
			"F23 headers keep to their line", bot.Request{URL: "https://x", Headers: map[string]string{"X-Said": "{{ pattern.pizza }}"}},
			fetch.Request{Method: "GET", URL: "https://x", Header: http.Header{"X-Said": {`a"b\c {{ x }} & <d>=é`}}},
		},
		{
			"F24 B11 JSON is encoded, not pasted",
			bot.Request{Method: "POST", URL: "https://x", JSON: map[string]any{"p": "{{ pattern.pizza }}", "n": json.Number("1.0"), "l": []any{true, nil, "{{ event.chat | tojson }}"}}},
			fetch.Request{
				Method: "POST", URL: "https://x", Header: http.Header{"Content-Type": {"application/json"}},
				Body: []byte(`{"l":[true,null,{"id":"1"}],"n":1.0,"p":"a\"b\\c\n{{ x }} \u0026 \u003cd\u003e=é"}`),
			},
		},
		{
			"F24 form", bot.Request{Method: "POST", URL: "https://x", Form: map[string]string{"p": "{{ pattern.pizza }}", "b": "1"}},
			fetch.Request{
				Method: "POST", URL: "https://x", Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}},
				Body: []byte("b=1&p=a%22b%5Cc%0A%7B%7B+x+%7D%7D+%26+%3Cd%3E%3D%C3%A9"),
			},
		},
		{
			"body, and a content type of the author's", bot.Request{Method: "POST", URL: "https://x", Body: "<{{ event.chat.id }}>", Headers: map[string]string{"content-type": "text/xml"}},
			fetch.Request{Method: "POST", URL: "https://x", Header: http.Header{"Content-Type": {"text/xml"}}, Body: []byte("<1>")},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			h := ordering(&test.request, "ok")
			h.Pattern = "(?s)(?P<pizza>.*)"
			w := newWorld(t, h)
			shop := w.withShop(nil)
			w.handle(w.said(hostile))
			if len(shop.asked) != 1 {
				t.Fatalf("%d requests were made, want 1", len(shop.asked))
			}
			got := shop.asked[0]
			if key := got.Header.Get("Idempotency-Key"); key != w.channel+":1:order" {
				t.Errorf("Idempotency-Key = %q, want channel, event and handler", key)
			}
			if got.Header.Del("Idempotency-Key"); len(got.Header) == 0 {
				got.Header = nil
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("request (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAnswers(t *testing.T) {
	const text = "{{ response.status }} {{ response.data.id }} {{ response.headers }} {{ response.error }}"
	for _, test := range []struct {
		name   string
		answer func(fetch.Request) fetch.Response
		said   string
		state  string
	}{
		{"F25 2xx moves", answering(201, `{"id": 10000000000000001}`), `1: 201 10000000000000001 {"x-left": "3"} `, "done"},
		{"F25 an error is answered and does not move", answering(409, `{"id":"none"}`), `1: 409 none {"x-left": "3"} `, ""},
		{"F25 no JSON is an empty object", answering(200, "<html>"), `1: 200  {"x-left": "3"} `, "done"},
		{"F26 no answer", func(fetch.Request) fetch.Response { return fetch.Response{Err: "no answer within 8s"} }, "1: 0  {} no answer within 8s", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t, ordering(&bot.Request{URL: "https://x"}, strings.Replace(text, "headers }}", "headers | tojson }}", 1)))
			w.withShop(test.answer)
			w.handle(w.said("Diavola"))
			if w.network.said() != test.said || w.conversation().State != test.state {
				t.Errorf("sent %q in state %q, want %q in %q", w.network.said(), w.conversation().State, test.said, test.state)
			}
		})
	}
}

func TestAnswerIsKeptInTheContext(t *testing.T) {
	w := newWorld(t,
		bot.Handler{Name: "order", SourceStates: []string{"Choosing It"}, Pattern: "(?P<pizza>.*)", Request: &bot.Request{URL: "https://x"}, TargetState: "done"},
		says("go", "", "", "Choosing It", ""),
		says("done", "", "{{ state_context.choosing_it.response.status }} {{ state_context.choosing_it.response.data.id }} {{ state_context.choosing_it.pattern.pizza }}", "", "done"),
	)
	w.withShop(answering(200, `{"id":7}`))
	for _, text := range []string{"hi", "Diavola", "when?"} {
		w.handle(w.said(text))
	}
	if got := w.network.said(); got != "1: 200 7 Diavola" {
		t.Errorf("F38 sent %q, want what was fetched and captured in the state before", got)
	}
}

func TestSelfLoopKeepsNothing(t *testing.T) {
	w := newWorld(t, says("in", "(?P<x>.*)", "", "s", ""))
	w.handle(w.said("one"))
	before := w.conversation().Context
	w.handle(w.said("two"))
	if diff := cmp.Diff(before, w.conversation().Context); diff != "" {
		t.Errorf("F39 context after staying in the state (-before +after):\n%s", diff)
	}
}

// An API is called at least once, and as a rule once: a turn that loses a race asks the same question no second time.
func TestLostRaceAsksOnce(t *testing.T) {
	w := newWorld(t, ordering(&bot.Request{Method: "POST", URL: "https://x", Body: "{{ event.text }}"}, "{{ response.data.id }}"))
	shop := w.withShop(answering(200, `{"id":7}`))
	races := 3
	w.table.beforePut = func(item store.Item) error {
		if races--; races >= 0 && strings.HasPrefix(item.PK, "CONV#") {
			return bot.Errorf(bot.Conflict, "somebody was quicker")
		}
		return nil
	}
	w.handle(w.said("Diavola"))
	if len(shop.asked) != 1 || w.network.said() != "1: 7" {
		t.Errorf("%d requests after three lost races, sent %q; want 1 and the answer", len(shop.asked), w.network.said())
	}
}

// A crash between the request and the commit asks again, with the same key.
func TestCrashAfterRequest(t *testing.T) {
	w := newWorld(t, ordering(&bot.Request{Method: "POST", URL: "https://x"}, "{{ response.data.id }}"))
	shop := w.withShop(answering(200, `{"id":7}`))
	w.table.beforePut = func(store.Item) error { return errors.New("killed") }
	job := w.said("Diavola")
	w.handle(job)
	w.table.beforePut = nil
	w.start()
	w.engine.Requests = shop
	w.drain(job)
	if len(shop.asked) != 2 || shop.asked[0].Header.Get("Idempotency-Key") != shop.asked[1].Header.Get("Idempotency-Key") {
		t.Errorf("requests = %+v, want two with one key", shop.asked)
	}
	if got := w.network.said(); got != "1: 7" {
		t.Errorf("sent %q, want the answer once", got)
	}
}

func TestTurnShowsRequestsWithoutSecrets(t *testing.T) {
	w := newWorld(t)
	w.publishDefinition(bot.Definition{
		Secrets: map[string]bot.Credential{"KEY": {Value: "hunter2/and more"}},
		Handlers: []bot.Handler{ordering(&bot.Request{
			Method: "POST", URL: "https://x", Query: map[string]string{"k": "{{ secret.KEY }}"},
			Headers: map[string]string{"Authorization": "Bearer {{ secret.KEY }}"}, JSON: map[string]any{"k": "{{ secret.KEY }}"},
		}, "{{ response.data.echo }}")},
	})
	w.withShop(answering(200, `{"echo":"hunter2/and more"}`))
	job := w.said("x")
	w.handle(job)
	turn := w.turn(job)
	turn.Requests[0].MS = 0
	want := []bot.Exchange{{
		Handler: "order", Method: "POST", URL: "https://x?k={{ secret.KEY }}", Body: `{"k":"{{ secret.KEY }}"}`, Status: 200, Answer: `{"echo":"{{ secret.KEY }}"}`,
		Header:       map[string]string{"Authorization": "Bearer {{ secret.KEY }}", "Content-Type": "application/json", "Idempotency-Key": w.channel + ":1:order"},
		AnswerHeader: map[string]string{"X-Left": "3"},
	}}
	if diff := cmp.Diff(want, turn.Requests); diff != "" {
		t.Errorf("requests of the turn (-want +got):\n%s", diff)
	}
	encoded, _ := json.Marshal(turn)
	if strings.Contains(string(encoded), "hunter2") {
		t.Errorf("the turn shows the secret: %s", encoded)
	}
	if got := w.network.said(); got != "1: hunter2/and more" {
		t.Errorf("sent %q, want what the author wrote", got)
	}
}

func TestLongAnswers(t *testing.T) {
	w := newWorld(t, ordering(&bot.Request{URL: "https://x"}, "got it"))
	w.withShop(answering(200, `"`+strings.Repeat("x", 900<<10)+`"`))
	job := w.said("x")
	w.handle(job)
	if turn := w.turn(job); turn.Outcome != bot.Replied || !turn.Requests[0].Truncated || len(turn.Requests[0].Answer) != 64<<10 {
		t.Errorf("turn = %s, %d bytes of the answer, want 64 KB and that it was more", turn.Outcome, len(turn.Requests[0].Answer))
	}
	if c := w.conversation(); c.Context["_start"].Response.Data != nil || c.Context["_start"].Response.Status != 200 {
		t.Errorf("context = %+v, want the status and not the long answer", c.Context)
	}
}

func TestRequestThatCannotBeMade(t *testing.T) {
	w := newWorld(t, ordering(&bot.Request{URL: "{{ event.text }}"}, "ok"))
	w.engine.Requests = fetch.New(nil)
	job := w.said("no address")
	w.handle(job)
	if turn := w.turn(job); turn.Outcome != bot.Failed || !strings.Contains(turn.Error, "handler order, request: the address of a request begins with http") {
		t.Errorf("turn = %s: %q, want it failed, naming handler and address", turn.Outcome, turn.Error)
	}
}
