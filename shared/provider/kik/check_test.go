package kik_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
	"hookline/shared/provider/kik"
)

func said(problems []bot.Problem) (lines []string) {
	for _, p := range problems {
		lines = append(lines, p.Path+": "+p.Message)
	}
	return lines
}

func TestCheckChannel(t *testing.T) {
	const badButton = "must have a text, and cannot open an address"
	keyboard := func(buttons ...any) map[string]any { return map[string]any{"static_keyboard": buttons} }
	for _, test := range []struct {
		name     string
		settings map[string]any
		want     []string
	}{
		{"username", map[string]any{"username": "Pizza_bot.2"}, nil},
		{"username with @", map[string]any{"username": "@pizzabot"}, []string{"username: must be 2 to 32 letters, digits, dots and underscores, without @"}},
		{"username too short", map[string]any{"username": "p"}, []string{"username: must be 2 to 32 letters, digits, dots and underscores, without @"}},
		{"username too long", map[string]any{"username": strings.Repeat("p", 33)}, []string{"username: must be 2 to 32 letters, digits, dots and underscores, without @"}},
		{"username with a colon", map[string]any{"username": "pizza:bot"}, []string{"username: must be 2 to 32 letters, digits, dots and underscores, without @"}},
		{"no username is said elsewhere", map[string]any{}, nil},
		{"keyboard", keyboard("Menu", map[string]any{"text": "Help", "payload": "h"}), nil},
		{"no keyboard", keyboard(), nil},
		{"20 buttons", keyboard(slices.Repeat([]any{"a"}, 20)...), nil},
		{"21 buttons", keyboard(slices.Repeat([]any{"a"}, 21)...), []string{"static_keyboard: has 21 buttons: kik shows 20"}},
		{"a keyboard that is a text", map[string]any{"static_keyboard": "Menu"}, []string{"static_keyboard: must be a list of texts or {text, payload}"}},
		{"a button that is a number", keyboard(json.Number("7")), []string{"static_keyboard: must be a list of texts or {text, payload}"}},
		{"a blank button", keyboard("a", " "), []string{"static_keyboard[1]: " + badButton}},
		{"an address", keyboard(map[string]any{"text": "a", "url": "https://x.example"}), []string{"static_keyboard[0]: " + badButton}},
	} {
		t.Run(test.name, func(t *testing.T) {
			problems := kik.New(http.DefaultClient, "").CheckChannel(bot.ChannelSpec{Settings: test.settings})
			if diff := cmp.Diff(test.want, said(problems)); diff != "" {
				t.Errorf("CheckChannel(%v) (-want +got):\n%s", test.settings, diff)
			}
		})
	}
}

func TestCheckOptions(t *testing.T) {
	for _, test := range []struct {
		options bot.Options
		want    []string
	}{
		{bot.Options{}, nil},
		{bot.Options{"delay": json.Number("0"), "type_time": json.Number("999999999"), "text_limit": json.Number("1500")}, nil},
		{bot.Options{"delay": json.Number("-1"), "type_time": json.Number("-5")}, []string{"delay: must be 0 at least", "type_time: must be 0 at least"}},
		{bot.Options{"text_limit": json.Number("0")}, []string{"text_limit: must be 1 at least"}},
		{bot.Options{"text_limit": json.Number("1501")}, []string{"text_limit: must be 1500 at most"}},
		{bot.Options{"delay": "5", "text_limit": json.Number("1.5")}, nil}, // said elsewhere
	} {
		t.Run(fmt.Sprint(test.options), func(t *testing.T) {
			problems := kik.New(http.DefaultClient, "").CheckOptions(test.options)
			if diff := cmp.Diff(test.want, said(problems)); diff != "" {
				t.Errorf("CheckOptions(%v) (-want +got):\n%s", test.options, diff)
			}
		})
	}
}
