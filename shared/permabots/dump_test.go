package permabots_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
	"hookline/shared/botfile"
	"hookline/shared/permabots"
)

// dump gives a dump of the bot "b" on Telegram and the objects.
func dump(objects ...string) string {
	on := []string{
		object("bot", "b", `"name": "b", "telegram_bot": "t", "kik_bot": null, "messenger_bot": null`),
		object("telegrambot", "t", `"token": "1:t", "enabled": true`),
	}
	return "[" + strings.Join(append(on, objects...), ",\n") + "]"
}

func object(model, key, fields string) string {
	return fmt.Sprintf(`{"model": "permabots.%s", "pk": %q, "fields": {%s}}`, model, key, fields)
}

func handler(key, fields string) string {
	return object("handler", key, fmt.Sprintf(`"bot": "b", "name": %q, %s`, key, fields))
}

func response(key, fields string) string { return object("response", key, fields) }
func request(key, fields string) string  { return object("request", key, fields) }

// importOne imports a dump of one bot.
func importOne(t *testing.T, dump string) (permabots.Bot, []string) {
	t.Helper()
	got, err := permabots.Import(strings.NewReader(dump))
	if err != nil || len(got.Bots) != 1 {
		t.Fatalf("Import(%s) = %v, %v, want one bot", dump, got, err)
	}
	return got.Bots[0], got.Notes
}

// wantNotes compares the notes of a bot with those wanted, beside what is told of every bot on Telegram.
func wantNotes(t *testing.T, got permabots.Bot, want ...string) {
	t.Helper()
	var notes []string
	for _, n := range got.Notes {
		if n.Path != "channels.telegram.token" && !strings.HasPrefix(n.Message, "what is answered is quoted") {
			notes = append(notes, strings.TrimPrefix(botfile.Format("f", n), "f: warning: "))
		}
	}
	if diff := cmp.Diff(want, notes); diff != "" {
		t.Errorf("notes (-want +got):\n%s", diff)
	}
}

func quoted(m bot.Message) *bot.Response {
	m.ReplyTo = true
	return &bot.Response{Message: m}
}

func quotedJSON(text string) string {
	encoded, err := json.Marshal(text)
	if err != nil {
		panic(err)
	}
	return string(encoded)
}
