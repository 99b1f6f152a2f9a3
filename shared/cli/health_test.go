package cli_test

import (
	"strings"
	"testing"
	"time"
)

func TestHealth(t *testing.T) {
	const channel = `{"name":"telegram","provider":"telegram","id":"c1","address":"http://x/telegram/c1"`
	at := func(hour int) string {
		return time.Date(2026, 3, 1, hour, 0, 0, 0, time.UTC).Local().Format(time.DateTime)
	}
	tests := []struct {
		name, health, dead string
		code               int
		want               []string
	}{
		{"well", `,"mode":"public","webhook":"registered","asked":true,"last_event_at":"2026-03-01T11:00:00Z"}`, `{"count":0,"more":false}`, 0,
			[]string{"telegram\n  webhook     registered (telegram was asked)\n  last event  " + at(11) + "\n"}},
		{"not posted", `,"mode":"public","webhook":"registered","asked":true,"network_error":"refused","network_error_at":"2026-03-01T11:00:00Z","waiting":7}`,
			`{"count":1000,"more":true,"oldest":"2026-03-01T10:00:00Z"}`, 1,
			[]string{"  not posted  " + at(11) + ": refused, 7 wait\n", "1,000 or more dead letters, the oldest of " + at(10) + "\n"}},
		{"elsewhere", `,"mode":"public","webhook":"elsewhere","asked":true}`, `{"count":0,"more":false}`, 1, []string{"webhook     elsewhere"}},
		{"noted only", `,"mode":"public","webhook":"none","asked":false,"error":"no such page"}`, `{"count":0,"more":false}`, 1,
			[]string{"webhook     none (noted when it was connected)\n  error       no such page\n"}},
		{"fetched", `,"mode":"polling","webhook":"none","asked":true}`, `{"count":0,"more":false}`, 0, []string{"webhook     none"}},
		{"F4 disabled", `,"disabled":true,"mode":"public","webhook":"none","asked":true}`, `{"count":0,"more":false}`, 0,
			[]string{"telegram\n  disabled    nothing comes in or goes out\n  webhook     none (telegram was asked)\n"}},
		{"not fetched", `,"mode":"polling","webhook":"unknown","asked":true,"error":"down"}`, `{"count":0,"more":false}`, 1, []string{"error       down"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := newServer(t, map[string]answer{
				"GET /v1/bots": {200, oneBot}, "GET /v1/bots/pizza/channels/telegram/health": {200, channel + test.health},
				"GET /v1/bots/pizza/dead/count": {200, test.dead},
			})
			got := run(t, nil, "", "health", "--server", s.URL)
			for _, want := range test.want {
				got.want(t, test.code, want, "")
			}
			if strings.Contains(test.dead, `"count":0`) == strings.Contains(got.stdout, "dead letters") {
				t.Errorf("health = %s, with dead letters %s", got.stdout, test.dead)
			}
		})
	}
}
