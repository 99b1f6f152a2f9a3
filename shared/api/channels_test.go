package api_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/api"
	"hookline/shared/bot"
)

const connectPath = "/v1/bots/pizza/channels/telegram/connect"

func TestF5Connect(t *testing.T) {
	const registered = "connect telegram https://bots.example.com/telegram/ID"
	tests := []struct {
		name  string
		mode  api.Mode
		body  string
		calls []string
		// connected: the webhook's address is kept as the channel's health.
		connected bool
	}{
		{"public", api.Public, "", []string{"identify telegram", registered}, true},
		{"simulated", api.Simulated, "", []string{"identify telegram", registered}, true},
		{"take over", api.Public, `{"take_over": true}`, []string{"identify telegram", registered + " take over"}, true},
		{"polling", api.Polling, "", []string{"identify telegram", "pollable telegram"}, false},
		{"private", api.Private, "", []string{"identify telegram"}, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			w.api.Mode = test.mode
			w.network.identity = bot.Identity{Account: "1", Username: "pizza_bot"}
			w.network.steps = []string{"press the button"}
			w.publish(pizza)
			got := w.ask("POST", connectPath, test.body, 200)
			if got["username"] != "pizza_bot" || got["mode"] != string(test.mode) {
				t.Errorf("connect = %v, want username pizza_bot, mode %s", got, test.mode)
			}
			if diff := cmp.Diff(test.calls, w.network.calls); diff != "" {
				t.Errorf("calls (-want +got)\n%s", diff)
			}
			ch := w.channel("telegram")
			want := bot.Health{CheckedAt: start}
			if test.connected {
				want.Address, want.ConnectedAt = address+"/telegram/"+ch.ID, start
			}
			if diff := cmp.Diff(want, ch.Health); diff != "" {
				t.Errorf("health (-want +got)\n%s", diff)
			}
			if ch.Identity.Username != "pizza_bot" || w.changes != 2 {
				t.Errorf("identity = %+v, changes = %d, want pizza_bot, 2", ch.Identity, w.changes)
			}
		})
	}
}

func TestConnectDoesSteps(t *testing.T) {
	tests := []struct {
		name   string
		steps  []string
		err    error
		did    string
		status int
	}{
		{"none to do", nil, nil, "", 200},
		{"done", []string{"enter the address"}, nil, "page 1 " + address + "/telegram/ID", 200},
		{"not done", []string{"enter the address"}, bot.Errorf(bot.Invalid, "no"), "page 1 " + address + "/telegram/ID", 400},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			did := ""
			w.api.Mode = api.Simulated
			w.api.DoSteps = func(ch bot.Channel, address string) error {
				did = "page " + ch.Identity.Account + " " + strings.ReplaceAll(address, ch.ID, "ID")
				return test.err
			}
			w.network.identity, w.network.steps = bot.Identity{Account: "1", Username: "pizza_bot"}, test.steps
			w.publish(pizza)
			got := w.ask("POST", connectPath, "", test.status)
			if did != test.did || got["steps"] != nil {
				t.Errorf("connect does %q and leaves %v, want %q and nothing", did, got["steps"], test.did)
			}
			if connected := !w.channel("telegram").Health.ConnectedAt.IsZero(); connected != (test.err == nil) {
				t.Errorf("the channel is connected: %v", connected)
			}
		})
	}
}

func TestB16ConnectFails(t *testing.T) {
	refused := &bot.Error{Kind: bot.Unauthorized, Reason: bot.ReasonCredentials, Message: "the token is refused"}
	tests := []struct {
		name   string
		mode   api.Mode
		call   string
		err    error
		status int
	}{
		{"credentials refused", api.Public, "identify", refused, http.StatusBadRequest},
		{"network down", api.Public, "connect", &bot.Error{Kind: bot.Unavailable, Message: "down", RetryAfter: 1500 * time.Millisecond}, http.StatusServiceUnavailable},
		{"another address", api.Public, "connect", bot.Errorf(bot.Conflict, "https://other.example is registered"), http.StatusConflict},
		{"not to be polled", api.Polling, "pollable", bot.Errorf(bot.Conflict, "https://other.example is registered"), http.StatusConflict},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			w.api.Mode = test.mode
			w.publish(pizza)
			w.network.fail[test.call] = test.err
			got := w.ask("POST", connectPath, "", test.status)
			want := "channel telegram: " + bot.PublicMessage(test.err)
			if got["detail"] != want {
				t.Errorf("detail = %v, want %q", got["detail"], want)
			}
			if resp, _ := w.send("POST", connectPath, ""); test.status == 503 && resp.Header.Get("Retry-After") != "2" {
				t.Errorf("Retry-After = %q, want 2", resp.Header.Get("Retry-After"))
			}
			health := w.channel("telegram").Health
			if diff := cmp.Diff(bot.Health{CheckedAt: start, Error: bot.PublicMessage(test.err)}, health); diff != "" {
				t.Errorf("health (-want +got)\n%s", diff)
			}
		})
	}
}

func TestConnectKeepsAddressWhenItFailsLater(t *testing.T) {
	w := newWorld(t)
	w.publish(pizza)
	w.ask("POST", connectPath, "", 200)
	w.network.fail["connect"] = bot.Errorf(bot.Unavailable, "down")
	w.ask("POST", connectPath, "", 503)
	health := w.channel("telegram").Health
	if !strings.HasPrefix(health.Address, address) || health.Error != "down" {
		t.Errorf("health = %+v, want the address that was registered and the error", health)
	}
}

func TestConnectRotates(t *testing.T) {
	w := newWorld(t)
	w.publish(pizza)
	first := w.channel("telegram").WebhookSecrets[0].Reveal()
	w.ask("POST", connectPath, "", 200)
	if same := w.channel("telegram").WebhookSecrets[0].Reveal(); same != first {
		t.Errorf("connect without rotate registers another secret")
	}
	w.ask("POST", connectPath, `{"rotate": true}`, 200)
	secrets := w.channel("telegram").WebhookSecrets
	if secrets[0].Reveal() == first {
		t.Errorf("connect with rotate registers the same secret")
	}
	if len(secrets) != 2 || secrets[1].Reveal() != first {
		t.Errorf("the secret before verifies no more")
	}
}

func TestB14ConnectUnknownChannel(t *testing.T) {
	w := newWorld(t)
	w.publish(pizza)
	got := w.ask("POST", "/v1/bots/pizza/channels/fax/connect", "", 404)
	if got["detail"] != "bot pizza has no channel fax" {
		t.Errorf("detail = %v", got["detail"])
	}
}

func TestDisconnect(t *testing.T) {
	const path = "/v1/bots/pizza/channels/telegram/disconnect"
	w := newWorld(t)
	w.publish(pizza)
	w.ask("POST", connectPath, "", 200)
	w.network.calls = nil
	w.network.fail["disconnect"] = bot.Errorf(bot.Conflict, "another address is registered")
	if got := w.ask("POST", path, "", 409); got["detail"] != "channel telegram: another address is registered" {
		t.Errorf("detail = %v", got["detail"])
	}
	w.network.fail = nil
	w.ask("POST", path, "", 200)
	want := []string{"disconnect telegram https://bots.example.com/telegram/ID", "disconnect telegram https://bots.example.com/telegram/ID"}
	if diff := cmp.Diff(want, w.network.calls); diff != "" {
		t.Errorf("calls (-want +got)\n%s", diff)
	}
	if diff := cmp.Diff(bot.Health{CheckedAt: start}, w.channel("telegram").Health); diff != "" {
		t.Errorf("health (-want +got)\n%s", diff)
	}
}

func TestDisconnectNamesTheAddressThatIsRegistered(t *testing.T) {
	w := newWorld(t)
	w.publish(pizza)
	w.ask("POST", connectPath, "", 200)
	w.network.calls, w.api.Address = nil, "https://moved.example.com"
	w.ask("POST", "/v1/bots/pizza/channels/telegram/disconnect", "", 200)
	want := []string{"disconnect telegram https://bots.example.com/telegram/ID"}
	if diff := cmp.Diff(want, w.network.calls); diff != "" {
		t.Errorf("calls (-want +got)\n%s", diff)
	}
}
