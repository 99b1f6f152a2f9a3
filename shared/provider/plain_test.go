package provider_test

import (
	"encoding/json"
	"testing"

	"hookline/shared/bot"
	"hookline/shared/provider"
)

func TestPlain(t *testing.T) {
	for _, test := range []struct {
		name   string
		format bot.Format
		text   string
		want   string
	}{
		{"plain stays", bot.FormatPlain, "a <b> *c* \\.", "a <b> *c* \\."},
		{"tags", bot.FormatHTML, "<b>bold</b> &amp; <i>it</i>", "bold & it"},
		{"lines", bot.FormatHTML, "<p>one</p><p>two<br/>three</p>", "one\ntwo\nthree"},
		{"link", bot.FormatHTML, `see <a class="x" href="https://a.example/?x=1&amp;y">here</a>.`, "see here (https://a.example/?x=1&y)."},
		{"link without an address", bot.FormatHTML, `<a href=x>here</a>`, "here"},
		{"no tags", bot.FormatHTML, "1 < 2 > 0 <3 <", "1 < 2 > 0 <3 <"},
		{"empty tag", bot.FormatHTML, "a<>b</>", "a<>b</>"},
		{"tag that does not end", bot.FormatHTML, "a <b", "a <b"},
		{"escaped tags stay text", bot.FormatHTML, "&lt;b&gt;", "<b>"},
		{"signs", bot.FormatMarkdown, "*bold* _it_ __under__ ~gone~ ||spoiler|| `code`", "bold it under gone spoiler code"},
		{"escaped signs", bot.FormatMarkdown, `1\.5 \* 2 \\ a`, `1.5 * 2 \ a`},
		{"markdown link", bot.FormatMarkdown, "[here](https://a.example)!", "here (https://a.example)!"},
		{"broken link", bot.FormatMarkdown, "[here](https://a.example", "here(https://a.example"},
		{"lone backslash", bot.FormatMarkdown, `a\`, `a\`},
		{"one bar", bot.FormatMarkdown, "a|b", "a|b"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := provider.Plain(test.text, test.format); got != test.want {
				t.Errorf("Plain(%q, %q) = %q, want %q", test.text, test.format, got, test.want)
			}
		})
	}
}

func TestPlaceText(t *testing.T) {
	at := bot.Location{Latitude: json.Number("52.50"), Longitude: json.Number("-13.4")}
	if got, want := provider.PlaceText(at), "52.50, -13.4\nhttps://www.google.com/maps?q=52.50,-13.4"; got != want {
		t.Errorf("PlaceText(%v) = %q, want %q", at, got, want)
	}
	at.Title = "Shop"
	if got, want := provider.PlaceText(at), "Shop: 52.50, -13.4\nhttps://www.google.com/maps?q=52.50,-13.4"; got != want {
		t.Errorf("PlaceText(%v) = %q, want %q", at, got, want)
	}
}
