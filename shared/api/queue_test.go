package api_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// counted is a queue that knows how many jobs wait.
type counted struct {
	sent
	count  int
	oldest time.Time
}

func (c *counted) Waiting(context.Context) (int, time.Time, error) { return c.count, c.oldest, nil }

func TestQueue(t *testing.T) {
	w := newWorld(t)
	want := map[string]any{"queues": []any{}}
	if diff := cmp.Diff(want, w.ask("GET", "/v1/queue", "", 200)); diff != "" {
		t.Errorf("GET /v1/queue where the queues do not tell (-want +got)\n%s", diff)
	}
	w.api.Queue, w.api.Notifications = &counted{count: 7, oldest: start}, &counted{}
	want = map[string]any{"queues": []any{
		map[string]any{"name": "conversations", "waiting": 7.0, "oldest": "2026-03-01T12:00:00Z"},
		map[string]any{"name": "notifications", "waiting": 0.0},
	}}
	if diff := cmp.Diff(want, w.ask("GET", "/v1/queue", "", 200)); diff != "" {
		t.Errorf("GET /v1/queue (-want +got)\n%s", diff)
	}
}
