package permabots_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
	"hookline/shared/permabots"
)

// F1: several bots are told apart by their names, and each takes its credentials from variables of its own.
func TestImportSeveralBots(t *testing.T) {
	whole := "[" + strings.Join([]string{
		object("bot", "1", `"name": "Pizza", "telegram_bot": "t1"`), object("telegrambot", "t1", `"token": "1:t"`),
		object("bot", "2", `"name": "PIZZA", "messenger_bot": "m"`), object("messengerbot", "m", `"token": "m"`),
		object("bot", "3", `"name": "Піца", "kik_bot": "k"`), object("kikbot", "k", `"api_key": "k", "username": "pizzabot"`),
		object("bot", "4", `"name": "4 `+strings.Repeat("long ", 19)+`", "telegram_bot": "t4"`), object("telegrambot", "t4", `"token": "4:t"`),
		object("bot", "5", `"name": "gone", "telegram_bot": "t5"`),
	}, ",") + "]"
	got, err := permabots.Import(strings.NewReader(whole))
	if err != nil {
		t.Fatal(err)
	}
	from := func(name string) []bot.Credential { return []bot.Credential{{From: name}} }
	long := "4-" + strings.Repeat("long-", 12) + "lo"
	want := []bot.Definition{
		{Bot: "Pizza", Channels: map[string]bot.ChannelSpec{"telegram": {Provider: "telegram", Credentials: map[string][]bot.Credential{"token": from("PIZZA_TELEGRAM_TOKEN")}}}},
		{Bot: "PIZZA-2", Description: "PIZZA", Channels: map[string]bot.ChannelSpec{"messenger": {Provider: "messenger", Credentials: map[string][]bot.Credential{
			"page_token": from("PIZZA_2_PAGE_TOKEN"), "app_secret": from("PIZZA_2_APP_SECRET"),
		}}}},
		{Bot: "bot", Description: "Піца", Channels: map[string]bot.ChannelSpec{"kik": {
			Provider: "kik", Settings: map[string]any{"username": "pizzabot"}, Credentials: map[string][]bot.Credential{"api_key": from("BOT_KIK_KEY")},
		}}},
		{Bot: long, Description: "4 " + strings.TrimSpace(strings.Repeat("long ", 19)), Channels: map[string]bot.ChannelSpec{"telegram": {Provider: "telegram", Credentials: map[string][]bot.Credential{
			"token": from("BOT_" + strings.ToUpper(strings.ReplaceAll(long, "-", "_")) + "_TELEGRAM_TOKEN"),
		}}}},
		{Bot: "gone"},
	}
	for i, b := range got.Bots {
		if diff := cmp.Diff(want[i], b.Definition); diff != "" {
			t.Errorf("Import(%s) bot %d (-want +got):\n%s", whole, i, diff)
		}
	}
	wantNotes(t, got.Bots[4], "channels: the dump lacks the telegram account that the bot had")
}

func TestImportEnv(t *testing.T) {
	variable := func(key, name, value string) string {
		return object("environmentvar", key, `"bot": "b", "key": "`+name+`", "value": "`+value+`"`)
	}
	got, _ := importOne(t, dump(variable("1", "A", "1"), variable("2", "A", "2"), variable("3", "Odd key", ""), variable("4", "PASSWORD", "p")))
	if diff := cmp.Diff(map[string]string{"A": "2", "Odd key": "", "PASSWORD": "p"}, got.Definition.Env); diff != "" {
		t.Errorf("env (-want +got):\n%s", diff)
	}
	wantNotes(t, got, "env.A: was there several times: the value made last is taken",
		"env.PASSWORD: sounds like a credential, and stands here for all to read: move it to secrets, and write {{ secret.NAME }}")
}

func TestImportHooks(t *testing.T) {
	hook := func(key, fields string) string {
		return object("hook", key, `"bot": "b", "key": "old-key", "response": "`+key+`", `+fields)
	}
	recipient := func(model, key, hook, fields string) string {
		return object(model, key, `"hook": "`+hook+`", `+fields)
	}
	got, left := importOne(t, dump(
		response("1", `"text_template": "a\nb"`), response("2", `"text_template": "two"`),
		hook("1", `"name": "news", "enabled": true`), hook("2", `"name": "news", "enabled": false`), hook("3", `"name": "Caf\u00e9 5"`),
		recipient("telegramrecipient", "r1", "1", `"chat_id": 9007199254740993, "name": "Ada"`), recipient("telegramrecipient", "r2", "1", `"chat_id": -5, "name": ""`),
		recipient("telegramrecipient", "r3", "1", `"chat_id": -5, "name": "again"`), recipient("kikrecipient", "r4", "2", `"chat_id": "k", "username": "u", "name": "n"`),
	))
	want := []bot.Hook{
		{
			Name: "news", Response: &bot.Response{Message: bot.Message{Text: "a\nb"}},
			Recipients: []bot.Recipient{{Channel: "telegram", Chat: "9007199254740993", Vars: map[string]string{"name": "Ada"}}, {Channel: "telegram", Chat: "-5"}},
		},
		{Name: "news-2", Disabled: true, Response: &bot.Response{Message: bot.Message{Text: "two"}}},
		{Name: "caf-5"},
	}
	if diff := cmp.Diff(want, got.Definition.Hooks); diff != "" || len(left) > 0 {
		t.Errorf("hooks, left %v (-want +got):\n%s", left, diff)
	}
	const moved = ": has another address and token now, which apply prints: your application must post there"
	wantNotes(t, got, "hooks[0]"+moved, "hooks[0].recipients: the chat -5 on telegram was there several times: it is there once now",
		`hooks[1].name: was "news"`, "hooks[1]"+moved,
		"hooks[1].recipients: 1 on kik left out: the bot is not there", `hooks[2].name: was "Café 5"`, "hooks[2]"+moved,
		"hooks[2].response: the dump lacks the response: nothing is said now", "line ends in a text are shown now; permabots showed spaces in: the hook news")
}

// Whatever no bot is made of is told, by its kind and how many there are.
func TestImportLeavesNothingOutInSilence(t *testing.T) {
	_, got := importOne(t, dump(
		object("telegrambot", "orphan", `"token": "2:t"`), object("handler", "elsewhere", `"bot": "nobody"`), object("state", "lost", `"bot": null`),
		object("telegramupdate", "1", ""), object("telegramupdate", "2", ""), object("kikchatstate", "1", ""), object("newmodel", "1", ""), `{"model": "sessions.session", "pk": 1}`, `{}`,
		object("environmentvar", "e", `"bot": "b", "key": "A", "value": {"x": 1}, "colour": "red"`), object("environmentvar", "f", `"bot": "b", "key": "B", "value": "", "colour": "red"`),
		object("environmentvar", "f", `"bot": "b", "key": "C", "value": ""`), object("handler", "h", `"bot": "b", "name": "h", "priority": 99999999999, "enabled": "no", "source_states": [true]`),
		object("handler", "i", `"bot": "b", "name": "i", "source_states": "x"`),
	))
	want := []string{
		"permabots.environmentvar f: is there twice, the first one is taken",
		`permabots.environmentvar: the field "colour" is not known, and left out`,
		`permabots.environmentvar e: the field "value" holds what it cannot, and is left out`,
		`permabots.handler h: the field "priority" holds what it cannot, and is left out`,
		`permabots.handler h: the field "enabled" holds what it cannot, and is left out`,
		`permabots.handler h: the field "source_states" holds what it cannot, and is left out`,
		`permabots.handler i: the field "source_states" holds what it cannot, and is left out`,
		"permabots.handler: 1 left out: no bot of the dump has a use for them",
		"permabots.state: 1 left out: no bot of the dump has a use for them",
		"permabots.telegrambot: 1 left out: no bot of the dump has a use for them",
		"objects without a model: 1 left out: not of permabots",
		"permabots.kikchatstate: 1 left out: every conversation begins anew, in no state",
		"permabots.newmodel: 1 left out: not known",
		"permabots.telegramupdate: 2 left out: the archive of messages, chats and users stays behind",
		"sessions.session: 1 left out: not of permabots",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("notes (-want +got):\n%s", diff)
	}
}
