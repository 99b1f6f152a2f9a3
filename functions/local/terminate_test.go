package main

import (
	"math/rand/v2"
	"testing"
	"time"

	"hookline/shared/simulate"
	"hookline/shared/simulate/countertest"
)

// A server that is asked to stop finishes what runs: nothing is lost and nothing comes twice.
func TestStopFinishesWhatRuns(t *testing.T) {
	t.Parallel()
	const stops = 4
	w := newWorld(t, countertest.Bot())
	chats := w.chats(24)
	stop := countertest.TalkAll(t.Context(), chats, 4)
	for range stops {
		time.Sleep(50*time.Millisecond + rand.N(300*time.Millisecond))
		w.terminate()
		w.start()
	}
	stop()
	said := 0
	for _, c := range chats {
		c.Wait()
		said += c.Said
		for _, r := range c.Check() {
			t.Errorf("chat %s: %q came again", c.Talk.User.ID, r.Again.Shown.Text)
		}
	}
	t.Logf("%d messages, %d stops", said, stops)
	if said < stops*len(chats) {
		t.Errorf("%d messages: the load was too small to tell anything", said)
	}
}

// A send that hangs does not keep the server from stopping, and is made again by the next one.
func TestStopWhileSendHangs(t *testing.T) {
	t.Parallel()
	const messages = 3
	w := newWorld(t, countertest.Bot())
	chats := w.chats(3)
	hang := simulate.Faults{
		Rates: map[simulate.Fault]float64{simulate.HangAfter: 1}, Methods: []string{"sendMessage"}, HangSeconds: 60,
	}
	if err := w.network.Ground().SetFaults(hang); err != nil {
		t.Fatal(err)
	}
	for _, c := range chats {
		c.Say(messages)
	}
	w.until("a send hangs in each chat", func() bool { return w.network.Ground().FaultCounts()[simulate.HangAfter] == len(chats) })
	w.terminate()
	if err := w.network.Ground().SetFaults(simulate.Faults{}); err != nil {
		t.Fatal(err)
	}
	w.start()
	for _, c := range chats {
		c.Wait()
	}
	if again := w.checkRepeats(chats, w.noted(messages*len(chats))); again != len(chats) {
		t.Errorf("%d replies were sent again, want the %d that hung", again, len(chats))
	}
}
