package store_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
	"hookline/shared/store"
)

func turn(c *clock, id, chat string) bot.Turn {
	return bot.Turn{ID: id, Time: c.Now(), Bot: "b", Event: bot.Event{ID: id, Chat: &bot.Chat{ID: chat}}, Outcome: bot.Replied}
}

func ids(turns []bot.Turn) string {
	var all []string
	for _, t := range turns {
		all = append(all, t.ID)
	}
	return strings.Join(all, " ")
}

// turnsOf gives the first turns of a query, all where limit is 0.
func turnsOf(t *testing.T, s *store.Store, q store.TurnQuery, limit int) []bot.Turn {
	t.Helper()
	var turns []bot.Turn
	for turn, err := range s.Turns(t.Context(), q) {
		if err != nil {
			t.Fatalf("Turns(%+v) = %v behind %d turns", q, err, len(turns))
		}
		if turns = append(turns, turn); len(turns) == limit {
			break
		}
	}
	return turns
}

func TestF54Turns(t *testing.T) {
	c := newClock()
	s, _ := open(t, c)
	times := map[string]time.Time{}
	for day := range 3 {
		for n, chat := range []string{"1", "2"} {
			id := fmt.Sprintf("%d%d", day, n)
			times[id] = c.Now()
			if err := s.PutTurns(t.Context(), turn(c, id, chat)); err != nil {
				t.Fatal(err)
			}
			c.Advance(time.Minute)
		}
		c.Advance(24 * time.Hour)
	}
	id := func(job string) string { return store.TurnID(bot.Turn{ID: job, Time: times[job]}) }
	for _, test := range []struct {
		name  string
		q     store.TurnQuery
		limit int
		want  string
	}{
		{"all, newest first", store.TurnQuery{Bot: "b"}, 0, "21 20 11 10 01 00"},
		{"some", store.TurnQuery{Bot: "b"}, 3, "21 20 11"},
		{"one chat", store.TurnQuery{Bot: "b", Chat: "1"}, 0, "20 10 00"},
		{"some of one chat", store.TurnQuery{Bot: "b", Chat: "2"}, 2, "21 11"},
		{"since, excluded", store.TurnQuery{Bot: "b", Since: times["10"]}, 0, "21 20 11"},
		{"until, excluded", store.TurnQuery{Bot: "b", Until: times["11"]}, 0, "10 01 00"},
		{"behind a turn", store.TurnQuery{Bot: "b", After: id("11")}, 0, "10 01 00"},
		{"behind a turn, before until", store.TurnQuery{Bot: "b", Until: times["20"], After: id("10")}, 0, "01 00"},
		{"until, before the turn behind which", store.TurnQuery{Bot: "b", Until: times["10"], After: id("20")}, 0, "01 00"},
		{"between", store.TurnQuery{Bot: "b", Since: times["00"], After: id("10")}, 0, "01"},
		{"another bot", store.TurnQuery{Bot: "c"}, 0, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, ids(turnsOf(t, s, test.q, test.limit))); diff != "" {
				t.Errorf("Turns(%+v) (-want +got):\n%s", test.q, diff)
			}
		})
	}
	c.Advance(store.TurnsKept)
	if turns := turnsOf(t, s, store.TurnQuery{Bot: "b"}, 0); len(turns) != 0 {
		t.Errorf("Turns after they have expired = %s, want none", ids(turns))
	}
}

func TestTurnsBeyondAPage(t *testing.T) {
	c := newClock()
	s, _ := open(t, c)
	var turns []bot.Turn
	for i := range 450 {
		turns = append(turns, turn(c, fmt.Sprint(i), fmt.Sprint(i%2)))
		c.Advance(time.Second)
	}
	if err := s.PutTurns(t.Context(), turns...); err != nil {
		t.Fatal(err)
	}
	if got := turnsOf(t, s, store.TurnQuery{Bot: "b", Chat: "1"}, 0); len(got) != 225 {
		t.Errorf("Turns of one of two chats = %d, want 225 of 450", len(got))
	}
	slices.Reverse(turns)
	if diff := cmp.Diff(ids(turns), ids(turnsOf(t, s, store.TurnQuery{Bot: "b"}, 0))); diff != "" {
		t.Errorf("Turns of both chats (-want +got):\n%s", diff)
	}
}

func TestTurn(t *testing.T) {
	c := newClock()
	s, _ := open(t, c)
	kept := turn(c, "1", "1")
	if err := s.PutTurns(t.Context(), kept); err != nil {
		t.Fatal(err)
	}
	id := store.TurnID(kept)
	got, err := s.Turn(t.Context(), "b", id)
	if diff := cmp.Diff(kept, got); err != nil || diff != "" {
		t.Errorf("Turn(%s), %v (-want +got):\n%s", id, err, diff)
	}
	stamp, _, _ := strings.Cut(id, "-")
	for _, test := range []struct{ name, bot, id string }{
		{"another bot", "c", id},
		{"another job", "b", stamp + "-2"},
		{"another time", "b", "20000101T000000.000000Z-1"},
		{"no job", "b", stamp + "-"},
		{"no time", "b", "1"},
		{"empty", "b", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			if _, err := s.Turn(t.Context(), test.bot, test.id); bot.KindOf(err) != bot.NotFound {
				t.Errorf("Turn(%s, %q) = %v, want not_found", test.bot, test.id, err)
			}
		})
	}
	for _, err := range s.Turns(t.Context(), store.TurnQuery{Bot: "b", After: "1"}) {
		if bot.KindOf(err) != bot.Invalid {
			t.Errorf("Turns behind a turn that is none = %v, want invalid", err)
		}
	}
}

func TestTurnOfAJobIsReplacedByItsNextTry(t *testing.T) {
	c := newClock()
	s, _ := open(t, c)
	first := turn(c, "1", "1")
	second := first
	first.Outcome = bot.HandedBack
	if err := s.PutTurns(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	if err := s.PutTurns(t.Context(), second); err != nil {
		t.Fatal(err)
	}
	turns := turnsOf(t, s, store.TurnQuery{Bot: "b"}, 0)
	if len(turns) != 1 || turns[0].Outcome != bot.Replied {
		t.Errorf("Turns = %+v, want one, replied", turns)
	}
}

func TestTurnTooLargeLosesRawFirstThenReplies(t *testing.T) {
	c := newClock()
	s, _ := open(t, c)
	large := bytes.Repeat([]byte("x"), store.MaxTurnBytes)
	raw := append(append([]byte{'"'}, large...), '"')
	withRaw, withReplies := turn(c, "raw", "1"), turn(c, "replies", "1")
	withRaw.Event.Raw = raw
	withRaw.Replies = []bot.TurnReply{{Parts: []bot.Part{{Text: "kept"}}}}
	withReplies.Replies = []bot.TurnReply{{Parts: []bot.Part{{Text: string(large)}}}}
	if err := s.PutTurns(t.Context(), withRaw, withReplies); err != nil {
		t.Fatal(err)
	}
	turns := turnsOf(t, s, store.TurnQuery{Bot: "b"}, 0)
	if len(turns) != 2 {
		t.Fatalf("Turns = %d, want both", len(turns))
	}
	for _, got := range turns {
		switch got.ID {
		case "raw":
			if got.Event.Raw != nil || !got.Event.Truncated || !got.Partial || len(got.Replies) != 1 {
				t.Errorf("turn with a large raw event lost the wrong thing: truncated %v, %d replies", got.Event.Truncated, len(got.Replies))
			}
		case "replies":
			if len(got.Replies) != 0 || len(got.Notes) != 1 || !got.Partial {
				t.Errorf("turn with large replies = %d replies, notes %q, want a note instead", len(got.Replies), got.Notes)
			}
		}
	}
}
