package pyrus_test

import (
	"net/http"
	"strings"
	"testing"

	"hookline/shared/bot"
	"hookline/shared/provider/pyrus"
)

func TestIdentify(t *testing.T) {
	for _, test := range []struct {
		name   string
		answer reply
		want   bot.Identity
		kind   bot.ErrorKind
	}{
		{
			"profile", ok(`{"person_id":1731,"first_name":"Pizza","last_name":"Bot","email":"bot@0e1f"}`),
			bot.Identity{Account: "1731", Username: login, Name: "Pizza Bot"}, "",
		},
		{"profile without an id", ok(`{}`), bot.Identity{Account: login, Username: login}, ""},
		{"profile that may not be read", refused(403, "access_denied"), bot.Identity{Account: login, Username: login}, ""},
		{"no profile", refused(404, "not_found"), bot.Identity{Account: login, Username: login}, ""},
		{"refused", refused(401, "account_blocked"), bot.Identity{}, bot.Unauthorized},
		{"down", refused(500, "server_error"), bot.Identity{}, bot.Unavailable},
	} {
		t.Run(test.name, func(t *testing.T) {
			p, api := play(t, test.answer)
			got, err := p.Identify(t.Context(), channel())
			if got != test.want || bot.KindOf(err) != test.kind || api.names() != "GET /moved/v4/profile" {
				t.Errorf("Identify() = %+v, %v after %s, want %+v, kind %q", got, err, api.names(), test.want, test.kind)
			}
		})
	}
}

func TestConnect(t *testing.T) {
	p, _ := play(t, ok(`{"person_id":1731}`))
	got, err := p.Connect(t.Context(), channel(), "https://bots.example/pyrus/c1", false)
	steps := strings.Join(got.Steps, "\n")
	if err != nil || !strings.Contains(steps, "https://bots.example/pyrus/c1") || !strings.Contains(steps, login) || strings.Contains(steps, "MARKED") {
		t.Errorf("Connect() = %q, %v, want steps with address and login, and no key", steps, err)
	}
	ch := channel()
	ch.Credentials = map[string][]bot.Credential{"security_key": {{Value: "MARKED-wrong"}}}
	if _, err := p.Connect(t.Context(), ch, "https://bots.example/pyrus/c1", true); bot.ReasonOf(err) != bot.ReasonCredentials {
		t.Errorf("Connect() with a wrong key = %v, want reason credentials", err)
	}
	if err := p.Disconnect(t.Context(), ch, "https://bots.example/pyrus/c1"); err != nil {
		t.Errorf("Disconnect() = %v, want nothing to do", err)
	}
}

func TestReread(t *testing.T) {
	p, api := play(t, ok(`{"task":{"id":11611,"text":"<b>","n":1.50}}`))
	event := bot.Event{Type: "comment", Chat: &bot.Chat{ID: "11611"}}
	got, err := p.Reread(t.Context(), channel(), event)
	want := `{"event":"comment","task_id":11611,"task":{"id":11611,"text":"\u003cb\u003e","n":1.50}}`
	if err != nil || string(got) != want || api.names() != "GET /moved/v4/tasks/11611" {
		t.Errorf("Reread() = %s, %v after %s, want %s", got, err, api.names(), want)
	}
	for name, event := range map[string]bot.Event{"no chat": {}, "no task": {Chat: &bot.Chat{ID: "x"}}} {
		if _, err := pyrus.New(http.DefaultClient, "", "").Reread(t.Context(), channel(), event); bot.KindOf(err) != bot.Invalid {
			t.Errorf("Reread() of an event with %s = %v, want kind invalid", name, err)
		}
	}
	p, _ = play(t, refused(403, "access_denied_task"))
	if _, err := p.Reread(t.Context(), channel(), event); bot.KindOf(err) != bot.Forbidden {
		t.Errorf("Reread() of a task closed to us = %v, want kind forbidden", err)
	}
}
