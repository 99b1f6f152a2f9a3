package template_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
	"hookline/shared/template"
)

func says(text string) bot.Button           { return bot.Button{Text: text, Payload: text} }
func sends(text, payload string) bot.Button { return bot.Button{Text: text, Payload: payload} }
func opens(text, url string) bot.Button     { return bot.Button{Text: text, URL: url} }

func TestF31Keyboard(t *testing.T) {
	rows := func(rows ...[]bot.Button) [][]bot.Button { return rows }
	row := func(buttons ...bot.Button) []bot.Button { return buttons }
	tests := []struct {
		name, text string
		want       [][]bot.Button
	}{
		{"nothing", " \n", nil},
		{"None", "None", nil},
		{"an empty list", "[]", nil},
		{"an empty row", "[[], ['a']]", rows(row(says("a")))},
		{"JSON", `[["a", "b"], ["c"]]`, rows(row(says("a"), says("b")), row(says("c")))},
		{"JSON objects", `[[{"text": "a", "url": "https://x"}, {"text": "b", "payload": "p"}, {"text": "c"}]]`, rows(row(opens("a", "https://x"), sends("b", "p"), says("c")))},
		{"JSON escapes", `["\ud83c\udf55 \/ \u00df"]`, rows(row(says("🍕 / ß")))},
		{"a flat list", "['a', 'b']", rows(row(says("a")), row(says("b")))},
		{"lists in rows", "[['a', ['b', ['c']]], 'd']", rows(row(says("a"), says("b"), says("c")), row(says("d")))},
		{"one text", "'Back'", rows(row(says("Back")))},
		{"one tuple", "('Menu', 'menu')", rows(row(sends("Menu", "menu")))},
		{"a label that sends nothing", "[('a', '')]", rows(row(says("a")))},
		{"a tuple of lists", "(['a'], ['b'],)", rows(row(says("a")), row(says("b")))},
		{"a tuple of tuples", "(('a', 'b'), ('c', 'd'))", rows(row(sends("a", "b")), row(sends("c", "d")))},
		{"what opens and what sends", "[('Site', 'https://x.com'), ('Old', 'http://x.com'), ('No', 'xhttpy')]",
			rows(row(opens("Site", "https://x.com")), row(opens("Old", "http://x.com")), row(sends("No", "xhttpy")))},
		{"blanks in front", " \t\n  [['a']]", rows(row(says("a")))},
		{"commas at ends", "[['a', ('b', 'c',),],]", rows(row(says("a"), sends("b", "c")))},
		{"comments", "[ # rows\n 'a', # one\n # two\n]# end", rows(row(says("a")))},
		{"prefixes", `[u'a', U"b", r'c\n', R'd\'e']`, rows(row(says("a")), row(says("b")), row(says(`c\n`)), row(says(`d\'e`)))},
		{"three quotes", "['''it's\n\"a\"''', \"\"\"b\"\"\"]", rows(row(says("it's\n\"a\"")), row(says("b")))},
		{"texts in a row", `['a' "b" u'c']`, rows(row(says("abc")))},
		{"escapes", `['it\'s', "tab\t", '\x41\u00df\U0001f355\101\q']`, rows(row(says("it's")), row(says("tab\t")), row(says(`Aß🍕A\q`)))},
		{"parentheses around one", "[('a')]", rows(row(says("a")))},
		{"without brackets", "'a', 'b'", rows(row(sends("a", "b")))},
		{"dicts of Python", "[{'text': 'a', 'payload': 'b'}]", rows(row(sends("a", "b")))},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := template.Keyboard(tt.text)
			if diff := cmp.Diff(tt.want, got); err != nil || diff != "" {
				t.Errorf("Keyboard(%q) = %v (-want +got):\n%s", tt.text, err, diff)
			}
		})
	}
}

func TestF31KeyboardRefuses(t *testing.T) {
	const neither = "it gives what is neither JSON nor a Python literal: "
	tests := []struct{ text, want string }{
		{"['it's']", neither + "expected ], found s']"},
		{"[['a']", neither + "it ends without ]"},
		{"['a'", neither + "it ends without ]"},
		{"['a', ", neither + "it ends too early"},
		{"('a'", neither + "it ends without )"},
		{"['a'] ['b']", neither + "unexpected ['b']"},
		{"['a", neither + "a text without its closing '"},
		{"['a\nb']", neither + "a text without its closing '"},
		{"[b'a']", neither + "unexpected b'a']"},
		{"Back", neither + "unexpected Back"},
		{"__import__('os')", neither + "unexpected __import__('os')"},
		{"['a' + 'b']", neither + "expected ], found + 'b']"},
		{`['\xZZ']`, neither + `\x needs 2 hexadecimal digits`},
		{"{1: 'a'}", neither + "the keys of a dict must be texts"},
		{"{'text' 'a'}", neither + "expected :, found }"},
		{strings.Repeat("[", 1000), neither + "nested deeper than 100"},
		{strings.Repeat("(", 1000), neither + "nested deeper than 100"},
		{"[1]", "a button is a text, a label with what it sends or opens, or an object with text, url and payload: not a number"},
		{"[None]", "a button is a text, a label with what it sends or opens, or an object with text, url and payload: not None"},
		{"[('a',)]", "a button in parentheses is a label and what it sends or opens: two texts"},
		{"[('a', 'b', 'c')]", "a button in parentheses is a label and what it sends or opens: two texts"},
		{"[('a', 1)]", "a button in parentheses is a label and what it sends or opens: two texts"},
		{"['']", "a button needs a text"},
		{`[{"text": " "}]`, "a button needs a text"},
		{`[{"text": "a", "utl": "b"}]`, "a button has text, url and payload, and no utl"},
		{`[{"text": 1}]`, "text of a button must be a text, not a number"},
		{`[{"text": "a", "url": "https://x", "payload": "b"}]`, "a button opens an address or sends a payload: not both"},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			got, err := template.Keyboard(tt.text)
			if bot.KindOf(err) != bot.Invalid || bot.PublicMessage(err) != tt.want {
				t.Errorf("Keyboard(%q) = %v, %v, want kind invalid and %q", tt.text, got, err, tt.want)
			}
		})
	}
}

func FuzzKeyboard(f *testing.F) {
	for _, text := range []string{`[["a", {"text": "b", "url": "c"}]]`, "[('a', 'b'), u'c' r'd', '''e''',] # f", "{'text': 'a'}", "None", `'\x41\u00df\777'`} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		rows, err := template.Keyboard(text)
		if err != nil && (bot.KindOf(err) != bot.Invalid || rows != nil) {
			t.Errorf("Keyboard(%q) = %v, %v of kind %s", text, rows, err, bot.KindOf(err))
		}
		for _, row := range rows {
			for _, b := range row {
				if strings.TrimSpace(b.Text) == "" || (b.URL == "") == (b.Payload == "") {
					t.Errorf("Keyboard(%q) has the button %+v", text, b)
				}
			}
		}
	})
}
