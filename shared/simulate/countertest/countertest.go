// Package countertest has users talk with a bot that counts, over a simulated network, and checks that each message was
// answered once, in order, in the state that the one before left.
package countertest

import (
	"fmt"
	"strings"
)

// States is how many states the bot goes through before it is in the first one again.
const States = 10

// Bot is the file of a bot, on Telegram, that tells how many messages came before this one, modulo States: it answers "7"
// with "7 in 7". Further replies may follow in the same turn. To "poison" it has an answer that cannot be rendered, and the
// message changes nothing.
func Bot(more ...string) string {
	var file strings.Builder
	file.WriteString("bot: counter\nchannels: {telegram: {token: \"${TELEGRAM_TOKEN}\"}}\nhandlers:\n")
	file.WriteString("  - {name: poison, priority: 10, pattern: ^poison$, response: {text: \"{{ state_context.nowhere.pattern.x }}\"}}\n")
	handler := func(state int, rule string) {
		fmt.Fprintf(&file, "  - %s\n    target_state: s%d\n    response:\n      messages:\n", rule, (state+1)%States)
		for _, text := range append([]string{fmt.Sprintf("{{ event.text }} in %d", state)}, more...) {
			fmt.Fprintf(&file, "        - text: %q\n", text)
		}
	}
	handler(0, "name: first\n    priority: -1") // before there is a state
	for state := range States {
		handler(state, fmt.Sprintf("name: at %d\n    source_states: [s%d]", state, state))
	}
	return file.String()
}

// reply is the bot's answer to a number that was said.
func reply(number int) string { return fmt.Sprintf("%d in %d", number, number%States) }
