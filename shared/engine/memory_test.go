package engine

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
)

func TestLibraryForgetsTheBotUsedLongestAgo(t *testing.T) {
	var loaded []string
	l := library{limit: 1, load: func(_ context.Context, head bot.Head, _ string) (bot.Definition, error) {
		loaded = append(loaded, head.ID)
		return bot.Definition{Handlers: []bot.Handler{{Name: "h", Pattern: "x"}}}, nil
	}}
	for _, id := range []string{"a", "a", "b", "b", "a"} {
		if _, err := l.get(t.Context(), bot.Head{ID: id}); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff([]string{"a", "b", "a"}, loaded); diff != "" {
		t.Errorf("loaded with room for one bot (-want +got):\n%s", diff)
	}
}

func TestLibraryTriesAgainAfterAnError(t *testing.T) {
	fail := true
	l := library{limit: 1, load: func(context.Context, bot.Head, string) (bot.Definition, error) {
		if fail {
			return bot.Definition{}, bot.Errorf(bot.Unavailable, "down")
		}
		return bot.Definition{}, nil
	}}
	if _, err := l.get(t.Context(), bot.Head{ID: "a"}); bot.KindOf(err) != bot.Unavailable {
		t.Errorf("get while the store is down = %v, want unavailable", err)
	}
	fail = false
	if _, err := l.get(t.Context(), bot.Head{ID: "a"}); err != nil {
		t.Errorf("get once it is back = %v", err)
	}
}

func TestRecordsOfASlowStoreAreBounded(t *testing.T) {
	var log bytes.Buffer
	written := 0
	e := &Engine{log: slog.New(slog.NewTextHandler(&log, nil))}
	e.records.write = func(_ context.Context, turns ...bot.Turn) error {
		written += len(turns)
		return nil
	}
	for i := range maxRecords + 3 {
		e.records.add(bot.Turn{ID: fmt.Sprint(i)})
	}
	e.Flush(t.Context())
	if written != maxRecords || !strings.Contains(log.String(), "turns=3") {
		t.Errorf("written %d, log %q, want %d and the other 3 said to be lost", written, log.String(), maxRecords)
	}
}
