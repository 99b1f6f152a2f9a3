package cli_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hookline/shared/cli"
)

func TestBotsAndChannels(t *testing.T) {
	const channels = `{"channels":[
		{"name":"telegram","provider":"telegram","id":"c1","address":"http://x/telegram/c1","username":"pizza_bot","connected_at":"2026-03-01T12:00:00Z"},
		{"name":"second","provider":"telegram","id":"c2","address":"http://x/telegram/c2","error":"the token is refused"},
		{"name":"kik","provider":"kik","id":"c3","address":"http://x/kik/c3"},
		{"name":"off","provider":"kik","id":"c4","address":"http://x/kik/c4","disabled":true,"connected_at":"2026-03-01T12:00:00Z"}]}`
	s := newServer(t, map[string]answer{"GET /v1/bots": {200, oneBot}, "GET /v1/bots/pizza/channels": {200, channels}})
	none := newServer(t, map[string]answer{"GET /v1/bots": {200, `{"bots":[]}`}})
	tests := []struct {
		name   string
		args   []string
		code   int
		stdout string
		stderr string
	}{
		{"bots", []string{"bots", "--server", s.URL}, 0, "pizza  version 1  telegram\n", ""},
		{"bots as JSON", []string{"bots", "-o", "json", "--server", s.URL}, 0, `{"bots":[{"bot":"pizza","version":1,"channels":[{"name":"telegram"`, ""},
		{"no bots", []string{"bots", "--server", none.URL}, 0, "no bot yet", ""},
		{"no bots as JSON", []string{"bots", "-o", "json", "--server", none.URL}, 0, `{"bots":[]}`, ""},
		{"channels of all", []string{"channels", "--server", s.URL}, 0, "pizza\n  telegram @pizza_bot http://x/telegram/c1\n", ""},
		{"connected", []string{"channels", "pizza", "--server", s.URL}, 0, "telegram @pizza_bot http://x/telegram/c1\n    connected 2026-03-01 ", ""},
		{"in error", []string{"channels", "pizza", "--server", s.URL}, 0, "second on telegram http://x/telegram/c2\n    not connected: the token is refused\n", ""},
		{"not connected", []string{"channels", "pizza", "--server", s.URL}, 0, "kik http://x/kik/c3\n    no webhook is registered\n", ""},
		{"F4 disabled", []string{"channels", "pizza", "--server", s.URL}, 0, "off on kik http://x/kik/c4\n    disabled: nothing comes in or goes out\n", ""},
		{"of no such bot", []string{"channels", "burger", "--server", s.URL}, 1, "", "no such address"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			run(t, nil, "", test.args...).want(t, test.code, test.stdout, test.stderr)
		})
	}
}

func TestExport(t *testing.T) {
	const body = `{"bot":"pizza","channels":{"second":{"provider":"telegram","token":"set"},"telegram":{"provider":"telegram","token":"${TOKEN}"}},` +
		`"handlers":[{"name":"a","response":{"text":"<b> & so"}}]}`
	s := newServer(t, map[string]answer{"GET /v1/bots": {200, oneBot}, "GET /v1/bots/pizza": {200, body}})
	env := map[string]string{"HOOKLINE_SERVER": s.URL}
	got := run(t, env, "", "export", "pizza")
	want := "bot: pizza\nchannels:\n  second:\n    provider: telegram\n    token: set\n  telegram:\n    token: \"${TOKEN}\"\nhandlers:\n  - name: a\n    response:\n      text: \"<b> & so\"\n"
	if got.code != 0 || got.stdout != want {
		t.Errorf("export = %d\n%s\nwant\n%s", got.code, got.stdout, want)
	}
	got.want(t, 0, "", `pizza:5: channels.second.token: "set" only says that there was a value`)
	run(t, env, "", "export", "pizza", "-o", "json").want(t, 0, body, "")
	run(t, env, "", "export", "-o", "json").want(t, 0, body+"\n", `pizza:1: channels.second.token: "set" only says`)
	run(t, env, "", "export", "burger").want(t, 1, "", "no such bot: burger")

	path := filepath.Join(t.TempDir(), "pizza.yaml")
	run(t, env, "", "export", "pizza", path).want(t, 0, "", "")
	if text, err := os.ReadFile(path); err != nil || string(text) != want {
		t.Errorf("the file holds %q, %v", text, err)
	}
	run(t, env, "", "export", "pizza", path).want(t, 1, "", "file exists")
}

func TestDelete(t *testing.T) {
	const once = `{"bot":"pizza","done":true,"removed":["telegram"],"removed_hooks":["courier"],"warnings":[{"path":"channels.telegram","message":"the network is down"}]}`
	s := newServer(t, map[string]answer{"DELETE /v1/bots/pizza": {200, once}})
	env := map[string]string{"HOOKLINE_SERVER": s.URL}
	run(t, env, "", "delete", "pizza").want(t, 2, "", "give --yes")
	null, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	runWith(t, cli.Env{Stdin: null}, env, "", "delete", "pizza").want(t, 2, "", "give --yes")
	if len(s.calls) != 0 {
		t.Errorf("without a yes the server was asked %v", s.calls)
	}
	run(t, env, "", "delete", "pizza", "--yes").want(t, 0,
		"  warning: channels.telegram: the network is down\n  telegram removed\n  hook courier removed\npizza is deleted\n", "")
	run(t, env, "", "delete", "burger", "-y").want(t, 1, "", "no such address")
	if got := strings.Join(s.calls, ", "); got != "DELETE /v1/bots/pizza, DELETE /v1/bots/burger" {
		t.Errorf("calls = %s", got)
	}
}

func TestDeleteGoesOnUntilDone(t *testing.T) {
	const more, done = `{"id":"d1","bot":"pizza","done":false,"removed":["telegram"]}`, `{"id":"d1","bot":"pizza","done":true}`
	s := newServer(t, map[string]answer{"DELETE /v1/bots/pizza": {200, more}, "POST /v1/deletions/d1": {200, more}})
	s.then = func() {
		if len(s.calls) == 3 {
			s.answers["POST /v1/deletions/d1"] = answer{200, done}
		}
	}
	run(t, nil, "", "delete", "pizza", "--yes", "--server", s.URL, "-o", "json").want(t, 0,
		`{"id":"d1","bot":"pizza","done":true,"removed":["telegram","telegram"]}`, "")
	want := "DELETE /v1/bots/pizza, POST /v1/deletions/d1, POST /v1/deletions/d1"
	if got := strings.Join(s.calls, ", "); got != want {
		t.Errorf("calls = %s, want %s: another bot may have the name by then", got, want)
	}
}

func TestF50DeletionIsGoneOnWith(t *testing.T) {
	const open = `{"deletions":[{"id":"d1","bot":"pizza","created_at":"2026-03-01T12:00:00Z"}]}`
	s := newServer(t, map[string]answer{
		"DELETE /v1/bots/pizza": {200, `{"id":"d1","bot":"pizza","done":false}`},
		"POST /v1/deletions/d1": {503, `{"detail":"the table is busy"}`},
		"GET /v1/deletions":     {200, open},
	})
	env := map[string]string{"HOOKLINE_SERVER": s.URL}
	run(t, env, "", "delete", "pizza", "--yes").want(t, 1, "", "the table is busy\npizza has no name any more, but is not deleted whole: hookline delete --deletion d1")
	run(t, env, "", "delete").want(t, 0, "d1  pizza  since ", "")
	run(t, env, "", "delete", "pizza", "--deletion", "d1").want(t, 2, "", "not both")
	s.answers["POST /v1/deletions/d1"] = answer{200, `{"id":"d1","bot":"pizza","done":true}`}
	run(t, env, "", "delete", "--deletion", "d1").want(t, 0, "pizza is deleted", "")
}
