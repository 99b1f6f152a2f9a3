package lambda_test

import (
	"context"
	"math/rand/v2"
	"sync"
	"testing"
	"time"
)

// keepTalking has the user talk until ctx ends, without waiting for the reply to the last message.
func (c *chat) keepTalking(ctx context.Context) {
	for ctx.Err() == nil {
		c.say(1)
		c.after(ctx, int64(c.said-2), patience)
	}
}

// However often the processor is killed in the middle of a batch, what was accepted is answered, in order, moves its
// conversation once, and only replies to messages of a batch that was broken are sent again, once for each time.
func TestKill(t *testing.T) {
	t.Parallel()
	kills := 20
	if testing.Short() {
		kills = 4
	}
	w := newWorld(t, counter())
	// Lambda would wait three times as long as a function may take. Here a batch takes some hundredths of a second, and what
	// a broken one held must come again soon.
	w.openQueue(4 * time.Second)
	w.connect()
	// Small batches leave chats that can go on while those of broken ones wait.
	w.consume(1, 4)
	chats := w.chats(48)
	ctx, stop := context.WithCancel(t.Context())
	var talking sync.WaitGroup
	for _, c := range chats {
		talking.Go(func() { c.keepTalking(ctx) })
	}
	for n := range kills {
		before := len(w.broken())
		w.until("a batch was broken", func() bool {
			time.Sleep(rand.N(40 * time.Millisecond))
			w.processor.Kill()
			return len(w.broken()) > before
		})
		answered := len(w.processed())
		w.until("a batch was answered again", func() bool { return len(w.processed()) > answered+n%3 })
	}
	stop()
	talking.Wait()

	may := map[message]int{} // how often a reply may come again
	for _, b := range w.broken() {
		for _, m := range b.messages() {
			may[m]++
		}
	}
	said, again := 0, 0
	for _, c := range chats {
		c.wait()
		said += c.said
		for _, r := range c.check() {
			again++
			if m := c.message(r.number); may[m] == 0 {
				t.Errorf("chat %s: reply %q came again, and was in no batch that was broken", m.chat, r.again.Shown.Text)
			} else {
				may[m]--
			}
		}
	}
	t.Logf("%d messages, %d batches broken, %d replies sent again", said, len(w.broken()), again)
}
