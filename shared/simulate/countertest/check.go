package countertest

import (
	"strconv"

	"hookline/shared/simulate"
)

// Message is something that was said in a chat.
type Message struct{ Chat, Text string }

// Message is the number that was said.
func (c *Chat) Message(number int) Message { return Message{c.ID(), strconv.Itoa(number)} }

// Repeat is a reply that came again.
type Repeat struct {
	Number        int
	Before, Again simulate.Sent
}

// Check checks that the replies are those to what was said, in order, each in the state that the one before left, and
// gives those that came again. Such a one comes before the next reply or not at all.
func (c *Chat) Check() (repeats []Repeat) {
	c.T.Helper()
	next := 0
	var before simulate.Sent
	for _, s := range c.Sent() {
		switch expected := reply(next); {
		case s.Shown.Text == expected:
			next++
		case next > 0 && s.Shown.Text == before.Shown.Text:
			repeats = append(repeats, Repeat{next - 1, before, s})
		default:
			c.T.Errorf("chat %s: reply %d is %q, want %q or %q once more", c.ID(), s.N, s.Shown.Text, expected, before.Shown.Text)
			return repeats
		}
		before = s
	}
	if next != c.Said {
		c.T.Errorf("chat %s: %d messages were answered of %d", c.ID(), next, c.Said)
	}
	return repeats
}

// CheckOnce waits until every chat was answered in full, and checks that nothing came again.
func CheckOnce(chats []*Chat) {
	for _, c := range chats {
		c.T.Helper()
		c.Wait()
		if repeats := c.Check(); len(repeats) > 0 {
			c.T.Errorf("chat %s: %d replies came again, want none", c.ID(), len(repeats))
		}
	}
}
