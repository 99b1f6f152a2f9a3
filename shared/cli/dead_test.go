package cli_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const lettersBody = `{"letters":[
	{"id":"l1","bot":"pizza","channel":"telegram","kind":"invalid","message":"a template fails","tries":1,"buried_at":"2026-03-01T12:00:00Z",
		"job":{"id":"j1","kind":"event","accepted_at":"2026-03-01T12:00:00Z","channel":"c1","bot":"b1",
			"event":{"id":"1","provider":"telegram","channel":"c1","kind":"text","text":"hello","from":{"id":"7","first_name":"Ada"}}}},
	{"id":"l2","bot":"pizza","channel":"telegram","kind":"unavailable","message":"down for a day","tries":9,"buried_at":"2026-03-01T12:00:00Z",
		"redriven":1,"unsent":[{"chat":"42","parts":[{"text":"hi"}]}],
		"job":{"id":"j2","kind":"reply","accepted_at":"2026-03-01T12:00:00Z","channel":"c1","bot":"b1"}},
	{"id":"l3","bot":"pizza","channel":"telegram","kind":"invalid","message":"no","tries":1,"buried_at":"2026-03-01T12:00:00Z",
		"job":{"id":"j3","kind":"delivery","accepted_at":"2026-03-01T12:00:00Z","bot":"b1","call":{"call":"C","hook":"H","to":{"chat":"42"}}}}]}`

func TestDead(t *testing.T) {
	s := newServer(t, map[string]answer{"GET /v1/bots": {200, oneBot}, "GET /v1/bots/pizza/dead": {200, lettersBody}})
	got := run(t, nil, "", "dead", "--server", s.URL)
	for _, want := range []string{
		"l1\n  buried", "after 1 try\n  event    Ada: \"hello\"\n  because  invalid: a template fails\n",
		"l3\n", "  delivery call C 42\n", "l2\n", "  unsent   1 reply: redriving only sends what is left\n  redriven 1 time\n",
	} {
		got.want(t, 0, want, "")
	}
	asJSON := run(t, nil, "", "dead", "-o", "json", "--server", s.URL)
	if lines := strings.Split(strings.TrimSpace(asJSON.stdout), "\n"); len(lines) != 3 || !strings.HasPrefix(lines[1], `{"id":"l2",`) {
		t.Errorf("dead -o json = %s, want an object a line", asJSON.stdout)
	}
}

func TestRedrive(t *testing.T) {
	const first, second = "POST /v1/bots/pizza/dead/l1/redrive", "POST /v1/bots/pizza/dead/l2/redrive"
	const all = "POST /v1/bots/pizza/dead/redrive"
	tests := []struct {
		name  string
		args  []string
		code  int
		out   string
		err   string
		calls []string
	}{
		{"one", []string{"l2"}, 0, "l2 is back on the queue\n", "", []string{second}},
		{"all", []string{"--all"}, 0, "l1 is back on the queue\nl2 is back on the queue\nl3 is back on the queue\n", "",
			[]string{all, all}},
		{"unknown", []string{"none"}, 1, "", "none: no such dead letter", []string{"POST /v1/bots/pizza/dead/none/redrive"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := newServer(t, map[string]answer{
				first:                                   {200, `{"letter":"l1","job":"j1","kind":"event"}`},
				second:                                  {200, `{"letter":"l2","job":"j2","kind":"reply"}`},
				all + "?cursor=":                        {200, `{"redriven":[{"letter":"l1","job":"j1"},{"letter":"l2","job":"j2"}],"next":"l2"}`},
				all + "?cursor=l2":                      {200, `{"redriven":[{"letter":"l3","job":"j3"}]}`},
				"POST /v1/bots/pizza/dead/none/redrive": {404, `{"detail":"no such dead letter"}`},
			})
			run(t, nil, "", append([]string{"redrive", "pizza", "--server", s.URL}, test.args...)...).want(t, test.code, test.out, test.err)
			if diff := cmp.Diff(test.calls, s.calls); diff != "" {
				t.Errorf("calls (-want +got)\n%s", diff)
			}
		})
	}
}

func TestDeadLetter(t *testing.T) {
	s := newServer(t, map[string]answer{
		"GET /v1/bots":               {200, oneBot},
		"GET /v1/bots/pizza/dead/l1": {200, `{"id":"l1","kind":"invalid","message":"a template fails","tries":1}`},
		"GET /v1/bots/pizza/dead/l2": {404, `{"detail":"no such dead letter"}`},
	})
	run(t, nil, "", "dead", "pizza", "l1", "--server", s.URL).want(t, 0, "  because  invalid: a template fails\n", "")
	run(t, nil, "", "dead", "pizza", "l2", "--server", s.URL).want(t, 1, "", "no such dead letter")
}

func TestDrop(t *testing.T) {
	const one, none, all = "DELETE /v1/bots/pizza/dead/l1", "DELETE /v1/bots/pizza/dead/none", "DELETE /v1/bots/pizza/dead"
	tests := []struct {
		name  string
		args  []string
		code  int
		out   string
		err   string
		calls []string
	}{
		{"one", []string{"l1"}, 0, "1 dropped\n", "", []string{one}},
		{"all", []string{"--all"}, 0, "7 dropped\n", "", []string{all}},
		{"as JSON", []string{"--all", "-o", "json"}, 0, `{"dropped":7}`, "", []string{all}},
		{"unknown", []string{"l1", "none"}, 1, "", "none: no such dead letter", []string{one, none}},
		{"nothing", nil, 2, "", "name dead letters, or give --all", nil},
		{"both", []string{"l1", "--all"}, 2, "", "name dead letters, or give --all", nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := newServer(t, map[string]answer{
				one: {204, ""}, none: {404, `{"detail":"no such dead letter"}`}, all: {200, `{"dropped":7,"more":false}`},
			})
			run(t, nil, "", append([]string{"drop", "pizza", "--server", s.URL}, test.args...)...).want(t, test.code, test.out, test.err)
			if diff := cmp.Diff(test.calls, s.calls); diff != "" {
				t.Errorf("calls (-want +got)\n%s", diff)
			}
		})
	}
}
