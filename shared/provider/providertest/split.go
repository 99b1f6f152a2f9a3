package providertest

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"hookline/shared/bot"
)

// split checks texts without markup: what markup hides of the length is the network's own business.
func (s Suite) split(t *testing.T) {
	limits := s.Provider.Describe().Limits
	words := rapid.SampledFrom([]string{"a", "bb", "word", "\U0001F600", "\n", "\n\n", "é", strings.Repeat("x", 200)})
	rapid.Check(t, func(t *rapid.T) {
		drawn := rapid.SliceOfN(words, 0, 60).Draw(t, "words")
		text := strings.Repeat(strings.Join(drawn, " "), 1+limits.Text/rapid.IntRange(500, 5000).Draw(t, "size"))
		part := bot.Part{Text: text, Keyboard: keyboard(t), ReplyTo: "7"}
		pieces := s.Provider.Split(part)
		var said []string
		var buttons []bot.Button
		for i, piece := range pieces {
			if length := limits.TextUnit.Len(piece.Text); limits.Text > 0 && length > limits.Text {
				t.Fatalf("Split(): piece %d has %d units, want at most %d", i, length, limits.Text)
			}
			if piece.Text == "" {
				t.Fatalf("Split(): piece %d has no text", i)
			}
			if again := s.Provider.Split(piece); len(again) != 1 || !reflect.DeepEqual(again[0], piece) {
				t.Fatalf("Split() of piece %d differs (-piece +again):\n%s", i, cmp.Diff([]bot.Part{piece}, again))
			}
			said = append(said, strings.Fields(piece.Text)...)
			for _, row := range piece.Keyboard {
				buttons = append(buttons, row...)
			}
		}
		want := strings.Fields(text)
		if len(said) < len(want) || !slices.Equal(want, said[:len(want)]) && limits.Text > 200 {
			t.Fatalf("Split() loses or cuts words (-want +got):\n%s", cmp.Diff(want, said))
		}
		if len(want) > 0 {
			s.checkButtons(t, part.Keyboard, buttons)
		}
	})
	if got := s.Provider.Split(bot.Part{Text: " \n\t"}); len(got) != 0 {
		t.Errorf("Split(white space) = %+v, want nothing", got)
	}
}

func keyboard(t *rapid.T) [][]bot.Button {
	var rows [][]bot.Button
	for range rapid.IntRange(0, 12).Draw(t, "rows") {
		var row []bot.Button
		for range rapid.IntRange(1, 20).Draw(t, "buttons") {
			label := strings.Repeat("b", rapid.IntRange(1, 100).Draw(t, "label"))
			row = append(row, bot.Button{Text: label, Payload: "p"})
		}
		rows = append(rows, row)
	}
	return rows
}

func (s Suite) checkButtons(t *rapid.T, rows [][]bot.Button, got []bot.Button) {
	want := 0
	for _, row := range rows {
		want += len(row)
	}
	if s.Buttons > 0 {
		want = min(want, s.Buttons)
	}
	if len(got) != want {
		t.Fatalf("Split() keeps %d buttons, want %d", len(got), want)
	}
}
