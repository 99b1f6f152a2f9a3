package api_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
)

func sorted(list []string) []string { return slices.Sorted(slices.Values(list)) }

func TestPublish(t *testing.T) {
	w := newWorld(t)
	got := w.publish(pizza)
	id := w.head().Channels["telegram"]
	want := map[string]any{
		"bot": "pizza", "version": 1.0, "changed": true, "hooks": []any{},
		"channels": []any{map[string]any{
			"name": "telegram", "provider": "telegram", "id": id, "address": address + "/telegram/" + id,
			"created_at": "2026-03-01T12:00:00Z", "updated_at": "2026-03-01T12:00:00Z",
		}},
		"warnings": []any{map[string]any{
			"path": "handlers[0].target_state", "line": 9.0, "warning": true,
			"message": `the state "choosing" is never left: no handler that fires in it leads to another`,
		}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("PUT (-want +got)\n%s", diff)
	}
	if token := w.channel("telegram").Secret("token"); token.Reveal() != "1:secret-token" {
		t.Errorf("stored token = %q", token.Reveal())
	}
	if w.changes != 1 || len(w.network.calls) != 0 {
		t.Errorf("PUT told of %d changes and called the network: %v", w.changes, w.network.calls)
	}

	again := w.publish(pizza)
	if again["version"] != 1.0 || again["changed"] != false {
		t.Errorf("PUT of the same file = %v, want version 1, unchanged", again)
	}
	if next := w.publish(pizza + "description: better\n"); next["version"] != 2.0 || next["changed"] != true {
		t.Errorf("PUT of another file = %v, want version 2, changed", next)
	}
}

func TestB7PublishRefusesWhatCheckRefuses(t *testing.T) {
	tests := []struct {
		name, file  string
		path, wants string
		line        float64
	}{
		{"unknown field", "bot: pizza\nhandlers:\n  - name: a\n    patern: x\n", "handlers[0].patern", `did you mean "pattern"?`, 4},
		{"other name", "bot: burger\n", "bot", `is "burger", but the address says "pizza"`, 0},
		{"no YAML", "bot: [", "", "", 1},
		{"template", "bot: pizza\nhandlers:\n  - {name: a, response: {text: '{% if 1 %}'}}\n", "handlers[0].response.text", "the template ends without {% endif %}", 3},
		{"not yet supported", "bot: pizza\nchannels: {symphony: {token: x}}\n", "channels.symphony.provider", "not supported yet", 2},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			got := w.ask("PUT", "/v1/bots/pizza", test.file, http.StatusBadRequest)
			found := slices.ContainsFunc(got["errors"].([]any), func(e any) bool {
				p := e.(map[string]any)
				line, _ := p["line"].(float64)
				path, _ := p["path"].(string)
				return path == test.path && strings.Contains(p["message"].(string), test.wants) && (test.line == 0 || line == test.line)
			})
			if !found || got["kind"] != "invalid" {
				t.Errorf("PUT %q = %v, want a problem of %q in line %v: %s", test.file, got, test.path, test.line, test.wants)
			}
			if _, err := w.store.BotByName(t.Context(), "admin", "pizza"); bot.KindOf(err) != bot.NotFound {
				t.Errorf("PUT %q published all the same (%v)", test.file, err)
			}
		})
	}
}

func TestPublishKeepsCredentials(t *testing.T) {
	bare := strings.Replace(pizza, `{value: "1:secret-token", from: TELEGRAM_TOKEN}`, "${TELEGRAM_TOKEN}", 1)
	bare = strings.Replace(bare, "{token: ${TELEGRAM_TOKEN}}", `{token: "${TELEGRAM_TOKEN}"}`, 1)
	w := newWorld(t)
	first := w.ask("PUT", "/v1/bots/pizza", bare, http.StatusBadRequest)
	if detail := fmt.Sprint(first["detail"]); !strings.Contains(detail, "channels.telegram.token") {
		t.Errorf("PUT without a value = %q, want the field named", detail)
	}
	w.publish(pizza)
	w.publish(bare)
	if token := w.channel("telegram").Secret("token"); token.Reveal() != "1:secret-token" {
		t.Errorf("after a PUT without a value the token is %q, want the one that was stored", token.Reveal())
	}
	w.api.MakeUp = func(botName, channel string, spec bot.ChannelSpec, field string) bot.Secret {
		return bot.Secret(spec.Provider + "/" + botName + "/" + channel + "/" + field)
	}
	w.publish(bare)
	if token := w.channel("telegram").Secret("token"); token.Reveal() != "telegram/pizza/telegram/token" {
		t.Errorf("where values are made up the token is %q", token.Reveal())
	}
}

func TestGetBotMasksSecrets(t *testing.T) {
	w := newWorld(t)
	w.publish(strings.Replace(pizza, "  telegram:", "  second: {provider: telegram, token: '2:typed-in'}\n  telegram:", 1))
	resp, text := w.send("GET", "/v1/bots/pizza", "")
	if etag := resp.Header.Get("ETag"); resp.StatusCode != 200 || etag != w.tag() {
		t.Errorf("GET = %d, ETag %s, want 200, %s", resp.StatusCode, etag, w.tag())
	}
	if strings.Contains(text, "secret-token") || strings.Contains(text, "typed-in") {
		t.Errorf("GET shows a secret: %s", text)
	}
	got := w.ask("GET", "/v1/bots/pizza", "", 200)
	want := map[string]any{
		"second":   map[string]any{"provider": "telegram", "token": "set"},
		"telegram": map[string]any{"provider": "telegram", "token": "${TELEGRAM_TOKEN}"},
	}
	if diff := cmp.Diff(want, got["channels"]); diff != "" {
		t.Errorf("channels of GET (-want +got)\n%s", diff)
	}
	if handlers := got["handlers"].([]any); len(handlers) != 2 {
		t.Errorf("GET gives %d handlers, want 2", len(handlers))
	}
}

func TestDryRun(t *testing.T) {
	const path = "/v1/bots/pizza?dry_run=true"
	type changes = map[string]string
	tests := []struct {
		name string
		file string
		want changes
	}{
		{"nothing", pizza, changes{}},
		{"text", strings.Replace(pizza, "Pardon?", "Come again?", 1), changes{"handlers.fallback.response.text": "changed"}},
		{"new handler in front", strings.Replace(pizza, "handlers:\n", "handlers:\n  - {name: help, pattern: help}\n", 1), changes{
			"handlers.help.name": "added", "handlers.help.pattern": "added",
		}},
		{"handler gone", pizza[:strings.Index(pizza, "  - name: fallback")], changes{
			"handlers.fallback.name": "removed", "handlers.fallback.priority": "removed", "handlers.fallback.response.text": "removed",
		}},
		{"other token", strings.Replace(pizza, "1:secret", "2:secret", 1), changes{"channels.telegram.token": "new value"}},
		{"token from elsewhere", strings.Replace(pizza, "from: TELEGRAM_TOKEN", "from: OTHER", 1), changes{"channels.telegram.token": "changed"}},
		{"token as it is stored", strings.Replace(pizza, `value: "1:secret-token", `, "", 1), changes{}},
		{"order", pizza[:strings.Index(pizza, "  - name: start")] + pizza[strings.Index(pizza, "  - name: fallback"):] +
			pizza[strings.Index(pizza, "  - name: start"):strings.Index(pizza, "  - name: fallback")], changes{"handlers": "reordered"}},
	}
	w := newWorld(t)
	fresh := w.ask("PUT", path, pizza, 200)
	if fresh["version"] != 0.0 || fresh["changed"] != true {
		t.Errorf("dry run of a new bot = %v, want version 0, changed", fresh)
	}
	w.publish(pizza)
	before, told := w.head(), w.changes
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			answer := w.ask("PUT", path, test.file, 200)
			got := changes{}
			list, _ := answer["changes"].([]any)
			for _, c := range list {
				c := c.(map[string]any)
				got[c["path"].(string)] = c["what"].(string)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("changes (-want +got)\n%s", diff)
			}
			if answer["changed"] != (len(test.want) > 0) {
				t.Errorf("changed = %v, with %d changes", answer["changed"], len(test.want))
			}
			if text := fmt.Sprint(answer); strings.Contains(text, "secret-token") {
				t.Errorf("a dry run shows a secret: %s", text)
			}
		})
	}
	if diff := cmp.Diff(before, w.head()); diff != "" || w.changes != told {
		t.Errorf("a dry run changed something (-before +after)\n%s", diff)
	}
}

func TestListBotsPageByPage(t *testing.T) {
	w := newWorld(t)
	var want []string
	for i := range 5 {
		name := fmt.Sprintf("bot-%d", i)
		want = append(want, name)
		w.ask("PUT", "/v1/bots/"+name, "bot: "+name+"\n", 200)
	}
	var got []string
	for path := "/v1/bots?limit=2"; path != ""; {
		page := w.ask("GET", path, "", 200)
		for _, b := range page["bots"].([]any) {
			got = append(got, b.(map[string]any)["bot"].(string))
		}
		path = ""
		if next, ok := page["next"]; ok {
			path = "/v1/bots?limit=2&cursor=" + next.(string)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("bots of all pages (-want +got)\n%s", diff)
	}
}

func TestF9PublishRemovesChannels(t *testing.T) {
	tests := []struct {
		name      string
		connected bool
		fail      error
		calls     []string
		warned    bool
	}{
		{name: "never connected"},
		{name: "connected", connected: true, calls: []string{"disconnect telegram https://bots.example.com/telegram/ID"}},
		{name: "the network does not let go", connected: true, fail: bot.Errorf(bot.Unavailable, "the network is down"),
			calls: []string{"disconnect telegram https://bots.example.com/telegram/ID"}, warned: true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			w.publish(pizza)
			old := w.channel("telegram")
			if test.connected {
				w.ask("POST", "/v1/bots/pizza/channels/telegram/connect", "", 200)
			}
			w.network.calls, w.network.fail["disconnect"] = nil, test.fail
			got := w.publish("bot: pizza\nhandlers: [{name: a}]\n")
			if diff := cmp.Diff([]any{"telegram"}, got["removed"]); diff != "" {
				t.Errorf("removed (-want +got)\n%s", diff)
			}
			if diff := cmp.Diff(test.calls, w.network.calls); diff != "" {
				t.Errorf("calls (-want +got)\n%s", diff)
			}
			if warned := strings.Contains(fmt.Sprint(got["warnings"]), "the network is down"); warned != test.warned {
				t.Errorf("warnings = %v, want the network's error in them: %v", got["warnings"], test.warned)
			}
			if _, err := w.store.Channel(t.Context(), old.ID); bot.KindOf(err) != bot.NotFound {
				t.Errorf("Channel(removed) = %v, want not_found", err)
			}
			if head := w.head(); len(head.Leaving) != 0 {
				t.Errorf("head.Leaving = %v, want none", head.Leaving)
			}
		})
	}
}
