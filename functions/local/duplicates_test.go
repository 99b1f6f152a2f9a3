package main

import (
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
	"hookline/shared/simulate/countertest"
	"hookline/shared/sqlitefile"
)

// forgetCalls makes the queue forget which calls it has taken, as it does by itself after some minutes: from then on only
// the conversations know. The server must be stopped.
func (w *world) forgetCalls() {
	w.Helper()
	file, err := sqlitefile.Open(filepath.Join(w.dir, "data", "hookline.db"))
	if err != nil {
		w.Fatal(err)
	}
	defer file.Close()
	err = file.Write(w.Context(), func(c *sqlitefile.Conn) error {
		forgotten, err := c.Exec("UPDATE dedupe SET expires_at=0")
		if err == nil && forgotten == 0 {
			w.Error("the queue remembers no call")
		}
		return err
	})
	if err != nil {
		w.Fatal(err)
	}
}

// postAgain posts calls three times each, all at once.
func (w *world) postAgain(calls []delivery) {
	w.Helper()
	var posting sync.WaitGroup
	for _, call := range calls {
		for range 3 {
			posting.Go(func() {
				answer, err := w.front.post(w.Context(), call)
				if err != nil || answer.StatusCode != http.StatusOK {
					w.Errorf("posting a call again: %v, %v, want 200", answer, err)
				}
			})
		}
	}
	posting.Wait()
}

// A call that is made three times at once is one turn and one reply, also where the server was stopped and the queue has
// forgotten meanwhile.
func TestF12B6ThreeTimesInParallel(t *testing.T) {
	t.Parallel()
	const users, messages = 10, 12
	w := newWorld(t, countertest.Bot())
	w.front.copies = 3
	chats := w.chats(users)
	once := func(when string, said int) {
		t.Helper()
		for _, c := range chats {
			c.Wait()
			if repeats := c.Check(); len(repeats) > 0 {
				t.Errorf("%s: chat %s: %d replies came again, want none", when, c.Talk.User.ID, len(repeats))
			}
		}
		for _, turn := range w.turns(users * said) {
			if turn.Outcome != bot.Replied {
				t.Errorf("%s: turn of event %s is %q, want %q", when, turn.Event.ID, turn.Outcome, bot.Replied)
			}
		}
	}
	for _, c := range chats {
		c.Say(messages)
	}
	once("at once", messages)

	calls := w.front.accepted()
	w.terminate()
	w.start()
	w.postAgain(calls)
	w.terminate()
	w.forgetCalls()
	w.start()
	w.postAgain(calls)
	// A chat's jobs are handled in turn: once another message is answered, those before it have been.
	for _, c := range chats {
		c.Say(1)
	}
	once("after a restart", messages+1)
}

// A redriven dead letter of an event that was committed sends what was not sent, and does nothing else.
func TestRedriveOnlySends(t *testing.T) {
	t.Parallel()
	w := newWorld(t, countertest.Bot("tail of {{ event.text }}"))
	refuse := func(text string) bool { return strings.HasPrefix(text, "tail") }
	w.refuse.Store(&refuse)
	c := w.chats(1)[0]
	c.Say(1)
	letter := w.letter(0)
	if letter.Kind != bot.Invalid || len(letter.Unsent) != 1 {
		t.Fatalf("the dead letter is of kind %q with %d unsent replies, want %q with 1", letter.Kind, len(letter.Unsent), bot.Invalid)
	}

	// It is buried again as long as it is refused, and as the same letter.
	w.redrive(letter)
	if again := w.letter(1); again.ID != letter.ID {
		t.Errorf("buried again as %q, want %q", again.ID, letter.ID)
	}
	w.terminate()
	w.forgetCalls()
	w.start()
	w.postAgain(w.front.accepted())
	w.refuse.Store(nil)
	w.redrive(letter)
	w.until("no dead letter is left", func() bool { return len(w.letters()) == 0 })

	c.Say(1)
	c.Wait()
	w.until("the second message has its tail", func() bool { return len(c.Texts()) >= 4 })
	want := []string{"0 in 0", "tail of 0", "1 in 1", "tail of 1"}
	if diff := cmp.Diff(want, c.Texts()); diff != "" {
		t.Errorf("replies (-want +got):\n%s", diff)
	}
	for _, turn := range w.turns(2) {
		if turn.Outcome != bot.Replied {
			t.Errorf("turn of %q is %q, want %q", turn.Event.Text, turn.Outcome, bot.Replied)
		}
	}
}

func (w *world) letters() []bot.DeadLetter {
	w.Helper()
	var list struct{ Letters []bot.DeadLetter }
	w.manage(http.MethodGet, "/dead?limit=100", &list)
	return list.Letters
}

// letter waits for the one dead letter, once it has been redriven a number of times.
func (w *world) letter(redriven int) bot.DeadLetter {
	w.Helper()
	var list []bot.DeadLetter
	w.until(fmt.Sprintf("a dead letter was redriven %d times and buried", redriven), func() bool {
		list = w.letters()
		return len(list) == 1 && list[0].Redriven == redriven
	})
	return list[0]
}

func (w *world) redrive(letter bot.DeadLetter) {
	w.Helper()
	var done struct{ Kind bot.JobKind }
	w.manage(http.MethodPost, "/dead/"+letter.ID+"/redrive", &done)
	if done.Kind != bot.ReplyJob {
		w.Errorf("the letter is redriven as %q, want %q", done.Kind, bot.ReplyJob)
	}
}
