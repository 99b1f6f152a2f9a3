package botfile_test

import (
	"strings"
	"testing"
)

func TestCheckHooks(t *testing.T) {
	long := strings.Repeat("1", 257)
	runCases(t, "bot: a\nchannels: {telegram: {token: x}}\nhandlers: [{name: a, response: {text: hi}}]\nhooks:\n", []checkCase{
		{"good", "  - {name: courier, response: {text: '{{ data.status }} {{ data.0 }} {{ recipient.name }} {{ env.A }}'}, recipients: [{channel: telegram, chat: '1'}]}", nil},
		{"no recipients", "  - {name: courier, response: {text: hi}}", nil},
		{"no name", "  - {response: {text: hi}}", []string{"f:5: hooks[0].name: is required: 1 to 64 letters, digits, '-' and '_'"}},
		{"a name that fits no address", "  - {name: my hook, response: {text: hi}}", []string{`f:5: hooks[0].name: must be 1 to 64 letters, digits, '-' and '_', not "my hook"`}},
		{"name twice", "  - {name: x, response: {text: hi}}\n  - {name: x, response: {text: hi}}", []string{`f:6: hooks[1].name: "x" is the name of hooks[0] already`}},
		{"no response", "  - {name: x}", []string{"f:5: hooks[0].response: is required: a hook says something"}},
		{"an event's name", "  - {name: x, response: {text: '{{ event.text }}'}}", []string{`f:5: hooks[0].response.text: templates know no name "event"`}},
		{"a wrong name", "  - {name: x, response: {messages: [{text: '{{ dat.x }}'}]}}", []string{`f:5: hooks[0].response.messages[0].text: templates know no name "dat": did you mean "data"?`}},
		{"a quote of nothing", "  - {name: x, response: {text: hi, reply_to: true, messages: [{seen: true}]}}", []string{
			"f:5: hooks[0].response.reply_to: a hook answers no message that could be quoted",
			"f:5: hooks[0].response.messages[0].seen: a hook answers no message that could be marked",
		}},
		{"a network's options", "  - {name: x, response: {text: hi, telegram: {disable_notification: 1}}}", []string{"f:5: hooks[0].response.telegram.disable_notification: must be true or false"}},
		{"an unknown channel", "  - {name: x, response: {text: hi}, recipients: [{channel: telegrm, chat: '1'}]}", []string{`f:5: hooks[0].recipients[0].channel: the bot has no channel "telegrm": did you mean "telegram"?`}},
		{"no chat", "  - {name: x, response: {text: hi}, recipients: [{channel: telegram, user: '7'}]}", []string{"f:5: hooks[0].recipients[0].chat: is required: the network's id of the chat"}},
		{"a chat that is a number", "  - {name: x, response: {text: hi}, recipients: [{channel: telegram, chat: 12345}]}", []string{`f:5: hooks[0].recipients[0].chat: must be text: write "12345"`}},
		{"a chat twice", "  - {name: x, response: {text: hi}, recipients: [{channel: telegram, chat: '1'}, {channel: telegram, chat: '1', user: '7'}]}", []string{
			"f:5: hooks[0].recipients[1]: is the same chat as recipients[0]: it would get everything once only",
		}},
		{"an id that is too long", "  - {name: x, response: {text: hi}, recipients: [{channel: telegram, chat: '1', thread: '" + long + "'}]}", []string{"f:5: hooks[0].recipients[0]: an id has at most 256 bytes"}},
	})
}

func TestCheckSubscriptions(t *testing.T) {
	runCases(t, "bot: a\nchannels: {telegram: {token: x}}\nhooks: [{name: courier, response: {text: hi}}]\nhandlers:\n", []checkCase{
		{"subscribe", "  - {name: x, subscribe: courier}", nil},
		{"unsubscribe", "  - {name: x, unsubscribe: courier}", nil},
		{"to an unknown hook", "  - {name: x, subscribe: couriers}", []string{`f:5: handlers[0].subscribe: the bot has no hook "couriers": did you mean "courier"?`}},
		{"from an unknown hook", "  - {name: x, unsubscribe: news}", []string{`f:5: handlers[0].unsubscribe: the bot has no hook "news"`}},
		{"a hook's name in a handler's template", "  - {name: x, response: {text: '{{ data.x }} {{ recipient.name }}'}}", []string{
			`f:5: handlers[0].response.text: templates know no name "data"`,
			`f:5: handlers[0].response.text: templates know no name "recipient"`,
		}},
	})
}
