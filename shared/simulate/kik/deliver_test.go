package kik_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/simulate"
)

func bodies(messages []map[string]any) (said []string) {
	for _, m := range messages {
		said = append(said, fmt.Sprint(m["from"], ":", m["body"]))
	}
	return said
}

// TestDeliveryMixesUsers: what is said while a call is on its way goes in the next one, 25 messages at most; a call that is
// refused comes again as it was.
func TestDeliveryMixesUsers(t *testing.T) {
	w := connected(t, "{}")
	retrying, retry := make(chan bool), make(chan bool)
	w.net.Wait = func(ctx context.Context, _ time.Duration) {
		select {
		case retrying <- true:
			<-retry
		case <-ctx.Done():
		}
	}
	w.refuse <- true
	var want []string
	for i := range 30 {
		user := simulate.ID(fmt.Sprint("user", i%3))
		if i == 1 {
			<-retrying // the first is on its way alone
		}
		if _, err := w.net.Say(talk(user, user), fmt.Sprint(i)); err != nil {
			t.Fatal(err)
		}
		want = append(want, fmt.Sprint(user, ":", i))
	}
	first := w.next()
	retry <- true
	again := w.next()
	if diff := cmp.Diff(first, again); diff != "" || len(first) != 1 {
		t.Errorf("the refused call comes again as (-first +again):\n%s", diff)
	}
	second, third := w.next(), w.next()
	if len(second) != 25 {
		t.Errorf("the second call has %d messages, want 25", len(second))
	}
	got := append(append(bodies(again), bodies(second)...), bodies(third)...)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the calls hold (-want +got):\n%s", diff)
	}
}

func TestDeliveryIsGivenUp(t *testing.T) {
	w := connected(t, "{}")
	for range 50 {
		w.refuse <- true
	}
	for _, text := range []string{"lost", "next"} {
		if _, err := w.net.Say(talk("ada", "ada"), text); err != nil {
			t.Fatal(err)
		}
		if text == "lost" {
			for range 50 {
				w.next()
			}
		}
	}
	if got := bodies(w.next()); len(got) != 1 || got[0] != "ada:next" {
		t.Errorf("after 50 refusals comes %q, want what was said next", got)
	}
}

// TestNowhereToDeliver: what is said without a webhook is lost.
func TestNowhereToDeliver(t *testing.T) {
	for _, webhook := range []string{"", "https://example.com"} {
		w := newWorld(t)
		if webhook != "" {
			w.call("POST", "/v1/config", `{"webhook":"`+webhook+`","features":{}}`, "200")
		}
		if _, err := w.net.Say(talk("ada", "ada"), "lost"); err != nil {
			t.Fatal(err)
		}
		w.call("POST", "/v1/config", `{"webhook":"`+w.hook.URL+`","features":{}}`, "200")
		if _, err := w.net.Say(talk("ada", "ada"), "taken"); err != nil {
			t.Fatal(err)
		}
		if got := bodies(w.next()); len(got) != 1 || got[0] != "ada:taken" {
			t.Errorf("with webhook %q before, %q is posted, want what was said afterwards", webhook, got)
		}
	}
}

func TestDeliveryReceipts(t *testing.T) {
	w := connected(t, `{"receiveDeliveryReceipts":true}`)
	w.open(talk(chat, "ada"))
	w.call("POST", "/v1/message", messages(`"type":"is-typing","isTyping":true`, `"type":"text","body":"a"`), "200")
	sent := w.shown(talk(chat, ""))
	got := w.next()
	if len(got) != 1 || len(sent) != 2 {
		t.Fatalf("the bot is told %v of %+v, want one receipt for the text", got, sent)
	}
	_, typed := got[0]["chatType"]
	if ids := fmt.Sprint(got[0]["messageIds"]); got[0]["type"] != "delivery-receipt" || ids != "["+string(sent[1].Message)+"]" || typed {
		t.Errorf("the receipt is %v, want it for %s and without chatType", got[0], sent[1].Message)
	}
}
