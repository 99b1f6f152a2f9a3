package permabots_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
)

func TestImportText(t *testing.T) {
	const (
		lines   = "line ends in a text are shown now; permabots showed spaces in: h"
		escaped = "inserted values are escaped now; where one is markup, write | safe behind it in: h"
	)
	several := func(texts ...string) *bot.Response {
		r := &bot.Response{}
		for _, text := range texts {
			r.Messages = append(r.Messages, bot.Message{Text: text, ReplyTo: true})
		}
		return r
	}
	tests := []struct {
		name, text string
		want       *bot.Response
		notes      []string
	}{
		{"F30 a template stays", "Hi {{ pattern.name|upper }} & {% now 'utc' %}", quoted(bot.Message{Text: "Hi {{ pattern.name|upper }} & {% now 'utc' %}"}), nil},
		{"trimmed", " \n hi\n", quoted(bot.Message{Text: "hi"}), nil},
		{"lines", "a\r\nb", quoted(bot.Message{Text: "a\nb"}), []string{lines}},
		{"F34 markup", "<b>Hi</b> there", quoted(bot.Message{Text: "<b>Hi</b> there", Format: bot.FormatHTML}), nil},
		{"F34 markup around what is inserted", "<a href='{{ env.A }}'>Hi</a>", quoted(bot.Message{Text: "<a href='{{ env.A }}'>Hi</a>", Format: bot.FormatHTML}), []string{escaped}},
		{"F34 an entity", "1 &lt; 2", quoted(bot.Message{Text: "1 &lt; 2", Format: bot.FormatHTML}), nil},
		{"no markup", "1 < 2, <hi>", quoted(bot.Message{Text: "1 < 2, <hi>"}), nil},
		{"F33 several messages", `a \n\n {{ x }} b\n`, several("a", "{{ x }} b"), nil},
		{"F33 one message", `\na`, quoted(bot.Message{Text: `\na`}), nil},
		{"F33 cut in a statement: when it is sent", `{% if x %}a\nb{% endif %}`, quoted(bot.Message{Text: `{% if x %}a\nb{% endif %}`}), nil},
		{"F33 cut in a comment: when it is sent", `a{# \n #}b`, quoted(bot.Message{Text: `a{# \n #}b`}), nil},
		{"F33 cut in an insertion: when it is sent", `a {{ x ~ '\n' }} b`, quoted(bot.Message{Text: `a {{ x ~ '\n' }} b`}), nil},
		{"F33 a piece that may be blank: when it is sent", `a\n{{ x }}`, quoted(bot.Message{Text: `a\n{{ x }}`}), nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, _ := importOne(t, dump(response("r", `"text_template": `+quotedJSON(tt.text)), handler("h", `"response": "r"`)))
			if diff := cmp.Diff(tt.want, got.Definition.Handlers[0].Response); diff != "" {
				t.Errorf("Import(text %q) (-want +got):\n%s", tt.text, diff)
			}
			wantNotes(t, got, tt.notes...)
		})
	}
}

// Elsewhere nothing was quoted, and markup stood for itself.
func TestImportTextNotOnTelegram(t *testing.T) {
	whole := "[" + object("bot", "b", `"name": "b"`) + "," + response("r", `"text_template": "<b>hi</b>"`) + "," + handler("h", `"response": "r"`) + "]"
	got, _ := importOne(t, whole)
	want := &bot.Response{Message: bot.Message{Text: "<b>hi</b>"}}
	if diff := cmp.Diff(want, got.Definition.Handlers[0].Response); diff != "" || len(got.Notes) > 0 {
		t.Errorf("Import(%s), notes %v (-want +got):\n%s", whole, got.Notes, diff)
	}
}

func TestImportKeyboard(t *testing.T) {
	const beside = "buttons stand side by side as written now; permabots showed one a row in: h"
	rows := func(rows ...[]bot.Button) *bot.Keyboard { return &bot.Keyboard{Rows: rows} }
	send := func(text string) bot.Button { return bot.Button{Text: text, Payload: text} }
	tests := []struct {
		name, source string
		want         *bot.Keyboard
		notes        []string
	}{
		{"F32 none", "", nil, nil},
		{"F32 blank", " \r\n", nil, nil},
		{"F32 no buttons", "[]", nil, nil},
		{"F31 a literal", `[['a'], [u"it's",], ('b', 'payload'), ('c', 'https://x')]`, rows([]bot.Button{send("a")}, []bot.Button{send("it's")}, []bot.Button{{Text: "b", Payload: "payload"}}, []bot.Button{{Text: "c", URL: "https://x"}}), nil},
		{"F31 JSON", `[["a"], ["b"]]`, rows([]bot.Button{send("a")}, []bot.Button{send("b")}), nil},
		{"F31 rows", `[['a', 'b'], ['c']]`, rows([]bot.Button{send("a"), send("b")}, []bot.Button{send("c")}), []string{beside}},
		{"a template", " [['{{ env.A }}']] ", &bot.Keyboard{Template: "[['{{ env.A }}']]"}, nil},
		{"B12 no literal", "[['a'", &bot.Keyboard{Template: "[['a'"}, []string{"handlers[0].response.keyboard: it gives what is neither JSON nor a Python literal: it ends without ]"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, _ := importOne(t, dump(response("r", `"text_template": "hi", "keyboard_template": `+quotedJSON(tt.source)), handler("h", `"response": "r"`)))
			if diff := cmp.Diff(quoted(bot.Message{Text: "hi", Keyboard: tt.want}), got.Definition.Handlers[0].Response); diff != "" {
				t.Errorf("Import(keyboard %q) (-want +got):\n%s", tt.source, diff)
			}
			wantNotes(t, got, tt.notes...)
		})
	}
}

// The keyboard goes with the last message.
func TestImportKeyboardOfSeveralMessages(t *testing.T) {
	got, _ := importOne(t, dump(response("r", `"text_template": "a\\nb", "keyboard_template": "['c']"`), handler("h", `"response": "r"`)))
	keyboard := &bot.Keyboard{Rows: [][]bot.Button{{{Text: "c", Payload: "c"}}}}
	want := &bot.Response{Messages: []bot.Message{{Text: "a", ReplyTo: true}, {Text: "b", ReplyTo: true, Keyboard: keyboard}}}
	if diff := cmp.Diff(want, got.Definition.Handlers[0].Response); diff != "" {
		t.Errorf("response (-want +got):\n%s", diff)
	}
}
