package store_test

import (
	"bytes"
	"fmt"
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
	for _, test := range []struct {
		name string
		q    store.TurnQuery
		want string
	}{
		{"all, newest first", store.TurnQuery{Bot: "b"}, "21 20 11 10 01 00"},
		{"limit", store.TurnQuery{Bot: "b", Limit: 3}, "21 20 11"},
		{"one chat", store.TurnQuery{Bot: "b", Chat: "1"}, "20 10 00"},
		{"one chat, limit", store.TurnQuery{Bot: "b", Chat: "2", Limit: 2}, "21 11"},
		{"since, excluded", store.TurnQuery{Bot: "b", Since: times["10"]}, "21 20 11"},
		{"until, excluded", store.TurnQuery{Bot: "b", Until: times["11"]}, "10 01 00"},
		{"another bot", store.TurnQuery{Bot: "c"}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			turns, err := s.Turns(t.Context(), test.q)
			if diff := cmp.Diff(test.want, ids(turns)); err != nil || diff != "" {
				t.Errorf("Turns(%+v), %v (-want +got):\n%s", test.q, err, diff)
			}
		})
	}
	c.Advance(store.TurnsKept)
	if turns, err := s.Turns(t.Context(), store.TurnQuery{Bot: "b"}); err != nil || len(turns) != 0 {
		t.Errorf("Turns after they have expired = %s, %v, want none", ids(turns), err)
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
	got, err := s.Turns(t.Context(), store.TurnQuery{Bot: "b", Chat: "1"})
	if err != nil || len(got) != 225 {
		t.Errorf("Turns of one of two chats = %d, %v, want 225 of 450", len(got), err)
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
	turns, err := s.Turns(t.Context(), store.TurnQuery{Bot: "b"})
	if err != nil || len(turns) != 1 || turns[0].Outcome != bot.Replied {
		t.Errorf("Turns = %+v, %v, want one, replied", turns, err)
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
	turns, err := s.Turns(t.Context(), store.TurnQuery{Bot: "b"})
	if err != nil || len(turns) != 2 {
		t.Fatalf("Turns = %d, %v, want both", len(turns), err)
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
