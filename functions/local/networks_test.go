package main

import (
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"testing"

	"hookline/shared/api"
	"hookline/shared/bot"
	"hookline/shared/cli"
	"hookline/shared/provider"
	"hookline/shared/provider/catalog"
)

func TestModeOf(t *testing.T) {
	tests := []struct {
		name      string
		simulated bool
		publicURL string
		want      api.Mode
		base      string
	}{
		{"nothing set", false, "", api.Polling, "http://127.0.0.1:3000"},
		{"https", false, "https://bots.example.com/", api.Public, "https://bots.example.com"},
		{"http", false, "http://bots.example.com", api.Private, "http://bots.example.com"},
		{"simulated", true, "", api.Simulated, "http://127.0.0.1:3000"},
		{"simulated, with a public address", true, "https://bots.example.com", api.Simulated, "http://127.0.0.1:3000"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Setenv("HOOKLINE_PUBLIC_URL", test.publicURL)
			if got := modeOf(test.simulated, test.publicURL); got != test.want {
				t.Errorf("modeOf(%v, %q) = %s, want %s", test.simulated, test.publicURL, got, test.want)
			}
			s := &server{ServeOptions: cli.ServeOptions{Simulate: test.simulated}, url: "http://127.0.0.1:3000"}
			if got := s.webhookBase(); got != test.base {
				t.Errorf("webhookBase() = %s, want %s", got, test.base)
			}
		})
	}
}

func TestOwnURL(t *testing.T) {
	tests := []struct {
		name string
		addr net.TCPAddr
		want string
	}{
		{"loopback", net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 3000}, "http://127.0.0.1:3000"},
		{"all addresses", net.TCPAddr{IP: net.IPv6unspecified, Port: 3000}, "http://127.0.0.1:3000"},
		{"one address", net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 80}, "http://192.0.2.1:80"},
		{"IPv6", net.TCPAddr{IP: net.IPv6loopback, Port: 3000}, "http://[::1]:3000"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := ownURL(&test.addr); got != test.want {
				t.Errorf("ownURL(%v) = %s, want %s", test.addr, got, test.want)
			}
		})
	}
}

func TestMakeUp(t *testing.T) {
	all := startNetworks(slog.New(slog.DiscardHandler))
	defer all.close()
	shape := regexp.MustCompile(`^[1-9]\d{9}:[A-Za-z0-9_-]{32}$`)
	spec := bot.ChannelSpec{Provider: "telegram"}
	seen := map[bot.Secret][]string{}
	for _, place := range [][]string{
		{"pizza", "telegram"}, {"burger", "telegram"}, {"pizza", "telegram-de"}, {"pizza\" \"telegram", ""},
	} {
		got := all.makeUp(place[0], place[1], spec, "token")
		if again := all.makeUp(place[0], place[1], spec, "token"); again != got {
			t.Errorf("makeUp(telegram, %q) changes", place)
		}
		if !shape.MatchString(got.Reveal()) {
			t.Errorf("makeUp(telegram, %q) = %q, which is no token", place, got.Reveal())
		}
		if other, taken := seen[got]; taken {
			t.Errorf("makeUp gives %q and %q the same", place, other)
		}
		seen[got] = place
	}
	if got := all.makeUp("pizza", "p", bot.ChannelSpec{Provider: "pigeons"}, "token"); got != "" {
		t.Errorf("makeUp(pigeons) = %q, want nothing: there is no such network", got.Reveal())
	}
}

// requiredSettings are what simulated networks want to know of a channel, beside its credentials.
var requiredSettings = map[string]string{"kik": "pizzabot", "pyrus": "bot@pizza"}

func TestEveryNetworkIsSimulated(t *testing.T) {
	all := startNetworks(slog.New(slog.DiscardHandler))
	defer all.close()
	for name := range catalog.New(http.DefaultClient, os.Getenv) {
		if all[name] == nil {
			t.Errorf("%s is not simulated", name)
		}
	}
}

// TestSimulatedNetworksServeTheirProviders: each provider that has a simulated network is led to it, and the values made
// up for its credentials let it in.
func TestSimulatedNetworksServeTheirProviders(t *testing.T) {
	all := startNetworks(slog.New(slog.DiscardHandler))
	defer all.close()
	mux := http.NewServeMux()
	all.mount(mux)
	server := httptest.NewServer(mux)
	defer server.Close()
	providers := catalog.New(server.Client(), simulatedEnvironment(server.URL))
	for name := range all {
		t.Run(name, func(t *testing.T) {
			ch := bot.Channel{ID: "c", Provider: name, Credentials: map[string][]bot.Credential{}, Settings: map[string]any{}}
			for _, field := range providers[name].Describe().Fields {
				if field.Required && !field.Secret {
					ch.Settings[field.Name] = requiredSettings[name]
				}
				if field.Secret {
					ch.Credentials[field.Name] = []bot.Credential{{Value: all.makeUp("pizza", name, bot.ChannelSpec{Provider: name}, field.Name)}}
				}
			}
			identity, err := providers[name].(provider.Connector).Identify(t.Context(), ch)
			if err != nil || identity.Username == "" {
				t.Errorf("Identify() = %+v, %v, want a username", identity, err)
			}
		})
	}
}
