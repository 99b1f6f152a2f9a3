package markup_test

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/simulate/telegram/markup"
)

// reading is a text, and what it is read as.
type reading struct {
	name, in string
	text     string
	entities []markup.Entity
}

func check(t *testing.T, mode string, tests []reading) {
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			text, entities, err := markup.Parse(tt.in, mode)
			if err != nil || text != tt.text {
				t.Fatalf("Parse(%q, %q) = %q, _, %v, want %q", tt.in, mode, text, err, tt.text)
			}
			if diff := cmp.Diff(tt.entities, entities); diff != "" {
				t.Errorf("Parse(%q, %q) entities (-want +got):\n%s", tt.in, mode, diff)
			}
		})
	}
}

func TestHTML(t *testing.T) {
	check(t, "HTML", []reading{
		{"a mark", "a <b>b</b>", "a b", []markup.Entity{{Type: "bold", Offset: 2, Length: 1}}},
		{"offsets are UTF-16", "😀é<i>😀</i>", "😀é😀", []markup.Entity{{Type: "italic", Offset: 3, Length: 2}}},
		{"nested", "<b>a<i>b</i></b>", "ab", []markup.Entity{
			{Type: "bold", Length: 2}, {Type: "italic", Offset: 1, Length: 1},
		}},
		{"synonyms", "<strong>a</strong><em>b</em><ins>c</ins><del>d</del><strike>e</strike><tg-spoiler>f</tg-spoiler>", "abcdef",
			[]markup.Entity{
				{Type: "bold", Offset: 0, Length: 1}, {Type: "italic", Offset: 1, Length: 1},
				{Type: "underline", Offset: 2, Length: 1}, {Type: "strikethrough", Offset: 3, Length: 1},
				{Type: "strikethrough", Offset: 4, Length: 1}, {Type: "spoiler", Offset: 5, Length: 1},
			}},
		{"spoiler span", `<span class="tg-spoiler">x</span>`, "x", []markup.Entity{{Type: "spoiler", Length: 1}}},
		{"references", "&lt;&gt;&amp;&quot;&#65;&#x42;&nbsp;&", `<>&"AB&nbsp;&`, nil},
		{"link", `<a href='https://a.example/?x=1&amp;y'>a</a>`, "a",
			[]markup.Entity{{Type: "text_link", Length: 1, URL: "https://a.example/?x=1&y"}}},
		{"link to its own text", "<a>a.example</a>", "a.example",
			[]markup.Entity{{Type: "text_link", Length: 9, URL: "a.example"}}},
		{"link to nowhere is text", `<a href="nowhere">a</a>`, "a", nil},
		{"mention", `<a href="tg://user?id=5">a</a>`, "a", []markup.Entity{{Type: "text_mention", Length: 1}}},
		{"code with a language", `<pre><code class="language-go">x</code></pre>`, "x",
			[]markup.Entity{{Type: "pre", Length: 1, Language: "go"}}},
		{"nothing in code", "<code>a<b>b</b></code><b>c</b>", "abc", []markup.Entity{
			{Type: "code", Length: 2}, {Type: "bold", Offset: 2, Length: 1},
		}},
		{"folded quote", "<blockquote expandable>q</blockquote>", "q",
			[]markup.Entity{{Type: "expandable_blockquote", Length: 1}}},
		{"emoji", `<tg-emoji emoji-id=7>👍</tg-emoji>`, "👍",
			[]markup.Entity{{Type: "custom_emoji", Length: 2, CustomEmoji: "7"}}},
		{"empty element", "<b></b>x", "x", nil},
		{"nameless end", "<b>x</>", "x", []markup.Entity{{Type: "bold", Length: 1}}},
	})
}

func TestMarkdownV2(t *testing.T) {
	check(t, "MarkdownV2", []reading{
		{"marks", "*b* _i_ __u__ ~s~ ||h|| `c`", "b i u s h c", []markup.Entity{
			{Type: "bold", Offset: 0, Length: 1}, {Type: "italic", Offset: 2, Length: 1},
			{Type: "underline", Offset: 4, Length: 1}, {Type: "strikethrough", Offset: 6, Length: 1},
			{Type: "spoiler", Offset: 8, Length: 1}, {Type: "code", Offset: 10, Length: 1},
		}},
		{"nested", "*a _b_ c*", "a b c", []markup.Entity{
			{Type: "bold", Length: 5}, {Type: "italic", Offset: 2, Length: 1},
		}},
		{"escapes", `\_\*\[\]\(\)\~\>\#\+\-\=\|\{\}\.\!\\`, `_*[]()~>#+-=|{}.!\`, nil},
		{"link", `[a](https://a.example/\)x)`, "a", []markup.Entity{{Type: "text_link", Length: 1, URL: "https://a.example/)x"}}},
		{"emoji", "![👍](tg://emoji?id=7)", "👍", []markup.Entity{{Type: "custom_emoji", Length: 2, CustomEmoji: "7"}}},
		{"code block", "```go\na*b```", "a*b", []markup.Entity{{Type: "pre", Length: 3, Language: "go"}}},
		{"code block without a language", "```\nx\n```", "x\n", []markup.Entity{{Type: "pre", Length: 2}}},
		{"code has no marks", "`a.b_c`", "a.b_c", []markup.Entity{{Type: "code", Length: 5}}},
		{"underline around italic", "__a _b_ c__", "a b c", []markup.Entity{
			{Type: "underline", Length: 5}, {Type: "italic", Offset: 2, Length: 1},
		}},
		{"underline in italic", "_a__b__ c_", "ab c", []markup.Entity{
			{Type: "italic", Length: 4}, {Type: "underline", Offset: 1, Length: 1},
		}},
		{"quotes", ">a\n>b\nc\n>d", "a\nb\nc\nd", []markup.Entity{
			{Type: "blockquote", Length: 3}, {Type: "blockquote", Offset: 6, Length: 1},
		}},
		{"folded quote behind another", ">a\n**>b\n>c||", "a\nb\nc", []markup.Entity{
			{Type: "blockquote", Length: 1}, {Type: "expandable_blockquote", Offset: 2, Length: 3},
		}},
		{"bold in a quote", ">*a* b\nc", "a b\nc", []markup.Entity{
			{Type: "blockquote", Length: 3}, {Type: "bold", Length: 1},
		}},
	})
}

func TestMarkdown(t *testing.T) {
	check(t, "Markdown", []reading{
		{"marks", `*b* _i_ \*x . !`, "b i *x . !", []markup.Entity{
			{Type: "bold", Length: 1}, {Type: "italic", Offset: 2, Length: 1},
		}},
		{"link", "[a](https://a.example)b", "ab", []markup.Entity{{Type: "text_link", Length: 1, URL: "https://a.example"}}},
		{"code block", "```go\nx_y```", "x_y", []markup.Entity{{Type: "pre", Length: 3, Language: "go"}}},
		{"does not nest", "*a_b*", "a_b", []markup.Entity{{Type: "bold", Length: 3}}},
	})
}

func TestModes(t *testing.T) {
	tests := []struct{ name, mode, in, want string }{
		{"plain", "", "<b>*x*</b>", "<b>*x*</b>"},
		{"html in any letter case", "hTmL", "<B>x</b>", "x"},
		{"v2 in any letter case", "markdownV2", "*x*", "x"},
		{"old in any letter case", "MARKDOWN", "*x.*", "x."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got, _, err := markup.Parse(tt.in, tt.mode); err != nil || got != tt.want {
				t.Errorf("Parse(%q, %q) = %q, _, %v, want %q", tt.in, tt.mode, got, err, tt.want)
			}
		})
	}
	if _, _, err := markup.Parse("x", "rst"); !errors.Is(err, markup.ErrMode) {
		t.Errorf("Parse(x, rst) error = %v, want %v", err, markup.ErrMode)
	}
}

func TestComplaints(t *testing.T) {
	tests := []struct{ name, mode, in, want string }{
		{"html stray <", "html", "a < b", `Unsupported start tag "" at byte offset 2`},
		{"html unsupported", "html", "é<div>", `Unsupported start tag "div" at byte offset 2`},
		{"html unclosed start", "html", "<b", "Unclosed start tag at byte offset 0"},
		{"html unclosed attribute", "html", `<a href="x`, "Unclosed start tag at byte offset 0"},
		{"html attribute without a name", "html", `<a ="x">`, `Empty attribute name in the tag "a" at byte offset 0`},
		{"html never ended", "html", "<b>x", `Can't find end tag corresponding to start tag "b"`},
		{"html not begun", "html", "x</b>", "Unexpected end tag at byte offset 1"},
		{"html crossed", "html", "<b><i>x</b>", `Unmatched end tag at byte offset 7, expected "</i>", found "</b>"`},
		{"html unclosed end", "html", "<b>x</b", "Unclosed end tag at byte offset 4"},
		{"html span", "html", "<span>x</span>", `Tag "span" must have class "tg-spoiler" at byte offset 0`},
		{"v2 reserved", "markdownv2", "a.", `Character '.' is reserved and must be escaped with the preceding '\'`},
		{"v2 one bar", "markdownv2", "a|b", `Character '|' is reserved and must be escaped with the preceding '\'`},
		{"v2 > in a line", "markdownv2", "a > b", `Character '>' is reserved and must be escaped with the preceding '\'`},
		{"v2 closing bracket", "markdownv2", "a]", `Character ']' is reserved and must be escaped with the preceding '\'`},
		{"v2 bold", "markdownv2", "é*x", "Can't find end of Bold entity at byte offset 2"},
		{"v2 code", "markdownv2", "`x", "Can't find end of Code entity at byte offset 0"},
		{"v2 crossed", "markdownv2", "*a _b* c_", "Can't find end of Italic entity at byte offset 8"},
		{"v2 link", "markdownv2", "[a](b", "Can't find end of a URL at byte offset 4"},
		{"v2 emoji", "markdownv2", "![a]", "Custom emoji entity must contain a tg://emoji URL"},
		{"v2 emoji elsewhere", "markdownv2", "![a](https://a.example)", "Custom emoji URL must have scheme tg"},
		{"v2 bold across a quote's end", "markdownv2", ">*a\nb*", "Can't find end of Bold entity at byte offset 1"},
		{"old", "markdown", "a_b", "Can't find end of the entity starting at byte offset 1"},
		{"old code block", "markdown", "```x`", "Can't find end of the entity starting at byte offset 0"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, _, err := markup.Parse(tt.in, tt.mode)
			if c, ok := errors.AsType[markup.Complaint](err); !ok || c.Error() != tt.want {
				t.Errorf("Parse(%q, %q) error = %v, want complaint %s", tt.in, tt.mode, err, tt.want)
			}
		})
	}
}

func TestValidLink(t *testing.T) {
	tests := []struct {
		name string
		in   string
		want bool
	}{
		{"web", "https://a.example/b", true},
		{"no scheme", "a.example", true},
		{"this machine", "http://127.0.0.1:8080", true},
		{"localhost", "http://localhost/x", true},
		{"telegram", "tg://resolve?domain=x", true},
		{"a word", "nowhere", false},
		{"a file", "ftp://a.example", false},
		{"script", "javascript:alert(1)", false},
		{"white space", "https://a.example/a b", false},
		{"nothing", "", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := markup.ValidLink(tt.in); got != tt.want {
				t.Errorf("ValidLink(%q) = %v, want %v", tt.in, got, tt.want)
			}
		})
	}
}

// FuzzParse: no input may panic, and every entity lies within the text.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"<b>x</b>", "<a href='x'>y", "&#x1F600;", "*b* _i_ __u__", ">q\n**>r||", "[a](b)", "```go\nx```", "![a](tg://emoji?id=1)",
		"\\", "<", "</", "<a b", "*_*_*_", "||", "😀*😀*", "&#0;", "&#xd800;",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, in string) {
		for _, mode := range []string{"html", "markdown", "markdownv2"} {
			text, entities, err := markup.Parse(in, mode)
			if err != nil || !utf8.ValidString(in) {
				continue
			}
			if !utf8.ValidString(text) {
				t.Errorf("Parse(%q, %s) = %q, not UTF-8", in, mode, text)
			}
			units := markup.UTF16Len(text)
			for _, e := range entities {
				if e.Offset < 0 || e.Length <= 0 || e.Offset+e.Length > units || strings.TrimSpace(e.Type) == "" {
					t.Errorf("Parse(%q, %s) entity %+v outside of the %d units of %q", in, mode, e, units, text)
				}
			}
		}
	})
}
