package telegram_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
	"hookline/shared/provider/telegram"
)

func split(p bot.Part) []bot.Part { return telegram.New(http.DefaultClient, "").Split(p) }

func texts(parts []bot.Part) []string {
	var texts []string
	for _, p := range parts {
		texts = append(texts, p.Text)
	}
	return texts
}

// words gives n words of three characters and a space each.
func words(n int) string { return strings.TrimSpace(strings.Repeat("abc ", n)) }

func TestT27F34Length(t *testing.T) {
	for _, test := range []struct {
		name, text string
		format     bot.Format
		want       []int // code points of each piece's source
	}{
		{"T27 4096", strings.Repeat("x", 4096), "", []int{4096}},
		{"T27 4097", strings.Repeat("x", 4097), "", []int{4096, 1}},
		{"T27 4096 astral", strings.Repeat("😀", 4096), "", []int{4096}},
		{"T27 4097 astral", strings.Repeat("😀", 4097), "", []int{4096, 1}},
		{"T27 HTML counts what is seen", "<b>" + strings.Repeat("&amp;", 4096) + "</b>", bot.FormatHTML, []int{3 + 5*4096 + 4}},
		{"T27 HTML 4097", "<b>" + strings.Repeat("&amp;", 4097) + "</b>", bot.FormatHTML, []int{3 + 5*4096 + 4, 3 + 5 + 4}},
		{"T27 Markdown counts what is seen", "*" + strings.Repeat(`\.`, 4096) + "*", bot.FormatMarkdown, []int{2 + 2*4096}},
		{"T27 Markdown 4097", "*" + strings.Repeat(`\.`, 4097) + "*", bot.FormatMarkdown, []int{2 + 2*4096, 4}},
		{"T28 white space only", " \n\t ", "", nil},
		{"T28 nothing", "", "", nil},
		{"T28 HTML without text", "<b> </b>\n", bot.FormatHTML, nil},
		{"T28 Markdown without text", "* *", bot.FormatMarkdown, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got []int
			for _, text := range texts(split(bot.Part{Text: test.text, Format: test.format})) {
				got = append(got, utf8.RuneCountInString(text))
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("Split() gives lengths that differ (-want +got):\n%s", diff)
			}
		})
	}
}

// TestT27Markup cuts after 1024 words of 4 characters: the piece before the cut ends with the 1024th.
func TestT27Markup(t *testing.T) {
	first := words(1024)
	for _, test := range []struct {
		name   string
		format bot.Format
		text   string
		want   []string
	}{
		{"HTML in a tag", bot.FormatHTML, "<b>" + first + " tail</b>", []string{"<b>" + first + "</b>", "<b>tail</b>"}},
		{
			"HTML in several", bot.FormatHTML, `<blockquote expandable><a href="https://a.example/?x=1&amp;y=>">` + first + " <i>tail</i></a></blockquote>",
			[]string{
				`<blockquote expandable><a href="https://a.example/?x=1&amp;y=>">` + first + "</a></blockquote>",
				`<blockquote expandable><a href="https://a.example/?x=1&amp;y=>"><i>tail</i></a></blockquote>`,
			},
		},
		{"HTML closed at the cut", bot.FormatHTML, "<b>" + first + "</b> <i>tail</i>", []string{"<b>" + first + "</b>", "<i>tail</i>"}},
		{
			"HTML with references", bot.FormatHTML, first + " &lt;&#116;&#x61;il&gt; &amp;nbsp;",
			[]string{first, "&lt;tail&gt; &amp;nbsp;"},
		},
		{
			"HTML code with a language", bot.FormatHTML, `<pre><code class="language-go">` + first + " tail</code></pre>",
			[]string{
				`<pre><code class="language-go">` + first + "</code></pre>", `<pre><code class="language-go">tail</code></pre>`,
			},
		},
		{"Markdown in bold", bot.FormatMarkdown, "*" + first + ` tail\.*`, []string{"*" + first + "*", `*tail\.*`}},
		{
			"Markdown in several", bot.FormatMarkdown, "||~__*" + first + " _tail_*__~||",
			[]string{"||~__*" + first + "*__~||", "||~__*_tail_*__~||"},
		},
		{
			"Markdown in a link", bot.FormatMarkdown, "[" + first + ` tail](https://a.example/\)x)`,
			[]string{"[" + first + `](https://a.example/\)x)`, `[tail](https://a.example/\)x)`},
		},
		{
			"Markdown in code", bot.FormatMarkdown, "```go\n" + first + " t*a_i\\`l```",
			[]string{"```go\n" + first + "```", "```go\nt*a_i\\`l```"},
		},
		{"Markdown in a line of code", bot.FormatMarkdown, "`" + first + " t*l`", []string{"`" + first + "`", "`t*l`"}},
		{
			"Markdown in a quotation", bot.FormatMarkdown, ">" + first + " tail\n>*more*\nend",
			[]string{">" + first, ">tail\n>*more*\nend"},
		},
		{
			"Markdown over two quoted lines", bot.FormatMarkdown, ">*" + first + "\n>tail*",
			[]string{">*" + first + "*", ">*tail*"},
		},
		{"Markdown emoji", bot.FormatMarkdown, first + " ![👍](tg://emoji?id=5)", []string{first, "![👍](tg://emoji?id=5)"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			parts := split(bot.Part{Text: test.text, Format: test.format})
			if diff := cmp.Diff(test.want, texts(parts)); diff != "" {
				t.Errorf("Split() differs (-want +got):\n%s", diff)
			}
			for i, p := range parts {
				if p.Format != test.format {
					t.Errorf("Split(): piece %d has format %q, want %q", i, p.Format, test.format)
				}
			}
		})
	}
}

// TestUnreadableMarkup: a short text is left for Telegram to judge, a long one cannot be cut as it stands.
func TestUnreadableMarkup(t *testing.T) {
	first := words(1024)
	for _, test := range []struct {
		name   string
		format bot.Format
		before string // of the tail, which stands after the cut
		want   string
	}{
		{"HTML not closed", bot.FormatHTML, "<b>tail", "tail"},
		{"HTML not opened", bot.FormatHTML, "tail</b>", "tail"},
		{"HTML crossing", bot.FormatHTML, "<b><i>tail</b></i>", "tail"},
		{"HTML unknown", bot.FormatHTML, "<br>tail", "<br>tail"},
		{"HTML not a tag", bot.FormatHTML, "1 < 2 &lt; 3", "1 < 2 < 3"},
		{"HTML broken tag", bot.FormatHTML, `<a href="tail>`, `<a href="tail>`},
		{"HTML too deep", bot.FormatHTML, strings.Repeat("<b>", 40) + "tail" + strings.Repeat("</b>", 40), "tail"},
		{"HTML bad references", bot.FormatHTML, "<br>&#0;&#xD800;&#x110000;&x", "<br>&#0;&#xD800;&#x110000;&x"},
		{"Markdown not closed", bot.FormatMarkdown, `*ta\*il`, "*ta*il"},
		{"Markdown crossing", bot.FormatMarkdown, "*_tail*_", "*_tail*_"},
		{"Markdown link without address", bot.FormatMarkdown, "[tail]", "[tail]"},
		{"Markdown link not closed", bot.FormatMarkdown, "[tail](http", "[tail](http"},
		{"Markdown code not closed", bot.FormatMarkdown, "```\ntail", "```\ntail"},
		{"Markdown bracket alone", bot.FormatMarkdown, "tail]", "tail]"},
		{"Markdown too deep", bot.FormatMarkdown, strings.Repeat("[", 40), strings.Repeat("[", 40)},
	} {
		t.Run(test.name, func(t *testing.T) {
			short := bot.Part{Text: test.before, Format: test.format, Options: bot.Options{"keyboard": "keep"}}
			if diff := cmp.Diff([]bot.Part{short}, split(short)); diff != "" {
				t.Errorf("Split() of a short text differs (-want +got):\n%s", diff)
			}
			long := split(bot.Part{Text: first + " " + test.before, Format: test.format})
			if diff := cmp.Diff([]string{first, test.want}, texts(long)); diff != "" || long[0].Format != bot.FormatPlain {
				t.Errorf("Split() of a long text has format %q, want none, or differs (-want +got):\n%s", long[0].Format, diff)
			}
		})
	}
}

func TestMarkupThatTakesTooMuchRoom(t *testing.T) {
	for _, test := range []struct {
		name, text string
		pieces     func(int) bool
		format     bot.Format
	}{
		{
			"cut smaller", strings.Repeat(`<a href="https://a.example/01234567890123456789">x</a> `, 2000),
			func(n int) bool { return n > 1 && n < 10 }, bot.FormatHTML,
		},
		{"given up", `<a href="` + strings.Repeat("y", 40000) + `">x</a>`, func(n int) bool { return n == 1 }, bot.FormatPlain},
	} {
		t.Run(test.name, func(t *testing.T) {
			parts := split(bot.Part{Text: test.text, Format: bot.FormatHTML})
			if !test.pieces(len(parts)) || parts[0].Format != test.format {
				t.Errorf("Split() = %d pieces of format %q, want another number or format %q", len(parts), parts[0].Format, test.format)
			}
			for i, p := range parts {
				if len(p.Text) > 32*1024 {
					t.Errorf("Split(): piece %d has %d bytes, want at most 32 KB", i, len(p.Text))
				}
			}
		})
	}
}

// TestAmbiguousMarkdown: _ and __ side by side cannot be told apart, so that no cut may put them there.
func TestAmbiguousMarkdown(t *testing.T) {
	for _, p := range split(bot.Part{Text: "_a __" + words(2000) + "__ b_", Format: bot.FormatMarkdown}) {
		if p.Format == bot.FormatMarkdown && strings.Contains(p.Text, "___") {
			t.Errorf("Split() has a piece with ___: %.40q", p.Text)
		}
	}
}

func FuzzSplit(f *testing.F) {
	for _, text := range []string{
		"plain", "<b>bold &amp; <i>both</i></b>", `<a href="x">y</a> &#x1F600; <br`, "*b* _i_ __u__ ||s|| [t](u) `c` ```go\nx```", ">q\n>r\n\\*", "\xff]<&",
	} {
		for format := range uint8(6) {
			f.Add(text, format, uint16(2000))
		}
	}
	formats := []bot.Format{bot.FormatPlain, bot.FormatHTML, bot.FormatMarkdown}
	f.Fuzz(func(t *testing.T, text string, format uint8, times uint16) {
		text = strings.Repeat(text+" ", 1+int(times)%3000)
		if len(text) > 1<<17 {
			return
		}
		whole := bot.Part{Text: text, Format: formats[format%3]}
		if format%6 >= 3 {
			whole.Media = &bot.Media{Kind: bot.Photo, Source: "https://a.example/"}
		}
		for i, p := range split(whole) {
			if p.Media != nil && p.Format == bot.FormatPlain && utf8.RuneCountInString(p.Text) > 1024 {
				t.Errorf("Split(%.40q): the caption has %d bytes", text, len(p.Text))
			}
			if len(p.Text) > 32*1024 || p.Format == bot.FormatPlain && utf8.RuneCountInString(p.Text) > 4096 {
				t.Errorf("Split(%.40q): piece %d has %d bytes", text, i, len(p.Text))
			}
			if again := split(p); len(again) != 1 || again[0].Text != p.Text {
				t.Errorf("Split(%.40q): piece %d is cut again: %s", text, i, fmt.Sprint(texts(again)))
			}
		}
	})
}
