package template_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
	"hookline/shared/template"
)

// decoded gives JSON as a scope holds it.
func decoded(t testing.TB, text string) any {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		t.Fatalf("bad JSON in the test: %v", err)
	}
	return value
}

func render(t testing.TB, source string, scope template.Scope, format bot.Format) (string, error) {
	t.Helper()
	parsed, err := template.Parse(source)
	if err != nil {
		t.Fatalf("Parse(%q) = %v", source, err)
	}
	return parsed.Render(scope, format)
}

var event = bot.Event{
	ID: "1", Provider: "telegram", Channel: "c", Kind: bot.Text, Text: "hi",
	From: &bot.Person{ID: "9007199254740993", FirstName: "Ada"},
	Form: &bot.Form{Values: map[string]string{"größe": "XL"}},
	Raw:  json.RawMessage(`{"update_id":9007199254740993,"ratio":1.0,"list":[{"a":1},{"a":2}],"nothing":null}`),
}

func TestRender(t *testing.T) {
	value := func(text string) any { return decoded(t, text) }
	tests := []struct {
		name   string
		source string
		value  any // what x is
		want   string
	}{
		{"no insertion", "plain } text { % }}", nil, "plain } text { % }}"},
		{"empty", "", nil, ""},
		{"text", "a {{ x }} b", "X", "a X b"},
		{"no spaces", "{{x}}", "X", "X"},
		{"much space, lines", "{{\n  x\t}}", "X", "X"},
		{"twice", "{{ x }}{{ x }}", "X", "XX"},
		{"inserted text is no template", "{{ x }}", "{{ y }}", "{{ y }}"},
		{"one line end is dropped", "a {{ x }}\n", "X", "a X"},
		{"only one", "a {{ x }}\n\n", "X", "a X\n"},
		{"line ends are made one", "a\r\n{{ x }}\rb\r\n", "X", "a\nX\nb"},
		{"integer", "{{ x }}", json.Number("5"), "5"},
		{"number as written", "{{ x }}", json.Number("1.0"), "1.0"},
		{"beyond 2^53", "{{ x }}", json.Number("9007199254740993"), "9007199254740993"},
		{"true", "{{ x }}", true, "True"},
		{"false", "{{ x }}", false, "False"},
		{"null", "{{ x }}", nil, "None"},
		{"field", "{{ x.a.b }}", value(`{"a":{"b":"deep"}}`), "deep"},
		{"undefined field", "<{{ x.b }}>", value(`{"a":1}`), "<>"},
		{"undefined field of null", "<{{ x.b }}>", nil, "<>"},
		{"undefined field of text", "<{{ x.b }}>", "text", "<>"},
		{"index", "{{ x.1.a }}", value(`[{"a":1},{"a":2}]`), "2"},
		{"index past the end", "<{{ x.2 }}>", value(`[1,2]`), "<>"},
		{"name on a list", "<{{ x.a }}>", value(`[1,2]`), "<>"},
		{"index into an object is no field", "<{{ x.0 }}>", value(`{"0":1}`), "<>"},
		{"Go methods are not reachable", "<{{ x.String }}>", json.Number("5"), "<>"},
		{"list", "{{ x }}", value(`["a",1,true,null,1.50]`), "['a', 1, True, None, 1.50]"},
		{"object", "{{ x }}", value(`{"b":{},"a":[]}`), "{'a': [], 'b': {}}"},
		{"repr with quote", "{{ x }}", value(`["it's","\"","'\""]`), `["it's", '"', '\'"']`},
		{"repr of control characters", "{{ x }}", value(`["\n\r\t\\\u0000\u007f\u0085\u200b\ud83d\ude00é"]`), `['\n\r\t\\\x00\x7f\x85\u200b😀é']`},
		{"repr beyond 16 bits", "{{ x }}", value(`["\udb40\udc01"]`), `['\U000e0001']`},
		{"map of strings", "{{ x.a }}{{ x.b }} {{ x }}", map[string]string{"a": "1"}, "1 {'a': '1'}"},
		{"captures", "{{ x.a }}{{ x.b }}{{ x.c }} {{ x }}", map[string]*string{"a": new("1"), "b": nil}, "1None {'a': '1', 'b': None}"},
		{"tojson text", "{{ x | tojson }}", `<a href='b'>"&"`, `"\u003ca href=\u0027b\u0027\u003e\"\u0026\""`},
		{"tojson beyond ASCII", "{{ x|tojson }}", "é😀\x7f\b\f\n\r\t\x01\\", `"\u00e9\ud83d\ude00\u007f\b\f\n\r\t\u0001\\"`},
		{"tojson values", "{{ x | tojson }}", value(`{"b":[1,1.0,9007199254740993,true,false,null],"a":{}}`), `{"a": {}, "b": [1, 1.0, 9007199254740993, true, false, null]}`},
		{"tojson map of strings", "{{ x | tojson }}", map[string]*string{"a": nil, "b": new("")}, `{"a": null, "b": ""}`},
		{"tojson null", "{{ x | tojson }}", nil, "null"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := render(t, tt.source, template.Scope{"x": tt.value}, bot.FormatPlain)
			if err != nil || got != tt.want {
				t.Errorf("Render(%q, x = %v) = %q, %v, want %q", tt.source, tt.value, got, err, tt.want)
			}
		})
	}
}

func TestRenderEvent(t *testing.T) {
	tests := []struct{ source, want string }{
		{"{{ event.from.id }} {{ event.from.first_name }}", "9007199254740993 Ada"},
		{"{{ event.raw.update_id }} {{ event.raw.ratio }}", "9007199254740993 1.0"},
		{"{{ event.raw.list.1.a }}", "2"},
		{"{{ event.form.values.größe }}", "XL"},
		{"{{ event.raw.nothing }}", "None"},
		{"<{{ event.payload }}>", "<>"},
		{"<{{ event.chat.id }}{{ event.location.latitude }}{{ event.contact.phone }}>", "<>"},
		{"<{{ event.reply_to.text }}{{ event.reply_to.from.id }}{{ event.command.name }}>", "<>"},
		{"<{{ event.reaction.name }}{{ event.member.status }}{{ event.task.fields.x }}{{ event.referral.ref }}>", "<>"},
		{"<{{ event.form.values.x }}{{ event.attachments.0 }}{{ event.members.0 }}{{ event.entities.0 }}>", "<>"},
		{"<{{ pattern.x }}{{ env.x }}{{ state_context.x }}{{ unknown }}>", "<>"},
		{"{{ event.chat | tojson }}{{ pattern }}", "{}{}"},
	}
	for _, tt := range tests {
		t.Run(tt.source, func(t *testing.T) {
			got, err := render(t, tt.source, template.Scope{"event": template.Lazy(event)}, bot.FormatPlain)
			if err != nil || got != tt.want {
				t.Errorf("Render(%q) = %q, %v, want %q", tt.source, got, err, tt.want)
			}
		})
	}
}

// An event written out shows what is known of it, not the empty objects that may be read.
func TestRenderWholeEvent(t *testing.T) {
	small := bot.Event{ID: "1", Provider: "telegram", Channel: "c", Kind: bot.Text, Text: "hi"}
	got, err := render(t, "{{ event | tojson }}", template.Scope{"event": template.Lazy(small)}, bot.FormatPlain)
	want := `{"channel": "c", "id": "1", "kind": "text", "provider": "telegram", "text": "hi"}`
	if err != nil || got != want {
		t.Errorf("Render = %s, %v, want %s", got, err, want)
	}
}

func TestRenderEscapes(t *testing.T) {
	const nasty = `<b>&"'_*[]()~` + "`" + `>#+-=|{}.!\ é`
	tests := []struct {
		name   string
		format bot.Format
		want   string
	}{
		{"plain", bot.FormatPlain, "<i>" + nasty},
		{"html", bot.FormatHTML, `<i>&lt;b&gt;&amp;&#34;&#39;_*[]()~` + "`" + `&gt;#+-=|{}.!\ é`},
		{"markdown", bot.FormatMarkdown, `<i><b\>&"'\_\*\[\]\(\)\~\` + "`" + `\>\#\+\-\=\|\{\}\.\!\\ é`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := render(t, "<i>{{ x }}", template.Scope{"x": nasty}, tt.format)
			if err != nil || got != tt.want {
				t.Errorf("Render as %q = %q, %v, want %q", tt.format, got, err, tt.want)
			}
		})
	}
	got, _ := render(t, "{{ x | tojson }}", template.Scope{"x": `"`}, bot.FormatHTML)
	if want := `&#34;\&#34;&#34;`; got != want {
		t.Errorf("Render(tojson) as html = %q, want %q: it may stand in an attribute", got, want)
	}
}

func TestRenderErrors(t *testing.T) {
	large := strings.Repeat("x", template.MaxOutput/2)
	tests := []struct {
		name   string
		source string
		kind   bot.ErrorKind
		want   string
	}{
		{"field of undefined", "a\n{{ x.b.c }}", bot.Invalid, "line 2: x.b is undefined"},
		{"field of unknown name", "{{ y.b }}", bot.Invalid, "line 1: y is undefined"},
		{"beyond the end of a list", "{{ event.attachments.0.url }}", bot.Invalid, "line 1: event.attachments.0 is undefined"},
		{"second of two", "{{ x }}\n\n{{ y.b }}", bot.Invalid, "line 3: y is undefined"},
		{"line after one that goes over lines", "{{\n x\n}}{{ y.b }}", bot.Invalid, "line 3: y is undefined"},
		{"undefined to JSON", "{{ y | tojson }}", bot.Invalid, "line 1: y is undefined, and tojson needs a value"},
		{"too large", "{{ large }}{{ large }}.", bot.TooLarge, "the rendered text is over 65536 bytes"},
		{"lazy value fails", "{{ broken }}", bot.Invalid, "line 1: broken cannot be read as JSON"},
	}
	scope := template.Scope{"x": map[string]any{}, "large": large, "broken": template.Lazy(json.RawMessage("{"))}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := render(t, tt.source, scope, bot.FormatPlain)
			if got != "" || bot.KindOf(err) != tt.kind || bot.PublicMessage(err) != tt.want {
				t.Errorf("Render(%q) = %q, %v, want kind %s and %q", tt.source, got, err, tt.kind, tt.want)
			}
		})
	}
	if got, err := render(t, "{{ large }}{{ large }}", scope, bot.FormatPlain); err != nil || len(got) != template.MaxOutput {
		t.Errorf("Render of MaxOutput bytes gives %d, %v", len(got), err)
	}
}

func TestLazyIsMadeOnceAndOnlyIfNamed(t *testing.T) {
	made := 0
	scope := template.Scope{"x": template.Lazy(counted{&made})}
	if _, err := render(t, "{{ y }}", scope, bot.FormatPlain); err != nil || made != 0 {
		t.Errorf("made %d times, %v, want 0: the template does not name it", made, err)
	}
	for range 2 {
		if got, err := render(t, "{{ x }}{{ x }}", scope, bot.FormatPlain); err != nil || got != "11" {
			t.Errorf("Render = %q, %v, want 11", got, err)
		}
	}
	if made != 1 {
		t.Errorf("made %d times, want 1", made)
	}
}

type counted struct{ times *int }

func (c counted) MarshalJSON() ([]byte, error) {
	*c.times++
	if *c.times > 1 {
		return nil, errors.New("made twice")
	}
	return []byte("1"), nil
}

func TestNames(t *testing.T) {
	parsed, err := template.Parse("{{ event.text }}{{ env.A }}{{ event | tojson }}")
	if err != nil {
		t.Fatalf("Parse = %v", err)
	}
	if diff := cmp.Diff([]string{"env", "event"}, parsed.Names()); diff != "" {
		t.Errorf("Names (-want +got):\n%s", diff)
	}
}
