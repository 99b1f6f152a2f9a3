package telegram_test

import (
	"fmt"
	"strings"
	"testing"
)

func TestSetWebhook(t *testing.T) {
	n := started(t)
	tests := []struct {
		name string
		body fields
		want string // of the description
	}{
		{"https", fields{"url": "https://bot.example/x"}, "Webhook was set"},
		{"the same again", fields{"url": "https://bot.example/x"}, "Webhook is already set"},
		{"another secret", fields{"url": "https://bot.example/x", "secret_token": "a"}, "Webhook was set"},
		{"port 8443", fields{"url": "https://bot.example:8443/x"}, "Webhook was set"},
		{"port 444", fields{"url": "https://bot.example:444/x"},
			"Bad Request: bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443"},
		{"http", fields{"url": "http://bot.example/x"}, "Bad Request: bad webhook: HTTPS URL must be provided for webhook"},
		{"http to this machine", fields{"url": "http://127.0.0.1:3000/x"}, "Webhook was set"},
		{"private address", fields{"url": "https://10.0.0.1/x"}, "Bad Request: bad webhook: IP address 10.0.0.1 is reserved"},
		{"no host", fields{"url": "https:///x"}, "Bad Request: bad webhook: invalid webhook URL specified"},
		{"secret of 256", fields{"url": "https://b.example", "secret_token": strings.Repeat("a", 256)}, "Webhook was set"},
		{"secret of 257", fields{"url": "https://b.example", "secret_token": strings.Repeat("a", 257)}, "Bad Request: secret token is too long"},
		{"secret with a blank", fields{"url": "https://b.example", "secret_token": "a b"},
			"Bad Request: secret token contains unallowed characters"},
		{"kinds are no list", fields{"url": "https://b.example", "allowed_updates": "message"},
			"Bad Request: can't parse allowed_updates: expected an Array of String"},
		{"empty", fields{"url": ""}, "Webhook was deleted"},
		{"empty again", fields{}, "Webhook is already deleted"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := n.call("setWebhook", encode(t, tt.body)); got.Description != tt.want {
				t.Errorf("setWebhook %v = %s, %s, want %s", tt.body, got.text(), got.Description, tt.want)
			}
		})
	}
}

func TestAllowedUpdates(t *testing.T) {
	n := started(t)
	kinds := func() string {
		t.Helper()
		n.call("deleteWebhook", `{"drop_pending_updates":true}`)
		n.say(private(ann), "x")
		if err := n.Block(private(ann)); err != nil {
			t.Fatal(err)
		}
		if err := n.Unblock(private(ann)); err != nil {
			t.Fatal(err)
		}
		got := n.call("getUpdates", "{}").text()
		return fmt.Sprintf("%d messages, %d changes", strings.Count(got, `"message":`), strings.Count(got, `"my_chat_member":`))
	}
	tests := []struct{ name, allowed, want string }{
		{"at first all", "", "1 messages, 2 changes"},
		{"one kind", `{"allowed_updates":["message"]}`, "1 messages, 0 changes"},
		{"left out: as before", `{}`, "1 messages, 0 changes"},
		{"unknown kinds", `{"allowed_updates":["massage"]}`, "0 messages, 0 changes"},
		{"empty: all", `{"allowed_updates":[]}`, "1 messages, 2 changes"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.allowed != "" {
				n.call("getUpdates", tt.allowed)
			}
			if got := kinds(); got != tt.want {
				t.Errorf("with %s waited %s, want %s", tt.allowed, got, tt.want)
			}
		})
	}
}
