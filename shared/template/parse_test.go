package template_test

import (
	"strings"
	"testing"

	"hookline/shared/bot"
	"hookline/shared/template"
)

func TestParseErrors(t *testing.T) {
	tests := []struct {
		source string
		want   string // behind the line
	}{
		{"{{ x", "{{ without }}"},
		{"{{ x }", "} closes nothing"},
		{"{% if x", "{% without %}"},
		{"{# a", "{# without #}"},
		{"{% if x %}", "the template ends without {% endif %}"},
		{"{% for x in y %}{% else %}", "the template ends without {% endfor %}"},
		{"{% raw %}{{ x }}", "{% raw %} without {% endraw %}"},
		{"{% endif %}", "there is no tag endif"},
		{"{% if x %}{% endfor %}", "there is no tag endfor"},
		{"{%- x %}", "there is no tag x"},
		{"{% %}", "expected a name, found %}"},
		{"{% block x %}{% endblock %}", "there is no {% block %} here: a template stands alone"},
		{"{% for loop in x %}{% endfor %}", "loop is what tells of the loop itself: give the item another name"},
		{"{% set x, y %}{% endset %}", "a block is assigned to one name"},
		{"{% set x = 1 2 %}", "expected %}, found 2"},
		{"{% call x %}{% endcall %}", "{% call %} needs the call of a macro"},
		{"{{ }}", "unexpected }}"},
		{"{{}}", "unexpected }}"},
		{"{{ . }}", "unexpected ."},
		{"{{ x. }}", "expected a name after the dot, found }}"},
		{"{{ x..y }}", "expected a name after the dot, found ."},
		{"{{ x.-1 }}", "expected a name after the dot, found -"},
		{"{{ x | }}", "expected a name, found }}"},
		{"{{ | tojson }}", "unexpected |"},
		{"{{ x | uper }}", "there is no filter uper"},
		{"{{ x is strng }}", "there is no test strng"},
		{"{{ x ! }}", `unexpected '!'`},
		{"{{ 'x }}", "a text without its closing '"},
		{"{{ [x }}", "} closes nothing"},
		{"{{ (x]) }}", "] closes nothing"},
		{"{{ {{ x }} }}", "expected :, found }"},
		{"{{ f(a=1, 2) }}", "an argument without a name stands behind one with a name"},
	}
	for _, tt := range tests {
		t.Run(tt.source, func(t *testing.T) {
			_, err := template.Parse("fine {{ x }}\n" + tt.source)
			if want := "line 2: " + tt.want; bot.KindOf(err) != bot.Invalid || bot.PublicMessage(err) != want {
				t.Errorf("Parse(%q) = %v, want kind invalid and %q", tt.source, err, want)
			}
		})
	}
	_, err := template.Parse(strings.Repeat("x", template.MaxSource+1))
	if bot.KindOf(err) != bot.TooLarge || bot.PublicMessage(err) != "a template has at most 65536 bytes" {
		t.Errorf("Parse of more than MaxSource = %v", err)
	}
	long := "{{ x | " + strings.Repeat("é", 1000) + " }}"
	if _, err := template.Parse(long); err == nil || len(bot.PublicMessage(err)) > 200 {
		t.Errorf("Parse of a long name = %v, want what is refused cut short", err)
	}
}

// FuzzRender: whatever is accepted renders within the budget, or gives an error with a kind.
func FuzzRender(f *testing.F) {
	for _, tt := range hostile {
		f.Add(tt.source[:min(len(tt.source), 200)], `{"x":1}`)
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
		}
	})
}

type rawJSON string

func (r rawJSON) MarshalJSON() ([]byte, error) { return []byte(r), nil }
