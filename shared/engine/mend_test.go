package engine_test

import (
	"strings"
	"testing"

	"hookline/shared/bot"
	"hookline/shared/store"
)

// badFormat refuses what is marked up wrongly, as a network does that does not send it as plain text.
func badFormat(p bot.Part) error {
	if strings.Contains(p.Text, "<b>") {
		return &bot.Error{Kind: bot.Invalid, Reason: bot.ReasonBadFormat, Message: "can't parse entities"}
	}
	return nil
}

// mend has the only dead letter say other things in its part of that index.
func (w *world) mend(index int, text string) (bot.DeadLetter, error) {
	w.t.Helper()
	letters := w.letters()
	if len(letters) != 1 || len(letters[0].Unsent) != 1 {
		w.t.Fatalf("letters = %+v, want one with an unsent reply", letters)
	}
	letters[0].Unsent[0].Parts[index].Text = text
	return letters[0], w.store.MendDeadLetter(w.t.Context(), letters[0])
}

func (w *world) redriven(letter string) bot.Job {
	w.t.Helper()
	job, err := w.store.Redrive(w.t.Context(), w.head.ID, letter)
	if err != nil {
		w.t.Fatal(err)
	}
	return job
}

func TestMendedReplyArrivesOnce(t *testing.T) {
	w := newWorld(t, says("hello", "", "one|<b>two|three", "greeted"))
	w.network.answer = badFormat
	w.handle(w.said("hi"))
	letter, err := w.mend(1, "two")
	if err != nil || letter.Reason != bot.ReasonBadFormat || letter.Unsent[0].Sent != 1 {
		t.Fatalf("MendDeadLetter() = %v of the letter %+v", err, letter)
	}
	before := w.conversation()
	job := w.redriven(letter.ID)
	for range 2 { // the queue may give a job twice
		if result := w.handle(job); result.HandBack {
			t.Errorf("Handle() of the redriven job = %+v", result)
		}
	}
	if got, want := w.network.said(), "1: one\n1: two\n1: three"; got != want {
		t.Errorf("sent %q, want %q", got, want)
	}
	if after := w.conversation(); after.State != "greeted" || after.Version != before.Version || len(w.letters()) != 0 {
		t.Errorf("state %q, version %d after %d, %d letters, want greeted as it was committed and no letter",
			after.State, after.Version, before.Version, len(w.letters()))
	}
}

// A delivery keeps by itself what it has to send: it gets what was mended.
func TestMendedDeliveryArrivesOnce(t *testing.T) {
	w := newHookWorld(t, "<b>{{ data.news }}", chats(1)...)
	w.network.answer = badFormat
	w.post(`{"news":"rain"}`)
	w.handle(w.next(bot.PageJob))
	w.handle(w.next(bot.DeliveryJob))
	letter, err := w.mend(0, "sun")
	if err != nil {
		t.Fatalf("MendDeadLetter() = %v", err)
	}
	job := w.redriven(letter.ID)
	for range 2 {
		w.handle(job)
	}
	if got := w.network.said(); !strings.HasSuffix(got, ": sun") || strings.Count(got, "\n") != 0 || len(w.letters()) != 0 {
		t.Errorf("sent %q, %d letters, want sun once and no letter", got, len(w.letters()))
	}
	letter.Version = 0
	if err := w.store.MendDeadLetter(t.Context(), letter); bot.KindOf(err) != bot.Conflict {
		t.Errorf("MendDeadLetter() of a delivery that was sent = %v, want kind conflict", err)
	}
}

// While the job of a letter is on its way, the letter says so, and whoever read it before cannot write it.
func TestLetterSaysThatItsJobIsOnTheWay(t *testing.T) {
	w := newWorld(t, says("hello", "", "<b>", ""))
	w.network.answer = badFormat
	w.handle(w.said("hi"))
	stale := w.letters()[0]
	first, second := w.redriven(stale.ID), w.redriven(stale.ID)
	if at := w.letters()[0].RedrivenAt; !at.Equal(w.at) {
		t.Errorf("redriven_at = %s, want %s", at, w.at)
	}
	if err := w.store.MendDeadLetter(t.Context(), stale); bot.KindOf(err) != bot.Conflict {
		t.Errorf("MendDeadLetter() of a letter redriven meanwhile = %v, want kind conflict", err)
	}
	w.handle(first)
	if letter := w.letters()[0]; letter.RedrivenAt.IsZero() || letter.Redriven != 2 {
		t.Errorf("letter = %+v while the second job is on its way, want it said", letter)
	}
	w.handle(second)
	if letter := w.letters()[0]; !letter.RedrivenAt.IsZero() || letter.Redriven != 2 {
		t.Errorf("letter = %+v once it is buried again, want no job on its way", letter)
	}
}

// Neither of both is written where one of them has changed.
func TestMendedDeliveryIsWrittenWhole(t *testing.T) {
	w := newHookWorld(t, "<b>", chats(1)...)
	w.network.answer = badFormat
	w.post(`{}`)
	w.handle(w.next(bot.PageJob))
	w.handle(w.next(bot.DeliveryJob))
	stale := w.letters()[0]
	job := w.redriven(stale.ID)
	stale.Unsent[0].Parts[0].Text = "mended"
	if err := w.store.MendDeadLetter(t.Context(), stale); bot.KindOf(err) != bot.Conflict {
		t.Errorf("MendDeadLetter() of a delivery redriven meanwhile = %v, want kind conflict", err)
	}
	scene, err := w.store.DeliveryScene(t.Context(), job)
	if err != nil || scene.Delivery.Replies[0].Parts[0].Text != "<b>" {
		t.Errorf("the delivery holds %+v, %v, want what it had", scene.Delivery, err)
	}
}

// A delivery that was erased while its letter was mended does not come back.
func TestMendedDeliveryWasErasedMeanwhile(t *testing.T) {
	w := newHookWorld(t, "<b>", chats(1)...)
	w.network.answer = badFormat
	w.post(`{}`)
	w.handle(w.next(bot.PageJob))
	job := w.next(bot.DeliveryJob)
	w.handle(job)
	key := store.Key{PK: "CALL#" + job.Call.Call, SK: "DELIVERY#" + job.Group()}
	if _, err := w.table.Get(t.Context(), key); err != nil {
		t.Fatal(err)
	}
	w.table.beforeTransact = func([]store.Op) error { return w.table.Delete(t.Context(), key, store.Always) }
	if _, err := w.mend(0, "sun"); bot.KindOf(err) != bot.Conflict {
		t.Errorf("MendDeadLetter() = %v, want kind conflict", err)
	}
	if _, err := w.table.Get(t.Context(), key); bot.KindOf(err) != bot.NotFound {
		t.Errorf("Get() of the delivery = %v, want it erased", err)
	}
}
