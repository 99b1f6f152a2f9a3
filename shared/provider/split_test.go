package provider_test

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"hookline/shared/provider"
)

func TestLen(t *testing.T) {
	for _, test := range []struct {
		name, text                string
		codePoints, utf16s, bytes int
	}{
		{"ASCII", "ab", 2, 2, 2},
		{"two bytes", "é", 1, 1, 2},
		{"astral", "\U0001F600", 1, 2, 4},
		{"invalid byte counts as what replaces it", "\xff", 1, 1, 3},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := []int{provider.CodePoints.Len(test.text), provider.UTF16.Len(test.text), provider.Bytes.Len(test.text)}
			if want := []int{test.codePoints, test.utf16s, test.bytes}; !slices.Equal(got, want) {
				t.Errorf("Len(%q) = %v, want %v", test.text, got, want)
			}
		})
	}
}

func TestSplitText(t *testing.T) {
	const family = "\U0001F468\u200d\U0001F469"
	for _, test := range []struct {
		name, text string
		limit      int
		unit       provider.Unit
		want       []string
	}{
		{"fits", "one two", 7, provider.CodePoints, []string{"one two"}},
		{"no limit", "one two", 0, provider.CodePoints, []string{"one two"}},
		{"empty", "", 7, provider.CodePoints, nil},
		{"white space only", " \n\t ", 2, provider.CodePoints, nil},
		{"between words", "one two three", 8, provider.CodePoints, []string{"one two", "three"}},
		{"a word that just fits", "one two three", 7, provider.CodePoints, []string{"one two", "three"}},
		{"rather between lines", "one two\nthree four", 14, provider.CodePoints, []string{"one two", "three four"}},
		{"rather between paragraphs", "one\n\ntwo\nthree", 9, provider.CodePoints, []string{"one\n\ntwo", "three"}},
		{"paragraph before line", "one two a\n\nthree\nfour", 17, provider.CodePoints, []string{"one two a", "three\nfour"}},
		{"a short line does not stand alone", "a\none two three", 10, provider.CodePoints, []string{"a\none two", "three"}},
		{"a long word", "abcdefgh", 3, provider.CodePoints, []string{"abc", "def", "gh"}},
		{"a long word after a short one", "a bcdefgh", 4, provider.CodePoints, []string{"a", "bcde", "fgh"}},
		{"indentation at the front is kept", "  ab cd", 5, provider.CodePoints, []string{"  ab", "cd"}},
		{"code points", "😀😀😀", 2, provider.CodePoints, []string{"😀😀", "😀"}},
		{"UTF-16", "😀😀😀", 5, provider.UTF16, []string{"😀😀", "😀"}},
		{"bytes", "ééé", 5, provider.Bytes, []string{"éé", "é"}},
		{"less than a character", "éé", 1, provider.Bytes, []string{"é", "é"}},
		{"joined emoji", "ab" + family, 3, provider.CodePoints, []string{"ab", family}},
		{"skin tone", "ab👍🏽", 3, provider.CodePoints, []string{"ab", "👍🏽"}},
		{"combining mark", "abe\u0301", 3, provider.CodePoints, []string{"ab", "e\u0301"}},
		{"one character over the limit", strings.Repeat("\u0301", 4), 3, provider.CodePoints, []string{"\u0301\u0301\u0301", "\u0301"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := provider.SplitText(test.text, test.limit, test.unit)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("SplitText(%q, %d) differs (-want +got):\n%s", test.text, test.limit, diff)
			}
		})
	}
}

func TestSplitTextProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOfN(rapid.SampledFrom([]rune("ab  \n\n\t\u00a0é😀\u200d\u0301")), 0, 200, -1).Draw(t, "text")
		unit := rapid.SampledFrom([]provider.Unit{provider.CodePoints, provider.UTF16, provider.Bytes}).Draw(t, "unit")
		limit := rapid.IntRange(4, 40).Draw(t, "limit") // 4 bytes: every rune fits
		pieces := provider.SplitText(text, limit, unit)
		for _, piece := range pieces {
			if length := unit.Len(piece); length > limit || strings.TrimSpace(piece) == "" || !utf8.ValidString(piece) {
				t.Fatalf("SplitText(%q, %d) has piece %q of length %d", text, limit, piece, length)
			}
		}
		words := strings.Fields(text)
		if got, want := strings.Join(strings.Fields(strings.Join(pieces, " ")), ""), strings.Join(words, ""); got != want {
			t.Fatalf("SplitText(%q, %d) holds %q, want %q", text, limit, got, want)
		}
		whole := slices.DeleteFunc(words, func(w string) bool { return unit.Len(w) > limit })
		for said := strings.Fields(strings.Join(pieces, " ")); len(whole) > 0; said = said[1:] {
			if len(said) == 0 {
				t.Fatalf("SplitText(%q, %d) = %q cuts the word %q, which fits", text, limit, pieces, whole[0])
			}
			if said[0] == whole[0] {
				whole = whole[1:]
			}
		}
	})
}

func FuzzSplitText(f *testing.F) {
	f.Add("one two\n\nthree", uint8(5), uint8(0))
	f.Add("\xff\xfe \U0001F468\u200d\U0001F469", uint8(1), uint8(2))
	f.Fuzz(func(t *testing.T, text string, limit, unit uint8) {
		u := provider.Unit(unit % 3)
		for _, piece := range provider.SplitText(text, int(limit), u) {
			if length := u.Len(piece); limit > 2 && length > int(limit) && utf8.RuneCountInString(piece) > 1 {
				t.Errorf("SplitText(%q, %d) has piece %q of length %d", text, limit, piece, length)
			}
		}
	})
}
