package main

import (
	"net"
	"regexp"
	"testing"

	"hookline/shared/api"
	"hookline/shared/cli"
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

func TestMadeUp(t *testing.T) {
	shape := regexp.MustCompile(`^[1-9]\d{9}:[A-Za-z0-9_-]{32}$`)
	seen := map[string][]string{}
	for _, place := range [][]string{
		{"pizza", "telegram", "token"}, {"burger", "telegram", "token"}, {"pizza", "telegram-de", "token"}, {"pizza", "telegram", "other"},
		{"pizza\" \"telegram", "", "token"},
	} {
		got := madeUp(place[0], place[1], place[2])
		if again := madeUp(place[0], place[1], place[2]); again != got {
			t.Errorf("madeUp(%q) changes", place)
		}
		if !shape.MatchString(got.Reveal()) {
			t.Errorf("madeUp(%q) = %q, which is no token", place, got.Reveal())
		}
		if other, taken := seen[got.Reveal()]; taken {
			t.Errorf("madeUp gives %q and %q the same", place, other)
		}
		seen[got.Reveal()] = place
	}
}
