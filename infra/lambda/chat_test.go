package lambda_test

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"hookline/shared/simulate"
)

// states is how many states the counting bot goes through before it is in the first one again.
const states = 10

// counter is a bot that tells how many messages came before this one, modulo states: it answers "7" with "7 in 7". To
// "poison" it has an answer that cannot be rendered, and the message changes nothing.
func counter() string {
	var file strings.Builder
	file.WriteString("bot: counter\nchannels: {telegram: {token: \"${TELEGRAM_TOKEN}\"}}\nhandlers:\n")
	file.WriteString("  - {name: poison, priority: 10, pattern: ^poison$, response: {text: \"{{ state_context.nowhere.pattern.x }}\"}}\n")
	handler := func(state int, rule string) {
		fmt.Fprintf(&file, "  - %s\n    target_state: s%d\n    response: {text: %q}\n",
			rule, (state+1)%states, fmt.Sprintf("{{ event.text }} in %d", state))
	}
	handler(0, "name: first\n    priority: -1") // before there is a state
	for state := range states {
		handler(state, fmt.Sprintf("name: at %d\n    source_states: [s%d]", state, state))
	}
	return file.String()
}

// chat is a user's private chat with the counting bot. The user says 0, 1, 2 …
type chat struct {
	*world
	talk simulate.Talk
	said int
}

// chats gives n users who have said nothing yet.
func (w *world) chats(n int) []*chat {
	list := make([]*chat, n)
	for i := range list {
		user := simulate.User{ID: simulate.ID(strconv.Itoa(i + 1)), FirstName: fmt.Sprint("User ", i+1)}
		list[i] = &chat{world: w, talk: simulate.Talk{Bot: botUser, User: user}}
		if err := w.network.Open(list[i].talk); err != nil {
			w.Fatal(err)
		}
	}
	return list
}

// message is something that was said in a chat.
type message struct{ chat, text string }

// message is the number that was said.
func (c *chat) message(number int) message {
	return message{string(c.talk.User.ID), strconv.Itoa(number)}
}

// say has the user say the next n numbers.
func (c *chat) say(n int) {
	for range n {
		c.tell(strconv.Itoa(c.said))
		c.said++
	}
}

func (c *chat) tell(text string) {
	if _, err := c.network.Say(c.talk, text); err != nil {
		c.Errorf("Say() = %v", err)
	}
}

// after gives what came after the n-th thing the bot did in the chat, and waits until there is something.
func (c *chat) after(ctx context.Context, n int64, patience time.Duration) []simulate.Sent {
	sent, err := c.network.Messages(ctx, c.talk, n, patience)
	if err != nil {
		c.Errorf("Messages() = %v", err)
	}
	return sent
}

// sent gives all that the bot did in the chat.
func (c *chat) sent() []simulate.Sent { return c.after(c.Context(), 0, 0) }

// wait waits until the last number that was said has been answered.
func (c *chat) wait() {
	c.Helper()
	last := fmt.Sprintf("%d in %d", c.said-1, (c.said-1)%states)
	seen := int64(0)
	for deadline := time.Now().Add(patience); ; {
		for _, s := range c.after(c.Context(), seen, time.Until(deadline)) {
			if s.Shown.Text == last {
				return
			}
			seen = s.N
		}
		if time.Now().After(deadline) {
			c.Fatalf("chat %s: after %s there is no reply %q, but %d others", c.talk.User.ID, patience, last, seen)
		}
	}
}

// repeat is a reply that came again.
type repeat struct {
	number        int
	before, again simulate.Sent
}

// check checks that the replies are those to what was said, in order, each in the state that the one before left, and
// gives those that came again. Such a one comes before the next reply or not at all.
func (c *chat) check() (repeats []repeat) {
	c.Helper()
	next := 0
	var before simulate.Sent
	for _, s := range c.sent() {
		expected := fmt.Sprintf("%d in %d", next, next%states)
		switch {
		case s.Shown.Text == expected:
			next++
		case next > 0 && s.Shown.Text == before.Shown.Text:
			repeats = append(repeats, repeat{next - 1, before, s})
		default:
			c.Errorf("chat %s: reply %d is %q, want %q or %q once more",
				c.talk.User.ID, s.N, s.Shown.Text, expected, before.Shown.Text)
			return repeats
		}
		before = s
	}
	if next != c.said {
		c.Errorf("chat %s: %d messages were answered of %d", c.talk.User.ID, next, c.said)
	}
	return repeats
}

// checkOnce checks that every chat was answered in full and that nothing came again.
func checkOnce(chats []*chat) {
	for _, c := range chats {
		c.Helper()
		c.wait()
		if repeats := c.check(); len(repeats) > 0 {
			c.Errorf("chat %s: %d replies came again, want none", c.talk.User.ID, len(repeats))
		}
	}
}
