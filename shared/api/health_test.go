package api_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
	"hookline/shared/provider"
)

func TestChannelHealth(t *testing.T) {
	const failedAt = "2026-03-01T11:30:00Z"
	tests := []struct {
		name  string
		found func(ours string) provider.Registration
		err   error
		want  map[string]any
	}{
		{"registered", func(ours string) provider.Registration { return provider.Registration{Address: ours} }, nil,
			map[string]any{"webhook": "registered", "asked": true}},
		{"the network cannot post", func(ours string) provider.Registration {
			return provider.Registration{Address: ours, LastError: "Connection refused", LastErrorAt: start.Add(-30 * time.Minute), Waiting: 7}
		}, nil, map[string]any{
			"webhook": "registered", "asked": true, "network_error": "Connection refused", "network_error_at": failedAt, "waiting": 7.0,
		}},
		{"none", nil, nil, map[string]any{"webhook": "none", "asked": true}},
		{"another program's", func(string) provider.Registration {
			return provider.Registration{Address: "https://other.example/s3cret"}
		}, nil, map[string]any{"webhook": "elsewhere", "asked": true}},
		{"of another channel, with no account named", func(string) provider.Registration {
			return provider.Registration{Address: address + "/telegram/other"}
		}, nil, map[string]any{"webhook": "elsewhere", "asked": true}},
		{"the network is down", nil, bot.Errorf(bot.Unavailable, "telegram is down"),
			map[string]any{"webhook": "unknown", "asked": true, "error": "telegram is down"}},
		{"the network cannot be asked", nil, bot.Errorf(bot.Unsupported, "without app_id"),
			map[string]any{"webhook": "registered", "asked": false}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			w.publish(pizza)
			w.ask("POST", "/v1/bots/pizza/channels/telegram/connect", "", 200)
			ch := w.channel("telegram")
			if test.found != nil {
				w.network.registration = test.found(address + "/telegram/" + ch.ID)
			}
			w.network.fail["inspect"] = test.err
			stranger := w.turn("t2", "a", "hello", "", 9)
			stranger.Channel = "another"
			w.keep(w.turn("t1", "a", "hello", "", 5), stranger)
			want := map[string]any{
				"name": "telegram", "provider": "telegram", "id": ch.ID, "address": address + "/telegram/" + ch.ID, "mode": "public",
				"created_at": "2026-03-01T12:00:00Z", "updated_at": "2026-03-01T12:00:00Z",
				"connected_at": "2026-03-01T12:00:00Z", "last_event_at": "2026-03-01T11:00:05Z",
			}
			for field, value := range test.want {
				want[field] = value
			}
			if diff := cmp.Diff(want, w.ask("GET", "/v1/bots/pizza/channels/telegram/health", "", 200)); diff != "" {
				t.Errorf("GET health (-want +got)\n%s", diff)
			}
		})
	}
}

func TestHealthOfAccountsThatShareAnAddress(t *testing.T) {
	w := newWorld(t)
	w.publish(pizza)
	def := bot.Definition{Bot: "pizza", Channels: map[string]bot.ChannelSpec{"telegram": {
		Provider: "telegram", Settings: map[string]any{"account": "100"},
		Credentials: map[string][]bot.Credential{"token": {{Value: "1:t"}}},
	}}}
	if _, err := w.store.Publish(t.Context(), "admin", def); err != nil {
		t.Fatal(err)
	}
	w.network.registration.Address = address + "/telegram/sibling"
	if got := w.ask("GET", "/v1/bots/pizza/channels/telegram/health", "", 200); got["webhook"] != "registered" {
		t.Errorf("webhook = %v, want registered", got["webhook"])
	}
}

func TestHealthOfNothingYet(t *testing.T) {
	w := newWorld(t)
	w.publish(pizza)
	got := w.ask("GET", "/v1/bots/pizza/channels/telegram/health", "", 200)
	if _, ok := got["last_event_at"]; ok || got["webhook"] != "none" {
		t.Errorf("health = %v, want no event and no webhook", got)
	}
	w.ask("GET", "/v1/bots/pizza/channels/fax/health", "", 404)
}
