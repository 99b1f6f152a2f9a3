package main

import (
	"encoding/json"
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hookline/shared/bot"
	"hookline/shared/simulate/countertest"
	"hookline/shared/sqlitefile"
)

// crash is what was so when the server was killed.
type crash struct {
	// did is how much the bot had done in each chat.
	did map[*countertest.Chat]int64
	// waiting are the messages whose jobs were not acknowledged.
	waiting map[countertest.Message]bool
}

// kill ends the server without warning, and looks at what it left.
func (w *world) kill(chats []*countertest.Chat) crash {
	w.Helper()
	w.end(os.Kill)
	c := crash{did: map[*countertest.Chat]int64{}, waiting: map[countertest.Message]bool{}}
	for _, chat := range chats {
		if sent := chat.Sent(); len(sent) > 0 {
			c.did[chat] = sent[len(sent)-1].N
		}
	}
	for _, job := range w.jobs() {
		c.waiting[countertest.Message{Chat: job.Event.Chat.ID, Text: job.Event.Text}] = true
	}
	return c
}

// jobs reads the queue of a server that was killed from a copy of its files: opening them mends them, which is what the
// next server must be able to do.
func (w *world) jobs() (jobs []bot.Job) {
	w.Helper()
	folder := w.TempDir()
	for _, name := range []string{"hookline.db", "hookline.db-wal"} {
		content, err := os.ReadFile(w.data(name))
		if err == nil {
			err = os.WriteFile(filepath.Join(folder, name), content, 0o600)
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			w.Fatal(err)
		}
	}
	file, err := sqlitefile.Open(filepath.Join(folder, "hookline.db"))
	if err != nil {
		w.Fatal(err)
	}
	defer file.Close()
	err = file.Read(w.Context(), func(c *sqlitefile.Conn) error {
		rows, err := c.Query("SELECT body FROM messages")
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var body []byte
			var job bot.Job
			if err := errors.Join(rows.Scan(&body), json.Unmarshal(body, &job)); err != nil {
				return err
			}
			jobs = append(jobs, job)
		}
		return rows.Err()
	})
	if err != nil {
		w.Fatal(err)
	}
	return jobs
}

// inFlight counts the replies that were sent and not acknowledged: only these may come again.
func (c crash) inFlight() (n int) {
	for chat, did := range c.did {
		sent := map[string]bool{}
		for _, s := range chat.Sent() {
			number, _, _ := strings.Cut(s.Shown.Text, " ")
			sent[number] = sent[number] || s.N <= did
		}
		for m := range c.waiting {
			if m.Chat == chat.ID() && sent[m.Text] {
				n++
			}
		}
	}
	return n
}

// excuses tells whether it is because of this crash that a reply came again: it had been sent, its job was not
// acknowledged, and the server after the crash sent it once.
func (c crash) excuses(chat *countertest.Chat, r countertest.Repeat) bool {
	return r.Before.N <= c.did[chat] && c.did[chat] < r.Again.N &&
		c.waiting[chat.Message(r.Number)]
}

// However often the server is killed, what it accepted is answered, in order, moves its conversation once, and only
// replies that were in flight at a kill are sent again.
func TestKill(t *testing.T) {
	t.Parallel()
	kills := 20
	if testing.Short() {
		kills = 4
	}
	w := newWorld(t, countertest.Bot())
	chats := w.chats(24)
	stop := countertest.TalkAll(t.Context(), chats, 4)
	var crashes []crash
	for range kills {
		time.Sleep(50*time.Millisecond + rand.N(300*time.Millisecond))
		crashes = append(crashes, w.kill(chats))
		w.start()
	}
	stop()

	said, inFlight, again := 0, 0, 0
	for _, chat := range chats {
		chat.Wait()
		said += chat.Said
		for _, r := range chat.Check() {
			again++
			excused := false
			for _, c := range crashes {
				excused = excused || c.excuses(chat, r)
			}
			if !excused {
				t.Errorf("chat %s: reply %q came as number %d and again as number %d, but was not in flight at a kill between",
					chat.Talk.User.ID, r.Again.Shown.Text, r.Before.N, r.Again.N)
			}
		}
	}
	for _, c := range crashes {
		inFlight += c.inFlight()
	}
	t.Logf("%d messages, %d kills, %d replies in flight at one, %d sent again", said, kills, inFlight, again)
	if again > inFlight {
		t.Errorf("%d replies were sent again, want at most the %d that were in flight at a kill", again, inFlight)
	}
	if inFlight < kills {
		t.Errorf("%d replies were in flight at a kill: the load was too small to tell anything", inFlight)
	}
}
