package api_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
)

const (
	onTelegram = "/v1/bots/pizza/channels/telegram"
	disabling  = `{"disabled":true}`
	disconnect = "disconnect telegram https://bots.example.com/telegram/ID"
)

// shown is JSON that an answer shows.
type shown = map[string]any

// off is the bot file with its channel disabled.
var off = strings.Replace(pizza, "telegram: {", "telegram: {disabled: true, ", 1)

// shownChannel gives the one channel of an answer.
func shownChannel(answer shown) shown { return answer["channels"].([]any)[0].(shown) }

// channelWarnings gives those warnings of an answer that are about channels.
func channelWarnings(answer shown) (found []any) {
	all, _ := answer["warnings"].([]any)
	for _, warning := range all {
		if strings.HasPrefix(warning.(shown)["path"].(string), "channels") {
			found = append(found, warning)
		}
	}
	return found
}

func TestF6DisablingRemovesTheWebhook(t *testing.T) {
	w := newWorld(t)
	w.publish(pizza)
	w.ask("POST", connectPath, "", 200)
	w.network.calls, w.changes = nil, 0
	answer := w.ask("PATCH", onTelegram, disabling, 200)
	if ch := shownChannel(answer); ch["disabled"] != true || ch["connected_at"] != nil || channelWarnings(answer) != nil {
		t.Errorf("PATCH = %v, want the channel disabled and not connected", answer)
	}
	if diff := cmp.Diff([]string{disconnect}, w.network.calls); diff != "" || w.changes != 1 {
		t.Errorf("%d changes, calls (-want +got):\n%s", w.changes, diff)
	}
	if ch := w.channel("telegram"); !ch.Disabled || ch.Health.Address != "" || ch.Secret("token") != "1:secret-token" {
		t.Errorf("channel = %v, %+v, want it disabled, without an address, with its token", ch.Disabled, ch.Health)
	}
	w.publish(off)
	if len(w.network.calls) != 1 {
		t.Errorf("calls = %v, want nothing said twice", w.network.calls)
	}
	w.publish(pizza)
	if w.channel("telegram").Disabled {
		t.Error("publishing the file that does not say it has not enabled the channel")
	}
	if ch := w.ask("POST", connectPath, "", 200); ch["connected_at"] == nil || ch["disabled"] != nil {
		t.Errorf("connect = %v, want it connected", ch)
	}
}

func TestF48ChannelIsDisabledAndEnabledByAPatch(t *testing.T) {
	w := newWorld(t)
	w.publish(pizza)
	for _, test := range []struct {
		body   string
		status int
		want   bool // disabled
	}{
		{`{"disabled":true}`, 200, true},
		{`{}`, 200, true},
		{`{"disabled":false}`, 200, false},
		{`{"disabled":1}`, 400, false},
		{`{"disabled":"true"}`, 400, false},
		{`{"disabled":true}`, 200, true},
		{`{"disabled":null}`, 200, false},
	} {
		w.ask("PATCH", onTelegram, test.body, test.status)
		if got := w.ask("GET", onTelegram, "", 200)["disabled"] == true; got != test.want || w.channel("telegram").Disabled != test.want {
			t.Errorf("PATCH %s: disabled is shown as %v, stored as %v, want %v", test.body, got, w.channel("telegram").Disabled, test.want)
		}
	}
}

// What the network says does not keep a channel from being disabled.
func TestF7WebhookThatStaysIsAWarning(t *testing.T) {
	w := newWorld(t)
	w.publish(pizza)
	w.ask("POST", connectPath, "", 200)
	w.network.fail["disconnect"] = bot.Errorf(bot.Unavailable, "telegram is down")
	want := []any{shown{
		"path": "channels.telegram", "warning": true, "message": "is disabled, but its webhook is still registered: telegram is down",
	}}
	if diff := cmp.Diff(want, channelWarnings(w.publish(off))); diff != "" || !w.channel("telegram").Disabled {
		t.Errorf("disabled: %v, warnings (-want +got):\n%s", w.channel("telegram").Disabled, diff)
	}
	delete(w.network.fail, "disconnect")
	w.network.calls = nil
	if answer := w.publish(off); channelWarnings(answer) != nil || w.channel("telegram").Health.Address != "" {
		t.Errorf("PUT = %v, want the webhook removed", answer)
	}
	if diff := cmp.Diff([]string{disconnect}, w.network.calls); diff != "" {
		t.Errorf("calls of the next publication (-want +got):\n%s", diff)
	}
}

func TestF4DisabledChannel(t *testing.T) {
	w := newWorld(t)
	w.publish(off)
	for _, test := range []struct{ name, path, body, detail string }{
		{"connect", connectPath, `{"rotate":true}`, "channel telegram is disabled: publish the bot without its disabled, then connect it"},
		{"send", "/v1/bots/pizza/send", `{"chat":"42","text":"hi"}`, "channel telegram is disabled: nothing is sent on it"},
		{"send by its name", "/v1/bots/pizza/send", `{"channel":"telegram","chat":"42","text":"hi"}`,
			"channel telegram is disabled: nothing is sent on it"},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := &world{T: t, server: w.server}
			if got := w.ask("POST", test.path, test.body, 409)["detail"]; got != test.detail {
				t.Errorf("POST %s = %v, want %q", test.path, got, test.detail)
			}
		})
	}
	if len(w.network.calls)+len(*w.queue)+len(*w.notices) > 0 {
		t.Errorf("calls %v, %d jobs, want none", w.network.calls, len(*w.queue)+len(*w.notices))
	}
	if ch := w.channel("telegram"); !ch.Health.CheckedAt.IsZero() || len(ch.WebhookSecrets) != 1 {
		t.Errorf("health = %+v, %d secrets, want nothing tried", ch.Health, len(ch.WebhookSecrets))
	}
	for name, got := range map[string]shown{
		"health":      w.ask("GET", onTelegram+"/health", "", 200),
		"the list":    shownChannel(w.ask("GET", "/v1/bots/pizza/channels", "", 200)),
		"the bots":    shownChannel(w.ask("GET", "/v1/bots", "", 200)["bots"].([]any)[0].(shown)),
		"the file":    w.ask("GET", onTelegram, "", 200),
		"a rehearsal": shownChannel(w.ask("PUT", "/v1/bots/pizza?dry_run=true", off, 200)),
	} {
		if got["disabled"] != true {
			t.Errorf("%s says %v, want it disabled", name, got)
		}
	}
	want := []any{shown{"path": "channels.telegram.disabled", "what": "removed", "before": true}}
	if diff := cmp.Diff(want, w.ask("PUT", "/v1/bots/pizza?dry_run=true", pizza, 200)["changes"]); diff != "" {
		t.Errorf("changes of the file that does not say it (-want +got):\n%s", diff)
	}
}

// A channel that is not disabled stays connected, whatever else of its bot is published.
func TestF6PublishingLeavesOtherWebhooks(t *testing.T) {
	w := newWorld(t)
	w.publish(pizza)
	w.ask("POST", "/v1/bots/pizza/channels/telegram/connect", "", 200)
	w.network.calls = nil
	w.ask("PUT", "/v1/bots/pizza/env/SHOP", `"https://x"`, 200)
	if len(w.network.calls) > 0 {
		t.Errorf("calls of the network = %q, want none", w.network.calls)
	}
}
