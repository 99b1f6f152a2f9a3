package bot_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
)

// decodeExact reads JSON with its numbers as they are written.
func decodeExact(t *testing.T, text string) (value any) {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	if err := decoder.Decode(&value); err != nil {
		t.Fatalf("Decode(%s) = %v", text, err)
	}
	return value
}

const pizza = `{
	"bot": "pizza",
	"description": "Takes orders",
	"env": {"SHOP": "https://shop.example.com"},
	"states": {"choosing": {"expires": "30m", "then": "fallback"}},
	"handlers": [
		{
			"name": "start",
			"pattern": "^/start$|^(?P<word>hi)\\b",
			"response": {
				"text": "Hi <b>{{ event.from.first_name }}</b>!",
				"keyboard": [["Margherita", {"text": "Menu", "url": "{{ env.SHOP }}/menu"}, {"text": "Any", "payload": "any"}]],
				"telegram": {"message_effect_id": 5104841245755180586}
			},
			"target_state": "choosing"
		},
		{
			"name": "chosen",
			"on": ["text", "button"],
			"source_states": ["choosing"],
			"priority": -10,
			"disabled": true,
			"continue": true,
			"subscribe": "courier",
			"unsubscribe": "news",
			"request": {
				"method": "POST",
				"url": "{{ env.SHOP }}/orders",
				"query": {"source": "{{ event.provider }}"},
				"headers": {"X-Chat": "{{ event.chat.id }}"},
				"json": {"count": 12345678901234567890},
				"timeout": "5s"
			},
			"response": {"messages": [{"text": "a", "reply_to": true}], "on_failure": "sorry"}
		}
	],
	"hooks": [{
		"name": "courier",
		"response": {"keyboard": "{{ data.rows }}"},
		"recipients": [{"channel": "telegram", "chat": "12345", "user": "7", "vars": {"name": "Ada"}}]
	}]
}`

func pizzaDefinition() bot.Definition {
	return bot.Definition{
		Bot: "pizza", Description: "Takes orders",
		Env:    map[string]string{"SHOP": "https://shop.example.com"},
		States: map[string]bot.State{"choosing": {Expires: "30m", Then: "fallback"}},
		Handlers: []bot.Handler{
			{
				Name: "start", Pattern: `^/start$|^(?P<word>hi)\b`, TargetState: "choosing",
				Response: &bot.Response{
					Message: bot.Message{
						Text: "Hi <b>{{ event.from.first_name }}</b>!",
						Keyboard: &bot.Keyboard{Rows: [][]bot.Button{{
							{Text: "Margherita", Payload: "Margherita"}, {Text: "Menu", URL: "{{ env.SHOP }}/menu"}, {Text: "Any", Payload: "any"},
						}}},
					},
					Options: map[string]bot.Options{"telegram": {"message_effect_id": json.Number("5104841245755180586")}},
				},
			},
			{
				Name: "chosen", On: []string{"text", "button"}, SourceStates: []string{"choosing"}, Priority: -10, Disabled: true,
				Continue: true, Subscribe: "courier", Unsubscribe: "news",
				Request: &bot.Request{
					Method: "POST", URL: "{{ env.SHOP }}/orders", Query: map[string]string{"source": "{{ event.provider }}"},
					Headers: map[string]string{"X-Chat": "{{ event.chat.id }}"}, Timeout: "5s",
					JSON: map[string]any{"count": json.Number("12345678901234567890")},
				},
				Response: &bot.Response{Messages: []bot.Message{{Text: "a", ReplyTo: true}}, OnFailure: "sorry"},
			},
		},
		Hooks: []bot.Hook{{
			Name: "courier", Response: &bot.Response{Message: bot.Message{Keyboard: &bot.Keyboard{Template: "{{ data.rows }}"}}},
			Recipients: []bot.Recipient{{Channel: "telegram", Chat: "12345", User: "7", Vars: map[string]string{"name": "Ada"}}},
		}},
	}
}

func TestDefinitionJSON(t *testing.T) {
	decoder := json.NewDecoder(strings.NewReader(pizza))
	decoder.UseNumber()
	var got bot.Definition
	if err := decoder.Decode(&got); err != nil {
		t.Fatalf("Decode() = %v", err)
	}
	if diff := cmp.Diff(pizzaDefinition(), got); diff != "" {
		t.Errorf("Decode(): (-want +got)\n%s", diff)
	}
	if diff := cmp.Diff(decodeExact(t, pizza), decodeExact(t, encode(t, pizzaDefinition()))); diff != "" {
		t.Errorf("Marshal(): (-want +got)\n%s", diff)
	}
}

func TestDefinitionShowsNoSecrets(t *testing.T) {
	def := bot.Definition{
		Bot:     "b",
		Secrets: map[string]bot.Credential{"KEY": {Value: hidden, From: "SHOP_KEY"}, "WRITTEN": {Value: hidden}},
		Channels: map[string]bot.ChannelSpec{"de": {
			Provider: "telegram", Credentials: map[string][]bot.Credential{"token": {{Value: hidden, From: "TOKEN"}}},
		}},
	}
	want := `{"bot":"b","secrets":{"KEY":"${SHOP_KEY}","WRITTEN":"set"},"channels":{"de":{"provider":"telegram","token":"${TOKEN}"}}}`
	if got := encode(t, def); got != want {
		t.Errorf("Marshal() = %s, want %s", got, want)
	}
}

func TestEmptyDefinitionJSON(t *testing.T) {
	if got, want := encode(t, bot.Definition{Bot: "b"}), `{"bot":"b"}`; got != want {
		t.Errorf("Marshal() = %s, want %s", got, want)
	}
}
