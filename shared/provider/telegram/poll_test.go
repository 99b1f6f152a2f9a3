package telegram_test

import (
	"strings"
	"testing"
	"time"

	"hookline/shared/bot"
)

func TestT39Pollable(t *testing.T) {
	for _, test := range []struct {
		name    string
		answer  reply
		address string
		kind    bot.ErrorKind
	}{
		{"no webhook", registered(""), "", ""},
		{"a webhook", registered(ours), ours, bot.Conflict},
		{"not asked", refused("401", "Unauthorized", ""), "", bot.Unauthorized},
	} {
		t.Run(test.name, func(t *testing.T) {
			telegram, api := play(t, test.answer)
			err := telegram.Pollable(t.Context(), channel())
			if bot.KindOf(err) != test.kind || api.methods() != "getWebhookInfo" {
				t.Errorf("Pollable() = %v by %s, want kind %q by getWebhookInfo", err, api.methods(), test.kind)
			}
			if err != nil && !strings.Contains(bot.PublicMessage(err), test.address) {
				t.Errorf("Pollable() = %v, want the address %q in it", err, test.address)
			}
		})
	}
}

func TestT39Poll(t *testing.T) {
	updates := ok(`[{"update_id":9007199254740993,"poll":{"id":"1"}},{"update_id":9007199254740994,"new":1.50}]`)
	for _, test := range []struct {
		name, cursor string
		wait         time.Duration
		answer       reply
		calls        []string
		next         string
		kind         bot.ErrorKind
		asks         string
	}{
		{
			"first", "", 30 * time.Second, updates,
			[]string{`{"update_id":9007199254740993,"poll":{"id":"1"}}`, `{"update_id":9007199254740994,"new":1.50}`},
			"9007199254740995", "", `"limit":100,"timeout":30}`,
		},
		{"confirms", "9007199254740995", time.Minute, ok("[]"), nil, "9007199254740995", "", `"limit":100,"offset":9007199254740995,"timeout":50}`},
		{"does not wait", "5", -1, ok("[]"), nil, "5", "", `"offset":5,"timeout":0}`},
		{"a webhook was set meanwhile", "5", 0, refused("409", "Conflict: terminated by setWebhook request", ""), nil, "5", bot.Conflict, `"offset":5`},
		{"not an update", "5", 0, ok("[1]"), nil, "5", bot.Unavailable, `"offset":5`},
		{"not a list", "5", 0, ok("{}"), nil, "5", bot.Unavailable, `"offset":5`},
		{"not a cursor", "x", 0, ok("[]"), nil, "x", bot.Invalid, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			telegram, api := play(t, test.answer)
			calls, next, err := telegram.Poll(t.Context(), channel(), test.cursor, test.wait)
			if next != test.next || bot.KindOf(err) != test.kind || len(calls) != len(test.calls) {
				t.Fatalf("Poll(%q) = %d calls, %q, %v, want %d, %q and kind %q",
					test.cursor, len(calls), next, err, len(test.calls), test.next, test.kind)
			}
			for i, want := range test.calls {
				if got := string(calls[i]); got != want {
					t.Errorf("Poll(%q): call %d is %s, want %s", test.cursor, i, got, want)
				}
			}
			if !strings.Contains(api.last(), test.asks) {
				t.Errorf("Poll(%q) asks with %s, want %s in it", test.cursor, api.last(), test.asks)
			}
		})
	}
}
