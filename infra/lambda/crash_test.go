package lambda_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"hookline/shared/simulate/countertest"
)

// However often the processor is killed in the middle of a batch, what was accepted is answered, in order, moves its
// conversation once, and only replies to messages of a batch that was broken are sent again, once for each time.
func TestKill(t *testing.T) {
	t.Parallel()
	kills := 20
	if testing.Short() {
		kills = 4
	}
	w := newWorld(t, countertest.Bot())
	// Lambda would wait three times as long as a function may take. Here a batch takes some hundredths of a second, and what
	// a broken one held must come again soon.
	w.openQueue(4 * time.Second)
	w.connect()
	// Small batches leave chats that can go on while those of broken ones wait.
	w.consume(1, 4)
	chats := w.chats(48)
	stop := countertest.TalkAll(t.Context(), chats, 1)
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

	may := map[countertest.Message]int{} // how often a reply may come again
	for _, b := range w.broken() {
		for _, m := range b.messages() {
			may[m]++
		}
	}
	said, again := 0, 0
	for _, c := range chats {
		c.Wait()
		said += c.Said
		for _, r := range c.Check() {
			again++
			if m := c.Message(r.Number); may[m] == 0 {
				t.Errorf("chat %s: reply %q came again, and was in no batch that was broken", m.Chat, r.Again.Shown.Text)
			} else {
				may[m]--
			}
		}
	}
	t.Logf("%d messages, %d batches broken, %d replies sent again", said, len(w.broken()), again)
}
