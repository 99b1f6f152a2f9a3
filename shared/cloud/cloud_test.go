package cloud_test

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
	"hookline/shared/cloud"
	"hookline/shared/queue"
	"hookline/shared/secret"
	"hookline/shared/store"
)

// account plays the AWS services at one address.
type account struct {
	*httptest.Server
	secrets map[string]string // by stage
	down    string            // operation that is refused

	mu    sync.Mutex
	calls map[string][]string // request bodies by operation
}

func newAccount(t *testing.T, secrets map[string]string) *account {
	a := &account{secrets: secrets, calls: map[string][]string{}}
	a.Server = httptest.NewServer(a)
	t.Cleanup(a.Close)
	return a
}

func (a *account) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	a.mu.Lock()
	defer a.mu.Unlock()
	a.calls[operation] = append(a.calls[operation], string(body))
	if operation == a.down {
		refuse(w, "AccessDeniedException")
		return
	}
	if operation == "GetSecretValue" {
		var request struct{ SecretId, VersionStage string }
		if err := json.Unmarshal(body, &request); err != nil {
			refuse(w, "InvalidRequestException")
			return
		}
		value, ok := a.secrets[request.VersionStage]
		if !ok || request.SecretId != "master" {
			refuse(w, "ResourceNotFoundException")
			return
		}
		fmt.Fprintf(w, `{"SecretString":%q}`, value)
		return
	}
	io.WriteString(w, "{}")
}

func refuse(w http.ResponseWriter, exception string) {
	w.WriteHeader(http.StatusBadRequest)
	fmt.Fprintf(w, `{"__type":"%s"}`, exception)
}

func (a *account) environment() map[string]string {
	return map[string]string{
		"HOOKLINE_TABLE": "the-table", "HOOKLINE_QUEUE_URL": a.URL + "/1/the-queue.fifo",
		"HOOKLINE_NOTIFICATIONS_URL": a.URL + "/1/the-notices.fifo", "HOOKLINE_SECRET": "master",
		"HOOKLINE_PUBLIC_URL": "https://bots.example",
		"AWS_ENDPOINT_URL":    a.URL, "AWS_REGION": "eu-central-1",
		"AWS_ACCESS_KEY_ID": "the-id", "AWS_SECRET_ACCESS_KEY": "the-key", "AWS_SESSION_TOKEN": "the-session",
	}
}

func open(t *testing.T, environment map[string]string) (*cloud.Cloud, error) {
	t.Helper()
	return cloud.Open(t.Context(), func(name string) string { return environment[name] })
}

func random(letter string) string { return strings.Repeat(letter, 43) }

func TestOpen(t *testing.T) {
	a := newAccount(t, map[string]string{"AWSCURRENT": random("a")})
	c, err := open(t, a.environment())
	if err != nil {
		t.Fatalf("Open() = %v", err)
	}
	if got := slices.Sorted(maps.Keys(a.calls)); !slices.Equal(got, []string{"", "GetItem", "GetSecretValue"}) {
		t.Errorf("Open() called %q, want the root of SQS, GetItem and GetSecretValue", got)
	}
	if c.PublicURL != "https://bots.example" {
		t.Errorf("PublicURL = %q", c.PublicURL)
	}
	if _, err := c.Table.Get(t.Context(), store.Key{PK: "p", SK: "s"}); bot.KindOf(err) != bot.NotFound {
		t.Errorf("Get() = %v, want not_found", err)
	}
	a.down = "SendMessage" // the SDK wants a checksum in a good answer
	j := bot.Job{ID: "1", Channel: "c", Event: &bot.Event{ID: "1"}}
	if err := c.Queue.Send(t.Context(), j); bot.KindOf(err) != bot.Unavailable {
		t.Errorf("Send() = %v, want unavailable", err)
	}
	if sent := a.calls["SendMessage"]; !strings.Contains(sent[len(sent)-1], `/1/the-queue.fifo"`) {
		t.Errorf("Queue.Send() called SendMessage with %q, want the queue of conversations", sent)
	}
	if err := c.Notifications.Send(t.Context(), j); bot.KindOf(err) != bot.Unavailable {
		t.Errorf("Notifications.Send() = %v, want unavailable", err)
	}
	record := events.SQSMessage{MessageId: "m", ReceiptHandle: "the-receipt", Body: `{"id":"1"}`}
	consumer := c.Consumer(func(context.Context, bot.Job) queue.Result { return queue.HandBack(0) })
	if _, err := consumer.Handle(t.Context(), events.SQSEvent{Records: []events.SQSMessage{record}}); err != nil {
		t.Errorf("Handle() = %v", err)
	}
	for operation, want := range map[string]string{
		"GetItem": `"TableName":"the-table"`, "SendMessage": `/1/the-notices.fifo"`,
		"ChangeMessageVisibilityBatch": `/1/the-queue.fifo"`,
	} {
		bodies := a.calls[operation]
		if len(bodies) == 0 || !strings.Contains(bodies[len(bodies)-1], want) {
			t.Errorf("%s was called with %q, want %s", operation, bodies, want)
		}
	}
}

func TestOpenMissing(t *testing.T) {
	a := newAccount(t, map[string]string{"AWSCURRENT": random("a")})
	for _, test := range []struct {
		name string
		want bot.ErrorKind
	}{
		{"HOOKLINE_TABLE", bot.Invalid},
		{"HOOKLINE_QUEUE_URL", bot.Invalid},
		{"HOOKLINE_NOTIFICATIONS_URL", bot.Invalid},
		{"HOOKLINE_SECRET", bot.Invalid},
		{"HOOKLINE_PUBLIC_URL", ""},
		{"AWS_REGION", bot.Invalid},
		{"AWS_ACCESS_KEY_ID", bot.Invalid},
		{"AWS_SECRET_ACCESS_KEY", bot.Invalid},
		{"AWS_SESSION_TOKEN", ""}, // a user's key has none
	} {
		t.Run(test.name, func(t *testing.T) {
			environment := a.environment()
			delete(environment, test.name)
			_, err := open(t, environment)
			want := "the environment variable " + test.name + " is missing"
			if bot.KindOf(err) != test.want || err != nil && err.Error() != want {
				t.Errorf("Open() without %s = %v, want kind %q and %q", test.name, err, test.want, want)
			}
		})
	}
}

// A warm table or queue is no condition for opening; the secret is.
func TestOpenSecret(t *testing.T) {
	const stay = "tell-nobody"
	for _, test := range []struct {
		name    string
		secrets map[string]string
		down    string
		want    bot.ErrorKind
	}{
		{"current", map[string]string{"AWSCURRENT": random("a")}, "", ""},
		{"both", map[string]string{"AWSCURRENT": random("a"), "AWSPREVIOUS": random("b")}, "", ""},
		{"none", nil, "", bot.Invalid},
		{"short", map[string]string{"AWSCURRENT": stay}, "", bot.Invalid},
		{"previous short", map[string]string{"AWSCURRENT": random("a"), "AWSPREVIOUS": stay}, "", bot.Invalid},
		{"not readable", map[string]string{"AWSCURRENT": random("a")}, "GetSecretValue", bot.Unavailable},
		{"table down", map[string]string{"AWSCURRENT": random("a")}, "GetItem", ""},
		{"queue down", map[string]string{"AWSCURRENT": random("a")}, "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			a := newAccount(t, test.secrets)
			a.down = test.down
			environment := a.environment()
			if test.name == "queue down" {
				environment["HOOKLINE_QUEUE_URL"] = "http://127.0.0.1:1/1/q.fifo"
			}
			_, err := open(t, environment)
			if bot.KindOf(err) != test.want {
				t.Errorf("Open() = %v, want kind %q", err, test.want)
			}
			if err != nil && strings.Contains(err.Error(), stay) {
				t.Errorf("Open() = %v, which shows the secret", err)
			}
		})
	}
}

// What was derived from a secret still verifies once it is the previous one, and the keys are those of RFC 5869.
func TestOpenKeys(t *testing.T) {
	keys := func(secrets map[string]string) *secret.Keys {
		t.Helper()
		c, err := open(t, newAccount(t, secrets).environment())
		if err != nil {
			t.Fatalf("Open() = %v", err)
		}
		return c.Keys
	}
	old := keys(map[string]string{"AWSCURRENT": random("a")}).WebhookSecrets("channel", 1)
	both := keys(map[string]string{"AWSCURRENT": random("b"), "AWSPREVIOUS": random("a")}).WebhookSecrets("channel", 1)
	if len(old) != 1 || len(both) != 2 || old[0] != both[1] || old[0] == both[0] {
		t.Errorf("webhook secrets of the current and the previous key are mixed up: %d, %d", len(old), len(both))
	}
	master, err := hex.DecodeString("01e264153604bd202f535273c39a708cfe2d2db40375e1a3ae2bb55c0cc6ebdb")
	if err != nil {
		t.Fatal(err)
	}
	want, err := secret.New(master)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want.WebhookSecrets("channel", 1)[0].Reveal(), old[0].Reveal()); diff != "" {
		t.Errorf("webhook secret of the master key (-want +got):\n%s", diff)
	}
}

func TestOpenLimits(t *testing.T) {
	a := newAccount(t, map[string]string{"AWSCURRENT": random("a")})
	for _, test := range []struct {
		name, requests, sends   string
		wantRequests, wantSends int
		want                    string
	}{
		{"none", "", "", 0, 0, ""},
		{"both", "600", "5", 600, 5, ""},
		{"no number", "many", "", 0, 0, `the environment variable HOOKLINE_REQUESTS is "many", not a whole number`},
		{"below none", "", "-1", 0, 0, `the environment variable HOOKLINE_SENDS is "-1", not a whole number`},
	} {
		t.Run(test.name, func(t *testing.T) {
			environment := a.environment()
			environment["HOOKLINE_REQUESTS"], environment["HOOKLINE_SENDS"] = test.requests, test.sends
			c, err := open(t, environment)
			if test.want != "" {
				if bot.KindOf(err) != bot.Invalid || err.Error() != test.want {
					t.Errorf("Open() = %v, want kind invalid and %q", err, test.want)
				}
				return
			}
			if err != nil || c.Requests != test.wantRequests || c.Sends != test.wantSends {
				t.Errorf("Open() = %+v, %v, want %d requests and %d sends", c, err, test.wantRequests, test.wantSends)
			}
		})
	}
}
