package bot_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"hookline/shared/bot"
)

var noon = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

func TestSeenExpires(t *testing.T) {
	for _, test := range []struct {
		name  string
		added time.Time
		after time.Duration
		want  bool
	}{
		{"at once", noon, 0, true},
		{"a moment earlier by another clock", noon, -time.Second, true},
		{"after 48 h", noon, 48 * time.Hour, true},
		{"until the end of that minute", noon, 48*time.Hour + 59*time.Second, true},
		{"not a minute longer", noon, 48*time.Hour + time.Minute, false},
		{"never before 48 h", noon.Add(59 * time.Second), 48 * time.Hour, true},
		{"at the first second of the next minute", noon.Add(59 * time.Second), 48*time.Hour + time.Second, false},
		{"less than 48 h after 1970 began", time.Unix(0, 0), time.Hour, true},
		{"before 1970", time.Time{}, time.Hour, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := bot.Seen{}.Add("a", test.added)
			now := test.added.Add(test.after)
			if got := s.Has("a", now); got != test.want {
				t.Errorf("Has(a, %v later) = %v, want %v", test.after, got, test.want)
			}
			if s.Has("b", now) {
				t.Errorf("Has(b, %v later) = true, want false: it was never added", test.after)
			}
			want := 1 // b
			if test.want {
				want = 2
			}
			if got := len(s.Add("b", now)); got != want {
				t.Errorf("Add(b, %v later) keeps %d events, want %d", test.after, got, want)
			}
		})
	}
}

func TestSeenKeepsTheLast128(t *testing.T) {
	var s bot.Seen
	for i := range 200 {
		s = s.Add(fmt.Sprint(i), noon)
		if want := min(i+1, 128); len(s) != want {
			t.Fatalf("after %d events Seen holds %d, want %d", i+1, len(s), want)
		}
	}
	for i := range 200 {
		if got, want := s.Has(fmt.Sprint(i), noon), i >= 200-128; got != want {
			t.Errorf("Has(%d) = %v, want %v", i, got, want)
		}
	}
}

func TestSeenAddChangesNothing(t *testing.T) {
	for _, test := range []struct {
		name string
		size int
		now  time.Time
	}{
		{"room to grow", 3, noon},
		{"full", 128, noon},
		{"expired", 3, noon.Add(72 * time.Hour)},
	} {
		t.Run(test.name, func(t *testing.T) {
			var s bot.Seen
			for i := range test.size {
				s = s.Add(fmt.Sprint(i), noon)
			}
			s = append(make(bot.Seen, 0, 256), s...)
			before := append(bot.Seen(nil), s[:cap(s)]...)
			left, right := s.Add("left", test.now), s.Add("right", test.now)
			if diff := cmp.Diff(before, s[:cap(s)]); diff != "" {
				t.Errorf("Add() changed its receiver: (-before +after)\n%s", diff)
			}
			if !left.Has("left", test.now) || left.Has("right", test.now) || !right.Has("right", test.now) {
				t.Errorf("two results of Add() share their events")
			}
		})
	}
}

// The stored form, told by hand: the first 8 bytes of SHA-256 of "a" and of "b", each with its minute as 4 bytes.
func TestSeenText(t *testing.T) {
	first := time.Unix(0x01020304*60, 0)
	for _, test := range []struct {
		name string
		seen bot.Seen
		want string
	}{
		{"none", bot.Seen{}, ""},
		{"one", bot.Seen{}.Add("a", first), "ypeBEsobvcoBAgME"},
		{"two, oldest first", bot.Seen{}.Add("a", first).Add("b", first.Add(time.Minute)), "ypeBEsobvcoBAgMEPiPoFgA5WUoBAgMF"},
	} {
		t.Run(test.name, func(t *testing.T) {
			text, err := test.seen.MarshalText()
			if err != nil || string(text) != test.want {
				t.Errorf("MarshalText() = %s, %v, want %s", text, err, test.want)
			}
			var got bot.Seen
			if err := got.UnmarshalText([]byte(test.want)); err != nil {
				t.Fatalf("UnmarshalText(%s) = %v", test.want, err)
			}
			if diff := cmp.Diff(test.seen, got); diff != "" {
				t.Errorf("UnmarshalText(%s): (-want +got)\n%s", test.want, diff)
			}
		})
	}
}

func TestSeenTextRefused(t *testing.T) {
	for _, test := range []struct{ name, text string }{
		{"no base64", "!!!!"},
		{"padded", "ypeBEsobvcoBAgM="},
		{"of addresses", "ypeBEsobvcoBAg-_"},
		{"cut", "ypeBEsobvcoBAgM"},
		{"half an event", "ypeBEsob"},
		{"one and a half", "ypeBEsobvcoBAgMEPiPoFgA5"},
		{"one character", "A"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := bot.Seen{}.Add("a", noon)
			err := got.UnmarshalText([]byte(test.text))
			if err == nil || !strings.HasPrefix(err.Error(), "seen events: ") {
				t.Errorf("UnmarshalText(%s) = %v, want an error that names the seen events", test.text, err)
			}
			if len(got) != 1 || !got.Has("a", noon) {
				t.Errorf("UnmarshalText(%s) left %v, want what was there before", test.text, got)
			}
		})
	}
}

// seenModel is Seen written plainly: the minute and the rank of every event that is kept.
type seenModel struct {
	kept map[string]sighting
	rank int
}

type sighting struct {
	minute int64
	rank   int
}

const minutesKept = 48 * 60

func (m *seenModel) has(event string, minute int64) bool {
	s, ok := m.kept[event]
	return ok && minute-s.minute <= minutesKept
}

func (m *seenModel) add(event string, minute int64) {
	for name, s := range m.kept {
		if minute-s.minute > minutesKept {
			delete(m.kept, name)
		}
	}
	m.rank++
	m.kept[event] = sighting{minute, m.rank}
	if len(m.kept) <= 128 {
		return
	}
	oldest := event
	for name, s := range m.kept {
		if s.rank < m.kept[oldest].rank {
			oldest = name
		}
	}
	delete(m.kept, oldest)
}

func TestSeenIsLikeAMap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var s bot.Seen
		model := seenModel{kept: map[string]sighting{}}
		// Long strides make events expire, short ones fill the memory.
		stride := rapid.SampledFrom([]int{1, 60, 3600, 5 * 3600}).Draw(t, "stride")
		events := rapid.SliceOfN(rapid.IntRange(0, 250), 300, 400).Draw(t, "events")
		now := noon
		for _, number := range events {
			now = now.Add(time.Duration(rapid.IntRange(-stride/4, stride).Draw(t, "seconds")) * time.Second)
			event, minute := fmt.Sprint(number), now.Unix()/60
			got, want := s.Has(event, now), model.has(event, minute)
			if got != want {
				t.Fatalf("Has(%s, %v) = %v, want %v", event, now, got, want)
			}
			if !got {
				s = s.Add(event, now)
				model.add(event, minute)
			}
			if len(s) != len(model.kept) {
				t.Fatalf("after %s at %v Seen holds %d events, want %d", event, now, len(s), len(model.kept))
			}
		}
		for number := range 251 {
			event := fmt.Sprint(number)
			if got, want := s.Has(event, now), model.has(event, now.Unix()/60); got != want {
				t.Fatalf("at the end Has(%s) = %v, want %v", event, got, want)
			}
		}
	})
}

func TestSeenTextIsReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := bot.Seen{}
		for _, event := range rapid.SliceOf(rapid.String()).Draw(t, "events") {
			want = want.Add(event, time.Unix(rapid.Int64Range(0, 1<<32*60-1).Draw(t, "seconds"), 0))
		}
		text, err := want.MarshalText()
		if err != nil {
			t.Fatalf("MarshalText() = %v", err)
		}
		var got bot.Seen
		if err := got.UnmarshalText(text); err != nil {
			t.Fatalf("UnmarshalText(%s) = %v", text, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("UnmarshalText(%s): (-want +got)\n%s", text, diff)
		}
	})
}
