package providertest

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
)

// media checks that files, places and signs are carried or degraded as the limits say, never lost.
func (s Suite) media(t *testing.T) {
	const source = "https://files.example/a.pdf"
	for _, kind := range []bot.EventKind{bot.Photo, bot.Audio, bot.Video, bot.Document} {
		for _, caption := range []string{"", "look", strings.Repeat("word ", 2000)} {
			pieces := s.resplit(t, bot.Part{Text: caption, Media: &bot.Media{Kind: kind, Source: source}})
			shown := slices.ContainsFunc(pieces, func(p bot.Part) bool {
				return p.Media != nil && p.Media.Source == source || strings.Contains(p.Text, source)
			})
			if !shown {
				t.Errorf("Split(%s with a caption of %d bytes) = %d pieces without its source", kind, len(caption), len(pieces))
			}
		}
	}
	place := s.resplit(t, bot.Part{Location: &bot.Location{Latitude: "52.5163", Longitude: "13.3777", Title: "Gate"}})
	shown := slices.ContainsFunc(place, func(p bot.Part) bool {
		return p.Location != nil || strings.Contains(p.Text, "52.5163") && strings.Contains(p.Text, "13.3777")
	})
	if !shown {
		t.Errorf("Split(location) = %+v, want its coordinates", place)
	}
	for _, sign := range []bot.Sign{bot.ShowTyping, bot.MarkSeen} {
		want := 0
		if slices.Contains(s.Provider.Describe().Limits.Signs, sign) {
			want = 1
		}
		if pieces := s.resplit(t, bot.Part{Sign: sign}); len(pieces) != want {
			t.Errorf("Split(sign %s) = %+v, want %d pieces: it is described so", sign, pieces, want)
		}
	}
}

// resplit splits a part, and checks that each piece is within the limits and stays what it is when it is split again.
func (s Suite) resplit(t *testing.T, p bot.Part) []bot.Part {
	t.Helper()
	limits := s.Provider.Describe().Limits
	pieces := s.Provider.Split(p)
	for i, piece := range pieces {
		if again := s.Provider.Split(piece); len(again) != 1 || !reflect.DeepEqual(again[0], piece) {
			t.Errorf("Split() of piece %d differs (-piece +again):\n%s", i, cmp.Diff([]bot.Part{piece}, again))
		}
		length := limits.TextUnit.Len(piece.Text)
		switch {
		case piece.Media != nil && !slices.Contains(limits.Media, piece.Media.Kind):
			t.Errorf("Split(): piece %d is a %s, which the limits do not name", i, piece.Media.Kind)
		case piece.Media != nil && length > limits.Caption:
			t.Errorf("Split(): piece %d has a caption of %d units, want at most %d", i, length, limits.Caption)
		case piece.Location != nil && !limits.Location:
			t.Errorf("Split(): piece %d is a location, which the limits do not name", i)
		case piece.Media == nil && limits.Text > 0 && length > limits.Text:
			t.Errorf("Split(): piece %d has %d units, want at most %d", i, length, limits.Text)
		}
	}
	return pieces
}
