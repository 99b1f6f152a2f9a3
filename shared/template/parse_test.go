package template_test

import (
	"strings"
	"testing"

	"hookline/shared/bot"
	"hookline/shared/template"
)

const refusal = "not supported yet: only {{ path }} and {{ path | tojson }}"

var refused = []string{
	"{% if x %}", "{%- x %}", "{# comment #}", "{{ x | upper }}", "{{ x | tojson | upper }}", "{{ x | tojson(indent=2) }}", "{{ x() }}", "{{ x.y() }}",
	"{{ x + 1 }}", "{{ x == 1 }}", "{{ not x }}", "{{ x and y }}", "{{ x ~ y }}", "{{ 'x' }}", `{{ "x" }}`, "{{ 1 }}", "{{ 1.5 }}", "{{ x[0] }}", "{{ x['a'] }}", "{{ [x] }}",
	"{{ {'a': 1} }}", "{{ (x) }}", "{{- x }}", "{{ x -}}", "{{ }}", "{{}}", "{{ . }}", "{{ .x }}", "{{ x. }}", "{{ x..y }}", "{{ x .y }}", "{{ x | }}", "{{ | tojson }}",
	"{{ true }}", "{{ none }}", "{{ None.x }}", "{{ x.-1 }}", "{{ x.1a }}", "{{ 0.x }}", "{{ x if y }}", "{{ x.99999999999999999999 }}", "{{ {{ x }} }}",
}

func TestParseRefuses(t *testing.T) {
	for _, source := range refused {
		t.Run(source, func(t *testing.T) {
			_, err := template.Parse("fine {{ x }}\n" + source)
			got := bot.PublicMessage(err)
			if bot.KindOf(err) != bot.Invalid || !strings.HasPrefix(got, "line 2: ") || !strings.HasSuffix(got, ": "+refusal) {
				t.Errorf("Parse(%q) = %v, want kind invalid, line 2 and %q", source, err, refusal)
			}
		})
	}
}

func TestParseErrors(t *testing.T) {
	tests := []struct {
		name   string
		source string
		kind   bot.ErrorKind
		want   string
	}{
		{"not closed", "a\nb {{ x", bot.Invalid, "line 2: {{ without }}"},
		{"not closed, behind one that is", "{{ x }}{{ x }", bot.Invalid, "line 1: {{ without }}"},
		{"too large", strings.Repeat("x", template.MaxSource+1), bot.TooLarge, "a template has at most 65536 bytes"},
		{"what is refused is shown cut short", "{{ x + " + strings.Repeat("é", 100) + " }}", bot.Invalid, "line 1: {{ x + " + strings.Repeat("é", 53) + "…: " + refusal},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := template.Parse(tt.source)
			if bot.KindOf(err) != tt.kind || bot.PublicMessage(err) != tt.want {
				t.Errorf("Parse = %q, want kind %s, %q", err, tt.kind, tt.want)
			}
		})
	}
}

// FuzzRender: whatever is accepted renders within the budget, or gives an error with a kind.
func FuzzRender(f *testing.F) {
	for _, source := range refused {
		f.Add(source, `{"x":1}`)
	}
	for _, source := range []string{"a {{ x }}\n", "{{ x.a.0 | tojson }}", "{{ event.chat.id }}", "}}{{x}}{", "{{\r\nx\r}}"} {
		f.Add(source, `{"x":{"a":["'\"\u0000<😀",1.0,null,true]}}`)
	}
	f.Fuzz(func(t *testing.T, source, values string) {
		parsed, err := template.Parse(source)
		if err != nil {
			if kind := bot.KindOf(err); kind != bot.Invalid && kind != bot.TooLarge {
				t.Errorf("Parse(%q) = %v of kind %s", source, err, kind)
			}
			return
		}
		scope := template.Scope{"x": template.Lazy(rawJSON(values))}
		for _, format := range []bot.Format{bot.FormatPlain, bot.FormatHTML, bot.FormatMarkdown} {
			got, err := parsed.Render(scope, format)
			if len(got) > template.MaxOutput || err != nil && got != "" || bot.KindOf(err) == bot.Internal {
				t.Errorf("Render(%q, %q) = %d bytes, %v", source, format, len(got), err)
			}
			if len(parsed.Names()) == 0 && err != nil {
				t.Errorf("Render(%q) = %v, and it inserts nothing", source, err)
			}
		}
	})
}

type rawJSON string

func (r rawJSON) MarshalJSON() ([]byte, error) { return []byte(r), nil }
