package permabots_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
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

const (
	telegramNote = "f: warning: channels.telegram.token: set TELEGRAM_TOKEN to the bot's token, as permabots has it\n"
	quoteNote    = "f: warning: what is answered is quoted, as permabots did on Telegram; if that is not wanted, delete reply_to in: h\n"
)

// wantNotes compares the notes of a bot with those wanted, beside what is told of every handler.
func wantNotes(t *testing.T, got permabots.Bot, want ...string) {
	t.Helper()
	text := strings.NewReplacer(telegramNote, "", quoteNote, "", "f: warning: ", "").Replace(formatted(got))
	wanted := ""
	for _, note := range want {
		wanted += note + "\n"
	}
	if diff := cmp.Diff(wanted, text); diff != "" {
		t.Errorf("notes (-want +got):\n%s", diff)
	}
}

func quoted(m bot.Message) *bot.Response {
	m.ReplyTo = true
	return &bot.Response{Message: m}
}
