package queue_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
	"hookline/shared/queue"
)

func TestJobs(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.FixedZone("", 3600))
	ch := bot.Channel{ID: "c", Bot: "b", Provider: "telegram"}
	large := bot.Event{ID: "2", Raw: []byte(`"` + strings.Repeat("x", 300<<10) + `"`)}
	jobs := queue.Jobs(ch, []bot.Event{{ID: "1", Text: "hi"}, large}, now)
	if len(jobs) != 2 || jobs[0].ID == jobs[1].ID {
		t.Fatalf("Jobs of two events = %d, want two with an id each", len(jobs))
	}
	utc := time.Date(2026, 3, 1, 11, 0, 0, 0, time.UTC)
	want := []bot.Job{
		{Event: &bot.Event{ID: "1", Text: "hi"}},
		{Event: &bot.Event{ID: "2", Truncated: true}},
	}
	for i := range want {
		want[i].ID, want[i].Kind, want[i].AcceptedAt = jobs[i].ID, bot.EventJob, utc
		want[i].Channel, want[i].Bot = "c", "b"
		want[i].Event.Provider, want[i].Event.Channel, want[i].Event.ReceivedAt = "telegram", "c", utc
	}
	if diff := cmp.Diff(want, jobs); diff != "" {
		t.Errorf("Jobs (-want +got):\n%s", diff)
	}
}

func TestEncode(t *testing.T) {
	const around = len(`{"id":"","kind":"","accepted_at":"0001-01-01T00:00:00Z","channel":"","bot":""}`)
	for _, test := range []struct {
		size int
		kind bot.ErrorKind
	}{{queue.MaxJobBytes, ""}, {queue.MaxJobBytes + 1, bot.TooLarge}} {
		body, err := queue.Encode(bot.Job{ID: strings.Repeat("x", test.size-around)})
		if bot.KindOf(err) != test.kind || err == nil && len(body) != test.size {
			t.Errorf("Encode of %d bytes = %d bytes, %v, want kind %q", test.size, len(body), err, test.kind)
		}
	}
}
