package countertest

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"testing"
	"time"

	"hookline/shared/simulate"
)

// patience bounds every wait for something that must happen.
const patience = time.Minute

// Chat is a user's own chat with the bot. The user says 0, 1, 2 …
type Chat struct {
	T       testing.TB
	Network simulate.Users
	Talk    simulate.Talk
	// Said is how many numbers have been said.
	Said int
}

// Open gives n users of the bot who have said nothing yet.
func Open(t testing.TB, network simulate.Users, bot string, n int) []*Chat {
	t.Helper()
	chats := make([]*Chat, n)
	for i := range chats {
		user := simulate.User{ID: simulate.ID(strconv.Itoa(i + 1)), FirstName: fmt.Sprint("User ", i+1)}
		chats[i] = &Chat{T: t, Network: network, Talk: simulate.Talk{Bot: bot, Chat: user.ID, User: user}}
		if err := network.Open(chats[i].Talk); err != nil {
			t.Fatal(err)
		}
	}
	return chats
}

// ID is the chat's, as events have it.
func (c *Chat) ID() string { return string(c.Talk.User.ID) }

// Say has the user say the next n numbers.
func (c *Chat) Say(n int) {
	for range n {
		c.Tell(strconv.Itoa(c.Said))
		c.Said++
	}
}

// Tell has the user say something else than a number.
func (c *Chat) Tell(text string) {
	if _, err := c.Network.Say(c.Talk, text); err != nil {
		c.T.Errorf("Say(%q) = %v", text, err)
	}
}

// After gives what came after the n-th thing the bot did in the chat, and waits until there is something, or until ctx ends.
func (c *Chat) After(ctx context.Context, n int64, patience time.Duration) []simulate.Sent {
	sent, err := c.Network.Messages(ctx, c.Talk, n, patience)
	if err != nil {
		c.T.Errorf("Messages() = %v", err)
	}
	return sent
}

// Sent gives all that the bot did in the chat.
func (c *Chat) Sent() []simulate.Sent { return c.After(c.T.Context(), 0, 0) }

// Texts gives the texts of all that the bot did in the chat.
func (c *Chat) Texts() []string {
	var texts []string
	for _, s := range c.Sent() {
		texts = append(texts, s.Shown.Text)
	}
	return texts
}

// TalkAll has all users talk at once, none more than ahead messages before the replies, until the function that it gives
// is called.
func TalkAll(ctx context.Context, chats []*Chat, ahead int) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	var talking sync.WaitGroup
	for _, c := range chats {
		talking.Go(func() {
			for ctx.Err() == nil {
				c.Say(1)
				c.After(ctx, int64(c.Said-ahead-1), patience)
			}
		})
	}
	return func() {
		cancel()
		talking.Wait()
	}
}

// Wait waits until the last number that was said has been answered.
func (c *Chat) Wait() {
	c.T.Helper()
	last := reply(c.Said - 1)
	seen := int64(0)
	for deadline := time.Now().Add(patience); ; {
		for _, s := range c.After(c.T.Context(), seen, time.Until(deadline)) {
			if s.Shown.Text == last {
				return
			}
			seen = s.N
		}
		if time.Now().After(deadline) {
			texts := c.Texts()
			c.T.Fatalf("chat %s: after %s there is no reply %q; the last ones are %q", c.ID(), patience, last, texts[max(0, len(texts)-5):])
		}
	}
}
