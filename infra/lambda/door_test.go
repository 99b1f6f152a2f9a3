package lambda_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hookline/infra/emulators"
	"hookline/shared/simulate/countertest"
)

// secretHeader carries what tells a call of the network's from a forged one.
const secretHeader = "X-Telegram-Bot-Api-Secret-Token"

// update is what Telegram posts when a user says a number.
func update(id int) string {
	return fmt.Sprintf(`{"update_id":%d,"message":{"message_id":%d,"from":{"id":7,"is_bot":false,"first_name":"Ada"},
"chat":{"id":7,"first_name":"Ada","type":"private"},"date":1770000000,"text":"%d"}}`, id, id, id)
}

// post makes a call of the network's and gives the status and the header of the answer.
func (w *world) post(secret, body string) (int, http.Header) {
	w.Helper()
	r, err := http.NewRequestWithContext(w.Context(), http.MethodPost, w.address(), strings.NewReader(body))
	if err != nil {
		w.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set(secretHeader, secret)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		w.Fatalf("POST = %v", err)
	}
	defer answer.Body.Close()
	_, _ = io.Copy(io.Discard, answer.Body)
	return answer.StatusCode, answer.Header
}

// A cold start reads the secret and the channel once; what follows costs one request to SQS and nothing else.
func TestWarmWebhookMakesOneRequest(t *testing.T) {
	t.Parallel()
	w := newWorld(t, countertest.Bot())
	secret := w.channel.WebhookSecrets[0].Reveal()
	if status, _ := w.post(secret, update(1)); status != http.StatusOK {
		t.Fatalf("the first call is answered %d, want 200", status)
	}
	cold := map[string]int{}
	for _, operation := range w.amazon.operations(0) {
		cold[operation]++
	}
	// GetSecretValue of two stages; GetItem of the channel, and one with "" that only open connections.
	want := map[string]int{"GetSecretValue": 2, "": 1, "GetItem": 2, "SendMessage": 1}
	cold["GetItem"] = min(cold["GetItem"], want["GetItem"]) // one that takes long is tried again: emulators share the machine
	if diff := cmp.Diff(want, cold); diff != "" {
		t.Errorf("requests of a cold start and its call (-want +got):\n%s", diff)
	}
	for id := 2; id <= 4; id++ {
		before := len(w.amazon.Calls())
		status, _ := w.post(secret, update(id))
		got := w.amazon.operations(before)
		if diff := cmp.Diff([]string{"SendMessage"}, got); status != http.StatusOK || diff != "" {
			t.Errorf("call %d is answered %d, want 200, requests (-want +got):\n%s", id, status, diff)
		}
	}
	if got := w.waiting(); got != 4 {
		t.Errorf("%d messages are on the queue, want 4", got)
	}
}

func TestForgedCallsQueueNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, countertest.Bot())
	good := w.channel.WebhookSecrets[0].Reveal()
	for _, secret := range []string{"", "wrong", good[:len(good)-1], good + "0"} {
		if status, _ := w.post(secret, update(1)); status != http.StatusUnauthorized {
			t.Errorf("a call with the secret %q is answered %d, want 401", secret, status)
		}
	}
	if status, _ := w.post(good, "{"); status != http.StatusBadRequest {
		t.Errorf("a call that is no JSON is answered %d, want 400", status)
	}
	w.channel.ID = "other"
	if status, _ := w.post(good, update(1)); status != http.StatusNotFound {
		t.Errorf("a call of an unknown channel is answered %d, want 404", status)
	}
	if got := w.waiting(); got != 0 {
		t.Errorf("%d messages are on the queue, want none", got)
	}
}

// While the queue takes nothing, the network is told to come again; when it does, the message is answered.
func TestQueueIsDown(t *testing.T) {
	t.Parallel()
	w := newWorld(t, countertest.Bot())
	w.consume(1, 10)
	c := w.chats(1)[0]
	var asked []time.Duration
	w.network.Wait = waitNot(&asked)
	// The SDK makes three attempts a call.
	w.amazon.Inject("SendMessage",
		emulators.Cut, emulators.Answer(http.StatusServiceUnavailable, `{}`), emulators.Cut,
		emulators.Refuse("ThrottlingException"), emulators.Cut, emulators.Answer(http.StatusInternalServerError, `{}`))
	c.Say(2)
	countertest.CheckOnce([]*countertest.Chat{c})
	if diff := cmp.Diff([]time.Duration{5 * time.Second, 5 * time.Second}, asked); diff != "" {
		t.Errorf("how long the network was asked to wait (-want +got):\n%s", diff)
	}
	if sent := w.amazon.count("SendMessage"); sent != 8 {
		t.Errorf("SendMessage was asked for %d times, want 6 in vain and 2", sent)
	}
}

func TestQueueIsDownIsSaid(t *testing.T) {
	t.Parallel()
	w := newWorld(t, countertest.Bot())
	w.amazon.Inject("SendMessage", emulators.Cut, emulators.Cut, emulators.Cut)
	if status, _ := w.post(w.channel.WebhookSecrets[0].Reveal(), update(1)); status != http.StatusServiceUnavailable {
		t.Errorf("a call that cannot be queued is answered %d, want 503", status)
	}
	if got := w.waiting(); got != 0 {
		t.Errorf("%d messages are on the queue, want none", got)
	}
}

// A send that was carried out and not told of is sent again, and is one message all the same.
func TestQueueTookWhatItDidNotTell(t *testing.T) {
	t.Parallel()
	w := newWorld(t, countertest.Bot())
	w.consume(1, 10)
	c := w.chats(1)[0]
	w.amazon.Inject("SendMessage", emulators.Lose(emulators.Cut, nil),
		emulators.Lose(emulators.Answer(http.StatusInternalServerError, `{}`), nil))
	c.Say(3)
	countertest.CheckOnce([]*countertest.Chat{c})
	w.turns(3)
}

// The gateway encodes a body in base64 unless its type says text; that changes nothing.
func TestEncodedCall(t *testing.T) {
	t.Parallel()
	w := newWorld(t, countertest.Bot())
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.address(), strings.NewReader(update(1)))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/octet-stream")
	r.Header.Set(secretHeader, w.channel.WebhookSecrets[0].Reveal())
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatalf("POST = %v", err)
	}
	defer answer.Body.Close()
	if got := w.waiting(); answer.StatusCode != http.StatusOK || got != 1 {
		t.Errorf("the call is answered %d with %d messages on the queue, want 200 and 1", answer.StatusCode, got)
	}
}

// A function that cannot start fails its call; the next call starts another.
func TestFailingColdStart(t *testing.T) {
	t.Parallel()
	w := newWorld(t, countertest.Bot())
	secret := w.channel.WebhookSecrets[0].Reveal()
	w.amazon.Inject("GetSecretValue", emulators.Refuse("AccessDeniedException"), emulators.Refuse("AccessDeniedException"))
	if status, _ := w.post(secret, update(1)); status != http.StatusInternalServerError {
		t.Errorf("a call whose function may not read the secret is answered %d, want 500", status)
	}
	if status, _ := w.post(secret, update(1)); status != http.StatusOK {
		t.Errorf("the next call is answered %d, want 200", status)
	}
	if got := w.waiting(); got != 1 {
		t.Errorf("%d messages are on the queue, want 1", got)
	}
}
