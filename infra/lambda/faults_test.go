package lambda_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"hookline/infra/emulators"
	"hookline/shared/bot"
	"hookline/shared/simulate"
	"hookline/shared/simulate/countertest"
)

// waitNot passes no time between tries, and notes how long the network was asked to wait.
func waitNot(asked *[]time.Duration) func(context.Context, time.Duration) {
	var mu sync.Mutex
	return func(_ context.Context, d time.Duration) {
		mu.Lock()
		defer mu.Unlock()
		*asked = append(*asked, d)
	}
}

// A table that is throttled, fails after it has written, or is out of reach delays messages, and neither loses, doubles
// nor reorders any.
func TestTableFails(t *testing.T) {
	t.Parallel()
	throttled := emulators.Refuse("ProvisionedThroughputExceededException")
	failed := emulators.Answer(http.StatusInternalServerError, `{"__type":"com.amazonaws#InternalServerError"}`)
	tests := []struct {
		name      string
		operation string
		faults    []emulators.Fault
		users     int
	}{
		{"reads are throttled for longer than the client tries", "BatchGetItem", slices.Repeat([]emulators.Fault{throttled}, 4), 1},
		{"writes are throttled for longer than the client tries", "PutItem", slices.Repeat([]emulators.Fault{throttled}, 4), 1},
		{"writes fail and were carried out", "PutItem", slices.Repeat([]emulators.Fault{emulators.Lose(failed, nil), nothing}, 6), 6},
		{"writes were carried out and the connection broke", "PutItem",
			slices.Repeat([]emulators.Fault{emulators.Lose(emulators.Cut, nil), nothing, nothing}, 6), 6},
		{"writes conflict with a transaction", "PutItem", slices.Repeat([]emulators.Fault{emulators.Refuse("TransactionConflictException"), nothing}, 6), 6},
		{"records of turns fail", "BatchWriteItem", slices.Repeat([]emulators.Fault{failed}, 3), 6},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, countertest.Bot())
			w.amazon.Inject(tt.operation, tt.faults...)
			w.consume(2, 10)
			chats := w.chats(tt.users)
			for _, c := range chats {
				c.Say(3)
			}
			countertest.CheckOnce(chats)
			w.until("all faults were met", func() bool { return w.amazon.count(tt.operation) >= len(tt.faults) })
			// The client makes three attempts: a chat alone must have met them all.
			back := slices.ContainsFunc(w.processed(), func(b batch) bool { return len(b.failed()) > 0 })
			if tt.users == 1 && !back {
				t.Error("no message was handed back")
			}
		})
	}
}

// nothing is a fault that is none.
func nothing(pass func() (*http.Response, error)) (*http.Response, error) { return pass() }

// mayComeTwice is what the notes of a turn say of a send whose outcome nobody knows.
const mayComeTwice = "it may come twice"

// A network that limits us, fails, and breaks connections loses nothing, keeps each chat's order, and gets nothing twice
// but what may not have arrived, which the turn says.
func TestFaultyNetwork(t *testing.T) {
	t.Parallel()
	w := newWorld(t, countertest.Bot())
	err := w.network.SetFaults(simulate.Faults{
		Rates: map[simulate.Fault]float64{
			simulate.TooManyRequests: 0.05, simulate.ServerError: 0.04, simulate.BadGateway: 0.03,
			simulate.ResetBefore: 0.04, simulate.ResetAfter: 0.04,
		},
		RetryAfter: 1, Methods: []string{"sendMessage"}, Seed: 2,
	})
	if err != nil {
		t.Fatal(err)
	}
	const users, messages = 30, 4
	w.consume(2, 10)
	chats := w.chats(users)
	for _, c := range chats {
		c.Say(messages)
	}
	for _, c := range chats {
		c.Wait()
	}
	noted := map[countertest.Message]bool{}
	w.until("every turn is on record as replied", func() bool {
		for _, turn := range w.turns(users * messages) {
			if turn.Outcome != bot.Replied {
				return false
			}
			noted[countertest.Message{Chat: turn.Event.Chat.ID, Text: turn.Event.Text}] = strings.Contains(strings.Join(turn.Notes, "\n"), mayComeTwice)
		}
		return true
	})
	again, met := 0, w.network.FaultCounts()
	for _, fault := range []simulate.Fault{
		simulate.TooManyRequests, simulate.ServerError, simulate.BadGateway, simulate.ResetBefore, simulate.ResetAfter,
	} {
		if met[fault] == 0 {
			t.Errorf("no call met the fault %q", fault)
		}
	}
	for _, c := range chats {
		for _, r := range c.Check() {
			again++
			if r.Before.Answered || !noted[c.Message(r.Number)] {
				t.Errorf("chat %s: %q was sent again; the first was answered: %v; the turn notes it: %v",
					c.Talk.User.ID, r.Again.Shown.Text, r.Before.Answered, noted[c.Message(r.Number)])
			}
		}
	}
	t.Logf("%d messages, faults %v, %d replies sent again", users*messages, met, again)
	if again == 0 {
		t.Error("no reply was sent again, although the network broke off after carrying some out")
	}
}
