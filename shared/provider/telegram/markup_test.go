package telegram_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"hookline/shared/bot"
	"hookline/shared/simulate/telegram/markup"
)

// document makes random marked up texts, whose words are numbered.
type document struct {
	*rapid.T
	strings.Builder
	word func(int) string
	next int
}

func (d *document) words() {
	for range rapid.IntRange(1, 400).Draw(d.T, "words") {
		d.WriteString(d.word(d.next))
		d.next++
		d.WriteString(rapid.SampledFrom([]string{" ", " ", " ", "\n", "\n\n"}).Draw(d.T, "space"))
	}
}

func (d *document) grow(tags [][2]string) {
	d.words()
	for range rapid.IntRange(0, 3).Draw(d.T, "inner") {
		if len(tags) == 0 {
			break
		}
		i := rapid.IntRange(0, len(tags)-1).Draw(d.T, "tag")
		d.WriteString(tags[i][0])
		d.grow(slices.Delete(slices.Clone(tags), i, i+1))
		d.WriteString("end" + tags[i][1] + " ")
	}
}

// marks gives for each word the types of the entities around it, as the simulated servers read them.
func marks(t *rapid.T, text, mode string) []string {
	plain, entities, err := markup.Parse(text, mode)
	if err != nil {
		t.Fatalf("a piece does not parse alone: %v\n%s", err, text)
	}
	if n := len([]rune(plain)); n > 4096 {
		t.Fatalf("a piece has %d characters, want at most 4096", n)
	}
	return wordsIn(plain, entities)
}

func wordsIn(plain string, entities []markup.Entity) []string {
	units := utf16.Encode([]rune(plain))
	var words []string
	for start := 0; start < len(units); {
		end := start
		for end < len(units) && units[end] != ' ' && units[end] != '\n' {
			end++
		}
		if end > start {
			words = append(words, string(utf16.Decode(units[start:end]))+around(entities, start, end))
		}
		start = end + 1
	}
	return words
}

func around(entities []markup.Entity, start, end int) string {
	var types []string
	for _, e := range entities {
		if e.Offset <= start && end <= e.Offset+e.Length {
			types = append(types, e.Type+e.URL)
		}
	}
	slices.Sort(types)
	return fmt.Sprint(types)
}

// TestT27EveryPieceParsesAlone checks the cuts against the simulated servers' own reading of the markup: every word has
// the marks in its piece that it has in the whole.
func TestT27EveryPieceParsesAlone(t *testing.T) {
	for _, test := range []struct {
		name   string
		format bot.Format
		mode   string
		word   string
		tags   [][2]string
	}{
		{"HTML", bot.FormatHTML, "HTML", "😀&lt;%d&gt;", [][2]string{
			{"<b>", "</b>"}, {"<i>", "</i>"}, {"<u>", "</u>"}, {`<span class="tg-spoiler">`, "</span>"},
			{`<a href="https://a.example/?a=1&amp;b=2">`, "</a>"}, {"<blockquote>", "</blockquote>"},
		}},
		{"Markdown", bot.FormatMarkdown, "MarkdownV2", `😀\.%d\_`, [][2]string{
			{"*", "*"}, {"_", "_"}, {"__", "__"}, {"~", "~"}, {"||", "||"}, {"[", `](https://a.example/\))`},
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				d := &document{T: t, word: func(i int) string { return fmt.Sprintf(test.word, i) }}
				d.grow(test.tags)
				text := d.String()
				var got []string
				for _, p := range split(bot.Part{Text: text, Format: test.format}) {
					if p.Format != test.format {
						t.Skip("given up: _ and __ would stand side by side")
					}
					got = append(got, marks(t, p.Text, test.mode)...)
				}
				if diff := cmp.Diff(whole(t, text, test.mode), got); diff != "" {
					t.Fatalf("Split() changes words or their marks (-want +got):\n%s", diff)
				}
			})
		})
	}
}

// whole is marks without the limit.
func whole(t *rapid.T, text, mode string) []string {
	plain, entities, err := markup.Parse(text, mode)
	if err != nil {
		t.Fatalf("the text does not parse: %v", err)
	}
	return wordsIn(plain, entities)
}
