package cli_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const pizzaFile = `bot: pizza
channels:
  telegram: {token: "${TELEGRAM_TOKEN}"}
handlers:
  - name: start
    response: {text: hi}
`

func TestCheck(t *testing.T) {
	good := file(t, "good.yaml", pizzaFile)
	typo := file(t, "typo.yaml", "bot: pizza\nhandlers:\n  - name: a\n    patern: x\n")
	warned := file(t, "warned.yaml", "bot: pizza\n")
	tests := []struct {
		name   string
		args   []string
		code   int
		stdout string
	}{
		{"good", []string{good}, 0, "ok\n"},
		{"typo", []string{typo}, 1, typo + `:4: handlers[0].patern: unknown field "patern": did you mean "pattern"?` + "\n"},
		{"warnings only", []string{warned}, 0, "warning: handlers: "},
		{"several files", []string{good, typo}, 1, typo + ":4: "},
		{"absent", []string{"absent.yaml"}, 1, "absent.yaml: no such file or directory\n"},
		{"a directory", []string{t.TempDir()}, 1, ": is a directory\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			run(t, nil, "", append([]string{"check"}, test.args...)...).want(t, test.code, test.stdout, "")
		})
	}
}

func TestCheckAsJSON(t *testing.T) {
	typo := file(t, "typo.yaml", "bot: pizza\nchannels: {telegram: {token: '1:t'}}\nhandlers:\n  - name: a\n    patern: x\n")
	got := run(t, nil, "", "check", "-o", "json", typo)
	var problems struct{ Problems []map[string]any }
	if err := json.Unmarshal([]byte(got.stdout), &problems); err != nil {
		t.Fatalf("check -o json = %s: %v", got.stdout, err)
	}
	want := []map[string]any{{
		"file": typo, "line": 5.0, "path": "handlers[0].patern", "message": `unknown field "patern": did you mean "pattern"?`,
	}}
	if diff := cmp.Diff(want, problems.Problems); diff != "" || got.code != 1 {
		t.Errorf("check -o json = %d, (-want +got)\n%s", got.code, diff)
	}
}

func TestSchema(t *testing.T) {
	got := run(t, nil, "", "schema")
	var schema map[string]any
	if err := json.Unmarshal([]byte(got.stdout), &schema); err != nil || got.code != 0 || schema["properties"] == nil {
		t.Errorf("schema = %d %.100s (%v), want a JSON Schema", got.code, got.stdout, err)
	}
}

const (
	putPizza     = "PUT /v1/bots/pizza"
	connectPizza = "POST /v1/bots/pizza/channels/telegram/connect"
	publishedOne = `{"bot":"pizza","version":3,"changed":true,"hooks":[],
		"channels":[{"name":"telegram","provider":"telegram","id":"c1","address":"http://x/telegram/c1"}]}`
)

func applyServer(t *testing.T) *server {
	return newServer(t, map[string]answer{
		putPizza:       {200, publishedOne},
		connectPizza:   {200, `{"name":"telegram","provider":"telegram","id":"c1","address":"http://x/telegram/c1","username":"pizza_bot","mode":"public"}`},
		"GET /healthz": {200, `{"status":"ok","mode":"public"}`},
	})
}

func TestApply(t *testing.T) {
	set := map[string]string{"TELEGRAM_TOKEN": "1:secret"}
	tests := []struct {
		name  string
		env   map[string]string
		flags []string
		// answers replace those of a server on which all goes well.
		answers map[string]answer
		code    int
		stdout  string
		stderr  string
		calls   []string
	}{
		{"published and connected", set, nil, nil, 0, "pizza: version 3\n  telegram @pizza_bot http://x/telegram/c1\n    connected\n", "",
			[]string{putPizza, connectPizza}},
		{"not to be connected", set, []string{"--no-connect"}, nil, 0, "no webhook is registered", "", []string{putPizza}},
		{"unset variable", nil, nil, nil, 1, "", "pizza.yaml:3: channels.telegram.token: ", []string{"GET /healthz"}},
		{"unset variable, simulated", nil, nil, map[string]answer{"GET /healthz": {200, `{"mode":"simulated"}`}}, 0, "version 3", "",
			[]string{"GET /healthz", putPizza, connectPizza}},
		{"connecting fails", set, nil, map[string]answer{connectPizza: {409, `{"detail":"another address is registered"}`}}, 1,
			"not connected: another address is registered", "", []string{putPizza, connectPizza}},
		{"refused", set, nil, map[string]answer{putPizza: {400, `{"detail":"the bot file is not right","errors":[{"path":"handlers","line":1,"message":"too many"}]}`}}, 1,
			"", "the bot file is not right\n  line 4: handlers: too many", []string{putPizza}},
		{"steps for a person", set, nil, map[string]answer{connectPizza: {200, `{"name":"telegram","mode":"public","steps":["press this"]}`}}, 0,
			"    1. press this\n", "", []string{putPizza, connectPizza}},
		{"fetched", set, nil, map[string]answer{connectPizza: {200, `{"name":"telegram","mode":"polling"}`}}, 0, "events are fetched", "",
			[]string{putPizza, connectPizza}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := applyServer(t)
			for call, a := range test.answers {
				s.answers[call] = a
			}
			args := append([]string{"apply", "--server", s.URL, file(t, "pizza.yaml", pizzaFile)}, test.flags...)
			got := run(t, test.env, "", args...)
			got.want(t, test.code, test.stdout, test.stderr)
			if diff := cmp.Diff(test.calls, s.calls); diff != "" {
				t.Errorf("calls (-want +got)\n%s", diff)
			}
			if strings.Contains(got.stdout+got.stderr, "1:secret") {
				t.Errorf("apply shows the token: %s%s", got.stdout, got.stderr)
			}
			if body := s.bodies[putPizza]; test.env != nil && (!strings.Contains(body, "1:secret") || !strings.Contains(body, "TELEGRAM_TOKEN")) {
				t.Errorf("PUT %s, want the token and where it came from", body)
			}
		})
	}
}

func TestApplyNamesUnsetVariables(t *testing.T) {
	s := applyServer(t)
	run(t, nil, "", "apply", "--server", s.URL, file(t, "pizza.yaml", pizzaFile)).want(t, 1, "", "TELEGRAM_TOKEN")
}

func TestApplyPublishesAllOrNone(t *testing.T) {
	s := applyServer(t)
	good, bad := file(t, "good.yaml", pizzaFile), file(t, "bad.yaml", "bot: 'a b'\n")
	run(t, map[string]string{"TELEGRAM_TOKEN": "1:t"}, "", "apply", "--server", s.URL, good, bad).want(t, 1, "", "bad.yaml:1: bot: ")
	if len(s.calls) != 0 {
		t.Errorf("with an error in the second file the server was asked %v", s.calls)
	}
}

func TestApplyAsJSON(t *testing.T) {
	s := applyServer(t)
	got := run(t, map[string]string{"TELEGRAM_TOKEN": "1:t"}, "", "apply", "-o", "json", "--server", s.URL, file(t, "pizza.yaml", pizzaFile))
	var answer map[string]any
	if err := json.Unmarshal([]byte(got.stdout), &answer); err != nil {
		t.Fatalf("apply -o json = %s: %v", got.stdout, err)
	}
	want := map[string]any{"bots": []any{map[string]any{
		"bot": "pizza", "version": 3.0, "changed": true, "hooks": []any{},
		"channels": []any{map[string]any{
			"name": "telegram", "provider": "telegram", "id": "c1", "address": "http://x/telegram/c1", "username": "pizza_bot", "mode": "public",
		}},
	}}}
	if diff := cmp.Diff(want, answer); diff != "" {
		t.Errorf("apply -o json (-want +got)\n%s", diff)
	}
}

// The server counts the lines of the JSON that it was sent, people those of the file.
func TestApplyTellsWarningsWithTheLinesOfTheFile(t *testing.T) {
	s := newServer(t, map[string]answer{"PUT /v1/bots/pizza": {200, `{"bot":"pizza","version":1,"changed":true,"channels":[],"hooks":[],
		"warnings":[{"path":"handlers","line":1,"message":"odd","warning":true}]}`}})
	got := run(t, map[string]string{"TELEGRAM_TOKEN": "1:t"}, "", "apply", "-o", "json", "--server", s.URL, file(t, "pizza.yaml", pizzaFile))
	got.want(t, 0, `"warnings":[{"path":"handlers","line":4,"message":"odd","warning":true}]`, "")
}

func TestApplyDryRun(t *testing.T) {
	s := newServer(t, map[string]answer{"PUT /v1/bots/pizza?dry_run=true": {200, `{"bot":"pizza","version":3,"changed":true,"channels":[],"hooks":[],
		"changes":[
			{"path":"handlers.a.name","what":"added","after":"(?P\u003ca\u003e.)\\\\u003cb\\\\d"},
			{"path":"handlers.b.priority","what":"removed","before":-1},
			{"path":"description","what":"changed","before":"old","after":"new"},
			{"path":"channels.telegram.token","what":"new value"}]}`}})
	got := run(t, map[string]string{"TELEGRAM_TOKEN": "1:t"}, "", "apply", "--dry-run", "--server", s.URL, file(t, "pizza.yaml", pizzaFile))
	want := `pizza: version 3 would be replaced
  + handlers.a.name: "(?P<a>.)\\\\u003cb\\\\d"
  - handlers.b.priority: -1
  - description: "old"
  + description: "new"
  ~ channels.telegram.token: new value
`
	if diff := cmp.Diff(want, got.stdout); diff != "" || got.code != 0 {
		t.Errorf("apply --dry-run = %d %s (-want +got)\n%s", got.code, got.stderr, diff)
	}
}

// Of a bot's channels those that are disabled are passed over; the one that is named is not.
func TestF4ConnectPassesOverDisabledChannels(t *testing.T) {
	const refused = "channel telegram is disabled"
	off := strings.Replace(oneBot, `"id":"c1"`, `"id":"c1","disabled":true,"error":"it was down"`, 1)
	for _, test := range []struct {
		name   string
		args   []string
		code   int
		asked  bool
		stdout string
	}{
		{"all", []string{"connect", "pizza"}, 0, false, "http://x/telegram/c1\n    disabled: nothing comes in or goes out\n"},
		{"the one that is named", []string{"connect", "pizza", "telegram"}, 1, true, "not connected: " + refused},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newServer(t, map[string]answer{"GET /v1/bots": {200, off}, connectPizza: {409, `{"detail":"` + refused + `"}`}})
			run(t, nil, "", append(test.args, "--server", s.URL)...).want(t, test.code, test.stdout, "")
			if _, asked := s.bodies[connectPizza]; asked != test.asked {
				t.Errorf("asked to connect it: %v, want %v", asked, test.asked)
			}
		})
	}
}

func TestConnectAndDisconnect(t *testing.T) {
	const disconnectPizza = "POST /v1/bots/pizza/channels/telegram/disconnect"
	tests := []struct {
		name   string
		args   []string
		call   string
		answer answer
		body   string
		code   int
		stdout string
	}{
		{"all channels", []string{"connect", "pizza"}, connectPizza, answer{200, `{"mode":"public"}`}, `{}`, 0, "    connected\n"},
		{"take over", []string{"connect", "pizza", "telegram", "--take-over", "--rotate"}, connectPizza, answer{200, `{"mode":"public"}`},
			`{"take_over":true,"rotate":true}`, 0, "    connected\n"},
		{"refused", []string{"connect", "pizza"}, connectPizza, answer{409, `{"detail":"it is taken"}`}, `{}`, 1, "not connected: it is taken"},
		{"no https", []string{"connect", "pizza"}, connectPizza, answer{200, `{"mode":"private"}`}, `{}`, 0, "HOOKLINE_PUBLIC_URL is not https"},
		{"disconnect", []string{"disconnect", "pizza", "telegram"}, disconnectPizza, answer{200, `{}`}, ``, 0, "no webhook is registered"},
		{"disconnect refused", []string{"disconnect", "pizza"}, disconnectPizza, answer{409, `{"detail":"not ours"}`}, ``, 1, "not ours"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := newServer(t, map[string]answer{"GET /v1/bots": {200, oneBot}, test.call: test.answer})
			run(t, nil, "", append(test.args, "--server", s.URL)...).want(t, test.code, test.stdout, "")
			if body, asked := s.bodies[test.call]; !asked || body != test.body {
				t.Errorf("%s was sent %q, want %q", test.call, body, test.body)
			}
		})
	}
}
