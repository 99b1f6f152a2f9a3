package telegram_test

import (
	"encoding/json"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// fetch gives the texts of the updates that getUpdates answers, and the id of the last one.
func (n *network) fetch(body string) (texts []string, last int64) {
	n.t.Helper()
	got := n.call("getUpdates", body)
	var updates []json.RawMessage
	if err := json.Unmarshal(got.Result, &updates); err != nil {
		n.t.Fatalf("getUpdates %s = %s", body, got.text())
	}
	for _, raw := range updates {
		var u struct {
			ID int64 `json:"update_id"`
		}
		if err := json.Unmarshal(raw, &u); err != nil || u.ID <= last {
			n.t.Fatalf("update %s behind %d, %v", raw, last, err)
		}
		last = u.ID
		texts = append(texts, post{body: string(raw)}.text())
	}
	return texts, last
}

func TestGetUpdates(t *testing.T) {
	n := started(t)
	other := ann
	other.ID = "8"
	n.say(private(ann), "1")
	n.say(private(other), "2")
	n.say(private(ann), "3", "4")
	_, last := n.fetch("{}")
	steps := []struct {
		name, body string
		want       []string
	}{
		{"all, as they happened", `{}`, []string{"1", "2", "3", "4"}},
		{"not confirmed: again", `{}`, []string{"1", "2", "3", "4"}},
		{"limited", `{"limit":2}`, []string{"1", "2"}},
		{"limit out of bounds", `{"limit":-3}`, []string{"1"}},
		{"the first confirmed", fmt.Sprintf(`{"offset":%d}`, last-2), []string{"2", "3", "4"}},
		{"an older offset brings none back", `{"offset":1}`, []string{"2", "3", "4"}},
		{"the last two", `{"offset":-2}`, []string{"3", "4"}},
		{"the others are forgotten", `{}`, []string{"3", "4"}},
		{"the last nine", `{"offset":-9}`, []string{"3", "4"}},
		{"all confirmed", fmt.Sprintf(`{"offset":%d}`, last+1), nil},
	}
	for _, tt := range steps {
		t.Run(tt.name, func(t *testing.T) {
			got, _ := n.fetch(tt.body)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("getUpdates %s (-want +got):\n%s", tt.body, diff)
			}
		})
	}
}

// waiting starts a getUpdates and gives its answer once there is one. The poll has begun when waiting returns: a poll
// reads the clock, to drop what is too old, after it has ended the one before it.
func (n *network) waiting() <-chan string {
	n.t.Helper()
	done := make(chan string, 1)
	before := n.clockReads()
	go func() {
		got, err := n.try("getUpdates", `{"timeout":50}`)
		if err != nil {
			got.Description = err.Error()
		}
		done <- got.text()
	}()
	for n.clockReads() == before {
		runtime.Gosched()
	}
	return done
}

func TestLongPoll(t *testing.T) {
	tests := []struct {
		name string
		act  func(n *network)
		want string
	}{
		{"ends when something happens", func(n *network) { n.say(private(ann), "hello") }, `"text":"hello"`},
		{"ends when another begins", func(n *network) { n.call("getUpdates", "{}") },
			"409 Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"},
		{"ends when a webhook is set", func(n *network) { n.call("setWebhook", `{"url":"https://bot.example"}`) },
			"409 Conflict: terminated by setWebhook request"},
		{"ends when the network is closed", func(n *network) { n.Close() }, "[]"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			n := started(t)
			done := n.waiting()
			tt.act(n)
			if got := <-done; !strings.Contains(got, tt.want) {
				t.Errorf("getUpdates = %s, want %s", got, tt.want)
			}
		})
	}
}

func TestPollBesideWebhook(t *testing.T) {
	n := started(t)
	n.call("setWebhook", `{"url":"https://bot.example"}`)
	want := "409 Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
	if got := n.call("getUpdates", "{}").text(); got != want {
		t.Errorf("getUpdates = %s, want %s", got, want)
	}
}
