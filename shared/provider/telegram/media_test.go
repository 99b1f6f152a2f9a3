package telegram_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
	"hookline/shared/simulate/telegram/markup"
	"hookline/shared/template"
)

// TestSplitMedia cuts captions after 256 words of 4 characters, and what follows them after 1024 more.
func TestSplitMedia(t *testing.T) {
	photo := &bot.Media{Kind: bot.Photo, Source: "https://a.example/p.png"}
	place := &bot.Location{Latitude: "1", Longitude: "2"}
	keys := [][]bot.Button{row(1)}
	keep, remove := bot.Options{"keyboard": "keep"}, bot.Options{"keyboard": "remove"}
	for _, test := range []struct {
		name string
		part bot.Part
		want []bot.Part
	}{
		{"without a caption", bot.Part{Media: photo, Keyboard: keys}, []bot.Part{{Media: photo, Keyboard: keys}}},
		{"takes a reply keyboard away", bot.Part{Media: photo}, []bot.Part{{Media: photo, Options: remove}}},
		{"caption of white space", bot.Part{Media: photo, Text: " \n", Keyboard: keys}, []bot.Part{{Media: photo, Keyboard: keys}}},
		{
			"caption of 1024", bot.Part{Media: photo, Text: strings.Repeat("😀", 1024), Keyboard: keys},
			[]bot.Part{{Media: photo, Text: strings.Repeat("😀", 1024), Keyboard: keys}},
		},
		{
			"longer caption", bot.Part{Media: photo, Text: words(256+1024) + " tail", Keyboard: keys, ReplyTo: "5"},
			[]bot.Part{
				{Media: photo, Text: words(256), ReplyTo: "5", Options: keep},
				{Text: words(1024), ReplyTo: "5", Options: keep},
				{Text: "tail", ReplyTo: "5", Keyboard: keys},
			},
		},
		{
			"longer caption in HTML", bot.Part{Media: photo, Text: "<b>" + words(256) + " &amp;</b>", Format: bot.FormatHTML, Keyboard: keys},
			[]bot.Part{
				{Media: photo, Text: "<b>" + words(256) + "</b>", Format: bot.FormatHTML, Options: keep},
				{Text: "<b>&amp;</b>", Format: bot.FormatHTML, Keyboard: keys},
			},
		},
		{
			"longer caption that cannot be read", bot.Part{Media: photo, Text: "<b>" + words(256), Format: bot.FormatHTML, Keyboard: keys},
			[]bot.Part{{Media: photo, Text: words(256), Keyboard: keys}},
		},
		{
			"keyboard over several messages", bot.Part{Media: photo, Keyboard: [][]bot.Button{row(101)}},
			[]bot.Part{{Media: photo, Keyboard: pages(8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 4)}, {Text: "…", Keyboard: pages(1)}},
		},
		{
			"a kind that is not sent", bot.Part{Media: &bot.Media{Kind: bot.Sticker, Source: "https://a.example/?a&b"}, Text: "<i>x</i>", Format: bot.FormatHTML, Keyboard: keys},
			[]bot.Part{{Text: "<i>x</i>\nhttps://a.example/?a&amp;b", Format: bot.FormatHTML, Keyboard: keys}},
		},
		{
			"a kind that is not sent, in Markdown", bot.Part{Media: &bot.Media{Kind: bot.Sticker, Source: "https://a.example/"}, Format: bot.FormatMarkdown, Keyboard: keys},
			[]bot.Part{{Text: `https://a\.example/`, Format: bot.FormatMarkdown, Keyboard: keys}},
		},
		{"a place", bot.Part{Location: place, Keyboard: keys}, []bot.Part{{Location: place, Keyboard: keys}}},
		{"a place and a text", bot.Part{Location: place, Text: "here", Keyboard: keys}, []bot.Part{{Location: place, Options: keep}, {Text: "here", Keyboard: keys}}},
		{"typing", bot.Part{Sign: bot.ShowTyping}, []bot.Part{{Sign: bot.ShowTyping}}},
		{"seen", bot.Part{Sign: bot.MarkSeen}, nil},
		{"options only", bot.Part{Options: bot.Options{"keyboard": "remove", "protect_content": true}}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := split(test.part)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("Split() differs (-want +got):\n%s", diff)
			}
			for i, p := range got {
				if diff := cmp.Diff([]bot.Part{p}, split(p)); diff != "" {
					t.Errorf("Split() of piece %d differs (-want +got):\n%s", i, diff)
				}
			}
		})
	}
}

// pages gives rows of the lengths.
func pages(lengths ...int) (rows [][]bot.Button) {
	for _, n := range lengths {
		rows = append(rows, row(n))
	}
	return rows
}

// TestT30UserDataIsEscaped: what a user wrote is seen as they wrote it, however it is marked up and cut.
func TestT30UserDataIsEscaped(t *testing.T) {
	const nasty = "<b>&amp;\"'_*[x](y)~`>#+-=|{}.!\\ </code>&#1; "
	for _, test := range []struct {
		name   string
		format bot.Format
		mode   string
		source string
	}{
		{"HTML", bot.FormatHTML, "HTML", "<i>{{ x }}</i>"},
		{"Markdown", bot.FormatMarkdown, "MarkdownV2", "*{{ x }}*"},
	} {
		t.Run(test.name, func(t *testing.T) {
			parsed, err := template.Parse(test.source)
			if err != nil {
				t.Fatal(err)
			}
			said := strings.Repeat(nasty, 200)
			text, err := parsed.Render(template.Scope{"x": said}, test.format)
			if err != nil {
				t.Fatal(err)
			}
			var seen strings.Builder
			for _, p := range split(bot.Part{Text: text, Format: test.format}) {
				plain, entities, err := markup.Parse(p.Text, test.mode)
				if err != nil || len(entities) != 1 {
					t.Fatalf("a piece is read as %d entities, %v, want the template's only", len(entities), err)
				}
				seen.WriteString(plain)
			}
			bare := strings.NewReplacer(" ", "", "\n", "")
			if got, want := bare.Replace(seen.String()), bare.Replace(said); got != want {
				t.Errorf("the user's %d characters are seen as %d: %.80q, want %.80q",
					utf8.RuneCountInString(want), utf8.RuneCountInString(got), got, want)
			}
		})
	}
}
