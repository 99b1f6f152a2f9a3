package main

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"time"

	"hookline/shared/simulate"
)

// chat is a user's own chat with the counting bot. The user says 0, 1, 2 …
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
		list[i] = &chat{world: w, talk: simulate.Talk{Bot: w.at.user, Chat: user.ID, User: user}}
		if err := w.network.Open(list[i].talk); err != nil {
			w.Fatal(err)
		}
	}
	return list
}

// id is the chat's, as events have it.
func (c *chat) id() string { return string(c.talk.User.ID) }

// message is something that was said in a chat.
type message struct{ chat, text string }

// message is the number that was said.
func (c *chat) message(number int) message { return message{c.id(), strconv.Itoa(number)} }

// say has the user say the next n numbers.
func (c *chat) say(n int) {
	for range n {
		if _, err := c.network.Say(c.talk, strconv.Itoa(c.said)); err != nil {
			c.Errorf("Say() = %v", err)
		}
		c.said++
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

// texts gives the texts of all that the bot did in the chat.
func (c *chat) texts() []string {
	var texts []string
	for _, s := range c.sent() {
		texts = append(texts, s.Shown.Text)
	}
	return texts
}

// keepTalking has the user talk until ctx ends, without waiting for the replies to the last few messages.
func (c *chat) keepTalking(ctx context.Context) {
	const ahead = 4
	for ctx.Err() == nil {
		c.say(1)
		c.after(ctx, int64(c.said-ahead-1), patience)
	}
}

// talkAll has all users talk at once until the function that it gives is called.
func talkAll(ctx context.Context, chats []*chat) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	var talking sync.WaitGroup
	for _, c := range chats {
		talking.Go(func() { c.keepTalking(ctx) })
	}
	return func() {
		cancel()
		talking.Wait()
	}
}

// wait waits until the last message that was said has been answered.
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
			c.Fatalf("chat %s: after %s there is no reply %q; the last ones are %q", c.talk.User.ID, patience, last, tail(c.texts()))
		}
	}
}

func tail(texts []string) []string { return texts[max(0, len(texts)-5):] }

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
