package telegram_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
	"hookline/shared/provider/providertest"
	"hookline/shared/provider/telegram"
)

const token = "4242:MARKED-token_AAAAAAAAAAAAAAAAAAAAAAA"

func channel() bot.Channel {
	return bot.Channel{
		ID: "c1", Provider: "telegram",
		Credentials:    map[string][]bot.Credential{"token": {{Value: token}}},
		WebhookSecrets: []bot.Secret{"secret_of_now-0123456789", "secret_of_before-012345678"},
		Identity:       bot.Identity{Account: "4242", Username: "PizzaBot"},
	}
}

func TestConformance(t *testing.T) {
	providertest.Run(t, providertest.Suite{
		Provider: telegram.New(http.DefaultClient, ""),
		Channel:  channel(),
		Sign: func(ch bot.Channel, h http.Header, _ []byte) {
			if len(ch.WebhookSecrets) > 0 {
				h.Set("X-Telegram-Bot-Api-Secret-Token", ch.WebhookSecrets[0].Reveal())
			}
		},
		Calls: os.DirFS("testdata"),
	})
}

// TestReceives: the kinds that are described are those of the captured updates.
func TestReceives(t *testing.T) {
	names, err := filepath.Glob("testdata/*.events.json")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[bot.EventKind]bool{}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var events []bot.Event
		if err := json.Unmarshal(text, &events); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, e := range events {
			seen[e.Kind] = true
		}
	}
	described := slices.Sorted(slices.Values(telegram.New(http.DefaultClient, "").Describe().Receives))
	if diff := cmp.Diff(slices.Sorted(maps.Keys(seen)), described); diff != "" {
		t.Errorf("Describe().Receives differs from the kinds of testdata (-seen +described):\n%s", diff)
	}
}

// TestT21BothMessagesTellOfAMove: whichever comes first names the old and the new chat.
func TestT21BothMessagesTellOfAMove(t *testing.T) {
	for _, test := range []struct {
		name, body string
		want       *bot.Move
	}{
		{"old chat", `{"update_id":1,"message":{"chat":{"id":-5,"type":"group"},"migrate_to_chat_id":-1007}}`, &bot.Move{From: "-5", To: "-1007"}},
		{"new chat", `{"update_id":1,"message":{"chat":{"id":-1007,"type":"supergroup"},"migrate_from_chat_id":-5}}`, &bot.Move{From: "-5", To: "-1007"}},
		{"no chat", `{"update_id":1,"message":{"migrate_from_chat_id":-5}}`, nil},
		{"something else", `{"update_id":1,"message":{"chat":{"id":-5},"new_chat_title":"x"}}`, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			events, err := parse(t, channel(), test.body)
			if err != nil || len(events) != 1 || events[0].Kind != bot.Room {
				t.Fatalf("Parse(%s) = %+v, %v, want one event of kind room", test.body, events, err)
			}
			if diff := cmp.Diff(test.want, events[0].Moved); diff != "" {
				t.Errorf("Parse(%s): Moved differs (-want +got):\n%s", test.body, diff)
			}
		})
	}
}
