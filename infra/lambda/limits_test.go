package lambda_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"hookline/shared/bot"
)

// The parameters of the stack hold handlers to a rate. What is over it waits in the queue, and its turn says why.
func TestRequestsOfTheStackAreHeld(t *testing.T) {
	t.Parallel()
	shop := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	t.Cleanup(shop.Close)
	w := newWorld(t, `bot: asking
channels: {telegram: {token: "${TELEGRAM_TOKEN}"}}
handlers: [{name: ask, request: {url: "`+shop.URL+`"}, response: {text: "asked"}}]
`)
	w.env = append(w.env, "HOOKLINE_REQUESTS=1", "HOOKLINE_ALLOW_HOSTS="+strings.TrimPrefix(shop.URL, "http://"))
	w.openQueue(90 * time.Second)
	w.connect()
	w.consume(1, 10)
	c := w.chats(1)[0]
	c.Say(2)
	var outcomes []bot.Outcome
	for _, turn := range w.turns(2) { // newest first
		outcomes = append(outcomes, turn.Outcome)
		if turn.Outcome == bot.HandedBack && !strings.Contains(turn.Error, "limit of 1 requests a minute") {
			t.Errorf("the turn that was handed back says %q, want the limit named", turn.Error)
		}
	}
	if len(outcomes) != 2 || outcomes[0] != bot.HandedBack || outcomes[1] != bot.Replied {
		t.Errorf("outcomes of two turns, newest first = %q, want one handed back and one replied", outcomes)
	}
	if texts := c.Texts(); len(texts) != 1 {
		t.Errorf("the bot says %q, want one reply within the minute", texts)
	}
}
